/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is said in a room about who comes and goes. */

#include <string.h>

#include "../model/text.h"
#include "room.h"

char *tp_room_member_words(struct channel *channel, guint32 handle)
{
	const char *id = tp_room_member_id(channel, handle);
	struct member *member = id && channel->chat ? chat_find_member(channel->chat, id) : NULL;

	if (member)
		return g_strdup(member->name);
	return text_clean(id ? tp_room_nick(id) : "somebody", -1, TEXT_LINE);
}

static void tell_thrown_out(struct channel *channel, guint32 handle,
			    const struct room_change *change)
{
	bool self = handle == channel->room->self;
	g_autofree char *who = self ? g_strdup("you") : tp_room_member_words(channel, handle);
	g_autofree char *actor = tp_room_member_words(channel, change->actor);
	g_autofree char *why = text_clean(change->message, -1, TEXT_LINE);
	struct model *model = channel->conn->tp->model;
	const char *by = change->actor ? actor : "the room";

	if (change->actor == channel->room->self)
		by = "you";
	model_notice(model, NULL, channel->chat, self ? NOTICE_WARNING : NOTICE_INFO,
		     "%s %s %s by %s%s%s", who, self ? "were" : "was",
		     change->reason == TP_REASON_KICKED ? "kicked" : "banned", by, *why ? ": " : "",
		     why);
	/* Some managers take a ban for a kick, and say nothing. */
	if (g_hash_table_remove(channel->room->banning, GUINT_TO_POINTER(handle)) &&
	    change->reason != TP_REASON_BANNED)
		model_notice(model, NULL, channel->chat, NOTICE_WARNING,
			     "%s can come back: the connection manager %s kicks, it cannot ban",
			     who, channel->conn->account->manager);
}

void tp_room_tell_removed(struct channel *channel, guint32 handle, const struct room_change *change)
{
	g_autofree char *who = NULL, *why = NULL;

	if (change->reason == TP_REASON_KICKED || change->reason == TP_REASON_BANNED) {
		tell_thrown_out(channel, handle, change);
		return;
	}
	if (handle == channel->room->self) {
		why = text_clean(change->message, -1, TEXT_LINE);
		model_notice(channel->conn->tp->model, NULL, channel->chat, NOTICE_INFO,
			     "you left%s%s", *why ? ": " : "", why);
		return;
	}
	if (!channel->conn->tp->show_joins)
		return;
	who = tp_room_member_words(channel, handle);
	chat_note_traffic(channel->chat, who, false, change->message);
}

void tp_room_tell_added(struct channel *channel, guint32 handle)
{
	g_autofree char *who = NULL;

	/* Those who are told of one by one as we come in are named in one line then. */
	if (!channel->conn->tp->show_joins || handle == channel->room->self ||
	    channel->room->untold)
		return;
	who = tp_room_member_words(channel, handle);
	chat_note_traffic(channel->chat, who, true, NULL);
}

void tp_room_tell_joined(struct channel *channel)
{
	g_autofree char *text = NULL;

	if (!channel->room->untold || !channel->room->entered)
		return;
	channel->room->untold = false;
	text = chat_describe_joined(channel->chat);
	model_notice(channel->conn->tp->model, NULL, channel->chat, NOTICE_INFO, "%s", text);
}
