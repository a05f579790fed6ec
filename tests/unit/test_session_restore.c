/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What comes back at the next start: chats, unread counts, rosters, pages of history. */

#include "session_test.h"

static struct chat *open_chat(struct fixture *f, const char *id)
{
	return session_open_chat(f->session, account_called(f, "work"), id);
}

static struct chat *find_chat(struct fixture *f, const char *id)
{
	return chat_find(account_called(f, "work"), CHAT_CONTACT, id);
}

static void chats_come_back(void **state)
{
	struct fixture *f = *state;
	struct chat *room;

	open_chat(f, "anna");
	open_chat(f, BOB);
	open_chat(f, "carol");
	room = chat_open(account_called(f, "home"), CHAT_ROOM, "#dev");
	chat_set_name(room, "Developers");
	chat_set_number(open_chat(f, "carol"), 9);
	session_close_chat(f->session, find_chat(f, "anna"));
	session_restart(f);
	WAIT_FOR(f->model->chats->len == 4);
	assert_null(find_chat(f, "anna"));
	assert_int_equal(find_chat(f, BOB)->number, 2);
	assert_int_equal(find_chat(f, "carol")->number, 9);
	room = chat_find(account_called(f, "home"), CHAT_ROOM, "#dev");
	assert_string_equal(room->name, "Developers");
	assert_int_equal(room->room_state, ROOM_LEFT);
}

static void the_setting_says_no(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	config_set(session_config(f->session), "chat.restore", "false", NULL);
	open_chat(f, "anna");
	fake_says(conn, BOB, "hello", "u1", 0, false);
	settle(f);
	session_restart(f);
	settle(f);
	assert_null(find_chat(f, "anna"));
	assert_int_equal(bob_chat(f)->unread, 1);
}

static void unread_comes_back(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "one", "u1", 0, false);
	fake_says(conn, BOB, "two", "u2", 0, false);
	settle(f);
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->unread, 2);
	assert_int_equal(bob_chat(f)->count, 2);
	assert_true(bob_chat(f)->last_activity > 0);
	/* Where the first unread one is, is known, too. */
	assert_string_equal(bob_chat(f)->read_mark, "u1");
}

/* What comes while the user looks on is stored as read, and what was shown late is marked so. */
static void seen_is_read(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);

	fake_says(conn, BOB, "before", "u1", 1, false);
	settle(f);
	chat_set_watched(bob_chat(f), true);
	fake_says(conn, BOB, "live", "u2", 2, false);
	settle(f);
	fake_says(conn, BOB, "replayed", "u3", 3, true);
	settle(f);
	chat_set_watched(bob_chat(f), false);
	fake_says(conn, BOB, "after", "u4", 4, false);
	settle(f);
	session_restart(f);
	settle(f);
	assert_int_equal(bob_chat(f)->unread, 1);
	assert_string_equal(bob_chat(f)->read_mark, "u4");
}

/* A message that comes before the chats were read is not counted twice, nor lost. */
static void unread_adds_up(void **state)
{
	struct fixture *f = *state;

	fake_says(go_online(f), BOB, "one", "u1", 0, false);
	settle(f);
	session_restart(f);
	session_start(f->session);
	fake_online(fake_conn("work"));
	fake_says(fake_conn("work"), BOB, "two", "u2", 0, false);
	assert_int_equal(bob_chat(f)->unread, 1);
	settle(f);
	assert_int_equal(bob_chat(f)->unread, 2);
	assert_int_equal(bob_chat(f)->count, 2);
	assert_string_equal(last_message(bob_chat(f))->text, "two");
}

/* --- pages -------------------------------------------------------------------------------- */

static void fill(struct fixture *f, unsigned count)
{
	const struct history_chat key = {.account = "work", .kind = CHAT_CONTACT, .id = BOB};

	for (unsigned i = 0; i < count; i++) {
		g_autofree char *text = g_strdup_printf("line %u", i);
		g_autofree char *uid = g_strdup_printf("uid %u", i);
		const struct history_message row = {.time = 1000 + i, .text = text, .uid = uid};

		history_append(f->session->history, &key, &row, NULL, NULL);
	}
}

