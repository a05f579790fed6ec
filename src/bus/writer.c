/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "writer.h"

#include <string.h>

void bus_writer_init(struct bus_writer *w, struct bus_writer_root *root, DBusMessage *message)
{
	*root = (struct bus_writer_root){.message = message};
	w->root = root;
	dbus_message_iter_init_append(message, &w->iter);
}

bool bus_writer_ok(const struct bus_writer *w)
{
	return !w->root->error;
}

static void fail(struct bus_writer *w, const char *why)
{
	if (!w->root->error)
		w->root->error = g_strdup(why);
}

/* Counts @size bytes in; false when the message is bad or would be too large with them. */
static bool has_room(struct bus_writer *w, gsize size)
{
	if (w->root->error)
		return false;
	if (size <= BUS_MESSAGE_MAX - w->root->size) {
		w->root->size += size;
		return true;
	}
	fail(w, "the message is too large");
	return false;
}

static void check_memory(dbus_bool_t appended)
{
	if (!appended)
		g_error("out of memory");
}

static void append(struct bus_writer *w, int type, const void *value, gsize size)
{
	if (has_room(w, size))
		check_memory(dbus_message_iter_append_basic(&w->iter, type, value));
}

void bus_write_string(struct bus_writer *w, const char *s)
{
	if (!s)
		s = "";
	if (dbus_validate_utf8(s, NULL))
		append(w, DBUS_TYPE_STRING, &s, strlen(s) + 8);
	else
		fail(w, "a text is not valid UTF-8");
}

void bus_write_path(struct bus_writer *w, const char *path)
{
	if (path && dbus_validate_path(path, NULL))
		append(w, DBUS_TYPE_OBJECT_PATH, &path, strlen(path) + 8);
	else
		fail(w, "an object path is not valid");
}

void bus_write_signature(struct bus_writer *w, const char *signature)
{
	if (signature && dbus_signature_validate(signature, NULL))
		append(w, DBUS_TYPE_SIGNATURE, &signature, strlen(signature) + 2);
	else
		fail(w, "a signature is not valid");
}

void bus_write_bool(struct bus_writer *w, bool value)
{
	dbus_bool_t b = value;

	append(w, DBUS_TYPE_BOOLEAN, &b, sizeof b);
}

void bus_write_byte(struct bus_writer *w, guint8 value)
{
	append(w, DBUS_TYPE_BYTE, &value, sizeof value);
}

void bus_write_int16(struct bus_writer *w, gint16 value)
{
	append(w, DBUS_TYPE_INT16, &value, sizeof value);
}

void bus_write_uint16(struct bus_writer *w, guint16 value)
{
	append(w, DBUS_TYPE_UINT16, &value, sizeof value);
}

void bus_write_int32(struct bus_writer *w, gint32 value)
{
	append(w, DBUS_TYPE_INT32, &value, sizeof value);
}

void bus_write_uint32(struct bus_writer *w, guint32 value)
{
	append(w, DBUS_TYPE_UINT32, &value, sizeof value);
}

void bus_write_int64(struct bus_writer *w, gint64 value)
{
	append(w, DBUS_TYPE_INT64, &value, sizeof value);
}

void bus_write_uint64(struct bus_writer *w, guint64 value)
{
	append(w, DBUS_TYPE_UINT64, &value, sizeof value);
}

void bus_write_double(struct bus_writer *w, double value)
{
	append(w, DBUS_TYPE_DOUBLE, &value, sizeof value);
}

static void write_fixed(struct bus_writer *w, int type, const char *element, const void *values,
			gsize n, gsize size)
{
	struct bus_writer inner;

	if (n > BUS_MESSAGE_MAX / size) {
		fail(w, "the message is too large");
		return;
	}
	bus_write_open_array(w, element, &inner);
	if (n > 0 && has_room(w, n * size))
		check_memory(
			dbus_message_iter_append_fixed_array(&inner.iter, type, &values, (int)n));
	bus_write_close(w, &inner);
}

