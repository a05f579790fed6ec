/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/hub.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The bus of a D-Bus tube among programs that are written with another library. */

#define PROGRAMS 3
#define SERVICE  "com.example.Game"
#define BUS      "org.freedesktop.DBus"

struct world {
	struct hub *hub;
	int fds[PROGRAMS]; /* of the programs ":1.1", ":1.2", … */
	GByteArray *input[PROGRAMS];
	guint32 serial;
};

static const char *const names[PROGRAMS] = {":1.1", ":1.2", ":1.3"};

static void join(struct world *w, int who)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	w->fds[who] = pair[0];
	hub_add(w->hub, names[who], pair[1]);
}

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	signal(SIGPIPE, SIG_IGN);
	w->hub = hub_new(SERVICE, names[0]);
	for (int i = 0; i < PROGRAMS; i++) {
		w->input[i] = g_byte_array_new();
		join(w, i);
	}
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	hub_free(w->hub);
	for (int i = 0; i < PROGRAMS; i++) {
		g_byte_array_unref(w->input[i]);
		if (w->fds[i] >= 0)
			close(w->fds[i]);
	}
	g_free(w);
	return 0;
}

static void leave(struct world *w, int who)
{
	close(w->fds[who]);
	w->fds[who] = -1;
}

/* --- what programs say --- */

static guint32 say(struct world *w, int who, GDBusMessage *message)
{
	g_autoptr(GError) error = NULL;
	g_autofree guchar *blob = NULL;
	gsize size = 0, done = 0;

	g_dbus_message_set_serial(message, ++w->serial);
	blob = g_dbus_message_to_blob(message, &size, 0, &error);
	if (!blob)
		test_fail("%s", error->message);
	while (done < size) {
		ssize_t n = write(w->fds[who], blob + done, size - done);

		if (n > 0)
			done += (gsize)n;
		else
			g_main_context_iteration(NULL, FALSE);
	}
	g_object_unref(message);
	return w->serial;
}

static guint32 call(struct world *w, int who, const char *to, const char *interface,
		    const char *member, GVariant *args)
{
	GDBusMessage *message = g_dbus_message_new_method_call(to, "/", interface, member);

	if (args)
		g_dbus_message_set_body(message, args);
	return say(w, who, message);
}

static void emit(struct world *w, int who, const char *to, const char *text)
{
	GDBusMessage *message = g_dbus_message_new_signal("/", SERVICE, "Moved");

	g_dbus_message_set_destination(message, to);
	g_dbus_message_set_body(message, g_variant_new("(s)", text));
	say(w, who, message);
}

/* --- what they hear --- */

struct wanted {
	struct world *w;
	int who;
	GDBusMessageType type;
	GDBusMessage *found;
};

static GDBusMessage *take(GByteArray *input)
{
	g_autoptr(GError) error = NULL;
	GDBusMessage *message;
	gssize size;

	if (input->len < 16)
		return NULL;
	size = g_dbus_message_bytes_needed(input->data, input->len, NULL);
	assert_true(size > 0);
	if ((guint)size > input->len)
		return NULL;
	message = g_dbus_message_new_from_blob(input->data, (gsize)size, 0, &error);
	if (!message)
		test_fail("%s", error->message);
	g_byte_array_remove_range(input, 0, (guint)size);
	return message;
}

static bool hears(void *data)
{
	struct wanted *wanted = data;
	GByteArray *input = wanted->w->input[wanted->who];
	guint8 bytes[65536];
	ssize_t n;

	while ((n = read(wanted->w->fds[wanted->who], bytes, sizeof bytes)) > 0)
		g_byte_array_append(input, bytes, (guint)n);
	while (!wanted->found) {
		GDBusMessage *message = take(input);

		if (!message)
			return false;
		/* Of no interest here. */
		if (g_dbus_message_get_message_type(message) != wanted->type ||
		    !g_strcmp0(g_dbus_message_get_member(message), "NameOwnerChanged"))
			g_object_unref(message);
		else
			wanted->found = message;
	}
	return true;
}

static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	return G_SOURCE_CONTINUE;
}

