/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/run.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"

#include <sqlite3.h>

/* A history of many years: what starting, opening a chat, reading back and searching cost with
 * it. */

enum { PAGES = 20 };

#define NEEDLE "needle"
#define MARK   "in the haystack"

static void run_sql(struct run *run, const char *text)
{
	g_autofree char *path = test_env_path(run->env, "data/pheme/history.db");
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		test_fail("cannot fill the history: %s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* The file and the chat are pheme's own; the rest is written as an older pheme might have. */
static void fill(struct run *run)
{
	g_autofree char *text = g_strdup_printf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO message (chat, time, direction, type, delivery, scrollback, mention,"
		" sender, text, uid) SELECT (SELECT id FROM chat WHERE ident = '" XMPP_WORLD_PEER
		"'), 1000000000 + i, i %% 2, 0, 0, 0, 0, '" XMPP_WORLD_PEER "',"
		" 'message ' || i || ' about ' || (i * 7919 %% 10007) || ' and ' || (i %% 97) ||"
		" CASE i WHEN %d THEN ' " NEEDLE " " MARK "' ELSE '' END, 'uid' || i FROM n",
		run->sizes->history, run->sizes->history / 3);

	run_log_in(run);
	run->client->open_chat(run);
	run_say(run, "makes the chat");
	screen_wait_text(run->screen, "makes the chat");
	run_settle(run, run->sizes->quiet_ms);
	run_end(run);
	run_sql(run, text);
}

/* From the status window. */
static double open_chat_ms(struct run *run)
{
	g_autofree char *last = g_strdup_printf("message %d about", run->sizes->history);
	gint64 begin = g_get_monotonic_time();

	if (screen_find(run->screen, last, NULL, NULL))
		test_fail("the chat is on the screen before it was opened");
	run->client->open_chat(run);
	screen_wait_text(run->screen, last);
	return (double)(g_get_monotonic_time() - begin) / 1000;
}

static double page_ms(struct run *run)
{
	struct run_cpu cpu = run_cpu(run);

	for (int i = 0; i < PAGES; i++) {
		screen_key(run->screen, "PageUp");
		run_for(run, 50);
	}
	run_settle(run, run->sizes->quiet_ms);
	return (double)run_cpu_since(run, cpu).client / 1000 / PAGES;
}

static double search_ms(struct run *run)
{
	gint64 begin = g_get_monotonic_time();

	screen_line(run->screen, "/search " NEEDLE);
	screen_wait_text(run->screen, MARK);
	return (double)(g_get_monotonic_time() - begin) / 1000;
}

void stage_history(struct run *run)
{
	gint64 begin;

	fill(run);
	begin = g_get_monotonic_time();
	run_report(run, ROW_HISTORY_FRAME_MS, run_start_frame(run, true));
	screen_key(run->screen, "C-u");
	run_report(run, ROW_HISTORY_INDEX_S,
		   run_seconds(run_settle(run, run->sizes->quiet_ms) - begin));
	run_report(run, ROW_HISTORY_OPEN_MS, open_chat_ms(run));
	run_settle(run, run->sizes->quiet_ms);
	run_report(run, ROW_HISTORY_PAGE, page_ms(run));
	run_report(run, ROW_HISTORY_SEARCH_MS, search_ms(run));
	run_settle(run, run->sizes->quiet_ms);
	run_report(run, ROW_HISTORY_PSS, (double)test_proc_pss(screen_pid(run->screen)) / 1024);
}
