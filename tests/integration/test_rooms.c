/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rooms in the whole program: what real servers do not have or do not do on request. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/tpclient.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME   "me@fixture"
#define ROOM "dev@fixture"

static struct screen *start(struct pheme_world *w, const char *more)
{
	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", ME, more);
	return pheme_start_until(w, NULL, "connected as");
}

/* --- the list of a server's rooms --- */

static void test_list(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_room_list(w->fixture, ME, 250);
	s = start(w, "");
	screen_line(s, "/rooms");
	screen_wait_text(s, "250 rooms, by size");
	screen_wait_text(s, "249     room249@fixture");
	screen_type(s, "room 33");
	screen_wait_text(s, "1 of 250 rooms");
	screen_wait_text(s, " 33 k   room33@fixture");
	screen_key(s, "Enter");
	screen_wait_row(s, 0, "room33@fixture (1)");
	/* What is open only for the list is closed with it. */
	screen_line(s, "/rooms");
	screen_wait_text(s, "250 rooms, by size");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[");
	pheme_quit(w, s);
}

/* The list of a manager that never ends is bounded, and can be stopped. */
static void test_endless_list(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start(w, "");

	screen_line(s, "/rooms");
	screen_wait_text(s, "00 rooms, listing...");
	screen_key(s, "Esc");
	screen_wait_text(s, "00 rooms, stopped");
	fixture_wait_calls(w->fixture, "StopListing", 1);
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[status]");
	/* Once more, and left alone: there is an end to what is kept. */
	screen_line(s, "/rooms");
	screen_wait_text(s, "50000 rooms: there are more");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[status]");
	pheme_quit(w, s);
}

static void test_list_without_screen(void **state)
{
	struct pheme_world *w = *state;
	const char *const args[] = {"--run", "/rooms", NULL};
	const struct pheme_options options = {.args = args};
	g_autofree char *out = NULL, *err = NULL;

	pheme_use_fixture(w);
	fixture_set_room_list(w->fixture, ME, 25);
	pheme_add_fixture(w, NULL, "work", ME, "");
	assert_int_equal(pheme_run(w, &options, &out, &err), 0);
	assert_true(g_str_has_prefix(out, "   24     room24@fixture  subject of room 24\n"));
	assert_int_equal(pheme_count(out, "\n"), 25);
}

static void test_no_list(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start(w, "");

	fixture_fail(w->fixture, "EnsureChannel", TP "Error.NotImplemented");
	screen_line(s, "/rooms");
	screen_wait_text(s, "the connection manager fixture");
	screen_wait_text(s, "list of them");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[");
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list),
		TEST(endless_list),
		TEST(list_without_screen),
		TEST(no_list),
	};

	return cmocka_run_group_tests_name("rooms", tests, NULL, NULL);
}
