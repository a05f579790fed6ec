/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model_test.h"

static struct message *said(const char *sender, const char *text, const char *token,
			    const char *supersedes)
{
	const struct message_init init = {.direction = sender ? MESSAGE_IN : MESSAGE_OUT,
					  .delivery = sender ? DELIVERY_NONE : DELIVERY_SENT,
					  .sender = sender,
					  .text = text,
					  .token = token,
					  .supersedes = supersedes};

	return message_new(&init);
}

static void test_marks(void **state)
{
	struct fixture *fixture = *state;
	struct chat *bob = open_bob(fixture);
	struct message *first = chat_append(bob, said("bob@example.org", "helo", "1", NULL));
	struct message *other = chat_append(bob, said("bob@example.org", "there", "2", NULL));
	struct message *edit;

	edit = chat_append(bob, said("bob@example.org", "hello", "3", "1"));
	assert_true(first->superseded);
	assert_string_equal(first->text, "helo");
	assert_false(other->superseded || edit->superseded);
	/* Corrected once more, by the first one's token. */
	chat_append(bob, said("bob@example.org", "hello!", "4", "1"));
	assert_true(edit->superseded);
	/* Taken back. */
	chat_append(bob, said("bob@example.org", "", "5", "2"));
	assert_true(other->superseded && other->retracted);
}

/* Nobody corrects what another one said. */
static void test_only_the_sender(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = chat_open(fixture->account, CHAT_ROOM, "dev@conf");
	struct message *carol = chat_append(room, said("dev@conf/carol", "pay 10", "1", NULL));
	struct message *mine = chat_append(room, said(NULL, "yes", "2", NULL));

	chat_append(room, said("dev@conf/mallory", "pay 1000", "3", "1"));
	chat_append(room, said("dev@conf/mallory", "no", "4", "2"));
	chat_append(room, said("dev@conf/carol", "nothing meant", "5", ""));
	assert_false(carol->superseded || mine->superseded);
}

/* From the history, in whatever order the pages come. */
static void test_pages(void **state)
{
	struct fixture *fixture = *state;
	struct chat *bob = open_bob(fixture);
	g_autoptr(GPtrArray) page = g_ptr_array_new();
	struct message *old = said("bob@example.org", "helo", "1", NULL);

	chat_append(bob, said("bob@example.org", "hello", "3", "1"));
	old->row = 1;
	g_ptr_array_add(page, old);
	chat_prepend_page(bob, page, true);
	assert_true(chat_message(bob, 0)->superseded);
}

static void test_last_correctable(void **state)
{
	struct fixture *fixture = *state;
	struct chat *bob = open_bob(fixture);
	struct message *mine, *failed;

	assert_null(chat_last_correctable(bob));
	mine = chat_append(bob, said(NULL, "first", "1", NULL));
	chat_append(bob, said("bob@example.org", "yes?", "2", NULL));
	failed = chat_append(bob, said(NULL, "second", "3", NULL));
	assert_ptr_equal(chat_last_correctable(bob), failed);
	chat_set_delivery(bob, failed, DELIVERY_FAILED, "no");
	assert_ptr_equal(chat_last_correctable(bob), mine);
	/* A correction that failed corrects nothing. */
	chat_append(bob, said(NULL, "first!", "4", "1"));
	assert_true(mine->superseded);
	assert_string_equal(chat_last_correctable(bob)->text, "first!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/model/correct/marks", test_marks),
		TEST("/model/correct/only_the_sender", test_only_the_sender),
		TEST("/model/correct/pages", test_pages),
		TEST("/model/correct/last_correctable", test_last_correctable),
	};

	return cmocka_run_group_tests_name("model_correct", tests, NULL, NULL);
}
