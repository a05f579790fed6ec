/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Terminals that can do little or are none, signals, and sizes. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

static void use_account(struct pheme_world *w)
{
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	fixture_set_presence(w->fixture, ME, BOB, "away", "");
	pheme_add_fixture(w, NULL, "work", ME, "");
}

static void receive(struct pheme_world *w, const char *text)
{
	fixture_receive(w->fixture, ME, BOB, false, BOB, text, NULL);
}

static struct screen *start_chat(struct pheme_world *w, const struct pheme_options *options)
{
	struct screen *s;

	use_account(w);
	s = pheme_start_until(w, options, "connected as");
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <");
	return s;
}

/* No SGR sequence that sets a colour: 30 to 49, 90 to 107. */
static bool has_colour(struct screen *s)
{
	const char *raw = screen_raw(s, 0, &(size_t){0});

	return g_regex_match_simple("\033\\[[0-9;]*(?<=[\\[;])([349][0-9]|10[0-7])[;m]", raw, 0, 0);
}

static void check_no_colour(struct pheme_world *w, const struct pheme_options *options)
{
	struct screen *s = start_chat(w, options);

	receive(w, "all of it reads");
	screen_wait_text(s, "all of it reads");
	screen_wait_text(s, " a Bob");
	assert_false(has_colour(s));
	pheme_quit(w, s);
}

static void test_vt100(void **state)
{
	check_no_colour(*state, &(struct pheme_options){.term = "vt100"});
}

static void test_no_color(void **state)
{
	struct pheme_world *w = *state;

	test_env_setenv(w->env, "NO_COLOR", "1");
	check_no_colour(w, NULL);
}

static void test_colour(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	receive(w, "coloured");
	screen_wait_text(s, "coloured");
	assert_true(has_colour(s));
	pheme_quit(w, s);
}

/* Replacements, not garbage: whatever goes to the terminal is ASCII. */
static void test_no_utf8(void **state)
{
	static const char text[] = "na\xc3\xafve \xe2\x9c\x93 \xe6\x97\xa5\xe6\x9c\xac end";
	struct pheme_options options = {.locale = "C"};
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, &options);
	const char *raw;
	size_t len;

	receive(w, text);
	screen_wait_text(s, " end");
	raw = screen_raw(s, 0, &len);
	for (size_t i = 0; i < len; i++)
		assert_true((unsigned char)raw[i] < 0x80);
	pheme_wait_history(w, NULL, "SELECT text FROM message", text);
	screen_line(s, "plain");
	fixture_wait_sent(w->fixture, ME, 1);
	pheme_quit(w, s);
}

static void check_refused(struct pheme_world *w, const struct pheme_options *options,
			  const char *why)
{
	struct screen *s = pheme_start(w, options);
	int status;

	screen_wait_text(s, why);
	status = screen_wait_exit(s);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	assert_true(screen_is_restored(s));
}

static void test_dumb_terminal(void **state)
{
	check_refused(*state, &(struct pheme_options){.term = "dumb"}, "TERM is \"dumb\"");
	check_refused(*state, &(struct pheme_options){.term = "nosuch"}, "\"nosuch\" is not known");
}

static void test_stdin_is_not_a_terminal(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *out = NULL, *err = NULL;

	assert_int_equal(pheme_run(w, &(struct pheme_options){0}, &out, &err), 2);
	assert_string_equal(out, "");
	assert_non_null(strstr(err, "not a terminal"));
	assert_int_equal(pheme_count(err, "\n"), 1);
	check_refused(w, &(struct pheme_options){.shell = "exec \"$@\" </dev/null"},
		      "stdin is not a terminal");
}

/* --- signals --- */

static void check_signal(struct pheme_world *w, int signal)
{
	struct screen *s = start_chat(w, NULL);
	int status;

	receive(w, "stored before the end");
	screen_wait_text(s, "stored before the end");
	screen_type(s, "half a line");
	screen_signal(s, signal);
	status = screen_wait_exit(s);
	assert_true(WIFEXITED(status));
	assert_true(screen_is_restored(s));
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "1");
}

static void test_sigterm(void **state)
{
	check_signal(*state, SIGTERM);
}

static void test_sighup(void **state)
{
	check_signal(*state, SIGHUP);
}

