/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Delivery reports. They name the message by the network's token, which may come after the
 * report; some networks have no tokens, then the text that comes with it tells, or there is
 * only one that can be meant. The manager is told that we have a report when the history has
 * written what it says.
 */

#include "tree.h"

#include <string.h>

#include "../model/text.h"

#define EARLY_MAX 16

struct early_report {
	char *token, *reason;
	enum delivery delivery;
};

static void early_free(void *data)
{
	struct early_report *early = data;

	g_free(early->token);
	g_free(early->reason);
	g_free(early);
}

void report_clear(struct talk *talk)
{
	g_queue_clear_full(&talk->early, early_free);
}

/* --- which message ------------------------------------------------------------------------ */

static bool is_undelivered(const struct message *message)
{
	return message->direction == MESSAGE_OUT &&
	       (message->delivery == DELIVERY_SENT || message->delivery == DELIVERY_SENDING);
}

static struct message *find_by_echo(struct chat *chat, const char *echo)
{
	g_autofree char *text = text_clean(echo, -1, TEXT_BODY);

	for (unsigned i = chat->count; i-- > 0;) {
		struct message *message = chat_message(chat, i);

		if (is_undelivered(message) && strcmp(message->text, text) == 0)
			return message;
	}
	return NULL;
}

static struct message *find_only(struct chat *chat)
{
	struct message *only = NULL;

	for (unsigned i = 0; i < chat->count; i++) {
		struct message *message = chat_message(chat, i);

		if (!is_undelivered(message))
			continue;
		if (only)
			return NULL;
		only = message;
	}
	return only;
}

static struct message *find_meant(struct chat *chat, const struct delivery_report *report)
{
	struct message *message = NULL;

	if (report->token && *report->token)
		return chat_find_token(chat, report->token);
	if (report->echo && *report->echo)
		message = find_by_echo(chat, report->echo);
	return message ? message : find_only(chat);
}

/* --- what it says ------------------------------------------------------------------------- */

/* "Delivered" may come after "read", and then says less. */
static bool says_more(const struct message *message, enum delivery delivery)
{
	return delivery == DELIVERY_FAILED || message->delivery == DELIVERY_FAILED ||
	       delivery > message->delivery;
}

static void apply(struct session *session, struct chat *chat, struct message *message,
		  enum delivery delivery, const char *reason)
{
	if (!says_more(message, delivery))
		return;
	history_set_delivery(session->history, message->uid, (int)delivery, reason, NULL);
	chat_set_delivery(chat, message, delivery, reason);
}

/* Something is on its way out, or another pheme has sent it and it is not shown here yet. */
static bool is_expecting(struct talk *talk)
{
	const struct chat *chat = talk->chat;

	if (!g_queue_is_empty(&talk->held))
		return true;
	for (unsigned i = chat->count; i-- > 0;)
		if (chat_message(chat, i)->delivery == DELIVERY_SENDING)
			return true;
	return false;
}

static void keep_early(struct talk *talk, const struct delivery_report *report)
{
	struct early_report *early = g_new0(struct early_report, 1);

	early->token = g_strdup(report->token);
	early->reason = g_strdup(report->reason);
	early->delivery = report->delivery;
	g_queue_push_tail(&talk->early, early);
	if (talk->early.length > EARLY_MAX)
		early_free(g_queue_pop_head(&talk->early));
}

/* One that is not in the window, or that nobody can tell: in the history if it is there, and
 * a failure is said in any case. @chat NULL: it is not open. */
static void report_unseen(struct session *session, struct account *account, struct chat *chat,
			  const struct delivery_report *report)
{
	struct history_chat key = {
		.account = account->name, .kind = report->kind, .id = report->chat_id};

	if (report->token && *report->token)
		history_set_delivery_by_token(session->history, &key, report->token,
					      (int)report->delivery, report->reason);
	if (report->delivery != DELIVERY_FAILED)
		return;
	if (!chat || !chat->open)
		chat = chat_open(account, report->kind, report->chat_id);
	model_notice(session->model, NULL, chat, NOTICE_ERROR, "not delivered: %s",
		     report->reason && *report->reason ? report->reason
						       : "the network gave no reason");
}

