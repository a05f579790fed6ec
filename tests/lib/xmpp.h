/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_XMPP_H
#define TESTS_LIB_XMPP_H

#include <stdbool.h>

/*
 * A raw XMPP client over a plain loopback socket: the other side of a conversation, which
 * knows nothing of Telepathy and can send any bytes. It answers the server's pings and
 * version questions by itself; all else that arrives is kept as stanzas (each one complete
 * top-level element, as text) until somebody waits for it. Failures fail the running test.
 */

struct xmpp_peer;

/* Whether a stanza, as text, is the one that is waited for. */
typedef bool (*xmpp_match_fn)(const char *stanza, void *data);

/* Connects to 127.0.0.1:port, logs in with SASL PLAIN, binds the resource "peer", starts a
 * session. Sends no presence yet. */
struct xmpp_peer *xmpp_peer_new(int port, const char *user, const char *password);

/* Sends the end of the stream and closes. NULL is ignored. */
void xmpp_peer_free(struct xmpp_peer *peer);

/* The full id, user@localhost/peer. */
const char *xmpp_peer_id(const struct xmpp_peer *peer);

/* Sends bytes as they are. */
void xmpp_send_raw(struct xmpp_peer *peer, const char *bytes, long len);

/* Sends printf-like XML; the arguments are escaped by nobody. */
void xmpp_send(struct xmpp_peer *peer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Available presence; show is NULL, "away", "xa", "dnd" or "chat", status may be NULL. */
void xmpp_presence(struct xmpp_peer *peer, const char *show, const char *status);

/* A presence stanza of a type (subscribe, subscribed, unsubscribed, unavailable, …) to an id
 * (NULL: to all). */
void xmpp_presence_type(struct xmpp_peer *peer, const char *to, const char *type);

/* A chat message with the given body, escaped; id may be NULL. */
void xmpp_message(struct xmpp_peer *peer, const char *to, const char *id, const char *body);

/* A chat state of XEP-0085: active, composing, paused, inactive, gone. */
void xmpp_chat_state(struct xmpp_peer *peer, const char *to, const char *state);

/* Joins a room under a nick and waits until it is in; leaves it. */
void xmpp_room_join(struct xmpp_peer *peer, const char *room, const char *nick);
void xmpp_room_message(struct xmpp_peer *peer, const char *room, const char *body);

/* Waits for a stanza that matches and takes it out, with all that came before it left where it
 * is. Returns its text, to be freed with g_free(); never NULL. */
char *xmpp_wait(struct xmpp_peer *peer, xmpp_match_fn match, void *data);

/* The same for a stanza that holds all of the texts (the last argument is NULL). */
char *xmpp_wait_text(struct xmpp_peer *peer, const char *text, ...) __attribute__((sentinel));

/* How many stanzas not taken yet hold the text. */
int xmpp_count(struct xmpp_peer *peer, const char *text);

/* Forgets all stanzas that have come. */
void xmpp_forget(struct xmpp_peer *peer);

/* Text with & < > " ' as entities. To be freed with g_free(). */
char *xmpp_escape(const char *text);

#endif
