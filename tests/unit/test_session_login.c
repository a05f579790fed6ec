/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Getting online, staying there, and when to leave it be. */

#include "session_test.h"

static void enabled_connects(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(account_called(f, "home")->state, ACCOUNT_DISABLED);
	session_start(f->session);
	assert_non_null(fake_conn("work"));
	assert_null(fake_conn("home"));
	assert_int_equal(account_called(f, "work")->state, ACCOUNT_CONNECTING);
}

static void connect_tells_once(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	session_connect(f->session, account_called(f, "home"), note_outcome, &outcome);
	assert_int_equal(outcome.calls, 0);
	fake_online(fake_conn("home"));
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, 0);
	session_connect(f->session, account_called(f, "home"), note_outcome, &outcome);
	WAIT_FOR(outcome.calls == 2);
	assert_int_equal(fake_tp->logins, 1);
	outcome_clear(&outcome);
}

static void connect_tells_failure(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	session_connect(f->session, account_called(f, "work"), note_outcome, &outcome);
	fake_end(fake_conn("work"), CONN_END_NETWORK, "connection refused");
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, SESSION_ERROR_NOT_CONNECTED);
	assert_non_null(strstr(outcome.text, "connection refused"));
	outcome_clear(&outcome);
}

/* In one line, with what to do; the status window has no other. */
static void connect_tells_failure_once(void **state)
{
	struct fixture *f = *state;
	struct outcome first = {0}, second = {0};

	session_connect(f->session, account_called(f, "home"), note_outcome, &first);
	fake_end(fake_conn("home"), CONN_END_AUTHENTICATION, "wrong password.");
	WAIT_FOR(first.calls);
	assert_int_equal(first.code, SESSION_ERROR_REFUSED);
	assert_string_equal(first.text, "cannot connect home: wrong password; /connect home asks "
					"for it again");
	session_connect(f->session, account_called(f, "home"), note_outcome, &second);
	fake_end(fake_conn("home"), CONN_END_NETWORK, "connection refused");
	WAIT_FOR(second.calls);
	assert_non_null(strstr(second.text, "refused; trying again in"));
	/* The same trouble again is no news. */
	WAIT_FOR(fake_conn("home"));
	fake_end(fake_conn("home"), CONN_END_NETWORK, "connection refused");
	assert_int_equal(count_notices(f, "home: "), 0);
	outcome_clear(&first);
	outcome_clear(&second);
}

static void disconnect_is_for_good(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	go_online(f);
	session_disconnect(f->session, account_called(f, "work"), note_outcome, &outcome);
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, 0);
	assert_true(was_called("disconnect work"));
	assert_int_equal(account_called(f, "work")->state, ACCOUNT_OFFLINE);
	assert_int_equal(login_called(f, "work")->retry, 0);
	outcome_clear(&outcome);
}

static void connect_while_disconnecting(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_called(f, "work");
	struct outcome left = {0}, back = {0};
	struct conn *conn = go_online(f);

	conn->stubborn = true;
	session_disconnect(f->session, account, note_outcome, &left);
	session_connect(f->session, account, note_outcome, &back);
	fake_end(conn, CONN_END_REQUESTED, "disconnected");
	WAIT_FOR(left.calls);
	assert_int_equal(left.code, 0);
	assert_int_equal(back.calls, 0);
	assert_int_equal(fake_tp->logins, 2);
	fake_online(fake_conn("work"));
	WAIT_FOR(back.calls);
	assert_int_equal(back.code, 0);
	outcome_clear(&left);
	outcome_clear(&back);
}

static void delays_grow(void **state)
{
	assert_int_equal(login_retry_delay(0, 0.5, 1000), 2000);
	assert_int_equal(login_retry_delay(1, 0.5, 1000), 4000);
	assert_int_equal(login_retry_delay(3, 0.5, 1000), 16000);
	assert_int_equal(login_retry_delay(8, 0.5, 1000), 300000);
	assert_int_equal(login_retry_delay(4000, 0.5, 1000), 300000);
	assert_int_equal(login_retry_delay(0, 0, 1000), 1500);
	assert_int_equal(login_retry_delay(0, 0.9999, 1000), 2499);
}

static void reconnects(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_called(f, "work");

	go_online(f);
	fake_end(fake_conn("work"), CONN_END_NETWORK, "the server is gone");
	assert_int_equal(account->state, ACCOUNT_WAITING);
	assert_true(account->retry_at > 0);
	assert_string_equal(account->reason, "the server is gone");
	WAIT_FOR(fake_tp->logins == 2);
	fake_online(fake_conn("work"));
	assert_int_equal(account->state, ACCOUNT_ONLINE);
}

