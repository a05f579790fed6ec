/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where passwords come from, and who is asked. */

#include "session_test.h"

struct asked {
	GPtrArray *texts; /* "-" for a prompt that became pointless */
	struct account *account;
	struct chat *chat;
};

static void on_prompt(const struct prompt *prompt, void *data)
{
	struct asked *asked = data;

	g_ptr_array_add(asked->texts, g_strdup(prompt ? prompt->text : "-"));
	if (!prompt)
		return;
	assert_true(prompt->secret);
	asked->account = prompt->account;
	asked->chat = prompt->chat;
}

static struct asked *listen(struct fixture *f)
{
	struct asked *asked = test_calloc(1, sizeof(*asked));

	asked->texts = g_ptr_array_new_with_free_func(g_free);
	session_on_prompt(f->session, on_prompt, asked);
	return asked;
}

static void stop_listening(struct fixture *f, struct asked *asked)
{
	session_on_prompt(f->session, NULL, NULL);
	g_ptr_array_unref(asked->texts);
	test_free(asked);
}

static const char *text_of(struct asked *asked, unsigned index)
{
	assert_true(index < asked->texts->len);
	return asked->texts->pdata[index];
}

static void want(struct conn *conn, struct chat *room, bool again)
{
	conn->tp->ops->secret_wanted(conn, room, again, conn->tp->data);
}

static void unwant(struct conn *conn, struct chat *room)
{
	conn->tp->ops->secret_unwanted(conn, room, conn->tp->data);
}

/* --- sources ------------------------------------------------------------------------------ */

static void from_the_file(void **state)
{
	struct fixture *f = *state;

	session_account_set(f->session, account_called(f, "work"), "param-password", "pass", NULL);
	session_start(f->session);
	WAIT_FOR(fake_conn("work"));
	assert_string_equal(fake_conn("work")->secret, "pass");
	/* tp puts it where the manager wants it. */
	assert_null(fake_conn("work")->password_param);
}

static void from_a_command(void **state)
{
	struct fixture *f = *state;

	session_account_set(f->session, account_called(f, "work"), "password-command",
			    "printf 'swordfish\\nmore'", NULL);
	session_start(f->session);
	assert_null(fake_conn("work"));
	assert_int_equal(account_called(f, "work")->state, ACCOUNT_CONNECTING);
	WAIT_FOR(fake_conn("work"));
	assert_string_equal(fake_conn("work")->secret, "swordfish");
}

static void a_command_that_fails_is_told(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);

	session_account_set(f->session, account_called(f, "work"), "password-command",
			    "/nonexistent/tool", NULL);
	session_start(f->session);
	WAIT_FOR(fake_conn("work"));
	assert_null(fake_conn("work")->secret);
	assert_int_equal(count_notices(f, "/nonexistent/tool"), 1);
	want(fake_conn("work"), NULL, false);
	assert_int_equal(asked->texts->len, 1);
	stop_listening(f, asked);
}

static void disconnecting_ends_the_search(void **state)
{
	struct fixture *f = *state;

	session_account_set(f->session, account_called(f, "work"), "password-command", "sleep 30",
			    NULL);
	session_start(f->session);
	session_disconnect(f->session, account_called(f, "work"), NULL, NULL);
	assert_null(login_called(f, "work")->lookup);
	assert_int_equal(account_called(f, "work")->state, ACCOUNT_OFFLINE);
}

static void a_refused_one_is_not_offered_again(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_called(f, "work");

	session_account_set(f->session, account, "param-password", "wrong", NULL);
	session_start(f->session);
	WAIT_FOR(fake_conn("work"));
	fake_end(fake_conn("work"), CONN_END_AUTHENTICATION, "wrong password");
	session_connect(f->session, account, NULL, NULL);
	WAIT_FOR(fake_conn("work"));
	/* So the user is asked. */
	assert_null(fake_conn("work")->secret);
	fake_end(fake_conn("work"), CONN_END_AUTHENTICATION, "wrong password");
	session_connect(f->session, account, NULL, NULL);
	WAIT_FOR(fake_conn("work"));
	assert_null(fake_conn("work")->secret);
	fake_end(fake_conn("work"), CONN_END_AUTHENTICATION, "wrong password");
	/* Another one may be the right one. */
	session_account_set(f->session, account, "param-password", "right", NULL);
	session_connect(f->session, account, NULL, NULL);
	WAIT_FOR(fake_conn("work"));
	assert_string_equal(fake_conn("work")->secret, "right");
}

