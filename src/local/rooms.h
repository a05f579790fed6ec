/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_ROOMS_H
#define LOCAL_ROOMS_H

#include "src/local/room.h"

/*
 * The rooms that the user is in or is invited to, and who else says to be in which. Nobody owns a
 * room: each manager tells all others which ones its user is in, and a message goes to all who
 * are in there, once each. Whoever is in a room can only be heard as himself.
 */

#define ROOMS_NAMES_MAX       4096 /* in the life of a connection */
#define ROOMS_INVITATIONS_MAX 32   /* open at once */

GType local_rooms_get_type(void);
LocalRooms *rooms_new(LocalConnection *connection);

void rooms_introduce(LocalRooms *rooms, struct contact *contact);
void rooms_frame(LocalRooms *rooms, struct contact *contact, enum frame_kind kind,
		 GVariant *payload);
void rooms_text(LocalRooms *rooms, struct contact *contact, const char *room, GVariant *payload);
void rooms_contact_gone(LocalRooms *rooms, struct contact *contact);

/* The room that both the user and the contact are in; NULL for none. */
LocalChat *rooms_find(LocalRooms *rooms, struct contact *contact, const char *room);

/* Whether the user is in a room. */
bool rooms_is_in(LocalRooms *rooms, const char *room);

/* All rooms that somebody is in: array of array of (handle, type, info) as GotRooms has it. */
GPtrArray *rooms_list(LocalRooms *rooms);

#endif
