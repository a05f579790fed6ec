/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "text.h"
#include "text_char.h"

#include <string.h>

/* ncurses keeps a base and four marks in a cell (CCHARW_MAX). */
#define MARKS_MAX 4
/* Room for the mark that says a text was cut. */
#define LINE_RESERVE 3
#define BODY_RESERVE 64

#define DOTTED_CIRCLE 0x25CC
#define REPLACEMENT   0xFFFD
#define KEYCAP        0x20E3

struct cleaner {
	enum text_kind kind;
	GString *out;
	gsize max, reserve;
	gsize safe;    /* length of out where it may be cut */
	gunichar base; /* of the cell being filled; 0: no cell yet on this line */
	gunichar last; /* last character written */
	unsigned marks;
};

/* A new cell begins here: if it still leaves room for the mark, the cut may be before it. */
static void note_cell(struct cleaner *cl)
{
	if (cl->last != 0x200D && cl->out->len <= cl->max - cl->reserve)
		cl->safe = cl->out->len;
}

static void put_base(struct cleaner *cl, gunichar c)
{
	note_cell(cl);
	g_string_append_unichar(cl->out, c);
	cl->base = cl->last = c;
	cl->marks = 0;
}

static void put_ascii(struct cleaner *cl, const char *s)
{
	note_cell(cl);
	g_string_append(cl->out, s);
	cl->base = cl->last = (unsigned char)s[strlen(s) - 1];
	cl->marks = 0;
}

static void put_mark(struct cleaner *cl, gunichar c)
{
	/* Without a base of its own it would join a cell of ours. */
	if (!cl->base)
		put_base(cl, DOTTED_CIRCLE);
	if (cl->marks == MARKS_MAX)
		return;
	g_string_append_unichar(cl->out, c);
	cl->last = c;
	cl->marks++;
}

static void put_control(struct cleaner *cl, gunichar c)
{
	char shown[3] = {'^', (char)(c ^ 0x40), '\0'};

	if (cl->kind == TEXT_BODY && (c == '\n' || c == '\t')) {
		put_base(cl, c);
		cl->base = 0;
		return;
	}
	put_ascii(cl, shown);
}

static void put_named(struct cleaner *cl, gunichar c)
{
	char shown[16];

	g_snprintf(shown, sizeof shown, "[U+%04X]", c);
	put_ascii(cl, shown);
}

/* Whether the text at @p, which may be garbage, begins with a character; 0 if not. */
static gunichar peek(const char *p, const char *end)
{
	gunichar c;

	if (p == end)
		return 0;
	if ((unsigned char)*p < 0x80)
		return (unsigned char)*p;
	c = g_utf8_get_char_validated(p, end - p);
	return c >= (gunichar)-2 ? 0 : c;
}

static void put_vs16(struct cleaner *cl, gunichar next)
{
	bool key = cl->base && cl->base < 0x80 && strchr("0123456789#*", (int)cl->base);

	if (cl->last != cl->base)
		return; /* only right after its base */
	if (text_char_is_emoji(cl->base) || (key && next == KEYCAP))
		put_mark(cl, 0xFE0F);
}

static void put_zwj(struct cleaner *cl, gunichar next)
{
	bool after = cl->last == cl->base || (cl->last == 0xFE0F && cl->marks == 1);

	if (after && text_char_is_emoji(cl->base) && text_char_is_emoji(next))
		put_mark(cl, 0x200D);
}

static void put(struct cleaner *cl, gunichar c, gunichar next)
{
	switch (text_char_class(c)) {
	case TEXT_CLASS_BASE:
		put_base(cl, c);
		break;
	case TEXT_CLASS_MARK:
		put_mark(cl, c);
		break;
	case TEXT_CLASS_CONTROL:
		put_control(cl, c);
		break;
	case TEXT_CLASS_NAMED:
		put_named(cl, c);
		break;
	case TEXT_CLASS_HIDDEN:
		break;
	case TEXT_CLASS_VS16:
		put_vs16(cl, next);
		break;
	case TEXT_CLASS_ZWJ:
		put_zwj(cl, next);
		break;
	case TEXT_CLASS_BROKEN:
		put_base(cl, REPLACEMENT);
		break;
	}
}

static void cut(struct cleaner *cl, gsize size)
{
	g_string_truncate(cl->out, cl->safe);
	if (cl->kind == TEXT_LINE)
		g_string_append(cl->out, "…");
	else
		g_string_append_printf(cl->out, "… [cut: %" G_GSIZE_FORMAT " bytes in all]", size);
}

static char *clean(const char *bytes, gsize length, enum text_kind kind)
{
	gsize max = kind == TEXT_LINE ? TEXT_LINE_MAX : TEXT_BODY_MAX;
	const char *p = bytes, *end = bytes + length;
	struct cleaner cl = {
		.kind = kind,
		.out = g_string_sized_new(MIN(length, max) + 16),
		.max = max,
		.reserve = kind == TEXT_LINE ? LINE_RESERVE : BODY_RESERVE,
	};

	while (p < end && cl.out->len <= max) {
		gunichar c = peek(p, end);
		const char *next = p + 1;

		if (!c && *p)
			put_base(&cl, REPLACEMENT);
		else if (kind == TEXT_BODY && c == '\r' && peek(next, end) == '\n')
			; /* the newline is next */
		else {
			next = p + (c ? g_unichar_to_utf8(c, NULL) : 1);
			put(&cl, c, peek(next, end));
		}
		p = next;
	}
	if (cl.out->len > max)
		cut(&cl, length);
	return g_string_free(cl.out, FALSE);
}

/* Most text is plain ASCII: nothing to do but to look. */
static bool is_plain(const char *bytes, gsize length, enum text_kind kind)
{
	for (gsize i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c < 0x7F)
			continue;
		if (kind != TEXT_BODY || (c != '\n' && c != '\t'))
			return false;
	}
	return true;
}

static bool fits(gsize length, enum text_kind kind)
{
	return length <= (kind == TEXT_LINE ? TEXT_LINE_MAX : TEXT_BODY_MAX);
}

char *text_clean(const char *bytes, gssize length, enum text_kind kind)
{
	gsize n;

	if (!bytes)
		return g_strdup("");
	n = length < 0 ? strlen(bytes) : (gsize)length;
	if (fits(n, kind) && is_plain(bytes, n, kind))
		return g_strndup(bytes, n);
	return clean(bytes, n, kind);
}

bool text_is_clean(const char *s, enum text_kind kind)
{
	g_autofree char *cleaned = NULL;
	gsize length = strlen(s);

	if (!fits(length, kind))
		return false;
	if (is_plain(s, length, kind))
		return true;
	cleaned = clean(s, length, kind);
	return strcmp(s, cleaned) == 0;
}
