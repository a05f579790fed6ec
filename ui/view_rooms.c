/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rooms of a server, sorted and filtered while they come: what came since the last frame is
 * put in its place, the rest stays where it is. The selection stays on its room, or at the top
 * until somebody has moved it.
 */

#include "ui_private.h"

#include <string.h>
#include "src/cmd/parse.h"
#include "src/model/account.h"
#include "src/model/room_list.h"
#include "src/model/text.h"
#include "wrap.h"

#define FILTER_MAX 64

struct rooms_view {
	struct view view;
	char *account;           /* name */
	struct room_list *list;  /* what rows and seen are of */
	GSequence *rows;         /* struct room_entry *, borrowed from the list */
	GSequenceIter *selected; /* NULL: none yet */
	guint seen;              /* entries of the list that were looked at */
	bool by_name, moved;
	GString *filter;
	int top, height;
};

static int compare(const void *a, const void *b, void *data)
{
	const struct rooms_view *view = data;

	return view->by_name ? room_entry_by_name(a, b) : room_entry_by_size(a, b);
}

/* --- rows --------------------------------------------------------------------------------- */

static void forget_rows(struct rooms_view *view)
{
	g_sequence_remove_range(g_sequence_get_begin_iter(view->rows),
				g_sequence_get_end_iter(view->rows));
	view->selected = NULL;
	view->seen = 0;
	view->moved = false;
}

static struct room_list *current_list(struct rooms_view *view)
{
	struct account *account = model_find_account(view->view.ui->model, view->account);

	return account != NULL ? account->room_list : NULL;
}

static void take_new(struct rooms_view *view)
{
	struct room_list *list = current_list(view);

	if (list != view->list)
		forget_rows(view);
	view->list = list;
	for (; list != NULL && view->seen < list->entries->len; view->seen++) {
		struct room_entry *entry = list->entries->pdata[view->seen];

		if (room_entry_matches(entry, view->filter->str))
			g_sequence_insert_sorted(view->rows, entry, compare, view);
	}
	if (!view->moved || view->selected == NULL)
		view->selected = g_sequence_get_begin_iter(view->rows);
	if (g_sequence_iter_is_end(view->selected))
		view->selected = NULL;
}

static void sort_again(struct rooms_view *view)
{
	forget_rows(view);
	view->top = 0;
}

static const struct room_entry *selected_entry(const struct rooms_view *view)
{
	return view->selected != NULL ? g_sequence_get(view->selected) : NULL;
}

static void move(struct rooms_view *view, enum list_key key)
{
	struct list list = {.count = g_sequence_get_length(view->rows), .height = view->height};

	if (view->selected == NULL)
		return;
	list.selected = g_sequence_iter_get_position(view->selected);
	list_key(&list, key);
	view->selected = g_sequence_get_iter_at_pos(view->rows, list.selected);
	view->moved = true;
}

/* --- drawing ------------------------------------------------------------------------------ */

static char *heading(const struct rooms_view *view)
{
	g_autofree char *how = view->list != NULL ? room_list_describe(view->list) : NULL;
	int shown = g_sequence_get_length(view->rows);
	GString *text = g_string_new(view->account);

	if (view->list == NULL) {
		g_string_append(text, ": the account is gone");
	} else {
		g_string_append(text, *view->list->server != '\0' ? " at " : "");
		g_string_append_printf(text, "%s: ", view->list->server);
		if (view->filter->len > 0)
			g_string_append_printf(text, "%d of ", shown);
		g_string_append_printf(text, "%s, by %s", how, view->by_name ? "name" : "size");
	}
	if (view->filter->len > 0)
		g_string_append_printf(text, "  [%s]", view->filter->str);
	return g_string_free(text, FALSE);
}

static void draw_entry(struct rooms_view *view, const struct area *area, int y, GSequenceIter *row)
{
	const struct room_entry *entry = g_sequence_get(row);
	int style = row == view->selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT;
	g_autofree char *text =
		room_entry_print(entry, CLAMP(area->width / 3, MIN(area->width, 16), 40));

	term_put_padded(y, area->x, area->width, style, text);
}

static void draw_failure(const struct rooms_view *view, const struct area *area)
{
	g_autoptr(GArray) lines = wrap_text(view->list->reason, area->width);

	term_fill_area(area, STYLE_PLAIN);
	for (int i = 0; i < MIN((int)lines->len, area->height); i++) {
		const struct wrap_line *line = &g_array_index(lines, struct wrap_line, i);
		g_autofree char *part = g_strndup(view->list->reason + line->start, line->length);

		term_put(area->y + i, area->x, area->width, STYLE_VIEW_ERROR, part);
	}
}

