/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --send and --list on real networks: XMPP, IRC and people on this machine. */

#include "tests/lib/irc.h"
#include "tests/lib/local.h"
#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <string.h>

#define RUN(w, ...) run(w, NULL, (const char *const[]){__VA_ARGS__, NULL})

static struct outcome run(struct pheme_world *w, const char *shell, const char *const *args)
{
	const struct pheme_options options = {.args = args, .shell = shell};

	return pheme_outcome(w, &options);
}

static void check(struct outcome outcome, int status, const char *out, const char *err)
{
	if (outcome.status != status || !strstr(outcome.err, err) || !strstr(outcome.out, out) ||
	    (!*err && *outcome.err))
		outcome_fail(&outcome);
	outcome_clear(&outcome);
}

/* --- XMPP --------------------------------------------------------------------------------- */

static struct xmpp_peer *new_bob(struct pheme_world *w)
{
	struct xmpp_peer *bob;

	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");
	xmpp_presence(bob, "away", "lunch");
	return bob;
}

static void test_xmpp(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob = new_bob(w);

	check(RUN(w, "--send", "bob@localhost", "a <b> & c"), 0, "", "");
	g_free(xmpp_wait_text(bob, "<message", "a &lt;b&gt; &amp; c", NULL));
	check(run(w, "seq 3 | exec \"$@\"",
		  (const char *const[]){"--send", "work:bob@localhost", "--lines", NULL}),
	      0, "", "");
	for (int i = 1; i <= 3; i++) {
		g_autofree char *body = g_strdup_printf(">%d</body>", i);

		g_free(xmpp_wait_text(bob, "<message", body, NULL));
	}
	check(RUN(w, "--list", "contacts"), 0, "bob@localhost                 ", "");
	check(RUN(w, "--send", "bobb", "x"), 3, "", "bobb");
	check(RUN(w, "--send", "dev@conference.localhost", "x"), 1, "", "haze has no rooms");
	xmpp_peer_free(bob);
}

/* One after the other logs in, or all share what the first one made: everything arrives. */
static void test_xmpp_crowd(void **state)
{
	static const char crowd[] =
		"pids=; bad=0; for i in $(seq 200); do \"$@\" \"message $i.\" & pids=\"$pids $!\"; "
		"done; for p in $pids; do wait $p || bad=$((bad + 1)); done; exit $bad; exec "
		"\"$@\"";
	struct pheme_world *w = *state;
	struct xmpp_peer *bob = new_bob(w);

	check(run(w, crowd,
		  (const char *const[]){"--timeout", "90", "--send", "bob@localhost", NULL}),
	      0, "", "");
	for (int i = 1; i <= 200; i++) {
		g_autofree char *body = g_strdup_printf(">message %d.</body>", i);

		g_free(xmpp_wait_text(bob, "<message", body, NULL));
	}
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "200");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message WHERE delivery = 3", "200");
	pheme_wait_history(w, NULL, "PRAGMA integrity_check", "ok");
	xmpp_peer_free(bob);
}

/* --- IRC ---------------------------------------------------------------------------------- */

/* The manager has no time after the end: it goes with the bus that was started for it. */
static void test_irc_on_a_bus_of_its_own(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;

	test_env_irc_start(w->env);
	carol = irc_peer_new(test_env_irc_port(w->env), "carol");
	pheme_add_idle(w, NULL, "irc", "alice", "");
	check(run(w, "unset DBUS_SESSION_BUS_ADDRESS; exec \"$@\"",
		  (const char *const[]){"--send", "carol", "hello carol", NULL}),
	      0, "", "");
	g_free(irc_wait(carol, "PRIVMSG carol", "hello carol", NULL));
	irc_peer_free(carol);
}

/* A line of IRC has 512 bytes: a longer text comes in several, none of them cut in a character. */
static void check_long(struct pheme_world *w, struct irc_peer *carol)
{
	g_autoptr(GString) text = g_string_new(NULL);
	int got = 0;

	for (int i = 0; i < 600; i++)
		g_string_append(text, "\u00fc");
	check(RUN(w, "-q", "--send", "carol", text->str), 0, "", "");
	while (got < 600) {
		g_autofree char *line = irc_wait(carol, "PRIVMSG carol", "\u00fc", NULL);

		assert_true(g_utf8_validate(line, -1, NULL));
		got += pheme_count(line, "\u00fc");
	}
	assert_int_equal(got, 600);
}

