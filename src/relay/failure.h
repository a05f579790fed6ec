/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What can go wrong at the end of a tube or of a file; the message reads "cannot X: reason". */

#include <glib.h>

#define RELAY_ERROR relay_error_quark()
GQuark relay_error_quark(void);
enum relay_error {
	RELAY_ERROR_INVALID, /* what was asked for makes no sense: an address, a command */
	RELAY_ERROR_TIMEOUT, /* no answer within the time limit */
	RELAY_ERROR_BROKEN,  /* the other end went away, or sent less than it said */
	RELAY_ERROR_FAILED,  /* anything else: the system said no */
};

/* Sets @error to "cannot WHAT: " and the words of @number, an errno. @error may be NULL. */
void relay_fail_errno(GError **error, int number, const char *what, ...) G_GNUC_PRINTF(3, 4);
