/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Outgoing messages: stored first, sent in order and once, and what became of them. */

#include "session_test.h"

#include <sys/wait.h>

static const struct history_chat bob_key = {.account = "work", .kind = CHAT_CONTACT, .id = BOB};

static struct chat *open_bob(struct fixture *f)
{
	return session_open_chat(f->session, account_called(f, "work"), BOB);
}

static void send_bob(struct fixture *f, const char *text, struct outcome *outcome)
{
	session_send(f->session, open_bob(f), MESSAGE_NORMAL, text, outcome ? note_outcome : NULL,
		     outcome);
}

static const char *sent_text(struct conn *conn)
{
	assert_int_equal(conn->sends->len, 1);
	return ((struct fake_call *)conn->sends->pdata[0])->text;
}

struct stored {
	bool done;
	int delivery;
	char *reason, *token, *text;
};

static void on_stored_page(GPtrArray *rows, bool complete, const char *error, void *data)
{
	struct stored *stored = data;
	const struct history_message *row;

	stored->done = true;
	stored->delivery = -1;
	if (!rows->len)
		return;
	row = rows->pdata[rows->len - 1];
	stored->delivery = row->delivery;
	stored->reason = g_strdup(row->reason);
	stored->token = g_strdup(row->token);
	stored->text = g_strdup(row->text);
}

/* What the history has of the last message with bob: its delivery, -1 for none. */
static int stored_delivery(struct fixture *f, struct stored *stored)
{
	struct stored mine = {0};

	history_read_before(f->session->history, &bob_key, 0, 10, on_stored_page, &mine);
	WAIT_FOR(mine.done);
	if (stored) {
		*stored = mine;
	} else {
		g_free(mine.reason);
		g_free(mine.token);
		g_free(mine.text);
	}
	return mine.delivery;
}

static void stored_clear(struct stored *stored)
{
	g_free(stored->reason);
	g_free(stored->token);
	g_free(stored->text);
}

/* --- online ------------------------------------------------------------------------------- */

static void stored_before_it_is_sent(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct outcome outcome = {0};
	struct stored stored = {0};

	send_bob(f, "hi\x01there", &outcome);
	assert_int_equal(last_message(open_bob(f))->delivery, DELIVERY_SENDING);
	assert_int_equal(conn->sends->len, 0);
	WAIT_FOR(conn->sends->len);
	assert_string_equal(sent_text(conn), "hi\x01there");
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_SENDING);
	assert_int_equal(outcome.calls, 0);
	fake_sent(conn, "tok");
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, 0);
	assert_int_equal(last_message(open_bob(f))->delivery, DELIVERY_SENT);
	assert_string_equal(last_message(open_bob(f))->token, "tok");
	assert_int_equal(stored_delivery(f, &stored), DELIVERY_SENT);
	assert_string_equal(stored.token, "tok");
	assert_string_equal(stored.text, "hi\x01there");
	stored_clear(&stored);
	outcome_clear(&outcome);
}

static void in_order(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	send_bob(f, "one", NULL);
	send_bob(f, "two", NULL);
	settle(f);
	assert_string_equal(sent_text(conn), "one");
	fake_sent(conn, "");
	settle(f);
	assert_string_equal(sent_text(conn), "two");
	fake_sent(conn, "");
	settle(f);
	assert_int_equal(conn->sends->len, 0);
}

static void a_refusal_is_told(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct outcome outcome = {0};
	struct stored stored = {0};

	send_bob(f, "one", &outcome);
	send_bob(f, "two", NULL);
	settle(f);
	fake_send_fails(conn, TP_ERROR_REFUSED, "cannot send: not allowed");
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, SESSION_ERROR_NOT_DELIVERED);
	assert_int_equal(chat_message(open_bob(f), 0)->delivery, DELIVERY_FAILED);
	assert_string_equal(chat_message(open_bob(f), 0)->reason, "cannot send: not allowed");
	settle(f);
	assert_string_equal(sent_text(conn), "two");
	assert_int_equal(stored_delivery(f, &stored), DELIVERY_SENDING);
	stored_clear(&stored);
	outcome_clear(&outcome);
}

