/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap.h"

#include <stdbool.h>
#include <string.h>
#include "src/model/text.h"

#define TAB 8

static const char *next_cluster(const char *p, int *cells)
{
	if ((guchar)*p < 0x80 && (guchar)p[1] < 0x80) {
		*cells = 1;
		return p + 1;
	}
	*cells = text_char_width(g_utf8_get_char(p));
	p = g_utf8_next_char(p);
	while ((guchar)*p >= 0x80 && text_char_width(g_utf8_get_char(p)) == 0)
		p = g_utf8_next_char(p);
	return p;
}

/* One line from @p; returns where the next begins. */
static const char *cut_line(const char *p, int width, const char **end, int *cells)
{
	const char *blank = NULL; /* where the line can be cut: a run of blanks begins here */
	const char *start = p;
	int used = 0, used_at_blank = 0;

	while (*p != '\0' && *p != '\n') {
		int wide;
		const char *next = next_cluster(p, &wide);

		if (*p == ' ' && (p == start || p[-1] != ' ')) {
			blank = p;
			used_at_blank = used;
		}
		if (used + wide > width && *p != ' ' && p > start)
			break;
		used += wide;
		p = next;
	}
	*end = p;
	*cells = used;
	if (*p == '\n' || *p == '\0')
		return p;
	if (blank != NULL && blank > start) {
		*end = blank;
		*cells = used_at_blank;
		for (p = blank; *p == ' ';)
			p++;
	}
	return p;
}

GArray *wrap_text(const char *text, int width)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct wrap_line));
	const char *p = text;
	bool more;

	width = MAX(width, 1);
	do {
		const char *end;
		struct wrap_line line = {.start = (guint)(p - text)};

		p = cut_line(p, width, &end, &line.cells);
		line.length = (guint)(end - text) - line.start;
		line.cells = MIN(line.cells, width);
		g_array_append_val(lines, line);
		more = *p != '\0';
		if (*p == '\n')
			p++;
	} while (more);
	return lines;
}

char *wrap_expand_tabs(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 16);
	int column = 0;

	for (const char *p = text; *p != '\0';) {
		int cells;
		const char *next;

		if (*p == '\t') {
			do
				g_string_append_c(out, ' ');
			while (++column % TAB != 0);
			p++;
			continue;
		}
		next = next_cluster(p, &cells);
		column = *p == '\n' ? 0 : column + cells;
		g_string_append_len(out, p, next - p);
		p = next;
	}
	return g_string_free(out, FALSE);
}
