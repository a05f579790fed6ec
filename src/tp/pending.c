/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the end of a call, or a failure found out at once, comes to a tp_done_fn. */

#include "private.h"

struct pending {
	char *what;
	tp_done_fn done;
	void *data;
};

static void pending_free(void *data)
{
	struct pending *pending = data;

	g_free(pending->what);
	g_free(pending);
}

static void on_reply(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct pending *pending = data;
	g_autoptr(GError) error = NULL;

	if (bus_error)
		error = tp_error_from_bus(pending->what, bus_error);
	if (pending->done)
		pending->done(error, pending->data);
	else if (error)
		g_debug("%s", error->message);
}

void tp_send_done(struct bus_call *call, int timeout_ms, tp_done_fn done, void *data,
		  const char *what, ...)
{
	struct pending *pending = g_new0(struct pending, 1);
	va_list args;

	va_start(args, what);
	pending->what = g_strdup_vprintf(what, args);
	va_end(args);
	pending->done = done;
	pending->data = data;
	bus_call_own_data(call, pending_free);
	bus_call_send(call, timeout_ms, on_reply, pending);
}

struct failure {
	struct conn *conn;
	guint idle;
	tp_done_fn done;
	void *data;
	GDestroyNotify free_data;
	GError *error;
};

static void failure_free(void *data)
{
	struct failure *failure = data;

	if (failure->free_data)
		failure->free_data(failure->data);
	g_clear_handle_id(&failure->idle, g_source_remove);
	g_error_free(failure->error);
	g_free(failure);
}

static gboolean on_failure(void *data)
{
	struct failure *failure = data;
	guint index;

	/* The callee may free the connection, and with it all that is still in the list. */
	failure->idle = 0;
	if (g_ptr_array_find(failure->conn->failures, failure, &index))
		g_ptr_array_steal_index(failure->conn->failures, index);
	if (failure->done)
		failure->done(failure->error, failure->data);
	failure_free(failure);
	return G_SOURCE_REMOVE;
}

void conn_fail_later(struct conn *conn, tp_done_fn done, void *data, GDestroyNotify free_data,
		     enum tp_error code, const char *format, ...)
{
	struct failure *failure = g_new0(struct failure, 1);
	va_list args;

	failure->conn = conn;
	failure->done = done;
	failure->data = data;
	failure->free_data = free_data;
	va_start(args, format);
	failure->error = g_error_new_valist(TP_ERROR, code, format, args);
	va_end(args);
	if (!conn->failures)
		conn->failures = g_ptr_array_new_with_free_func(failure_free);
	g_ptr_array_add(conn->failures, failure);
	failure->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_failure, failure, NULL);
}

void conn_forget_failures(struct conn *conn)
{
	g_clear_pointer(&conn->failures, g_ptr_array_unref);
}
