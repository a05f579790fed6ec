/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From a Connection object to an online connection, and its end (spec: Connection). Signals are
 * subscribed to before Connect.
 */

#include <string.h>

#include "../model/text.h"
#include "private.h"

#define CONNECT_TIMEOUT_MS 60000

/* --- the end ------------------------------------------------------------------------------ */

static void end_by_signal(struct conn *conn, guint32 reason)
{
	enum conn_end end = tp_reason_end(reason);
	const char *words = tp_reason_words(reason);
	g_autofree char *text = NULL;

	if (conn->error_name) {
		const char *better = tp_error_words(conn->error_name);

		/* Errors of a protocol's own ("…haze…") say less than the reason does. */
		if (better) {
			end = tp_error_end(conn->error_name);
			words = better;
		}
	}
	if (conn->error_message && *conn->error_message)
		text = g_strdup_printf("%s: %s", words, conn->error_message);
	conn_end(conn, end, text ? text : words);
}

static void on_connection_error(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	const char *name = bus_read_string(args), *key, *message = "";
	struct bus_reader details, value;

	bus_read_array(args, &details);
	while (bus_read_property(&details, &key, &value))
		if (!strcmp(key, "server-message") || (!strcmp(key, "debug-message") && !*message))
			message = bus_read_string(&value);
	if (!bus_reader_ok(args))
		return;
	g_free(conn->error_name);
	g_free(conn->error_message);
	conn->error_name = g_strdup(name);
	conn->error_message = g_strdup(message);
}

static void on_owner(const char *name, const char *owner, void *data)
{
	struct conn *conn = data;

	if (!strcmp(owner, conn->unique))
		return;
	/* A normal end tells its reason before the name goes. */
	if (conn->disconnecting)
		conn_end(conn, CONN_END_REQUESTED, "disconnected");
	else if (conn->error_name)
		end_by_signal(conn, 0);
	else
		conn_end(conn, CONN_END_MANAGER, "the connection manager ended unexpectedly");
}

/* --- online ------------------------------------------------------------------------------- */

static unsigned basic_features(const struct conn *conn)
{
	unsigned features = 0;

	if (conn_has_interface(conn, TP_CONN_ALIASING))
		features |= ACCOUNT_CAN_CHANGE_NICK | ACCOUNT_CAN_RENAME_CONTACTS;
	if (conn_has_interface(conn, TP_CONN_LIST))
		features |= ACCOUNT_HAS_ROSTER;
	if (conn_has_interface(conn, TP_CONN_BLOCKING))
		features |= ACCOUNT_CAN_BLOCK;
	if (conn_has_interface(conn, TP_CONN_INFO))
		features |= ACCOUNT_HAS_CARDS;
	return features;
}

static void go_online(struct conn *conn)
{
	struct tp *tp = conn->tp;

	conn->stage = CONN_ONLINE;
	conn->online_since = g_get_monotonic_time();
	account_set_features(conn->account, basic_features(conn) | conn_presence_features(conn));
	/* Until the network tells one; idle has none to tell. */
	account_set_presence(conn->account, PRESENCE_UNSET, "", "");
	account_set_state(conn->account, ACCOUNT_ONLINE, "");
	conn_aliasing_start(conn);
	conn_presence_start(conn);
	conn_roster_start(conn);
	conn_blocking_start(conn);
	conn_contact_info_start(conn);
	conn_files_start(conn);
	conn_caps_start(conn);
	tp->ops->online(conn, tp->data);
	conn_channels_release(conn);
}

static void on_statuses(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;

	if (error)
		g_debug("%s", error->message);
	else
		conn_presence_read(conn, reply);
	go_online(conn);
}

/* The statuses may have grown, too. Who is online is expected to know what can be set. */
static void read_statuses(struct conn *conn)
{
	if (conn_has_interface(conn, TP_CONN_PRESENCE))
		bus_property_get(conn->scope, conn->unique, conn->path, TP_CONN_PRESENCE,
				 "Statuses", on_statuses, conn);
	else
		go_online(conn);
}

static void read_self(struct conn *conn, guint32 handle, const char *id)
{
	const struct account *account = conn->account;
	g_autofree char *shown = text_clean(account->self_id, -1, TEXT_LINE);
	/* On IRC the id is the nick: who had no other alias goes by the new one. */
	bool is_nick = *shown && !strcmp(account->self_alias, shown);

	conn->self_handle = handle;
	conn_learn_handle(conn, handle, id);
	if (*id)
		account_set_self(conn->account, id, is_nick ? id : NULL);
	conn_naming_self_changed(conn);
}

static void on_self_changed(struct bus_reader *args, void *data)
{
	guint32 handle = bus_read_uint32(args);
	const char *id = bus_read_string(args);

	if (bus_reader_ok(args))
		read_self(data, handle, id);
}

static void on_self_resolved(void *data)
{
	struct conn *conn = data;
	const char *id = conn_handle_id(conn, conn->self_handle);

	if (id)
		account_set_self(conn->account, id, NULL);
	read_statuses(conn);
}

