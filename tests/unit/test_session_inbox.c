/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Incoming messages: each shown once, in order, stored before it is acknowledged. */

#include "session_test.h"

static const char *text_at(struct chat *chat, unsigned index)
{
	assert_true(index < chat->count);
	return chat_message(chat, index)->text;
}

static void tell(struct conn *conn, const struct incoming *incoming)
{
	conn->tp->ops->incoming(conn, incoming, conn->tp->data);
}

/* Something of ours that came in. @pending 0: nothing to acknowledge. */
static void tell_pending(struct conn *conn, const char *text, const char *uid, const char *token,
			 guint32 pending)
{
	const struct incoming incoming = {
		.chat_id = BOB,
		.init = {.direction = MESSAGE_OUT,
			 .delivery = DELIVERY_SENT,
			 .text = text,
			 .uid = uid,
			 .token = token},
		.pending = pending,
		.pending_id = pending,
	};

	tell(conn, &incoming);
}

static void tell_sent(struct conn *conn, const char *text, const char *uid, const char *token)
{
	tell_pending(conn, text, uid, token, 0);
}

static void says_with_token(struct conn *conn, const char *text, const char *uid, const char *token)
{
	const struct incoming incoming = {
		.chat_id = BOB,
		.init = {.sender = BOB, .text = text, .uid = uid, .token = token},
	};

	tell(conn, &incoming);
}

static void in_room(struct conn *conn, const char *text, const char *uid, const char *dedupe,
		    bool scrollback)
{
	const struct incoming incoming = {
		.kind = CHAT_ROOM,
		.chat_id = ROOM,
		.init = {.sender = ROOM "/bob", .text = text, .uid = uid, .scrollback = scrollback},
		.dedupe = dedupe,
	};

	tell(conn, &incoming);
}

static void shown_at_once(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "hello", "u1", 7, false);
	assert_string_equal(last_message(bob_chat(f))->text, "hello");
	assert_int_equal(bob_chat(f)->unread, 1);
	assert_false(fake_has_acknowledged(conn, 7));
	WAIT_FOR(fake_has_acknowledged(conn, 7));
	assert_true(last_message(bob_chat(f))->row > 0);
}

/* The page of a chat that a message opens, and that message. */
static void first_message_comes_after_the_history(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "one", "u1", 0, false);
	fake_says(conn, BOB, "two", "u2", 0, false);
	settle(f);
	session_close_chat(f->session, bob_chat(f));
	settle(f);
	fake_says(conn, BOB, "three", "u3", 0, false);
	fake_says(conn, BOB, "four", "u4", 0, false);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 4);
	assert_string_equal(text_at(bob_chat(f), 0), "one");
	assert_string_equal(text_at(bob_chat(f), 2), "three");
	assert_string_equal(text_at(bob_chat(f), 3), "four");
	assert_int_equal(bob_chat(f)->unread, 2);
}

static void replay_waits_for_the_verdict(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "waited", "u1", 1, true);
	assert_int_equal(bob_chat(f)->count, 0);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 1);
	assert_int_equal(bob_chat(f)->unread, 1);
	assert_true(fake_has_acknowledged(conn, 1));
}

static void replay_of_a_stored_one(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "seen", "u1", 1, false);
	settle(f);
	session_restart(f);
	conn = go_online(f);
	fake_says(conn, BOB, "seen", "u1", 1, true);
	fake_says(conn, BOB, "new", "u2", 2, true);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 2);
	assert_int_equal(count_lines(bob_chat(f), "seen"), 1);
	assert_string_equal(last_message(bob_chat(f))->text, "new");
	/* One counted by the history, one by the model. */
	assert_int_equal(bob_chat(f)->unread, 2);
	assert_true(fake_has_acknowledged(conn, 1));
	assert_true(fake_has_acknowledged(conn, 2));
}

static void live_ones_wait_behind_replays(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "older", "u1", 1, true);
	fake_says(conn, BOB, "newer", "u2", 2, false);
	fake_says(conn, "carol", "elsewhere", "u3", 3, false);
	assert_int_equal(bob_chat(f)->count, 0);
	assert_int_equal(chat_find(conn->account, CHAT_CONTACT, "carol")->count, 1);
	settle(f);
	assert_string_equal(text_at(bob_chat(f), 0), "older");
	assert_string_equal(text_at(bob_chat(f), 1), "newer");
	fake_says(conn, BOB, "newest", "u4", 4, false);
	assert_string_equal(last_message(bob_chat(f))->text, "newest");
}

