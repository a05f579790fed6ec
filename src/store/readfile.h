/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Reading a whole small file that somebody named: never waits, never reads without end. */

#include <glib.h>
#include <sys/types.h>

/*
 * The bytes of the file at @path, new, with a NUL after them that does not count; the caller wipes
 * what may hold secrets. NULL when it cannot be read, is a directory, a FIFO or a socket, or is
 * larger than @max_mib MiB: @error (G_FILE_ERROR; _NOENT when there is none) then holds the reason
 * alone. @mode (may be NULL) is that of what was opened.
 */
char *readfile(const char *path, unsigned max_mib, gsize *length, mode_t *mode, GError **error);
