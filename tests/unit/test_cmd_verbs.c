/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What commands for chats and rooms ask of the session and the front end. */

#include "cmd_test.h"

/* --- talking ------------------------------------------------------------------------------ */

static void test_msg(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	add_contact(fixture->work, "dave@example.org", "Dave Miller");
	check(fixture, "/msg bob hi there", "send work bob@example.org 0 hi there\n");
	assert_string_equal(fixture->out->str, "to Bob <bob@example.org>\n");
	assert_null(fixture->current);
	check(fixture, "/msg \"dave miller\" x", "send work dave@example.org 0 x\n");
	check(fixture, "/m work:bob@example.org x", "send work bob@example.org 0 x\n");
	check(fixture, "/msg -a irc somebody x", "send irc somebody 0 x\n");
	check(fixture, "/msg irc:else x", "send irc else 0 x\n");
	check(fixture, "/query irc:SomeBody", "show somebody\n");
	fixture->current = NULL;
	check_fails(fixture, "/msg stranger x", 2, "which account?");
	check(fixture, "/msg -a work stranger@example.org x",
	      "send work stranger@example.org 0 x\n");
}

/* An id with an @ can only be where such ids are. */
static void test_the_account_of_an_id(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/msg stranger@example.org x", "send work stranger@example.org 0 x\n");
	check(fixture, "/add stranger@example.org hi",
	      "roster_add work stranger@example.org \"hi\"\n");
	check_fails(fixture, "/msg -a irc stranger@example.org x", 3, "no contact is called");
	fixture->current = add_room(fixture->irc, "#dev");
	check(fixture, "/query stranger@example.org", "show stranger@example.org\n");
	assert_ptr_equal(fixture->current->account, fixture->work);
}

/* "bbo" would be a valid domain on XMPP. */
static void test_msg_to_a_mistyped_name(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check_fails(fixture, "/msg -a work bbo hi", 3, "no contact is called \"bbo\"");
	check_fails(fixture, "/msg -a irc \"b b\" hi", 3, "no contact is called \"b b\"");
}

static void test_msg_to_an_alias_of_two(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	add_contact(fixture->work, "bob@evil.example", "Bob");
	check_fails(fixture, "/msg Bob hi", 3, "several contacts");
	check_fails(fixture, "/msg -a work Bob hi", 3, "several contacts");
}

static void test_msg_to_rooms_and_members(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	check(fixture, "/msg #dev hi", "send irc #dev 0 hi\n");
	chat_add_member(room, "carol", "Carol", NULL, false);
	check_fails(fixture, "/msg nick hi", 2, "which account?");
	fixture->current = room;
	check(fixture, "/msg Carol hi", "send irc carol 0 hi\n");
	check(fixture, "/msg nick hi", "send irc nick 0 hi\n");
	add_room(fixture->work, "#dev");
	check(fixture, "/msg #dev hi", "send irc #dev 0 hi\n");
	fixture->current = NULL;
	check_fails(fixture, "/msg #dev hi", 3, "a room of work and of irc");
	check(fixture, "/msg work:#dev hi", "send work #dev 0 hi\n");
}

static void test_query(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/query bob", "show bob@example.org\n");
	check(fixture, "/q bob hello", "show bob@example.org\nsend work bob@example.org 0 hello\n");
	check(fixture, "/me waves at  all", "send work bob@example.org 1 waves at  all\n");
	check(fixture, "/say /usr", "send work bob@example.org 0 /usr\n");
}

/* In the status window, with two accounts, the one is used that has somebody of that name. */
static void test_query_finds_the_account(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/query bob", 2, "which account?");
	add_contact(fixture->work, "bob@example.org", "Robert");
	/* What is said goes to nobody by a guess. */
	check_fails(fixture, "/query bob hello", 3, "no contact is called \"bob\"");
	check(fixture, "/query bob", "show bob@example.org\n");
	fixture->current = NULL;
	add_contact(fixture->irc, "bob@irc.example.org", NULL);
	check_fails(fixture, "/query bob", 2, "which account?");
}

