/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model_test.h"

#include <time.h>

static struct chat *open_room(struct fixture *fixture)
{
	struct chat *room = chat_open(fixture->account, CHAT_ROOM, "dev@conf");

	forget(fixture);
	return room;
}

static void assert_members(struct chat *room, const char *expected)
{
	g_autoptr(GString) seen = g_string_new(NULL);
	GSequenceIter *at = g_sequence_get_begin_iter(room->members_sorted);

	for (; !g_sequence_iter_is_end(at); at = g_sequence_iter_next(at))
		g_string_append_printf(seen, "%s ", ((struct member *)g_sequence_get(at))->name);
	assert_string_equal(seen->str, expected);
	assert_int_equal(g_hash_table_size(room->members),
			 g_sequence_get_length(room->members_sorted));
}

static void test_members(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	struct member *zoe = chat_add_member(room, "dev@conf/zoe", NULL, NULL, false);

	chat_add_member(room, "dev@conf/Bob", NULL, "bob@x", false);
	chat_add_member(room, "3", "carol", NULL, false);
	chat_add_member(room, "plain", NULL, NULL, false);
	assert_events(fixture, "PPPP");
	assert_members(room, "Bob carol plain zoe ");
	assert_ptr_equal(chat_find_member(room, "dev@conf/zoe"), zoe);
	chat_remove_member(room, "3");
	chat_remove_member(room, "3");
	assert_events(fixture, "p");
	assert_members(room, "Bob plain zoe ");
	chat_clear_members(room);
	chat_clear_members(room);
	assert_events(fixture, "Z");
	assert_members(room, "");
}

static void test_rename(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);

	chat_add_member(room, "1", "bob", NULL, false);
	chat_add_member(room, "2", "carol", NULL, false);
	forget(fixture);
	chat_add_member(room, "1", "dave\033", NULL, false);
	assert_events(fixture, "Q");
	assert_members(room, "carol dave^[ ");
	chat_add_member(room, "1", "dave\033", NULL, false);
	chat_add_member(room, "1", NULL, NULL, false);
	assert_events(fixture, "");
	chat_add_member(room, "1", NULL, "dave@x", false);
	assert_events(fixture, "Q");
	assert_string_equal(chat_find_member(room, "1")->owner, "dave@x");
}

static void test_self(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);

	chat_add_member(room, "1", "me", NULL, true);
	assert_string_equal(room->self_member, "1");
	chat_add_member(room, "2", "me2", NULL, true);
	assert_string_equal(room->self_member, "2");
	assert_false(chat_find_member(room, "1")->is_self);
	chat_remove_member(room, "1");
	assert_string_equal(room->self_member, "2");
	chat_remove_member(room, "2");
	assert_null(room->self_member);
}

static void test_mention(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);

	account_set_self(fixture->account, "alice@x", "Alice");
	assert_true(chat_append(room, incoming("bob", "alice: hi"))->mention);
	assert_false(chat_append(room, incoming("bob", "malice"))->mention);
	chat_add_member(room, "dev@conf/al", NULL, NULL, true);
	assert_false(chat_append(room, incoming("bob", "alice: hi"))->mention);
	assert_true(chat_append(room, incoming("bob", "AL!"))->mention);
	assert_int_equal(room->unread, 4);
	assert_int_equal(room->mentions, 2);
	chat_mark_read(room);
	assert_int_equal(room->mentions, 0);
}

static void test_no_mention(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	struct chat *chat = chat_open(fixture->account, CHAT_CONTACT, "bob");
	struct message_init own = {.direction = MESSAGE_OUT, .text = "Alice speaking"};
	struct message *old = incoming("bob", "Alice?");

	/* nothing to look for before we have a name */
	assert_false(chat_append(room, incoming("bob", "Alice"))->mention);
	account_set_self(fixture->account, "alice@x", "Alice");
	assert_false(chat_append(chat, incoming("bob", "Alice"))->mention);
	assert_false(chat_append(room, message_new(&own))->mention);
	old->scrollback = true;
	assert_true(chat_append(room, old)->mention); /* shown as one, counted by nobody */
	assert_int_equal(room->mentions, 0);
	assert_int_equal(chat->mentions, 0);
}

