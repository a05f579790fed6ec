/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files about rooms (room.c and room_*.c) share. */

#include "private.h"

#define ROOM_MEMBERS_MAX 100000

struct room {
	GHashTable *ids;     /* handle → raw id in this room */
	GHashTable *members; /* handles, a set */
	guint32 self;
	bool entered;     /* we are in: there is a chat */
	bool untold;      /* …which is told when the topic is known */
	GPtrArray *joins; /* struct room_join *: who waits for it */
	bool invited;
	char *inviter; /* raw id */
	guint32 password_flags;
	bool password_asked, password_tried, wants_password;
	GHashTable *owners;  /* member's handle → its global handle */
	GHashTable *banning; /* handles, a set: a ban of ours is under way */
	guint32 group_flags;
};

enum { /* Channel_Group_Change_Reason */
       TP_REASON_OFFLINE = 1,
       TP_REASON_KICKED = 2,
       TP_REASON_BANNED = 5,
       TP_REASON_RENAMED = 9,
       TP_REASON_SEPARATED = 11,
};

struct room_change { /* why members changed; borrowed */
	guint32 actor, reason;
	const char *message;
};

struct room_join {
	struct conn *conn;
	char *name, *password;
	guint retry; /* source: a share in the room is tried for again */
	tp_done_fn done;
	void *data;
};

void tp_room_join_free(void *join);
/* Tells everybody who waits to join. */
void tp_room_finish_joins(struct channel *channel, const GError *error);
/* The part of "room@server/nick" after the slash, or all of it. */
const char *tp_room_nick(const char *id);
void tp_room_password_start(struct channel *channel);
void tp_room_subject_start(struct channel *channel);
void tp_room_config_start(struct channel *channel);
/* Self is in local-pending. */
void tp_room_invited(struct channel *channel, guint32 actor, const char *message);
void tp_room_withdraw_invitation(struct channel *channel);

/* --- room_tell.c --- */

/* A name for lines about a member: theirs in the room, else their id. */
char *tp_room_member_words(struct channel *channel, guint32 handle);
void tp_room_tell_removed(struct channel *channel, guint32 handle,
			  const struct room_change *change);
void tp_room_tell_added(struct channel *channel, guint32 handle);
/* That we are in, with whom, and the topic. */
void tp_room_tell_joined(struct channel *channel);

/* --- room_owners.c --- */

void tp_room_owners_start(struct channel *channel);
/* a{uu}: members and whose they are. */
void tp_room_read_owners(struct channel *channel, struct bus_reader *value);
/* Raw id of whom a member is elsewhere; NULL when the room does not tell. */
const char *tp_room_owner_id(const struct channel *channel, guint32 handle);
/* room.c: the ids of these members' owners are known now. */
void tp_room_owners_known(struct channel *channel, const GArray *handles);
