/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What --watch costs beside a program that only receives and decodes the signals of the manager
 * (tests/bench/listen.c), while both listen to it. Prints the numbers; with WATCH_NUMBERS=strict
 * (make bench) they must be good, else only not absurd.
 *
 * Managers send each message twice, in an older form too. pheme asks for the newer one alone;
 * what a program costs that does the same is told as well, and judged by nobody.
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

static void listen_start(struct pheme_world *w, unsigned count, const char *interface,
			 const char *log)
{
	g_autofree char *pheme = pheme_program();
	g_autofree char *dir = g_path_get_dirname(pheme);
	g_autofree char *program = g_build_filename(dir, "tests", "bench", "listen", NULL);
	g_autofree char *number = g_strdup_printf("%u", count);
	g_autofree char *name = NULL;

	fixture_connection(w->fixture, ME, &name, NULL);
	char *argv[] = {program, name, number, (char *)interface, NULL};

	assert_true(test_proc_start(argv, NULL, log) > 0);
	assert_true(test_wait_file(log, 0, "ready\n", TEST_WAIT_MS) >= 0);
}

struct cost {
	double pheme, alone; /* ms */
};

/* @interface: of the signals that the other program asks for; NULL: all. */
static struct cost burst(struct pheme_world *w, struct watcher *watcher, unsigned count,
			 const char *interface)
{
	g_autofree char *last = g_strdup_printf("message %u of %u", count, count);
	g_autofree char *log = test_env_path(w->env, interface ? "narrow.log" : "listen.log");
	pid_t pid = screen_pid(watcher->screen);
	long long used;

	listen_start(w, count, interface, log);
	used = test_proc_cpu_us(pid);
	fixture_burst(w->fixture, ME, BOB, false, BOB, count);
	watch_wait(watcher, last);
	watch_wait_pending(w, 0);
	used = test_proc_cpu_us(pid) - used;
	return (struct cost){(double)used / 1000, (double)listened_us(log, count) / 1000};
}

static void test_cpu(void **state)
{
	struct pheme_world *w = *state;
	bool strict = !g_strcmp0(g_getenv("WATCH_NUMBERS"), "strict");
	unsigned count = strict ? 5000 : 1000;
	struct watcher *watcher;
	struct cost cost;
	double ratio;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch", "--json");
	watch_wait(watcher, "\"connected\"");
	watch_says(w, "the first opens the chat");
	watch_wait(watcher, "opens the chat");
	watch_wait_pending(w, 0);
	cost = burst(w, watcher, count, NULL);
	ratio = cost.pheme / cost.alone;
	printf("--watch --json, %u messages: %.1f ms; libdbus alone: %.1f ms; %.2f times "
	       "(wanted <= %g)\n",
	       count, cost.pheme, cost.alone, ratio, WANTED);
	printf("PSS after it: %.1f MB\n",
	       (double)test_proc_pss(screen_pid(watcher->screen)) / 1048576);
	cost = burst(w, watcher, count, "org.freedesktop.Telepathy.Channel.Interface.Messages");
	printf("once more: %.1f ms; libdbus alone, without the older signals: %.1f ms; %.2f "
	       "times\n",
	       cost.pheme, cost.alone, cost.pheme / cost.alone);
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