static void tells_a_trouble_once(void **state)
{
	struct fixture *f = *state;

	session_start(f->session);
	for (unsigned i = 1; i < 5; i++) {
		WAIT_FOR(fake_tp->logins == i && fake_conn("work"));
		fake_end(fake_conn("work"), CONN_END_NETWORK, "connection refused");
	}
	assert_int_equal(login_called(f, "work")->attempts, 4);
	assert_int_equal(count_notices(f, "connection refused"), 1);
	assert_int_equal(count_notices(f, "trying again in"), 1);
}

static void attempts_start_anew_when_stable(void **state)
{
	struct fixture *f = *state;
	struct login *login = login_called(f, "work");

	session_start(f->session);
	login->attempts = 5;
	fake_online(fake_conn("work"));
	fake_end(fake_conn("work"), CONN_END_NETWORK, "gone at once");
	assert_int_equal(login->attempts, 6);
	WAIT_FOR(fake_conn("work"));
	fake_online(fake_conn("work"));
	login->online_since -= 61 * 1000; /* a second is a millisecond here */
	fake_end(fake_conn("work"), CONN_END_NETWORK, "gone after a minute");
	assert_int_equal(login->attempts, 1);
}

static void some_ends_are_final(void **state)
{
	static const enum conn_end ends[] = {CONN_END_AUTHENTICATION, CONN_END_NAME_IN_USE,
					     CONN_END_CERTIFICATE, CONN_END_CONFIG,
					     CONN_END_REQUESTED};
	struct fixture *f = *state;
	struct login *login = login_called(f, "work");

	session_start(f->session);
	for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
		fake_end(fake_conn("work"), ends[i], "no good");
		assert_int_equal(login->account->state, ACCOUNT_OFFLINE);
		assert_string_equal(login->account->reason, "no good");
		assert_int_equal(login->retry, 0);
		assert_false(login->wanted);
		assert_int_equal(count_notices(f, "work: no good"), i + 1);
		/* Each with what to do. */
		assert_int_equal(count_notices(f, "/connect work"), i + 1);
		/* Starting again is for a bus that died. */
		session_start(f->session);
		assert_null(fake_conn("work"));
		session_connect(f->session, login->account, NULL, NULL);
		assert_non_null(fake_conn("work"));
	}
}

static void bus_lost(void **state)
{
	struct fixture *f = *state;
	struct login *login = login_called(f, "work");

	go_online(f);
	session_open_chat(f->session, login->account, BOB);
	fake_bus_dies();
	assert_int_equal(login->account->state, ACCOUNT_OFFLINE);
	assert_string_equal(login->account->reason, "the bus is gone");
	assert_int_equal(count_notices(f, "session bus is gone"), 1);
	assert_int_equal(login->retry, 0);
	assert_false(session_has_bus(f->session));
	assert_true(bob_chat(f)->open);
	session_start(f->session);
	assert_true(session_has_bus(f->session));
	assert_non_null(fake_conn("work"));
}

static void connect_reopens_the_bus(void **state)
{
	struct fixture *f = *state;

	go_online(f);
	fake_bus_dies();
	session_connect(f->session, account_called(f, "home"), NULL, NULL);
	assert_non_null(fake_conn("home"));
	assert_non_null(fake_conn("work"));
}

static void no_bus(void **state)
{
	struct fixture *f = *state;
	struct outcome start = {0}, connect = {0};

	fake_tp->refuses = true;
	session_wait_bus(f->session, note_outcome, &start);
	session_start(f->session);
	session_connect(f->session, account_called(f, "work"), note_outcome, &connect);
	WAIT_FOR(start.calls && connect.calls);
	assert_int_equal(start.code, SESSION_ERROR_NOT_CONNECTED);
	assert_int_equal(connect.code, SESSION_ERROR_NOT_CONNECTED);
	assert_int_equal(account_called(f, "work")->state, ACCOUNT_OFFLINE);
	assert_int_equal(count_notices(f, "cannot find a session bus"), 1);
	fake_tp->refuses = false;
	session_start(f->session);
	assert_non_null(fake_conn("work"));
	outcome_clear(&start);
	outcome_clear(&connect);
}

