/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The connection manager is killed, or stands still, while something is asked of it: with the
 * screen, which goes on, and on the command line, which says why and ends. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <sys/wait.h>

#define ME   "me@fixture"
#define BOB  "bob@fixture"
#define ROOM "den@fixture"
#define CM   TEST_CM_PREFIX "fixture"

/* Wide enough for a notice to be on one line. */
static const struct pheme_options wide = {.rows = 50, .cols = 160};

static int setup(void **state)
{
	struct pheme_world *w;

	pheme_setup(state);
	w = *state;
	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", ME, "");
	return 0;
}

/* Of a manager that has just been started. */
static void prepare(struct pheme_world *w)
{
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	fixture_set_presence(w->fixture, ME, BOB, "available", "");
	fixture_set_room_list(w->fixture, ME, 25);
	fixture_set_directory(w->fixture, ME, 5, 0);
}

/* --- with the screen --- */

enum place { STATUS, IN_ROOM, ROOMS, PEOPLE };

/* What is typed, and the method that then has no answer yet. */
struct question {
	const char *line, *method;
	enum place place; /* where it is typed, or what it opens */
};

static const struct question questions[] = {
	{"/rooms", "ListRooms", ROOMS},
	{"/rooms", "EnsureChannel", ROOMS},
	{"/directory person", "Search", PEOPLE},
	{"/directory person", "CreateChannel", STATUS},
	{"/whois " BOB, "RequestContactInfo", STATUS},
	{"/join other@fixture", "EnsureChannel", STATUS},
	{"/msg " BOB " hello", "SendMessage", STATUS},
	{"/away lunch", "SetPresence", STATUS},
	{"/add carol@fixture", "RequestSubscription", STATUS},
	{"/group add Bob Work", "AddToGroup", STATUS},
	{"/block Bob", "BlockContacts", STATUS},
	{"/room title a new one", "UpdateConfiguration", IN_ROOM},
	{"/topic a new one", "SetSubject", IN_ROOM},
	{"/invite " BOB, "AddMembers", IN_ROOM},
};

static struct screen *ask(struct pheme_world *w, const struct question *question)
{
	struct screen *s = pheme_start_until(w, &wide, "connected as");
	unsigned calls;

	/* Names are known with the roster. */
	screen_wait_text(s, "o Bob");
	if (question->place == IN_ROOM) {
		screen_line(s, "/join " ROOM);
		screen_wait_row(s, 0, ROOM " (");
	}
	fixture_hang(w->fixture, question->method);
	calls = fixture_count_calls(w->fixture, question->method);
	screen_line(s, question->line);
	fixture_wait_calls(w->fixture, question->method, calls + 1);
	return s;
}

static void leave_view(struct screen *s, bool lost, enum place place)
{
	screen_wait_text(s, lost ? "the connection was lost" : "ing...");
	/* A frame may come in parts: all of it. */
	screen_wait_row(s, 49, "Enter: ");
	screen_key(s, "Esc");
	/* A list that is under way is stopped first. */
	if (!lost && place == ROOMS) {
		screen_wait_no_text(s, "ing...");
		screen_key(s, "Esc");
	}
	screen_wait_row(s, 49, "[");
}

static void check_usable(struct screen *s, bool lost, enum place place)
{
	if (place == ROOMS || place == PEOPLE)
		leave_view(s, lost, place);
	screen_line(s, "/chat 0");
	screen_wait_row(s, 49, "[status]");
	screen_line(s, "/version");
	screen_wait_text(s, "GLib");
}

/* The account comes back when it is told to. */
static void test_killed(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
		struct screen *s;

		print_message("%s: %s\n", questions[i].line, questions[i].method);
		prepare(w);
		s = ask(w, &questions[i]);
		assert_true(test_env_kill_name(w->env, CM));
		check_usable(s, true, questions[i].place);
		screen_line(s, "/connect work");
		pheme_wait_rows(s, "connected as", 2);
		pheme_quit(w, s);
		test_env_kill_name(w->env, CM);
	}
}

