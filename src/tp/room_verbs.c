/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Joining, leaving, invitations. */

#include <string.h>

#include "room.h"

#define PART_TIMEOUT_MS 10000
#define SHARE_RETRY_MS  50

/* In the record of a share: the room was joined by one of us; or we were in it before. */
#define SHARE_JOINED "joined"
#define SHARE_FOUND  "found"

void tp_room_join_free(void *data)
{
	struct room_join *join = data;

	if (!join)
		return;
	g_clear_handle_id(&join->retry, g_source_remove);
	if (join->password)
		explicit_bzero(join->password, strlen(join->password));
	g_free(join->password);
	g_free(join->name);
	g_free(join);
}

/* --- joining ------------------------------------------------------------------------------ */

static void fail_join(struct room_join *join, const GError *error)
{
	struct chat *chat = chat_find(join->conn->account, CHAT_ROOM, join->name);

	if (chat)
		chat_set_room_state(chat, ROOM_LEFT);
	g_hash_table_remove(join->conn->rooms, join->name);
	if (join->done)
		join->done(error, join->data);
}

static struct room_join *copy_join(const struct room_join *join)
{
	struct room_join *copy = g_new0(struct room_join, 1);

	*copy = *join;
	copy->name = g_strdup(join->name);
	copy->password = g_strdup(join->password);
	return copy;
}

static void on_room_channel(struct channel *channel, const GError *error, void *data)
{
	struct room_join *join = data;

	if (error) {
		fail_join(join, error);
	} else if (!channel->room) {
		g_autoptr(GError) failure = g_error_new_literal(TP_ERROR, TP_ERROR_FAILED,
								"cannot join the room: it is none");

		fail_join(join, failure);
	} else if (channel->room->entered) {
		if (join->done)
			join->done(NULL, join->data);
	} else {
		g_ptr_array_add(channel->room->joins, copy_join(join));
		tp_room_password_start(channel);
		/* An invitation to it waits: to join is to accept. */
		if (channel->room->invited)
			conn_answer_invitation(join->conn, channel->facts.target_id, true, NULL,
					       NULL);
	}
}

static struct channel *find_room_channel(struct conn *conn, const char *room, bool invited)
{
	GHashTableIter iter;
	void *path, *item;

	if (!conn->channels)
		return NULL;
	g_hash_table_iter_init(&iter, conn->channels);
	while (g_hash_table_iter_next(&iter, &path, &item)) {
		struct channel *channel = item;

		if (channel->room && channel->room->invited == invited &&
		    !strcmp(channel->facts.target_id, room))
			return channel;
	}
	return NULL;
}

static void enter_room(struct room_join *join)
{
	struct conn *conn = join->conn;

	/* To join is to accept; idle answers the request below only when one is in. */
	if (find_room_channel(conn, join->name, true))
		conn_answer_invitation(conn, join->name, true, NULL, NULL);
	conn_ensure_text(conn, CHAT_ROOM, join->name, on_room_channel, join, tp_room_join_free);
}

/* --- shares: who leaves last ----------------------------------------------------------------------- */

/* What one who was killed has joined nobody else would leave. */
static bool was_joined(const struct lease *lease, const struct conn *conn)
{
	g_autofree char *recorded = NULL;
	g_autofree char *how = lease_read(lease, &recorded);

	return !strcmp(how, SHARE_JOINED) && !strcmp(recorded, conn->name);
}

static void record_share(struct lease *lease, struct conn *conn, const char *room)
{
	bool joined = !find_room_channel(conn, room, false) || was_joined(lease, conn);
	g_autoptr(GError) error = NULL;

	if (!lease_record(lease, joined ? SHARE_JOINED : SHARE_FOUND, conn->name, &error))
		g_debug("%s", error->message);
}

/* Who is just leaving is waited for. */
static gboolean on_share_retry(void *data);