static void presence_is_kept(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};
	struct conn *conn = go_online(f);

	session_set_presence(f->session, NULL, PRESENCE_AWAY, "lunch", note_outcome, &outcome);
	assert_true(was_called("presence away lunch"));
	fake_answer(conn, NULL);
	WAIT_FOR(outcome.calls);
	fake_end(conn, CONN_END_MANAGER, "the manager died");
	WAIT_FOR(fake_conn("work"));
	assert_int_equal(fake_conn("work")->presence, PRESENCE_AWAY);
	assert_string_equal(fake_conn("work")->message, "lunch");
	/* The other account had no connection: kept for it, too. */
	session_connect(f->session, account_called(f, "home"), NULL, NULL);
	assert_int_equal(fake_conn("home")->presence, PRESENCE_AWAY);
	outcome_clear(&outcome);
}

static void offline_is_a_presence(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	go_online(f);
	session_set_presence(f->session, NULL, PRESENCE_OFFLINE, NULL, note_outcome, &outcome);
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, 0);
	assert_null(fake_conn("work"));
}

/* Nobody is told to type what a script cannot. */
static void advice_for_a_script(void **state)
{
	struct fixture *f = *state;

	f->session->script = true;
	fake_tp->refuses = true;
	session_start(f->session);
	assert_int_equal(count_notices(f, "cannot find a session bus: none: --bus ADDRESS"), 1);
	fake_tp->refuses = false;
	session_start(f->session);
	fake_end(fake_conn("work"), CONN_END_NETWORK, "connection refused");
	assert_int_equal(count_notices(f, "work: connection refused"), 1);
	assert_int_equal(count_notices(f, "/connect"), 0);
	assert_int_equal(count_notices(f, "trying again"), 0);
}

static void rooms_are_joined_again(void **state)
{
	struct fixture *f = *state;
	struct conn *conn;
	struct chat *room;

	session_add_config(f, "");
	session_account_set(f->session, account_called(f, "work"), "autojoin", "ops@conf", NULL);
	conn = go_online(f);
	assert_true(was_called("join ops@conf"));
	session_join(f->session, account_called(f, "work"), ROOM, "sesame", NULL, NULL);
	session_join(f->session, account_called(f, "work"), "left@conf", NULL, NULL, NULL);
	room = chat_find(account_called(f, "work"), CHAT_ROOM, ROOM);
	chat_set_room_state(room, ROOM_JOINED);
	conn->tp->ops->joined(conn, room, conn->tp->data);
	room = chat_find(account_called(f, "work"), CHAT_ROOM, "left@conf");
	conn->tp->ops->joined(conn, room, conn->tp->data);
	chat_set_room_state(room, ROOM_JOINED);
	session_part(f->session, room, NULL, NULL, NULL);
	fake_end(conn, CONN_END_NETWORK, "gone");
	room = chat_find(account_called(f, "work"), CHAT_ROOM, ROOM);
	assert_int_equal(room->room_state, ROOM_LEFT);
	g_string_truncate(fake_tp->calls, 0);
	WAIT_FOR(fake_conn("work"));
	fake_online(fake_conn("work"));
	assert_int_equal(count_calls("join " ROOM " sesame"), 1);
	assert_int_equal(count_calls("join ops@conf"), 1);
	assert_false(was_called("join left@conf"));
}

/* The room of the configuration, under the network's spelling of its name. */
static struct chat *enter_autojoined(struct fixture *f)
{
	struct conn *conn;
	struct chat *room;

	session_account_set(f->session, account_called(f, "work"), "autojoin", "Ops@conf", NULL);
	conn = go_online(f);
	assert_true(was_called("join Ops@conf"));
	room = chat_open(conn->account, CHAT_ROOM, "ops@conf");
	chat_set_room_state(room, ROOM_JOINED);
	conn->tp->ops->joined(conn, room, conn->tp->data);
	g_string_truncate(fake_tp->calls, 0);
	return room;
}

static void reconnect(void)
{
	fake_end(fake_conn("work"), CONN_END_NETWORK, "gone");
	WAIT_FOR(fake_conn("work"));
	fake_online(fake_conn("work"));
}

static void a_room_is_joined_again_once(void **state)
{
	enter_autojoined(*state);
	reconnect();
	assert_int_equal(count_calls("join ops@conf"), 1);
	assert_false(was_called("join Ops@conf"));
}

static void rooms_that_were_left_stay_left(void **state)
{
	struct fixture *f = *state;

	session_part(f->session, enter_autojoined(f), NULL, NULL, NULL);
	reconnect();
	assert_false(was_called("join ops@conf"));
	assert_false(was_called("join Ops@conf"));
	/* A new start is another matter. */
	session_restart(f);
	go_online(f);
	assert_true(was_called("join Ops@conf"));
}

