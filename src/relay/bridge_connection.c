/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One connection of a bridge, from its arrival to its end; see bridge.h for the order of events.
 * In every handler the operation is called last, for it may free everything. */

#include "bridge_private.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

#include "address.h"
#include "descriptor.h"
#include "dial.h"
#include "failure.h"
#include "subprocess.h"

/* How long a program may take to end by itself once nobody talks to it. */
#define GRACE_MS 2000

struct bridge_connection {
	struct bridge *bridge;
	struct relay_end near;
	char *label;
	unsigned id;
	int byte;
	guint16 port;
	guint64 forth, back; /* once the relaying is over */
	bool heard[2];       /* likewise: near, target */
	/* What it waits for: */
	guint watch, limit;
	struct dial *dial;
	int far, far_out; /* dialled, not yet relayed; the same for a socket */
	bool far_shared;
	bool greeted;
	struct relay_connection *relayed;
	struct subprocess *program;
	GError *error; /* of the relaying, while the program ends */
	bool ending;   /* closed() is being called */
	GList link;
};

/* --- its end ---------------------------------------------------------------------------- */

static void close_end(int in, int out, bool shared)
{
	if (shared && in >= 0) {
		descriptor_set_nonblocking(in, false, NULL);
		descriptor_set_nonblocking(out, false, NULL);
	}
	if (in >= 0)
		close(in);
	if (out != in)
		close(out);
}

static void close_near(struct bridge_connection *connection)
{
	struct relay_end *near = &connection->near;

	close_end(near->in, near->out, near->shared);
	near->in = near->out = -1;
}

/* Does not touch the bridge, which may be gone. */
static void free_connection(struct bridge_connection *connection)
{
	g_clear_handle_id(&connection->watch, g_source_remove);
	g_clear_handle_id(&connection->limit, g_source_remove);
	dial_cancel(connection->dial);
	if (connection->relayed)
		relay_connection_close(connection->relayed);
	close_near(connection);
	close_end(connection->far, connection->far_out, connection->far_shared);
	subprocess_free(connection->program);
	g_clear_error(&connection->error);
	g_free(connection->label);
	g_free(connection);
}

void bridge_connection_close(struct bridge_connection *connection)
{
	if (connection->ending)
		return;
	g_queue_unlink(&connection->bridge->connections, &connection->link);
	free_connection(connection);
}

static void end(struct bridge_connection *connection, const GError *error)
{
	struct bridge *bridge = connection->bridge;

	connection->ending = true;
	g_queue_unlink(&bridge->connections, &connection->link);
	if (bridge->operations->closed)
		bridge->operations->closed(connection, error, bridge->data);
	free_connection(connection);
}

static void end_with_status(struct bridge_connection *connection, int status)
{
	g_autofree char *words = status ? subprocess_describe(status) : NULL;

	if (words && !connection->error)
		g_set_error(&connection->error, RELAY_ERROR, RELAY_ERROR_BROKEN,
			    "cannot go on: the program %s", words);
	end(connection, connection->error);
}

static void on_program_exit(struct subprocess *program, int status, void *data)
{
	end_with_status(data, status);
}

static gboolean on_grace_over(void *data)
{
	struct bridge_connection *connection = data;

	connection->limit = 0;
	subprocess_stop(connection->program);
	return G_SOURCE_REMOVE;
}

static void on_relay_closed(struct relay_connection *relayed, const GError *error, void *data)
{
	struct bridge_connection *connection = data;

	connection->forth = relay_connection_forth(relayed);
	connection->back = relay_connection_back(relayed);
	for (unsigned i = 0; i < 2; i++)
		connection->heard[i] = relay_connection_has_heard(relayed, i);
	connection->relayed = NULL;
	if (error)
		connection->error = g_error_copy(error);
	if (!connection->program) {
		end(connection, error);
	} else if (!subprocess_is_running(connection->program)) {
		end_with_status(connection, subprocess_status(connection->program));
	} else {
		subprocess_on_exit(connection->program, on_program_exit, connection);
		connection->limit = g_timeout_add(GRACE_MS, on_grace_over, connection);
	}
}

/* --- time limits ------------------------------------------------------------------------ */

static gboolean on_limit(void *data)
{
	struct bridge_connection *connection = data;
	g_autoptr(GError) error =
		g_error_new(RELAY_ERROR, RELAY_ERROR_TIMEOUT, "cannot open the connection: %s",
			    connection->greeted ? "the manager did not take it in time"
						: "no credentials came in time");

	connection->limit = 0;
	end(connection, error);
	return G_SOURCE_REMOVE;
}

static void wait_at_most(struct bridge_connection *connection)
{
	guint seconds = connection->bridge->seconds;

	g_clear_handle_id(&connection->limit, g_source_remove);
	if (seconds)
		connection->limit = g_timeout_add_seconds(seconds, on_limit, connection);
}

/* --- dialling and opening --------------------------------------------------------------- */

static void open_connection(struct bridge_connection *connection)
{
	struct bridge *bridge = connection->bridge;
	g_autofree char *target = bridge->target->kind == ADDRESS_STDIO
					  ? g_strdup(BRIDGE_STDIO_LABEL)
					  : address_print(bridge->target);
	struct relay_end far = {.in = connection->far,
				.out = connection->far_out,
				.shared = connection->far_shared,
				.label = target};
	struct relay_end near = connection->near;
	g_autoptr(GError) error = NULL;

	g_clear_handle_id(&connection->limit, g_source_remove);
	near.label = connection->label;
	connection->near.in = connection->near.out = -1;
	connection->far = connection->far_out = -1;
	connection->relayed =
		relay_join(bridge->relay, &near, &far, on_relay_closed, connection, &error);
	if (!connection->relayed)
		end(connection, error);
	else if (bridge->operations->opened)
		bridge->operations->opened(connection, bridge->data);
}

