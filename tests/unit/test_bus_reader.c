/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "src/bus/reader.h"
#include "src/bus/writer.h"

struct both {
	DBusMessage *message;
	struct bus_writer_root written;
	struct bus_writer w;
	struct bus_reader_root root;
	struct bus_reader r;
};

static int setup(void **state)
{
	struct both *both = g_new0(struct both, 1);

	both->message = dbus_message_new_signal("/a/path", "org.example.Interface", "Member");
	bus_writer_init(&both->w, &both->written, both->message);
	*state = both;
	return 0;
}

static int teardown(void **state)
{
	struct both *both = *state;

	g_free(both->written.error);
	dbus_message_unref(both->message);
	g_free(both);
	return 0;
}

static struct bus_reader *read_back(struct both *both)
{
	assert_true(bus_writer_ok(&both->w));
	bus_reader_init(&both->r, &both->root, both->message);
	return &both->r;
}

static void test_basic_types(void **state)
{
	struct both *both = *state;
	struct bus_writer *w = &both->w;
	struct bus_reader *r;

	bus_write_string(w, "grüße");
	bus_write_string(w, NULL);
	bus_write_path(w, "/x");
	bus_write_bool(w, true);
	bus_write_byte(w, 200);
	bus_write_int32(w, -5);
	bus_write_uint32(w, G_MAXUINT32);
	bus_write_double(w, 0.5);
	r = read_back(both);
	assert_string_equal(bus_read_string(r), "grüße");
	assert_string_equal(bus_read_string(r), "");
	assert_string_equal(bus_read_path(r), "/x");
	assert_true(bus_read_bool(r));
	assert_int_equal(bus_read_byte(r), 200);
	assert_int_equal(bus_read_int32(r), -5);
	assert_int_equal(bus_read_uint32(r), G_MAXUINT32);
	assert_true(bus_read_double(r) == 0.5);
	assert_false(bus_reader_more(r));
	assert_true(bus_reader_ok(r));
	assert_null(bus_reader_error(r));
}

static void test_integers(void **state)
{
	struct both *both = *state;
	struct bus_writer *w = &both->w;
	struct bus_reader *r;

	bus_write_byte(w, 255);
	bus_write_int16(w, G_MININT16);
	bus_write_uint16(w, G_MAXUINT16);
	bus_write_int32(w, G_MININT32);
	bus_write_uint32(w, G_MAXUINT32);
	bus_write_int64(w, G_MININT64);
	bus_write_uint64(w, 7);
	bus_write_uint64(w, G_MAXUINT64);
	r = read_back(both);
	assert_true(bus_read_integer(r) == 255);
	assert_true(bus_read_integer(r) == G_MININT16);
	assert_true(bus_read_integer(r) == G_MAXUINT16);
	assert_true(bus_read_integer(r) == G_MININT32);
	assert_true(bus_read_integer(r) == G_MAXUINT32);
	assert_true(bus_read_integer(r) == G_MININT64);
	assert_true(bus_read_integer(r) == 7);
	assert_true(bus_read_integer(r) == G_MAXINT64);
	assert_true(bus_reader_ok(r));
	assert_true(bus_read_integer(r) == 0);
	assert_false(bus_reader_ok(r));
}

static void test_integer_is_no_string(void **state)
{
	struct both *both = *state;
	struct bus_reader *r;

	bus_write_string(&both->w, "7");
	r = read_back(both);
	assert_true(bus_read_integer(r) == 0);
	assert_string_equal(bus_reader_error(r), "expected 'integer', found 's' in a message 's'");
}

static void test_wrong_type_sticks(void **state)
{
	struct both *both = *state;
	struct bus_reader *r;

	bus_write_uint32(&both->w, 1);
	bus_write_string(&both->w, "never seen");
	r = read_back(both);
	assert_string_equal(bus_read_string(r), "");
	assert_false(bus_reader_ok(r));
	assert_string_equal(bus_reader_error(r), "expected 's', found 'u' in a message 'us'");
	assert_int_equal(bus_read_uint32(r), 0);
	assert_string_equal(bus_read_string(r), "");
	assert_false(bus_reader_more(r));
	assert_int_equal(bus_reader_type(r), 0);
}

static void test_past_the_end(void **state)
{
	struct both *both = *state;
	struct bus_reader *r = read_back(both);

	assert_false(bus_reader_more(r));
	assert_true(bus_reader_ok(r));
	assert_string_equal(bus_read_path(r), "");
	assert_string_equal(bus_reader_error(r), "expected 'o', found the end in a message ''");
}

