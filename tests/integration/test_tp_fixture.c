/* SPDX-License-Identifier: GPL-3.0-or-later */

/* src/tp against the scriptable manager, without a session above it: what real managers do only
 * now and then. */

#include <string.h>

#include "src/tp/tp.h"
#include "tests/fixture/control.h"
#include "tests/lib/env.h"
#include "tests/lib/fixture.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#define ALICE "alice@fixture"
#define CAROL "carol@fixture"
#define ROOM  "dev"
#define TP    "org.freedesktop.Telepathy."
#define GROUP TP "Channel.Interface.Group"

struct world {
	struct test_env *env;
	struct fixture *fixture;
	struct model *model;
	struct tp *tp;
	struct account *account;
	struct conn *conn;
	unsigned online, ended, messages, thrown_out;
	unsigned secrets;
	int online_at_offer; /* what online was when a tube was offered; -1: none was */
	enum conn_end end;
	char *end_text;
	bool set_presence; /* as soon as it is online */
	struct outcome {
		unsigned calls;
		int code; /* -1: no error */
	} outcome;
};

static void note(const GError *error, void *data)
{
	struct world *world = data;

	world->outcome.calls++;
	world->outcome.code = error ? error->code : -1;
	if (error)
		print_message("%s\n", error->message);
}

static void note_sent(const char *token, const GError *error, void *data)
{
	note(error, data);
}

static void on_bus_closed(void *data)
{
}

static void on_online(struct conn *conn, void *data)
{
	struct world *world = data;

	world->online++;
	if (world->set_presence)
		conn_set_presence(conn, PRESENCE_AWAY, "lunch", note, world);
}

static void on_ended(struct conn *conn, enum conn_end end, const char *text, void *data)
{
	struct world *world = data;

	world->ended++;
	world->end = end;
	g_free(world->end_text);
	world->end_text = g_strdup(text);
	world->conn = NULL;
	conn_free(conn);
}

static void on_incoming(struct conn *conn, const struct incoming *incoming, void *data)
{
	((struct world *)data)->messages++;
}

static void on_delivery(struct conn *conn, const struct delivery_report *report, void *data)
{
}

static void on_secret_wanted(struct conn *conn, struct chat *room, bool again, void *data)
{
	((struct world *)data)->secrets++;
}

static void on_tube_offered(struct conn *conn, struct tube *tube, void *data)
{
	struct world *world = data;

	world->online_at_offer = (int)world->online;
}

static void on_secret_unwanted(struct conn *conn, struct chat *room, void *data)
{
}

static void on_joined(struct conn *conn, struct chat *room, void *data)
{
}

static void on_thrown_out(struct conn *conn, struct chat *room, void *data)
{
	((struct world *)data)->thrown_out++;
}

static void on_pending_removed(struct conn *conn, enum chat_kind kind, const char *id,
			       const guint32 *ids, unsigned count, void *data)
{
}

static const struct tp_ops ops = {
	.bus_closed = on_bus_closed,
	.online = on_online,
	.ended = on_ended,
	.incoming = on_incoming,
	.delivery = on_delivery,
	.secret_wanted = on_secret_wanted,
	.secret_unwanted = on_secret_unwanted,
	.joined = on_joined,
	.thrown_out = on_thrown_out,
	.pending_removed = on_pending_removed,
	.tube_offered = on_tube_offered,
};

static int setup(void **state)
{
	struct world *world = g_new0(struct world, 1);

	world->env = test_env_new(TEST_ENV_DEFAULT);
	world->fixture = fixture_new(world->env);
	world->model = model_new();
	world->tp = tp_new(world->model, &ops, world);
	assert_true(tp_open(world->tp, NULL, false, NULL));
	world->account = account_new(world->model, "work", "fixture", "fixture");
	*state = world;
	return 0;
}

static bool has_ended(void *data)
{
	return ((struct world *)data)->ended > 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	int result;

	if (world->conn) {
		world->ended = 0;
		conn_disconnect(world->conn);
		assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	}
	tp_free(world->tp);
	model_free(world->model);
	fixture_free(world->fixture);
	g_free(world->end_text);
	result = test_env_free(world->env);
	g_free(world);
	return result;
}

