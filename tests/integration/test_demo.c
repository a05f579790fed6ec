/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --demo as its user sees it, and what it leaves behind: nothing. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All that a demo starts carries it. */
#define MARK "PHEME_TEST_DEMO"

static int setup(void **state)
{
	struct pheme_world *w;

	pheme_setup(state);
	w = *state;
	test_env_setenv(w->env, MARK, test_env_dir(w->env));
	return 0;
}

static struct screen *start_demo(struct pheme_world *w)
{
	static const char *const args[] = {"--demo", NULL};
	const struct pheme_options options = {.args = args};

	return pheme_start_until(w, &options, "connected as ");
}

/* --- what is left ------------------------------------------------------------------------- */

static bool is_gone(void *data)
{
	struct pheme_world *w = data;
	g_autofree pid_t *left = test_proc_find(MARK, test_env_dir(w->env));

	return !left[0];
}

static gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

/* Nobody tells of the end of processes that are not ours. */
static void wait_gone(struct pheme_world *w)
{
	guint tick = g_timeout_add(20, on_tick, NULL);
	bool gone = test_wait_until(is_gone, w, TEST_WAIT_MS);

	g_source_remove(tick);
	assert_true(gone);
}

/* Path of the only directory of a demo; NULL when there is none. */
static char *find_place(struct pheme_world *w)
{
	g_autofree char *run = test_env_path(w->env, "run");
	g_autoptr(GDir) list = g_dir_open(run, 0, NULL);
	const char *name;
	char *found = NULL;

	while ((name = g_dir_read_name(list))) {
		if (!g_str_has_prefix(name, "pheme-demo-"))
			continue;
		assert_null(found);
		found = g_build_filename(run, name, NULL);
	}
	return found;
}

static void check_nothing_left(struct pheme_world *w)
{
	g_autofree char *place = find_place(w);

	wait_gone(w);
	assert_null(place);
}

/* The user's own directories are as empty as they were. */
static void check_untouched(struct pheme_world *w)
{
	static const char *const homes[] = {"home", "config", "data", "state", "cache"};

	for (gsize i = 0; i < G_N_ELEMENTS(homes); i++) {
		g_autofree char *path = test_env_path(w->env, homes[i]);
		g_autoptr(GDir) list = g_dir_open(path, 0, NULL);
		const char *name = list ? g_dir_read_name(list) : NULL;

		if (name)
			test_fail("%s/%s was made", path, name);
	}
}

/* --- tests -------------------------------------------------------------------------------- */

static void test_parrot(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_demo(w);

	screen_wait_row(s, 0, "Demo: ");
	screen_wait_text(s, "o parrot");
	screen_line(s, "/query parrot");
	screen_wait_text(s, "[parrot]");
	screen_line(s, "hello there");
	screen_wait_text(s, "parrot [auto] hello there");
	screen_line(s, "and again");
	screen_wait_text(s, "parrot [auto] and again");
	pheme_quit(w, s);
	check_nothing_left(w);
	check_untouched(w);
}

/* A web page through a tube, from word to browser. */
static void test_tube(void **state)
{
	static const char fetch[] = "curl -sSf --noproxy '*' http://127.0.0.1:%u/ 2>&1";
	struct pheme_world *w = *state;
	struct screen *s = start_demo(w);
	g_autofree char *all = NULL, *command = NULL, *got = NULL;
	const char *url;

	screen_wait_text(s, "o parrot");
	screen_line(s, "/query parrot");
	screen_wait_text(s, "[parrot]");
	screen_line(s, "tube");
	screen_wait_text(s, "A web page of mine");
	screen_wait_text(s, "parrot offers x-http: accept?");
	screen_line(s, "/accept");
	screen_wait_text(s, "http://127.0.0.1:");
	all = screen_text(s);
	url = strstr(all, "http://127.0.0.1:");
	command = g_strdup_printf(fetch,
				  (unsigned)strtoul(url + strlen("http://127.0.0.1:"), NULL, 10));
	for (int i = 0; i < 2; i++) {
		char *argv[] = {"sh", "-c", command, NULL};

		g_clear_pointer(&got, g_free);
		assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &got,
					 NULL, NULL, NULL));
		assert_non_null(strstr(got, "Hello from the parrot"));
	}
	/* What carried it ends with it, and the parrot stays. */
	screen_line(s, "/tube close");
	screen_wait_text(s, "closed");
	screen_line(s, "are you there?");
	screen_wait_text(s, "parrot [auto] are you there?");
	screen_line(s, "tube");
	screen_wait_text(s, "accept? (/accept 2 or");
	pheme_quit(w, s);
	check_nothing_left(w);
}

static void test_lobby(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_demo(w);

	screen_wait_text(s, "# lobby");
	screen_key(s, "M-1");
	screen_wait_text(s, "lobby (2)");
	screen_line(s, "anybody here?");
	screen_wait_text(s, "[sent]");
	pheme_quit(w, s);
	check_nothing_left(w);
}

static void test_signals(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP};
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
		struct screen *s = start_demo(w);

		screen_signal(s, signals[i]);
		screen_wait_exit(s);
		check_nothing_left(w);
	}
}

/* Processes go at once, the directory with the next start. */
static void test_killed(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_demo(w);
	g_autofree char *first = find_place(w), *second = NULL;

	screen_wait_text(s, "o parrot");
	assert_non_null(first);
	pheme_kill(w, s);
	wait_gone(w);
	assert_true(g_file_test(first, G_FILE_TEST_IS_DIR));
	s = start_demo(w);
	second = find_place(w);
	assert_string_not_equal(first, second);
	pheme_quit(w, s);
	check_nothing_left(w);
}

