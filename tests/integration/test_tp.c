/* SPDX-License-Identifier: GPL-3.0-or-later */

/* src/tp against real managers, without a session above it: what it puts into the model and
 * what it tells. */

#include <string.h>

#include "src/tp/tp.h"
#include "tests/lib/env.h"
#include "tests/lib/irc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

struct world {
	struct test_env *env;
	struct model *model;
	struct tp *tp;
	struct account *account;
	struct conn *conn;
	unsigned online, ended, joined;
	enum conn_end end;
	char *end_text;
	GPtrArray *texts; /* of incoming messages */
	GPtrArray *uids;
	guint32 last_pending;
	unsigned reports;
	unsigned secrets;
	const char *answer;
	unsigned sent, sent_failed;
	char *token;
};

static void on_bus_closed(void *data)
{
}

static void on_online(struct conn *conn, void *data)
{
	((struct world *)data)->online++;
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
	struct world *world = data;

	g_ptr_array_add(world->texts, g_strdup(incoming->init.text));
	g_ptr_array_add(world->uids, g_strdup(incoming->init.uid));
	if (incoming->pending)
		conn_acknowledge(conn, incoming->kind, incoming->chat_id, incoming->pending_id);
}

static void on_delivery(struct conn *conn, const struct delivery_report *report, void *data)
{
	((struct world *)data)->reports++;
}

static void on_secret_wanted(struct conn *conn, struct chat *room, bool again, void *data)
{
	struct world *world = data;

	world->secrets++;
	conn_answer_secret(conn, room, world->answer);
}

static void on_secret_unwanted(struct conn *conn, struct chat *room, void *data)
{
}

static void on_joined(struct conn *conn, struct chat *room, void *data)
{
	((struct world *)data)->joined++;
}

static void on_thrown_out(struct conn *conn, struct chat *room, void *data)
{
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
};

static int setup(void **state)
{
	struct world *world = g_new0(struct world, 1);

	world->env = test_env_new(TEST_ENV_DEFAULT);
	world->model = model_new();
	world->texts = g_ptr_array_new_with_free_func(g_free);
	world->uids = g_ptr_array_new_with_free_func(g_free);
	world->tp = tp_new(world->model, &ops, world);
	assert_true(tp_open(world->tp, NULL, false, NULL));
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
	g_ptr_array_unref(world->texts);
	g_ptr_array_unref(world->uids);
	g_free(world->end_text);
	g_free(world->token);
	result = test_env_free(world->env);
	g_free(world);
	return result;
}

static void log_in(struct world *world, const char *manager, const char *protocol, ...)
{
	g_autoptr(GHashTable) params = g_hash_table_new(g_str_hash, g_str_equal);
	struct conn_options options = {.manager = manager, .protocol = protocol, .params = params};
	const char *name;
	va_list args;

	va_start(args, protocol);
	while ((name = va_arg(args, const char *)))
		g_hash_table_insert(params, (char *)name, va_arg(args, char *));
	va_end(args);
	if (!world->account)
		world->account = account_new(world->model, "work", manager, protocol);
	world->conn = conn_new(world->tp, world->account, &options);
}

static void log_in_xmpp(struct world *world, const char *password)
{
	g_autofree char *port = g_strdup_printf("%d", test_env_xmpp_port(world->env));

	log_in(world, "haze", "jabber", "account", "alice@localhost", "server", "127.0.0.1", "port",
	       port, "require-encryption", "false", "auth-plain-in-clear", "true",
	       password ? "password" : NULL, password, NULL);
}

static bool is_ready(void *data)
{
	struct world *world = data;

	return world->ended || (world->online && world->account->roster_ready);
}

static void wait_ready(struct world *world)
{
	assert_true(test_wait_until(is_ready, world, TEST_WAIT_MS));
	if (world->ended)
		test_fail("the connection ended: %s", world->end_text);
}

static bool has_text(void *data)
{
	return ((struct world *)data)->texts->len > 0;
}

static void on_sent(const char *token, const GError *error, void *data)
{
	struct world *world = data;

	world->sent++;
	if (error) {
		world->sent_failed++;
		print_message("%s\n", error->message);
	}
}

static bool was_sent(void *data)
{
	return ((struct world *)data)->sent > 0;
}

static struct contact *bob_of(struct world *world)
{
	return account_find_contact(world->account, "bob@localhost");
}

static bool bob_is_away(void *data)
{
	struct contact *bob = bob_of(data);

	return bob && bob->presence == PRESENCE_AWAY;
}

