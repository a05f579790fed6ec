/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/run.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* A script's message: all that pheme --send takes from its start to its end, alone and where a
 * connection is there already. */

struct ended {
	bool is;
	int status;
};

static void on_end(GPid pid, int status, void *data)
{
	*(struct ended *)data = (struct ended){true, status};
}

static bool has_ended(void *data)
{
	return ((struct ended *)data)->is;
}

static double children_ms(void)
{
	struct rusage used;

	getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

struct cost {
	double ms, cpu_ms;
};

static struct cost send_once(struct run *run, const char *text)
{
	g_auto(GStrv) program = run->client->prepare(run, true);
	char *argv[] = {program[0], (char *)"--send", (char *)XMPP_WORLD_PEER, (char *)text, NULL};
	g_autofree char *log = test_env_path(run->env, "send.log");
	double cpu = children_ms();
	gint64 begin = g_get_monotonic_time();
	struct ended ended = {false, 0};
	pid_t pid = test_proc_start(argv, NULL, log);

	if (pid < 0)
		test_fail("cannot start %s", argv[0]);
	g_child_watch_add(pid, on_end, &ended);
	if (!test_wait_until(has_ended, &ended, 30000) || ended.status != 0)
		test_fail("--send ended with %d", ended.status);
	return (struct cost){(double)(g_get_monotonic_time() - begin) / 1000, children_ms() - cpu};
}

static int compare_costs(const void *a, const void *b)
{
	double x = ((const struct cost *)a)->ms, y = ((const struct cost *)b)->ms;

	return (x > y) - (x < y);
}

void stage_send(struct run *run)
{
	int count = run->sizes->sends;
	g_autofree struct cost *costs = g_new0(struct cost, (gsize)count);
	double cpu = 0;

	run_report(run, ROW_SEND_COLD_MS, send_once(run, "cold").ms);
	run_log_in(run);
	run_settle(run, run->sizes->quiet_ms);
	for (int i = 0; i < count; i++) {
		costs[i] = send_once(run, "warm");
		cpu += costs[i].cpu_ms;
	}
	qsort(costs, (size_t)count, sizeof(*costs), compare_costs);
	run_report(run, ROW_SEND_MS, costs[count / 2].ms);
	run_report(run, ROW_SEND_CPU, cpu / count);
}
