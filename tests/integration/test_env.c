/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/irc.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/tpclient.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The harness itself: the servers and managers that all other tests rely on. */

static int setup(void **state)
{
	*state = test_env_new(TEST_ENV_DEFAULT);
	return 0;
}

static int teardown(void **state)
{
	return test_env_free(*state);
}

static void test_directories(void **state)
{
	struct stat st;

	assert_string_equal(g_getenv("DBUS_SESSION_BUS_ADDRESS"), test_env_bus_address(*state));
	assert_true(g_str_has_prefix(g_getenv("HOME"), test_env_dir(*state)));
	assert_int_equal(stat(g_getenv("XDG_RUNTIME_DIR"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void test_bus_restart(void **state)
{
	pid_t first = test_env_bus_pid(*state);

	assert_non_null(test_env_bus(*state));
	test_env_bus_kill(*state);
	test_env_bus_start(*state);
	assert_int_not_equal(test_env_bus_pid(*state), first);
	assert_non_null(test_env_bus(*state));
}

static void test_xmpp_peers_talk(void **state)
{
	struct xmpp_peer *alice, *bob;
	char *stanza;

	test_env_xmpp_start(*state);
	alice = xmpp_peer_new(test_env_xmpp_port(*state), "alice", "alice");
	bob = xmpp_peer_new(test_env_xmpp_port(*state), "bob", "bob");
	xmpp_presence(alice, NULL, NULL);
	xmpp_presence(bob, "away", "at lunch");
	stanza = xmpp_wait_text(alice, "<presence", "bob@localhost/peer", "at lunch", NULL);
	g_free(stanza);
	xmpp_message(bob, "alice@localhost", "m1", "<hello> & 'you'");
	stanza = xmpp_wait_text(alice, "<message", "&lt;hello&gt; &amp; ", NULL);
	g_free(stanza);
	xmpp_room_join(alice, "dev@conference.localhost", "al");
	xmpp_room_join(bob, "dev@conference.localhost", "bo");
	xmpp_room_message(bob, "dev@conference.localhost", "all of you");
	g_free(xmpp_wait_text(alice, "dev@conference.localhost/bo", "all of you", NULL));
	xmpp_peer_free(alice);
	xmpp_peer_free(bob);
}

static void test_xmpp_server_restart(void **state)
{
	struct xmpp_peer *alice;
	int port;

	test_env_xmpp_start(*state);
	port = test_env_xmpp_port(*state);
	test_env_xmpp_kill(*state);
	test_env_xmpp_start(*state);
	assert_int_equal(test_env_xmpp_port(*state), port);
	alice = xmpp_peer_new(port, "alice", "alice");
	xmpp_peer_free(alice);
}

static void test_irc_peers_talk(void **state)
{
	struct irc_peer *ann, *ben;

	test_env_irc_start(*state);
	ann = irc_peer_new(test_env_irc_port(*state), "ann");
	ben = irc_peer_new(test_env_irc_port(*state), "ben");
	irc_join(ann, "#dev");
	irc_join(ben, "#dev");
	irc_message(ben, "#dev", "hello there");
	g_free(irc_wait(ann, ":ben!", "PRIVMSG #dev :hello there", NULL));
	irc_message(ann, "ben", "psst");
	g_free(irc_wait(ben, "PRIVMSG ben :psst", NULL));
	irc_peer_free(ann);
	irc_peer_free(ben);
}

static void test_haze_talks(void **state)
{
	struct tp_client *client = tp_client_new(test_env_bus(*state));
	struct tp_conn *conn;
	struct xmpp_peer *bob;
	g_autofree char *channel = NULL, *token = NULL;

	test_env_xmpp_start(*state);
	bob = xmpp_peer_new(test_env_xmpp_port(*state), "bob", "bob");
	xmpp_presence(bob, NULL, "here");
	conn = tp_conn_request(client, "haze", "jabber",
			       tp_haze_params(test_env_xmpp_port(*state), "alice", "alice"));
	tp_conn_connect(client, conn);
	channel = tp_conn_text(client, conn, 1, "bob@localhost");
	token = tp_send(client, conn, channel, "hi bob");
	g_free(xmpp_wait_text(bob, "<body>hi bob</body>", NULL));
	xmpp_message(bob, "alice@localhost", "m1", "hi alice");
	tp_signal_free(tp_wait_message(client, channel, "hi alice"));
	tp_conn_disconnect(client, conn);
	tp_conn_free(conn);
	xmpp_peer_free(bob);
	tp_client_free(client);
}

static void test_haze_comes_back(void **state)
{
	static const char haze[] = TEST_CM_PREFIX "haze";
	struct tp_client *client = tp_client_new(test_env_bus(*state));
	struct tp_conn *conn;

	test_env_xmpp_start(*state);
	assert_false(test_env_kill_name(*state, haze));
	for (int i = 0; i < 2; i++) {
		int port = test_env_xmpp_port(*state);

		conn = tp_conn_request(client, "haze", "jabber",
				       tp_haze_params(port, "alice", "alice"));
		tp_conn_connect(client, conn);
		assert_true(test_env_kill_name(*state, haze));
		assert_int_equal(test_env_name_pid(*state, conn->name), 0);
		tp_conn_free(conn);
	}
	tp_client_free(client);
}

static void test_idle_talks(void **state)
{
	struct tp_client *client = tp_client_new(test_env_bus(*state));
	struct tp_conn *conn;
	struct irc_peer *ben;
	g_autofree char *channel = NULL, *token = NULL;

	test_env_irc_start(*state);
	ben = irc_peer_new(test_env_irc_port(*state), "ben");
	irc_join(ben, "#dev");
	conn = tp_conn_request(client, "idle", "irc",
			       tp_idle_params(test_env_irc_port(*state), "ann"));
	tp_conn_connect(client, conn);
	channel = tp_conn_text(client, conn, 2, "#dev");
	g_free(irc_wait(ben, ":ann!", "JOIN", NULL));
	token = tp_send(client, conn, channel, "hi all");
	g_free(irc_wait(ben, "PRIVMSG #dev :hi all", NULL));
	irc_message(ben, "#dev", "hi ann");
	tp_signal_free(tp_wait_message(client, channel, "hi ann"));
	tp_conn_disconnect(client, conn);
	tp_conn_free(conn);
	irc_peer_free(ben);
	tp_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_directories, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bus_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_xmpp_peers_talk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_xmpp_server_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_irc_peers_talk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_haze_talks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_haze_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_talks, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
