/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/fixture.h"
#include "tests/lib/test.h"
#include "tests/lib/tpclient.h"
#include "tests/lib/wait.h"

#include <stdio.h>
#include <string.h>

/* The fixture manager itself, seen by a client that has nothing to do with pheme. */

struct world {
	struct test_env *env;
	struct fixture *fixture;
	struct tp_client *client;
	struct tp_conn *conn;
};

#define ALICE "alice@fixture"
#define BOB   "contact0001@fixture"

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	w->env = test_env_new(TEST_ENV_DEFAULT);
	w->fixture = fixture_new(w->env);
	w->client = tp_client_new(test_env_bus(w->env));
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	int result;

	tp_conn_free(w->conn);
	tp_client_free(w->client);
	fixture_free(w->fixture);
	result = test_env_free(w->env);
	g_free(w);
	return result;
}

static void request(struct world *w, const char *password)
{
	w->conn = tp_conn_request(w->client, "fixture", "fixture", fixture_params(ALICE, password));
}

static void connect_it(struct world *w, unsigned contacts, unsigned online)
{
	fixture_set_roster(w->fixture, ALICE, contacts, online);
	request(w, NULL);
	tp_conn_connect(w->client, w->conn);
}

static GVariant *get_roster(struct world *w)
{
	static const char *const interfaces[] = {
		TP "Connection.Interface.SimplePresence",
		TP "Connection.Interface.Aliasing",
		TP "Connection.Interface.ContactGroups",
		NULL,
	};
	g_autoptr(GVariant) reply = tp_call(
		w->client, w->conn->name, w->conn->path, TP "Connection.Interface.ContactList",
		"GetContactListAttributes", g_variant_new("(^asb)", interfaces, FALSE));

	return g_variant_get_child_value(reply, 0);
}

static void test_parameters(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) reply =
		tp_call(w->client, TEST_CM_PREFIX "fixture",
			"/org/freedesktop/Telepathy/ConnectionManager/fixture",
			TP "ConnectionManager", "GetParameters", g_variant_new("(s)", "fixture"));
	g_autofree char *text = g_variant_print(reply, FALSE);

	assert_non_null(strstr(text, "('account', 1, 's'"));
	assert_non_null(strstr(text, "('password', 8, 's'"));
	assert_non_null(strstr(text, "('port', 4, 'q'"));
	assert_non_null(strstr(text, "('priority', 4, 'n'"));
	assert_non_null(strstr(text, "('extra-hosts', 0, 'as'"));
}

static void test_roster(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) roster = NULL;
	g_autofree char *text = NULL;

	connect_it(w, 10, 3);
	roster = get_roster(w);
	text = g_variant_print(roster, FALSE);
	assert_int_equal(g_variant_n_children(roster), 10);
	assert_non_null(strstr(text, "Contact 0007"));
	assert_non_null(strstr(text, "(uint32 2, 'available', '')"));
	assert_non_null(strstr(text, "Group 4"));
	assert_int_equal(fixture_count_calls(w->fixture, "GetContactListAttributes"), 1);
	tp_conn_disconnect(w->client, w->conn);
}

static void test_large_roster(void **state)
{
	struct world *w = *state;
	gint64 start = g_get_monotonic_time();
	g_autoptr(GVariant) roster = NULL;

	connect_it(w, 10000, 500);
	roster = get_roster(w);
	assert_int_equal(g_variant_n_children(roster), 10000);
	print_message("10,000 contacts: %" G_GINT64_FORMAT " ms\n",
		      (g_get_monotonic_time() - start) / 1000);
}

static void test_presence_storm(void **state)
{
	struct world *w = *state;

	connect_it(w, 100, 50);
	tp_forget(w->client);
	fixture_presence_storm(w->fixture, ALICE, 1000);
	assert_int_equal(tp_count(w->client, w->conn->path, "PresencesChanged"), 1000);
}

static bool has_print(const struct tp_signal *signal, void *data)
{
	g_autofree char *text = g_variant_print(signal->args, FALSE);

	return strstr(text, data) != NULL;
}

