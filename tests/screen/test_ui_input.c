/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"

#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* Keys, the input line, pastes, questions, views, and giving the terminal back. */

static struct play *play_with_bob(void)
{
	struct play *play = play_new(NULL);

	play_act(play, "online work");
	play_act(play, "contact work bob@example.org Bob available");
	play_act(play, "say work bob@example.org hello");
	screen_wait_text(play_screen(play), "1:Bob(1)");
	screen_key(play_screen(play), "M-1");
	screen_wait_row(play_screen(play), 23, "[Bob]");
	return play;
}

static void test_editing(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_type(s, "one three");
	screen_key(s, "M-b");
	screen_type(s, "two ");
	screen_wait_row(s, 23, "[Bob] one two three");
	screen_key(s, "C-k");
	screen_wait_row(s, 23, "[Bob] one two");
	screen_key(s, "C-y");
	screen_wait_row(s, 23, "[Bob] one two three");
	screen_key(s, "Enter");
	screen_wait_text(s, "me     one two three");
	screen_key(s, "Up");
	screen_wait_row(s, 23, "[Bob] one two three");
	screen_key(s, "Down");
	screen_wait_no_text(s, "[Bob] one");
	screen_key(s, "C-r");
	screen_type(s, "two");
	screen_wait_row(s, 23, "(reverse-i-search)`two': one two three");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[Bob]");
	play_free(play);
}

static void test_wide(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	int row, col;

	screen_type(s, "日本語");
	screen_wait_row(s, 23, "[Bob] 日本語");
	screen_cursor(s, &row, &col);
	assert_int_equal(col, 12);
	screen_key(s, "Backspace");
	screen_wait_no_text(s, "語");
	screen_cursor(s, &row, &col);
	assert_int_equal(col, 10);
	play_free(play);
}

static void test_growing(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	for (int i = 0; i < 7; i++) {
		screen_type(s, "row");
		screen_key(s, "M-Enter");
	}
	screen_type(s, "end");
	screen_wait_row(s, 18, "[");
	screen_wait_row(s, 19, "row");
	screen_wait_row(s, 23, "end");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "[Bob]");
	play_free(play);
}

static void test_paste(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_paste(s, "two\nlines");
	screen_wait_row(s, 22, "[Bob] two");
	screen_wait_row(s, 23, "lines");
	screen_key(s, "C-c");
	screen_wait_row(s, 23, "[Bob]");
	screen_paste(s, "a\nb\nc\nd\n\033[31m");
	screen_wait_text(s, "Paste 5 lines into the message?");
	screen_key(s, "n");
	screen_wait_row(s, 23, "[Bob]");
	screen_paste(s, "a\nb\nc\n");
	screen_wait_text(s, "Paste 3 lines");
	screen_key(s, "y");
	screen_wait_row(s, 21, "[Bob] a");
	screen_wait_row(s, 23, "c");
	play_free(play);
}

static void test_completion(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_type(s, "/hel");
	screen_key(s, "Tab");
	screen_wait_row(s, 23, "[Bob] /help");
	screen_key(s, "C-u");
	screen_type(s, "/s");
	screen_key(s, "Tab");
	screen_wait_text(s, "say");
	screen_wait_text(s, "status");
	screen_key(s, "Tab");
	screen_wait_row(s, 23, "[Bob] /say");
	screen_key(s, "C-u");
	screen_wait_no_text(s, "say  ");
	/* What comes after a word that was the only one is listed first, too. */
	screen_type(s, "/accou");
	screen_key(s, "Tab");
	screen_wait_row(s, 23, "[Bob] /account");
	screen_key(s, "Tab");
	screen_wait_text(s, "disable");
	screen_wait_row(s, 23, "[Bob] /account");
	play_free(play);
}

static void test_escape_does_not_eat(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_key(s, "F1");
	screen_wait_text(s, "Alt-Left");
	screen_key(s, "Esc");
	screen_wait_no_text(s, "Alt-Left");
	screen_type(s, "q");
	screen_wait_row(s, 23, "[Bob] q");
	play_free(play);
}

static bool is_at_column(struct screen *s, void *data)
{
	int row, col;

	screen_cursor(s, &row, &col);
	return row == 23 && col == *(int *)data;
}

static void test_vi_mode(void **state)
{
	struct play *play;
	struct screen *s;

	test_env_write(*state, "home/.inputrc", "set editing-mode vi\n");
	play = play_with_bob();
	s = play_screen(play);
	screen_type(s, "one two");
	screen_wait_row(s, 23, "[Bob] one two");
	screen_key(s, "Esc");
	/* Then it stands on the last letter. */
	screen_wait(s, is_at_column, &(int){12}, "the cursor on the last letter");
	screen_type(s, "bD");
	screen_wait_row(s, 23, "[Bob] one");
	screen_type(s, "Athree");
	screen_wait_row(s, 23, "[Bob] one three");
	play_free(play);
}

