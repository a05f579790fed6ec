/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Leaving in order: what is just going out gets a moment, then connections that nobody else
 * uses are ended, then the history is committed. None of it longer than 3 s in all, but for what
 * a script has sent and its network takes slowly.
 */

#include "tree.h"

#define DRAIN_MS 1500
#define STOP_MS  3000
/* Nobody sits there and waits. */
#define SCRIPT_FLUSH_MS (15 * 60 * 1000)

static void finish(struct session *session)
{
	struct promise *promise = g_steal_pointer(&session->stop_promise);

	stop_cancel(session);
	talk_flush_read(session);
	for (guint i = 0; i < session->logins->len; i++)
		cache_flush(session->logins->pdata[i]);
	history_flush(session->history);
	if (promise)
		promise_end_later(promise, NULL);
}

static bool any_connection(const struct session *session)
{
	for (guint i = 0; i < session->logins->len; i++)
		if (((struct login *)session->logins->pdata[i])->conn)
			return true;
	return false;
}

/* Others go on with the connection; we are not there any more. */
static void let_go(struct login *login)
{
	passwords_drop(login);
	outbox_connection_lost(login);
	conn_free(g_steal_pointer(&login->conn));
	login_rest(login, "");
}

static void leave(struct session *session)
{
	session->leaving = true;
	g_clear_handle_id(&session->drain_timer, g_source_remove);
	for (guint i = 0; i < session->logins->len; i++) {
		struct login *login = session->logins->pdata[i];

		if (login->conn &&
		    (!conn_leave(login->conn) || (session->brief && conn_was_found(login->conn))))
			let_go(login);
		else
			login_close(login);
	}
	if (session->stop_promise && !any_connection(session))
		finish(session);
}

static void start_timers(struct session *session, guint ms);

static void on_flushed(const GError *error, void *data)
{
	struct session *session = data;

	if (--session->flushing || session->leaving || !session->stop_promise)
		return;
	start_timers(session, 0);
	leave(session);
}

/* True: something is still going out of a connection that we are about to end. */
static bool flush(struct session *session)
{
	for (guint i = 0; i < session->logins->len; i++) {
		struct login *login = session->logins->pdata[i];

		if (!login->conn || !conn_needs_flush(login->conn) ||
		    !conn_is_last_user(login->conn))
			continue;
		session->flushing++;
		conn_flush(login->conn, on_flushed, session);
	}
	if (session->flushing && session->script)
		start_timers(session, SCRIPT_FLUSH_MS);
	return session->flushing;
}

void stop_check(struct session *session)
{
	if (!session->stop_promise)
		return;
	if (!session->leaving && !session->flushing && !outbox_is_busy(session) &&
	    !reader_is_busy(session) && !tubes_leave(session)) {
		if (!flush(session))
			leave(session);
	} else if (session->leaving && !any_connection(session)) {
		finish(session);
	}
}

static gboolean on_drain_time(void *data)
{
	struct session *session = data;

	session->drain_timer = 0;
	leave(session);
	return G_SOURCE_REMOVE;
}

static gboolean on_stop_time(void *data)
{
	struct session *session = data;

	session->stop_timer = 0;
	finish(session);
	return G_SOURCE_REMOVE;
}

/* …with @ms more than usual. */
static void start_timers(struct session *session, guint ms)
{
	stop_cancel(session);
	session->stop_timer = g_timeout_add(STOP_MS + ms, on_stop_time, session);
	session->drain_timer = g_timeout_add(DRAIN_MS + ms, on_drain_time, session);
}

void session_stop(struct session *session, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, NULL, done, data);

	if (session->stopping) {
		promise_end_later(promise, NULL);
		return;
	}
	session->stopping = true;
	session->stop_promise = promise;
	for (guint i = 0; i < session->logins->len; i++)
		login_cancel_retry(session->logins->pdata[i]);
	start_timers(session, 0);
	stop_check(session);
}

void stop_cancel(struct session *session)
{
	g_clear_handle_id(&session->stop_timer, g_source_remove);
	g_clear_handle_id(&session->drain_timer, g_source_remove);
	g_clear_handle_id(&session->tube_idle, g_source_remove);
}
