/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --send: whom it finds, what it takes from standard input, and how it ends. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME   "me@fixture"
#define BOB  "bob@fixture"
#define ROOM "dev@conference.fixture"

#define RUN(w, ...) run(w, NULL, (const char *const[]){__VA_ARGS__, NULL})
/* …with what a script of sh prints on standard input. */
#define PIPE(w, script, ...)                                                                       \
	run(w, script " | exec \"$@\"", (const char *const[]){__VA_ARGS__, NULL})

static struct outcome run(struct pheme_world *w, const char *shell, const char *const *args)
{
	const struct pheme_options options = {.args = args, .shell = shell};

	return pheme_outcome(w, &options);
}

static void check(struct outcome outcome, int status, const char *err)
{
	if (outcome.status != status || !strstr(outcome.err, err) || (!*err && *outcome.err) ||
	    *outcome.out)
		outcome_fail(&outcome);
	/* One line that a person can act on. */
	if (status && status != 2)
		assert_int_equal(pheme_count(outcome.err, "\n"), 1);
	outcome_clear(&outcome);
}

static int setup(void **state)
{
	struct pheme_world *w;

	pheme_setup(state);
	w = *state;
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
	return 0;
}

static void check_sent(struct pheme_world *w, const char *chat, const char *texts)
{
	g_auto(GStrv) sent = fixture_sent(w->fixture, ME, chat);
	g_autofree char *all = g_strjoinv("|", sent);

	assert_string_equal(all, texts);
}

static void test_text(void **state)
{
	struct pheme_world *w = *state;

	check(RUN(w, "--send", "Bob", "one"), 0, "");
	check(RUN(w, "--send", BOB, "two"), 0, "");
	check(RUN(w, "--send", "work:" BOB, "three words here"), 0, "");
	check(RUN(w, "-a", "work", "--send=bob", "--", "-four"), 0, "");
	check(RUN(w, "--send", "carol@fixture", "five"), 0, "");
	check_sent(w, BOB, "one|two|three words here|-four");
	check_sent(w, "carol@fixture", "five");
	/* Closed by its last user. */
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "5");
}

/* What is too long for a message goes in several, what is far too long not at all. */
static void test_long_text(void **state)
{
	struct pheme_world *w = *state;

	check(PIPE(w, "head -c 150000 /dev/zero | tr '\\0' x", "--send", "dan@fixture"), 0, "");
	pheme_wait_history(
		w, NULL,
		"SELECT group_concat(length(text), ' ') FROM message WHERE text LIKE 'xxx%'",
		"60000 60000 30000");
	check(PIPE(w, "head -c 900000 /dev/zero | tr '\\0' x", "--send", "dan@fixture"), 1,
	      "/file");
}

static void test_stdin(void **state)
{
	struct pheme_world *w = *state;

	check(PIPE(w, "printf 'one\\n\\ntwo\\n'", "--send", "Bob"), 0, "");
	check(PIPE(w, "printf 'x\\r\\n'", "--send", "Bob", "-"), 0, "");
	check(PIPE(w, "printf '\\n\\n'", "--send", "Bob"), 1, "nothing to send");
	check(PIPE(w, "printf 'gr\\303\\274n\\n'", "--send", "Bob"), 0, "");
	check(PIPE(w, "printf 'ab\\000c'", "--send", "Bob"), 1, "byte 2 is a NUL");
	check(PIPE(w, "printf 'ab\\n\\377c'", "--send", "Bob"), 1, "byte 3 is not valid UTF-8");
	check(PIPE(w, "printf 'ab\\303'", "--send", "Bob"), 1, "byte 2 is not valid UTF-8");
	check(PIPE(w, "head -c 1100000 /dev/zero | tr '\\0' x", "--send", "Bob"), 1, "--lines");
	check(RUN(w, "--send", "Bob", "a\xff"), 2, "byte 1");
	check_sent(w, BOB, "one\n\ntwo|x|gr\u00fcn");
}

