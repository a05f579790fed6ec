/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Outgoing messages. Each chat has a queue that is sent in order, one at a time: stored as
 * queued, claimed (which commits that it is being sent), handed to tp, confirmed. So pheme
 * may be killed at any moment, and a message is then either still queued, and goes out the
 * next time, or known as one that nobody can tell about; it is never sent twice.
 */

#include "outbox.h"

#include <string.h>

/* The history may still have something to say to it. */
static void outgoing_free(void *data)
{
	struct outgoing *out = data;
	struct history *history = out->talk->session->history;

	if (history && (out->stage == STAGE_STORING || out->stage == STAGE_CLAIMING))
		history_cancel(history, out);
	g_free(out->uid);
	g_free(out->text);
	g_free(out->supersedes);
	g_free(out);
}

void outbox_clear(struct talk *talk)
{
	g_queue_clear_full(&talk->outbox, outgoing_free);
}

/* Its queue ends with it; the caller pumps on. */
static void remove_outgoing(struct outgoing *out)
{
	g_queue_remove(&out->talk->outbox, out);
	outgoing_free(out);
}

static struct outgoing *find(const struct talk *talk, const char *uid)
{
	for (GList *link = talk->outbox.head; link; link = link->next)
		if (strcmp(((struct outgoing *)link->data)->uid, uid) == 0)
			return link->data;
	return NULL;
}

bool outbox_has(const struct talk *talk, const char *uid)
{
	return find(talk, uid) != NULL;
}

/* --- states ------------------------------------------------------------------------------- */

void outgoing_show(struct outgoing *out, enum delivery delivery, const char *reason)
{
	struct chat *chat = out->talk->chat;
	struct message *message = chat_find_uid(chat, out->uid);

	if (message && chat->model)
		chat_set_delivery(chat, message, delivery, reason);
}

static void note_state(struct outgoing *out, enum delivery delivery, const char *reason,
		       const char *token)
{
	outgoing_show(out, delivery, reason);
	/* One that is not in the history yet gets there with the state that it has then. */
	history_set_delivery(out->talk->session->history, out->uid, (int)delivery, reason, token);
}

void outgoing_fail(struct outgoing *out, enum session_error code, const char *reason)
{
	struct promise *promise = out->promise;

	note_state(out, DELIVERY_FAILED, reason, NULL);
	if (promise)
		promise_fail_later(promise, code, "not delivered to %s: %s", out->talk->chat->name,
				   reason);
	remove_outgoing(out);
}

bool outbox_can_send(const struct talk *talk)
{
	const struct chat *chat = talk->chat;
	const struct login *login = chat->account ? login_find(talk->session, chat->account) : NULL;

	return login && login->queue_ready && login_is_online(login) && !talk->session->leaving &&
	       (chat->kind != CHAT_ROOM || chat->room_state == ROOM_JOINED);
}

/* --- one message on its way --------------------------------------------------------------- */

static void go_on(struct talk *talk)
{
	struct session *session = talk->session;

	outbox_pump(talk);
	talk_release(talk);
	stop_check(session);
}

static void on_sent(const char *token, const GError *error, void *data)
{
	struct outgoing *out = data;
	struct talk *talk = out->talk;
	g_autofree char *uid = g_strdup(out->uid);

	if (g_error_matches(error, TP_ERROR, TP_ERROR_OFFLINE)) {
		/* Nothing went out: it waits for the next connection. */
		out->stage = STAGE_QUEUED;
		note_state(out, DELIVERY_QUEUED, NULL, NULL);
		stop_check(talk->session);
		return;
	}
	if (error) {
		outgoing_fail(out,
			      g_error_matches(error, TP_ERROR, TP_ERROR_GONE)
				      ? SESSION_ERROR_FAILED
				      : SESSION_ERROR_NOT_DELIVERED,
			      error->message);
		go_on(talk);
		return;
	}
	note_state(out, DELIVERY_SENT, NULL, token);
	report_token(talk, uid, token);
	if (out->promise)
		promise_end_later(out->promise, NULL);
	remove_outgoing(out);
	go_on(talk);
}

static void hand_over(struct outgoing *out)
{
	struct chat *chat = out->talk->chat;
	struct conn *conn = login_conn(out->talk->session, chat->account);

	out->stage = STAGE_SENDING;
	carbon_note_sent(out->talk, out->uid);
	outgoing_show(out, DELIVERY_SENDING, NULL);
	/* Sending ends what we were typing, for the other side. */
	out->talk->typing = TYPING_ACTIVE;
	conn_send(conn, chat->kind, chat->id, out->type, out->text, out->uid, out->supersedes,
		  on_sent, out);
}

static void on_claimed(bool ours, void *data)
{
	struct outgoing *out = data;
	struct talk *talk = out->talk;

	out->stage = STAGE_QUEUED;
	if (!outbox_can_send(talk)) {
		if (ours)
			note_state(out, DELIVERY_QUEUED, NULL, NULL);
	} else if (ours || out->is_own) {
		/* Not claimed and our own: the history fails, and chatting goes on. */
		hand_over(out);
	} else {
		/* Another pheme sends it. */
		remove_outgoing(out);
		go_on(talk);
	}
}

