/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Channels of a connection: those found, those announced, those asked for (spec:
 * Connection.Interface.Requests, Channel). A channel is taken in once, by its path, whether the
 * answer to EnsureChannel or NewChannels tells of it first. What pheme cannot handle yet is
 * named and closed, so that no connection hangs on it; legacy channels are left alone.
 */

#include <string.h>

#include "../model/text.h"
#include "private.h"

#define CHANNELS_MAX      5000
#define ENSURE_TIMEOUT_MS 60000

/* --- one channel -------------------------------------------------------------------------- */

struct bus_call *channel_call(struct channel *channel, const char *interface, const char *method)
{
	struct bus_call *call = bus_call_new(channel->scope, channel->conn->unique, channel->path,
					     interface, method);

	bus_call_no_autostart(call);
	return call;
}

struct bus_call *channel_ask(struct channel *channel, const char *interface, const char *method)
{
	struct bus_call *call = bus_call_new(channel->conn->scope, channel->conn->unique,
					     channel->path, interface, method);

	bus_call_no_autostart(call);
	return call;
}

bool channel_has_interface(const struct channel *channel, const char *interface)
{
	return g_strv_contains((const char *const *)channel->facts.interfaces, interface);
}

void channel_subscribe(struct channel *channel, const char *interface, const char *member,
		       bus_signal_fn fn)
{
	bus_subscribe(channel->scope, channel->conn->unique, channel->path, interface, member, fn,
		      channel);
}

static void channel_free(void *data)
{
	struct channel *channel = data;

	/* It may have a word for the manager. */
	tp_tube_free(channel);
	bus_scope_free(channel->scope);
	tp_file_channel_gone(channel);
	tp_room_list_channel_gone(channel);
	tp_search_channel_gone(channel);
	tp_auth_free(channel);
	tp_text_free(channel);
	tp_room_free(channel);
	if (channel->chat) {
		struct conn *conn = channel->conn;

		if (g_hash_table_lookup(conn->talks, channel->chat) == channel)
			g_hash_table_remove(conn->talks, channel->chat);
		chat_set_live(channel->chat, false);
		chat_unref(channel->chat);
	}
	channel_facts_clear(&channel->facts);
	g_free(channel->path);
	g_free(channel);
}

void channel_close(struct channel *channel)
{
	bus_call_send(channel_call(channel, TP_CHAN, "Close"), -1, NULL, NULL);
}

struct channel *conn_find_channel(struct conn *conn, enum chat_kind kind, const char *id)
{
	struct chat *chat = chat_find(conn->account, kind, id);

	return chat && conn->talks ? g_hash_table_lookup(conn->talks, chat) : NULL;
}

/* --- taking one in ------------------------------------------------------------------------ */

static bool is_legacy(const struct channel_facts *facts)
{
	return facts->handle_type == TP_HANDLE_LIST || facts->handle_type == TP_HANDLE_GROUP ||
	       !strcmp(facts->type, TP_CHAN_LIST) || !strcmp(facts->type, TP_CHAN_TUBES);
}

/* "Call1", "ServerTLSConnection": what people find in a manual. */
static char *type_words(const struct channel_facts *facts)
{
	const char *prefix = TP_CHAN ".Type.";
	const char *type = facts->type;

	if (g_str_has_prefix(type, prefix))
		type += strlen(prefix);
	return text_clean(*type ? type : "(no type)", -1, TEXT_LINE);
}

void channel_refuse(struct channel *channel)
{
	const struct channel_facts *facts = &channel->facts;
	g_autofree char *what = type_words(facts);
	const char *from = *facts->target_id ? facts->target_id : facts->initiator_id;
	g_autofree char *who = text_clean(from, -1, TEXT_LINE);
	bool close = channel->conn->tp->is_handler;

	model_notice(channel->conn->tp->model, channel->conn->account, NULL, NOTICE_WARNING,
		     "%s%s%s: pheme cannot handle a channel of this kind%s", what,
		     *who ? " from " : "", who, close ? " and closed it" : "");
	if (close)
		channel_close(channel);
}

void channel_start_chat(struct channel *channel, enum chat_kind kind)
{
	struct conn *conn = channel->conn;
	struct channel_facts *facts = &channel->facts;

	if (kind == CHAT_CONTACT) {
		conn_learn_handle(conn, facts->handle, facts->target_id);
		account_ensure_contact(conn->account, facts->target_id);
	}
	channel->chat = chat_ref(chat_open(conn->account, kind, facts->target_id));
	g_hash_table_insert(conn->talks, channel->chat, channel);
	chat_set_live(channel->chat, true);
	tp_text_start(channel);
}

