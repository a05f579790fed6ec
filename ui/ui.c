/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui.h"

#include <signal.h>
#include <string.h>
#include "ui_private.h"

bool ui_check(GError **error)
{
	return term_check(error);
}

bool ui_has_accounts(const struct ui *ui)
{
	return ui->model->accounts->len > 0;
}

/* --- what changed ------------------------------------------------------------------------- */

static bool is_current(const struct ui *ui, const struct event *event)
{
	return ui->current->chat == event->chat;
}

static void on_current(struct ui *ui, const struct event *event)
{
	switch (event->type) {
	case EVENT_MESSAGE_ADDED:
		ui->frames.added++;
		ui_mark(ui, DIRTY_CHAT);
		break;
	case EVENT_MESSAGE_CHANGED:
		if (event->message == NULL || event->message->delivery == DELIVERY_FAILED ||
		    event->message->direction == MESSAGE_LOCAL || event->message->superseded)
			chatview_reload(ui->current);
		ui_mark(ui, DIRTY_CHAT);
		break;
	case EVENT_MESSAGES_LOADED:
		chatview_reload(ui->current);
		ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
		break;
	case EVENT_MEMBER_ADDED:
	case EVENT_MEMBER_REMOVED:
	case EVENT_MEMBER_CHANGED:
	case EVENT_MEMBERS_RESET:
		ui_mark(ui, DIRTY_MEMBERS | DIRTY_TITLE);
		break;
	case EVENT_CHAT_CHANGED:
		ui_mark(ui, DIRTY_TITLE);
		if (event->change & (CHAT_CHANGED_TYPING | CHAT_CHANGED_UNREAD))
			ui_mark(ui, DIRTY_CHAT | DIRTY_MEMBERS);
		if (event->change & (CHAT_CHANGED_NAME | CHAT_CHANGED_NUMBER))
			ui_mark(ui, DIRTY_INPUT);
		break;
	case EVENT_ACCOUNT_ADDED:
	case EVENT_ACCOUNT_REMOVED:
	case EVENT_ACCOUNT_CHANGED:
	case EVENT_ROSTER_READY:
	case EVENT_CONTACT_ADDED:
	case EVENT_CONTACT_REMOVED:
	case EVENT_CONTACT_CHANGED:
	case EVENT_CHAT_ADDED:
	case EVENT_CHAT_REMOVED:
	case EVENT_REQUEST_ADDED:
	case EVENT_REQUEST_CHANGED:
	case EVENT_REQUEST_REMOVED:
	case EVENT_TRANSFER_ADDED:
	case EVENT_TRANSFER_CHANGED:
	case EVENT_TRANSFER_REMOVED:
	case EVENT_TUBE_ADDED:
	case EVENT_TUBE_CHANGED:
	case EVENT_TUBE_REMOVED:
	case EVENT_ROOM_LIST_CHANGED:
	case EVENT_DIRECTORY_CHANGED:
		break;
	}
}

/* Trouble that is told in the status window must be seen from elsewhere. */
static void on_alert(struct ui *ui, const struct event *event)
{
	if (event->type != EVENT_MESSAGE_ADDED || event->chat->kind != CHAT_STATUS ||
	    event->message->level == NOTICE_INFO)
		return;
	ui->alerts++;
	ui_mark(ui, DIRTY_STATUS);
}

/* What is kept of chats that are not in sight. */
static void on_other(struct ui *ui, const struct event *event)
{
	struct chatview *view = g_hash_table_lookup(ui->chatviews, event->chat);

	if (view != NULL &&
	    (event->type == EVENT_MESSAGES_LOADED || event->type == EVENT_MESSAGE_CHANGED))
		chatview_reload(view);
	on_alert(ui, event);
}

static void on_accounts(struct ui *ui, const struct event *event)
{
	if (event->type == EVENT_ACCOUNT_ADDED || event->type == EVENT_ACCOUNT_REMOVED)
		ui_mark(ui, DIRTY_ALL);
	else if (event->type == EVENT_ACCOUNT_CHANGED &&
		 (event->change & ~(unsigned)ACCOUNT_CHANGED_COUNTS))
		ui_mark(ui, DIRTY_STATUS | DIRTY_TITLE);
	else if (event->type == EVENT_CONTACT_CHANGED && event->contact != NULL &&
		 event->contact == ui->current->chat->contact)
		ui_mark(ui, DIRTY_TITLE);
	else if (event->type == EVENT_CHAT_ADDED || event->type == EVENT_CHAT_REMOVED ||
		 event->type == EVENT_TRANSFER_CHANGED || event->type == EVENT_TRANSFER_REMOVED ||
		 event->type == EVENT_TUBE_REMOVED ||
		 (event->type == EVENT_TUBE_CHANGED && (event->change & TUBE_CHANGED_STATE)) ||
		 (event->type == EVENT_CHAT_CHANGED &&
		  (event->change &
		   (CHAT_CHANGED_UNREAD | CHAT_CHANGED_NAME | CHAT_CHANGED_NUMBER))))
		ui_mark(ui, DIRTY_STATUS);
}