static void rooms_draw(struct view *base, const struct area *area)
{
	struct rooms_view *view = (struct rooms_view *)base;
	struct list list = {.top = view->top};
	g_autofree char *text = NULL;
	GSequenceIter *row;

	take_new(view);
	if (view->list != NULL && view->list->state == ROOM_LIST_FAILED) {
		draw_failure(view, area);
		return;
	}
	text = heading(view);
	term_put_padded(area->y, area->x, area->width, STYLE_VIEW_HEADING, text);
	view->height = MAX(area->height - 1, 1);
	if (view->selected != NULL)
		list.selected = g_sequence_iter_get_position(view->selected);
	view_fit(base, &list, g_sequence_get_length(view->rows), area->y + 1, view->height, 1);
	view->top = list.top;
	row = g_sequence_get_iter_at_pos(view->rows, view->top);
	for (int i = 1; i < area->height; i++) {
		if (g_sequence_iter_is_end(row)) {
			term_fill(area->y + i, area->x, area->width, STYLE_PLAIN, ' ');
			continue;
		}
		draw_entry(view, area, area->y + i, row);
		row = g_sequence_iter_next(row);
	}
}

/* --- keys --------------------------------------------------------------------------------- */

static void join(struct rooms_view *view, const struct room_entry *entry)
{
	struct ui *ui = view->view.ui;
	g_autofree char *account = word_quote(view->account);
	g_autofree char *room = word_quote(entry->id);
	g_autofree char *line = g_strdup_printf("/join -a %s -- %s", account, room);

	ui_close_view(ui);
	command_execute(&ui->front, line, NULL, NULL);
}

static void filter_char(struct rooms_view *view, gunichar c)
{
	if (view->filter->len < FILTER_MAX)
		g_string_append_unichar(view->filter, c);
	sort_again(view);
}

static void filter_backspace(struct rooms_view *view)
{
	const char *end = view->filter->str + view->filter->len;

	if (view->filter->len == 0)
		return;
	g_string_truncate(view->filter, (gsize)(g_utf8_prev_char(end) - view->filter->str));
	sort_again(view);
}

/* Esc takes back what was typed, then stops the list, then closes the view. */
static bool leave(struct rooms_view *view)
{
	struct account *account = model_find_account(view->view.ui->model, view->account);

	if (view->filter->len > 0) {
		g_string_truncate(view->filter, 0);
		sort_again(view);
		return true;
	}
	if (account == NULL || view->list == NULL || view->list->state != ROOM_LIST_RUNNING)
		return false;
	session_stop_listing(view->view.ui->session, account);
	return true;
}

static bool rooms_key(struct view *base, enum list_key key, gunichar c)
{
	struct rooms_view *view = (struct rooms_view *)base;

	take_new(view);
	switch (key) {
	case LIST_TAB:
	case LIST_BACKTAB:
		view->by_name = !view->by_name;
		sort_again(view);
		return true;
	case LIST_CHAR:
		filter_char(view, c);
		return true;
	case LIST_BACKSPACE:
		filter_backspace(view);
		return true;
	case LIST_KILL:
		g_string_truncate(view->filter, 0);
		sort_again(view);
		return true;
	case LIST_ENTER:
		if (selected_entry(view) != NULL)
			join(view, selected_entry(view));
		return true;
	case LIST_LEAVE:
		return leave(view);
	case LIST_UP:
	case LIST_DOWN:
	case LIST_PAGE_UP:
	case LIST_PAGE_DOWN:
	case LIST_FIRST:
	case LIST_LAST:
		move(view, key);
		return true;
	case LIST_LEFT:
	case LIST_RIGHT:
	case LIST_COUNT:
		break;
	}
	return false;
}

static bool rooms_event(struct view *base, const struct event *event)
{
	struct rooms_view *view = (struct rooms_view *)base;

	/* Its list is freed: no frame may be drawn of it. */
	if (event->type == EVENT_ACCOUNT_REMOVED || event->type == EVENT_ROOM_LIST_CHANGED)
		take_new(view);
	return event->type == EVENT_ROOM_LIST_CHANGED || event->type == EVENT_ACCOUNT_REMOVED;
}

static void rooms_free(struct view *base)
{
	struct rooms_view *view = (struct rooms_view *)base;
	struct account *account = model_find_account(base->ui->model, view->account);

	/* Nobody looks any more. */
	if (account != NULL && account->room_list != NULL &&
	    account->room_list->state == ROOM_LIST_RUNNING)
		session_stop_listing(base->ui->session, account);
	g_sequence_free(view->rows);
	g_string_free(view->filter, TRUE);
	g_free(view->account);
}

struct view *view_rooms_new(struct ui *ui, const char *account)
{
	static const struct view_ops ops = {
		.title = "Rooms",
		.hint = "Enter: join  Tab: sort  type: filter  Esc: stop, close",
		.draw = rooms_draw,
		.key = rooms_key,
		.event = rooms_event,
		.free = rooms_free,
	};
	struct rooms_view *view = g_new0(struct rooms_view, 1);

	view->view.ops = &ops;
	view->view.ui = ui;
	view->account = g_strdup(account);
	view->rows = g_sequence_new(NULL);
	view->filter = g_string_new(NULL);
	return &view->view;
}
