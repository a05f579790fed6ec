/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the session keeps for a chat; opening, closing and reading one. */

#include "tree.h"

#include <string.h>

struct talk *talk_find(struct session *session, struct chat *chat)
{
	return g_hash_table_lookup(session->talks, chat);
}

struct talk *talk_get(struct session *session, struct chat *chat)
{
	struct talk *talk = talk_find(session, chat);

	if (talk)
		return talk;
	talk = g_new0(struct talk, 1);
	talk->session = session;
	talk->chat = chat_ref(chat);
	talk->typing = -1;
	g_hash_table_insert(session->talks, chat, talk);
	return talk;
}

void talk_free(void *data)
{
	struct talk *talk = data;

	pages_cancel(talk);
	outbox_clear(talk);
	report_clear(talk);
	g_queue_clear(&talk->held);
	g_queue_clear_full(&talk->known_sent, g_free);
	g_clear_pointer(&talk->readings, g_hash_table_unref);
	g_clear_handle_id(&talk->mark_read, g_source_remove);
	chat_unref(talk->chat);
	g_free(talk);
}

void talk_release(struct talk *talk)
{
	if (!talk->chat->open && g_queue_is_empty(&talk->held) && g_queue_is_empty(&talk->outbox) &&
	    !talk->page)
		g_hash_table_remove(talk->session->talks, talk->chat);
}

void talk_connection_lost(struct login *login)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, login->session->talks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct talk *talk = value;

		if (talk->chat->account != login->account)
			continue;
		talk->typing = -1;
		report_clear(talk);
		chat_set_live(talk->chat, false);
		if (talk->chat->kind != CHAT_ROOM)
			continue;
		chat_clear_members(talk->chat);
		chat_set_room_state(talk->chat, ROOM_LEFT);
	}
}

/* --- opening and closing ------------------------------------------------------------------ */

/* A contact that is known under @id, or under the same one in another case. */
static const char *known_id(struct account *account, const char *id)
{
	g_autofree char *folded = g_utf8_casefold(id, -1);
	GHashTableIter iter;
	void *key;

	if (account_find_contact(account, id))
		return id;
	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		g_autofree char *other = g_utf8_casefold(key, -1);

		if (strcmp(folded, other) == 0)
			return key;
	}
	return NULL;
}

/* The last page of its history is loaded when the model tells of it: restore_on_event(). */
struct chat *session_open_chat(struct session *session, struct account *account, const char *id)
{
	const char *known = known_id(account, id);

	return chat_open(account, CHAT_CONTACT, known ? known : id);
}

struct opening {
	struct session *session;
	struct account *account;
	char *id;
	session_chat_fn fn;
	void *data;
};

static void opening_free(void *data)
{
	struct opening *opening = data;

	g_free(opening->id);
	g_free(opening);
}

static void on_opened(const GError *error, void *data)
{
	struct opening *opening = data;
	struct chat *chat = NULL;

	if (!error)
		chat = session_open_chat(opening->session, opening->account, opening->id);
	opening->fn(chat, error, opening->data);
}

static void on_normalized(const char *id, const GError *error, void *promise)
{
	struct opening *opening = promise_data(promise);

	if (!error) {
		g_free(opening->id);
		opening->id = g_strdup(id);
	}
	promise_reply(error, promise);
}

void session_open_contact(struct session *session, struct account *account, const char *id,
			  session_chat_fn fn, void *data)
{
	struct opening *opening = g_new0(struct opening, 1);
	struct promise *promise = promise_new(session, account, on_opened, opening);
	struct conn *conn = login_conn(session, account);

	promise_own_data(promise, opening_free);
	opening->session = session;
	opening->account = account;
	opening->id = g_strdup(id);
	opening->fn = fn;
	opening->data = data;
	if (!conn || known_id(account, id))
		promise_end_later(promise, NULL);
	else
		conn_normalize(conn, id, on_normalized, promise);
}

void session_close_chat(struct session *session, struct chat *chat)
{
	struct conn *conn = chat->account ? login_conn(session, chat->account) : NULL;

	if (chat->kind == CHAT_STATUS || !chat->open)
		return;
	session_mark_read(session, chat);
	if (chat->kind == CHAT_ROOM)
		session_part(session, chat, NULL, NULL, NULL);
	else if (conn)
		conn_close_chat(conn, chat);
	chat_close(chat);
}

/* --- reading and typing ------------------------------------------------------------------- */

static void write_read(struct talk *talk)
{
	struct history_chat key = session_chat_key(talk->chat);

	g_clear_handle_id(&talk->mark_read, g_source_remove);
	/* What came since is not read; then the next look marks all. */
	if (talk->chat->account && !talk->chat->unread)
		history_mark_read(talk->session->history, &key);
}

static gboolean on_mark_read(void *data)
{
	struct talk *talk = data;

	talk->mark_read = 0;
	write_read(talk);
	return G_SOURCE_REMOVE;
}

void talk_note_read(struct talk *talk)
{
	if (!talk->mark_read)
		talk->mark_read = g_idle_add_full(G_PRIORITY_LOW, on_mark_read, talk, NULL);
}

void talk_flush_read(struct session *session)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, session->talks);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct talk *)value)->mark_read)
			write_read(value);
}

/* The model tells of it, and restore.c has it written. */
void session_mark_read(struct session *session, struct chat *chat)
{
	chat_mark_read(chat);
}

void session_set_typing(struct session *session, struct chat *chat, enum chat_typing state)
{
	struct conn *conn = chat->account ? login_conn(session, chat->account) : NULL;
	struct talk *talk;

	if (!conn || chat->kind == CHAT_STATUS || !config_bool(session->config, "chat.send-typing"))
		return;
	talk = talk_get(session, chat);
	if (talk->typing == (int)state)
		return;
	talk->typing = (int)state;
	conn_set_typing(conn, chat, state);
}

void session_measure_sms(struct session *session, struct chat *chat, const char *text)
{
	struct conn *conn = chat->account ? login_conn(session, chat->account) : NULL;

	if (conn && chat->way == CHAT_BY_SMS && g_utf8_validate(text, -1, NULL))
		conn_measure_sms(conn, chat, text);
}
