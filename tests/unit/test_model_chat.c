/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model_test.h"

/* --- opening and numbers ------------------------------------------------------------------ */

static void test_open(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = chat_open(fixture->account, CHAT_CONTACT, "bob");

	assert_events(fixture, "CDH");
	assert_ptr_equal(chat_open(fixture->account, CHAT_CONTACT, "bob"), chat);
	assert_events(fixture, "");
	assert_ptr_equal(chat_find(fixture->account, CHAT_CONTACT, "bob"), chat);
	assert_null(chat_find(fixture->account, CHAT_ROOM, "bob"));
	assert_int_equal(chat->number, 1);
	assert_true(chat->open && chat->at_end && !chat->at_start);
	assert_ptr_equal(chat->contact->chat, chat);
	chat_close(chat);
	assert_events(fixture, "hc");
	assert_null(chat_find(fixture->account, CHAT_CONTACT, "bob"));
}

static void test_reopen(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = chat_ref(open_bob(fixture));

	chat_append(chat, incoming("bob", "kept"));
	chat_close(chat);
	chat_close(chat);
	assert_false(chat->open);
	assert_int_equal(chat->number, 0);
	assert_ptr_equal(chat_find(fixture->account, CHAT_CONTACT, "bob"), chat);
	assert_ptr_equal(chat_open(fixture->account, CHAT_CONTACT, "bob"), chat);
	assert_window(chat, "kept ");
	assert_ptr_equal(chat->contact, account_find_contact(fixture->account, "bob"));
	assert_ptr_equal(chat->contact->chat, chat);
	chat_unref(chat);
	assert_ptr_equal(chat_find(fixture->account, CHAT_CONTACT, "bob"), chat);
}

static void test_name(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	contact_set_alias(chat->contact, "Bob\033");
	assert_string_equal(chat->name, "Bob^[");
	assert_events(fixture, "DI");
}

static void assert_numbers(struct fixture *fixture, const char *expected)
{
	g_autoptr(GString) seen = g_string_new(NULL);

	for (unsigned i = 0; i < fixture->model->chats->len; i++) {
		struct chat *chat = fixture->model->chats->pdata[i];

		g_string_append_printf(seen, "%u:%s ", chat->number, chat->name);
	}
	assert_string_equal(seen->str, expected);
}

static void test_numbers(void **state)
{
	struct fixture *fixture = *state;
	struct chat *a = chat_open(fixture->account, CHAT_ROOM, "a");
	struct chat *b = chat_open(fixture->account, CHAT_ROOM, "b");
	struct chat *c = chat_open(fixture->account, CHAT_ROOM, "c");

	chat_close(b);
	assert_numbers(fixture, "0:status 1:a 3:c ");
	chat_open(fixture->account, CHAT_ROOM, "d");
	assert_numbers(fixture, "0:status 1:a 2:d 3:c ");
	forget(fixture);
	chat_set_number(c, 1);
	assert_events(fixture, "II");
	assert_numbers(fixture, "0:status 1:c 2:d 3:a ");
	chat_set_number(a, 9);
	assert_events(fixture, "I");
	chat_set_number(a, 9);
	chat_set_number(a, 0);
	chat_set_number(fixture->model->status, 4);
	assert_events(fixture, "");
	assert_numbers(fixture, "0:status 1:c 2:d 9:a ");
	chat_open(fixture->account, CHAT_ROOM, "e");
	assert_numbers(fixture, "0:status 1:c 2:d 3:e 9:a ");
}

static void test_status_stays(void **state)
{
	struct fixture *fixture = *state;
	struct chat *status = fixture->model->status;

	chat_close(status);
	assert_true(status->open);
	assert_events(fixture, "");
	for (unsigned i = 0; i < 3 * CHAT_WINDOW; i++)
		model_notice(fixture->model, NULL, NULL, NOTICE_INFO, "line %u", i);
	assert_int_equal(status->count, CHAT_WINDOW);
	assert_true(status->at_start && status->at_end);
}

/* --- unread ------------------------------------------------------------------------------- */

static void test_unread(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message *first = chat_append(chat, incoming("bob", "one"));

	assert_events(fixture, "MID");
	chat_append(chat, incoming("bob", "two"));
	assert_int_equal(chat->unread, 2);
	assert_int_equal(chat->new_count, 2);
	assert_int_equal(chat->mentions, 0);
	assert_string_equal(chat->read_mark, first->uid);
	forget(fixture);
	chat_mark_read(chat);
	assert_events(fixture, "ID");
	chat_mark_read(chat);
	assert_events(fixture, "");
	assert_int_equal(chat->unread, 0);
	assert_int_equal(chat->new_count, 2); /* the line stays */
	assert_string_equal(chat->read_mark, first->uid);
	chat_clear_read_mark(chat);
	chat_clear_read_mark(chat);
	assert_events(fixture, "I");
	assert_null(chat->read_mark);
}

