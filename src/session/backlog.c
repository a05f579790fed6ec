/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What waits to be sent while there is no connection, in memory and in the history, where
 * phemes that ended left theirs; and what becomes of it when a connection comes or goes.
 */

#include "outbox.h"

#include <string.h>

static int by_row(const void *a, const void *b, void *unused)
{
	const struct outgoing *left = a, *right = b;

	/* What is not stored yet is the newest. */
	if (!left->row || !right->row)
		return !left->row - !right->row;
	return left->row < right->row ? -1 : left->row > right->row;
}

static void add_queued(struct login *login, const struct history_queued *queued)
{
	const struct history_message *row = queued->message;
	struct chat *chat = chat_open(login->account, (enum chat_kind)queued->kind, queued->id);
	struct talk *talk = talk_get(login->session, chat);
	struct outgoing *out;

	if (!row->uid || outbox_has(talk, row->uid))
		return;
	out = g_new0(struct outgoing, 1);
	out->talk = talk;
	out->stage = STAGE_QUEUED;
	out->type = (enum message_type)row->type;
	out->uid = g_strdup(row->uid);
	out->text = g_strdup(row->text);
	out->supersedes = g_strdup(correction_target(row->reason));
	out->time = row->time;
	out->row = row->row;
	g_queue_insert_sorted(&talk->outbox, out, by_row, NULL);
}

static void pump_all(struct login *login)
{
	g_autoptr(GList) talks = g_hash_table_get_values(login->session->talks);

	for (GList *link = talks; link; link = link->next) {
		struct talk *talk = link->data;

		if (talk->chat->account == login->account)
			outbox_pump(talk);
	}
}

static void on_queued(GPtrArray *queued, void *data)
{
	struct login *login = data;

	login->queue_asked = false;
	if (!login_is_online(login))
		return;
	for (guint i = 0; i < queued->len; i++) {
		const struct history_queued *one = queued->pdata[i];

		if (one->kind == CHAT_CONTACT || one->kind == CHAT_ROOM)
			add_queued(login, one);
	}
	login->queue_ready = true;
	pump_all(login);
}

void outbox_online(struct login *login)
{
	login->queue_ready = false;
	login->queue_asked = true;
	history_read_queued(login->session->history, login->account->name, on_queued, login);
}

/* --- without a connection ----------------------------------------------------------------- */

typedef void (*outgoing_fn)(struct outgoing *out);

static void for_each(struct session *session, const struct account *account, outgoing_fn fn)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, session->talks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct talk *talk = value;
		GList *next;

		if (account && talk->chat->account != account)
			continue;
		for (GList *link = talk->outbox.head; link; link = next) {
			next = link->next;
			fn(link->data);
		}
	}
}

static void lose(struct outgoing *out)
{
	if (out->stage == STAGE_SENDING)
		outgoing_fail(out, SESSION_ERROR_FAILED,
			      "connection lost before the network confirmed it");
	else
		outgoing_show(out, DELIVERY_QUEUED, NULL);
}

void outbox_connection_lost(struct login *login)
{
	login->queue_ready = false;
	for_each(login->session, login->account, lose);
}

void session_withdraw(struct session *session, struct chat *chat, const char *reason)
{
	struct talk *talk = talk_find(session, chat);
	GList *next;

	for (GList *link = talk ? talk->outbox.head : NULL; link; link = next) {
		struct outgoing *out = link->data;

		next = link->next;
		if (out->is_own && out->stage != STAGE_SENDING)
			outgoing_fail(out, SESSION_ERROR_FAILED, reason);
	}
}

static void drop(struct outgoing *out)
{
	outgoing_fail(out, SESSION_ERROR_NOT_DELIVERED, "its account was removed");
}

void outbox_account_removed(struct login *login)
{
	for_each(login->session, login->account, drop);
}

static void settle(struct outgoing *out)
{
	struct history *history = out->talk->session->history;

	if (out->stage == STAGE_CLAIMING)
		history_set_delivery(history, out->uid, DELIVERY_QUEUED, NULL, NULL);
	else if (out->stage == STAGE_SENDING)
		history_set_delivery(history, out->uid, DELIVERY_FAILED,
				     "pheme ended before the network confirmed it", NULL);
}

void outbox_settle(struct session *session)
{
	for_each(session, NULL, settle);
}

bool outbox_is_busy(struct session *session)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, session->talks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct talk *talk = value;

		if (!g_queue_is_empty(&talk->outbox) && outbox_can_send(talk))
			return true;
	}
	return false;
}
