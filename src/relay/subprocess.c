/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.h"

#define STOP_MS 2000

struct subprocess {
	GPid pid;
	bool in_our_group;
	guint watch, killer;
	int status;
	subprocess_exit_fn fn;
	void *data;
};

/* Only those in the foreground may read what is typed, and we are there; what suspends us suspends
 * the program. */
static bool shares_terminal(const struct subprocess_setup *setup)
{
	return setup->attended && isatty(STDIN_FILENO);
}

static void send_signal(const struct subprocess *program, int number)
{
	kill(program->in_our_group ? program->pid : -program->pid, number);
}

/* In the child, after fork(): only what is safe there. */
static void prepare_child(void *data)
{
	const struct subprocess_setup *setup = data;
	struct rlimit limit;
	sigset_t none;

	if (!shares_terminal(setup))
		setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (setup->file_limit && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = MIN(setup->file_limit, limit.rlim_max);
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void on_exited(GPid pid, int status, void *data)
{
	struct subprocess *program = data;

	program->watch = 0;
	program->status = status;
	g_clear_handle_id(&program->killer, g_source_remove);
	if (program->fn)
		program->fn(program, status, program->data);
}

static void reap(GPid pid, int status, void *data)
{
	g_spawn_close_pid(pid);
}

static char **make_environment(char *const *added)
{
	char **environment = g_get_environ();

	for (gsize i = 0; added && added[i]; i++) {
		const char *equals = strchr(added[i], '=');
		g_autofree char *name = equals ? g_strndup(added[i], equals - added[i]) : NULL;

		if (name && *name)
			environment = g_environ_setenv(environment, name, equals + 1, TRUE);
	}
	return environment;
}

static bool spawn(const struct subprocess_setup *setup, GPid *pid, GError **error)
{
	GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD;
	g_auto(GStrv) environment = make_environment(setup->environment);

	if (!setup->keep_stderr)
		flags |= G_SPAWN_STDERR_TO_DEV_NULL;
	if (setup->attended)
		flags |= G_SPAWN_CHILD_INHERITS_STDIN;
	else if (setup->output < 0)
		flags |= G_SPAWN_STDOUT_TO_DEV_NULL;
	return g_spawn_async_with_fds(NULL, (char **)setup->argv, environment, flags, prepare_child,
				      (void *)setup, pid, setup->input, setup->output, -1, error);
}

/* In the system's words: GLib repeats the name of the program. */
static const char *words_of(const GError *problem)
{
	if (g_error_matches(problem, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
		return g_strerror(ENOENT);
	if (g_error_matches(problem, G_SPAWN_ERROR, G_SPAWN_ERROR_ACCES))
		return g_strerror(EACCES);
	return problem->message;
}

struct subprocess *subprocess_start(const struct subprocess_setup *setup, subprocess_exit_fn fn,
				    void *data, GError **error)
{
	g_autoptr(GError) problem = NULL;
	struct subprocess *program;
	GPid pid;

	if (!spawn(setup, &pid, &problem)) {
		g_set_error(error, RELAY_ERROR, RELAY_ERROR_FAILED, "cannot start %s: %s",
			    setup->argv[0], words_of(problem));
		return NULL;
	}
	program = g_new0(struct subprocess, 1);
	program->pid = pid;
	program->in_our_group = shares_terminal(setup);
	program->fn = fn;
	program->data = data;
	program->watch = g_child_watch_add(pid, on_exited, program);
	return program;
}

void subprocess_on_exit(struct subprocess *program, subprocess_exit_fn fn, void *data)
{
	program->fn = fn;
	program->data = data;
}

bool subprocess_is_running(const struct subprocess *program)
{
	return program->watch;
}

int subprocess_status(const struct subprocess *program)
{
	return program->status;
}

pid_t subprocess_pid(const struct subprocess *program)
{
	return program->pid;
}

static gboolean on_patience_over(void *data)
{
	struct subprocess *program = data;

	program->killer = 0;
	send_signal(program, SIGKILL);
	return G_SOURCE_REMOVE;
}

void subprocess_stop(struct subprocess *program)
{
	if (!program->watch || program->killer)
		return;
	send_signal(program, SIGTERM);
	program->killer = g_timeout_add(STOP_MS, on_patience_over, program);
}

void subprocess_free(struct subprocess *program)
{
	if (!program)
		return;
	g_clear_handle_id(&program->killer, g_source_remove);
	if (program->watch) {
		g_source_remove(program->watch);
		/* Only it can leave the terminal as it was. */
		send_signal(program, program->in_our_group ? SIGTERM : SIGKILL);
		if (waitpid(program->pid, NULL, WNOHANG) != program->pid)
			g_child_watch_add(program->pid, reap, NULL);
	}
	g_free(program);
}

char *subprocess_describe(int status)
{
	if (WIFSIGNALED(status))
		return g_strdup_printf("was ended by signal %d (%s)", WTERMSIG(status),
				       g_strsignal(WTERMSIG(status)));
	return g_strdup_printf("ended with status %d", WEXITSTATUS(status));
}
