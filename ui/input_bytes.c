/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input_bytes.h"

#include <string.h>

#define ESC         0x1b
#define PASTE_BEGIN "\033[200~"
#define PASTE_END   "\033[201~"
#define PASTE_MAX   (1024 * 1024) /* kept of one paste */
#define OLD_REPORT  6             /* bytes: ESC [ M, button, column, row */

struct input_bytes {
	GByteArray *buffer;
	gsize used; /* of the buffer, by tokens told */
	GByteArray *paste;
	bool pasting;
};

struct input_bytes *input_bytes_new(void)
{
	struct input_bytes *bytes = g_new0(struct input_bytes, 1);

	bytes->buffer = g_byte_array_new();
	bytes->paste = g_byte_array_new();
	return bytes;
}

void input_bytes_free(struct input_bytes *bytes)
{
	g_byte_array_unref(bytes->buffer);
	g_byte_array_unref(bytes->paste);
	g_free(bytes);
}

void input_token_clear(struct input_token *token)
{
	g_clear_pointer(&token->text, g_free);
}

static guint count_line_ends(const guchar *data, gsize length)
{
	guint count = 0;

	for (gsize i = 0; i < length; i++)
		count += data[i] == '\r' || data[i] == '\n';
	return count;
}

void input_bytes_add(struct input_bytes *bytes, const guchar *data, gsize length, guint paste_lines)
{
	bool paste = !bytes->pasting && count_line_ends(data, length) >= paste_lines;

	if (bytes->used > 0) {
		g_byte_array_remove_range(bytes->buffer, 0, (guint)bytes->used);
		bytes->used = 0;
	}
	if (paste)
		g_byte_array_append(bytes->buffer, (const guchar *)PASTE_BEGIN,
				    sizeof(PASTE_BEGIN) - 1);
	g_byte_array_append(bytes->buffer, data, (guint)length);
	if (paste)
		g_byte_array_append(bytes->buffer, (const guchar *)PASTE_END,
				    sizeof(PASTE_END) - 1);
}

bool input_bytes_is_waiting(const struct input_bytes *bytes)
{
	return !bytes->pasting && bytes->used < bytes->buffer->len;
}

/* --- sequences ---------------------------------------------------------------------------- */

/* Up to and with the final byte; 0 when it has not come. */
static gsize csi_length(const guchar *p, gsize length)
{
	gsize i = 2;

	if (length > 2 && p[2] == '[') /* F1…F5 of the Linux console: ESC [ [ A */
		return length > 3 ? 4 : 0;
	if (length > 2 && p[2] == 'M') /* the mouse, of terminals that know no other way to tell */
		return length >= OLD_REPORT ? OLD_REPORT : 0;
	while (i < length && p[i] >= 0x20 && p[i] <= 0x3f)
		i++;
	return i < length ? i + 1 : 0;
}

/* A string ended by BEL or ESC \. */
static gsize string_length(const guchar *p, gsize length)
{
	for (gsize i = 2; i < length; i++) {
		if (p[i] == '\a')
			return i + 1;
		if (p[i] == ESC)
			return i + 1 < length ? i + 2 : 0;
	}
	return 0;
}

static gsize character_length(const guchar *p, gsize length)
{
	gsize want = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 1;
	gsize i = 1;

	while (i < want && i < length) {
		if ((p[i] & 0xc0) != 0x80)
			return i;
		i++;
	}
	return i == want ? want : 0;
}

/* Bytes of the key at @p, 0 when more have to come. */
static gsize key_length(const guchar *p, gsize length)
{
	gsize rest;

	if (p[0] != ESC)
		return character_length(p, length);
	if (length < 2)
		return 0;
	switch (p[1]) {
	case '[':
		return length > 2 ? csi_length(p, length) : 0;
	case 'O':
		return length > 2 ? 3 : 0;
	case ']':
	case 'P':
		return string_length(p, length);
	case ESC:
		rest = length > 2 && (p[2] == '[' || p[2] == 'O') ? key_length(p + 1, length - 1)
								  : 0;
		return rest > 0 ? rest + 1 : 0;
	default:
		rest = character_length(p + 1, length - 1);
		return rest > 0 ? rest + 1 : 0;
	}
}

/* What a terminal says without a key having been pressed. */
static bool is_reply(const guchar *p, gsize length)
{
	if (length < 3 || p[0] != ESC)
		return false;
	if (p[1] == ']' || p[1] == 'P')
		return length > 3;
	if (p[1] != '[')
		return false;
	return p[2] == '<' || p[2] == 'M' || p[2] == '?' || p[2] == '>' || p[2] == 'I' ||
	       (p[length - 1] == 'R' && g_ascii_isdigit(p[2]) && memchr(p, ';', length) &&
		p[2] != '1') ||
	       p[length - 1] == 'c';
}

/* --- the mouse ---------------------------------------------------------------------------- */

#define MOUSE_WHEEL 64