/* A socket that was just connected has room for a byte. */
static void give_credentials(struct bridge_connection *connection)
{
	struct bridge *bridge = connection->bridge;
	g_autoptr(GError) error = NULL;
	int sent = descriptor_send_credentials(connection->far, bridge->byte, &error);

	if (sent == 0)
		relay_fail_errno(&error, EAGAIN, "say who connects");
	if (sent != 1) {
		end(connection, error);
		return;
	}
	connection->greeted = true;
	wait_at_most(connection);
	if (bridge->operations->greeted)
		bridge->operations->greeted(connection, bridge->data);
}

void bridge_connection_go(struct bridge_connection *connection)
{
	if (connection->greeted && !connection->relayed && !connection->ending &&
	    connection->far >= 0)
		open_connection(connection);
}

static void on_dialled(int fd, struct subprocess *program, const GError *error, void *data)
{
	struct bridge_connection *connection = data;

	connection->dial = NULL;
	connection->far = connection->far_out = fd;
	connection->program = program;
	if (error)
		end(connection, error);
	else if (connection->bridge->give_credentials)
		give_credentials(connection);
	else
		open_connection(connection);
}

/* The target is what this process was started with: good for one connection. */
static gboolean on_stdio(void *data)
{
	struct bridge_connection *connection = data;
	struct relay_end end_of_ours;
	g_autoptr(GError) error = NULL;

	connection->watch = 0;
	if (bridge_open_stdio(connection->bridge, &end_of_ours, &error)) {
		connection->far = end_of_ours.in;
		connection->far_out = end_of_ours.out;
		connection->far_shared = end_of_ours.shared;
		open_connection(connection);
	} else {
		end(connection, error);
	}
	return G_SOURCE_REMOVE;
}

void bridge_connection_dial(struct bridge_connection *connection)
{
	struct bridge *bridge = connection->bridge;
	struct dial_setup setup = {
		.target = bridge->target,
		.seconds = bridge->seconds,
		.reserved = bridge->reserved,
		.values = &bridge->values,
		.environment = bridge->environment,
		.keep_stderr = bridge->keep_stderr,
		.file_limit = relay_file_limit(bridge->relay),
	};

	g_clear_handle_id(&connection->limit, g_source_remove);
	if (bridge->target->kind == ADDRESS_STDIO) {
		connection->watch = g_idle_add(on_stdio, connection);
		return;
	}
	bridge->reserved = -1;
	connection->dial = dial_start(&setup, on_dialled, connection);
}

/* --- its arrival ------------------------------------------------------------------------ */

static void arrive(struct bridge_connection *connection)
{
	struct bridge *bridge = connection->bridge;

	bridge_connection_dial(connection);
	if (bridge->operations->arrived)
		bridge->operations->arrived(connection, bridge->data);
}

static gboolean on_credentials(int fd, GIOCondition condition, void *data)
{
	struct bridge_connection *connection = data;
	g_autoptr(GError) error = NULL;
	guint8 byte = 0;
	int got = descriptor_receive_credentials(fd, &byte, &error);

	if (got == 0)
		return G_SOURCE_CONTINUE;
	connection->watch = 0;
	if (got > 0) {
		connection->byte = byte;
		arrive(connection);
	} else {
		end(connection, error);
	}
	return G_SOURCE_REMOVE;
}

struct bridge_connection *bridge_connection_new(struct bridge *bridge, const struct relay_end *near)
{
	struct bridge_connection *connection = g_new0(struct bridge_connection, 1);
	struct address *peer = descriptor_peer(near->in);

	connection->bridge = bridge;
	connection->near = *near;
	connection->near.label = NULL;
	connection->id = ++bridge->last_id;
	connection->byte = connection->far = connection->far_out = -1;
	if (peer && peer->kind == ADDRESS_TCP)
		connection->port = peer->port;
	if (near->label)
		connection->label = g_strdup(near->label);
	else if (peer && peer->length)
		connection->label = address_print(peer);
	else
		connection->label = g_strdup("a local program");
	address_free(peer);
	connection->link.data = connection;
	g_queue_push_tail_link(&bridge->connections, &connection->link);
	return connection;
}

void bridge_connection_receive(struct bridge_connection *connection)
{
	if (!connection->bridge->take_credentials) {
		arrive(connection);
		return;
	}
	connection->watch = g_unix_fd_add(connection->near.in, G_IO_IN, on_credentials, connection);
	wait_at_most(connection);
}

/* --- questions -------------------------------------------------------------------------- */

unsigned bridge_connection_id(const struct bridge_connection *connection)
{
	return connection->id;
}

const char *bridge_connection_label(const struct bridge_connection *connection)
{
	return connection->label;
}

int bridge_connection_byte(const struct bridge_connection *connection)
{
	return connection->byte;
}

guint16 bridge_connection_port(const struct bridge_connection *connection)
{
	return connection->port;
}

bool bridge_connection_is_open(const struct bridge_connection *connection)
{
	return connection->relayed;
}

guint64 bridge_connection_forth(const struct bridge_connection *connection)
{
	return connection->relayed ? relay_connection_forth(connection->relayed)
				   : connection->forth;
}

guint64 bridge_connection_back(const struct bridge_connection *connection)
{
	return connection->relayed ? relay_connection_back(connection->relayed) : connection->back;
}

int bridge_connection_dup(const struct bridge_connection *connection, bool near)
{
	return connection->relayed ? relay_connection_dup(connection->relayed, !near) : -1;
}

bool bridge_connection_has_heard(const struct bridge_connection *connection, bool near)
{
	return connection->heard[!near];
}
