/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The relay: bytes both ways between pairs of descriptors, thousands of them, on the default
 * GLib main context, as one source of it. Nothing here blocks, and a turn of the main loop is
 * kept for a millisecond at most, so a tube at full speed starves nobody: the source has the
 * priority of idle work, what is typed goes before it.
 *
 * A relay owns its connections, a connection owns the descriptors of both its ends. When one end
 * has no more to say the other is told (half-close) and may go on talking; a connection is over
 * when both directions are. An end that takes no more ends its direction, and what cannot be
 * delivered is not read any more. Everything may be called from inside a callback.
 */

#include <stdbool.h>
#include <glib.h>

struct relay;
struct relay_connection;

/* One end. A socket has twice the same descriptor. Non-blocking, close-on-exec. */
struct relay_end {
	int in, out;       /* what is read from and what is written to */
	bool shared;       /* others have them open too: made blocking again before closing */
	const char *label; /* for error messages; copied */
};

/* @error says what broke the connection, NULL when it came to its end. The connection is gone
 * after this. */
typedef void (*relay_closed_fn)(struct relay_connection *connection, const GError *error,
				void *data);

/* Raises the limit of open files, and ignores SIGPIPE, which splice(2) cannot do by itself. */
struct relay *relay_new(void);
/* Closes all connections; none of them is told. */
void relay_free(struct relay *relay);
/* What the soft limit of open files was before, for programs that are started; 0: unknown. */
guint64 relay_file_limit(const struct relay *relay);
unsigned relay_count(const struct relay *relay);
unsigned relay_pipes_taken(const struct relay *relay);

/* @fn is called once, from the main loop, when bytes may have moved after this call; NULL: not any
 * more. */
void relay_on_activity(struct relay *relay, void (*fn)(void *data), void *data);

/* Begins to relay and takes the descriptors, also when it fails, which it does only when there
 * is no memory for them in the kernel: then NULL with @error. */
struct relay_connection *relay_join(struct relay *relay, const struct relay_end *first,
				    const struct relay_end *second, relay_closed_fn fn, void *data,
				    GError **error);
/* Closes both ends now; @fn is not called. */
void relay_connection_close(struct relay_connection *connection);
/* Bytes written to the second end, that came from the first; and the other way. */
guint64 relay_connection_forth(const struct relay_connection *connection);
guint64 relay_connection_back(const struct relay_connection *connection);
/* Of one that is just told as closed: whether the first (0) or second (1) end knew that the other
 * has no more to say when it ended, or is gone altogether. Otherwise it may still be busy with what
 * it was sent. */
bool relay_connection_has_heard(const struct relay_connection *connection, unsigned end);
/* A descriptor more of what is written to that end, close-on-exec; -1: there is none. */
int relay_connection_dup(const struct relay_connection *connection, unsigned end);