static void test_mode_in_prompt(void **state)
{
	struct play *play;
	struct screen *s;

	test_env_write(*state, "home/.inputrc",
		       "set editing-mode vi\nset show-mode-in-prompt on\n"
		       "set vi-cmd-mode-string \"\\1\\e[2m\\2:\\1\\e[m\\2\"\n");
	play = play_with_bob();
	s = play_screen(play);
	screen_type(s, "one");
	screen_wait_row(s, 23, "(ins)[Bob] one");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, ":[Bob] one");
	screen_type(s, "A two");
	screen_wait_row(s, 23, "(ins)[Bob] one two");
	play_free(play);
}

static void test_rebinding(void **state)
{
	struct play *play;

	test_env_write(*state, "config/pheme/inputrc",
		       "$if Pheme\n\"\\C-o\": pheme-previous-chat\n$endif\n");
	play = play_with_bob();
	screen_key(play_screen(play), "C-o");
	screen_wait_row(play_screen(play), 23, "[status]");
	play_free(play);
}

static void test_pane_cursor(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	play_act(play, "contact work carol@example.org Carol away");
	play_act(play, "contact work zoe@example.org Zoe away");
	screen_wait_text(s, "Zoe");
	screen_key(s, "M-r");
	screen_type(s, "zo");
	screen_wait_row(s, 23, "[find] zo");
	screen_wait_no_text(s, "Carol");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "[Zoe]");
	screen_wait_text(s, "Carol");
	screen_key(s, "M-Up");
	screen_key(s, "M-Up");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "[Carol]");
	play_free(play);
}

/* All of it can be read where it is wider than the window. */
static void test_long_question(void **state)
{
	const struct screen_options small = {.rows = 12, .cols = 40};
	struct play *play = play_new(&small);
	struct screen *s = play_screen(play);

	play_act(play,
		 "ask work 'Password for work (alice@a-rather-long-name.example.org) (the last "
		 "one was refused)'");
	screen_wait_row(s, 9, "Password for work");
	screen_wait_row(s, 11, "refused):");
	screen_line(s, "sesame");
	screen_wait_row(s, 11, "[status]");
	screen_wait_no_text(s, "Password for work");
	play_free(play);
}

static void test_password(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	size_t length, before;

	screen_type(s, "a draft");
	screen_wait_row(s, 23, "[Bob] a draft");
	play_settle(play);
	before = screen_bytes(s);
	play_act(play, "ask work 'Password for work'");
	screen_wait_row(s, 23, "Password for work:");
	screen_type(s, "gehex");
	screen_key(s, "Backspace");
	screen_type(s, "im");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "[Bob] a draft");
	assert_null(strstr(screen_raw(s, before, &length), "geh"));
	screen_key(s, "M-Left");
	screen_wait_row(s, 23, "[status]");
	play_act(play, "log");
	screen_wait_text(s, "log: answer geheim");
	play_act(play, "ask work 'Password again'");
	screen_wait_text(s, "Password again:");
	play_act(play, "withdraw");
	screen_wait_row(s, 23, "[status]");
	play_free(play);
}

static void test_account_form(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	screen_key(s, "Enter");
	screen_wait_text(s, "haze/jabber");
	screen_key(s, "Enter");
	screen_wait_text(s, "* account");
	screen_wait_text(s, "5222  (default)");
	assert_false(screen_find(s, "resource", NULL, NULL));
	screen_line(s, "alice@example.org");
	screen_wait_text(s, "account              alice@example.org");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "password:");
	screen_line(s, "secret");
	screen_wait_text(s, "(set)");
	screen_line(s, "much");
	screen_wait_text(s, "must be a number from 0 to ");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "port: much");
	screen_key(s, "C-u");
	screen_line(s, "5223");
	screen_wait_no_text(s, "must be a number");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_key(s, "Enter");
	screen_wait_text(s, "account jabber saved");
	screen_wait_text(s, "jabber     ");
	play_free(play);
}

/* From "more settings" one comes to the first of them. */
static void test_more_settings(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	screen_key(s, "Enter");
	screen_wait_text(s, "haze/jabber");
	screen_key(s, "Enter");
	screen_wait_text(s, "[ more settings ]");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_key(s, "Up");
	screen_key(s, "Enter");
	screen_wait_text(s, "resource");
	screen_wait_text(s, "require-encryption   [x]");
	screen_key(s, "Enter");
	screen_wait_text(s, "require-encryption   [ ]");
	play_free(play);
}

/* A hint too long for the screen says so, and still says how to close. */
static void test_hint_on_a_narrow_screen(void **state)
{
	const struct screen_options narrow = {.cols = 60};
	struct play *play = play_new(&narrow);
	struct screen *s = play_screen(play);

	screen_key(s, "F2");
	screen_wait_row(s, 23, "c/d: (dis)connect  ...  q: close");
	screen_resize(s, 24, 20);
	screen_wait_row(s, 23, "...  q: close");
	screen_resize(s, 24, 80);
	screen_wait_row(s, 23, "r: remove  JK: move  q: close");
	play_free(play);
}

static void test_no_secret_in_history(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_line(s, "/version");
	screen_line(s, "/account set work password hunter2");
	play_settle(play);
	assert_false(screen_find(s, "hunter2", NULL, NULL));
	screen_key(s, "Up");
	screen_wait_row(s, 23, "[Bob] /version");
	play_free(play);
}

