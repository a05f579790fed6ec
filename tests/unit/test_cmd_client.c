/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Commands about pheme itself: help, settings, aliases, the log. */

#include "cmd_test.h"

static void test_help(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/help", "view 0\n");
	check_prints(fixture, "/help join", "/join [ROOM] [PASSWORD]\n");
	check_prints(fixture, "/help /j", "/join [ROOM] [PASSWORD]\n");
	check_prints(fixture, "/help account add", "/account add [PROTOCOL] [ID] [NAME=VALUE…]\n");
	check_prints(fixture, "/help ui.pane-width", "ui.pane-width: ");
	check_fails(fixture, "/help jion", 3, "did you mean join?");
	config_set_alias(fixture->session->config, "hi", "/say $1", NULL);
	check_prints(fixture, "/help hi", "/hi is your alias of /say $1");
	check(fixture, "/quit", "quit 0\n");
}

static void test_set(void **state)
{
	struct fixture *fixture = *state;
	struct config *config = fixture->session->config;

	check_prints(fixture, "/set", "ui.pane = true\n");
	check_prints(fixture, "/set ui.pane-width", "ui.pane-width = 19");
	check_prints(fixture, "/set pane-width 25", "ui.pane-width = 25  (19 unless set)");
	check_prints(fixture, "/set file.directory /srv",
		     "file.directory = /srv  (nothing unless set)");
	assert_int_equal(config_int(config, "ui.pane-width"), 25);
	check_prints(fixture, "/set -default pane-width", "ui.pane-width = 19\n");
	check_prints(fixture, "/set ui.pane false", "ui.pane = false");
	check_fails(fixture, "/set ui.pane perhaps", 2, "ui.pane");
	check_fails(fixture, "/set xyzzy", 3, "no setting \"xyzzy\"");
	check_fails(fixture, "/set xyzzy 1", 3, "no setting \"xyzzy\"");
}

static void test_alias(void **state)
{
	struct fixture *fixture = *state;

	check_prints(fixture, "/alias", "there are no aliases");
	check_prints(fixture, "/alias hi /say $1 \"x\"", "hi = /say $1 \"x\"");
	check_prints(fixture, "/alias", "hi = /say $1 \"x\"");
	check_prints(fixture, "/alias /hi", "hi = /say");
	check_fails(fixture, "/alias join /say x", 2, "/join is a command");
	check_fails(fixture, "/alias leave /say x", 2, "/leave is a command");
	check_fails(fixture, "/alias \"a b\" /say x", 2, "no name for an alias");
	check_fails(fixture, "/alias a=b /say x", 2, "no name for an alias");
	check_fails(fixture, "/alias nope", 3, "no alias \"nope\"");
	check_prints(fixture, "/alias -remove hi", "alias hi is removed");
	check_fails(fixture, "/alias -remove hi", 3, "no alias \"hi\"");
}

static void test_debug(void **state)
{
	struct fixture *fixture = *state;

	check_prints(fixture, "/debug on", "diagnostics are on, written to /tmp/pheme.log");
	assert_true(fixture->session->debug);
	check_prints(fixture, "/debug", "diagnostics are on");
	check_prints(fixture, "/debug off", "diagnostics are off");
	check_prints(fixture, "/version", "pheme " PHEME_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/help_prints", test_help),
		TEST("/cmd/set_checks_values", test_set),
		TEST("/cmd/alias_is_made_and_removed", test_alias),
		TEST("/cmd/debug_tells_the_file", test_debug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
