/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * /find in a chat: from one message that has the words to the next, over all of its history. The
 * history is asked for each step, so that it does not matter what is in memory; the chat's view
 * then loads the page and stands there.
 */

#include "ui_private.h"

#include "src/model/account.h"

static void ask(struct ui *ui, int direction);

/* Keys that came meanwhile are not lost. */
static void go_on(struct ui *ui)
{
	int direction = CLAMP(ui->find_steps, -1, 1);

	ui->find_steps -= direction;
	if (direction != 0)
		ask(ui, direction);
}

static void on_found(GPtrArray *found, gint64 next, const GError *error, void *data)
{
	struct ui *ui = data;

	ui->finding = NULL;
	if (error != NULL) {
		ui_notice(ui, NOTICE_ERROR, "%s", error->message);
	} else if (found->len == 0) {
		term_bell();
		ui->find_note = ui->current->found_row == 0 ? " (none)" : " (no more)";
		ui->find_steps = 0;
	} else {
		const struct session_found *one = found->pdata[0];

		chatview_go_to(ui->current, one->message->row);
		go_on(ui);
	}
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
}

void find_cancel(struct ui *ui)
{
	if (ui->finding != NULL)
		session_search_cancel(g_steal_pointer(&ui->finding));
	ui->find_steps = 0;
	ui->find_note = "";
}

static void ask(struct ui *ui, int direction)
{
	struct chatview *view = ui->current;
	struct session_place place = {view->chat->account->name, view->chat->kind, view->chat->id};

	ui->find_note = "";
	ui->finding = session_search(ui->session, view->query, &place, view->found_row, 1,
				     direction > 0, on_found, ui);
}

void ui_find(struct ui *ui, struct query *query)
{
	find_cancel(ui);
	chatview_set_query(ui->current, query);
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
	if (query != NULL && ui->current->chat->account != NULL)
		ask(ui, -1);
}

void ui_find_step(struct ui *ui, int direction)
{
	struct chatview *view = ui->current;

	if (ui->finding != NULL)
		ui->find_steps += direction;
	else if (view->query != NULL && view->chat->account != NULL)
		ask(ui, direction);
	else
		chatview_find_mention(view, direction);
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
}

void ui_go_to_message(struct ui *ui, struct chat *chat, struct query *query, gint64 row)
{
	ui_show_chat(ui, chat);
	find_cancel(ui);
	chatview_set_query(ui->current, query);
	chatview_go_to(ui->current, row);
	ui_mark(ui, DIRTY_ALL);
}
