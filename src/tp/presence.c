/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Presence of contacts and our own (spec: Connection.Interface.SimplePresence). The statuses a
 * manager has may grow until CONNECTED, so they are read again then.
 */

#include <string.h>

#include "private.h"

struct status_spec {
	enum presence type;
	bool may_set, has_message;
};

void presence_read(struct bus_reader *r, enum presence *type, const char **status,
		   const char **message)
{
	struct bus_reader fields;

	bus_read_struct(r, &fields);
	*type = presence_from_wire(bus_read_uint32(&fields));
	*status = bus_read_string(&fields);
	*message = bus_read_string(&fields);
}

static void on_presences(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	struct bus_reader list, entry;

	bus_read_array(args, &list);
	while (bus_read_entry(&list, &entry)) {
		guint32 handle = bus_read_uint32(&entry);
		const char *status, *message;
		struct contact *contact;
		enum presence type;

		presence_read(&entry, &type, &status, &message);
		if (!bus_reader_ok(args))
			break;
		if (handle == conn->self_handle)
			account_set_presence(conn->account, type, status, message);
		contact = conn_handle_contact(conn, handle);
		if (contact)
			contact_set_presence(contact, type, status, message);
	}
	if (!bus_reader_ok(args))
		g_debug("%s: PresencesChanged: %s", conn->path, bus_reader_error(args));
}

/* --- our own ------------------------------------------------------------------------------ */

void conn_presence_read(struct conn *conn, struct bus_reader *value)
{
	struct bus_reader list, entry, fields;

	g_clear_pointer(&conn->statuses, g_hash_table_unref);
	conn->statuses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	bus_read_array(value, &list);
	while (bus_read_entry(&list, &entry)) {
		const char *name = bus_read_string(&entry);
		struct status_spec *spec = g_new0(struct status_spec, 1);

		bus_read_struct(&entry, &fields);
		spec->type = presence_from_wire(bus_read_uint32(&fields));
		spec->may_set = bus_read_bool(&fields);
		spec->has_message = bus_read_bool(&fields);
		g_hash_table_insert(conn->statuses, g_strdup(name), spec);
	}
	if (bus_reader_ok(value))
		return;
	g_debug("%s: Statuses: %s", conn->path, bus_reader_error(value));
	g_clear_pointer(&conn->statuses, g_hash_table_unref);
}

/* The manager's name for a presence: its usual one when there are several. */
static const char *find_status(const struct conn *conn, enum presence type)
{
	static const char *const usual[] = {"available", "away", "xa",    "extended-away",
					    "dnd",       "busy", "hidden"};
	const char *found = NULL;
	GHashTableIter iter;
	void *name, *spec;

	if (!conn->statuses)
		return NULL;
	for (unsigned i = 0; i < G_N_ELEMENTS(usual); i++) {
		const struct status_spec *status = g_hash_table_lookup(conn->statuses, usual[i]);

		if (status && status->may_set && status->type == type)
			return usual[i];
	}
	g_hash_table_iter_init(&iter, conn->statuses);
	while (!found && g_hash_table_iter_next(&iter, &name, &spec))
		if (((struct status_spec *)spec)->may_set &&
		    ((struct status_spec *)spec)->type == type)
			found = name;
	return found;
}

/* The nearest that the network has: who asks for "busy" wants at least not to be disturbed. */
static const char *nearest_status(const struct conn *conn, enum presence type)
{
	static const enum presence fallback[PRESENCE_LAST + 1] = {
		[PRESENCE_UNSET] = PRESENCE_AVAILABLE,   [PRESENCE_XA] = PRESENCE_AWAY,
		[PRESENCE_BUSY] = PRESENCE_AWAY,         [PRESENCE_HIDDEN] = PRESENCE_BUSY,
		[PRESENCE_UNKNOWN] = PRESENCE_AVAILABLE,
	};

	for (; type != 0; type = fallback[type]) {
		const char *status = find_status(conn, type);

		if (status)
			return status;
	}
	return NULL;
}

