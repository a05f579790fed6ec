/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/run.h"
#include "tests/lib/proc.h"

/* A long roster: until it is there, and while everybody comes and goes. */

struct storm {
	double s;
	struct run_cpu cpu;
};

static struct storm storm(struct run *run)
{
	struct storm result = {.cpu = run_cpu(run)};
	gint64 begin = g_get_monotonic_time();

	if (run->fixture)
		fixture_presence_storm(run->fixture, RUN_FIXTURE_ACCOUNT,
				       (unsigned int)run->sizes->storm);
	else
		xmpp_world_storm(run->xmpp, run->sizes->storm);
	result.s = run_seconds(run_settle(run, run->sizes->quiet_ms) - begin);
	result.cpu = run_cpu_since(run, result.cpu);
	return result;
}

/* When the manager said that it has the roster, which is before it says who is online. */
static void on_list_state(GDBusConnection *bus, const char *sender, const char *path,
			  const char *interface, const char *signal, GVariant *args, void *data)
{
	gint64 *ready = data;
	guint32 state = 0;

	if (g_variant_is_of_type(args, G_VARIANT_TYPE("(u)")))
		g_variant_get(args, "(u)", &state);
	if (state == 3)
		*ready = g_get_monotonic_time();
}

/* Seconds until all is there: from the start, and from when the manager had it (-1: not told). */
struct arrival {
	double from_start, from_ready;
	struct run_cpu cpu;
};

static struct arrival arrive(struct run *run)
{
	GDBusConnection *bus = test_env_bus(run->env);
	gint64 ready = 0, begin, end;
	guint watch = g_dbus_connection_signal_subscribe(
		bus, NULL, "org.freedesktop.Telepathy.Connection.Interface.ContactList",
		"ContactListStateChanged", NULL, NULL, 0, on_list_state, &ready, NULL);

	begin = run_log_in(run);
	end = run_settle(run, run->sizes->quiet_ms);
	g_dbus_connection_signal_unsubscribe(bus, watch);
	return (struct arrival){run_seconds(end - begin), ready ? run_seconds(end - ready) : -1,
				run_cpu(run)};
}

void stage_roster(struct run *run)
{
	struct arrival here = arrive(run);
	struct storm after;

	run_report(run, ROW_ROSTER_S, here.from_start);
	run_report(run, ROW_ROSTER_CPU, run_seconds(here.cpu.client));
	run_report_chain(run, ROW_ROSTER_MANAGER, ROW_ROSTER_BUS, here.cpu);
	if (here.from_ready >= 0)
		run_report(run, ROW_ROSTER_READY, here.from_ready);
	after = storm(run);
	run_report(run, ROW_STORM_S, after.s);
	run_report(run, ROW_STORM_CPU, run_seconds(after.cpu.client));
	run_report_chain(run, ROW_STORM_MANAGER, ROW_STORM_BUS, after.cpu);
}

/* The keys that look somebody up, then back. */
static double filter_ms(struct run *run)
{
	static const char keys[] = "contact 7";
	struct run_cpu cpu;

	screen_key(run->screen, "M-r");
	run_settle(run, run->sizes->quiet_ms);
	cpu = run_cpu(run);
	for (const char *key = keys; *key; key++) {
		screen_type_bytes(run->screen, key, 1);
		run_for(run, 100);
	}
	cpu = run_cpu_since(run, cpu);
	screen_key(run->screen, "Esc");
	run_settle(run, run->sizes->quiet_ms);
	return (double)cpu.client / 1000 / (double)(sizeof(keys) - 1);
}

void stage_crowd(struct run *run)
{
	struct arrival here = arrive(run);

	run_report(run, ROW_CROWD_CPU, run_seconds(here.cpu.client));
	run_report_chain(run, ROW_CROWD_MANAGER, ROW_CROWD_BUS, here.cpu);
	if (here.from_ready >= 0)
		run_report(run, ROW_CROWD_READY, here.from_ready);
	run_report(run, ROW_CROWD_PSS, (double)test_proc_pss(screen_pid(run->screen)) / 1024);
	run_report(run, ROW_CROWD_FILTER, filter_ms(run));
	run_report(run, ROW_CROWD_STORM, run_seconds(storm(run).cpu.client));
}