static GDBusMessage *hear(struct world *w, int who, GDBusMessageType type)
{
	struct wanted wanted = {.w = w, .who = who, .type = type};
	guint watch = g_unix_fd_add(w->fds[who], G_IO_IN, on_readable, NULL);
	bool heard = test_wait_until(hears, &wanted, TEST_WAIT_MS);

	g_source_remove(watch);
	if (!heard)
		test_fail("%s heard nothing", names[who]);
	return wanted.found;
}

static void hear_signal(struct world *w, int who, const char *from, const char *text)
{
	g_autoptr(GDBusMessage) message = hear(w, who, G_DBUS_MESSAGE_TYPE_SIGNAL);

	assert_string_equal(g_dbus_message_get_sender(message), from);
	assert_string_equal(g_dbus_message_get_arg0(message), text);
}

/* The answer to a call, as text. */
static void hear_reply(struct world *w, int who, guint32 serial, const char *expected)
{
	g_autoptr(GDBusMessage) message = hear(w, who, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
	GVariant *body = g_dbus_message_get_body(message);
	g_autofree char *text = body ? g_variant_print(body, FALSE) : g_strdup("");

	assert_int_equal(g_dbus_message_get_reply_serial(message), serial);
	assert_string_equal(text, expected);
}

static void hear_error(struct world *w, int who, guint32 serial, const char *expected)
{
	g_autoptr(GDBusMessage) message = hear(w, who, G_DBUS_MESSAGE_TYPE_ERROR);

	assert_int_equal(g_dbus_message_get_reply_serial(message), serial);
	assert_string_equal(g_dbus_message_get_error_name(message), expected);
}

static bool is_closed(void *data)
{
	guint8 bytes[65536];

	return read(*(int *)data, bytes, sizeof bytes) == 0;
}

static void wait_closed(struct world *w, int who)
{
	guint watch = g_unix_fd_add(w->fds[who], G_IO_IN | G_IO_HUP, on_readable, NULL);
	bool closed = test_wait_until(is_closed, &w->fds[who], TEST_WAIT_MS);

	g_source_remove(watch);
	assert_true(closed);
}

/* --- tests --- */

static void test_broadcast(void **state)
{
	struct world *w = *state;

	emit(w, 1, NULL, "e4");
	for (int i = 0; i < PROGRAMS; i++)
		hear_signal(w, i, ":1.2", "e4");
}

static void test_one(void **state)
{
	struct world *w = *state;

	emit(w, 1, ":1.3", "for you");
	emit(w, 1, NULL, "for all");
	hear_signal(w, 0, ":1.2", "for all");
	hear_signal(w, 2, ":1.2", "for you");
	hear_signal(w, 2, ":1.2", "for all");
}

static void test_call(void **state)
{
	struct world *w = *state;
	guint32 serial = call(w, 2, ":1.2", SERVICE, "Move", g_variant_new("(s)", "d5"));
	g_autoptr(GDBusMessage) question = hear(w, 1, G_DBUS_MESSAGE_TYPE_METHOD_CALL);
	GDBusMessage *reply;

	assert_string_equal(g_dbus_message_get_sender(question), ":1.3");
	assert_string_equal(g_dbus_message_get_arg0(question), "d5");
	reply = g_dbus_message_new_method_reply(question);
	g_dbus_message_set_body(reply, g_variant_new("(b)", TRUE));
	say(w, 1, reply);
	hear_reply(w, 2, serial, "(true,)");
	/* A second answer, and one to nothing. */
	reply = g_dbus_message_new_method_reply(question);
	say(w, 1, reply);
	emit(w, 1, ":1.3", "after it");
	hear_signal(w, 2, ":1.2", "after it");
}

/* The sender is who sends, whatever is said. */
static void test_sender(void **state)
{
	struct world *w = *state;
	GDBusMessage *message = g_dbus_message_new_signal("/", SERVICE, "Moved");

	g_dbus_message_set_sender(message, ":1.1");
	g_dbus_message_set_body(message, g_variant_new("(s)", "forged"));
	say(w, 2, message);
	hear_signal(w, 1, ":1.3", "forged");
}

static void test_service_name(void **state)
{
	struct world *w = *state;
	guint32 serial = call(w, 1, BUS, BUS, "GetNameOwner", g_variant_new("(s)", SERVICE));

	hear_reply(w, 1, serial, "(':1.1',)");
	call(w, 1, SERVICE, SERVICE, "Move", g_variant_new("(s)", "x"));
	g_object_unref(hear(w, 0, G_DBUS_MESSAGE_TYPE_METHOD_CALL));
	leave(w, 0);
	while (hub_has(w->hub, ":1.1"))
		g_main_context_iteration(NULL, FALSE);
	hear_error(w, 1, w->serial, BUS ".Error.NoReply");
	serial = call(w, 1, BUS, BUS, "GetNameOwner", g_variant_new("(s)", SERVICE));
	hear_error(w, 1, serial, BUS ".Error.NameHasNoOwner");
}

static void test_driver(void **state)
{
	struct world *w = *state;

	hear_reply(w, 1, call(w, 1, BUS, BUS, "Hello", NULL), "(':1.2',)");
	hear_reply(w, 1, call(w, 1, BUS, BUS, "AddMatch", g_variant_new("(s)", "type='signal'")),
		   "");
	hear_reply(w, 1, call(w, 1, BUS, BUS, "NameHasOwner", g_variant_new("(s)", ":1.9")),
		   "(false,)");
	hear_reply(w, 0, call(w, 0, BUS, BUS, "RequestName", g_variant_new("(su)", SERVICE, 0)),
		   "(4,)");
	hear_error(w, 1, call(w, 1, BUS, BUS, "RequestName", g_variant_new("(su)", SERVICE, 0)),
		   BUS ".Error.AccessDenied");
	hear_error(w, 1, call(w, 1, BUS, BUS, "GetNameOwner", NULL), BUS ".Error.InvalidArgs");
	hear_error(w, 1, call(w, 1, NULL, SERVICE, "Move", NULL), BUS ".Error.UnknownMethod");
	hear_error(w, 1, call(w, 1, ":1.9", SERVICE, "Move", NULL), BUS ".Error.ServiceUnknown");
	hear_reply(w, 2, call(w, 2, BUS, BUS ".Peer", "Ping", NULL), "");
}

static void test_list(void **state)
{
	struct world *w = *state;
	guint32 serial = call(w, 1, BUS, BUS, "ListNames", NULL);
	g_autoptr(GDBusMessage) message = hear(w, 1, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
	g_autofree const char **list = NULL;

	assert_int_equal(g_dbus_message_get_reply_serial(message), serial);
	g_variant_get(g_dbus_message_get_body(message), "(^a&s)", &list);
	assert_int_equal(g_strv_length((GStrv)list), PROGRAMS + 2);
	for (int i = 0; i < PROGRAMS; i++)
		assert_true(g_strv_contains(list, names[i]));
	assert_true(g_strv_contains(list, SERVICE));
}

/* In pieces of any size, and several in one. */
static void test_pieces(void **state)
{
	struct world *w = *state;
	g_autoptr(GDBusMessage) message = g_dbus_message_new_signal("/", SERVICE, "Moved");
	g_autofree guchar *blob = NULL, *twice = NULL;
	gsize size;

	g_dbus_message_set_body(message, g_variant_new("(s)", "odd"));
	g_dbus_message_set_serial(message, 1);
	blob = g_dbus_message_to_blob(message, &size, 0, NULL);
	for (gsize i = 0; i < size; i++) {
		assert_int_equal(write(w->fds[0], blob + i, 1), 1);
		while (g_main_context_iteration(NULL, FALSE))
			;
	}
	hear_signal(w, 1, ":1.1", "odd");
	twice = g_malloc(2 * size);
	memcpy(twice, blob, size);
	memcpy(twice + size, blob, size);
	assert_int_equal(write(w->fds[0], twice, 2 * size), 2 * size);
	hear_signal(w, 1, ":1.1", "odd");
	hear_signal(w, 1, ":1.1", "odd");
}

static void test_large(void **state)
{
	struct world *w = *state;
	g_autofree char *text = g_strnfill(3 << 20, 'x');

	emit(w, 0, ":1.2", text);
	hear_signal(w, 1, ":1.1", text);
}

/* Costs its connection, and nobody else's. */
static void test_garbage(void **state)
{
	static const char *const garbage[] = {
		"GET / HTTP/1.0\r\nHost: x\r\n\r\n",
		/* 128 MiB are to come. */
		"l\1\0\1\0\0\0\10\1\0\0\0\0\0\0\0",
		/* Of no known type, with fields that are none. */
		"l\1\0\1\0\0\0\0\1\0\0\0\10\0\0\0\377\377\377\377\377\377\377\377",
	};
	static const gsize sizes[] = {27, 16, 24};
	struct world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(garbage); i++) {
		assert_int_equal(write(w->fds[2], garbage[i], sizes[i]), sizes[i]);
		wait_closed(w, 2);
		close(w->fds[2]);
		join(w, 2);
	}
	emit(w, 0, NULL, "well");
	hear_signal(w, 1, ":1.1", "well");
	hear_signal(w, 2, ":1.1", "well");
}

/* One that reads nothing is let go; those who read get everything. */
static void test_slow(void **state)
{
	struct world *w = *state;
	g_autofree char *text = g_strnfill(8 << 20, 'x');

	for (int i = 0; i < 10; i++) {
		emit(w, 0, NULL, text);
		hear_signal(w, 0, ":1.1", text);
		hear_signal(w, 1, ":1.1", text);
	}
	assert_false(hub_has(w->hub, ":1.3"));
}

static void test_many_calls(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < HUB_CALLS_MAX; i++)
		call(w, 1, ":1.3", SERVICE, "Move", NULL);
	hear_error(w, 1, call(w, 1, ":1.3", SERVICE, "Move", NULL), BUS ".Error.LimitsExceeded");
	leave(w, 2);
	for (int i = 0; i < HUB_CALLS_MAX; i++) {
		g_autoptr(GDBusMessage) error = hear(w, 1, G_DBUS_MESSAGE_TYPE_ERROR);

		assert_string_equal(g_dbus_message_get_error_name(error), BUS ".Error.NoReply");
	}
}

