/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Corrections, messages that are sent again, and those that are too long. */

#include "session_test.h"

static struct chat *open_bob(struct fixture *f)
{
	return session_open_chat(f->session, account_called(f, "work"), BOB);
}

static struct chat *chat_with_sent(struct fixture *f, struct conn *conn, const char *text)
{
	struct chat *bob = open_bob(f);

	chat_set_live(bob, true);
	chat_set_can_correct(bob, true);
	session_send(f->session, bob, MESSAGE_NORMAL, text, NULL, NULL);
	settle(f);
	fake_sent(conn, "token-1");
	settle(f);
	return bob;
}

static void test_correct(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct chat *bob = chat_with_sent(f, conn, "helo");
	struct message *first = last_message(bob);

	session_correct(f->session, bob, "hello", NULL, NULL);
	settle(f);
	assert_true(was_called("send " BOB " hello for token-1"));
	assert_true(first->superseded);
	fake_sent(conn, "token-2");
	settle(f);
	/* A second one is meant for the first message too. */
	session_correct(f->session, bob, "", NULL, NULL);
	settle(f);
	assert_true(was_called("send " BOB "  for token-1"));
	fake_sent(conn, "token-3");
	settle(f);
	/* And after a restart it is known what corrects what. */
	session_restart(f);
	go_online(f);
	bob = open_bob(f);
	session_load_older(f->session, bob);
	settle(f);
	assert_true(bob->count >= 3);
	assert_true(chat_message(bob, 0)->superseded);
	assert_true(chat_message(bob, 0)->retracted);
	assert_string_equal(chat_message(bob, 1)->supersedes, "token-1");
}

static void test_cannot_correct(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct chat *bob = open_bob(f);
	struct outcome outcome = {0};

	chat_set_live(bob, true);
	chat_set_can_correct(bob, true);
	session_correct(f->session, bob, "hello", note_outcome, &outcome);
	settle(f);
	assert_non_null(strstr(outcome.text, "there is no message of yours"));
	outcome_clear(&outcome);
	bob = chat_with_sent(f, conn, "hello");
	/* Its channel is gone, and with it what it could. */
	chat_set_live(bob, false);
	session_correct(f->session, bob, "hello", note_outcome, &outcome);
	settle(f);
	assert_non_null(strstr(outcome.text, "sends no corrections"));
	outcome_clear(&outcome);
}

static void test_resend(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct chat *bob = open_bob(f);
	struct message *failed;

	session_send(f->session, bob, MESSAGE_ACTION, "waves", NULL, NULL);
	settle(f);
	fake_send_fails(conn, TP_ERROR_FAILED, "no");
	settle(f);
	failed = last_message(bob);
	assert_true(session_is_resendable(failed));
	session_resend(f->session, bob, failed);
	settle(f);
	assert_int_equal(count_calls("send " BOB " waves"), 2);
	assert_false(session_is_resendable(failed));
	assert_string_equal(failed->reason, "sent again");
	assert_int_equal(last_message(bob)->type, MESSAGE_ACTION);
	/* Once is enough. */
	session_resend(f->session, bob, failed);
	settle(f);
	assert_int_equal(count_calls("send " BOB " waves"), 2);
}

static void test_too_long(void **state)
{
	struct fixture *f = *state;
	struct chat *bob = open_bob(f);
	g_autofree char *text = g_strnfill(60001, 'x');
	struct outcome outcome = {0};

	go_online(f);
	session_send(f->session, bob, MESSAGE_NORMAL, text, note_outcome, &outcome);
	settle(f);
	assert_non_null(strstr(outcome.text, "60001 bytes, more than the 60000"));
	assert_int_equal(bob->count, 0);
	outcome_clear(&outcome);
}

static void check_split(const struct account *account, const char *text, unsigned count)
{
	g_auto(GStrv) parts = session_split(account, text);
	gsize total = 0;

	assert_non_null(parts);
	assert_int_equal(g_strv_length(parts), count);
	for (char **part = parts; *part; part++) {
		assert_true(strlen(*part) <= session_message_limit(account));
		assert_true(g_utf8_validate(*part, -1, NULL));
		total += strlen(*part);
	}
	assert_true(total + count - 1 >= strlen(text));
}

static void test_split(void **state)
{
	struct fixture *f = *state;
	struct account *irc = account_new(f->model, "chat", "idle", "irc");
	gsize limit = session_message_limit(irc);
	g_autofree char *word = g_strnfill(2 * limit + 10, 'x'),
			*endless = g_strnfill(11 * limit, 'x');
	g_autoptr(GString) words = g_string_new(NULL), wide = g_string_new(NULL);
	g_auto(GStrv) parts = NULL;

	check_split(irc, "", 1);
	check_split(irc, "hello", 1);
	check_split(irc, word, 3);
	for (unsigned i = 0; i < limit; i++)
		g_string_append(wide, "\xe2\x82\xac");
	check_split(irc, wide->str, 4);
	while (words->len < limit + limit / 2)
		g_string_append(words, "word after word ");
	parts = session_split(irc, words->str);
	assert_int_equal(g_strv_length(parts), 2);
	assert_true(g_str_has_suffix(parts[0], "word") || g_str_has_suffix(parts[0], "after"));
	assert_true(*parts[1] != ' ');
	assert_null(session_split(irc, endless));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/messages/correct", test_correct),
		TEST("/session/messages/cannot_correct", test_cannot_correct),
		TEST("/session/messages/resend", test_resend),
		TEST("/session/messages/too_long", test_too_long),
		TEST("/session/messages/split", test_split),
	};

	return cmocka_run_group_tests_name("session_messages", tests, NULL, NULL);
}
