/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What breaks at home: files that cannot be read or written, pheme killed, two of them. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ME    "me@fixture"
#define BOB   "bob@fixture"
#define ALICE "alice@localhost"

#define ALL_TEXTS "SELECT group_concat(text, ',') FROM message WHERE direction = 0"

static const struct pheme_options wide = {.rows = 50, .cols = 200};

static void use_account(struct pheme_world *w)
{
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
}

static void receive(struct pheme_world *w, const char *text)
{
	fixture_receive(w->fixture, ME, BOB, false, BOB, text, NULL);
}

/* --- files of the user --- */

static void test_broken_configuration(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	test_env_write(w->env, "config/pheme/pheme.conf",
		       "[ui]\npane-width=many\nnosuch=1\nthis is no line\ntime-format=%Hh%M\n");
	test_env_write(w->env, "config/pheme/accounts.conf",
		       "[broken\nmanager=haze\n"
		       "[half]\nprotocol=jabber\n"
		       "[odd]\nmanager=fixture\nprotocol=fixture\nenabled=perhaps\ncolour=red\n"
		       "param-account=odd@fixture\n"
		       "[work]\nmanager=fixture\nprotocol=fixture\nenabled=true\n"
		       "param-account=me@fixture\n");
	s = pheme_start_until(w, &wide, "connected as me@fixture");
	screen_wait_text(s, "pheme.conf:2: [ui] pane-width");
	screen_wait_text(s, "pheme.conf:3: [ui] nosuch");
	screen_wait_text(s, "pheme.conf:4: ");
	screen_wait_text(s, "accounts.conf:1: ");
	screen_wait_text(s, "accounts.conf:3: [half]: left out");
	screen_wait_text(s, "accounts.conf:8: [odd] enabled");
	screen_wait_text(s, "accounts.conf:9: [odd] colour");
	/* The rest is used. */
	screen_wait_text(s, "h");
	screen_wait_text(s, "work:");
	pheme_quit(w, s);
}

/* --- the history --- */

static void check_not_acknowledged(struct pheme_world *w, struct screen *s)
{
	receive(w, "not stored");
	screen_wait_text(s, "not stored");
	screen_line(s, "an answer all the same");
	fixture_wait_sent(w->fixture, ME, 1);
	screen_wait_text(s, "[sent]");
	assert_int_equal(fixture_pending(w->fixture, ME, BOB, false), 1);
}

static struct screen *chat_that_warns(struct pheme_world *w, struct screen *s, const char *words)
{
	screen_wait_text(s, "chatting goes on");
	screen_wait_text(s, words);
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <");
	return s;
}

static void set_limit(struct screen *s, rlim_t limit)
{
	struct rlimit value;

	assert_int_equal(prlimit(screen_pid(s), RLIMIT_FSIZE, NULL, &value), 0);
	value.rlim_cur = limit;
	assert_int_equal(prlimit(screen_pid(s), RLIMIT_FSIZE, &value, NULL), 0);
}

/* A file size limit stands for a full disk: both make a write fail. */
static void test_disk_full_and_mended(void **state)
{
	struct pheme_world *w = *state;
	struct pheme_options options = wide;
	struct screen *s;

	use_account(w);
	options.shell = "trap '' XFSZ; exec \"$@\"";
	s = pheme_start_until(w, &options, "connected as");
	receive(w, "stored");
	pheme_wait_history(w, NULL, ALL_TEXTS, "stored");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	set_limit(s, 1);
	receive(w, "too much");
	screen_wait_text(s, "history.db: ");
	screen_wait_text(s, "chatting goes on, but nothing is kept or acknowledged");
	screen_key(s, "M-1");
	screen_wait_row(s, 0, "NO LOG");
	screen_line(s, "an answer all the same");
	fixture_wait_sent(w->fixture, ME, 1);
	screen_wait_text(s, "[sent]");
	assert_int_equal(fixture_pending(w->fixture, ME, BOB, false), 1);

	set_limit(s, RLIM_INFINITY);
	receive(w, "enough room");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	pheme_wait_history(w, NULL,
			   "SELECT count(*) FROM message WHERE text IN "
			   "('too much', 'enough room', 'an answer all the same')",
			   "3");
	pheme_wait_rows(s, "too much", 1);
	pheme_quit(w, s);
}

