/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_XMPP_WORLD_H
#define TESTS_BENCH_XMPP_WORLD_H

#include "tests/lib/env.h"

/*
 * Prosody with one user, and everybody on her roster: a component speaks for all of them, so
 * that hundreds of contacts cost one connection and no logins. It answers the server's
 * presence probes for those who are online, and refuses whatever else it is asked.
 */

#define XMPP_WORLD_USER     "alice"
#define XMPP_WORLD_PASSWORD "alice"
#define XMPP_WORLD_ID       XMPP_WORLD_USER "@" TEST_XMPP_DOMAIN
#define XMPP_WORLD_PEER     "bob@bots." TEST_XMPP_DOMAIN

struct xmpp_world;

/* contacts beside bob, the first online of them online as bob is. */
struct xmpp_world *xmpp_world_new(struct test_env *env, int contacts, int online);
void xmpp_world_free(struct xmpp_world *world);

int xmpp_world_port(const struct xmpp_world *world);

/* Whether the user is there, and everybody online has told her so. */
bool xmpp_world_is_ready(const struct xmpp_world *world);

/* A message from bob, without characters that XML would mind. */
void xmpp_world_say(struct xmpp_world *world, const char *text);

/* The same from contact number @contact. */
void xmpp_world_say_from(struct xmpp_world *world, int contact, const char *text);

/* That many presence changes, of one online contact after the other. */
void xmpp_world_storm(struct xmpp_world *world, int count);

#endif
