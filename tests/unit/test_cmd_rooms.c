/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the commands for rooms ask of the session. */

#include "cmd_test.h"

#include "model/room_config.h"

static struct chat *enter(struct fixture *fixture)
{
	struct chat *chat = add_room(fixture->work, "dev@conf");

	chat_add_member(chat, "dev@conf/Dave", NULL, NULL, false);
	chat_add_member(chat, "dev@conf/erin", NULL, "erin@example.org", false);
	fixture->current = chat;
	return chat;
}

static void test_rooms(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/rooms -a irc", "list rooms irc -\nview 4\n");
	check(fixture, "/rooms -a work conf.example.org",
	      "list rooms work conf.example.org\nview 4\n");
	check_fails(fixture, "/rooms", SESSION_ERROR_USAGE, "which account?");
	account_set_state(fixture->irc, ACCOUNT_OFFLINE, NULL);
	check_fails(fixture, "/rooms -a irc", SESSION_ERROR_NOT_CONNECTED, "irc is offline");
}

static void test_invite(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	add_contact(fixture->work, "two@example.org", "Two, Too");
	enter(fixture);
	check(fixture, "/invite bob", "invite dev@conf bob@example.org \"\"\n");
	check(fixture, "/invite bob,zoe@x  come here ",
	      "invite dev@conf bob@example.org \"come here \"\n"
	      "invite dev@conf zoe@x \"come here \"\n");
	check(fixture, "/invite \"Two, Too\"", "invite dev@conf two@example.org \"\"\n");
	assert_string_equal(fixture->out->str, "Two, Too is invited\n");
	check_fails(fixture, "/invite erin@example.org", SESSION_ERROR_FAILED,
		    "erin@example.org is in dev@conf already");
	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	check(fixture, "/invite zoe@x hi", "make room bob@example.org zoe@x \"hi\"\nshow new\n");
	fixture->current = NULL;
	check_fails(fixture, "/invite bob", SESSION_ERROR_USAGE, "");
}

static void test_kick_and_ban(void **state)
{
	struct fixture *fixture = *state;

	enter(fixture);
	check(fixture, "/kick dave", "kick dev@conf dev@conf/Dave \"\"\n");
	check(fixture, "/ban ERIN spam and more", "ban dev@conf dev@conf/erin \"spam and more\"\n");
	check(fixture, "/kick dev@conf/Dave", "kick dev@conf dev@conf/Dave \"\"\n");
	check_fails(fixture, "/kick zoe", SESSION_ERROR_NOT_FOUND,
		    "nobody in dev@conf is called \"zoe\"");
	fail_next(fixture, SESSION_ERROR_REFUSED, "cannot kick dave: not allowed");
	assert_int_equal(run(fixture, "/kick dave"), SESSION_ERROR_REFUSED);
}

static void test_configuration(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = enter(fixture);
	struct room_config *config = room_config_new();

	check_fails(fixture, "/room", SESSION_ERROR_FAILED, "tells nothing of how it is set up");
	room_config_set(config, ROOM_OPTION_LIMIT, "50");
	room_config_set(config, ROOM_OPTION_TITLE, "Dev\033");
	config->can_update = config->can_change[ROOM_OPTION_LIMIT] = true;
	config->can_change[ROOM_OPTION_PASSWORD] = true;
	chat_set_config(chat, config);
	check(fixture, "/room", "view 6\n");
	check(fixture, "/room limit 7", "configure dev@conf limit=7\n");
	check(fixture, "/room moderated on", "configure dev@conf moderated=true\n");
	check_fails(fixture, "/room limit x", SESSION_ERROR_USAGE, "a number is expected");
	check_fails(fixture, "/room colour red", SESSION_ERROR_USAGE, "rooms have no setting");
	fixture->front.unattended = true;
	run(fixture, "/room");
	assert_string_equal(fixture->out->str,
			    "title                Dev^[  (cannot be changed here)\n"
			    "limit                50\n"
			    "password             (not shown)\n");
}

static void test_bookmarks(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/bookmark add", SESSION_ERROR_USAGE, "which room?");
	enter(fixture);
	check(fixture, "/bookmark add", "bookmark work dev@conf add\n");
	check(fixture, "/bookmark add irc:#kept", "bookmark irc #kept add\n");
	check(fixture, "/bookmark remove kept@conf", "bookmark work kept@conf remove\n");
	check_fails(fixture, "/bookmark remove", SESSION_ERROR_NOT_FOUND,
		    "dev@conf is not joined at each connect");
}

static void test_who_is_who(void **state)
{
	struct fixture *fixture = *state;

	enter(fixture);
	run(fixture, "/names erin");
	assert_string_equal(fixture->out->str, "erin is erin@example.org\n");
	run(fixture, "/names dave");
	assert_string_equal(fixture->out->str, "Dave is dev@conf/Dave: the room does not tell who "
					       "that is\n");
	check(fixture, "/query erin", "show erin@example.org\n");
	check(fixture, "/msg -a work zoe@x hello", "send work zoe@x 0 hello\n");
}

/* A room that is on the screen is the one that is meant, where no chat tells the account. */
static void test_join_again(void **state)
{
	struct fixture *fixture = *state;

	add_room(fixture->work, "#dev");
	check(fixture, "/join #dev", "join work #dev\nshow #dev\n");
	check(fixture, "/join #other", "join irc #other\nshow #other\n");
	fixture->current = add_room(fixture->irc, "#x");
	check(fixture, "/join #dev", "join irc #dev\nshow #dev\n");
	/* Now there are two. */
	fixture->current = NULL;
	check(fixture, "/join #dev", "join irc #dev\nshow #dev\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rooms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_invite, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kick_and_ban, setup, teardown),
		cmocka_unit_test_setup_teardown(test_configuration, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bookmarks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_is_who, setup, teardown),
		cmocka_unit_test_setup_teardown(test_join_again, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd_rooms", tests, NULL, NULL);
}
