/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A line that is being edited or waits to be: each chat, question and form field has one. */

#include <glib.h>

struct draft {
	char *text; /* NULL: empty */
	gsize cursor;
};
