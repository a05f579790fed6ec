/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

void bus_reader_init(struct bus_reader *r, struct bus_reader_root *root, DBusMessage *message)
{
	root->message = message;
	root->error = NULL;
	r->root = root;
	r->empty = !dbus_message_iter_init(message, &r->iter);
}

bool bus_reader_ok(const struct bus_reader *r)
{
	return !r->root->error;
}

const char *bus_reader_error(const struct bus_reader *r)
{
	return r->root->error;
}

void bus_reader_fail(struct bus_reader *r, const char *why)
{
	struct bus_reader_root *root = r->root;

	if (root->error)
		return;
	g_strlcpy(root->text, why, sizeof root->text);
	root->error = root->text;
}

const char *bus_reader_sender(const struct bus_reader *r)
{
	const char *sender = dbus_message_get_sender(r->root->message);

	return sender ? sender : "";
}

int bus_reader_type(const struct bus_reader *r)
{
	if (r->root->error || r->empty)
		return DBUS_TYPE_INVALID;
	/* libdbus takes a plain pointer, though it only looks. */
	return dbus_message_iter_get_arg_type((DBusMessageIter *)&r->iter);
}

bool bus_reader_more(const struct bus_reader *r)
{
	return bus_reader_type(r) != DBUS_TYPE_INVALID;
}

static void fail_expected(struct bus_reader *r, const char *expected)
{
	char found[16] = "the end";
	char why[sizeof r->root->text];
	int type = bus_reader_type(r);

	if (type != DBUS_TYPE_INVALID)
		g_snprintf(found, sizeof found, "'%c'", type);
	g_snprintf(why, sizeof why, "expected '%s', found %s in a message '%s'", expected, found,
		   dbus_message_get_signature(r->root->message));
	bus_reader_fail(r, why);
}

/* True when a value of @type is at the cursor; otherwise the message is bad from now on. */
static bool expect(struct bus_reader *r, int type)
{
	char expected[2] = {(char)type, '\0'};

	if (r->root->error)
		return false;
	if (bus_reader_type(r) == type)
		return true;
	fail_expected(r, expected);
	return false;
}

/* True when an array of @element (two of them: either) is at the cursor. */
static bool expect_array(struct bus_reader *r, int element, int or_element)
{
	char expected[3] = {DBUS_TYPE_ARRAY, (char)element, '\0'};
	int found;

	if (!expect(r, DBUS_TYPE_ARRAY))
		return false;
	found = dbus_message_iter_get_element_type(&r->iter);
	if (found == element || found == or_element)
		return true;
	fail_expected(r, expected);
	return false;
}

static bool take(struct bus_reader *r, int type, void *value)
{
	if (!expect(r, type))
		return false;
	dbus_message_iter_get_basic(&r->iter, value);
	dbus_message_iter_next(&r->iter);
	return true;
}

const char *bus_read_string(struct bus_reader *r)
{
	const char *s = "";

	take(r, DBUS_TYPE_STRING, &s);
	return s;
}

const char *bus_read_path(struct bus_reader *r)
{
	const char *s = "";

	take(r, DBUS_TYPE_OBJECT_PATH, &s);
	return s;
}

bool bus_read_bool(struct bus_reader *r)
{
	dbus_bool_t value = FALSE;

	take(r, DBUS_TYPE_BOOLEAN, &value);
	return value;
}

guint8 bus_read_byte(struct bus_reader *r)
{
	guint8 value = 0;

	take(r, DBUS_TYPE_BYTE, &value);
	return value;
}

gint32 bus_read_int32(struct bus_reader *r)
{
	gint32 value = 0;

	take(r, DBUS_TYPE_INT32, &value);
	return value;
}

guint32 bus_read_uint32(struct bus_reader *r)
{
	guint32 value = 0;

	take(r, DBUS_TYPE_UINT32, &value);
	return value;
}

double bus_read_double(struct bus_reader *r)
{
	double value = 0;

	take(r, DBUS_TYPE_DOUBLE, &value);
	return value;
}

