/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/relay/address.h"
#include "src/relay/bridge.h"
#include "src/relay/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The relay beside socat, between the same two programs, each in turn several times: how fast
 * bytes go through and what they cost; then what an idle connection costs in memory and how
 * long a new one takes to carry its first byte there and back.
 *
 *   relay [GiB [repeats]]
 */

#define CHUNK      65536
#define IDLE_COUNT 1000
#define NEW_COUNT  500

struct run {
	double seconds, cpu;
};

static char *directory;

static char *path_of(const char *name)
{
	return g_build_filename(directory, name, NULL);
}

static int listen_at(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(un.sun_path, path, sizeof(un.sun_path));
	unlink(path);
	if (bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0 || listen(fd, 1024) < 0)
		g_error("cannot listen on %s: %s", path, g_strerror(errno));
	return fd;
}

static int connect_to(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(un.sun_path, path, sizeof(un.sun_path));
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		g_error("nobody listens on %s: %s", path, g_strerror(errno));
	return fd;
}

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* --- the contestants ------------------------------------------------------------------------ */

/* Both listen when these return: each says so in a pipe. */

static void open_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		g_error("cannot make a pipe: %s", g_strerror(errno));
}

/* Reads up to the byte with which @word ends; @ends is closed. */
static void wait_for(int ends[2], const char *word)
{
	g_autoptr(GString) said = g_string_new(NULL);
	char byte;

	close(ends[1]);
	while (!strstr(said->str, word)) {
		if (read(ends[0], &byte, 1) != 1)
			g_error("it does not listen: %s", said->str);
		g_string_append_c(said, byte);
	}
	close(ends[0]);
}

static void run_relay(const char *from, const char *to, int ready)
{
	static const struct bridge_operations operations;
	struct bridge_setup setup = {.target = address_new_unix(to), .seconds = 10};
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);

	if (!bridge_listen(bridge_new(relay_new(), &setup, &operations, NULL),
			   address_new_unix(from), NULL) ||
	    write(ready, "listening", 9) != 9)
		_exit(1);
	g_main_loop_run(loop);
	_exit(0);
}

static pid_t start_relay(const char *from, const char *to)
{
	int ends[2];
	pid_t pid;

	open_pipe(ends);
	pid = start();
	if (pid == 0)
		run_relay(from, to, ends[1]);
	wait_for(ends, "listening");
	return pid;
}

/* What it has to say later nobody reads: it does not mind. */
static pid_t start_socat(const char *from, const char *to)
{
	g_autofree char *listen = g_strdup_printf("UNIX-LISTEN:%s", from);
	g_autofree char *connect = g_strdup_printf("UNIX-CONNECT:%s", to);
	int ends[2];
	pid_t pid;

	open_pipe(ends);
	pid = start();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		signal(SIGPIPE, SIG_IGN);
		execlp("socat", "socat", "-d", "-d", "-b65536", listen, connect, NULL);
		_exit(127);
	}
	wait_for(ends, "listening on");
	return pid;
}

/* --- throughput --------------------------------------------------------------------------- */

static pid_t start_writer(const char *path, guint64 bytes)
{
	static char chunk[CHUNK];
	pid_t pid = start();
	int fd;

	if (pid)
		return pid;
	fd = connect_to(path);
	while (bytes) {
		ssize_t put = write(fd, chunk, MIN(bytes, sizeof(chunk)));

		if (put <= 0)
			_exit(1);
		bytes -= (guint64)put;
	}
	_exit(0);
}

static guint64 read_all(int fd)
{
	static char chunk[CHUNK];
	guint64 bytes = 0;
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		bytes += (guint64)got;
	return bytes;
}

