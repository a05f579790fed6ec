/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "src/model/account.h"
#include "src/model/text.h"

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
static char *describe(const struct request *request)
{
	const char *text = *request->text != '\0' ? request->text : "";

	if (request->kind == REQUEST_INVITATION)
		return g_strdup_printf("%u. %s <%s> invites you to %s (%s)  %s", request->number,
				       request->name, request->shown_id, request->shown_room,
				       request->account->name, text);
	return g_strdup_printf("%u. %s <%s> wants to see your presence (%s)  %s", request->number,
			       request->name, request->shown_id, request->account->name, text);
}

static void requests_draw(struct view *base, const struct area *area)
{
	struct requests_view *view = (struct requests_view *)base;
	GPtrArray *requests = base->ui->model->requests;

	list_fit(&view->list, (int)requests->len, area->height);
	for (int i = 0; i < area->height; i++) {
		int at = view->list.top + i, y = area->y + i;
		g_autofree char *text = NULL;

		if (at < (int)requests->len)
			text = describe(requests->pdata[at]);
		else
			text = g_strdup(i == 0 ? "There are no requests." : "");
		term_put_padded(y, area->x, area->width,
				at == view->list.selected && at < (int)requests->len
					? STYLE_VIEW_SELECTED
					: STYLE_VIEW_TEXT,
				text);
	}
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
	if (request == NULL || (!accept && !reject))
		return false;
	session_answer_request(base->ui->session, request, accept, on_done, base->ui);
	return true;
}

static bool requests_event(struct view *view, const struct event *event)
{
	return event->type == EVENT_REQUEST_ADDED || event->type == EVENT_REQUEST_REMOVED;
}

struct view *view_requests_new(struct ui *ui)
{
	static const struct view_ops ops = {
		.title = "Requests",
		.hint = "Enter: accept  d: deny  q: close",
		.draw = requests_draw,
		.key = requests_key,
		.event = requests_event,
	};
	struct requests_view *view = g_new0(struct requests_view, 1);

	view->view.ops = &ops;
	view->view.ui = ui;
	return &view->view;
}