static void log_in(struct world *world, const char *login)
{
	g_autoptr(GHashTable) params = g_hash_table_new(g_str_hash, g_str_equal);
	const struct conn_options options = {
		.manager = "fixture", .protocol = "fixture", .params = params};

	g_hash_table_insert(params, (char *)"account", (char *)login);
	world->conn = conn_new(world->tp, world->account, &options);
}

static bool is_online(void *data)
{
	struct world *world = data;

	return world->ended || world->online;
}

static void go_online(struct world *world)
{
	log_in(world, ALICE);
	assert_true(test_wait_until(is_online, world, TEST_WAIT_MS));
	if (world->ended)
		test_fail("the connection ended: %s", world->end_text);
}

static bool has_outcome(void *data)
{
	return ((struct world *)data)->outcome.calls > 0;
}

static void wait_outcome(struct world *world)
{
	assert_true(test_wait_until(has_outcome, world, TEST_WAIT_MS));
}

static struct chat *room_of(struct world *world)
{
	return chat_find(world->account, CHAT_ROOM, ROOM);
}

static void join(struct world *world)
{
	go_online(world);
	conn_join(world->conn, ROOM, NULL, note, world);
	wait_outcome(world);
	assert_int_equal(world->outcome.code, -1);
	world->outcome.calls = 0;
}

static bool has_connection(struct world *world, const char *login)
{
	g_autofree char *name = NULL;

	fixture_connection(world->fixture, login, &name, NULL);
	return *name;
}

/* The end of a connection is nothing that one is told: so asks again. */
static void wait_no_connection(struct world *world, const char *login)
{
	gint64 limit = g_get_monotonic_time() + TEST_WAIT_MS * 1000;

	while (has_connection(world, login))
		if (g_get_monotonic_time() > limit)
			test_fail("the connection of %s is still there", login);
}

/* Without looking at what comes: so that it is there at once when something is looked at. */
static void tell_fixture(struct world *world, const char *method, GVariant *args)
{
	g_dbus_connection_call(test_env_bus(world->env), TEST_CM_PREFIX "fixture", FIXTURE_PATH,
			       FIXTURE_IFACE, method, args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
			       NULL, NULL);
	g_dbus_connection_flush_sync(test_env_bus(world->env), NULL, NULL);
}

/* --- coming and going --------------------------------------------------------------------- */

static void online_is_told_once(void **state)
{
	struct world *world = *state;
	g_autofree char *path = NULL;

	fixture_hang(world->fixture, "Connect");
	log_in(world, ALICE);
	fixture_wait_calls(world->fixture, "Connect", 1);
	fixture_connection(world->fixture, ALICE, NULL, &path);
	for (unsigned i = 0; i < 2; i++)
		tell_fixture(world, "Emit",
			     g_variant_new("(ossv)", path, TP "Connection", "StatusChanged",
					   g_variant_new("(uu)", 0, 1)));
	assert_true(test_wait_until(is_online, world, TEST_WAIT_MS));
	/* What pheme asked for meanwhile is answered before this. */
	fixture_count_calls(world->fixture, "GetAll");
	fixture_count_calls(world->fixture, "GetAll");
	test_wait_drain();
	assert_int_equal(world->online, 1);
}

/* However far it has come. */
static void disconnect_leaves_nothing(void **state)
{
	struct world *world = *state;

	for (unsigned events = 0; !world->online; events++) {
		world->ended = 0;
		log_in(world, ALICE);
		for (unsigned i = 0; i < events && !is_online(world); i++)
			g_main_context_iteration(NULL, TRUE);
		conn_disconnect(world->conn);
		assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
		assert_int_equal(world->end, CONN_END_REQUESTED);
		wait_no_connection(world, ALICE);
	}
}

/* A pheme was killed, and the account was changed before the next one came. */
static void another_login_is_not_reused(void **state)
{
	struct world *world = *state;

	go_online(world);
	conn_free(world->conn);
	world->online = 0;
	log_in(world, CAROL);
	assert_true(test_wait_until(is_online, world, TEST_WAIT_MS));
	assert_string_equal(world->account->self_id, CAROL);
	wait_no_connection(world, ALICE);
}

