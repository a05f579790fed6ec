/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_STREAM_H
#define TESTS_LIB_STREAM_H

#include <gio/gio.h>
#include <stdbool.h>

/*
 * Sockets as the programs at the ends of tubes and files have them. Addresses are as Telepathy
 * has them: ay for Unix, (sq) for IPv4. Everything that fails fails the running test.
 */

/* Listens; fails no accept later by blocking. */
int stream_listen_unix(const char *path);
int stream_listen_ipv4(guint16 *port);

/* The next connection, waited for while all else is served. */
int stream_accept(int listener);

/* Connects to an address; fd is a socket of AF_INET that may be bound. */
int stream_connect_unix(GVariant *address);
int stream_connect_ipv4(GVariant *address, int fd);

/* Address of a Unix socket's path; floating. */
GVariant *stream_address(const char *path);

void stream_say(int fd, const char *text);

/* Waits for exactly this text in one piece; for the end. */
void stream_expect(int fd, const char *text);
void stream_expect_end(int fd);

/* Waits until a read would not block. */
void stream_wait(int fd);

/* Sends bytes that seed determines into one socket, reads and compares them at the other until
 * its end; both may block. False when they differ. */
bool stream_move(int from, int to, guint64 bytes, guint32 seed);

#endif