static void obstacles(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};
	struct conn *conn = go_online(f);

	session_send(f->session, f->model->status, MESSAGE_NORMAL, "x", note_outcome, &outcome);
	WAIT_FOR(outcome.calls == 1);
	assert_int_equal(outcome.code, SESSION_ERROR_FAILED);
	send_bob(f, "", &outcome);
	send_bob(f, "\xff", &outcome);
	session_send(f->session, chat_open(conn->account, CHAT_ROOM, ROOM), MESSAGE_NORMAL, "x",
		     note_outcome, &outcome);
	WAIT_FOR(outcome.calls == 4);
	assert_non_null(strstr(outcome.text, "/join"));
	assert_int_equal(open_bob(f)->count, 0);
	outcome_clear(&outcome);
}

/* --- offline ------------------------------------------------------------------------------ */

static void queued_goes_out_once(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};
	struct conn *conn;

	send_bob(f, "one", &outcome);
	send_bob(f, "two", NULL);
	settle(f);
	assert_int_equal(last_message(open_bob(f))->delivery, DELIVERY_QUEUED);
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_QUEUED);
	assert_int_equal(outcome.calls, 0);
	conn = go_online(f);
	settle(f);
	assert_string_equal(sent_text(conn), "one");
	fake_sent(conn, "");
	settle(f);
	assert_string_equal(sent_text(conn), "two");
	fake_sent(conn, "");
	settle(f);
	assert_int_equal(outcome.calls, 1);
	assert_int_equal(open_bob(f)->count, 2);
	/* Another connection has nothing left to send. */
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(fake_conn("work"));
	come_online(f, fake_conn("work"));
	settle(f);
	assert_int_equal(count_calls("send " BOB " one"), 1);
	assert_int_equal(count_calls("send " BOB " two"), 1);
	outcome_clear(&outcome);
}

/* Writes what a pheme that died left in the queue. */
static void leave_queued(struct fixture *f, const char *uid, const char *text)
{
	pid_t child;
	int status;

	/* SQLite wants no file open when a process forks. */
	session_close(f);
	child = fork();
	/* The row belongs to the process that wrote it. */
	if (child == 0) {
		struct history *history = history_new(NULL, NULL, NULL);
		const struct history_message row = {.time = 1,
						    .direction = MESSAGE_OUT,
						    .delivery = DELIVERY_QUEUED,
						    .text = (char *)text,
						    .uid = (char *)uid};

		history_append(history, &bob_key, &row, NULL, NULL);
		history_free(history);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	session_open(f);
}

static void queued_survives_the_process(void **state)
{
	struct fixture *f = *state;
	struct conn *conn;

	leave_queued(f, "dead1", "left behind");
	send_bob(f, "mine", NULL);
	conn = go_online(f);
	settle(f);
	assert_string_equal(sent_text(conn), "left behind");
	fake_sent(conn, "");
	settle(f);
	assert_string_equal(sent_text(conn), "mine");
	fake_sent(conn, "");
	settle(f);
	assert_int_equal(open_bob(f)->count, 2);
	assert_int_equal(chat_message(open_bob(f), 0)->delivery, DELIVERY_SENT);
}

static void one_that_another_pheme_claimed(void **state)
{
	struct fixture *f = *state;
	struct conn *conn;

	leave_queued(f, "dead1", "left behind");
	session_start(f->session);
	conn = fake_conn("work");
	fake_online(conn);
	/* After the queue was read, before the claim. */
	history_set_delivery(f->session->history, "dead1", DELIVERY_SENT, NULL, NULL);
	send_bob(f, "mine", NULL);
	settle(f);
	assert_false(was_called("send " BOB " left behind"));
	assert_string_equal(sent_text(conn), "mine");
}

/* --- connections that break --------------------------------------------------------------- */

static void lost_while_sending(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct outcome outcome = {0};
	struct stored stored = {0};

	send_bob(f, "one", &outcome);
	settle(f);
	assert_string_equal(sent_text(conn), "one");
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, SESSION_ERROR_FAILED);
	assert_int_equal(last_message(open_bob(f))->delivery, DELIVERY_FAILED);
	assert_non_null(strstr(last_message(open_bob(f))->reason, "connection lost"));
	assert_int_equal(stored_delivery(f, &stored), DELIVERY_FAILED);
	assert_non_null(strstr(stored.reason, "connection lost"));
	WAIT_FOR(fake_conn("work"));
	come_online(f, fake_conn("work"));
	settle(f);
	assert_int_equal(count_calls("send " BOB " one"), 1);
	/* The user may. */
	session_resend(f->session, open_bob(f), last_message(open_bob(f)));
	settle(f);
	assert_int_equal(count_calls("send " BOB " one"), 2);
	stored_clear(&stored);
	outcome_clear(&outcome);
}

