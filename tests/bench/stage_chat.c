/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/run.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A chat that is open: what it costs to leave it alone, to read it and to write in it. */

enum {
	PACE_MS = 100, /* ten messages a second */
	KEY_MS = 200,  /* a key that shows nothing for so long is taken as shown then */
	KEY_PACE_MS = 15,
	LINE_KEYS = 40, /* then the line is cleared, so that it never wraps */
};

#define GREETING "good morning"

static bool has_greeting(void *data)
{
	return screen_find(((struct run *)data)->screen, GREETING, NULL, NULL);
}

static void open_chat(struct run *run)
{
	run_log_in(run);
	run_settle(run, run->sizes->quiet_ms);
	run->client->open_chat(run);
	run_settle(run, run->sizes->quiet_ms);
	run_say(run, GREETING);
	if (run->client->network != NETWORK_NONE)
		run_wait(run, has_greeting, run, "a message in the open chat");
	run_settle(run, run->sizes->quiet_ms);
	screen_dump(run->screen);
}

/* --- idle --- */

/* What is the program's own: the rest of its PSS depends on who else maps the same files. */
static double anonymous_kib(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", (int)pid);
	g_autofree char *text = NULL;
	const char *at;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		test_fail("cannot read %s", path);
	at = strstr(text, "Pss_Anon:");
	return at ? g_ascii_strtod(at + strlen("Pss_Anon:"), NULL) : 0;
}

static void measure_idle(struct run *run)
{
	pid_t pid = screen_pid(run->screen);
	long long before;

	/* What a program puts off after the last message is not idleness yet. */
	run_for(run, (unsigned int)run->sizes->idle_s * 500);
	run_report(run, ROW_PSS, (double)test_proc_pss(pid) / 1024);
	run_report(run, ROW_ANON, anonymous_kib(pid));
	before = test_proc_wakeups(pid);
	run_for(run, (unsigned int)run->sizes->idle_s * 1000);
	run_report(run, ROW_WAKEUPS,
		   (double)(test_proc_wakeups(pid) - before) / run->sizes->idle_s);
}

/* --- typing --- */

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static gboolean on_late(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_CONTINUE;
}

/* Milliseconds from a key to the first byte that it makes the program write. */
static double press(struct run *run, char key)
{
	size_t bytes = screen_bytes(run->screen);
	gint64 begin = g_get_monotonic_time(), end;
	bool late = false;
	guint timer = g_timeout_add(KEY_MS, on_late, &late);

	screen_type_bytes(run->screen, &key, 1);
	while (screen_bytes(run->screen) == bytes && !late)
		g_main_context_iteration(NULL, TRUE);
	end = g_get_monotonic_time();
	g_source_remove(timer);
	return (double)(end - begin) / 1000;
}

static void measure_typing(struct run *run)
{
	int keys = run->sizes->keys;
	g_autofree double *latency = g_new0(double, (gsize)keys);
	size_t bytes = 0;

	for (int i = 0; i < keys; i++) {
		size_t before;

		if (i % LINE_KEYS == 0) {
			screen_key(run->screen, "C-u");
			run_settle(run, 100);
		}
		before = screen_bytes(run->screen);
		latency[i] = press(run, (char)('a' + i % 26));
		run_for(run, KEY_PACE_MS);
		bytes += screen_bytes(run->screen) - before;
	}
	screen_key(run->screen, "C-u");
	run_settle(run, run->sizes->quiet_ms);
	qsort(latency, (size_t)keys, sizeof(*latency), compare_numbers);
	run_report(run, ROW_KEY_BYTES, (double)bytes / keys);
	run_report(run, ROW_KEY_MEDIAN, latency[keys / 2]);
	run_report(run, ROW_KEY_99, latency[keys * 99 / 100]);
}

/* --- messages --- */

/* No two alike: a program that scrolls by drawing again would gain by what stays the same. */
static char *numbered(int number)
{
	static const char *const words[] = {
		"who",  "would", "have", "thought", "of",   "trains", "that",    "always",
		"run",  "late",  "on",   "rainy",   "days", "ask",    "someone", "else",
		"when", "lunch", "is",   "over",    "and",  "coffee", "cold",
	};
	enum { WORDS = 7 };
	GString *out = g_string_new(NULL);
	guint seed = (guint)number * 2654435761u;

	g_string_printf(out, "message %05d", number);
	for (int i = 0; i < WORDS; i++) {
		seed = seed * 1664525u + 1013904223u;
		g_string_append_printf(out, " %s", words[(seed >> 16) % G_N_ELEMENTS(words)]);
	}
	return g_string_free(out, FALSE);
}

/* From a screen that is full, as it mostly is: a line on an empty one is cheaper. */
static void fill_screen(struct run *run)
{
	enum { LINES = 40 };

	for (int i = 1; i <= LINES; i++) {
		g_autofree char *text = numbered(i);

		run_say(run, text);
	}
	run_settle(run, run->sizes->quiet_ms);
}

