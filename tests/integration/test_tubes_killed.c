/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whoever takes part in a tube is killed, in each state that the tube can be in. The others come
 * to an end by themselves and say why; nothing is left of it. */

#include "tubes_world.h"

enum state {
	ALONE,   /* the contact is not there yet */
	PENDING, /* offered, and not answered */
	OPENED,  /* no connection yet */
	FLOWING, /* bytes are on their way */
};

enum role {
	PHEME,
	MANAGER,
	BUS,
};

struct scene {
	struct world *world;
	pid_t ann, ben;        /* 0: not there */
	struct screen *screen; /* of ben; or NULL */
	GSocketConnection *connection;
};

static pid_t find_role(struct scene *scene, const char *whose, enum role role)
{
	switch (role) {
	case PHEME:
		return strcmp(whose, "ann") ? scene->ben : scene->ann;
	case MANAGER:
		return find_program(scene->world, whose, "telepathy-local");
	case BUS:
		return find_program(scene->world, whose, "dbus-daemon");
	}
	return 0;
}

static void connect_and_read(struct scene *scene)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autofree char *much = g_malloc(BIG);
	gsize got = 0;

	scene->connection = g_socket_client_connect_to_host(
		client, "127.0.0.1", (guint16)wait_port(scene->world, "ben"), NULL, NULL);
	assert_non_null(scene->connection);
	g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(scene->connection)), much,
				BIG, &got, NULL, NULL);
	assert_int_equal(got, BIG);
}

static void play(struct scene *scene, enum state state)
{
	struct world *world = scene->world;

	scene->ann = start(world, "ann", ARGS(OFFER, "ben", "x-zero", "exec:cat /dev/zero"));
	if (state == ALONE) {
		g_free(users_wait_said(world->w, "ann", "waiting"));
		return;
	}
	if (state == PENDING) {
		const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};

		scene->screen = pheme_start_until(world->w, &options, "offers x-zero");
		scene->ben = find_program(world, "ben", "pheme");
		return;
	}
	scene->ben = start(world, "ben", ARGS(ACCEPT, "ann", "x-zero"));
	wait_port(world, "ben");
	if (state == FLOWING)
		connect_and_read(scene);
}

/* What was on its way comes to an end. */
static void check_ends(struct scene *scene)
{
	GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(scene->connection));
	g_autofree char *much = g_malloc(BIG);
	gint64 until = g_get_monotonic_time() + TEST_WAIT_MS * 1000ll;

	while (g_input_stream_read(in, much, BIG, NULL, NULL) > 0)
		assert_true(g_get_monotonic_time() < until);
	g_clear_object(&scene->connection);
}

static void kill_role(struct scene *scene, const char *whose, enum role role)
{
	pid_t victim = find_role(scene, whose, role);

	assert_true(victim > 0);
	kill(victim, SIGKILL);
	if (role == PHEME)
		assert_true(test_wait_exit(victim, NULL, TEST_WAIT_MS));
}

/* A new pheme of ann offers again, and one of ben accepts: nothing of before is in the way. */
static void play_again(struct scene *scene)
{
	struct world *world = scene->world;
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-zero", "exec:cat /dev/zero"));
	pid_t ben = start(world, "ben", ARGS(ACCEPT, "ann", "x-zero"));

	connect_and_read(scene);
	kill(ann, SIGTERM);
	check_ends(scene);
	users_wait_exit(ann, 130);
	users_wait_exit(ben, 0);
	users_check_clean(world->w, "ann");
	users_check_clean(world->w, "ben");
}

/* --- nobody is there yet ------------------------------------------------------------------ */

static void test_alone_manager(void **state)
{
	struct scene scene = {.world = *state};

	play(&scene, ALONE);
	kill_role(&scene, "ann", MANAGER);
	wait_said(scene.world, "ann", "the connection manager ended unexpectedly");
	scene.ben = start(scene.world, "ben", ARGS(ACCEPT, "ann", "x-zero"));
	connect_and_read(&scene);
	kill(scene.ann, SIGTERM);
	check_ends(&scene);
	users_wait_exit(scene.ann, 130);
	users_wait_exit(scene.ben, 0);
	users_check_clean(scene.world->w, "ann");
}

static void test_alone_bus(void **state)
{
	struct scene scene = {.world = *state};

	play(&scene, ALONE);
	kill_role(&scene, "ann", BUS);
	users_wait_exit(scene.ann, 4);
	wait_said(scene.world, "ann", "the message bus is gone");
	play_again(&scene);
}

static void test_alone_pheme(void **state)
{
	struct scene scene = {.world = *state};

	play(&scene, ALONE);
	kill_role(&scene, "ann", PHEME);
	play_again(&scene);
}

/* --- it is offered ------------------------------------------------------------------------ */

static void test_pending_own_pheme(void **state)
{
	struct scene scene = {.world = *state};

	play(&scene, PENDING);
	kill_role(&scene, "ann", PHEME);
	screen_wait_text(scene.screen, "took the offer");
	pheme_quit(scene.world->w, scene.screen);
	play_again(&scene);
}

