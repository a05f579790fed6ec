/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_IRC_WORLD_H
#define TESTS_BENCH_IRC_WORLD_H

#include <stdbool.h>

/*
 * An IRC server for one client, in this process: a real one throttles a burst, or drops the
 * client that is slow to read it, and then it would be the server that is measured.
 */

#define IRC_WORLD_NICK "alice"
#define IRC_WORLD_PEER "bob"
#define IRC_WORLD_ROOM "#bench"

struct irc_world;

/* Listens on a free port of 127.0.0.1. */
struct irc_world *irc_world_new(void);
void irc_world_free(struct irc_world *world);

int irc_world_port(const struct irc_world *world);

/* Whether the client has logged in; whether it has joined the room. */
bool irc_world_is_ready(const struct irc_world *world);
bool irc_world_has_joined(const struct irc_world *world);

/* A message from bob to the room. */
void irc_world_say(struct irc_world *world, const char *text);

#endif
