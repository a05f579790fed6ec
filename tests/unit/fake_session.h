/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A session without a bus for the tests of src/cmd and src/cli: it has the real model, config
 * and accounts, writes down what it is asked to do, one line a call, and ends it from the main
 * loop with the error that was prepared. It defines every function of session.h, so that
 * nothing of the real one is linked.
 */

#include "session/session.h"

struct session {
	struct model *model;
	struct config *config;
	struct accounts *accounts;
	GString *calls;        /* "join work #dev\n" … */
	GError *next;          /* what the next call ends with; NULL: success */
	bool stuck;            /* calls never end */
	GPtrArray *protocols;  /* struct protocol *; what session_list_protocols() finds */
	bool protocols_listed; /* …and session_known_protocols() then knows */
	bool bus, debug;
	const char *bus_problem; /* why session_wait_bus() fails */
	session_prompt_fn prompt;
	void *prompt_data;
	struct whois *whois;                       /* what session_whois() tells; owned */
	void (*on_start)(struct session *session); /* what happens once it was started */
	unsigned unread; /* messages "1", "2", … of bob@x that the history has and nobody read */
	session_reader_fn reader;
	void *reader_data;
};

/* Keeps its files in @dir. */
struct session *fake_session_new(const char *dir);

/* Between its files. Writes a call down. */
void fake_record(struct session *session, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Ends a call as was prepared: later, as the real one does; and at once. */
void fake_end_later(struct session *session, session_done_fn done, void *data);
bool fake_end_now(struct session *session, GError **error);
