/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_ROOM_LIST_H
#define LOCAL_ROOM_LIST_H

#include "src/local/connection.h"

/* Channel.Type.RoomList: the rooms that somebody is in. All of it is known already, so a listing
 * is over as soon as it has begun. */

typedef struct _LocalRoomLists LocalRoomLists;

GType local_room_lists_get_type(void);
LocalRoomLists *room_lists_new(LocalConnection *connection);

#endif
