/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Text cut into lines that fit: after blanks where there are any, in the middle of a word
 * that is longer than a line. A base character stays with its marks. */

#include <glib.h>

struct wrap_line {
	guint start, length; /* bytes, without the blanks the line was cut at */
	int cells;
};

/* New array of struct wrap_line, at least one. @text is clean, without tabs. */
GArray *wrap_text(const char *text, int width);
/* New string with tabs made blanks, stops every 8 cells. */
char *wrap_expand_tabs(const char *text);
