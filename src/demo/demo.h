/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * --demo: a world to try pheme in, that touches nothing of the user's and leaves nothing. Two
 * homes in a temporary directory, each with a bus of its own and an account of the manager
 * `local`, whose people are those that share that directory: the user's, and that of the
 * parrot, a second pheme that answers with what it is told (--reply-with). Buses and parrot
 * die with this process, however it ends; managers end with their bus.
 */

#include <glib.h>

struct demo;

/* Makes it and points the environment of this process at it: call it from the main thread,
 * before anything looks for a directory or a bus. Blocks until the buses run, at most 10 s.
 * NULL and @error on failure. */
struct demo *demo_start(GError **error);
/* Ends all of it, after the session is gone. Blocks for as long as the parrot takes to say
 * goodbye, at most 3 s. NULL is fine. */
void demo_end(struct demo *demo);
/* One line that says what to try. */
const char *demo_hint(void);