static void the_same_login_is_reused(void **state)
{
	struct world *world = *state;

	go_online(world);
	conn_free(world->conn);
	world->online = 0;
	log_in(world, ALICE);
	assert_true(test_wait_until(is_online, world, TEST_WAIT_MS));
	assert_int_equal(fixture_count_calls(world->fixture, "RequestConnection"), 1);
}

static void no_place_for_the_lock(void **state)
{
	struct world *world = *state;
	g_autofree char *path = test_env_path(world->env, "run/pheme/account-work");

	assert_int_equal(g_mkdir_with_parents(path, 0700), 0);
	log_in(world, ALICE);
	assert_int_equal(world->ended, 0);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	assert_true(conn_end_is_temporary(world->end));
	assert_non_null(strstr(world->end_text, path));
}

static void presence_can_be_set_once_online(void **state)
{
	struct world *world = *state;

	world->set_presence = true;
	go_online(world);
	wait_outcome(world);
	assert_int_equal(world->outcome.code, -1);
}

static bool has_request(void *data)
{
	return ((struct world *)data)->model->requests->len > 0;
}

static bool has_roster(void *data)
{
	return ((struct world *)data)->account->roster_ready;
}

static void a_request_that_was_taken_back(void **state)
{
	struct world *world = *state;

	fixture_set_contact(world->fixture, ALICE, "dave@fixture", "Dave", NULL, 1, 3, "hi");
	go_online(world);
	assert_true(test_wait_until(has_request, world, TEST_WAIT_MS));
	conn_disconnect(world->conn);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	fixture_remove_contact(world->fixture, ALICE, "dave@fixture");
	world->online = world->ended = 0;
	go_online(world);
	assert_true(test_wait_until(has_roster, world, TEST_WAIT_MS));
	assert_false(has_request(world));
}

/* --- messages ----------------------------------------------------------------------------- */

/* It may have gone out: it must not look as if it could be sent again. */
static void bus_dies_while_sending(void **state)
{
	struct world *world = *state;

	go_online(world);
	fixture_hang(world->fixture, "SendMessage");
	conn_send(world->conn, CHAT_CONTACT, "bob@fixture", MESSAGE_NORMAL, "hello", "uid", NULL,
		  note_sent, world);
	fixture_wait_calls(world->fixture, "SendMessage", 1);
	test_env_bus_kill(world->env);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	assert_int_equal(world->outcome.calls, 1);
	assert_int_equal(world->outcome.code, TP_ERROR_FAILED);
}

/* --- rooms -------------------------------------------------------------------------------- */

static void part_without_a_word(void **state)
{
	struct world *world = *state;

	join(world);
	conn_part(world->conn, room_of(world), NULL, note, world);
	wait_outcome(world);
	assert_int_equal(world->outcome.code, -1);
	assert_int_equal(room_of(world)->room_state, ROOM_LEFT);
}

static void room_goes_while_parting(void **state)
{
	struct world *world = *state;

	join(world);
	tell_fixture(world, "Close", g_variant_new("(ssb)", ALICE, ROOM, TRUE));
	conn_part(world->conn, room_of(world), "bye", note, world);
	wait_outcome(world);
	assert_int_equal(world->outcome.code, -1);
	assert_int_equal(world->outcome.calls, 1);
}

static guint32 self_in_room(struct world *world, const char *path)
{
	g_autofree char *name = NULL;
	g_autoptr(GVariant) reply = NULL, value = NULL;

	fixture_connection(world->fixture, ALICE, &name, NULL);
	reply = test_bus_call(test_env_bus(world->env), name, path,
			      "org.freedesktop.DBus.Properties", "Get",
			      g_variant_new("(ss)", GROUP, "SelfHandle"), NULL);
	g_variant_get(reply, "(v)", &value);
	return g_variant_get_uint32(value);
}

