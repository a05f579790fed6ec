/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rooms that a server has. */

#include "tree.h"

void session_list_rooms(struct session *session, struct account *account, const char *server,
			session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "list the rooms");

	if (conn)
		conn_list_rooms(conn, server, promise_reply, promise);
}

void session_stop_listing(struct session *session, struct account *account)
{
	struct conn *conn = login_conn(session, account);

	if (conn)
		conn_stop_listing(conn);
}
