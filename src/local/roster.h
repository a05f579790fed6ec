/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_ROSTER_H
#define LOCAL_ROSTER_H

#include "src/local/connection.h"

/*
 * Connection.Interface.ContactList: everybody who is here, subscribed both ways, and those who
 * were here before. It is not changed by hand. Those seen are kept in a file: in the directory
 * of the connection when it has one, else in the user's state directory.
 */

#define ROSTER_MAX  4096 /* ids in the life of a connection */
#define ROSTER_KEPT 1000 /* of them in the file */

GType local_roster_get_type(void);
LocalRoster *roster_new(LocalConnection *connection);

/* Reads who was here before. Once, when connecting. */
void roster_load(LocalRoster *roster);

/* Whether a peer of this id may become a contact. */
bool roster_may_add(LocalRoster *roster, const char *id);

/* Somebody is here. */
void roster_add(LocalRoster *roster, TpHandle handle);

#endif
