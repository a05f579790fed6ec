/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/wait.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned int patience(unsigned int ms)
{
	const char *slow = g_getenv("PHEME_TEST_SLOW");
	unsigned long factor = slow ? strtoul(slow, NULL, 10) : 1;

	return ms * CLAMP(factor, 1, 20);
}

static gboolean on_timeout(void *data)
{
	bool *over = data;

	*over = true;
	return G_SOURCE_CONTINUE;
}

bool test_wait_until(test_wait_fn ready, void *data, unsigned int ms)
{
	bool over = false, done = ready(data);
	guint timer;

	if (done)
		return true;
	timer = g_timeout_add(patience(ms), on_timeout, &over);
	while (!done && !over) {
		g_main_context_iteration(NULL, TRUE);
		done = ready(data);
	}
	g_source_remove(timer);
	return done;
}

void test_wait_drain(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

static gboolean on_writable(gint fd, GIOCondition condition, void *data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

static bool is_set(void *data)
{
	return *(bool *)data;
}

bool test_wait_writable(int fd, unsigned int ms)
{
	bool now = false;
	guint watch = g_unix_fd_add(fd, G_IO_OUT, on_writable, &now);

	if (!test_wait_until(is_set, &now, ms))
		g_source_remove(watch);
	return now;
}

struct file_wait {
	const char *path;
	const char *text;
	size_t offset;
	ssize_t found;
};

static bool file_has_text(void *data)
{
	struct file_wait *w = data;
	g_autofree char *content = NULL;
	const char *at;
	gsize len = 0;

	if (!g_file_get_contents(w->path, &content, &len, NULL) || len < w->offset)
		return false;
	at = g_strstr_len(content + w->offset, (gssize)(len - w->offset), w->text);
	if (!at)
		return false;
	w->found = (ssize_t)(at - content) + (ssize_t)strlen(w->text);
	return true;
}

static gboolean on_inotify(gint fd, GIOCondition condition, void *data)
{
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
	return G_SOURCE_CONTINUE;
}

ssize_t test_wait_file(const char *path, size_t offset, const char *text, unsigned int ms)
{
	struct file_wait w = {.path = path, .text = text, .offset = offset, .found = -1};
	g_autofree char *dir = g_path_get_dirname(path);
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	guint watch;

	g_assert(fd >= 0 && inotify_add_watch(fd, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0);
	watch = g_unix_fd_add(fd, G_IO_IN, on_inotify, NULL);
	test_wait_until(file_has_text, &w, ms);
	g_source_remove(watch);
	close(fd);
	return w.found;
}

struct exit_wait {
	pid_t pid;
	int status;
	bool gone;
};

/* Only a child can be reaped; of anything else the process table tells whether it is there. */
static bool process_is_gone(void *data)
{
	struct exit_wait *w = data;
	pid_t got = waitpid(w->pid, &w->status, WNOHANG);

	if (got == w->pid)
		w->gone = true;
	else if (got < 0 && kill(w->pid, 0) < 0 && errno == ESRCH)
		w->gone = true;
	return w->gone;
}

static gboolean on_pidfd(gint fd, GIOCondition condition, void *data)
{
	struct exit_wait *w = data;

	if (waitpid(w->pid, &w->status, WNOHANG) != w->pid)
		w->status = -1;
	w->gone = true;
	return G_SOURCE_REMOVE;
}

static bool is_gone(void *data)
{
	return ((struct exit_wait *)data)->gone;
}

bool test_wait_exit(pid_t pid, int *status, unsigned int ms)
{
	struct exit_wait w = {.pid = pid, .status = -1};
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0) {
		process_is_gone(&w);
	} else {
		guint watch = g_unix_fd_add(fd, G_IO_IN, on_pidfd, &w);

		test_wait_until(is_gone, &w, ms);
		if (!w.gone)
			g_source_remove(watch);
		close(fd);
	}
	if (status)
		*status = w.status;
	return w.gone;
}
