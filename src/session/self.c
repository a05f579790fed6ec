/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Own presence and nick. */

#include "tree.h"

/* Several answers to one promise: the first error counts. Held by each part. */
struct gather {
	struct promise *outer;
	unsigned refs, left;
	GError *error;
};

static void on_part(const GError *error, void *data)
{
	struct gather *gather = data;

	if (error && !gather->error)
		gather->error = g_error_copy(error);
	if (--gather->left == 0)
		promise_end(gather->outer, gather->error);
}

static void gather_unref(void *data)
{
	struct gather *gather = data;

	if (--gather->refs)
		return;
	g_clear_error(&gather->error);
	g_free(gather);
}

static struct promise *gather_part(struct session *session, struct gather *gather,
				   struct account *account)
{
	struct promise *promise = promise_new(session, account, on_part, gather);

	promise_own_data(promise, gather_unref);
	gather->refs++;
	gather->left++;
	return promise;
}

static void set_presence(struct login *login, enum presence presence, const char *message,
			 struct promise *promise)
{
	if (presence == PRESENCE_OFFLINE) {
		g_ptr_array_add(login->disconnecting, promise);
		login_close(login);
		return;
	}
	login->presence = presence;
	g_free(login->presence_message);
	login->presence_message = g_strdup(message);
	/* Without a connection it is kept for the next one. */
	if (login_is_online(login))
		conn_set_presence(login->conn, presence, message, promise_reply, promise);
	else
		promise_end_later(promise, NULL);
}

/* Among all accounts those that have no presence (IRC) are left alone. */
static bool is_meant(const struct login *login, const struct account *account,
		     enum presence presence)
{
	if (account)
		return login->account == account;
	return presence == PRESENCE_OFFLINE || !login_is_online(login) ||
	       (login->account->features & ACCOUNT_HAS_PRESENCE);
}

void session_set_presence(struct session *session, struct account *account, enum presence presence,
			  const char *message, session_done_fn done, void *data)
{
	struct gather *gather = g_new0(struct gather, 1);
	struct login *login;

	gather->outer = promise_new(session, NULL, done, data);
	for (guint i = 0; i < session->logins->len; i++) {
		login = session->logins->pdata[i];
		if (!is_meant(login, account, presence))
			continue;
		set_presence(login, presence, message,
			     gather_part(session, gather,
					 presence == PRESENCE_OFFLINE ? NULL : login->account));
	}
	if (gather->refs)
		return;
	promise_end_later(gather->outer, NULL);
	g_free(gather);
}

void session_set_nick(struct session *session, struct account *account, const char *nick,
		      session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "change the nick");

	if (conn)
		conn_set_nick(conn, nick, promise_reply, promise);
}