static void same_uid_is_shown_once(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "hello", "u1", 1, false);
	fake_says(conn, BOB, "hello", "u1", 2, false);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 1);
	assert_int_equal(bob_chat(f)->unread, 1);
	assert_true(fake_has_acknowledged(conn, 1));
	assert_true(fake_has_acknowledged(conn, 2));
}

/* Some programs give all their messages one id. */
static void same_token_is_another_message(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	says_with_token(conn, "build failed", "u1", "1");
	says_with_token(conn, "build fixed", "u2", "1");
	assert_int_equal(bob_chat(f)->count, 2);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 2);
}

static void room_history_is_shown_once(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct chat *room;

	in_room(conn, "hi", "u1", "t:1", false);
	in_room(conn, "ho", "u2", "t:2", false);
	settle(f);
	/* Joined again: the server tells the last lines anew, with uids of another time. */
	in_room(conn, "hi", "v1", "t:1", true);
	in_room(conn, "ho", "v2", "t:2", true);
	in_room(conn, "missed", "v3", "t:3", true);
	settle(f);
	room = chat_find(conn->account, CHAT_ROOM, ROOM);
	assert_int_equal(room->count, 3);
	assert_string_equal(last_message(room)->text, "missed");
	assert_int_equal(room->unread, 2);
}

static void a_pheme_that_came_before(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	const struct history_chat key = {.account = "work", .kind = CHAT_CONTACT, .id = BOB};
	const struct history_message row = {.text = (char *)"hello", .uid = (char *)"u1"};

	session_open_chat(f->session, conn->account, BOB);
	settle(f);
	/* Another one stored it after our page was read. */
	history_append(f->session->history, &key, &row, NULL, NULL);
	fake_says(conn, BOB, "hello", "u1", 1, true);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 1);
	assert_true(fake_has_acknowledged(conn, 1));
}

/* --- what cannot be stored ---------------------------------------------------------------- */

static void not_stored_not_acknowledged(void **state)
{
	struct fixture *f = *state;
	struct conn *conn;

	break_history(f);
	conn = go_online(f);
	fake_says(conn, BOB, "live", "u1", 1, false);
	fake_says(conn, BOB, "waited", "u2", 2, true);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 2);
	assert_true(bob_chat(f)->no_history);
	assert_false(fake_has_acknowledged(conn, 1));
	assert_false(fake_has_acknowledged(conn, 2));
	assert_int_equal(count_notices(f, "chatting goes on"), 1);
	mend_history(f);
	fake_says(conn, BOB, "better", "u3", 3, false);
	settle(f);
	assert_true(fake_has_acknowledged(conn, 1));
	assert_true(fake_has_acknowledged(conn, 2));
	assert_true(fake_has_acknowledged(conn, 3));
	assert_int_equal(bob_chat(f)->count, 3);
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 3);
	assert_int_equal(count_lines(bob_chat(f), "waited"), 1);
}

static void an_old_connections_ids_are_not_used(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "hello", "u1", 9, false);
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(fake_conn("work"));
	conn = fake_conn("work");
	fake_online(conn);
	settle(f);
	assert_false(fake_has_acknowledged(conn, 9));
}

/* --- ours --------------------------------------------------------------------------------- */

static void another_client_sent_it(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	tell_sent(conn, "from my phone", "x1", "tok1");
	settle(f);
	assert_int_equal(bob_chat(f)->count, 1);
	assert_int_equal(last_message(bob_chat(f))->direction, MESSAGE_OUT);
	assert_int_equal(last_message(bob_chat(f))->delivery, DELIVERY_SENT);
	assert_int_equal(bob_chat(f)->unread, 0);
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 1);
}

static void another_pheme_sent_it(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	const struct history_chat key = {.account = "work", .kind = CHAT_CONTACT, .id = BOB};
	struct history_message row = {.time = g_get_real_time() / G_USEC_PER_SEC,
				      .direction = MESSAGE_OUT,
				      .delivery = DELIVERY_SENT,
				      .text = (char *)"ok",
				      .uid = (char *)"theirs1"};

	session_open_chat(f->session, conn->account, BOB);
	settle(f);
	history_append(f->session->history, &key, &row, NULL, NULL);
	row.uid = (char *)"theirs2";
	history_append(f->session->history, &key, &row, NULL, NULL);
	tell_sent(conn, "ok", "x1", "");
	tell_sent(conn, "ok", "x2", "");
	settle(f);
	assert_int_equal(bob_chat(f)->count, 2);
	/* A third one is not theirs. */
	tell_sent(conn, "ok", "x3", "");
	settle(f);
	assert_int_equal(bob_chat(f)->count, 3);
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->count, 3);
}