/* Nothing that is typed waits for it, leaving not for long. Each takes its time: some of them. */
static void test_stopped(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(questions); i += 5) {
		struct screen *s;
		pid_t manager;

		print_message("%s: %s\n", questions[i].line, questions[i].method);
		prepare(w);
		s = ask(w, &questions[i]);
		manager = test_env_name_pid(w->env, CM);
		kill(manager, SIGSTOP);
		check_usable(s, false, questions[i].place);
		pheme_quit(w, s);
		test_env_kill_name(w->env, CM);
	}
}

/* --- without ------------------------------------------------------------------------------ */

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* One of each kind of verb, at each step of its way. */
static const struct flag {
	const char *method;
	const char *const *args;
} flags[] = {
	{"ListRooms", ARGS("--list", "rooms")},
	{"EnsureChannel", ARGS("--list", "rooms")},
	{"GetContactListAttributes", ARGS("--list", "contacts")},
	{"EnsureChannel", ARGS("--send", "Bob", "x")},
	{"EnsureChannel", ARGS("--join", ROOM)},
	{"ListRooms", ARGS("--run", "/rooms")},
	{"Search", ARGS("--run", "/directory person")},
	{"CreateChannel", ARGS("--run", "/directory person")},
	{"RequestContactInfo", ARGS("--run", "/whois " BOB)},
	{"AddToGroup", ARGS("--run", "/group add Bob Work")},
	{"SetPresence", ARGS("--status", "away")},
	{"Connect", ARGS("--status", "away")},
	{"RequestConnection", ARGS("--send", "Bob", "x")},
	{"GetParameters", ARGS("--send", "Bob", "x")},
	{"Connect", ARGS("--send", "Bob", "x")},
	{"GetContactListAttributes", ARGS("--send", "Bob", "x")},
	{"SendMessage", ARGS("--send", "Bob", "x")},
	{"GetContactListAttributes", ARGS("--file-send", "Bob", "/etc/passwd")},
	{"GetContactListAttributes", ARGS("--file-receive", "/tmp")},
	{"GetContactListAttributes", ARGS("--tube-offer", "Bob", "x-test", "1")},
	{"CreateChannel", ARGS("--tube-offer", "Bob", "x-test", "1")},
	{"GetContactListAttributes", ARGS("--tube-accept", "Bob")},
	{"Connect", ARGS("--list", "contacts")},
	{"GetContactListAttributes", ARGS("--no-autostart", "--watch")},
};

/* Starts it, with a limit of a second or none, until the method has been called. */
static struct screen *start_flag(struct pheme_world *w, const struct flag *flag, bool limited)
{
	const char *with[8] = {"--timeout", "1"};
	const struct pheme_options options = {
		.rows = 24, .cols = 160, .args = with + (limited ? 0 : 2)};
	struct screen *s;

	print_message("%s %s: %s\n", flag->args[0], flag->args[1], flag->method);
	for (gsize i = 0; flag->args[i]; i++)
		with[2 + i] = flag->args[i];
	prepare(w);
	fixture_hang(w->fixture, flag->method);
	s = pheme_start(w, &options);
	fixture_wait_calls(w->fixture, flag->method, 1);
	return s;
}

static void check_end(struct screen *s, int status)
{
	int got = screen_wait_exit(s);

	assert_true(WIFEXITED(got));
	if (WEXITSTATUS(got) != status)
		assert_int_equal(WEXITSTATUS(got), status);
	screen_dump(s);
	screen_wait_text(s, "pheme: ");
}

/* The reason is told once. */
static void check_one_line(struct screen *s)
{
	g_autofree char *second = screen_row(s, 1);

	screen_wait_text(s, "the connection manager ended unexpectedly");
	assert_string_equal(second, "");
}

static void test_flags_killed(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
		struct screen *s = start_flag(w, &flags[i], false);

		assert_true(test_env_kill_name(w->env, CM));
		check_end(s, 1);
		if (!strcmp(flags[i].args[0], "--send"))
			check_one_line(s);
		test_env_kill_name(w->env, CM);
	}
}

static void test_flags_stopped(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(flags); i += 5) {
		struct screen *s = start_flag(w, &flags[i], true);

		kill(test_env_name_pid(w->env, CM), SIGSTOP);
		check_end(s, 124);
		test_env_kill_name(w->env, CM);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(killed),
		TEST(stopped),
		TEST(flags_killed),
		TEST(flags_stopped),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("faults_manager", tests, NULL, NULL);
}