static void test_read_only_history(void **state)
{
	struct pheme_world *w = *state;
	struct pheme_options options = wide;
	g_autofree char *path = pheme_path(w, NULL, "data/pheme");
	g_autofree char *file = pheme_path(w, NULL, "data/pheme/history.db");
	struct screen *s;

	use_account(w);
	pheme_quit(w, pheme_start_until(w, &wide, "connected as"));
	assert_int_equal(chmod(file, 0400), 0);
	assert_int_equal(chmod(path, 0500), 0);
	/* Root may write everything. */
	if (geteuid() == 0)
		options.shell = "exec setpriv --bounding-set=-dac_override \"$@\"";
	s = pheme_start_until(w, &options, "connected as");
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <");
	check_not_acknowledged(w, s);
	screen_line(s, "/chat 0");
	screen_wait_text(s, "read-only");
	pheme_kill(w, s);
	chmod(path, 0700);
	chmod(file, 0600);
	/* What waited at the manager is stored now. */
	s = pheme_start_until(w, &wide, "work:o");
	pheme_wait_history(w, NULL, ALL_TEXTS, "not stored");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	pheme_quit(w, s);
}

static void test_corrupt_history(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *path = pheme_path(w, NULL, "data/pheme/history.db"), *after = NULL;
	struct screen *s;

	use_account(w);
	test_env_write(w->env, "data/pheme/history.db", "this is no database, and was never one");
	s = pheme_start_until(w, &wide, "connected as");
	chat_that_warns(w, s, "history.db: it is damaged");
	check_not_acknowledged(w, s);
	pheme_quit(w, s);
	/* It may be all that is left of it. */
	assert_true(g_file_get_contents(path, &after, NULL, NULL));
	assert_string_equal(after, "this is no database, and was never one");
}

/* --- SIGKILL --- */

/* Kills it at random moments while messages arrive, some of them while it is not there. */
static void test_killed_while_messages_arrive(void **state)
{
	struct pheme_world *w = *state;
	g_autoptr(GString) sent = g_string_new(NULL);
	const char *given = g_getenv("PHEME_TEST_SEED");
	guint32 seed = given ? (guint32)g_ascii_strtoull(given, NULL, 10) : g_random_int();
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	struct screen *s;
	int n = 0;

	print_message("seed %u\n", seed);
	use_account(w);
	for (int round = 0; round < 8; round++) {
		int before = g_rand_int_range(random, 0, 25),
		    after = g_rand_int_range(random, 0, 5);

		s = pheme_start_until(w, NULL, round == 0 ? "connected as" : "work:");
		for (int i = 0; i < before + after; i++) {
			g_autofree char *text = g_strdup_printf("m%d", n++);

			if (i == before)
				pheme_kill(w, s);
			receive(w, text);
			g_string_append_printf(sent, "%s%s", sent->len ? "," : "", text);
		}
		if (after == 0)
			pheme_kill(w, s);
	}
	s = pheme_start_until(w, NULL, "Act:");
	pheme_wait_history(w, NULL, ALL_TEXTS, sent->str);
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	screen_key(s, "M-1");
	for (int i = n - 8; i < n; i++) {
		g_autofree char *text = g_strdup_printf(" m%d", i);

		screen_wait_text(s, text);
		pheme_wait_rows(s, text, 1);
	}
	pheme_quit(w, s);
}

