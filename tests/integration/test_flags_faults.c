/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The verbs that go on until something happens, where a stream is closed or full, where something
 * is missing, and when they are stopped, continued and ended. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"

#include <signal.h>
#include <sys/wait.h>

#define ME     "me@fixture"
#define BOB    "bob@fixture"
#define ONLINE "GetContactListAttributes" /* called once by each that goes online */
#define SHELL  "cd \"$HOME\"; echo hello >in; "

static int setup(void **state)
{
	struct pheme_world *w;

	pheme_setup(state);
	w = *state;
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	fixture_set_tubes(w->fixture, ME, (const char *const[]){"unix", NULL});
	pheme_add_fixture(w, NULL, "work", ME, "");
	return 0;
}

static struct screen *start(struct pheme_world *w, const char *args, const char *streams)
{
	static const char *const none[] = {NULL};
	g_autofree char *shell =
		g_strdup_printf(SHELL "exec \"$@\" --timeout 20 %s %s", args, streams);

	return pheme_start(w, &(struct pheme_options){.cols = 200, .args = none, .shell = shell});
}

static void check_end(struct screen *s, const char *args, int status, const char *err)
{
	int got = screen_wait_exit(s);

	if (!WIFEXITED(got) || WEXITSTATUS(got) != status)
		test_fail("%s: ended with %#x, not with %d", args, (unsigned)got, status);
	if (*err)
		screen_wait_text(s, err);
}

/* No socket is left; what is left of programs the teardown finds. */
static void check_clean(struct pheme_world *w)
{
	static const char *const none[] = {NULL};
	struct outcome o = pheme_outcome(
		w, &(struct pheme_options){
			   .args = none,
			   .shell = "find \"$XDG_RUNTIME_DIR/pheme\" -type s; exit $?; "
				    "exec \"$@\""});

	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "");
	outcome_clear(&o);
}

/* --- streams ------------------------------------------------------------------------------ */

static const struct {
	const char *args, *streams;
	int status;
	const char *err;
} tubes[] = {
	{"--tube-accept Bob x-test --stdio", "<in >out", 0, ""},
	{"--tube-accept Bob x-test --stdio", "<&- >out 2>&-", 0, ""},
	{"--tube-accept Bob x-test --stdio", "<in >&-", 1, "cannot write to standard output"},
	{"--tube-accept Bob x-test --stdio", "<in >/dev/full", 1, "No space left on device"},
	{"--tube-accept Bob x-test --listen 0", "<&- >&-", 1, "cannot write to stdout"},
	{"--tube-accept Bob x-test --listen 0", ">/dev/full", 1, "cannot write to stdout"},
	{"--tube-accept Bob x-test --exec /nonexistent", "", 1, "cannot start /nonexistent"},
};

static void test_tubes(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(tubes); i++) {
		unsigned calls = fixture_count_calls(w->fixture, ONLINE);
		struct screen *s = start(w, tubes[i].args, tubes[i].streams);

		fixture_wait_calls(w->fixture, ONLINE, calls + 1);
		fixture_offer_tube(w->fixture, ME, BOB, "x-test");
		check_end(s, tubes[i].args, tubes[i].status, tubes[i].err);
	}
	check_clean(w);
}

/* --- what is said at once ----------------------------------------------------------------- */

static const struct {
	const char *args;
	int status;
	const char *err;
} refused[] = {
	{"--reply-with ''", 2, "cannot take CMD apart into words"},
	{"--reply-with /nonexistent", 1, "cannot start /nonexistent"},
	{"--reply-with ./in", 1, "cannot start ./in"},
	{"--file-receive /nonexistent", 1, "cannot receive into /nonexistent"},
	{"--file-receive in", 1, "it is no directory"},
};

static void test_refused(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
		check_end(start(w, refused[i].args, ""), refused[i].args, refused[i].status,
			  refused[i].err);
	assert_int_equal(fixture_count_calls(w->fixture, ONLINE), 0);
}

/* Who has no account is told the flag that makes one. */
static void test_no_account(void **state)
{
	static const char *const verbs[] = {"--watch", "--reply-with cat",
					    "--tube-accept Bob x-test --stdio",
					    "--tube-offer Bob x-test 1", "--file-receive ."};
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
		check_end(start(w, verbs[i], ""), verbs[i], 3, "--account-add PROTOCOL ID");
}

/* --- signals ------------------------------------------------------------------------------ */

static const struct {
	const char *args, *streams;
	int signal;
} ended[] = {
	{"--watch", "<&-", SIGTERM},
	{"--reply-with cat", "<&- >&- 2>&-", SIGHUP},
	{"--reply-with cat", ">/dev/full", SIGINT},
	{"--tube-offer Bob x-test 1", "<&- >&-", SIGINT},
	{"--tube-offer Bob x-test 1", "2>&-", SIGTERM},
	{"--tube-offer Bob x-test -", "<in", SIGHUP},
	{"--tube-accept Bob x-test --listen 0", "<&-", SIGINT},
	{"--tube-accept Bob x-test --stdio", "", SIGTERM},
	{"--tube-accept Bob x-test --stdio", "<&- >&- 2>&-", SIGHUP},
	{"--file-receive .", "<&- >&-", SIGINT},
	{"--file-receive .", "2>&-", SIGTERM},
	{"--file-receive .", ">/dev/full", SIGHUP},
};

static void test_signals(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(ended); i++) {
		unsigned calls = fixture_count_calls(w->fixture, ONLINE);
		struct screen *s = start(w, ended[i].args, ended[i].streams);

		fixture_wait_calls(w->fixture, ONLINE, calls + 1);
		screen_signal(s, SIGPIPE);
		screen_signal(s, SIGSTOP);
		screen_signal(s, SIGCONT);
		screen_signal(s, ended[i].signal);
		check_end(s, ended[i].args, 130, "");
	}
	check_clean(w);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tubes),
		TEST(refused),
		cmocka_unit_test_setup_teardown(test_no_account, pheme_setup, pheme_teardown),
		TEST(signals),
	};

	return cmocka_run_group_tests_name("flags_faults", tests, NULL, NULL);
}