/* Properties of a CONNECTED connection: the interfaces are final only now. */
static void on_online_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	struct bus_reader properties, value;
	const char *key, *self_id = "";
	guint32 self_handle = 0;
	g_auto(GStrv) interfaces = NULL;
	g_autoptr(GArray) handles = NULL;

	if (error) {
		g_autoptr(GError) failure = tp_error_from_bus("read the connection", error);

		conn_end(conn, CONN_END_MANAGER, failure->message);
		return;
	}
	bus_read_array(reply, &properties);
	while (bus_read_property(&properties, &key, &value)) {
		if (!strcmp(key, "Interfaces") && !interfaces)
			interfaces = bus_read_strings(&value);
		else if (!strcmp(key, "SelfHandle"))
			self_handle = bus_read_uint32(&value);
		else if (!strcmp(key, "SelfID"))
			self_id = bus_read_string(&value);
	}
	if (!bus_reader_ok(reply) || !interfaces) {
		conn_end(conn, CONN_END_MANAGER, "the connection manager's answer makes no sense");
		return;
	}
	g_strfreev(conn->interfaces);
	conn->interfaces = g_steal_pointer(&interfaces);
	read_self(conn, self_handle, self_id);
	if (*self_id) {
		read_statuses(conn);
		return;
	}
	handles = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_array_append_val(handles, self_handle);
	conn_learn_handles(conn, conn->scope, handles, on_self_resolved, conn);
}

static void on_status(struct conn *conn, guint32 status, guint32 reason)
{
	switch (status) {
	case TP_STATUS_CONNECTED:
		/* Told twice when it comes about while the first properties are read. */
		if (!conn->arriving)
			bus_property_get_all(conn->scope, conn->unique, conn->path, TP_CONN,
					     on_online_properties, conn);
		conn->arriving = true;
		break;
	case TP_STATUS_CONNECTING:
		if (!conn->arriving)
			conn->stage = CONN_CONNECTING;
		break;
	case TP_STATUS_DISCONNECTED:
		end_by_signal(conn, reason);
		break;
	default:
		g_debug("%s: status %u is unknown", conn->path, status);
		break;
	}
}

static void on_status_changed(struct bus_reader *args, void *data)
{
	guint32 status = bus_read_uint32(args), reason = bus_read_uint32(args);

	if (bus_reader_ok(args))
		on_status(data, status, reason);
}

/* --- the Connection object ---------------------------------------------------------------- */

static void on_connect(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	g_autoptr(GError) failure = NULL;
	enum conn_end end;

	if (!error)
		return;
	/* ConnectionError and StatusChanged say it better, and come first when they come. */
	end = tp_error_end(bus_error_name(error));
	failure = tp_error_from_bus("connect", error);
	conn_end(conn, end, failure->message);
}

static void on_first_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	struct bus_reader properties, value;
	guint32 status = TP_STATUS_DISCONNECTED;
	const char *key;

	if (error) {
		g_autoptr(GError) failure = tp_error_from_bus("read the connection", error);

		conn_end(conn, CONN_END_MANAGER, failure->message);
		return;
	}
	bus_read_array(reply, &properties);
	while (bus_read_property(&properties, &key, &value)) {
		if (!strcmp(key, "Interfaces")) {
			g_strfreev(conn->interfaces);
			conn->interfaces = bus_read_strings(&value);
		} else if (!strcmp(key, "Status")) {
			status = bus_read_uint32(&value);
		}
	}
	if (!bus_reader_ok(reply)) {
		conn_end(conn, CONN_END_MANAGER, "the connection manager's answer makes no sense");
		return;
	}
	conn_channels_start(conn);
	if (status != TP_STATUS_DISCONNECTED) {
		on_status(conn, status, 0);
		return;
	}
	conn->stage = CONN_CONNECTING;
	conn_presence_set_early(conn);
	bus_call_send(conn_call(conn, TP_CONN, "Connect"), CONNECT_TIMEOUT_MS, on_connect, conn);
}

static void on_disconnected_early(struct bus_reader *reply, const GError *error, void *data)
{
	conn_end(data, CONN_END_REQUESTED, "disconnected");
}

void conn_attach(struct conn *conn, const char *unique, const char *name, const char *path)
{
	conn->unique = g_strdup(unique);
	conn->name = g_strdup(name);
	conn->path = g_strdup(path);
	conn->stage = CONN_ATTACHED;
	bus_watch_name(conn->scope, name, on_owner, conn);
	if (conn->disconnecting) {
		bus_call_send(conn_call(conn, TP_CONN, "Disconnect"), 5000, on_disconnected_early,
			      conn);
		return;
	}
	bus_subscribe(conn->scope, unique, path, TP_CONN, "ConnectionError", on_connection_error,
		      conn);
	bus_subscribe(conn->scope, unique, path, TP_CONN, "StatusChanged", on_status_changed, conn);
	bus_subscribe(conn->scope, unique, path, TP_CONN, "SelfContactChanged", on_self_changed,
		      conn);
	bus_property_get_all(conn->scope, unique, path, TP_CONN, on_first_properties, conn);
}