/* The same on a network: killed while a peer talks, the manager keeps what came. */
static void test_killed_while_a_peer_talks(void **state)
{
	struct pheme_world *w = *state;
	g_autoptr(GString) sent = g_string_new(NULL);
	struct xmpp_peer *bob;
	struct screen *s;

	test_env_xmpp_start(w->env);
	bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");
	xmpp_presence(bob, NULL, NULL);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	s = pheme_start_until(w, NULL, "connected as");
	for (int i = 0; i < 120; i++) {
		g_autofree char *text = g_strdup_printf("m%d", i);
		g_autofree char *id = g_strdup_printf("id%d", i);

		if (i % 40 == 20) {
			screen_wait_text(s, "Act:");
			pheme_kill(w, s);
		}
		if (i % 40 == 25)
			s = pheme_start_until(w, NULL, "work:");
		xmpp_message(bob, ALICE, id, text);
		g_string_append_printf(sent, "%s%s", sent->len ? "," : "", text);
	}
	pheme_wait_history(w, NULL, ALL_TEXTS, sent->str);
	xmpp_peer_free(bob);
	pheme_quit(w, s);
}

/* What was being sent may have arrived or not: said so, never sent again by itself. */
static void test_killed_while_sending(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	use_account(w);
	s = pheme_start_until(w, NULL, "connected as");
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <");
	fixture_hang(w->fixture, "SendMessage");
	screen_line(s, "did it arrive?");
	fixture_wait_calls(w->fixture, "SendMessage", 1);
	pheme_kill(w, s);
	fixture_heal(w->fixture, "SendMessage");
	s = pheme_start_until(w, NULL, "work:o");
	screen_key(s, "M-1");
	screen_wait_text(s, "did it arrive?");
	screen_wait_text(s, "pheme ended before the network");
	screen_line(s, "this one does");
	fixture_wait_calls(w->fixture, "SendMessage", 2);
	screen_wait_text(s, "[sent]");
	pheme_quit(w, s);
}

/* --- two of them --- */

static void test_two_on_one_bus(void **state)
{
	struct pheme_world *w = *state;
	struct screen *a, *b;

	use_account(w);
	a = pheme_start_until(w, NULL, "connected as");
	b = pheme_start_until(w, NULL, "connected as");
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
	receive(w, "for both");
	screen_wait_text(a, "Act: 1:Bob(1)");
	screen_wait_text(b, "Act: 1:Bob(1)");
	screen_key(a, "M-1");
	screen_key(b, "M-1");
	screen_wait_text(a, "for both");
	screen_wait_text(b, "for both");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	screen_line(a, "from the first");
	screen_wait_text(b, "from the first");
	screen_line(b, "from the second");
	screen_wait_text(a, "from the second");
	fixture_wait_sent(w->fixture, ME, 2);
	receive(w, "the end");
	screen_wait_text(a, "the end");
	screen_wait_text(b, "the end");
	pheme_wait_rows(a, "from the", 2);
	pheme_wait_rows(b, "from the", 2);
	pheme_wait_rows(a, "for both", 1);
	pheme_wait_rows(b, "for both", 1);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "4");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	/* The first to go leaves the connection to the other; the last one disconnects. */
	pheme_quit(w, a);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 0);
	receive(w, "for you alone");
	screen_wait_text(b, "for you alone");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	pheme_quit(w, b);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
}

static void test_handler_is_killed_and_the_other_takes_over(void **state)
{
	struct pheme_world *w = *state;
	struct screen *a, *b;

	use_account(w);
	a = pheme_start_until(w, NULL, "connected as");
	b = pheme_start_until(w, NULL, "connected as");
	screen_signal(a, SIGSTOP);
	receive(w, "who takes it?");
	screen_wait_text(b, "Act: 1:Bob(1)");
	assert_int_equal(fixture_pending(w->fixture, ME, BOB, false), 1);
	pheme_kill(w, a);
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "1");
	screen_key(b, "M-1");
	screen_wait_text(b, "who takes it?");
	receive(w, "one more");
	screen_wait_text(b, "one more");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	pheme_wait_rows(b, "who takes it?", 1);
	pheme_quit(w, b);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(broken_configuration),
		TEST(disk_full_and_mended),
		TEST(read_only_history),
		TEST(corrupt_history),
		TEST(killed_while_messages_arrive),
		TEST(killed_while_a_peer_talks),
		TEST(killed_while_sending),
		TEST(two_on_one_bus),
		TEST(handler_is_killed_and_the_other_takes_over),
	};

	return cmocka_run_group_tests_name("faults_disk", tests, NULL, NULL);
}
