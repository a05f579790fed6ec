/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"

#include <glib.h>

/* The areas of the screen and what stands in them, at every size. */

static void set_scene(struct play *play)
{
	play_act(play, "online work");
	play_act(play, "contact work bob@example.org Bob available - 'at desk'");
	play_act(play, "contact work carol@example.org Carol away");
	play_act(play, "contact work dave@example.org 'Dave Miller the Third' busy");
	play_act(play, "contact work eve@example.org Eve offline Friends");
	play_act(play, "room work dev@conference.example.org 'Release on Friday'");
	play_act(play, "member work dev@conference.example.org alice self");
	play_act(play, "member work dev@conference.example.org carol");
	play_act(play, "said work bob@example.org 1795353660 hello");
	play_act(play, "mine work bob@example.org delivered 'hi, sent from the train'");
	play_act(play, "request work mallory@evil.example 'let me in'");
}

static void assert_row(struct screen *screen, int at, const char *text)
{
	g_autofree char *row = screen_row(screen, at);

	assert_string_equal(row, text);
}

static void test_sketch(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	screen_wait_text(s, "2:Bob(1)");
	screen_key(s, "M-2");
	screen_wait_text(s, "sent from the train");
	play_settle(play);
	assert_row(s, 0,
		   "Bob <bob@example.org> [o available] \"at desk\"                     "
		   "work/haze  log");
	assert_true(screen_find(s, "work           3/4|", NULL, NULL));
	assert_true(screen_find(s, " 2 o Bob          |", NULL, NULL));
	assert_true(screen_find(s, "   a Carol        |", NULL, NULL));
	assert_true(screen_find(s, "   d Dave Miller~ |", NULL, NULL));
	assert_true(screen_find(s, " Friends       0/1|", NULL, NULL));
	assert_true(screen_find(s, "   _ Eve          |", NULL, NULL));
	assert_true(screen_find(s, "Rooms            1|", NULL, NULL));
	assert_true(screen_find(s, " 1 # dev@confere~ |", NULL, NULL));
	assert_true(screen_find(s, "Requests         1|", NULL, NULL));
	assert_true(screen_find(s, "   ? mallory@e~ /1|", NULL, NULL));
	assert_true(screen_find(s, "--- new (1) ---", NULL, NULL));
	assert_true(screen_find(s, " Bob    hello", NULL, NULL));
	assert_true(screen_find(s, " me     hi, sent from the train", NULL, NULL));
	assert_true(screen_find(s, "[dlvd]", NULL, NULL));
	assert_row(s, 23, "[Bob]");
	play_free(play);
}

static void test_members(void **state)
{
	const struct screen_options options = {.rows = 50, .cols = 200};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);
	int col;

	set_scene(play);
	screen_wait_text(s, "2:Bob(1)");
	screen_key(s, "M-1");
	screen_wait_text(s, "| Members 2");
	play_settle(play);
	assert_true(screen_find(s, "| Members 2", NULL, &col));
	assert_int_equal(col, 180);
	assert_true(screen_find(s, "work                    3/4|", NULL, &col));
	assert_int_equal(col, 0);
	/* A narrower one has no room for them. */
	screen_resize(s, 24, 119);
	screen_wait_no_text(s, "Members");
	play_free(play);
}

static void test_long_title(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);
	g_autofree char *row = NULL;

	play_act(play, "online work");
	play_act(play, "room work dev@conference.example.org "
		       "'A topic that goes on and on until there is no room left for it up here'");
	screen_wait_text(s, "dev@confere~");
	screen_key(s, "M-1");
	screen_wait_text(s, "A topic that");
	row = screen_row(s, 0);
	assert_true(g_str_has_suffix(row, "~ work/haze  log"));
	play_free(play);
}

static void test_help(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);
	int long_col, short_col;

	screen_key(s, "F1");
	screen_wait_text(s, "Alt-Left");
	for (int i = 0; i < 60 && !screen_find(s, "/alias [NAME]", NULL, NULL); i++) {
		screen_key(s, "Down");
		play_settle(play);
	}
	/* The longest usage takes a row of its own; what it does stands where it does for
	 * others. */
	assert_true(screen_find(s, "shows, adds, changes", NULL, &long_col));
	assert_true(screen_find(s, "adds a contact to", NULL, &short_col));
	assert_int_equal(long_col, short_col);
	play_free(play);
}