static void wait_print(struct world *w, const char *member, const char *text)
{
	tp_signal_free(tp_wait(w->client, NULL, member, has_print, (void *)text));
}

static void test_contact_changes(void **state)
{
	struct world *w = *state;

	connect_it(w, 2, 0);
	fixture_set_presence(w->fixture, ALICE, BOB, "away", "lunch");
	wait_print(w, "PresencesChanged", "(3, 'away', 'lunch')");
	fixture_set_alias(w->fixture, ALICE, BOB, "Robert");
	wait_print(w, "AliasesChanged", "Robert");
	fixture_set_contact(w->fixture, ALICE, "eve@fixture", "Eve", NULL, 1, 3, "let me in");
	wait_print(w, "ContactsChangedWithID", "(1, 3, 'let me in')");
	fixture_remove_contact(w->fixture, ALICE, BOB);
	wait_print(w, "ContactsChangedWithID", "{3: '" BOB "'}");
}

static void test_messages(void **state)
{
	struct world *w = *state;
	g_autofree char *channel = NULL, *token = NULL;
	g_auto(GStrv) sent = NULL;
	GVariantBuilder headers;

	connect_it(w, 2, 2);
	g_variant_builder_init(&headers, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&headers, "{sv}", "message-token", g_variant_new_string("t-1"));
	g_variant_builder_add(&headers, "{sv}", "scrollback", g_variant_new_boolean(TRUE));
	fixture_receive(w->fixture, ALICE, BOB, false, BOB, "hello",
			g_variant_builder_end(&headers));
	wait_print(w, "MessageReceived", "'scrollback': <true>");
	assert_int_equal(fixture_pending(w->fixture, ALICE, BOB, false), 1);
	channel = fixture_channel(w->fixture, ALICE, BOB, false);
	token = tp_send(w->client, w->conn, channel, "hi yourself");
	assert_string_equal(token, "sent-0");
	sent = fixture_sent(w->fixture, ALICE, BOB);
	assert_string_equal(sent[0], "hi yourself");
	fixture_delivery_report(w->fixture, ALICE, BOB, token, 1, NULL);
	wait_print(w, "MessageReceived", "'delivery-token': <'sent-0'>");
	fixture_chat_state(w->fixture, ALICE, BOB, false, BOB, 4);
	wait_print(w, "ChatStateChanged", ", 4)");
	fixture_burst(w->fixture, ALICE, BOB, false, BOB, 500);
	assert_int_equal(fixture_pending(w->fixture, ALICE, BOB, false), 502);
}

static void on_reply(GObject *source, GAsyncResult *result, void *data)
{
	GVariant *reply = g_dbus_connection_call_finish((GDBusConnection *)source, result, NULL);

	if (reply)
		g_variant_unref(reply);
	*(bool *)data = true;
}

static void test_waits_for_acknowledgement(void **state)
{
	struct world *w = *state;
	g_autofree char *channel = NULL;
	GVariantBuilder ids;
	bool answered = false;

	connect_it(w, 2, 2);
	fixture_burst(w->fixture, ALICE, BOB, false, BOB, 2);
	channel = fixture_channel(w->fixture, ALICE, BOB, false);
	g_variant_builder_init(&ids, G_VARIANT_TYPE("au"));
	g_variant_builder_add(&ids, "u", 0);
	g_variant_builder_add(&ids, "u", 1);
	g_dbus_connection_call(test_env_bus(w->env), w->conn->name, channel, TP_TEXT,
			       "AcknowledgePendingMessages", g_variant_new("(au)", &ids), NULL, 0,
			       G_MAXINT, NULL, on_reply, &answered);
	fixture_wait_pending(w->fixture, ALICE, BOB, false, 0);
	fixture_wait_calls(w->fixture, "AcknowledgePendingMessages", 1);
	assert_true(answered);
}

