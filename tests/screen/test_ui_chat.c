/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <glib.h>
#include <string.h>

/* Chats: what is shown of them, going from one to another, scrolling into history, and what
 * that costs on the line. */

static struct play *play_with_bob(void)
{
	struct play *play = play_new(NULL);

	play_act(play, "online work");
	play_act(play, "contact work bob@example.org Bob available");
	play_act(play, "say work bob@example.org hello");
	screen_wait_text(play_screen(play), "1:Bob(1)");
	screen_key(play_screen(play), "M-1");
	screen_wait_text(play_screen(play), "Bob    hello");
	return play;
}

static void test_wrapping(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	int row, col;

	play_act(play, "say work bob@example.org "
		       "'wrapped lines are indented under the text column, never under the time'");
	screen_wait_text(s, "column, never under the time");
	assert_true(screen_find(s, "column, never", &row, &col));
	assert_int_equal(col, 32);
	play_free(play);
}

static void test_harmless(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	unsigned bells;

	screen_line(s, "/set notify.bell off");
	screen_wait_text(s, "notify.bell = off");
	bells = screen_bells(s);
	play_act(play, "say work bob@example.org 'user\xe2\x80\xaegpj.exe'");
	screen_wait_text(s, "user[U+202E]gpj.exe");
	play_act(play, "say work bob@example.org 'red \033[31m and \a bell'");
	screen_wait_text(s, "red ^[[31m and ^G bell");
	assert_int_equal(screen_bells(s), bells);
	play_free(play);
}

static void test_notifications_of_the_terminal(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_line(s, "/set notify.bell-interval-ms 0");
	screen_wait_text(s, "notify.bell-interval-ms = 0");
	screen_line(s, "/set notify.osc 777");
	screen_wait_text(s, "notify.osc = 777");
	play_act(play, "say work bob@example.org 'a;b \033]0;owned\a \033\\ c'");
	screen_wait_raw(s, "\033]777;notify;Bob;a,b ^[]0,owned^G ^[\\ c\007");
	assert_string_equal(screen_title(s), "pheme: Bob");
	screen_line(s, "/set notify.osc 9");
	screen_wait_text(s, "notify.osc = 9");
	play_act(play, "say work bob@example.org '4;1;50'");
	screen_wait_raw(s, "\033]9;[Bob] 4,1,50\007");
	screen_line(s, "/set notify.osc 99");
	screen_wait_text(s, "notify.osc = 99");
	play_act(play, "say work bob@example.org hi");
	screen_wait_raw(s, "\033]99;i=pheme:p=body:e=1;aGk=\033\\");
	play_free(play);
}

static void test_bell(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	/* "hello" rang; a flood is one noise. */
	screen_line(s, "/set notify.bell-interval-ms 3600000");
	screen_wait_text(s, "interval-ms = 3600000");
	play_act(play, "say work bob@example.org one");
	play_act(play, "say work bob@example.org two");
	screen_wait_text(s, "two");
	assert_int_equal(screen_bells(s), 1);
	screen_line(s, "/set notify.bell off");
	screen_line(s, "/set notify.bell-interval-ms 0");
	screen_wait_text(s, "notify.bell-interval-ms = 0");
	play_act(play, "say work bob@example.org three");
	screen_wait_text(s, "three");
	assert_int_equal(screen_bells(s), 1);
	screen_line(s, "/set notify.bell all");
	screen_wait_text(s, "notify.bell = all");
	play_act(play, "say work bob@example.org four");
	screen_wait_text(s, "four");
	assert_int_equal(screen_bells(s), 2);
	play_free(play);
}

