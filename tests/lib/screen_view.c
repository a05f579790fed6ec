/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/screen_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- what the emulator reports --- */

static void set_title(struct screen *screen, const VTermValue *value)
{
#if VTERM_VERSION_MAJOR == 0 && VTERM_VERSION_MINOR < 2
	g_string_assign(screen->title, value->string);
#else
	if (value->string.initial)
		g_string_truncate(screen->title, 0);
	g_string_append_len(screen->title, value->string.str, (gssize)value->string.len);
#endif
}

static int on_property(VTermProp prop, VTermValue *value, void *data)
{
	struct screen *screen = data;

	if (prop == VTERM_PROP_ALTSCREEN)
		screen->alternate = value->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		screen->cursor_visible = value->boolean;
	else if (prop == VTERM_PROP_MOUSE)
		screen->mouse = value->number != VTERM_PROP_MOUSE_NONE;
	else if (prop == VTERM_PROP_TITLE)
		set_title(screen, value);
	return 1;
}

static int on_bell(void *data)
{
	((struct screen *)data)->bells++;
	return 1;
}

const VTermScreenCallbacks screen_callbacks = {.settermprop = on_property, .bell = on_bell};

/* --- cells --- */

static struct screen_colour colour_of(const VTermColor *c)
{
	struct screen_colour out = {.kind = SCREEN_COLOUR_DEFAULT};

	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return out;
	if (VTERM_COLOR_IS_INDEXED(c)) {
		out.kind = SCREEN_COLOUR_INDEXED;
		out.index = c->indexed.idx;
	} else {
		out.kind = SCREEN_COLOUR_RGB;
		out.r = c->rgb.red;
		out.g = c->rgb.green;
		out.b = c->rgb.blue;
	}
	return out;
}

static bool get_cell(struct screen *screen, int row, int col, VTermScreenCell *cell)
{
	VTermPos pos = {.row = row, .col = col};

	memset(cell, 0, sizeof(*cell));
	return row >= 0 && col >= 0 && row < screen->rows && col < screen->cols &&
	       vterm_screen_get_cell(screen->vts, pos, cell);
}

/* The right half of a wide character holds an impossible one. */
static void append_cell(GString *out, const VTermScreenCell *cell)
{
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		if (cell->chars[i] != (uint32_t)-1)
			g_string_append_unichar(out, cell->chars[i]);
}

void screen_cell(struct screen *screen, int row, int col, struct screen_cell *cell)
{
	g_autoptr(GString) text = g_string_new(NULL);
	VTermScreenCell vc;

	memset(cell, 0, sizeof(*cell));
	if (!get_cell(screen, row, col, &vc))
		return;
	append_cell(text, &vc);
	g_strlcpy(cell->text, text->str, sizeof(cell->text));
	cell->width = vc.width;
	cell->bold = vc.attrs.bold;
	cell->italic = vc.attrs.italic;
	cell->underline = vc.attrs.underline;
	cell->blink = vc.attrs.blink;
	cell->reverse = vc.attrs.reverse;
	cell->fg = colour_of(&vc.fg);
	cell->bg = colour_of(&vc.bg);
}

/* Appends a row; offsets, when given, gets the byte offset at which each cell begins. */
static void append_row(struct screen *screen, int row, GString *out, gsize *offsets)
{
	VTermScreenCell cell;

	for (int col = 0; col < screen->cols; col++) {
		if (offsets)
			offsets[col] = out->len;
		if (!get_cell(screen, row, col, &cell) || cell.chars[0] == 0)
			g_string_append_c(out, ' ');
		else
			append_cell(out, &cell);
	}
}

char *screen_row(struct screen *screen, int row)
{
	GString *out = g_string_new(NULL);

	append_row(screen, row, out, NULL);
	return g_strchomp(g_string_free(out, FALSE));
}

char *screen_text(struct screen *screen)
{
	GString *out = g_string_new(NULL);

	for (int row = 0; row < screen->rows; row++) {
		g_autofree char *line = screen_row(screen, row);

		g_string_append_printf(out, "%s\n", line);
	}
	return g_string_free(out, FALSE);
}

