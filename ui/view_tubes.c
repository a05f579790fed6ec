/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tubes: where each stands, and how fast bytes went through it in the last minute; and files. A row
 * is a line for the tube, one for each connection of it, or one for a file. While bars are in sight
 * the view redraws itself once a second; when the last of them has left it, nothing wakes up.
 */

#include "ui_private.h"

#include <string.h>
#include "src/model/account.h"
#include "src/model/text.h"
#include "src/model/tube.h"

#define STATE_CELLS  8
#define BAR_MIN_AREA 60 /* cells, below which there is no room for bars */
#define BAR_CELLS    15

struct tubes_view {
	struct view view;
	struct list list;
	guint timer;
};

/* What the list is made of. */
struct tubes_row {
	struct tube *tube;                        /* NULL: it is a file */
	struct transfer *transfer;                /* NULL: it is a tube */
	const struct tube_connection *connection; /* NULL: the tube itself, or a member */
	const char *member;                       /* of a D-Bus tube; NULL: it is none */
};

static GArray *make_rows(const struct model *model)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct tubes_row));

	for (guint i = 0; i < model->tubes->len; i++) {
		struct tubes_row row = {.tube = model->tubes->pdata[i]};

		g_array_append_val(rows, row);
		for (guint k = 0; k < row.tube->connections->len; k++) {
			struct tubes_row part = {.tube = row.tube,
						 .connection = row.tube->connections->pdata[k]};

			g_array_append_val(rows, part);
		}
		for (char **member = row.tube->members; *member != NULL; member++) {
			struct tubes_row part = {.tube = row.tube, .member = *member};

			g_array_append_val(rows, part);
		}
	}
	for (guint i = 0; i < model->transfers->len; i++) {
		struct tubes_row row = {.transfer = model->transfers->pdata[i]};

		g_array_append_val(rows, row);
	}
	return rows;
}

/* --- words -------------------------------------------------------------------------------- */

static char *short_size(guint64 bytes)
{
	static const char units[] = "BkMGTP";
	double size = (double)bytes;
	unsigned unit = 0;

	while (size >= 999.5 && unit < sizeof(units) - 2) {
		size /= 1000;
		unit++;
	}
	return g_strdup_printf(unit > 0 && size < 9.95 ? "%.1f%c" : "%.0f%c", size, units[unit]);
}

static char *age(gint64 since)
{
	gint64 seconds = (g_get_monotonic_time() - since) / G_USEC_PER_SEC;

	if (seconds < 60)
		return g_strdup_printf("%ds", (int)seconds);
	if (seconds < 3600)
		return g_strdup_printf("%dm", (int)(seconds / 60));
	return g_strdup_printf("%dh", (int)(seconds / 3600));
}

static char *describe_tube(const struct tubes_row *row)
{
	const struct tube *tube = row->tube;
	g_autofree char *out = NULL, *in = NULL, *what = NULL, *since = NULL;

	g_assert(tube != NULL);
	if (row->member != NULL)
		return g_strdup_printf("    %s", row->member);
	out = short_size(row->connection != NULL ? row->connection->out : tube->out);
	in = short_size(row->connection != NULL ? row->connection->in : tube->in);
	if (row->connection != NULL) {
		since = age(row->connection->since);
		return g_strdup_printf("    %-7u%4s %5s> %5s< %s", row->connection->id, since, out,
				       in, row->connection->peer);
	}
	what = tube_describe(tube);
	since = age(tube->since);
	return g_strdup_printf("%2u %-*s%4s %5s> %5s< %s", tube->number, STATE_CELLS,
			       tube_state_name(tube->state), since, out, in, what);
}

static char *describe(const struct tubes_row *row)
{
	g_autofree char *text = row->tube != NULL ? NULL : transfer_print_row(row->transfer);

	return text != NULL ? g_strdup_printf("File %s", text) : describe_tube(row);
}

