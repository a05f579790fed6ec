/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What bridge.c (the bridge) and bridge_connection.c (each connection) share. */

#include "bridge.h"
#include "relay.h"

#define BRIDGE_STDIO_LABEL "standard input and output"

struct bridge {
	struct relay *relay;
	struct address *target;
	char *host, *port, *path, *service, *contact; /* what values point to */
	struct argv_values values;
	char **environment;
	bool keep_stderr, take_credentials, give_credentials;
	guint8 byte;
	guint seconds;
	const struct bridge_operations *operations;
	void *data;
	struct listener *listener;
	int reserved;
	bool stdio_taken;
	unsigned last_id;
	GQueue connections; /* struct bridge_connection, by its link */
};

/* What this process was started with, once. */
bool bridge_open_stdio(struct bridge *bridge, struct relay_end *end, GError **error);
struct bridge_connection *bridge_connection_new(struct bridge *bridge,
						const struct relay_end *near);
/* For what came in by the listener: its byte is awaited where one is wanted. */
void bridge_connection_receive(struct bridge_connection *connection);
/* For what was handed over: the target is dialled. */
void bridge_connection_dial(struct bridge_connection *connection);
