/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What breaks between pheme and a network: managers, the bus, servers, passwords. */

#include "tests/lib/irc.h"
#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <string.h>

#define ALICE "alice@localhost"
#define BOB   "bob@localhost"

/* Wide enough for a notice to be on one line. */
static const struct pheme_options wide = {.rows = 50, .cols = 200};

static struct screen *start_fixture(struct pheme_world *w, const char *text)
{
	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", "me@fixture", "");
	return pheme_start_until(w, &wide, text);
}

static gboolean on_time(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

static bool is_true(void *data)
{
	return *(bool *)data;
}

/* The CPU time, in ms, that the program uses in a while: that nothing happens is no event to
 * wait for. */
static int busy_ms(struct screen *s, unsigned int ms)
{
	long long before = test_proc_cpu_us(screen_pid(s));
	bool over = false;

	g_timeout_add(ms, on_time, &over);
	test_wait_until(is_true, &over, ms * 2);
	return (int)((test_proc_cpu_us(screen_pid(s)) - before) / 1000);
}

/* --- the manager --- */

static void test_manager_is_killed(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob;
	struct screen *s;

	test_env_xmpp_start(w->env);
	bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");
	xmpp_presence(bob, NULL, NULL);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	s = pheme_start_until(w, &wide, "connected as " ALICE);
	screen_line(s, "/query " BOB);
	xmpp_message(bob, ALICE, "m1", "before the fall");
	screen_wait_text(s, "before the fall");
	test_env_kill_name(w->env, TEST_CM_PREFIX "haze");
	screen_wait_text(s, "work:...");
	screen_wait_text(s, "before the fall");
	screen_wait_row(s, 0, BOB);
	screen_line(s, "/connect work");
	screen_wait_text(s, "work:o");
	screen_line(s, "risen again");
	g_free(xmpp_wait_text(bob, "<message", "risen again", NULL));
	screen_line(s, "/chat 0");
	screen_wait_text(s, "the connection manager");
	pheme_wait_rows(s, "connected as " ALICE, 2);
	xmpp_peer_free(bob);
	pheme_quit(w, s);
}

static bool is_online_again(struct screen *s, void *data)
{
	return pheme_count_rows(s, "connected as") == 2;
}

static void test_manager_that_aborts_is_started_again(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_fixture(w, "connected as");

	fixture_abort(w->fixture);
	screen_wait_text(s, "trying again in");
	screen_wait(s, is_online_again, NULL, "connected twice");
	pheme_quit(w, s);
}

static void test_manager_that_never_answers_leaves_the_screen_alive(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_hang(w->fixture, "Connect");
	pheme_add_fixture(w, NULL, "work", "me@fixture", "");
	s = pheme_start(w, &wide);
	fixture_wait_calls(w->fixture, "Connect", 1);
	screen_line(s, "/version");
	screen_wait_text(s, "GLib");
	screen_wait_text(s, "work:...");
	screen_line(s, "/help connect");
	screen_wait_text(s, "Connects ACCOUNT");
	assert_true(busy_ms(s, 300) < 50);
	pheme_quit(w, s);
}

/* --- the bus --- */

static void test_bus_is_killed(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_fixture(w, "connected as");

	fixture_receive(w->fixture, "", "bob@fixture", false, "bob@fixture", "first", NULL);
	screen_wait_text(s, "Act:");
	screen_key(s, "M-1");
	screen_wait_text(s, "first");
	screen_line(s, "/chat 0");
	screen_wait_row(s, 49, "[status]");
	test_env_bus_kill(w->env);
	screen_wait_text(s, "the session bus is gone; history is kept: /connect");
	screen_wait_text(s, "no bus");
	screen_wait_text(s, "work:_");
	assert_true(busy_ms(s, 1000) < 50);
	screen_key(s, "M-1");
	screen_wait_text(s, "first");
	screen_line(s, "written without a bus");
	screen_wait_text(s, "[queued]");
	screen_line(s, "/log");
	test_env_bus_start(w->env);
	screen_line(s, "/connect work");
	screen_wait_text(s, "work:o");
	fixture_wait_sent(w->fixture, "", 1);
	screen_wait_text(s, "[sent]");
	pheme_quit(w, s);
}

/* --- the server --- */

static void test_xmpp_server_stops_and_comes_back(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob;
	struct screen *s;

	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	s = pheme_start_until(w, &wide, "connected as " ALICE);
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 49, "[" BOB "]");
	test_env_xmpp_stop(w->env);
	screen_wait_text(s, "work:...");
	screen_line(s, "queued one");
	screen_line(s, "queued two");
	screen_wait_text(s, "queued two");
	pheme_wait_rows(s, "[queued]", 2);
	test_env_xmpp_start(w->env);
	bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");
	xmpp_presence(bob, NULL, NULL);
	screen_wait_text(s, "work:o");
	g_free(xmpp_wait_text(bob, "<message", "queued one", NULL));
	g_free(xmpp_wait_text(bob, "<message", "queued two", NULL));
	screen_wait_no_text(s, "[queued]");
	screen_line(s, "the last one");
	g_free(xmpp_wait_text(bob, "<message", "the last one", NULL));
	assert_int_equal(xmpp_count(bob, "queued"), 0);
	xmpp_peer_free(bob);
	pheme_quit(w, s);
}

