/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A checked cursor over the arguments of a D-Bus message.
 *
 * Read straight on, without a test after each step: a read of the wrong type (or past the
 * end) returns a harmless zero value ("" for strings, never NULL), and sets an error that
 * sticks to the *whole message*: the root cursor and every cursor opened from it. Check
 * bus_reader_ok() once at the end, before acting on what was read; a message of another
 * shape is dropped as a whole and logged by the caller with bus_reader_error().
 *
 * A cursor lives on the stack and borrows everything from the message: strings and bytes
 * are valid until the callback that was given the cursor returns. Loops over containers
 * always end, also after an error.
 */

#include <stdbool.h>
#include <glib.h>
#include <dbus/dbus.h>

struct bus_reader_root {
	DBusMessage *message;
	const char *error; /* what was expected, NULL while all is well; points into text */
	char text[128];
};

struct bus_reader {
	DBusMessageIter iter;
	struct bus_reader_root *root;
	bool empty; /* a cursor that was opened on nothing, after an error */
};

/* Sets up @r at the first argument of @message (borrowed). */
void bus_reader_init(struct bus_reader *r, struct bus_reader_root *root, DBusMessage *message);

bool bus_reader_ok(const struct bus_reader *r);
/* "expected 's', found 'u' in a message 'ua{sv}'": for the log; NULL when ok. */
const char *bus_reader_error(const struct bus_reader *r);
/* Marks the message as bad: for checks of a caller's own. The first reason stays. */
void bus_reader_fail(struct bus_reader *r, const char *why);

/* Unique name of the sender; "" where there is none. */
const char *bus_reader_sender(const struct bus_reader *r);

/* D-Bus type code at the cursor, or 0 at the end of the container (or after an error). */
int bus_reader_type(const struct bus_reader *r);
/* True while something is left to read and the message is good: the condition of a loop. */
bool bus_reader_more(const struct bus_reader *r);

/* Each reads one value and steps past it. */
const char *bus_read_string(struct bus_reader *r); /* s */
const char *bus_read_path(struct bus_reader *r);   /* o */
bool bus_read_bool(struct bus_reader *r);
guint8 bus_read_byte(struct bus_reader *r);
gint32 bus_read_int32(struct bus_reader *r);
guint32 bus_read_uint32(struct bus_reader *r);
double bus_read_double(struct bus_reader *r);
/* Any integer type (y n q i u x t), clamped to gint64: managers disagree on timestamps. */
gint64 bus_read_integer(struct bus_reader *r);
/* ay or any other fixed byte array. NULL and 0 when empty. */
const guint8 *bus_read_bytes(struct bus_reader *r, gsize *length);
/* as or ao: a new NULL-terminated array of copies (g_strfreev); empty, never NULL. */
char **bus_read_strings(struct bus_reader *r);
/* au: new array of guint32 (g_array_unref), empty, never NULL. */
GArray *bus_read_uint32s(struct bus_reader *r);
/* Steps past one value of any type. */
void bus_read_skip(struct bus_reader *r);

/* Each opens the container at the cursor as @inner and steps the outer cursor past it. */
void bus_read_array(struct bus_reader *r, struct bus_reader *inner);
void bus_read_struct(struct bus_reader *r, struct bus_reader *inner);
void bus_read_variant(struct bus_reader *r, struct bus_reader *inner);

/*
 * For a cursor opened with bus_read_array() on any a{…}: opens the next entry as @entry,
 * to read key and value from. False at the end.
 */
bool bus_read_entry(struct bus_reader *dict, struct bus_reader *entry);
/*
 * For a cursor opened on a{sv}: sets @key and opens the value *inside* its variant.
 * False at the end. Not reading the value is fine.
 */
bool bus_read_property(struct bus_reader *dict, const char **key, struct bus_reader *value);