static void test_typing(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	struct member *bob = chat_add_member(room, "bob", NULL, NULL, false);

	chat_add_member(room, "carol", NULL, NULL, false);
	forget(fixture);
	chat_set_typing(room, "bob", TYPING_COMPOSING);
	chat_set_typing(room, "bob", TYPING_COMPOSING);
	assert_events(fixture, "I");
	assert_ptr_equal(room->typing->pdata[0], bob);
	chat_set_typing(room, "nobody", TYPING_COMPOSING);
	chat_set_typing(room, NULL, TYPING_COMPOSING);
	chat_set_typing(room, "carol", TYPING_PAUSED);
	assert_events(fixture, "");
	chat_append(room, incoming("carol", "hi"));
	assert_int_equal(room->typing->len, 1);
	chat_append(room, incoming("bob", "hi"));
	assert_int_equal(room->typing->len, 0);
	chat_set_typing(room, "bob", TYPING_COMPOSING);
	chat_set_typing(room, "bob", TYPING_PAUSED);
	assert_int_equal(room->typing->len, 0);
	chat_set_typing(room, "bob", TYPING_COMPOSING);
	forget(fixture);
	chat_remove_member(room, "bob");
	assert_events(fixture, "pI");
	assert_int_equal(room->typing->len, 0);
}

static void test_facts(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);

	chat_set_room_state(room, ROOM_JOINING);
	chat_set_room_state(room, ROOM_JOINING);
	chat_set_topic(room, "the\033topic", "bob\n", 5);
	chat_set_topic(room, "the\033topic", "bob\n", 5);
	chat_set_name(room, "Dev\u202E");
	chat_set_name(room, "Dev\u202E");
	assert_events(fixture, "III");
	assert_string_equal(room->topic, "the^[topic");
	assert_string_equal(room->topic_by, "bob^J");
	assert_string_equal(room->name, "Dev[U+202E]");
	chat_set_topic(room, NULL, NULL, 0);
	assert_string_equal(room->topic, "");
}

static void test_hostile_names(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	g_autofree char *nick = g_strnfill(1000, 'n');
	g_autofree char *id = g_strconcat("dev@conf/", nick, NULL);

	assert_true(strlen(chat_add_member(room, id, NULL, NULL, false)->name) <= 512);
	assert_string_equal(chat_add_member(room, "", NULL, NULL, false)->name, "");
	assert_string_equal(chat_add_member(room, "dev/", NULL, NULL, false)->name, "dev/");
	assert_string_equal(chat_add_member(room, "a/b/c", NULL, NULL, false)->name, "b/c");
}

/* A net splits: all go, and come again. */
static void test_netsplit(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	clock_t start = clock(); /* of this process: others may be busy */

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 5000; i++) {
			g_autofree char *id = g_strdup_printf("nick%u", i * 7919 % 5000);

			chat_add_member(room, id, NULL, NULL, false);
		}
		assert_int_equal(g_sequence_get_length(room->members_sorted), 5000);
		for (unsigned i = 0; i < 5000; i++) {
			g_autofree char *id = g_strdup_printf("nick%u", i);

			chat_remove_member(room, id);
		}
		assert_members(room, "");
	}
	print_message("5,000 members twice in and out: %d ms\n", (int)((clock() - start) / 1000));
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC || g_getenv("PHEME_TEST_SLOW"));
}

static void test_order_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	g_autoptr(GRand) rand = g_rand_new_with_seed(5);

	for (unsigned round = 0; round < 5000; round++) {
		g_autofree char *id = g_strdup_printf("%d", g_rand_int_range(rand, 0, 100));
		g_autofree char *name = g_strdup_printf("%c%d", g_rand_int_range(rand, 'A', 'z'),
							g_rand_int_range(rand, 0, 9));

		if (g_rand_int_range(rand, 0, 3))
			chat_add_member(room, id, name, NULL, false);
		else
			chat_remove_member(room, id);
	}
	for (GSequenceIter *at = g_sequence_get_begin_iter(room->members_sorted), *next;
	     !g_sequence_iter_is_end(at) &&
	     !g_sequence_iter_is_end(next = g_sequence_iter_next(at));
	     at = next) {
		struct member *a = g_sequence_get(at), *b = g_sequence_get(next);

		assert_true(strcmp(a->key, b->key) <= 0);
		assert_ptr_equal(a->place, at);
	}
}

/* --- who comes and goes ------------------------------------------------------------------- */

static void assert_last(struct chat *room, const char *expected)
{
	assert_true(room->count > 0);
	assert_string_equal(chat_message(room, room->count - 1)->text, expected);
}

