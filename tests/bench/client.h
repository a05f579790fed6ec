/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_CLIENT_H
#define TESTS_BENCH_CLIENT_H

#include "tests/bench/row.h"

#include <glib.h>

/*
 * The programs that are measured, pheme among them: what each needs on disk to start without
 * asking, how it is started, and which keys open the chat that is measured.
 */

struct run;

/* The manager of the tests, which has its contacts at once: what is left is pheme's own. */
#define CLIENT_FIXTURE "fixture"

enum network { NETWORK_NONE, NETWORK_XMPP, NETWORK_IRC };

enum client_kind {
	CLIENT_FLOOR, /* no client: what the machine and the terminal cost */
	CLIENT_PEER,
	CLIENT_PHEME,
};

struct client {
	const char *name;
	const char *program; /* searched in PATH; NULL: beside the benchmark */
	enum client_kind kind;
	enum network network;
	unsigned int stages; /* bits of 1 << enum stage */

	/* The Telepathy manager in between, NULL when there is none. */
	const char *manager;

	/* Writes files and returns argv, to be freed with g_strfreev(). With connect, the
	 * program logs in by itself as it starts; without, it has no account at all. */
	char **(*prepare)(struct run *run, bool connect);

	/* Makes the chat with the other side the one on the screen; the program is logged in. */
	void (*open_chat)(struct run *run);
};

/* All of them, in the order of the table. */
guint client_count(void);
const struct client *client_nth(guint index);
guint client_index(const struct client *client);

/* NULL when there is none of that name. */
const struct client *client_find(const char *name);

/* Path of the program; NULL when it is not installed, or not built. To be freed with g_free(). */
char *client_path(const struct client *client);

/* Path of something that the makefile builds, named from the build directory. g_free(). */
char *client_built(const char *relative);

/* --- the ones with more to them, for the table in client.c --- */

char **client_mcabber(struct run *run, bool connect);
void client_mcabber_chat(struct run *run);
char **client_profanity(struct run *run, bool connect);
void client_profanity_chat(struct run *run);
char **client_finch(struct run *run, bool connect);
void client_finch_chat(struct run *run);

char **client_pheme_haze(struct run *run, bool connect);
void client_pheme_haze_chat(struct run *run);
char **client_pheme_fixture(struct run *run, bool connect);
char **client_pheme_idle(struct run *run, bool connect);
void client_pheme_idle_chat(struct run *run);

#endif
