/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/model/chat.h"
#include "src/model/message.h"
#include "src/model/query.h"
#include "src/store/history.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A history of many messages: what it costs to store them, to open a chat, to page up in it and
 * to search, in the program's own thread; and what the flags take that read it, with the most
 * memory they ever had.
 *
 *   history [messages]
 */

#define CHATS   500
#define GROUP   200
#define REPEATS 21

struct bench {
	struct history *history;
	unsigned stored;
	gint64 row, next;
	guint count;
	bool done;
};

static const char *const vocabulary[] = {
	"the",     "to",       "and",     "of",     "meeting", "server", "backup", "is",
	"that",    "tomorrow", "kernel",  "deploy", "coffee",  "you",    "with",   "Zürich",
	"release", "branch",   "merge",   "queue",  "lunch",   "train",  "late",   "sorry",
	"maybe",   "again",    "version", "number", "update",  "build",  "failed", "thanks",
};

static void wait_for(struct bench *bench)
{
	while (!bench->done)
		g_main_context_iteration(NULL, TRUE);
	bench->done = false;
}

static int by_value(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), by_value);
	return values[count / 2];
}

static double since(gint64 begun)
{
	return (double)(g_get_monotonic_time() - begun) / 1e3;
}

/* --- storing ------------------------------------------------------------------------------ */

static void on_stored(enum history_result result, gint64 row, const char *why, void *data)
{
	struct bench *bench = data;

	if (result != HISTORY_STORED)
		g_error("cannot store: %s", why);
	bench->done = ++bench->stored % GROUP == 0;
}

static char *make_text(GRand *rand)
{
	GString *text = g_string_new(NULL);

	for (int words = g_rand_int_range(rand, 3, 18); words > 0; words--) {
		if (g_rand_int_range(rand, 0, 20) == 0)
			g_string_append_printf(text, "w%d ", g_rand_int_range(rand, 0, 50000));
		else
			g_string_append_printf(
				text, "%s ",
				vocabulary[g_rand_int_range(rand, 0, G_N_ELEMENTS(vocabulary))]);
	}
	return g_string_free(text, FALSE);
}

static void append(struct bench *bench, GRand *rand, unsigned number)
{
	g_autofree char *text = make_text(rand), *uid = message_new_uid();
	g_autofree char *id = g_strdup_printf("user%u@example.org", number % CHATS);
	const struct history_chat chat = {"work", CHAT_CONTACT, id};
	const struct history_message message = {
		.time = 1500000000 + (gint64)number * 60,
		.direction = number % 3 == 0,
		.sender = id,
		.alias = (char *)"Some Body",
		.text = text,
		.uid = uid,
		.dedupe = uid,
	};

	history_append(bench->history, &chat, &message, on_stored, bench);
}

static void fill(struct bench *bench, const char *path, unsigned messages)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	g_autofree double *times = g_new(double, messages / GROUP);
	struct stat file;
	int groups = 0;

	for (unsigned i = 0; i < messages; groups++) {
		gint64 begun = g_get_monotonic_time();

		for (int k = 0; k < GROUP; k++)
			append(bench, rand, i++);
		wait_for(bench);
		times[groups] = since(begun);
	}
	history_flush(bench->history);
	stat(path, &file);
	printf("store    %8.2f ms for a group of %d, median of %u messages; %.0f MB, %.0f bytes "
	       "each\n",
	       median(times, groups), GROUP, messages, (double)file.st_size / 1e6,
	       (double)file.st_size / messages);
}

/* --- reading ------------------------------------------------------------------------------ */

static void on_page(GPtrArray *messages, bool complete, const char *error, void *data)
{
	struct bench *bench = data;

	if (error)
		g_error("cannot read: %s", error);
	bench->count = messages->len;
	bench->row = ((struct history_message *)messages->pdata[0])->row;
	bench->done = true;
}

