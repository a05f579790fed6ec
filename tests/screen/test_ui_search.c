/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/pheme.h"
#include "tests/lib/test.h"

#include <glib.h>
#include <string.h>

#include "src/model/message.h"
#include "src/store/history.h"

/* Finding what was said: the whole program, offline, on a history of its own. */

#define OLD 400 /* messages of Bob's that nobody looks for */

static void say(struct history *history, const struct history_chat *chat, const char *sender,
		gint64 time, const char *text)
{
	g_autofree char *uid = message_new_uid();
	struct history_message message = {
		.time = time,
		.direction = sender ? MESSAGE_IN : MESSAGE_OUT,
		.delivery = sender ? DELIVERY_NONE : DELIVERY_SENT,
		.sender = (char *)sender,
		.alias = (char *)(sender ? "Bob" : NULL),
		.text = (char *)text,
		.uid = uid,
	};

	history_append(history, chat, &message, NULL, NULL);
}

static void fill_history(void)
{
	static const struct history_chat bob = {"work", 0, "bob@example.org"};
	static const struct history_chat dev = {"work", 1, "dev@conference.example.org"};
	struct history *history = history_new(NULL, NULL, NULL);

	history_set_open(history, &bob, 1, "Bob");
	history_set_open(history, &dev, 2, "dev@conference.example.org");
	say(history, &bob, "bob@example.org", 1700000000, "the first needle of all");
	for (int i = 0; i < OLD; i++) {
		g_autofree char *text = g_strdup_printf("hay number %d", i);

		say(history, &bob, "bob@example.org", 1700000060 + i * 60, text);
		if (i == OLD / 2)
			say(history, &bob, NULL, 1700000060 + i * 60, "a Needle in the middle");
	}
	say(history, &dev, "dev@conference.example.org/carol", 1710000000,
	    "so much hay before it that the word one looks for would not be in sight at all on "
	    "a narrow screen: needle");
	say(history, &bob, "bob@example.org", 1720000000, "last words");
	history_free(history);
}

static struct screen *start(struct pheme_world *w, int rows, int cols)
{
	const struct pheme_options options = {.rows = rows, .cols = cols};
	struct screen *screen;

	test_env_write(w->env, "config/pheme/accounts.conf",
		       "[work]\nmanager=haze\nprotocol=jabber\nenabled=false\n"
		       "param-account=alice@example.org\n");
	fill_history();
	screen = pheme_start_until(w, &options, "[status]");
	screen_wait_text(screen, "Act: 1:bob");
	return screen;
}

/* --- the list of what was found ----------------------------------------------------------- */

static void test_list(void **state)
{
	struct screen *s = start(*state, 24, 80);
	int newest, middle, oldest;

	screen_line(s, "/search needle");
	screen_wait_text(s, "Search: needle");
	screen_wait_text(s, "needle of all");
	assert_true(screen_find(s, "in dev@conference.example.org", &newest, NULL));
	assert_true(screen_find(s, "me to Bob", &middle, NULL));
	assert_true(screen_find(s, "the first needle of all", &oldest, NULL));
	assert_true(newest < middle && middle < oldest);
	/* Cut from the front, so that the word is in sight. */
	assert_true(screen_find(s, "screen: needle", NULL, NULL));
	screen_key(s, "q");
	screen_wait_no_text(s, "Search: needle");
	pheme_quit(*state, s);
}

static void test_jump(void **state)
{
	struct screen *s = start(*state, 24, 80);
	struct screen_cell cell;
	int row, col;

	screen_key(s, "M-1");
	screen_wait_text(s, "last words");
	screen_line(s, "/find nowhere");
	screen_wait_text(s, "Find: nowhere (none)");
	screen_line(s, "/search middle");
	screen_wait_text(s, "a Needle in the middle");
	screen_key(s, "Enter");
	screen_wait_text(s, "Find: middle");
	assert_false(screen_find(s, "(none)", NULL, NULL));
	screen_wait_text(s, "hay number 199");
	screen_wait_text(s, "hay number 202");
	assert_true(screen_find(s, "a Needle in the middle", &row, &col));
	screen_cell(s, row, col + (int)strlen("a Needle in the "), &cell);
	assert_true(cell.reverse);
	screen_cell(s, row, col, &cell);
	assert_false(cell.reverse);
	/* On from there, over all of the chat. */
	screen_key(s, "PageUp");
	screen_wait_text(s, "hay number 180");
	screen_key(s, "M-End");
	screen_wait_text(s, "last words");
	pheme_quit(*state, s);
}

/* It stays empty until somebody wants to see what was said. */
static void test_clear(void **state)
{
	struct screen *s = start(*state, 24, 80);

	screen_key(s, "M-1");
	screen_wait_text(s, "last words");
	screen_line(s, "/clear");
	screen_wait_no_text(s, "last words");
	screen_line(s, "/version");
	screen_wait_text(s, "pheme ");
	screen_line(s, "/url");
	screen_wait_text(s, "address");
	assert_false(screen_find(s, "last words", NULL, NULL));
	screen_key(s, "PageUp");
	screen_wait_text(s, "hay number 399");
	screen_key(s, "M-End");
	screen_wait_text(s, "last words");
	pheme_quit(*state, s);
}

static void test_small(void **state)
{
	struct screen *s = start(*state, 12, 40);

	screen_line(s, "/search needle");
	screen_wait_text(s, "Search: needle");
	screen_wait_text(s, "screen: needle");
	screen_wait_text(s, "a Needle in the middle");
	screen_wait_text(s, "q: close");
	screen_key(s, "Down");
	screen_key(s, "Down");
	screen_wait_text(s, "the first needle of all");
	screen_key(s, "Enter");
	screen_wait_text(s, "hay number 0");
	screen_wait_text(s, "first needle");
	pheme_quit(*state, s);
}

