/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The roster, and the requests that wait for the user's yes or no. */

#include "tree.h"

void session_roster_add(struct session *session, struct account *account, const char *id,
			const char *message, session_done_fn done, void *data)
{
	struct wait *wait = wait_new(session, account, done, data);
	struct conn *conn = wait_for_conn(wait, account, "add a contact");

	if (conn)
		conn_roster_add(conn, id, message, wait_reply, wait);
}

/* The account of a contact that is still there; otherwise @wait fails. */
static struct account *account_of(struct wait *wait, struct contact *contact)
{
	if (contact->account)
		return contact->account;
	wait_fail_later(wait, SESSION_ERROR_NOT_FOUND, "%s is no contact any more",
			contact->shown_id);
	return NULL;
}

void session_roster_remove(struct session *session, struct contact *contact, session_done_fn done,
			   void *data)
{
	struct wait *wait = wait_new(session, contact->account, done, data);
	struct account *account = account_of(wait, contact);
	struct conn *conn = account ? wait_for_conn(wait, account, "remove a contact") : NULL;

	if (conn)
		conn_roster_remove(conn, contact->id, wait_reply, wait);
}

void session_rename(struct session *session, struct contact *contact, const char *alias,
		    session_done_fn done, void *data)
{
	struct wait *wait = wait_new(session, contact->account, done, data);
	struct account *account = account_of(wait, contact);
	struct conn *conn = account ? wait_for_conn(wait, account, "rename a contact") : NULL;

	if (conn)
		conn_rename(conn, contact->id, alias, wait_reply, wait);
}

/* --- answers ------------------------------------------------------------------------------ */

struct answering { /* names the request: it may be gone before the answer comes */
	struct session *session;
	struct wait *outer;
	enum request_kind kind;
	struct account *account;
	char *id, *room;
};

static void answering_free(void *data)
{
	struct answering *answering = data;

	g_free(answering->id);
	g_free(answering->room);
	g_free(answering);
}

static void on_answered(const GError *error, void *data)
{
	struct answering *answering = data;
	struct session *session = answering->session;
	struct request *request = NULL;

	if (!error && login_find(session, answering->account))
		request = model_find_request_of(session->model, answering->kind, answering->account,
						answering->id, answering->room);
	if (request)
		model_remove_request(request);
	wait_end(answering->outer, error);
}

/* A wait that takes the request from the model when it ends well, and then tells @outer. */
static struct wait *answer_wait(struct session *session, struct wait *outer, enum request_kind kind,
				struct account *account, const char *id, const char *room)
{
	struct answering *answering = g_new0(struct answering, 1);
	struct wait *wait = wait_new(session, account, on_answered, answering);

	wait_own_data(wait, answering_free);
	answering->session = session;
	answering->outer = outer;
	answering->kind = kind;
	answering->account = account;
	answering->id = g_strdup(id);
	answering->room = g_strdup(room);
	return wait;
}

static void answer_subscription(struct session *session, struct wait *outer,
				struct account *account, const char *id, bool accept)
{
	struct conn *conn =
		wait_for_conn(outer, account, accept ? "authorize a contact" : "deny a contact");
	struct wait *wait;

	if (!conn)
		return;
	wait = answer_wait(session, outer, REQUEST_SUBSCRIPTION, account, id, NULL);
	if (accept)
		conn_authorize(conn, id, wait_reply, wait);
	else
		conn_deny(conn, id, wait_reply, wait);
}

void session_authorize(struct session *session, struct account *account, const char *id,
		       session_done_fn done, void *data)
{
	answer_subscription(session, wait_new(session, NULL, done, data), account, id, true);
}

void session_deny(struct session *session, struct account *account, const char *id,
		  session_done_fn done, void *data)
{
	answer_subscription(session, wait_new(session, NULL, done, data), account, id, false);
}

void session_answer_request(struct session *session, struct request *request, bool accept,
			    session_done_fn done, void *data)
{
	struct wait *outer = wait_new(session, NULL, done, data);
	struct account *account = request->account;
	struct conn *conn;
	struct wait *wait;

	if (request->kind == REQUEST_SUBSCRIPTION) {
		answer_subscription(session, outer, account, request->id, accept);
		return;
	}
	conn = wait_for_conn(outer, account, "answer an invitation");
	if (!conn)
		return;
	wait = answer_wait(session, outer, request->kind, account, request->id, request->room);
	conn_answer_invitation(conn, request->room, accept, wait_reply, wait);
}