static void who_was_thrown_out_stays_out(void **state)
{
	struct chat *room = enter_autojoined(*state);
	struct conn *conn = fake_conn("work");

	chat_set_room_state(room, ROOM_LEFT);
	conn->tp->ops->thrown_out(conn, room, conn->tp->data);
	reconnect();
	assert_false(was_called("join ops@conf"));
	assert_false(was_called("join Ops@conf"));
	/* Until the user goes there again. */
	conn = fake_conn("work");
	conn->tp->ops->joined(conn, room, conn->tp->data);
	reconnect();
	assert_int_equal(count_calls("join ops@conf"), 1);
}

static void rejoin_that_fails_is_told(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GError) error = g_error_new(TP_ERROR, TP_ERROR_REFUSED, "cannot join: banned");
	struct chat *room;

	session_account_set(f->session, account_called(f, "work"), "autojoin", "ops@conf", NULL);
	fake_answer(go_online(f), error);
	room = chat_find(account_called(f, "work"), CHAT_ROOM, "ops@conf");
	assert_int_equal(count_lines(room, "cannot join: banned: /join ops@conf"), 1);
}

static void answers_do_not_outlive_the_connection(void **state)
{
	struct fixture *f = *state;
	struct outcome nick = {0}, offline = {0};
	struct conn *conn = go_online(f);

	session_set_nick(f->session, conn->account, "Al", note_outcome, &nick);
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(nick.calls);
	assert_int_equal(nick.code, SESSION_ERROR_NOT_CONNECTED);
	session_set_nick(f->session, account_called(f, "home"), "Al", note_outcome, &offline);
	assert_int_equal(offline.calls, 0);
	WAIT_FOR(offline.calls);
	assert_int_equal(offline.code, SESSION_ERROR_NOT_CONNECTED);
	outcome_clear(&nick);
	outcome_clear(&offline);
}

static void disabled_disconnects(void **state)
{
	struct fixture *f = *state;

	go_online(f);
	assert_true(session_account_enable(f->session, account_called(f, "work"), false, NULL));
	assert_null(fake_conn("work"));
	assert_int_equal(account_called(f, "work")->state, ACCOUNT_DISABLED);
	assert_true(session_account_enable(f->session, account_called(f, "work"), true, NULL));
	assert_non_null(fake_conn("work"));
}

static void removed_disconnects(void **state)
{
	struct fixture *f = *state;
	struct outcome nick = {0}, sent = {0};
	struct conn *conn = go_online(f);
	struct chat *chat = session_open_chat(f->session, conn->account, BOB);

	session_set_nick(f->session, conn->account, "Al", note_outcome, &nick);
	session_send(f->session, chat, MESSAGE_NORMAL, "hi", note_outcome, &sent);
	fake_says(conn, "carol", "hello", "c1", 5, true);
	assert_true(session_account_remove(f->session, conn->account, NULL));
	assert_true(was_called("disconnect work"));
	assert_null(fake_conn("work"));
	assert_null(model_find_account(f->model, "work"));
	WAIT_FOR(nick.calls && sent.calls);
	assert_int_equal(sent.code, SESSION_ERROR_NOT_DELIVERED);
	settle(f);
	session_restart(f);
	assert_null(model_find_account(f->model, "work"));
	outcome_clear(&nick);
	outcome_clear(&sent);
}

static void added_connects(void **state)
{
	struct fixture *f = *state;
	struct account_conf *conf = account_conf_new("irc", "idle", "irc");
	g_autoptr(GError) error = NULL;

	conf->enabled = true;
	session_start(f->session);
	assert_true(session_account_add(f->session, conf, NULL));
	assert_non_null(fake_conn("irc"));
	assert_false(session_account_add(f->session, conf, &error));
	assert_non_null(error);
	account_conf_free(conf);
}

/* --- leaving ------------------------------------------------------------------------------ */

static void last_user_disconnects(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	go_online(f);
	session_stop(f->session, note_outcome, &outcome);
	assert_int_equal(outcome.calls, 0);
	WAIT_FOR(outcome.calls);
	assert_true(was_called("disconnect work"));
	assert_int_equal(count_notices(f, "trying again"), 0);
}

static void others_go_on(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	go_online(f)->last_user = false;
	session_stop(f->session, note_outcome, &outcome);
	WAIT_FOR(outcome.calls);
	assert_false(was_called("disconnect work"));
	assert_null(fake_conn("work"));
}

static void a_manager_that_hangs_is_left(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};
	gint64 begin = g_get_monotonic_time();

	go_online(f)->stubborn = true;
	session_stop(f->session, note_outcome, &outcome);
	WAIT_FOR(outcome.calls);
	assert_true(was_called("disconnect work"));
	assert_in_range(g_get_monotonic_time() - begin, 2000000, 8000000);
}