static void test_chat(void **state)
{
	struct fixture *fixture = *state;
	struct chat *bob, *room;

	add_contact(fixture->work, "bob@example.org", "Bob");
	bob = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	room = add_room(fixture->work, "dev@conference.example.org");
	check(fixture, "/chat 1", "show bob@example.org\n");
	check(fixture, "/chat dev", "show dev@conference.example.org\n");
	check(fixture, "/chat BOB", "show bob@example.org\n");
	check(fixture, "/chat next", "show dev@conference.example.org\n");
	check(fixture, "/chat prev", "show bob@example.org\n");
	check(fixture, "/chat status", "show status\n");
	check(fixture, "/chat 0", "show status\n");
	check_fails(fixture, "/chat 9", 3, "no open chat");
	check_fails(fixture, "/chat nobody", 3, "no open chat");
	check_prints(fixture, "/chat unread", "nothing is unread");
	chat_set_unread(room, 3, 0);
	check(fixture, "/chat unread", "show dev@conference.example.org\n");
	check_prints(fixture, "/chat", "1 Bob <bob@example.org>  work");
	assert_non_null(strstr(fixture->out->str, "# dev@conference.example.org  work  3 unread"));
	check(fixture, "/chat 0", "show status\n");
	assert_ptr_equal(fixture->current, fixture->model->status);
	assert_true(bob->open);
}

static void test_unread_prefers_mentions(void **state)
{
	struct fixture *fixture = *state;

	chat_set_unread(add_room(fixture->irc, "#a"), 50, 0);
	chat_set_unread(add_room(fixture->irc, "#b"), 1, 1);
	check(fixture, "/chat unread", "show #b\n");
}

static void test_close_and_clear(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	check(fixture, "/clear #dev", "clear #dev\n");
	check_fails(fixture, "/close", 2, "no chat here");
	check_fails(fixture, "/close 0", 2, "stays open");
	fixture->current = room;
	check(fixture, "/clear", "clear #dev\n");
	fixture->current = NULL;
	check(fixture, "/close #dev", "close #dev\n");
}

static void test_log(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/log bob", "place - bob\nsearch <> work 0 bob@example.org 50\n");
	/* Read from the newest, printed from the oldest. */
	assert_non_null(strstr(fixture->out->str, " Bob: hello\n2026-"));
	assert_non_null(strstr(fixture->out->str, " me: 100%s %n\n"));
	check(fixture, "/log bob 7", "place - bob\nsearch <> work 0 bob@example.org 7\n");
	check(fixture, "/log -a irc #old 7", "place irc #old\nsearch <> irc 1 #old 7\n");
	check_fails(fixture, "/log", 2, "whose log?");
	check_fails(fixture, "/log 5", 2, "whose log?");
	check_fails(fixture, "/log bob x", 2, "no number of lines");
	check_fails(fixture, "/log bob 0", 2, "no number of lines");
	check_fails(fixture, "/log bob 99999999999999999999", 2, "no number of lines");
	fixture->current = add_room(fixture->irc, "#dev");
	check(fixture, "/log 5", "search <> irc 1 #dev 5\n");
}

static void test_search(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *shown = g_strdup_printf("view %d\n", VIEW_SEARCH);

	fixture->front.unattended = true;
	check(fixture, "/search \"a b\" from:me", "search <\"a b\" from:me> - -1 - 50\n");
	assert_non_null(strstr(fixture->out->str, " [work bob@example.org] me: 100%s %n\n"));
	check_fails(fixture, "/search \"", 2, "no word in");
	check_fails(fixture, "/search *", 2, "no word in");
	check_fails(fixture, "/search after:x", 2, "no time");
	check_fails(fixture, "/find hello", 2, "no conversation");
	fixture->current = add_room(fixture->irc, "#dev");
	check(fixture, "/find hello", "search <hello> irc 1 #dev 50\n");
	check_fails(fixture, "/find", 2, "what?");
	fixture->front.unattended = false;
	check(fixture, "/search hello", shown);
}

/* --- rooms -------------------------------------------------------------------------------- */

static void test_join(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/join", 2, "which room?");
	check(fixture, "/join -a irc dev key", "join irc #dev key\nshow #dev\n");
	check(fixture, "/join", "join irc #dev\nshow #dev\n");
	check(fixture, "/j &local", "join irc &local\nshow &local\n");
	fixture->current = NULL;
	fail_next(fixture, SESSION_ERROR_REFUSED, "banned");
	assert_int_equal(run(fixture, "/join -a irc #x"), 5);
	assert_null(fixture->current);
}

/* The room tells the network when the chat is one of the other. */
static void test_join_elsewhere(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = add_room(fixture->work, "dev@conference.example.org");
	check(fixture, "/join #dev", "join irc #dev\nshow #dev\n");
	check(fixture, "/join ops@conference.example.org",
	      "join work ops@conference.example.org\nshow ops@conference.example.org\n");
	check(fixture, "/join -a work #odd", "join work #odd\nshow #odd\n");
	account_set_state(fixture->irc, ACCOUNT_OFFLINE, "");
	check(fixture, "/join #x", "join work #x\nshow #x\n");
}

