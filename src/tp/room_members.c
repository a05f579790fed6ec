/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What one can do to others in a room: invite, kick, ban (spec: Channel.Interface.Group), and
 * making a room of a chat (Channel.Interface.Conference, where the manager has it).
 */

#include <string.h>

#include "../model/text.h"
#include "room.h"

struct invite {
	struct conn *conn;
	struct chat *chat; /* a reference */
	char *id, *reason;
	tp_done_fn done;
	void *data;
};

static void invite_free(void *data)
{
	struct invite *invite = data;

	chat_unref(invite->chat);
	g_free(invite->id);
	g_free(invite->reason);
	g_free(invite);
}

/* The channel of a room that one is in; NULL: @done is told why not. */
static struct channel *find_room(struct conn *conn, struct chat *chat, tp_done_fn done, void *data,
				 const char *what)
{
	struct channel *channel = conn_find_channel(conn, chat->kind, chat->id);

	if (channel && channel->room && channel_has_interface(channel, TP_CHAN_GROUP))
		return channel;
	conn_fail_later(conn, done, data, NULL,
			channel ? TP_ERROR_NOT_SUPPORTED : TP_ERROR_NOT_FOUND, "cannot %s: %s",
			what, channel ? "this is no room with members" : "you are not in the room");
	return NULL;
}

static void on_invitee(guint32 handle, const char *id, const GError *error, void *data)
{
	struct invite *invite = data;
	struct channel *channel;
	struct bus_call *call;
	g_autofree char *shown = text_clean(invite->id, -1, TEXT_LINE);

	if (error) {
		g_autoptr(GError) failure = g_error_new(
			TP_ERROR, error->code, "cannot invite %s: %s", shown, error->message);

		if (invite->done)
			invite->done(failure, invite->data);
		return;
	}
	channel = find_room(invite->conn, invite->chat, invite->done, invite->data, "invite");
	if (!channel)
		return;
	call = channel_ask(channel, TP_CHAN_GROUP, "AddMembers");
	bus_write_uint32s(bus_call_args(call), &handle, 1);
	bus_write_string(bus_call_args(call), invite->reason);
	tp_send_done(call, -1, invite->done, invite->data, "invite %s", shown);
}

void conn_invite(struct conn *conn, struct chat *chat, const char *id, const char *reason,
		 tp_done_fn done, void *data)
{
	struct invite *invite;

	if (!conn_check_online(conn, done, data, "invite") ||
	    !find_room(conn, chat, done, data, "invite"))
		return;
	invite = g_new0(struct invite, 1);
	invite->conn = conn;
	invite->chat = chat_ref(chat);
	invite->id = g_strdup(id);
	invite->reason = g_strdup(reason ? reason : "");
	invite->done = done;
	invite->data = data;
	conn_get_handle(conn, id, on_invitee, invite, invite_free);
}

/* --- kicking and banning ------------------------------------------------------------------ */

static guint32 find_handle(const struct channel *channel, const char *id)
{
	GHashTableIter iter;
	void *handle;

	g_hash_table_iter_init(&iter, channel->room->members);
	while (g_hash_table_iter_next(&iter, &handle, NULL)) {
		const char *other = tp_room_member_id(channel, GPOINTER_TO_UINT(handle));

		if (other && !strcmp(other, id))
			return GPOINTER_TO_UINT(handle);
	}
	return 0;
}

struct removal {
	struct conn *conn;
	struct chat *chat; /* a reference */
	guint32 handle;
	bool ban;
	char *who;
	tp_done_fn done;
	void *data;
};

static void removal_free(void *data)
{
	struct removal *removal = data;

	chat_unref(removal->chat);
	g_free(removal->who);
	g_free(removal);
}

static void on_thrown_out(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct removal *removal = data;
	struct channel *channel =
		conn_find_channel(removal->conn, removal->chat->kind, removal->chat->id);
	g_autofree char *what = NULL;
	g_autoptr(GError) error = NULL;

	if (bus_error) {
		what = g_strdup_printf("%s %s", removal->ban ? "ban" : "kick", removal->who);
		error = tp_error_from_bus(what, bus_error);
		if (channel && channel->room)
			g_hash_table_remove(channel->room->banning,
					    GUINT_TO_POINTER(removal->handle));
	}
	if (removal->done)
		removal->done(error, removal->data);
}

void conn_kick(struct conn *conn, struct chat *chat, const char *member, const char *reason,
	       bool ban, tp_done_fn done, void *data)
{
	const char *what = ban ? "ban" : "kick";
	struct removal *removal;
	struct channel *channel;
	struct bus_call *call;
	guint32 handle;

	if (!conn_check_online(conn, done, data, what))
		return;
	channel = find_room(conn, chat, done, data, what);
	if (!channel)
		return;
	handle = find_handle(channel, member);
	if (!handle) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_FOUND,
				"cannot %s: they are not in the room any more", what);
		return;
	}
	removal = g_new0(struct removal, 1);
	removal->conn = conn;
	removal->chat = chat_ref(chat);
	removal->handle = handle;
	removal->ban = ban;
	removal->who = tp_room_member_words(channel, handle);
	removal->done = done;
	removal->data = data;
	if (ban)
		g_hash_table_add(channel->room->banning, GUINT_TO_POINTER(handle));
	call = channel_ask(channel, TP_CHAN_GROUP, "RemoveMembersWithReason");
	bus_write_uint32s(bus_call_args(call), &handle, 1);
	bus_write_string(bus_call_args(call), reason ? reason : "");
	bus_write_uint32(bus_call_args(call), ban ? TP_REASON_BANNED : TP_REASON_KICKED);
	bus_call_own_data(call, removal_free);
	bus_call_send(call, -1, on_thrown_out, removal);
}

