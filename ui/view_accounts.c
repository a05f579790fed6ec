/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "src/model/account.h"
#include "src/model/text.h"
#include "wrap.h"

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

#define NAME_WIDTH    16
#define NETWORK_WIDTH 16
#define STATE_WIDTH   11
#define TROUBLE_ROWS  3

struct columns { /* their widths */
	int name, network;
};

static char *network_of(const struct account *account)
{
	return g_strdup_printf("%s/%s", account->manager, account->protocol);
}

static struct columns measure(GPtrArray *accounts)
{
	struct columns columns = {0, 0};

	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = accounts->pdata[i];
		g_autofree char *network = network_of(account);

		columns.name = MAX(columns.name, text_width(account->name));
		columns.network = MAX(columns.network, text_width(network));
	}
	columns.name = MIN(columns.name, NAME_WIDTH);
	columns.network = MIN(columns.network, NETWORK_WIDTH);
	return columns;
}

/* A cell of a table and the blank after it; returns where the next one begins. */
static int put_cell(const struct area *area, int y, int x, int width, int style, const char *text)
{
	int room = area->x + area->width - x;

	term_put_padded(y, x, MIN(width, room), style, text);
	term_put_padded(y, x + width, MIN(1, room - width), style, "");
	return x + width + 1;
}

/* Who one is there, and as what one shows: "alice@example.org [away] lunch". */
static char *describe_self(const struct account *account)
{
	g_autofree char *id = text_clean(account->self_id, -1, TEXT_LINE);

	if (account->state != ACCOUNT_ONLINE || account->presence == PRESENCE_UNSET)
		return g_steal_pointer(&id);
	return g_strdup_printf("%s [%s] %s", id, presence_name(account->presence),
			       account->status_message);
}

static void draw_account(const struct area *area, int y, const struct account *account,
			 const struct columns *columns, bool is_selected)
{
	g_autofree char *network = network_of(account), *self = describe_self(account);
	int style = is_selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT, x = area->x;

	x = put_cell(area, y, x, columns->name, is_selected ? style : STYLE_VIEW_HEADING,
		     account->name);
	x = put_cell(area, y, x, STATE_WIDTH, style, account_state_name(account->state));
	x = put_cell(area, y, x, columns->network, style, network);
	term_put_padded(y, x, area->x + area->width - x, style, self);
}

/* Below the list: why the selected one is not online, in full. */
static void draw_trouble(const struct area *area, const struct account *account)
{
	const char *reason = account != NULL ? account->reason : "";
	g_autoptr(GArray) lines = wrap_text(reason, area->width);

	for (int i = 0; i < area->height; i++) {
		g_autofree char *part = NULL;

		if (i < (int)lines->len) {
			const struct wrap_line *line = &g_array_index(lines, struct wrap_line, i);

			part = g_strndup(reason + line->start, line->length);
		}
		term_put_padded(area->y + i, area->x, area->width, STYLE_VIEW_ERROR, part);
	}
}

static void accounts_draw(struct view *base, const struct area *area)
{
	struct accounts_view *view = (struct accounts_view *)base;
	GPtrArray *accounts = base->ui->model->accounts;
	struct columns columns = measure(accounts);
	struct area trouble = *area;

	trouble.height = area->height > 2 * TROUBLE_ROWS ? TROUBLE_ROWS : 0;
	trouble.y = area->y + area->height - trouble.height;
	view_fit(base, &view->list, (int)accounts->len + 1, area->y, trouble.y - area->y, 1);
	for (int y = area->y; y < trouble.y; y++) {
		int at = view->list.top + y - area->y;
		bool is_selected = at == view->list.selected;

		if (at < (int)accounts->len)
			draw_account(area, y, accounts->pdata[at], &columns, is_selected);
		else if (at == (int)accounts->len)
			term_put_padded(y, area->x, area->width,
					is_selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT,
					"[ add an account ]");
		else
			term_fill(y, area->x, area->width, STYLE_PLAIN, ' ');
	}
	draw_trouble(&trouble, selected(view));
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

static void move(struct accounts_view *view, struct account *account, int by)
{
	struct ui *ui = view->view.ui;
	int to = view->list.selected + by, count = (int)ui->model->accounts->len;
	/* Taken out, those after it have moved up. */
	int at = by > 0 ? to + 1 : to;
	GError *error = NULL;

	if (to < 0 || to >= count)
		return;
	report(ui,
	       session_account_move(ui->session, account,
				    at < count ? ui->model->accounts->pdata[at] : NULL, &error),
	       error);
	if (ui->model->accounts->pdata[to] == account)
		view->list.selected = to;
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
	case 'J':
	case 'K':
		move(view, account, c == 'J' ? 1 : -1);
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
		.hint = "e: edit  a: add  c/d: (dis)connect  Space: on/off  r: remove  JK: move  "
			"q: close",
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
