/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rooms (spec: Channel.Interface.Group). Members are channel-specific
 * handles, named by MemberIdentifiers; we are SelfHandle of the channel. Self in local-pending
 * is an invitation: until it is accepted there is a request, and no chat.
 */

#include <string.h>

#include "../model/room_config.h"
#include "../model/text.h"
#include "private.h"
#include "room.h"

const char *tp_room_member_id(const struct channel *channel, guint32 handle)
{
	const char *id = g_hash_table_lookup(channel->room->ids, GUINT_TO_POINTER(handle));

	return id ? id : conn_handle_id(channel->conn, handle);
}

static void learn_id(struct room *room, guint32 handle, const char *id)
{
	if (handle && *id && g_hash_table_size(room->ids) < ROOM_MEMBERS_MAX)
		g_hash_table_insert(room->ids, GUINT_TO_POINTER(handle), g_strdup(id));
}

/* a{us}, ids of members. */
static void read_ids(struct room *room, struct bus_reader *value)
{
	struct bus_reader list, entry;

	bus_read_array(value, &list);
	while (bus_read_entry(&list, &entry)) {
		guint32 handle = bus_read_uint32(&entry);

		learn_id(room, handle, bus_read_string(&entry));
	}
}

const char *tp_room_nick(const char *id)
{
	const char *slash = strchr(id, '/');

	return slash && slash[1] ? slash + 1 : id;
}

/* --- joined, not joined ------------------------------------------------------------------- */

void tp_room_finish_joins(struct channel *channel, const GError *error)
{
	struct room *room = channel->room;
	g_autoptr(GPtrArray) joins = g_steal_pointer(&room->joins);
	struct chat *chat = chat_find(channel->conn->account, CHAT_ROOM, channel->facts.target_id);

	if (error && chat && chat->room_state == ROOM_JOINING)
		chat_set_room_state(chat, ROOM_LEFT);
	room->joins = g_ptr_array_new_with_free_func(tp_room_join_free);
	for (guint i = 0; i < joins->len; i++) {
		struct room_join *join = joins->pdata[i];

		if (join->done)
			join->done(error, join->data);
	}
}

static void add_member(struct channel *channel, guint32 handle)
{
	const char *id = tp_room_member_id(channel, handle);

	if (id && channel->chat)
		chat_add_member(channel->chat, id, NULL, tp_room_owner_id(channel, handle),
				handle == channel->room->self);
}

void tp_room_owners_known(struct channel *channel, const GArray *handles)
{
	for (guint i = 0; channel->room->entered && i < handles->len; i++) {
		guint32 handle = g_array_index(handles, guint32, i);

		if (g_hash_table_contains(channel->room->members, GUINT_TO_POINTER(handle)))
			add_member(channel, handle);
	}
}

static void add_all_members(struct channel *channel)
{
	GHashTableIter iter;
	void *handle;

	g_hash_table_iter_init(&iter, channel->room->members);
	while (g_hash_table_iter_next(&iter, &handle, NULL))
		add_member(channel, GPOINTER_TO_UINT(handle));
}

/* We are among the members: from now on it is a conversation. */
static void enter(struct channel *channel)
{
	struct tp *tp = channel->conn->tp;
	struct room *room = channel->room;
	bool ask_topic = channel_has_interface(channel, TP_CHAN_SUBJECT);

	if (room->entered)
		return;
	room->entered = room->untold = true;
	if (channel->chat) {
		/* We were thrown out and came back, on the same channel. */
		chat_open(channel->conn->account, CHAT_ROOM, channel->facts.target_id);
		ask_topic = false;
	} else {
		channel_start_chat(channel, CHAT_ROOM);
		tp_room_subject_start(channel);
		tp_room_config_start(channel);
	}
	add_all_members(channel);
	chat_set_room_state(channel->chat, ROOM_JOINED);
	if (!ask_topic)
		tp_room_tell_joined(channel);
	tp->ops->joined(channel->conn, channel->chat, tp->data);
	tp_room_finish_joins(channel, NULL);
}

static void leave(struct channel *channel)
{
	struct room *room = channel->room;

	if (!room->entered)
		return;
	room->entered = false;
	chat_set_config(channel->chat, NULL);
	chat_clear_members(channel->chat);
	chat_set_room_state(channel->chat, ROOM_LEFT);
}

/* --- changes of members ------------------------------------------------------------------- */

static void read_details(struct room *room, struct bus_reader *args, struct room_change *details)
{
	struct bus_reader dict, value;
	const char *key;

	memset(details, 0, sizeof(*details));
	details->message = "";
	bus_read_array(args, &dict);
	while (bus_read_property(&dict, &key, &value)) {
		if (!strcmp(key, "actor"))
			details->actor = bus_read_uint32(&value);
		else if (!strcmp(key, "change-reason"))
			details->reason = bus_read_uint32(&value);
		else if (!strcmp(key, "message"))
			details->message = bus_read_string(&value);
		else if (!strcmp(key, "contact-ids"))
			read_ids(room, &value);
	}
}

