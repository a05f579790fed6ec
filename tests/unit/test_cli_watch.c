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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cli/watch/what another took in while it began", test_in_between),
	};

	return cmocka_run_group_tests_name("cli/watch", tests, NULL, NULL);
}
