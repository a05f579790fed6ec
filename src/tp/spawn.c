/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Managers that the bus does not know, because they are not installed where it looks: pheme
 * starts them itself, from its libexec directory or from beside its own program (a build
 * tree). They are nobody's children afterwards: like those that the bus starts they outlive
 * pheme and its terminal, and end by themselves after their last connection.
 */

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../bus/find.h"
#include "private.h"

#define NAME_WAIT_MS 10000

struct manager_start {
	struct tp *tp;
	char *manager, *name;
	bool spawned;
	struct bus_scope *scope;
	guint limit;
	void (*fn)(void *data);
	void *data;
};

/* Our own: looked for when protocols are listed. Any other only when an account names it. */
static const char *const own_managers[] = {"local", NULL};

/* A manager's name becomes part of a bus name, of an object path and of a file's name. */
bool tp_manager_name_is_valid(const char *manager)
{
	if (!g_ascii_isalpha(*manager) || strlen(manager) > 100)
		return false;
	for (; *manager; manager++)
		if (!g_ascii_isalnum(*manager) && *manager != '_')
			return false;
	return true;
}

/* --- its program -------------------------------------------------------------------------- */

/* The directory of the program that runs; NULL where /proc does not tell. */
static char *own_directory(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);

	return self ? g_path_get_dirname(self) : NULL;
}

static char *program_in(const char *directory, const char *manager)
{
	g_autofree char *file = g_strconcat("telepathy-", manager, NULL);
	g_autofree char *path = g_build_filename(directory, file, NULL);

	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || access(path, X_OK))
		return NULL;
	return g_steal_pointer(&path);
}

static char *find_program(const char *manager)
{
	g_autofree char *beside = own_directory();
	char *path = NULL;

	if (!tp_manager_name_is_valid(manager))
		return NULL;
	/* A build tree comes first: it is the one that is being tried. */
	if (beside)
		path = program_in(beside, manager);
	return path ? path : program_in(PHEME_LIBEXECDIR, manager);
}

static void leave_terminal(void *data)
{
	setsid();
	/* Ignored in pheme, and that is inherited. */
	signal(SIGPIPE, SIG_DFL);
}

/* GLib forks twice and reaps the one in between. */
static void spawn(struct manager_start *start, const char *program)
{
	char *argv[] = {(char *)program, NULL};
	const char *address = bus_place_address(start->tp->place);
	g_auto(GStrv) env =
		g_environ_setenv(g_get_environ(), "DBUS_SESSION_BUS_ADDRESS", address, 1);
	g_autoptr(GError) error = NULL;

	start->spawned = true;
	g_debug("starting %s", program);
	if (!g_spawn_async("/", argv, env, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
			   leave_terminal, NULL, NULL, &error))
		g_warning("%s", error->message);
}

/* --- waiting for its name ----------------------------------------------------------------- */

void tp_manager_start_cancel(struct manager_start *start)
{
	if (!start)
		return;
	g_ptr_array_remove_fast(start->tp->starts, start);
	g_clear_handle_id(&start->limit, g_source_remove);
	bus_scope_free(start->scope);
	g_free(start->manager);
	g_free(start->name);
	g_free(start);
}

static void finish(struct manager_start *start)
{
	void (*fn)(void *data) = start->fn;
	void *data = start->data;

	tp_manager_start_cancel(start);
	fn(data);
}

/* Whoever asked goes on, and finds that there is no such service. */
static gboolean on_limit(void *data)
{
	struct manager_start *start = data;

	start->limit = 0;
	g_warning("telepathy-%s was started but did not come to the bus", start->manager);
	finish(start);
	return G_SOURCE_REMOVE;
}

static void on_owner(const char *name, const char *owner, void *data)
{
	if (*owner)
		finish(data);
}

static bool is_being_started(const struct tp *tp, const char *manager)
{
	for (guint i = 0; i < tp->starts->len; i++) {
		const struct manager_start *start = tp->starts->pdata[i];

		if (start->spawned && !strcmp(start->manager, manager))
			return true;
	}
	return false;
}

static void on_names(const char *const *names, const GError *error, void *data)
{
	struct manager_start *start = data;
	g_autofree char *program = find_program(start->manager);

	/* Running, or the bus knows how to start it. */
	if (!names || g_strv_contains(names, start->name) || !program) {
		finish(start);
		return;
	}
	if (!is_being_started(start->tp, start->manager))
		spawn(start, program);
	start->limit = g_timeout_add(NAME_WAIT_MS, on_limit, start);
	bus_watch_name(start->scope, start->name, on_owner, start);
}

struct manager_start *tp_manager_start(struct tp *tp, const char *manager, void (*fn)(void *data),
				       void *data)
{
	g_autofree char *program = tp->no_autostart ? NULL : find_program(manager);
	struct manager_start *start;

	if (!program)
		return NULL;
	start = g_new0(struct manager_start, 1);
	start->tp = tp;
	start->manager = g_strdup(manager);
	start->name = g_strconcat(TP_CM_PREFIX, manager, NULL);
	start->fn = fn;
	start->data = data;
	start->scope = bus_scope_new(tp->bus);
	g_ptr_array_add(tp->starts, start);
	bus_list_names(start->scope, start->name, on_names, start);
	return start;
}

char **tp_startable_managers(const struct tp *tp)
{
	GPtrArray *list = g_ptr_array_new();

	for (unsigned i = 0; own_managers[i] && !tp->no_autostart; i++) {
		g_autofree char *program = find_program(own_managers[i]);

		if (program)
			g_ptr_array_add(list, g_strdup(own_managers[i]));
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}