static double cpu_of(const struct rusage *usage)
{
	return (double)usage->ru_utime.tv_sec + (double)usage->ru_stime.tv_sec +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static struct run measure(pid_t (*contestant)(const char *, const char *), guint64 bytes)
{
	g_autofree char *from = path_of("from"), *to = path_of("to");
	int listening = listen_at(to), fd;
	struct rusage usage;
	struct run run;
	pid_t pid, writer;
	gint64 begun;

	unlink(from);
	pid = contestant(from, to);
	writer = start_writer(from, bytes);
	fd = accept(listening, NULL, NULL);
	begun = g_get_monotonic_time();
	if (read_all(fd) != bytes)
		g_error("bytes were lost");
	run.seconds = (double)(g_get_monotonic_time() - begun) / 1e6;
	close(fd);
	close(listening);
	kill(pid, SIGTERM);
	waitpid(writer, NULL, 0);
	wait4(pid, NULL, 0, &usage);
	run.cpu = cpu_of(&usage);
	return run;
}

static int by_seconds(const void *a, const void *b)
{
	const struct run *one = a, *other = b;

	return (one->seconds > other->seconds) - (one->seconds < other->seconds);
}

static void say(const char *name, struct run *runs, guint count, double gib)
{
	struct run *median = &runs[count / 2];

	qsort(runs, count, sizeof(*runs), by_seconds);
	printf("%-8s %6.2f GB/s   %5.2f s of CPU a GiB   (median of %u, %.1f GiB each)\n", name,
	       gib * 1.073741824 / median->seconds, median->cpu / gib, count, gib);
}

static void throughput(double gib, guint repeats)
{
	g_autofree struct run *relay = g_new0(struct run, repeats);
	g_autofree struct run *socat = g_new0(struct run, repeats);
	g_autofree char *program = g_find_program_in_path("socat");
	guint64 bytes = (guint64)(gib * 1024 * 1024 * 1024);

	for (guint i = 0; i < repeats; i++) {
		relay[i] = measure(start_relay, bytes);
		if (program)
			socat[i] = measure(start_socat, bytes);
	}
	say("relay", relay, repeats, gib);
	if (program)
		say("socat", socat, repeats, gib);
	else
		printf("socat    is not installed\n");
}

/* --- idle and new connections ------------------------------------------------------------- */

static long resident_kib(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", (int)pid);
	g_autofree char *text = NULL;
	const char *found;

	if (!g_file_get_contents(path, &text, NULL, NULL) ||
	    !(found = strstr(text, "Private_Dirty:")))
		return 0;
	return strtol(found + strlen("Private_Dirty:"), NULL, 10);
}

static int connect_through(const char *from, int listening, int *far)
{
	char byte = 'x';
	int near = connect_to(from);

	*far = accept(listening, NULL, NULL);
	if (write(near, &byte, 1) != 1 || read(*far, &byte, 1) != 1 || write(*far, &byte, 1) != 1 ||
	    read(near, &byte, 1) != 1)
		g_error("a connection does not carry");
	return near;
}

static void idle(const char *from, int listening, pid_t pid)
{
	static int ends[IDLE_COUNT][2];
	int far, near = connect_through(from, listening, &far);
	long before = resident_kib(pid);

	for (int i = 0; i < IDLE_COUNT; i++)
		ends[i][0] = connect_through(from, listening, &ends[i][1]);
	printf("idle     %6.2f KiB a connection (%d of them)\n",
	       (double)(resident_kib(pid) - before) / IDLE_COUNT, IDLE_COUNT);
	for (int i = 0; i < IDLE_COUNT; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
	close(near);
	close(far);
}

static int by_time(const void *a, const void *b)
{
	gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;

	return (one > other) - (one < other);
}

static void latency(const char *from, int listening)
{
	gint64 times[NEW_COUNT];

	for (int i = 0; i < NEW_COUNT; i++) {
		gint64 begun = g_get_monotonic_time();
		int far, near = connect_through(from, listening, &far);

		times[i] = g_get_monotonic_time() - begun;
		close(near);
		close(far);
	}
	qsort(times, NEW_COUNT, sizeof(times[0]), by_time);
	printf("new      %6.3f ms median, %.3f ms at 99 %%, first byte there and back\n",
	       (double)times[NEW_COUNT / 2] / 1e3, (double)times[NEW_COUNT * 99 / 100] / 1e3);
}

static void connections(void)
{
	g_autofree char *from = path_of("from"), *to = path_of("to");
	int listening = listen_at(to);
	pid_t pid;

	unlink(from);
	pid = start_relay(from, to);
	idle(from, listening, pid);
	latency(from, listening);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	close(listening);
}

static void clean_up(void)
{
	g_autofree char *from = path_of("from"), *to = path_of("to");

	unlink(from);
	unlink(to);
	rmdir(directory);
	g_free(directory);
}

int main(int argc, char **argv)
{
	double gib = argc > 1 ? atof(argv[1]) : 4;
	int repeats = argc > 2 ? atoi(argv[2]) : 3;

	directory = g_dir_make_tmp("pheme-bench-XXXXXX", NULL);
	if (!directory || gib <= 0 || repeats < 1)
		return 2;
	/* Forked contestants must not print what is buffered here. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	throughput(gib, (guint)repeats);
	connections();
	clean_up();
	return 0;
}
