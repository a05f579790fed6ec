/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What --watch costs beside a program that only receives and decodes the same signals
 * (tests/bench/listen.c), while both listen to one manager. Prints the numbers; with
 * WATCH_NUMBERS=strict (make bench) they must be good, else only not absurd.
 */

#include "watch_world.h"

#define WANTED 2.0
#define ABSURD 8.0

static long long listened_us(const char *path, unsigned count)
{
	g_autofree char *out = NULL;
	g_autofree char *wanted = g_strdup_printf("%u messages, ", count);
	const char *at;

	if (test_wait_file(path, 0, " us\n", TEST_WAIT_MS) < 0)
		test_fail("the program that listens did not see all messages");
	out = watch_read(path);
	at = strstr(out, wanted);
	assert_non_null(at);
	return g_ascii_strtoll(at + strlen(wanted), NULL, 10);
}

static void listen_start(struct pheme_world *w, unsigned count, const char *log)
{
	g_autofree char *pheme = pheme_program();
	g_autofree char *dir = g_path_get_dirname(pheme);
	g_autofree char *program = g_build_filename(dir, "tests", "bench", "listen", NULL);
	g_autofree char *number = g_strdup_printf("%u", count);
	g_autofree char *name = NULL;

	fixture_connection(w->fixture, ME, &name, NULL);
	char *argv[] = {program, name, number, NULL};

	assert_true(test_proc_start(argv, NULL, log) > 0);
	assert_true(test_wait_file(log, 0, "ready\n", TEST_WAIT_MS) >= 0);
}

static void test_cpu(void **state)
{
	struct pheme_world *w = *state;
	bool strict = !g_strcmp0(g_getenv("WATCH_NUMBERS"), "strict");
	unsigned count = strict ? 5000 : 1000;
	g_autofree char *last = g_strdup_printf("message %u of %u", count, count);
	g_autofree char *log = test_env_path(w->env, "listen.log");
	struct watcher *watcher;
	long long used, listened;
	double ratio;
	pid_t pid;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch", "--json");
	watch_wait(watcher, "\"connected\"");
	watch_says(w, "the first opens the chat");
	watch_wait(watcher, "opens the chat");
	watch_wait_pending(w, 0);
	listen_start(w, count, log);
	pid = screen_pid(watcher->screen);
	used = test_proc_cpu_us(pid);
	fixture_burst(w->fixture, ME, BOB, false, BOB, count);
	watch_wait(watcher, last);
	watch_wait_pending(w, 0);
	used = test_proc_cpu_us(pid) - used;
	listened = listened_us(log, count);
	ratio = (double)used / (double)listened;
	printf("--watch --json, %u messages: %.1f ms; libdbus alone: %.1f ms; %.2f times "
	       "(wanted <= %g)\n",
	       count, (double)used / 1000, (double)listened / 1000, ratio, WANTED);
	printf("PSS after it: %.1f MB\n", (double)test_proc_pss(pid) / 1048576);
	if (ratio > (strict ? WANTED : ABSURD) && !g_getenv("PHEME_TEST_SLOW"))
		test_fail("--watch costs %.2f times what libdbus does", ratio);
	watch_end(w, watcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/watch/numbers", test_cpu, pheme_setup, pheme_teardown, NULL},
	};

	return cmocka_run_group_tests_name("watch numbers", tests, NULL, NULL);
}
