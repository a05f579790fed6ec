/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An account gets another name: what was said in it goes along. */

#include "history_test.h"

#include "model/query.h"

static gint64 say(struct fixture *f, const struct history_chat *chat, const char *text,
		  const char *dedupe)
{
	g_autofree char *uid = g_strconcat(chat->account, text, NULL);
	struct history_message message = {
		.time = 1, .text = (char *)text, .uid = uid, .dedupe = (char *)dedupe};

	return append_ok(f, chat, &message);
}

static void check_texts(struct fixture *f, const struct history_chat *chat, const char *texts)
{
	struct answer answer = {0};
	g_autoptr(GString) found = g_string_new(NULL);

	read_before(f, chat, 0, 100, &answer);
	for (guint i = 0; i < answer.items->len; i++)
		g_string_append_printf(found, "%s ", item(&answer, i)->text);
	assert_string_equal(found->str, texts);
	clear_answer(&answer);
}

static guint count_roster(struct fixture *f, const char *account)
{
	struct answer answer = {0};
	guint count;

	history_read_roster(f->history, account, on_items, &answer);
	WAIT_FOR(answer.done);
	count = answer.items->len;
	clear_answer(&answer);
	return count;
}

static void save_roster(struct fixture *f, const char *account)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	struct history_contact contact = {.id = (char *)"bob@example.org"};

	g_ptr_array_add(list, &contact);
	history_save_roster(f->history, account, list);
}

static void everything_follows(void **state)
{
	struct fixture *f = *state;
	const struct history_chat office = {"office", bob.kind, bob.id};

	say(f, &bob, "one", NULL);
	save_roster(f, "work");
	history_rename_account(f->history, "work", "office");
	say(f, &office, "two", NULL);
	check_texts(f, &office, "one two ");
	check_texts(f, &bob, "");
	assert_int_equal(count_roster(f, "office"), 1);
	assert_int_equal(count_roster(f, "work"), 0);
	assert_int_equal(f->problems->len, 0);
}

static void on_found(GPtrArray *found, gint64 next, const char *error, void *data)
{
	struct answer *answer = data;

	answer->done = true;
	answer->row = (gint64)found->len;
}

static gint64 count_found(struct fixture *f, const struct history_chat *chat, const char *word)
{
	struct query *query = query_parse(word, false, NULL);
	struct answer answer = {0};

	history_search(f->history, query, chat, 0, 100, false, on_found, &answer);
	query_unref(query);
	WAIT_FOR(answer.done);
	return answer.row;
}

/* An account of that name was removed once; its history had stayed. */
static void chats_of_both_become_one(void **state)
{
	struct fixture *f = *state;
	const struct history_chat office = {"office", bob.kind, bob.id};

	say(f, &office, "old", NULL);
	say(f, &office, "same", "t:1");
	say(f, &bob, "same", "t:1");
	say(f, &bob, "new", NULL);
	say(f, &room, "room", NULL);
	history_rename_account(f->history, "work", "office");
	check_texts(f, &office, "old same new ");
	check_texts(f, &bob, "");
	check_texts(f, &(struct history_chat){"office", room.kind, room.id}, "room ");
	assert_int_equal(count_found(f, &office, "new"), 1);
	assert_int_equal(count_found(f, &office, "old"), 1);
	assert_int_equal(count_found(f, NULL, "room"), 1);
	restart(f);
	check_texts(f, &office, "old same new ");
	assert_int_equal(f->problems->len, 0);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/history/rename, everything follows", everything_follows),
		TEST("/history/rename, chats of both become one", chats_of_both_become_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
