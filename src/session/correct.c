/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Corrections of what we said, and how they are kept. */

#include "outbox.h"

#include <string.h>

#define MARK "supersedes:"

char *correction_reason(const char *supersedes)
{
	return supersedes ? g_strconcat(MARK, supersedes, NULL) : NULL;
}

const char *correction_target(const char *reason)
{
	return reason && g_str_has_prefix(reason, MARK) ? reason + strlen(MARK) : NULL;
}

void session_correct(struct session *session, struct chat *chat, const char *text,
		     session_done_fn done, void *data)
{
	struct message *last = chat_last_correctable(chat);
	struct promise *promise;

	if (chat->can_correct && last) {
		/* Of a correction the first one is meant. */
		g_autofree char *token =
			g_strdup(last->supersedes ? last->supersedes : last->token);

		outbox_add(session, chat, last->type, text, token, done, data);
		return;
	}
	promise = promise_new(session, NULL, done, data);
	promise_fail_later(
		promise, SESSION_ERROR_FAILED, "cannot correct in %s: %s", chat->name,
		!chat->can_correct
			? "the connection manager sends no corrections"
			: "there is no message of yours that was sent and is on the screen");
}
