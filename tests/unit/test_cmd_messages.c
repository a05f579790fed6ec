/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is done with messages. */

#include "cmd_test.h"

static struct chat *talk(struct fixture *fixture)
{
	const struct message_init init = {.direction = MESSAGE_IN,
					  .sender = "bob@example.org",
					  .alias = "Bob",
					  .text = "first\nline two"};
	const struct message_init second = {
		.direction = MESSAGE_IN, .sender = "bob@example.org", .text = "second"};
	struct chat *chat = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");

	chat_append(chat, message_new(&init));
	chat_append(chat, message_new(&second));
	fixture->current = chat;
	return chat;
}

static void test_correct(void **state)
{
	struct fixture *fixture = *state;

	talk(fixture);
	check(fixture, "/correct it is  so", "correct bob@example.org \"it is  so\"\n");
	check(fixture, "/retract", "correct bob@example.org \"\"\n");
}

static void test_quote(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = talk(fixture);
	struct message_init mine = {.direction = MESSAGE_OUT, .text = "mine"};

	chat_append(chat, message_new(&mine));
	check(fixture, "/quote 1 yes", "send work bob@example.org 0 > second\nyes\n");
	check(fixture, "/quote 2 no", "send work bob@example.org 0 > first\n> line two\nno\n");
	check(fixture, "/quote so it is", "send work bob@example.org 0 > second\nso it is\n");
	check_fails(fixture, "/quote 3 x", SESSION_ERROR_NOT_FOUND, "no message of somebody else");
}

static void test_resend(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = talk(fixture);
	struct message_init failed = {
		.direction = MESSAGE_OUT, .delivery = DELIVERY_FAILED, .text = "one"};

	check_fails(fixture, "/resend", SESSION_ERROR_NOT_FOUND, "nothing of yours has failed");
	chat_append(chat, message_new(&failed));
	failed.text = "two";
	chat_append(chat, message_new(&failed));
	check(fixture, "/resend",
	      "resend bob@example.org \"one\"\nresend bob@example.org \"two\"\n");
}

static void test_long(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *endless = g_strnfill(100001, 'x');

	talk(fixture);
	check(fixture, "one|two",
	      "send work bob@example.org 0 one\nsend work bob@example.org 0 two\n");
	check_fails(fixture, endless, SESSION_ERROR_USAGE, "100001 bytes, and at most 10 of 60000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_correct, setup, teardown),
		cmocka_unit_test_setup_teardown(test_quote, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resend, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd_messages", tests, NULL, NULL);
}
