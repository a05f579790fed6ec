/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rooms in the whole program: what real servers do not have or do not do on request. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/tpclient.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME   "me@fixture"
#define ROOM "dev@fixture"

static struct screen *start(struct pheme_world *w, const char *more)
{
	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", ME, more);
	return pheme_start_until(w, NULL, "connected as");
}

/* --- the list of a server's rooms --- */

static void test_list(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_room_list(w->fixture, ME, 250);
	s = start(w, "");
	screen_line(s, "/rooms");
	screen_wait_text(s, "250 rooms, by size");
	screen_wait_text(s, "249     room249@fixture");
	screen_type(s, "room 33");
	screen_wait_text(s, "1 of 250 rooms");
	screen_wait_text(s, " 33 k   room33@fixture");
	screen_key(s, "Enter");
	screen_wait_row(s, 0, "room33@fixture (1)");
	/* What is open only for the list is closed with it. */
	screen_line(s, "/rooms");
	screen_wait_text(s, "250 rooms, by size");
	screen_wait_row(s, 23, "Esc: ");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[");
	pheme_quit(w, s);
}

/* The list of a manager that never ends is bounded, and can be stopped. */
static void test_endless_list(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start(w, "");

	screen_line(s, "/rooms");
	screen_wait_text(s, "00 rooms, listing...");
	screen_key(s, "Esc");
	screen_wait_text(s, "00 rooms, stopped");
	fixture_wait_calls(w->fixture, "StopListing", 1);
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[status]");
	/* Once more, and left alone: there is an end to what is kept. */
	screen_line(s, "/rooms");
	screen_wait_text(s, "50000 rooms: there are more");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[status]");
	pheme_quit(w, s);
}

static void test_list_without_screen(void **state)
{
	struct pheme_world *w = *state;
	const char *const args[] = {"--run", "/rooms", NULL};
	const struct pheme_options options = {.args = args};
	g_autofree char *out = NULL, *err = NULL;

	pheme_use_fixture(w);
	fixture_set_room_list(w->fixture, ME, 25);
	pheme_add_fixture(w, NULL, "work", ME, "");
	assert_int_equal(pheme_run(w, &options, &out, &err), 0);
	assert_true(g_str_has_prefix(out, "   24     room24@fixture  subject of room 24\n"));
	assert_int_equal(pheme_count(out, "\n"), 25);
}

static void test_no_list(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start(w, "");

	fixture_fail(w->fixture, "EnsureChannel", TP "Error.NotImplemented");
	screen_line(s, "/rooms");
	screen_wait_text(s, "the connection manager fixture");
	screen_wait_text(s, "list of them");
	screen_wait_row(s, 23, "Esc: ");
	screen_key(s, "Esc");
	screen_wait_row(s, 23, "[");
	pheme_quit(w, s);
}

/* That it wants a password is told twice: by a signal, and later to who has asked. One answer does. */
static void test_password(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_rooms(w->fixture, ME, "{'password': <'sesame'>}");
	s = start(w, "");
	screen_line(s, "/join " ROOM);
	screen_wait_row(s, 23, "Password for room " ROOM ":");
	screen_line(s, "sesame");
	screen_wait_row(s, 0, ROOM " (1)");
	screen_wait_row(s, 23, "[dev]");
	pheme_quit(w, s);
}

/* --- what one does to others --- */

static struct screen *join(struct pheme_world *w, const char *facts)
{
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_rooms(w->fixture, ME, facts);
	fixture_set_contact(w->fixture, ME, "bob@fixture", "Bob", NULL, 4, 4, "");
	fixture_set_contact(w->fixture, ME, "carol@fixture", "Carol, the second", NULL, 4, 4, "");
	fixture_room_member(w->fixture, ME, ROOM, "dave", true, NULL, "");
	fixture_room_member(w->fixture, ME, ROOM, "erin=erin@example.org", true, NULL, "");
	s = start(w, "");
	screen_line(s, "/join " ROOM);
	screen_wait_row(s, 0, ROOM " (3)");
	return s;
}

static void check_call(struct pheme_world *w, const char *method, const char *text)
{
	g_autofree char *call = fixture_last_call(w->fixture, method);

	if (!strstr(call, text))
		assert_string_equal(call, text);
}

static void test_invite(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{}");

	screen_line(s, "/invite bob@fixture,zoe@fixture the release is out");
	fixture_wait_calls(w->fixture, "AddMembers", 2);
	check_call(w, "AddMembers", "'the release is out'");
	screen_line(s, "/invite \"Carol, the second\"");
	fixture_wait_calls(w->fixture, "AddMembers", 3);
	fixture_fail(w->fixture, "GetContactByID", TP "Error.InvalidHandle");
	screen_line(s, "/invite nobody@nowhere");
	screen_wait_text(s, "cannot invite nobody@nowhere: ");
	pheme_quit(w, s);
}

static void test_kick_and_ban(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{}");

	screen_line(s, "/kick dave enough of that");
	screen_wait_text(s, "dave was kicked by you: enough of that");
	screen_wait_row(s, 0, ROOM " (2)");
	screen_line(s, "/ban ERIN spam");
	screen_wait_text(s, "erin was banned by you: spam");
	screen_wait_row(s, 0, ROOM " (1)");
	check_call(w, "RemoveMembersWithReason", "'spam', 5");
	screen_line(s, "/kick dave");
	screen_wait_text(s, "nobody in dev@fixture is called \"dave\"");
	pheme_quit(w, s);
}

/* A manager may take a ban for a kick; one without power is told. */
static void test_what_cannot_be_done(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{'no-ban': <true>}");

	screen_line(s, "/ban dave");
	screen_wait_text(s, "dave can come back");
	fixture_fail(w->fixture, "RemoveMembersWithReason", TP "Error.PermissionDenied");
	screen_line(s, "/kick erin");
	screen_wait_text(s, "cannot kick erin: not allowed");
	fixture_set_rooms(w->fixture, ME, "{'no-power': <true>}");
	screen_line(s, "/join ops@fixture");
	screen_wait_row(s, 0, "ops@fixture (1)");
	screen_line(s, "/topic mine");
	screen_wait_text(s, "you may not change it");
	pheme_quit(w, s);
}

static void test_who_is_who(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{'subject': <'release today'>}");

	screen_wait_text(s, "you joined dev@fixture with dave, erin;");
	screen_wait_text(s, "topic, by carol@fixture on 2026-11-22");
	screen_line(s, "/names erin");
	screen_wait_text(s, "erin is erin@example.org");
	screen_line(s, "/topic");
	screen_wait_text(s, "release today");
	/* A chat with a member is with whom that is. */
	screen_line(s, "/query erin psst");
	screen_wait_row(s, 0, "erin@example.org");
	screen_wait_text(s, "psst");
	fixture_wait_sent(w->fixture, ME, 1);
	pheme_quit(w, s);
}

static void test_room_of_a_chat(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, "bob@fixture", "Bob", NULL, 4, 4, "");
	s = start(w, "");
	fixture_receive(w->fixture, ME, "bob@fixture", false, "bob@fixture", "hello", NULL);
	screen_wait_text(s, "Act: 1:Bob(1)");
	screen_key(s, "M-1");
	screen_wait_text(s, "hello");
	screen_line(s, "/invite carol@fixture");
	screen_wait_text(s, "cannot make a room of this chat");
	fixture_set_rooms(w->fixture, ME, "{'conferences': <true>}");
	screen_line(s, "/invite carol@fixture let us three talk");
	screen_wait_row(s, 0, "conference@fixture (2)");
	check_call(w, "CreateChannel", "carol@fixture");
	check_call(w, "CreateChannel", "let us three talk");
	pheme_quit(w, s);
}

