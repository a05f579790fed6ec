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

		users_wait_exit(ben, 2);
		wait_said(world, "ben", "cannot listen");
		wait_said(world, "ann", "ben went away");
		ben = start(world, "ben", ARGS(ACCEPT));
		wait_port(world, "ben");
		users_stop(ann);
		users_wait_exit(ben, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("no_program", test_no_program),
		TEST("own_manager_dies", test_own_manager_dies),
		TEST("their_manager_dies", test_their_manager_dies),
		TEST("mistakes", test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