static void page_by_page(void **state)
{
	struct fixture *f = *state;
	struct chat *chat;

	fill(f, 950);
	chat = open_chat(f, BOB);
	assert_true(chat->loading);
	settle(f);
	assert_int_equal(chat->count, CHAT_PAGE);
	assert_string_equal(last_message(chat)->text, "line 949");
	for (unsigned i = 0; i < 20; i++) {
		session_load_older(f->session, chat);
		session_load_older(f->session, chat);
		settle(f);
	}
	assert_true(chat->at_start);
	assert_false(chat->at_end);
	assert_int_equal(chat->count, CHAT_WINDOW);
	assert_string_equal(chat_message(chat, 0)->text, "line 0");
	for (unsigned i = 0; i < 20; i++) {
		session_load_newer(f->session, chat);
		settle(f);
	}
	assert_true(chat->at_end);
	assert_string_equal(last_message(chat)->text, "line 949");
}

static void to_the_end_at_once(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct chat *chat;

	fill(f, 950);
	chat = open_chat(f, BOB);
	settle(f);
	while (chat->at_end) {
		session_load_older(f->session, chat);
		settle(f);
	}
	fake_says(conn, BOB, "new", "u1", 0, false);
	/* A page that is on its way must not come after the end. */
	session_load_older(f->session, chat);
	session_load_end(f->session, chat);
	settle(f);
	assert_true(chat->at_end);
	assert_string_equal(last_message(chat)->text, "new");
	assert_false(chat->loading);
}

static void unreadable_history(void **state)
{
	struct fixture *f = *state;
	struct chat *chat;

	break_history(f);
	chat = open_chat(f, BOB);
	settle(f);
	/* Nobody scrolls on for ever. */
	assert_true(chat->at_start);
	assert_false(chat->loading);
	assert_int_equal(count_notices(f, "chatting goes on"), 1);
}

struct log {
	GPtrArray *lines;
	bool done;
};

static void on_log(GPtrArray *found, gint64 next, const GError *error, void *data)
{
	struct log *log = data;

	assert_null(error);
	assert_int_equal(next, 0);
	log->done = true;
	for (guint i = 0; i < found->len; i++)
		message_print(log->lines, ((struct session_found *)found->pdata[i])->message, NULL);
}

static void log_lines(void **state)
{
	struct fixture *f = *state;
	const struct history_chat key = {.account = "work", .kind = CHAT_CONTACT, .id = BOB};
	struct history_message row = {.time = 1000,
				      .sender = (char *)BOB,
				      .alias = (char *)"Bob",
				      .text = (char *)"hello\n14:03 Al: \x1b[31mfake",
				      .uid = (char *)"u1"};
	struct log log = {.lines = g_ptr_array_new_with_free_func(g_free)};
	const struct session_place place = {"work", CHAT_CONTACT, BOB};
	struct query *all = query_parse("", true, NULL);

	history_append(f->session->history, &key, &row, NULL, NULL);
	row.uid = (char *)"u2";
	row.direction = MESSAGE_OUT;
	row.type = MESSAGE_ACTION;
	row.delivery = DELIVERY_QUEUED;
	row.text = (char *)"waves";
	history_append(f->session->history, &key, &row, NULL, NULL);
	session_search(f->session, all, &place, 0, 10, true, on_log, &log);
	query_unref(all);
	WAIT_FOR(log.done);
	assert_int_equal(log.lines->len, 3);
	assert_non_null(strstr(log.lines->pdata[0], "1970-01-01 "));
	assert_non_null(strstr(log.lines->pdata[0], " Bob: hello"));
	assert_int_equal(strncmp(log.lines->pdata[1], "         ", 9), 0);
	assert_null(strchr(log.lines->pdata[1], 0x1b));
	assert_non_null(strstr(log.lines->pdata[2], " * me waves [queued]"));
	g_ptr_array_unref(log.lines);
}

