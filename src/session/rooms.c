/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rooms: joining, leaving, and joining again after the connection was lost. */

#include "tree.h"

#include <string.h>

#include "../model/room_config.h"

/* Networks have a spelling of their own for what was typed: it differs in case only. */
static char *room_key(const char *id)
{
	return g_utf8_casefold(id, -1);
}

void rooms_keep_secret(struct login *login, const char *id, const char *secret)
{
	if (secret && *secret)
		g_hash_table_insert(login->room_secrets, room_key(id), g_strdup(secret));
}

const char *rooms_secret(struct login *login, const char *id)
{
	g_autofree char *key = room_key(id);
	const char *typed = g_hash_table_lookup(login->room_secrets, key);

	if (typed || g_hash_table_contains(login->room_refused, key))
		return typed;
	return bookmarks_secret(login, id);
}

bool rooms_is_refused(struct login *login, const char *id)
{
	g_autofree char *key = room_key(id);

	return g_hash_table_contains(login->room_refused, key);
}

void rooms_forget_secret(struct login *login, const char *id)
{
	char *key = room_key(id);

	g_hash_table_remove(login->room_secrets, key);
	g_hash_table_add(login->room_refused, key);
}

/* Once for a room whose password was typed: it can be kept. */
static void offer_to_keep(struct login *login, struct chat *room)
{
	g_autofree char *key = room_key(room->id);
	const char *typed = g_hash_table_lookup(login->room_secrets, key);
	const struct account_conf *conf = login_conf(login);

	if (!typed || login->session->script ||
	    g_strcmp0(typed, bookmarks_secret(login, room->id)) == 0 ||
	    !g_hash_table_add(login->room_offered, g_strdup(key)))
		return;
	model_notice(login->session->model, NULL, room, NOTICE_INFO,
		     "/bookmark add joins this room at each start, and keeps its password in %s",
		     conf && conf->secret_service ? "the Secret Service" : "accounts.conf");
}

void rooms_joined(struct conn *conn, struct chat *room, void *data)
{
	struct session *session = data;
	struct login *login = login_find(session, conn_account(conn));
	g_autofree char *key = NULL;

	if (!login)
		return;
	key = room_key(room->id);
	g_hash_table_remove(login->left, key);
	g_hash_table_insert(login->rooms, g_steal_pointer(&key), g_strdup(room->id));
	g_hash_table_remove_all(login->room_refused);
	offer_to_keep(login, room);
	outbox_pump(talk_get(session, room));
}

static void note_left(struct login *login, const char *id)
{
	g_autofree char *key = room_key(id);

	g_hash_table_remove(login->rooms, key);
	g_hash_table_add(login->left, g_steal_pointer(&key));
}

void rooms_thrown_out(struct conn *conn, struct chat *room, void *data)
{
	struct login *login = login_find(data, conn_account(conn));

	if (login)
		note_left(login, room->id);
}

/* Who reads a room later sees where something may be missing. */
void rooms_lost(struct login *login, const char *reason)
{
	GHashTableIter iter;
	void *id;

	g_hash_table_iter_init(&iter, login->rooms);
	while (g_hash_table_iter_next(&iter, NULL, &id)) {
		struct chat *room = chat_find(login->account, CHAT_ROOM, id);

		if (room && room->open)
			model_notice(login->session->model, NULL, room,
				     reason ? NOTICE_WARNING : NOTICE_INFO, "%s%s",
				     reason ? "connection lost: " : "disconnected",
				     reason ? reason : "");
	}
}

/* --- joining again ------------------------------------------------------------------------ */

struct rejoin {
	struct login *login;
	char *id;
};

static void rejoin_free(void *data)
{
	struct rejoin *rejoin = data;

	g_free(rejoin->id);
	g_free(rejoin);
}

static void on_rejoined(const GError *error, void *data)
{
	struct rejoin *rejoin = data;
	struct account *account;

	/* When the connection is gone again, maybe with its account, that was told. */
	if (!error || error->code == SESSION_ERROR_NOT_CONNECTED)
		return;
	account = rejoin->login->account;
	model_notice(account->model, account, chat_find(account, CHAT_ROOM, rejoin->id),
		     NOTICE_ERROR, "%s: /join %s tries again", error->message, rejoin->id);
}

static void rejoin(struct login *login, const char *id)
{
	struct rejoin *rejoin = g_new0(struct rejoin, 1);
	struct promise *promise = promise_new(login->session, login->account, on_rejoined, rejoin);

	promise_own_data(promise, rejoin_free);
	rejoin->login = login;
	rejoin->id = g_strdup(id);
	conn_join(login->conn, id, rooms_secret(login, id), promise_reply, promise);
}

static bool is_to_join(struct login *login, const char *id)
{
	g_autofree char *key = room_key(id);

	return !g_hash_table_contains(login->rooms, key) &&
	       !g_hash_table_contains(login->left, key);
}

static void join_all(struct login *login, GPtrArray *ids)
{
	for (guint i = 0; i < ids->len && login->conn; i++)
		rejoin(login, ids->pdata[i]);
}

static void list_new(struct login *login, GPtrArray *ids)
{
	const struct account_conf *conf = login_conf(login);

	for (char **room = conf && !login->session->brief ? conf->autojoin : NULL; room && *room;
	     room++)
		if (is_to_join(login, *room))
			g_ptr_array_add(ids, g_strdup(*room));
}

