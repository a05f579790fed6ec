/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "text.h"

#include <string.h>

int text_width(const char *s)
{
	int width = 0;

	for (; *s; s = g_utf8_next_char(s))
		width += text_char_width(g_utf8_get_char(s));
	return width;
}

gsize text_fit(const char *s, int cells, int *used)
{
	const char *p = s;
	int taken = 0;

	while (*p && cells > 0) {
		int width = text_char_width(g_utf8_get_char(p));

		if (width > cells - taken)
			break;
		taken += width;
		p = g_utf8_next_char(p);
	}
	if (used)
		*used = taken;
	return (gsize)(p - s);
}

char *text_sort_key(const char *s)
{
	g_autofree char *folded = g_utf8_casefold(s, -1);

	return g_utf8_collate_key(folded, -1);
}

bool text_is_same(const char *a, const char *b)
{
	g_autofree char *x = g_utf8_casefold(a, -1), *y = g_utf8_casefold(b, -1);

	return strcmp(x, y) == 0;
}

bool text_contains(const char *haystack, const char *needle)
{
	g_autofree char *hay = g_utf8_casefold(haystack, -1);
	g_autofree char *what = g_utf8_casefold(needle, -1);

	return strstr(hay, what) != NULL;
}

static bool is_word(gunichar c)
{
	return c == '_' || g_unichar_isalnum(c) || g_unichar_ismark(c);
}

static bool stands_alone(const char *text, const char *start, const char *end)
{
	if (start > text && is_word(g_utf8_get_char(g_utf8_prev_char(start))))
		return false;
	return !*end || !is_word(g_utf8_get_char(end));
}

/* Every message of a room comes through here: no copy when the nick is ASCII. */
static bool mentions_ascii(const char *text, const char *nick, gsize length)
{
	const char first[] = {g_ascii_tolower(*nick), g_ascii_toupper(*nick), '\0'};

	for (const char *p = text; (p = strpbrk(p, first)); p++)
		if (g_ascii_strncasecmp(p, nick, length) == 0 && stands_alone(text, p, p + length))
			return true;
	return false;
}

bool text_mentions(const char *text, const char *nick)
{
	g_autofree char *hay = NULL, *what = NULL;

	if (!*nick)
		return false;
	if (g_str_is_ascii(nick))
		return mentions_ascii(text, nick, strlen(nick));
	hay = g_utf8_casefold(text, -1);
	what = g_utf8_casefold(nick, -1);
	for (const char *p = hay; *what && (p = strstr(p, what)); p = g_utf8_next_char(p))
		if (stands_alone(hay, p, p + strlen(what)))
			return true;
	return false;
}
