/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private.h"

struct object {
	struct bus_item item;
	struct bus *bus;
	char *path;
	const struct bus_method *methods;
	const struct bus_property *properties;
	void *data;
};

struct bus_request {
	struct bus *bus;
	DBusMessage *call;
	DBusMessage *reply;
	struct bus_writer_root root;
	struct bus_writer writer;
};

static void object_drop(struct bus_item *item)
{
	struct object *object = (struct object *)item;
	GPtrArray *list = g_hash_table_lookup(object->bus->objects, object->path);

	g_ptr_array_remove(list, object);
	if (!list->len)
		g_hash_table_remove(object->bus->objects, object->path);
	g_free(object->path);
	g_free(object);
}

void bus_export(struct bus_scope *scope, const char *path, const struct bus_method *methods,
		const struct bus_property *properties, void *data)
{
	static const struct bus_method no_methods[] = {{0}};
	static const struct bus_property no_properties[] = {{0}};
	struct bus *bus = bus_scope_bus(scope);
	struct object *object = g_new0(struct object, 1);
	GPtrArray *list = g_hash_table_lookup(bus->objects, path);

	object->bus = bus;
	object->path = g_strdup(path);
	object->methods = methods ? methods : no_methods;
	object->properties = properties ? properties : no_properties;
	object->data = data;
	if (!list) {
		list = g_ptr_array_new();
		g_hash_table_insert(bus->objects, g_strdup(path), list);
	}
	g_ptr_array_add(list, object);
	bus_item_add(&object->item, scope, object_drop);
}

/* --- requests --------------------------------------------------------------------------- */

static struct bus_request *request_new(struct bus *bus, DBusMessage *call)
{
	struct bus_request *request = g_new0(struct bus_request, 1);

	/* Not an item of the object's scope: whoever keeps it may answer after that is gone. */
	request->bus = bus_ref(bus);
	request->call = dbus_message_ref(call);
	return request;
}

static void request_free(struct bus_request *request)
{
	if (request->reply)
		dbus_message_unref(request->reply);
	dbus_message_unref(request->call);
	g_free(request->root.error);
	bus_unref(request->bus);
	g_free(request);
}

struct bus_writer *bus_request_reply(struct bus_request *request)
{
	if (!request->reply) {
		request->reply = dbus_message_new_method_return(request->call);
		if (!request->reply)
			g_error("out of memory");
		bus_writer_init(&request->writer, &request->root, request->reply);
	}
	return &request->writer;
}

void bus_request_finish(struct bus_request *request)
{
	bus_request_reply(request);
	if (request->root.error) {
		bus_request_fail(request, DBUS_ERROR_FAILED, request->root.error);
		return;
	}
	if (!dbus_message_get_no_reply(request->call))
		bus_send(request->bus, dbus_message_ref(request->reply));
	request_free(request);
}

void bus_request_fail(struct bus_request *request, const char *error_name, const char *message)
{
	g_autofree char *text = g_utf8_make_valid(message ? message : "", -1);
	DBusMessage *reply;

	if (!error_name || !dbus_validate_error_name(error_name, NULL))
		error_name = DBUS_ERROR_FAILED;
	reply = dbus_message_new_error(request->call, error_name, text);
	if (!reply)
		g_error("out of memory");
	if (dbus_message_get_no_reply(request->call))
		dbus_message_unref(reply);
	else
		bus_send(request->bus, reply);
	request_free(request);
}

/* --- what every object has -------------------------------------------------------------- */

static bool is_interface(const char *wanted, const char *interface)
{
	return !wanted || !*wanted || g_str_equal(wanted, interface);
}

static void property_get(struct bus_request *request, struct bus_reader *args,
			 const GPtrArray *objects)
{
	const char *interface = bus_read_string(args);
	const char *name = bus_read_string(args);
	struct bus_writer inner;

	for (guint i = 0; i < objects->len; i++) {
		const struct object *object = objects->pdata[i];

		for (const struct bus_property *p = object->properties; p->name; p++) {
			struct bus_writer *w;

			if (!is_interface(interface, p->interface) || !g_str_equal(name, p->name))
				continue;
			w = bus_request_reply(request);
			bus_write_open_variant(w, p->signature, &inner);
			p->get(&inner, object->data);
			bus_write_close(w, &inner);
			bus_request_finish(request);
			return;
		}
	}
	bus_request_fail(request, DBUS_ERROR_UNKNOWN_PROPERTY, "no such property");
}

