/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { TERM_MS = 5000, END_MS = 5 * TEST_WAIT_MS };

/* The account without rights that each system has. */
enum { NOBODY = 65534 };

struct child_setup {
	pid_t parent;
	bool drop;
};

static void on_child_setup(void *data)
{
	const struct child_setup *setup = data;
	sigset_t none;

	/* Another user id clears the death signal: it comes second. */
	if (setup->drop && (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)))
		_exit(127);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != setup->parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
}

static int open_log(const char *log)
{
	return open(log ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static pid_t start(char *const argv[], char *const env[], const char *log, bool drop)
{
	struct child_setup setup = {.parent = getpid(), .drop = drop};
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) envp = g_get_environ();
	int out = open_log(log), in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	GPid pid = -1;

	for (int i = 0; env && env[i]; i++) {
		g_auto(GStrv) pair = g_strsplit(env[i], "=", 2);

		envp = g_environ_setenv(envp, pair[0], pair[1] ? pair[1] : "", TRUE);
	}
	if (!g_spawn_async_with_fds(NULL, (char **)argv, envp,
				    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, on_child_setup,
				    &setup, &pid, in, out, out, &error)) {
		fprintf(stderr, "cannot start %s: %s\n", argv[0], error->message);
		pid = -1;
	}
	close(in);
	close(out);
	return pid;
}

pid_t test_proc_start(char *const argv[], char *const env[], const char *log)
{
	return start(argv, env, log, false);
}

pid_t test_proc_start_unprivileged(char *const argv[], char *const env[], const char *log)
{
	return start(argv, env, log, geteuid() == 0);
}

struct run {
	GSubprocess *process;
	char *out, *err;
	bool done;
};

static void on_ended(GObject *source, GAsyncResult *result, void *data)
{
	struct run *run = data;

	g_subprocess_communicate_utf8_finish(run->process, result, &run->out, &run->err, NULL);
	run->done = true;
}

static bool has_ended(void *data)
{
	return ((struct run *)data)->done;
}

int test_proc_run(char *const argv[], char *const env[], char **out, char **err)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
	g_autoptr(GError) error = NULL;
	struct run run = {NULL};
	int status = -1;

	for (char *const *var = env; var && *var; var++) {
		g_auto(GStrv) pair = g_strsplit(*var, "=", 2);

		g_subprocess_launcher_setenv(launcher, pair[0], pair[1], TRUE);
	}
	run.process = g_subprocess_launcher_spawnv(launcher, (const char *const *)argv, &error);
	if (!run.process)
		test_fail("cannot run %s: %s", argv[0], error->message);
	g_subprocess_communicate_utf8_async(run.process, NULL, NULL, on_ended, &run);
	if (!test_wait_until(has_ended, &run, END_MS)) {
		g_subprocess_force_exit(run.process);
		test_wait_until(has_ended, &run, TEST_WAIT_MS);
		test_fail("%s did not end\n--- stdout\n%s--- stderr\n%s", argv[0],
			  run.out ? run.out : "", run.err ? run.err : "");
	}
	if (g_subprocess_get_if_exited(run.process))
		status = g_subprocess_get_exit_status(run.process);
	g_object_unref(run.process);
	if (out)
		*out = g_steal_pointer(&run.out);
	if (err)
		*err = g_steal_pointer(&run.err);
	g_free(run.out);
	g_free(run.err);
	return status;
}

bool test_proc_stop(pid_t pid, int *status)
{
	if (pid <= 0)
		return true;
	kill(pid, SIGTERM);
	if (test_wait_exit(pid, status, TERM_MS))
		return true;
	kill(pid, SIGKILL);
	test_wait_exit(pid, status, TEST_WAIT_MS);
	return false;
}

void test_proc_kill(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	test_wait_exit(pid, NULL, TEST_WAIT_MS);
}

static bool environ_has(const char *pid, const char *entry)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/environ", pid);
	g_autofree char *content = NULL;
	gsize len = 0;

	if (!g_file_get_contents(path, &content, &len, NULL))
		return false;
	for (gsize at = 0; at < len; at += strlen(content + at) + 1)
		if (!strcmp(content + at, entry))
			return true;
	return false;
}

pid_t *test_proc_find(const char *name, const char *value)
{
	g_autofree char *entry = g_strdup_printf("%s=%s", name, value);
	g_autoptr(GArray) found = g_array_new(TRUE, TRUE, sizeof(pid_t));
	g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir))) {
		pid_t pid = (pid_t)strtol(file, NULL, 10);

		if (pid > 0 && pid != getpid() && environ_has(file, entry))
			g_array_append_val(found, pid);
	}
	return (pid_t *)g_array_free(g_steal_pointer(&found), FALSE);
}

long long test_proc_cpu_us(pid_t pid)
{
	long long sum = 0;
	g_autofree char *tasks = g_strdup_printf("/proc/%d/task", (int)pid);
	g_autoptr(GDir) dir = g_dir_open(tasks, 0, NULL);
	const char *file;

	if (!dir)
		return -1;
	while ((file = g_dir_read_name(dir))) {
		g_autofree char *stat = g_strdup_printf("%s/%s/schedstat", tasks, file);
		g_autofree char *text = NULL;

		if (g_file_get_contents(stat, &text, NULL, NULL))
			sum += g_ascii_strtoll(text, NULL, 10);
	}
	return sum / 1000;
}

static long long sum_fields(const char *path, const char *const keys[])
{
	g_autofree char *content = NULL;
	g_auto(GStrv) lines = NULL;
	long long sum = 0;

	if (!g_file_get_contents(path, &content, NULL, NULL))
		return -1;
	lines = g_strsplit(content, "\n", -1);
	for (int i = 0; lines[i]; i++)
		for (int k = 0; keys[k]; k++)
			if (g_str_has_prefix(lines[i], keys[k]))
				sum += g_ascii_strtoll(lines[i] + strlen(keys[k]), NULL, 10);
	return sum;
}

long long test_proc_pss(pid_t pid)
{
	static const char *const keys[] = {"Pss:", NULL};
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", (int)pid);
	long long kib = sum_fields(path, keys);

	return kib < 0 ? -1 : kib * 1024;
}

long long test_proc_wakeups(pid_t pid)
{
	static const char *const keys[] = {
		"voluntary_ctxt_switches:",
		"nonvoluntary_ctxt_switches:",
		NULL,
	};
	g_autofree char *tasks = g_strdup_printf("/proc/%d/task", (int)pid);
	g_autoptr(GDir) dir = g_dir_open(tasks, 0, NULL);
	long long sum = 0;
	const char *file;

	if (!dir)
		return -1;
	while ((file = g_dir_read_name(dir))) {
		g_autofree char *path = g_strdup_printf("%s/%s/status", tasks, file);

		sum += MAX(sum_fields(path, keys), 0);
	}
	return sum;
}
