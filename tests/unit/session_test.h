/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * For the tests of src/session: a session in directories of its own, over the fake tp. It has
 * the accounts work (enabled), home (not enabled) and what a test adds.
 */

#include "store_test.h"

#include "fake_tp.h"
#include "session/tree.h"

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, session_setup, session_teardown, NULL                              \
	}

#define BOB  "bob@example.org"
#define ROOM "dev@conference.example.org"

struct fixture {
	char *dir;
	struct session *session;
	struct model *model;
};

int session_setup(void **state);
int session_teardown(void **state);

void session_open(struct fixture *f);
void session_close(struct fixture *f);
/* Ends the session and begins another one on the same files. */
void session_restart(struct fixture *f);
/* Adds lines to accounts.conf; a restart reads them. */
void session_add_config(struct fixture *f, const char *lines);
struct account *account_called(struct fixture *f, const char *name);
struct login *login_called(struct fixture *f, const char *name);
/* Starts the session and brings work online. */
struct conn *go_online(struct fixture *f);
/* Brings online what is connecting. */
void come_online(struct fixture *f, struct conn *conn);
/* All that the history was asked for is answered, also what follows from the answers. */
void settle(struct fixture *f);

struct chat *bob_chat(struct fixture *f);
/* The last message of a chat; fails when there is none. */
struct message *last_message(struct chat *chat);
/* How many lines of the status window, or of @chat, hold @text. */
unsigned count_lines(struct chat *chat, const char *text);
unsigned count_notices(struct fixture *f, const char *text);
/* Has fake tp been told so? */
bool was_called(const char *call);
unsigned count_calls(const char *call);

/* The history in the way: nothing can be stored any more, and it can again. To be used before
 * anything was stored. */
void break_history(struct fixture *f);
void mend_history(struct fixture *f);

/* A session_done_fn and what it was told. */
struct outcome {
	unsigned calls;
	int code; /* 0: no error */
	char *text;
};
void note_outcome(const GError *error, void *outcome);
void outcome_clear(struct outcome *outcome);
