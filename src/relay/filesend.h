/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Sending a file into a socket, from an offset on, with sendfile(2) in a thread of its own: a
 * slow disk must not hold up the screen. The file has the size it had when it was offered; one
 * that became shorter is an error, what was added since is not sent.
 */

#include <stdbool.h>
#include <glib.h>

struct filesend;

struct filesend_operations {
	/* @bytes sent so far, the offset included; ten times a second at most. */
	void (*progress)(guint64 bytes, void *data);
	/* Once: everything is in the socket, which is then shut for writing, or @error. The
	 * filesend keeps the socket open until it is freed. */
	void (*done)(const GError *error, void *data);
};

/* @file and @socket are taken, on failure too: then NULL and @error. */
struct filesend *filesend_new(int file, guint64 offset, guint64 size, int socket,
			      const struct filesend_operations *operations, void *data,
			      GError **error);
/* Stops it. NULL is fine. */
void filesend_free(struct filesend *send);