void rooms_rejoin(struct login *login)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	void *id;

	g_hash_table_iter_init(&iter, login->rooms);
	while (g_hash_table_iter_next(&iter, NULL, &id))
		g_ptr_array_add(ids, g_strdup(id));
	list_new(login, ids);
	join_all(login, ids);
}

void rooms_join_new(struct login *login)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

	list_new(login, ids);
	join_all(login, ids);
}

/* --- for commands ------------------------------------------------------------------------- */

void session_join(struct session *session, struct account *account, const char *room,
		  const char *password, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "join a room");

	if (!conn)
		return;
	/* For joining again. A wrong one is forgotten when the room asks again. */
	rooms_keep_secret(login_find(session, account), room, password);
	conn_join(conn, room, password, promise_reply, promise);
}

void session_part(struct session *session, struct chat *chat, const char *reason,
		  session_done_fn done, void *data)
{
	struct account *account = chat->account;
	struct login *login = account ? login_find(session, account) : NULL;
	struct promise *promise = promise_new(session, account, done, data);

	if (login) {
		note_left(login, chat->id);
		rooms_forget_secret(login, chat->id);
	}
	if (chat->kind != CHAT_ROOM)
		promise_fail_later(promise, SESSION_ERROR_FAILED, "cannot leave %s: it is no room",
				   chat->name);
	else if (!login || !login_is_online(login) || chat->room_state == ROOM_LEFT)
		promise_end_later(promise, NULL);
	else
		conn_part(login->conn, chat, reason, promise_reply, promise);
}

void session_release_room(struct session *session, struct chat *chat, session_done_fn done,
			  void *data)
{
	struct conn *conn = chat->account ? login_conn(session, chat->account) : NULL;

	if (conn && conn_give_up_room(conn, chat))
		session_part(session, chat, NULL, done, data);
	else
		promise_end_later(promise_new(session, NULL, done, data), NULL);
}

void session_set_topic(struct session *session, struct chat *chat, const char *topic,
		       session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, chat->account, done, data);
	struct conn *conn;

	if (chat->kind != CHAT_ROOM || chat->room_state != ROOM_JOINED || !chat->account) {
		promise_fail_later(promise, SESSION_ERROR_FAILED,
				   "cannot set the topic of %s: you are not in such a room",
				   chat->name);
		return;
	}
	conn = promise_conn(promise, chat->account, "set the topic");
	if (conn)
		conn_set_topic(conn, chat, topic, promise_reply, promise);
}

/* The connection for a room we are in; NULL: @promise fails. */
static struct conn *room_conn(struct promise *promise, struct chat *chat, const char *what)
{
	if (chat->kind == CHAT_ROOM && chat->account && chat->room_state == ROOM_JOINED)
		return promise_conn(promise, chat->account, what);
	promise_fail_later(promise, SESSION_ERROR_FAILED, "cannot %s: you are not in a room here",
			   what);
	return NULL;
}

void session_configure_room(struct session *session, struct chat *chat, const char *const *values,
			    session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, chat->account, done, data);
	struct conn *conn = room_conn(promise, chat, "change the room");

	for (int i = 0; conn && i < ROOM_OPTION_COUNT; i++) {
		if (!values[i] || room_config_is_mutable(chat->config, (enum room_option)i))
			continue;
		promise_fail_later(promise, SESSION_ERROR_REFUSED,
				   "cannot change the room: %s is not yours to change here",
				   room_options[i].name);
		return;
	}
	if (conn)
		conn_configure_room(conn, chat, values, promise_reply, promise);
}

void session_invite(struct session *session, struct chat *chat, const char *id, const char *reason,
		    session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, chat->account, done, data);
	struct conn *conn = room_conn(promise, chat, "invite");

	if (conn)
		conn_invite(conn, chat, id, reason, promise_reply, promise);
}

void session_kick(struct session *session, struct chat *chat, const struct member *member,
		  const char *reason, bool ban, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, chat->account, done, data);
	struct conn *conn = room_conn(promise, chat, ban ? "ban" : "kick");

	if (conn)
		conn_kick(conn, chat, member->id, reason, ban, promise_reply, promise);
}

/* --- a room out of a chat ----------------------------------------------------------------- */

struct making {
	struct account *account;
	char *id; /* of the room */
	session_chat_fn fn;
	void *data;
};

static void making_free(void *data)
{
	struct making *making = data;

	g_free(making->id);
	g_free(making);
}

static void on_made(const GError *error, void *data)
{
	struct making *making = data;
	struct chat *chat = NULL;

	if (!error)
		chat = chat_open(making->account, CHAT_ROOM, making->id);
	making->fn(chat, error, making->data);
}

static void on_room(const char *id, const GError *error, void *promise)
{
	struct making *making = promise_data(promise);

	making->id = g_strdup(id);
	promise_reply(error, promise);
}

void session_make_room(struct session *session, struct chat *chat, const char *const *ids,
		       const char *reason, session_chat_fn fn, void *data)
{
	struct making *making = g_new0(struct making, 1);
	struct promise *promise = promise_new(session, chat->account, on_made, making);
	struct conn *conn = NULL;

	promise_own_data(promise, making_free);
	making->account = chat->account;
	making->fn = fn;
	making->data = data;
	if (chat->account)
		conn = promise_conn(promise, chat->account, "make a room of this chat");
	else
		promise_fail_later(promise, SESSION_ERROR_NOT_FOUND,
				   "cannot make a room of this chat: its account was removed");
	if (conn)
		conn_make_room(conn, chat, ids, reason, on_room, promise);
}
