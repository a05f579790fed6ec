/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Pages of history into a chat's window. One page a chat is on its way at a time. */

#include "tree.h"

enum page_kind {
	PAGE_OLDER,
	PAGE_NEWER,
	PAGE_END,
	PAGE_AROUND,
};

struct page {
	struct talk *talk;
	enum page_kind kind;
};

struct message *pages_message_whole(const struct history_message *row)
{
	struct message_init init = {
		.time = row->time,
		.direction = (enum message_direction)row->direction,
		.type = (enum message_type)row->type,
		.delivery = (enum delivery)row->delivery,
		.scrollback = row->scrollback,
		.sender = row->sender,
		.alias = row->alias,
		.text = row->text,
		.reason = correction_target(row->reason) ? NULL : row->reason,
		.supersedes = correction_target(row->reason),
		.uid = row->uid,
		.token = row->token,
		.row = row->row,
	};
	struct message *message = message_new(&init);

	message->mention = row->mention;
	return message;
}

struct message *pages_message(const struct history_message *row)
{
	struct message *message = pages_message_whole(row);

	if (row->row)
		g_clear_pointer(&message->raw, g_free); /* the history has it */
	return message;
}

static GPtrArray *make_messages(GPtrArray *rows)
{
	GPtrArray *messages = g_ptr_array_sized_new(rows->len);

	for (guint i = 0; i < rows->len; i++)
		g_ptr_array_add(messages, pages_message(rows->pdata[i]));
	return messages;
}

static void on_around(GPtrArray *rows, bool at_start, bool at_end, const char *error, void *data)
{
	struct page *page = data;
	struct talk *talk = page->talk;
	g_autoptr(GPtrArray) messages = make_messages(rows);

	g_free(g_steal_pointer(&talk->page));
	if (error || !messages->len) {
		/* What is in the window stays. */
		g_ptr_array_set_free_func(messages, (GDestroyNotify)message_free);
		chat_keep_window(talk->chat);
	} else {
		chat_move_window(talk->chat, messages, at_start, at_end);
	}
	talk_release(talk);
}

static void on_page(GPtrArray *rows, bool complete, const char *error, void *data)
{
	struct page *page = data;
	struct talk *talk = page->talk;
	struct chat *chat = talk->chat;
	g_autoptr(GPtrArray) messages = make_messages(rows);
	enum page_kind kind = page->kind;

	g_free(g_steal_pointer(&talk->page));
	/* With a history that cannot be read there is nothing beyond: nobody asks in a loop. */
	if (error)
		complete = chat->no_history = true;
	switch (kind) {
	case PAGE_OLDER:
		chat_prepend_page(chat, messages, complete);
		break;
	case PAGE_NEWER:
		chat_append_page(chat, messages, complete);
		break;
	case PAGE_END:
		chat_reset_window(chat, messages, complete);
		break;
	case PAGE_AROUND: /* on_around() */
		break;
	}
	talk_release(talk);
}

static void ask(struct talk *talk, enum page_kind kind, gint64 row)
{
	struct history_chat key = session_chat_key(talk->chat);
	struct history *history = talk->session->history;
	struct page *page = g_new0(struct page, 1);

	page->talk = talk;
	page->kind = kind;
	talk->page = page;
	talk->chat->loading = true;
	if (kind == PAGE_AROUND)
		history_read_around(history, &key, row, CHAT_PAGE, on_around, page);
	else if (kind == PAGE_NEWER)
		history_read_after(history, &key, row, CHAT_PAGE, on_page, page);
	else
		history_read_before(history, &key, row, CHAT_PAGE, on_page, page);
}

void pages_cancel(struct talk *talk)
{
	if (!talk->page)
		return;
	/* Once the session is being freed there is no history any more, nor an answer. */
	if (talk->session->history)
		history_cancel(talk->session->history, talk->page);
	g_clear_pointer(&talk->page, g_free);
	talk->chat->loading = false;
}

void pages_load_end(struct talk *talk)
{
	if (talk->page && talk->page->kind == PAGE_END)
		return;
	pages_cancel(talk);
	ask(talk, PAGE_END, 0);
}

/* The row of the oldest or the newest stored message in the window; 0: none is stored. */
static gint64 edge_row(const struct chat *chat, bool oldest)
{
	for (unsigned i = 0; i < chat->count; i++) {
		gint64 row = chat_message(chat, oldest ? i : chat->count - 1 - i)->row;

		if (row)
			return row;
	}
	return 0;
}

void session_load_older(struct session *session, struct chat *chat)
{
	struct talk *talk;
	gint64 row = edge_row(chat, true);

	if (chat->kind == CHAT_STATUS || !chat->account || chat->at_start || chat->loading)
		return;
	talk = talk_get(session, chat);
	if (row)
		ask(talk, PAGE_OLDER, row);
	else
		pages_load_end(talk);
}

void session_load_newer(struct session *session, struct chat *chat)
{
	struct talk *talk;
	gint64 row = edge_row(chat, false);

	if (chat->kind == CHAT_STATUS || !chat->account || chat->at_end || chat->loading)
		return;
	talk = talk_get(session, chat);
	if (row)
		ask(talk, PAGE_NEWER, row);
	else
		pages_load_end(talk);
}

void session_load_around(struct session *session, struct chat *chat, gint64 row)
{
	struct talk *talk;

	if (chat->kind == CHAT_STATUS || !chat->account)
		return;
	talk = talk_get(session, chat);
	pages_cancel(talk);
	ask(talk, PAGE_AROUND, row);
}

void session_load_end(struct session *session, struct chat *chat)
{
	if (chat->kind == CHAT_STATUS || !chat->account || (chat->at_end && chat->count))
		return;
	pages_load_end(talk_get(session, chat));
}