static bool send_presence(struct conn *conn, enum presence type, const char *message,
			  tp_done_fn done, void *data)
{
	const char *status =
		nearest_status(conn, type == PRESENCE_UNSET ? PRESENCE_AVAILABLE : type);
	const struct status_spec *spec;
	struct bus_call *call;

	if (!status)
		return false;
	spec = g_hash_table_lookup(conn->statuses, status);
	call = conn_call(conn, TP_CONN_PRESENCE, "SetPresence");
	bus_write_string(bus_call_args(call), status);
	bus_write_string(bus_call_args(call), spec->has_message ? message : "");
	tp_send_done(call, -1, done, data, "set the presence");
	return true;
}

unsigned conn_presence_features(const struct conn *conn)
{
	unsigned features = 0;
	GHashTableIter iter;
	void *spec;

	if (!conn->statuses)
		return 0;
	g_hash_table_iter_init(&iter, conn->statuses);
	while (g_hash_table_iter_next(&iter, NULL, &spec)) {
		const struct status_spec *status = spec;

		if (status->may_set && status->type != PRESENCE_OFFLINE)
			features |= ACCOUNT_HAS_PRESENCE;
		if (status->may_set && status->has_message)
			features |= ACCOUNT_HAS_STATUS_MESSAGE;
	}
	return features;
}

static void on_early_statuses(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;

	if (!reply || conn->stage == CONN_ONLINE || conn->wanted_presence == PRESENCE_UNSET)
		return;
	conn_presence_read(conn, reply);
	send_presence(conn, conn->wanted_presence, conn->wanted_message, NULL, NULL);
}

void conn_presence_set_early(struct conn *conn)
{
	if (conn_has_interface(conn, TP_CONN_PRESENCE) && !conn->reused)
		bus_property_get(conn->scope, conn->unique, conn->path, TP_CONN_PRESENCE,
				 "Statuses", on_early_statuses, conn);
}

static void on_self_attributes(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	struct bus_reader contacts, entry, attributes, value;
	const char *key, *status, *message;
	enum presence type;

	if (error) {
		g_debug("%s", error->message);
		return;
	}
	bus_read_array(reply, &contacts);
	while (bus_read_entry(&contacts, &entry)) {
		bus_read_uint32(&entry);
		bus_read_array(&entry, &attributes);
		while (bus_read_property(&attributes, &key, &value)) {
			if (!strcmp(key, TP_CONN_PRESENCE "/presence")) {
				presence_read(&value, &type, &status, &message);
				if (bus_reader_ok(reply))
					account_set_presence(conn->account, type, status, message);
			} else if (!strcmp(key, TP_CONN_ALIASING "/alias")) {
				account_set_self(conn->account, conn->account->self_id,
						 bus_read_string(&value));
			}
		}
	}
}

static void ask_self(struct conn *conn)
{
	static const char *const wanted[] = {TP_CONN_PRESENCE, TP_CONN_ALIASING, NULL};
	struct bus_call *call = conn_call(conn, TP_CONN_CONTACTS, "GetContactAttributes");

	bus_write_uint32s(bus_call_args(call), &conn->self_handle, 1);
	bus_write_strings(bus_call_args(call), wanted);
	bus_write_bool(bus_call_args(call), false);
	bus_call_send(call, -1, on_self_attributes, conn);
}

void conn_presence_start(struct conn *conn)
{
	if (conn_has_interface(conn, TP_CONN_PRESENCE)) {
		bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_PRESENCE,
			      "PresencesChanged", on_presences, conn);
		/* What others, or we before, set on a living connection stays. */
		if (!conn->reused)
			send_presence(conn, conn->wanted_presence, conn->wanted_message, NULL,
				      NULL);
	}
	ask_self(conn);
}

void conn_set_presence(struct conn *conn, enum presence presence, const char *message,
		       tp_done_fn done, void *data)
{
	g_free(conn->wanted_message);
	conn->wanted_presence = presence;
	conn->wanted_message = g_strdup(message ? message : "");
	if (!conn_check_online(conn, done, data, "set the presence"))
		return;
	if (!(conn->account->features & ACCOUNT_HAS_PRESENCE) ||
	    !send_presence(conn, presence, conn->wanted_message, done, data))
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot set the presence: %s has no such thing",
				conn->account->name);
}