static void on_event(const struct event *event, void *data)
{
	struct ui *ui = data;

	if (ui->leaving)
		return;
	if (pane_event(ui->pane, event))
		ui_mark(ui, DIRTY_PANE);
	if (ui->view != NULL && ui->view->ops->event != NULL &&
	    ui->view->ops->event(ui->view, event))
		ui_mark(ui, DIRTY_CHAT);
	on_accounts(ui, event);
	if (event->type == EVENT_REQUEST_ADDED)
		asked_on_request(ui, event->request);
	if (event->type == EVENT_ROSTER_READY)
		asked_on_roster(ui, event->account);
	if (event->chat == NULL)
		return;
	if (event->type == EVENT_MESSAGE_ADDED)
		bell_on_message(ui, event);
	if (event->type == EVENT_CHAT_REMOVED ||
	    (event->type == EVENT_CHAT_CHANGED && (event->change & CHAT_CHANGED_UNREAD) &&
	     event->chat->unread == 0))
		bell_on_read(ui, event->chat);
	if (event->type == EVENT_CHAT_REMOVED)
		ui_forget_chat(ui, event->chat);
	else if (is_current(ui, event))
		on_current(ui, event);
	else
		on_other(ui, event);
}

static void load_theme(struct ui *ui)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);

	theme_free(ui->theme);
	ui->theme = theme_load(config_string(session_config(ui->session), "ui.theme"), problems);
	for (guint i = 0; i < problems->len; i++)
		ui_notice(ui, NOTICE_WARNING, "%s", (char *)problems->pdata[i]);
}

static void read_settings(struct ui *ui)
{
	struct config *config = session_config(ui->session);

	term_set_mouse(config_bool(config, "ui.mouse"));
	ui->pane_hidden = !config_bool(config, "ui.pane");
	pane_show_offline(ui->pane, config_bool(config, "ui.show-offline"));
}

static void on_setting(const char *name, void *data)
{
	struct ui *ui = data;

	if (ui->leaving || !g_str_has_prefix(name, "ui."))
		return;
	if (strcmp(name, "ui.theme") == 0)
		load_theme(ui);
	read_settings(ui);
	ui_mark(ui, DIRTY_ALL);
}

/* --- leaving ------------------------------------------------------------------------------ */

static void on_stopped(const GError *error, void *data)
{
	struct ui *ui = data;

	g_main_loop_quit(ui->loop);
}

/* The terminal first: saying goodbye to servers may take a while. */
void ui_quit(struct ui *ui, int status)
{
	if (ui->leaving)
		return;
	ui->leaving = true;
	ui->status = status;
	input_stop();
	term_end();
	session_stop(ui->session, on_stopped, ui);
}

static void on_signal(int number, void *data)
{
	struct ui *ui = data;

	switch (number) {
	case SIGWINCH:
	case SIGCONT:
		screen_resized(ui);
		break;
	case SIGTSTP:
		term_suspend();
		screen_resized(ui);
		break;
	default:
		ui_quit(ui, 0);
		break;
	}
}

/* --- coming and going --------------------------------------------------------------------- */

static void chatview_destroy(void *view)
{
	chatview_free(view);
}

static void set_up(struct ui *ui, struct session *session)
{
	g_autofree char *inputrc =
		g_build_filename(g_get_user_config_dir(), "pheme", "inputrc", NULL);

	ui->front.ops = &front_ops;
	ui->front.session = session;
	ui->session = session;
	ui->model = session_model(session);
	ui->loop = g_main_loop_new(NULL, FALSE);
	g_queue_init(&ui->questions);
	ui->pane = pane_new(ui->model);
	ui->typing = typing_new(session);
	ui->asked = asked_new();
	ui->chatviews = g_hash_table_new_full(NULL, NULL, NULL, chatview_destroy);
	ui->current = ui_chatview(ui, ui->model->status);
	screen_init(ui);
	load_theme(ui);
	read_settings(ui);
	input_init(inputrc, &keyboard_ops, ui);
	ui_update_input(ui);
	model_listen(ui->model, on_event, ui);
	config_on_change(session_config(session), on_setting, ui);
	session_on_prompt(session, question_on_prompt, ui);
	term_on_signal(on_signal, ui);
}

static void tear_down(struct ui *ui)
{
	command_drop_all(&ui->front);
	session_on_prompt(ui->session, NULL, NULL);
	model_unlisten(ui->model, on_event, ui);
	ui_close_views(ui);
	find_cancel(ui);
	question_clear(ui);
	ui->draft = NULL;
	input_clear();
	typing_free(ui->typing);
	asked_free(ui->asked);
	pane_free(ui->pane);
	if (ui->last != NULL)
		chat_unref(ui->last);
	g_hash_table_unref(ui->chatviews);
	theme_free(ui->theme);
	screen_clear(ui);
	g_strfreev(ui->candidates);
	g_free(ui->pasted);
	g_free(ui->bad_program);
	g_clear_handle_id(&ui->edit_idle, g_source_remove);
	g_main_loop_unref(ui->loop);
}

static void on_bus(const GError *error, void *data)
{
	struct ui *ui = data;

	if (ui->leaving)
		return;
	ui->sought_bus = true;
	ui_mark(ui, DIRTY_STATUS);
}

int ui_run(struct session *session, const char *hint)
{
	g_autoptr(GError) error = NULL;
	struct ui ui = {.hint = hint};

	if (!term_init(&error)) {
		g_printerr("pheme: %s\n", error->message);
		return 2;
	}
	set_up(&ui, session);
	ui_mark(&ui, DIRTY_ALL);
	screen_flush(&ui);
	input_start();
	screen_tick_clock(&ui);
	session_start(session);
	session_wait_bus(session, on_bus, &ui);
	g_main_loop_run(ui.loop);
	term_end();
	tear_down(&ui);
	return ui.status;
}