static void our_own_comes_back(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	g_autofree char *uid = NULL;

	session_send(f->session, session_open_chat(f->session, conn->account, BOB), MESSAGE_NORMAL,
		     "hi", NULL, NULL);
	WAIT_FOR(conn->sends->len);
	uid = g_strdup(last_message(bob_chat(f))->uid);
	tell_sent(conn, "hi", uid, "tok");
	fake_sent(conn, "tok");
	settle(f);
	assert_int_equal(bob_chat(f)->count, 1);
}

/* The manager keeps what nobody acknowledges, and tells it again and again. */
static void ours_are_acknowledged(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	tell_pending(conn, "from my phone", "x1", "tok1", 1);
	settle(f);
	assert_true(fake_has_acknowledged(conn, 1));
	tell_pending(conn, "from my phone", "x1", "tok1", 2);
	tell_pending(conn, "from my phone", "x2", "tok1", 3);
	settle(f);
	assert_true(fake_has_acknowledged(conn, 2));
	assert_true(fake_has_acknowledged(conn, 3));
	assert_int_equal(bob_chat(f)->count, 1);
	session_restart(f);
	conn = go_online(f);
	tell_pending(conn, "from my phone", "x3", "tok1", 4);
	settle(f);
	assert_true(fake_has_acknowledged(conn, 4));
	assert_int_equal(bob_chat(f)->count, 1);
}

/* --- reading ------------------------------------------------------------------------------ */

static void read_is_remembered(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "one", "u1", 0, false);
	settle(f);
	session_mark_read(f->session, bob_chat(f));
	assert_int_equal(bob_chat(f)->unread, 0);
	settle(f);
	fake_says(conn, BOB, "two", "u2", 0, false);
	settle(f);
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->unread, 1);
}

static void who_looks_on_has_read(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	chat_set_watched(session_open_chat(f->session, conn->account, BOB), true);
	fake_says(conn, BOB, "one", "u1", 0, false);
	settle(f);
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->unread, 0);
}

static void leaving_remembers_what_was_read(void **state)
{
	struct fixture *f = *state;

	fake_says(go_online(f), BOB, "one", "u1", 0, false);
	session_mark_read(f->session, bob_chat(f));
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->unread, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/inbox/shown_at_once", shown_at_once),
		TEST("/session/inbox/first_message_comes_after_the_history",
		     first_message_comes_after_the_history),
		TEST("/session/inbox/replay_waits_for_the_verdict", replay_waits_for_the_verdict),
		TEST("/session/inbox/replay_of_a_stored_one", replay_of_a_stored_one),
		TEST("/session/inbox/live_ones_wait_behind_replays", live_ones_wait_behind_replays),
		TEST("/session/inbox/same_uid_is_shown_once", same_uid_is_shown_once),
		TEST("/session/inbox/same_token_is_another_message", same_token_is_another_message),
		TEST("/session/inbox/room_history_is_shown_once", room_history_is_shown_once),
		TEST("/session/inbox/a_pheme_that_came_before", a_pheme_that_came_before),
		TEST("/session/inbox/not_stored_not_acknowledged", not_stored_not_acknowledged),
		TEST("/session/inbox/an_old_connections_ids_are_not_used",
		     an_old_connections_ids_are_not_used),
		TEST("/session/inbox/another_client_sent_it", another_client_sent_it),
		TEST("/session/inbox/another_pheme_sent_it", another_pheme_sent_it),
		TEST("/session/inbox/our_own_comes_back", our_own_comes_back),
		TEST("/session/inbox/ours_are_acknowledged", ours_are_acknowledged),
		TEST("/session/inbox/read_is_remembered", read_is_remembered),
		TEST("/session/inbox/who_looks_on_has_read", who_looks_on_has_read),
		TEST("/session/inbox/leaving_remembers_what_was_read",
		     leaving_remembers_what_was_read),
	};

	return cmocka_run_group_tests_name("session/inbox", tests, NULL, NULL);
}