/* A program of the user's is told who wrote what, and not of chats that are to be quiet. */
static void test_notify_command(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	g_autofree char *path = test_env_path(*state, "told");
	g_autofree char *line = NULL, *text = NULL;

	line = g_strdup_printf("/set notify.command sh -c 'printf \"%%s|%%s\\n\" "
			       "\"$PHEME_CHAT\" \"$PHEME_TEXT\" >>%s'",
			       path);
	screen_line(s, "/set notify.bell-interval-ms 0");
	screen_line(s, line);
	screen_wait_text(s, "notify.command = sh -c");
	play_act(play, "say work bob@example.org 'a $(b) \"c\"'");
	screen_wait_text(s, "a $(b)");
	assert_true(test_wait_file(path, 0, "bob@example.org|a $(b) \"c\"", TEST_WAIT_MS) > 0);
	screen_line(s, "/notify off");
	screen_wait_text(s, "Bob: off");
	play_act(play, "say work bob@example.org quiet");
	screen_wait_text(s, "quiet");
	screen_line(s, "/notify default");
	screen_wait_text(s, "Bob: as everywhere");
	play_act(play, "say work bob@example.org loud");
	screen_wait_text(s, "loud");
	assert_true(test_wait_file(path, 0, "|loud", TEST_WAIT_MS) > 0);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_null(strstr(text, "quiet"));
	play_free(play);
}

static void test_delivery(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_line(s, "are you there?");
	screen_wait_text(s, "me     are you there?");
	screen_wait_text(s, "[....]");
	play_act(play, "delivered work bob@example.org sent");
	screen_wait_text(s, "[sent]");
	play_act(play, "delivered work bob@example.org delivered");
	screen_wait_text(s, "[dlvd]");
	play_act(play, "delivered work bob@example.org failed");
	screen_wait_text(s, "[failed]");
	screen_wait_text(s, "not delivered: peer went offline");
	play_free(play);
}

static void test_typing(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	play_act(play, "typing work bob@example.org 4");
	screen_wait_text(s, "Bob    is typing...");
	play_act(play, "typing work bob@example.org 2");
	screen_wait_no_text(s, "is typing");
	play_free(play);
}

static void test_own_typing(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_type(s, "zzz");
	screen_wait_text(s, "[Bob] zzz");
	screen_key(s, "C-u");
	screen_wait_no_text(s, "zzz");
	screen_type(s, "/away");
	screen_wait_text(s, "[Bob] /away");
	screen_key(s, "C-u");
	screen_key(s, "M-Left");
	play_act(play, "log");
	screen_wait_text(s, "log: typing bob@example.org 4");
	screen_wait_text(s, "log: typing bob@example.org 2");
	play_free(play);
}

static void test_switching(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	play_act(play, "contact work carol@example.org Carol away");
	play_act(play, "say work carol@example.org 'over here'");
	screen_wait_text(s, "Act: 2:Carol(1)");
	screen_type(s, "for bob");
	screen_key(s, "M-a");
	screen_wait_text(s, "Carol  over here");
	screen_wait_row(s, 23, "[Carol]");
	assert_false(screen_find(s, "for bob", NULL, NULL));
	screen_type(s, "for carol");
	screen_key(s, "M-/");
	screen_wait_row(s, 23, "[Bob] for bob");
	screen_key(s, "M-Right");
	screen_wait_row(s, 23, "[Carol] for carol");
	screen_key(s, "M-1");
	screen_wait_row(s, 23, "[Bob] for bob");
	play_free(play);
}

static void test_new_line(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	/* What comes while one looks is not new. */
	play_act(play, "say work bob@example.org seen");
	screen_wait_text(s, "seen");
	screen_key(s, "M-Left");
	screen_wait_row(s, 23, "[status]");
	play_act(play, "say work bob@example.org unseen");
	screen_wait_text(s, "1:Bob(1)");
	screen_key(s, "M-1");
	screen_wait_text(s, "--- new (1) ---");
	screen_wait_no_text(s, "Act:");
	/* It is still there when one scrolls up for it, and gone after the next visit. */
	screen_key(s, "M-Left");
	play_act(play, "burst work bob@example.org 30 30");
	screen_wait_text(s, "1:Bob(30)");
	screen_key(s, "M-1");
	screen_wait_no_text(s, "Act:");
	screen_key(s, "PageUp");
	screen_wait_text(s, "--- new (30) ---");
	screen_key(s, "M-Left");
	screen_key(s, "M-1");
	screen_wait_text(s, "[Bob]");
	screen_wait_no_text(s, "--- new");
	play_free(play);
}

