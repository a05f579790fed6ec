/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The directory of a --demo: a temporary one in the runtime directory (or /tmp), that only its
 * user can enter, with a file that says whose it is: the process id and its start time. What
 * a process left that was killed is swept by the next one.
 */

#include <glib.h>

/* Removes what dead ones left, then makes one for this process. New path, or NULL and @error. */
char *place_new(GError **error);
/* Removes it with all that is in it. */
void place_remove(const char *path);
