/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_RUN_H
#define TESTS_BENCH_RUN_H

#include "tests/bench/client.h"
#include "tests/bench/irc_world.h"
#include "tests/bench/row.h"
#include "tests/bench/xmpp_world.h"
#include "tests/lib/env.h"
#include "tests/lib/fixture.h"
#include "tests/lib/screen.h"
#include "tests/lib/wait.h"

/*
 * One stage of one client, in a process of its own: its world, its terminal, and the way its
 * numbers go back. Whatever fails ends that process, and the rest of the table goes on.
 */

struct run {
	const struct client *client;
	const struct row_sizes *sizes;
	int report; /* a pipe to the benchmark */
	struct test_env *env;
	struct xmpp_world *xmpp; /* NULL unless that is the client's network */
	struct irc_world *irc;
	struct fixture *fixture;
	struct screen *screen;
	pid_t manager; /* 0 until known */
	int contacts, online;
};

#define RUN_FIXTURE_ACCOUNT "bench"

/* Runs a stage and reports its numbers. */
void run_stage(struct run *run, enum stage stage);

void run_report(struct run *run, enum row row, double value);

/* --- for stages --- */

/* Starts the client on a terminal of 80x24. Returns when it was started, in microseconds. */
gint64 run_start(struct run *run, bool connect);
void run_end(struct run *run);

/* Starts it and waits until it has logged in and all contacts have told who is online. */
gint64 run_log_in(struct run *run);

/* Starts it with something typed ahead and waits until its frame stands and shows that; pheme's
 * only. Returns the milliseconds. */
double run_start_frame(struct run *run, bool connect);

/* Serves everything for that long. */
void run_for(struct run *run, unsigned int ms);

/* Waits until nothing was written to the terminal, and neither the client nor what works for
 * it used the CPU to speak of, for quiet_ms. Returns when they did last, in microseconds. */
gint64 run_settle(struct run *run, unsigned int quiet_ms);

/* Waits until ready, with patience; what names it in the failure. */
void run_wait(struct run *run, test_wait_fn ready, void *data, const char *what);

/* A message from the other side of the chat. */
void run_say(struct run *run, const char *text);

/* CPU time used so far, in microseconds. */
struct run_cpu {
	long long client, manager, bus;
};

struct run_cpu run_cpu(struct run *run);
struct run_cpu run_cpu_since(struct run *run, struct run_cpu before);
double run_seconds(long long us);
/* CPU seconds of the manager and of the bus, where there are any. */
void run_report_chain(struct run *run, enum row manager, enum row bus, struct run_cpu used);

/* The stages that have a file of their own. */
void stage_chat(struct run *run);
void stage_roster(struct run *run);
void stage_chats(struct run *run);
void stage_crowd(struct run *run);
void stage_send(struct run *run);
void stage_history(struct run *run);

#endif
