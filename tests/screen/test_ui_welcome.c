/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"

#include <string.h>

/* What a user without accounts is offered, and what becomes of an answer. */

static int setup(void **state)
{
	*state = test_env_new(TEST_ENV_NO_BUS);
	return 0;
}

static int teardown(void **state)
{
	return test_env_free(*state);
}

/* One Enter, and the account is there. */
static void test_local(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);
	g_autofree char *path = test_env_path(*state, "config/pheme/accounts.conf");
	g_autofree char *conf = NULL;
	int local, xmpp, irc, other;

	assert_true(screen_find(s, "Enter  people on this machine", &local, NULL));
	assert_true(screen_find(s, "2 Enter  people on XMPP", &xmpp, NULL));
	assert_true(screen_find(s, "3 Enter  people on IRC", &irc, NULL));
	assert_true(screen_find(s, "4 Enter  people on another network", &other, NULL));
	assert_true(local < xmpp && xmpp < irc && irc < other);
	play_act(play, "protocol local local");
	screen_wait_text(s, "there is local/local");
	screen_key(s, "Enter");
	screen_wait_no_text(s, "Welcome");
	screen_wait_text(s, "local:");
	assert_true(g_file_get_contents(path, &conf, NULL, NULL));
	assert_non_null(strstr(conf, "[local]\n"));
	assert_non_null(strstr(conf, "manager=local\n"));
	assert_non_null(strstr(conf, "protocol=local\n"));
	assert_non_null(strstr(conf, "enabled=true\n"));
	assert_null(strstr(conf, "param-"));
	play_free(play);
}

static void test_local_missing(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	screen_key(s, "Enter");
	screen_wait_text(s, "Which network is the account on?");
	screen_key(s, "Esc");
	screen_wait_text(s, "Welcome to pheme.");
	play_free(play);
}

static void test_others(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	screen_line(s, "2");
	screen_wait_text(s, "New account: haze/jabber");
	screen_key(s, "Esc");
	screen_wait_text(s, "Welcome to pheme.");
	screen_line(s, "3");
	screen_wait_text(s, "New account: idle/irc");
	screen_key(s, "Esc");
	screen_wait_text(s, "Welcome to pheme.");
	screen_line(s, "4");
	screen_wait_text(s, "Which network is the account on?");
	play_free(play);
}

/* With an account a number is a line like any other. */
static void test_later(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	screen_wait_no_text(s, "Welcome");
	screen_line(s, "2");
	screen_wait_text(s, "this is no conversation");
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/ui/welcome/local with one Enter", test_local, setup, teardown, NULL},
		{"/ui/welcome/local is not there", test_local_missing, setup, teardown, NULL},
		{"/ui/welcome/other networks", test_others, setup, teardown, NULL},
		{"/ui/welcome/only without accounts", test_later, setup, teardown, NULL},
	};

	return cmocka_run_group_tests_name("ui/welcome", tests, NULL, NULL);
}