static void lost_before_it_was_sent(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct outcome outcome = {0};

	send_bob(f, "one", &outcome);
	settle(f);
	fake_send_fails(conn, TP_ERROR_OFFLINE, "cannot send: not connected");
	assert_int_equal(last_message(open_bob(f))->delivery, DELIVERY_QUEUED);
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_QUEUED);
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(fake_conn("work"));
	conn = fake_conn("work");
	come_online(f, conn);
	settle(f);
	assert_string_equal(sent_text(conn), "one");
	fake_sent(conn, "");
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, 0);
	outcome_clear(&outcome);
}

static void lost_while_it_is_stored(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	send_bob(f, "one", NULL);
	fake_end(conn, CONN_END_NETWORK, "gone");
	assert_int_equal(last_message(open_bob(f))->delivery, DELIVERY_QUEUED);
	history_flush(f->session->history);
	WAIT_FOR(fake_conn("work"));
	conn = fake_conn("work");
	come_online(f, conn);
	settle(f);
	assert_string_equal(sent_text(conn), "one");
}

/* Ends with the claim asked for, but not with what it was for. */
static void ended_between_claim_and_sending(void **state)
{
	struct fixture *f = *state;
	struct conn *conn;

	go_online(f);
	send_bob(f, "one", NULL);
	WAIT_FOR(last_message(open_bob(f))->row > 0);
	session_restart(f);
	settle(f);
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_QUEUED);
	conn = go_online(f);
	settle(f);
	assert_string_equal(sent_text(conn), "one");
}

static void ended_while_sending(void **state)
{
	struct fixture *f = *state;
	struct stored stored = {0};

	go_online(f);
	send_bob(f, "one", NULL);
	settle(f);
	session_restart(f);
	assert_int_equal(stored_delivery(f, &stored), DELIVERY_FAILED);
	assert_non_null(strstr(stored.reason, "pheme ended"));
	stored_clear(&stored);
}

static void history_that_fails(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};
	struct conn *conn;

	break_history(f);
	conn = go_online(f);
	send_bob(f, "one", &outcome);
	settle(f);
	assert_string_equal(sent_text(conn), "one");
	fake_sent(conn, "tok");
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, 0);
	assert_int_equal(count_notices(f, "chatting goes on"), 1);
	mend_history(f);
	fake_says(conn, BOB, "hello", "u1", 0, false);
	settle(f);
	session_restart(f);
	settle(f);
	/* Stored late, as what had become of it. */
	assert_int_equal(open_bob(f)->count, 2);
	assert_int_equal(count_lines(open_bob(f), "one"), 1);
	for (unsigned i = 0; i < 2; i++)
		assert_int_not_equal(chat_message(open_bob(f), i)->delivery, DELIVERY_QUEUED);
	outcome_clear(&outcome);
}

/* --- rooms -------------------------------------------------------------------------------- */