/* Of those who send at the same time the last to leave waits for what all have sent. */
static void check_several(struct pheme_world *w, struct irc_peer *carol)
{
	static const char several[] =
		"pids=; bad=0; for i in 1 2 3 4 5 6; do \"$@\" \"hello room $i.\" & "
		"pids=\"$pids $!\"; done; for p in $pids; do wait $p || bad=$((bad + 1)); done; "
		"exit $bad; exec \"$@\"";

	check(run(w, several, (const char *const[]){"-q", "--send", "#dev", NULL}), 0, "", "");
	g_free(irc_wait(carol, "alice", "JOIN", "#dev", NULL));
	for (int i = 1; i <= 6; i++) {
		g_autofree char *text = g_strdup_printf("hello room %d.", i);

		g_free(irc_wait(carol, "PRIVMSG #dev", text, NULL));
	}
}

static void test_irc(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;

	test_env_irc_start(w->env);
	carol = irc_peer_new(test_env_irc_port(w->env), "carol");
	pheme_add_idle(w, NULL, "irc", "alice", "");
	check(RUN(w, "--send", "carol", "hello carol"), 0, "", "");
	g_free(irc_wait(carol, "PRIVMSG carol", "hello carol", NULL));
	check_long(w, carol);
	/* A room that we are not in is joined for it, and left again. */
	irc_join(carol, "#dev");
	/* The server may still know the alice of before. */
	check_several(w, carol);
	irc_peer_free(carol);
}

static void test_irc_beside_a_screen(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = irc_peer_new(test_env_irc_port(w->env), "carol");
	irc_join(carol, "#dev");
	irc_join(carol, "#ops");
	pheme_add_idle(w, NULL, "irc", "alice", "autojoin=#dev\n");
	s = pheme_start_until(w, NULL, "connected as alice");
	g_free(irc_wait(carol, "alice", "JOIN", "#dev", NULL));
	screen_line(s, "/chat #dev");
	screen_wait_row(s, 0, "#dev (2)");
	check(RUN(w, "--send", "#dev", "from the side"), 0, "", "");
	g_free(irc_wait(carol, "PRIVMSG #dev", "from the side", NULL));
	pheme_wait_rows(s, "from the side", 1);
	/* Which the screen is in, and stays in; the other one is left. */
	check(RUN(w, "--send", "#ops", "to ops"), 0, "", "");
	g_free(irc_wait(carol, "PRIVMSG #ops", "to ops", NULL));
	g_free(irc_wait(carol, "PART #ops", NULL));
	check(RUN(w, "--list", "rooms"), 0, "#dev", "");
	assert_int_equal(irc_count(carol, "PART #dev"), 0);
	pheme_quit(w, s);
	irc_peer_free(carol);
}

/* --- people here -------------------------------------------------------------------------- */

static void add_local(struct pheme_world *w, const char *place, const char *nick)
{
	g_autofree char *meeting = local_meeting(w->env);
	g_autofree char *accounts = g_strdup_printf("[%s]\nmanager=local\nprotocol=local\n"
						    "enabled=true\nparam-nickname=%s\n"
						    "param-directory=%s\n",
						    nick, nick, meeting);
	g_autofree char *path = pheme_path(w, place, "config/pheme/accounts.conf");
	g_autofree char *dir = g_path_get_dirname(path);

	g_mkdir_with_parents(dir, 0700);
	assert_true(g_file_set_contents(path, accounts, -1, NULL));
}

static void test_local(void **state)
{
	struct pheme_world *w = *state;
	const struct pheme_options ann = {.place = "ann", .bus = pheme_second_bus(w)};
	struct screen *s;

	add_local(w, "ann", "ann");
	add_local(w, NULL, "ben");
	s = pheme_start_until(w, &ann, "connected as");
	check(RUN(w, "--send", "ann", "hello from ben"), 0, "", "");
	screen_line(s, "/chat ben");
	screen_wait_text(s, "hello from ben");
	check(RUN(w, "--send", "ann", "read?", "--wait", "delivered"), 0, "", "");
	screen_line(s, "/join lobby");
	screen_wait_row(s, 0, "lobby");
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(xmpp),
		TEST(xmpp_crowd),
		TEST(irc),
		TEST(irc_on_a_bus_of_its_own),
		TEST(irc_beside_a_screen),
		TEST(local),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("send/networks", tests, NULL, NULL);
}
