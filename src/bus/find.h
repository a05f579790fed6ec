/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Finding a session bus, or starting one (interface.md, "Finding the bus").
 *
 * Order: the address given; DBUS_SESSION_BUS_ADDRESS; $XDG_RUNTIME_DIR/bus; the bus that an
 * earlier pheme started, recorded in the runtime directory and still alive; else a
 * `dbus-daemon --session` is started and recorded. A bus that pheme started ends with its
 * last user: each user holds a shared lock; who can turn its own into an exclusive one on
 * leaving is the last and ends the daemon (by process id, identity checked).
 */

#include <stdbool.h>
#include <glib.h>

struct bus_place; /* an address and, where we share a bus that pheme started, the lock */

enum bus_find_flags {
	BUS_FIND_NO_START = 1 << 0, /* fail rather than start a dbus-daemon */
};

/*
 * Blocks for as long as a bus takes to answer (at most 2 s), dbus-daemon to print its address
 * (at most 5 s) or another pheme to do the same (at most 10 s).
 * @explicit_address NULL or "" for none. NULL and @error on failure.
 */
struct bus_place *bus_place_find(const char *explicit_address, unsigned flags, GError **error);
const char *bus_place_address(const struct bus_place *place);
/* "--bus", "DBUS_SESSION_BUS_ADDRESS", …: where the address came from, for messages. */
const char *bus_place_source(const struct bus_place *place);
/* Gives up our share; the last user of a bus that pheme started ends it. */
void bus_place_free(struct bus_place *place);

/* @parent/UID when it is a directory of ours alone, else NULL. In /run/user that is where a login
 * has its bus and its sockets, also for what does not come of the login, as a job of cron does. */
char *bus_login_dir(const char *parent);
/* $XDG_RUNTIME_DIR/pheme; where that is not set or names nothing /run/user/UID/pheme, or
 * /tmp/pheme-UID without a login: made 0700 if need be, refused when it is not a directory of ours alone. New string, or NULL and
 * @error. */
char *bus_runtime_dir(GError **error);
