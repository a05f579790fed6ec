/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For the tests of stream tubes: ann offers, ben accepts, cat comes to rooms, each a pheme on a
 * bus of its own with telepathy-local; a web server stands for the program at ann's end. */

#include "tests/lib/proc.h"
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/users.h"
#include "tests/lib/wait.h"
#include "tests/lib/web.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIG      (3u << 20)
#define SMALL    200000
#define PARALLEL 20

#define ARGS(...) USERS_ARGS(__VA_ARGS__)
#define OFFER     "--timeout", "20", "--tube-offer"
#define ACCEPT    "--timeout", "20", "--tube-accept"

struct world {
	struct pheme_world *w;
	struct web *web;
	char *target; /* localhost:PORT of the web server */
};

static inline int setup(void **state)
{
	struct world *world = g_new0(struct world, 1);
	void *w;

	users_setup(&w);
	world->w = w;
	world->web = web_start();
	world->target = g_strdup_printf("localhost:%u", web_port(world->web));
	users_add(world->w, "ann", "");
	users_add(world->w, "ben", "");
	*state = world;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *world = *state;
	void *w = world->w;
	int result = users_teardown(&w);

	web_stop(world->web);
	g_free(world->target);
	g_free(world);
	return result;
}

static inline pid_t start(struct world *world, const char *name, char **args)
{
	return users_start(world->w, name, NULL, args);
}

static inline void wait_said(struct world *world, const char *name, const char *text)
{
	g_free(users_wait_said(world->w, name, text));
}

/* The port in the line that a pheme has printed. */
static inline guint wait_port(struct world *world, const char *name)
{
	g_autofree char *port = users_wait_said(world->w, name, "127.0.0.1:");

	return (guint)g_ascii_strtoull(port, NULL, 10);
}

/* The process of a user that runs this program; 0: none. */
static inline pid_t find_program(struct world *world, const char *name, const char *program)
{
	g_autofree char *dir = pheme_path(world->w, name, "run");
	g_autofree pid_t *pids = test_proc_find("XDG_RUNTIME_DIR", dir);

	for (pid_t *pid = pids; *pid; pid++) {
		g_autofree char *path = g_strdup_printf("/proc/%d/comm", (int)*pid), *comm = NULL;

		if (g_file_get_contents(path, &comm, NULL, NULL) && g_str_has_prefix(comm, program))
			return *pid;
	}
	return 0;
}

/* --- standard input and output ------------------------------------------------------------ */

struct talk {
	GSubprocess *process;
	char *out;
	bool done;
};

static inline void on_talked(GObject *source, GAsyncResult *result, void *data)
{
	struct talk *talk = data;

	g_subprocess_communicate_utf8_finish(talk->process, result, &talk->out, NULL, NULL);
	talk->done = true;
}

static inline bool has_talked(void *data)
{
	return ((struct talk *)data)->done;
}

/* As a shell's pipe would: INPUT | pheme ARGS. */
static inline void talk_start(struct world *world, struct talk *talk, const char *name,
			      const char *more, const char *input, char **args)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
	g_auto(GStrv) env = users_environment(world->w, name, more);
	g_autofree char *program = pheme_program();
	g_autoptr(GPtrArray) argv = g_ptr_array_new();

	for (int i = 0; env[i]; i++) {
		g_auto(GStrv) pair = g_strsplit(env[i], "=", 2);

		g_subprocess_launcher_setenv(launcher, pair[0], pair[1], TRUE);
	}
	g_ptr_array_add(argv, program);
	for (; *args; args++)
		g_ptr_array_add(argv, *args);
	g_ptr_array_add(argv, NULL);
	talk->process =
		g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, NULL);
	assert_non_null(talk->process);
	g_subprocess_communicate_utf8_async(talk->process, input, NULL, on_talked, talk);
}

static inline void talk_end(struct talk *talk, int status, const char *out)
{
	if (!test_wait_until(has_talked, talk, TEST_WAIT_MS)) {
		g_subprocess_force_exit(talk->process);
		test_fail("it did not end");
	}
	assert_string_equal(talk->out, out);
	assert_int_equal(g_subprocess_get_exit_status(talk->process), status);
	g_object_unref(talk->process);
	g_free(talk->out);
	memset(talk, 0, sizeof(*talk));
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/tubes/" name, function, setup, teardown, NULL                                    \
	}
