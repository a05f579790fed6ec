/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/run.h"

/* A long roster: until it is there, and while everybody comes and goes. */

static double seconds(long long us)
{
	return (double)us / 1000000;
}

static void measure_storm(struct run *run)
{
	struct run_cpu cpu = run_cpu(run);
	gint64 begin = g_get_monotonic_time(), end;

	if (run->fixture)
		fixture_presence_storm(run->fixture, RUN_FIXTURE_ACCOUNT,
				       (unsigned int)run->sizes->storm);
	else
		xmpp_world_storm(run->xmpp, run->sizes->storm);
	end = run_settle(run, run->sizes->quiet_ms);
	cpu = run_cpu_since(run, cpu);
	run_report(run, ROW_STORM_S, seconds(end - begin));
	run_report(run, ROW_STORM_CPU, seconds(cpu.client));
	if (run->client->kind != CLIENT_PHEME)
		return;
	run_report(run, ROW_STORM_MANAGER, seconds(cpu.manager));
	run_report(run, ROW_STORM_BUS, seconds(cpu.bus));
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

void stage_roster(struct run *run)
{
	GDBusConnection *bus = test_env_bus(run->env);
	gint64 ready = 0, begin, end;
	guint watch = g_dbus_connection_signal_subscribe(
		bus, NULL, "org.freedesktop.Telepathy.Connection.Interface.ContactList",
		"ContactListStateChanged", NULL, NULL, 0, on_list_state, &ready, NULL);
	struct run_cpu cpu;

	begin = run_log_in(run);
	end = run_settle(run, run->sizes->quiet_ms);
	g_dbus_connection_signal_unsubscribe(bus, watch);
	cpu = run_cpu(run);
	run_report(run, ROW_ROSTER_S, seconds(end - begin));
	run_report(run, ROW_ROSTER_CPU, seconds(cpu.client));
	if (run->client->kind == CLIENT_PHEME) {
		run_report(run, ROW_ROSTER_MANAGER, seconds(cpu.manager));
		run_report(run, ROW_ROSTER_BUS, seconds(cpu.bus));
		if (ready)
			run_report(run, ROW_ROSTER_READY, seconds(end - ready));
	}
	measure_storm(run);
}
