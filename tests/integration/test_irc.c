/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The whole program on an IRC server. */

#include "tests/integration/irc_world.h"

static void test_room_of_three(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol, *dave;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	dave = new_peer(w, "dave");
	irc_join(carol, "#dev");
	irc_join(dave, "#dev");
	irc_send(carol, "TOPIC #dev :release today");
	s = start_alice(w, "");
	screen_line(s, "/join #dev");
	screen_wait_row(s, 0, "#dev (3) release today");
	screen_wait_text(s, "Members 3");
	screen_wait_text(s, "| dave");
	irc_message(dave, "#dev", "hello alice");
	screen_wait_text(s, "hello alice");
	screen_line(s, "hello room");
	expect(carol, "PRIVMSG #dev", "hello room");
	expect(dave, "PRIVMSG #dev", "hello room");

	irc_send(carol, "TOPIC #dev :release tomorrow");
	screen_wait_row(s, 0, "release tomorrow");
	irc_send(dave, "NICK davy");
	screen_wait_text(s, "| davy");
	irc_message(dave, "#dev", "still me");
	screen_wait_text(s, "still me");
	assert_true(screen_find(s, "davy ", NULL, NULL));
	irc_send(carol, "KICK #dev davy :enough");
	screen_wait_row(s, 0, "#dev (2)");
	screen_wait_text(s, "enough");

	/* Thrown out, and back in. */
	irc_send(carol, "KICK #dev alice :you too");
	screen_wait_row(s, 0, "[left]");
	screen_wait_text(s, "you too");
	screen_line(s, "said to nobody");
	screen_wait_text(s, "/join");
	screen_key(s, "C-u");
	screen_line(s, "/join");
	screen_wait_row(s, 0, "#dev (2)");
	screen_line(s, "/part good bye");
	expect(carol, "PART #dev", "good bye");
	screen_wait_row(s, 0, "[left]");
	irc_peer_free(carol);
	irc_peer_free(dave);
	pheme_quit(w, s);
}

/* Rooms of accounts.conf are joined at start; a mention is told from the rest. */
static void test_autojoin_and_mention(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	irc_join(carol, "#dev");
	s = start_alice(w, "autojoin=#dev\n");
	expect(carol, "JOIN", "alice");
	irc_message(carol, "#dev", "anybody here?");
	screen_wait_text(s, "Act: 1:#dev(1)");
	irc_message(carol, "#dev", "alice: you?");
	screen_wait_text(s, "Act: 1:#dev(!)");
	assert_true(screen_find(s, "[status]", NULL, NULL));
	screen_key(s, "M-a");
	screen_wait_text(s, "alice: you?");
	screen_wait_no_text(s, "Act:");
	irc_peer_free(carol);
	pheme_quit(w, s);
}

static void test_nick_that_is_on_no_roster(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	s = start_alice(w, "");
	irc_message(carol, "alice", "psst");
	screen_wait_text(s, "Act: 1:carol(1)");
	screen_key(s, "M-1");
	screen_wait_text(s, "psst");
	screen_line(s, "yes?");
	expect(carol, "PRIVMSG carol", "yes?");
	screen_line(s, "/me listens");
	expect(carol, "PRIVMSG carol", "ACTION listens");
	/* It stays with the history; the next time too. */
	pheme_quit(w, s);
	wait_gone(carol, "alice");
	irc_peer_free(carol);
	s = pheme_start_until(w, &wide, "connected as alice");
	screen_key(s, "M-1");
	screen_wait_text(s, "psst");
	screen_wait_text(s, "alice listens");
	pheme_quit(w, s);
}

