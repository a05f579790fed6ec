/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private.h"

struct bus_scope {
	struct bus *bus;
	GQueue items;
};

struct bus *bus_ref(struct bus *bus)
{
	bus->refs++;
	return bus;
}

void bus_unref(struct bus *bus)
{
	if (--bus->refs)
		return;
	bus_signals_clear(bus);
	bus_names_clear(bus);
	bus_objects_clear(bus);
	g_free(bus->unique_name);
	g_free(bus);
}

static void report_gone(struct bus *bus)
{
	if (bus->gone)
		return;
	bus->gone = true;
	bus_calls_fail(bus);
	if (bus->connection && bus->closed_fn)
		bus->closed_fn(bus, bus->closed_data);
}

static DBusHandlerResult on_message(DBusConnection *connection, DBusMessage *message, void *data)
{
	struct bus *bus = bus_ref(data);
	DBusHandlerResult result = DBUS_HANDLER_RESULT_HANDLED;

	switch (dbus_message_get_type(message)) {
	case DBUS_MESSAGE_TYPE_SIGNAL:
		/* libdbus lets no one else use the Local interface. */
		if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected"))
			report_gone(bus);
		else
			bus_signals_handle(bus, message);
		break;
	case DBUS_MESSAGE_TYPE_METHOD_CALL:
		result = bus_objects_handle(bus, message);
		break;
	default: /* a reply that comes after its call timed out or was cancelled */
		break;
	}
	bus_unref(bus);
	return result;
}

static void on_hello(DBusPendingCall *pending, void *data)
{
	struct bus *bus = data;
	DBusMessage *reply = dbus_pending_call_steal_reply(pending);
	struct bus_reader_root root;
	struct bus_reader r;
	const char *name;

	g_clear_pointer(&bus->hello, dbus_pending_call_unref);
	bus_reader_init(&r, &root, reply);
	name = bus_read_string(&r);
	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN && bus_reader_ok(&r)) {
		g_free(bus->unique_name);
		bus->unique_name = g_strdup(name);
		dbus_bus_set_unique_name(bus->connection, name);
	} else if (dbus_connection_get_is_connected(bus->connection)) {
		g_message("cannot use the bus: it refused Hello with %s",
			  dbus_message_get_error_name(reply));
		dbus_connection_close(bus->connection);
	}
	dbus_message_unref(reply);
}

/* The first message on the wire, so what follows it may be sent at once: the bus takes
 * messages in order. */
static void say_hello(struct bus *bus)
{
	DBusMessage *hello = dbus_message_new_method_call(BUS_NAME, BUS_PATH, BUS_NAME, "Hello");

	if (!hello || !dbus_connection_send_with_reply(bus->connection, hello, &bus->hello, -1))
		g_error("out of memory");
	dbus_message_unref(hello);
	/* No pending call: already disconnected, of which we hear from the main loop. */
	if (bus->hello)
		dbus_pending_call_set_notify(bus->hello, on_hello, bus, NULL);
}

struct bus *bus_open(const char *address, GError **error)
{
	DBusError why = DBUS_ERROR_INIT;
	DBusConnection *connection;
	struct bus *bus;

	if (!dbus_validate_utf8(address, NULL)) {
		g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED,
			    "cannot connect to the bus: its address is not valid UTF-8");
		return NULL;
	}
	connection = dbus_connection_open_private(address, &why);
	if (!connection) {
		g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED,
			    "cannot connect to the bus at %s: %s", address, why.message);
		dbus_error_free(&why);
		return NULL;
	}

	bus = g_new0(struct bus, 1);
	bus->refs = 1;
	bus->connection = connection;
	bus->unique_name = g_strdup("");
	bus_signals_init(bus);
	bus_names_init(bus);
	bus_objects_init(bus);
	dbus_connection_set_exit_on_disconnect(connection, FALSE);
	dbus_connection_set_max_message_size(connection, BUS_MESSAGE_MAX);
	dbus_connection_set_max_received_size(connection, BUS_MESSAGE_MAX);
	if (!dbus_connection_add_filter(connection, on_message, bus, NULL))
		g_error("out of memory");
	bus_mainloop_attach(bus);
	say_hello(bus);
	return bus;
}

void bus_forbid_autostart(struct bus *bus)
{
	bus->no_autostart = true;
}

void bus_close(struct bus *bus)
{
	DBusConnection *connection;

	if (!bus)
		return;
	bus_calls_silence(bus);
	if (bus->hello) {
		dbus_pending_call_cancel(bus->hello);
		g_clear_pointer(&bus->hello, dbus_pending_call_unref);
	}
	bus_mainloop_detach(bus);
	connection = g_steal_pointer(&bus->connection);
	dbus_connection_remove_filter(connection, on_message, bus);
	dbus_connection_close(connection);
	dbus_connection_unref(connection);
	bus_unref(bus);
}

void bus_on_closed(struct bus *bus, void (*fn)(struct bus *bus, void *data), void *data)
{
	bus->closed_fn = fn;
	bus->closed_data = data;
}

bool bus_is_open(const struct bus *bus)
{
	return bus->connection && dbus_connection_get_is_connected(bus->connection);
}

const char *bus_unique_name(const struct bus *bus)
{
	return bus->unique_name;
}

void bus_send(struct bus *bus, DBusMessage *message)
{
	if (bus_is_open(bus) && !dbus_connection_send(bus->connection, message, NULL))
		g_error("out of memory");
	dbus_message_unref(message);
}

void bus_match_add(struct bus *bus, const char *rule)
{
	/* With an error to fill in, libdbus would wait for the answer. */
	if (bus_is_open(bus))
		dbus_bus_add_match(bus->connection, rule, NULL);
}

void bus_match_remove(struct bus *bus, const char *rule)
{
	if (bus_is_open(bus))
		dbus_bus_remove_match(bus->connection, rule, NULL);
}

struct bus_scope *bus_scope_new(struct bus *bus)
{
	struct bus_scope *scope = g_new0(struct bus_scope, 1);

	scope->bus = bus_ref(bus);
	g_queue_init(&scope->items);
	return scope;
}

void bus_scope_free(struct bus_scope *scope)
{
	GList *link;

	if (!scope)
		return;
	while ((link = g_queue_peek_head_link(&scope->items))) {
		struct bus_item *item = link->data;

		bus_item_remove(item);
		item->drop(item);
	}
	bus_unref(scope->bus);
	g_free(scope);
}

struct bus *bus_scope_bus(struct bus_scope *scope)
{
	return scope->bus;
}

void bus_item_add(struct bus_item *item, struct bus_scope *scope,
		  void (*drop)(struct bus_item *item))
{
	item->scope = scope;
	item->drop = drop;
	item->link.data = item;
	g_queue_push_tail_link(&scope->items, &item->link);
}

void bus_item_remove(struct bus_item *item)
{
	if (!item->scope)
		return;
	g_queue_unlink(&item->scope->items, &item->link);
	item->scope = NULL;
}
