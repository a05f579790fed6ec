/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "src/model/account.h"
#include "src/model/text.h"

struct accounts_view {
	struct view view;
	struct list list; /* the accounts, then the row that adds one */
	char *removing;   /* name of the account the user is asked about */
};

static struct account *selected(struct accounts_view *view)
{
	GPtrArray *accounts = view->view.ui->model->accounts;
	guint at = (guint)view->list.selected;

	return at < accounts->len ? accounts->pdata[at] : NULL;
}

static char *describe(const struct account *account)
{
	g_autofree char *state = NULL;

	if (*account->reason != '\0')
		state = g_strdup_printf("%s: %s", account_state_name(account->state),
					account->reason);
	else
		state = g_strdup(account_state_name(account->state));
	return g_strdup_printf("%s/%s  %s  %s", account->manager, account->protocol,
			       account->self_id, state);
}

static void draw_account(const struct area *area, int y, const struct account *account,
			 bool is_selected)
{
	g_autofree char *text = describe(account);
	int style = is_selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT;
	int name = MIN(20, area->width / 3);

	term_put_padded(y, area->x, name, is_selected ? style : STYLE_VIEW_HEADING, account->name);
	term_put_padded(y, area->x + name, 1, style, "");
	term_put_padded(y, area->x + name + 1, area->width - name - 1, style, text);
}

static void accounts_draw(struct view *base, const struct area *area)
{
	struct accounts_view *view = (struct accounts_view *)base;
	GPtrArray *accounts = base->ui->model->accounts;

	list_fit(&view->list, (int)accounts->len + 1, area->height);
	for (int i = 0; i < area->height; i++) {
		int at = view->list.top + i, y = area->y + i;
		bool is_selected = at == view->list.selected;

		if (at < (int)accounts->len)
			draw_account(area, y, accounts->pdata[at], is_selected);
		else if (at == (int)accounts->len)
			term_put_padded(y, area->x, area->width,
					is_selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT,
					"[ add an account ]");
		else
			term_fill(y, area->x, area->width, STYLE_PLAIN, ' ');
	}
}

static void report(struct ui *ui, bool done, GError *error)
{
	if (!done)
		ui_notice(ui, NOTICE_ERROR, "%s", error->message);
	g_clear_error(&error);
}

static void on_done(const GError *error, void *data)
{
	if (error != NULL)
		ui_notice(data, NOTICE_ERROR, "%s", error->message);
}

static void remove_if_yes(const char *answer, void *data)
{
	struct ui *ui = data;
	struct accounts_view *view;
	struct account *account;
	GError *error = NULL;

	/* Another view may have come in between; then nothing is removed. */
	if (ui->view == NULL || ui->view->ops->draw != accounts_draw)
		return;
	view = (struct accounts_view *)ui->view;
	account = view->removing != NULL ? model_find_account(ui->model, view->removing) : NULL;
	if (answer != NULL && account != NULL)
		report(ui, session_account_remove(ui->session, account, &error), error);
	g_clear_pointer(&view->removing, g_free);
	ui_mark(ui, DIRTY_ALL);
}

static void ask_removal(struct accounts_view *view, struct account *account)
{
	g_autofree char *question = g_strdup_printf(
		"Remove account %s? What was said stays in the history.", account->name);

	g_free(view->removing);
	view->removing = g_strdup(account->name);
	ui_ask(view->view.ui, QUESTION_YES_NO, question, remove_if_yes, view->view.ui);
}

static void command_key(struct accounts_view *view, struct account *account, gunichar c)
{
	struct ui *ui = view->view.ui;
	GError *error = NULL;
	bool enable;

	switch (c) {
	case 'c':
		session_connect(ui->session, account, on_done, ui);
		break;
	case 'd':
		session_disconnect(ui->session, account, on_done, ui);
		break;
	case ' ':
		enable = account->state == ACCOUNT_DISABLED;
		report(ui, session_account_enable(ui->session, account, enable, &error), error);
		break;
	case 'r':
		ask_removal(view, account);
		break;
	}
}

static bool accounts_key(struct view *base, enum list_key key, gunichar c)
{
	struct accounts_view *view = (struct accounts_view *)base;
	struct account *account = selected(view);

	if (list_key(&view->list, key))
		return true;
	if (key == LIST_CHAR && (c == 'j' || c == 'k'))
		return list_key(&view->list, c == 'j' ? LIST_DOWN : LIST_UP);
	if ((key == LIST_CHAR && c == 'a') || (key == LIST_ENTER && account == NULL)) {
		ui_push_view(base->ui, form_new(base->ui, NULL, NULL));
		return true;
	}
	if (key == LIST_ENTER || (key == LIST_CHAR && c == 'e' && account != NULL)) {
		ui_push_view(base->ui, form_new_edit(base->ui, account));
		return true;
	}
	if (key != LIST_CHAR || c == 'q')
		return false;
	if (account != NULL)
		command_key(view, account, c);
	return true;
}

static bool accounts_event(struct view *view, const struct event *event)
{
	return event->type == EVENT_ACCOUNT_ADDED || event->type == EVENT_ACCOUNT_REMOVED ||
	       event->type == EVENT_ACCOUNT_CHANGED;
}

static void view_free(struct view *base)
{
	g_free(((struct accounts_view *)base)->removing);
}

struct view *view_accounts_new(struct ui *ui)
{
	static const struct view_ops ops = {
		.title = "Accounts",
		.hint = "Enter: edit  a: add  c: connect  d: disconnect  Space: on/off  "
			"r: remove  q: close",
		.draw = accounts_draw,
		.key = accounts_key,
		.event = accounts_event,
		.free = view_free,
	};
	struct accounts_view *view = g_new0(struct accounts_view, 1);

	view->view.ops = &ops;
	view->view.ui = ui;
	return &view->view;
}
