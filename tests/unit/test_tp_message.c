/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Messages of text channels, taken out of what managers send. */

#include <string.h>

#include "bus/reader.h"
#include "bus/writer.h"
#include "tests/lib/test.h"
#include "tp/text_message.h"

struct build { /* one aa{sv} being written */
	DBusMessage *message;
	struct bus_writer_root root;
	struct bus_writer args, parts, part;
};

static void begin(struct build *build)
{
	build->message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
	bus_writer_init(&build->args, &build->root, build->message);
	bus_write_open_array(&build->args, "a{sv}", &build->parts);
	bus_write_open_array(&build->parts, "{sv}", &build->part);
}

static void next_part(struct build *build)
{
	bus_write_close(&build->parts, &build->part);
	bus_write_open_array(&build->parts, "{sv}", &build->part);
}

static void add_body(struct build *build, const char *type, const char *content,
		     const char *alternative)
{
	next_part(build);
	bus_write_property_string(&build->part, "content-type", type);
	bus_write_property_string(&build->part, "content", content);
	if (alternative)
		bus_write_property_string(&build->part, "alternative", alternative);
}

static void add_integer(struct build *build, const char *key, const char *type, gint64 number)
{
	struct bus_writer entry, value;

	bus_write_open_property(&build->part, key, type, &entry, &value);
	if (*type == 'x')
		bus_write_int64(&value, number);
	else if (*type == 't')
		bus_write_uint64(&value, (guint64)number);
	else
		bus_write_uint32(&value, (guint32)number);
	bus_write_close_property(&build->part, &entry, &value);
}

static struct text_message *finish(struct build *build)
{
	struct bus_reader_root root;
	struct bus_reader reader;
	struct text_message *message;

	bus_write_close(&build->parts, &build->part);
	bus_write_close(&build->args, &build->parts);
	assert_true(bus_writer_ok(&build->args));
	bus_reader_init(&reader, &root, build->message);
	message = text_message_read(&reader);
	dbus_message_unref(build->message);
	return message;
}

static void headers(void **state)
{
	struct build build;
	struct text_message *message;

	begin(&build);
	add_integer(&build, "pending-message-id", "u", 7);
	add_integer(&build, "message-type", "u", 1);
	add_integer(&build, "message-sender", "u", 42);
	add_integer(&build, "message-received", "x", 1700000000);
	bus_write_property_string(&build.part, "message-sender-id", "bob@example.org");
	bus_write_property_string(&build.part, "message-token", "tok");
	bus_write_property_bool(&build.part, "scrollback", true);
	bus_write_property_string(&build.part, "something-new", "ignored");
	add_body(&build, "text/plain", "waves", NULL);
	message = finish(&build);
	assert_non_null(message);
	assert_true(message->has_pending_id);
	assert_int_equal(message->pending_id, 7);
	assert_int_equal(message->type, 1);
	assert_int_equal(message->sender, 42);
	assert_int_equal(message->time, 1700000000);
	assert_string_equal(message->sender_id, "bob@example.org");
	assert_string_equal(message->token, "tok");
	assert_true(message->scrollback);
	assert_false(message->rescued);
	assert_string_equal(message->text, "waves");
	text_message_free(message);
}

/* Timestamps come as x, t or u; what was sent counts more than what was received. */
static void timestamps_of_any_type(void **state)
{
	static const char *const types[] = {"x", "t", "u"};

	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
		struct build build;
		struct text_message *message;

		begin(&build);
		add_integer(&build, "message-sent", types[i], 1600000000);
		add_integer(&build, "message-received", types[i], 1600000009);
		message = finish(&build);
		assert_int_equal(message->time, 1600000000);
		text_message_free(message);
	}
}

static void absurd_times_are_not_believed(void **state)
{
	static const gint64 times[] = {0, -5, G_MAXINT64, G_MININT64};

	for (unsigned i = 0; i < G_N_ELEMENTS(times); i++) {
		struct build build;
		struct text_message *message;

		begin(&build);
		add_integer(&build, "message-sent", "x", times[i]);
		message = finish(&build);
		assert_int_equal(message->time, 0);
		text_message_free(message);
	}
}

static void of_alternatives_the_plain_one(void **state)
{
	struct build build;
	struct text_message *message;

	begin(&build);
	add_body(&build, "text/html", "<b>hi</b>", "main");
	add_body(&build, "text/plain", "hi", "main");
	add_body(&build, "text/plain", "there", NULL);
	message = finish(&build);
	assert_string_equal(message->text, "hi\nthere");
	text_message_free(message);
}

static void an_only_alternative_is_shown(void **state)
{
	struct build build;
	struct text_message *message;

	begin(&build);
	add_body(&build, "text/html", "<b>hi</b>", "main");
	message = finish(&build);
	assert_string_equal(message->text, "<b>hi</b>");
	text_message_free(message);
}

static void no_text_is_named(void **state)
{
	struct build build;
	struct text_message *message;
	struct bus_writer entry, value;

	begin(&build);
	next_part(&build);
	bus_write_property_string(&build.part, "content-type", "image/png");
	bus_write_open_property(&build.part, "content", "ay", &entry, &value);
	bus_write_bytes(&value, "\x89PNG", 4);
	bus_write_close_property(&build.part, &entry, &value);
	message = finish(&build);
	assert_string_equal(message->text, "[image/png, 4 bytes]");
	text_message_free(message);
}

static void an_empty_body_is_empty(void **state)
{
	struct build build;
	struct text_message *message;

	begin(&build);
	message = finish(&build);
	assert_string_equal(message->text, "");
	assert_string_equal(message->sender_id, "");
	text_message_free(message);
}