/* A room that could not be entered is left behind only if there is something in it. */
static void test_join_in_vain(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = chat_open(fixture->irc, CHAT_ROOM, "#dev");

	fixture->current = NULL;
	fail_next(fixture, SESSION_ERROR_REFUSED, "banned");
	assert_int_equal(run(fixture, "/join -a irc #dev"), 5);
	assert_true(room->open);
}

static void test_part(void **state)
{
	struct fixture *fixture = *state;

	add_room(fixture->irc, "#dev");
	check_fails(fixture, "/part", 2, "this is no room");
	check_fails(fixture, "/part #nowhere", 2, "this is no room");
	check(fixture, "/part #dev so  long", "part #dev \"so  long\"\n");
	fixture->current = add_room(fixture->irc, "#ops");
	check(fixture, "/leave good bye", "part #ops \"good bye\"\n");
	check(fixture, "/part", "part #ops \"\"\n");
	check(fixture, "/part #dev", "part #dev \"\"\n");
}

static void test_topic(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = add_room(fixture->irc, "#dev");
	check_prints(fixture, "/topic", "#dev has no topic");
	check(fixture, "/topic a \"b\"", "topic #dev \"a \"b\"\"\n");
	check(fixture, "/topic -delete", "topic #dev \"\"\n");
	chat_set_topic(fixture->current, "100%s", "carol", 0);
	check_prints(fixture, "/topic", "topic of #dev, by carol: 100%s");
}

static void test_nick(void **state)
{
	struct fixture *fixture = *state;

	account_set_self(fixture->irc, "alice", "Alice");
	check_prints(fixture, "/nick -a irc", "on irc you are Alice");
	check(fixture, "/nick -a irc al ice", "nick irc al ice\n");
	check_fails(fixture, "/nick x", 2, "which account?");
	account_set_state(fixture->irc, ACCOUNT_WAITING, "server unreachable");
	check_fails(fixture, "/nick -a irc al", 4, "irc is waiting (server unreachable)");
}

static void test_names(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	fixture->current = room;
	chat_add_member(room, "me", "me", NULL, true);
	chat_add_member(room, "carol", "Carol \x1b[31m", NULL, false);
	chat_add_member(room, "dave", "漢字", NULL, false);
	contact_set_presence(add_contact(fixture->irc, "dave", NULL), PRESENCE_AWAY, "away", "");
	check_prints(fixture, "/names", "#dev: 3 members\n");
	assert_non_null(strstr(fixture->out->str, "a 漢字"));
	assert_non_null(strstr(fixture->out->str, "* me"));
	assert_null(strchr(fixture->out->str, '\x1b'));
}

static void test_names_of_many(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	fixture->current = room;
	for (unsigned i = 0; i < 1500; i++) {
		g_autofree char *nick = g_strdup_printf("nick%04u", i);

		chat_add_member(room, nick, nick, NULL, false);
	}
	check_prints(fixture, "/names", "and 500 more");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/msg_sends_and_stays", test_msg),
		TEST("/cmd/the_account_of_an_id_is_found", test_the_account_of_an_id),
		TEST("/cmd/msg_to_a_mistyped_name_is_refused", test_msg_to_a_mistyped_name),
		TEST("/cmd/msg_to_an_alias_of_two_is_refused", test_msg_to_an_alias_of_two),
		TEST("/cmd/msg_finds_rooms_and_members", test_msg_to_rooms_and_members),
		TEST("/cmd/query_opens_and_shows", test_query),
		TEST("/cmd/query_finds_the_account", test_query_finds_the_account),
		TEST("/cmd/chat_switches", test_chat),
		TEST("/cmd/chat_unread_prefers_mentions", test_unread_prefers_mentions),
		TEST("/cmd/close_and_clear", test_close_and_clear),
		TEST("/cmd/log_reads_history", test_log),
		TEST("/cmd/search", test_search),
		TEST("/cmd/join_enters_and_shows", test_join),
		TEST("/cmd/join_finds_the_network", test_join_elsewhere),
		TEST("/cmd/join_in_vain_leaves_what_was", test_join_in_vain),
		TEST("/cmd/part_takes_room_or_reason", test_part),
		TEST("/cmd/topic_prints_and_sets", test_topic),
		TEST("/cmd/nick_prints_and_sets", test_nick),
		TEST("/cmd/names_prints_columns", test_names),
		TEST("/cmd/names_of_many_are_bounded", test_names_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
