/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Messages as lines of text, for /log, /search and their flags, and as facts for programs. */

#include "account.h"
#include "chat.h"
#include "message.h"

static const char *mark_of(const struct message *message)
{
	switch (message->delivery) {
	case DELIVERY_QUEUED:
		return " [queued]";
	case DELIVERY_FAILED:
		return " [not delivered]";
	case DELIVERY_NONE:
	case DELIVERY_SENDING:
	case DELIVERY_SENT:
	case DELIVERY_DELIVERED:
	case DELIVERY_READ:
		break;
	}
	return "";
}

void message_print(GPtrArray *lines, const struct message *message, const char *place)
{
	const char *name = message->direction == MESSAGE_OUT ? "me" : message->name;
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(message->time);
	g_autofree char *time =
		when ? g_date_time_format(when, "%Y-%m-%d %H:%M") : g_strdup("---------- --:--");
	g_auto(GStrv) parts = g_strsplit(message->text, "\n", -1);
	bool action = message->type == MESSAGE_ACTION;

	g_ptr_array_add(lines, g_strdup_printf("%s %s%s%s%s%s%s%s", time, place ? place : "",
					       place ? " " : "", action ? "* " : "",
					       name ? name : "", action ? " " : ": ",
					       parts[0] ? parts[0] : "", mark_of(message)));
	for (char **part = parts[0] ? parts + 1 : parts; *part; part++)
		g_ptr_array_add(lines, g_strdup_printf("%17s    %s", "", *part));
}

char **message_facts(const struct chat *chat, const struct message *message)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(message->time);
	g_autofree char *time = when ? g_date_time_format(when, "%Y-%m-%dT%H:%M:%SZ") : NULL;
	const char *const facts[][2] = {
		{"PHEME_ACCOUNT", chat->account ? chat->account->name : ""},
		{"PHEME_CHAT", chat->id},
		{"PHEME_KIND", chat->kind == CHAT_ROOM ? "room" : "contact"},
		{"PHEME_SENDER", message->sender ? message->sender : chat->id},
		{"PHEME_ALIAS", message->name ? message->name : ""},
		{"PHEME_ID", message->uid},
		{"PHEME_TYPE", message_type_name(message->type)},
		{"PHEME_TIME", time ? time : ""},
	};
	char **list = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(facts); i++)
		list = g_environ_setenv(list, facts[i][0], facts[i][1], TRUE);
	return list;
}
