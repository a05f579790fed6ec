/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Searches for people (spec: Channel.Type.ContactSearch), into the account's directory in the
 * model. A channel is good for one search: it is asked for what can be searched, searched once,
 * and closed when nothing more can come of it.
 */

#include <string.h>

#include "../model/directory.h"
#include "private.h"

#define OPEN_TIMEOUT_MS 60000

enum { /* Channel_Contact_Search_State */
       SEARCH_NOT_STARTED = 0,
       SEARCH_IN_PROGRESS = 1,
       SEARCH_MORE_AVAILABLE = 2,
       SEARCH_COMPLETED = 3,
       SEARCH_FAILED = 4,
};

struct search {                      /* one a connection */
	struct channel *channel;     /* NULL: being asked for */
	struct directory *directory; /* the model's, as long as it is the account's last one */
	tp_done_fn done;             /* of what was asked last; or NULL */
	void *data;
};

struct asking { /* the answer may be to a question that nobody asks any more */
	struct conn *conn;
	unsigned serial;
};

static void set_state(struct conn *conn, enum directory_state state, const char *reason)
{
	if (conn->account->directory == conn->search->directory)
		directory_set_state(conn->search->directory, state, reason);
}

/* What was asked for is there: the search itself goes on. */
static void tell(struct search *search, const GError *error)
{
	tp_done_fn done = search->done;

	search->done = NULL;
	if (done)
		done(error, search->data);
}

static void finish(struct conn *conn, enum directory_state state, const GError *error)
{
	struct search *search = conn->search;
	struct channel *channel = search->channel;

	set_state(conn, state, error ? error->message : NULL);
	conn->search = NULL;
	conn->searches++;
	if (channel && !channel->gone)
		channel_close(channel);
	if (conn->stage != CONN_ENDED)
		tell(search, error);
	g_free(search);
}

void tp_search_channel_gone(struct channel *channel)
{
	struct conn *conn = channel->conn;
	g_autoptr(GError) error = NULL;

	if (!conn->search || conn->search->channel != channel)
		return;
	error = g_error_new(TP_ERROR, TP_ERROR_FAILED, "cannot go on searching: %s",
			    conn->stage == CONN_ENDED ? "the connection was lost"
						      : "the connection manager closed the search");
	channel->gone = true;
	finish(conn, DIRECTORY_FAILED, error);
}

void conn_search_free(struct conn *conn)
{
	if (conn->search)
		set_state(conn, DIRECTORY_FAILED, "the connection was lost");
	g_clear_pointer(&conn->search, g_free);
}

static bool is_current(const struct channel *channel)
{
	const struct search *search = channel->conn->search;

	return search && search->channel == channel;
}

/* --- what comes --------------------------------------------------------------------------- */

/* a{sa(sasas)} */
static void on_result(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct conn *conn = channel->conn;
	struct bus_reader map, entry;
	bool room_for_more = true;

	if (!is_current(channel) || conn->account->directory != conn->search->directory)
		return;
	bus_read_array(args, &map);
	while (room_for_more && bus_read_entry(&map, &entry)) {
		const char *id = bus_read_string(&entry);
		g_autoptr(GPtrArray) card = tp_read_card(&entry);

		if (bus_reader_ok(args))
			room_for_more = directory_add(conn->search->directory, id, card);
	}
	if (!bus_reader_ok(args))
		g_debug("%s: SearchResultReceived: %s", channel->path, bus_reader_error(args));
	directory_tell(conn->search->directory);
	if (!room_for_more)
		finish(conn, DIRECTORY_FULL, NULL);
}

static GError *failure_of(const char *name, struct bus_reader *details)
{
	struct bus_reader value;
	const char *key, *message = "", *words = tp_error_words(name);

	while (bus_read_property(details, &key, &value))
		if (!strcmp(key, "debug-message") && bus_reader_type(&value) == DBUS_TYPE_STRING)
			message = bus_read_string(&value);
	if (words && *message)
		return g_error_new(TP_ERROR, TP_ERROR_FAILED, "the search failed: %s (%s)", words,
				   message);
	return g_error_new(TP_ERROR, TP_ERROR_FAILED, "the search failed: %s",
			   words      ? words
			   : *message ? message
				      : name);
}

