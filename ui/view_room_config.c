/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The form of a room: what it tells of itself, in fields where we may change it. Nothing is sent
 * before "save", and then all that was changed at once.
 */

#include "ui_private.h"

#include <string.h>
#include "src/model/account.h"
#include "src/model/room_config.h"
#include "src/model/text.h"

#define LABEL_CELLS 22

enum { /* rows that are no option */
       ROW_SAVE = ROOM_OPTION_COUNT,
       ROW_CLOSE,
};

struct config_view {
	struct view view;
	struct chat *chat; /* a reference */
	char *changed[ROOM_OPTION_COUNT];
	char *problem;
	int rows[ROOM_OPTION_COUNT + 2];
	struct list list;
	struct draft draft;
};

static bool is_mutable(const struct config_view *view, int row)
{
	return row < ROOM_OPTION_COUNT &&
	       room_config_is_mutable(view->chat->config, (enum room_option)row);
}

/* What is told or can be set; without anything to set there is nothing to save. */
static void list_rows(struct config_view *view)
{
	const struct room_config *config = view->chat->config;
	int count = 0;

	for (int i = 0; config != NULL && i < ROOM_OPTION_COUNT; i++)
		if (config->values[i] != NULL || is_mutable(view, i))
			view->rows[count++] = i;
	if (chat_can_configure(view->chat))
		view->rows[count++] = ROW_SAVE;
	view->rows[count++] = ROW_CLOSE;
	view->list.count = count;
}

static int selected_row(const struct config_view *view)
{
	return view->rows[CLAMP(view->list.selected, 0, view->list.count - 1)];
}

/* --- drawing ------------------------------------------------------------------------------ */

static char *shown_value(const struct config_view *view, int row)
{
	const char *changed = view->changed[row];
	enum room_option_type type = room_options[row].type;

	if (changed == NULL)
		return room_config_shown(view->chat->config, (enum room_option)row);
	if (type == ROOM_OPTION_IS_SECRET)
		return g_strdup("(a new one)");
	if (type == ROOM_OPTION_IS_FLAG)
		return g_strdup(strcmp(changed, "true") == 0 ? "yes" : "no");
	return text_clean(changed, -1, TEXT_LINE);
}

static void draw_option(const struct config_view *view, const struct area *area, int y, int row,
			int style)
{
	int label = MIN(LABEL_CELLS, area->width / 2);
	g_autofree char *value = shown_value(view, row);

	term_put_padded(y, area->x, area->width, STYLE_VIEW_TEXT,
			view->changed[row] != NULL ? "*" : " ");
	term_put_padded(y, area->x + 2, label, style, room_options[row].label);
	term_put(y, area->x + label + 3, area->width - label - 3,
		 is_mutable(view, row) ? STYLE_VIEW_TEXT : STYLE_VIEW_DIM, value);
}

static void draw_row(const struct config_view *view, const struct area *area, int y, int index)
{
	int row = view->rows[index];
	int style = index == view->list.selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT;

	if (row < ROOM_OPTION_COUNT) {
		draw_option(view, area, y, row, style);
		return;
	}
	term_put_padded(y, area->x, area->width, STYLE_VIEW_TEXT, "");
	term_put(y, area->x + 2, area->width - 2, style,
		 row == ROW_SAVE ? "[ save ]" : "[ close ]");
}

static void setup_draw(struct view *base, const struct area *area)
{
	struct config_view *view = (struct config_view *)base;
	struct area rows = {area->y + 1, area->x, MAX(area->height - 1, 0), area->width};
	g_autofree char *heading = NULL;

	list_rows(view);
	term_fill_area(area, STYLE_PLAIN);
	heading = g_strdup_printf(
		"%s%s", view->chat->name,
		chat_can_configure(view->chat) ? "" : "   nothing here is yours to change");
	term_put(area->y, area->x, area->width,
		 view->problem != NULL ? STYLE_VIEW_ERROR : STYLE_VIEW_HEADING,
		 view->problem != NULL ? view->problem : heading);
	view_fit(base, &view->list, view->list.count, rows.y, rows.height, 1);
	for (int i = 0; i < rows.height && view->list.top + i < view->list.count; i++)
		draw_row(view, &rows, rows.y + i, view->list.top + i);
}

/* --- editing ------------------------------------------------------------------------------ */

static void set_value(struct config_view *view, int row, const char *value)
{
	char *problem = room_option_check((enum room_option)row, value);

	g_free(view->problem);
	view->problem = NULL;
	if (problem != NULL) {
		view->problem = g_strdup_printf("%s: %s", room_options[row].label, problem);
		g_free(problem);
		return;
	}
	g_free(view->changed[row]);
	view->changed[row] =
		g_strcmp0(view->chat->config->values[row], value) == 0 ? NULL : g_strdup(value);
	view->list.selected++;
}

