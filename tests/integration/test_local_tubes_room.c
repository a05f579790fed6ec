/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <string.h>

/* D-Bus tubes in a room: programs of three members, on a bus that each of their managers has for
 * its own, talk as on one. */

#define NODES     3
#define ROOM      "den"
#define DBUS      TP_CHANNEL ".Type.DBusTube"
#define TUBE      TP_CHANNEL ".Interface.Tube"
#define GAME      "com.example.Game"
#define DBUS_PEER "org.freedesktop.DBus.Peer"
#define TIMEOUT   20000

enum { LOCALHOST, CREDENTIALS = 3 };

struct world {
	struct test_env *env;
	struct local_node *nodes[NODES];
	char *rooms[NODES], *tubes[NODES]; /* paths */
	char *addresses[NODES];
	GDBusConnection *programs[NODES];
	GPtrArray *heard[NODES]; /* char *: "SENDER TEXT" */
};

static int setup(void **state)
{
	static const char *const names[] = {"ann", "ben", "cat"};
	struct world *w = g_new0(struct world, 1);

	w->env = test_env_new(TEST_ENV_NO_BUS);
	*state = w;
	for (int i = 0; i < NODES; i++) {
		w->nodes[i] = local_node_new(w->env, names[i], false);
		w->heard[i] = g_ptr_array_new_with_free_func(g_free);
		local_connect(w->nodes[i], names[i]);
	}
	for (int i = 0; i < NODES; i++)
		for (int j = 0; j < NODES; j++)
			if (i != j)
				local_wait_presence(w->nodes[i], w->nodes[j]->id, "available");
	return 0;
}

static void stop_program(struct world *w, int who)
{
	if (w->programs[who] && !g_dbus_connection_is_closed(w->programs[who]))
		g_dbus_connection_close_sync(w->programs[who], NULL, NULL);
	g_clear_object(&w->programs[who]);
}

static int teardown(void **state)
{
	struct world *w = *state;
	int result;

	for (int i = 0; i < NODES; i++) {
		stop_program(w, i);
		local_node_free(w->nodes[i]);
		g_free(w->rooms[i]);
		g_free(w->tubes[i]);
		g_free(w->addresses[i]);
		g_ptr_array_unref(w->heard[i]);
	}
	result = test_env_free(w->env);
	g_free(w);
	return result;
}

/* --- the room and the tube --- */

static void join(struct world *w, int who)
{
	w->rooms[who] = local_channel(w->nodes[who], TP_TEXT, 2, ROOM, NULL);
}

static void leave(struct world *w, int who)
{
	g_variant_unref(local_call(w->nodes[who], w->rooms[who], TP_CHANNEL, "Close", NULL));
}

static void offer(struct world *w, int who)
{
	GVariantBuilder more;
	g_autoptr(GVariant) reply = NULL;

	g_variant_builder_init(&more, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&more, "{sv}", DBUS ".ServiceName", g_variant_new_string(GAME));
	w->tubes[who] = local_channel(w->nodes[who], DBUS, 2, ROOM, g_variant_builder_end(&more));
	reply = local_call(w->nodes[who], w->tubes[who], DBUS, "Offer",
			   g_variant_new("(@a{sv}u)", g_variant_new("a{sv}", NULL), CREDENTIALS));
	g_variant_get(reply, "(s)", &w->addresses[who]);
}

static void wait_offer(struct world *w, int who)
{
	g_autoptr(GVariant) properties = NULL;
	const char *name = NULL;

	w->tubes[who] = local_wait_channel(w->nodes[who], DBUS, &properties);
	g_variant_lookup(properties, DBUS ".ServiceName", "&s", &name);
	assert_string_equal(name, GAME);
}

static void accept_tube(struct world *w, int who)
{
	g_autoptr(GVariant) reply = NULL;

	wait_offer(w, who);
	reply = local_call(w->nodes[who], w->tubes[who], DBUS, "Accept",
			   g_variant_new("(u)", CREDENTIALS));
	g_variant_get(reply, "(s)", &w->addresses[who]);
}

