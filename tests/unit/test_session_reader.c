/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Messages that are passed on: each once, acknowledged when that was confirmed. */

#include "session_test.h"

static GString *passed; /* of the test that runs */

static int setup(void **state)
{
	passed = g_string_new(NULL);
	return session_setup(state);
}

static int teardown(void **state)
{
	g_string_free(passed, TRUE);
	return session_teardown(state);
}

static void on_reader(struct chat *chat, const struct message *message, void *data)
{
	g_string_append_printf(passed, "%s;", message->raw ? message->raw : message->text);
}

static struct conn *read_online(struct fixture *f)
{
	session_set_reader(f->session, on_reader, f);
	return go_online(f);
}

static void acknowledged_when_confirmed(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = read_online(f);

	fake_says(conn, BOB, "one\033", "u1", 1, false);
	settle(f);
	assert_string_equal(passed->str, "one\033;");
	assert_false(fake_has_acknowledged(conn, 1));
	session_confirm(f->session, "u1", false);
	assert_true(fake_has_acknowledged(conn, 1));
	session_confirm(f->session, "u1", false);
	assert_int_equal(conn->acknowledged->len, 1);
}

static void not_before_it_is_stored(void **state)
{
	struct fixture *f = *state;
	struct conn *conn;

	break_history(f);
	conn = read_online(f);
	fake_says(conn, BOB, "one", "u1", 1, false);
	session_confirm(f->session, "u1", false);
	settle(f);
	assert_string_equal(passed->str, "one;");
	assert_false(fake_has_acknowledged(conn, 1));
	mend_history(f);
	fake_says(conn, BOB, "two", "u2", 2, false);
	settle(f);
	assert_true(fake_has_acknowledged(conn, 1));
	assert_false(fake_has_acknowledged(conn, 2));
}

/* The one before ended before anybody read it. */
static void what_waits_is_passed_on(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = read_online(f);

	fake_says(conn, BOB, "one", "u1", 1, false);
	settle(f);
	session_restart(f);
	conn = read_online(f);
	settle(f);
	fake_says(conn, BOB, "one", "u1", 1, true);
	fake_says(conn, BOB, "two", "u2", 2, false);
	settle(f);
	assert_string_equal(passed->str, "one;one;two;");
	session_confirm(f->session, "u1", false);
	assert_true(fake_has_acknowledged(conn, 1));
	assert_false(fake_has_acknowledged(conn, 2));
}

static void the_handler_passes_it_on(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = read_online(f);

	fake_says(conn, BOB, "one", "u1", 1, false);
	settle(f);
	session_restart(f);
	fake_tp->not_handler = true;
	conn = read_online(f);
	settle(f);
	fake_says(conn, BOB, "one", "u1", 1, true);
	settle(f);
	assert_string_equal(passed->str, "one;");
	/* The handler dies, and this one takes its place and reads once more. */
	fake_tp->not_handler = false;
	fake_says(conn, BOB, "one", "u1", 1, true);
	settle(f);
	assert_string_equal(passed->str, "one;one;");
}

static void a_new_handler_does_not_repeat(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = read_online(f);

	fake_tp->not_handler = true;
	fake_says(conn, BOB, "one", "u1", 1, false);
	fake_says(conn, BOB, "two", "u2", 2, false);
	settle(f);
	session_confirm(f->session, "u1", false);
	assert_int_equal(conn->acknowledged->len, 0);
	fake_tp->not_handler = false;
	fake_says(conn, BOB, "one", "u1", 1, true);
	fake_says(conn, BOB, "two", "u2", 2, true);
	settle(f);
	assert_string_equal(passed->str, "one;two;");
	assert_true(fake_has_acknowledged(conn, 1));
	assert_false(fake_has_acknowledged(conn, 2));
	session_confirm(f->session, "u2", false);
	assert_true(fake_has_acknowledged(conn, 2));
}

static void what_another_acknowledged_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = read_online(f);

	fake_tp->not_handler = true;
	for (unsigned i = 1; i <= 100; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);

		fake_says(conn, BOB, "x", uid, i, false);
		session_confirm(f->session, uid, false);
		fake_removed(conn, BOB, i);
	}
	settle(f);
	assert_int_equal(g_hash_table_size(f->session->readings), 0);
	assert_int_equal(f->session->readings_awaited, 0);
}

static void note_end(const GError *error, void *data)
{
	assert_null(error);
	g_string_append(passed, "end;");
}

static void unread_ones_are_told(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "read", "u0", 0, false);
	settle(f);
	session_mark_read(f->session, bob_chat(f));
	settle(f);
	for (unsigned i = 0; i < 450; i++) {
		g_autofree char *uid = g_strdup_printf("n%u", i);

		fake_says(conn, i % 2 ? BOB : "carol@example.org", "x", uid, 0, false);
	}
	settle(f);
	session_restart(f);
	session_read_unread(f->session, 0, on_reader, note_end, f);
	settle(f);
	settle(f);
	settle(f);
	assert_int_equal(passed->len, 450 * strlen("x;") + strlen("end;"));
	assert_true(g_str_has_suffix(passed->str, "x;end;"));
}

static void read_up_to(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "one", "u1", 0, false);
	settle(f);
	fake_says(conn, BOB, "two", "u2", 0, false);
	settle(f);
	session_note_read(f->session, "work", CHAT_CONTACT, BOB,
			  chat_find_uid(bob_chat(f), "u1")->row);
	session_read_unread(f->session, 0, on_reader, note_end, f);
	settle(f);
	assert_string_equal(passed->str, "two;end;");
}

#undef TEST
#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/reader/acknowledged_when_confirmed", acknowledged_when_confirmed),
		TEST("/session/reader/not_before_it_is_stored", not_before_it_is_stored),
		TEST("/session/reader/what_waits_is_passed_on", what_waits_is_passed_on),
		TEST("/session/reader/the_handler_passes_it_on", the_handler_passes_it_on),
		TEST("/session/reader/a_new_handler_does_not_repeat",
		     a_new_handler_does_not_repeat),
		TEST("/session/reader/what_another_acknowledged_is_forgotten",
		     what_another_acknowledged_is_forgotten),
		TEST("/session/reader/unread_ones_are_told", unread_ones_are_told),
		TEST("/session/reader/read_up_to", read_up_to),
	};

	return cmocka_run_group_tests_name("session/reader", tests, NULL, NULL);
}
