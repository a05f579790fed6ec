/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/users.h"
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static const char *const homes[][2] = {
	{"HOME", "home"},
	{"XDG_CONFIG_HOME", "config"},
	{"XDG_DATA_HOME", "data"},
	{"XDG_STATE_HOME", "state"},
	{"XDG_CACHE_HOME", "cache"},
	{"XDG_RUNTIME_DIR", "run"},
};

int users_setup(void **state)
{
	struct pheme_world *w = g_new0(struct pheme_world, 1);

	signal(SIGPIPE, SIG_IGN);
	w->env = test_env_new(TEST_ENV_NO_BUS);
	w->screens = g_ptr_array_new();
	*state = w;
	return 0;
}

int users_teardown(void **state)
{
	return pheme_teardown(state);
}

void users_add(struct pheme_world *w, const char *name, const char *more)
{
	g_autofree char *file = g_build_filename(name, "config/pheme/accounts.conf", NULL);
	g_autofree char *meeting = local_meeting(w->env);
	g_autofree char *text =
		g_strdup_printf("[me]\nmanager=local\nprotocol=local\nenabled=true\n"
				"param-nickname=%s\nparam-directory=%s\n%s",
				name, meeting, more);

	test_env_write(w->env, file, text);
}

GStrv users_environment(struct pheme_world *w, const char *name, const char *more)
{
	GPtrArray *list = g_ptr_array_new();

	for (gsize i = 0; i < G_N_ELEMENTS(homes); i++) {
		g_autofree char *path = pheme_path(w, name, homes[i][1]);

		g_mkdir_with_parents(path, 0700);
		g_ptr_array_add(list, g_strdup_printf("%s=%s", homes[i][0], path));
	}
	if (more)
		g_ptr_array_add(list, g_strdup(more));
	g_ptr_array_add(list, NULL);
	return (GStrv)g_ptr_array_free(list, FALSE);
}

static char *log_of(struct pheme_world *w, const char *name)
{
	g_autofree char *file = g_strdup_printf("%s.log", name);

	return test_env_path(w->env, file);
}

pid_t users_start(struct pheme_world *w, const char *name, const char *more, char **args)
{
	g_auto(GStrv) env = users_environment(w, name, more);
	g_autofree char *log = log_of(w, name);
	g_autofree char *program = pheme_program();
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	pid_t pid;

	g_ptr_array_add(argv, program);
	for (; *args; args++)
		g_ptr_array_add(argv, *args);
	g_ptr_array_add(argv, NULL);
	g_unlink(log);
	pid = test_proc_start((char **)argv->pdata, env, log);
	assert_true(pid > 0);
	return pid;
}

/* --- a program to its end --- */

int users_run(struct pheme_world *w, const char *name, char **argv, char **out, char **err)
{
	g_auto(GStrv) env = users_environment(w, name, NULL);

	return test_proc_run(argv, env, out, err);
}

/* --- what it says --- */

char *users_said(struct pheme_world *w, const char *name)
{
	g_autofree char *log = log_of(w, name);
	char *text = NULL;

	g_file_get_contents(log, &text, NULL, NULL);
	return text ? text : g_strdup("");
}

char *users_wait_said(struct pheme_world *w, const char *name, const char *text)
{
	g_autofree char *log = log_of(w, name), *said = NULL;
	ssize_t at = test_wait_file(log, 0, text, TEST_WAIT_MS);
	const char *begin;

	/* The line ends a moment later than it begins. */
	if (at >= 0)
		test_wait_file(log, (size_t)at, "\n", TEST_WAIT_MS);
	said = users_said(w, name);
	begin = strstr(said, text);
	if (!begin)
		test_fail("%s did not say \"%s\" but: %s", name, text, said);
	begin += strlen(text);
	return g_strndup(begin, strcspn(begin, "\n"));
}

/* --- the end --- */

void users_wait_exit(pid_t pid, int status)
{
	int raw = 0;

	assert_true(test_wait_exit(pid, &raw, 2 * TEST_WAIT_MS));
	assert_true(WIFEXITED(raw));
	assert_int_equal(WEXITSTATUS(raw), status);
}

void users_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	users_wait_exit(pid, 130);
}

static bool is_tube_socket(const char *name)
{
	return g_str_has_prefix(name, "offer") || g_str_has_prefix(name, "tube");
}

void users_check_clean(struct pheme_world *w, const char *name)
{
	static const char *const usual[] = {"dbus-daemon", "telepathy-local", "pheme"};
	g_autofree char *run = pheme_path(w, name, "run");
	g_autofree char *path = g_build_filename(run, "pheme", NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	g_autofree pid_t *pids = test_proc_find("XDG_RUNTIME_DIR", run);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir)))
		if (is_tube_socket(entry))
			test_fail("%s/%s is left", path, entry);
	for (pid_t *pid = pids; *pid; pid++) {
		g_autofree char *file = g_strdup_printf("/proc/%d/comm", (int)*pid), *comm = NULL;
		bool known = false;

		if (!g_file_get_contents(file, &comm, NULL, NULL))
			continue;
		for (gsize i = 0; i < G_N_ELEMENTS(usual); i++)
			known = known || g_str_has_prefix(comm, usual[i]);
		if (!known)
			test_fail("%s has left %s", name, comm);
	}
}

unsigned users_count_fds(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)pid);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	unsigned count = 0;

	while (dir && g_dir_read_name(dir))
		count++;
	return count;
}
