/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is done with messages that were said: /correct /retract /quote /resend. */

#include <string.h>

#include "cmd.h"
#include "send.h"

#define QUOTE_LINES 20

static void correct(struct command_run *run, const char *text)
{
	command_hold(run);
	session_correct(command_session(run), command_chat(run), text, command_done, run);
}

void cmd_correct(struct command_run *run)
{
	correct(run, command_rest(run, 0));
}

void cmd_retract(struct command_run *run)
{
	correct(run, "");
}

/* --- /quote ------------------------------------------------------------------------------- */

/* The @number-th message from the end that somebody said and that stands. */
static struct message *find_said(struct chat *chat, guint64 number)
{
	for (unsigned i = chat->count; i-- > 0;) {
		struct message *message = chat_message(chat, i);

		if (message->direction != MESSAGE_IN || message->retracted || !*message->text)
			continue;
		if (--number == 0)
			return message;
	}
	return NULL;
}

/* "> …" of the @number-th message from the end that somebody else said, new; NULL: none. */
static char *quote_of(struct chat *chat, guint64 number)
{
	const struct message *message = find_said(chat, number);
	g_autoptr(GString) quote = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	if (!message)
		return NULL;
	lines = g_strsplit(message->text, "\n", QUOTE_LINES + 1);
	for (int i = 0; i < QUOTE_LINES && lines[i]; i++) {
		g_string_append(quote, "> ");
		if (i == 0 && chat->kind == CHAT_ROOM)
			g_string_append_printf(quote, "%s: ", message->name);
		g_string_append_printf(quote, "%s\n", lines[i]);
	}
	return g_string_free(g_steal_pointer(&quote), FALSE);
}

void cmd_quote(struct command_run *run)
{
	const char *number = command_arg(run, 0), *text = command_rest(run, 1);
	struct front *front = command_front(run);
	g_autofree char *quote = NULL, *whole = NULL;
	guint64 count = 1;

	if (number && !g_ascii_string_to_unsigned(number, 10, 1, CHAT_WINDOW, &count, NULL)) {
		count = 1;
		text = command_rest(run, 0);
	}
	quote = quote_of(command_chat(run), count);
	if (!quote) {
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "there is no message of somebody else to quote");
		return;
	}
	if (!*text && front->ops->insert) {
		front->ops->insert(front, quote);
		return;
	}
	whole = g_strconcat(quote, text, NULL);
	command_send(run, command_chat(run), MESSAGE_NORMAL, g_strchomp(whole));
}

/* --- /resend ------------------------------------------------------------------------------ */

void cmd_resend(struct command_run *run)
{
	struct chat *chat = command_chat(run);
	g_autoptr(GPtrArray) failed = g_ptr_array_new_with_free_func(g_free);

	/* By name: each new one may push an old one out of memory. */
	for (unsigned i = 0; i < chat->count; i++)
		if (session_is_resendable(chat_message(chat, i)))
			g_ptr_array_add(failed, g_strdup(chat_message(chat, i)->uid));
	if (!failed->len)
		command_fail(run, SESSION_ERROR_NOT_FOUND, "nothing of yours has failed here");
	for (guint i = 0; i < failed->len; i++) {
		struct message *message = chat_find_uid(chat, failed->pdata[i]);

		if (message)
			session_resend(command_session(run), chat, message);
	}
}