/* Whoever comes next finds the offer. */
static void test_pending_their_pheme(void **state)
{
	struct scene scene = {.world = *state};

	play(&scene, PENDING);
	pheme_kill(scene.world->w, scene.screen);
	scene.ben = start(scene.world, "ben", ARGS(ACCEPT, "ann", "x-zero"));
	connect_and_read(&scene);
	kill(scene.ann, SIGTERM);
	check_ends(&scene);
	users_wait_exit(scene.ann, 130);
	users_wait_exit(scene.ben, 0);
	users_check_clean(scene.world->w, "ann");
	users_check_clean(scene.world->w, "ben");
}

/* It is offered again once it can be. */
static void check_offered_again(void **state, const char *whose)
{
	struct scene scene = {.world = *state};

	play(&scene, PENDING);
	kill_role(&scene, whose, MANAGER);
	screen_wait_text(scene.screen, "/accept 2");
	/* What is offered may be told before the connection is ready. */
	pheme_wait_rows(scene.screen, "connected as", strcmp(whose, "ben") ? 1 : 2);
	screen_line(scene.screen, "/accept");
	screen_wait_text(scene.screen, "is open");
	users_stop(scene.ann);
	screen_wait_text(scene.screen, "closed by the");
	pheme_quit(scene.world->w, scene.screen);
	users_check_clean(scene.world->w, "ann");
	users_check_clean(scene.world->w, "ben");
}

static void test_pending_own_manager(void **state)
{
	check_offered_again(state, "ann");
}

static void test_pending_their_manager(void **state)
{
	check_offered_again(state, "ben");
}

static void test_pending_own_bus(void **state)
{
	struct scene scene = {.world = *state};

	play(&scene, PENDING);
	kill_role(&scene, "ann", BUS);
	users_wait_exit(scene.ann, 4);
	screen_wait_text(scene.screen, "took the offer");
	pheme_quit(scene.world->w, scene.screen);
	play_again(&scene);
}

static void test_pending_their_bus(void **state)
{
	struct scene scene = {.world = *state};

	play(&scene, PENDING);
	kill_role(&scene, "ben", BUS);
	screen_wait_text(scene.screen, "the session bus is gone");
	wait_said(scene.world, "ann", "ben went away");
	users_stop(scene.ann);
	pheme_quit(scene.world->w, scene.screen);
	users_check_clean(scene.world->w, "ann");
}

/* --- it is open --------------------------------------------------------------------------- */

static void check_killed(void **state, enum state at, const char *whose, enum role role)
{
	struct scene scene = {.world = *state};
	bool own = !strcmp(whose, "ann");

	play(&scene, at);
	kill_role(&scene, whose, role);
	if (scene.connection)
		check_ends(&scene);
	if (role != PHEME || !own)
		users_wait_exit(scene.ann, own);
	if (role != PHEME || own)
		users_wait_exit(scene.ben, !own);
	play_again(&scene);
}

static void test_open_pheme(void **state)
{
	check_killed(state, OPENED, "ann", PHEME);
	check_killed(state, OPENED, "ben", PHEME);
}

static void test_open_manager(void **state)
{
	check_killed(state, OPENED, "ann", MANAGER);
	check_killed(state, OPENED, "ben", MANAGER);
}

static void test_open_bus(void **state)
{
	check_killed(state, OPENED, "ann", BUS);
	check_killed(state, OPENED, "ben", BUS);
}

static void test_flowing_pheme(void **state)
{
	check_killed(state, FLOWING, "ann", PHEME);
	check_killed(state, FLOWING, "ben", PHEME);
}

static void test_flowing_manager(void **state)
{
	check_killed(state, FLOWING, "ann", MANAGER);
	check_killed(state, FLOWING, "ben", MANAGER);
}

static void test_flowing_bus(void **state)
{
	check_killed(state, FLOWING, "ann", BUS);
	check_killed(state, FLOWING, "ben", BUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("killed/alone_pheme", test_alone_pheme),
		TEST("killed/alone_manager", test_alone_manager),
		TEST("killed/alone_bus", test_alone_bus),
		TEST("killed/pending_own_pheme", test_pending_own_pheme),
		TEST("killed/pending_their_pheme", test_pending_their_pheme),
		TEST("killed/pending_own_manager", test_pending_own_manager),
		TEST("killed/pending_their_manager", test_pending_their_manager),
		TEST("killed/pending_own_bus", test_pending_own_bus),
		TEST("killed/pending_their_bus", test_pending_their_bus),
		TEST("killed/open_pheme", test_open_pheme),
		TEST("killed/open_manager", test_open_manager),
		TEST("killed/open_bus", test_open_bus),
		TEST("killed/flowing_pheme", test_flowing_pheme),
		TEST("killed/flowing_manager", test_flowing_manager),
		TEST("killed/flowing_bus", test_flowing_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
