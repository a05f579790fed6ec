/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/env_private.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every process of this world carries it, whoever started it. */
#define MARK "PHEME_TEST_ENV"

enum { LEFT_MS = 5000 };

static const struct {
	const char *name, *dir;
} directories[] = {
	{"HOME", "home"},
	{"XDG_CONFIG_HOME", "config"},
	{"XDG_DATA_HOME", "data"},
	{"XDG_STATE_HOME", "state"},
	{"XDG_CACHE_HOME", "cache"},
	{"XDG_RUNTIME_DIR", "run"},
	{"XDG_CONFIG_DIRS", "etc-xdg"},
};

/* What a test must not inherit from whoever runs it. */
static const char *const cleared[] = {
	"DISPLAY",
	"WAYLAND_DISPLAY",
	"DBUS_SESSION_BUS_ADDRESS",
	"DBUS_STARTER_ADDRESS",
	"INPUTRC",
	"NO_COLOR",
	"MC_PROFILE",
	"MC_ACCOUNT_DIR",
	"COLUMNS",
	"LINES",
	"DBUS_STARTER_BUS_TYPE",
	"DBUS_SESSION_BUS_PID",
	"EDITOR",
	"VISUAL",
	"TMUX",
	"STY",
	"COLORTERM",
};

static int on_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void test_env_setenv(struct test_env *env, const char *name, const char *value)
{
	if (!g_hash_table_contains(env->saved, name))
		g_hash_table_insert(env->saved, g_strdup(name), g_strdup(g_getenv(name)));
	if (value)
		g_setenv(name, value, TRUE);
	else
		g_unsetenv(name);
}

static void restore_variables(struct test_env *env)
{
	GHashTableIter iter;
	void *name, *value;

	g_hash_table_iter_init(&iter, env->saved);
	while (g_hash_table_iter_next(&iter, &name, &value)) {
		if (value)
			g_setenv(name, value, TRUE);
		else
			g_unsetenv(name);
	}
	g_hash_table_destroy(env->saved);
}

static void set_variables(struct test_env *env)
{
	g_autofree char *path = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(cleared); i++)
		test_env_setenv(env, cleared[i], NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(directories); i++) {
		g_autofree char *dir = test_env_path(env, directories[i].dir);

		g_mkdir(dir, 0700);
		test_env_setenv(env, directories[i].name, dir);
	}
	path = g_strdup_printf("%s:/usr/sbin:/sbin", g_getenv("PATH"));
	test_env_setenv(env, "PATH", path);
	test_env_setenv(env, MARK, env->dir);
	test_env_setenv(env, "LC_ALL", "C.UTF-8");
	test_env_setenv(env, "LANG", "C.UTF-8");
	test_env_setenv(env, "TZ", "UTC");
	test_env_setenv(env, "TERM", "xterm-256color");
	test_env_setenv(env, "HISTFILE", "/dev/null");
}

/* A socket's path must fit into 108 bytes, so a long TMPDIR is not used. */
static char *make_directory(void)
{
	const char *tmp = strlen(g_get_tmp_dir()) < 50 ? g_get_tmp_dir() : "/tmp";
	char *dir = g_build_filename(tmp, "pheme-test-XXXXXX", NULL);

	if (!g_mkdtemp(dir))
		test_fail("cannot make %s: %s", dir, g_strerror(errno));
	chmod(dir, 0711);
	return dir;
}

struct test_env *test_env_new(enum test_env_flags flags)
{
	struct test_env *env = g_new0(struct test_env, 1);

	env->saved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	env->dir = make_directory();
	env->xmpp.name = "prosody";
	env->irc.name = "ngircd";
	set_variables(env);
	test_env_bus_prepare(env);
	if (!(flags & TEST_ENV_NO_BUS)) {
		test_env_bus_start(env);
		test_env_setenv(env, "DBUS_SESSION_BUS_ADDRESS", env->bus_address);
	}
	return env;
}

/* What is left once the bus and the servers are gone leaves by itself, or is at fault. */
static int end_processes(struct test_env *env)
{
	g_autofree pid_t *left = test_proc_find(MARK, env->dir);
	int result = 0;

	for (int i = 0; left[i]; i++) {
		g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int)left[i]);
		g_autofree char *name = NULL;

		g_file_get_contents(path, &name, NULL, NULL);
		if (test_wait_exit(left[i], NULL, LEFT_MS))
			continue;
		fprintf(stderr, "%s (%d) was left running\n", name ? name : "?", (int)left[i]);
		test_proc_kill(left[i]);
		result = -1;
	}
	return result;
}

int test_env_free(struct test_env *env)
{
	int result;

	if (!env)
		return 0;
	test_env_bus_stop(env);
	test_env_xmpp_stop(env);
	test_env_irc_stop(env);
	result = end_processes(env);
	restore_variables(env);
	if (g_getenv("PHEME_TEST_KEEP"))
		fprintf(stderr, "kept %s\n", env->dir);
	else
		nftw(env->dir, on_remove, 16, FTW_DEPTH | FTW_PHYS);
	g_free(env->bus_address);
	g_free(env->dir);
	g_free(env);
	return result;
}

const char *test_env_dir(const struct test_env *env)
{
	return env->dir;
}

char *test_env_path(const struct test_env *env, const char *relative)
{
	return g_build_filename(env->dir, relative, NULL);
}

void test_env_write(const struct test_env *env, const char *relative, const char *content)
{
	g_autofree char *path = test_env_path(env, relative);
	g_autofree char *dir = g_path_get_dirname(path);
	g_autoptr(GError) error = NULL;

	if (g_mkdir_with_parents(dir, 0700) < 0 ||
	    !g_file_set_contents_full(path, content, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
				      &error))
		test_fail("cannot write %s: %s", path, error ? error->message : "no directory");
}
