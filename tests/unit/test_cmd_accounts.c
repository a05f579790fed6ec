/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Accounts by command: name, order, avatar, what comes from other programs and goes to them. */

#include "cmd_test.h"

static void test_rename(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/account rename work \"My office\"", "account_rename work My office\n");
	assert_string_equal(fixture->out->str,
			    "account work is called My office now; its history and chats too\n");
	check_fails(fixture, "/account rename none x", 3, "no account");
	check_fails(fixture, "/account rename work", 2, "usage");
}

static void test_move(void **state)
{
	struct fixture *fixture = *state;

	account_new(fixture->model, "home", "haze", "jabber");
	check(fixture, "/account move work down", "account_move work before home\n");
	check(fixture, "/account move work last", "account_move work before -\n");
	assert_string_equal(fixture->out->str, "account work is number 3\n");
	check(fixture, "/account move work 1", "account_move work before irc\n");
	check(fixture, "/account move home up", "account_move home before irc\n");
	check(fixture, "/account move work up", "");
	check_fails(fixture, "/account move work 4", 2, "a number from 1 to 3");
	check_fails(fixture, "/account move work left", 2, "up, down, first, last");
}

static void test_avatar(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/account avatar -a work /a.png", "avatar work /a.png\n");
	assert_string_equal(fixture->out->str, "work: the avatar is set\n");
	check(fixture, "/account avatar -a work -default", "avatar work -\n");
	check(fixture, "/account avatar -a work", "");
	assert_non_null(strstr(fixture->out->str, "no avatar is set here"));
	fail_next(fixture, SESSION_ERROR_FAILED, "cannot set the avatar: work (irc) has none");
	assert_int_equal(run(fixture, "/account avatar -a irc /a.png"), 1);
	assert_string_equal(fixture->errors->str, "cannot set the avatar: work (irc) has none\n");
	assert_string_equal(fixture->out->str, "");
}

/* --- import ------------------------------------------------------------------------------- */

static const char theirs[] =
	"<account>"
	"<account><protocol>prpl-jabber</protocol><name>alice@example.org/Home</name>"
	"<password>hunter2</password><settings>"
	"<setting name='port' type='int'>many</setting>"
	"<setting name='bogus' type='string'>x</setting>"
	"<setting name='connect_server' type='string'>im.example.org</setting></settings></account>"
	"<account><protocol>prpl-irc</protocol><name>ali@irc.example.org</name></account>"
	"<account><protocol>prpl-icq</protocol><name>12345</name></account>"
	"</account>";

static char *put_file(struct fixture *fixture, const char *text)
{
	char *path = g_build_filename(fixture->dir, "theirs", NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

static char *conf_text(struct fixture *fixture)
{
	g_autofree char *path = g_build_filename(fixture->dir, "accounts.conf", NULL);
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text ? text : g_strdup("");
}

static void run_import(struct fixture *fixture, const char *path, const char *more)
{
	g_autofree char *line = g_strdup_printf("/account import %s%s", path, more);

	run(fixture, line);
	assert_null(strstr(fixture->out->str, "hunter2"));
	assert_null(strstr(fixture->errors->str, "hunter2"));
}

static void check_said(struct fixture *fixture, const char *part)
{
	if (!strstr(fixture->out->str, part))
		assert_string_equal(fixture->out->str, part);
}

static void test_import(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = put_file(fixture, theirs), *conf = NULL;

	fixture->answer = "n";
	run_import(fixture, path, "");
	assert_int_equal(fixture->status, 0);
	assert_non_null(strstr(fixture->asked, "Keep the passwords too"));
	check_said(fixture, "accounts of libpurple:\n");
	check_said(fixture, "haze/jabber does not take it: ");
	check_said(fixture, "account alice@example.org (haze/jabber) is imported, not enabled;"
			    " its password is asked for when it connects\n");
	check_said(fixture, "account ali@irc.example.org (idle/irc) is imported, not enabled\n");
	check_said(fixture, "12345: left out: no connection manager here speaks icq (haze)\n");
	conf = conf_text(fixture);
	assert_null(strstr(conf, "hunter2"));
	assert_null(strstr(conf, "port"));
	assert_non_null(strstr(conf, "param-server=im.example.org"));
	run_import(fixture, path, "");
	assert_int_equal(fixture->status, 1);
	check_said(fixture, "left out: it is here already, as alice@example.org");
	assert_string_equal(fixture->errors->str, "nothing is imported\n");
}

static void test_import_with_passwords(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = put_file(fixture, theirs), *conf = NULL;

	fixture->answer = "y";
	run_import(fixture, path, "");
	check_said(fixture, "its password is in accounts.conf now");
	conf = conf_text(fixture);
	assert_non_null(strstr(conf, "param-password=hunter2"));
}

/* Nobody is asked; what is not agreed to is not kept. */
static void test_import_unattended(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = put_file(fixture, theirs), *without = NULL, *with = NULL;
	g_autofree char *place = g_build_filename(fixture->dir, "accounts.conf", NULL);

	fixture->front.unattended = true;
	run_import(fixture, path, "");
	assert_null(fixture->asked);
	without = conf_text(fixture);
	assert_null(strstr(without, "hunter2"));
	g_remove(place);
	accounts_free(fixture->session->accounts);
	fixture->session->accounts = accounts_load(place, NULL);
	run_import(fixture, path, " passwords");
	with = conf_text(fixture);
	assert_non_null(strstr(with, "hunter2"));
}

static void test_import_of_nothing(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = put_file(fixture, "what?\n"), *line = NULL, *dir = NULL;

	line = g_strdup_printf("/account import %s", path);
	check_fails(fixture, line, 1, "it is no file of accounts that is known here");
	dir = g_strdup_printf("/account import %s", fixture->dir);
	check_fails(fixture, dir, 1, "it is not a file");
	check_fails(fixture, "/account import /no/such", 1, "No such file");
}

/* --- export ------------------------------------------------------------------------------- */

static void test_export(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = put_file(fixture, theirs), *line = NULL, *text = NULL;
	g_autofree char *place = g_build_filename(fixture->dir, "mine", NULL);

	check_fails(fixture, "/account export /tmp/x", 3, "there is no account yet");
	run_import(fixture, path, " passwords");
	line = g_strdup_printf("/account export %s", place);
	assert_int_equal(run(fixture, line), 0);
	assert_true(g_file_get_contents(place, &text, NULL, NULL));
	assert_null(strstr(text, "hunter2"));
	assert_non_null(strstr(text, "[alice@example.org]"));
	/* It is there now. */
	fixture->answer = "n";
	check_fails(fixture, line, 1, "nothing is written");
	assert_non_null(strstr(fixture->asked, "Overwrite "));
	fixture->answer = "y";
	check(fixture, line, "");
	fixture->front.unattended = true;
	check_fails(fixture, line, 1, "it is there already");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/account/rename", test_rename),
		TEST("/cmd/account/move", test_move),
		TEST("/cmd/account/avatar", test_avatar),
		TEST("/cmd/account/import", test_import),
		TEST("/cmd/account/import with passwords", test_import_with_passwords),
		TEST("/cmd/account/import unattended", test_import_unattended),
		TEST("/cmd/account/import of nothing", test_import_of_nothing),
		TEST("/cmd/account/export", test_export),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
