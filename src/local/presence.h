/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_PRESENCE_H
#define LOCAL_PRESENCE_H

#include "src/local/connection.h"

/* Connection.Interface.SimplePresence: who is here, and how. Whoever is hidden is linked like all
 * others and looks offline. */

/* Indices into presence_statuses, which are also what goes over a link. */
enum presence {
	PRESENCE_OFFLINE,
	PRESENCE_AVAILABLE,
	PRESENCE_AWAY,
	PRESENCE_XA,
	PRESENCE_BUSY,
	PRESENCE_HIDDEN,
};

#define PRESENCE_MESSAGE_MAX 1024

extern const TpPresenceStatusSpec presence_statuses[];

void presence_class_init(LocalConnectionClass *klass);

/* The own presence is announced to clients. */
void presence_connected(LocalConnection *connection);

/* Tells a new peer, takes what it says, and forgets it. */
void presence_introduce(struct contact *contact);
void presence_frame(struct contact *contact, GVariant *payload);
void presence_contact_gone(struct contact *contact);

#endif
