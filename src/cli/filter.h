/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A program that is given a text and gives one back: run without a shell, in a session of its
 * own and so without the terminal, with its stderr being ours. Bounded: it is killed with all
 * its group when it runs or prints too long. It is done when it exits; what it leaves running
 * in the background is not waited for.
 */

#include <glib.h>

#define FILTER_OUTPUT_MAX 65536

struct filter;

/* @output is what it printed, without the line ends at its end, valid UTF-8; NULL when it
 * failed, and then @problem completes "the program …". Both are borrowed. */
typedef void (*filter_fn)(const char *output, const char *problem, void *data);

/* @argv[0] is searched in PATH; @input goes to its stdin; it may take @seconds. NULL and @error
 * when it cannot be started; else @fn is called once, from the main loop, unless cancelled. */
struct filter *filter_start(char **argv, char **env, const char *input, unsigned seconds,
			    filter_fn fn, void *data, GError **error);
/* Kills it and its group. NULL is fine. */
void filter_cancel(struct filter *program);
