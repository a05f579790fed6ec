/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Incoming messages. A new one is shown at once and stored beside that; one that waited
 * before we looked, or that the server replays, is shown only when the history says that it
 * is new, and all that comes after it in that chat waits with it, to keep the order. The
 * manager is told that we have a message only after the history has it.
 *
 * What cannot be stored is shown, is not acknowledged, and is tried again when the history
 * takes another message.
 */

#include "tree.h"

#include <string.h>

#include "../model/text.h"

#define RECENT      64  /* a message that comes twice comes soon after */
#define UNSAVED_MAX 500 /* the manager still has those that fall out, if it had to keep them */

/* --- arrivals ----------------------------------------------------------------------------- */

static void copy_row(struct history_message *row, const struct message_init *init,
		     const char *dedupe)
{
	row->time = init->time ? init->time : g_get_real_time() / G_USEC_PER_SEC;
	row->direction = (int)init->direction;
	row->type = (int)init->type;
	row->delivery = (int)init->delivery;
	row->scrollback = init->scrollback;
	row->sender = g_strdup(init->sender);
	row->alias = g_strdup(init->alias);
	row->text = g_strdup(init->text);
	row->reason =
		init->supersedes ? correction_reason(init->supersedes) : g_strdup(init->reason);
	row->uid = init->uid ? g_strdup(init->uid) : message_new_uid();
	row->token = g_strdup(init->token);
	row->dedupe = g_strdup(dedupe);
}

static struct arrival *arrival_new(struct session *session, struct chat *chat,
				   const struct message_init *init, const char *dedupe)
{
	struct arrival *arrival = g_new0(struct arrival, 1);

	arrival->session = session;
	arrival->chat = chat_ref(chat);
	arrival->place = CHAT_NO_PLACE;
	copy_row(&arrival->row, init, dedupe);
	g_hash_table_add(session->arrivals, arrival);
	return arrival;
}

static void arrival_free(void *data)
{
	struct arrival *arrival = data;
	struct history_message *row = &arrival->row;

	chat_unref(arrival->chat);
	g_free(row->sender);
	g_free(row->alias);
	g_free(row->text);
	g_free(row->reason);
	g_free(row->uid);
	g_free(row->token);
	g_free(row->dedupe);
	g_free(arrival);
}

/* --- showing ------------------------------------------------------------------------------ */

/* A token alone is not enough: it is made by the other side, and some number all alike. */
static bool is_same(const struct message *message, const struct history_message *row, guint hash)
{
	g_autofree char *text = NULL;

	if (message->uid_hash == hash && strcmp(message->uid, row->uid) == 0)
		return true;
	if (!row->token || !*row->token || strcmp(message->token, row->token) != 0 ||
	    (int)message->direction != row->direction)
		return false;
	text = text_clean(row->text, -1, TEXT_BODY);
	return strcmp(message->text, text) == 0;
}

/* Is it among the last ones of the window? */
static bool is_shown(struct chat *chat, const struct history_message *row)
{
	guint hash = g_str_hash(row->uid);

	for (unsigned i = 0; i < chat->count && i < RECENT; i++)
		if (is_same(chat_message(chat, chat->count - 1 - i), row, hash))
			return true;
	return false;
}

static struct message *show(struct arrival *arrival)
{
	struct chat *chat = arrival->chat;

	if (!chat->account)
		return NULL;
	/* The user closed it meanwhile: what comes opens it again. */
	if (!chat->open)
		chat_open(chat->account, chat->kind, chat->id);
	arrival->place = chat_next_place(chat);
	return chat_append(chat, pages_message(&arrival->row));
}

static const char *own_nick(struct chat *chat)
{
	struct member *self = chat->self_member ? chat_find_member(chat, chat->self_member) : NULL;

	return self ? self->name : chat->account->self_alias;
}

static bool has_mention(struct arrival *arrival)
{
	g_autofree char *text = NULL;

	if (arrival->chat->kind != CHAT_ROOM || arrival->row.direction != MESSAGE_IN)
		return false;
	text = text_clean(arrival->row.text, -1, TEXT_BODY);
	return text_mentions(text, own_nick(arrival->chat));
}

/* Its window holds it, or will when the page comes that is being read. */
static bool is_known(const struct chat *chat, gint64 row)
{
	if (chat->loading || !chat->at_end)
		return true;
	for (unsigned i = chat->count; i-- > 0;)
		if (chat_message(chat, i)->row)
			return row <= chat_message(chat, i)->row;
	return false;
}

/* --- verdicts ----------------------------------------------------------------------------- */

static void push_unsaved(struct arrival *arrival)
{
	struct session *session = arrival->session;

	arrival->chat->no_history = true;
	arrival->place = CHAT_NO_PLACE; /* until it is stored the window may be another */
	g_queue_push_tail(&session->unsaved, arrival);
	if (session->unsaved.length > UNSAVED_MAX)
		g_hash_table_remove(session->arrivals, g_queue_pop_head(&session->unsaved));
}

static void finish(struct arrival *arrival)
{
	if (arrival->row.row || arrival->hide)
		g_hash_table_remove(arrival->session->arrivals, arrival);
	else
		push_unsaved(arrival);
}

/* Stored before it was shown, and not as read. */
static struct message *show_late(struct talk *talk, struct arrival *arrival)
{
	struct message *message = show(arrival);

	if (arrival->chat->watched && arrival->row.direction == MESSAGE_IN)
		talk_note_read(talk);
	return message;
}

