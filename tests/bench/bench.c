/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/table.h"
#include "tests/bench/worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/*
 * pheme beside its peers: each client that is installed, stage by stage, all of them in turn
 * and the whole of it several times, so that what disturbs the machine disturbs all alike.
 * It says what it saw and judges nothing; --smoke asks only whether pheme's rows have numbers.
 */

struct options {
	guint repeats;
	bool smoke;
	char **only; /* names of clients, NULL: all */
	char **stages;
};

static const char *const stage_names[STAGE_COUNT] = {
	[STAGE_START] = "start",     [STAGE_CHAT] = "chat",   [STAGE_ROSTER] = "roster",
	[STAGE_CHATS] = "chats",     [STAGE_CROWD] = "crowd", [STAGE_SEND] = "send",
	[STAGE_HISTORY] = "history",
};

static bool is_wanted(char *const *list, const char *name)
{
	return !list || g_strv_contains((const char *const *)list, name);
}

static bool takes_part(const struct options *options, const struct client *client)
{
	if (options->smoke && client->kind != CLIENT_PHEME)
		return false;
	return is_wanted(options->only, client->name);
}

/* Runs a stage of a client once. Returns false when it was interrupted. */
static bool run_client(struct table *table, const struct options *options,
		       const struct client *client, enum stage stage, guint repeat)
{
	g_autofree char *path = client_path(client);
	struct worker_job job = {
		.table = table,
		.client = client,
		.sizes = options->smoke ? &row_sizes_smoke : &row_sizes_full,
		.stage = stage,
		.repeat = repeat,
	};

	if (!path) {
		table_miss_stage(table, client, stage, repeat, "not installed");
		return true;
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "%u/%u %s: %s\033[K\r", repeat, options->repeats, client->name,
			stage_names[stage]);
	return worker_run(&job);
}

/* Everybody's turn at a stage comes before the next stage: clients that are compared were measured
 * minutes apart at most. */
static bool run_stage_of_all(struct table *table, const struct options *options, enum stage stage,
			     guint repeat)
{
	for (guint i = 0; i < client_count(); i++) {
		const struct client *client = client_nth(i);

		if (takes_part(options, client) && client->stages & 1u << stage &&
		    !run_client(table, options, client, stage, repeat))
			return false;
	}
	return true;
}

static bool run_all(struct table *table, const struct options *options)
{
	for (guint repeat = 1; repeat <= options->repeats; repeat++)
		for (enum stage stage = 0; stage < STAGE_COUNT; stage++)
			if (is_wanted(options->stages, stage_names[stage]) &&
			    !run_stage_of_all(table, options, stage, repeat))
				return false;
	return true;
}

/* --- what is said about it --- */

static char *cpu_name(void)
{
	g_autofree char *text = NULL;
	const char *at;

	if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
		return g_strdup("?");
	at = strstr(text, "model name");
	at = at ? strchr(at, ':') : NULL;
	return at ? g_strstrip(g_strndup(at + 1, strcspn(at + 1, "\n"))) : g_strdup("?");
}

static void print_machine(const struct options *options)
{
	g_autofree char *cpu = cpu_name();
	struct utsname name;

	uname(&name);
	printf("%s, %ld of them; %s %s; 80x24; median and range of %u\n\n", cpu,
	       sysconf(_SC_NPROCESSORS_ONLN), name.sysname, name.release, options->repeats);
}

/* A row counts when some pheme has a number in it. */
static const char *row_failure(const struct table *table, enum row row)
{
	const char *first = "no pheme has it";

	for (guint i = 0; i < client_count(); i++) {
		const struct client *client = client_nth(i);
		const char *reason = NULL;

		if (client->kind != CLIENT_PHEME)
			continue;
		if (table_has(table, client, row, &reason))
			return NULL;
		if (reason)
			first = reason;
	}
	return first;
}

/* In cmocka's words, which tests/run counts. */
static int report_smoke(const struct table *table, const struct row_sizes *sizes)
{
	int failed = 0;

	printf("[==========] Running %d test(s).\n", (int)ROW_COUNT);
	for (enum row row = 0; row < ROW_COUNT; row++) {
		g_autofree char *title = row_title(row, sizes);
		const char *reason = row_failure(table, row);

		printf("[  %s ] /bench/%s%s%s\n", reason ? "FAILED " : "     OK", title,
		       reason ? ": " : "", reason ? reason : "");
		failed += reason != NULL;
	}
	printf("[==========] %d test(s) run.\n", (int)ROW_COUNT);
	printf("[  PASSED  ] %d test(s).\n", (int)ROW_COUNT - failed);
	if (failed)
		printf("[  FAILED  ] %d test(s)\n", failed);
	return failed ? 1 : 0;
}

static int report(const struct table *table, const struct options *options)
{
	if (options->smoke)
		return report_smoke(table, &row_sizes_smoke);
	print_machine(options);
	table_print(table, stdout);
	fputc('\n', stdout);
	table_print_markdown(table, stdout);
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: bench [--smoke] [--only CLIENT,...] [--stage STAGE,...]\n"
			"BENCH_REPEATS=N repeats N times instead of 3\n");
	return 2;
}

static bool parse(int argc, char **argv, struct options *options)
{
	const char *repeats = g_getenv("BENCH_REPEATS");

	options->repeats = repeats ? (guint)CLAMP(atoi(repeats), 1, 1000) : 3;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--smoke"))
			options->smoke = true;
		else if (!strcmp(argv[i], "--only") && argv[i + 1] && !options->only)
			options->only = g_strsplit(argv[++i], ",", -1);
		else if (!strcmp(argv[i], "--stage") && argv[i + 1] && !options->stages)
			options->stages = g_strsplit(argv[++i], ",", -1);
		else
			return false;
	}
	if (options->smoke)
		options->repeats = 1;
	for (int i = 0; options->only && options->only[i]; i++)
		if (!client_find(options->only[i]))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct table *table;
	int result;

	if (!parse(argc, argv, &options))
		return usage();
	worker_init();
	table = table_new(options.smoke ? &row_sizes_smoke : &row_sizes_full);
	result = run_all(table, &options) ? 0 : 130;
	/* Of one that was broken off what there is is told, too. */
	if (result == 0 || !options.smoke)
		result |= report(table, &options);
	table_free(table);
	g_strfreev(options.only);
	g_strfreev(options.stages);
	return result;
}
