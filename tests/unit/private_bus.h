/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * For the tests of src/bus/: a dbus-daemon of the test's own, and waiting for what a main
 * loop brings. No test sleeps: it waits for a condition, with a generous limit.
 */

#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib.h>
#include <glib/gstdio.h>

#define WAIT_LIMIT_MS 20000

static inline gboolean wait_expired(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds. */
#define wait_until(condition)                                                                      \
	do {                                                                                       \
		bool expired_ = false;                                                             \
		guint limit_ = g_timeout_add(WAIT_LIMIT_MS, wait_expired, &expired_);              \
		while (!(condition) && !expired_)                                                  \
			g_main_context_iteration(NULL, TRUE);                                      \
		g_source_remove(limit_);                                                           \
		if (expired_)                                                                      \
			fail_msg("waited in vain for: %s", #condition);                            \
	} while (0)

struct private_bus {
	GPid pid;
	char *directory;
	char *address;
};

/* A test that crashes takes its bus along. */
static inline void die_with_parent(void *data)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static inline void private_bus_start(struct private_bus *private)
{
	g_autofree char *listen = NULL;
	char line[512] = "";
	FILE *stream;
	int out;

	private->directory = g_dir_make_tmp("pheme-test-XXXXXX", NULL);
	assert_non_null(private->directory);
	listen = g_strdup_printf("--address=unix:dir=%s", private->directory);
	char *argv[] = {"dbus-daemon",       "--session", "--nofork", "--nopidfile",
			"--print-address=1", listen,      NULL};
	assert_true(g_spawn_async_with_pipes(
		NULL, argv, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
		die_with_parent, NULL, &private->pid, NULL, &out, NULL, NULL));
	stream = fdopen(out, "r");
	assert_non_null(fgets(line, sizeof line, stream));
	fclose(stream);
	private->address = g_strdup(g_strstrip(line));
}

static inline void private_bus_kill(struct private_bus *private)
{
	if (!private->pid)
		return;
	kill(private->pid, SIGKILL);
	while (waitpid(private->pid, NULL, 0) < 0 && errno == EINTR)
		;
	private->pid = 0;
}

static inline void remove_tree(const char *path)
{
	GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	if (dir)
		g_dir_close(dir);
	remove(path);
}

static inline void private_bus_stop(struct private_bus *private)
{
	private_bus_kill(private);
	remove_tree(private->directory);
	g_free(private->directory);
	g_free(private->address);
}
