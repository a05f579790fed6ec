/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which chats were open, and what was unread in them: brought back at the start, and
 * remembered as it changes. Also looks after a chat from the moment it is opened, by whoever,
 * until it is closed.
 */

#include "tree.h"

static void restore_chat(struct session *session, struct account *account,
			 const struct history_summary *summary)
{
	enum chat_kind kind = (enum chat_kind)summary->kind;
	struct chat *chat;

	if (kind != CHAT_CONTACT && kind != CHAT_ROOM)
		return;
	chat = chat_open(account, kind, summary->id);
	if (summary->number)
		chat_set_number(chat, summary->number);
	if (kind == CHAT_ROOM && summary->name && *summary->name)
		chat_set_name(chat, summary->name);
	chat->last_activity = MAX(chat->last_activity, summary->last_time);
	/* What came since the question was asked is counted already. */
	chat_set_unread(chat, chat->unread + summary->unread, chat->mentions + summary->mentions);
}

static void on_chats(GPtrArray *chats, void *data)
{
	struct session *session = data;

	bool all = config_bool(session->config, "chat.restore");

	session->restoring = true;
	for (guint i = 0; i < chats->len; i++) {
		const struct history_summary *summary = chats->pdata[i];
		struct account *account = model_find_account(session->model, summary->account);

		if (account && (all || summary->unread))
			restore_chat(session, account, summary);
	}
	session->restoring = false;
}

void restore_start(struct session *session)
{
	if (!session->brief)
		history_read_chats(session->history, on_chats, session);
	for (guint i = 0; i < session->logins->len; i++)
		restore_roster(session->logins->pdata[i]);
}

static void on_cache(GPtrArray *chats, void *data)
{
	promise_end(data, NULL);
}

/* The history answers in order. */
void session_wait_cache(struct session *session, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, NULL, done, data);

	history_read_roster(session->history, "", on_cache, promise);
}

/* --- as it changes ------------------------------------------------------------------------ */

static void remember(struct session *session, const struct chat *chat, bool open)
{
	struct history_chat key = session_chat_key(chat);

	if (chat->account && chat->kind != CHAT_STATUS && !session->brief)
		history_set_open(session->history, &key, open ? chat->number : 0, chat->name);
}

static void on_added(struct session *session, struct chat *chat)
{
	if (!session->restoring)
		remember(session, chat, true);
	if (!session->brief)
		pages_load_end(talk_get(session, chat));
}

static void on_removed(struct session *session, struct chat *chat)
{
	struct talk *talk = talk_find(session, chat);

	remember(session, chat, false);
	if (!talk)
		return;
	pages_cancel(talk);
	talk_release(talk);
}

static void on_changed(struct session *session, const struct event *event)
{
	if (event->chat->open && !session->restoring &&
	    (event->change & (CHAT_CHANGED_NUMBER | CHAT_CHANGED_NAME)))
		remember(session, event->chat, true);
	/* Whoever did it: the view that looks on, a command, the end of a page. */
	if (event->chat->open && (event->change & CHAT_CHANGED_UNREAD) && !event->chat->unread)
		talk_note_read(talk_get(session, event->chat));
}

void restore_on_event(const struct event *event, void *data)
{
	if (!event->chat || event->chat->kind == CHAT_STATUS)
		return;
	if (event->type == EVENT_CHAT_ADDED)
		on_added(data, event->chat);
	else if (event->type == EVENT_CHAT_REMOVED)
		on_removed(data, event->chat);
	else if (event->type == EVENT_CHAT_CHANGED)
		on_changed(data, event);
}
