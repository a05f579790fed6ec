/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The local end of one tube: connections come in, from a listener or handed over, and each is
 * carried to the tube's target, which is dialled for it. Where a manager wants the credentials
 * byte (descriptor.h), it is taken off what comes in, or sent to the target and waited after.
 *
 * A bridge owns its connections. A connection's life is told in this order: arrived, greeted
 * (only where the byte is sent), opened, closed; closed ends it, and comes without the others
 * when something goes wrong before. Everything may be called from inside a callback, freeing
 * the bridge too, after which none comes.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <glib.h>
#include "argv.h"

struct address;
struct bridge;
struct bridge_connection;
struct relay;
struct relay_end;

struct bridge_operations {
	/* A connection came in, its byte (if any) was read; dialling begins. */
	void (*arrived)(struct bridge_connection *connection, void *data);
	/* The target has its byte: it waits for bridge_connection_go(). */
	void (*greeted)(struct bridge_connection *connection, void *data);
	/* Bytes are relayed from now on. */
	void (*opened)(struct bridge_connection *connection, void *data);
	/* @error NULL: it came to its end. */
	void (*closed)(struct bridge_connection *connection, const GError *error, void *data);
};

struct bridge_setup {
	const struct address *target; /* all of this is copied */
	struct argv_values values;    /* for targets that are programs */
	char *const *environment;
	bool keep_stderr;
	bool take_credentials; /* off what comes in */
	bool give_credentials; /* to the target */
	guint8 byte;           /* what is given */
	guint seconds;         /* limit for each step until a connection is open; 0: none */
};

/* @operations and @relay are kept by reference; any operation may be NULL. */
struct bridge *bridge_new(struct relay *relay, const struct bridge_setup *setup,
			  const struct bridge_operations *operations, void *data);
/* Closes what it listens on and all connections, and kills their programs. NULL is fine. */
void bridge_free(struct bridge *bridge);

/* Takes in what connects to the address; or to a Unix socket with a name of its own in a private
 * directory (listener.h). One listener a bridge. */
bool bridge_listen(struct bridge *bridge, const struct address *address, GError **error);
bool bridge_listen_private(struct bridge *bridge, const char *directory, const char *name,
			   GError **error);
/* Where it listens; NULL when it does not. Borrowed. */
const struct address *bridge_address(const struct bridge *bridge);
/* Stops listening; the connections stay. */
void bridge_stop_listening(struct bridge *bridge);
/* One connection more, whose near end is given. It is not told as arrived, and no credentials
 * are taken off it. */
struct bridge_connection *bridge_carry(struct bridge *bridge, const struct relay_end *near);
/* The same with this process's standard input and output. NULL and @error: they are unusable. */
struct bridge_connection *bridge_carry_stdio(struct bridge *bridge, GError **error);
/* The next connection dials with this socket (dial_reserve()), which is then the bridge's. */
void bridge_use_reserved(struct bridge *bridge, int fd);

unsigned bridge_count(const struct bridge *bridge);
/* Calls @fn for each connection, oldest first; @fn may close the one it is given. */
void bridge_each(struct bridge *bridge, void (*fn)(struct bridge_connection *, void *), void *data);

/* --- one connection --------------------------------------------------------------------- */

/* The manager has announced it: go on after greeted(). */
void bridge_connection_go(struct bridge_connection *connection);
/* Closes it; closed() is not called. */
void bridge_connection_close(struct bridge_connection *connection);
/* Unique within the bridge, counted from 1. */
unsigned bridge_connection_id(const struct bridge_connection *connection);
/* Who it is: a socket's address. Never NULL; borrowed. */
const char *bridge_connection_label(const struct bridge_connection *connection);
/* The byte that came in (take_credentials), -1: none. */
int bridge_connection_byte(const struct bridge_connection *connection);
/* The TCP port it came from, 0: no TCP. */
guint16 bridge_connection_port(const struct bridge_connection *connection);
bool bridge_connection_is_open(const struct bridge_connection *connection);
/* Bytes that came from the near end and went to the target; and the other way. */
guint64 bridge_connection_forth(const struct bridge_connection *connection);
guint64 bridge_connection_back(const struct bridge_connection *connection);
/* relay_connection_dup() of the near end or of the target, once it is open, and
 * relay_connection_has_heard(), once it is closed. */
int bridge_connection_dup(const struct bridge_connection *connection, bool near);
bool bridge_connection_has_heard(const struct bridge_connection *connection, bool near);