static void test_irc_server_stops_and_rooms_are_rejoined(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	test_env_irc_start(w->env);
	pheme_add_idle(w, NULL, "irc", "alice", "");
	s = pheme_start_until(w, &wide, "connected as alice");
	screen_line(s, "/join #dev");
	screen_wait_row(s, 0, "#dev (1)");
	test_env_irc_stop(w->env);
	screen_wait_text(s, "irc:...");
	screen_line(s, "/msg carol are you back?");
	test_env_irc_start(w->env);
	carol = irc_peer_new(test_env_irc_port(w->env), "carol");
	irc_join(carol, "#dev");
	screen_wait_text(s, "irc:o");
	screen_wait_row(s, 0, "#dev (2)");
	g_free(irc_wait(carol, "PRIVMSG carol", "are you back?", NULL));
	irc_message(carol, "#dev", "here again");
	screen_wait_text(s, "here again");
	irc_peer_free(carol);
	pheme_quit(w, s);
}

/* --- connecting fails --- */

static void test_wrong_password(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "wrong", "");
	s = pheme_start_until(w, &wide, "wrong password or login");
	screen_wait_text(s, "correct the password with /account edit work");
	pheme_wait_rows(s, "password", 1);
	screen_wait_text(s, "work:_");
	pheme_quit(w, s);
}

/* The same through a ServerAuthentication channel: the user is asked, and asked again. */
static void test_wrong_password_is_asked_again(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_password(w->fixture, "me@fixture", "secret");
	pheme_add_fixture(w, NULL, "work", "me@fixture", "");
	s = pheme_start_until(w, &wide, "Password for work");
	screen_line(s, "wrong");
	screen_wait_text(s, "/connect work asks for it again");
	screen_line(s, "/connect work");
	screen_wait_text(s, "Password for work");
	screen_type(s, "secret");
	screen_key(s, "Enter");
	screen_wait_text(s, "connected as");
	assert_false(screen_find(s, "secret", NULL, NULL));
	assert_null(strstr(screen_raw(s, 0, &(size_t){0}), "secret"));
	pheme_quit(w, s);
}

static void test_unknown_protocol_and_missing_manager(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	test_env_write(w->env, "config/pheme/accounts.conf",
		       "[one]\nmanager=haze\nprotocol=nosuch\nenabled=true\nparam-account=a\n"
		       "[two]\nmanager=nosuch\nprotocol=jabber\nenabled=true\nparam-account=a\n"
		       "[three]\nmanager=haze\nprotocol=jabber\nenabled=true\nparam-account=a@b\n"
		       "param-nosuch=1\n");
	s = pheme_start_until(w, &wide, "correct [three] in");
	screen_wait_text(s, "param-nosuch is not known to the connection manager");
	screen_wait_text(s, "one: cannot use the protocol");
	screen_wait_text(s, "two: cannot use the protocol");
	screen_wait_text(s, "the connection manager is not there");
	pheme_wait_rows(s, "one: ", 1);
	pheme_wait_rows(s, "two: ", 1);
	screen_wait_text(s, "one:_ two:_ three:_");
	pheme_quit(w, s);
}

static void test_server_unreachable(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	test_env_write(w->env, "config/pheme/accounts.conf",
		       "[work]\nmanager=haze\nprotocol=jabber\nenabled=true\n"
		       "param-account=alice@localhost\nparam-password=alice\n"
		       "param-server=127.0.0.1\nparam-port=1\nparam-require-encryption=false\n");
	s = pheme_start_until(w, &wide, "the server cannot be reached");
	screen_wait_text(s, "trying again in");
	screen_wait_text(s, "/connect work tries now");
	pheme_quit(w, s);
}

/* One line, and no second RequestConnection. */
static void refused_once(struct pheme_world *w, const char *error, unsigned reason,
			 const char *words, const char *advice)
{
	struct screen *s;

	pheme_use_fixture(w);
	fixture_connect_error(w->fixture, "me@fixture", error, "no", reason);
	pheme_add_fixture(w, NULL, "work", "me@fixture", "");
	s = pheme_start_until(w, &wide, words);
	screen_wait_text(s, advice);
	screen_wait_text(s, "work:_");
	assert_true(busy_ms(s, 4000) < 50);
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
	pheme_wait_rows(s, "/connect work", 1);
	fixture_connect_error(w->fixture, "me@fixture", "", "", 0);
	screen_line(s, "/connect work");
	screen_wait_text(s, "connected as");
	pheme_quit(w, s);
}

static void test_name_in_use(void **state)
{
	refused_once(*state, "org.freedesktop.Telepathy.Error.AlreadyConnected", 5,
		     "work: ", "/account edit work, then /connect work");
}

/* A network error is tried again, but ever less often: 2, 4, 8 s, with a quarter of jitter. */
static void test_no_retry_storm(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_connect_error(w->fixture, "me@fixture",
			      "org.freedesktop.Telepathy.Error.NetworkError", "no", 2);
	pheme_add_fixture(w, NULL, "work", "me@fixture", "");
	s = pheme_start_until(w, &wide, "trying again in");
	assert_true(busy_ms(s, 4000) < 60);
	assert_in_range(fixture_count_calls(w->fixture, "RequestConnection"), 2, 3);
	pheme_wait_rows(s, "trying again in", 1);
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(manager_is_killed),
		TEST(manager_that_aborts_is_started_again),
		TEST(manager_that_never_answers_leaves_the_screen_alive),
		TEST(bus_is_killed),
		TEST(xmpp_server_stops_and_comes_back),
		TEST(irc_server_stops_and_rooms_are_rejoined),
		TEST(wrong_password),
		TEST(wrong_password_is_asked_again),
		TEST(unknown_protocol_and_missing_manager),
		TEST(server_unreachable),
		TEST(name_in_use),
		TEST(no_retry_storm),
	};

	return cmocka_run_group_tests_name("faults_login", tests, NULL, NULL);
}
