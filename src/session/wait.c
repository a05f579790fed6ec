/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Somebody waits for the outcome of something. Each wait is told once: by an answer of tp, by
 * the end of the connection that would have answered, or at once but later; never from inside
 * the call that began it, never after the session is gone.
 */

#include "tree.h"

struct wait {
	struct session *session;
	struct account *account; /* whose connection has to answer; or NULL */
	session_done_fn done;
	void *data;
	GDestroyNotify free_data;
	guint idle;
	GError *error; /* to be told from the idle */
};

GQuark session_error_quark(void)
{
	return g_quark_from_static_string("pheme-session-error");
}

struct wait *wait_new(struct session *session, struct account *account, session_done_fn done,
		      void *data)
{
	struct wait *wait = g_new0(struct wait, 1);

	wait->session = session;
	wait->account = account;
	wait->done = done;
	wait->data = data;
	g_hash_table_add(session->waits, wait);
	return wait;
}

void wait_free(void *data)
{
	struct wait *wait = data;

	g_clear_handle_id(&wait->idle, g_source_remove);
	g_clear_error(&wait->error);
	if (wait->free_data)
		wait->free_data(wait->data);
	g_free(wait);
}

void *wait_own_data(struct wait *wait, GDestroyNotify free_data)
{
	wait->free_data = free_data;
	return wait->data;
}

void *wait_data(struct wait *wait)
{
	return wait->data;
}

void wait_end(struct wait *wait, const GError *error)
{
	session_done_fn done = wait->done;
	void *data = wait->data;

	g_hash_table_steal(wait->session->waits, wait);
	if (done)
		done(error, data);
	wait_free(wait);
}

static gboolean on_idle(void *data)
{
	struct wait *wait = data;

	wait->idle = 0;
	wait_end(wait, wait->error);
	return G_SOURCE_REMOVE;
}

void wait_end_later(struct wait *wait, GError *error)
{
	wait->account = NULL;
	wait->error = error;
	wait->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, wait, NULL);
}

void wait_fail_later(struct wait *wait, enum session_error code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	wait_end_later(wait, g_error_new_valist(SESSION_ERROR, code, format, args));
	va_end(args);
}

static enum session_error session_code(const GError *error)
{
	if (error->domain != TP_ERROR)
		return SESSION_ERROR_FAILED;
	switch ((enum tp_error)error->code) {
	case TP_ERROR_OFFLINE:
		return SESSION_ERROR_NOT_CONNECTED;
	case TP_ERROR_NOT_FOUND:
		return SESSION_ERROR_NOT_FOUND;
	case TP_ERROR_REFUSED:
	case TP_ERROR_PASSWORD:
		return SESSION_ERROR_REFUSED;
	case TP_ERROR_TIMEOUT:
		return SESSION_ERROR_TIMEOUT;
	case TP_ERROR_FAILED:
	case TP_ERROR_NOT_SUPPORTED:
		return SESSION_ERROR_FAILED;
	}
	return SESSION_ERROR_FAILED;
}

GError *wait_error(const GError *error)
{
	if (!error || error->domain == SESSION_ERROR)
		return error ? g_error_copy(error) : NULL;
	return g_error_new_literal(SESSION_ERROR, (int)session_code(error), error->message);
}

void wait_reply(const GError *error, void *wait)
{
	g_autoptr(GError) ours = wait_error(error);

	wait_end(wait, ours);
}

struct conn *wait_for_conn(struct wait *wait, struct account *account, const char *what)
{
	struct conn *conn = login_conn(wait->session, account);

	if (conn)
		return conn;
	wait_fail_later(wait, SESSION_ERROR_NOT_CONNECTED,
			"cannot %s: %s is not connected: /connect %s", what, account->name,
			account->name);
	return NULL;
}

void waits_lost(struct session *session, struct account *account, const char *text)
{
	g_autoptr(GList) all = g_hash_table_get_keys(session->waits);

	for (GList *link = all; link; link = link->next) {
		struct wait *wait = link->data;

		if (wait->account == account)
			wait_fail_later(wait, SESSION_ERROR_NOT_CONNECTED,
					"%s: connection lost: %s", account->name, text);
	}
}