static void rooms_wait_until_they_are_joined(void **state)
{
	struct fixture *f = *state;
	struct chat *room = chat_open(account_called(f, "work"), CHAT_ROOM, ROOM);
	struct conn *conn;

	session_send(f->session, room, MESSAGE_NORMAL, "hi all", NULL, NULL);
	settle(f);
	conn = go_online(f);
	settle(f);
	assert_int_equal(conn->sends->len, 0);
	session_join(f->session, conn->account, ROOM, NULL, NULL, NULL);
	settle(f);
	assert_int_equal(conn->sends->len, 0);
	chat_set_room_state(room, ROOM_JOINED);
	conn->tp->ops->joined(conn, room, conn->tp->data);
	settle(f);
	assert_string_equal(sent_text(conn), "hi all");
}

static void a_closed_chat_still_sends(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	send_bob(f, "bye", NULL);
	session_close_chat(f->session, open_bob(f));
	settle(f);
	assert_string_equal(sent_text(conn), "bye");
	fake_sent(conn, "");
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_SENT);
	assert_int_equal(g_hash_table_size(f->session->talks), 0);
}

/* --- reports ------------------------------------------------------------------------------ */

static void report(struct conn *conn, const char *token, enum delivery delivery, const char *reason,
		   const char *echo, guint32 pending)
{
	const struct delivery_report one = {
		.chat_id = BOB,
		.token = token,
		.delivery = delivery,
		.reason = reason,
		.echo = echo,
		.pending = pending != 0,
		.pending_id = pending,
	};

	conn->tp->ops->delivery(conn, &one, conn->tp->data);
}

static struct conn *send_two(struct fixture *f)
{
	struct conn *conn = go_online(f);

	send_bob(f, "one", NULL);
	settle(f);
	fake_sent(conn, "t1");
	send_bob(f, "two", NULL);
	settle(f);
	fake_sent(conn, "t2");
	settle(f);
	return conn;
}

static void report_by_token(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = send_two(f);
	struct chat *chat = open_bob(f);

	report(conn, "t1", DELIVERY_DELIVERED, NULL, NULL, 11);
	assert_int_equal(chat_message(chat, 0)->delivery, DELIVERY_DELIVERED);
	assert_int_equal(chat_message(chat, 1)->delivery, DELIVERY_SENT);
	assert_false(fake_has_acknowledged(conn, 11));
	WAIT_FOR(fake_has_acknowledged(conn, 11));
	report(conn, "t2", DELIVERY_READ, NULL, NULL, 0);
	report(conn, "t2", DELIVERY_DELIVERED, NULL, NULL, 0);
	assert_int_equal(chat_message(chat, 1)->delivery, DELIVERY_READ);
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_READ);
	report(conn, "t1", DELIVERY_FAILED, "bounced", NULL, 0);
	assert_int_equal(chat_message(chat, 0)->delivery, DELIVERY_FAILED);
	assert_string_equal(chat_message(chat, 0)->reason, "bounced");
}

static void report_before_the_token(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	send_bob(f, "one", NULL);
	settle(f);
	report(conn, "t1", DELIVERY_DELIVERED, NULL, NULL, 0);
	report(conn, "t0", DELIVERY_FAILED, "long ago", NULL, 0);
	assert_int_equal(last_message(open_bob(f))->delivery, DELIVERY_SENDING);
	fake_sent(conn, "t1");
	assert_int_equal(chat_message(open_bob(f), 0)->delivery, DELIVERY_DELIVERED);
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_DELIVERED);
	assert_int_equal(count_lines(open_bob(f), "not delivered: long ago"), 1);
}

/* Another pheme sent it; while the history is asked whether it is there the report comes. */
static void report_before_it_is_shown(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	const struct incoming incoming = {
		.chat_id = BOB,
		.init = {.time = 1,
			 .direction = MESSAGE_OUT,
			 .delivery = DELIVERY_SENT,
			 .text = "from the side",
			 .token = "t1",
			 .uid = "side1"},
	};

	conn->tp->ops->incoming(conn, &incoming, conn->tp->data);
	report(conn, "t1", DELIVERY_DELIVERED, NULL, NULL, 0);
	report(conn, "t0", DELIVERY_FAILED, "long ago", NULL, 0);
	WAIT_FOR(open_bob(f)->count == 2);
	assert_int_equal(chat_message(open_bob(f), 0)->delivery, DELIVERY_DELIVERED);
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_DELIVERED);
	assert_int_equal(count_lines(open_bob(f), "not delivered: long ago"), 1);
}