static void haze_roster_presence_and_messages(void **state)
{
	struct world *world = *state;
	struct xmpp_peer *bob;
	char *stanza;

	test_env_xmpp_start(world->env);
	bob = xmpp_peer_new(test_env_xmpp_port(world->env), "bob", "bob");
	xmpp_presence(bob, "away", "at lunch");
	log_in_xmpp(world, "alice");
	wait_ready(world);
	assert_int_equal(world->account->state, ACCOUNT_ONLINE);
	assert_true(test_wait_until(bob_is_away, world, TEST_WAIT_MS));
	assert_string_equal(bob_of(world)->message, "at lunch");
	assert_true(bob_of(world)->on_roster);

	xmpp_message(bob, "alice@localhost", "m1", "hello alice");
	assert_true(test_wait_until(has_text, world, TEST_WAIT_MS));
	assert_string_equal(world->texts->pdata[0], "hello alice");

	conn_send(world->conn, CHAT_CONTACT, "bob@localhost", MESSAGE_NORMAL, "hello bob", "uid1",
		  NULL, on_sent, world);
	assert_true(test_wait_until(was_sent, world, TEST_WAIT_MS));
	assert_int_equal(world->sent_failed, 0);
	stanza = xmpp_wait_text(bob, "<message", "hello bob", NULL);
	g_free(stanza);
	/* Our own message is not told again as another client's. */
	assert_int_equal(world->texts->len, 1);
	xmpp_peer_free(bob);
}

static void haze_asks_for_the_password(void **state)
{
	struct world *world = *state;

	test_env_xmpp_start(world->env);
	world->answer = "alice";
	log_in_xmpp(world, NULL);
	wait_ready(world);
	assert_int_equal(world->secrets, 1);
}

static void haze_wrong_password(void **state)
{
	struct world *world = *state;

	test_env_xmpp_start(world->env);
	log_in_xmpp(world, "wrong");
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	print_message("%s\n", world->end_text);
	assert_int_equal(world->end, CONN_END_AUTHENTICATION);
}

static void unknown_manager_protocol_and_parameter(void **state)
{
	struct world *world = *state;

	log_in(world, "nosuch", "jabber", NULL);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	print_message("%s\n", world->end_text);
	assert_int_equal(world->end, CONN_END_CONFIG);

	world->ended = 0;
	log_in(world, "haze", "nosuch", NULL);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	print_message("%s\n", world->end_text);
	assert_int_equal(world->end, CONN_END_CONFIG);

	world->ended = 0;
	log_in(world, "haze", "jabber", "account", "a@b", "nosuch", "1", NULL);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	print_message("%s\n", world->end_text);
	assert_int_equal(world->end, CONN_END_CONFIG);
	assert_non_null(strstr(world->end_text, "param-nosuch"));

	world->ended = 0;
	log_in(world, "haze", "jabber", "account", "a@b", "port", "70000000000", NULL);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	print_message("%s\n", world->end_text);
	assert_non_null(strstr(world->end_text, "param-port must be"));
}

static void haze_server_unreachable(void **state)
{
	struct world *world = *state;
	g_autofree char *port = g_strdup_printf("%d", test_free_port());

	log_in(world, "haze", "jabber", "account", "alice@localhost", "server", "127.0.0.1", "port",
	       port, "password", "alice", "require-encryption", "false", NULL);
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	print_message("%s\n", world->end_text);
	assert_int_equal(world->end, CONN_END_NETWORK);
}

static void haze_killed(void **state)
{
	struct world *world = *state;

	test_env_xmpp_start(world->env);
	log_in_xmpp(world, "alice");
	wait_ready(world);
	test_env_kill_name(world->env, TEST_CM_PREFIX "haze");
	assert_true(test_wait_until(has_ended, world, TEST_WAIT_MS));
	assert_int_equal(world->end, CONN_END_MANAGER);
	world->ended = world->online = 0;
	log_in_xmpp(world, "alice");
	wait_ready(world);
}

static bool has_joined(void *data)
{
	return ((struct world *)data)->joined > 0;
}

static bool carol_is_in(void *data)
{
	struct world *world = data;
	struct chat *room = chat_find(world->account, CHAT_ROOM, "#dev");

	return room && chat_find_member(room, "carol") && chat_find_member(room, "alice");
}

static bool is_online(void *data)
{
	struct world *world = data;

	return world->ended || world->online;
}

