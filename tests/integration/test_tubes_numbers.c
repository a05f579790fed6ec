/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a tube costs whoever types beside it, in the real program on a terminal. The test prints
 * its numbers; it fails when they are many times worse than wanted or, with
 * TUBES_NUMBERS=strict on a computer that has nothing else to do, when they are worse at all. */

#include "tubes_world.h"

#include <stdio.h>
#include <stdlib.h>

#define KEYS        100
#define KEYS_STRICT 1000
#define LINE_KEYS   40
#define PACE_MS     10
#define ECHO_MS     20.0
#define SLACK       20
#define LATE_MS     5000

struct reader {
	GSocketConnection *connection;
	GThread *thread;
	gint64 bytes; /* of the thread, until it is joined */
};

static void *read_all(void *data)
{
	struct reader *reader = data;
	GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(reader->connection));
	g_autofree char *much = g_malloc(SMALL);
	gssize got;

	while ((got = g_input_stream_read(in, much, SMALL, NULL, NULL)) > 0)
		reader->bytes += got;
	return NULL;
}

static gboolean on_time(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_CONTINUE;
}

static void run_for(guint ms)
{
	bool over = false;
	guint timer = g_timeout_add(ms, on_time, &over);

	while (!over)
		g_main_context_iteration(NULL, TRUE);
	g_source_remove(timer);
}

/* Milliseconds until what was typed is on the screen, and the cursor behind it. */
static double press(struct screen *screen, char key)
{
	int row, column, now;
	bool late = false;
	guint timer = g_timeout_add(LATE_MS, on_time, &late);
	gint64 begin = g_get_monotonic_time();

	screen_cursor(screen, &row, &column);
	screen_type_bytes(screen, &key, 1);
	for (now = column; now != column + 1 && !late; screen_cursor(screen, &row, &now))
		g_main_context_iteration(NULL, TRUE);
	g_source_remove(timer);
	return (double)(g_get_monotonic_time() - begin) / 1000;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void type(struct screen *screen, double *times, int keys)
{
	for (int i = 0; i < keys; i++) {
		if (i % LINE_KEYS == 0) {
			screen_key(screen, "C-u");
			run_for(100);
		}
		times[i] = press(screen, (char)('a' + i % 26));
		run_for(PACE_MS);
	}
	qsort(times, (size_t)keys, sizeof(*times), compare);
}

static void report(const char *what, const double *times, int keys)
{
	printf("%-38s median %7.2f ms, 99 %% %7.2f ms (wanted < %g)\n", what, times[keys / 2],
	       times[keys * 99 / 100], ECHO_MS);
}

static void start_reader(struct reader *reader, const char *port)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();

	reader->connection = g_socket_client_connect_to_host(
		client, "127.0.0.1", (guint16)g_ascii_strtoull(port, NULL, 10), NULL, NULL);
	assert_non_null(reader->connection);
	reader->thread = g_thread_new("read", read_all, reader);
}

static void stop_reader(struct reader *reader)
{
	g_socket_shutdown(g_socket_connection_get_socket(reader->connection), TRUE, TRUE, NULL);
	g_thread_join(reader->thread);
	g_object_unref(reader->connection);
}

static void test_typing(void **state)
{
	struct world *world = *state;
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen = pheme_start_until(world->w, &options, "connected as");
	bool strict = !g_strcmp0(g_getenv("TUBES_NUMBERS"), "strict");
	int keys = strict ? KEYS_STRICT : KEYS;
	g_autofree double *times = g_new0(double, (gsize)keys);
	g_autofree char *port = g_strdup_printf("%d", test_free_port());
	g_autofree char *accept = g_strdup_printf("/tube accept 1 %s", port);
	struct reader reader = {NULL};
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-zero", "exec:cat /dev/zero"));
	gint64 begin;
	double quiet;

	screen_wait_text(screen, "/accept 1");
	screen_line(screen, "/query ann");
	screen_wait_text(screen, "[ann]");
	type(screen, times, keys);
	report("typing, idle", times, keys);
	quiet = times[keys * 99 / 100];
	screen_key(screen, "C-u");
	screen_line(screen, accept);
	screen_wait_text(screen, "is open");
	start_reader(&reader, port);
	begin = g_get_monotonic_time();
	type(screen, times, keys);
	stop_reader(&reader);
	report("typing beside a tube at full speed", times, keys);
	printf("%-38s %7.0f MB/s\n", "through that tube meanwhile",
	       (double)reader.bytes / (double)(g_get_monotonic_time() - begin));
	assert_true(reader.bytes > BIG);
	/* A computer that is slow without the tube tells nothing of it. */
	if (!g_getenv("PHEME_TEST_SLOW"))
		assert_true(times[keys * 99 / 100] < (strict && quiet < ECHO_MS / 4
							      ? ECHO_MS
							      : MAX(ECHO_MS * SLACK, 4 * quiet)));
	screen_key(screen, "C-u");
	pheme_quit(world->w, screen);
	users_wait_exit(ann, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("numbers/typing", test_typing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
