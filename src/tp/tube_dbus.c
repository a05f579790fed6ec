/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * D-Bus tubes (spec: Channel.Type.DBusTube). The manager is the bus: programs connect to its
 * address by themselves, so pheme only hands it out, to a program in PHEME_TUBE_ADDRESS or to
 * the user, once the tube is open.
 */

#include <string.h>

#include "tube.h"

#define CALL_TIMEOUT_MS 60000
#define OPEN_SECONDS    60

/* --- who takes part ----------------------------------------------------------------------- */

/* a{us} */
static void read_names(struct tube_work *work, struct bus_reader *r)
{
	struct bus_reader map, entry;

	bus_read_array(r, &map);
	while (bus_read_entry(&map, &entry)) {
		guint32 handle = bus_read_uint32(&entry);

		g_hash_table_insert(work->members, GUINT_TO_POINTER(handle),
				    g_strdup(bus_read_string(&entry)));
	}
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void tell_names(struct tube_work *work)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	void *handle, *name;

	g_hash_table_iter_init(&iter, work->members);
	while (g_hash_table_iter_next(&iter, &handle, &name)) {
		g_autofree char *peer = tp_tube_peer(work, GPOINTER_TO_UINT(handle));

		g_ptr_array_add(lines, g_strdup_printf("%s %s", (char *)name, peer));
	}
	g_ptr_array_sort(lines, compare_lines);
	g_ptr_array_add(lines, NULL);
	tube_set_members(work->tube, (const char *const *)lines->pdata);
}

static void on_names_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct tube_work *work = channel->tube;
	g_autoptr(GArray) removed = NULL;

	if (!work)
		return;
	read_names(work, args);
	removed = bus_read_uint32s(args);
	for (guint i = 0; i < removed->len; i++)
		g_hash_table_remove(work->members,
				    GUINT_TO_POINTER(g_array_index(removed, guint32, i)));
	tell_names(work);
}

static void on_names(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;

	/* With a contact there are none. */
	if (error || !channel->tube)
		return;
	read_names(channel->tube, reply);
	tell_names(channel->tube);
}

void tp_tube_dbus_start(struct tube_work *work)
{
	struct channel *channel = work->channel;

	work->members = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	channel_subscribe(channel, TP_CHAN_DBUS, "DBusNamesChanged", on_names_changed);
	if (work->tube->room)
		bus_property_get(channel->scope, channel->conn->unique, channel->path, TP_CHAN_DBUS,
				 "DBusNames", on_names, channel);
}

/* --- offering and accepting --------------------------------------------------------------- */

static void on_answer(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct channel *channel = data;
	struct tube_work *work = channel->tube;
	g_autoptr(GError) error = NULL;

	if (!work || work->closing)
		return;
	if (bus_error) {
		g_autofree char *what =
			g_strdup_printf("%s %s", work->tube->incoming ? "accept" : "offer",
					work->tube->shown_service);

		error = tp_error_from_bus(what, bus_error);
		tp_tube_fail(work, error);
		return;
	}
	work->bus_address = g_strdup(bus_read_string(reply));
	if (work->tube->incoming)
		tp_tube_limit(work, OPEN_SECONDS);
	tp_tube_answered(work);
}

/* Strangers on this computer are kept out where the manager can. */
static guint32 choose_access(struct tube_work *work)
{
	bool strict = work->channel->facts.sockets[0] & (1u << TP_ACCESS_CREDENTIALS);

	tube_set_access(work->tube, strict ? "credentials" : "any local program");
	return strict ? TP_ACCESS_CREDENTIALS : TP_ACCESS_LOCALHOST;
}

bool tp_tube_dbus_offer(struct tube_work *work, GError **error)
{
	guint32 access = choose_access(work);
	struct bus_call *call = channel_call(work->channel, TP_CHAN_DBUS, "Offer");
	struct bus_writer parameters;

	bus_write_open_array(bus_call_args(call), "{sv}", &parameters);
	bus_write_close(bus_call_args(call), &parameters);
	bus_write_uint32(bus_call_args(call), access);
	bus_call_send(call, CALL_TIMEOUT_MS, on_answer, work->channel);
	return true;
}

bool tp_tube_dbus_accept(struct tube_work *work, GError **error)
{
	guint32 access = choose_access(work);
	struct bus_call *call = channel_call(work->channel, TP_CHAN_DBUS, "Accept");

	bus_write_uint32(bus_call_args(call), access);
	bus_call_send(call, CALL_TIMEOUT_MS, on_answer, work->channel);
	return true;
}

bool tp_tube_dbus_open(struct tube_work *work, GError **error)
{
	const struct argv_values values = {.service = work->tube->service,
					   .contact = work->tube->peer};
	const char *command = work->local.command;

	if (work->target && work->target->kind == ADDRESS_EXEC)
		command = work->target->text;
	tube_set_local(work->tube, work->bus_address);
	return !command || tp_tube_start_program(work, command, &values, error);
}
