/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private.h"

/*
 * A call is an item of its scope from bus_call_new() until it is answered, and in the bus's
 * queue of waiting calls from bus_call_send() on. Its answer comes from libdbus (pending),
 * from an idle (what could not be sent) or from the end of the connection; who is first
 * takes the call out of both lists, so there is no second.
 */
struct bus_call {
	struct bus_item item;
	struct bus *bus;
	GList link; /* in bus->calls */
	guint64 serial;
	DBusMessage *message;
	struct bus_writer_root root;
	struct bus_writer args;
	char *what; /* "cannot call X", "cannot get X" */
	DBusPendingCall *pending;
	guint idle;
	bus_reply_fn fn;
	void *data;
	GDestroyNotify free_data;
	bool in_variant; /* the caller wants what is inside the variant */
	bool answering;  /* the callback runs */
};

/* The name and the layout are those that G_DEFINE_EXTENDED_ERROR asks for. */
typedef struct {
	char *name;
} BusErrorPrivate;

static void bus_error_private_init(BusErrorPrivate *priv)
{
	priv->name = NULL;
}

static void bus_error_private_copy(const BusErrorPrivate *from, BusErrorPrivate *to)
{
	to->name = g_strdup(from->name);
}

static void bus_error_private_clear(BusErrorPrivate *priv)
{
	g_free(priv->name);
}

G_DEFINE_EXTENDED_ERROR(BusError, bus_error)

const char *bus_error_name(const GError *error)
{
	const char *name = NULL;

	if (g_error_matches(error, BUS_ERROR, BUS_ERROR_REMOTE) ||
	    g_error_matches(error, BUS_ERROR, BUS_ERROR_TIMEOUT))
		name = bus_error_get_private(error)->name;
	return name ? name : "";
}

/* The error that @reply is. One that libdbus made up itself has no sender. */
static GError *error_of_reply(const struct bus_call *call, DBusMessage *reply)
{
	const char *name = dbus_message_get_error_name(reply);
	struct bus_reader_root root;
	struct bus_reader r;
	const char *text;
	GError *error;

	if (!dbus_message_get_sender(reply)) {
		if (!bus_is_open(call->bus))
			return g_error_new(BUS_ERROR, BUS_ERROR_DISCONNECTED, "%s: the bus is gone",
					   call->what);
		error = g_error_new(BUS_ERROR, BUS_ERROR_TIMEOUT, "%s: no answer in time",
				    call->what);
	} else {
		bus_reader_init(&r, &root, reply);
		text = bus_read_string(&r);
		error = g_error_new(BUS_ERROR, BUS_ERROR_REMOTE, "%s: %s", call->what,
				    *text ? text : name);
	}
	bus_error_get_private(error)->name = g_strdup(name);
	return error;
}

static void silence(struct bus_call *call)
{
	if (call->serial) {
		g_queue_unlink(&call->bus->calls, &call->link);
		call->serial = 0;
	}
	if (call->pending) {
		dbus_pending_call_cancel(call->pending);
		g_clear_pointer(&call->pending, dbus_pending_call_unref);
	}
	g_clear_handle_id(&call->idle, g_source_remove);
}

static void call_free(struct bus_call *call)
{
	silence(call);
	bus_item_remove(&call->item);
	if (call->free_data)
		call->free_data(call->data);
	dbus_message_unref(call->message);
	g_free(call->root.error);
	g_free(call->what);
	g_free(call);
}

static void call_drop(struct bus_item *item)
{
	call_free((struct bus_call *)item);
}

/* Answers with @reply or @error, and frees the call. */
static void finish(struct bus_call *call, DBusMessage *reply, const GError *error)
{
	struct bus_reader_root root;
	struct bus_reader r, inside;

	/* The callback may free the scope, which must not find the call any more. */
	silence(call);
	bus_item_remove(&call->item);
	call->answering = true;
	if (error) {
		call->fn(NULL, error, call->data);
	} else {
		bus_reader_init(&r, &root, reply);
		if (call->in_variant)
			bus_read_variant(&r, &inside);
		call->fn(call->in_variant ? &inside : &r, NULL, call->data);
	}
	call_free(call);
}

static void on_reply(DBusPendingCall *pending, void *data)
{
	struct bus_call *call = data;
	DBusMessage *reply = dbus_pending_call_steal_reply(pending);
	g_autoptr(GError) error = NULL;

	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR)
		error = error_of_reply(call, reply);
	finish(call, reply, error);
	dbus_message_unref(reply);
}

static void finish_gone(struct bus_call *call)
{
	g_autoptr(GError) error =
		g_error_new(BUS_ERROR, BUS_ERROR_DISCONNECTED, "%s: the bus is gone", call->what);

	finish(call, NULL, error);
}

