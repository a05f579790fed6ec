/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_TUBE_DBUS_H
#define LOCAL_TUBE_DBUS_H

#include "src/local/tube.h"

/*
 * What D-Bus tubes with a contact (tube_dbus.c) and in a room (tube_dbus_room.c) have in common:
 * a socket where one program of ours connects as to a D-Bus server.
 */

typedef struct {
	LocalTube parent;
	GHashTable *names; /* DBusNames: handle -> name; with a contact there are none */
	struct sasl *sasl; /* of a program that is just connecting */
	int local;         /* with a contact: a program of ours that waits for theirs, or -1 */
	int remote;        /* the other way round */
} LocalDBusTube;

typedef struct {
	LocalTubeClass parent;
	/* Whether a program of ours uses it already. */
	bool (*is_busy)(LocalTube *tube);
	/* A program of ours has said what a client says first; fd is the tube's. */
	void (*program)(LocalTube *tube, int fd);
} LocalDBusTubeClass;

#endif