static void read_pages(struct bench *bench)
{
	double open[REPEATS], up[REPEATS];

	for (int i = 0; i < REPEATS; i++) {
		g_autofree char *id = g_strdup_printf("user%d@example.org", i * 7);
		const struct history_chat chat = {"work", CHAT_CONTACT, id};
		gint64 begun = g_get_monotonic_time();

		history_read_before(bench->history, &chat, 0, CHAT_PAGE, on_page, bench);
		wait_for(bench);
		open[i] = since(begun);
		begun = g_get_monotonic_time();
		history_read_before(bench->history, &chat, bench->row, CHAT_PAGE, on_page, bench);
		wait_for(bench);
		up[i] = since(begun);
	}
	printf("open     %8.2f ms for the last %d messages of a chat\n", median(open, REPEATS),
	       CHAT_PAGE);
	printf("page up  %8.2f ms for the %d before\n", median(up, REPEATS), CHAT_PAGE);
}

static void on_found(GPtrArray *found, gint64 next, const char *error, void *data)
{
	struct bench *bench = data;

	if (error)
		g_error("cannot search: %s", error);
	bench->count += found->len;
	bench->next = next;
	bench->done = true;
}

/* The first 50, or all that there are. */
static void search(struct bench *bench, const char *text)
{
	struct query *query = query_parse(text, false, NULL);
	double times[REPEATS];

	for (int i = 0; i < REPEATS; i++) {
		gint64 begun = g_get_monotonic_time();

		bench->count = 0;
		bench->next = 0;
		do {
			history_search(bench->history, query, NULL, bench->next, 50 - bench->count,
				       false, on_found, bench);
			wait_for(bench);
		} while (bench->next && bench->count < 50);
		times[i] = since(begun);
	}
	printf("search   %8.2f ms for %s (%u found)\n", median(times, REPEATS), text, bench->count);
	query_unref(query);
}

/* --- the flags ---------------------------------------------------------------------------- */

static char *pheme_path(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);

	return g_build_filename(dir, "..", "..", "pheme", NULL);
}

static void run_flags(const char *dir, const char *what, const char *const *flags)
{
	g_autofree char *program = pheme_path();
	gint64 begun = g_get_monotonic_time();
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		char *argv[8] = {program};

		for (int i = 0; flags[i] && i < 6; i++)
			argv[i + 1] = (char *)flags[i];
		g_setenv("HOME", dir, TRUE);
		g_setenv("XDG_CONFIG_HOME", dir, TRUE);
		g_setenv("XDG_STATE_HOME", dir, TRUE);
		g_setenv("XDG_DATA_HOME", dir, TRUE);
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
		execv(program, argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid || status != 0)
		g_error("%s: status %d", what, status);
	printf("%-8s %8.0f ms, %5.1f MB at most\n", what, since(begun),
	       (double)usage.ru_maxrss / 1024);
}

#define FLAGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void remove_all(const char *dir)
{
	const char *const argv[] = {"rm", "-rf", dir, NULL};

	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
		     NULL);
}

int main(int argc, char **argv)
{
	unsigned messages = argc > 1 ? (unsigned)atoi(argv[1]) / GROUP * GROUP : 1000000;
	g_autofree char *dir = g_dir_make_tmp("pheme-bench-XXXXXX", NULL);
	g_autofree char *path = dir ? g_build_filename(dir, "pheme", "history.db", NULL) : NULL;
	struct bench bench = {0};

	if (!dir || messages < 50 * CHATS)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench.history = history_new(path, NULL, NULL);
	fill(&bench, path, messages);
	read_pages(&bench);
	search(&bench, "w4242");
	search(&bench, "\"release branch\"");
	search(&bench, "meeting");
	search(&bench, "zurich in:user7@example.org");
	search(&bench, "t");
	history_free(bench.history);
	run_flags(dir, "--log", FLAGS("--log", "user7@example.org", "--count", "100"));
	run_flags(dir, "--search", FLAGS("--log-search", "w4242"));
	run_flags(dir, "--export", FLAGS("--log-export", "-"));
	remove_all(dir);
	return 0;
}
