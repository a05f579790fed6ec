/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_ENDPOINT_H
#define LOCAL_ENDPOINT_H

#include <stdbool.h>
#include <telepathy-glib/telepathy-glib.h>

/*
 * The sockets between the manager and the programs of its own user: those that it listens on and
 * those that it connects to, with Telepathy's address types (Unix, IPv4) and kinds of access
 * control (localhost, port, credentials). A Unix socket of ours lies in a directory of its own
 * that nobody else can enter; it is all that is ever removed.
 */

/* Socket_Map a{uau} of what is supported. */
GHashTable *endpoint_supported(void);

/* Whether type and access go together and are supported; TP_ERROR_NOT_IMPLEMENTED if not. */
bool endpoint_check(guint type, guint access, GError **error);

/* --- listening --- */

/* Removes directories of managers of this user's that were killed. Once, at the start. */
void endpoint_sweep(void);

struct endpoint;

/* A program has connected and passed the control; fd is the receiver's, and does not block. */
typedef void (*endpoint_fn)(struct endpoint *endpoint, int fd, void *data);

/* param is the access control's, as Accept has it. NULL with a TP_ERROR set. */
struct endpoint *endpoint_new(guint type, guint access, const GValue *param, endpoint_fn on_accept,
			      void *data, GError **error);
void endpoint_free(struct endpoint *endpoint);

/* Answers Accept, AcceptFile or ProvideFile with the address. An IPv4 one is (sq), which the
 * library cannot write. */
void endpoint_reply(const struct endpoint *endpoint, DBusGMethodInvocation *context);

/* Path of a Unix socket. */
const char *endpoint_get_path(const struct endpoint *endpoint);

/* --- connecting --- */

struct connector;

/* Called once; fd is the receiver's, -1 when nobody answered. param is what NewRemoteConnection
 * tells of the connection. */
typedef void (*connector_fn)(struct connector *connector, int fd, const GValue *param, void *data);

/* Emits StreamTube.NewRemoteConnection on an object, for the same reason. */
void connector_announce(TpBaseChannel *channel, TpHandle contact, const GValue *param, guint32 id);

/* An address as Offer has it; false with a TP_ERROR set when it is none. */
bool connector_check(guint type, const GValue *address, GError **error);

/* Connects; never calls back from within. byte is what goes with credentials. */
struct connector *connector_new(guint type, const GValue *address, guint access, guchar byte,
				connector_fn on_done, void *data);
void connector_free(struct connector *connector);

#endif
