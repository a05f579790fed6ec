/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rooms of IRC that want a password: asking for it, and where it is kept. */

#include "tests/integration/irc_world.h"

/* Carol's #dev wants a password. */
static struct irc_peer *lock_room(struct pheme_world *w)
{
	struct irc_peer *carol;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	irc_join(carol, "#dev");
	irc_send(carol, "MODE #dev +k sesame");
	expect(carol, "MODE #dev", "sesame");
	return carol;
}

static void test_room_with_a_password(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	carol = lock_room(w);
	s = start_alice(w, "");
	screen_line(s, "/join #dev");
	screen_wait_text(s, "Password for room #dev");
	screen_line(s, "mustard");
	screen_wait_text(s, "the last one was refused");
	screen_line(s, "sesame");
	screen_wait_row(s, 0, "#dev (2)");
	screen_wait_text(s, "you joined #dev with carol");
	assert_false(screen_find(s, "sesame", NULL, NULL));
	assert_false(screen_find(s, "carol joined", NULL, NULL));
	assert_true(screen_find(s, "keeps its password", NULL, NULL));
	irc_peer_free(carol);
	screen_line(s, "/clear");
	screen_wait_no_text(s, "keeps its password");

	/* Without the server: the room says so, and that it is joined again, and nothing else. */
	test_env_irc_kill(w->env);
	screen_wait_text(s, "connection lost: network error");
	test_env_irc_start(w->env);
	screen_wait_row(s, 0, "#dev (1)");
	screen_wait_text(s, "you joined #dev; nobody else is here");
	assert_false(screen_find(s, "keeps its password", NULL, NULL));
	assert_false(screen_find(s, "cannot join", NULL, NULL));
	pheme_quit(w, s);
}

/* A password that was typed is kept with the room, where the user wants that. */
static void test_bookmark(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *path = NULL, *conf = NULL;
	struct irc_peer *carol;
	struct screen *s;

	carol = lock_room(w);
	s = start_alice(w, "");
	screen_line(s, "/join #dev");
	screen_wait_text(s, "Password for room #dev");
	screen_line(s, "sesame");
	screen_wait_row(s, 0, "#dev (2)");
	screen_wait_text(s, "/bookmark add joins this room at each start");
	screen_line(s, "/bookmark add");
	screen_wait_text(s, "#dev is now joined when irc connects");
	pheme_quit(w, s);
	wait_gone(carol, "alice");
	path = pheme_path(w, NULL, "config/pheme/accounts.conf");
	assert_true(g_file_get_contents(path, &conf, NULL, NULL));
	assert_non_null(strstr(conf, "room-passwords=#dev sesame\n"));
	s = pheme_start_until(w, &wide, "connected as alice");
	screen_key(s, "M-1");
	screen_wait_row(s, 0, "#dev (2)");
	screen_line(s, "/bookmark list");
	screen_wait_text(s, "irc              #dev");
	screen_line(s, "/bookmark remove");
	screen_wait_text(s, "#dev is no more joined");
	assert_false(screen_find(s, "sesame", NULL, NULL));
	pheme_quit(w, s);
	irc_peer_free(carol);
}

struct kept {
	const char *path; /* what the Secret Service has */
	bool kept;        /* wanted: the room's password is there, or not */
};

static bool is_kept(void *data)
{
	const struct kept *wanted = data;
	g_autofree char *text = NULL;

	g_file_get_contents(wanted->path, &text, NULL, NULL);
	return (text && strstr(text, "[pheme-room irc #dev]\npassword=sesame\n") != NULL) ==
	       wanted->kept;
}

/* …or, where the account asks it for its own, with the Secret Service. */
static void test_bookmark_in_the_secret_service(void **state)
{
	struct pheme_world *w = *state;
	struct kept wanted = {.kept = true};
	g_autofree char *secrets = pheme_path(w, NULL, "secrets"), *conf = NULL, *path = NULL;
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);
	g_autofree char *library = g_build_filename(dir, "..", "secrets", NULL);
	struct irc_peer *carol;
	struct screen *s;

	wanted.path = secrets;
	test_env_setenv(w->env, "LD_LIBRARY_PATH", library);
	test_env_setenv(w->env, "PHEME_TEST_SECRETS", secrets);
	carol = lock_room(w);
	s = start_alice(w, "secret-service=true\n");
	screen_line(s, "/join #dev");
	screen_wait_text(s, "Password for room #dev");
	screen_line(s, "sesame");
	screen_wait_text(s, "Secret Service");
	screen_line(s, "/bookmark add");
	assert_true(test_wait_until(is_kept, &wanted, TEST_WAIT_MS));
	pheme_quit(w, s);
	wait_gone(carol, "alice");
	path = pheme_path(w, NULL, "config/pheme/accounts.conf");
	assert_true(g_file_get_contents(path, &conf, NULL, NULL));
	assert_non_null(strstr(conf, "autojoin=#dev\n"));
	assert_null(strstr(conf, "sesame"));

	s = pheme_start_until(w, &wide, "connected as alice");
	screen_key(s, "M-1");
	screen_wait_row(s, 0, "#dev (2)");
	assert_false(screen_find(s, "Password for room", NULL, NULL));
	screen_line(s, "/bookmark remove");
	wanted.kept = false;
	assert_true(test_wait_until(is_kept, &wanted, TEST_WAIT_MS));
	irc_peer_free(carol);
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(room_with_a_password),
		TEST(bookmark),
		TEST(bookmark_in_the_secret_service),
	};

	return cmocka_run_group_tests_name("irc passwords", tests, NULL, NULL);
}
