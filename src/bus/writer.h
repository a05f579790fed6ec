/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A validating writer of the arguments of a D-Bus message.
 *
 * libdbus aborts the process when it is given invalid UTF-8, a bad object path or a bad
 * signature; here such a value sets an error that sticks to the whole message instead,
 * and sending that message reports the error through the reply callback. Running out of
 * memory aborts, as it does everywhere in GLib.
 *
 * Writers live on the stack; a container must be closed with bus_write_close() before its
 * parent is written to again.
 */

#include <stdbool.h>
#include <glib.h>
#include <dbus/dbus.h>

/* Bytes in a message, either way: the bus ends the connection over larger ones. */
#define BUS_MESSAGE_MAX (16 * 1024 * 1024)

struct bus_writer_root {
	DBusMessage *message;
	char *error; /* owned; NULL while all is well */
	gsize size;  /* bytes written so far, about: a message over BUS_MESSAGE_MAX is refused */
};

struct bus_writer {
	DBusMessageIter iter;
	struct bus_writer_root *root;
};

/* Sets up @w at the end of @message's arguments. The owner of @root frees root->error. */
void bus_writer_init(struct bus_writer *w, struct bus_writer_root *root, DBusMessage *message);
bool bus_writer_ok(const struct bus_writer *w);

void bus_write_string(struct bus_writer *w, const char *s); /* NULL is written as "" */
void bus_write_path(struct bus_writer *w, const char *path);
void bus_write_signature(struct bus_writer *w, const char *signature);
void bus_write_bool(struct bus_writer *w, bool value);
void bus_write_byte(struct bus_writer *w, guint8 value);
void bus_write_int16(struct bus_writer *w, gint16 value);
void bus_write_uint16(struct bus_writer *w, guint16 value);
void bus_write_int32(struct bus_writer *w, gint32 value);
void bus_write_uint32(struct bus_writer *w, guint32 value);
void bus_write_int64(struct bus_writer *w, gint64 value);
void bus_write_uint64(struct bus_writer *w, guint64 value);
void bus_write_double(struct bus_writer *w, double value);
void bus_write_bytes(struct bus_writer *w, const void *data, gsize length);   /* ay */
void bus_write_strings(struct bus_writer *w, const char *const *strings);     /* as */
void bus_write_uint32s(struct bus_writer *w, const guint32 *values, gsize n); /* au */

/* @element is the signature of one element, e.g. "{sv}" for a{sv}. */
void bus_write_open_array(struct bus_writer *w, const char *element, struct bus_writer *inner);
void bus_write_open_struct(struct bus_writer *w, struct bus_writer *inner);
void bus_write_open_entry(struct bus_writer *w, struct bus_writer *inner);
/* @signature is that of the one value inside. */
void bus_write_open_variant(struct bus_writer *w, const char *signature, struct bus_writer *inner);
void bus_write_close(struct bus_writer *w, struct bus_writer *inner);

/* One entry each of an a{sv} that was opened with bus_write_open_array(w, "{sv}", …). */
void bus_write_property_string(struct bus_writer *dict, const char *key, const char *value);
void bus_write_property_bool(struct bus_writer *dict, const char *key, bool value);
void bus_write_property_uint32(struct bus_writer *dict, const char *key, guint32 value);
/* For any other type: opens entry and variant; write the value to @value, then close. */
void bus_write_open_property(struct bus_writer *dict, const char *key, const char *signature,
			     struct bus_writer *entry, struct bus_writer *value);
void bus_write_close_property(struct bus_writer *dict, struct bus_writer *entry,
			      struct bus_writer *value);