bool screen_find(struct screen *screen, const char *text, int *row, int *col)
{
	g_autofree gsize *offsets = g_new0(gsize, (gsize)screen->cols);

	for (int r = 0; r < screen->rows; r++) {
		g_autoptr(GString) line = g_string_new(NULL);
		const char *at;

		append_row(screen, r, line, offsets);
		at = strstr(line->str, text);
		if (!at)
			continue;
		if (row)
			*row = r;
		for (int c = 0; col && c < screen->cols; c++)
			if (offsets[c] <= (gsize)(at - line->str))
				*col = c;
		return true;
	}
	return false;
}

void screen_dump(struct screen *screen)
{
	int row, col;

	screen_cursor(screen, &row, &col);
	fprintf(stderr, "--- %dx%d, cursor %d,%d%s, %zu bytes%s\n", screen->rows, screen->cols, row,
		col, screen->cursor_visible ? "" : " hidden", screen->raw->len,
		screen_is_running(screen) ? "" : ", ended");
	for (int r = 0; r < screen->rows; r++) {
		g_autofree char *line = screen_row(screen, r);

		fprintf(stderr, "%3d|%s\n", r, line);
	}
	fprintf(stderr, "---\n");
}

int screen_rows(const struct screen *screen)
{
	return screen->rows;
}

int screen_cols(const struct screen *screen)
{
	return screen->cols;
}

void screen_cursor(struct screen *screen, int *row, int *col)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(screen->vt), &pos);
	*row = pos.row;
	*col = pos.col;
}

bool screen_cursor_is_visible(const struct screen *screen)
{
	return screen->cursor_visible;
}

bool screen_is_alternate(const struct screen *screen)
{
	return screen->alternate;
}

const char *screen_title(const struct screen *screen)
{
	return screen->title->str;
}

unsigned int screen_bells(const struct screen *screen)
{
	return screen->bells;
}

size_t screen_bytes(const struct screen *screen)
{
	return screen->raw->len;
}

const char *screen_raw(const struct screen *screen, size_t offset, size_t *len)
{
	offset = MIN(offset, screen->raw->len);
	if (len)
		*len = screen->raw->len - offset;
	return screen->raw->str + offset;
}

/* --- the terminal as it was left --- */

static bool check(bool ok, const char *what)
{
	if (!ok)
		fprintf(stderr, "terminal not restored: %s\n", what);
	return ok;
}

/* The emulator does not report this mode: the last switch that was written decides. */
static bool paste_is_off(struct screen *screen)
{
	gssize len = (gssize)screen->raw->len;
	const char *on = g_strrstr_len(screen->raw->str, len, "\033[?2004h");
	const char *off = g_strrstr_len(screen->raw->str, len, "\033[?2004l");

	return !on || (off && off > on);
}

static bool pen_is_plain(struct screen *screen)
{
	VTermState *state = vterm_obtain_state(screen->vt);
	VTermValue bold, reverse, fg;

	vterm_state_get_penattr(state, VTERM_ATTR_BOLD, &bold);
	vterm_state_get_penattr(state, VTERM_ATTR_REVERSE, &reverse);
	vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &fg);
	return !bold.boolean && !reverse.boolean && VTERM_COLOR_IS_DEFAULT_FG(&fg.color);
}

bool screen_is_restored(struct screen *screen)
{
	struct termios now;
	bool ok = check(tcgetattr(screen->master, &now) == 0, "cannot read its modes");

	if (ok) {
		const struct termios *was = &screen->before;

		ok &= check(now.c_lflag == was->c_lflag, "local modes");
		ok &= check(now.c_iflag == was->c_iflag, "input modes");
		ok &= check(now.c_oflag == was->c_oflag, "output modes");
		ok &= check(!memcmp(now.c_cc, was->c_cc, sizeof(now.c_cc)), "special characters");
	}
	ok &= check(!screen->alternate, "still on the alternate screen");
	ok &= check(screen->cursor_visible, "cursor hidden");
	ok &= check(!screen->mouse, "mouse on");
	ok &= check(paste_is_off(screen), "bracketed paste on");
	ok &= check(pen_is_plain(screen), "colours or attributes on");
	return ok;
}
