/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The share of a pheme in an account's connection (interface.md, "Several phemes"): a lock on
 * a file in the runtime directory that also records the bus name of the connection. Who gets it
 * exclusively is alone and may ask for a new connection; with a shared one the recorded
 * connection is used. The last user disconnects it. The kernel drops the lock of a dead
 * process, the record stays: the next pheme finds the living connection by it.
 */

#include <stdbool.h>
#include <glib.h>

struct lease;

/*
 * The share in a room is the same (lease_take_room()): who is in it for somebody has one, and who
 * came first records whether it was joined for that, so that the last of them leaves it.
 */

/* Takes the lock without waiting: exclusive if nobody has it, else shared. NULL with @error
 * unset: somebody is just setting up, try again soon. NULL with @error: it cannot be made. */
struct lease *lease_take(const char *dir, const char *account, GError **error);
struct lease *lease_take_room(const char *dir, const char *account, const char *room,
			      GError **error);
/* Gives up the share; NULL is fine. */
void lease_free(struct lease *lease);
bool lease_is_exclusive(const struct lease *lease);
/* Bus name of the connection that was recorded, and the key of whose login it is; "" for none.
 * New strings. */
char *lease_read(const struct lease *lease, char **login);
/* Records the connection and lets others share it. @login: one word. */
bool lease_record(struct lease *lease, const char *bus_name, const char *login, GError **error);
/* Nobody else has a share: tries to get it exclusively. */
bool lease_is_last(struct lease *lease);
/* The same for good: who is not the last has no share any more. Of those who ask at the same
 * moment one is. */
bool lease_leave(struct lease *lease);