void bus_write_bytes(struct bus_writer *w, const void *data, gsize length)
{
	write_fixed(w, DBUS_TYPE_BYTE, DBUS_TYPE_BYTE_AS_STRING, data, length, 1);
}

void bus_write_uint32s(struct bus_writer *w, const guint32 *values, gsize n)
{
	write_fixed(w, DBUS_TYPE_UINT32, DBUS_TYPE_UINT32_AS_STRING, values, n, sizeof *values);
}

void bus_write_strings(struct bus_writer *w, const char *const *strings)
{
	struct bus_writer inner;

	bus_write_open_array(w, DBUS_TYPE_STRING_AS_STRING, &inner);
	for (; strings && *strings; strings++)
		bus_write_string(&inner, *strings);
	bus_write_close(w, &inner);
}

static void open_container(struct bus_writer *w, int type, const char *signature,
			   struct bus_writer *inner)
{
	*inner = (struct bus_writer){
		.iter = DBUS_MESSAGE_ITER_INIT_CLOSED,
		.root = w->root,
	};
	if (has_room(w, 8))
		check_memory(
			dbus_message_iter_open_container(&w->iter, type, signature, &inner->iter));
}

void bus_write_open_array(struct bus_writer *w, const char *element, struct bus_writer *inner)
{
	/* A dict entry is only valid inside an array, so check it there. */
	g_autofree char *array = g_strconcat("a", element, NULL);

	if (!dbus_signature_validate_single(array, NULL))
		fail(w, "a signature is not valid");
	open_container(w, DBUS_TYPE_ARRAY, element, inner);
}

void bus_write_open_struct(struct bus_writer *w, struct bus_writer *inner)
{
	open_container(w, DBUS_TYPE_STRUCT, NULL, inner);
}

void bus_write_open_entry(struct bus_writer *w, struct bus_writer *inner)
{
	open_container(w, DBUS_TYPE_DICT_ENTRY, NULL, inner);
}

void bus_write_open_variant(struct bus_writer *w, const char *signature, struct bus_writer *inner)
{
	if (!signature || !dbus_signature_validate_single(signature, NULL))
		fail(w, "a signature is not valid");
	open_container(w, DBUS_TYPE_VARIANT, signature, inner);
}

void bus_write_close(struct bus_writer *w, struct bus_writer *inner)
{
	/* What was opened before the error must be given up, or it leaks. */
	if (w->root->error)
		dbus_message_iter_abandon_container_if_open(&w->iter, &inner->iter);
	else
		check_memory(dbus_message_iter_close_container(&w->iter, &inner->iter));
}

void bus_write_property_string(struct bus_writer *dict, const char *key, const char *value)
{
	struct bus_writer entry, inner;

	bus_write_open_property(dict, key, DBUS_TYPE_STRING_AS_STRING, &entry, &inner);
	bus_write_string(&inner, value);
	bus_write_close_property(dict, &entry, &inner);
}

void bus_write_property_bool(struct bus_writer *dict, const char *key, bool value)
{
	struct bus_writer entry, inner;

	bus_write_open_property(dict, key, DBUS_TYPE_BOOLEAN_AS_STRING, &entry, &inner);
	bus_write_bool(&inner, value);
	bus_write_close_property(dict, &entry, &inner);
}

void bus_write_property_uint32(struct bus_writer *dict, const char *key, guint32 value)
{
	struct bus_writer entry, inner;

	bus_write_open_property(dict, key, DBUS_TYPE_UINT32_AS_STRING, &entry, &inner);
	bus_write_uint32(&inner, value);
	bus_write_close_property(dict, &entry, &inner);
}

void bus_write_open_property(struct bus_writer *dict, const char *key, const char *signature,
			     struct bus_writer *entry, struct bus_writer *value)
{
	bus_write_open_entry(dict, entry);
	bus_write_string(entry, key);
	bus_write_open_variant(entry, signature, value);
}

void bus_write_close_property(struct bus_writer *dict, struct bus_writer *entry,
			      struct bus_writer *value)
{
	bus_write_close(entry, value);
	bus_write_close(dict, entry);
}