static void on_state(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct conn *conn = channel->conn;
	guint32 state = bus_read_uint32(args);
	const char *name = bus_read_string(args);
	g_autoptr(GError) error = NULL;
	struct bus_reader details;

	bus_read_array(args, &details);
	if (!bus_reader_ok(args) || !is_current(channel))
		return;
	switch (state) {
	case SEARCH_IN_PROGRESS:
		set_state(conn, DIRECTORY_RUNNING, NULL);
		break;
	case SEARCH_MORE_AVAILABLE:
		set_state(conn, DIRECTORY_MORE, NULL);
		tell(conn->search, NULL);
		break;
	case SEARCH_COMPLETED:
		finish(conn, DIRECTORY_DONE, NULL);
		break;
	case SEARCH_FAILED:
		error = failure_of(name, &details);
		finish(conn, DIRECTORY_FAILED, error);
		break;
	default:
		g_debug("%s: search state %u is unknown", channel->path, state);
		break;
	}
}

/* --- opening one -------------------------------------------------------------------------- */

static void fail(struct conn *conn, const char *what, const GError *bus_error)
{
	g_autoptr(GError) error = tp_error_from_bus(what, bus_error);
	const char *name = bus_error_name(bus_error);

	/* haze answers "not available" where there never will be one. */
	if (!conn->search->channel && (!strcmp(name, TP_ERROR_PREFIX "NotImplemented") ||
				       !strcmp(name, TP_ERROR_PREFIX "NotAvailable"))) {
		g_clear_error(&error);
		error = g_error_new(TP_ERROR, TP_ERROR_NOT_SUPPORTED,
				    "cannot search for people: the connection manager %s has no "
				    "directory of them",
				    conn->account->manager);
	}
	finish(conn, DIRECTORY_FAILED, error);
}

static void on_properties(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct channel *channel = data;
	struct conn *conn = channel->conn;
	struct bus_reader properties, value;
	g_auto(GStrv) keys = NULL;
	const char *key, *server = "";
	guint32 limit = 0;

	if (!is_current(channel))
		return;
	if (bus_error) {
		fail(conn, "read what can be searched for", bus_error);
		return;
	}
	bus_read_array(reply, &properties);
	while (bus_read_property(&properties, &key, &value)) {
		if (!strcmp(key, "AvailableSearchKeys") && !keys)
			keys = bus_read_strings(&value);
		else if (!strcmp(key, "Server"))
			server = bus_read_string(&value);
		else if (!strcmp(key, "Limit"))
			limit = bus_read_uint32(&value);
	}
	if (!bus_reader_ok(reply) || !keys || !keys[0]) {
		g_autoptr(GError) error = g_error_new(
			TP_ERROR, TP_ERROR_FAILED,
			"cannot search for people: the directory does not tell what for");

		finish(conn, DIRECTORY_FAILED, error);
		return;
	}
	if (conn->account->directory == conn->search->directory)
		directory_set_facts(conn->search->directory, (const char *const *)keys, server,
				    limit);
	set_state(conn, DIRECTORY_READY, NULL);
	tell(conn->search, NULL);
}

static void on_channel(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct asking *asking = data;
	struct conn *conn = asking->conn;
	bool wanted = conn->search && asking->serial == conn->searches;
	struct channel *channel;

	if (bus_error) {
		if (wanted)
			fail(conn, "search for people", bus_error);
		return;
	}
	channel = conn_read_channel(conn, reply);
	if (!wanted) {
		if (channel)
			channel_close(channel);
		return;
	}
	if (!channel || strcmp(channel->facts.type, TP_CHAN_SEARCH) != 0) {
		g_autoptr(GError) error =
			g_error_new(TP_ERROR, TP_ERROR_FAILED,
				    "cannot search for people: the connection manager's answer "
				    "makes no sense");

		finish(conn, DIRECTORY_FAILED, error);
		return;
	}
	conn->search->channel = channel;
	channel_subscribe(channel, TP_CHAN_SEARCH, "SearchResultReceived", on_result);
	channel_subscribe(channel, TP_CHAN_SEARCH, "SearchStateChanged", on_state);
	bus_property_get_all(channel->scope, conn->unique, channel->path, TP_CHAN_SEARCH,
			     on_properties, channel);
}

