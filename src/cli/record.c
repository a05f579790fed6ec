/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Why no library writes these lines: jansson leaves C1 and bidirectional controls as they are (or
 * escapes all that is not ASCII), so each text would have to be gone through once more, and it
 * makes a tree of each line first. That its parser reads what is written here, whatever was in
 * it, the tests check.
 */

#include "record.h"

#include <string.h>

struct record {
	GString *line;
};

/* Valid in JSON as they are, and able to change what a terminal shows of the line. */
static bool must_escape(gunichar c)
{
	return (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static gsize plain_length(const char *s)
{
	gsize length = 0;

	while (is_plain(s[length]))
		length++;
	return length;
}

/* Of an ASCII character that is not plain. */
static void append_escape(GString *line, char c)
{
	static const char letters[][2] = {
		{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}};

	for (gsize i = 0; i < G_N_ELEMENTS(letters); i++) {
		if (letters[i][0] != c)
			continue;
		g_string_append_c(line, '\\');
		g_string_append_c(line, letters[i][1]);
		return;
	}
	g_string_append_printf(line, "\\u%04x", (unsigned)(unsigned char)c);
}

static const char *append_character(GString *line, const char *s)
{
	const char *next = g_utf8_next_char(s);
	gunichar c = g_utf8_get_char(s);

	if (must_escape(c))
		g_string_append_printf(line, "\\u%04x", c);
	else
		g_string_append_len(line, s, next - s);
	return next;
}

/* @s is UTF-8. */
static void append_valid(GString *line, const char *s)
{
	while (*s) {
		gsize plain = plain_length(s);

		g_string_append_len(line, s, (gssize)plain);
		s += plain;
		if (*s & 0x80)
			s = append_character(line, s);
		else if (*s)
			append_escape(line, *s++);
	}
}

/* Most texts are plain from their begin to their end. */
static void append_text(GString *line, const char *text)
{
	g_autofree char *valid = NULL;
	gsize plain;

	if (!text) {
		g_string_append_len(line, "null", 4);
		return;
	}
	plain = plain_length(text);
	if (text[plain] && !g_utf8_validate(text + plain, -1, NULL)) {
		valid = g_utf8_make_valid(text, -1);
		text = valid;
	}
	g_string_append_c(line, '"');
	g_string_append_len(line, text, (gssize)plain);
	append_valid(line, text + plain);
	g_string_append_c(line, '"');
}

static void append_key(GString *line, const char *key)
{
	gsize length = strlen(key), at = line->len;
	bool first = at == 1;
	char *end;

	g_string_set_size(line, at + length + (first ? 3 : 4));
	end = line->str + at;
	if (!first)
		*end++ = ',';
	*end++ = '"';
	end = mempcpy(end, key, length);
	*end++ = '"';
	*end = ':';
}

struct record *record_new(void)
{
	struct record *record = g_new(struct record, 1);

	record->line = g_string_sized_new(512);
	g_string_append_c(record->line, '{');
	return record;
}

void record_put(struct record *record, const char *key, const char *text)
{
	append_key(record->line, key);
	append_text(record->line, text);
}

void record_put_known(struct record *record, const char *key, const char *text)
{
	record_put(record, key, text && *text ? text : NULL);
}

void record_put_bool(struct record *record, const char *key, bool value)
{
	append_key(record->line, key);
	g_string_append(record->line, value ? "true" : "false");
}

void record_put_number(struct record *record, const char *key, gint64 value)
{
	append_key(record->line, key);
	g_string_append_printf(record->line, "%" G_GINT64_FORMAT, value);
}

void record_put_list(struct record *record, const char *key, const char *const *list)
{
	append_key(record->line, key);
	g_string_append_c(record->line, '[');
	for (const char *const *item = list; item && *item; item++) {
		if (item != list)
			g_string_append_c(record->line, ',');
		append_text(record->line, *item);
	}
	g_string_append_c(record->line, ']');
}

char *record_end(struct record *record)
{
	GString *line = record->line;

	g_free(record);
	g_string_append_c(line, '}');
	return g_string_free(line, FALSE);
}
