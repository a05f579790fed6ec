/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What commands about presence, the roster and requests ask of the session. */

#include "cmd_test.h"

static void test_status(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/status away \"lunch\"", "presence * away \"lunch\"\n");
	check(fixture, "/status dnd do not \"disturb\"",
	      "presence * busy \"do not \"disturb\"\"\n");
	check(fixture, "/status -a work available", "presence work available \"\"\n");
	check(fixture, "/status offline", "disconnect work\ndisconnect irc\n");
	check(fixture, "/status -a irc offline", "disconnect irc\n");
	check_fails(fixture, "/status lunch", 2, "\"lunch\" is no status");
	check_fails(fixture, "/status unknown", 2, "is no status");
	account_set_presence(fixture->work, PRESENCE_BUSY, "dnd", "100%s");
	account_set_state(fixture->irc, ACCOUNT_OFFLINE, "wrong password");
	fixture->front.unattended = true;
	check(fixture, "/status away", "presence * away \"\"\n");
	check_prints(fixture, "/status", "work: busy \"100%s\"\nirc: offline (wrong password)\n");
}

static void test_status_in_a_script(void **state)
{
	struct fixture *fixture = *state;

	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	check(fixture, "/status -a work away", "presence work away \"\"\n");
	fixture->front.unattended = true;
	check_fails(fixture, "/status -a work away", 4, "no account is online");
}

static void test_away(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/away", "presence * away \"\"\n");
	check(fixture, "/away lunch time", "presence * away \"lunch time\"\n");
	account_set_presence(fixture->work, PRESENCE_AWAY, "away", "");
	check(fixture, "/away", "presence * available \"\"\n");
	check(fixture, "/away -a irc", "presence irc away \"\"\n");
	check(fixture, "/away still", "presence * away \"still\"\n");
}

static void test_roster(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/add -a work eve@example.org it is me",
	      "roster_add work eve@example.org \"it is me\"\n");
	check(fixture, "/add work:eve@example.org", "roster_add work eve@example.org \"\"\n");
	check_fails(fixture, "/add -a irc carol", 1, "irc (irc) keeps no list");
	check(fixture, "/remove bob", "roster_remove work bob@example.org\n");
	check(fixture, "/rename bob Robert \"Bob\" O'Neil",
	      "rename work bob@example.org Robert \"Bob\" O'Neil\n");
	check_fails(fixture, "/rename bob", 2, "ALIAS is missing");
	check_fails(fixture, "/remove nobody", 3, "no contact");
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	check_fails(fixture, "/remove bob", 4, "work is offline");
}

static void add_requests(struct fixture *fixture)
{
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "eve@example.org",
			  "Eve", NULL, "let me in");
	model_add_request(fixture->model, REQUEST_INVITATION, fixture->work, "bob@example.org",
			  "Bob", "dev@conference.example.org", "");
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "mal@example.org",
			  "eve@example.org", NULL, "");
}

static void test_accept(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/accept", 3, "no request waits");
	add_requests(fixture);
	check_fails(fixture, "/accept 9", 3, "no request \"9\"");
	check(fixture, "/accept 2",
	      "answer 2 yes\njoin work dev@conference.example.org\n"
	      "show dev@conference.example.org\n");
	assert_non_null(strstr(fixture->out->str, "Bob <bob@example.org> invites you to dev@conf"));
	check(fixture, "/reject", "answer 1 no\n");
	assert_non_null(strstr(fixture->out->str, "rejecting request 1: Eve <eve@example.org>"));
	check(fixture, "/accept mal@example.org", "answer 3 yes\n");
}

/* Somebody's alias is another one's id: the id counts. */
static void test_accept_by_id(void **state)
{
	struct fixture *fixture = *state;

	add_requests(fixture);
	check(fixture, "/accept eve@example.org", "answer 1 yes\n");
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "x@example.org",
			  "eve@example.org", NULL, "");
	check_fails(fixture, "/accept eve@example.org", 3, "no request");
}

static void test_authorize(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/authorize", 3, "nobody asks");
	add_requests(fixture);
	check(fixture, "/authorize", "answer 1 yes\n");
	check(fixture, "/deny mal@example.org", "answer 3 no\n");
	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/authorize bob", "authorize work bob@example.org\n");
	check(fixture, "/deny work:x@example.org", "deny work x@example.org\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/status_prints_and_sets", test_status),
		TEST("/cmd/status_in_a_script_needs_a_connection", test_status_in_a_script),
		TEST("/cmd/away_toggles", test_away),
		TEST("/cmd/roster_changes", test_roster),
		TEST("/cmd/accept_says_which", test_accept),
		TEST("/cmd/accept_goes_by_id", test_accept_by_id),
		TEST("/cmd/authorize_answers_or_grants", test_authorize),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