/* One out, one in, "renamed": the same person under another name. */
static bool renamed(struct channel *channel, const GArray *added, const GArray *removed,
		    const struct room_change *details)
{
	struct room *room = channel->room;
	g_autofree char *old = NULL, *new = NULL;
	guint32 from, to;
	const char *id;

	if (details->reason != TP_REASON_RENAMED || added->len != 1 || removed->len != 1)
		return false;
	from = g_array_index(removed, guint32, 0);
	to = g_array_index(added, guint32, 0);
	old = tp_room_member_words(channel, from);
	if (from == room->self)
		room->self = to;
	id = tp_room_member_id(channel, from);
	g_hash_table_remove(room->members, GUINT_TO_POINTER(from));
	if (id)
		chat_remove_member(channel->chat, id);
	g_hash_table_add(room->members, GUINT_TO_POINTER(to));
	add_member(channel, to);
	new = tp_room_member_words(channel, to);
	model_notice(channel->conn->tp->model, NULL, channel->chat, NOTICE_INFO,
		     "%s %s now known as %s", to == room->self ? "you" : old,
		     to == room->self ? "are" : "is", new);
	return true;
}

/* We are out; the reason tells whether somebody wanted that. */
static void lose_room(struct channel *channel, const struct room_change *details)
{
	struct tp *tp = channel->conn->tp;

	leave(channel);
	if (details->reason == TP_REASON_KICKED || details->reason == TP_REASON_BANNED)
		tp->ops->thrown_out(channel->conn, channel->chat, tp->data);
}

static void remove_members(struct channel *channel, const GArray *removed,
			   const struct room_change *details)
{
	struct room *room = channel->room;

	for (guint i = 0; i < removed->len; i++) {
		guint32 handle = g_array_index(removed, guint32, i);
		const char *id = tp_room_member_id(channel, handle);

		if (!g_hash_table_remove(room->members, GUINT_TO_POINTER(handle)) || !room->entered)
			continue;
		tp_room_tell_removed(channel, handle, details);
		if (id)
			chat_remove_member(channel->chat, id);
		if (handle == room->self)
			lose_room(channel, details);
	}
}

static void on_ids_learned(void *data)
{
	struct channel *channel = data;

	if (channel->room->entered)
		add_all_members(channel);
}

static void add_members(struct channel *channel, const GArray *added)
{
	struct room *room = channel->room;

	for (guint i = 0; i < added->len; i++) {
		guint32 handle = g_array_index(added, guint32, i);

		if (g_hash_table_size(room->members) >= ROOM_MEMBERS_MAX)
			break;
		g_hash_table_add(room->members, GUINT_TO_POINTER(handle));
		if (room->entered) {
			add_member(channel, handle);
			tp_room_tell_added(channel, handle);
		}
	}
	if (g_hash_table_contains(room->members, GUINT_TO_POINTER(room->self)))
		enter(channel);
}

static void on_members_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct room *room = channel->room;
	g_autoptr(GArray) added = bus_read_uint32s(args);
	g_autoptr(GArray) removed = bus_read_uint32s(args);
	g_autoptr(GArray) local = bus_read_uint32s(args);
	g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(guint32));
	struct room_change details;

	bus_read_skip(args); /* remote pending */
	read_details(room, args, &details);
	if (!bus_reader_ok(args)) {
		g_debug("%s: MembersChangedDetailed: %s", channel->path, bus_reader_error(args));
		return;
	}
	for (guint i = 0; i < local->len; i++)
		if (g_array_index(local, guint32, i) == room->self)
			tp_room_invited(channel, details.actor, details.message);
	if (room->entered && renamed(channel, added, removed, &details))
		return;
	remove_members(channel, removed, &details);
	for (guint i = 0; i < added->len; i++)
		if (!tp_room_member_id(channel, g_array_index(added, guint32, i)))
			g_array_append_val(unknown, g_array_index(added, guint32, i));
	add_members(channel, added);
	if (unknown->len)
		conn_learn_handles(channel->conn, channel->scope, unknown, on_ids_learned, channel);
}

static void on_self_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	guint32 handle = bus_read_uint32(args);
	const char *id = bus_reader_more(args) ? bus_read_string(args) : "";

	if (!bus_reader_ok(args))
		return;
	learn_id(channel->room, handle, id);
	channel->room->self = handle;
	if (channel->room->entered)
		add_member(channel, handle);
	else if (g_hash_table_contains(channel->room->members, GUINT_TO_POINTER(handle)))
		enter(channel);
}

