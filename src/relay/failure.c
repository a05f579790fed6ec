/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failure.h"

#include <errno.h>

GQuark relay_error_quark(void)
{
	return g_quark_from_static_string("pheme-relay-error");
}

static enum relay_error code_of(int number)
{
	switch (number) {
	case ETIMEDOUT:
		return RELAY_ERROR_TIMEOUT;
	case EPIPE:
	case ECONNRESET:
		return RELAY_ERROR_BROKEN;
	default:
		return RELAY_ERROR_FAILED;
	}
}

void relay_fail_errno(GError **error, int number, const char *what, ...)
{
	g_autofree char *words = NULL;
	va_list args;

	va_start(args, what);
	words = g_strdup_vprintf(what, args);
	va_end(args);
	g_set_error(error, RELAY_ERROR, code_of(number), "cannot %s: %s", words,
		    g_strerror(number));
}
