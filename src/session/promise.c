/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Somebody waits for the outcome of something. Each promise is kept once: by an answer of tp, by
 * the end of the connection that would have answered, or at once but later; never from inside
 * the call that began it, never after the session is gone.
 */

#include "tree.h"

struct promise {
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

struct promise *promise_new(struct session *session, struct account *account, session_done_fn done,
			    void *data)
{
	struct promise *promise = g_new0(struct promise, 1);

	promise->session = session;
	promise->account = account;
	promise->done = done;
	promise->data = data;
	g_hash_table_add(session->promises, promise);
	return promise;
}

void promise_free(void *data)
{
	struct promise *promise = data;

	g_clear_handle_id(&promise->idle, g_source_remove);
	g_clear_error(&promise->error);
	if (promise->free_data)
		promise->free_data(promise->data);
	g_free(promise);
}

void *promise_own_data(struct promise *promise, GDestroyNotify free_data)
{
	promise->free_data = free_data;
	return promise->data;
}

void *promise_data(struct promise *promise)
{
	return promise->data;
}

bool promise_is_heard(const struct promise *promise)
{
	return promise->done != NULL;
}

void promise_end(struct promise *promise, const GError *error)
{
	session_done_fn done = promise->done;
	void *data = promise->data;

	g_hash_table_steal(promise->session->promises, promise);
	if (done)
		done(error, data);
	promise_free(promise);
}

static gboolean on_idle(void *data)
{
	struct promise *promise = data;

	promise->idle = 0;
	promise_end(promise, promise->error);
	return G_SOURCE_REMOVE;
}

void promise_end_later(struct promise *promise, GError *error)
{
	promise->account = NULL;
	promise->error = error;
	promise->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, promise, NULL);
}

void promise_fail_later(struct promise *promise, enum session_error code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	promise_end_later(promise, g_error_new_valist(SESSION_ERROR, code, format, args));
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
	case TP_ERROR_USAGE:
		return SESSION_ERROR_USAGE;
	case TP_ERROR_FAILED:
	case TP_ERROR_GONE:
	case TP_ERROR_NOT_SUPPORTED:
		return SESSION_ERROR_FAILED;
	}
	return SESSION_ERROR_FAILED;
}

GError *promise_error(const GError *error)
{
	if (!error || error->domain == SESSION_ERROR)
		return error ? g_error_copy(error) : NULL;
	return g_error_new_literal(SESSION_ERROR, (int)session_code(error), error->message);
}

void promise_reply(const GError *error, void *promise)
{
	g_autoptr(GError) ours = promise_error(error);

	promise_end(promise, ours);
}

struct conn *promise_conn(struct promise *promise, struct account *account, const char *what)
{
	struct conn *conn = login_conn(promise->session, account);

	if (conn)
		return conn;
	promise_fail_later(promise, SESSION_ERROR_NOT_CONNECTED,
			   "cannot %s: %s is not connected: /connect %s", what, account->name,
			   account->name);
	return NULL;
}

/* In the words of the notice, so that who sees both sees that they are one. */
void promises_lost(struct session *session, struct account *account, const char *text)
{
	g_autoptr(GList) all = g_hash_table_get_keys(session->promises);

	for (GList *link = all; link; link = link->next) {
		struct promise *promise = link->data;

		if (promise->account == account)
			promise_fail_later(promise, SESSION_ERROR_NOT_CONNECTED, "%s: %s",
					   account->name, *text ? text : "disconnected");
	}
}

void promises_mute(struct session *session)
{
	GHashTableIter iter;
	void *promise;

	g_hash_table_iter_init(&iter, session->promises);
	while (g_hash_table_iter_next(&iter, &promise, NULL))
		((struct promise *)promise)->done = NULL;
}
