/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env_private.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

/* The limits are those of a session bus; a bus without them has a system bus's. */
static const char bus_config[] =
	"<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
	" \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
	"<busconfig>\n"
	" <type>session</type>\n"
	" <keep_umask/>\n"
	" <listen>unix:path=%s/bus</listen>\n"
	" <auth>EXTERNAL</auth>\n"
	" <servicedir>%s/services</servicedir>\n"
	" <policy context=\"default\">\n"
	"  <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
	"  <allow eavesdrop=\"true\"/>\n"
	"  <allow own=\"*\"/>\n"
	" </policy>\n"
	" <limit name=\"max_incoming_bytes\">1000000000</limit>\n"
	" <limit name=\"max_outgoing_bytes\">1000000000</limit>\n"
	" <limit name=\"max_message_size\">1000000000</limit>\n"
	" <limit name=\"service_start_timeout\">120000</limit>\n"
	" <limit name=\"max_completed_connections\">100000</limit>\n"
	" <limit name=\"max_incomplete_connections\">10000</limit>\n"
	" <limit name=\"max_connections_per_user\">100000</limit>\n"
	" <limit name=\"max_pending_service_starts\">10000</limit>\n"
	" <limit name=\"max_names_per_connection\">50000</limit>\n"
	" <limit name=\"max_match_rules_per_connection\">50000</limit>\n"
	" <limit name=\"max_replies_per_connection\">50000</limit>\n"
	"</busconfig>\n";

/* --- services --- */

static void link_service(struct test_env *env, const char *dir, const char *file)
{
	g_autofree char *from = g_build_filename(dir, file, NULL);
	g_autofree char *to = g_build_filename(env->dir, "services", file, NULL);

	if (symlink(from, to) < 0)
		return;
}

static void link_managers(struct test_env *env, const char *data_dir)
{
	g_autofree char *path = g_build_filename(data_dir, "dbus-1", "services", NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir)))
		if (g_str_has_prefix(file, TEST_CM_PREFIX) && g_str_has_suffix(file, ".service"))
			link_service(env, path, file);
}

/* libdbus and GLib look in the same places; XDG_DATA_HOME is the test's own, and empty. */
static const char *const data_dirs[] = {"/usr/local/share", "/usr/share", NULL};

void test_env_bus_prepare(struct test_env *env)
{
	g_autofree char *services = test_env_path(env, "services");
	g_autofree char *config = g_strdup_printf(bus_config, env->dir, env->dir);

	test_env_write(env, "bus.conf", config);
	g_mkdir(services, 0700);
	for (int i = 0; data_dirs[i]; i++)
		link_managers(env, data_dirs[i]);
	env->bus_address = g_strdup_printf("unix:path=%s/bus", env->dir);
}

/* A running bus notices a new file by itself, but nobody knows when: tell it. */
static void reload_services(struct test_env *env)
{
	g_autoptr(GVariant) reply = NULL;

	if (env->bus_pid > 0)
		reply = g_dbus_connection_call_sync(test_env_bus(env), BUS_NAME, BUS_PATH, BUS_NAME,
						    "ReloadConfig", NULL, NULL, 0, TEST_WAIT_MS,
						    NULL, NULL);
}

void test_env_add_service(struct test_env *env, const char *name, const char *exec)
{
	g_autofree char *file = g_strdup_printf("services/%s.service", name);
	g_autofree char *content =
		g_strdup_printf("[D-BUS Service]\nName=%s\nExec=%s\n", name, exec);

	test_env_write(env, file, content);
	reload_services(env);
}

bool test_env_allow_service(struct test_env *env, const char *name)
{
	g_autofree char *file = g_strdup_printf("%s.service", name);

	for (int i = 0; data_dirs[i]; i++) {
		g_autofree char *dir = g_build_filename(data_dirs[i], "dbus-1/services", NULL);

		link_service(env, dir, file);
	}
	reload_services(env);
	return test_env_has_service(env, name);
}

bool test_env_has_service(const struct test_env *env, const char *name)
{
	g_autofree char *file = g_strdup_printf("%s/services/%s.service", env->dir, name);

	return g_file_test(file, G_FILE_TEST_EXISTS);
}

/* --- the daemon --- */

const char *test_env_bus_address(const struct test_env *env)
{
	return env->bus_address;
}

pid_t test_env_bus_pid(const struct test_env *env)
{
	return env->bus_pid;
}

