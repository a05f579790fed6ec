/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The front end with a screen. */

#include <stdbool.h>
#include <glib.h>
#include "src/session/session.h"

/* Says why there can be no screen; touches nothing. The exit status is then 2. */
bool ui_check(GError **error);

/*
 * Draws the first frame, then starts the session, and runs the main loop until the user or a
 * signal ends it; then gives the terminal back and stops the session. Returns the exit
 * status. The session is the caller's, to be freed after it. @hint: a line that stands above all
 * else, or NULL.
 */
int ui_run(struct session *session, const char *hint);
