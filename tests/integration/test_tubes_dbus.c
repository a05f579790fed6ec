/* SPDX-License-Identifier: GPL-3.0-or-later */

/* D-Bus tubes between phemes, with a contact and in a room: programs that are written for any bus
 * talk through them. Some are started by pheme, some find the address that it tells. */

#include "tests/lib/local.h"
#include "tests/lib/test.h"
#include "tests/lib/users.h"
#include "tests/lib/wait.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define GAME   "org.example.Game"
#define OFFER  "--timeout", "20", "--tube-offer"
#define ACCEPT "--timeout", "20", "--tube-accept"

/* --- programs ----------------------------------------------------------------------------- */

struct program {
	GDBusConnection *bus;
	GPtrArray *heard; /* char *: what was broadcast, or said to it */
	guint object, signal;
};

static void on_signal(GDBusConnection *connection, const char *sender, const char *path,
		      const char *interface, const char *member, GVariant *args, void *data)
{
	struct program *program = data;
	const char *text;

	g_variant_get(args, "(&s)", &text);
	g_ptr_array_add(program->heard, g_strdup(text));
}

static void on_method(GDBusConnection *bus, const char *sender, const char *path,
		      const char *interface, const char *method, GVariant *args,
		      GDBusMethodInvocation *invocation, void *data)
{
	struct program *program = data;
	const char *text;

	g_variant_get(args, "(&s)", &text);
	g_ptr_array_add(program->heard, g_strdup(text));
	g_dbus_method_invocation_return_value(invocation, g_variant_new("(i)", (int)strlen(text)));
}

/* In a room it is a bus, with a contact only the other program. */
static void program_start(struct program *program, const char *address, bool is_bus)
{
	static const GDBusInterfaceVTable vtable = {on_method, NULL, NULL, {NULL}};
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(
		"<node><interface name='" GAME "'><method name='Say'>"
		"<arg type='s' direction='in'/><arg type='i' direction='out'/>"
		"</method></interface></node>",
		NULL);
	g_autoptr(GError) error = NULL;

	program->heard = g_ptr_array_new_with_free_func(g_free);
	program->bus = g_dbus_connection_new_for_address_sync(
		address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			/* What is called at once finds the object; a bus has to say Hello first. */
			(is_bus ? G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION
				: G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING),
		NULL, NULL, &error);
	if (!program->bus)
		test_fail("cannot connect to %s: %s", address, error->message);
	g_dbus_connection_set_exit_on_close(program->bus, FALSE);
	program->object = g_dbus_connection_register_object(
		program->bus, "/game", info->interfaces[0], &vtable, program, NULL, NULL);
	program->signal = g_dbus_connection_signal_subscribe(
		program->bus, NULL, GAME, "Moved", NULL, NULL, 0, on_signal, program, NULL);
	if (!is_bus)
		g_dbus_connection_start_message_processing(program->bus);
}

static void program_stop(struct program *program)
{
	/* What is still on its way to it is not delivered then. */
	g_dbus_connection_signal_unsubscribe(program->bus, program->signal);
	g_dbus_connection_unregister_object(program->bus, program->object);
	g_dbus_connection_close_sync(program->bus, NULL, NULL);
	g_object_unref(program->bus);
	g_ptr_array_unref(program->heard);
}

static void program_emit(struct program *program, const char *text)
{
	g_dbus_connection_emit_signal(program->bus, NULL, "/game", GAME, "Moved",
				      g_variant_new("(s)", text), NULL);
	g_dbus_connection_flush_sync(program->bus, NULL, NULL);
}

struct expected {
	const struct program *program;
	const char *text;
};

static bool has_heard(void *data)
{
	const struct expected *expected = data;
	const GPtrArray *heard = expected->program->heard;

	for (guint i = 0; i < heard->len; i++)
		if (!strcmp(heard->pdata[i], expected->text))
			return true;
	return false;
}

static void program_hears(const struct program *program, const char *text)
{
	struct expected expected = {program, text};

	if (!test_wait_until(has_heard, &expected, TEST_WAIT_MS))
		test_fail("nobody said \"%s\"", text);
}

struct reply {
	bool done;
	int number; /* -1: an error */
};

static void on_reply(GObject *source, GAsyncResult *result, void *data)
{
	struct reply *reply = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) value =
		g_dbus_connection_call_finish((GDBusConnection *)source, result, &error);

	if (value)
		g_variant_get(value, "(i)", &reply->number);
	else
		print_message("%s\n", error->message);
	reply->done = true;
}