static void test_each_type_is_checked(void **state)
{
	struct both *both = *state;
	struct bus_reader inner;
	gsize length;

	bus_write_int16(&both->w, 1);
	for (int i = 0; i < 14; i++) {
		struct bus_reader *r = read_back(both);

		switch (i) {
		case 0:
			assert_string_equal(bus_read_string(r), "");
			break;
		case 1:
			assert_string_equal(bus_read_path(r), "");
			break;
		case 2:
			assert_false(bus_read_bool(r));
			break;
		case 3:
			assert_int_equal(bus_read_byte(r), 0);
			break;
		case 4:
			assert_int_equal(bus_read_int32(r), 0);
			break;
		case 5:
			assert_int_equal(bus_read_uint32(r), 0);
			break;
		case 6:
			assert_true(bus_read_double(r) == 0);
			break;
		case 7:
			assert_null(bus_read_bytes(r, &length));
			break;
		case 8:
			g_strfreev(bus_read_strings(r));
			break;
		case 9:
			g_array_unref(bus_read_uint32s(r));
			break;
		case 10:
			bus_read_array(r, &inner);
			break;
		case 11:
			bus_read_struct(r, &inner);
			break;
		case 12:
			bus_read_variant(r, &inner);
			break;
		case 13:
			assert_false(bus_read_entry(r, &inner));
			break;
		}
		assert_false(bus_reader_ok(r));
		if (i >= 10)
			assert_false(bus_reader_more(&inner));
	}
}

static void test_arrays(void **state)
{
	static const char *const strings[] = {"a", "", "c", NULL};
	static const guint32 numbers[] = {1, 2, G_MAXUINT32};
	struct both *both = *state;
	struct bus_writer *w = &both->w;
	struct bus_reader *r;
	g_auto(GStrv) read = NULL;
	g_autoptr(GArray) array = NULL;
	const guint8 *bytes;
	gsize length;

	bus_write_strings(w, strings);
	bus_write_uint32s(w, numbers, 3);
	bus_write_bytes(w, "\0\1\2", 3);
	r = read_back(both);
	read = bus_read_strings(r);
	assert_int_equal(g_strv_length(read), 3);
	assert_string_equal(read[2], "c");
	array = bus_read_uint32s(r);
	assert_int_equal(array->len, 3);
	assert_memory_equal(array->data, numbers, sizeof numbers);
	bytes = bus_read_bytes(r, &length);
	assert_int_equal(length, 3);
	assert_memory_equal(bytes, "\0\1\2", 3);
	assert_false(bus_reader_more(r));
	assert_true(bus_reader_ok(r));
}

static void test_empty_arrays(void **state)
{
	struct both *both = *state;
	struct bus_writer *w = &both->w, dict;
	struct bus_reader *r, inner, value;
	g_auto(GStrv) read = NULL;
	g_autoptr(GArray) array = NULL;
	const char *key;
	gsize length = 1;

	bus_write_strings(w, NULL);
	bus_write_uint32s(w, NULL, 0);
	bus_write_bytes(w, NULL, 0);
	bus_write_open_array(w, "{sv}", &dict);
	bus_write_close(w, &dict);
	r = read_back(both);
	read = bus_read_strings(r);
	assert_null(read[0]);
	array = bus_read_uint32s(r);
	assert_int_equal(array->len, 0);
	assert_null(bus_read_bytes(r, &length));
	assert_int_equal(length, 0);
	bus_read_array(r, &inner);
	assert_false(bus_read_property(&inner, &key, &value));
	assert_string_equal(key, "");
	assert_true(bus_reader_ok(r));
}

static void test_paths_as_strings(void **state)
{
	struct both *both = *state;
	struct bus_writer inner;
	g_auto(GStrv) read = NULL;

	bus_write_open_array(&both->w, "o", &inner);
	bus_write_path(&inner, "/x");
	bus_write_path(&inner, "/y");
	bus_write_close(&both->w, &inner);
	read = bus_read_strings(read_back(both));
	assert_int_equal(g_strv_length(read), 2);
	assert_string_equal(read[1], "/y");
}

static void test_array_of_others(void **state)
{
	static const guint32 numbers[] = {1};
	struct both *both = *state;
	g_auto(GStrv) read = NULL;
	gsize length;

	bus_write_uint32s(&both->w, numbers, 1);
	read = bus_read_strings(read_back(both));
	assert_null(read[0]);
	assert_string_equal(bus_reader_error(&both->r),
			    "expected 'as', found 'a' in a message 'au'");
	assert_null(bus_read_bytes(read_back(both), &length));
	assert_false(bus_reader_ok(&both->r));
}