/* Neither the wrong one that was typed nor the wrong one of the file is tried in silence. */
static void a_wrong_answer_is_asked_for_again(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_called(f, "work");
	struct asked *asked = listen(f);

	session_account_set(f->session, account, "param-password", "wrong", NULL);
	session_start(f->session);
	WAIT_FOR(fake_conn("work"));
	want(fake_conn("work"), NULL, true);
	session_answer_prompt(f->session, "wrong as well");
	WAIT_FOR(was_called("secret wrong as well"));
	fake_end(fake_conn("work"), CONN_END_AUTHENTICATION, "wrong password");
	session_connect(f->session, account, NULL, NULL);
	WAIT_FOR(fake_conn("work"));
	assert_null(fake_conn("work")->secret);
	want(fake_conn("work"), NULL, false);
	assert_int_equal(asked->texts->len, 2);
	stop_listening(f, asked);
}

/* --- asking ------------------------------------------------------------------------------- */

static void the_user_is_asked(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);
	struct conn *conn;

	session_start(f->session);
	conn = fake_conn("work");
	account_set_self(conn->account, "alice@example.org", NULL);
	want(conn, NULL, false);
	assert_string_equal(text_of(asked, 0), "Password for work (alice@example.org)");
	assert_ptr_equal(asked->account, conn->account);
	assert_null(asked->chat);
	session_answer_prompt(f->session, "sesame");
	WAIT_FOR(was_called("secret sesame"));
	stop_listening(f, asked);
}

static void asked_again_when_refused(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);
	struct conn *conn;

	session_start(f->session);
	conn = fake_conn("work");
	want(conn, NULL, false);
	session_answer_prompt(f->session, "wrong");
	WAIT_FOR(was_called("secret wrong"));
	want(conn, NULL, true);
	assert_int_equal(asked->texts->len, 2);
	assert_non_null(strstr(text_of(asked, 1), "refused"));
	session_answer_prompt(f->session, "right");
	WAIT_FOR(was_called("secret right"));
	stop_listening(f, asked);
}

static void a_good_one_serves_reconnects(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);

	session_start(f->session);
	want(fake_conn("work"), NULL, false);
	session_answer_prompt(f->session, "sesame");
	WAIT_FOR(was_called("secret sesame"));
	fake_online(fake_conn("work"));
	fake_end(fake_conn("work"), CONN_END_NETWORK, "gone");
	WAIT_FOR(fake_conn("work"));
	assert_string_equal(fake_conn("work")->secret, "sesame");
	want(fake_conn("work"), NULL, false);
	WAIT_FOR(count_calls("secret sesame") == 2);
	assert_int_equal(asked->texts->len, 1);
	/* Who disconnects is forgotten. */
	session_disconnect(f->session, account_called(f, "work"), NULL, NULL);
	assert_null(login_called(f, "work")->secret);
	stop_listening(f, asked);
}

static void declining_is_an_answer(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);

	session_start(f->session);
	want(fake_conn("work"), NULL, false);
	session_answer_prompt(f->session, NULL);
	WAIT_FOR(was_called("secret -"));
	fake_end(fake_conn("work"), CONN_END_AUTHENTICATION, "no password");
	assert_int_equal(login_called(f, "work")->retry, 0);
	stop_listening(f, asked);
}

static void nobody_to_ask(void **state)
{
	struct fixture *f = *state;

	session_start(f->session);
	want(fake_conn("work"), NULL, false);
	assert_false(was_called("secret -"));
	WAIT_FOR(was_called("secret -"));
	assert_int_equal(count_notices(f, "password-command"), 1);
}

static void one_question_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);

	session_start(f->session);
	session_connect(f->session, account_called(f, "home"), NULL, NULL);
	want(fake_conn("work"), NULL, false);
	want(fake_conn("home"), NULL, false);
	want(fake_conn("home"), NULL, false);
	assert_int_equal(asked->texts->len, 1);
	session_answer_prompt(f->session, "one");
	assert_int_equal(asked->texts->len, 2);
	assert_string_equal(text_of(asked, 1), "Password for home (ali)");
	session_answer_prompt(f->session, "two");
	WAIT_FOR(was_called("secret one") && was_called("secret two"));
	session_answer_prompt(f->session, "nobody asked");
	assert_int_equal(asked->texts->len, 2);
	stop_listening(f, asked);
}