void outbox_pump(struct talk *talk)
{
	struct outgoing *out = g_queue_peek_head(&talk->outbox);

	if (!out || out->stage != STAGE_QUEUED || !outbox_can_send(talk))
		return;
	if (!out->row) {
		hand_over(out);
		return;
	}
	out->stage = STAGE_CLAIMING;
	history_claim(talk->session->history, out->uid, on_claimed, out);
}

/* --- from the user ------------------------------------------------------------------------ */

static void on_stored(enum history_result result, gint64 row, const char *why, void *data)
{
	struct outgoing *out = data;
	struct chat *chat = out->talk->chat;
	struct message *message = chat_find_uid(chat, out->uid);

	out->stage = STAGE_QUEUED;
	if (result != HISTORY_FAILED) {
		out->row = row;
		chat->no_history = false;
		if (message)
			chat_set_stored(chat, message, row);
	} else {
		struct history_message lost = {
			.time = out->time,
			.direction = MESSAGE_OUT,
			.type = (int)out->type,
			.delivery = DELIVERY_QUEUED,
			.text = out->text,
			.uid = out->uid,
		};

		inbox_keep_unsaved(out->talk->session, chat, &lost);
	}
	outbox_pump(out->talk);
	if (result == HISTORY_STORED)
		inbox_try_unsaved(out->talk->session);
}

static void store(struct outgoing *out)
{
	struct history_chat key = session_chat_key(out->talk->chat);
	g_autofree char *reason = correction_reason(out->supersedes);
	struct history_message row = {
		.time = out->time,
		.direction = MESSAGE_OUT,
		.type = (int)out->type,
		.delivery = DELIVERY_QUEUED,
		.text = out->text,
		.uid = out->uid,
		.reason = reason,
	};

	history_append(out->talk->session->history, &key, &row, on_stored, out);
}

static char *too_long(const struct chat *chat, const char *text)
{
	gsize length = strlen(text), limit = session_message_limit(chat->account);

	if (length <= limit)
		return NULL;
	return g_strdup_printf("the message has %" G_GSIZE_FORMAT
			       " bytes, more than the %" G_GSIZE_FORMAT
			       " that go at once: /file send sends a file",
			       length, limit);
}

/* Says why nothing can be sent in @chat, now or later; NULL if it can. */
static char *find_obstacle(struct session *session, const struct chat *chat, const char *text,
			   const char *supersedes)
{
	if (chat->kind == CHAT_STATUS)
		return g_strdup("nobody is in the status window: /query somebody first");
	if (!chat->account)
		return g_strdup("its account was removed");
	if (!*text && !supersedes)
		return g_strdup("the message is empty");
	if (!g_utf8_validate(text, -1, NULL))
		return g_strdup("the message is not valid UTF-8");
	if (chat->kind == CHAT_ROOM && chat->room_state == ROOM_LEFT &&
	    login_conn(session, chat->account))
		return g_strdup("you are not in this room: /join it first");
	return too_long(chat, text);
}

static struct outgoing *outgoing_new(struct talk *talk, const struct message *message,
				     const char *text)
{
	struct outgoing *out = g_new0(struct outgoing, 1);

	out->talk = talk;
	out->stage = STAGE_STORING;
	out->type = message->type;
	out->uid = g_strdup(message->uid);
	out->text = g_strdup(text);
	out->time = message->time;
	out->is_own = true;
	return out;
}

void outbox_add(struct session *session, struct chat *chat, enum message_type type,
		const char *text, const char *supersedes, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, NULL, done, data);
	g_autofree char *obstacle = find_obstacle(session, chat, text, supersedes);
	struct message_init init = {
		.direction = MESSAGE_OUT, .type = type, .text = text, .supersedes = supersedes};
	struct outgoing *out;
	struct message *message;
	struct talk *talk;

	if (obstacle) {
		promise_fail_later(promise, SESSION_ERROR_FAILED, "cannot send to %s: %s",
				   chat->name, obstacle);
		return;
	}
	talk = talk_get(session, chat);
	init.delivery = outbox_can_send(talk) ? DELIVERY_SENDING : DELIVERY_QUEUED;
	message = message_new(&init);
	out = outgoing_new(talk, message, text);
	out->supersedes = g_strdup(supersedes);
	out->promise = promise;
	g_queue_push_tail(&talk->outbox, out);
	chat_append(chat, message);
	store(out);
}

void session_send(struct session *session, struct chat *chat, enum message_type type,
		  const char *text, session_done_fn done, void *data)
{
	outbox_add(session, chat, type, text, NULL, done, data);
}

#define SENT_AGAIN "sent again"

bool session_is_resendable(const struct message *message)
{
	return message->direction == MESSAGE_OUT && message->delivery == DELIVERY_FAILED &&
	       g_strcmp0(message->reason, SENT_AGAIN) != 0;
}

void session_resend(struct session *session, struct chat *chat, struct message *message)
{
	g_autofree char *text = NULL, *supersedes = NULL;
	enum message_type type = message->type;

	if (!session_is_resendable(message))
		return;
	text = g_strdup(message->raw ? message->raw : message->text);
	supersedes = g_strdup(message->supersedes);
	history_set_delivery(session->history, message->uid, DELIVERY_FAILED, SENT_AGAIN, NULL);
	chat_set_delivery(chat, message, DELIVERY_FAILED, SENT_AGAIN);
	outbox_add(session, chat, type, text, supersedes, NULL, NULL);
}
