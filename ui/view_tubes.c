/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tubes: where each stands, and how fast bytes went through it in the last minute; and files.
 * While bars are in sight the view redraws itself once a second; when the last of them has left
 * it, nothing wakes up.
 */

#include "ui_private.h"

#include "src/model/tube.h"
#include "tubes_rows.h"

#define DETAILS_AREA 8 /* rows, up to which there is no room for details */
#define DETAILS_MORE 16

struct tubes_view {
	struct view view;
	struct list list;
	struct tubes_mark mark; /* what is selected */
	guint timer;
};

static GArray *make_rows(struct tubes_view *view)
{
	GArray *rows = tubes_rows_new(view->view.ui->model, session_config(view->view.ui->session));

	view->list.selected = tubes_rows_find(rows, view->mark, view->list.selected);
	return rows;
}

/* What was selected may be gone: then it is what took its place. */
static void remember(struct tubes_view *view, const GArray *rows)
{
	static const struct tubes_mark none;
	guint at = (guint)view->list.selected;

	view->mark =
		at < rows->len ? tubes_row_mark(&g_array_index(rows, struct tubes_row, at)) : none;
}

/* --- drawing ------------------------------------------------------------------------------ */

static gboolean on_timer(void *data)
{
	struct tubes_view *view = data;

	view->timer = 0;
	ui_mark(view->view.ui, DIRTY_CHAT);
	return G_SOURCE_REMOVE;
}

static void draw_row(struct tubes_view *view, const struct area *area, int y,
		     const struct tubes_row *row, bool selected)
{
	struct tubes_columns columns = tubes_columns_for(area->width);
	int style = selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT;
	g_autofree char *bar = tubes_row_bar(row, columns.bar);
	int width = bar != NULL ? area->width - columns.bar - 1 : area->width;
	g_autofree char *text = tubes_row_print(row, &columns, width);

	term_put_padded(y, area->x, width, style, text);
	if (bar != NULL) {
		term_put_padded(y, area->x + width, 1, style, "");
		term_put_padded(y, area->x + width + 1, columns.bar, style, bar);
	}
	if (bar != NULL && row->tube != NULL && view->timer == 0)
		view->timer = g_timeout_add_seconds(1, on_timer, view);
}

static void draw_details(const struct area *area, const struct tubes_row *row)
{
	g_autofree char *text = tubes_row_details(row, area->width);
	int used = view_draw_text(area, area->y, area->height, STYLE_VIEW_TEXT, text);

	for (int i = used; i < area->height; i++)
		term_put_padded(area->y + i, area->x, area->width, STYLE_VIEW_TEXT, "");
}

static void draw_rows(struct tubes_view *view, const struct area *area, const GArray *rows)
{
	view_fit(&view->view, &view->list, (int)rows->len, area->y, area->height, 1);
	remember(view, rows);
	for (int i = 0; i < area->height; i++) {
		int at = view->list.top + i, y = area->y + i;

		if (at < (int)rows->len)
			draw_row(view, area, y, &g_array_index(rows, struct tubes_row, at),
				 at == view->list.selected);
		else
			term_put_padded(y, area->x, area->width, STYLE_VIEW_TEXT,
					i == 1 && rows->len == 0
						? "There are no tubes and no transfers."
						: "");
	}
}

static void draw_heading(const struct area *area)
{
	struct tubes_columns columns = tubes_columns_for(area->width);
	g_autofree char *heading = tubes_heading_print(&columns);

	term_put_padded(area->y, area->x, area->width, STYLE_VIEW_HEADING, heading);
}

/* With the line above them and the empty one below. */
static int details_height(const struct area *area, const GArray *rows)
{
	if (rows->len == 0 || area->height <= DETAILS_AREA)
		return 0;
	return area->height > DETAILS_MORE ? 6 : 4;
}

static void tubes_draw(struct view *base, const struct area *area)
{
	struct tubes_view *view = (struct tubes_view *)base;
	g_autoptr(GArray) rows = make_rows(view);
	int below = details_height(area, rows);
	int above = base->ui->model->tubes->len > 0 && area->height > 2 ? 1 : 0;
	struct area part = *area;

	if (above > 0)
		draw_heading(area);
	part.y += above;
	part.height -= above + below;
	draw_rows(view, &part, rows);
	if (below == 0)
		return;
	part.y += part.height;
	part.height = below - 1;
	term_fill(part.y++, part.x, part.width, STYLE_SEPARATOR, '-');
	draw_details(&part, &g_array_index(rows, struct tubes_row, view->list.selected));
}

/* --- keys --------------------------------------------------------------------------------- */

static void on_done(const GError *error, void *data)
{
	if (error != NULL)
		ui_notice(data, NOTICE_ERROR, "%s", error->message);
}

static void close_row(struct ui *ui, const struct tubes_row *row)
{
	if (row->transfer != NULL)
		session_cancel_file(ui->session, row->transfer);
	else if (row->connection != NULL)
		session_close_tube_connection(ui->session, row->tube, row->connection->id);
	else if (row->tube != NULL)
		session_close_tube(ui->session, row->tube);
}

/* False: there was nothing to accept. */
static bool accept_row(struct ui *ui, const struct tubes_row *row)
{
	struct request *request =
		row->transfer != NULL ? model_find_file_request(row->transfer) : NULL;

	if (request != NULL)
		session_answer_request(ui->session, request, true, on_done, ui);
	else if (row->tube != NULL && row->tube->state == TUBE_ASKED)
		session_accept_tube(ui->session, row->tube, NULL, on_done, ui);
	else
		return false;
	return true;
}

static bool tubes_key(struct view *base, enum list_key key, gunichar c)
{
	struct tubes_view *view = (struct tubes_view *)base;
	g_autoptr(GArray) rows = make_rows(view);
	const struct tubes_row *row = NULL;

	if (list_key(&view->list, key)) {
		remember(view, rows);
		return true;
	}
	if (view->list.selected < (int)rows->len)
		row = &g_array_index(rows, struct tubes_row, view->list.selected);
	if (row == NULL || key == LIST_LEAVE)
		return false;
	if (key == LIST_CHAR && (c == 'c' || c == 'd')) {
		close_row(base->ui, row);
		return true;
	}
	if (key == LIST_ENTER || (key == LIST_CHAR && c == 'a'))
		return accept_row(base->ui, row);
	return false;
}

static bool tubes_event(struct view *view, const struct event *event)
{
	return event->type == EVENT_TUBE_ADDED || event->type == EVENT_TUBE_CHANGED ||
	       event->type == EVENT_TUBE_REMOVED || event->type == EVENT_TRANSFER_ADDED ||
	       event->type == EVENT_TRANSFER_CHANGED || event->type == EVENT_TRANSFER_REMOVED;
}

static void tubes_free(struct view *base)
{
	g_clear_handle_id(&((struct tubes_view *)base)->timer, g_source_remove);
}

struct view *view_tubes_new(struct ui *ui)
{
	static const struct view_ops ops = {
		.title = "Tubes and transfers",
		.hint = "a: accept  c: close  q: close the list",
		.draw = tubes_draw,
		.key = tubes_key,
		.event = tubes_event,
		.free = tubes_free,
	};
	struct tubes_view *view = g_new0(struct tubes_view, 1);

	view->view.ops = &ops;
	view->view.ui = ui;
	return &view->view;
}
