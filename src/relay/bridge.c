/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge_private.h"

#include <errno.h>
#include <unistd.h>

#include "address.h"
#include "descriptor.h"
#include "failure.h"
#include "listener.h"

static void copy_values(struct bridge *bridge, const struct argv_values *values)
{
	bridge->host = g_strdup(values->host);
	bridge->port = g_strdup(values->port);
	bridge->path = g_strdup(values->path);
	bridge->service = g_strdup(values->service);
	bridge->contact = g_strdup(values->contact);
	bridge->values = (struct argv_values){
		.host = bridge->host,
		.port = bridge->port,
		.path = bridge->path,
		.service = bridge->service,
		.contact = bridge->contact,
	};
}

struct bridge *bridge_new(struct relay *relay, const struct bridge_setup *setup,
			  const struct bridge_operations *operations, void *data)
{
	struct bridge *bridge = g_new0(struct bridge, 1);

	bridge->relay = relay;
	bridge->target = address_copy(setup->target);
	copy_values(bridge, &setup->values);
	bridge->environment = g_strdupv((char **)setup->environment);
	bridge->keep_stderr = setup->keep_stderr;
	bridge->take_credentials = setup->take_credentials;
	bridge->give_credentials = setup->give_credentials;
	bridge->byte = setup->byte;
	bridge->seconds = setup->seconds;
	bridge->operations = operations;
	bridge->data = data;
	bridge->reserved = -1;
	return bridge;
}

void bridge_free(struct bridge *bridge)
{
	GList *link;

	if (!bridge)
		return;
	while ((link = g_queue_peek_head_link(&bridge->connections)))
		bridge_connection_close(link->data);
	bridge_stop_listening(bridge);
	bridge_use_reserved(bridge, -1);
	address_free(bridge->target);
	g_strfreev(bridge->environment);
	g_free(bridge->host);
	g_free(bridge->port);
	g_free(bridge->path);
	g_free(bridge->service);
	g_free(bridge->contact);
	g_free(bridge);
}

/* --- connections that come in ----------------------------------------------------------- */

static void on_connection(struct listener *listener, int fd, void *data)
{
	struct bridge *bridge = data;
	struct relay_end near = {.in = fd, .out = fd};

	bridge_connection_receive(bridge_connection_new(bridge, &near));
}

static bool use_listener(struct bridge *bridge, struct listener *listener, GError **error)
{
	if (!listener)
		return false;
	bridge->listener = listener;
	if (!bridge->take_credentials || listener_expect_credentials(listener, error))
		return true;
	bridge_stop_listening(bridge);
	return false;
}

bool bridge_listen(struct bridge *bridge, const struct address *address, GError **error)
{
	g_assert(!bridge->listener);
	return use_listener(bridge, listener_new(address, on_connection, bridge, error), error);
}

bool bridge_listen_private(struct bridge *bridge, const char *directory, const char *name,
			   GError **error)
{
	g_assert(!bridge->listener);
	return use_listener(
		bridge, listener_new_private(directory, name, on_connection, bridge, error), error);
}

const struct address *bridge_address(const struct bridge *bridge)
{
	return bridge->listener ? listener_address(bridge->listener) : NULL;
}

void bridge_stop_listening(struct bridge *bridge)
{
	g_clear_pointer(&bridge->listener, listener_free);
}

struct bridge_connection *bridge_carry(struct bridge *bridge, const struct relay_end *near)
{
	struct bridge_connection *connection = bridge_connection_new(bridge, near);

	bridge_connection_dial(connection);
	return connection;
}

bool bridge_open_stdio(struct bridge *bridge, struct relay_end *end, GError **error)
{
	bool shared = false;

	*end = (struct relay_end){.label = BRIDGE_STDIO_LABEL};
	if (bridge->stdio_taken) {
		g_set_error_literal(error, RELAY_ERROR, RELAY_ERROR_FAILED,
				    "cannot connect to standard input and output: they are good "
				    "for one connection");
		return false;
	}
	end->in = descriptor_open_again(STDIN_FILENO, false, &end->shared, error);
	if (end->in < 0)
		return false;
	end->out = descriptor_open_again(STDOUT_FILENO, true, &shared, error);
	if (end->out < 0) {
		close(end->in);
		return false;
	}
	end->shared |= shared;
	bridge->stdio_taken = true;
	return true;
}

struct bridge_connection *bridge_carry_stdio(struct bridge *bridge, GError **error)
{
	struct relay_end near;

	return bridge_open_stdio(bridge, &near, error) ? bridge_carry(bridge, &near) : NULL;
}

void bridge_use_reserved(struct bridge *bridge, int fd)
{
	if (bridge->reserved >= 0)
		close(bridge->reserved);
	bridge->reserved = fd;
}

unsigned bridge_count(const struct bridge *bridge)
{
	return g_queue_get_length((GQueue *)&bridge->connections);
}

void bridge_each(struct bridge *bridge, void (*fn)(struct bridge_connection *, void *), void *data)
{
	GList *next;

	for (GList *link = bridge->connections.head; link; link = next) {
		next = link->next;
		fn(link->data, data);
	}
}