static bool is_tube(const struct channel_facts *facts)
{
	return !strcmp(facts->type, TP_CHAN_STREAM) || !strcmp(facts->type, TP_CHAN_DBUS);
}

/* The user is asked about it, and can say yes only to a connection that is ready. */
static bool is_held(const struct channel *channel)
{
	const struct channel_facts *facts = &channel->facts;

	return channel->conn->stage < CONN_ONLINE &&
	       (is_tube(facts) || !strcmp(facts->type, TP_CHAN_FILE));
}

static void channel_start(struct channel *channel)
{
	struct channel_facts *facts = &channel->facts;

	channel->held = is_held(channel);
	if (channel->held)
		return;
	if (!strcmp(facts->type, TP_CHAN_TEXT) && *facts->target_id &&
	    facts->handle_type == TP_HANDLE_CONTACT)
		channel_start_chat(channel, CHAT_CONTACT);
	else if (!strcmp(facts->type, TP_CHAN_TEXT) && *facts->target_id &&
		 facts->handle_type == TP_HANDLE_ROOM)
		tp_room_start(channel);
	else if (!strcmp(facts->type, TP_CHAN_AUTH) && facts->auth_method &&
		 !strcmp(facts->auth_method, TP_CHAN_SASL))
		tp_auth_start(channel);
	else if (!strcmp(facts->type, TP_CHAN_FILE) && *facts->target_id)
		tp_file_start(channel);
	else if (is_tube(facts) && *facts->target_id && facts->service)
		tp_tube_start(channel);
	else if (strcmp(facts->type, TP_CHAN_ROOMLIST) != 0 &&
		 strcmp(facts->type, TP_CHAN_SEARCH) != 0) /* followed by who asked for it */
		channel_refuse(channel);
}

static void drop_channel(struct conn *conn, const char *path)
{
	struct channel *channel = g_hash_table_lookup(conn->channels, path);

	if (!channel)
		return;
	g_hash_table_steal(conn->channels, channel->path);
	channel->gone = true;
	channel_free(channel);
}

/* Takes over @facts. NULL for a channel that is not ours to look at. */
static struct channel *take_in(struct conn *conn, const char *path, struct channel_facts *facts,
			       bool is_new)
{
	struct channel *channel = g_hash_table_lookup(conn->channels, path);

	if (channel || is_legacy(facts) || g_hash_table_size(conn->channels) >= CHANNELS_MAX) {
		channel_facts_clear(facts);
		return channel;
	}
	channel = g_new0(struct channel, 1);
	channel->conn = conn;
	channel->scope = bus_scope_new(conn->tp->bus);
	channel->path = g_strdup(path);
	channel->facts = *facts;
	channel->is_new = is_new;
	g_hash_table_insert(conn->channels, channel->path, channel);
	channel_start(channel);
	return channel;
}

/* a(oa{sv}) */
static void read_channels(struct conn *conn, struct bus_reader *r, bool is_new)
{
	struct bus_reader list, fields, properties;

	bus_read_array(r, &list);
	while (bus_reader_more(&list)) {
		struct channel_facts facts;
		const char *path;

		bus_read_struct(&list, &fields);
		path = bus_read_path(&fields);
		bus_read_array(&fields, &properties);
		channel_facts_read(&facts, &properties);
		if (bus_reader_ok(r))
			take_in(conn, path, &facts, is_new);
		else
			channel_facts_clear(&facts);
	}
	if (!bus_reader_ok(r))
		g_debug("%s: channels: %s", conn->path, bus_reader_error(r));
}

static void on_new_channels(struct bus_reader *args, void *data)
{
	read_channels(data, args, true);
}

static void on_found_channels(struct bus_reader *reply, const GError *error, void *data)
{
	if (error)
		g_debug("%s", error->message);
	else
		read_channels(data, reply, false);
}

static void on_channel_closed(struct bus_reader *args, void *data)
{
	const char *path = bus_read_path(args);

	if (bus_reader_ok(args))
		drop_channel(data, path);
}

static void on_nothing(struct bus_reader *args, void *data)
{
}

/* The bus is told that we listen when the first channel comes: too late for what another pheme
 * says in it at once. So it is told before. Received, beside MessageReceived, is not asked for
 * before there is a channel that has nothing else. */
