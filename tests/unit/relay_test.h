/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For tests of src/relay: sockets, waiting, and counting what must not be left. */

#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* So that conditions no event tells of are looked at. */
static inline gboolean wait_beat(void *data)
{
	return G_SOURCE_CONTINUE;
}

static inline gint64 wait_limit(void)
{
	const char *slow = g_getenv("PHEME_TEST_SLOW");
	gint64 factor = slow ? g_ascii_strtoll(slow, NULL, 10) : 1;

	return g_get_monotonic_time() + TEST_WAIT_MS * 1000 * CLAMP(factor, 1, 20);
}

/* Runs the main loop until the condition is true, or fails. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		gint64 end_ = wait_limit();                                                        \
		guint beat_ = g_timeout_add(5, wait_beat, NULL);                                   \
		bool met_;                                                                         \
                                                                                                   \
		while (!(met_ = (condition)) && g_get_monotonic_time() < end_)                     \
			g_main_context_iteration(NULL, TRUE);                                      \
		g_source_remove(beat_);                                                            \
		if (!met_)                                                                         \
			fail_msg("waited too long for %s", #condition);                            \
	} while (0)

static inline unsigned count_fds(void)
{
	unsigned count = 0;
	DIR *dir = opendir("/proc/self/fd");

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static inline void on_warm(GPid pid, int status, void *data)
{
	*(bool *)data = true;
}

/* Lets GLib open what it keeps open: descriptors of the main context and for child watches. */
static inline int warm_up(void **state)
{
	char *argv[] = {"true", NULL};
	bool done = false;
	GPid pid;

	assert_true(g_spawn_async(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
				  NULL, NULL, &pid, NULL));
	g_child_watch_add(pid, on_warm, &done);
	WAIT_FOR(done);
	return 0;
}

/* No child is left, not even a dead one. Looks without reaping: that is what is tested. */
static inline bool has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

static inline char *make_dir(void)
{
	char *dir = g_dir_make_tmp("pheme-relay-XXXXXX", NULL);

	assert_non_null(dir);
	return dir;
}

/* Removes a directory of files, which it frees. */
static inline void remove_dir(char *dir)
{
	GDir *opened = g_dir_open(dir, 0, NULL);
	const char *name;

	while (opened && (name = g_dir_read_name(opened))) {
		g_autofree char *path = g_build_filename(dir, name, NULL);

		unlink(path);
	}
	if (opened)
		g_dir_close(opened);
	assert_int_equal(rmdir(dir), 0);
	g_free(dir);
}

static inline unsigned count_files(const char *dir)
{
	GDir *opened = g_dir_open(dir, 0, NULL);
	unsigned count = 0;

	while (g_dir_read_name(opened))
		count++;
	g_dir_close(opened);
	return count;
}

/* What can be read now is added to @into; false at the end. */
static inline bool read_now(int fd, GString *into)
{
	char bytes[4096];
	ssize_t got;

	while ((got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		g_string_append_len(into, bytes, got);
	return got < 0 && errno == EAGAIN;
}

static inline void make_pair(int ends[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
			 0);
}

static inline void put(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Waits until @text came. */
#define EXPECT_TEXT(fd, text)                                                                      \
	do {                                                                                       \
		g_autoptr(GString) got_ = g_string_new(NULL);                                      \
                                                                                                   \
		WAIT_FOR((read_now(fd, got_), got_->len >= strlen(text)));                         \
		assert_string_equal(got_->str, text);                                              \
	} while (0)

/* Waits for the end of what comes, without anything more. */
#define EXPECT_END(fd)                                                                             \
	do {                                                                                       \
		g_autoptr(GString) got_ = g_string_new(NULL);                                      \
                                                                                                   \
		WAIT_FOR(!read_now(fd, got_));                                                     \
		assert_int_equal(got_->len, 0);                                                    \
	} while (0)
