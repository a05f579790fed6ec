/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_IRC_H
#define TESTS_LIB_IRC_H

/*
 * A raw IRC client over a plain loopback socket: a member of a room, or somebody to talk
 * to, which knows nothing of Telepathy and can send any bytes. It answers PING by itself; all
 * other lines are kept, without CR LF, until somebody waits for them. Failures fail the
 * running test.
 */

struct irc_peer;

/* Connects to 127.0.0.1:port under a nick and waits for the welcome. */
struct irc_peer *irc_peer_new(int port, const char *nick);

/* Closes the connection. NULL is ignored. */
void irc_peer_free(struct irc_peer *peer);

/* Sends a printf-like line; CR LF is added. */
void irc_send(struct irc_peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends bytes as they are. */
void irc_send_raw(struct irc_peer *peer, const char *bytes, long len);

/* Joins a room and waits until it is in. */
void irc_join(struct irc_peer *peer, const char *room);

/* PRIVMSG to a nick or a room. */
void irc_message(struct irc_peer *peer, const char *target, const char *text);

/* Waits for a line that holds all of the texts (the last argument is NULL) and takes it out.
 * To be freed with g_free(); never NULL. */
char *irc_wait(struct irc_peer *peer, const char *text, ...) __attribute__((sentinel));

/* How many lines not taken yet hold the text. */
int irc_count(struct irc_peer *peer, const char *text);

/* Forgets all lines that have come. */
void irc_forget(struct irc_peer *peer);

#endif
