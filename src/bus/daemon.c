/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <dbus/dbus.h>
#include "bus.h"

#define START_WAIT_MS 5000
#define HELLO_WAIT_MS 2000
#define OUTPUT_MAX    4096

void bus_daemon_clear(struct bus_daemon *daemon)
{
	g_clear_pointer(&daemon->address, g_free);
}

guint64 bus_process_start_time(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%ld/stat", (long)pid);
	g_autofree char *stat = NULL;
	g_auto(GStrv) fields = NULL;
	const char *after_name;

	if (!g_file_get_contents(path, &stat, NULL, NULL))
		return 0;
	/* The name of the program, in parentheses, may hold anything. */
	after_name = strrchr(stat, ')');
	if (!after_name || strlen(after_name) < 2)
		return 0;
	fields = g_strsplit(after_name + 2, " ", -1);
	if (g_strv_length(fields) < 20 || strchr("ZX", fields[0][0]))
		return 0;
	return g_ascii_strtoull(fields[19], NULL, 10);
}

static void reap(pid_t child)
{
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

void bus_daemon_end(const struct bus_daemon *daemon)
{
	if (daemon->pid > 1 && daemon->start_time &&
	    bus_process_start_time(daemon->pid) == daemon->start_time)
		kill(daemon->pid, daemon->is_child ? SIGKILL : SIGTERM);
	if (daemon->is_child)
		reap(daemon->pid);
}

/* --- starting --------------------------------------------------------------------------- */

static char *listen_address(const char *directory)
{
	const char *name = "/dbus-XXXXXXXXXX";
	struct sockaddr_un un;
	char *escaped;
	char *address;

	if (strlen(directory) + strlen(name) >= sizeof un.sun_path)
		return g_strdup("unix:tmpdir=/tmp");
	escaped = dbus_address_escape_value(directory);
	address = g_strconcat("unix:dir=", escaped, NULL);
	dbus_free(escaped);
	return address;
}

/* Reads from @fd to its end, the deadline or @lines lines, whichever is first. */
static char *read_lines(int fd, unsigned lines, gint64 deadline)
{
	GString *text = g_string_new(NULL);
	char buffer[512];

	while (lines && text->len < OUTPUT_MAX) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		gint64 left_ms = (deadline - g_get_monotonic_time()) / 1000;
		int polled = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
		ssize_t n;

		if (polled < 0 && errno == EINTR)
			continue;
		if (polled <= 0)
			break;
		n = read(fd, buffer, sizeof buffer);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n && lines; i++)
			lines -= buffer[i] == '\n';
		g_string_append_len(text, buffer, n);
	}
	return g_string_free(text, FALSE);
}

static void leave_session(void *data)
{
	setsid();
}

/* Takes the address and the pid out of what the daemon printed, one a line. */
static bool parse_output(struct bus_daemon *daemon, const char *output)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", 3);
	guint64 pid;

	if (g_strv_length(lines) != 3 || !*lines[0] ||
	    !g_ascii_string_to_unsigned(lines[1], 10, 2, G_MAXINT32, &pid, NULL))
		return false;
	daemon->address = g_strdup(lines[0]);
	daemon->pid = (pid_t)pid;
	daemon->start_time = bus_process_start_time(daemon->pid);
	return true;
}

/* Reads what the daemon has to say, and reaps the process that it forked from. */
static bool await_start(struct bus_daemon *daemon, pid_t child, int out, int err, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + START_WAIT_MS * 1000;
	g_autofree char *output = read_lines(out, 2, deadline);
	g_autofree char *complaint = NULL;
	bool started = parse_output(daemon, output);
	const char *last;

	if (!started) {
		complaint = read_lines(err, G_MAXUINT, deadline);
		kill(child, SIGKILL);
	}
	reap(child);
	if (started)
		return true;
	/* What stopped it comes last, after any warnings. */
	last = strrchr(g_strstrip(complaint), '\n');
	last = last ? last + 1 : complaint;
	g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED, "cannot start a session bus: %s",
		    *last ? last : "dbus-daemon did not print its address");
	return false;
}

static bool set_spawn_error(GError **error, const GError *why)
{
	bool missing = g_error_matches(why, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);

	g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED, "cannot start a session bus: %s",
		    missing ? "dbus-daemon is not installed" : why->message);
	return false;
}

bool bus_daemon_start(struct bus_daemon *daemon, const char *directory, GError **error)
{
	g_autofree char *listen = listen_address(directory);
	g_autofree char *address = g_strconcat("--address=", listen, NULL);
	char *argv[] = {"dbus-daemon", "--session",         "--fork",        "--nopidfile",
			address,       "--print-address=1", "--print-pid=1", NULL};
	g_autoptr(GError) why = NULL;
	pid_t child;
	int out, err;
	bool started;

	daemon->is_child = false;
	if (!g_spawn_async_with_pipes("/", argv, NULL,
				      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
				      leave_session, NULL, &child, NULL, &out, &err, &why))
		return set_spawn_error(error, why);
	started = await_start(daemon, child, out, err, error);
	close(out);
	close(err);
	return started;
}

