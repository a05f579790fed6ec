/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What becomes of a line: text, a command, an alias, a mistake. */

#include "cmd_test.h"

static void test_text(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	check(fixture, "hello  %s", "send work bob@example.org 0 hello  %s\n");
	check(fixture, "//etc/passwd", "send work bob@example.org 0 /etc/passwd\n");
	check(fixture, "///", "send work bob@example.org 0 //\n");
	check(fixture, " indented", "send work bob@example.org 0  indented\n");
	check(fixture, "two\nlines", "send work bob@example.org 0 two\nlines\n");
	check(fixture, "", "");
	check(fixture, "   ", "");
}

static void test_nothing_with_a_slash_is_sent(void **state)
{
	static const char *const lines[] = {
		"/",
		"/ hello",
		"/xyzzy",
		"/usr/bin/env is a path",
		" /xyzzy bob",
		"\t/msg",
		"/mgs nickserv identify",
		"/msg\n",
		"/\nhello",
		"/ /say hello",
		"  / x",
		"/me",
		"/say",
		"/join \"open quote",
		"/no\xc5\xbc x",
		"/msg nobody",
	};
	struct fixture *fixture = *state;

	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		assert_int_equal(run(fixture, lines[i]), SESSION_ERROR_USAGE);
		assert_string_equal(fixture->calls->str, "");
		assert_true(fixture->errors->len > 0);
	}
}

static void test_unknown_command(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/jion #dev", 2, "no command /jion; did you mean /join?");
	check_fails(fixture, "/xyzzy", 2, "no command /xyzzy; /help lists them");
	check_fails(fixture, "/", 2, "// sends a slash");
	config_set_alias(fixture->session->config, "xyzzx", "/say x", NULL);
	check_fails(fixture, "/xyzzy", 2, "did you mean /xyzzx?");
}

static void test_usage_is_told(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/msg bob", 2, "TEXT is missing\nusage: /msg NAME TEXT…");
	check_fails(fixture, "/account remove", 2, "usage: /account remove ACCOUNT");
	check_fails(fixture, "/version now", 2, "usage: /version\n");
}

static void test_invalid_text(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	check_fails(fixture, "a\xff", 2, "not valid UTF-8");
	check_fails(fixture, "/msg bob \xc3", 2, "not valid UTF-8");
}

static void test_text_without_chat(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "hello", 2, "this is no conversation");
	fixture->current = fixture->model->status;
	check_fails(fixture, "hello", 2, "this is no conversation");
	check_fails(fixture, "/me waves", 2, "this is no conversation");
	check_fails(fixture, "/topic x", 2, "works in a room");
}

static void test_text_to_a_room_left(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = add_room(fixture->irc, "#dev");
	chat_set_room_state(fixture->current, ROOM_LEFT);
	check_fails(fixture, "hello", 4, "not in #dev");
	chat_set_room_state(fixture->current, ROOM_JOINING);
	check(fixture, "hello", "send irc #dev 0 hello\n");
}

/* The message waits in the queue; the command does not. */
static void test_text_while_offline(void **state)
{
	struct fixture *fixture = *state;

	account_set_state(fixture->work, ACCOUNT_OFFLINE, "no network");
	fixture->session->stuck = true;
	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	check(fixture, "hello", "send work bob@example.org 0 hello\n");
}

static void test_status_of_an_error(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	fail_next(fixture, SESSION_ERROR_NOT_DELIVERED, "not delivered: %s went offline");
	assert_int_equal(run(fixture, "hello"), 6);
	assert_string_equal(fixture->errors->str, "not delivered: %s went offline\n");
	fixture->session->next = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOSPC, "disk full");
	assert_int_equal(run(fixture, "hello"), 1);
}

static void test_default_account(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/join dev", 2, "which account? /join -a NAME tells it: work, irc");
	check(fixture, "/join -a irc dev", "join irc #dev\nshow #dev\n");
	check(fixture, "/join two", "join irc #two\nshow #two\n");
	check(fixture, "/join work:dev@conf.example.org",
	      "join work dev@conf.example.org\nshow dev@conf.example.org\n");
	check_fails(fixture, "/join -a wrok dev", 3, "no account \"wrok\", only work, irc");
	fixture->current = NULL;
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	check(fixture, "/join dev", "join irc #dev\nshow #dev\n");
	fixture->current = NULL;
	account_remove(fixture->irc);
	check_fails(fixture, "/join dev", 4, "work is offline");
	account_remove(fixture->work);
	check_fails(fixture, "/join dev", 3, "there is no account yet");
}