/* The last minute as a row of digits' heights: '.' little, ':' more, '|' most; left is old. */
static char *bars(const struct tube *tube, int cells)
{
	gint64 now = g_get_monotonic_time();
	unsigned seconds = TUBE_RATE_SECONDS / (unsigned)cells;
	g_autofree guint64 *sums = g_new0(guint64, (gsize)cells);
	GString *text = g_string_new(NULL);
	guint64 most = 0;

	for (unsigned ago = 0; ago < seconds * (unsigned)cells; ago++)
		sums[(unsigned)cells - 1 - ago / seconds] += tube_rate(tube, now, ago);
	for (int i = 0; i < cells; i++)
		most = MAX(most, sums[i]);
	for (int i = 0; i < cells; i++)
		g_string_append_c(text, sums[i] == 0              ? ' '
					: sums[i] * 3 <= most     ? '.'
					: sums[i] * 3 <= 2 * most ? ':'
								  : '|');
	return g_string_free(text, most == 0);
}

static char *file_details(const struct transfer *transfer)
{
	g_autofree char *progress = transfer_print_progress(transfer);
	g_autofree char *path =
		transfer->path != NULL ? text_clean(transfer->path, -1, TEXT_LINE) : g_strdup("");

	return g_strdup_printf("%s (account %s)\n%s\n%s", transfer->name, transfer->account_name,
			       progress, path);
}

/* All of the selected one, below the list. */
static char *details(const struct tube *tube)
{
	GString *text = g_string_new(NULL);
	g_autofree char *what = tube_describe(tube);
	g_autofree char *rate = short_size(tube_rate(tube, g_get_monotonic_time(), 1));
	bool reached = tube->incoming || (tube->kind == TUBE_DBUS && tube->state == TUBE_OPEN);

	g_string_append_printf(text, "%s (account %s)", what, tube->account->name);
	/* Programs connect to the manager by themselves: what they move is not known. */
	if (tube->kind == TUBE_STREAM)
		g_string_append_printf(text, "  %u connection%s, %s/s", tube->connections->len,
				       tube->connections->len == 1 ? "" : "s", rate);
	if (*tube->local != '\0')
		g_string_append_printf(text, "\n%s %s", reached ? "programs connect to" : "goes to",
				       tube->local);
	if (*tube->access != '\0')
		g_string_append_printf(text, "\nmanager: %s%s", tube->access,
				       tube->by_rule ? "; always accepted" : "");
	return g_string_free(text, FALSE);
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
	bool wide = area->width >= BAR_MIN_AREA && row->tube != NULL && row->connection == NULL &&
		    row->member == NULL;
	int style = selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT;
	int width = wide ? area->width - BAR_CELLS - 1 : area->width;
	g_autofree char *text = describe(row);
	g_autofree char *graph = row->tube != NULL ? bars(row->tube, BAR_CELLS) : NULL;

	term_put_padded(y, area->x, width, style, text);
	if (wide) {
		term_put_padded(y, area->x + width, 1, style, "");
		term_put_padded(y, area->x + width + 1, BAR_CELLS, style,
				graph != NULL ? graph : "");
	}
	if (graph != NULL && view->timer == 0)
		view->timer = g_timeout_add_seconds(1, on_timer, view);
}

static void draw_details(const struct area *area, const struct tubes_row *row)
{
	g_autofree char *text =
		row->tube != NULL ? details(row->tube) : file_details(row->transfer);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint count = g_strv_length(lines);

	for (int i = 0; i < area->height; i++)
		term_put_padded(area->y + i, area->x, area->width, STYLE_VIEW_TEXT,
				i < (int)count ? lines[i] : "");
}

static void tubes_draw(struct view *base, const struct area *area)
{
	struct tubes_view *view = (struct tubes_view *)base;
	g_autoptr(GArray) rows = make_rows(base->ui->model);
	int below = rows->len > 0 && area->height > 8 ? 4 : 0;
	struct area part = *area;

	view_fit(base, &view->list, (int)rows->len, area->y, area->height - below, 1);
	for (int i = 0; i < area->height - below; i++) {
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
	if (below == 0)
		return;
	part.y += area->height - below;
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
	else
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
	g_autoptr(GArray) rows = make_rows(base->ui->model);
	const struct tubes_row *row = NULL;

	if (list_key(&view->list, key))
		return true;
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