/* a(us): (1, "one"), (2, "two"); then a{sv}; then b. */
static void write_nested(struct bus_writer *w)
{
	struct bus_writer array, tuple, dict, entry, value;

	bus_write_open_array(w, "(us)", &array);
	for (guint32 i = 1; i <= 2; i++) {
		bus_write_open_struct(&array, &tuple);
		bus_write_uint32(&tuple, i);
		bus_write_string(&tuple, i == 1 ? "one" : "two");
		bus_write_close(&array, &tuple);
	}
	bus_write_close(w, &array);

	bus_write_open_array(w, "{sv}", &dict);
	bus_write_property_string(&dict, "name", "pheme");
	bus_write_property_bool(&dict, "true", true);
	bus_write_property_uint32(&dict, "number", 7);
	bus_write_open_property(&dict, "signature", "g", &entry, &value);
	bus_write_signature(&value, "a{sv}");
	bus_write_close_property(&dict, &entry, &value);
	bus_write_close(w, &dict);
	bus_write_bool(w, true);
}

static void test_containers(void **state)
{
	struct both *both = *state;
	struct bus_reader *r, array, tuple, dict, value;
	unsigned tuples = 0, entries = 0;
	const char *key;

	write_nested(&both->w);
	r = read_back(both);
	bus_read_array(r, &array);
	while (bus_reader_more(&array)) {
		bus_read_struct(&array, &tuple);
		assert_int_equal(bus_read_uint32(&tuple), ++tuples);
		assert_string_equal(bus_read_string(&tuple), tuples == 1 ? "one" : "two");
		assert_false(bus_reader_more(&tuple));
	}
	assert_int_equal(tuples, 2);
	bus_read_array(r, &dict);
	while (bus_read_property(&dict, &key, &value)) {
		entries++;
		if (g_str_equal(key, "name"))
			assert_string_equal(bus_read_string(&value), "pheme");
		else if (g_str_equal(key, "true"))
			assert_true(bus_read_bool(&value));
		else if (g_str_equal(key, "number"))
			assert_int_equal(bus_read_uint32(&value), 7);
	}
	assert_int_equal(entries, 4);
	assert_true(bus_read_bool(r));
	assert_true(bus_reader_ok(r));
}

static void test_skip(void **state)
{
	struct both *both = *state;
	struct bus_reader *r;

	write_nested(&both->w);
	r = read_back(both);
	bus_read_skip(r);
	bus_read_skip(r);
	assert_true(bus_read_bool(r));
	assert_true(bus_reader_ok(r));
	bus_read_skip(r);
	assert_false(bus_reader_ok(r));
}

static void test_inner_error_reaches_the_root(void **state)
{
	struct both *both = *state;
	struct bus_reader *r, array, tuple;
	unsigned loops = 0;

	write_nested(&both->w);
	r = read_back(both);
	bus_read_array(r, &array);
	while (bus_reader_more(&array)) {
		bus_read_struct(&array, &tuple);
		assert_string_equal(bus_read_string(&tuple), "");
		loops++;
	}
	assert_int_equal(loops, 1);
	assert_false(bus_reader_ok(r));
	assert_false(bus_reader_more(r));
}

static void test_array_of_structs_is_no_dict(void **state)
{
	struct both *both = *state;
	struct bus_reader *r, array, entry, value;
	const char *key;

	write_nested(&both->w);
	r = read_back(both);
	bus_read_array(r, &array);
	assert_false(bus_read_property(&array, &key, &value));
	assert_string_equal(key, "");
	assert_string_equal(bus_read_string(&value), "");
	assert_false(bus_read_entry(&array, &entry));
	assert_false(bus_reader_ok(r));
}

static void test_entries_of_other_types(void **state)
{
	struct both *both = *state;
	struct bus_writer dict, inner;
	struct bus_reader *r, array, entry;
	guint32 sum = 0;

	bus_write_open_array(&both->w, "{uu}", &dict);
	for (guint32 i = 1; i <= 3; i++) {
		bus_write_open_entry(&dict, &inner);
		bus_write_uint32(&inner, i);
		bus_write_uint32(&inner, i * 10);
		bus_write_close(&dict, &inner);
	}
	bus_write_close(&both->w, &dict);
	r = read_back(both);
	bus_read_array(r, &array);
	while (bus_read_entry(&array, &entry)) {
		sum += bus_read_uint32(&entry);
		sum += bus_read_uint32(&entry);
	}
	assert_int_equal(sum, 66);
	assert_true(bus_reader_ok(r));
}

