/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_TUBES_H
#define LOCAL_TUBES_H

#include "src/local/connection.h"

#include <stdbool.h>

/*
 * Channel.Type.StreamTube and Channel.Type.DBusTube, each with a contact or in a room. The one who
 * offers names the tube by a number; the one who accepts opens a connection of its own to the other
 * manager for each that its program makes. Bytes are moved between the sockets by the kernel; they
 * pass neither the link nor the bus.
 */

#define TUBES_OFFERS_MAX      64   /* by one contact, not closed */
#define TUBES_CONNECTIONS_MAX 1024 /* of one tube */

GType local_tubes_get_type(void);
LocalTubes *tubes_new(LocalConnection *connection);

void tubes_frame(LocalTubes *tubes, struct contact *contact, enum frame_kind kind,
		 GVariant *payload);

/* A connection of bytes has come. False when it is of no tube; fd is then still the caller's. */
bool tubes_stream(LocalTubes *tubes, struct contact *contact, guint64 stream, guint32 connection,
		  int fd);

void tubes_contact_gone(LocalTubes *tubes, struct contact *contact);
void tubes_room_came(LocalTubes *tubes, struct contact *contact, const char *room);
void tubes_room_left(LocalTubes *tubes, const char *room); /* the user has */
void tubes_room_went(LocalTubes *tubes, struct contact *contact, const char *room);

#endif