/* --- how a room is set up --- */

static void test_configuration(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{'moderated': <true>}");

	screen_wait_row(s, 0, "[moderated]");
	screen_wait_text(s, "this room is moderated");
	screen_line(s, "/room moderated no");
	screen_wait_row(s, 0, "dev@fixture (3)  ");
	check_call(w, "UpdateConfiguration", "{'Moderated': <false>}");
	screen_line(s, "/room");
	screen_wait_text(s, "[ save ]");
	screen_wait_text(s, "Developers");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "title: Developers");
	screen_key(s, "C-u");
	screen_type(s, "All of us");
	screen_key(s, "Enter");
	screen_wait_text(s, "* title");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_key(s, "Enter");
	screen_wait_text(s, "the room was changed");
	screen_line(s, "/room title");
	screen_wait_text(s, "title                All of us");
	screen_line(s, "/room anonymous yes");
	screen_wait_text(s, "cannot change the room: anonymous is not");
	screen_line(s, "/room limit many");
	screen_wait_text(s, "limit: a number is expected");
	pheme_quit(w, s);
}

/* --- who comes and goes --- */

static void test_traffic(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{}");

	fixture_room_member(w->fixture, ME, ROOM, "frank", true, NULL, "");
	fixture_room_member(w->fixture, ME, ROOM, "gina", true, NULL, "");
	fixture_room_member(w->fixture, ME, ROOM, "dave", false, NULL, "bye");
	screen_wait_text(s, "frank, gina joined; dave left: bye");
	fixture_receive(w->fixture, ME, ROOM, true, "gina", "hello", NULL);
	screen_wait_text(s, "hello");
	fixture_room_member(w->fixture, ME, ROOM, "gina", false, NULL, "");
	screen_wait_text(s, " -        gina left");
	assert_true(screen_find(s, "frank, gina joined; dave left: bye", NULL, NULL));
	pheme_quit(w, s);
}