static void test_invitation(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	irc_join(carol, "#dev");
	irc_send(carol, "MODE #dev +i");
	expect(carol, "MODE #dev", "+i");
	s = start_alice(w, "");
	screen_line(s, "/join #dev");
	screen_wait_text(s, "for invited people only");
	irc_send(carol, "INVITE alice #dev");
	screen_wait_text(s, "Requests");
	screen_line(s, "/accept");
	expect(carol, "JOIN", "alice");
	screen_wait_row(s, 0, "#dev (2)");
	/* To join is to accept. */
	irc_join(carol, "#two");
	irc_send(carol, "INVITE alice #two");
	screen_wait_text(s, "Requests");
	screen_line(s, "/join #two");
	screen_wait_row(s, 0, "#two (2)");
	screen_wait_no_text(s, "Requests");
	irc_peer_free(carol);
	pheme_quit(w, s);
}

static void test_list_of_rooms(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol, *dave;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	dave = new_peer(w, "dave");
	irc_join(carol, "#dev");
	irc_join(dave, "#dev");
	irc_join(dave, "#ops");
	irc_send(carol, "TOPIC #dev :release today");
	s = start_alice(w, "");
	screen_line(s, "/rooms");
	screen_wait_text(s, "    2     #dev");
	screen_wait_text(s, "release today");
	screen_wait_text(s, "    1     #ops");
	screen_wait_text(s, "rooms, by size");
	screen_key(s, "Down");
	screen_key(s, "Enter");
	screen_wait_row(s, 0, "#ops (2)");
	irc_peer_free(carol);
	irc_peer_free(dave);
	pheme_quit(w, s);
}

/* In a room of one's own. */
static void test_operator(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	s = start_alice(w, "");
	screen_line(s, "/join #own");
	screen_wait_row(s, 0, "#own (1)");
	screen_line(s, "/invite carol");
	expect(carol, "INVITE carol", "#own");
	irc_join(carol, "#own");
	screen_wait_text(s, "carol joined");
	screen_line(s, "/topic mine");
	expect(carol, "TOPIC #own", "mine");
	screen_wait_row(s, 0, "mine");
	screen_line(s, "/kick carol enough");
	expect(carol, "KICK #own carol", "enough");
	screen_wait_text(s, "carol was kicked by you");
	/* Idle can only kick, and that is said. */
	irc_join(carol, "#own");
	screen_wait_row(s, 0, "#own (2)");
	screen_line(s, "/ban carol");
	screen_wait_text(s, "carol can come back");
	irc_peer_free(carol);
	pheme_quit(w, s);
}

/* Somebody else has the nick: the next one is taken, and the first again when it is free. */
static void test_nick_in_use(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *other, *second;
	struct screen *s;

	test_env_irc_start(w->env);
	other = new_peer(w, "alice");
	second = new_peer(w, "alice_");
	pheme_add_idle(w, NULL, "irc", "alice", "");
	s = pheme_start_until(w, &wide, "connected as alice__");
	screen_wait_text(s, "somebody else is called alice here");
	irc_message(other, "alice__", "who are you?");
	screen_wait_text(s, "Act: 1:alice(1)");
	irc_peer_free(other);
	irc_peer_free(second);
	screen_line(s, "/reconnect");
	screen_wait_text(s, "irc: connected as alice ");
	pheme_quit(w, s);
}

/* Who is refused a name is told so, and keeps the one they have; idle does not tell it. */
static void test_nick_clash(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *carol;
	struct screen *s;

	test_env_irc_start(w->env);
	carol = new_peer(w, "carol");
	s = start_alice(w, "");
	screen_line(s, "/nick carol");
	screen_wait_text(s, "cannot call yourself carol: the server did not make it so");
	screen_line(s, "/nick");
	screen_wait_text(s, "on irc you are alice");
	/* One that was not answered yet gives way to the next. */
	screen_line(s, "/nick carol");
	screen_line(s, "/nick ally");
	screen_line(s, "/join #dev");
	screen_wait_row(s, 0, "#dev (1)");
	screen_line(s, "/nick");
	screen_wait_text(s, "on irc you are ally");
	irc_peer_free(carol);
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(room_of_three), TEST(autojoin_and_mention), TEST(nick_that_is_on_no_roster),
		TEST(invitation),    TEST(list_of_rooms),        TEST(operator),
		TEST(nick_in_use),   TEST(nick_clash),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("irc", tests, NULL, NULL);
}