/* ann and ben in the room, with the tube; cat only in the mesh. */
static void begin(struct world *w)
{
	join(w, 0);
	join(w, 1);
	offer(w, 0);
	accept_tube(w, 1);
}

static GVariant *names_at(struct world *w, int who)
{
	return tp_get(w->nodes[who]->client, w->nodes[who]->conn->name, w->tubes[who], DBUS,
		      "DBusNames");
}

/* The unique name of one as another sees it; NULL: none. */
static char *name_of(struct world *w, int seen_by, int who)
{
	g_autoptr(GVariant) names = names_at(w, seen_by);
	guint32 handle = local_handle(w->nodes[seen_by], w->nodes[who]->id);
	char *name = NULL;
	GVariantIter iter;
	const char *value;
	guint32 key;

	g_variant_iter_init(&iter, names);
	while (g_variant_iter_next(&iter, "{u&s}", &key, &value))
		if (key == handle)
			name = g_strdup(value);
	return name;
}

struct counted {
	struct world *w;
	int who;
	gsize count;
};

static bool has_count(void *data)
{
	struct counted *counted = data;
	g_autoptr(GVariant) names = names_at(counted->w, counted->who);

	return g_variant_n_children(names) == counted->count;
}

static void wait_names(struct world *w, int who, gsize count)
{
	struct counted counted = {w, who, count};

	assert_true(test_wait_until(has_count, &counted, TEST_WAIT_MS));
}

/* --- programs --- */

static void on_signal(GDBusConnection *connection, const char *sender, const char *path,
		      const char *interface, const char *member, GVariant *args, void *data)
{
	const char *text;

	g_variant_get(args, "(&s)", &text);
	g_ptr_array_add(data, g_strdup_printf("%s %s", sender, text));
}

static void on_method(GDBusConnection *bus, const char *sender, const char *path,
		      const char *interface, const char *method, GVariant *args,
		      GDBusMethodInvocation *invocation, void *data)
{
	const char *text;

	g_variant_get(args, "(&s)", &text);
	g_dbus_method_invocation_return_value(
		invocation, g_variant_new("(s)", g_strdup_printf("%s said %s", sender, text)));
}

struct reply {
	bool done;
	GVariant *value;
	GError *error;
};

static void on_reply(GObject *source, GAsyncResult *result, void *data)
{
	struct reply *reply = data;

	reply->value =
		g_dbus_connection_call_finish((GDBusConnection *)source, result, &reply->error);
	reply->done = true;
}

static bool has_reply(void *data)
{
	return ((struct reply *)data)->done;
}

/* On the bus now, also without a Hello. */
static void reach_bus(struct world *w, int who)
{
	struct reply reply = {false, NULL, NULL};

	g_dbus_connection_call(w->programs[who], "org.freedesktop.DBus", "/", DBUS_PEER, "Ping",
			       NULL, NULL, 0, TIMEOUT, NULL, on_reply, &reply);
	assert_true(test_wait_until(has_reply, &reply, TEST_WAIT_MS));
	if (!reply.value)
		test_fail("%d is not on the bus: %s", who, reply.error->message);
	g_variant_unref(reply.value);
}

static void start_program(struct world *w, int who, bool says_hello)
{
	static const GDBusInterfaceVTable vtable = {on_method, NULL, NULL, {NULL}};
	GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT;
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(
		"<node><interface name='com.example.Game'><method name='Echo'>"
		"<arg type='s' direction='in'/><arg type='s' direction='out'/>"
		"</method></interface></node>",
		NULL);
	g_autoptr(GError) error = NULL;

	if (says_hello)
		flags |= G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
	w->programs[who] = g_dbus_connection_new_for_address_sync(w->addresses[who], flags, NULL,
								  NULL, &error);
	if (!w->programs[who])
		test_fail("cannot connect to %s: %s", w->addresses[who], error->message);
	g_dbus_connection_set_exit_on_close(w->programs[who], FALSE);
	g_dbus_connection_register_object(w->programs[who], "/game", info->interfaces[0], &vtable,
					  NULL, NULL, NULL);
	g_dbus_connection_signal_subscribe(w->programs[who], NULL, GAME, "Moved", NULL, NULL, 0,
					   on_signal, w->heard[who], NULL);
	reach_bus(w, who);
}

