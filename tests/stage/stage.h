/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A stage for the screen: the real front end on a session that is only played. What happens
 * on the network is written, a line each, into the FIFO named in PHEME_STAGE; what the front
 * end asks of the session is done in the model at once, without a bus, a manager or a disk.
 * So screen tests are quick and exact; that the real session does the same is shown by the
 * integration tests.
 */

#include <glib.h>
#include "src/session/session.h"

struct session {
	struct model *model;
	struct config *config;
	struct accounts *accounts;
	GPtrArray *protocols;
	GHashTable *backlogs; /* "account/id" → GUINT: messages that only the history has */
	GPtrArray *card;      /* our own */
	session_prompt_fn prompt;
	void *prompt_data;
	struct prompt asked;
	GString *log; /* what the front end asked for: "typing bob 4\n…" */
	guint fifo;
};

/* Does what one line says; unknown ones are told in the status window. */
void stage_perform(struct session *session, const char *line);
void stage_open_fifo(struct session *session, const char *path);
/* Notes that something was asked of the session; `log` in the FIFO prints it. */
void stage_log(struct session *session, const char *format, ...) G_GNUC_PRINTF(2, 3);
void stage_say(struct chat *chat, const char *sender, const char *alias, const char *text,
	       gint64 time);
/* Tells @done, if there is one, later and without an error. */
void stage_finish(session_done_fn done, void *data);
