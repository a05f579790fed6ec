/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What goes wrong with tubes, at each of their states and at either side. */

#include "tubes_world.h"

static void test_no_program(void **state)
{
	struct world *world = *state;
	g_autofree char *target = g_strdup_printf("localhost:%d", test_free_port());
	pid_t ben = start(world, "ben", ARGS(ACCEPT));
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", target));

	assert_false(web_fetch(wait_port(world, "ben"), 10));
	wait_said(world, "ann", "Connection refused");
	users_stop(ann);
	users_wait_exit(ben, 0);
}

/* --- the program that is offered ---------------------------------------------------------- */

static void write_program(struct world *world, const char *name, const char *text)
{
	g_autofree char *path = test_env_path(world->w->env, name);

	test_env_write(world->w->env, name, text);
	g_chmod(path, 0755);
}

static char *fetch_all(guint port, gsize *length)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection =
		g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)port, NULL, NULL);
	char *text = g_malloc0(SMALL + 1);

	assert_non_null(connection);
	g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(connection)), text, SMALL,
				length, NULL, NULL);
	return text;
}

static void check_fetched(guint port, gsize expected)
{
	gsize length = 0;

	g_free(fetch_all(port, &length));
	assert_int_equal(length, expected);
}

/* Not there, then there, dying midway, and there again: the tube stays. */
static void test_program_comes_and_goes(void **state)
{
	struct world *world = *state;
	g_autofree char *path = test_env_path(world->w->env, "serve");
	g_autofree char *target = g_strconcat("exec:", path, NULL);
	pid_t ben = start(world, "ben", ARGS(ACCEPT));
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-test", target));
	guint port = wait_port(world, "ben");

	check_fetched(port, 0);
	wait_said(world, "ann", "serve: No such file or directory");
	write_program(world, "serve", "#!/bin/sh\nhead -c 1000 /dev/zero\n");
	check_fetched(port, 1000);
	write_program(world, "serve", "#!/bin/sh\nhead -c 500 /dev/zero; kill -9 $$\n");
	check_fetched(port, 500);
	write_program(world, "serve", "#!/bin/sh\nhead -c 2000 /dev/zero\n");
	check_fetched(port, 2000);
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_check_clean(world->w, "ann");
	users_check_clean(world->w, "ben");
}

/* --- who connects ------------------------------------------------------------------------- */

/* One says nothing, one does not read what comes: neither is in the way of others. */
static void test_silent_and_deaf(void **state)
{
	struct world *world = *state;
	pid_t ben = start(world, "ben", ARGS(ACCEPT));
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));
	guint16 port = (guint16)wait_port(world, "ben");
	g_autoptr(GSocketClient) client = g_socket_client_new();
	GSocketConnection *silent, *deaf;
	const char *get = "GET /100000000 HTTP/1.0\n";
	long long before, after;

	silent = g_socket_client_connect_to_host(client, "127.0.0.1", port, NULL, NULL);
	deaf = g_socket_client_connect_to_host(client, "127.0.0.1", port, NULL, NULL);
	assert_non_null(silent);
	assert_non_null(deaf);
	before = test_proc_pss(ann) + test_proc_pss(ben);
	g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(deaf)), get,
				  strlen(get), NULL, NULL, NULL);
	assert_int_equal(web_fetch_many(port, SMALL, PARALLEL), PARALLEL);
	assert_true(web_fetch(port, BIG));
	/* What is not read waits where it comes from. */
	after = test_proc_pss(ann) + test_proc_pss(ben);
	assert_true(after - before < 8 << 20);
	g_object_unref(deaf);
	g_object_unref(silent);
	assert_true(web_fetch(port, BIG));
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_check_clean(world->w, "ann");
	users_check_clean(world->w, "ben");
}

/* --- managers ----------------------------------------------------------------------------- */

static void check_manager_dies(struct world *world, const char *whose, int ann_status,
			       int ben_status)
{
	pid_t ben = start(world, "ben", ARGS(ACCEPT));
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));
	pid_t manager;

	assert_true(web_fetch(wait_port(world, "ben"), 10));
	manager = find_program(world, whose, "telepathy-local");
	assert_true(manager > 0);
	kill(manager, SIGKILL);
	users_wait_exit(ann, ann_status);
	users_wait_exit(ben, ben_status);
	users_check_clean(world->w, "ann");
}

static void test_own_manager_dies(void **state)
{
	check_manager_dies(*state, "ann", 1, 0);
}

