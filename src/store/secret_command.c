/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * password-command: argv as a shell would split it, run without one, in a session of its own so
 * that it cannot take the terminal (what asks for a passphrase has its own ways: an agent). It
 * is done when it exits: what it leaves running in the background must not be waited for.
 */

#include "secret_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

struct secret_command {
	char *name;
	secret_fn fn;
	void *data;
	GPid pid;
	int fd;
	unsigned watch, exited, limit, seconds;
	char line[LINE_MAX_BYTES + 1];
	gsize length;
	bool complete, too_long; /* the line */
};

static void own_session(void *data)
{
	setsid();
}

static void reaped(GPid pid, int status, void *data)
{
	g_spawn_close_pid(pid);
}

static void kill_all(GPid pid)
{
	/* Its group; or itself, when it has not come as far as setsid(). */
	if (kill(-pid, SIGKILL) < 0)
		kill(pid, SIGKILL);
}

static void free_command(struct secret_command *command)
{
	g_clear_handle_id(&command->watch, g_source_remove);
	g_clear_handle_id(&command->exited, g_source_remove);
	g_clear_handle_id(&command->limit, g_source_remove);
	close(command->fd);
	g_free(command->name);
	explicit_bzero(command->line, sizeof(command->line));
	g_free(command);
}

void secret_command_cancel(struct secret_command *command)
{
	kill_all(command->pid);
	g_child_watch_add(command->pid, reaped, NULL);
	free_command(command);
}

static void finish(struct secret_command *command, const char *secret, const char *reason)
{
	g_autoptr(GError) error = NULL;

	if (!secret)
		error = g_error_new(G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
				    "cannot get the password of %s: password-command %s",
				    command->name, reason);
	command->fn(secret, error, command->data);
	free_command(command);
}

static void give_up(struct secret_command *command, const char *reason)
{
	kill_all(command->pid);
	g_clear_handle_id(&command->exited, g_source_remove);
	g_child_watch_add(command->pid, reaped, NULL);
	finish(command, NULL, reason);
}

static void take(struct secret_command *command, const char *bytes, gsize length)
{
	const char *end = memchr(bytes, '\n', length);
	gsize part = end ? (gsize)(end - bytes) : length;

	if (command->complete)
		return;
	if (command->length + part > LINE_MAX_BYTES) {
		command->complete = command->too_long = true;
		return;
	}
	memcpy(command->line + command->length, bytes, part);
	command->length += part;
	command->complete = end;
}

/* What is there now; false at the end. Later lines are read too, or the command would wait. */
static bool drain(struct secret_command *command)
{
	char bytes[512];
	ssize_t got;

	while ((got = read(command->fd, bytes, sizeof(bytes))) > 0)
		take(command, bytes, got);
	explicit_bzero(bytes, sizeof(bytes));
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static gboolean on_output(int fd, GIOCondition condition, void *data)
{
	struct secret_command *command = data;
	bool more = drain(command);

	if (command->too_long) {
		command->watch = 0;
		give_up(command, "gave a line longer than 4 KiB");
		return G_SOURCE_REMOVE;
	}
	if (!more)
		command->watch = 0;
	return more;
}

static void on_exit_status(GPid pid, int status, void *data)
{
	struct secret_command *command = data;
	g_autofree char *reason = NULL;
	char *line = command->line;

	command->exited = 0;
	g_spawn_close_pid(pid);
	drain(command);
	if (command->length && line[command->length - 1] == '\r')
		line[--command->length] = '\0';
	if (WIFSIGNALED(status))
		reason = g_strdup_printf("was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		reason = g_strdup_printf("ended with status %d", WEXITSTATUS(status));
	else if (command->too_long)
		reason = g_strdup("gave a line longer than 4 KiB");
	else if (!command->length || strlen(line) != command->length ||
		 !g_utf8_validate(line, command->length, NULL))
		reason = g_strdup_printf("gave %s as its first line",
					 command->length ? "something else than text" : "nothing");
	finish(command, reason ? NULL : line, reason);
}

static gboolean on_limit(void *data)
{
	struct secret_command *command = data;
	g_autofree char *reason = g_strdup_printf("was stopped after %u seconds", command->seconds);

	command->limit = 0;
	give_up(command, reason);
	return G_SOURCE_REMOVE;
}

static bool start(struct secret_command *command, char **argv, GError **error)
{
	if (!g_spawn_async_with_pipes(NULL, argv, NULL,
				      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
					      G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_CLOEXEC_PIPES,
				      own_session, NULL, &command->pid, NULL, &command->fd, NULL,
				      error))
		return false;
	fcntl(command->fd, F_SETFL, fcntl(command->fd, F_GETFL) | O_NONBLOCK);
	command->watch =
		g_unix_fd_add(command->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_output, command);
	command->exited = g_child_watch_add(command->pid, on_exit_status, command);
	command->limit = g_timeout_add_seconds(command->seconds, on_limit, command);
	return true;
}

struct secret_command *secret_command_run(const char *name, const char *text, unsigned seconds,
					  secret_fn fn, void *data, GError **error)
{
	struct secret_command *command = g_new0(struct secret_command, 1);
	g_auto(GStrv) argv = NULL;

	command->name = g_strdup(name);
	command->seconds = seconds;
	command->fn = fn;
	command->data = data;
	if (g_shell_parse_argv(text, NULL, &argv, error) && start(command, argv, error))
		return command;
	g_prefix_error(error, "cannot get the password of %s: password-command: ", name);
	g_free(command->name);
	g_free(command);
	return NULL;
}
