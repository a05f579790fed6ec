/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/run.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <stdio.h>

/* Typed ahead, to see when the input line works. */
#define TYPED "hello"

enum {
	WAIT_MS = 150000,
	SLICE_MS = 20,
	BUSY_US = 4000, /* CPU in a slice that counts as work; a clock that ticks does not */
};

void run_report(struct run *run, enum row row, double value)
{
	dprintf(run->report, "%d %.6f\n", (int)row, value);
}

/* --- time --- */

static gboolean on_timeout(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

void run_for(struct run *run, unsigned int ms)
{
	bool over = false;

	g_timeout_add(ms, on_timeout, &over);
	while (!over)
		g_main_context_iteration(NULL, TRUE);
}

/* Returns when the terminal was written to last within the slice, 0 when it was not. */
static gint64 serve_slice(struct run *run)
{
	bool over = false;
	gint64 last = 0;
	size_t bytes = screen_bytes(run->screen);

	g_timeout_add(SLICE_MS, on_timeout, &over);
	while (!over) {
		g_main_context_iteration(NULL, TRUE);
		if (screen_bytes(run->screen) != bytes)
			last = g_get_monotonic_time();
		bytes = screen_bytes(run->screen);
	}
	return last;
}

gint64 run_settle(struct run *run, unsigned int quiet_ms)
{
	gint64 begin = g_get_monotonic_time(), last = begin;
	struct run_cpu before = run_cpu(run);

	while (g_get_monotonic_time() - last < quiet_ms * 1000) {
		gint64 written = serve_slice(run);
		struct run_cpu used = run_cpu_since(run, before);

		if (written)
			last = written;
		else if (used.client + used.manager + used.bus > BUSY_US)
			last = g_get_monotonic_time();
		before = run_cpu(run);
		if (g_get_monotonic_time() - begin > (gint64)WAIT_MS * 1000)
			test_fail("%s does not come to rest", run->client->name);
	}
	return last;
}

/* The same for the terminal alone, from the first that is written. */
static gint64 first_rest(struct run *run)
{
	gint64 last = 0, begin = g_get_monotonic_time();

	while (!last || g_get_monotonic_time() - last < run->sizes->quiet_ms * 1000) {
		gint64 written = serve_slice(run);

		if (written)
			last = written;
		if (!screen_is_running(run->screen) ||
		    g_get_monotonic_time() - begin > (gint64)WAIT_MS * 1000)
			test_fail("%s has no screen at rest", run->client->name);
	}
	return last;
}

struct ready_wait {
	struct run *run;
	test_wait_fn ready;
	void *data;
};

static bool is_ready_or_gone(void *data)
{
	struct ready_wait *w = data;

	return w->ready(w->data) || !screen_is_running(w->run->screen);
}

void run_wait(struct run *run, test_wait_fn ready, void *data, const char *what)
{
	struct ready_wait w = {run, ready, data};

	if (test_wait_until(is_ready_or_gone, &w, WAIT_MS) && ready(data))
		return;
	screen_dump(run->screen);
	test_fail("%s: %s", screen_is_running(run->screen) ? "never" : "ended before", what);
}

/* --- CPU --- */

static pid_t manager_pid(struct run *run)
{
	g_autofree char *name = g_strconcat(TEST_CM_PREFIX, run->client->manager, NULL);

	if (!run->manager && run->client->manager)
		run->manager = test_env_name_pid(run->env, name);
	return run->manager;
}

struct run_cpu run_cpu(struct run *run)
{
	struct run_cpu cpu = {.client = MAX(test_proc_cpu_us(screen_pid(run->screen)), 0)};

	if (run->client->manager) {
		if (run->manager)
			cpu.manager = MAX(test_proc_cpu_us(run->manager), 0);
		cpu.bus = MAX(test_proc_cpu_us(test_env_bus_pid(run->env)), 0);
	}
	return cpu;
}

struct run_cpu run_cpu_since(struct run *run, struct run_cpu before)
{
	struct run_cpu now = run_cpu(run);

	now.client -= before.client;
	now.manager -= before.manager;
	now.bus -= before.bus;
	return now;
}

double run_seconds(long long us)
{
	return (double)us / 1000000;
}

void run_report_chain(struct run *run, enum row manager, enum row bus, struct run_cpu used)
{
	if (run->client->kind != CLIENT_PHEME)
		return;
	run_report(run, manager, run_seconds(used.manager));
	run_report(run, bus, run_seconds(used.bus));
}

/* --- the program --- */

void run_say(struct run *run, const char *text)
{
	if (run->xmpp)
		xmpp_world_say(run->xmpp, text);
	else if (run->irc)
		irc_world_say(run->irc, text);
}

gint64 run_start(struct run *run, bool connect)
{
	g_auto(GStrv) argv = run->client->prepare(run, connect);
	gint64 begin = g_get_monotonic_time();

	run->screen = screen_new(argv, NULL);
	return begin;
}

void run_end(struct run *run)
{
	screen_free(run->screen);
	run->screen = NULL;
	run->manager = 0;
}

static bool is_logged_in(void *data)
{
	struct run *run = data;

	if (run->xmpp)
		return xmpp_world_is_ready(run->xmpp);
	return !run->irc || irc_world_is_ready(run->irc);
}

gint64 run_log_in(struct run *run)
{
	gint64 begin = run_start(run, true);

	if (run->fixture)
		fixture_wait_calls(run->fixture, "GetContactListAttributes", 1);
	run_wait(run, is_logged_in, run, "logged in");
	if (run->client->manager && !manager_pid(run))
		test_fail("the manager has no process");
	return begin;
}

/* --- starting --- */

/* The frame of pheme: a line between pane and chat, the status bar above the input line, and
 * in that what was typed. */
static bool has_frame(void *data)
{
	struct run *run = data;
	g_autofree char *pane = screen_row(run->screen, 10);
	g_autofree char *status = screen_row(run->screen, 22);
	g_autofree char *input = screen_row(run->screen, 23);

	return pane[0] && status[0] == '[' && g_str_has_suffix(input, TYPED);
}

double run_start_frame(struct run *run, bool connect)
{
	gint64 begin = run_start(run, connect);

	screen_type(run->screen, TYPED);
	run_wait(run, has_frame, run, "a pane, a status bar and an input line");
	return (double)(g_get_monotonic_time() - begin) / 1000;
}

static void start_once(struct run *run)
{
	gint64 begin = run_start(run, false);

	run_report(run, ROW_START_MS, (double)(first_rest(run) - begin) / 1000);
	run_end(run);
	if (run->client->kind != CLIENT_PHEME)
		return;
	run_report(run, ROW_FRAME_MS, run_start_frame(run, false));
	run_end(run);
}

static void start_many(struct run *run)
{
	for (int i = 0; i < run->sizes->starts; i++)
		start_once(run);
}

/* What each stage does, and whom it finds on the roster. */
static void choose(struct run *run, enum stage stage, void (**perform)(struct run *run))
{
	run->contacts = 8;
	run->online = 4;
	switch (stage) {
	case STAGE_START:
		*perform = start_many;
		break;
	case STAGE_CHAT:
		*perform = stage_chat;
		break;
	case STAGE_ROSTER:
		*perform = stage_roster;
		run->contacts = run->sizes->contacts;
		run->online = run->sizes->online;
		break;
	case STAGE_CHATS:
		*perform = stage_chats;
		run->contacts = run->sizes->chats;
		break;
	case STAGE_CROWD:
		*perform = stage_crowd;
		run->contacts = run->sizes->crowd;
		run->online = run->sizes->crowd_online;
		break;
	case STAGE_SEND:
		*perform = stage_send;
		break;
	case STAGE_HISTORY:
		*perform = stage_history;
		break;
	case STAGE_COUNT:
		break;
	}
}

void run_stage(struct run *run, enum stage stage)
{
	void (*perform)(struct run * run) = NULL;

	choose(run, stage, &perform);
	run->env = test_env_new(TEST_ENV_DEFAULT);
	if (run->client->network == NETWORK_XMPP)
		run->xmpp = xmpp_world_new(run->env, run->contacts, run->online);
	else if (run->client->network == NETWORK_IRC)
		run->irc = irc_world_new();
	if (g_strcmp0(run->client->manager, CLIENT_FIXTURE) == 0)
		run->fixture = fixture_new(run->env);
	perform(run);
	run_end(run);
	fixture_free(run->fixture);
	irc_world_free(run->irc);
	xmpp_world_free(run->xmpp);
	test_env_free(run->env);
}