static void take_share(struct room_join *join)
{
	struct conn *conn = join->conn;
	g_autoptr(GError) error = NULL;
	struct lease *lease;

	if (g_hash_table_contains(conn->rooms, join->name)) {
		enter_room(join);
		return;
	}
	lease = lease_take_room(conn->tp->runtime_dir, conn->account->name, join->name, &error);
	if (!lease && !error) {
		join->retry = g_timeout_add(SHARE_RETRY_MS, on_share_retry, join);
		g_hash_table_add(conn->joining, join);
		return;
	}
	if (error)
		g_debug("%s", error->message);
	if (lease && lease_is_exclusive(lease))
		record_share(lease, conn, join->name);
	if (lease)
		g_hash_table_insert(conn->rooms, g_strdup(join->name), lease);
	enter_room(join);
}

static gboolean on_share_retry(void *data)
{
	struct room_join *join = data;

	join->retry = 0;
	g_hash_table_steal(join->conn->joining, join);
	take_share(join);
	return G_SOURCE_REMOVE;
}

bool conn_give_up_room(struct conn *conn, const struct chat *chat)
{
	struct lease *lease = g_hash_table_lookup(conn->rooms, chat->id);

	if (lease && lease_leave(lease) && was_joined(lease, conn))
		return true;
	g_hash_table_remove(conn->rooms, chat->id);
	return false;
}

/* --- names ------------------------------------------------------------------------------------------ */

static void join_by_name(struct room_join *join)
{
	struct chat *chat = chat_open(join->conn->account, CHAT_ROOM, join->name);

	if (chat->room_state != ROOM_JOINED)
		chat_set_room_state(chat, ROOM_JOINING);
	take_share(join);
}

/* The network's own spelling of the room's name, so that one room has one chat. */
static void on_room_name(struct bus_reader *reply, const GError *error, void *data)
{
	struct room_join *join = copy_join(data);
	g_auto(GStrv) names = reply ? bus_read_strings(reply) : NULL;

	if (names && names[0] && *names[0]) {
		g_free(join->name);
		join->name = g_strdup(names[0]);
	}
	join_by_name(join);
}

static void on_room_handle(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct room_join *join = data;
	g_autoptr(GArray) handles = reply ? bus_read_uint32s(reply) : NULL;
	struct bus_call *call;

	if (bus_error && (!strcmp(bus_error_name(bus_error), TP_ERROR_PREFIX "InvalidHandle") ||
			  !strcmp(bus_error_name(bus_error), TP_ERROR_PREFIX "NotAvailable"))) {
		g_autoptr(GError) error = tp_error_from_bus("join the room", bus_error);

		fail_join(join, error);
		return;
	}
	join = copy_join(join);
	if (!handles || handles->len != 1) {
		/* Not every manager has it, and the name may be right as it is. */
		join_by_name(join);
		return;
	}
	call = conn_call(join->conn, TP_CONN, "InspectHandles");
	bus_write_uint32(bus_call_args(call), TP_HANDLE_ROOM);
	bus_write_uint32s(bus_call_args(call), &g_array_index(handles, guint32, 0), 1);
	bus_call_own_data(call, tp_room_join_free);
	bus_call_send(call, -1, on_room_name, join);
}

void conn_join(struct conn *conn, const char *room, const char *password, tp_done_fn done,
	       void *data)
{
	const char *const names[] = {room, NULL};
	struct room_join *join;
	struct bus_call *call;

	if (!conn_check_online(conn, done, data, "join the room"))
		return;
	join = g_new0(struct room_join, 1);
	join->conn = conn;
	join->name = g_strdup(room);
	join->password = g_strdup(password);
	join->done = done;
	join->data = data;
	call = conn_call(conn, TP_CONN, "RequestHandles");
	bus_write_uint32(bus_call_args(call), TP_HANDLE_ROOM);
	bus_write_strings(bus_call_args(call), names);
	bus_call_own_data(call, tp_room_join_free);
	bus_call_send(call, -1, on_room_handle, join);
}

/* --- leaving ------------------------------------------------------------------------------ */

