/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rooms of a server (spec: Channel.Type.RoomList), into the account's list in the model. The
 * channel is open only while rooms come: some servers cannot be stopped otherwise, and one whose
 * list never ends is cut off when there are as many as the model keeps.
 */

#include <string.h>

#include "../model/room_list.h"
#include "private.h"

#define LIST_TIMEOUT_MS 60000

struct listing {                 /* one a connection */
	struct channel *channel; /* NULL: being asked for */
	struct room_list *list;  /* the model's, as long as it is the account's last one */
	tp_done_fn done;
	void *data;
};

struct asking { /* for a channel: the answer may be to a question that nobody asks any more */
	struct conn *conn;
	unsigned serial;
};

static void set_state(struct conn *conn, enum room_list_state state, const char *reason)
{
	if (conn->account->room_list == conn->listing->list)
		room_list_set_state(conn->listing->list, state, reason);
}

static void finish(struct conn *conn, enum room_list_state state, const GError *error)
{
	struct listing *listing = conn->listing;
	struct channel *channel = listing->channel;

	set_state(conn, state, error ? error->message : NULL);
	conn->listing = NULL;
	conn->listings++;
	if (channel && !channel->gone)
		channel_close(channel);
	if (listing->done && conn->stage != CONN_ENDED)
		listing->done(error, listing->data);
	g_free(listing);
}

void tp_room_list_channel_gone(struct channel *channel)
{
	struct conn *conn = channel->conn;
	g_autoptr(GError) error = NULL;

	if (!conn->listing || conn->listing->channel != channel)
		return;
	error = g_error_new(TP_ERROR, TP_ERROR_FAILED, "cannot list the rooms: %s",
			    conn->stage == CONN_ENDED ? "the connection was lost"
						      : "the connection manager closed the list");
	channel->gone = true;
	finish(conn, ROOM_LIST_FAILED, error);
}

/* Also while the channel is asked for, which no longer is answered. */
void conn_room_list_free(struct conn *conn)
{
	if (conn->listing)
		set_state(conn, ROOM_LIST_FAILED, "cannot list the rooms: the connection was lost");
	g_clear_pointer(&conn->listing, g_free);
}

/* --- rooms that come ---------------------------------------------------------------------- */

static bool read_room(struct bus_reader *fields, struct room_list *list)
{
	struct room_entry_init init = {.members = -1};
	struct bus_reader dict, value;
	const char *key;

	bus_read_uint32(fields); /* a handle, which the name makes superfluous */
	bus_read_string(fields);
	bus_read_array(fields, &dict);
	while (bus_read_property(&dict, &key, &value)) {
		if (!strcmp(key, "handle-name"))
			init.id = bus_read_string(&value);
		else if (!strcmp(key, "name"))
			init.title = bus_read_string(&value);
		else if (!strcmp(key, "subject") || (!strcmp(key, "description") && !init.subject))
			init.subject = bus_read_string(&value);
		else if (!strcmp(key, "members"))
			init.members = bus_read_integer(&value);
		else if (!strcmp(key, "password"))
			init.flags |= bus_read_bool(&value) ? ROOM_NEEDS_PASSWORD : 0;
		else if (!strcmp(key, "invite-only"))
			init.flags |= bus_read_bool(&value) ? ROOM_INVITE_ONLY : 0;
		else if (!strcmp(key, "moderated"))
			init.flags |= bus_read_bool(&value) ? ROOM_MODERATED : 0;
	}
	return !bus_reader_ok(fields) || room_list_add(list, &init);
}

static void on_got_rooms(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct conn *conn = channel->conn;
	struct bus_reader list, fields;
	bool room_for_more = true;

	if (!conn->listing || conn->listing->channel != channel ||
	    conn->account->room_list != conn->listing->list)
		return;
	bus_read_array(args, &list);
	while (room_for_more && bus_reader_more(&list)) {
		bus_read_struct(&list, &fields);
		room_for_more = read_room(&fields, conn->listing->list);
	}
	if (!bus_reader_ok(args))
		g_debug("%s: GotRooms: %s", channel->path, bus_reader_error(args));
	room_list_tell(conn->listing->list);
	if (!room_for_more)
		finish(conn, ROOM_LIST_FULL, NULL);
}

