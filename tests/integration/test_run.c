/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Commands without a screen (--run): what they print, what they do, how they end. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <string.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

#define RUN(w, ...) run(w, (const char *const[]){__VA_ARGS__, NULL})

static struct outcome run(struct pheme_world *w, const char *const *args)
{
	return pheme_outcome(w, &(struct pheme_options){.args = args});
}

static void check(struct outcome *outcome, int status, const char *out, const char *err)
{
	if (outcome->status != status || !strstr(outcome->out, out) || !strstr(outcome->err, err))
		outcome_fail(outcome);
	outcome_clear(outcome);
}

static void use_account(struct pheme_world *w)
{
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
}

static void check_sent(struct pheme_world *w, const char *chat, const char *texts)
{
	g_auto(GStrv) sent = fixture_sent(w->fixture, ME, chat);
	g_autofree char *all = g_strjoinv("|", sent);

	assert_string_equal(all, texts);
}

static void test_help_and_version_touch_nothing(void **state)
{
	struct pheme_world *w = *state;
	struct outcome help, version;

	test_env_setenv(w->env, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
	test_env_setenv(w->env, "TERM", NULL);
	help = RUN(w, "--help");
	check(&help, 0, "--run", "");
	version = RUN(w, "--version");
	check(&version, 0, "pheme ", "");
}

static void test_usage(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	o = RUN(w, "--nosuch");
	check(&o, 2, "", "--nosuch");
	o = RUN(w, "--run");
	check(&o, 2, "", "--run");
	o = RUN(w, "--run", "/mgs bob hello");
	check(&o, 2, "", "/msg");
	o = RUN(w, "--run", "/status purple");
	check(&o, 2, "", "purple");
	o = RUN(w, "--run", "/version");
	check(&o, 0, "pheme ", "");
}

static void test_sends_and_leaves(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	use_account(w);
	o = RUN(w, "--run", "/msg Bob hello from a script");
	check(&o, 0, "", "");
	check_sent(w, BOB, "hello from a script");
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
	pheme_wait_history(w, NULL, "SELECT text FROM message", "hello from a script");
}

static void test_lines_are_run_in_order(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	use_account(w);
	o = RUN(w, "--run", "/query Bob", "--run", "one", "--run", "two", "--run", "/log");
	check(&o, 0, "two", "");
	check_sent(w, BOB, "one|two");
	/* Up to the first that fails. */
	o = RUN(w, "--run", "/query Bob", "--run", "/rename nosuch x", "--run", "three");
	check(&o, 3, "", "nosuch");
	check_sent(w, BOB, "one|two");
}

static void test_not_found(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	use_account(w);
	o = RUN(w, "-a", "nosuch", "--run", "/status");
	check(&o, 3, "", "no account nosuch");
	o = RUN(w, "--run", "/remove nosuch");
	check(&o, 3, "", "no contact nosuch");
}

static void test_not_connected(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	use_account(w);
	fixture_connect_error(w->fixture, ME, "org.freedesktop.Telepathy.Error.NetworkError",
			      "down", 2);
	o = RUN(w, "--run", "/away lunch");
	check(&o, 4, "", "work");
	o = RUN(w, "--bus", "unix:path=/nonexistent/bus", "--run", "/away lunch");
	assert_int_equal(pheme_count(o.err, "\n"), 1);
	check(&o, 4, "", "/nonexistent/bus");
}

static void test_not_delivered(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	use_account(w);
	fixture_fail(w->fixture, "SendMessage", "org.freedesktop.Telepathy.Error.Offline");
	o = RUN(w, "--run", "/msg Bob hello");
	check(&o, 6, "", "offline");
}

/* There is nobody to ask, and it says where a password may come from. */
static void test_no_terminal_to_ask_on(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	pheme_use_fixture(w);
	fixture_set_password(w->fixture, ME, "secret");
	pheme_add_fixture(w, NULL, "work", ME, "");
	o = RUN(w, "--run", "/msg Bob hello");
	assert_true(o.status == 4 || o.status == 5);
	check(&o, o.status, "", "password-command");
}

static void test_password_command(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	pheme_use_fixture(w);
	fixture_set_password(w->fixture, ME, "secret");
	pheme_add_fixture(w, NULL, "work", ME, "password-command=echo secret\n");
	o = RUN(w, "--run", "/msg bob@fixture hello");
	check(&o, 0, "", "");
	check_sent(w, BOB, "hello");
}

/* Beside a screen: one connection, which stays; the screen shows what was sent. */
static void test_beside_a_screen(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;
	struct outcome o;

	use_account(w);
	s = pheme_start_until(w, NULL, "connected as");
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <");
	o = RUN(w, "--run", "/msg Bob from the side");
	check(&o, 0, "", "");
	screen_wait_text(s, "from the side");
	pheme_wait_rows(s, "from the side", 1);
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 0);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "1");
	pheme_quit(w, s);
}

/* An account from nothing to a message, all of it on the command line. */
static void test_account_and_message_on_xmpp(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *add = NULL;
	struct xmpp_peer *bob;
	struct outcome o;

	test_env_xmpp_start(w->env);
	bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");
	xmpp_presence(bob, NULL, NULL);
	add = g_strdup_printf("/account add haze/jabber alice@localhost name=work server=127.0.0.1 "
			      "port=%d require-encryption=false auth-plain-in-clear=true "
			      "password-command=\"echo alice\"",
			      test_env_xmpp_port(w->env));
	o = RUN(w, "--run", add);
	check(&o, 0, "", "");
	o = RUN(w, "--run", "/account list");
	check(&o, 0, "work", "");
	o = RUN(w, "--run", "/msg bob@localhost hello");
	check(&o, 0, "", "");
	g_free(xmpp_wait_text(bob, "<message", "hello", NULL));
	xmpp_peer_free(bob);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(help_and_version_touch_nothing),
		TEST(usage),
		TEST(sends_and_leaves),
		TEST(lines_are_run_in_order),
		TEST(not_found),
		TEST(not_connected),
		TEST(not_delivered),
		TEST(no_terminal_to_ask_on),
		TEST(password_command),
		TEST(beside_a_screen),
		TEST(account_and_message_on_xmpp),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