static void test_lines(void **state)
{
	struct pheme_world *w = *state;
	g_auto(GStrv) sent = NULL;

	check(PIPE(w, "printf 'one\\n\\ntwo\\nthree'", "--send", "Bob", "--lines"), 0, "");
	check_sent(w, BOB, "one|two|three");
	check(PIPE(w, "printf 'four\\nfi\\000ve\\nsix\\n'", "--send", "Bob", "--lines"), 1,
	      "byte 7 is a NUL");
	check_sent(w, BOB, "one|two|three|four");
	check(PIPE(w, "seq 300", "--send", "Bob", "--lines"), 0, "");
	sent = fixture_sent(w->fixture, ME, BOB);
	assert_int_equal(g_strv_length(sent), 304);
	for (int i = 0; i < 300; i++)
		assert_int_equal(atoi(sent[4 + i]), i + 1);
}

/* A line goes out when it has come, however long the pipe stays open. */
static void test_lines_as_they_come(void **state)
{
	struct pheme_world *w = *state;
	const char *const args[] = {"--send", "Bob", "--lines", "--timeout", "5", NULL};
	struct screen *s;

	s = pheme_start(w, &(struct pheme_options){.args = args});
	screen_line(s, "first");
	fixture_wait_sent(w->fixture, ME, 1);
	screen_line(s, "second");
	fixture_wait_sent(w->fixture, ME, 2);
	screen_type(s, "\x04");
	assert_int_equal(screen_wait_exit(s), 0);
	check_sent(w, BOB, "first|second");
}

static void test_unknown(void **state)
{
	struct pheme_world *w = *state;

	fixture_set_contact(w->fixture, ME, "d1@fixture", "Dave", "", 4, 4, "");
	fixture_set_contact(w->fixture, ME, "d2@fixture", "Dave", "", 4, 4, "");
	check(RUN(w, "--send", "Dave", "x"), 3, "work:d1@fixture, work:d2@fixture");
	check(RUN(w, "-a", "nosuch", "--send", "Bob", "x"), 3, "nosuch");
	check(RUN(w, "--send", "Dave Miller", "x"), 3, "Dave Miller");
	check_sent(w, NULL, "");
}

static void test_offline(void **state)
{
	struct pheme_world *w = *state;

	check(RUN(w, "--bus", "unix:path=/nonexistent", "--send", "Bob", "x"), 4, "/nonexistent");
	fixture_connect_error(w->fixture, ME, "org.freedesktop.Telepathy.Error.NetworkError",
			      "down", 2);
	check(RUN(w, "--send", "Bob", "x"), 4, "work");
	fixture_connect_error(w->fixture, ME,
			      "org.freedesktop.Telepathy.Error.AuthenticationFailed", "wrong", 3);
	check(RUN(w, "--send", "Bob", "x"), 5, "password");
	check(RUN(w, "--send", "Bob", "x", "--no-autostart"), 5, "password");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "0");
}

/* What failed is not sent by whoever comes next. */
static void test_gives_up(void **state)
{
	struct pheme_world *w = *state;

	fixture_hang(w->fixture, "SendMessage");
	check(RUN(w, "--send", "Bob", "x", "--timeout", "1"), 124, "has not confirmed");
	fixture_heal(w->fixture, "SendMessage");
	fixture_hang(w->fixture, "EnsureChannel");
	check(RUN(w, "--send", "carol@fixture", "y", "--timeout", "1"), 124, "not done");
	fixture_heal(w->fixture, "EnsureChannel");
	check(RUN(w, "--send", "Bob", "z"), 0, "");
	check_sent(w, NULL, "z");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message WHERE delivery = 6", "2");
}

static void test_not_delivered(void **state)
{
	struct pheme_world *w = *state;

	fixture_fail(w->fixture, "SendMessage", "org.freedesktop.Telepathy.Error.Offline");
	check(RUN(w, "--send", "Bob", "x"), 6, "offline");
}

static void test_wait_delivered(void **state)
{
	struct pheme_world *w = *state;

	check(RUN(w, "--send", "Bob", "x", "--wait", "delivered", "--timeout", "1"), 124,
	      "nobody has confirmed");
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
}

/* It is said before it is waited for, not only when the time is over. */
static void test_wait_in_vain(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	fixture_set_plain(w->fixture, ME, true);
	o = RUN(w, "--send", "Bob", "x", "--wait", "delivered", "--timeout", "1");
	if (o.status != 124 || !g_str_has_prefix(o.err, "pheme: work does not tell when a message "
							"has arrived: only that one has not, if at "
							"all\npheme: --send is not done after 1 s"))
		test_fail("exit status %d: %s", o.status, o.err);
	outcome_clear(&o);
	check(RUN(w, "--send", "Bob", "x"), 0, "");
}

