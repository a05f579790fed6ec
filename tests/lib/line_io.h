/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_LINE_IO_H
#define TESTS_LIB_LINE_IO_H

#include <glib.h>
#include <stdbool.h>

/*
 * A TCP connection to loopback on the default main context, shared by the raw XMPP and IRC
 * peers: what arrives is appended to a buffer and reported, what is sent is sent at once.
 */

struct line_io;

/* Bytes have come: take what is complete off the front of buffer (g_string_erase). */
typedef void (*line_io_fn)(GString *buffer, void *data);

/* Connects to 127.0.0.1:port; fails the running test when nobody listens. */
struct line_io *line_io_new(int port, line_io_fn on_bytes, void *data);
void line_io_free(struct line_io *io);

/* Sends all bytes, serving the main context while the socket is full. */
void line_io_send(struct line_io *io, const char *bytes, gsize len);

/* Whether the other side has closed. */
bool line_io_is_closed(const struct line_io *io);

#endif
