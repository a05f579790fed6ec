/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Finds whom a name on the command line means and gets there: only the account that it takes is
 * brought online, as far as the rosters of before tell which one that is; a room that we are not
 * in is joined. What goes wrong is said on stderr.
 */

#include "private.h"

struct reach;

/* @chat NULL: there is none, and @status says what became of it. */
typedef void (*reach_fn)(struct chat *chat, int status, void *data);

/* @fn is called once, from the main loop. The cache must be there: session_wait_cache(). */
struct reach *reach_new(struct cli *cli, const char *name, reach_fn fn, void *data);
/* The chat is a room that was joined for this. */
bool reach_has_joined(const struct reach *reach);
/* NULL is fine. */
void reach_free(struct reach *reach);
