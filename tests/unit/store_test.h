/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of store share: directories that go away, and waiting for an event. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <ftw.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_SECONDS 20

static inline gboolean wait_expired(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_CONTINUE;
}

/* PHEME_TEST_SLOW=n multiplies the time, for sanitizers and valgrind. */
static inline guint wait_seconds(void)
{
	const char *slow = g_getenv("PHEME_TEST_SLOW");

	return WAIT_SECONDS * (slow ? (guint)CLAMP(g_ascii_strtoll(slow, NULL, 10), 1, 20) : 1);
}

static inline GSource *wait_begin(bool *expired)
{
	GSource *limit = g_timeout_source_new_seconds(wait_seconds());

	g_source_set_callback(limit, wait_expired, expired, NULL);
	g_source_attach(limit, g_main_context_get_thread_default());
	return limit;
}

static inline void wait_end(GSource *limit)
{
	g_source_destroy(limit);
	g_source_unref(limit);
}

/* Runs the main loop until @condition holds. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		bool expired_ = false;                                                             \
		GSource *limit_ = wait_begin(&expired_);                                           \
                                                                                                   \
		while (!(condition) && !expired_)                                                  \
			g_main_context_iteration(g_main_context_get_thread_default(), TRUE);       \
		wait_end(limit_);                                                                  \
		if (expired_)                                                                      \
			fail_msg("waited too long for %s", #condition);                            \
	} while (0)

static inline char *make_dir(void)
{
	char *dir = g_dir_make_tmp("pheme-test-XXXXXX", NULL);

	assert_non_null(dir);
	return dir;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static inline void remove_dir(char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	g_free(dir);
}

static inline char *write_file(const char *dir, const char *name, const char *text)
{
	char *path = g_build_filename(dir, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_int_equal(g_chmod(path, 0600), 0);
	return path;
}

static inline void assert_file(const char *path, const char *text)
{
	g_autofree char *found = NULL;

	assert_true(g_file_get_contents(path, &found, NULL, NULL));
	assert_string_equal(found, text);
}

static inline unsigned file_mode(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static inline GPtrArray *new_problems(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

/* Exactly one of them holds @part. */
static inline void assert_problem(GPtrArray *problems, const char *part)
{
	unsigned found = 0;

	for (unsigned i = 0; i < problems->len; i++)
		if (strstr(problems->pdata[i], part))
			found++;
	if (found == 1)
		return;
	for (unsigned i = 0; i < problems->len; i++)
		print_error("problem: %s\n", (char *)problems->pdata[i]);
	fail_msg("%u problems hold: %s", found, part);
}