void test_env_bus_start(struct test_env *env)
{
	g_autofree char *config = g_strdup_printf("--config-file=%s/bus.conf", env->dir);
	g_autofree char *log = test_env_path(env, "bus.log");
	g_autofree char *address = g_strdup_printf("DBUS_SESSION_BUS_ADDRESS=%s", env->bus_address);
	g_autofree char *socket = test_env_path(env, "bus");
	char *argv[] = {"dbus-daemon", config, "--nofork", "--nopidfile", "--print-address", NULL};
	char *vars[] = {address, NULL};
	GStatBuf st;
	size_t before = g_stat(log, &st) == 0 ? (size_t)st.st_size : 0;

	if (env->bus_pid > 0)
		return;
	g_unlink(socket);
	env->bus_pid = test_proc_start(argv, vars, log);
	if (env->bus_pid < 0 || test_wait_file(log, before, "unix:path=", TEST_WAIT_MS) < 0)
		test_fail("the bus did not start, see %s", log);
}

static void drop_connection(struct test_env *env)
{
	if (!env->bus)
		return;
	g_dbus_connection_close_sync(env->bus, NULL, NULL);
	g_clear_object(&env->bus);
	test_wait_drain();
}

void test_env_bus_stop(struct test_env *env)
{
	drop_connection(env);
	test_proc_stop(env->bus_pid, NULL);
	env->bus_pid = 0;
}

void test_env_bus_kill(struct test_env *env)
{
	drop_connection(env);
	test_proc_kill(env->bus_pid);
	env->bus_pid = 0;
}

GDBusConnection *test_env_bus(struct test_env *env)
{
	g_autoptr(GError) error = NULL;

	if (env->bus)
		return env->bus;
	env->bus = g_dbus_connection_new_for_address_sync(
		env->bus_address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, &error);
	if (!env->bus)
		test_fail("cannot connect to the bus: %s", error->message);
	g_dbus_connection_set_exit_on_close(env->bus, FALSE);
	return env->bus;
}

/* --- calls --- */

struct call_wait {
	GAsyncResult *result;
};

static void on_result(GObject *source, GAsyncResult *result, void *data)
{
	((struct call_wait *)data)->result = g_object_ref(result);
}

static bool has_result(void *data)
{
	return ((struct call_wait *)data)->result != NULL;
}

/* Not GDBus's synchronous call: the terminals and peers must be served meanwhile. */
GVariant *test_bus_call(GDBusConnection *bus, const char *name, const char *path,
			const char *interface, const char *method, GVariant *args, GError **error)
{
	struct call_wait w = {NULL};
	g_autoptr(GAsyncResult) result = NULL;

	g_dbus_connection_call(bus, name, path, interface, method, args, NULL,
			       G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, on_result, &w);
	if (!test_wait_until(has_result, &w, TEST_WAIT_MS))
		test_fail("%s.%s was not answered", interface, method);
	result = w.result;
	return g_dbus_connection_call_finish(bus, result, error);
}

/* --- names --- */

pid_t test_env_name_pid(struct test_env *env, const char *name)
{
	g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
		test_env_bus(env), BUS_NAME, BUS_PATH, BUS_NAME, "GetConnectionUnixProcessID",
		g_variant_new("(s)", name), G_VARIANT_TYPE("(u)"), 0, TEST_WAIT_MS, NULL, NULL);
	guint32 pid = 0;

	if (reply)
		g_variant_get(reply, "(u)", &pid);
	return (pid_t)pid;
}

struct name_wait {
	bool wanted;
	bool owned;
	bool known;
};

static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, void *data)
{
	struct name_wait *w = data;

	w->known = w->owned = true;
}

static void on_vanished(GDBusConnection *bus, const char *name, void *data)
{
	struct name_wait *w = data;

	w->known = true;
	w->owned = false;
}

static bool name_is_so(void *data)
{
	struct name_wait *w = data;

	return w->known && w->owned == w->wanted;
}

void test_env_wait_name(struct test_env *env, const char *name, bool owned)
{
	struct name_wait w = {.wanted = owned};
	guint id = g_bus_watch_name_on_connection(test_env_bus(env), name, 0, on_appeared,
						  on_vanished, &w, NULL);
	bool ok = test_wait_until(name_is_so, &w, TEST_WAIT_MS);

	g_bus_unwatch_name(id);
	if (!ok)
		test_fail("%s %s", name, owned ? "did not appear" : "did not go");
}

bool test_env_kill_name(struct test_env *env, const char *name)
{
	pid_t pid = test_env_name_pid(env, name);

	if (pid <= 0)
		return false;
	kill(pid, SIGKILL);
	test_wait_exit(pid, NULL, TEST_WAIT_MS);
	test_env_wait_name(env, name, false);
	return true;
}