static void listen_early(struct conn *conn)
{
	static const struct {
		const char *interface, *member;
	} signals[] = {{TP_CHAN_MESSAGES, "MessageReceived"},
		       {TP_CHAN_MESSAGES, "MessageSent"},
		       {TP_CHAN_MESSAGES, "PendingMessagesRemoved"},
		       {TP_CHAN_TEXT, "Sent"},
		       {TP_CHAN_TEXT, "SendError"}};

	for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++)
		bus_subscribe(conn->scope, conn->unique, conn->path, signals[i].interface,
			      signals[i].member, on_nothing, conn);
}

void conn_channels_start(struct conn *conn)
{
	conn->channels = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, channel_free);
	conn->talks = g_hash_table_new(NULL, NULL);
	listen_early(conn);
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_REQUESTS, "NewChannels",
		      on_new_channels, conn);
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_REQUESTS, "ChannelClosed",
		      on_channel_closed, conn);
	bus_property_get(conn->scope, conn->unique, conn->path, TP_CONN_REQUESTS, "Channels",
			 on_found_channels, conn);
}

void conn_channels_release(struct conn *conn)
{
	g_autoptr(GList) all = g_hash_table_get_values(conn->channels);

	for (GList *link = all; link; link = link->next) {
		struct channel *channel = link->data;

		if (channel->held)
			channel_start(channel);
	}
}

/* --- asking for one ----------------------------------------------------------------------- */

struct ensure {
	struct conn *conn;
	enum chat_kind kind;
	char *id;
	GArray *waiters; /* struct waiter */
};

struct waiter {
	ensure_fn fn;
	void *data;
	GDestroyNotify free_data;
};

static void ensure_free(void *data)
{
	struct ensure *ensure = data;

	for (guint i = 0; i < ensure->waiters->len; i++) {
		struct waiter *waiter = &g_array_index(ensure->waiters, struct waiter, i);

		if (waiter->free_data)
			waiter->free_data(waiter->data);
	}
	g_free(ensure->id);
	g_array_unref(ensure->waiters);
	g_free(ensure);
}

static void ensure_finish(struct ensure *ensure, struct channel *channel, const GError *error)
{
	g_ptr_array_remove(ensure->conn->ensures, ensure);
	for (guint i = 0; i < ensure->waiters->len; i++) {
		struct waiter *waiter = &g_array_index(ensure->waiters, struct waiter, i);

		waiter->fn(channel, error, waiter->data);
	}
}

struct channel *conn_read_channel(struct conn *conn, struct bus_reader *reply)
{
	struct bus_reader properties;
	struct channel_facts facts;
	const char *path = bus_read_path(reply);

	bus_read_array(reply, &properties);
	channel_facts_read(&facts, &properties);
	if (bus_reader_ok(reply))
		return take_in(conn, path, &facts, true);
	channel_facts_clear(&facts);
	return NULL;
}

static GError *ensure_error(const struct ensure *ensure, const GError *error)
{
	bool is_room = ensure->kind == CHAT_ROOM;
	g_autofree char *shown = text_clean(ensure->id, -1, TEXT_LINE);
	g_autofree char *what = g_strdup_printf(is_room ? "join %s" : "open a chat with %s", shown);

	/* haze calls that "not available", which sounds as if it could be tried again. */
	if (is_room && strstr(error->message, "andle type not supported"))
		return g_error_new(TP_ERROR, TP_ERROR_NOT_SUPPORTED,
				   "cannot %s: the connection manager %s has no rooms", what,
				   ensure->conn->account->manager);
	return tp_error_from_bus(what, error);
}

static void on_ensured(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct ensure *ensure = data;
	struct channel *channel;
	g_autoptr(GError) error = NULL;

	if (bus_error) {
		error = ensure_error(ensure, bus_error);
		ensure_finish(ensure, NULL, error);
		return;
	}
	bus_read_bool(reply);
	channel = conn_read_channel(ensure->conn, reply);
	if (!channel || (!channel->text && !channel->room))
		error = g_error_new(TP_ERROR, TP_ERROR_FAILED,
				    "cannot open the chat: the connection manager's answer makes "
				    "no sense");
	ensure_finish(ensure, error ? NULL : channel, error);
}