gint64 bus_read_integer(struct bus_reader *r)
{
	DBusBasicValue value = {0};
	int type = bus_reader_type(r);

	switch (type) {
	case DBUS_TYPE_BYTE:
	case DBUS_TYPE_INT16:
	case DBUS_TYPE_UINT16:
	case DBUS_TYPE_INT32:
	case DBUS_TYPE_UINT32:
	case DBUS_TYPE_INT64:
	case DBUS_TYPE_UINT64:
		take(r, type, &value);
		break;
	default:
		if (bus_reader_ok(r))
			fail_expected(r, "integer");
		return 0;
	}

	switch (type) {
	case DBUS_TYPE_BYTE:
		return value.byt;
	case DBUS_TYPE_INT16:
		return value.i16;
	case DBUS_TYPE_UINT16:
		return value.u16;
	case DBUS_TYPE_INT32:
		return value.i32;
	case DBUS_TYPE_UINT32:
		return value.u32;
	case DBUS_TYPE_INT64:
		return value.i64;
	default:
		return (gint64)MIN(value.u64, (guint64)G_MAXINT64);
	}
}

const guint8 *bus_read_bytes(struct bus_reader *r, gsize *length)
{
	DBusMessageIter inner;
	const guint8 *bytes = NULL;
	int n = 0;

	*length = 0;
	if (!expect_array(r, DBUS_TYPE_BYTE, DBUS_TYPE_BYTE))
		return NULL;
	dbus_message_iter_recurse(&r->iter, &inner);
	dbus_message_iter_get_fixed_array(&inner, &bytes, &n);
	dbus_message_iter_next(&r->iter);
	*length = (gsize)n;
	return n ? bytes : NULL;
}

char **bus_read_strings(struct bus_reader *r)
{
	GPtrArray *strings = g_ptr_array_new();
	struct bus_reader inner;

	if (expect_array(r, DBUS_TYPE_STRING, DBUS_TYPE_OBJECT_PATH)) {
		bus_read_array(r, &inner);
		while (bus_reader_more(&inner)) {
			const char *s = "";

			take(&inner, bus_reader_type(&inner), &s);
			g_ptr_array_add(strings, g_strdup(s));
		}
	}
	g_ptr_array_add(strings, NULL);
	return (char **)g_ptr_array_free(strings, FALSE);
}

GArray *bus_read_uint32s(struct bus_reader *r)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(guint32));
	DBusMessageIter inner;
	const guint32 *found = NULL;
	int n = 0;

	if (!expect_array(r, DBUS_TYPE_UINT32, DBUS_TYPE_UINT32))
		return values;
	dbus_message_iter_recurse(&r->iter, &inner);
	dbus_message_iter_get_fixed_array(&inner, &found, &n);
	if (n > 0)
		g_array_append_vals(values, found, (guint)n);
	dbus_message_iter_next(&r->iter);
	return values;
}

void bus_read_skip(struct bus_reader *r)
{
	if (bus_reader_more(r))
		dbus_message_iter_next(&r->iter);
	else if (bus_reader_ok(r))
		fail_expected(r, "a value");
}

static void open_nothing(struct bus_reader *r, struct bus_reader *inner)
{
	*inner = (struct bus_reader){.root = r->root, .empty = true};
}

/* @r stays at the container. */
static bool enter_container(struct bus_reader *r, int type, struct bus_reader *inner)
{
	open_nothing(r, inner);
	if (!expect(r, type))
		return false;
	dbus_message_iter_recurse(&r->iter, &inner->iter);
	inner->empty = false;
	return true;
}

static bool open_container(struct bus_reader *r, int type, struct bus_reader *inner)
{
	bool found = enter_container(r, type, inner);

	if (found)
		dbus_message_iter_next(&r->iter);
	return found;
}

void bus_read_array(struct bus_reader *r, struct bus_reader *inner)
{
	open_container(r, DBUS_TYPE_ARRAY, inner);
}

void bus_read_struct(struct bus_reader *r, struct bus_reader *inner)
{
	open_container(r, DBUS_TYPE_STRUCT, inner);
}

void bus_read_variant(struct bus_reader *r, struct bus_reader *inner)
{
	open_container(r, DBUS_TYPE_VARIANT, inner);
}

bool bus_read_entry(struct bus_reader *dict, struct bus_reader *entry)
{
	open_nothing(dict, entry);
	return bus_reader_more(dict) && open_container(dict, DBUS_TYPE_DICT_ENTRY, entry);
}

bool bus_read_property(struct bus_reader *dict, const char **key, struct bus_reader *value)
{
	struct bus_reader entry;

	*key = "";
	open_nothing(dict, value);
	if (!bus_read_entry(dict, &entry))
		return false;
	*key = bus_read_string(&entry);
	/* Nothing comes after it in the entry, and libdbus steps over things by walking through. */
	enter_container(&entry, DBUS_TYPE_VARIANT, value);
	return bus_reader_ok(dict);
}
