/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a change of an account does to its connection, its history and its place. */

#include "session_test.h"

static void change(struct fixture *f, const char *key, const char *value)
{
	g_autoptr(GError) error = NULL;

	assert_true(session_account_set(f->session, account_called(f, "work"), key, value, &error));
	assert_null(error);
}

static void parameter_reconnects(void **state)
{
	struct fixture *f = *state;

	go_online(f);
	change(f, "param-server", "im.example.org");
	assert_true(was_called("disconnect work"));
	assert_int_equal(fake_tp->logins, 2);
	assert_int_equal(count_notices(f, "reconnecting with what was changed"), 1);
	come_online(f, fake_conn("work"));
	assert_int_equal(account_called(f, "work")->state, ACCOUNT_ONLINE);
}

/* Unless the manager takes it while the connection lives. */
static void property_does_not_reconnect(void **state)
{
	struct fixture *f = *state;

	go_online(f);
	change(f, "param-org.example.Phone.Period", "5");
	assert_true(was_called("change org.example.Phone.Period=5"));
	assert_int_equal(fake_tp->logins, 1);
	assert_int_equal(count_notices(f, "reconnecting"), 0);
	/* Without a value the manager's own holds, which is known to it alone. */
	change(f, "param-org.example.Phone.Period", NULL);
	assert_int_equal(fake_tp->logins, 2);
}

/* The password that was typed is good for the new connection too. */
static void typed_password_stays(void **state)
{
	struct fixture *f = *state;
	struct login *login = login_called(f, "work");

	go_online(f);
	login->secret = g_strdup("typed");
	change(f, "param-port", "5223");
	assert_string_equal(fake_conn("work")->secret, "typed");
	fake_online(fake_conn("work"));
	change(f, "param-account", "else@example.org");
	assert_null(fake_conn("work")->secret);
}

static void same_value_does_nothing(void **state)
{
	struct fixture *f = *state;

	go_online(f);
	change(f, "param-account", "alice@example.org");
	assert_int_equal(fake_tp->logins, 1);
}

static void nickname_does_not_reconnect(void **state)
{
	struct fixture *f = *state;

	go_online(f);
	change(f, "nickname", "Ali");
	assert_true(was_called("nick Ali"));
	change(f, "autojoin", ROOM);
	assert_true(was_called("join " ROOM));
	change(f, "password-command", "pass show x");
	assert_int_equal(fake_tp->logins, 1);
	assert_false(was_called("disconnect work"));
}

static void offline_stays_offline(void **state)
{
	struct fixture *f = *state;

	change(f, "param-server", "im.example.org");
	assert_int_equal(fake_tp->logins, 0);
	change(f, "protocol", "local-xmpp");
	assert_string_equal(account_called(f, "work")->protocol, "local-xmpp");
}

/* --- name and place ----------------------------------------------------------------------- */

static void rename_keeps_all(void **state)
{
	struct fixture *f = *state;
	struct account *work = account_called(f, "work");
	struct conn *conn = go_online(f);
	g_autoptr(GError) error = NULL;

	fake_says(conn, BOB, "before", "uid-1", 1, false);
	settle(f);
	assert_true(config_set_chat_notify(f->session->config, "work", BOB, "off", NULL));
	assert_true(session_account_rename(f->session, work, "office", &error));
	assert_string_equal(config_chat_notify(f->session->config, "office", BOB), "off");
	assert_true(was_called("renamed office"));
	assert_ptr_equal(account_called(f, "office"), work);
	fake_says(conn, BOB, "after", "uid-2", 2, false);
	settle(f);
	assert_int_equal(fake_tp->logins, 1);
	assert_string_equal(last_message(chat_find(work, CHAT_CONTACT, BOB))->text, "after");
	session_restart(f);
	settle(f);
	work = account_called(f, "office");
	assert_non_null(chat_find(work, CHAT_CONTACT, BOB));
	assert_int_equal(count_lines(chat_find(work, CHAT_CONTACT, BOB), "before"), 1);
	assert_int_equal(count_lines(chat_find(work, CHAT_CONTACT, BOB), "after"), 1);
}

static void rename_to_a_taken_name(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GError) error = NULL;

	assert_false(session_account_rename(f->session, account_called(f, "work"), "home", &error));
	assert_non_null(strstr(error->message, "there is an account of that name"));
	account_called(f, "work");
}

static void order_stays(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GError) error = NULL;

	assert_true(session_account_move(f->session, account_called(f, "home"),
					 account_called(f, "work"), &error));
	assert_ptr_equal(f->model->accounts->pdata[0], account_called(f, "home"));
	session_restart(f);
	assert_ptr_equal(f->model->accounts->pdata[0], account_called(f, "home"));
}

/* --- avatar ------------------------------------------------------------------------------- */

static void avatar_is_kept(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = write_file(f->dir, "a.png", "png");
	struct outcome outcome = {0};
	struct conn *conn = go_online(f);

	session_set_avatar(f->session, account_called(f, "work"), path, note_outcome, &outcome);
	assert_true(was_called("avatar 3 bytes"));
	fake_answer(conn, NULL);
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, 0);
	assert_string_equal(accounts_find(f->session->accounts, "work")->avatar, path);
	session_restart(f);
	go_online(f);
	assert_true(was_called("restore avatar 3 bytes"));
	outcome_clear(&outcome);
}

static void avatar_that_cannot_be_read(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	go_online(f);
	session_set_avatar(f->session, account_called(f, "work"), f->dir, note_outcome, &outcome);
	WAIT_FOR(outcome.calls);
	assert_non_null(strstr(outcome.text, "it is not a file"));
	assert_null(accounts_find(f->session->accounts, "work")->avatar);
	outcome_clear(&outcome);
}

static void avatar_that_is_refused(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = write_file(f->dir, "a.png", "png");
	g_autoptr(GError) error = g_error_new(TP_ERROR, TP_ERROR_NOT_SUPPORTED, "no avatars");
	struct outcome outcome = {0};
	struct conn *conn = go_online(f);

	session_set_avatar(f->session, account_called(f, "work"), path, note_outcome, &outcome);
	fake_answer(conn, error);
	WAIT_FOR(outcome.calls);
	assert_string_equal(outcome.text, "no avatars");
	assert_null(accounts_find(f->session->accounts, "work")->avatar);
	outcome_clear(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/account/a parameter reconnects", parameter_reconnects),
		TEST("/account/a property does not reconnect", property_does_not_reconnect),
		TEST("/account/a typed password stays", typed_password_stays),
		TEST("/account/the same value does nothing", same_value_does_nothing),
		TEST("/account/nickname does not reconnect", nickname_does_not_reconnect),
		TEST("/account/offline stays offline", offline_stays_offline),
		TEST("/account/rename keeps all", rename_keeps_all),
		TEST("/account/rename to a taken name", rename_to_a_taken_name),
		TEST("/account/order stays", order_stays),
		TEST("/account/avatar is kept", avatar_is_kept),
		TEST("/account/avatar that cannot be read", avatar_that_cannot_be_read),
		TEST("/account/avatar that is refused", avatar_that_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
