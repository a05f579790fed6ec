/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"

#include <glib.h>

/* The list of a server's rooms, at both sizes. */

static struct play *start(int rows, int cols)
{
	const struct screen_options options = {.rows = rows, .cols = cols};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	screen_wait_text(s, "work:o");
	screen_line(s, "/rooms");
	screen_wait_text(s, "0 rooms, listing...");
	return play;
}

static void check_list(struct play *play)
{
	struct screen *s = play_screen(play);
	struct screen_cell cell;
	int row, col;

	play_act(play, "listed work 200");
	screen_wait_text(s, "200 rooms, listing...");
	/* The largest is first and stays selected while others come. */
	screen_wait_text(s, "199     room199@");
	play_act(play, "listed work 100");
	screen_wait_text(s, "299     room299@");
	assert_true(screen_find(s, "299     room299@", &row, &col));
	screen_cell(s, row, col, &cell);
	assert_true(cell.reverse);
	/* What was chosen stays chosen. */
	screen_key(s, "Down");
	screen_key(s, "Down");
	play_act(play, "room-entry work big@conf.example.org 5000 'the big one' 3");
	screen_wait_text(s, " 5000 ki  big@conf");
	play_settle(play);
	assert_true(screen_find(s, "297     room297@", &row, &col));
	screen_cell(s, row, col, &cell);
	assert_true(cell.reverse);
	play_act(play, "listing-done work");
	screen_wait_text(s, "301 rooms, by size");
}

static void check_filter_and_sort(struct play *play)
{
	struct screen *s = play_screen(play);
	int first, second;

	screen_type(s, "room10");
	screen_wait_text(s, "11 of 301 rooms, by size  [room10]");
	screen_wait_no_text(s, "room297");
	screen_key(s, "Tab");
	screen_wait_text(s, "by name");
	screen_wait_text(s, " 10     room10@");
	assert_true(screen_find(s, " 10     room10@", &first, NULL));
	assert_true(screen_find(s, "100     room100@", &second, NULL));
	assert_true(second < first);
	screen_key(s, "Backspace");
	screen_wait_text(s, "111 of 301");
	screen_key(s, "Esc");
	screen_wait_text(s, "work: 301 rooms, by name");
	screen_type(s, "the big");
	screen_wait_text(s, "1 of 301");
}

static void test_80x24(void **state)
{
	struct play *play = start(24, 80);
	struct screen *s = play_screen(play);

	check_list(play);
	check_filter_and_sort(play);
	screen_wait_row(s, 23, "Enter: join");
	screen_key(s, "Enter");
	screen_wait_row(s, 0, "big@conf.example.org");
	screen_wait_no_text(s, "by name");
	play_free(play);
}

static void test_40x12(void **state)
{
	struct play *play = start(12, 40);
	struct screen *s = play_screen(play);

	check_list(play);
	screen_wait_row(s, 11, "Esc: stop, close");
	screen_key(s, "Esc");
	screen_wait_row(s, 11, "[status]");
	play_free(play);
}

/* Esc stops a list that does not end, and closes it only then. */
static void test_stop(void **state)
{
	struct play *play = start(24, 80);
	struct screen *s = play_screen(play);

	play_act(play, "listed work 5000");
	screen_wait_text(s, "5000 rooms, listing...");
	screen_key(s, "Esc");
	screen_wait_text(s, "5000 rooms, stopped");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[status]");
	play_free(play);
}

/* A frame costs what is in sight, however many come. */
static void test_draws_what_changed(void **state)
{
	struct play *play = start(24, 80);
	struct screen *s = play_screen(play);
	size_t before, bytes;

	play_act(play, "listed work 1000");
	screen_wait_text(s, "1000 rooms, listing...");
	play_settle(play);
	screen_key(s, "Tab");
	screen_wait_text(s, "by name");
	screen_key(s, "End");
	screen_wait_text(s, "room999@");
	play_settle(play);
	before = screen_bytes(s);
	/* They sort before all that is in sight: only the number changes. */
	play_act(play, "listed work 5000");
	screen_wait_text(s, "6000 rooms");
	play_settle(play);
	bytes = screen_bytes(s) - before;
	assert_true(bytes < 2000);
	play_free(play);
}

/* --- the form of a room --- */

static struct play *open_form(int rows, int cols, bool mine)
{
	const struct screen_options options = {.rows = rows, .cols = cols};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "room work dev@conf.example.org 'Release on Friday'");
	play_act(play, "config work dev@conf.example.org %d", mine);
	screen_wait_text(s, "work:o");
	screen_key(s, "M-1");
	/* Said before anything is typed. */
	screen_wait_row(s, 0,
			cols < 80 ? "dev@conf.example.org (0)"
				  : "dev@conf.example.org (0) [moderated]");
	screen_line(s, "/room");
	screen_wait_text(s, "Developers");
	return play;
}

static void check_form(struct play *play)
{
	struct screen *s = play_screen(play);

	screen_wait_text(s, "Developers");
	screen_key(s, "Enter");
	screen_wait_text(s, "title: Developers");
	screen_type(s, " and friends");
	screen_key(s, "Enter");
	screen_wait_text(s, "Developers and");
	screen_key(s, "Down");
	screen_key(s, "Enter");
	screen_wait_text(s, "most members: 50");
	screen_key(s, "C-u");
	screen_type(s, "many");
	screen_key(s, "Enter");
	screen_wait_text(s, "a number is expected");
	screen_key(s, "Down");
	/* What cannot be changed is passed over by Enter. */
	screen_key(s, "Enter");
	screen_wait_text(s, "* moderated");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_wait_text(s, "[ save ]");
	screen_key(s, "Enter");
	screen_wait_text(s, "the room was changed");
	play_act(play, "log");
	screen_key(s, "M-0");
	screen_line(s, "/chat 0");
	screen_wait_text(s, "title=Developers");
	screen_wait_text(s, "moderated=false");
	assert_false(screen_find(s, "limit=", NULL, NULL));
}

static void test_form_80x24(void **state)
{
	struct play *play = open_form(24, 80, true);

	check_form(play);
	play_free(play);
}

static void test_form_40x12(void **state)
{
	struct play *play = open_form(12, 40, true);

	check_form(play);
	play_free(play);
}

static void test_form_of_others(void **state)
{
	struct play *play = open_form(24, 80, false);
	struct screen *s = play_screen(play);

	screen_wait_text(s, "nothing here is yours to change");
	assert_false(screen_find(s, "[ save ]", NULL, NULL));
	screen_key(s, "Enter");
	screen_type(s, "q");
	screen_wait_row(s, 23, "[dev]");
	play_free(play);
}

static int setup(void **state)
{
	*state = test_env_new(TEST_ENV_NO_BUS);
	return 0;
}

static int teardown(void **state)
{
	return test_env_free(*state);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(80x24),      TEST(40x12),      TEST(stop),           TEST(draws_what_changed),
		TEST(form_80x24), TEST(form_40x12), TEST(form_of_others),
	};

	return cmocka_run_group_tests_name("ui_rooms", tests, NULL, NULL);
}