static void test_again(void **state)
{
	struct world *w = *state;
	int old = w->fds[1];

	join(w, 1);
	assert_true(test_wait_until(is_closed, &old, TEST_WAIT_MS));
	close(old);
	emit(w, 0, ":1.2", "hello");
	hear_signal(w, 1, ":1.1", "hello");
	hub_remove(w->hub, ":1.2");
	wait_closed(w, 1);
	assert_false(hub_has(w->hub, ":1.2"));
}

/* The sender's name, which is put in, makes the library move what it has of the message. */
static void test_any_length(void **state)
{
	struct world *w = *state;

	for (int length = 1; length <= 300; length++) {
		g_autofree char *tail = g_strnfill((gsize)length, 'p');
		g_autofree char *path = g_strconcat("/", tail, NULL);
		GDBusMessage *message = g_dbus_message_new_signal(path, SERVICE, "Moved");
		g_autofree char *text = g_strdup_printf("%d", length);

		g_dbus_message_set_destination(message, ":1.2");
		g_dbus_message_set_body(message, g_variant_new("(s)", text));
		say(w, 0, message);
		hear_signal(w, 1, ":1.1", text);
	}
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/local/hub/" name, function, setup, teardown, NULL                                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("broadcast", test_broadcast),
		TEST("one", test_one),
		TEST("call", test_call),
		TEST("sender", test_sender),
		TEST("service_name", test_service_name),
		TEST("driver", test_driver),
		TEST("list", test_list),
		TEST("pieces", test_pieces),
		TEST("large", test_large),
		TEST("garbage", test_garbage),
		TEST("slow", test_slow),
		TEST("many_calls", test_many_calls),
		TEST("again", test_again),
		TEST("any_length", test_any_length),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