static void pointless_questions_go(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);

	session_start(f->session);
	session_connect(f->session, account_called(f, "home"), NULL, NULL);
	want(fake_conn("work"), NULL, false);
	want(fake_conn("home"), NULL, false);
	unwant(fake_conn("work"), NULL);
	assert_string_equal(text_of(asked, 1), "-");
	assert_string_equal(text_of(asked, 2), "Password for home (ali)");
	/* Also with the connection that asked. */
	fake_end(fake_conn("home"), CONN_END_NETWORK, "gone");
	assert_string_equal(text_of(asked, 3), "-");
	assert_int_equal(asked->texts->len, 4);
	stop_listening(f, asked);
}

static void a_front_end_that_comes_late(void **state)
{
	struct fixture *f = *state;
	struct asked *first = listen(f), *second;

	session_start(f->session);
	want(fake_conn("work"), NULL, false);
	second = listen(f);
	assert_int_equal(second->texts->len, 1);
	stop_listening(f, first);
	WAIT_FOR(was_called("secret -"));
	stop_listening(f, second);
}

/* --- rooms -------------------------------------------------------------------------------- */

static void rooms_ask_too(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);
	struct conn *conn = go_online(f);
	struct chat *room;

	session_join(f->session, conn->account, ROOM, NULL, NULL, NULL);
	room = chat_find(conn->account, CHAT_ROOM, ROOM);
	want(conn, room, false);
	assert_string_equal(text_of(asked, 0), "Password for room " ROOM);
	assert_ptr_equal(asked->chat, room);
	session_answer_prompt(f->session, "wrong");
	want(conn, room, true);
	assert_int_equal(asked->texts->len, 2);
	session_answer_prompt(f->session, "open");
	WAIT_FOR(was_called("secret " ROOM " open"));
	conn->tp->ops->joined(conn, room, conn->tp->data);
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(fake_conn("work"));
	fake_online(fake_conn("work"));
	/* Joined again with what was right. */
	assert_true(was_called("join " ROOM " open"));
	stop_listening(f, asked);
}

/* The network has a spelling of its own for the room's name. */
static void a_room_by_another_spelling(void **state)
{
	struct fixture *f = *state;
	struct asked *asked = listen(f);
	struct conn *conn = go_online(f);
	struct chat *room;

	session_join(f->session, conn->account, "#Dev", "open", NULL, NULL);
	room = chat_open(conn->account, CHAT_ROOM, "#dev");
	conn->tp->ops->joined(conn, room, conn->tp->data);
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(fake_conn("work"));
	conn = fake_conn("work");
	fake_online(conn);
	assert_true(was_called("join #dev open"));
	want(conn, room, false);
	WAIT_FOR(was_called("secret #dev open"));
	assert_int_equal(asked->texts->len, 0);
	/* A wrong one is forgotten under either. */
	want(conn, room, true);
	assert_int_equal(asked->texts->len, 1);
	stop_listening(f, asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/passwords/from_the_file", from_the_file),
		TEST("/session/passwords/from_a_command", from_a_command),
		TEST("/session/passwords/a_command_that_fails_is_told",
		     a_command_that_fails_is_told),
		TEST("/session/passwords/disconnecting_ends_the_search",
		     disconnecting_ends_the_search),
		TEST("/session/passwords/a_refused_one_is_not_offered_again",
		     a_refused_one_is_not_offered_again),
		TEST("/session/passwords/a_wrong_answer_is_asked_for_again",
		     a_wrong_answer_is_asked_for_again),
		TEST("/session/passwords/the_user_is_asked", the_user_is_asked),
		TEST("/session/passwords/asked_again_when_refused", asked_again_when_refused),
		TEST("/session/passwords/a_good_one_serves_reconnects",
		     a_good_one_serves_reconnects),
		TEST("/session/passwords/declining_is_an_answer", declining_is_an_answer),
		TEST("/session/passwords/nobody_to_ask", nobody_to_ask),
		TEST("/session/passwords/one_question_at_a_time", one_question_at_a_time),
		TEST("/session/passwords/pointless_questions_go", pointless_questions_go),
		TEST("/session/passwords/a_front_end_that_comes_late", a_front_end_that_comes_late),
		TEST("/session/passwords/rooms_ask_too", rooms_ask_too),
		TEST("/session/passwords/a_room_by_another_spelling", a_room_by_another_spelling),
	};

	return cmocka_run_group_tests_name("session/passwords", tests, NULL, NULL);
}