/* --- a room out of a chat ----------------------------------------------------------------- */

struct making {
	struct conn *conn;
	struct chat *chat; /* a reference */
	char **ids;
	char *reason;
	conn_id_fn fn;
	void *data;
};

static void making_free(void *data)
{
	struct making *making = data;

	chat_unref(making->chat);
	g_strfreev(making->ids);
	g_free(making->reason);
	g_free(making);
}

static void fail_making(struct making *making, enum tp_error code, const char *why)
{
	g_autoptr(GError) error =
		g_error_new(TP_ERROR, (int)code, "cannot make a room of this chat: %s", why);

	making->fn(NULL, error, making->data);
}

static void on_made(struct channel *channel, const GError *bus_error, void *data)
{
	struct making *making = data;

	if (bus_error) {
		g_autoptr(GError) error = tp_error_from_bus("make a room of this chat", bus_error);

		making->fn(NULL, error, making->data);
	} else if (!channel || !channel->room) {
		fail_making(making, TP_ERROR_FAILED, "the connection manager made none");
	} else {
		making->fn(channel->facts.target_id, NULL, making->data);
	}
}

static void write_conference(struct bus_writer *args, const struct making *making,
			     const struct channel *channel)
{
	struct bus_writer dict, entry, value, list;

	bus_write_open_array(args, "{sv}", &dict);
	bus_write_property_string(&dict, TP_CHAN ".ChannelType", TP_CHAN_TEXT);
	bus_write_open_property(&dict, TP_CHAN_CONFERENCE ".InitialChannels", "ao", &entry, &value);
	bus_write_open_array(&value, "o", &list);
	bus_write_path(&list, channel->path);
	bus_write_close(&value, &list);
	bus_write_close_property(&dict, &entry, &value);
	bus_write_open_property(&dict, TP_CHAN_CONFERENCE ".InitialInviteeIDs", "as", &entry,
				&value);
	bus_write_strings(&value, (const char *const *)making->ids);
	bus_write_close_property(&dict, &entry, &value);
	bus_write_property_string(&dict, TP_CHAN_CONFERENCE ".InvitationMessage", making->reason);
	bus_write_close(args, &dict);
}

/* a(a{sv}as): is there a class of text channels that takes other channels to begin with? */
static bool has_conferences(struct bus_reader *reply)
{
	struct bus_reader variant, classes, fields, fixed, value;
	bool found = false;
	const char *key;

	bus_read_variant(reply, &variant);
	bus_read_array(&variant, &classes);
	while (bus_reader_more(&classes)) {
		g_auto(GStrv) allowed = NULL;
		bool is_text = false;

		bus_read_struct(&classes, &fields);
		bus_read_array(&fields, &fixed);
		while (bus_read_property(&fixed, &key, &value))
			if (!strcmp(key, TP_CHAN ".ChannelType"))
				is_text = !strcmp(bus_read_string(&value), TP_CHAN_TEXT);
		allowed = bus_read_strings(&fields);
		found |= is_text && g_strv_contains((const char *const *)allowed,
						    TP_CHAN_CONFERENCE ".InitialChannels");
	}
	return found && bus_reader_ok(reply);
}

static struct making *making_copy(const struct making *making)
{
	struct making *copy = g_new0(struct making, 1);

	*copy = *making;
	chat_ref(copy->chat);
	copy->ids = g_strdupv(making->ids);
	copy->reason = g_strdup(making->reason);
	return copy;
}

static void on_classes(struct bus_reader *reply, const GError *error, void *data)
{
	struct making *making = data;
	struct conn *conn = making->conn;
	struct channel *channel = conn_find_channel(conn, CHAT_CONTACT, making->chat->id);
	g_autofree char *why = NULL;
	struct bus_call *call;

	if (error || !has_conferences(reply)) {
		why = g_strdup_printf("the connection manager %s cannot; /join a room and /invite "
				      "there",
				      conn->account->manager);
		fail_making(making, TP_ERROR_NOT_SUPPORTED, why);
		return;
	}
	if (!channel) {
		fail_making(making, TP_ERROR_FAILED, "nothing was said in it yet");
		return;
	}
	call = conn_call(conn, TP_CONN_REQUESTS, "CreateChannel");
	write_conference(bus_call_args(call), making, channel);
	conn_create_channel(conn, call, on_made, making_copy(making), making_free);
}

static void on_making_refused(const GError *error, void *data)
{
	struct making *making = data;

	making->fn(NULL, error, making->data);
}

void conn_make_room(struct conn *conn, struct chat *chat, const char *const *ids,
		    const char *reason, conn_id_fn fn, void *data)
{
	struct making *making = g_new0(struct making, 1);
	struct bus_call *call;

	making->conn = conn;
	making->chat = chat_ref(chat);
	making->ids = g_strdupv((char **)ids);
	making->reason = g_strdup(reason ? reason : "");
	making->fn = fn;
	making->data = data;
	if (conn->stage != CONN_ONLINE) {
		conn_fail_later(conn, on_making_refused, making, making_free, TP_ERROR_OFFLINE,
				"cannot make a room of this chat: %s is not connected",
				conn->account->name);
		return;
	}
	call = bus_call_new(conn->scope, conn->unique, conn->path, BUS_PROPERTIES, "Get");
	bus_write_string(bus_call_args(call), TP_CONN_REQUESTS);
	bus_write_string(bus_call_args(call), "RequestableChannelClasses");
	bus_call_own_data(call, making_free);
	bus_call_send(call, -1, on_classes, making);
}