static void test_not_unread(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message *message = incoming("bob", "old");

	message->scrollback = true;
	chat_append(chat, message);
	chat_append(chat, numbered(1, MESSAGE_OUT));
	model_notice(fixture->model, NULL, chat, NOTICE_INFO, "note");
	assert_int_equal(chat->unread, 0);
	assert_null(chat->read_mark);
	assert_events(fixture, "MMM");
}

static void test_watched(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	chat_append(chat, incoming("bob", "one"));
	chat_set_watched(chat, true);
	assert_int_equal(chat->unread, 0);
	forget(fixture);
	chat_append(chat, incoming("bob", "two"));
	assert_events(fixture, "M");
	assert_int_equal(chat->new_count, 1);
	chat_set_watched(chat, false);
	chat_append(chat, incoming("bob", "three"));
	assert_int_equal(chat->unread, 1);
	assert_string_equal(chat_find_uid(chat, chat->read_mark)->text, "three");
}

static void test_activity(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	chat_append(chat, numbered(50, MESSAGE_OUT));
	chat_append(chat, numbered(20, MESSAGE_IN));
	model_notice(fixture->model, NULL, chat, NOTICE_INFO, "note");
	assert_int_equal(chat->last_activity, 50);
}

/* --- typing ------------------------------------------------------------------------------- */

static void test_typing(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	chat_set_typing(chat, NULL, TYPING_COMPOSING);
	chat_set_typing(chat, NULL, TYPING_COMPOSING);
	assert_events(fixture, "I");
	assert_int_equal(chat->peer_typing, TYPING_COMPOSING);
	chat_append(chat, incoming("bob", "there"));
	assert_int_equal(
		told_change(fixture, EVENT_CHAT_CHANGED, CHAT_CHANGED_UNREAD | CHAT_CHANGED_TYPING),
		1);
	assert_int_equal(chat->peer_typing, TYPING_ACTIVE);
	chat_set_typing(chat, NULL, TYPING_COMPOSING);
	chat_append(chat, numbered(1, MESSAGE_OUT));
	assert_int_equal(chat->peer_typing, TYPING_COMPOSING);
	account_set_state(fixture->account, ACCOUNT_ONLINE, NULL);
	forget(fixture);
	account_set_state(fixture->account, ACCOUNT_OFFLINE, "gone");
	assert_events(fixture, "IB");
	assert_int_equal(chat->peer_typing, TYPING_GONE);
}

static void test_live(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	chat_set_live(chat, true);
	chat_set_live(chat, true);
	assert_events(fixture, "I");
	chat_set_typing(chat, NULL, TYPING_COMPOSING);
	forget(fixture);
	chat_set_live(chat, false);
	assert_int_equal(
		told_change(fixture, EVENT_CHAT_CHANGED, CHAT_CHANGED_STATE | CHAT_CHANGED_TYPING),
		1);
}

/* --- messages ----------------------------------------------------------------------------- */

static void test_find(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message_init init = {.direction = MESSAGE_OUT, .text = "x", .token = "t1"};
	struct message *message = chat_append(chat, message_new(&init));

	chat_append(chat, incoming("bob", "no token"));
	assert_ptr_equal(chat_find_token(chat, "t1"), message);
	assert_ptr_equal(chat_find_uid(chat, message->uid), message);
	assert_null(chat_find_token(chat, ""));
	assert_null(chat_find_token(chat, "t2"));
	assert_null(chat_find_uid(chat, ""));
}

static void test_delivery(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message *message = chat_append(chat, numbered(1, MESSAGE_OUT));

	forget(fixture);
	chat_set_delivery(chat, message, DELIVERY_SENT, NULL);
	chat_set_delivery(chat, message, DELIVERY_SENT, NULL);
	assert_events(fixture, "N");
	chat_set_delivery(chat, message, DELIVERY_FAILED, "peer\033gone");
	assert_string_equal(message->reason, "peer^[gone");
	chat_set_delivery(chat, message, DELIVERY_DELIVERED, NULL);
	assert_null(message->reason);
	assert_events(fixture, "NN");
}

static void test_stored(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message *message = chat_append(chat, incoming("bob", "a\033"));

	assert_string_equal(message->raw, "a\033");
	chat_set_stored(chat, message, 7);
	assert_null(message->raw);
	assert_int_equal(message->row, 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/chat/opens once", test_open),
		TEST("/chat/opens again", test_reopen),
		TEST("/chat/has the contact's name", test_name),
		TEST("/chat/numbers are the lowest free", test_numbers),
		TEST("/chat/status window stays", test_status_stays),
		TEST("/chat/unread is counted and read", test_unread),
		TEST("/chat/what is not unread", test_not_unread),
		TEST("/chat/nothing is unread while watched", test_watched),
		TEST("/chat/last activity", test_activity),
		TEST("/chat/typing ends with the message", test_typing),
		TEST("/chat/typing ends with the channel", test_live),
		TEST("/chat/messages are found", test_find),
		TEST("/chat/delivery is told once", test_delivery),
		TEST("/chat/stored forgets the raw text", test_stored),
	};

	return cmocka_run_group_tests_name("model/chat", tests, NULL, NULL);
}