/* Half of 5,000 leave at once, one signal each: one line, and soon. */
static void test_netsplit(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;
	gint64 start_us;

	pheme_use_fixture(w);
	fixture_fill_room(w->fixture, ME, ROOM, 5000);
	s = start(w, "");
	screen_line(s, "/join " ROOM);
	screen_wait_row(s, 0, ROOM " (5001)");
	screen_type(s, "half a sentence");
	start_us = g_get_monotonic_time();
	fixture_split_room(w->fixture, ME, ROOM, 2500, "irc1.example irc2.example");
	screen_wait_row(s, 0, ROOM " (2501)");
	screen_wait_text(s, "2496 more left: irc1.example irc2.example");
	print_message("netsplit: %d ms\n", (int)((g_get_monotonic_time() - start_us) / 1000));
	/* What was being typed is there. */
	screen_wait_row(s, 23, "half a sentence");
	assert_int_equal(pheme_count_rows(s, "left: "), 1);
	screen_key(s, "C-u");
	pheme_quit(w, s);
}

static void test_thrown_out_while_typing(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{}");

	screen_type(s, "what I wanted to say");
	screen_wait_row(s, 23, "what I wanted to say");
	fixture_room_member(w->fixture, ME, ROOM, ME, false, "dave", "enough");
	screen_wait_row(s, 0, "[left]");
	screen_wait_text(s, "you were kicked by dave: enough");
	screen_wait_row(s, 23, "what I wanted to say");
	screen_key(s, "C-u");
	screen_line(s, "/join");
	screen_wait_row(s, 0, ROOM " (3)");
	pheme_quit(w, s);
}

/* --- what is said there --- */

static void replay(struct pheme_world *w, const char *text, const char *token)
{
	GVariantBuilder headers;

	g_variant_builder_init(&headers, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&headers, "{sv}", "message-token", g_variant_new_string(token));
	g_variant_builder_add(&headers, "{sv}", "scrollback", g_variant_new_boolean(true));
	fixture_receive(w->fixture, ME, ROOM, true, "dave", text, g_variant_builder_end(&headers));
}

/* What a room replays is marked, and shown once however often it is replayed. */
static void test_replay(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = join(w, "{}");

	replay(w, "yesterday's news", "t1");
	replay(w, "and older", "t2");
	fixture_receive(w->fixture, ME, ROOM, true, "dave", "fresh", NULL);
	screen_wait_text(s, "-- said before you came ---");
	screen_wait_text(s, "-- said since ---");
	screen_wait_text(s, "fresh");
	screen_line(s, "/part");
	screen_wait_row(s, 0, "[left]");
	screen_line(s, "/join");
	screen_wait_row(s, 0, ROOM " (3)");
	replay(w, "yesterday's news", "t1");
	replay(w, "and older", "t2");
	fixture_receive(w->fixture, ME, ROOM, true, "dave", "the latest", NULL);
	screen_wait_text(s, "the latest");
	assert_int_equal(pheme_count_rows(s, "yesterday's news"), 1);
	assert_int_equal(pheme_count_rows(s, "-- said before you came"), 1);
	pheme_quit(w, s);
}

/* --- what is strange --- */

static void test_strange_names(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start(w, "");
	g_autofree char *long_name = g_strnfill(1000, 'n');
	g_autofree char *line = g_strdup_printf("/join %s", long_name);

	screen_line(s, "/join \"a room %s%n\"");
	screen_wait_row(s, 0, "a room %s%n (1)");
	fixture_invite(w->fixture, ME, "bell\a\033[2Jroom", "dave", "%d come");
	screen_wait_text(s, "Requests");
	screen_line(s, "/accept");
	screen_wait_row(s, 0, "bell^G^[[2Jroom (1)");
	screen_line(s, line);
	screen_wait_row(s, 0, "nnnnnnnnnnnnnnnn");
	fixture_receive(w->fixture, ME, long_name, true, "dave", "heard", NULL);
	screen_wait_text(s, "heard");
	pheme_quit(w, s);
}

static void test_500_invitations(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start(w, "");

	screen_type(s, "what I was typing");
	for (int i = 0; i < 500; i++) {
		g_autofree char *room = g_strdup_printf("room%d@fixture", i);

		fixture_invite(w->fixture, ME, room, "mallory@fixture", "come in");
	}
	screen_wait_text(s, "Requests       500|");
	screen_wait_row(s, 23, "what I was typing");
	/* A few lines tell of them. */
	assert_true(pheme_count_rows(s, "invites you") < 12);
	screen_key(s, "C-u");
	screen_line(s, "/accept 7");
	screen_wait_row(s, 0, "room6@fixture (1)");
	screen_wait_text(s, "Requests       499|");
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list),
		TEST(endless_list),
		TEST(list_without_screen),
		TEST(no_list),
		TEST(invite),
		TEST(kick_and_ban),
		TEST(what_cannot_be_done),
		TEST(who_is_who),
		TEST(room_of_a_chat),
		TEST(configuration),
		TEST(traffic),
		TEST(password),
		TEST(replay),
		TEST(strange_names),
		TEST(500_invitations),
		TEST(netsplit),
		TEST(thrown_out_while_typing),
	};

	return cmocka_run_group_tests_name("rooms", tests, NULL, NULL);
}