static void test_traffic(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);

	chat_note_traffic(room, "ann", true, NULL);
	assert_last(room, "ann joined");
	chat_note_traffic(room, "bob", true, NULL);
	chat_note_traffic(room, "carol", false, "bye\033");
	assert_last(room, "ann, bob joined; carol left: bye^[");
	/* Several reasons are none. */
	chat_note_traffic(room, "dave", false, "");
	assert_last(room, "ann, bob joined; carol, dave left");
	/* One who is back has not left. */
	chat_note_traffic(room, "carol", true, NULL);
	assert_last(room, "ann, bob joined; carol left and came back; dave left");
	chat_note_traffic(room, "bob", false, "");
	assert_last(room, "ann joined; bob joined and left; carol left and came back; dave left");
	chat_note_traffic(room, "carol", false, "");
	chat_note_traffic(room, "bob", true, NULL);
	assert_last(room, "ann, bob joined; dave, carol left");
	assert_int_equal(room->count, 1);
	chat_append(room, incoming("dev@conf/ann", "hello"));
	chat_note_traffic(room, "ann", false, NULL);
	assert_int_equal(room->count, 3);
	assert_last(room, "ann left");
	chat_clear(room);
	chat_note_traffic(room, "ann", true, NULL);
	assert_last(room, "ann joined");
	chat_note_traffic(room, "ann", false, "ping timeout");
	assert_last(room, "ann joined and left: ping timeout");
	/* The reason is of those who left, and she is there. */
	chat_note_traffic(room, "ann", true, NULL);
	assert_last(room, "ann joined");
}

static void test_split(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);

	for (int i = 0; i < 2500; i++) {
		g_autofree char *name = g_strdup_printf("user%d", i);

		chat_note_traffic(room, name, false, "a.net b.net");
	}
	assert_int_equal(room->count, 1);
	assert_last(room, "user0, user1, user2, user3 and 2496 more left: a.net b.net");
	/* Away from the end it grows aside. */
	room->at_end = false;
	chat_append(room, incoming("dev@conf/ann", "hello"));
	chat_note_traffic(room, "late", true, NULL);
	chat_note_traffic(room, "later", true, NULL);
	assert_int_equal(room->aside->len, 2);
}

static void test_describe_topic(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	g_autofree char *none = chat_describe_topic(room), *plain = NULL, *whole = NULL;

	assert_string_equal(none, "dev@conf has no topic");
	chat_set_topic(room, "release", "", 0);
	plain = chat_describe_topic(room);
	assert_string_equal(plain, "topic of dev@conf: release");
	chat_set_topic(room, "release", "bob", 1795356060);
	whole = chat_describe_topic(room);
	assert_non_null(strstr(whole, "topic of dev@conf, by bob on 2026-11-2"));
	assert_true(g_str_has_suffix(whole, ": release"));
}

static void assert_joined(const struct chat *room, const char *expected)
{
	g_autofree char *text = chat_describe_joined(room);

	assert_string_equal(text, expected);
}

static void test_describe_joined(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = open_room(fixture);
	static const char *const others[] = {"bob", "carol", "dave", "erin", "frank"};

	chat_clear_members(room);
	/* Of a room without a list of members nothing is known. */
	assert_joined(room, "you joined dev@conf");
	chat_add_member(room, "dev@conf/me", NULL, NULL, true);
	assert_joined(room, "you joined dev@conf; nobody else is here");
	chat_add_member(room, "dev@conf/ann", NULL, NULL, false);
	chat_set_topic(room, "release", "", 0);
	assert_joined(room, "you joined dev@conf with ann; topic: release");
	for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *id = g_strconcat("dev@conf/", others[i], NULL);

		chat_add_member(room, id, NULL, NULL, false);
	}
	assert_joined(room,
		      "you joined dev@conf with ann, bob, carol, dave and 2 more; topic: release");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/room/members come and go", test_members),
		TEST("/room/member is renamed", test_rename),
		TEST("/room/one of them is us", test_self),
		TEST("/room/mention of our nick", test_mention),
		TEST("/room/what is no mention", test_no_mention),
		TEST("/room/who is typing", test_typing),
		TEST("/room/topic, name and state", test_facts),
		TEST("/room/traffic", test_traffic),
		TEST("/room/split", test_split),
		TEST("/room/describe topic", test_describe_topic),
		TEST("/room/describe joined", test_describe_joined),
		TEST("/room/hostile names", test_hostile_names),
		TEST("/room/netsplit is quick", test_netsplit),
		TEST("/room/order of members is kept", test_order_is_kept),
	};

	return cmocka_run_group_tests_name("model/room", tests, NULL, NULL);
}
