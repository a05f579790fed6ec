/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --watch: what nobody has read, wherever it is while the connection is made. */

#include "cli_test.h"

/* Another pheme took in the second, and the third came to us too. */
static void arrive(struct session *session)
{
	struct account *work = model_find_account(session->model, "work");
	const struct message_init init = {.sender = "bob@x", .text = "3", .uid = "3"};
	struct message *message = message_new(&init);

	session->unread = 3;
	session->reader(chat_open(work, CHAT_CONTACT, "bob@x"), message, session->reader_data);
	message_free(message);
}

static void test_in_between(void **state)
{
	static const char *const argv[] = {NULL};
	const struct cli_task task = {
		.verb = command_find_flag("watch"),
		.args = (char **)argv,
		.options = {.from_start = true, .count = 3},
	};
	struct fixture *fixture = *state;
	struct capture capture;

	fixture->session->unread = 1;
	fixture->session->on_start = arrive;
	account_set_roster_ready(fixture->work, true);
	account_set_roster_ready(fixture->irc, true);
	capture_begin(&capture);
	assert_int_equal(cli_do(fixture->session, &task), 0);
	capture_end(&capture);
	for (int i = 1; i <= 3; i++) {
		g_autofree char *text = g_strdup_printf(" [work] bob@x: %d\n", i);
		const char *at = strstr(capture.out, text);

		assert_non_null(at);
		assert_null(strstr(at + 1, text));
	}
	capture_clear(&capture);
}

static void says(struct session *session, struct account *account, const char *id)
{
	const struct message_init init = {.sender = id, .text = "hello", .uid = id};
	struct message *message = message_new(&init);

	session->reader(chat_open(account, CHAT_CONTACT, id), message, session->reader_data);
	message_free(message);
}

/* What waited with the manager is told before the roster says who is called so. */
static void arrive_early(struct session *session)
{
	struct account *work = model_find_account(session->model, "work");

	says(session, work, "eve@x");
	says(session, work, "dora@x");
	add_contact(work, "dora@x", "Dora");
	account_set_roster_ready(work, true);
}

static void test_before_the_roster(void **state)
{
	static const char *const argv[] = {"Dora", NULL};
	const struct cli_task task = {
		.verb = command_find_flag("watch"),
		.args = (char **)argv,
		.options = {.count = 1},
	};
	struct fixture *fixture = *state;
	struct capture capture;

	fixture->session->on_start = arrive_early;
	capture_begin(&capture);
	assert_int_equal(cli_do(fixture->session, &task), 0);
	capture_end(&capture);
	assert_non_null(strstr(capture.out, "dora@x: hello\n"));
	assert_null(strstr(capture.out, "eve@x: hello"));
	capture_clear(&capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cli/watch/what another took in while it began", test_in_between),
		TEST("/cli/watch/what came before the roster", test_before_the_roster),
	};

	return cmocka_run_group_tests_name("cli/watch", tests, NULL, NULL);
}
