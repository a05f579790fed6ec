/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Managers that the bus does not know: pheme starts them from beside its own program. The
 * fixture manager plays one, in a directory with a copy of pheme. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANAGER TEST_CM_PREFIX "fixture"

struct world {
	struct pheme_world *w;
	char *program; /* the copy */
};

static void copy_program(struct world *world)
{
	g_autofree char *from = pheme_program();
	g_autoptr(GFile) source = g_file_new_for_path(from);
	g_autoptr(GFile) target = g_file_new_for_path(world->program);
	g_autoptr(GError) error = NULL;

	if (!g_file_copy(source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, &error))
		test_fail("%s", error->message);
}

static void add_manager(struct world *world, const char *name)
{
	g_autofree char *pheme = pheme_program();
	g_autofree char *build = g_path_get_dirname(pheme);
	g_autofree char *program = g_build_filename(build, "tests", "fixture-cm", NULL);
	g_autofree char *relative = g_build_filename("bin", name, NULL);
	g_autofree char *path = test_env_path(world->w->env, relative);

	if (symlink(program, path))
		test_fail("cannot link %s", path);
}

static int setup(void **state)
{
	struct world *world = g_new0(struct world, 1);

	pheme_setup((void **)&world->w);
	test_env_write(world->w->env, "bin/.keep", "");
	world->program = test_env_path(world->w->env, "bin/pheme");
	copy_program(world);
	pheme_add_fixture(world->w, NULL, "work", "alice@fixture", "");
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	int result = pheme_teardown((void **)&world->w);

	g_free(world->program);
	g_free(world);
	return result;
}

static int run(struct world *world, const char *const *args, char **err)
{
	const struct pheme_options options = {.program = world->program, .args = args};

	return pheme_run(world->w, &options, NULL, err);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_beside(void **state)
{
	struct world *world = *state;
	g_autofree char *err = NULL;

	add_manager(world, "telepathy-fixture");
	assert_int_equal(run(world, ARGS("--run", "/connect work"), &err), 0);
	assert_string_equal(err, "");
}

/* It outlives pheme, and pheme's terminal. */
static void test_detached(void **state)
{
	struct world *world = *state;
	const struct pheme_options options = {.program = world->program};
	struct screen *screen;
	pid_t manager;

	add_manager(world, "telepathy-fixture");
	screen = pheme_start_until(world->w, &options, "connected as alice@fixture");
	manager = test_env_name_pid(world->w->env, MANAGER);
	assert_true(manager > 0);
	assert_int_equal(getsid(manager), manager);
	pheme_kill(world->w, screen);
	assert_int_equal(test_env_name_pid(world->w->env, MANAGER), manager);
}

static void test_not_wanted(void **state)
{
	struct world *world = *state;
	g_autofree char *err = NULL;

	add_manager(world, "telepathy-fixture");
	assert_int_equal(run(world, ARGS("--no-autostart", "--run", "/connect work"), &err), 4);
	assert_int_equal(test_env_name_pid(world->w->env, MANAGER), 0);
}

static void test_missing(void **state)
{
	struct world *world = *state;
	g_autofree char *err = NULL;

	add_manager(world, "telepathy-other");
	assert_int_equal(run(world, ARGS("--run", "/connect work"), &err), 4);
	if (!strstr(err, "fixture"))
		assert_string_equal(err, "");
}

/* A manager that runs, or that the bus can start, is left to the bus. */
static void test_known_to_bus(void **state)
{
	struct world *world = *state;
	g_autofree char *err = NULL, *path = NULL;

	pheme_use_fixture(world->w);
	path = test_env_path(world->w->env, "bin/started");
	test_env_write(world->w->env, "bin/telepathy-fixture", "#!/bin/sh\n>${0%/*}/started\n");
	g_autofree char *script = test_env_path(world->w->env, "bin/telepathy-fixture");

	assert_int_equal(chmod(script, 0700), 0);
	assert_int_equal(run(world, ARGS("--run", "/connect work"), &err), 0);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* Both want it at the same moment, and use the same one. */
static void test_two_accounts(void **state)
{
	struct world *world = *state;
	g_autofree char *err = NULL;

	add_manager(world, "telepathy-fixture");
	pheme_add_fixture(world->w, NULL, "home", "bob@fixture", "");
	assert_int_equal(run(world, ARGS("--run", "/connect work", "--run", "/connect home"), &err),
			 0);
}

/* Not the one of the environment. */
static void test_other_bus(void **state)
{
	struct world *world = *state;
	const char *address = pheme_second_bus(world->w);
	g_autofree char *err = NULL;

	add_manager(world, "telepathy-fixture");
	assert_int_equal(run(world, ARGS("--bus", address, "--run", "/connect work"), &err), 0);
	assert_int_equal(test_env_name_pid(world->w->env, MANAGER), 0);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/spawn/" name, fn, setup, teardown, NULL                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("from beside the program", test_beside),
		TEST("outlives pheme", test_detached),
		TEST("not with --no-autostart", test_not_wanted),
		TEST("there is none", test_missing),
		TEST("known to the bus", test_known_to_bus),
		TEST("two accounts at once", test_two_accounts),
		TEST("on the bus that pheme was given", test_other_bus),
	};

	return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
