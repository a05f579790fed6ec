/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Small things done to file descriptors. Functions that give one out give it close-on-exec and
 * non-blocking; the caller closes it. */

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>

struct address;

/* Raises the soft limit of open files to the hard one. Returns what it was, for programs that
 * are started later and may not expect many (select()); 0 when unknown. */
guint64 descriptor_raise_limit(void);
/* Out of descriptors or of memory for them: waiting helps, trying again at once does not. */
bool descriptor_is_shortage(int number);

bool descriptor_set_nonblocking(int fd, bool on, GError **error);
/*
 * A descriptor of our own for @fd, one this process was started with (stdin, stdout). A pipe or
 * terminal is opened again, so that the shell and others who have it open do not find it
 * non-blocking; where that cannot be, @fd is duplicated and *@shared is set: its owner calls
 * descriptor_set_nonblocking(false) on it at the end. @write: for writing, else for reading.
 */
int descriptor_open_again(int fd, bool write, bool *shared, GError **error);

/* New address of the other end of a connected socket, of our own end; NULL when unknown. */
struct address *descriptor_peer(int fd);
struct address *descriptor_local(int fd);

/*
 * The byte that access control "credentials" of a stream tube asks for (Channel.Type.StreamTube,
 * Socket_Access_Control_Credentials). Sending gives our process, user and group along. Receiving
 * takes exactly one byte, and wants it from a process of our user; what follows is left in the
 * socket. Both return 1 when done, 0 when the socket is not ready, -1 with @error.
 * descriptor_expect_credentials() is called first, on the socket that will receive (or on the
 * one listening).
 */
bool descriptor_expect_credentials(int fd, GError **error);
int descriptor_send_credentials(int fd, guint8 byte, GError **error);
int descriptor_receive_credentials(int fd, guint8 *byte, GError **error);