/* Nothing is being sent any more that could be meant. */
static void give_up_early(struct talk *talk)
{
	struct early_report *early;

	while ((early = g_queue_pop_head(&talk->early))) {
		const struct delivery_report report = {
			.kind = talk->chat->kind,
			.chat_id = talk->chat->id,
			.token = early->token,
			.delivery = early->delivery,
			.reason = early->reason,
		};

		if (talk->chat->account)
			report_unseen(talk->session, talk->chat->account, talk->chat, &report);
		early_free(early);
	}
}

static void use_early(struct talk *talk, struct message *message)
{
	GList *next;

	for (GList *link = talk->early.head; link; link = next) {
		struct early_report *early = link->data;

		next = link->next;
		if (strcmp(early->token, message->token) != 0)
			continue;
		apply(talk->session, talk->chat, message, early->delivery, early->reason);
		g_queue_delete_link(&talk->early, link);
		early_free(early);
	}
}

void report_token(struct talk *talk, const char *uid, const char *token)
{
	struct message *message = chat_find_uid(talk->chat, uid);

	if (message && *token) {
		chat_set_token(talk->chat, message, token);
		use_early(talk, message);
	}
	if (!is_expecting(talk))
		give_up_early(talk);
}

/* --- acknowledging ------------------------------------------------------------------------ */

struct receipt {
	struct session *session;
	struct account *account;
	enum chat_kind kind;
	char *chat_id;
	unsigned serial;
	guint32 pending_id;
};

static void receipt_free(void *data)
{
	struct receipt *receipt = data;

	g_free(receipt->chat_id);
	g_free(receipt);
}

/* A page is read after all that was written before it was asked for. */
static void on_written(GPtrArray *rows, bool complete, const char *error, void *data)
{
	struct receipt *receipt = data;
	struct login *login = login_find(receipt->session, receipt->account);

	if (!error && login && login->conn && login->serial == receipt->serial)
		conn_acknowledge(login->conn, receipt->kind, receipt->chat_id, receipt->pending_id);
	g_hash_table_remove(receipt->session->receipts, receipt);
}

static void acknowledge(struct login *login, const struct delivery_report *report)
{
	struct history_chat key = {
		.account = login->account->name, .kind = report->kind, .id = report->chat_id};
	struct receipt *receipt;

	if (!report->pending)
		return;
	receipt = g_new0(struct receipt, 1);
	receipt->session = login->session;
	receipt->account = login->account;
	receipt->kind = report->kind;
	receipt->chat_id = g_strdup(report->chat_id);
	receipt->serial = login->serial;
	receipt->pending_id = report->pending_id;
	g_hash_table_add(login->session->receipts, receipt);
	history_read_after(login->session->history, &key, G_MAXINT64, 1, on_written, receipt);
}

void report_delivery(struct conn *conn, const struct delivery_report *report, void *data)
{
	struct session *session = data;
	struct account *account = conn_account(conn);
	struct login *login = login_find(session, account);
	struct message *message;
	struct talk *talk;
	struct chat *chat;

	if (!login)
		return;
	chat = chat_find(account, report->kind, report->chat_id);
	talk = chat ? talk_find(session, chat) : NULL;
	message = chat ? find_meant(chat, report) : NULL;
	if (message)
		apply(session, chat, message, report->delivery, report->reason);
	else if (talk && report->token && *report->token && is_expecting(talk))
		keep_early(talk, report);
	else
		report_unseen(session, account, chat, report);
	acknowledge(login, report);
}

void report_init(struct session *session)
{
	session->receipts = g_hash_table_new_full(NULL, NULL, receipt_free, NULL);
}
