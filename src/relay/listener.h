/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A listening socket of ours on the default main context. Takes in what connects, a few at a
 * turn; when descriptors run out it waits a little instead of trying again at once. The file of
 * a Unix socket is removed with the listener, and only when it is still the one that was made;
 * nobody else's is ever removed or replaced.
 */

#include <stdbool.h>
#include <glib.h>

struct address;
struct listener;

/* @fd is a new connection, non-blocking and close-on-exec; the callee closes it. The listener
 * may be freed in here. */
typedef void (*listener_fn)(struct listener *listener, int fd, void *data);

/* NULL and @error when it cannot be had: the port is in use, the path exists, no permission. */
struct listener *listener_new(const struct address *address, listener_fn fn, void *data,
			      GError **error);
/* Likewise, a Unix socket with a name of its own, NAME-PID-XXXXXX, in @directory, which must
 * be the user's and closed to others; it is made when it is missing. Those of processes that died
 * are removed. */
struct listener *listener_new_private(const char *directory, const char *name, listener_fn fn,
				      void *data, GError **error);
void listener_free(struct listener *listener); /* NULL is fine */
/* Where it really listens: a port of 0 has become a number. Borrowed. */
const struct address *listener_address(const struct listener *listener);
/* Connections will be asked for the credentials byte (descriptor.h): Unix sockets only. */
bool listener_expect_credentials(struct listener *listener, GError **error);