static void report_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct conn *conn;
	struct chat *chat;

	send_two(f);
	session_restart(f);
	conn = go_online(f);
	settle(f);
	chat = open_bob(f);
	chat_clear(chat);
	report(conn, "t2", DELIVERY_FAILED, "bounced", NULL, 5);
	settle(f);
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_FAILED);
	assert_int_equal(count_lines(chat, "not delivered: bounced"), 1);
	assert_true(fake_has_acknowledged(conn, 5));
}

static void report_without_a_token(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = send_two(f);
	struct chat *chat = open_bob(f);

	report(conn, "", DELIVERY_FAILED, "which?", NULL, 0);
	assert_int_equal(count_lines(chat, "not delivered: which?"), 1);
	report(conn, "", DELIVERY_FAILED, "offline", "one", 0);
	assert_int_equal(chat_message(chat, 0)->delivery, DELIVERY_FAILED);
	assert_int_equal(chat_message(chat, 1)->delivery, DELIVERY_SENT);
	/* Only one is left that can be meant. */
	report(conn, "", DELIVERY_DELIVERED, NULL, NULL, 0);
	assert_int_equal(chat_message(chat, 1)->delivery, DELIVERY_DELIVERED);
}

static void report_for_a_closed_chat(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = send_two(f);

	session_close_chat(f->session, open_bob(f));
	settle(f);
	report(conn, "t2", DELIVERY_DELIVERED, NULL, NULL, 5);
	settle(f);
	assert_null(chat_find(conn->account, CHAT_CONTACT, BOB));
	assert_true(fake_has_acknowledged(conn, 5));
	assert_int_equal(stored_delivery(f, NULL), DELIVERY_DELIVERED);
	report(conn, "t2", DELIVERY_FAILED, "bounced", NULL, 0);
	assert_int_equal(count_lines(bob_chat(f), "not delivered: bounced"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/outbox/stored_before_it_is_sent", stored_before_it_is_sent),
		TEST("/session/outbox/in_order", in_order),
		TEST("/session/outbox/a_refusal_is_told", a_refusal_is_told),
		TEST("/session/outbox/obstacles", obstacles),
		TEST("/session/outbox/queued_goes_out_once", queued_goes_out_once),
		TEST("/session/outbox/queued_survives_the_process", queued_survives_the_process),
		TEST("/session/outbox/one_that_another_pheme_claimed",
		     one_that_another_pheme_claimed),
		TEST("/session/outbox/lost_while_sending", lost_while_sending),
		TEST("/session/outbox/lost_before_it_was_sent", lost_before_it_was_sent),
		TEST("/session/outbox/lost_while_it_is_stored", lost_while_it_is_stored),
		TEST("/session/outbox/ended_between_claim_and_sending",
		     ended_between_claim_and_sending),
		TEST("/session/outbox/ended_while_sending", ended_while_sending),
		TEST("/session/outbox/history_that_fails", history_that_fails),
		TEST("/session/outbox/rooms_wait_until_they_are_joined",
		     rooms_wait_until_they_are_joined),
		TEST("/session/outbox/a_closed_chat_still_sends", a_closed_chat_still_sends),
		TEST("/session/report/by_token", report_by_token),
		TEST("/session/report/before_the_token", report_before_the_token),
		TEST("/session/report/before_it_is_shown", report_before_it_is_shown),
		TEST("/session/report/after_a_restart", report_after_a_restart),
		TEST("/session/report/without_a_token", report_without_a_token),
		TEST("/session/report/for_a_closed_chat", report_for_a_closed_chat),
	};

	return cmocka_run_group_tests_name("session/outbox", tests, NULL, NULL);
}
