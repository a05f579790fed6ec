/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>

static const struct pheme_options no_options;

/* --- the world --- */

int pheme_setup(void **state)
{
	struct pheme_world *w = g_new0(struct pheme_world, 1);

	w->env = test_env_new(TEST_ENV_DEFAULT);
	w->screens = g_ptr_array_new();
	*state = w;
	return 0;
}

int pheme_teardown(void **state)
{
	struct pheme_world *w = *state;
	int result;

	for (guint i = 0; i < w->screens->len; i++)
		screen_free(w->screens->pdata[i]);
	g_ptr_array_unref(w->screens);
	if (w->fixture)
		fixture_free(w->fixture);
	if (w->second_bus > 0)
		test_proc_stop(w->second_bus, NULL);
	result = test_env_free(w->env);
	g_free(w->second_bus_address);
	g_free(w);
	return result;
}

void pheme_use_fixture(struct pheme_world *w)
{
	w->fixture = fixture_new(w->env);
}

const char *pheme_second_bus(struct pheme_world *w)
{
	g_autofree char *log = test_env_path(w->env, "bus2.log");
	g_autofree char *config =
		g_strdup_printf("--config-file=%s/bus.conf", test_env_dir(w->env));
	g_autofree char *address = NULL, *listen = NULL, *variable = NULL;
	char *vars[] = {NULL, NULL},
	     *argv[] = {"dbus-daemon", config, "--nofork", "--print-address", NULL, NULL};

	if (w->second_bus_address)
		return w->second_bus_address;
	address = g_strdup_printf("unix:path=%s/bus2", test_env_dir(w->env));
	listen = g_strdup_printf("--address=%s", address);
	variable = g_strdup_printf("DBUS_SESSION_BUS_ADDRESS=%s", address);
	argv[4] = listen;
	vars[0] = variable;
	w->second_bus = test_proc_start(argv, vars, log);
	if (w->second_bus < 0 || test_wait_file(log, 0, "unix:path=", TEST_WAIT_MS) < 0)
		test_fail("the second bus did not start, see %s", log);
	w->second_bus_address = g_steal_pointer(&address);
	return w->second_bus_address;
}

/* --- files --- */

/* It lies above the directories of the test binaries: build/pheme. */
char *pheme_program(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);
	g_autofree char *program = g_build_filename(dir, "..", "..", "pheme", NULL);

	return g_canonicalize_filename(program, NULL);
}

char *pheme_path(struct pheme_world *w, const char *place, const char *relative)
{
	g_autofree char *below =
		place ? g_build_filename(place, relative, NULL) : g_strdup(relative);

	return test_env_path(w->env, below);
}

static void add_account(struct pheme_world *w, const char *place, const char *lines)
{
	static const char file[] = "config/pheme/accounts.conf";
	g_autofree char *path = pheme_path(w, place, file);
	g_autofree char *relative = place ? g_build_filename(place, file, NULL) : g_strdup(file);
	g_autofree char *before = NULL, *after = NULL;

	g_file_get_contents(path, &before, NULL, NULL);
	after = g_strconcat(before ? before : "", lines, NULL);
	test_env_write(w->env, relative, after);
}

void pheme_add_haze(struct pheme_world *w, const char *place, const char *name, const char *user,
		    const char *password, const char *more)
{
	g_autofree char *secret =
		password ? g_strdup_printf("param-password=%s\n", password) : g_strdup("");
	g_autofree char *lines =
		g_strdup_printf("[%s]\nmanager=haze\nprotocol=jabber\nenabled=true\n"
				"param-account=%s@localhost\nparam-server=127.0.0.1\n"
				"param-port=%d\nparam-require-encryption=false\n"
				"param-auth-plain-in-clear=true\n%s%s\n",
				name, user, test_env_xmpp_port(w->env), secret, more);

	add_account(w, place, lines);
}

