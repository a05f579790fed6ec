/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Text with what was looked for in it marked. */

#include <glib.h>
#include "src/model/query.h"

/* Puts bytes @start to @end of @text, those in @spans (struct query_span, from the front; NULL:
 * none) in the style of what was found; the cells taken. */
int found_put(int y, int x, int width, int style, const char *text, gsize start, gsize end,
	      const GArray *spans);