/* --- the state found ---------------------------------------------------------------------- */

struct group_state {
	GArray *members;
	guint32 inviter;
	const char *invitation; /* borrowed */
	bool invited;
};

static void read_local_pending(struct room *room, struct bus_reader *value,
			       struct group_state *state)
{
	struct bus_reader list, fields;

	bus_read_array(value, &list);
	while (bus_reader_more(&list)) {
		guint32 handle, actor;
		const char *message;

		bus_read_struct(&list, &fields);
		handle = bus_read_uint32(&fields);
		actor = bus_read_uint32(&fields);
		bus_read_uint32(&fields);
		message = bus_read_string(&fields);
		if (handle != room->self)
			continue;
		state->invited = true;
		state->inviter = actor;
		state->invitation = message;
	}
}

static void on_group(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	struct room *room = channel->room;
	struct group_state state = {.invitation = ""};
	struct bus_reader dict, value, pending;
	bool has_pending = false;
	const char *key;

	if (error) {
		g_autoptr(GError) failure = tp_error_from_bus("join the room", error);

		tp_room_finish_joins(channel, failure);
		return;
	}
	bus_read_array(reply, &dict);
	while (bus_read_property(&dict, &key, &value)) {
		if (!strcmp(key, "SelfHandle")) {
			room->self = bus_read_uint32(&value);
		} else if (!strcmp(key, "Members") && !state.members) {
			state.members = bus_read_uint32s(&value);
		} else if (!strcmp(key, "MemberIdentifiers")) {
			read_ids(room, &value);
		} else if (!strcmp(key, "HandleOwners")) {
			tp_room_read_owners(channel, &value);
		} else if (!strcmp(key, "GroupFlags")) {
			room->group_flags = bus_read_uint32(&value);
		} else if (!strcmp(key, "LocalPendingMembers")) {
			pending = value;
			has_pending = true;
		}
	}
	if (has_pending)
		read_local_pending(room, &pending, &state);
	if (!bus_reader_ok(reply)) {
		g_debug("%s: Group: %s", channel->path, bus_reader_error(reply));
	} else {
		if (state.invited)
			tp_room_invited(channel, state.inviter, state.invitation);
		if (state.members) {
			add_members(channel, state.members);
			conn_learn_handles(channel->conn, channel->scope, state.members,
					   on_ids_learned, channel);
		}
	}
	if (state.members)
		g_array_unref(state.members);
}

/* --- start and end ------------------------------------------------------------------------ */

void tp_room_start(struct channel *channel)
{
	struct room *room = g_new0(struct room, 1);

	channel->room = room;
	room->ids = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	room->members = g_hash_table_new(NULL, NULL);
	room->owners = g_hash_table_new(NULL, NULL);
	room->banning = g_hash_table_new(NULL, NULL);
	room->joins = g_ptr_array_new_with_free_func(tp_room_join_free);
	if (!channel_has_interface(channel, TP_CHAN_GROUP)) {
		/* Nobody to list, and nothing to wait for. */
		enter(channel);
		return;
	}
	channel_subscribe(channel, TP_CHAN_GROUP, "MembersChangedDetailed", on_members_changed);
	channel_subscribe(channel, TP_CHAN_GROUP, "SelfContactChanged", on_self_changed);
	tp_room_owners_start(channel);
	bus_property_get_all(channel->scope, channel->conn->unique, channel->path, TP_CHAN_GROUP,
			     on_group, channel);
}

void tp_room_free(struct channel *channel)
{
	struct room *room = channel->room;
	struct conn *conn = channel->conn;
	g_autoptr(GError) error = NULL;
	struct chat *chat;

	if (!room)
		return;
	chat = chat_find(conn->account, CHAT_ROOM, channel->facts.target_id);
	if (room->wants_password && chat && conn->stage != CONN_ENDED)
		conn->tp->ops->secret_unwanted(conn, chat, conn->tp->data);
	tp_room_withdraw_invitation(channel);
	leave(channel);
	if (chat && chat->room_state == ROOM_JOINING)
		chat_set_room_state(chat, ROOM_LEFT);
	error = g_error_new_literal(TP_ERROR, TP_ERROR_FAILED,
				    "cannot join the room: the connection manager closed it");
	if (conn->stage != CONN_ENDED)
		tp_room_finish_joins(channel, error);
	channel->room = NULL;
	g_hash_table_remove(conn->rooms, channel->facts.target_id);
	g_hash_table_unref(room->ids);
	g_hash_table_unref(room->members);
	g_hash_table_unref(room->owners);
	g_hash_table_unref(room->banning);
	g_ptr_array_unref(room->joins);
	g_free(room);
}
