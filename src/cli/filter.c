/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct filter {
	filter_fn fn;
	void *data;
	GPid pid;
	int in, out;            /* -1: closed */
	guint writing, reading; /* sources */
	guint exited, limit;
	char *input;
	gsize written;
	GString *output;
	unsigned seconds;
	char *problem; /* why it was killed; or NULL */
};

static void set_up_child(void *data)
{
	setsid();
	/* Ignored in pheme, and that is inherited. */
	signal(SIGPIPE, SIG_DFL);
}

static void kill_all(GPid pid)
{
	/* Its group; or itself, when it has not come as far as setsid(). */
	if (kill(-pid, SIGKILL) < 0)
		kill(pid, SIGKILL);
}

static void close_pipe(int *fd, guint *source)
{
	g_clear_handle_id(source, g_source_remove);
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void program_free(struct filter *program)
{
	close_pipe(&program->in, &program->writing);
	close_pipe(&program->out, &program->reading);
	g_clear_handle_id(&program->exited, g_source_remove);
	g_clear_handle_id(&program->limit, g_source_remove);
	g_string_free(program->output, TRUE);
	g_free(program->input);
	g_free(program->problem);
	g_free(program);
}

static void on_reaped(GPid pid, int status, void *data)
{
	g_spawn_close_pid(pid);
}

void filter_cancel(struct filter *program)
{
	GSource *watch;

	if (!program)
		return;
	kill_all(program->pid);
	/* The watch stays: a second one would not see what the first has reaped. */
	watch = g_main_context_find_source_by_id(NULL, program->exited);
	g_source_set_callback(watch, G_SOURCE_FUNC(on_reaped), NULL, NULL);
	program->exited = 0;
	program_free(program);
}

/* It is told when the program has ended. */
static void stop(struct filter *program, char *problem)
{
	g_free(program->problem);
	program->problem = problem;
	kill_all(program->pid);
}

static gboolean on_limit(void *data)
{
	struct filter *program = data;

	program->limit = 0;
	stop(program, g_strdup_printf("was stopped after %u s", program->seconds));
	return G_SOURCE_REMOVE;
}

/* --- what goes in ------------------------------------------------------------------------- */

/* A program that does not read is no failure. */
static gboolean on_writable(int fd, GIOCondition condition, void *data)
{
	struct filter *program = data;
	const char *rest = program->input + program->written;
	ssize_t n = write(fd, rest, strlen(rest));

	if (n >= 0)
		program->written += (gsize)n;
	else if (errno == EAGAIN || errno == EINTR)
		return G_SOURCE_CONTINUE;
	if (n >= 0 && program->input[program->written])
		return G_SOURCE_CONTINUE;
	program->writing = 0;
	close_pipe(&program->in, &program->writing);
	return G_SOURCE_REMOVE;
}

/* --- what comes out ----------------------------------------------------------------------- */

/* What is there now; false at the end. */
static bool drain(struct filter *program)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(program->out, bytes, sizeof(bytes))) > 0) {
		g_string_append_len(program->output, bytes, got);
		if (program->output->len > FILTER_OUTPUT_MAX) {
			stop(program, g_strdup("was stopped: it printed more than 64 KiB"));
			return false;
		}
	}
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	struct filter *program = data;

	if (drain(program))
		return G_SOURCE_CONTINUE;
	program->reading = 0;
	return G_SOURCE_REMOVE;
}

static char *describe_status(int status)
{
	if (WIFSIGNALED(status))
		return g_strdup_printf("was ended by signal %d", WTERMSIG(status));
	return g_strdup_printf("ended with status %d", WEXITSTATUS(status));
}

static void on_exited(GPid pid, int status, void *data)
{
	struct filter *program = data;
	GString *output = program->output;
	g_autofree char *problem = NULL;

	program->exited = 0;
	g_spawn_close_pid(pid);
	if (program->out >= 0 && !program->problem)
		drain(program);
	while (output->len && output->str[output->len - 1] == '\n')
		g_string_truncate(output, output->len - 1);
	if (program->problem)
		problem = g_steal_pointer(&program->problem);
	else if (status)
		problem = describe_status(status);
	else if (!g_utf8_validate_len(output->str, output->len, NULL))
		problem = g_strdup("printed something else than UTF-8 text");
	program->fn(problem ? NULL : output->str, problem, program->data);
	program_free(program);
}

/* --- starting ----------------------------------------------------------------------------- */

static bool spawn(struct filter *program, char **argv, char **env, GError **error)
{
	return g_spawn_async_with_pipes(
		NULL, argv, env,
		G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES,
		set_up_child, NULL, &program->pid, &program->in, &program->out, NULL, error);
}

struct filter *filter_start(char **argv, char **env, const char *input, unsigned seconds,
			    filter_fn fn, void *data, GError **error)
{
	struct filter *program = g_new0(struct filter, 1);

	program->fn = fn;
	program->data = data;
	program->in = program->out = -1;
	program->input = g_strdup(input);
	program->seconds = seconds;
	program->output = g_string_new(NULL);
	if (!spawn(program, argv, env, error)) {
		program_free(program);
		return NULL;
	}
	g_unix_set_fd_nonblocking(program->in, TRUE, NULL);
	g_unix_set_fd_nonblocking(program->out, TRUE, NULL);
	program->writing =
		g_unix_fd_add(program->in, G_IO_OUT | G_IO_ERR | G_IO_HUP, on_writable, program);
	program->reading =
		g_unix_fd_add(program->out, G_IO_IN | G_IO_ERR | G_IO_HUP, on_readable, program);
	program->exited = g_child_watch_add(program->pid, on_exited, program);
	program->limit = g_timeout_add_seconds(seconds, on_limit, program);
	return program;
}