static void test_close_with_pending(void **state)
{
	struct world *w = *state;

	connect_it(w, 2, 2);
	fixture_receive(w->fixture, ALICE, BOB, false, BOB, "unread", NULL);
	wait_print(w, "NewChannels", BOB);
	fixture_close(w->fixture, ALICE, BOB, false);
	wait_print(w, "NewChannels", BOB);
	assert_int_equal(fixture_pending(w->fixture, ALICE, BOB, false), 1);
}

static void test_plain_text(void **state)
{
	struct world *w = *state;
	g_autofree char *channel = NULL;

	connect_it(w, 2, 2);
	fixture_set_plain(w->fixture, ALICE, true);
	fixture_receive(w->fixture, ALICE, BOB, false, BOB, "old school", NULL);
	wait_print(w, "Received", "'old school'");
	assert_int_equal(tp_count(w->client, NULL, "MessageReceived"), 0);
	channel = fixture_channel(w->fixture, ALICE, BOB, false);
	g_variant_unref(tp_call(w->client, w->conn->name, channel, TP_TEXT, "Send",
				g_variant_new("(us)", 0, "ok")));
	fixture_wait_sent(w->fixture, ALICE, 1);
}

static void test_rooms(void **state)
{
	struct world *w = *state;
	g_autofree char *channel = NULL, *text = NULL;
	g_autoptr(GVariant) members = NULL;

	connect_it(w, 2, 2);
	fixture_room_member(w->fixture, ALICE, "#dev", "carol", true, NULL, "");
	channel = tp_conn_text(w->client, w->conn, 2, "#dev");
	members = tp_get(w->client, w->conn->name, channel, TP "Channel.Interface.Group",
			 "MemberIdentifiers");
	text = g_variant_print(members, FALSE);
	assert_non_null(strstr(text, "carol"));
	fixture_room_member(w->fixture, ALICE, "#dev", "dave", true, NULL, "");
	wait_print(w, "MembersChangedDetailed", "dave");
	fixture_receive(w->fixture, ALICE, "#dev", true, "dave", "hi all", NULL);
	tp_signal_free(tp_wait_message(w->client, channel, "hi all"));
	fixture_room_member(w->fixture, ALICE, "#dev", ALICE, false, "dave", "out");
	wait_print(w, "MembersChangedDetailed", "'out'");
	fixture_invite(w->fixture, ALICE, "#ops", "carol", "come in");
	wait_print(w, "NewChannels", "#ops");
}

static void test_other_channels(void **state)
{
	struct world *w = *state;
	g_autofree char *path = NULL;

	connect_it(w, 2, 2);
	path = fixture_new_channel(w->fixture, ALICE, TP "Channel.Type.Call1", 1, BOB, NULL);
	wait_print(w, "NewChannels", "Channel.Type.Call1");
	g_variant_unref(tp_call(w->client, w->conn->name, path, TP_CHANNEL, "Close", NULL));
	wait_print(w, "ChannelClosed", path);
}

static void test_connect_error(void **state)
{
	struct world *w = *state;

	request(w, NULL);
	fixture_connect_error(w->fixture, ALICE, TP "Error.NetworkError", "no route", 2);
	g_variant_unref(
		tp_call(w->client, w->conn->name, w->conn->path, TP_CONNECTION, "Connect", NULL));
	wait_print(w, "ConnectionError", "no route");
	tp_conn_wait_status(w->client, w->conn, 2);
}

static void test_drop(void **state)
{
	struct world *w = *state;

	connect_it(w, 2, 2);
	fixture_drop(w->fixture, ALICE, TP "Error.ConnectionReplaced", "elsewhere", 5);
	wait_print(w, "ConnectionError", "ConnectionReplaced");
	tp_conn_wait_status(w->client, w->conn, 2);
}

