/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Idle takes a message and answers at once. What is longer than a line of IRC it cuts, at the end
 * of a character; its lines go out one in two seconds, and those that wait when it is told to
 * disconnect are lost. So we wait as long as they take, and then for the answer to a question to
 * the server about ourselves.
 */

#include <string.h>

#include "private.h"

#define ANSWER_MS  20000
#define LINE_BYTES 380 /* that idle puts in a line, at least */
#define LINE_US    (2200 * 1000)
#define REST_US    (10 * G_USEC_PER_SEC) /* after which nothing can be waiting any more */

static void on_flushed(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;

	/* An error is an answer too. */
	conn->flush_done(NULL, conn->flush_data);
}

void conn_note_sent(struct conn *conn, const char *text)
{
	gint64 now = g_get_monotonic_time();
	gint64 lines = 1 + (gint64)(strlen(text) / LINE_BYTES);

	for (const char *s = text; (s = strchr(s, '\n')); s++)
		lines++;
	conn->busy_until = MAX(conn->busy_until, now) + lines * LINE_US;
}

bool conn_needs_flush(const struct conn *conn)
{
	return conn->stage == CONN_ONLINE && conn->busy_until &&
	       g_get_monotonic_time() < conn->busy_until + REST_US &&
	       !strcmp(conn->manager, "idle") && conn_has_interface(conn, TP_CONN_INFO);
}

static gboolean ask(void *data)
{
	struct conn *conn = data;
	struct bus_call *call = conn_call(conn, TP_CONN_INFO, "RequestContactInfo");

	conn->flush_timer = 0;
	bus_write_uint32(bus_call_args(call), conn->self_handle);
	bus_call_send(call, ANSWER_MS, on_flushed, conn);
	return G_SOURCE_REMOVE;
}

void conn_flush(struct conn *conn, tp_done_fn done, void *data)
{
	/* The last line goes out at the begin of its time. */
	gint64 wait = conn->busy_until - LINE_US - g_get_monotonic_time();

	conn->flush_done = done;
	conn->flush_data = data;
	conn->busy_until = 0;
	g_clear_handle_id(&conn->flush_timer, g_source_remove);
	conn->flush_timer = g_timeout_add((guint)(MAX(wait, 0) / 1000), ask, conn);
}
