/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a flag costs: --send over a connection that a screen has, --help. Each test prints its
 * number. Memory is judged always, time only with FLAGS_NUMBERS=strict (make bench-flags), on a
 * machine that does nothing else. */

#define ME       "me@fixture"
#define LOOKS    10 /* a process that is gone in 15 ms is not always seen, or not at its largest */
#define SENDS    41
#define SEND_MS  60
#define SEND_KB  8192
#define HELPS    201
#define HELP_MS  5
#define CONTACTS 200

struct cost {
	double ms;
	long kb; /* highest PSS that was seen */
};

static bool is_strict(void)
{
	return !g_strcmp0(g_getenv("FLAGS_NUMBERS"), "strict");
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static long read_pss(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", (int)pid);
	g_autofree char *text = NULL;
	const char *pss;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	pss = strstr(text, "\nPss:");
	return pss ? atol(pss + strlen("\nPss:")) : 0;
}

/* Looking at its memory takes time: that is not done when time is measured. */
static struct cost run(const char *const *args, bool look)
{
	g_autofree char *program = pheme_program();
	struct cost cost = {0};
	double begin = now_ms();
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		execv(program, (char *const *)args);
		_exit(127);
	}
	while (!waitpid(pid, &status, look ? WNOHANG : 0))
		cost.kb = MAX(cost.kb, read_pss(pid));
	cost.ms = now_ms() - begin;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return cost;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_ms(const char *const *args, int count)
{
	g_autofree double *all = g_new(double, count);

	for (int i = 0; i < count; i++)
		all[i] = run(args, false).ms;
	qsort(all, (size_t)count, sizeof(*all), compare);
	return all[count / 2];
}

static void test_send(void **state)
{
	static const char *const args[] = {"pheme", "--send", "contact0003@fixture", "hello", NULL};
	struct pheme_world *w = *state;
	struct screen *s;
	double ms;
	long kb = 0;

	pheme_use_fixture(w);
	fixture_set_roster(w->fixture, ME, CONTACTS, 10);
	pheme_add_fixture(w, NULL, "work", ME, "");
	s = pheme_start_until(w, NULL, "connected as");
	run(args, false);
	ms = median_ms(args, is_strict() ? SENDS : 5);
	for (int i = 0; i < LOOKS || (!kb && i < 20 * LOOKS); i++)
		kb = MAX(kb, run(args, true).kb);
	printf("--send over a living connection, %d contacts: %.1f ms (median), PSS %ld KB\n",
	       CONTACTS, ms, kb);
	pheme_quit(w, s);
	/* Under a sanitizer what is free is kept. */
	assert_in_range(kb, 1, g_getenv("PHEME_TEST_SLOW") ? G_MAXLONG : SEND_KB - 1);
	assert_true(!is_strict() || ms < SEND_MS);
}

static void test_help(void **state)
{
	static const char *const args[] = {"pheme", "--help", NULL};
	double ms = median_ms(args, is_strict() ? HELPS : 11);

	printf("--help: %.1f ms (median)\n", ms);
	assert_true(!is_strict() || ms < HELP_MS);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(send),
		TEST(help),
	};

	return cmocka_run_group_tests_name("flags/numbers", tests, NULL, NULL);
}