/* The highest number on the screen. */
static int newest(struct run *run)
{
	g_autofree char *text = screen_text(run->screen);
	int best = 0;

	for (const char *at = text; (at = strstr(at, "message ")); at++)
		best = MAX(best, atoi(at + strlen("message ")));
	return best;
}

static void measure_trickle(struct run *run, bool hidden)
{
	int count = run->sizes->trickle;
	size_t bytes = screen_bytes(run->screen);
	struct run_cpu cpu = run_cpu(run);

	for (int i = 1; i <= count; i++) {
		g_autofree char *text = numbered(i);

		run_say(run, text);
		run_for(run, PACE_MS);
	}
	run_for(run, PACE_MS * 2);
	cpu = run_cpu_since(run, cpu);
	run_report(run, hidden ? ROW_HIDDEN_BYTES : ROW_TRICKLE_BYTES,
		   (double)(screen_bytes(run->screen) - bytes) / count);
	run_report(run, hidden ? ROW_HIDDEN_CPU : ROW_TRICKLE_CPU,
		   (double)cpu.client / 1000 / count);
	if (hidden || run->client->kind != CLIENT_PHEME)
		return;
	run_report(run, ROW_TRICKLE_MANAGER, (double)cpu.manager / 1000 / count);
	run_report(run, ROW_TRICKLE_BUS, (double)cpu.bus / 1000 / count);
}

static void measure_hidden(struct run *run)
{
	screen_key(run->screen, "F4");
	run_settle(run, run->sizes->quiet_ms);
	measure_trickle(run, true);
	screen_key(run->screen, "F4");
	run_settle(run, run->sizes->quiet_ms);
}

struct burst {
	struct run *run;
	size_t bytes; /* seen when the screen was looked at last */
	int from, last;
	int shown;
	int frames;
};

/* A frame is a screen that shows a newer message than the one before. */
static bool is_burst_over(void *data)
{
	struct burst *burst = data;
	size_t bytes = screen_bytes(burst->run->screen);
	int now;

	if (bytes == burst->bytes)
		return burst->shown >= burst->last;
	burst->bytes = bytes;
	now = newest(burst->run);
	if (now > burst->shown && now >= burst->from) {
		burst->shown = now;
		burst->frames++;
	}
	return burst->shown >= burst->last;
}

/* Numbered from 10001, so that no message of the trickle is taken for one of these. */
static void measure_burst(struct run *run)
{
	enum { BASE = 10000 };
	struct burst burst = {.run = run, .from = BASE + 1, .last = BASE + run->sizes->burst};
	pid_t pid = screen_pid(run->screen);
	size_t bytes = screen_bytes(run->screen);
	long long pss = test_proc_pss(pid);
	struct run_cpu cpu = run_cpu(run);
	gint64 begin = g_get_monotonic_time();
	double took;

	for (int i = burst.from; i <= burst.last; i++) {
		g_autofree char *text = numbered(i);

		run_say(run, text);
	}
	run_wait(run, is_burst_over, &burst, "the last message of the burst");
	took = run_seconds(g_get_monotonic_time() - begin);
	run_settle(run, run->sizes->quiet_ms);
	cpu = run_cpu_since(run, cpu);
	run_report(run, ROW_BURST_S, took);
	run_report(run, ROW_BURST_CPU, run_seconds(cpu.client));
	run_report(run, ROW_BURST_BYTES,
		   (double)(screen_bytes(run->screen) - bytes) / run->sizes->burst);
	run_report(run, ROW_BURST_PSS, (double)(test_proc_pss(pid) - pss) / 1024);
	run_report(run, ROW_BURST_FPS, burst.frames / took);
	run_report_chain(run, ROW_BURST_MANAGER, ROW_BURST_BUS, cpu);
}

/* --- sizes --- */

static void measure_resize(struct run *run)
{
	int count = run->sizes->resizes;
	size_t bytes = screen_bytes(run->screen);
	struct run_cpu cpu = run_cpu(run);

	for (int i = 0; i < count; i++) {
		bool back = i % 2 == 1;

		screen_resize(run->screen, back ? 24 : 30, back ? 80 : 100);
		run_settle(run, 200);
	}
	cpu = run_cpu_since(run, cpu);
	run_report(run, ROW_RESIZE_CPU, (double)cpu.client / 1000 / count);
	run_report(run, ROW_RESIZE_BYTES, (double)(screen_bytes(run->screen) - bytes) / count);
}

void stage_chat(struct run *run)
{
	bool types = run->client->stages & 1u << STAGE_START;

	open_chat(run);
	if (run->client->kind == CLIENT_FLOOR && run->client->network != NETWORK_NONE) {
		measure_burst(run);
		return;
	}
	measure_idle(run);
	if (types)
		measure_typing(run);
	if (run->client->kind == CLIENT_FLOOR)
		return;
	fill_screen(run);
	measure_trickle(run, false);
	if (run->client->kind == CLIENT_PHEME)
		measure_hidden(run);
	measure_resize(run);
	measure_burst(run);
}