void pheme_add_idle(struct pheme_world *w, const char *place, const char *name, const char *nick,
		    const char *more)
{
	g_autofree char *lines =
		g_strdup_printf("[%s]\nmanager=idle\nprotocol=irc\nenabled=true\n"
				"param-account=%s\nparam-server=127.0.0.1\nparam-port=%d\n%s\n",
				name, nick, test_env_irc_port(w->env), more);

	add_account(w, place, lines);
}

void pheme_add_fixture(struct pheme_world *w, const char *place, const char *name,
		       const char *account, const char *more)
{
	g_autofree char *lines =
		g_strdup_printf("[%s]\nmanager=fixture\nprotocol=fixture\nenabled=true\n"
				"param-account=%s\n%s\n",
				name, account, more);

	add_account(w, place, lines);
}

/* --- history --- */

GStrv pheme_history(struct pheme_world *w, const char *place, const char *sql)
{
	g_autofree char *path = pheme_path(w, place, "data/pheme/history.db");
	g_autoptr(GStrvBuilder) rows = g_strv_builder_new();
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(db, TEST_WAIT_MS);
		if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK &&
		    !strstr(sqlite3_errmsg(db), "no such table"))
			test_fail("%s: %s", sql, sqlite3_errmsg(db));
	}
	while (statement && sqlite3_step(statement) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(statement, 0);

		g_strv_builder_add(rows, text ? text : "");
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return g_strv_builder_end(rows);
}

struct history_wait {
	struct pheme_world *w;
	const char *place, *sql, *text;
};

static bool history_is_so(void *data)
{
	struct history_wait *wait = data;
	g_auto(GStrv) rows = pheme_history(wait->w, wait->place, wait->sql);

	return rows[0] && strcmp(rows[0], wait->text) == 0;
}

static gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

/* SQLite tells nobody about a commit of another process: it is looked at again and again. */
void pheme_wait_history(struct pheme_world *w, const char *place, const char *sql, const char *text)
{
	struct history_wait wait = {.w = w, .place = place, .sql = sql, .text = text};
	guint tick = g_timeout_add(20, on_tick, NULL);
	bool so = test_wait_until(history_is_so, &wait, TEST_WAIT_MS);
	g_auto(GStrv) rows = pheme_history(w, place, sql);

	g_source_remove(tick);
	if (!so)
		test_fail("%s: \"%s\", not \"%s\"", sql, rows[0] ? rows[0] : "(no row)", text);
}

/* --- running --- */

static const char *const place_directories[][2] = {
	{"HOME", "home"},
	{"XDG_CONFIG_HOME", "config"},
	{"XDG_DATA_HOME", "data"},
	{"XDG_STATE_HOME", "state"},
	{"XDG_CACHE_HOME", "cache"},
	{"XDG_RUNTIME_DIR", "run"},
};

/* Environment of a place, as "NAME=value" strings. */
static GStrv place_environment(struct pheme_world *w, const struct pheme_options *options)
{
	GPtrArray *vars = g_ptr_array_new();

	for (gsize i = 0; options->place && i < G_N_ELEMENTS(place_directories); i++) {
		const char *const *row = place_directories[i];
		g_autofree char *dir = pheme_path(w, options->place, row[1]);

		g_mkdir_with_parents(dir, 0700);
		g_ptr_array_add(vars, g_strdup_printf("%s=%s", row[0], dir));
	}
	if (options->bus)
		g_ptr_array_add(vars, g_strdup_printf("DBUS_SESSION_BUS_ADDRESS=%s", options->bus));
	if (options->locale)
		g_ptr_array_add(vars, g_strdup_printf("LC_ALL=%s", options->locale));
	g_ptr_array_add(vars, NULL);
	return (GStrv)g_ptr_array_free(vars, FALSE);
}

