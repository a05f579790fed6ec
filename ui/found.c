/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "found.h"

#include "term.h"
#include "theme.h"

static int put_part(int y, int x, int width, int style, const char *text, gsize start, gsize end)
{
	g_autofree char *part = NULL;

	if (end <= start || width <= 0)
		return 0;
	part = g_strndup(text + start, end - start);
	return term_put(y, x, width, style, part);
}

int found_put(int y, int x, int width, int style, const char *text, gsize start, gsize end,
	      const GArray *spans)
{
	int used = 0;

	for (guint i = 0; spans != NULL && i < spans->len; i++) {
		const struct query_span *span = &g_array_index(spans, struct query_span, i);
		gsize from = CLAMP(span->start, start, end), to = CLAMP(span->end, start, end);

		used += put_part(y, x + used, width - used, style, text, start, from);
		used += put_part(y, x + used, width - used, STYLE_CHAT_FOUND, text, from, to);
		start = to;
	}
	return used + put_part(y, x + used, width - used, style, text, start, end);
}