static void emit(struct world *w, int who, const char *to, const char *text)
{
	g_dbus_connection_emit_signal(w->programs[who], to, "/game", GAME, "Moved",
				      g_variant_new("(s)", text), NULL);
	g_dbus_connection_flush_sync(w->programs[who], NULL, NULL);
}

struct expected {
	GPtrArray *heard;
	const char *line;
};

static bool has_heard(void *data)
{
	struct expected *expected = data;

	for (guint i = 0; i < expected->heard->len; i++)
		if (!strcmp(expected->heard->pdata[i], expected->line))
			return true;
	return false;
}

static void wait_heard(struct world *w, int who, const char *from, const char *text)
{
	g_autofree char *line = g_strdup_printf("%s %s", from, text);
	struct expected expected = {w->heard[who], line};

	if (!test_wait_until(has_heard, &expected, TEST_WAIT_MS))
		test_fail("%d did not hear \"%s\"", who, line);
}

static void ask(struct world *w, int who, const char *to, struct reply *reply)
{
	memset(reply, 0, sizeof *reply);
	g_dbus_connection_call(w->programs[who], to, "/game", GAME, "Echo",
			       g_variant_new("(s)", "hello"), NULL, 0, TIMEOUT, NULL, on_reply,
			       reply);
	assert_true(test_wait_until(has_reply, reply, TEST_WAIT_MS));
}

/* A call from one member's program to another's, which sees whose it is. */
static void check_call(struct world *w, int from, int to)
{
	g_autofree char *own = name_of(w, from, from);
	g_autofree char *name = name_of(w, from, to);
	g_autofree char *wanted = g_strdup_printf("%s said hello", own);
	struct reply reply;
	const char *text;

	ask(w, from, name, &reply);
	if (reply.error)
		test_fail("%d to %d: %s", from, to, reply.error->message);
	g_variant_get(reply.value, "(&s)", &text);
	assert_string_equal(text, wanted);
	g_variant_unref(reply.value);
}

/* --- tests --- */

static void test_three(void **state)
{
	struct world *w = *state;

	begin(w);
	start_program(w, 0, true);
	start_program(w, 1, false);
	wait_names(w, 1, 2);
	check_call(w, 0, 1);
	/* Late. */
	join(w, 2);
	accept_tube(w, 2);
	start_program(w, 2, true);
	for (int i = 0; i < NODES; i++)
		wait_names(w, i, NODES);
	for (int i = 0; i < NODES; i++)
		for (int j = 0; j < NODES; j++)
			if (i != j)
				check_call(w, i, j);
	for (int i = 0; i < NODES; i++) {
		g_autofree char *name = name_of(w, i, i);

		emit(w, i, NULL, "to all");
		for (int j = 0; j < NODES; j++)
			wait_heard(w, j, name, "to all");
	}
}

/* All see the same names, and that of the program is that of the member. */
static void test_names(void **state)
{
	struct world *w = *state;

	begin(w);
	start_program(w, 0, true);
	start_program(w, 1, true);
	wait_names(w, 1, 2);
	tp_signal_free(tp_wait(w->nodes[1]->client, w->tubes[1], "DBusNamesChanged", NULL, NULL));
	for (int i = 0; i < 2; i++) {
		g_autofree char *here = name_of(w, 0, i), *there = name_of(w, 1, i);

		assert_string_equal(here, there);
		assert_string_equal(g_dbus_connection_get_unique_name(w->programs[i]), here);
	}
	/* The service's name is that of who offers it. */
	{
		struct reply reply;

		ask(w, 1, GAME, &reply);
		assert_non_null(reply.value);
		g_variant_unref(reply.value);
	}
}