static void test_ctrl_z(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *program = pheme_program();
	char *argv[] = {"bash", "--norc", "-i", NULL};
	char *env[] = {"PS1=ready> ", "HISTFILE=/dev/null", NULL};
	struct screen_options options = {.env = env};
	struct screen *s = screen_new(argv, &options);

	g_ptr_array_add(w->screens, s);
	use_account(w);
	screen_wait_text(s, "ready>");
	screen_line(s, program);
	screen_wait_text(s, "connected as");
	screen_key(s, "C-z");
	screen_wait_text(s, "Stopped");
	assert_false(screen_is_alternate(s));
	screen_line(s, "echo canon=$(stty -a | grep -c ' icanon')");
	screen_wait_text(s, "canon=1");
	receive(w, "while stopped");
	screen_line(s, "fg");
	screen_wait_text(s, "Act: 1:Bob(1)");
	assert_true(screen_is_alternate(s));
	screen_key(s, "M-1");
	screen_wait_text(s, "while stopped");
	screen_line(s, "/quit");
	screen_wait_no_text(s, "[Bob]");
	screen_line(s, "exec sh -c 'exit 4'");
	assert_int_equal(WEXITSTATUS(screen_wait_exit(s)), 4);
	assert_true(screen_is_restored(s));
}

/* --- sizes --- */

static void test_any_size_while_messages_arrive(void **state)
{
	static const int sizes[][2] = {{1, 1},   {2, 1},     {1, 80}, {24, 1},  {3, 3},   {5, 20},
				       {4, 20},  {5, 19},    {6, 21}, {24, 59}, {24, 60}, {10, 300},
				       {200, 9}, {100, 400}, {2, 2},  {1, 500}, {24, 80}};
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	screen_type(s, "typed before \xe6\x97\xa5\xe6\x9c\xac");
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree char *text = g_strdup_printf(
			"message %zu with some more text that has to be wrapped \xe6\x97\xa5", i);

		screen_resize(s, sizes[i][0], sizes[i][1]);
		receive(w, text);
		screen_key(s, i % 3 ? "PageUp" : "F4");
		screen_key(s, i % 3 ? "PageDown" : "F4");
		fixture_wait_pending(w->fixture, ME, BOB, false, 0);
		assert_true(screen_is_running(s));
	}
	screen_wait_row(s, 23, "typed before");
	screen_wait_row(s, 22, "1:Bob");
	screen_wait_text(s, "message 16");
	screen_key(s, "C-u");
	pheme_quit(w, s);
}

static void test_storm_of_sizes(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	for (int i = 0; i < 100; i++)
		screen_resize(s, 1 + i * 7 % 50, 1 + i * 13 % 180);
	fixture_burst(w->fixture, ME, BOB, false, BOB, 300);
	screen_resize(s, 24, 80);
	screen_wait_text(s, "message 300 of 300");
	screen_wait_row(s, 23, "[Bob]");
	pheme_quit(w, s);
}

/* A size that comes and goes before anybody looks takes from the terminal what it showed. */
static void test_size_of_before(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	screen_signal(s, SIGSTOP);
	screen_resize(s, 1, 1);
	screen_resize(s, 24, 80);
	screen_signal(s, SIGCONT);
	screen_wait_row(s, 23, "[Bob]");
	screen_wait_row(s, 22, "1:Bob");
	screen_wait_row(s, 0, "Bob <");
	pheme_quit(w, s);
}

static void test_terminal_that_is_closed(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);
	pid_t pid = screen_pid(s);
	int status = -1;

	screen_hang_up(s);
	assert_true(test_wait_exit(pid, &status, TEST_WAIT_MS));
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 2);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(vt100),
		TEST(no_color),
		TEST(colour),
		TEST(no_utf8),
		TEST(dumb_terminal),
		TEST(stdin_is_not_a_terminal),
		TEST(sigterm),
		TEST(sighup),
		TEST(ctrl_z),
		TEST(any_size_while_messages_arrive),
		TEST(storm_of_sizes),
		TEST(size_of_before),
		TEST(terminal_that_is_closed),
	};

	return cmocka_run_group_tests_name("faults_terminal", tests, NULL, NULL);
}