static void leaving_lets_messages_out(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};
	struct conn *conn = go_online(f);

	session_send(f->session, session_open_chat(f->session, conn->account, BOB), MESSAGE_NORMAL,
		     "bye", NULL, NULL);
	session_stop(f->session, note_outcome, &outcome);
	WAIT_FOR(conn->sends->len);
	assert_false(was_called("disconnect work"));
	fake_sent(conn, "t1");
	WAIT_FOR(outcome.calls);
	assert_true(was_called("disconnect work"));
}

static void only_one_account(void **state)
{
	struct fixture *f = *state;
	const struct session_options one = {.account = "home"}, none = {.account = "nobody"};
	g_autoptr(GError) error = NULL;

	session_free(f->session);
	f->session = session_new(&none);
	assert_false(session_check(f->session, &error));
	assert_int_equal(error->code, SESSION_ERROR_NOT_FOUND);
	assert_int_equal(session_model(f->session)->accounts->len, 0);
	session_free(f->session);
	f->session = session_new(&one);
	assert_true(session_check(f->session, NULL));
	assert_int_equal(session_model(f->session)->accounts->len, 1);
}

static void problems_are_told(void **state)
{
	struct fixture *f = *state;

	session_add_config(f, "[broken]\nprotocol=jabber\n");
	session_restart(f);
	assert_int_equal(count_notices(f, "broken"), 1);
	assert_int_equal(f->model->accounts->len, 2);
}

/* One that was named, and mistyped perhaps. */
static void no_such_configuration(void **state)
{
	const struct session_options options = {.config_path = "/nowhere/pheme.conf"};
	struct fixture *f = *state;

	session_free(f->session);
	f->session = session_new(&options);
	f->model = session_model(f->session);
	assert_int_equal(count_notices(f, "there is no /nowhere/pheme.conf yet"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/login/enabled_connects", enabled_connects),
		TEST("/session/login/connect_tells_once", connect_tells_once),
		TEST("/session/login/connect_tells_failure", connect_tells_failure),
		TEST("/session/login/connect_tells_failure_once", connect_tells_failure_once),
		TEST("/session/login/disconnect_is_for_good", disconnect_is_for_good),
		TEST("/session/login/connect_while_disconnecting", connect_while_disconnecting),
		TEST("/session/login/delays_grow", delays_grow),
		TEST("/session/login/reconnects", reconnects),
		TEST("/session/login/tells_a_trouble_once", tells_a_trouble_once),
		TEST("/session/login/attempts_start_anew_when_stable",
		     attempts_start_anew_when_stable),
		TEST("/session/login/some_ends_are_final", some_ends_are_final),
		TEST("/session/login/bus_lost", bus_lost),
		TEST("/session/login/connect_reopens_the_bus", connect_reopens_the_bus),
		TEST("/session/login/no_bus", no_bus),
		TEST("/session/login/presence_is_kept", presence_is_kept),
		TEST("/session/login/offline_is_a_presence", offline_is_a_presence),
		TEST("/session/login/advice_for_a_script", advice_for_a_script),
		TEST("/session/login/rooms_are_joined_again", rooms_are_joined_again),
		TEST("/session/login/a_room_is_joined_again_once", a_room_is_joined_again_once),
		TEST("/session/login/rooms_that_were_left_stay_left",
		     rooms_that_were_left_stay_left),
		TEST("/session/login/who_was_thrown_out_stays_out", who_was_thrown_out_stays_out),
		TEST("/session/login/rejoin_that_fails_is_told", rejoin_that_fails_is_told),
		TEST("/session/login/answers_do_not_outlive_the_connection",
		     answers_do_not_outlive_the_connection),
		TEST("/session/login/disabled_disconnects", disabled_disconnects),
		TEST("/session/login/removed_disconnects", removed_disconnects),
		TEST("/session/login/added_connects", added_connects),
		TEST("/session/login/only_one_account", only_one_account),
		TEST("/session/login/problems_are_told", problems_are_told),
		TEST("/session/login/no_such_configuration", no_such_configuration),
		TEST("/session/stop/last_user_disconnects", last_user_disconnects),
		TEST("/session/stop/others_go_on", others_go_on),
		TEST("/session/stop/a_manager_that_hangs_is_left", a_manager_that_hangs_is_left),
		TEST("/session/stop/leaving_lets_messages_out", leaving_lets_messages_out),
	};

	return cmocka_run_group_tests_name("session/login", tests, NULL, NULL);
}