static void test_pages(void **state)
{
	struct screen *s = start(*state, 24, 80);

	screen_line(s, "/search hay in:bob");
	screen_wait_text(s, "hay number 399");
	/* A page of 50 is asked for as one comes near the end. */
	for (int listed = 50; listed < OLD; listed += 50) {
		g_autofree char *text = g_strdup_printf("(%d+)", listed);

		screen_wait_text(s, text);
		screen_key(s, "End");
	}
	screen_wait_text(s, "(400)");
	screen_key(s, "End");
	screen_wait_text(s, "hay number 0");
	screen_key(s, "q");
	pheme_quit(*state, s);
}

static void test_again(void **state)
{
	struct screen *s = start(*state, 24, 80);

	screen_line(s, "/search zzz");
	screen_wait_text(s, "Nothing was found.");
	screen_key(s, "/");
	screen_wait_text(s, "Search: zzz");
	screen_key(s, "C-u");
	screen_line(s, "\"");
	screen_wait_text(s, "there is no word in");
	screen_key(s, "/");
	screen_line(s, "last");
	screen_wait_text(s, "last words");
	screen_key(s, "Esc");
	screen_wait_no_text(s, "last words");
	pheme_quit(*state, s);
}

/* --- /find in a chat ---------------------------------------------------------------------- */

static void test_find(void **state)
{
	struct screen *s = start(*state, 24, 80);

	screen_key(s, "M-1");
	screen_wait_text(s, "last words");
	screen_line(s, "/find needle");
	screen_wait_text(s, "a Needle in the middle");
	screen_wait_text(s, "Find: needle");
	screen_key(s, "M-p");
	screen_wait_text(s, "the first needle of all");
	screen_key(s, "M-n");
	screen_wait_text(s, "a Needle in the middle");
	screen_key(s, "M-n");
	screen_wait_text(s, "Find: needle (no more)");
	screen_key(s, "Esc");
	screen_wait_no_text(s, "Find: needle");
	screen_line(s, "/find nowhere");
	screen_wait_text(s, "Find: nowhere (none)");
	pheme_quit(*state, s);
}

/* --- the quick switcher ------------------------------------------------------------------- */

static void test_switch(void **state)
{
	struct screen *s = start(*state, 24, 80);

	screen_key(s, "M-1");
	screen_wait_text(s, "last words");
	screen_key(s, "M-g");
	screen_wait_text(s, "Go to: ");
	screen_type(s, "conf");
	screen_wait_text(s, "Go to: conf");
	screen_wait_no_text(s, "1 ? bob@example.org");
	screen_key(s, "Enter");
	screen_wait_text(s, "[dev]");
	screen_key(s, "M-g");
	screen_type(s, "q");
	screen_wait_text(s, "nobody and no chat like that");
	screen_key(s, "Backspace");
	screen_type(s, "bob");
	screen_wait_text(s, "1 ? bob@example.org");
	screen_key(s, "Esc");
	screen_wait_text(s, "[dev]");
	pheme_quit(*state, s);
}

static void test_bind(void **state)
{
	struct screen *s = start(*state, 24, 80);
	g_autofree char *path = pheme_path(*state, NULL, "config/pheme/inputrc");
	g_autofree char *text = NULL;

	screen_line(s, "/bind Ctrl-x,t pheme-switch");
	screen_wait_text(s, "Ctrl-x,t does pheme-switch");
	screen_key(s, "C-x");
	screen_key(s, "t");
	screen_wait_text(s, "Go to: ");
	screen_key(s, "Esc");
	screen_wait_text(s, "[status]");
	screen_line(s, "/bind Ctrl-x,t pheme-help");
	screen_wait_text(s, "does pheme-help");
	screen_line(s, "/bind x pheme-help");
	screen_wait_text(s, "is no key");
	screen_line(s, "/bind F7 nosuch");
	screen_wait_text(s, "there is no function");
	screen_line(s, "/bind");
	screen_wait_text(s, "pheme-escape");
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "\"\\C-xt\": pheme-help\n");

	/* A usual key that was given away, and taken back. */
	screen_line(s, "/bind Alt-r pheme-switch");
	screen_wait_text(s, "Alt-r does pheme-switch");
	screen_key(s, "M-r");
	screen_wait_text(s, "Go to: ");
	screen_key(s, "Esc");
	screen_wait_text(s, "[status]");
	screen_line(s, "/bind -remove Alt-r");
	screen_wait_text(s, "Alt-r is no key of yours any more");
	screen_key(s, "M-r");
	screen_wait_text(s, "[find]");
	screen_key(s, "Esc");
	screen_wait_text(s, "[status]");
	screen_line(s, "/bind -remove Ctrl-x,t");
	screen_wait_text(s, "Ctrl-x,t is no key of yours any more");
	screen_line(s, "/bind -remove F7");
	screen_wait_text(s, "there is no such key");
	g_free(g_steal_pointer(&text));
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "");
	pheme_quit(*state, s);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/ui/search/" name, fn, pheme_setup, pheme_teardown, NULL                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("list", test_list),     TEST("jump", test_jump),   TEST("small", test_small),
		TEST("pages", test_pages),   TEST("again", test_again), TEST("find", test_find),
		TEST("switch", test_switch), TEST("bind", test_bind),   TEST("clear", test_clear),
	};

	return cmocka_run_group_tests_name("ui/search", tests, NULL, NULL);
}