/* A room that we are not in is joined for it, and left again. */
static void test_room(void **state)
{
	struct pheme_world *w = *state;

	check(RUN(w, "--send", ROOM, "hello all"), 0, "");
	check_sent(w, ROOM, "hello all");
}

static void test_beside_a_screen(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = pheme_start_until(w, NULL, "connected as");

	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <");
	check(RUN(w, "--send", "Bob", "from the side"), 0, "");
	screen_wait_text(s, "from the side");
	pheme_wait_rows(s, "from the side", 1);
	check(RUN(w, "--send", ROOM, "to all"), 0, "");
	check_sent(w, ROOM, "to all");
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 0);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "2");
	pheme_quit(w, s);
}

/* Parallel scripts share one connection, and none cuts another off. */
#define CROWD                                                                                      \
	"pids=; bad=0; for i in $(seq 200); do \"$@\" \"message $i\" & pids=\"$pids $!\"; done; "  \
	"for p in $pids; do wait $p || bad=$((bad + 1)); done; exit $bad; exec \"$@\""

static void check_crowd(struct pheme_world *w, const char *const *sent)
{
	assert_int_equal(g_strv_length((char **)sent), 200);
	for (int i = 1; i <= 200; i++) {
		g_autofree char *text = g_strdup_printf("message %d", i);

		assert_true(g_strv_contains(sent, text));
	}
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "200");
	pheme_wait_history(w, NULL, "SELECT count(DISTINCT text) FROM message", "200");
	pheme_wait_history(w, NULL, "PRAGMA integrity_check", "ok");
}

static void test_crowd(void **state)
{
	struct pheme_world *w = *state;
	/* Two hundred on one processor take longer than one may wait for. */
	const char *const args[] = {"--timeout", "90", "--send", "Bob", NULL};
	g_auto(GStrv) sent = NULL;

	check(run(w, CROWD, args), 0, "");
	sent = fixture_sent(w->fixture, ME, BOB);
	check_crowd(w, (const char *const *)sent);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
}

/* The same for a room: it is joined by the first and left by the last of them. */
#define FEW                                                                                        \
	"pids=; bad=0; for i in $(seq 20); do \"$@\" \"message $i\" & pids=\"$pids $!\"; done; "   \
	"for p in $pids; do wait $p || bad=$((bad + 1)); done; exit $bad; exec \"$@\""

static void check_few(struct pheme_world *w, guint count)
{
	const char *const args[] = {"--send", ROOM, NULL};
	g_auto(GStrv) sent = NULL;

	check(run(w, FEW, args), 0, "");
	sent = fixture_sent(w->fixture, ME, ROOM);
	assert_int_equal(g_strv_length(sent), count);
}

static void test_room_crowd(void **state)
{
	struct pheme_world *w = *state;

	check_few(w, 20);
	check_few(w, 40);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
}

/* Who is in it for a person stays; where nobody is it is left though the connection lives. */
static void test_room_beside_a_screen(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = pheme_start_until(w, NULL, "connected as");
	unsigned joins = fixture_count_calls(w->fixture, "RemoveMembers");

	check_few(w, 20);
	assert_in_range(fixture_count_calls(w->fixture, "RemoveMembers"), joins + 1, joins + 20);
	joins = fixture_count_calls(w->fixture, "RemoveMembers");
	screen_line(s, "/join " ROOM);
	screen_wait_row(s, 0, ROOM " (");
	check_few(w, 40);
	assert_int_equal(fixture_count_calls(w->fixture, "RemoveMembers"), joins);
	screen_line(s, "still here");
	screen_wait_text(s, "still here");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message WHERE delivery = 3", "41");
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text),
		TEST(long_text),
		TEST(stdin),
		TEST(lines),
		TEST(lines_as_they_come),
		TEST(unknown),
		TEST(offline),
		TEST(gives_up),
		TEST(not_delivered),
		TEST(wait_delivered),
		TEST(wait_in_vain),
		TEST(room),
		TEST(beside_a_screen),
		TEST(crowd),
		TEST(room_crowd),
		TEST(room_beside_a_screen),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("send", tests, NULL, NULL);
}