/* Killed while it is being set up, a few times. */
static void test_killed_early(void **state)
{
	static const char *const args[] = {"--demo", NULL};
	static const char *const signs[] = {"owner", "parrot/run", "me/run", "me/data/pheme"};
	const struct pheme_options options = {.args = args};
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(signs); i++) {
		struct screen *s = pheme_start(w, &options);
		guint tick = g_timeout_add(1, on_tick, NULL);
		bool there = false;

		while (!there) {
			g_autofree char *place = find_place(w);
			g_autofree char *sign =
				place ? g_build_filename(place, signs[i], NULL) : NULL;

			g_main_context_iteration(NULL, TRUE);
			there = sign && g_file_test(sign, G_FILE_TEST_EXISTS);
		}
		g_source_remove(tick);
		pheme_kill(w, s);
		wait_gone(w);
	}
	pheme_quit(w, start_demo(w));
	check_nothing_left(w);
}

/* Only what is ours and of that form is swept, and not what may be just being made. */
static void test_sweeping(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *dead = test_env_path(w->env, "run/pheme-demo-dead00");
	g_autofree char *fresh = test_env_path(w->env, "run/pheme-demo-fresh0");
	g_autofree char *open = test_env_path(w->env, "run/pheme-demo-open00");
	g_autofree char *other = test_env_path(w->env, "run/pheme-demo-other");
	g_autofree char *outside = test_env_path(w->env, "home/kept");
	g_autofree char *link = g_build_filename(dead, "link", NULL);
	struct screen *s;

	test_env_write(w->env, "run/pheme-demo-dead00/owner", "1 1\n");
	test_env_write(w->env, "run/pheme-demo-dead00/deep/er/file", "x");
	test_env_write(w->env, "home/kept/file", "x");
	assert_int_equal(symlink(outside, link), 0);
	assert_int_equal(mkdir(fresh, 0700), 0);
	assert_int_equal(mkdir(open, 0700), 0);
	test_env_write(w->env, "run/pheme-demo-open00/owner", "1 1\n");
	assert_int_equal(chmod(open, 0755), 0);
	test_env_write(w->env, "run/pheme-demo-other/owner", "1 1\n");
	s = start_demo(w);
	assert_false(g_file_test(dead, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(fresh, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(open, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
	pheme_quit(w, s);
	g_autofree char *kept = g_build_filename(outside, "file", NULL);

	assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
	wait_gone(w);
}

/* Two demos, and a pheme on the user's own bus, know nothing of each other. */
static void test_apart(void **state)
{
	struct pheme_world *w = *state;
	struct screen *ordinary, *one, *two;

	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", "alice@fixture", "");
	ordinary = pheme_start_until(w, NULL, "connected as alice@fixture");
	one = start_demo(w);
	two = start_demo(w);
	screen_wait_text(one, "o parrot");
	screen_wait_text(two, "o parrot");
	/* Its own row, the parrot's, and nobody of the other world. */
	pheme_wait_rows(one, "o parrot", 1);
	pheme_wait_rows(ordinary, "parrot", 0);
	pheme_quit(w, one);
	screen_line(two, "/query parrot");
	screen_wait_text(two, "[parrot]");
	screen_line(two, "still there?");
	screen_wait_text(two, "parrot [auto] still there?");
	pheme_quit(w, two);
	fixture_receive(w->fixture, "alice@fixture", "bob@fixture", false, "bob@fixture", "hello",
			NULL);
	screen_wait_text(ordinary, "bob@fixture");
	pheme_quit(w, ordinary);
}

static void test_lines(void **state)
{
	static const char *const args[] = {"--demo", "--run", "/connect local", NULL};
	const struct pheme_options options = {.args = args};
	struct pheme_world *w = *state;
	g_autofree char *err = NULL;

	assert_int_equal(pheme_run(w, &options, NULL, &err), 0);
	assert_string_equal(err, "");
	check_nothing_left(w);
	check_untouched(w);
}

/* Without a terminal nothing is made. */
static void test_no_terminal(void **state)
{
	static const char *const args[] = {"--demo", NULL};
	const struct pheme_options options = {.args = args};
	struct pheme_world *w = *state;
	g_autofree char *err = NULL;

	assert_int_equal(pheme_run(w, &options, NULL, &err), 2);
	check_nothing_left(w);
}

/* No account, one Enter: among the people of a machine of its own, where that can be had. */
static void test_first_start(void **state)
{
	const struct pheme_options options = {
		.shell = "unshare -n true 2>/dev/null && exec unshare -n \"$@\"; exec \"$@\"",
	};
	struct pheme_world *w = *state;
	struct screen *s = pheme_start_until(w, &options, "Welcome to pheme.");

	screen_key(s, "Enter");
	screen_wait_text(s, "connected as ");
	screen_wait_no_text(s, "Welcome");
	pheme_quit(w, s);
	/* It is there the next time. */
	pheme_quit(w, pheme_start_until(w, &options, "connected as "));
	/* The manager lives for five more seconds, or until its bus ends. */
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/demo/" name, fn, setup, pheme_teardown, NULL                                     \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("the parrot answers", test_parrot),
		TEST("the parrot's tube", test_tube),
		TEST("the lobby", test_lobby),
		TEST("ended by a signal", test_signals),
		TEST("killed", test_killed),
		TEST("killed while it starts", test_killed_early),
		TEST("what is swept", test_sweeping),
		TEST("several worlds", test_apart),
		TEST("lines without a screen", test_lines),
		TEST("no terminal", test_no_terminal),
		TEST("first start without an account", test_first_start),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
