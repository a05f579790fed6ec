/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The mouse, for those who want one. */

#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"

#include <glib.h>
#include <signal.h>
#include <string.h>

#define LEFT       0
#define SHIFT_LEFT 4
#define WHEEL_UP   64
#define WHEEL_DOWN 65

static void set_scene(struct play *play)
{
	play_act(play, "online work");
	play_act(play, "contact work bob@example.org Bob available");
	play_act(play, "contact work carol@example.org Carol away");
	play_act(play, "said work bob@example.org 1795353660 'hello from Bob'");
	play_act(play, "said work carol@example.org 1795353661 'hello from Carol'");
	screen_wait_text(play_screen(play), "2:Carol(1)");
}

/* As a terminal tells it: pressed and released. */
static void mouse(struct screen *s, int button, int row, int col)
{
	g_autofree char *bytes = g_strdup_printf("\033[<%d;%d;%dM\033[<%d;%d;%dm", button, col + 1,
						 row + 1, button, col + 1, row + 1);

	screen_type(s, bytes);
}

static void mouse_on_text(struct screen *s, int button, const char *text)
{
	int row, col;

	screen_wait_text(s, text);
	assert_true(screen_find(s, text, &row, &col));
	mouse(s, button, row, col);
}

static void turn_on(struct screen *s)
{
	screen_line(s, "/set ui.mouse true");
	screen_wait_raw(s, "\033[?1006h");
	screen_wait_text(s, "ui.mouse = true");
}

static bool has_raw(struct screen *s, const char *bytes)
{
	return strstr(screen_raw(s, 0, &(size_t){0}), bytes) != NULL;
}

static void test_off_unless_wanted(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	assert_false(has_raw(s, "\033[?1000h"));
	turn_on(s);
	screen_line(s, "/set ui.mouse false");
	screen_wait_raw(s, "\033[?1006l\033[?1000l");
	play_free(play);
}

static void test_click_in_pane(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	turn_on(s);
	mouse_on_text(s, LEFT, "a Carol");
	screen_wait_row(s, 23, "[Carol]");
	mouse_on_text(s, LEFT, "o Bob");
	screen_wait_row(s, 23, "[Bob]");
	/* Headings, the empty rest and the line are nothing to go to; with Shift it is not ours. */
	screen_type(s, "draft");
	mouse(s, LEFT, 20, 3);
	mouse(s, LEFT, 10, 18);
	mouse(s, LEFT, 23, 3);
	mouse_on_text(s, SHIFT_LEFT, "a Carol");
	play_settle(play);
	screen_wait_row(s, 23, "[Bob] draft");
	/* What is being filtered ends with the click. */
	screen_key(s, "M-r");
	screen_type(s, "car");
	screen_wait_no_text(s, "o Bob");
	mouse_on_text(s, LEFT, "a Carol");
	screen_wait_row(s, 23, "[Carol]");
	screen_wait_text(s, "o Bob");
	play_free(play);
}

static void test_click_ends_a_search_in_the_line(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	turn_on(s);
	screen_key(s, "C-r");
	screen_type(s, "mou");
	screen_wait_row(s, 23, "reverse-i-search");
	mouse_on_text(s, LEFT, "o Bob");
	screen_wait_row(s, 23, "[Bob]");
	screen_type(s, "hi");
	screen_wait_row(s, 23, "[Bob] hi");
	play_free(play);
}

static void assert_wheel_scrolls_chat(struct play *play, int row, int col)
{
	struct screen *s = play_screen(play);

	for (int i = 0; i < 60; i++)
		play_act(play, "said work bob@example.org %d 'line %d.'", 1795353700 + i, i);
	screen_wait_text(s, "1:Bob(6");
	play_settle(play);
	screen_key(s, "M-1");
	screen_wait_text(s, "line 59.");
	play_settle(play);
	mouse(s, WHEEL_UP, row, col);
	screen_wait_no_text(s, "line 59.");
	screen_wait_no_text(s, "line 57.");
	screen_wait_text(s, "line 56.");
	mouse(s, WHEEL_DOWN, row, col);
	screen_wait_text(s, "line 59.");
}

static void test_wheel(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	for (int i = 10; i < 60; i++)
		play_act(play, "contact work c%d@example.org 'Zoe %d' away", i, i);
	turn_on(s);
	assert_wheel_scrolls_chat(play, 10, 40);
	/* The pane alone, where the pointer is in it. */
	screen_wait_text(s, "o Bob");
	mouse(s, WHEEL_DOWN, 10, 3);
	screen_wait_no_text(s, "o Bob");
	screen_wait_text(s, "line 59.");
	for (int i = 0; i < 30; i++)
		mouse(s, WHEEL_DOWN, 10, 3);
	screen_wait_text(s, "Zoe 59");
	for (int i = 0; i < 30; i++)
		mouse(s, WHEEL_UP, 10, 3);
	screen_wait_text(s, "o Bob");
	play_free(play);
}

