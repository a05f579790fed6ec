/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_CONNECTION_H
#define LOCAL_CONNECTION_H

#include "src/local/mesh.h"

#include <telepathy-glib/telepathy-glib.h>

/*
 * A connection: one user's presence among the managers of this machine. It owns the mesh of
 * links and hands what comes over them to the file that knows the feature. The features that
 * are channels are channel managers; those that are interfaces of the connection itself
 * (presence.c, aliasing.c, avatars.c, caps.c) keep their part of the state in here.
 */

typedef struct _LocalConnection LocalConnection;
typedef struct _LocalConnectionClass LocalConnectionClass;

typedef struct _LocalRoster LocalRoster;
typedef struct _LocalTalks LocalTalks;
typedef struct _LocalRooms LocalRooms;
typedef struct _LocalTubes LocalTubes;
typedef struct _LocalFiles LocalFiles;

struct contact;

struct _LocalConnectionClass {
	TpBaseConnectionClass parent;
	TpPresenceMixinClass presence;
	TpContactsMixinClass contacts;
};

/* Read by all; each part is written by the file named. */
struct _LocalConnection {
	TpBaseConnection parent;
	TpPresenceMixin presence;
	TpContactsMixin contacts;
	char *nick, *directory;
	struct mesh *mesh; /* NULL while not connected */
	LocalRoster *roster;
	LocalTalks *talks;
	LocalRooms *rooms;
	LocalTubes *tubes;
	LocalFiles *files;
	guint own_status;    /* presence.c */
	char *own_message;   /* presence.c */
	GHashTable *clients; /* name -> struct client, with its capabilities: caps.c */
	GHashTable *senders; /* their unique names: caps.c */
	GBytes *avatar;      /* avatars.c */
	char *avatar_type, *avatar_token;
};

GType local_connection_get_type(void);

/* nick "" for none, directory NULL for the abstract sockets. */
LocalConnection *local_connection_new(const char *nick, const char *directory);

/* Handle of a contact; 0 when the id is not valid. */
TpHandle local_connection_handle(LocalConnection *connection, const char *id);
const char *local_connection_id(LocalConnection *connection, TpHandle handle);
TpHandle local_connection_self(LocalConnection *connection);

/* Handle of a room and back. */
TpHandle local_connection_room(LocalConnection *connection, const char *name);
const char *local_connection_room_name(LocalConnection *connection, TpHandle room);

/* The same as tp_channel_manager's announcing; requests may be NULL. */
void local_announce(TpChannelManager *manager, TpBaseChannel *channel, void *request);

#endif
