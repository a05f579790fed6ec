/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Diagnostics: everything said through GLib's g_log() goes to $XDG_STATE_HOME/pheme/pheme.log
 * and never to the terminal, which belongs to the screen. Warnings and worse always, the rest
 * only with --debug. The file is opened when there is something to write; at 1 MiB it becomes
 * pheme.log.1 and a new one is begun. Callers never log a message's text or a password.
 */

#include <stdbool.h>
#include <glib.h>

/* Once, at start. @path NULL: the place above. */
void log_start(const char *path, bool debug);
void log_set_debug(bool debug);
/* Closes the file; it is opened again when there is more to write. */
void log_stop(void);