static void test_accounts(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);
	int first, second;

	play_act(play, "offline another");
	screen_wait_text(s, "another");
	screen_key(s, "F2");
	screen_wait_text(s, "offline     haze/jabber");
	screen_wait_text(s, "q: close");
	play_settle(play);
	assert_true(screen_find(s, "online      haze/jabber", NULL, &first));
	assert_true(screen_find(s, "offline     haze/jabber", NULL, &second));
	assert_int_equal(first, second);
	play_free(play);
}

static void test_requests(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	play_act(play, "request work mallory@evil.example 'let me in'");
	screen_wait_text(s, "Requests         1|");
	screen_wait_text(s, "Act: 0:status(1)");
	screen_key(s, "M-r");
	screen_type(s, "mall");
	screen_key(s, "Enter");
	screen_wait_text(s, "mallory@evil.example wants to see your presence");
	screen_key(s, "d");
	screen_wait_text(s, "There are no requests.");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[Bob]");
	play_free(play);
}

static void test_leaving(void **state)
{
	struct play *play = play_with_bob();
	struct screen *s = play_screen(play);

	screen_type(s, "text");
	screen_key(s, "C-c");
	screen_wait_row(s, 23, "[Bob]");
	screen_key(s, "C-c");
	screen_wait_text(s, "Ctrl-C again to leave pheme");
	screen_resize(s, 12, 40);
	screen_wait_row(s, 11, "Ctrl-C again to leave pheme");
	screen_resize(s, 24, 80);
	screen_wait_row(s, 23, "Ctrl-C again to leave pheme");
	screen_key(s, "C-c");
	screen_wait_text(s, "Leave pheme? (y/n)");
	screen_key(s, "n");
	screen_wait_row(s, 23, "[Bob]");
	screen_key(s, "C-c");
	screen_key(s, "C-c");
	screen_wait_text(s, "Leave pheme?");
	screen_key(s, "y");
	assert_int_equal(screen_wait_exit(s), 0);
	assert_true(screen_is_restored(s));
	play_free(play);
}

static void test_termination(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP};

	for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++) {
		struct play *play = play_with_bob();
		struct screen *s = play_screen(play);

		screen_signal(s, signals[i]);
		assert_int_equal(screen_wait_exit(s), 0);
		assert_true(screen_is_restored(s));
		play_free(play);
	}
}

static void test_suspending(void **state)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);
	g_autofree char *command = g_strdup_printf("%s/../stage", dir);
	char *argv[] = {(char *)"bash", (char *)"--norc", (char *)"--noprofile", NULL};
	char *env[] = {(char *)"PS1=ready>", NULL};
	const struct screen_options options = {.env = env};
	struct screen *s = screen_new(argv, &options);

	screen_wait_text(s, "ready>");
	screen_line(s, command);
	screen_wait_text(s, "[status]");
	screen_type(s, "kept");
	screen_key(s, "C-z");
	screen_wait_text(s, "Stopped");
	assert_false(screen_is_alternate(s));
	screen_line(s, "fg");
	screen_wait_text(s, "[status] kept");
	screen_key(s, "C-u");
	screen_line(s, "/quit");
	screen_wait_text(s, "ready>");
	screen_line(s, "exit 0");
	assert_int_equal(screen_wait_exit(s), 0);
	screen_free(s);
}

static void test_dumb(void **state)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);
	g_autofree char *path = g_strdup_printf("%s/../stage", dir);
	char *argv[] = {path, NULL};
	const struct screen_options options = {.term = "dumb"};
	struct screen *s = screen_new(argv, &options);
	int status = screen_wait_exit(s);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	assert_true(screen_find(s, "TERM is \"dumb\"", NULL, NULL));
	screen_free(s);
}

static void test_editor(void **state)
{
	struct play *play;
	struct screen *s;

	test_env_setenv(*state, "VISUAL", "sh -c 'echo written > \"$0\"'");
	play = play_with_bob();
	s = play_screen(play);
	screen_key(s, "C-x");
	screen_key(s, "C-e");
	screen_wait_row(s, 23, "[Bob] written");
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
		TEST(test_editing),
		TEST(test_wide),
		TEST(test_growing),
		TEST(test_paste),
		TEST(test_completion),
		TEST(test_escape_does_not_eat),
		TEST(test_vi_mode),
		TEST(test_mode_in_prompt),
		TEST(test_rebinding),
		TEST(test_pane_cursor),
		TEST(test_password),
		TEST(test_long_question),
		TEST(test_account_form),
		TEST(test_more_settings),
		TEST(test_hint_on_a_narrow_screen),
		TEST(test_requests),
		TEST(test_no_secret_in_history),
		TEST(test_accounts),
		TEST(test_leaving),
		TEST(test_termination),
		TEST(test_suspending),
		TEST(test_dumb),
		TEST(test_editor),
	};

	return cmocka_run_group_tests_name("ui/input", tests, NULL, NULL);
}