static struct ensure *find_ensure(struct conn *conn, enum chat_kind kind, const char *id)
{
	for (guint i = 0; i < conn->ensures->len; i++) {
		struct ensure *ensure = g_ptr_array_index(conn->ensures, i);

		if (ensure->kind == kind && !strcmp(ensure->id, id))
			return ensure;
	}
	return NULL;
}

static struct ensure *send_ensure(struct conn *conn, enum chat_kind kind, const char *id)
{
	struct ensure *ensure = g_new0(struct ensure, 1);
	struct bus_call *call = conn_call(conn, TP_CONN_REQUESTS, "EnsureChannel");
	struct bus_writer dict;

	ensure->conn = conn;
	ensure->kind = kind;
	ensure->id = g_strdup(id);
	ensure->waiters = g_array_new(FALSE, FALSE, sizeof(struct waiter));
	g_ptr_array_add(conn->ensures, ensure);
	bus_write_open_array(bus_call_args(call), "{sv}", &dict);
	bus_write_property_string(&dict, TP_CHAN ".ChannelType", TP_CHAN_TEXT);
	bus_write_property_uint32(&dict, TP_CHAN ".TargetHandleType",
				  kind == CHAT_ROOM ? TP_HANDLE_ROOM : TP_HANDLE_CONTACT);
	bus_write_property_string(&dict, TP_CHAN ".TargetID", id);
	bus_write_close(bus_call_args(call), &dict);
	bus_call_own_data(call, ensure_free);
	bus_call_send(call, ENSURE_TIMEOUT_MS, on_ensured, ensure);
	return ensure;
}

void conn_ensure_text(struct conn *conn, enum chat_kind kind, const char *id, ensure_fn fn,
		      void *data, GDestroyNotify free_data)
{
	struct waiter waiter = {.fn = fn, .data = data, .free_data = free_data};
	struct ensure *ensure;

	if (!conn->ensures)
		conn->ensures = g_ptr_array_new();
	ensure = find_ensure(conn, kind, id);
	if (!ensure)
		ensure = send_ensure(conn, kind, id);
	g_array_append_val(ensure->waiters, waiter);
}

struct creation {
	struct conn *conn;
	create_fn fn;
	void *data;
	GDestroyNotify free_data;
};

static void creation_free(void *data)
{
	struct creation *creation = data;

	if (creation->free_data)
		creation->free_data(creation->data);
	g_free(creation);
}

static void on_created(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct creation *creation = data;

	creation->fn(bus_error ? NULL : conn_read_channel(creation->conn, reply), bus_error,
		     creation->data);
}

void conn_create_channel(struct conn *conn, struct bus_call *call, create_fn fn, void *data,
			 GDestroyNotify free_data)
{
	struct creation *creation = g_new0(struct creation, 1);

	creation->conn = conn;
	creation->fn = fn;
	creation->data = data;
	creation->free_data = free_data;
	bus_call_own_data(call, creation_free);
	bus_call_send(call, ENSURE_TIMEOUT_MS, on_created, creation);
}

/* --- the end, and the right to handle ----------------------------------------------------- */

void conn_channels_free(struct conn *conn)
{
	GHashTable *channels = g_steal_pointer(&conn->channels);

	g_clear_pointer(&conn->ensures, g_ptr_array_unref);
	g_clear_pointer(&channels, g_hash_table_unref);
	g_clear_pointer(&conn->talks, g_hash_table_unref);
	conn_room_list_free(conn);
	conn_search_free(conn);
	conn_files_free(conn);
	conn_tubes_free(conn);
}

void conn_channels_drain(struct conn *conn)
{
	g_autoptr(GList) channels = NULL;

	if (!conn->channels)
		return;
	channels = g_hash_table_get_values(conn->channels);
	for (GList *item = channels; item; item = item->next) {
		struct channel *channel = item->data;

		if (channel->text)
			tp_text_read_pending(channel, true);
	}
}

void conn_handler_changed(struct conn *conn)
{
	if (conn->stage == CONN_ONLINE)
		conn_files_start(conn);
	conn_channels_drain(conn);
}

void conn_close_chat(struct conn *conn, struct chat *chat)
{
	struct channel *channel = conn_find_channel(conn, chat->kind, chat->id);

	if (!channel || !conn->tp->is_handler)
		return;
	/* What is not stored yet stays unacknowledged: the channel then comes back at once, as a
	 * new one, and nothing is lost. */
	if (channel->text)
		tp_text_flush_acks(channel);
	channel_close(channel);
}