static bool has_reply(void *data)
{
	return ((struct reply *)data)->done;
}

/* The other's method, which knows how long the text is; -1 for an error. */
static int program_call(struct program *program, const char *to, const char *text)
{
	struct reply reply = {false, -1};

	g_dbus_connection_call(program->bus, to, "/game", GAME, "Say", g_variant_new("(s)", text),
			       NULL, 0, TEST_WAIT_MS, NULL, on_reply, &reply);
	assert_true(test_wait_until(has_reply, &reply, TEST_WAIT_MS));
	return reply.number;
}

/* The address that a pheme tells. */
static void start_at(struct program *program, struct pheme_world *w, const char *name, bool is_bus)
{
	g_autofree char *rest = users_wait_said(w, name, "unix:path=");
	g_autofree char *address = g_strconcat("unix:path=", rest, NULL);

	program_start(program, address, is_bus);
}

/* --- with a contact ----------------------------------------------------------------------- */

static void test_contact(void **state)
{
	struct pheme_world *w = *state;
	struct program a, b;
	pid_t ben, ann;

	users_add(w, "ann", "");
	users_add(w, "ben", "");
	ben = users_start(w, "ben", NULL, USERS_ARGS(ACCEPT, "ann", "dbus:" GAME));
	ann = users_start(w, "ann", NULL, USERS_ARGS(OFFER, "ben", "dbus:" GAME, "-"));
	start_at(&b, w, "ben", false);
	start_at(&a, w, "ann", false);
	program_emit(&a, "e4");
	program_hears(&b, "e4");
	program_emit(&b, "e5");
	program_hears(&a, "e5");
	assert_int_equal(program_call(&a, NULL, "hello"), 5);
	assert_int_equal(program_call(&b, NULL, "hi"), 2);
	program_stop(&a);
	program_stop(&b);
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_check_clean(w, "ann");
	users_check_clean(w, "ben");
}

/* A stock program, started by the accepting pheme, which ends with it. */
static void test_exec(void **state)
{
	struct pheme_world *w = *state;
	struct program a;
	pid_t ben, ann;

	users_add(w, "ann", "");
	users_add(w, "ben", "");
	ben = users_start(w, "ben", NULL,
			  USERS_ARGS(ACCEPT, "ann", GAME, "--exec",
				     "sh -c 'exec dbus-send --peer=\"$PHEME_TUBE_ADDRESS\" "
				     "--print-reply --type=method_call /game org.example.Game.Say "
				     "string:\"$PHEME_TUBE_SERVICE\"'"));
	ann = users_start(w, "ann", NULL, USERS_ARGS(OFFER, "ben", "dbus:" GAME, "-"));
	start_at(&a, w, "ann", false);
	program_hears(&a, GAME);
	users_wait_exit(ben, 0);
	users_wait_exit(ann, 0);
	program_stop(&a);
	users_check_clean(w, "ben");
}

/* --- in a room ---------------------------------------------------------------------------- */

static void add_members(struct pheme_world *w)
{
	users_add(w, "ann", "autojoin=#hall\n");
	users_add(w, "ben", "autojoin=#hall\n");
	users_add(w, "cat", "autojoin=#hall\n");
}

static void test_room(void **state)
{
	struct pheme_world *w = *state;
	struct program a, b, c;
	pid_t ann, ben, cat;

	add_members(w);
	ben = users_start(w, "ben", NULL, USERS_ARGS(ACCEPT));
	ann = users_start(w, "ann", NULL, USERS_ARGS(OFFER, "#hall", "dbus:" GAME, "-"));
	start_at(&a, w, "ann", true);
	start_at(&b, w, "ben", true);
	program_emit(&a, "one");
	program_hears(&b, "one");
	/* Late. */
	cat = users_start(w, "cat", NULL, USERS_ARGS(ACCEPT, "#hall", "dbus:" GAME));
	start_at(&c, w, "cat", true);
	program_emit(&c, "two");
	program_hears(&a, "two");
	program_hears(&b, "two");
	program_hears(&c, "two");
	assert_int_equal(program_call(&b, g_dbus_connection_get_unique_name(c.bus), "three"), 5);
	assert_int_equal(program_call(&c, g_dbus_connection_get_unique_name(b.bus), "four"), 4);
	/* Who offers it has the service's name. */
	assert_int_equal(program_call(&c, GAME, "five"), 4);
	program_hears(&a, "five");
	/* One goes, the others stay. */
	users_stop(ben);
	assert_int_equal(program_call(&c, g_dbus_connection_get_unique_name(b.bus), "gone"), -1);
	program_emit(&c, "six");
	program_hears(&a, "six");
	program_stop(&a);
	program_stop(&b);
	program_stop(&c);
	users_stop(ann);
	users_wait_exit(cat, 0);
	users_check_clean(w, "ann");
	users_check_clean(w, "cat");
}

