/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The list of accounts and the form that changes one, on screens of both sizes. */

#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"

#include <glib.h>
#include <string.h>

static int setup(void **state)
{
	*state = test_env_new(TEST_ENV_NO_BUS);
	return 0;
}

static int teardown(void **state)
{
	return test_env_free(*state);
}

/* The stage has no accounts.conf until a form has written one. */
static struct screen *make_account(struct play *play)
{
	struct screen *s = play_screen(play);

	screen_key(s, "F2");
	screen_wait_text(s, "[ add an account ]");
	screen_key(s, "a");
	screen_wait_text(s, "haze/jabber");
	screen_key(s, "Enter");
	screen_wait_text(s, "* account");
	screen_line(s, "alice@example.org");
	screen_wait_text(s, "account              alice@example.org");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_key(s, "Enter");
	screen_wait_text(s, "[ add an account ]");
	screen_wait_text(s, "jabber");
	return s;
}

static char *read_conf(void **state)
{
	g_autofree char *path = test_env_path(*state, "config/pheme/accounts.conf");
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void test_edit(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = make_account(play);
	g_autofree char *conf = NULL;

	screen_key(s, "Home");
	screen_key(s, "Enter");
	screen_wait_text(s, "Account haze/jabber");
	screen_wait_text(s, "alice@example.org");
	/* The first field is the name here. */
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "name here: jabber");
	screen_key(s, "C-u");
	screen_line(s, "work");
	screen_wait_text(s, "name here            work");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_key(s, "Up");
	screen_key(s, "Up");
	screen_wait_text(s, "[ proxy settings ]");
	screen_key(s, "Enter");
	screen_wait_text(s, "ft-proxies");
	screen_line(s, "proxy.example.org");
	screen_wait_text(s, "ft-proxies           proxy.example.org");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_key(s, "Enter");
	screen_wait_text(s, "work offline     haze/jabber");
	conf = read_conf(state);
	assert_non_null(strstr(conf, "[work]"));
	assert_null(strstr(conf, "[jabber]"));
	assert_non_null(strstr(conf, "param-ft-proxies=proxy.example.org"));
	play_free(play);
}

/* Is the one in the list above the other? */
static bool is_above(struct screen *s, void *data)
{
	const char *const *names = data;
	int first, second;

	return screen_find(s, names[0], &first, NULL) && screen_find(s, names[1], &second, NULL) &&
	       first < second;
}

static void test_order(void **state)
{
	static const char *one_first[] = {"one offline", "two offline"};
	static const char *two_first[] = {"two offline", "one offline"};
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "offline one");
	play_act(play, "offline two");
	screen_key(s, "F2");
	screen_wait(s, is_above, one_first, "one above two");
	screen_key(s, "J");
	screen_wait(s, is_above, two_first, "two above one");
	/* Not beyond the last. */
	screen_key(s, "J");
	screen_key(s, "K");
	screen_wait(s, is_above, one_first, "one above two again");
	play_free(play);
}

/* 40 columns, 12 rows, no pane's worth of room. */
static void test_small(void **state)
{
	const struct screen_options small = {.rows = 12, .cols = 40};
	struct play *play = play_new(&small);
	struct screen *s = play_screen(play);

	screen_key(s, "F2");
	screen_wait_text(s, "[ add an account ]");
	screen_key(s, "a");
	screen_wait_text(s, "haze/jabber");
	screen_key(s, "Enter");
	screen_wait_text(s, "* account");
	screen_line(s, "alice@example.org");
	screen_wait_text(s, "alice@example.org");
	screen_key(s, "End");
	screen_wait_text(s, "[ cancel ]");
	screen_key(s, "Up");
	screen_key(s, "Up");
	screen_key(s, "Enter");
	screen_wait_text(s, "require-encr");
	screen_key(s, "Enter");
	screen_wait_text(s, "[ ]");
	screen_resize(s, 24, 80);
	screen_wait_text(s, "require-encryption   [ ]");
	screen_resize(s, 12, 40);
	/* What was changed is not lost without a question. */
	screen_key(s, "Esc");
	screen_wait_text(s, "Close it and lose what you have");
	screen_wait_row(s, 11, "(y/n)");
	screen_key(s, "n");
	screen_wait_no_text(s, "(y/n)");
	screen_wait_text(s, "[ ]");
	screen_key(s, "End");
	screen_wait_text(s, "[ cancel ]");
	/* A letter is no Enter. */
	screen_key(s, "x");
	screen_key(s, "Enter");
	screen_wait_text(s, "(y/n)");
	screen_key(s, "y");
	screen_wait_text(s, "[ add an account ]");
	/* Where nothing was, there is nothing to ask. */
	screen_key(s, "a");
	screen_wait_text(s, "haze/jabber");
	screen_key(s, "Enter");
	screen_wait_text(s, "* account");
	screen_key(s, "Esc");
	screen_wait_text(s, "[ add an account ]");
	play_free(play);
}

/* Neither a look at the help nor a chat that is shown meanwhile ends a form that is half filled. */
static void test_kept(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "contact work bob@example.org Bob available");
	play_act(play, "say work bob@example.org hello");
	screen_key(s, "F2");
	screen_wait_text(s, "work online");
	screen_key(s, "a");
	screen_wait_text(s, "XMPP  ");
	screen_key(s, "Enter");
	screen_wait_text(s, "* account");
	screen_key(s, "x");
	screen_wait_row(s, 23, "account: x");
	screen_key(s, "F1");
	screen_wait_text(s, "Keys");
	screen_key(s, "q");
	screen_wait_row(s, 23, "account: x");
	screen_line(s, "yz@example.org");
	screen_wait_text(s, "account              xyz@example.org");
	screen_key(s, "F1");
	screen_wait_text(s, "Keys");
	screen_key(s, "F1");
	screen_wait_text(s, "account              xyz@example.org");
	screen_key(s, "M-1");
	screen_wait_text(s, "Close it and lose what you have typed? (y/n)");
	screen_key(s, "n");
	screen_wait_no_text(s, "(y/n)");
	screen_wait_text(s, "account              xyz@example.org");
	screen_key(s, "M-1");
	screen_wait_text(s, "(y/n)");
	screen_key(s, "y");
	screen_wait_no_text(s, "xyz@example.org");
	screen_wait_row(s, 0, "Bob");
	play_free(play);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_edit),
		TEST(test_order),
		TEST(test_small),
		TEST(test_kept),
	};

	return cmocka_run_group_tests_name("ui/form", tests, NULL, NULL);
}
