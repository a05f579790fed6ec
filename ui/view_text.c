/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <string.h>
#include "src/model/text.h"
#include "wrap.h"

/* Text to be read, scrolled with the usual keys. A row of a table ("  name   what it is") goes
 * on under its second column. */
struct text_view {
	struct view view;
	char *text;
	GArray *rows;
	int width;
	struct list list; /* its selection is the first row in sight */
};

struct text_row {
	guint start, length; /* of the text */
	int indent;
	bool heading;
};

static bool is_heading(const char *line, gsize length, bool after_blank)
{
	return after_blank && length > 0 && length < 60 && g_ascii_isupper(*line) &&
	       line[length - 1] != '.';
}

/* Bytes up to the second column; up to the first when there is no second. */
static gsize first_column(const char *line, gsize length)
{
	gsize at = 0, blanks = 0;

	while (at < length && line[at] == ' ')
		at++;
	if (at == 0 || at == length)
		return at;
	for (gsize i = at; i < length; i++) {
		if (line[i] != ' ' && blanks > 1)
			return i;
		blanks = line[i] == ' ' ? blanks + 1 : 0;
	}
	return at;
}

static void add_paragraph(struct text_view *view, guint start, gsize length, bool after_blank)
{
	const char *line = view->text + start;
	gsize head = first_column(line, length);
	g_autofree char *label = g_strndup(line, head);
	g_autofree char *rest = g_strndup(line + head, length - head);
	int indent = MIN(text_width(label), view->width / 2);
	g_autoptr(GArray) lines = wrap_text(rest, view->width - 1 - text_width(label));

	for (guint i = 0; i < lines->len; i++) {
		const struct wrap_line *part = &g_array_index(lines, struct wrap_line, i);
		struct text_row row = {
			.start = start + (i > 0 ? (guint)head + part->start : 0),
			.length = part->length + (i > 0 ? 0 : (guint)head),
			.indent = i > 0 ? indent : 0,
			.heading = is_heading(line, length, after_blank),
		};

		g_array_append_val(view->rows, row);
	}
}

static void lay_out(struct text_view *view, int width)
{
	bool blank = false;

	if (view->width == width)
		return;
	view->width = width;
	g_array_set_size(view->rows, 0);
	for (const char *line = view->text; line != NULL;) {
		const char *end = strchr(line, '\n');
		gsize length = end != NULL ? (gsize)(end - line) : strlen(line);

		add_paragraph(view, (guint)(line - view->text), length, blank);
		blank = length == 0;
		line = end != NULL && end[1] != '\0' ? end + 1 : NULL;
	}
}

static void draw_row(const struct text_view *view, int y, const struct area *area, guint at)
{
	const struct text_row *row;
	g_autofree char *part = NULL;

	if (at >= view->rows->len) {
		term_fill(y, area->x, area->width, STYLE_PLAIN, ' ');
		return;
	}
	row = &g_array_index(view->rows, struct text_row, at);
	part = g_strndup(view->text + row->start, row->length);
	term_fill(y, area->x, row->indent, STYLE_VIEW_TEXT, ' ');
	term_put_padded(y, area->x + row->indent, area->width - row->indent,
			row->heading ? STYLE_VIEW_HEADING : STYLE_VIEW_TEXT, part);
}

static void text_draw(struct view *base, const struct area *area)
{
	struct text_view *view = (struct text_view *)base;
	int most;

	lay_out(view, area->width);
	most = MAX((int)view->rows->len - area->height, 0);
	view->list.height = area->height;
	view->list.count = most + 1;
	view->list.selected = CLAMP(view->list.selected, 0, most);
	for (int i = 0; i < area->height; i++)
		draw_row(view, area->y + i, area, (guint)(view->list.selected + i));
}

static bool text_key(struct view *base, enum list_key key, gunichar c)
{
	struct text_view *view = (struct text_view *)base;

	if (key == LIST_CHAR && (c == ' ' || c == 'j' || c == 'k' || c == 'b'))
		key = c == ' '   ? LIST_PAGE_DOWN
		      : c == 'b' ? LIST_PAGE_UP
		      : c == 'j' ? LIST_DOWN
				 : LIST_UP;
	if (key == LIST_ENTER)
		key = LIST_DOWN;
	return list_key(&view->list, key);
}

static void text_free(struct view *base)
{
	struct text_view *view = (struct text_view *)base;

	g_free(view->text);
	g_array_unref(view->rows);
}

static struct view *new_with(struct ui *ui, const struct view_ops *ops, char *text)
{
	struct text_view *view = g_new0(struct text_view, 1);

	view->view.ops = ops;
	view->view.ui = ui;
	view->text = text;
	view->rows = g_array_new(FALSE, FALSE, sizeof(struct text_row));
	return &view->view;
}

#define TEXT_HINT "Up/Down/PgUp/PgDn: scroll   q: close"

/* --- help --------------------------------------------------------------------------------- */

/* Padded by cells: the names of keys are not all ASCII. After a label that is too long the text
 * has a row of its own. */
static void append_row(GString *out, int width, const char *label, const char *text)
{
	int pad = width - text_width(label);

	if (pad < 0)
		g_string_append_printf(out, "  %s\n  %*s  %s\n", label, width, "", text);
	else
		g_string_append_printf(out, "  %s%*s  %s\n", label, pad, "", text);
}

static void append_keys(GString *out)
{
	g_string_append(out, "\nKeys\n");
	for (int i = 0; i < ACTION_COUNT; i++)
		append_row(out, 13, keys_table[i].shown, keys_table[i].help);
}

static void append_functions(GString *out)
{
	g_string_append(out, "\nNames of the keys\n"
			     "Everything else is readline's: see `man readline`. Any of these can "
			     "be bound in ~/.inputrc or $XDG_CONFIG_HOME/pheme/inputrc, under "
			     "$if Pheme, by its name:\n");
	for (int i = 0; i < ACTION_COUNT; i++)
		append_row(out, 13, keys_table[i].shown, keys_table[i].function);
}

#define USAGE_WIDTH 26 /* longer ones stand out, so that there is room for what they do */

static void append_commands(GString *out)
{
	int widest = 0;

	g_string_append(out, "\nCommands\n/help NAME tells more.\n");
	for (const struct command *command = command_table; command->name != NULL; command++) {
		g_autofree char *usage = command_usage(command);

		widest = MAX(widest, text_width(usage));
	}
	for (const struct command *command = command_table; command->name != NULL; command++) {
		g_autofree char *usage = command_usage(command);

		append_row(out, MIN(widest, USAGE_WIDTH), usage, command->summary);
	}
	g_string_append(out, "Anything else that is typed is said in the chat. A line that begins "
			     "with // says a slash.\n");
}

struct view *view_help_new(struct ui *ui, const char *name)
{
	static const struct view_ops ops = {
		.title = "Help",
		.hint = TEXT_HINT,
		.draw = text_draw,
		.key = text_key,
		.free = text_free,
	};
	const struct command *command = name != NULL ? command_find(name) : NULL;
	GString *out;

	if (command != NULL)
		return new_with(ui, &ops, command_help_text(command));
	out = g_string_new("pheme " PHEME_VERSION "\n");
	append_keys(out);
	append_commands(out);
	append_functions(out);
	return new_with(ui, &ops, g_string_free(out, FALSE));
}