static void delivery_report(void **state)
{
	struct build build;
	struct text_message *message;
	struct bus_writer entry, value, parts, part;

	begin(&build);
	add_integer(&build, "message-type", "u", TEXT_TYPE_REPORT);
	add_integer(&build, "delivery-status", "u", 3);
	bus_write_property_string(&build.part, "delivery-token", "tok");
	bus_write_property_string(&build.part, "delivery-dbus-error",
				  "org.freedesktop.Telepathy.Error.Offline");
	bus_write_open_property(&build.part, "delivery-echo", "aa{sv}", &entry, &value);
	bus_write_open_array(&value, "a{sv}", &parts);
	bus_write_open_array(&parts, "{sv}", &part);
	bus_write_close(&parts, &part);
	bus_write_open_array(&parts, "{sv}", &part);
	bus_write_property_string(&part, "content-type", "text/plain");
	bus_write_property_string(&part, "content", "what I said");
	bus_write_close(&parts, &part);
	bus_write_close(&value, &parts);
	bus_write_close_property(&build.part, &entry, &value);
	message = finish(&build);
	assert_non_null(message);
	assert_int_equal(message->status, 3);
	assert_string_equal(message->report_token, "tok");
	assert_string_equal(message->echo, "what I said");
	text_message_free(message);
}

static void wrong_types_drop_the_message(void **state)
{
	struct build build;

	begin(&build);
	bus_write_property_string(&build.part, "pending-message-id", "seven");
	assert_null(finish(&build));
	begin(&build);
	bus_write_property_uint32(&build.part, "message-sender-id", 3);
	assert_null(finish(&build));
	begin(&build);
	bus_write_property_uint32(&build.part, "scrollback", 1);
	assert_null(finish(&build));
}

static void no_part_at_all_is_no_message(void **state)
{
	DBusMessage *dbus_message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
	struct bus_writer_root write_root;
	struct bus_reader_root read_root;
	struct bus_writer args, parts;
	struct bus_reader reader;

	bus_writer_init(&args, &write_root, dbus_message);
	bus_write_open_array(&args, "a{sv}", &parts);
	bus_write_close(&args, &parts);
	bus_reader_init(&reader, &read_root, dbus_message);
	assert_null(text_message_read(&reader));
	assert_non_null(bus_reader_error(&reader));
	dbus_message_unref(dbus_message);
}

static struct text_message *simple(guint32 pending_id, const char *text)
{
	struct build build;

	begin(&build);
	add_integer(&build, "pending-message-id", "u", pending_id);
	add_integer(&build, "message-received", "x", 1700000000);
	add_body(&build, "text/plain", text, NULL);
	return finish(&build);
}

/* Every pheme makes the same id of the same message, and another of any other. */
static void uids(void **state)
{
	struct text_message *one = simple(1, "ok"), *again = simple(1, "ok");
	struct text_message *second = simple(2, "ok"), *other = simple(1, "no");
	g_autofree char *a = text_message_make_uid(one, "/a"),
			*b = text_message_make_uid(again, "/a");
	g_autofree char *c = text_message_make_uid(second, "/a");
	g_autofree char *d = text_message_make_uid(other, "/a");
	g_autofree char *e = text_message_make_uid(one, "/b");

	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_string_not_equal(a, d);
	assert_string_not_equal(a, e);
	assert_int_equal(strlen(a), 32);
	text_message_free(one);
	text_message_free(again);
	text_message_free(second);
	text_message_free(other);
}

static void the_older_form(void **state)
{
	DBusMessage *dbus_message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
	struct bus_writer_root write_root;
	struct bus_reader_root read_root;
	struct text_message *message;
	struct bus_writer args;
	struct bus_reader reader;

	bus_writer_init(&args, &write_root, dbus_message);
	bus_write_uint32(&args, 5);
	bus_write_uint32(&args, 1700000000);
	bus_write_uint32(&args, 9);
	bus_write_uint32(&args, 2);
	bus_write_uint32(&args, 4 | 8);
	bus_write_string(&args, "hello");
	bus_reader_init(&reader, &read_root, dbus_message);
	message = text_message_read_plain(&reader);
	assert_int_equal(message->pending_id, 5);
	assert_int_equal(message->sender, 9);
	assert_int_equal(message->type, 2);
	assert_true(message->scrollback && message->rescued);
	assert_string_equal(message->text, "hello");
	/* Nothing more to read: not another one. */
	assert_null(text_message_read_plain(&reader));
	text_message_free(message);
	dbus_message_unref(dbus_message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/tp/message/headers", headers, NULL, NULL, NULL},
		{"/tp/message/timestamps_of_any_type", timestamps_of_any_type, NULL, NULL, NULL},
		{"/tp/message/absurd_times_are_not_believed", absurd_times_are_not_believed, NULL,
		 NULL, NULL},
		{"/tp/message/of_alternatives_the_plain_one", of_alternatives_the_plain_one, NULL,
		 NULL, NULL},
		{"/tp/message/an_only_alternative_is_shown", an_only_alternative_is_shown, NULL,
		 NULL, NULL},
		{"/tp/message/no_text_is_named", no_text_is_named, NULL, NULL, NULL},
		{"/tp/message/an_empty_body_is_empty", an_empty_body_is_empty, NULL, NULL, NULL},
		{"/tp/message/delivery_report", delivery_report, NULL, NULL, NULL},
		{"/tp/message/wrong_types_drop_the_message", wrong_types_drop_the_message, NULL,
		 NULL, NULL},
		{"/tp/message/no_part_at_all_is_no_message", no_part_at_all_is_no_message, NULL,
		 NULL, NULL},
		{"/tp/message/uids", uids, NULL, NULL, NULL},
		{"/tp/message/the_older_form", the_older_form, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("tp message", tests, NULL, NULL);
}