/* For what was not sent at all. */
static gboolean on_idle(void *data)
{
	struct bus_call *call = data;
	g_autoptr(GError) error = NULL;

	call->idle = 0;
	if (!call->root.error) {
		finish_gone(call);
		return G_SOURCE_REMOVE;
	}
	error = g_error_new(BUS_ERROR, BUS_ERROR_INVALID, "%s: %s", call->what, call->root.error);
	finish(call, NULL, error);
	return G_SOURCE_REMOVE;
}

/* What libdbus would abort over, or NULL. */
static const char *bad_header(const char *destination, const char *path, const char *interface,
			      const char *method)
{
	if (!destination || !dbus_validate_bus_name(destination, NULL))
		return "the bus name is not valid";
	if (!path || !dbus_validate_path(path, NULL))
		return "the object path is not valid";
	if (!interface || !dbus_validate_interface(interface, NULL))
		return "the interface is not valid";
	if (!method || !dbus_validate_member(method, NULL))
		return "the method is not valid";
	return NULL;
}

/* For messages: "cannot call org.example.Thing.Do". */
static void set_what(struct bus_call *call, const char *verb, const char *interface,
		     const char *member)
{
	g_autofree char *what = g_strdup_printf("cannot %s %s.%s", verb, interface ? interface : "",
						member ? member : "");

	g_free(call->what);
	call->what = g_utf8_make_valid(what, -1);
}

struct bus_call *bus_call_new(struct bus_scope *scope, const char *destination, const char *path,
			      const char *interface, const char *method)
{
	struct bus_call *call = g_new0(struct bus_call, 1);
	const char *bad = bad_header(destination, path, interface, method);

	call->bus = bus_scope_bus(scope);
	call->link.data = call;
	set_what(call, "call", interface, method);
	if (bad)
		call->message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
	else
		call->message = dbus_message_new_method_call(destination, path, interface, method);
	if (!call->message)
		g_error("out of memory");
	if (call->bus->no_autostart)
		bus_call_no_autostart(call);
	bus_writer_init(&call->args, &call->root, call->message);
	call->root.error = g_strdup(bad);
	bus_item_add(&call->item, scope, call_drop);
	return call;
}

struct bus_writer *bus_call_args(struct bus_call *call)
{
	return &call->args;
}

void bus_call_no_autostart(struct bus_call *call)
{
	dbus_message_set_auto_start(call->message, FALSE);
}

void bus_call_own_data(struct bus_call *call, GDestroyNotify free_data)
{
	call->free_data = free_data;
}

static void send_and_forget(struct bus_call *call)
{
	if (call->root.error) {
		g_debug("%s: %s", call->what, call->root.error);
	} else {
		dbus_message_set_no_reply(call->message, TRUE);
		bus_send(call->bus, dbus_message_ref(call->message));
	}
	call_free(call);
}

struct bus_call *bus_call_send(struct bus_call *call, int timeout_ms, bus_reply_fn fn, void *data)
{
	struct bus *bus = call->bus;

	if (!fn) {
		send_and_forget(call);
		return NULL;
	}
	call->fn = fn;
	call->data = data;
	call->serial = ++bus->last_serial;
	g_queue_push_tail_link(&bus->calls, &call->link);
	if (!call->root.error && bus->connection &&
	    !dbus_connection_send_with_reply(bus->connection, call->message, &call->pending,
					     timeout_ms))
		g_error("out of memory");
	/* On a connection that is closed libdbus reports success and gives nothing to wait for. */
	if (call->pending)
		dbus_pending_call_set_notify(call->pending, on_reply, call, NULL);
	else
		call->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, call, NULL);
	return call;
}

void bus_call_cancel(struct bus_call *call)
{
	/* An owner that dies in the callback may not know yet that the call is over. */
	if (call && !call->answering)
		call_free(call);
}

void bus_call_drop(struct bus_call *call)
{
	call_free(call);
}

void bus_calls_fail(struct bus *bus)
{
	/* What a callback sends meanwhile fails later, from its own idle. */
	guint64 last = bus->last_serial;
	struct bus_call *call;

	while ((call = g_queue_peek_head(&bus->calls)) && call->serial <= last)
		finish_gone(call);
}

void bus_calls_silence(struct bus *bus)
{
	struct bus_call *call;

	while ((call = g_queue_peek_head(&bus->calls)))
		silence(call);
}

void bus_property_get(struct bus_scope *scope, const char *destination, const char *path,
		      const char *interface, const char *property, bus_reply_fn fn, void *data)
{
	struct bus_call *call = bus_call_new(scope, destination, path, BUS_PROPERTIES, "Get");

	set_what(call, "get", interface, property);
	bus_write_string(&call->args, interface);
	bus_write_string(&call->args, property);
	call->in_variant = true;
	bus_call_send(call, -1, fn, data);
}

void bus_property_get_all(struct bus_scope *scope, const char *destination, const char *path,
			  const char *interface, bus_reply_fn fn, void *data)
{
	struct bus_call *call = bus_call_new(scope, destination, path, BUS_PROPERTIES, "GetAll");

	set_what(call, "get", interface, "*");
	bus_write_string(&call->args, interface);
	bus_call_send(call, -1, fn, data);
}
