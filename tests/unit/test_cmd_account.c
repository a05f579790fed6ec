/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What commands about accounts ask of the session, and what they refuse. */

#include "cmd_test.h"

static void test_connect(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/connect", "");
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	account_set_state(fixture->irc, ACCOUNT_WAITING, "x");
	check(fixture, "/connect", "connect work\nconnect irc\n");
	account_set_state(fixture->irc, ACCOUNT_CONNECTING, "");
	check(fixture, "/connect", "connect work\nconnect irc\n");
	check(fixture, "/connect irc", "connect irc\n");
	check_fails(fixture, "/connect home", 3, "no account \"home\"");
	account_set_state(fixture->work, ACCOUNT_ONLINE, "");
	check(fixture, "/disconnect work", "disconnect work\n");
	check(fixture, "/reconnect work", "disconnect work\nconnect work\n");
	fail_next(fixture, SESSION_ERROR_REFUSED, "wrong password");
	assert_int_equal(run(fixture, "/connect irc"), 5);
	fixture->session->bus = false;
	check(fixture, "/connect", "start\n");
}

static void test_account_list(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/account", "view 1\n");
	account_set_self(fixture->work, "alice@example.org", "Alice");
	account_set_state(fixture->irc, ACCOUNT_OFFLINE, "server unreachable");
	check_prints(fixture, "/account list", "haze/jabber      online     alice@example.org\n");
	assert_non_null(strstr(fixture->out->str, "offline    server unreachable"));
}

static void test_account_add(void **state)
{
	struct fixture *fixture = *state;
	struct protocol *local = protocol_new("local", "local", NULL);

	protocol_add_param(local, "nickname", "s", 0, NULL);
	check(fixture, "/account add", "form - -\n");
	check(fixture, "/account add jabber", "form jabber -\n");
	check(fixture, "/account add jabber alice@example.org",
	      "account_add alice@example.org haze/jabber enabled account=alice@example.org\n");
	check(fixture, "/account add XMPP a@b port=5223 'server=im host' name=home enabled=false",
	      "account_add home haze/jabber disabled account=a@b port=5223 server=im host\n");
	check(fixture, "/account add idle/irc irc param-server=s",
	      "account_add irc-2 idle/irc enabled account=irc server=s\n");
	check_fails(fixture, "/account add irc alice", 2, "idle/irc needs server=VALUE");
	/* Managers that know who logs in may take a name beside that, or nothing. */
	g_ptr_array_add(fixture->session->protocols, protocol_new("quiet", "quiet", NULL));
	check_fails(fixture, "/account add quiet me", 2,
		    "quiet/quiet takes no ID: \"/account add quiet\" opens a form");
	g_ptr_array_add(fixture->session->protocols, local);
	check(fixture, "/account add local ann",
	      "account_add ann local/local enabled nickname=ann\n");
	check_fails(fixture, "/account add jabber a@b sever=x", 2, "did you mean \"server\"?");
	check_fails(fixture, "/account add jabber a@b x", 2, "NAME=VALUE");
	check_fails(fixture, "/account add icq 1", 3, "there are: haze/jabber, idle/irc");
	check_fails(fixture, "/account add jabber a@b name=a:b", 1, "");
	g_ptr_array_set_size(fixture->session->protocols, 0);
	check_fails(fixture, "/account add jabber a@b", 3, "no connection manager is installed");
	fail_next(fixture, SESSION_ERROR_FAILED, "no bus");
	check_fails(fixture, "/account add jabber a@b", 1, "no bus");
}

static void test_secrets_are_refused(void **state)
{
	static const char *const lines[] = {
		"/account add jabber a@b password=hunter2",
		"/account add jabber a@b param-password=hunter2",
		"/account add jabber a@b PASSWORD=hunter2",
		"/account add irc a server=s pin=hunter2",
		"/account set work password hunter2",
		"/account set work param-password hunter2",
	};
	struct fixture *fixture = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		check_fails(fixture, lines[i], 2, "a secret is not taken from a command line");
		assert_null(strstr(fixture->errors->str, "hunter2"));
	}
}

static void test_account_remove(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(run(fixture, "/account remove work"), 1);
	assert_string_equal(fixture->asked, "Remove the account work? (y/n)");
	fixture->answer = "no";
	check_fails(fixture, "/account remove work", 1, "account work stays");
	fixture->answer = "Y";
	check(fixture, "/account remove work", "account_remove work\n");
	fixture->front.unattended = true;
	fixture->answer = NULL;
	check(fixture, "/account remove irc", "account_remove irc\n");
}

static void test_account_set(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/account set work server im.example.org",
	      "account_set work param-server=im.example.org\n");
	check(fixture, "/account set work password-command pass show \"im work\"",
	      "account_set work password-command=pass show \"im work\"\n");
	check(fixture, "/account set work -default port", "account_set work param-port=(unset)\n");
	check_fails(fixture, "/account set work port", 2, "VALUE is missing");
	check(fixture, "/account enable work", "account_enable work true\n");
	check(fixture, "/account disable work", "account_enable work false\n");
	check(fixture, "/account edit work", "form - work\n");
}

static void test_account_set_checks_values(void **state)
{
	struct fixture *fixture = *state;
	struct protocol *local = protocol_new("local", "local", NULL);

	/* Nobody knows yet what the manager takes. */
	check(fixture, "/account set work port nope", "account_set work param-port=nope\n");
	fixture->session->protocols_listed = true;
	check_fails(fixture, "/account set work port nope", 2,
		    "port must be a whole number from 0 to 4294967295, not \"nope\"");
	check_fails(fixture, "/account set work require-encryption nope", 2,
		    "require-encryption must be true or false, not \"nope\"");
	check_fails(fixture, "/account set work param-require-encryption nope", 2,
		    "must be true or false");
	check_fails(fixture, "/account set work prot 5222", 2, "did you mean \"port\"?");
	check(fixture, "/account set work require-encryption no",
	      "account_set work param-require-encryption=no\n");
	check(fixture, "/account set work nickname Al", "account_set work nickname=Al\n");
	/* Where it is a parameter, that is what is meant. */
	protocol_add_param(local, "nickname", "s", 0, NULL);
	g_ptr_array_add(fixture->session->protocols, local);
	account_new(fixture->work->model, "here", "local", "local");
	check(fixture, "/account set here nickname Al", "account_set here param-nickname=Al\n");
	check(fixture, "/account set work -default prot", "account_set work param-prot=(unset)\n");
	check_fails(fixture, "/account add jabber al@example.org port=nope", 2, "port must be");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/connect_and_disconnect", test_connect),
		TEST("/cmd/account_list", test_account_list),
		TEST("/cmd/account_add_checks_parameters", test_account_add),
		TEST("/cmd/secrets_are_refused", test_secrets_are_refused),
		TEST("/cmd/account_remove_asks", test_account_remove),
		TEST("/cmd/account_set_knows_keys", test_account_set),
		TEST("/cmd/account_set_checks_values", test_account_set_checks_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
