/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What was said: /log /search /find. */

#include <string.h>

#include "cmd.h"

#define LOG_LINES     50
#define LOG_LINES_MAX 10000
#define HITS          50

static struct query *parse(struct command_run *run, const char *text, bool may_be_all)
{
	g_autoptr(GError) error = NULL;
	struct query *query = query_parse(text, may_be_all, &error);

	if (!query)
		command_fail(run, SESSION_ERROR_USAGE, "%s", error->message);
	return query;
}

/* "[work Bob]" */
static char *describe_found(const struct session_found *found)
{
	return g_strdup_printf("[%s %s]", found->account, found->name);
}

/* --- /log --------------------------------------------------------------------------------- */

struct log_request {
	unsigned count;
};

static void on_log(GPtrArray *found, gint64 next, const GError *error, void *data)
{
	struct command_run *run = data;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = found->len; i > 0; i--)
		message_print(lines, ((struct session_found *)found->pdata[i - 1])->message, NULL);
	for (guint i = 0; i < lines->len; i++)
		command_print(run, "%s", (char *)lines->pdata[i]);
	command_done(error, run);
}

static void on_place(const struct session_place *place, const GError *error, void *data)
{
	struct command_run *run = data;
	struct log_request *request = command_kept(run);
	struct query *all;

	if (!place) {
		command_done(error, run);
		return;
	}
	all = query_parse("", true, NULL);
	session_search(command_session(run), all, place, 0, request->count, false, on_log, run);
	query_unref(all);
}

/* Of an open chat, a contact, or whoever there is a history of. */
static void log_place(struct command_run *run, struct chat *chat, const char *name)
{
	struct account *account = command_named_account(run);

	command_hold(run);
	if (chat && chat->account) {
		struct session_place place = {chat->account->name, chat->kind, chat->id};

		on_place(&place, NULL, run);
	} else {
		session_find_place(command_session(run), account ? account->name : NULL, name,
				   on_place, run);
	}
}

void cmd_log(struct command_run *run)
{
	const char *name = command_arg(run, 0), *number = command_arg(run, 1);
	struct chat *chat = command_chat(run);
	struct log_request *request;
	guint64 count = LOG_LINES;

	if (name && !number && g_ascii_string_to_unsigned(name, 10, 1, G_MAXUINT, NULL, NULL)) {
		number = name;
		name = NULL;
	}
	if (number && !g_ascii_string_to_unsigned(number, 10, 1, LOG_LINES_MAX, &count, NULL)) {
		command_fail(run, SESSION_ERROR_USAGE, "\"%s\" is no number of lines from 1 to %d",
			     number, LOG_LINES_MAX);
		return;
	}
	if (name)
		chat = command_find_chat(run, name);
	if (!name && (!chat || !chat->account)) {
		command_fail(run, SESSION_ERROR_USAGE, "whose log? /log NAME tells it");
		return;
	}
	request = g_new0(struct log_request, 1);
	request->count = (unsigned)count;
	command_keep(run, request, g_free);
	log_place(run, chat, name);
}

/* --- /search ------------------------------------------------------------------------------ */

static void on_hits(GPtrArray *found, gint64 next, const GError *error, void *data)
{
	struct command_run *run = data;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < found->len; i++) {
		const struct session_found *one = found->pdata[i];
		g_autofree char *place = describe_found(one);

		message_print(lines, one->message, place);
	}
	for (guint i = 0; i < lines->len; i++)
		command_print(run, "%s", (char *)lines->pdata[i]);
	if (!error && !found->len)
		command_print(run, "nothing was found");
	else if (next)
		command_print(run, "there is more: before: or another word narrows it down");
	command_done(error, run);
}

void cmd_search(struct command_run *run)
{
	const char *text = command_rest(run, 0);
	struct front *front = command_front(run);
	struct query *query = parse(run, text, false);

	if (!query)
		return;
	if (front->unattended) {
		command_hold(run);
		session_search(command_session(run), query, NULL, 0, HITS, false, on_hits, run);
	} else {
		front->ops->show_view(front, VIEW_SEARCH, text);
	}
	query_unref(query);
}

/* --- /find -------------------------------------------------------------------------------- */

static void print_hits(struct command_run *run, struct chat *chat, struct query *query)
{
	struct session_place place = {chat->account->name, chat->kind, chat->id};

	command_hold(run);
	session_search(command_session(run), query, &place, 0, HITS, false, on_hits, run);
}

void cmd_find(struct command_run *run)
{
	struct front *front = command_front(run);
	struct chat *chat = command_chat(run);
	const char *text = command_rest(run, 0);
	struct query *query = *text ? parse(run, text, false) : NULL;

	if (*text && !query)
		return;
	if (front->ops->find)
		front->ops->find(front, chat, query);
	else if (query && chat->account)
		print_hits(run, chat, query);
	else
		command_fail(run, SESSION_ERROR_USAGE, "what? /find TEXT tells it");
	query_unref(query);
}
