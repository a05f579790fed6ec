/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_INTEGRATION_IRC_WORLD_H
#define TESTS_INTEGRATION_IRC_WORLD_H

/* Alice's pheme on an IRC server, through idle, and others there. Idle sends few lines at once and
 * then one in two seconds: what is typed in such a test is kept short. */

#include "tests/lib/irc.h"
#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <string.h>

/* With a column for the members. */
static const struct pheme_options wide = {.rows = 40, .cols = 140};

static inline struct irc_peer *new_peer(struct pheme_world *w, const char *nick)
{
	return irc_peer_new(test_env_irc_port(w->env), nick);
}

static inline struct screen *start_alice(struct pheme_world *w, const char *more)
{
	pheme_add_idle(w, NULL, "irc", "alice", more);
	return pheme_start_until(w, &wide, "connected as alice");
}

static inline void expect(struct irc_peer *peer, const char *a, const char *b)
{
	g_free(irc_wait(peer, a, b, NULL));
}

/* Idle says goodbye when it is its turn, which may be after pheme has ended. */
static inline void wait_gone(struct irc_peer *peer, const char *nick)
{
	bool gone = false;

	while (!gone) {
		g_autofree char *reply = NULL;

		irc_send(peer, "ISON %s", nick);
		reply = irc_wait(peer, " 303 ", NULL);
		gone = !strstr(reply, nick);
	}
}

#endif
