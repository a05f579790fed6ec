/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "wrap.h"

/* Text to be read, scrolled with the usual keys. */
struct text_view {
	struct view view;
	char *text;
	GArray *lines;
	int width;
	struct list list; /* its selection is the first line in sight */
};

static void text_draw(struct view *base, const struct area *area)
{
	struct text_view *view = (struct text_view *)base;
	int most;

	if (view->width != area->width) {
		g_clear_pointer(&view->lines, g_array_unref);
		view->width = area->width;
	}
	if (view->lines == NULL)
		view->lines = wrap_text(view->text, area->width - 1);
	most = MAX((int)view->lines->len - area->height, 0);
	view->list.height = area->height;
	view->list.count = most + 1;
	view->list.selected = CLAMP(view->list.selected, 0, most);
	for (int i = 0; i < area->height; i++) {
		guint at = (guint)(view->list.selected + i);
		const struct wrap_line *line;
		g_autofree char *part = NULL;
		bool heading;

		if (at >= view->lines->len) {
			term_fill(area->y + i, area->x, area->width, STYLE_PLAIN, ' ');
			continue;
		}
		line = &g_array_index(view->lines, struct wrap_line, at);
		part = g_strndup(view->text + line->start, line->length);
		heading = *part != '\0' && *part != ' ' && *part != '/' && at > 0 &&
			  line[-1].length == 0 && g_ascii_isupper(*part);
		term_put_padded(area->y + i, area->x, area->width,
				heading ? STYLE_VIEW_HEADING : STYLE_VIEW_TEXT, part);
	}
}

static bool text_key(struct view *base, enum list_key key, gunichar c)
{
	struct text_view *view = (struct text_view *)base;

	if (key == LIST_CHAR && (c == ' ' || c == 'j' || c == 'k' || c == 'b'))
		key = c == ' ' ? LIST_PAGE_DOWN : c == 'b' ? LIST_PAGE_UP : c == 'j' ? LIST_DOWN
										     : LIST_UP;
	if (key == LIST_ENTER)
		key = LIST_DOWN;
	return list_key(&view->list, key);
}

static void text_free(struct view *base)
{
	struct text_view *view = (struct text_view *)base;

	g_free(view->text);
	if (view->lines != NULL)
		g_array_unref(view->lines);
}

static struct view *new_with(struct ui *ui, const struct view_ops *ops, char *text)
{
	struct text_view *view = g_new0(struct text_view, 1);

	view->view.ops = ops;
	view->view.ui = ui;
	view->text = text;
	return &view->view;
}

#define TEXT_HINT "Up/Down/PgUp/PgDn: scroll   q: close"

struct view *view_tubes_new(struct ui *ui)
{
	static const struct view_ops ops = {
		.title = "Tubes and transfers",
		.hint = TEXT_HINT,
		.draw = text_draw,
		.key = text_key,
		.free = text_free,
	};

	return new_with(ui, &ops, g_strdup("\nThere are no tubes and no transfers."));
}

/* --- help -------------------------------------------------------------------------------------------- */

static void append_keys(GString *out)
{
	g_string_append(out, "\nKeys\n");
	for (int i = 0; i < ACTION_COUNT; i++)
		g_string_append_printf(out, "  %-14s %s\n", keys_table[i].shown,
				       keys_table[i].help);
	g_string_append(out, "\n  Everything else is readline's: see `man readline`. Any of these "
			     "can be bound in\n  ~/.inputrc or $XDG_CONFIG_HOME/pheme/inputrc, "
			     "under $if Pheme, by its name:\n\n");
	for (int i = 0; i < ACTION_COUNT; i++)
		g_string_append_printf(out, "  %-14s %s\n", keys_table[i].shown,
				       keys_table[i].function);
}

static void append_commands(GString *out)
{
	g_string_append(out, "\nCommands (/help NAME tells more)\n");
	for (const struct command *command = command_table; command->name != NULL; command++) {
		g_autofree char *usage = command_usage(command);

		g_string_append_printf(out, "  %-32s %s\n", usage, command->summary);
	}
	g_string_append(out, "\nAnything else that is typed is said in the chat. A line that "
			     "begins with // says\na slash.\n");
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
	return new_with(ui, &ops, g_string_free(out, FALSE));
}
