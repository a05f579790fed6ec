/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes on the screen, and by the rules of pheme.conf. */

#include "tubes_world.h"

/* --- pheme.conf --------------------------------------------------------------------------- */

/* A service that is accepted unasked, from one contact, with a program. */
static void test_rule(void **state)
{
	struct world *world = *state;
	g_autofree char *mark = test_env_path(world->w->env, "mark");
	g_autofree char *text = g_strdup_printf(
		"[tube web]\nservice=x-http\naccept=sh -c 'echo \"$0\" >%s' {host}:{port}=\n"
		"always=%s/ann\n",
		mark, g_get_user_name());
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen;
	g_autofree char *written = NULL, *always = NULL;
	pid_t ann;

	test_env_write(world->w->env, "ben/config/pheme/pheme.conf", text);
	screen = pheme_start_until(world->w, &options, "connected as");
	ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));
	assert_true(test_wait_file(mark, 0, "=", TEST_WAIT_MS) >= 0);
	g_file_get_contents(mark, &written, NULL, NULL);
	assert_true(web_fetch((guint)g_ascii_strtoull(strchr(written, ':') + 1, NULL, 10), BIG));
	screen_line(screen, "/tube");
	screen_wait_text(screen, "always accepted");
	/* As long as the configuration says so, with a tube or without. */
	always = g_strdup_printf("Always accepted: x-http from %s/ann", g_get_user_name());
	screen_wait_text(screen, always);
	screen_resize(screen, 24, 200);
	screen_wait_text(screen, "x-http from ann (always)");
	screen_type(screen, "c");
	screen_wait_no_text(screen, "x-http from ann (always)");
	assert_true(screen_find(screen, always, NULL, NULL));
	screen_type(screen, "q");
	pheme_quit(world->w, screen);
	users_wait_exit(ann, 0);
}

/* --- the screen --------------------------------------------------------------------------- */

static void test_screen(void **state)
{
	struct world *world = *state;
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen = pheme_start_until(world->w, &options, "connected as");
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));

	screen_wait_text(screen, "ann offers x-http: accept?");
	screen_line(screen, "/reject");
	users_wait_exit(ann, 5);
	ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));
	screen_wait_text(screen, "/accept 2");
	screen_line(screen, "/accept");
	screen_wait_text(screen, "http://127.0.0.1:");
	screen_line(screen, "/tube");
	screen_wait_text(screen, "x-http from ann");
	screen_wait_text(screen, "programs connect to http://127.0.0.1:");
	screen_wait_text(screen, "credentials");
	screen_type(screen, "c");
	screen_wait_text(screen, "There are no tubes");
	users_wait_exit(ann, 0);
	screen_type(screen, "q");
	pheme_quit(world->w, screen);
}

static bool has_bars(void *data)
{
	g_autofree char *text = screen_text(data);

	return g_regex_match_simple("3\\.1M< x-http from ann +[.:]*\\|", text, 0, 0);
}

static bool is_closed(void *data)
{
	GError *error = NULL;
	char byte;
	gssize got = g_pollable_input_stream_read_nonblocking(data, &byte, 1, NULL, &error);

	g_clear_error(&error);
	return got == 0;
}