/* Up to @max numbers between semicolons; how many there are, 0 for anything else. */
static int read_numbers(const guchar *p, const guchar *end, int *numbers, int max)
{
	int count = 0;

	for (; count < max; p++) {
		const guchar *first = p;

		numbers[count] = 0;
		for (; p < end && g_ascii_isdigit(*p) && p - first < 5; p++)
			numbers[count] = numbers[count] * 10 + *p - '0';
		if (p == first)
			return 0;
		count++;
		if (p == end)
			return count;
		if (*p != ';')
			return 0;
	}
	return 0;
}

/* ESC [ < button ; column ; row M, or the older ESC [ M with three bytes. With Shift, Alt or Ctrl
 * down, of other buttons, of moves and of what is released nothing is told. */
static bool read_mouse(const guchar *p, gsize length, struct mouse *mouse)
{
	int numbers[3];

	if (length < OLD_REPORT || p[0] != ESC || p[1] != '[')
		return false;
	if (p[2] == 'M') {
		for (int i = 0; i < 3; i++)
			numbers[i] = p[3 + i] - ' ';
	} else if (p[2] != '<' || p[length - 1] != 'M' ||
		   read_numbers(p + 3, p + length - 1, numbers, 3) != 3) {
		return false;
	}
	if (numbers[0] != 0 && numbers[0] != MOUSE_WHEEL && numbers[0] != MOUSE_WHEEL + 1)
		return false;
	*mouse = (struct mouse){
		.kind = numbers[0] == 0             ? MOUSE_CLICK
			: numbers[0] == MOUSE_WHEEL ? MOUSE_WHEEL_UP
						    : MOUSE_WHEEL_DOWN,
		.x = numbers[1] - 1,
		.y = numbers[2] - 1,
	};
	return mouse->x >= 0 && mouse->y >= 0;
}

/* --- pastes ------------------------------------------------------------------------------- */

static char *clean_paste(GByteArray *paste)
{
	g_autofree char *valid = g_utf8_make_valid((const char *)paste->data, paste->len);
	GString *out = g_string_sized_new(paste->len);

	for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '\r') {
			g_string_append_c(out, '\n');
			if (p[1] == '\n')
				p++;
		} else if (c == '\n' || c == '\t' || (c >= 0x20 && !(c >= 0x7f && c < 0xa0))) {
			g_string_append_unichar(out, c);
		}
	}
	return g_string_free(out, FALSE);
}

/* Moves what belongs to the paste; true when its end was there. */
static bool take_paste(struct input_bytes *bytes, struct input_token *token)
{
	const guchar *p = bytes->buffer->data + bytes->used;
	gsize left = bytes->buffer->len - bytes->used;
	const guchar *end = memmem(p, left, PASTE_END, sizeof(PASTE_END) - 1);
	gsize take = end != NULL ? (gsize)(end - p) : left;

	/* The end mark may be cut in two. */
	if (end == NULL && left > 0) {
		const guchar *esc = memrchr(p, ESC, left);

		if (esc != NULL && (gsize)(p + left - esc) < sizeof(PASTE_END) - 1)
			take = (gsize)(esc - p);
	}
	g_byte_array_append(bytes->paste, p,
			    (guint)MIN(take, PASTE_MAX - MIN(PASTE_MAX, bytes->paste->len)));
	bytes->used += take;
	if (end == NULL)
		return false;
	bytes->used += sizeof(PASTE_END) - 1;
	bytes->pasting = false;
	token->kind = INPUT_TOKEN_PASTE;
	token->text = clean_paste(bytes->paste);
	g_byte_array_set_size(bytes->paste, 0);
	return true;
}

/* --- tokens ------------------------------------------------------------------------------- */

/* The wait is over: what is there is all there is. */
static gsize late_length(const guchar *p, gsize left, struct input_token *token)
{
	if (p[0] != ESC)
		return 1;
	if (left == 1 || p[1] == ESC) {
		token->kind = INPUT_TOKEN_ESCAPE;
		return 1;
	}
	return 2; /* Alt and the character */
}

bool input_bytes_next(struct input_bytes *bytes, bool late, struct input_token *token)
{
	const guchar *p;
	gsize left, length;

	*token = (struct input_token){.kind = INPUT_TOKEN_KEY};
	if (bytes->pasting)
		return take_paste(bytes, token);
	p = bytes->buffer->data + bytes->used;
	left = bytes->buffer->len - bytes->used;
	if (left == 0)
		return false;
	length = key_length(p, left);
	if (length == 0 && late)
		length = late_length(p, left, token);
	if (length == 0)
		return false;
	token->bytes = p;
	token->length = length;
	bytes->used += length;
	if (length == sizeof(PASTE_BEGIN) - 1 && memcmp(p, PASTE_BEGIN, length) == 0) {
		bytes->pasting = true;
		return take_paste(bytes, token);
	}
	if (token->kind == INPUT_TOKEN_KEY && read_mouse(p, length, &token->mouse))
		token->kind = INPUT_TOKEN_MOUSE;
	else if (token->kind == INPUT_TOKEN_KEY && is_reply(p, length))
		token->kind = INPUT_TOKEN_REPLY;
	return true;
}