/* --- the roster --------------------------------------------------------------------------- */

static void make_roster(struct fixture *f)
{
	const char *const groups[] = {"Friends", NULL};
	struct account *account = account_called(f, "work");
	struct contact *bob = account_ensure_contact(account, BOB);

	contact_set_alias(bob, "Bob");
	contact_set_groups(bob, groups);
	contact_set_on_roster(bob, true);
	account_ensure_contact(account, "stranger");
	account_set_roster_ready(account, true);
}

static void roster_comes_back(void **state)
{
	struct fixture *f = *state;
	struct contact *bob;

	go_online(f);
	make_roster(f);
	assert_true(login_called(f, "work")->roster_save);
	cache_flush(login_called(f, "work"));
	session_restart(f);
	WAIT_FOR(account_find_contact(account_called(f, "work"), BOB));
	bob = account_find_contact(account_called(f, "work"), BOB);
	assert_true(bob->on_roster);
	assert_string_equal(bob->alias, "Bob");
	assert_string_equal(bob->groups[0], "Friends");
	assert_int_equal(bob->presence, PRESENCE_UNKNOWN);
	assert_null(account_find_contact(account_called(f, "work"), "stranger"));
}

static void stopping_saves_the_roster(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	go_online(f);
	make_roster(f);
	session_stop(f->session, note_outcome, &outcome);
	WAIT_FOR(outcome.calls);
	session_restart(f);
	WAIT_FOR(account_find_contact(account_called(f, "work"), BOB));
}

static void changes_are_saved(void **state)
{
	struct fixture *f = *state;
	struct login *login = login_called(f, "work");
	struct contact *bob;

	go_online(f);
	make_roster(f);
	cache_flush(login);
	bob = account_find_contact(login->account, BOB);
	contact_set_presence(bob, PRESENCE_AWAY, "away", "");
	assert_false(login->roster_save);
	contact_set_alias(bob, "Robert");
	assert_true(login->roster_save);
	cache_flush(login);
	contact_set_on_roster(bob, false);
	assert_true(login->roster_save);
}

static void the_roster_itself_is_better(void **state)
{
	struct fixture *f = *state;

	go_online(f);
	make_roster(f);
	cache_flush(login_called(f, "work"));
	session_restart(f);
	/* Online before the cache was read, and bob is no more. */
	session_start(f->session);
	fake_online(fake_conn("work"));
	account_set_roster_ready(account_called(f, "work"), true);
	settle(f);
	assert_null(account_find_contact(account_called(f, "work"), BOB));
}

/* An account that goes while its cached roster is being read takes the answer along. */
static void removed_while_restoring(void **state)
{
	struct fixture *f = *state;

	session_restart(f);
	assert_true(session_account_remove(f->session, account_called(f, "home"), NULL));
	settle(f);
	assert_null(model_find_account(f->model, "home"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/restore/chats_come_back", chats_come_back),
		TEST("/session/restore/the_setting_says_no", the_setting_says_no),
		TEST("/session/restore/unread_comes_back", unread_comes_back),
		TEST("/session/restore/seen_is_read", seen_is_read),
		TEST("/session/restore/unread_adds_up", unread_adds_up),
		TEST("/session/pages/page_by_page", page_by_page),
		TEST("/session/pages/to_the_end_at_once", to_the_end_at_once),
		TEST("/session/pages/unreadable_history", unreadable_history),
		TEST("/session/log/lines", log_lines),
		TEST("/session/cache/roster_comes_back", roster_comes_back),
		TEST("/session/cache/stopping_saves_the_roster", stopping_saves_the_roster),
		TEST("/session/cache/changes_are_saved", changes_are_saved),
		TEST("/session/cache/the_roster_itself_is_better", the_roster_itself_is_better),
		TEST("/session/cache/removed_while_restoring", removed_while_restoring),
	};

	return cmocka_run_group_tests_name("session/restore", tests, NULL, NULL);
}