static void change_self(struct world *world, const char *path, guint32 self, bool present)
{
	GVariant *one = g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, &self, 1, sizeof(self));
	GVariant *none = g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, NULL, 0, sizeof(self));

	g_variant_ref_sink(none);
	fixture_emit(world->fixture, ALICE, path, GROUP, "MembersChangedDetailed",
		     g_variant_new("(@au@au@au@aua{sv})", present ? one : none,
				   present ? none : one, none, none, NULL));
	g_variant_unref(none);
}

static bool has_left(void *data)
{
	return room_of(data)->room_state == ROOM_LEFT;
}

static bool has_joined(void *data)
{
	return room_of(data)->room_state == ROOM_JOINED;
}

static bool has_message(void *data)
{
	return ((struct world *)data)->messages > 0;
}

static void back_in_the_room_on_the_same_channel(void **state)
{
	struct world *world = *state;
	g_autofree char *path = NULL;
	guint32 self;

	join(world);
	path = fixture_channel(world->fixture, ALICE, ROOM, true);
	self = self_in_room(world, path);
	change_self(world, path, self, false);
	assert_true(test_wait_until(has_left, world, TEST_WAIT_MS));
	change_self(world, path, self, true);
	assert_true(test_wait_until(has_joined, world, TEST_WAIT_MS));
	fixture_receive(world->fixture, ALICE, ROOM, true, "bob@fixture", "hello", NULL);
	assert_true(test_wait_until(has_message, world, TEST_WAIT_MS));
	conn_set_nick(world->conn, "me", note, world);
	wait_outcome(world);
	assert_int_equal(world->messages, 1);
	assert_int_equal(world->thrown_out, 0);
}

static void who_is_kicked_is_told(void **state)
{
	struct world *world = *state;

	join(world);
	fixture_room_member(world->fixture, ALICE, ROOM, ALICE, false, "bob@fixture", "out");
	assert_true(test_wait_until(has_left, world, TEST_WAIT_MS));
	assert_int_equal(world->thrown_out, 1);
}

static void room_whose_members_cannot_be_read(void **state)
{
	struct world *world = *state;

	go_online(world);
	fixture_fail(world->fixture, "GetAll", TP "Error.NotAvailable");
	conn_join(world->conn, ROOM, NULL, note, world);
	wait_outcome(world);
	assert_int_not_equal(world->outcome.code, -1);
	assert_int_equal(room_of(world)->room_state, ROOM_LEFT);
	fixture_heal(world->fixture, "GetAll");
}

static bool is_asked_for_a_secret(void *data)
{
	return ((struct world *)data)->secrets > 0;
}

static bool is_offered_a_tube(void *data)
{
	return ((struct world *)data)->online_at_offer >= 0;
}

/* What is offered while a connection is on its way is told when it can be answered. */
static void offered_before_it_is_ready(void **state)
{
	struct world *world = *state;

	world->online_at_offer = -1;
	fixture_set_password(world->fixture, ALICE, "secret");
	log_in(world, ALICE);
	assert_true(test_wait_until(is_asked_for_a_secret, world, TEST_WAIT_MS));
	fixture_set_tubes(world->fixture, ALICE, (const char *const[]){"unix", NULL});
	fixture_offer_tube(world->fixture, ALICE, "bob@fixture", "x-test");
	conn_answer_secret(world->conn, NULL, "secret");
	assert_true(test_wait_until(is_offered_a_tube, world, TEST_WAIT_MS));
	assert_int_equal(world->online_at_offer, 1);
}

#define TEST(fn)                                                                                   \
	{                                                                                          \
		"/tp/" #fn, fn, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(online_is_told_once),         TEST(disconnect_leaves_nothing),
		TEST(another_login_is_not_reused), TEST(the_same_login_is_reused),
		TEST(no_place_for_the_lock),       TEST(presence_can_be_set_once_online),
		TEST(offered_before_it_is_ready),  TEST(a_request_that_was_taken_back),
		TEST(bus_dies_while_sending),      TEST(part_without_a_word),
		TEST(room_goes_while_parting),     TEST(back_in_the_room_on_the_same_channel),
		TEST(who_is_kicked_is_told),       TEST(room_whose_members_cannot_be_read),
	};

	return cmocka_run_group_tests_name("tp_fixture", tests, NULL, NULL);
}