static void test_history(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "backlog work bob@example.org 250");
	play_act(play, "say work bob@example.org newest");
	screen_wait_text(s, "1:bob");
	screen_key(s, "M-1");
	screen_wait_text(s, "newest");
	screen_wait_text(s, "stored 250");
	for (int i = 0; i < 14; i++)
		screen_key(s, "PageUp");
	screen_wait_text(s, "stored 1 ");
	play_act(play, "say work bob@example.org 'while scrolled'");
	screen_wait_text(s, "1:bob@example.org(1)");
	screen_wait_text(s, "scrolled");
	assert_false(screen_find(s, "while scrolled", NULL, NULL));
	screen_key(s, "M-End");
	screen_wait_text(s, "while scrolled");
	screen_wait_no_text(s, "Act:");
	play_free(play);
}

static void test_page_down_reaches_the_end(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	for (int i = 0; i < 60; i++)
		play_act(play, "say work bob@example.org 'line %d'", i);
	screen_wait_text(s, "line 59");
	screen_key(s, "PageUp");
	screen_wait_no_text(s, "line 59");
	screen_key(s, "PageDown");
	screen_wait_text(s, "line 59");
	screen_wait_no_text(s, "scrolled");
	play_free(play);
}

static void test_mentions(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	play_act(play, "room work dev@conference.example.org");
	play_act(play, "member work dev@conference.example.org alice self");
	play_act(play, "tell work dev@conference.example.org carol 'alice: the first'");
	for (int i = 0; i < 40; i++)
		play_act(play, "tell work dev@conference.example.org carol 'noise %d'", i);
	screen_wait_text(s, "2:dev(!)");
	screen_wait_text(s, "Rooms          1*1|");
	screen_key(s, "M-2");
	screen_wait_text(s, "noise 39");
	screen_key(s, "M-p");
	screen_wait_text(s, "alice: the first");
	play_free(play);
}

static void test_cost(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	size_t bytes;

	for (int i = 0; i < 40; i++)
		play_act(play, "say work bob@example.org 'some line %d of an ordinary length'", i);
	screen_wait_text(s, "line 39 ");
	play_wait_clock(play);
	play_settle(play);
	screen_type(s, "x");
	screen_wait_text(s, "[Bob] x");
	assert_int_equal(play_settle(play), 1);
	play_act(play, "say work bob@example.org 'one message'");
	screen_wait_text(s, "one message");
	assert_in_range(play_settle(play), 1, 599);
	screen_key(s, "F4");
	screen_wait_no_text(s, "work           ");
	play_settle(play);
	play_act(play, "say work bob@example.org 'another message'");
	screen_wait_text(s, "another message");
	assert_in_range(play_settle(play), 1, 129);
	screen_key(s, "F4");
	play_settle(play);
	play_act(play, "burst work bob@example.org 5000 5");
	screen_wait_text(s, "message 5000 of");
	bytes = play_settle(play);
	assert_in_range(bytes, 1, 5000 * 20);
	screen_resize(s, 24, 79);
	assert_in_range(play_settle(play), 1, 2399);
	screen_resize(s, 24, 80);
	assert_in_range(play_settle(play), 1, 2399);
	play_free(play);
}

static void test_closing(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_line(s, "/close");
	screen_wait_row(s, 23, "[status]");
	screen_wait_no_text(s, "1:Bob");
	play_free(play);
}

static void test_no_wake_ups(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	size_t before;

	play_wait_clock(play);
	play_settle(play);
	before = screen_bytes(s);
	play_act(play, "presence work bob@example.org available");
	play_settle(play);
	assert_int_equal(screen_bytes(s), before);
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
		TEST(test_wrapping),
		TEST(test_harmless),
		TEST(test_notifications_of_the_terminal),
		TEST(test_bell),
		TEST(test_notify_command),
		TEST(test_delivery),
		TEST(test_typing),
		TEST(test_own_typing),
		TEST(test_switching),
		TEST(test_new_line),
		TEST(test_history),
		TEST(test_page_down_reaches_the_end),
		TEST(test_mentions),
		TEST(test_cost),
		TEST(test_closing),
		TEST(test_no_wake_ups),
	};

	return cmocka_run_group_tests_name("ui/chat", tests, NULL, NULL);
}