static void test_own_check(void **state)
{
	struct both *both = *state;
	struct bus_reader *r = read_back(both);

	bus_reader_fail(r, "a handle of 0");
	bus_reader_fail(r, "a second reason");
	assert_string_equal(bus_reader_error(r), "a handle of 0");
}

static void test_sender(void **state)
{
	struct both *both = *state;
	struct bus_reader *r = read_back(both);

	assert_string_equal(bus_reader_sender(r), "");
}

/* --- the writer ------------------------------------------------------------------------- */

static void test_writer_refuses(void **state)
{
	static const char *const bad[] = {"\xff", "\xed\xa0\x80", "a\xc3"};
	struct both *both = *state;

	for (guint i = 0; i < G_N_ELEMENTS(bad) + 6; i++) {
		struct bus_writer inner;

		g_clear_pointer(&both->written.error, g_free);
		if (i < G_N_ELEMENTS(bad))
			bus_write_string(&both->w, bad[i]);
		switch ((int)(i - G_N_ELEMENTS(bad))) {
		case 0:
			bus_write_path(&both->w, "not/a/path");
			break;
		case 1:
			bus_write_path(&both->w, NULL);
			break;
		case 2:
			bus_write_signature(&both->w, "(");
			break;
		case 3:
			bus_write_signature(&both->w, NULL);
			break;
		case 4:
			bus_write_open_array(&both->w, "{vs}", &inner);
			bus_write_close(&both->w, &inner);
			break;
		case 5:
			bus_write_open_variant(&both->w, "ss", &inner);
			bus_write_close(&both->w, &inner);
			break;
		}
		assert_false(bus_writer_ok(&both->w));
	}
}

static void test_writer_error_in_containers(void **state)
{
	struct both *both = *state;
	struct bus_writer dict, entry, value, inner;

	bus_write_open_array(&both->w, "{sv}", &dict);
	bus_write_open_property(&dict, "key", "(s)", &entry, &value);
	bus_write_open_struct(&value, &inner);
	bus_write_string(&inner, "\xff");
	bus_write_close(&value, &inner);
	bus_write_close_property(&dict, &entry, &value);
	bus_write_property_bool(&dict, "more", true);
	bus_write_close(&both->w, &dict);
	bus_write_string(&both->w, "and more");
	assert_false(bus_writer_ok(&both->w));
}

static void test_writer_is_bounded(void **state)
{
	struct both *both = *state;
	g_autofree guint8 *bytes = g_malloc0(BUS_MESSAGE_MAX / 2);
	unsigned written = 0;

	while (bus_writer_ok(&both->w) && written++ < 100)
		bus_write_bytes(&both->w, bytes, BUS_MESSAGE_MAX / 2);
	assert_int_equal(written, 2);
	bus_write_bytes(&both->w, bytes, G_MAXSIZE);
	assert_string_equal(both->written.error, "the message is too large");
}

#define TEST(test_name, function)                                                                  \
	{                                                                                          \
		.name = (test_name), .test_func = (function), .setup_func = setup,                 \
		.teardown_func = teardown                                                          \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/bus/reader/basic types", test_basic_types),
		TEST("/bus/reader/integers of any type", test_integers),
		TEST("/bus/reader/string is no integer", test_integer_is_no_string),
		TEST("/bus/reader/wrong type sticks", test_wrong_type_sticks),
		TEST("/bus/reader/past the end", test_past_the_end),
		TEST("/bus/reader/each type is checked", test_each_type_is_checked),
		TEST("/bus/reader/arrays", test_arrays),
		TEST("/bus/reader/empty arrays", test_empty_arrays),
		TEST("/bus/reader/paths as strings", test_paths_as_strings),
		TEST("/bus/reader/array of other elements", test_array_of_others),
		TEST("/bus/reader/containers", test_containers),
		TEST("/bus/reader/skip", test_skip),
		TEST("/bus/reader/inner error reaches the root", test_inner_error_reaches_the_root),
		TEST("/bus/reader/structs are no dict", test_array_of_structs_is_no_dict),
		TEST("/bus/reader/entries of other types", test_entries_of_other_types),
		TEST("/bus/reader/check of the caller", test_own_check),
		TEST("/bus/reader/sender", test_sender),
		TEST("/bus/writer/refuses what libdbus aborts over", test_writer_refuses),
		TEST("/bus/writer/error inside containers", test_writer_error_in_containers),
		TEST("/bus/writer/message is bounded", test_writer_is_bounded),
	};

	return cmocka_run_group_tests_name("bus/reader", tests, NULL, NULL);
}