/* What a tube carries can be watched, and one of its connections ended. */
static void test_view(void **state)
{
	struct world *world = *state;
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen = pheme_start_until(world->w, &options, "connected as");
	g_autofree char *port = g_strdup_printf("%d", test_free_port());
	g_autofree char *accept = g_strdup_printf("/tube accept 1 %s", port);
	g_autofree char *address = g_strconcat("127.0.0.1:", port, NULL);
	guint16 number = (guint16)g_ascii_strtoull(port, NULL, 10);
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) silent = NULL;

	screen_wait_text(screen, "/accept 1");
	screen_line(screen, accept);
	screen_wait_text(screen, address);
	screen_line(screen, "/tube");
	screen_wait_text(screen, "0 connections");
	assert_true(web_fetch(number, BIG));
	assert_true(test_wait_until(has_bars, screen, TEST_WAIT_MS));
	silent = g_socket_client_connect_to_host(client, "127.0.0.1", number, NULL, NULL);
	assert_non_null(silent);
	screen_wait_text(screen, "1 connection,");
	screen_wait_text(screen, "0B>   0B< 127.0.0.1:");
	screen_type(screen, "\x1b[B");
	screen_type(screen, "c");
	assert_true(test_wait_until(is_closed, g_io_stream_get_input_stream(G_IO_STREAM(silent)),
				    TEST_WAIT_MS));
	screen_wait_text(screen, "0 connections");
	assert_true(web_fetch(number, SMALL));
	screen_type(screen, "q");
	pheme_quit(world->w, screen);
	users_wait_exit(ann, 0);
}

static GSocketConnection *connect_here(guint16 port)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	GSocketConnection *connection =
		g_socket_client_connect_to_host(client, "127.0.0.1", port, NULL, NULL);

	assert_non_null(connection);
	return connection;
}

/* Rows come and go; what is closed is what was selected, wherever it is by then. */
static void test_selected(void **state)
{
	struct world *world = *state;
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 200};
	struct screen *screen = pheme_start_until(world->w, &options, "connected as");
	g_autofree char *port = g_strdup_printf("%d", test_free_port());
	g_autofree char *accept = g_strdup_printf("/tube accept 1 %s", port);
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));
	GSocketConnection *connections[3];

	screen_wait_text(screen, "/accept 1");
	screen_line(screen, accept);
	screen_wait_text(screen, "| Tube 1");
	screen_key(screen, "F3");
	screen_wait_text(screen, "Service and peer");
	screen_wait_text(screen, "Unix socket, credentials");
	for (gsize i = 0; i < G_N_ELEMENTS(connections); i++) {
		g_autofree char *row = g_strdup_printf("    %u  ", (unsigned)i + 1);

		connections[i] = connect_here((guint16)g_ascii_strtoull(port, NULL, 10));
		screen_wait_text(screen, row);
	}
	screen_key(screen, "Down");
	screen_key(screen, "Down");
	g_object_unref(connections[0]);
	screen_wait_no_text(screen, "    1  ");
	screen_type(screen, "c");
	screen_wait_no_text(screen, "    2  ");
	assert_true(test_wait_until(is_closed,
				    g_io_stream_get_input_stream(G_IO_STREAM(connections[1])),
				    TEST_WAIT_MS));
	assert_true(screen_find(screen, "    3  ", NULL, NULL));
	g_object_unref(connections[1]);
	g_object_unref(connections[2]);
	screen_type(screen, "q");
	pheme_quit(world->w, screen);
	users_wait_exit(ann, 0);
}

/* Wherever the user is when saying yes, the address is told there. */
static void test_room(void **state)
{
	struct world *world = *state;
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen;
	pid_t ann;

	users_add(world->w, "ben", "autojoin=#hall\n");
	screen = pheme_start_until(world->w, &options, "connected as");
	ann = start(world, "ann", ARGS(OFFER, "#hall", "web", world->target));
	screen_wait_text(screen, "Requests");
	screen_line(screen, "/accept");
	screen_wait_text(screen, "http://127.0.0.1:");
	screen_line(screen, "/chat #hall");
	screen_wait_text(screen, "to all in #hall: accept?");
	screen_wait_text(screen, "is open");
	/* Nobody has power over others there, which is said without the words of libraries. */
	screen_line(screen, "/kick ann");
	screen_wait_text(screen, "cannot kick ann: not allowed");
	assert_false(screen_find(screen, "GROUP_FLAG", NULL, NULL));
	users_stop(ann);
	screen_wait_text(screen, "closed by");
	pheme_quit(world->w, screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("rule", test_rule),        TEST("screen", test_screen),
		TEST("view", test_view),        TEST("selected", test_selected),
		TEST("screen_room", test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
