/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_ROOM_H
#define LOCAL_ROOM_H

#include "src/local/chat.h"

/*
 * A room: a chat with Channel.Interface.Group, Subject2 and Room2. It is there while somebody is
 * in it. Members are contacts under their own handles. Until the user has joined, the channel
 * is an invitation and holds the inviter alone.
 */

#define ROOM_SUBJECT_MAX 1024

typedef struct _LocalRoom LocalRoom;

GType local_room_get_type(void);

/* Enters, with all who are there. */
void room_join(LocalRoom *room);
bool room_is_joined(LocalRoom *room);

/* Shows an invitation. */
void room_invited(LocalRoom *room, TpHandle inviter, const char *message);

const char *room_get_name(LocalRoom *room);
const char *room_get_subject(LocalRoom *room);

/* Somebody has come; is gone (of whatever state of membership). */
void room_came(LocalRoom *room, struct contact *contact);
void room_went(LocalRoom *room, struct contact *contact, const char *message, bool offline);

/* A FRAME_ROOM_SUBJECT. */
void room_subject(LocalRoom *room, struct contact *contact, GVariant *payload);

#endif
