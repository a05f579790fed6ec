/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Searches for people in directories. */

#include "tree.h"

void session_open_directory(struct session *session, struct account *account, const char *server,
			    unsigned limit, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "search for people");

	if (conn)
		conn_open_directory(conn, server, limit, promise_reply, promise);
}

void session_search_directory(struct session *session, struct account *account, GHashTable *terms,
			      session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "search for people");

	if (conn)
		conn_search(conn, terms, promise_reply, promise);
}

void session_search_more(struct session *session, struct account *account, session_done_fn done,
			 void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "search for more people");

	if (conn)
		conn_search_more(conn, promise_reply, promise);
}

void session_stop_search(struct session *session, struct account *account)
{
	struct conn *conn = login_conn(session, account);

	if (conn)
		conn_stop_search(conn);
}
