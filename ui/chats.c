/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "src/model/account.h"
#include "src/model/contact.h"

struct chatview *ui_chatview(struct ui *ui, struct chat *chat)
{
	struct chatview *view = g_hash_table_lookup(ui->chatviews, chat);

	if (view == NULL) {
		view = chatview_new(ui->session, chat);
		g_hash_table_insert(ui->chatviews, chat, view);
	}
	return view;
}

static void remember_last(struct ui *ui, struct chat *chat)
{
	if (ui->last != NULL)
		chat_unref(ui->last);
	ui->last = chat != NULL ? chat_ref(chat) : NULL;
}

/* What was new has been seen by now. */
static void leave_current(struct ui *ui)
{
	struct chat *chat = ui->current->chat;

	if (chat->watched)
		chat_set_watched(chat, false);
	if (chat->unread == 0)
		chat_clear_read_mark(chat);
	remember_last(ui, chat);
}

void ui_show_chat(struct ui *ui, struct chat *chat)
{
	if (ui->leaving)
		return;
	ui_leave_views(ui);
	if (ui->view != NULL)
		view_ask_to_drop(ui->view);
	if (ui->current != NULL && ui->current->chat == chat)
		return;
	find_cancel(ui);
	if (ui->current != NULL)
		leave_current(ui);
	ui->current = ui_chatview(ui, chat);
	if (chat->kind == CHAT_STATUS)
		ui->alerts = 0;
	ui->wants_out = false;
	ui_update_input(ui);
	ui_mark(ui, DIRTY_ALL);
}

void ui_watch(struct ui *ui)
{
	struct chat *chat = ui->current->chat;
	bool watched = ui->view == NULL && !ui->layout.one_line && chatview_is_at_end(ui->current);

	if (watched && (!chat->watched || chat->unread > 0)) {
		chat_set_watched(chat, true);
		if (chat->kind != CHAT_STATUS)
			session_mark_read(ui->session, chat);
	} else if (!watched && chat->watched) {
		/* The line above what was new stays: one scrolls up to find it. */
		chat_set_watched(chat, false);
	} else if (watched && ui->frames.added > 0 && chat->kind != CHAT_STATUS) {
		session_mark_read(ui->session, chat);
	}
}

void ui_forget_chat(struct ui *ui, struct chat *chat)
{
	struct chatview *view = g_hash_table_lookup(ui->chatviews, chat);

	typing_forget(ui->typing, chat);
	if (ui->last == chat)
		remember_last(ui, NULL);
	if (view == NULL)
		return;
	if (ui->current == view) {
		struct chat *next = ui->last != NULL ? ui->last : ui->model->status;

		find_cancel(ui);
		if (ui->draft == &view->draft)
			ui->draft = NULL;
		ui->current = ui_chatview(ui, next);
		if (next->kind == CHAT_STATUS)
			ui->alerts = 0;
		remember_last(ui, NULL);
		ui_update_input(ui);
		ui_mark(ui, DIRTY_ALL);
	}
	g_hash_table_remove(ui->chatviews, chat);
}

/* --- going from one to another ------------------------------------------------------------ */

void ui_step_chat(struct ui *ui, int step)
{
	GPtrArray *chats = ui->model->chats;
	guint at = 0;

	g_ptr_array_find(chats, ui->current->chat, &at);
	ui_show_chat(ui, chats->pdata[(at + chats->len + (guint)step) % chats->len]);
}

void ui_show_number(struct ui *ui, unsigned number)
{
	for (guint i = 0; i < ui->model->chats->len; i++) {
		struct chat *chat = ui->model->chats->pdata[i];

		if (chat->number == number) {
			ui_show_chat(ui, chat);
			return;
		}
	}
}

/* Who spoke to us comes before what was said in a room. */
static int urgency(const struct chat *chat)
{
	if (chat->unread == 0)
		return 0;
	return chat->mentions > 0 ? 3 : chat->kind == CHAT_CONTACT ? 2 : 1;
}

void ui_show_unread(struct ui *ui)
{
	struct chat *best = NULL;

	for (guint i = 0; i < ui->model->chats->len; i++) {
		struct chat *chat = ui->model->chats->pdata[i];

		if (chat != ui->current->chat && urgency(chat) > (best ? urgency(best) : 0))
			best = chat;
	}
	if (best == NULL && ui->alerts > 0)
		best = ui->model->status;
	if (best != NULL)
		ui_show_chat(ui, best);
}

void ui_show_last(struct ui *ui)
{
	g_autoptr(GPtrArray) hold = g_ptr_array_new_with_free_func((GDestroyNotify)chat_unref);

	if (ui->last == NULL)
		return;
	g_ptr_array_add(hold, chat_ref(ui->last));
	ui_show_chat(ui, hold->pdata[0]);
}

void ui_open_row(struct ui *ui, const struct pane_row *row)
{
	switch (row->kind) {
	case PANE_CONTACT:
		ui_show_chat(ui, session_open_chat(ui->session, row->account, row->contact->id));
		break;
	case PANE_ROOM:
		ui_show_chat(ui, row->chat);
		break;
	case PANE_ACCOUNT:
		ui_push_view(ui, view_accounts_new(ui));
		break;
	case PANE_REQUEST:
	case PANE_REQUESTS:
		ui_push_view(ui, view_requests_new(ui));
		break;
	case PANE_NOTHING:
	case PANE_GROUP:
	case PANE_ROOMS:
		break;
	}
}