static void die_with_parent(void *data)
{
	const pid_t *parent = data;

	setsid();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != *parent)
		_exit(127);
}

static bool spawn_child(const char *directory, char **env, pid_t *child, int print_fd,
			GError **error)
{
	g_autofree char *listen = listen_address(directory);
	g_autofree char *address = g_strconcat("--address=", listen, NULL);
	const char *argv[] = {"dbus-daemon", "--session",         "--nofork", "--nopidfile",
			      address,       "--print-address=3", NULL};
	const int target = 3;
	pid_t self = getpid();
	g_autoptr(GError) why = NULL;

	/* Not its stdout, which would be that of all it activates. */
	if (g_spawn_async_with_pipes_and_fds("/", argv, (const char *const *)env,
					     G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
						     G_SPAWN_STDOUT_TO_DEV_NULL |
						     G_SPAWN_STDERR_TO_DEV_NULL,
					     die_with_parent, &self, -1, -1, -1, &print_fd, &target,
					     1, child, NULL, NULL, NULL, &why))
		return true;
	return set_spawn_error(error, why);
}

bool bus_daemon_start_child(struct bus_daemon *daemon, const char *directory, char **env,
			    GError **error)
{
	gint64 deadline = g_get_monotonic_time() + START_WAIT_MS * 1000;
	g_autofree char *output = NULL;
	int fds[2];
	bool spawned;

	if (pipe2(fds, O_CLOEXEC)) {
		g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED, "cannot start a session bus: %s",
			    g_strerror(errno));
		return false;
	}
	spawned = spawn_child(directory, env, &daemon->pid, fds[1], error);
	close(fds[1]);
	output = spawned ? read_lines(fds[0], 1, deadline) : NULL;
	close(fds[0]);
	if (!spawned)
		return false;
	daemon->is_child = true;
	daemon->start_time = bus_process_start_time(daemon->pid);
	if (strchr(output, '\n')) {
		daemon->address = g_strdup(g_strchomp(output));
		return true;
	}
	kill(daemon->pid, SIGKILL);
	reap(daemon->pid);
	g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED,
		    "cannot start a session bus: dbus-daemon did not print its address");
	return false;
}

/* --- remembering ------------------------------------------------------------------------ */

bool bus_daemon_save(const struct bus_daemon *daemon, const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) why = NULL;
	g_autofree char *text = NULL;
	gsize length;

	g_key_file_set_string(file, "bus", "address", daemon->address);
	g_key_file_set_int64(file, "bus", "pid", daemon->pid);
	g_key_file_set_uint64(file, "bus", "start-time", daemon->start_time);
	text = g_key_file_to_data(file, &length, NULL);
	if (g_file_set_contents_full(path, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT,
				     0600, &why))
		return true;
	g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED, "cannot record the session bus: %s",
		    why->message);
	return false;
}

bool bus_daemon_load(struct bus_daemon *daemon, const char *path)
{
	g_autoptr(GKeyFile) file = g_key_file_new();

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
		return false;
	daemon->address = g_key_file_get_string(file, "bus", "address", NULL);
	daemon->pid = (pid_t)g_key_file_get_int64(file, "bus", "pid", NULL);
	daemon->start_time = g_key_file_get_uint64(file, "bus", "start-time", NULL);
	return daemon->address;
}

/* Not with libdbus's blocking call: that waits without limit for what listens there to
 * finish authentication. */
static bool says_hello(DBusConnection *connection)
{
	DBusMessage *hello = dbus_message_new_method_call(BUS_NAME, BUS_PATH, BUS_NAME, "Hello");
	gint64 deadline = g_get_monotonic_time() + HELLO_WAIT_MS * 1000;
	DBusPendingCall *pending;
	DBusMessage *reply;
	bool answered = false;

	if (!hello || !dbus_connection_send_with_reply(connection, hello, &pending, -1))
		g_error("out of memory");
	dbus_message_unref(hello);
	if (!pending)
		return false;
	while (!dbus_pending_call_get_completed(pending)) {
		gint64 left_ms = (deadline - g_get_monotonic_time()) / 1000;

		if (left_ms <= 0 || !dbus_connection_read_write_dispatch(connection, (int)left_ms))
			break;
	}
	if (dbus_pending_call_get_completed(pending)) {
		reply = dbus_pending_call_steal_reply(pending);
		answered = dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN;
		dbus_message_unref(reply);
	}
	dbus_pending_call_cancel(pending);
	dbus_pending_call_unref(pending);
	return answered;
}

bool bus_answers(const char *address)
{
	DBusConnection *connection = dbus_connection_open_private(address, NULL);
	bool answers;

	if (!connection)
		return false;
	dbus_connection_set_exit_on_disconnect(connection, FALSE);
	answers = says_hello(connection);
	dbus_connection_close(connection);
	dbus_connection_unref(connection);
	return answers;
}