/* As users have it: typed, answered, looked at; with programs that pheme starts. */
static void test_screen(void **state)
{
	struct pheme_world *w = *state;
	const struct pheme_options at_ann = {.place = "ann", .rows = 24, .cols = 110};
	const struct pheme_options at_ben = {.place = "ben", .rows = 24, .cols = 110};
	struct screen *ann, *ben;
	g_autofree char *mark = test_env_path(w->env, "mark");
	g_autofree char *run = g_strdup_printf(
		"/tube accept 1 exec:sh -c 'dbus-monitor --address \"$PHEME_TUBE_ADDRESS\" >%s'",
		mark);
	pid_t cat;

	add_members(w);
	ann = pheme_start_until(w, &at_ann, "connected as");
	ben = pheme_start_until(w, &at_ben, "connected as");
	screen_key(ann, "M-1");
	screen_wait_text(ann, "#hall (2)");
	screen_key(ben, "M-1");
	screen_line(ann, "/tube offer dbus:" GAME);
	screen_wait_text(ann, "(dbus:" GAME " to #hall) is open:");
	screen_wait_text(ann, "unix:path=");
	screen_wait_text(ben, "ann offers dbus:" GAME);
	screen_line(ben, run);
	screen_wait_text(ben, "from ann in #hall) is");
	/* It comes, asks and goes; dbus-monitor sees that. */
	cat = users_start(w, "cat", NULL,
			  USERS_ARGS(ACCEPT, "#hall", GAME, "--exec",
				     "sh -c 'exec dbus-send --bus=\"$PHEME_TUBE_ADDRESS\" "
				     "--dest=org.freedesktop.DBus --print-reply "
				     "/org/freedesktop/DBus org.freedesktop.DBus.ListNames'"));
	users_wait_exit(cat, 0);
	assert_true(test_wait_file(mark, 0, ":1.3", TEST_WAIT_MS) >= 0);
	screen_key(ann, "F3");
	screen_wait_text(ann, ":1.1 ");
	screen_wait_text(ann, ":1.2 ben");
	screen_wait_text(ann, "programs connect to");
	screen_wait_text(ann, "unix:path=");
	screen_wait_no_text(ann, ":1.3 ");
	screen_type(ann, "q");
	screen_line(ben, "/tube list");
	screen_wait_text(ben, ":1.1 ann");
	screen_line(ben, "/tube close");
	screen_wait_text(ben, "closed");
	screen_line(ann, "/tube list");
	screen_wait_no_text(ann, ":1.2 ben");
	pheme_quit(w, ben);
	pheme_quit(w, ann);
	users_check_clean(w, "ann");
	users_check_clean(w, "ben");
}

/* A service of pheme.conf, by its full name. */
static void test_rule(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *mark = test_env_path(w->env, "mark");
	g_autofree char *conf =
		g_strdup_printf("[tube game]\nservice=dbus:" GAME "\n"
				"accept=sh -c 'echo \"$PHEME_TUBE_ADDRESS\" >%s'\nalways=%s/ann\n",
				mark, g_get_user_name());
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *ben;
	pid_t ann;

	users_add(w, "ann", "");
	users_add(w, "ben", "");
	test_env_write(w->env, "ben/config/pheme/pheme.conf", conf);
	ben = pheme_start_until(w, &options, "connected as");
	ann = users_start(w, "ann", NULL, USERS_ARGS(OFFER, "ben", "dbus:" GAME, "-"));
	assert_true(test_wait_file(mark, 0, "unix:path=", TEST_WAIT_MS) >= 0);
	users_stop(ann);
	pheme_quit(w, ben);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/tubes/dbus/" name, fn, users_setup, users_teardown, NULL                         \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("contact", test_contact), TEST("exec", test_exec), TEST("room", test_room),
		TEST("screen", test_screen),   TEST("rule", test_rule),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
