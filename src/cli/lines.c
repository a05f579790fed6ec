/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lines.h"

#include <string.h>

#include "../model/text.h"

#define NAME_BEGIN '\001'
#define NAME_END   '\002'
#define COLOR      "\033[36m"
#define NO_COLOR   "\033[0m"

/* "2026-11-22 14:01:00 [work] "; @account NULL: without. */
static GString *line_new(gint64 time, const char *account)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(time);
	g_autofree char *stamp = when ? g_date_time_format(when, "%Y-%m-%d %H:%M:%S")
				      : g_strdup("---------- --:--:--");
	GString *line = g_string_new(stamp);

	if (account)
		g_string_append_printf(line, " [%s]", account);
	g_string_append_c(line, ' ');
	return line;
}

static GString *line_now(const struct account *account)
{
	return line_new(g_get_real_time() / G_USEC_PER_SEC, account ? account->name : NULL);
}

static char *finish(GString *line)
{
	g_string_replace(line, "\n", "\n    ", 0);
	return g_string_free(line, FALSE);
}

static void append_name(GString *line, const char *name)
{
	g_string_append_printf(line, "%c%s%c", NAME_BEGIN, name, NAME_END);
}

/* "Bob <bob@example.org>", or only the id when there is no other name. */
static void append_person(GString *line, const char *name, const char *id)
{
	g_autofree char *shown = text_clean(id, -1, TEXT_LINE);

	if (name && *name && strcmp(name, shown) != 0) {
		append_name(line, name);
		g_string_append_printf(line, " <%s>", shown);
	} else {
		append_name(line, shown);
	}
}

static void append_reason(GString *line, const char *reason)
{
	if (reason && *reason)
		g_string_append_printf(line, ": %s", reason);
}

/* --- messages ----------------------------------------------------------------------------- */

/* Who speaks, and where if that is not the same. */
static void append_speaker(GString *line, const struct chat *chat, const struct message *message)
{
	g_autofree char *id = text_clean(chat->id, -1, TEXT_LINE);
	bool own = message->direction == MESSAGE_OUT;

	if (chat->kind == CHAT_ROOM) {
		g_string_append_printf(line, "%s ", id);
		append_name(line, own ? "me" : message->name);
		return;
	}
	if (own)
		g_string_append(line, "to ");
	append_person(line, chat->name, chat->id);
}

char *lines_message(const struct chat *chat, const struct message *message)
{
	GString *line = line_new(message->time, chat->account ? chat->account->name : NULL);
	bool action = message->type == MESSAGE_ACTION;

	if (action)
		g_string_append(line, "* ");
	append_speaker(line, chat, message);
	if (message->type == MESSAGE_NOTICE)
		g_string_append(line, " (notice)");
	if (message->type == MESSAGE_AUTO_REPLY)
		g_string_append(line, " (auto-reply)");
	g_string_append_printf(line, "%s %s", action ? "" : ":", message->text);
	return finish(line);
}

char *lines_delivery(const struct chat *chat, const struct message *message)
{
	GString *line;

	/* That all went well people expect. */
	if (message->delivery != DELIVERY_FAILED)
		return NULL;
	line = line_now(chat->account);
	g_string_append(line, "message to ");
	append_person(line, chat->name, chat->id);
	g_string_append(line, " is not delivered");
	append_reason(line, message->reason);
	return finish(line);
}

/* --- states ------------------------------------------------------------------------------- */

char *lines_presence(const struct contact *contact)
{
	GString *line = line_now(contact->account);

	append_person(line, contact->alias, contact->id);
	g_string_append_printf(line, " is %s", presence_name(contact->presence));
	append_reason(line, contact->message);
	return finish(line);
}

char *lines_connection(const struct account *account)
{
	GString *line = line_now(account);

	switch (account->state) {
	case ACCOUNT_ONLINE:
		g_string_append(line, "connected");
		break;
	case ACCOUNT_CONNECTING:
		g_string_append(line, "connecting");
		break;
	case ACCOUNT_WAITING:
		g_string_append(line, "connection lost, is tried again");
		break;
	case ACCOUNT_DISABLED:
	case ACCOUNT_OFFLINE:
		g_string_append(line, "disconnected");
		break;
	}
	append_reason(line, account->reason);
	return finish(line);
}

static const char *tube_verb(const struct tube *tube)
{
	return tube->incoming && tube->state == TUBE_ASKED ? "offered"
							   : tube_state_name(tube->state);
}

char *lines_tube(const struct tube *tube)
{
	GString *line = line_now(tube->account);
	g_autofree char *what = tube_describe(tube);

	g_string_append_printf(line, "tube %u, %s: %s", tube->number, what, tube_verb(tube));
	if (*tube->local)
		g_string_append_printf(line, " (%s)", tube->local);
	append_reason(line, tube->reason);
	return finish(line);
}

char *lines_file(const struct transfer *transfer)
{
	GString *line = line_new(g_get_real_time() / G_USEC_PER_SEC, transfer->account_name);
	g_autofree char *row = transfer_print_row(transfer);

	g_string_append_printf(line, "file %s", row);
	return finish(line);
}

static void append_wish(GString *line, const struct request *request)
{
	switch (request->kind) {
	case REQUEST_SUBSCRIPTION:
		g_string_append(line, "wants to see your presence");
		break;
	case REQUEST_INVITATION:
		g_string_append_printf(line, "invites you to %s", request->shown_room);
		break;
	case REQUEST_FILE:
		g_string_append(line, "wants to send a file");
		break;
	case REQUEST_TUBE:
		g_string_append(line, "offers a tube");
		break;
	}
}

char *lines_request(const struct request *request, const char *state)
{
	GString *line = line_now(request->account);

	g_string_append_printf(line, "request %u: ", request->number);
	append_person(line, request->name, request->id);
	g_string_append_c(line, ' ');
	append_wish(line, request);
	append_reason(line, request->text);
	if (strcmp(state, "open") != 0)
		g_string_append_printf(line, " (%s)", state);
	return finish(line);
}

/* --- rooms -------------------------------------------------------------------------------- */

static void append_change(GString *line, const char *change, const struct chat *chat,
			  const struct member *member)
{
	if (member) {
		append_name(line, member->name);
		g_string_append_printf(line, "%s %s", member->is_self ? " (me)" : "",
				       g_str_has_suffix(change, "joined") ? "joined"
				       : g_str_has_suffix(change, "left") ? "left"
									  : "changed");
	} else if (strcmp(change, "topic") == 0)
		g_string_append_printf(line, "topic: %s", chat->topic);
	else
		g_string_append(line, change);
}

char *lines_room(const struct chat *chat, const char *change, const struct member *member)
{
	GString *line = line_now(chat->account);
	g_autofree char *id = text_clean(chat->id, -1, TEXT_LINE);

	g_string_append_printf(line, "%s ", id);
	append_change(line, change, chat, member);
	return finish(line);
}

char *lines_lost(unsigned count)
{
	GString *line = line_now(NULL);

	g_string_append_printf(line, "%u events were not printed: nobody read them in time", count);
	return finish(line);
}

char *lines_paint(const char *line, bool color)
{
	GString *painted = g_string_sized_new(strlen(line) + 16);

	for (; *line; line++) {
		if (*line != NAME_BEGIN && *line != NAME_END)
			g_string_append_c(painted, *line);
		else if (color)
			g_string_append(painted, *line == NAME_BEGIN ? COLOR : NO_COLOR);
	}
	return g_string_free(painted, FALSE);
}