static void test_narrow(void **state)
{
	const struct screen_options options = {.rows = 12, .cols = 40};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	set_scene(play);
	screen_wait_text(s, "2:Bob(1)");
	screen_key(s, "M-2");
	screen_wait_text(s, "hi, sent from the train");
	assert_false(screen_find(s, "Rooms", NULL, NULL));
	assert_false(screen_find(s, "Carol", NULL, NULL));
	play_free(play);
}

/* What one cannot do without stays when there is little room. */
static void test_narrow_status(void **state)
{
	const struct screen_options options = {.rows = 12, .cols = 40};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "online home");
	screen_wait_row(s, 10, "] work:o home:o | status");
	play_act(play, "say work somebody-with-a-long-name hello");
	screen_wait_row(s, 10, "] | status | Act: 1:somebody");
	/* An account that is in trouble is no less. */
	play_act(play, "offline home");
	screen_wait_row(s, 10, "] home:_ | status | Act: 1:");
	play_free(play);
}

static void test_every_size(void **state)
{
	static const int sizes[][2] = {{1, 1},  {1, 80}, {24, 1}, {2, 2},    {4, 19}, {5, 20},
				       {3, 60}, {6, 60}, {5, 59}, {50, 200}, {24, 80}};
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	screen_wait_text(s, "2:Bob(1)");
	screen_key(s, "M-2");
	screen_type(s, "a draft that is longer than some of the lines it is shown in");
	for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
		screen_resize(s, sizes[i][0], sizes[i][1]);
		play_act(play, "say work bob@example.org 'size %u'", i);
		play_settle(play);
		assert_true(screen_is_running(s));
	}
	screen_wait_text(s, "size 10");
	screen_wait_text(s, "[Bob] a draft");
	play_free(play);
}

static void test_start_at_one_cell(void **state)
{
	const struct screen_options options = {.rows = 1, .cols = 1};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	screen_type(s, "/quit");
	screen_key(s, "Enter");
	assert_int_equal(screen_wait_exit(s), 0);
	assert_true(screen_is_restored(s));
	play_free(play);
}

static void test_hide_pane(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	screen_wait_text(s, "Rooms");
	screen_key(s, "F4");
	screen_wait_no_text(s, "Rooms");
	screen_key(s, "F4");
	screen_wait_text(s, "Rooms");
	play_free(play);
}

static void test_welcome(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	assert_true(screen_find(s, "Welcome to pheme.", NULL, NULL));
	assert_true(screen_find(s, "no accounts", NULL, NULL));
	play_act(play, "online work");
	screen_wait_no_text(s, "Welcome");
	play_free(play);
}

static void test_without_colour(void **state)
{
	char *env[] = {(char *)"NO_COLOR=1", NULL};
	const struct screen_options options = {.env = env};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	set_scene(play);
	screen_wait_text(s, "2:Bob(1)");
	play_settle(play);
	for (int i = 0; i < 24 * 80; i++) {
		struct screen_cell cell;

		screen_cell(s, i / 80, i % 80, &cell);
		assert_int_equal(cell.fg.kind, SCREEN_COLOUR_DEFAULT);
		assert_int_equal(cell.bg.kind, SCREEN_COLOUR_DEFAULT);
	}
	assert_true(screen_find(s, " 2 o Bob        1 |", NULL, NULL));
	play_free(play);
}

static void test_old_terminal(void **state)
{
	const struct screen_options options = {.term = "vt100"};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	set_scene(play);
	screen_wait_text(s, "2:Bob(1)");
	screen_key(s, "M-2");
	screen_wait_text(s, " me     hi, sent from the train");
	play_free(play);
}

static void test_no_utf8(void **state)
{
	char *env[] = {(char *)"LC_ALL=C", NULL};
	const struct screen_options options = {.env = env};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	set_scene(play);
	play_act(play, "say work bob@example.org 'grüße 日本 end'");
	screen_wait_text(s, "2:Bob(2)");
	screen_key(s, "M-2");
	screen_wait_text(s, "gr??e ???? end");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sketch),        TEST(test_members),    TEST(test_narrow),
		TEST(test_narrow_status), TEST(test_every_size), TEST(test_start_at_one_cell),
		TEST(test_hide_pane),     TEST(test_welcome),    TEST(test_without_colour),
		TEST(test_old_terminal),  TEST(test_no_utf8),    TEST(test_long_title),
		TEST(test_help),
	};

	return cmocka_run_group_tests_name("ui/layout", tests, NULL, NULL);
}
