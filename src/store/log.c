/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

#define SIZE_LIMIT (1024 * 1024)

/* GLib's writer is one a process, and any thread may log. */
static struct {
	pthread_mutex_t lock;
	char *path;
	int fd;
	bool debug, started;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static void close_file(void)
{
	if (state.fd >= 0)
		close(state.fd);
	state.fd = -1;
}

static bool open_file(void)
{
	if (state.fd < 0 && paths_make_parents(state.path, NULL))
		state.fd = open(state.path,
				O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
				0600);
	return state.fd >= 0;
}

/* Several phemes write to one file: the one that renames it is followed by the others. */
static void rotate(void)
{
	struct stat ours, there;

	if (fstat(state.fd, &ours) < 0 || !S_ISREG(ours.st_mode) || ours.st_size < SIZE_LIMIT)
		return;
	if (stat(state.path, &there) == 0 && there.st_ino == ours.st_ino) {
		g_autofree char *old = g_strconcat(state.path, ".1", NULL);

		if (rename(state.path, old) < 0)
			return;
	}
	close_file();
	open_file();
}

static const char *level_name(GLogLevelFlags level)
{
	if (level & G_LOG_LEVEL_ERROR)
		return "fatal";
	if (level & G_LOG_LEVEL_CRITICAL)
		return "bug";
	if (level & G_LOG_LEVEL_WARNING)
		return "warning";
	return level & G_LOG_LEVEL_DEBUG ? "debug" : "info";
}

static const char *find_field(const GLogField *fields, gsize count, const char *key)
{
	for (gsize i = 0; i < count; i++)
		if (g_str_equal(fields[i].key, key) && fields[i].length < 0)
			return fields[i].value;
	return NULL;
}

/* One line whatever it holds: a log is read on a terminal. */
static char *make_line(GLogLevelFlags level, const GLogField *fields, gsize count)
{
	const char *domain = find_field(fields, count, "GLIB_DOMAIN");
	const char *text = find_field(fields, count, "MESSAGE");
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S.%f");
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
	GString *line = g_string_new(NULL);

	g_string_printf(line, "%s %d %s %s: ", time, (int)getpid(), domain ? domain : "-",
			level_name(level));
	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar character = g_utf8_get_char(c);

		if (g_unichar_isprint(character))
			g_string_append_unichar(line, character);
		else
			g_string_append_printf(line, "[U+%04X]", character);
	}
	g_string_append_c(line, '\n');
	return g_string_free(line, FALSE);
}

static GLogWriterOutput write_log(GLogLevelFlags level, const GLogField *fields, gsize count,
				  void *data)
{
	const GLogLevelFlags always =
		G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING;
	g_autofree char *line = NULL;

	pthread_mutex_lock(&state.lock);
	if ((level & always) || state.debug) {
		line = make_line(level, fields, count);
		/* A log that cannot be written must not stop anything. */
		if (open_file() && write(state.fd, line, strlen(line)) >= 0)
			rotate();
	}
	pthread_mutex_unlock(&state.lock);
	return G_LOG_WRITER_HANDLED;
}

void log_start(const char *path, bool debug)
{
	bool first;

	pthread_mutex_lock(&state.lock);
	close_file();
	g_free(state.path);
	state.path = path ? g_strdup(path) : paths_file(PATHS_STATE, "pheme.log");
	state.debug = debug;
	first = !state.started;
	state.started = true;
	pthread_mutex_unlock(&state.lock);
	if (first)
		g_log_set_writer_func(write_log, NULL, NULL);
}

void log_set_debug(bool debug)
{
	pthread_mutex_lock(&state.lock);
	state.debug = debug;
	pthread_mutex_unlock(&state.lock);
}

void log_stop(void)
{
	pthread_mutex_lock(&state.lock);
	close_file();
	pthread_mutex_unlock(&state.lock);
}