static void test_their_manager_dies(void **state)
{
	check_manager_dies(*state, "ben", 0, 1);
}

static void test_mistakes(void **state)
{
	struct world *world = *state;

	users_wait_exit(start(world, "ann", ARGS("--tube-offer", "ben", "web")), 2);
	users_wait_exit(start(world, "ann", ARGS("--stdio")), 2);
	users_wait_exit(start(world, "ben", ARGS("--tube-accept", "--count", "0")), 2);
	users_wait_exit(start(world, "ben", ARGS("--timeout", "1", "--tube-accept")), 124);
	wait_said(world, "ben", "no tube is open after 1 s");
	/* A port that somebody has. */
	{
		g_autofree char *taken = g_strdup_printf("%u", web_port(world->web));
		pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-test", taken));
		pid_t ben = start(world, "ben", ARGS(ACCEPT, "--listen", taken));

		/* Nothing is said to ann of what cannot be. */
		users_wait_exit(ben, 1);
		wait_said(world, "ben", "cannot listen");
		users_wait_exit(start(world, "ben", ARGS(ACCEPT, "--listen", "a:b")), 2);
		users_wait_exit(start(world, "ben", ARGS(ACCEPT, "--exec", "'")), 2);
		ben = start(world, "ben", ARGS(ACCEPT));
		wait_port(world, "ben");
		users_stop(ann);
		users_wait_exit(ben, 0);
	}
}

/* Root may write everywhere but where nobody can. */
static void test_no_permission(void **state)
{
	struct world *world = *state;
	g_autofree char *dir = test_env_path(world->w->env, "closed");
	g_autofree char *where = g_strdup_printf("unix:%s/socket", geteuid() ? dir : "/proc");
	pid_t ann, ben;

	g_mkdir(dir, 0500);
	ann = start(world, "ann", ARGS(OFFER, "ben", "x-test", world->target));
	ben = start(world, "ben", ARGS(ACCEPT, "--listen", where));
	users_wait_exit(ben, 1);
	wait_said(world, "ben", "cannot listen on unix:");
	users_stop(ann);
	users_check_clean(world->w, "ann");
	users_check_clean(world->w, "ben");
}

struct opened {
	pid_t pid;
	unsigned limit;
};

static bool has_closed(void *data)
{
	const struct opened *opened = data;

	return users_count_fds(opened->pid) <= opened->limit;
}

/* Nothing is left open of tubes that are over. */
static void test_no_descriptors_left(void **state)
{
	struct world *world = *state;
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen = pheme_start_until(world->w, &options, "connected as");
	struct opened opened[2] = {{.pid = find_program(world, "ben", "pheme")},
				   {.pid = find_program(world, "ben", "telepathy-local")}};

	for (int i = 1; i <= 4; i++) {
		g_autofree char *listen = g_strdup_printf("/accept %d", i);
		g_autofree char *port = g_strdup_printf("%d", test_free_port());
		g_autofree char *accept = g_strdup_printf("/tube accept %d %s", i, port);
		g_autofree char *address = g_strconcat("127.0.0.1:", port, NULL);
		pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-test", world->target));

		screen_wait_text(screen, listen);
		screen_line(screen, accept);
		screen_wait_text(screen, address);
		assert_int_equal(
			web_fetch_many((guint)g_ascii_strtoull(port, NULL, 10), SMALL, PARALLEL),
			PARALLEL);
		users_stop(ann);
		screen_wait_text(screen, "x-test from ann): ");
		screen_line(screen, "/clear");
		pheme_wait_rows(screen, "x-test from ann): ", 0);
		/* Libraries keep some that they open when something is done first. */
		for (int k = 0; k < 2 && i == 1; k++)
			opened[k].limit = users_count_fds(opened[k].pid);
	}
	for (int k = 0; k < 2; k++)
		assert_true(test_wait_until(has_closed, &opened[k], TEST_WAIT_MS));
	pheme_quit(world->w, screen);
	users_check_clean(world->w, "ben");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("no_program", test_no_program),
		TEST("program_comes_and_goes", test_program_comes_and_goes),
		TEST("silent_and_deaf", test_silent_and_deaf),
		TEST("no_permission", test_no_permission),
		TEST("no_descriptors_left", test_no_descriptors_left),
		TEST("own_manager_dies", test_own_manager_dies),
		TEST("their_manager_dies", test_their_manager_dies),
		TEST("mistakes", test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
