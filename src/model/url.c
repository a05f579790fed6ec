/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "url.h"

#include <stdbool.h>
#include <string.h>

static const char *const schemes[] = {"https://", "http://", "mailto:", "xmpp:"};

static gsize scheme_at(const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (!g_ascii_strncasecmp(text, schemes[i], strlen(schemes[i])))
			return strlen(schemes[i]);
	return 0;
}

static bool can_be_in(const char *p)
{
	gunichar c = g_utf8_get_char(p);

	return c > ' ' && !strchr("<>\"^`{|}\\", (int)(c < 0x80 ? c : 'a')) &&
	       !g_unichar_isspace(c) && g_unichar_isprint(c);
}

/* More of these closed than opened: the bracket is that of who wrote around the address. */
static bool is_closed_twice(const char *url, const char *end, char open, char close)
{
	int depth = 0;

	for (const char *p = url; p < end; p++)
		depth += *p == open ? 1 : *p == close ? -1 : 0;
	return depth < 0;
}

static const char *trim(const char *url, const char *end)
{
	while (end > url) {
		char last = end[-1];

		if (strchr(".,;:!?'*_~", last) ||
		    (last == ')' && is_closed_twice(url, end, '(', ')')) ||
		    (last == ']' && is_closed_twice(url, end, '[', ']')))
			end--;
		else
			break;
	}
	return end;
}

const char *url_find(const char *text, gsize *length)
{
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		bool inside = p > text && g_unichar_isalnum(g_utf8_get_char(g_utf8_prev_char(p)));
		gsize scheme = inside ? 0 : scheme_at(p);
		const char *end = p + scheme;

		if (!scheme)
			continue;
		while (*end && can_be_in(end))
			end = g_utf8_next_char(end);
		end = trim(p + scheme, end);
		if (end == p + scheme)
			continue;
		*length = (gsize)(end - p);
		return p;
	}
	return NULL;
}
