/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_HUB_PRIVATE_H
#define LOCAL_HUB_PRIVATE_H

#include "src/local/hub.h"

#include <dbus/dbus.h>

/* What the bus (hub.c) and its driver (hub_driver.c), the object org.freedesktop.DBus, share. */

struct hub_client {
	struct hub *hub;
	char *name;
	int fd;
	guint in_source, out_source;
	GByteArray *input; /* less than a message */
	GQueue output;     /* GBytes * */
	gsize written;     /* of the first of these */
	gsize queued;      /* bytes in all of them */
	GHashTable *calls; /* of struct hub_call: what it has yet to answer */
	bool dead;         /* is closed as soon as nothing more is done with it */
};

struct hub {
	char *service, *owner;
	GHashTable *clients; /* name -> struct hub_client */
	dbus_uint32_t serial;
	guint reaper;
};

struct hub_client *hub_find(struct hub *hub, const char *name);

/* The program that a name, unique or of the service, stands for. */
struct hub_client *hub_resolve(struct hub *hub, const char *name);

/* Makes a message one of the bus itself. */
void hub_stamp(struct hub *hub, DBusMessage *message);

/* Sends a message of the bus itself. */
void hub_say(struct hub *hub, struct hub_client *client, DBusMessage *message);

/* Answers with an error unless no reply is wanted. */
void hub_refuse(struct hub_client *client, DBusMessage *message, const char *error,
		const char *text);

/* A message to everybody. */
void hub_broadcast(struct hub *hub, DBusMessage *message);

/* One for org.freedesktop.DBus. */
void hub_drive(struct hub_client *client, DBusMessage *message);

/* A name has come (@here) or is gone. */
void hub_tell_owner(struct hub *hub, const char *name, bool here);

#endif
