/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The roster, and the requests that wait for the user's yes or no. */

#include "tree.h"

void session_roster_add(struct session *session, struct account *account, const char *id,
			const char *message, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "add a contact");

	if (conn)
		conn_roster_add(conn, id, message, promise_reply, promise);
}

/* The connection of a contact that is still there; else @promise fails, for it was to @what. */
static struct conn *contact_conn(struct promise *promise, struct contact *contact, const char *what)
{
	if (contact->account)
		return promise_conn(promise, contact->account, what);
	promise_fail_later(promise, SESSION_ERROR_NOT_FOUND, "%s is no contact any more",
			   contact->shown_id);
	return NULL;
}

void session_roster_remove(struct session *session, struct contact *contact, session_done_fn done,
			   void *data)
{
	struct promise *promise = promise_new(session, contact->account, done, data);
	struct conn *conn = contact_conn(promise, contact, "remove a contact");

	if (conn)
		conn_roster_remove(conn, contact->id, promise_reply, promise);
}

void session_rename(struct session *session, struct contact *contact, const char *alias,
		    session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, contact->account, done, data);
	struct conn *conn = contact_conn(promise, contact, "rename a contact");

	if (conn)
		conn_rename(conn, contact->id, alias, promise_reply, promise);
}

void session_group_add(struct session *session, struct contact *contact, const char *group,
		       session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, contact->account, done, data);
	struct conn *conn = contact_conn(promise, contact, "change a group");

	if (conn)
		conn_group_add(conn, group, contact->id, promise_reply, promise);
}

void session_group_remove(struct session *session, struct contact *contact, const char *group,
			  session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, contact->account, done, data);
	struct conn *conn = contact_conn(promise, contact, "change a group");

	if (conn)
		conn_group_remove(conn, group, contact->id, promise_reply, promise);
}

void session_group_rename(struct session *session, struct account *account, const char *group,
			  const char *name, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "rename a group");

	if (conn)
		conn_group_rename(conn, group, name, promise_reply, promise);
}

void session_group_delete(struct session *session, struct account *account, const char *group,
			  session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "delete a group");

	if (conn)
		conn_group_delete(conn, group, promise_reply, promise);
}

void session_block(struct session *session, struct account *account, const char *id, bool report,
		   session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "block a contact");

	if (conn)
		conn_block(conn, id, report, promise_reply, promise);
}

void session_unblock(struct session *session, struct account *account, const char *id,
		     session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "unblock a contact");

	if (conn)
		conn_unblock(conn, id, promise_reply, promise);
}

/* --- answers ------------------------------------------------------------------------------ */

struct answering { /* names the request: it may be gone before the answer comes */
	struct session *session;
	struct promise *outer;
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
	promise_end(answering->outer, error);
}

/* A promise that takes the request from the model when it ends well, and then tells @outer. */
static struct promise *answer_promise(struct session *session, struct promise *outer,
				      enum request_kind kind, struct account *account,
				      const char *id, const char *room)
{
	struct answering *answering = g_new0(struct answering, 1);
	struct promise *promise = promise_new(session, account, on_answered, answering);

	promise_own_data(promise, answering_free);
	answering->session = session;
	answering->outer = outer;
	answering->kind = kind;
	answering->account = account;
	answering->id = g_strdup(id);
	answering->room = g_strdup(room);
	return promise;
}

static void answer_subscription(struct session *session, struct promise *outer,
				struct account *account, const char *id, bool accept)
{
	struct conn *conn =
		promise_conn(outer, account, accept ? "authorize a contact" : "deny a contact");
	struct promise *promise;

	if (!conn)
		return;
	promise = answer_promise(session, outer, REQUEST_SUBSCRIPTION, account, id, NULL);
	if (accept)
		conn_authorize(conn, id, promise_reply, promise);
	else
		conn_deny(conn, id, promise_reply, promise);
}

void session_authorize(struct session *session, struct account *account, const char *id,
		       session_done_fn done, void *data)
{
	answer_subscription(session, promise_new(session, NULL, done, data), account, id, true);
}

void session_deny(struct session *session, struct account *account, const char *id,
		  session_done_fn done, void *data)
{
	answer_subscription(session, promise_new(session, NULL, done, data), account, id, false);
}

/* The request goes with the state that it asks about. */
static void answer_file(struct session *session, struct promise *outer, struct transfer *transfer,
			bool accept)
{
	GError *error = NULL;

	if (accept)
		session_accept_file(session, transfer, NULL, &error);
	else
		session_cancel_file(session, transfer);
	promise_end_later(outer, error);
}

static void answer_tube(struct session *session, struct request *request, bool accept,
			session_done_fn done, void *data)
{
	struct tube *tube = model_find_tube(session->model, request->tube);

	if (tube && accept) {
		session_accept_tube(session, tube, NULL, done, data);
		return;
	}
	if (tube)
		session_close_tube(session, tube);
	promise_end_later(promise_new(session, NULL, done, data), NULL);
}

void session_answer_request(struct session *session, struct request *request, bool accept,
			    session_done_fn done, void *data)
{
	struct promise *outer;
	struct account *account = request->account;
	struct conn *conn;
	struct promise *promise;

	if (request->kind == REQUEST_TUBE) {
		answer_tube(session, request, accept, done, data);
		return;
	}
	outer = promise_new(session, NULL, done, data);
	if (request->kind == REQUEST_SUBSCRIPTION) {
		answer_subscription(session, outer, account, request->id, accept);
		return;
	}
	if (request->kind == REQUEST_FILE) {
		answer_file(session, outer, request->transfer, accept);
		return;
	}
	conn = promise_conn(outer, account, "answer an invitation");
	if (!conn)
		return;
	promise =
		answer_promise(session, outer, request->kind, account, request->id, request->room);
	conn_answer_invitation(conn, request->room, accept, promise_reply, promise);
}