struct part {
	struct conn *conn;
	char *path; /* of the channel, which goes before the answer comes */
	tp_done_fn done;
	void *data;
};

static void part_free(void *data)
{
	struct part *part = data;

	g_free(part->path);
	g_free(part);
}

static void on_removed(struct bus_reader *reply, const GError *error, void *data)
{
	struct part *part = data;
	struct channel *channel = g_hash_table_lookup(part->conn->channels, part->path);

	if (error && channel)
		tp_send_done(channel_ask(channel, TP_CHAN, "Close"), PART_TIMEOUT_MS, part->done,
			     part->data, "leave the room");
	else if (part->done)
		part->done(NULL, part->data);
}

void conn_part(struct conn *conn, struct chat *chat, const char *reason, tp_done_fn done,
	       void *data)
{
	struct channel *channel;
	struct bus_call *call;
	struct part *part;

	if (!conn_check_online(conn, done, data, "leave the room"))
		return;
	channel = conn_find_channel(conn, chat->kind, chat->id);
	if (!channel || !channel->room) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_FOUND,
				"cannot leave the room: you are not in it");
		return;
	}
	/* Closed with messages that nobody acknowledged it would come back, and we stay in. */
	if (!channel->room->self) {
		tp_send_done(channel_ask(channel, TP_CHAN, "Close"), PART_TIMEOUT_MS, done, data,
			     "leave the room");
		return;
	}
	part = g_new0(struct part, 1);
	part->conn = conn;
	part->path = g_strdup(channel->path);
	part->done = done;
	part->data = data;
	call = channel_ask(channel, TP_CHAN_GROUP, "RemoveMembers");
	bus_write_uint32s(bus_call_args(call), &channel->room->self, 1);
	bus_write_string(bus_call_args(call), reason ? reason : "");
	bus_call_own_data(call, part_free);
	bus_call_send(call, PART_TIMEOUT_MS, on_removed, part);
}

/* --- invitations -------------------------------------------------------------------------- */

void tp_room_invited(struct channel *channel, guint32 actor, const char *message)
{
	struct conn *conn = channel->conn;
	struct room *room = channel->room;
	const char *inviter = actor ? tp_room_member_id(channel, actor) : NULL;
	struct contact *contact;

	if (room->invited || room->entered)
		return;
	room->invited = true;
	if (!inviter)
		inviter = channel->facts.initiator_id;
	room->inviter = g_strdup(inviter);
	contact = account_find_contact(conn->account, inviter);
	model_add_request(conn->tp->model, REQUEST_INVITATION, conn->account, inviter,
			  contact ? contact->alias : NULL, channel->facts.target_id, message);
}

void tp_room_withdraw_invitation(struct channel *channel)
{
	struct conn *conn = channel->conn;
	struct room *room = channel->room;
	struct request *request;

	if (!room->invited)
		return;
	room->invited = false;
	request = model_find_request_of(conn->tp->model, REQUEST_INVITATION, conn->account,
					room->inviter, channel->facts.target_id);
	if (request)
		model_remove_request(request);
	g_clear_pointer(&room->inviter, g_free);
}

void conn_answer_invitation(struct conn *conn, const char *room, bool accept, tp_done_fn done,
			    void *data)
{
	struct channel *channel;
	struct bus_call *call;

	if (!conn_check_online(conn, done, data, "answer the invitation"))
		return;
	channel = find_room_channel(conn, room, true);
	if (!channel) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_FOUND,
				"cannot answer the invitation: it was withdrawn");
		return;
	}
	tp_room_withdraw_invitation(channel);
	call = channel_ask(channel, TP_CHAN_GROUP, accept ? "AddMembers" : "RemoveMembers");
	bus_write_uint32s(bus_call_args(call), &channel->room->self, 1);
	bus_write_string(bus_call_args(call), "");
	tp_send_done(call, -1, done, data,
		     accept ? "accept the invitation" : "decline the invitation");
}