void conn_open_directory(struct conn *conn, const char *server, unsigned limit, tp_done_fn done,
			 void *data)
{
	struct asking *asking;
	struct bus_call *call;
	struct bus_writer dict;

	if (!conn_check_online(conn, done, data, "search for people"))
		return;
	conn_stop_search(conn);
	conn->search = g_new0(struct search, 1);
	conn->search->directory = account_start_directory(conn->account, server);
	conn->search->done = done;
	conn->search->data = data;
	asking = g_new0(struct asking, 1);
	asking->conn = conn;
	asking->serial = conn->searches;
	call = conn_call(conn, TP_CONN_REQUESTS, "CreateChannel");
	bus_write_open_array(bus_call_args(call), "{sv}", &dict);
	bus_write_property_string(&dict, TP_CHAN ".ChannelType", TP_CHAN_SEARCH);
	bus_write_property_uint32(&dict, TP_CHAN ".TargetHandleType", TP_HANDLE_NONE);
	if (server && *server)
		bus_write_property_string(&dict, TP_CHAN_SEARCH ".Server", server);
	if (limit)
		bus_write_property_uint32(&dict, TP_CHAN_SEARCH ".Limit", limit);
	bus_write_close(bus_call_args(call), &dict);
	bus_call_own_data(call, g_free);
	bus_call_send(call, OPEN_TIMEOUT_MS, on_channel, asking);
}

/* --- searching ---------------------------------------------------------------------------- */

static void on_called(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;

	if (error && is_current(channel))
		fail(channel->conn, "search", error);
}

/* Is there one that can do this? Else @done is told. */
static bool check_search(struct conn *conn, enum directory_state state, const char *what,
			 tp_done_fn done, void *data)
{
	const struct directory *directory = conn->account->directory;

	if (!conn_check_online(conn, done, data, what))
		return false;
	if (conn->search && conn->search->channel && directory == conn->search->directory &&
	    directory->state == state)
		return true;
	conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_FOUND,
			"cannot %s: there is no search on %s that this could be done to", what,
			conn->account->name);
	return false;
}

void conn_search(struct conn *conn, GHashTable *terms, tp_done_fn done, void *data)
{
	struct bus_writer dict, entry;
	struct bus_call *call;
	GHashTableIter iter;
	void *key, *term;

	if (!check_search(conn, DIRECTORY_READY, "search", done, data))
		return;
	conn->search->done = done;
	conn->search->data = data;
	set_state(conn, DIRECTORY_RUNNING, NULL);
	call = channel_call(conn->search->channel, TP_CHAN_SEARCH, "Search");
	bus_write_open_array(bus_call_args(call), "{ss}", &dict);
	g_hash_table_iter_init(&iter, terms);
	while (g_hash_table_iter_next(&iter, &key, &term)) {
		bus_write_open_entry(&dict, &entry);
		bus_write_string(&entry, key);
		bus_write_string(&entry, term);
		bus_write_close(&dict, &entry);
	}
	bus_write_close(bus_call_args(call), &dict);
	bus_call_send(call, OPEN_TIMEOUT_MS, on_called, conn->search->channel);
}

void conn_search_more(struct conn *conn, tp_done_fn done, void *data)
{
	if (!check_search(conn, DIRECTORY_MORE, "search for more", done, data))
		return;
	conn->search->done = done;
	conn->search->data = data;
	set_state(conn, DIRECTORY_RUNNING, NULL);
	bus_call_send(channel_call(conn->search->channel, TP_CHAN_SEARCH, "More"), OPEN_TIMEOUT_MS,
		      on_called, conn->search->channel);
}

static bool is_running(const struct conn *conn)
{
	const struct directory *directory = conn->account->directory;

	return conn->search->channel && directory == conn->search->directory &&
	       (directory->state == DIRECTORY_RUNNING || directory->state == DIRECTORY_MORE);
}

/* Not every server can be stopped: the manager's word is not waited for. */
void conn_stop_search(struct conn *conn)
{
	struct search *search = conn->search;

	if (!search)
		return;
	if (is_running(conn))
		bus_call_send(channel_call(search->channel, TP_CHAN_SEARCH, "Stop"), -1, NULL,
			      NULL);
	finish(conn, DIRECTORY_STOPPED, NULL);
}
