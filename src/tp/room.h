/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files about rooms (room.c, room_verbs.c, room_subject.c) share. */

#include "private.h"

#define ROOM_MEMBERS_MAX 100000

struct room {
	GHashTable *ids;     /* handle → raw id in this room */
	GHashTable *members; /* handles, a set */
	guint32 self;
	bool entered;     /* we are in: there is a chat */
	GPtrArray *joins; /* struct room_join *: who waits for it */
	bool invited;
	char *inviter; /* raw id */
	guint32 password_flags;
	bool password_asked, password_tried, wants_password;
};

struct room_join {
	struct conn *conn;
	char *name, *password;
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
/* Self is in local-pending. */
void tp_room_invited(struct channel *channel, guint32 actor, const char *message);
void tp_room_withdraw_invitation(struct channel *channel);
