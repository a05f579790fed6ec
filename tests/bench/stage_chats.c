/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/run.h"
#include "tests/lib/proc.h"

/* Hundreds of chats: coming, being there, changing from one to the next, and back after a
 * restart. */

static void open_all(struct run *run)
{
	struct run_cpu cpu = run_cpu(run);
	gint64 begin = g_get_monotonic_time(), end;

	for (int i = 0; i < run->sizes->chats; i++)
		xmpp_world_say_from(run->xmpp, i, "hello to you");
	end = run_settle(run, run->sizes->quiet_ms);
	cpu = run_cpu_since(run, cpu);
	run_report(run, ROW_CHATS_S, run_seconds(end - begin));
	run_report(run, ROW_CHATS_CPU, run_seconds(cpu.client));
	run_report_chain(run, ROW_CHATS_MANAGER, ROW_CHATS_BUS, cpu);
	run_report(run, ROW_CHATS_PSS, (double)test_proc_pss(screen_pid(run->screen)) / 1024);
}

static void walk(struct run *run)
{
	struct run_cpu cpu = run_cpu(run);

	for (int i = 0; i < run->sizes->switches; i++) {
		screen_key(run->screen, "M-Right");
		run_for(run, 30);
	}
	run_settle(run, run->sizes->quiet_ms);
	cpu = run_cpu_since(run, cpu);
	run_report(run, ROW_CHATS_SWITCH, (double)cpu.client / 1000 / run->sizes->switches);
}

void stage_chats(struct run *run)
{
	run_log_in(run);
	run_settle(run, run->sizes->quiet_ms);
	open_all(run);
	walk(run);
	run_end(run);
	run_report(run, ROW_CHATS_FRAME_MS, run_start_frame(run, true));
}