static void stop_editing(struct config_view *view)
{
	view->view.editing = NULL;
	view->view.prompt = NULL;
	ui_update_input(view->view.ui);
	g_clear_pointer(&view->draft.text, g_free);
	ui_mark(view->view.ui, DIRTY_CHAT | DIRTY_INPUT);
}

static void setup_line(struct view *base, const char *line)
{
	struct config_view *view = (struct config_view *)base;
	int row = selected_row(view);

	stop_editing(view);
	if (is_mutable(view, row))
		set_value(view, row, line);
}

static void setup_cancel(struct view *base)
{
	stop_editing((struct config_view *)base);
}

static const struct view_ops setup_ops;

static void take_secret(const char *answer, void *data)
{
	struct ui *ui = data;
	struct config_view *view = (struct config_view *)ui->view;

	if (answer == NULL || ui->view == NULL || ui->view->ops != &setup_ops)
		return;
	if (is_mutable(view, ROOM_OPTION_PASSWORD))
		set_value(view, ROOM_OPTION_PASSWORD, answer);
	ui_mark(ui, DIRTY_CHAT);
}

static void edit(struct config_view *view, int row)
{
	const char *now =
		view->changed[row] != NULL ? view->changed[row] : view->chat->config->values[row];

	switch (room_options[row].type) {
	case ROOM_OPTION_IS_FLAG:
		set_value(view, row, g_strcmp0(now, "true") == 0 ? "false" : "true");
		view->list.selected--;
		return;
	case ROOM_OPTION_IS_SECRET:
		ui_ask(view->view.ui, QUESTION_SECRET, "New password of the room", take_secret,
		       view->view.ui);
		return;
	case ROOM_OPTION_IS_TEXT:
	case ROOM_OPTION_IS_NUMBER:
		break;
	}
	g_free(view->draft.text);
	view->draft.text = g_strdup(now != NULL ? now : "");
	view->draft.cursor = G_MAXSIZE;
	view->view.editing = &view->draft;
	view->view.prompt = room_options[row].label;
	ui_update_input(view->view.ui);
}

/* --- saving ------------------------------------------------------------------------------- */

static void on_saved(const GError *error, void *data)
{
	ui_notice(data, error != NULL ? NOTICE_ERROR : NOTICE_INFO, "%s",
		  error != NULL ? error->message : "the room was changed");
}

static bool is_changed(const struct config_view *view)
{
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		if (view->changed[i] != NULL)
			return true;
	return false;
}

static void save(struct config_view *view)
{
	struct ui *ui = view->view.ui;

	if (is_changed(view))
		session_configure_room(ui->session, view->chat, (const char *const *)view->changed,
				       on_saved, ui);
	ui_close_view(ui);
}

static bool setup_key(struct view *base, enum list_key key, gunichar c)
{
	struct config_view *view = (struct config_view *)base;
	int row;

	if (key == LIST_LEAVE || (key == LIST_CHAR && c == 'q'))
		return is_changed(view) && view_ask_to_drop(base);
	if (list_key(&view->list, key))
		return true;
	if (key != LIST_ENTER && !(key == LIST_CHAR && c == ' '))
		return false;
	row = selected_row(view);
	if (row == ROW_SAVE)
		save(view);
	else if (row == ROW_CLOSE && is_changed(view))
		view_ask_to_drop(base);
	else if (row == ROW_CLOSE)
		ui_close_view(base->ui);
	else if (is_mutable(view, row))
		edit(view, row);
	return true;
}

static bool setup_event(struct view *base, const struct event *event)
{
	return event->chat == ((struct config_view *)base)->chat &&
	       event->type == EVENT_CHAT_CHANGED && (event->change & CHAT_CHANGED_CONFIG);
}

static void setup_free(struct view *base)
{
	struct config_view *view = (struct config_view *)base;

	for (int i = 0; i < ROOM_OPTION_COUNT; i++) {
		if (view->changed[i] != NULL)
			explicit_bzero(view->changed[i], strlen(view->changed[i]));
		g_free(view->changed[i]);
	}
	g_free(view->problem);
	g_free(view->draft.text);
	chat_unref(view->chat);
}

static bool setup_is_changed(const struct view *base)
{
	return is_changed((const struct config_view *)base) || base->editing != NULL;
}

static const struct view_ops setup_ops = {
	.title = "Room",
	.hint = "Up/Down: move  Enter: change  q: close",
	.draw = setup_draw,
	.key = setup_key,
	.line = setup_line,
	.cancel = setup_cancel,
	.is_changed = setup_is_changed,
	.event = setup_event,
	.free = setup_free,
};

struct view *view_room_config_new(struct ui *ui, struct chat *chat)
{
	struct config_view *view = g_new0(struct config_view, 1);

	view->view.ops = &setup_ops;
	view->view.ui = ui;
	view->chat = chat_ref(chat);
	list_rows(view);
	return &view->view;
}
