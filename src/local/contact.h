/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_CONTACT_H
#define LOCAL_CONTACT_H

#include "src/local/connection.h"
#include "src/local/mesh.h"

/*
 * What a connection keeps with each peer that is here, from the start of its link to the end.
 * Each part is changed by one file only. All of it was said by the peer about itself, and is
 * bounded.
 */

#define CONTACT_SERVICES_MAX 64
#define CONTACT_ROOMS_MAX    64
#define CONTACT_ASKS_MAX     200 /* in CONTACT_ASKS_S */
#define CONTACT_ASKS_S       10
#define CONTACT_SENT_MAX     10000

struct contact {
	LocalConnection *connection;
	struct peer *peer;
	TpHandle handle;
	guint status;      /* presence.c */
	char *message;     /* presence.c */
	char **streams;    /* services of stream tubes: caps.c */
	char **dbus;       /* services of D-Bus tubes: caps.c */
	bool files;        /* caps.c */
	char *avatar;      /* token; "" for none, NULL for not known: avatars.c */
	bool avatar_asked; /* avatars.c */
	GHashTable *rooms; /* names: rooms.c */
	GHashTable *sent;  /* token -> struct sent, without a result yet: talks.c */
	guint asked;       /* what it has wanted of the user lately: contact_may_ask() */
	gint64 asked_since;
};

/* Of a contact that is here; NULL for all others. */
struct contact *contact_find(LocalConnection *connection, TpHandle handle);

/* Counts an invitation, an offered tube or file; false when there are too many of late. */
bool contact_may_ask(struct contact *contact);

const char *contact_get_id(const struct contact *contact);

#endif