static void test_alias_runs(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	config_set_alias(fixture->session->config, "hi", "/msg $1 hello", NULL);
	check(fixture, "/hi Bob", "send work bob@example.org 0 hello\n");
	config_set_alias(fixture->session->config, "oops", "hello all", NULL);
	check_fails(fixture, "/oops", 2, "no command /hello");
	config_set_alias(fixture->session->config, "hi", "/hi", NULL);
	check_fails(fixture, "/hi", 2, "circles");
}

/* A command whose answer never comes is forgotten when the front end goes. */
static void test_drop(void **state)
{
	struct fixture *fixture = *state;

	fixture->session->stuck = true;
	command_execute(&fixture->front, "/join -a irc dev", fixture_done, fixture);
	assert_non_null(fixture->front.runs);
	command_drop_all(&fixture->front);
	assert_null(fixture->front.runs);
	assert_int_equal(fixture->done_count, 0);
}

/* The chat that a command was typed in may be closed before it ends. */
static void test_chat_closes_meanwhile(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	command_execute(&fixture->front, "hello", fixture_done, fixture);
	chat_close(fixture->current);
	fixture->current = NULL;
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_int_equal(fixture->done_count, 1);
}

static void test_account_goes_meanwhile(void **state)
{
	struct fixture *fixture = *state;

	command_execute(&fixture->front, "/join -a irc dev", fixture_done, fixture);
	account_remove(fixture->irc);
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_int_equal(fixture->done_count, 1);
	assert_null(fixture->current);
}

static enum command_need peek(struct fixture *fixture, const char *line, const char *account)
{
	struct account *found;
	enum command_need need = command_peek(&fixture->front, line, &found);

	assert_true(!g_strcmp0(found ? found->name : NULL, account));
	return need;
}

static void test_peek(void **state)
{
	struct fixture *fixture = *state;

	config_set_alias(fixture->session->config, "hi", "/msg -a irc $1 hello", NULL);
	assert_int_equal(peek(fixture, "/version", NULL), COMMAND_NEEDS_NOTHING);
	assert_int_equal(peek(fixture, "/msg -a work bob hi", "work"), COMMAND_WANTS_ONLINE);
	assert_int_equal(peek(fixture, "/hi bob", "irc"), COMMAND_WANTS_ONLINE);
	assert_int_equal(peek(fixture, "/connect", NULL), COMMAND_NEEDS_BUS);
	assert_int_equal(peek(fixture, "hello", NULL), COMMAND_NEEDS_CHAT);
	assert_int_equal(peek(fixture, "/msg", NULL), COMMAND_NEEDS_NOTHING);
	assert_int_equal(peek(fixture, "/xyzzy", NULL), COMMAND_NEEDS_NOTHING);
	assert_int_equal(peek(fixture, "", NULL), COMMAND_NEEDS_NOTHING);
	assert_int_equal(peek(fixture, "\xff", NULL), COMMAND_NEEDS_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/text_goes_to_the_chat", test_text),
		TEST("/cmd/nothing_with_a_slash_is_sent", test_nothing_with_a_slash_is_sent),
		TEST("/cmd/unknown_command_names_the_nearest", test_unknown_command),
		TEST("/cmd/wrong_arity_tells_the_usage", test_usage_is_told),
		TEST("/cmd/invalid_text_is_refused", test_invalid_text),
		TEST("/cmd/text_without_a_chat_is_refused", test_text_without_chat),
		TEST("/cmd/text_to_a_room_left_is_refused", test_text_to_a_room_left),
		TEST("/cmd/text_while_offline_is_queued", test_text_while_offline),
		TEST("/cmd/errors_decide_the_status", test_status_of_an_error),
		TEST("/cmd/account_is_told_or_asked_for", test_default_account),
		TEST("/cmd/alias_runs_its_command", test_alias_runs),
		TEST("/cmd/commands_under_way_are_dropped", test_drop),
		TEST("/cmd/chat_may_close_meanwhile", test_chat_closes_meanwhile),
		TEST("/cmd/account_may_go_meanwhile", test_account_goes_meanwhile),
		TEST("/cmd/peek_tells_what_a_line_needs", test_peek),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