static void property_get_all(struct bus_request *request, struct bus_reader *args,
			     const GPtrArray *objects)
{
	const char *interface = bus_read_string(args);
	struct bus_writer *w = bus_request_reply(request);
	struct bus_writer dict, entry, value;

	bus_write_open_array(w, "{sv}", &dict);
	for (guint i = 0; i < objects->len; i++) {
		const struct object *object = objects->pdata[i];

		for (const struct bus_property *p = object->properties; p->name; p++) {
			if (!is_interface(interface, p->interface))
				continue;
			bus_write_open_property(&dict, p->name, p->signature, &entry, &value);
			p->get(&value, object->data);
			bus_write_close_property(&dict, &entry, &value);
		}
	}
	bus_write_close(w, &dict);
	bus_request_finish(request);
}

static void describe_method(GString *xml, const struct bus_method *method)
{
	DBusSignatureIter iter;

	g_string_append_printf(xml, "<interface name=\"%s\"><method name=\"%s\">",
			       method->interface, method->name);
	dbus_signature_iter_init(&iter, method->in);
	while (dbus_signature_iter_get_current_type(&iter) != DBUS_TYPE_INVALID) {
		char *type = dbus_signature_iter_get_signature(&iter);

		g_string_append_printf(xml, "<arg type=\"%s\" direction=\"in\"/>", type);
		dbus_free(type);
		dbus_signature_iter_next(&iter);
	}
	g_string_append(xml, "</method></interface>\n");
}

static void introspect(struct bus_request *request, struct bus_reader *args,
		       const GPtrArray *objects)
{
	g_autoptr(GString) xml = g_string_new(DBUS_INTROSPECT_1_0_XML_DOCTYPE_DECL_NODE "<node>\n");

	for (guint i = 0; i < objects->len; i++) {
		const struct object *object = objects->pdata[i];

		for (const struct bus_method *m = object->methods; m->name; m++)
			describe_method(xml, m);
		for (const struct bus_property *p = object->properties; p->name; p++)
			g_string_append_printf(xml,
					       "<interface name=\"%s\"><property name=\"%s\" "
					       "type=\"%s\" access=\"read\"/></interface>\n",
					       p->interface, p->name, p->signature);
	}
	g_string_append(xml, "</node>\n");
	bus_write_string(bus_request_reply(request), xml->str);
	bus_request_finish(request);
}

struct builtin {
	const char *interface, *name, *in;
	void (*call)(struct bus_request *request, struct bus_reader *args,
		     const GPtrArray *objects);
};

static const struct builtin builtins[] = {
	{BUS_PROPERTIES, "Get", "ss", property_get},
	{BUS_PROPERTIES, "GetAll", "s", property_get_all},
	{DBUS_INTERFACE_INTROSPECTABLE, "Introspect", "", introspect},
};

/* --- incoming calls --------------------------------------------------------------------- */

static bool is_method(DBusMessage *message, const char *interface, const char *name)
{
	return is_interface(dbus_message_get_interface(message), interface) &&
	       dbus_message_has_member(message, name);
}

static bool has_signature(struct bus_request *request, const char *in)
{
	g_autofree char *text = NULL;

	if (dbus_message_has_signature(request->call, in))
		return true;
	text = g_strdup_printf("expected arguments '%s'", in);
	bus_request_fail(request, DBUS_ERROR_INVALID_ARGS, text);
	return false;
}

static void handle_call(struct bus_request *request, const GPtrArray *objects)
{
	struct bus_reader_root root;
	struct bus_reader args;

	bus_reader_init(&args, &root, request->call);
	for (guint i = 0; i < objects->len; i++) {
		const struct object *object = objects->pdata[i];

		for (const struct bus_method *m = object->methods; m->name; m++) {
			if (!is_method(request->call, m->interface, m->name))
				continue;
			if (has_signature(request, m->in))
				m->call(request, &args, object->data);
			return;
		}
	}
	for (guint i = 0; i < G_N_ELEMENTS(builtins); i++) {
		if (!is_method(request->call, builtins[i].interface, builtins[i].name))
			continue;
		if (has_signature(request, builtins[i].in))
			builtins[i].call(request, &args, objects);
		return;
	}
	bus_request_fail(request, DBUS_ERROR_UNKNOWN_METHOD, "no such method");
}

DBusHandlerResult bus_objects_handle(struct bus *bus, DBusMessage *message)
{
	const char *path = dbus_message_get_path(message);
	GPtrArray *objects = path ? g_hash_table_lookup(bus->objects, path) : NULL;

	/* libdbus answers that there is no such object. */
	if (!objects)
		return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
	handle_call(request_new(bus, message), objects);
	return DBUS_HANDLER_RESULT_HANDLED;
}

void bus_objects_init(struct bus *bus)
{
	bus->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					     (GDestroyNotify)g_ptr_array_unref);
}

void bus_objects_clear(struct bus *bus)
{
	g_clear_pointer(&bus->objects, g_hash_table_unref);
}