static bool topic_is_set(void *data)
{
	struct chat *room = chat_find(((struct world *)data)->account, CHAT_ROOM, "#dev");

	return room && !strcmp(room->topic, "release today");
}

static void on_done(const GError *error, void *data)
{
	if (error)
		test_fail("%s", error->message);
	*(bool *)data = true;
}

static bool is_true(void *data)
{
	return *(bool *)data;
}

static void idle_room(void **state)
{
	struct world *world = *state;
	g_autofree char *port = NULL;
	struct irc_peer *carol;
	struct chat *room;
	bool done = false, topic = false, parted = false;
	char *line;

	test_env_irc_start(world->env);
	port = g_strdup_printf("%d", test_env_irc_port(world->env));
	carol = irc_peer_new(test_env_irc_port(world->env), "carol");
	irc_join(carol, "#dev");
	log_in(world, "idle", "irc", "account", "alice", "server", "127.0.0.1", "port", port, NULL);
	assert_true(test_wait_until(is_online, world, TEST_WAIT_MS));
	conn_join(world->conn, "#dev", NULL, on_done, &done);
	assert_true(test_wait_until(has_joined, world, TEST_WAIT_MS));
	assert_true(test_wait_until(is_true, &done, TEST_WAIT_MS));
	assert_true(test_wait_until(carol_is_in, world, TEST_WAIT_MS));
	room = chat_find(world->account, CHAT_ROOM, "#dev");
	assert_int_equal(room->room_state, ROOM_JOINED);

	irc_message(carol, "#dev", "hello room");
	assert_true(test_wait_until(has_text, world, TEST_WAIT_MS));
	conn_send(world->conn, CHAT_ROOM, "#dev", MESSAGE_ACTION, "waves", "uid2", NULL, on_sent,
		  world);
	line = irc_wait(carol, "waves", "ACTION", NULL);
	g_free(line);
	conn_set_topic(world->conn, room, "release today", on_done, &topic);
	assert_true(test_wait_until(topic_is_set, world, TEST_WAIT_MS));
	conn_part(world->conn, room, "bye", on_done, &parted);
	line = irc_wait(carol, "PART", "bye", NULL);
	g_free(line);
	assert_true(test_wait_until(is_true, &parted, TEST_WAIT_MS));
	assert_int_equal(world->texts->len, 1);
	irc_peer_free(carol);
}

static void idle_nick_without_roster(void **state)
{
	struct world *world = *state;
	g_autofree char *port = NULL;
	struct irc_peer *carol;
	char *line;

	test_env_irc_start(world->env);
	port = g_strdup_printf("%d", test_env_irc_port(world->env));
	carol = irc_peer_new(test_env_irc_port(world->env), "carol");
	log_in(world, "idle", "irc", "account", "alice", "server", "127.0.0.1", "port", port, NULL);
	assert_true(test_wait_until(is_online, world, TEST_WAIT_MS));
	irc_message(carol, "alice", "psst");
	assert_true(test_wait_until(has_text, world, TEST_WAIT_MS));
	assert_non_null(chat_find(world->account, CHAT_CONTACT, "carol"));
	conn_send(world->conn, CHAT_CONTACT, "carol", MESSAGE_NORMAL, "yes?", "uid3", NULL, on_sent,
		  world);
	line = irc_wait(carol, "PRIVMSG carol", "yes?", NULL);
	g_free(line);
	irc_peer_free(carol);
}

static void lists_protocols(GPtrArray *protocols, const GError *error, void *data)
{
	assert_null(error);
	assert_non_null(protocol_find(protocols, "haze", "jabber"));
	assert_non_null(protocol_find(protocols, "idle", "irc"));
	assert_non_null(protocol_find_param(protocol_find(protocols, "haze", "jabber"), "account"));
	*(bool *)data = true;
}

static void protocols_of_all_managers(void **state)
{
	struct world *world = *state;
	bool done = false;

	tp_list_protocols(world->tp, lists_protocols, &done);
	assert_true(test_wait_until(is_true, &done, TEST_WAIT_MS));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(protocols_of_all_managers),
		TEST(haze_roster_presence_and_messages),
		TEST(haze_asks_for_the_password),
		TEST(haze_wrong_password),
		TEST(unknown_manager_protocol_and_parameter),
		TEST(haze_server_unreachable),
		TEST(haze_killed),
		TEST(idle_room),
		TEST(idle_nick_without_roster),
	};

	return cmocka_run_group_tests_name("tp", tests, NULL, NULL);
}