static void test_private(void **state)
{
	struct world *w = *state;
	g_autofree char *to = NULL, *from = NULL;

	begin(w);
	join(w, 2);
	accept_tube(w, 2);
	wait_names(w, 2, NODES);
	for (int i = 0; i < NODES; i++)
		start_program(w, i, true);
	to = name_of(w, 0, 2);
	from = name_of(w, 0, 1);
	emit(w, 1, to, "for cat");
	emit(w, 1, NULL, "for all");
	wait_heard(w, 2, from, "for cat");
	wait_heard(w, 2, from, "for all");
	wait_heard(w, 0, from, "for all");
	assert_int_equal(w->heard[0]->len, 1);
}

/* Who closes the tube, or leaves the room, is no longer among the names; the others go on. */
static void test_leaving(void **state)
{
	struct world *w = *state;
	g_autofree char *gone = NULL;
	struct reply reply;

	begin(w);
	join(w, 2);
	accept_tube(w, 2);
	for (int i = 0; i < NODES; i++)
		wait_names(w, i, NODES);
	for (int i = 0; i < NODES; i++)
		start_program(w, i, true);
	gone = name_of(w, 0, 1);
	g_variant_unref(local_call(w->nodes[1], w->tubes[1], TP_CHANNEL, "Close", NULL));
	wait_names(w, 0, 2);
	wait_names(w, 2, 2);
	ask(w, 2, gone, &reply);
	assert_null(reply.value);
	assert_true(g_error_matches(reply.error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN));
	g_error_free(reply.error);
	check_call(w, 2, 0);
	leave(w, 2);
	wait_names(w, 0, 1);
}

static void test_offerer_leaves(void **state)
{
	struct world *w = *state;

	begin(w);
	start_program(w, 1, true);
	leave(w, 0);
	tp_signal_free(tp_wait(w->nodes[1]->client, w->tubes[1], "Closed", NULL, NULL));
}

/* Whoever waits for an answer of a manager that was killed gets none, and knows it. */
static void test_killed(void **state)
{
	struct world *w = *state;
	g_autofree char *name = NULL;
	struct reply reply;

	begin(w);
	wait_names(w, 0, 2);
	start_program(w, 0, true);
	start_program(w, 1, true);
	name = name_of(w, 0, 1);
	test_proc_kill(local_pid(w->nodes[1]));
	wait_names(w, 0, 1);
	ask(w, 0, name, &reply);
	assert_non_null(reply.error);
	g_error_free(reply.error);
}

/* One program at a time, and the next when that one has gone. */
static void test_one_program(void **state)
{
	struct world *w = *state;

	begin(w);
	for (int i = 0; i < 2; i++) {
		g_autoptr(GDBusConnection) second = NULL;

		start_program(w, i, true);
		second = g_dbus_connection_new_for_address_sync(
			w->addresses[i],
			G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
				G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
			NULL, NULL, NULL);
		assert_null(second);
		stop_program(w, i);
		start_program(w, i, true);
	}
	check_call(w, 1, 0);
}

static void test_not_in_the_room(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) request = g_variant_ref_sink(g_variant_new_parsed(
		"{%s: <%s>, %s: <uint32 2>, %s: <%s>, %s: <%s>}", TP_CHANNEL ".ChannelType", DBUS,
		TP_CHANNEL ".TargetHandleType", TP_CHANNEL ".TargetID", ROOM, DBUS ".ServiceName",
		GAME));
	g_autofree char *error =
		tp_call_error(w->nodes[0]->client, w->nodes[0]->conn->name, w->nodes[0]->conn->path,
			      TP_CONNECTION ".Interface.Requests", "CreateChannel",
			      g_variant_new("(@a{sv})", request));

	assert_string_equal(error, TP "Error.NotAvailable");
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/local/room_tube/" name, function, setup, teardown, NULL                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("three", test_three),
		TEST("names", test_names),
		TEST("private", test_private),
		TEST("leaving", test_leaving),
		TEST("offerer_leaves", test_offerer_leaves),
		TEST("killed", test_killed),
		TEST("one_program", test_one_program),
		TEST("not_in_the_room", test_not_in_the_room),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