static void answer_password(struct world *w, const char *password)
{
	static const char sasl[] = TP "Channel.Interface.SASLAuthentication";
	struct tp_signal *signal = tp_wait(w->client, NULL, "NewChannels", NULL, NULL);
	g_autoptr(GVariant) list = g_variant_get_child_value(signal->args, 0);
	g_autofree char *channel = NULL;

	g_variant_get_child(list, 0, "(o@a{sv})", &channel, NULL);
	tp_signal_free(signal);
	g_variant_unref(
		tp_call(w->client, w->conn->name, channel, sasl, "StartMechanismWithData",
			g_variant_new("(s@ay)", "X-TELEPATHY-PASSWORD",
				      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, password,
								strlen(password), 1))));
	wait_print(w, "SASLStatusChanged", "(2, ");
	g_variant_unref(tp_call(w->client, w->conn->name, channel, sasl, "AcceptSASL", NULL));
}

static void test_password_channel(void **state)
{
	struct world *w = *state;

	fixture_set_password(w->fixture, ALICE, "secret");
	request(w, NULL);
	g_variant_unref(
		tp_call(w->client, w->conn->name, w->conn->path, TP_CONNECTION, "Connect", NULL));
	answer_password(w, "secret");
	tp_conn_wait_status(w->client, w->conn, 0);
}

static void test_wrong_password(void **state)
{
	struct world *w = *state;

	fixture_set_password(w->fixture, ALICE, "secret");
	request(w, "guess");
	g_variant_unref(
		tp_call(w->client, w->conn->name, w->conn->path, TP_CONNECTION, "Connect", NULL));
	wait_print(w, "ConnectionError", "AuthenticationFailed");
	tp_conn_wait_status(w->client, w->conn, 2);
}

static void test_hang_and_fail(void **state)
{
	struct world *w = *state;
	bool answered = false;
	g_autofree char *error = NULL;

	request(w, NULL);
	fixture_hang(w->fixture, "Connect");
	g_dbus_connection_call(test_env_bus(w->env), w->conn->name, w->conn->path, TP_CONNECTION,
			       "Connect", NULL, NULL, 0, G_MAXINT, NULL, on_reply, &answered);
	assert_int_equal(fixture_count_calls(w->fixture, "Connect"), 1);
	assert_false(answered);
	fixture_fail(w->fixture, "Connect", TP "Error.NotAvailable");
	error = tp_call_error(w->client, w->conn->name, w->conn->path, TP_CONNECTION, "Connect",
			      NULL);
	assert_string_equal(error, TP "Error.NotAvailable");
	fixture_heal(w->fixture, "Connect");
	tp_conn_connect(w->client, w->conn);
	fixture_exit(w->fixture, 3);
	assert_true(answered);
}

static void test_emit(void **state)
{
	struct world *w = *state;
	struct tp_signal *signal;

	connect_it(w, 2, 2);
	fixture_emit(w->fixture, ALICE, "+", TP "Connection.Interface.SimplePresence",
		     "PresencesChanged", g_variant_new("(sd)", "not a map", 1.5));
	signal = tp_wait(w->client, w->conn->path, "PresencesChanged", has_print, "not a map");
	assert_string_equal(g_variant_get_type_string(signal->args), "(sd)");
	tp_signal_free(signal);
}

static void test_dies_and_comes_back(void **state)
{
	struct world *w = *state;
	pid_t first;

	connect_it(w, 2, 2);
	first = test_env_name_pid(w->env, TEST_CM_PREFIX "fixture");
	fixture_abort(w->fixture);
	tp_conn_free(w->conn);
	tp_forget(w->client);
	connect_it(w, 2, 2);
	assert_int_not_equal(test_env_name_pid(w->env, TEST_CM_PREFIX "fixture"), first);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parameters),
		TEST(test_roster),
		TEST(test_large_roster),
		TEST(test_presence_storm),
		TEST(test_contact_changes),
		TEST(test_messages),
		TEST(test_waits_for_acknowledgement),
		TEST(test_close_with_pending),
		TEST(test_plain_text),
		TEST(test_rooms),
		TEST(test_other_channels),
		TEST(test_connect_error),
		TEST(test_drop),
		TEST(test_password_channel),
		TEST(test_wrong_password),
		TEST(test_hang_and_fail),
		TEST(test_emit),
		TEST(test_dies_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
