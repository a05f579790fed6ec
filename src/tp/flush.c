/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Idle takes a message and answers at once; its lines go out one in two seconds, and those that
 * wait when it is told to disconnect are lost. What is asked of the server goes the same way, in
 * order: with the answer to a question about ourselves all that was sent before has gone out.
 */

#include <string.h>

#include "private.h"

#define FLUSH_MS 60000

struct flush {
	tp_done_fn done;
	void *data;
};

static void on_flushed(struct bus_reader *reply, const GError *error, void *data)
{
	struct flush *flush = data;

	/* An error is an answer too. */
	flush->done(NULL, flush->data);
}

bool conn_needs_flush(const struct conn *conn)
{
	return conn->stage == CONN_ONLINE && conn->has_sent && !strcmp(conn->manager, "idle") &&
	       conn_has_interface(conn, TP_CONN_INFO);
}

void conn_flush(struct conn *conn, tp_done_fn done, void *data)
{
	struct bus_call *call = conn_call(conn, TP_CONN_INFO, "RequestContactInfo");
	struct flush *flush = g_new0(struct flush, 1);

	flush->done = done;
	flush->data = data;
	conn->has_sent = false;
	bus_write_uint32(bus_call_args(call), conn->self_handle);
	bus_call_own_data(call, g_free);
	bus_call_send(call, FLUSH_MS, on_flushed, flush);
}
