/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For the tests of --watch: phemes whose output goes to files or to a pipe that a test reads. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

struct watcher {
	struct screen *screen; /* its process; nothing is shown there */
	char *out, *err;       /* paths */
	gssize seen;           /* of out: what was waited for */
};

#define WATCH(w, name, ...) watch_start(w, name, NULL, (const char *const[]){__VA_ARGS__, NULL})

/* @shell: comes before exec, with its files as $OUT and $ERR; NULL: they are written. */
static inline struct watcher *watch_start(struct pheme_world *w, const char *name,
					  const char *shell, const char *const *args)
{
	struct watcher *watcher = g_new0(struct watcher, 1);
	g_autofree char *out = g_strconcat(name, ".out", NULL);
	g_autofree char *err = g_strconcat(name, ".err", NULL);
	g_autofree char *script = NULL;

	watcher->out = test_env_path(w->env, out);
	watcher->err = test_env_path(w->env, err);
	script = g_strdup_printf("OUT='%s' ERR='%s'\n%s\n", watcher->out, watcher->err,
				 shell ? shell : "exec \"$@\" >\"$OUT\" 2>\"$ERR\"");
	watcher->screen = pheme_start(w, &(struct pheme_options){.args = args, .shell = script});
	return watcher;
}

static inline void watch_wait(struct watcher *watcher, const char *text)
{
	gssize at = test_wait_file(watcher->out, (gsize)watcher->seen, text, TEST_WAIT_MS);

	if (at < 0) {
		g_autofree char *out = NULL, *err = NULL;

		g_file_get_contents(watcher->out, &out, NULL, NULL);
		g_file_get_contents(watcher->err, &err, NULL, NULL);
		test_fail("no \"%s\"\n--- stdout\n%s--- stderr\n%s", text, out ? out : "",
			  err ? err : "");
	}
	watcher->seen = at;
}

static inline char *watch_read(const char *path)
{
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text ? text : g_strdup("");
}

static inline void watch_free(struct watcher *watcher)
{
	g_free(watcher->out);
	g_free(watcher->err);
	g_free(watcher);
}

/* Waits for the end and frees it. */
static inline void watch_ends(struct pheme_world *w, struct watcher *watcher, int status,
			      const char *err)
{
	int got = screen_wait_exit(watcher->screen);
	g_autofree char *said = watch_read(watcher->err);

	if (!WIFEXITED(got) || WEXITSTATUS(got) != status || !strstr(said, err))
		test_fail("exit status %d, %d was expected\n%s", WEXITSTATUS(got), status, said);
	watch_free(watcher);
}

static inline void watch_end(struct pheme_world *w, struct watcher *watcher)
{
	screen_signal(watcher->screen, SIGTERM);
	watch_ends(w, watcher, 130, "");
}

static inline void watch_use_account(struct pheme_world *w)
{
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
}

static inline void watch_says(struct pheme_world *w, const char *text)
{
	fixture_receive(w->fixture, ME, BOB, false, BOB, text, NULL);
}

static inline void watch_wait_pending(struct pheme_world *w, unsigned count)
{
	fixture_wait_pending(w->fixture, ME, BOB, false, count);
}
