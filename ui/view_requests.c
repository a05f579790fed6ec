/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <string.h>
#include "src/model/account.h"
#include "wrap.h"

#define DETAIL_ROWS 6

struct requests_view {
	struct view view;
	struct list list;
};

static struct request *selected(struct requests_view *view)
{
	GPtrArray *requests = view->view.ui->model->requests;
	guint at = (guint)view->list.selected;

	return at < requests->len ? requests->pdata[at] : NULL;
}

/* The id as well as the name: it is the id that is let in. */
static char *who(const struct request *request)
{
	if (strcmp(request->name, request->shown_id) == 0)
		return g_strdup(request->name);
	return g_strdup_printf("%s <%s>", request->name, request->shown_id);
}

static char *describe(const struct request *request)
{
	g_autofree char *name = who(request);

	switch (request->kind) {
	case REQUEST_SUBSCRIPTION:
		break;
	case REQUEST_INVITATION:
		return g_strdup_printf("%u. %s invites you to %s", request->number, name,
				       request->shown_room);
	case REQUEST_FILE:
		return g_strdup_printf("%u. %s offers the file %s", request->number, name,
				       request->text);
	case REQUEST_TUBE:
		return g_strdup_printf("%u. %s offers a tube for %s%s%s", request->number, name,
				       request->text, request->room != NULL ? " in " : "",
				       request->room != NULL ? request->shown_room : "");
	}
	return g_strdup_printf("%u. %s wants to see your presence", request->number, name);
}

/* All of the selected one, below the list. */
static void draw_details(const struct area *area, const struct request *request)
{
	g_autofree char *what = describe(request);
	g_autofree char *text = g_strdup_printf("%s\n(account %s)\n%s", what,
						request->account->name, request->text);
	g_autoptr(GArray) lines = wrap_text(text, area->width - 1);

	for (int i = 0; i < area->height; i++) {
		const struct wrap_line *line = &g_array_index(lines, struct wrap_line, i);
		g_autofree char *part = NULL;

		if (i < (int)lines->len)
			part = g_strndup(text + line->start, line->length);
		term_put_padded(area->y + i, area->x, area->width, STYLE_VIEW_TEXT, part);
	}
}

static void draw_list(struct requests_view *view, const struct area *area)
{
	GPtrArray *requests = view->view.ui->model->requests;

	view_fit(&view->view, &view->list, (int)requests->len, area->y, area->height, 1);
	for (int i = 0; i < area->height; i++) {
		int at = view->list.top + i, y = area->y + i;
		bool there = at < (int)requests->len;
		g_autofree char *text = NULL;

		if (there)
			text = describe(requests->pdata[at]);
		else if (i == 0)
			text = g_strdup("There are no requests.");
		term_put_padded(y, area->x, area->width,
				there && at == view->list.selected ? STYLE_VIEW_SELECTED
								   : STYLE_VIEW_TEXT,
				text);
	}
}

static void requests_draw(struct view *base, const struct area *area)
{
	struct requests_view *view = (struct requests_view *)base;
	const struct request *request = selected(view);
	struct area list = *area, details = *area;

	details.height = request != NULL && area->height > 2 * DETAIL_ROWS ? DETAIL_ROWS : 0;
	list.height -= details.height;
	details.y += list.height;
	draw_list(view, &list);
	if (details.height == 0)
		return;
	term_fill(details.y++, details.x, details.width, STYLE_SEPARATOR, '-');
	details.height--;
	draw_details(&details, request);
}

static void on_done(const GError *error, void *data)
{
	if (error != NULL)
		ui_notice(data, NOTICE_ERROR, "%s", error->message);
}

static bool requests_key(struct view *base, enum list_key key, gunichar c)
{
	struct requests_view *view = (struct requests_view *)base;
	struct request *request = selected(view);
	bool accept = key == LIST_ENTER || (key == LIST_CHAR && c == 'a');
	bool reject = key == LIST_CHAR && (c == 'd' || c == 'r');

	if (list_key(&view->list, key))
		return true;
	if (key == LIST_CHAR && (c == 'A' || c == 'D')) {
		command_execute(&base->ui->front, c == 'A' ? "/accept all" : "/reject all", NULL,
				NULL);
		return true;
	}
	if (request == NULL || (!accept && !reject))
		return false;
	session_answer_request(base->ui->session, request, accept, on_done, base->ui);
	return true;
}

static bool requests_event(struct view *view, const struct event *event)
{
	return event->type == EVENT_REQUEST_ADDED || event->type == EVENT_REQUEST_CHANGED ||
	       event->type == EVENT_REQUEST_REMOVED;
}

struct view *view_requests_new(struct ui *ui)
{
	static const struct view_ops ops = {
		.title = "Requests",
		.hint = "Enter: accept  d: deny  A/D: all  q: close",
		.draw = requests_draw,
		.key = requests_key,
		.event = requests_event,
	};
	struct requests_view *view = g_new0(struct requests_view, 1);

	view->view.ops = &ops;
	view->view.ui = ui;
	return &view->view;
}