static GStrv arguments(const struct pheme_options *options)
{
	GPtrArray *argv = g_ptr_array_new();

	if (options->shell) {
		g_ptr_array_add(argv, g_strdup("sh"));
		g_ptr_array_add(argv, g_strdup("-c"));
		g_ptr_array_add(argv, g_strdup(options->shell));
		g_ptr_array_add(argv, g_strdup("sh"));
	}
	g_ptr_array_add(argv, options->program ? g_strdup(options->program) : pheme_program());
	for (int i = 0; options->args && options->args[i]; i++)
		g_ptr_array_add(argv, g_strdup(options->args[i]));
	g_ptr_array_add(argv, NULL);
	return (GStrv)g_ptr_array_free(argv, FALSE);
}

struct screen *pheme_start(struct pheme_world *w, const struct pheme_options *options)
{
	const struct pheme_options *o = options ? options : &no_options;
	g_auto(GStrv) env = place_environment(w, o);
	g_auto(GStrv) argv = arguments(o);
	struct screen_options so = {.rows = o->rows, .cols = o->cols, .term = o->term, .env = env};
	struct screen *screen = screen_new(argv, &so);

	g_ptr_array_add(w->screens, screen);
	return screen;
}

struct screen *pheme_start_until(struct pheme_world *w, const struct pheme_options *options,
				 const char *text)
{
	struct screen *screen = pheme_start(w, options);

	screen_wait_text(screen, text);
	return screen;
}

static void forget(struct pheme_world *w, struct screen *screen)
{
	g_ptr_array_remove(w->screens, screen);
	screen_free(screen);
}

void pheme_quit(struct pheme_world *w, struct screen *screen)
{
	int status;

	screen_line(screen, "/quit");
	status = screen_wait_exit(screen);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(screen_is_restored(screen));
	forget(w, screen);
}

void pheme_kill(struct pheme_world *w, struct screen *screen)
{
	screen_signal(screen, SIGKILL);
	screen_wait_exit(screen);
	forget(w, screen);
}

int pheme_run(struct pheme_world *w, const struct pheme_options *options, char **out, char **err)
{
	g_auto(GStrv) env = place_environment(w, options), argv = arguments(options);
	g_autofree char *said = NULL;
	int status;

	if (options->term)
		env = g_environ_setenv(env, "TERM", options->term, TRUE);
	status = test_proc_run(argv, env, out, &said);
	if (status < 0)
		test_fail("%s ended by a signal: %s", argv[0], said);
	if (err)
		*err = g_steal_pointer(&said);
	return status;
}

struct outcome pheme_outcome(struct pheme_world *w, const struct pheme_options *options)
{
	struct outcome outcome = {0};

	outcome.status = pheme_run(w, options, &outcome.out, &outcome.err);
	return outcome;
}

void outcome_fail(const struct outcome *outcome)
{
	test_fail("exit status %d\n--- stdout\n%s--- stderr\n%s", outcome->status, outcome->out,
		  outcome->err);
}

void outcome_clear(struct outcome *outcome)
{
	g_free(outcome->out);
	g_free(outcome->err);
}

/* --- counting --- */

int pheme_count(const char *whole, const char *text)
{
	int count = 0;

	for (const char *at = strstr(whole, text); at; at = strstr(at + strlen(text), text))
		count++;
	return count;
}

int pheme_count_rows(struct screen *screen, const char *text)
{
	int count = 0;

	for (int row = 0; row < screen_rows(screen); row++) {
		g_autofree char *line = screen_row(screen, row);

		if (strstr(line, text))
			count++;
	}
	return count;
}

struct wanted_rows {
	const char *text;
	int count;
};

static bool has_rows(struct screen *screen, void *data)
{
	const struct wanted_rows *wanted = data;

	return pheme_count_rows(screen, wanted->text) == wanted->count;
}

void pheme_wait_rows(struct screen *screen, const char *text, int count)
{
	struct wanted_rows wanted = {.text = text, .count = count};
	g_autofree char *what = g_strdup_printf("\"%s\" in %d rows", text, count);

	screen_wait(screen, has_rows, &wanted, what);
}
