/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A front end that passes incoming messages on to somebody who may go away, or be slow: a
 * message is acknowledged when the history has it *and* it was passed on. What was not stays
 * with the manager, and another pheme gets it.
 *
 * A reading is such a message, from when it comes until the manager has it no more. So what is
 * read once again (because this pheme became the handler) is known, and not passed on twice.
 */

#include "tree.h"

#include <string.h>

struct reading {
	struct chat *chat; /* a reference */
	char *uid;
	unsigned serial; /* of the login's connection */
	guint32 pending_id;
	gint64 row; /* in the history; 0: not stored yet */
	bool confirmed, read, acknowledged;
};

static bool is_awaited(const struct reading *reading)
{
	return reading->confirmed && !reading->row;
}

static void reading_free(void *data)
{
	struct reading *reading = data;

	chat_unref(reading->chat);
	g_free(reading->uid);
	g_free(reading);
}

/* --- where they are found ----------------------------------------------------------------- */

static void index_reading(struct session *session, struct reading *reading)
{
	struct talk *talk = talk_get(session, reading->chat);

	if (!talk->readings)
		talk->readings = g_hash_table_new(NULL, NULL);
	g_hash_table_insert(talk->readings, GUINT_TO_POINTER(reading->pending_id), reading);
}

static void unindex(struct session *session, const struct reading *reading)
{
	struct talk *talk = talk_find(session, reading->chat);
	void *id = GUINT_TO_POINTER(reading->pending_id);

	if (talk && talk->readings && g_hash_table_lookup(talk->readings, id) == reading)
		g_hash_table_remove(talk->readings, id);
}

static void drop(struct session *session, struct reading *reading)
{
	unindex(session, reading);
	if (is_awaited(reading))
		session->readings_awaited--;
	g_hash_table_remove(session->readings, reading->uid);
}

static struct reading *find(struct session *session, const char *uid)
{
	return session->readings ? g_hash_table_lookup(session->readings, uid) : NULL;
}

/* --- acknowledging ------------------------------------------------------------------------ */

static void acknowledge(struct session *session, struct reading *reading)
{
	struct chat *chat = reading->chat;
	struct login *login = chat->account ? login_find(session, chat->account) : NULL;

	if (!reading->row || !reading->confirmed || reading->acknowledged)
		return;
	if (!login || !login->conn || login->serial != reading->serial ||
	    !tp_is_handler(session->tp))
		return;
	reading->acknowledged = true;
	if (reading->read)
		session_note_read(session, chat->account->name, chat->kind, chat->id, reading->row);
	conn_acknowledge(login->conn, chat->kind, chat->id, reading->pending_id);
}

void reader_stored(struct arrival *arrival)
{
	struct session *session = arrival->session;
	struct reading *reading = find(session, arrival->row.uid);

	if (!reading || reading->row)
		return;
	if (is_awaited(reading))
		session->readings_awaited--;
	reading->row = arrival->row.row;
	acknowledge(session, reading);
	stop_check(session);
}

void session_confirm(struct session *session, const char *uid, bool read)
{
	struct reading *reading = find(session, uid);

	if (!reading || reading->confirmed)
		return;
	reading->confirmed = true;
	reading->read = read;
	if (is_awaited(reading))
		session->readings_awaited++;
	acknowledge(session, reading);
}

bool reader_is_busy(const struct session *session)
{
	return session->readings_awaited > 0;
}

/* --- coming and going --------------------------------------------------------------------- */

bool reader_expect(struct session *session, struct chat *chat, unsigned serial,
		   const struct incoming *incoming)
{
	struct reading *reading;

	if (!session->reader || !incoming->pending || incoming->init.direction != MESSAGE_IN)
		return true;
	reading = find(session, incoming->init.uid);
	if (reading) {
		/* It may have another number, in a channel that came back. */
		unindex(session, reading);
		if (reading->pending_id != incoming->pending_id || reading->serial != serial)
			reading->acknowledged = false;
		reading->pending_id = incoming->pending_id;
		reading->serial = serial;
		index_reading(session, reading);
		acknowledge(session, reading);
		return false;
	}
	reading = g_new0(struct reading, 1);
	reading->chat = chat_ref(chat);
	reading->uid = g_strdup(incoming->init.uid);
	reading->serial = serial;
	reading->pending_id = incoming->pending_id;
	g_hash_table_insert(session->readings, reading->uid, reading);
	index_reading(session, reading);
	return true;
}