struct wanted {
	const char *text;
	bool selected;
};

static bool is_so(struct screen *s, void *data)
{
	const struct wanted *wanted = data;
	struct screen_cell cell;
	int row, col;

	if (!screen_find(s, wanted->text, &row, &col))
		return false;
	screen_cell(s, row, col, &cell);
	return cell.reverse == wanted->selected;
}

static void wait_selected(struct screen *s, const char *text, const char *other)
{
	screen_wait(s, is_so, &(struct wanted){text, true}, text);
	screen_wait(s, is_so, &(struct wanted){other, false}, other);
}

static void assert_clicks_in_list(struct screen *s)
{
	screen_key(s, "M-g");
	screen_wait_text(s, "Go to");
	mouse_on_text(s, LEFT, "o Bob <");
	wait_selected(s, "o Bob <", "a Carol <");
	mouse_on_text(s, LEFT, "a Carol <");
	wait_selected(s, "a Carol <", "o Bob <");
	screen_key(s, "Enter");
	screen_wait_text(s, "[Carol]");
}

static void test_lists(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	turn_on(s);
	assert_clicks_in_list(s);
	/* Text scrolls. */
	screen_key(s, "F1");
	screen_wait_text(s, "pheme " PHEME_VERSION);
	mouse(s, WHEEL_DOWN, 10, 40);
	screen_wait_no_text(s, "pheme " PHEME_VERSION);
	mouse(s, WHEEL_UP, 10, 40);
	screen_wait_text(s, "pheme " PHEME_VERSION);
	play_free(play);
}

static void test_narrow(void **state)
{
	const struct screen_options options = {.rows = 12, .cols = 40};
	struct play *play = play_new(&options);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "contact work bob@example.org Bob available");
	play_act(play, "contact work carol@example.org Carol away");
	screen_wait_text(s, "work:o");
	turn_on(s);
	/* There is no pane: its place is the chat's. */
	assert_wheel_scrolls_chat(play, 5, 3);
	mouse(s, LEFT, 3, 3);
	play_settle(play);
	screen_wait_row(s, 11, "[Bob]");
	assert_clicks_in_list(s);
	play_free(play);
}

static void test_every_size(void **state)
{
	static const int sizes[][2] = {{1, 1}, {1, 80}, {24, 1}, {4, 19}, {5, 20}, {50, 200}};
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	turn_on(s);
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		screen_resize(s, sizes[i][0], sizes[i][1]);
		play_settle(play);
		for (int button = WHEEL_UP; button <= WHEEL_DOWN; button++) {
			mouse(s, button, 0, 0);
			mouse(s, button, sizes[i][0] - 1, sizes[i][1] - 1);
			mouse(s, button, 9999, 9999);
		}
		mouse(s, LEFT, sizes[i][0] - 1, sizes[i][1] - 1);
		mouse(s, LEFT, 9999, 9999);
		play_settle(play);
		assert_true(screen_is_running(s));
	}
	screen_resize(s, 24, 80);
	mouse_on_text(s, LEFT, "o Bob");
	screen_wait_row(s, 23, "[Bob]");
	play_free(play);
}

/* A question has to be answered first. */
static void test_question(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	turn_on(s);
	screen_key(s, "C-c");
	screen_key(s, "C-c");
	screen_wait_text(s, "Leave pheme?");
	mouse_on_text(s, LEFT, "o Bob");
	play_settle(play);
	screen_wait_text(s, "Leave pheme?");
	screen_key(s, "n");
	screen_wait_no_text(s, "Leave pheme?");
	play_free(play);
}

static void test_restored(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	set_scene(play);
	turn_on(s);
	screen_key(s, "C-z");
	screen_wait_raw(s, "\033[?1000l");
	screen_signal(s, SIGCONT);
	screen_wait_raw(s, "\033[?1006l\033[?1000l");
	screen_key(s, "C-l");
	screen_wait_text(s, "o Bob");
	screen_line(s, "/quit");
	screen_wait_exit(s);
	assert_true(screen_is_restored(s));
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
		TEST(off_unless_wanted),
		TEST(click_in_pane),
		TEST(click_ends_a_search_in_the_line),
		TEST(wheel),
		TEST(lists),
		TEST(narrow),
		TEST(every_size),
		TEST(question),
		TEST(restored),
	};

	return cmocka_run_group_tests_name("ui mouse", tests, NULL, NULL);
}
