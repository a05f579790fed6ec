/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "play.h"
#include "test.h"
#include "wait.h"

#include <fcntl.h>
#include <glib.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUIET_MS 150
#define COUNT_S  10 /* a test that counts bytes may take */

struct play {
	struct screen *screen;
	char *fifo;
	int fd;
	size_t settled; /* bytes at the last play_settle() */
};

/* build/tests/stage beside the directory of the test that runs. */
static char *stage_path(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);
	g_autofree char *up = g_path_get_dirname(dir);

	return g_build_filename(up, "stage", NULL);
}

static char **environment(const char *fifo, const struct screen_options *options)
{
	GPtrArray *list = g_ptr_array_new();

	g_ptr_array_add(list, g_strconcat("PHEME_STAGE=", fifo, NULL));
	for (unsigned i = 0; options && options->env && options->env[i]; i++)
		g_ptr_array_add(list, g_strdup(options->env[i]));
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

struct play *play_new(const struct screen_options *options)
{
	struct play *play = g_new0(struct play, 1);
	struct screen_options own = {0};
	g_autofree char *path = stage_path();
	g_auto(GStrv) env = NULL;
	char *argv[] = {path, NULL};

	if (options)
		own = *options;
	play->fifo = g_build_filename(g_get_tmp_dir(), "pheme-play-XXXXXX", NULL);
	close(g_mkstemp(play->fifo));
	unlink(play->fifo);
	if (mkfifo(play->fifo, 0600) < 0)
		test_fail("cannot make %s", play->fifo);
	play->fd = open(play->fifo, O_RDWR | O_CLOEXEC);
	env = environment(play->fifo, options);
	own.env = env;
	play->screen = screen_new(argv, &own);
	if ((!own.cols || own.cols >= 20) && (!own.rows || own.rows >= 5))
		screen_wait_text(play->screen, "[status]");
	return play;
}

void play_free(struct play *play)
{
	screen_free(play->screen);
	close(play->fd);
	unlink(play->fifo);
	g_free(play->fifo);
	g_free(play);
}

struct screen *play_screen(struct play *play)
{
	return play->screen;
}

void play_act(struct play *play, const char *format, ...)
{
	g_autofree char *line = NULL;
	g_autofree char *ended = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	ended = g_strconcat(line, "\n", NULL);
	if (write(play->fd, ended, strlen(ended)) < 0)
		test_fail("cannot write to the stage");
}

void play_wait_clock(struct play *play)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autoptr(GDateTime) next = g_date_time_add_seconds(now, COUNT_S);
	g_autofree char *clock = g_date_time_format(next, "[%H:%M]");

	if (g_date_time_get_minute(next) != g_date_time_get_minute(now))
		screen_wait_text(play->screen, clock);
}

struct quiet {
	struct screen *screen;
	size_t bytes;
};

static bool has_more(void *data)
{
	struct quiet *quiet = data;

	return screen_bytes(quiet->screen) != quiet->bytes;
}

size_t play_settle(struct play *play)
{
	struct quiet quiet = {play->screen, 0};
	size_t before = play->settled;

	do
		quiet.bytes = screen_bytes(play->screen);
	while (test_wait_until(has_more, &quiet, QUIET_MS));
	play->settled = quiet.bytes;
	return quiet.bytes - before;
}