static void on_listing_rooms(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	bool listing = bus_read_bool(args);

	if (bus_reader_ok(args) && !listing && channel->conn->listing &&
	    channel->conn->listing->channel == channel)
		finish(channel->conn, ROOM_LIST_DONE, NULL);
}

/* --- asking ------------------------------------------------------------------------------- */

static void fail(struct conn *conn, const GError *bus_error)
{
	g_autoptr(GError) error = tp_error_from_bus("list the rooms", bus_error);
	const char *name = bus_error_name(bus_error);

	/* haze answers "not available" where there never will be one. */
	if (!strcmp(name, TP_ERROR_PREFIX "NotImplemented") ||
	    !strcmp(name, TP_ERROR_PREFIX "NotAvailable")) {
		g_clear_error(&error);
		error = g_error_new(TP_ERROR, TP_ERROR_NOT_SUPPORTED,
				    "cannot list the rooms: the connection manager %s has no list "
				    "of them",
				    conn->account->manager);
	}
	finish(conn, ROOM_LIST_FAILED, error);
}

static void on_list_rooms(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;

	if (error && channel->conn->listing && channel->conn->listing->channel == channel)
		fail(channel->conn, error);
}

static void on_channel(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct asking *asking = data;
	struct conn *conn = asking->conn;
	bool wanted = conn->listing && asking->serial == conn->listings;
	struct channel *channel = NULL;

	if (bus_error) {
		if (wanted)
			fail(conn, bus_error);
		return;
	}
	bus_read_bool(reply);
	channel = conn_read_channel(conn, reply);
	if (!wanted) {
		if (channel)
			channel_close(channel);
	} else if (!channel || strcmp(channel->facts.type, TP_CHAN_ROOMLIST) != 0) {
		g_autoptr(GError) error =
			g_error_new(TP_ERROR, TP_ERROR_FAILED,
				    "cannot list the rooms: the connection manager's answer makes "
				    "no sense");

		finish(conn, ROOM_LIST_FAILED, error);
	} else {
		conn->listing->channel = channel;
		channel_subscribe(channel, TP_CHAN_ROOMLIST, "GotRooms", on_got_rooms);
		channel_subscribe(channel, TP_CHAN_ROOMLIST, "ListingRooms", on_listing_rooms);
		bus_call_send(channel_call(channel, TP_CHAN_ROOMLIST, "ListRooms"), LIST_TIMEOUT_MS,
			      on_list_rooms, channel);
	}
}

void conn_list_rooms(struct conn *conn, const char *server, tp_done_fn done, void *data)
{
	struct asking *asking;
	struct bus_call *call;
	struct bus_writer dict;

	if (!conn_check_online(conn, done, data, "list the rooms"))
		return;
	conn_stop_listing(conn);
	conn->listing = g_new0(struct listing, 1);
	conn->listing->list = account_start_room_list(conn->account, server);
	conn->listing->done = done;
	conn->listing->data = data;
	asking = g_new0(struct asking, 1);
	asking->conn = conn;
	asking->serial = conn->listings;
	call = conn_call(conn, TP_CONN_REQUESTS, "EnsureChannel");
	bus_write_open_array(bus_call_args(call), "{sv}", &dict);
	bus_write_property_string(&dict, TP_CHAN ".ChannelType", TP_CHAN_ROOMLIST);
	bus_write_property_uint32(&dict, TP_CHAN ".TargetHandleType", TP_HANDLE_NONE);
	if (server && *server)
		bus_write_property_string(&dict, TP_CHAN_ROOMLIST ".Server", server);
	bus_write_close(bus_call_args(call), &dict);
	bus_call_own_data(call, g_free);
	bus_call_send(call, LIST_TIMEOUT_MS, on_channel, asking);
}

void conn_stop_listing(struct conn *conn)
{
	if (!conn->listing)
		return;
	if (conn->listing->channel)
		bus_call_send(channel_call(conn->listing->channel, TP_CHAN_ROOMLIST, "StopListing"),
			      -1, NULL, NULL);
	finish(conn, ROOM_LIST_STOPPED, NULL);
}
