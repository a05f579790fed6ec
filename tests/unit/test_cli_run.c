/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lines run without a screen: order, waiting, output, exit statuses. */

#include "cli_test.h"

static int run_lines(struct fixture *fixture, struct capture *capture, const char *const *lines)
{
	int status;

	capture_begin(capture);
	status = do_flag(fixture, "run", lines);
	capture_end(capture);
	return status;
}

static void check_run(struct fixture *fixture, const char *const *lines, int status,
		      const char *calls, const char *out, const char *err)
{
	struct capture capture;
	int got;

	g_string_truncate(fixture->calls, 0);
	got = run_lines(fixture, &capture, lines);
	if (!strstr(capture.err, err) || !*err)
		assert_string_equal(capture.err, err);
	assert_int_equal(got, status);
	assert_string_equal(fixture->calls->str, calls);
	if (out)
		assert_string_equal(capture.out, out);
	capture_clear(&capture);
}

/* Timers of the test that were not needed. */
static int end_test(void **state)
{
	struct fixture *fixture = *state;

	while (g_source_remove_by_user_data(fixture->session))
		;
	return teardown(state);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_order(void **state)
{
	struct fixture *fixture = *state;

	account_set_roster_ready(fixture->work, true);
	check_run(fixture, LINES("/join -a irc dev", "hello", "/version"), 0,
		  "start\njoin irc #dev\nsend irc #dev 0 hello\nstop\n", NULL, "");
}

static void test_no_bus_needed(void **state)
{
	struct fixture *fixture = *state;

	check_run(fixture, LINES("/set ui.pane"), 0, "stop\n", "ui.pane = true\n", "");
}

static void test_first_failure_ends(void **state)
{
	struct fixture *fixture = *state;

	account_set_roster_ready(fixture->work, true);
	check_run(fixture, LINES("/msg -a work nobody x", "/version"), 3, "start\nstop\n", "",
		  "pheme: no contact is called \"nobody\"");
	check_run(fixture, LINES("/jion x", "/version"), 2, "stop\n", "", "did you mean /join?");
	check_run(fixture, LINES("hello", "/version"), 2, "stop\n", "", "no conversation");
	check_run(fixture, LINES("/account add"), 2, "start\nstop\n", "", "needs the screen");
}

static void test_quit_ends(void **state)
{
	struct fixture *fixture = *state;

	check_run(fixture, LINES("/quit", "/version"), 0, "stop\n", "", "");
}

static gboolean come_online(gpointer data)
{
	struct session *session = data;
	struct account *work = model_find_account(session->model, "work");

	if (work->state == ACCOUNT_OFFLINE) {
		account_set_state(work, ACCOUNT_CONNECTING, "");
		return G_SOURCE_CONTINUE;
	}
	if (work->state == ACCOUNT_CONNECTING) {
		account_set_features(work, ACCOUNT_HAS_ROSTER);
		account_set_state(work, ACCOUNT_ONLINE, "");
		return G_SOURCE_CONTINUE;
	}
	account_set_roster_ready(work, true);
	return G_SOURCE_REMOVE;
}

static void connect_slowly(struct session *session)
{
	g_timeout_add(5, come_online, session);
}

static void test_waits_for_the_account(void **state)
{
	struct fixture *fixture = *state;

	account_remove(fixture->irc);
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	fixture->session->on_start = connect_slowly;
	check_run(fixture, LINES("/msg bob@example.org hi"), 0,
		  "start\nsend work bob@example.org 0 hi\nstop\n", NULL, "");
}

static gboolean refuse(gpointer data)
{
	struct session *session = data;

	account_set_state(model_find_account(session->model, "work"), ACCOUNT_OFFLINE,
			  "wrong password\x1b[31m");
	return G_SOURCE_REMOVE;
}

static void refuse_slowly(struct session *session)
{
	g_timeout_add(5, refuse, session);
}

static void test_account_fails(void **state)
{
	struct fixture *fixture = *state;

	account_set_state(fixture->work, ACCOUNT_CONNECTING, "");
	fixture->session->on_start = refuse_slowly;
	check_run(fixture, LINES("/msg -a work bob@example.org hi"), 4, "start\nstop\n", "",
		  "pheme: work is offline: wrong password^[[31m\n");
}

/* To print where accounts stand it is enough that they have settled. */
static void test_status_of_what_failed(void **state)
{
	struct fixture *fixture = *state;

	account_remove(fixture->irc);
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "wrong password");
	check_run(fixture, LINES("/status"), 0, "start\nstop\n", "work: offline (wrong password)\n",
		  "");
}

static void test_no_bus(void **state)
{
	struct fixture *fixture = *state;

	fixture->session->bus_problem = "cannot find the session bus: no such file";
	check_run(fixture, LINES("/connect work"), 4, "start\nstop\n", "",
		  "pheme: cannot find the session bus");
}

static void test_notices(void **state)
{
	struct fixture *fixture = *state;

	model_notice(fixture->model, NULL, NULL, NOTICE_WARNING, "pheme.conf:3: unknown key");
	model_notice(fixture->model, NULL, NULL, NOTICE_INFO, "all is well");
	check_run(fixture, LINES("/set ui.pane"), 0, "stop\n", "ui.pane = true\n",
		  "pheme: pheme.conf:3: unknown key\n");
}

static void test_output_is_clean(void **state)
{
	struct fixture *fixture = *state;

	account_set_roster_ready(fixture->work, true);
	config_set_alias(fixture->session->config, "x", "/say \x1b]0;x\x07%s", NULL);
	check_run(fixture, LINES("/alias x"), 0, "stop\n", "x = /say ^[]0;x^G%s\n", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/cli/lines_run_in_order", test_order, setup, end_test, NULL},
		{"/cli/bus_is_left_alone_when_not_needed", test_no_bus_needed, setup, end_test,
		 NULL},
		{"/cli/first_failure_ends", test_first_failure_ends, setup, end_test, NULL},
		{"/cli/quit_ends", test_quit_ends, setup, end_test, NULL},
		{"/cli/waits_for_the_account", test_waits_for_the_account, setup, end_test, NULL},
		{"/cli/account_that_fails_ends", test_account_fails, setup, end_test, NULL},
		{"/cli/status_needs_no_connection", test_status_of_what_failed, setup, end_test,
		 NULL},
		{"/cli/no_bus_ends", test_no_bus, setup, end_test, NULL},
		{"/cli/notices_go_to_stderr", test_notices, setup, end_test, NULL},
		{"/cli/output_is_clean", test_output_is_clean, setup, end_test, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
