/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Passwords of rooms (spec: Channel.Interface.Password). */

#include "room.h"

enum { /* Channel_Password_Flags */
       PASSWORD_PROVIDE = 8,
};

static void want_password(struct channel *channel, bool again)
{
	struct tp *tp = channel->conn->tp;
	struct chat *chat = chat_find(channel->conn->account, CHAT_ROOM, channel->facts.target_id);

	channel->room->wants_password = true;
	if (chat)
		tp->ops->secret_wanted(channel->conn, chat, again, tp->data);
}

static void on_password(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	bool correct;

	if (error) {
		g_autoptr(GError) failure = tp_error_from_bus("give the room's password", error);

		tp_room_finish_joins(channel, failure);
		return;
	}
	correct = bus_read_bool(reply);
	if (bus_reader_ok(reply) && !correct)
		want_password(channel, true);
}

void tp_room_answer_password(struct channel *channel, const char *password)
{
	struct bus_call *call;

	channel->room->wants_password = false;
	if (!password) {
		g_autoptr(GError) error = g_error_new_literal(
			TP_ERROR, TP_ERROR_PASSWORD, "cannot join the room: it wants a password");

		tp_room_finish_joins(channel, error);
		channel_close(channel);
		return;
	}
	call = channel_call(channel, TP_CHAN_PASSWORD, "ProvidePassword");
	bus_write_string(bus_call_args(call), password);
	bus_call_send(call, -1, on_password, channel);
}

static void follow_password_flags(struct channel *channel, guint32 flags)
{
	struct room *room = channel->room;
	g_autofree char *known = NULL;

	if (!(flags & PASSWORD_PROVIDE) || room->entered)
		return;
	for (guint i = 0; i < room->joins->len && !known; i++) {
		struct room_join *join = room->joins->pdata[i];

		known = g_steal_pointer(&join->password);
	}
	if (known)
		tp_room_answer_password(channel, known);
	else
		want_password(channel, room->password_tried);
	room->password_tried = true;
}

static void on_password_flags(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	guint32 flags, known = channel->room->password_flags;

	if (error)
		return;
	flags = bus_read_uint32(reply);
	if (!bus_reader_ok(reply))
		return;
	/* What a signal has told before this answer is followed already. */
	channel->room->password_flags = flags;
	follow_password_flags(channel, flags & ~known);
}

static void on_password_flags_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	guint32 added = bus_read_uint32(args), removed = bus_read_uint32(args);

	if (!bus_reader_ok(args))
		return;
	channel->room->password_flags = (channel->room->password_flags | added) & ~removed;
	follow_password_flags(channel, added);
}

/* Once it is known who waits to join: they may have brought the password. */
void tp_room_password_start(struct channel *channel)
{
	if (!channel_has_interface(channel, TP_CHAN_PASSWORD) || channel->room->password_asked)
		return;
	channel->room->password_asked = true;
	channel_subscribe(channel, TP_CHAN_PASSWORD, "PasswordFlagsChanged",
			  on_password_flags_changed);
	bus_call_send(channel_call(channel, TP_CHAN_PASSWORD, "GetPasswordFlags"), -1,
		      on_password_flags, channel);
}
