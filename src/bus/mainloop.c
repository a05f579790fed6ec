/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private.h"

#include <glib-unix.h>

/* A turn of the main loop takes no more than this from the bus; the rest waits for its
 * next turn, so that input and drawing get theirs. */
#define TURN_MESSAGES 64
#define TURN_US       4000

struct dispatcher {
	GSource source;
	struct bus *bus;
};

static gboolean has_messages(GSource *source)
{
	struct bus *bus = ((struct dispatcher *)source)->bus;

	return dbus_connection_get_dispatch_status(bus->connection) == DBUS_DISPATCH_DATA_REMAINS;
}

static gboolean dispatcher_prepare(GSource *source, int *timeout_ms)
{
	*timeout_ms = -1;
	((struct dispatcher *)source)->bus->has_had_turn = false;
	return has_messages(source);
}

/* Once in a round, whether it is for what is left of the last one or for what arrived in this. */
static void take_turn(struct bus *bus)
{
	DBusConnection *connection;
	gint64 until = g_get_monotonic_time() + TURN_US;

	if (!bus->connection || bus->has_had_turn)
		return;
	bus->has_had_turn = true;
	connection = dbus_connection_ref(bus->connection);
	/* Any message may end in bus_close(). */
	for (unsigned i = 0; i < TURN_MESSAGES && bus->connection; i++) {
		if (dbus_connection_dispatch(connection) != DBUS_DISPATCH_DATA_REMAINS)
			break;
		if (g_get_monotonic_time() >= until)
			break;
	}
	dbus_connection_unref(connection);
}

/* What is left of a turn. */
static gboolean dispatcher_dispatch(GSource *source, GSourceFunc callback, void *data)
{
	struct bus *bus = bus_ref(((struct dispatcher *)source)->bus);

	take_turn(bus);
	bus_unref(bus);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs dispatcher_funcs = {
	.prepare = dispatcher_prepare,
	.check = has_messages,
	.dispatch = dispatcher_dispatch,
};

/* A descriptor of libdbus in the main loop. */
struct watched {
	struct bus *bus;
	DBusWatch *watch;
	guint source;
};

/* Reads or writes; then, with libdbus out of it again, what arrived has its turn at once: without
 * one more round of the main loop. */
static gboolean on_watch_ready(int fd, GIOCondition condition, void *data)
{
	const struct watched *watched = data;
	struct bus *bus = bus_ref(watched->bus);
	unsigned flags = 0;

	if (condition & G_IO_IN)
		flags |= DBUS_WATCH_READABLE;
	if (condition & G_IO_OUT)
		flags |= DBUS_WATCH_WRITABLE;
	if (condition & (G_IO_ERR | G_IO_NVAL))
		flags |= DBUS_WATCH_ERROR;
	if (condition & G_IO_HUP)
		flags |= DBUS_WATCH_HANGUP;
	dbus_watch_handle(watched->watch, flags);
	if (condition & G_IO_IN)
		take_turn(bus);
	bus_unref(bus);
	return G_SOURCE_CONTINUE;
}

/* It may recurse, though it never does: of any other source GLib stops watching the file during
 * the call, and wakes itself up twice for that each time. */
static dbus_bool_t add_watch(DBusWatch *watch, void *data)
{
	g_autoptr(GSource) source = NULL;
	struct watched *watched;
	GIOCondition condition = 0;
	unsigned flags = dbus_watch_get_flags(watch);

	if (!dbus_watch_get_enabled(watch))
		return TRUE;
	if (flags & DBUS_WATCH_READABLE)
		condition |= G_IO_IN;
	if (flags & DBUS_WATCH_WRITABLE)
		condition |= G_IO_OUT;
	watched = g_new(struct watched, 1);
	watched->bus = data;
	watched->watch = watch;
	source = g_unix_fd_source_new(dbus_watch_get_unix_fd(watch), condition);
	g_source_set_callback(source, G_SOURCE_FUNC(on_watch_ready), watched, NULL);
	g_source_set_can_recurse(source, TRUE);
	watched->source = g_source_attach(source, NULL);
	dbus_watch_set_data(watch, watched, g_free);
	return TRUE;
}

static void remove_watch(DBusWatch *watch, void *data)
{
	struct watched *watched = dbus_watch_get_data(watch);

	if (watched)
		g_source_remove(watched->source);
	dbus_watch_set_data(watch, NULL, NULL);
}

static void toggle_watch(DBusWatch *watch, void *data)
{
	remove_watch(watch, data);
	add_watch(watch, data);
}

static gboolean on_timeout(void *data)
{
	dbus_timeout_handle(data);
	return G_SOURCE_CONTINUE;
}

static dbus_bool_t add_timeout(DBusTimeout *timeout, void *data)
{
	guint id;

	if (!dbus_timeout_get_enabled(timeout))
		return TRUE;
	id = g_timeout_add((guint)dbus_timeout_get_interval(timeout), on_timeout, timeout);
	dbus_timeout_set_data(timeout, GUINT_TO_POINTER(id), NULL);
	return TRUE;
}

static void remove_timeout(DBusTimeout *timeout, void *data)
{
	guint id = GPOINTER_TO_UINT(dbus_timeout_get_data(timeout));

	if (id)
		g_source_remove(id);
	dbus_timeout_set_data(timeout, NULL, NULL);
}

static void toggle_timeout(DBusTimeout *timeout, void *data)
{
	remove_timeout(timeout, data);
	add_timeout(timeout, data);
}

void bus_mainloop_attach(struct bus *bus)
{
	bus->source = g_source_new(&dispatcher_funcs, sizeof(struct dispatcher));
	((struct dispatcher *)bus->source)->bus = bus;
	g_source_set_static_name(bus->source, "bus");
	g_source_attach(bus->source, NULL);
	if (!dbus_connection_set_watch_functions(bus->connection, add_watch, remove_watch,
						 toggle_watch, bus, NULL) ||
	    !dbus_connection_set_timeout_functions(bus->connection, add_timeout, remove_timeout,
						   toggle_timeout, NULL, NULL))
		g_error("out of memory");
}

void bus_mainloop_detach(struct bus *bus)
{
	dbus_connection_set_watch_functions(bus->connection, NULL, NULL, NULL, NULL, NULL);
	dbus_connection_set_timeout_functions(bus->connection, NULL, NULL, NULL, NULL, NULL);
	g_source_destroy(bus->source);
	g_clear_pointer(&bus->source, g_source_unref);
}