static void show_due(struct talk *talk)
{
	struct message *message;
	struct arrival *arrival;

	while ((arrival = g_queue_peek_head(&talk->held)) && arrival->settled) {
		g_queue_pop_head(&talk->held);
		arrival->held = false;
		message = NULL;
		if (!arrival->hide && !chat_find_uid(arrival->chat, arrival->row.uid))
			message = show_late(talk, arrival);
		reader_pass(arrival, message);
		/* What was told of it while the history was asked. */
		if (arrival->row.direction == MESSAGE_OUT)
			report_token(talk, arrival->row.uid,
				     arrival->row.token ? arrival->row.token : "");
		finish(arrival);
	}
	talk_release(talk);
}

static void acknowledge(struct arrival *arrival)
{
	struct chat *chat = arrival->chat;
	struct login *login = chat->account ? login_find(arrival->session, chat->account) : NULL;

	if (arrival->has_reader)
		reader_stored(arrival);
	else if (arrival->pending && login && login->conn && login->serial == arrival->serial)
		conn_acknowledge(login->conn, chat->kind, chat->id, arrival->pending_id);
	arrival->pending = false;
}

void inbox_settle(struct arrival *arrival, bool hide)
{
	if (arrival->row.row)
		acknowledge(arrival);
	arrival->settled = true;
	arrival->hide = hide;
	show_due(talk_get(arrival->session, arrival->chat));
}

static void note_stored(struct arrival *arrival)
{
	struct message *message = chat_find_uid_at(arrival->chat, arrival->place, arrival->row.uid);

	if (message)
		chat_set_stored(arrival->chat, message, arrival->row.row);
	arrival->chat->no_history = false;
}

static void on_stored(enum history_result result, gint64 row, const char *why, void *data)
{
	struct arrival *arrival = data;
	struct session *session = arrival->session;

	arrival->row.row = result == HISTORY_FAILED ? 0 : row;
	if (result != HISTORY_FAILED) {
		acknowledge(arrival);
		note_stored(arrival);
	}
	if (arrival->held)
		inbox_settle(arrival, result == HISTORY_DUPLICATE && is_known(arrival->chat, row));
	else
		finish(arrival);
	if (result == HISTORY_STORED)
		inbox_try_unsaved(session);
}

void inbox_store(struct arrival *arrival)
{
	struct history_chat key = session_chat_key(arrival->chat);

	history_append(arrival->session->history, &key, &arrival->row, on_stored, arrival);
}

/* --- what tp tells ------------------------------------------------------------------------ */

static void hold(struct arrival *arrival)
{
	arrival->held = true;
	arrival->row.mention = has_mention(arrival);
	g_queue_push_tail(&talk_get(arrival->session, arrival->chat)->held, arrival);
}

static bool must_hold(struct arrival *arrival)
{
	struct talk *talk = talk_find(arrival->session, arrival->chat);

	return arrival->replay || arrival->row.scrollback ||
	       arrival->row.direction == MESSAGE_OUT || (talk && !g_queue_is_empty(&talk->held));
}

static void show_at_once(struct arrival *arrival)
{
	struct message *message;

	if (is_shown(arrival->chat, &arrival->row)) {
		reader_pass(arrival, NULL);
		return;
	}
	message = show(arrival);
	arrival->row.mention = message && message->mention;
	arrival->row.seen = arrival->chat->watched;
	reader_pass(arrival, message);
}

void inbox_incoming(struct conn *conn, const struct incoming *incoming, void *data)
{
	struct session *session = data;
	struct account *account = conn_account(conn);
	struct login *login = login_find(session, account);
	struct arrival *arrival;
	struct chat *chat;

	if (!login)
		return;
	chat = chat_open(account, incoming->kind, incoming->chat_id);
	if (!reader_expect(session, chat, login->serial, incoming))
		return;
	arrival = arrival_new(session, chat, &incoming->init, incoming->dedupe);
	arrival->serial = login->serial;
	arrival->pending = incoming->pending;
	arrival->pending_id = incoming->pending_id;
	arrival->replay = incoming->replay;
	arrival->has_reader = session->reader != NULL && incoming->init.direction == MESSAGE_IN;
	if (must_hold(arrival))
		hold(arrival);
	else
		show_at_once(arrival);
	if (arrival->row.direction == MESSAGE_OUT)
		carbon_arrived(arrival);
	else
		inbox_store(arrival);
}

/* --- what could not be stored ------------------------------------------------------------- */

void inbox_keep_unsaved(struct session *session, struct chat *chat,
			const struct history_message *row)
{
	const struct message_init init = {
		.time = row->time,
		.direction = (enum message_direction)row->direction,
		.type = (enum message_type)row->type,
		.delivery = (enum delivery)row->delivery,
		.text = row->text,
		.uid = row->uid,
	};

	push_unsaved(arrival_new(session, chat, &init, NULL));
}

/* Ours went on since: its state is that of the window. */
static void refresh(struct arrival *arrival)
{
	struct message *message = chat_find_uid(arrival->chat, arrival->row.uid);

	if (arrival->row.direction != MESSAGE_OUT)
		return;
	arrival->row.delivery = message ? (int)message->delivery : DELIVERY_SENT;
	g_free(arrival->row.token);
	arrival->row.token = g_strdup(message ? message->token : NULL);
}

void inbox_try_unsaved(struct session *session)
{
	GQueue batch = session->unsaved;
	struct arrival *arrival;

	g_queue_init(&session->unsaved);
	while ((arrival = g_queue_pop_head(&batch))) {
		if (!arrival->chat->account) {
			g_hash_table_remove(session->arrivals, arrival);
			continue;
		}
		refresh(arrival);
		inbox_store(arrival);
	}
}

void inbox_free(struct session *session)
{
	g_queue_clear(&session->unsaved);
	g_hash_table_unref(session->arrivals);
}

void inbox_init(struct session *session)
{
	session->arrivals = g_hash_table_new_full(NULL, NULL, arrival_free, NULL);
}