/* In the history, and not acknowledged: nobody passed it on. Who is not the handler leaves it to
 * the handler. */
static bool is_left(struct session *session, const struct arrival *arrival)
{
	struct reading *reading = find(session, arrival->row.uid);

	if (reading && tp_is_handler(session->tp))
		return true;
	if (reading)
		drop(session, reading);
	return false;
}

void reader_pass(struct arrival *arrival, const struct message *message)
{
	struct session *session = arrival->session;
	bool own = arrival->row.direction == MESSAGE_OUT;
	struct message *made;

	if (!session->reader)
		return;
	if (message) {
		/* Of ours the model's event tells. */
		if (!own)
			session->reader(arrival->chat, message, session->reader_data);
		return;
	}
	if (own ? !arrival->in_page : !is_left(session, arrival))
		return;
	made = pages_message_whole(&arrival->row);
	session->reader(arrival->chat, made, session->reader_data);
	message_free(made);
}

/* Somebody acknowledged them, perhaps we. What was to be read of them was read before. */
void reader_removed(struct conn *conn, enum chat_kind kind, const char *id, const guint32 *ids,
		    unsigned count, void *data)
{
	struct session *session = data;
	struct chat *chat = chat_find(conn_account(conn), kind, id);
	struct talk *talk = chat ? talk_find(session, chat) : NULL;

	for (unsigned i = 0; talk && talk->readings && i < count; i++) {
		struct reading *reading =
			g_hash_table_lookup(talk->readings, GUINT_TO_POINTER(ids[i]));

		if (reading)
			drop(session, reading);
	}
}

void reader_connection_lost(struct login *login)
{
	struct session *session = login->session;
	GHashTableIter iter;
	void *value;

	if (!session->readings)
		return;
	g_hash_table_iter_init(&iter, session->readings);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct reading *reading = value;

		if (reading->chat->account && reading->chat->account != login->account)
			continue;
		unindex(session, reading);
		session->readings_awaited -= is_awaited(reading);
		g_hash_table_iter_remove(&iter);
	}
}

void session_set_reader(struct session *session, session_reader_fn fn, void *data)
{
	session->reader = fn;
	session->reader_data = data;
	if (fn && !session->readings)
		session->readings =
			g_hash_table_new_full(g_str_hash, g_str_equal, NULL, reading_free);
}

void reader_free(struct session *session)
{
	g_clear_pointer(&session->readings, g_hash_table_unref);
}

/* --- what nobody has read ----------------------------------------------------------------- */

#define UNREAD_PAGE 200

struct unread_request {
	struct session *session;
	session_reader_fn fn;
	session_done_fn done;
	void *data;
	gint64 row; /* after which it goes on */
};

static void tell_unread(struct unread_request *request, const struct history_found *unread)
{
	struct account *account = model_find_account(request->session->model, unread->account);
	struct message *message;
	struct chat *chat;

	if (!account || (unread->kind != CHAT_CONTACT && unread->kind != CHAT_ROOM))
		return;
	message = pages_message_whole(unread->message);
	chat = chat_open(account, (enum chat_kind)unread->kind, unread->id);
	request->fn(chat, message, request->data);
	message_free(message);
}

static void ask_unread(struct unread_request *request);

static void on_unread(GPtrArray *list, gint64 next, const char *why, void *data)
{
	struct unread_request *request = data;
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < list->len; i++)
		tell_unread(request, list->pdata[i]);
	request->row = next;
	if (next && !why) {
		ask_unread(request);
		return;
	}
	if (why)
		error = g_error_new(SESSION_ERROR, SESSION_ERROR_FAILED,
				    "cannot read the history: %s", why);
	request->done(error, request->data);
	g_hash_table_remove(request->session->unread, request);
}

static void ask_unread(struct unread_request *request)
{
	history_read_unread(request->session->history, request->row, UNREAD_PAGE, on_unread,
			    request);
}

void session_read_unread(struct session *session, gint64 after, session_reader_fn fn,
			 session_done_fn done, void *data)
{
	struct unread_request *request = g_new0(struct unread_request, 1);

	request->session = session;
	request->fn = fn;
	request->done = done;
	request->data = data;
	request->row = after;
	g_hash_table_add(session->unread, request);
	ask_unread(request);
}

void session_note_read(struct session *session, const char *account, enum chat_kind kind,
		       const char *id, gint64 row)
{
	const struct history_chat key = {.account = account, .kind = (int)kind, .id = id};

	history_mark_read_to(session->history, &key, row);
}
