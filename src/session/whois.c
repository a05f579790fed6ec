/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who people are, and what we tell of ourselves. */

#include "tree.h"

struct inquiry {
	session_whois_fn fn;
	void *data;
	const struct whois *whois; /* while the answer is being told */
};

static void on_end(const GError *error, void *data)
{
	const struct inquiry *inquiry = data;

	inquiry->fn(error ? NULL : inquiry->whois, error, inquiry->data);
}

static void on_whois(const struct whois *whois, const GError *error, void *data)
{
	struct inquiry *inquiry = promise_data(data);

	inquiry->whois = whois;
	promise_reply(error, data);
}

void session_whois(struct session *session, struct account *account, const char *id,
		   session_whois_fn fn, void *data)
{
	struct inquiry *inquiry = g_new0(struct inquiry, 1);
	struct promise *promise = promise_new(session, account, on_end, inquiry);
	struct conn *conn;

	promise_own_data(promise, g_free);
	inquiry->fn = fn;
	inquiry->data = data;
	conn = promise_conn(promise, account, "find out who that is");
	if (conn)
		conn_whois(conn, id, on_whois, promise);
}

void session_set_card(struct session *session, struct account *account, const GPtrArray *card,
		      session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "set the own card");

	if (conn)
		conn_set_card(conn, card, promise_reply, promise);
}
