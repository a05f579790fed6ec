/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model_test.h"

static struct message *stored(gint64 row)
{
	struct message *message = numbered(row, MESSAGE_IN);

	message->row = row;
	return message;
}

/* Rows @first to @last as they come from the history. */
static GPtrArray *page(gint64 first, gint64 last)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)message_free);

	for (gint64 row = first; row <= last; row++)
		g_ptr_array_add(list, stored(row));
	return list;
}

static void prepend(struct chat *chat, gint64 first, gint64 last, bool complete)
{
	g_autoptr(GPtrArray) list = page(first, last);

	chat_prepend_page(chat, list, complete);
	assert_int_equal(list->len, 0);
}

static void append(struct chat *chat, gint64 first, gint64 last, bool complete)
{
	g_autoptr(GPtrArray) list = page(first, last);

	chat_append_page(chat, list, complete);
	assert_int_equal(list->len, 0);
}

static void reset(struct chat *chat, gint64 first, gint64 last, bool complete)
{
	g_autoptr(GPtrArray) list = page(first, last);

	chat_reset_window(chat, list, complete);
	assert_int_equal(list->len, 0);
}

/* The page around a row. */
static void move(struct chat *chat, gint64 row, gint64 written)
{
	gint64 first = MAX(row - 49, 1), last = MIN(row + 50, written);
	g_autoptr(GPtrArray) list = page(first, last);

	chat_move_window(chat, list, first == 1, last == written);
	assert_int_equal(list->len, 0);
}

/* Rows @first to @last and nothing else. */
static void assert_span(struct chat *chat, gint64 first, gint64 last)
{
	assert_int_equal(chat->count, last - first + 1);
	for (unsigned i = 0; i < chat->count; i++)
		assert_int_equal(chat_message(chat, i)->time, first + i);
}

static void test_unread_from_history(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	chat_set_unread(chat, 3, 1);
	assert_events(fixture, "ID");
	reset(chat, 1, 2, false);
	assert_null(chat->read_mark); /* the first of three is not here yet */
	prepend(chat, -5, 0, true);
	assert_string_equal(chat->read_mark, "uid-0");
	assert_int_equal(chat->new_count, 3);
}

static void test_window_drops_oldest(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	gint64 base;

	reset(chat, 1, 100, true);
	assert_true(chat->at_start);
	base = chat->base;
	for (gint64 row = 101; row <= 5000; row++) {
		chat_append(chat, stored(row));
		assert_true(chat->count <= CHAT_WINDOW);
	}
	assert_span(chat, 5000 - CHAT_WINDOW + 1, 5000);
	assert_false(chat->at_start);
	assert_true(chat->at_end);
	assert_int_equal(chat->base - base, 5000 - CHAT_WINDOW);
	assert_true(chat->ring_size < 3 * CHAT_WINDOW);
}

static void test_window_scrolls_back(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	gint64 base;

	reset(chat, 901, 1000, false);
	base = chat->base;
	forget(fixture);
	for (gint64 first = 801; first > 0; first -= 100) {
		chat->loading = true;
		prepend(chat, first, first + 99, first == 1);
		assert_false(chat->loading);
		assert_events(fixture, "L");
	}
	assert_span(chat, 1, CHAT_WINDOW);
	assert_true(chat->at_start);
	assert_false(chat->at_end);
	assert_int_equal(chat->base, base - 900);
	for (gint64 first = CHAT_WINDOW + 1; first <= 1000; first += 100)
		append(chat, first, MIN(first + 99, 1000), first + 99 >= 1000);
	assert_span(chat, 401, 1000);
	assert_true(chat->at_end);
	assert_false(chat->at_start);
}

static void scroll_away(struct chat *chat)
{
	reset(chat, 1001, 1100, false);
	prepend(chat, 401, 1000, false);
	assert_false(chat->at_end);
}

static void test_told_while_away(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message *message;

	scroll_away(chat);
	forget(fixture);
	message = chat_append(chat, numbered(1101, MESSAGE_OUT));
	assert_events(fixture, "M");
	assert_span(chat, 401, 1000);
	assert_ptr_equal(chat_find_uid(chat, "uid-1101"), message);
	chat_append(chat, numbered(1102, MESSAGE_IN));
	assert_int_equal(chat->unread, 1);
	/* the page was read when only the first had been written */
	reset(chat, 1050, 1101, false);
	assert_span(chat, 1050, 1102);
	assert_ptr_equal(chat_find_uid(chat, "uid-1101"), message);
	assert_int_equal(message->row, 1101);
	assert_true(chat->at_end);
}

static void test_append_page_meets_new_ones(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	scroll_away(chat);
	for (gint64 row = 1101; row <= 1110; row++)
		chat_append(chat, numbered(row, MESSAGE_IN));
	chat_set_stored(chat, chat_find_uid(chat, "uid-1101"), 1101);
	append(chat, 1001, 1050, false);
	assert_false(chat->at_end);
	assert_span(chat, 451, 1050);
	chat_set_stored(chat, chat_find_uid(chat, "uid-1103"), 1103);
	append(chat, 1051, 1102, true);
	assert_true(chat->at_end);
	assert_span(chat, 511, 1110);
	assert_int_equal(chat->aside->len, 0);
}

static void test_unstored_survive_reset(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message *queued;

	reset(chat, 1, 50, true);
	queued = chat_append(chat, numbered(51, MESSAGE_OUT));
	chat_append(chat, numbered(52, MESSAGE_IN));
	reset(chat, 1, 50, true);
	assert_span(chat, 1, 52);
	assert_ptr_equal(chat_message(chat, 50), queued);
	/* again, now they are in the page: each once, and the one in memory stays */
	reset(chat, 1, 52, true);
	assert_span(chat, 1, 52);
	assert_ptr_equal(chat_message(chat, 50), queued);
	assert_int_equal(queued->row, 51);
	/* before the first page was there */
	chat_clear(chat);
	chat_append(chat, numbered(53, MESSAGE_OUT));
	reset(chat, 1, 52, true);
	assert_span(chat, 1, 53);
}

static void test_unstored_survive_scrolling(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	reset(chat, 1001, 1100, false);
	chat_append(chat, numbered(1101, MESSAGE_OUT));
	prepend(chat, 301, 1000, false);
	assert_non_null(chat_find_uid(chat, "uid-1101"));
	assert_null(chat_find_uid(chat, "uid-1100"));
	reset(chat, 1001, 1100, false);
	assert_span(chat, 1001, 1101);
}

static void test_moves(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	struct message *queued;

	reset(chat, 1901, 2000, false);
	queued = chat_append(chat, numbered(2001, MESSAGE_OUT));
	move(chat, 500, 2000);
	assert_span(chat, 451, 550);
	assert_false(chat->at_end || chat->at_start || chat->loading);
	/* What is not stored yet waits; what is stored comes back with its page. */
	assert_ptr_equal(chat_find_uid(chat, "uid-2001"), queued);
	assert_null(chat_find_uid(chat, "uid-2000"));
	move(chat, 1990, 2000);
	assert_true(chat->at_end);
	assert_span(chat, 1941, 2001);
	move(chat, 1, 2000);
	assert_true(chat->at_start);
	chat_keep_window(chat);
	assert_span(chat, 1, 51);
}

static void add_local(struct fixture *fixture, struct chat *chat, const char *text, gint64 time)
{
	model_notice(fixture->model, NULL, chat, NOTICE_INFO, "%s", text);
	chat_message(chat, chat->count - 1)->time = time;
}

static void test_local_lines_stay_in_place(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	chat_append(chat, stored(3));
	add_local(fixture, chat, "early", 1);
	add_local(fixture, chat, "between", 4);
	add_local(fixture, chat, "late", 9);
	reset(chat, 3, 6, false);
	assert_window(chat, "3 4 between 5 6 late ");
}

static void test_pages_overlap(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	reset(chat, 50, 60, false);
	prepend(chat, 40, 55, false);
	assert_span(chat, 40, 60);
	append(chat, 55, 65, true);
	assert_span(chat, 40, 65);
	prepend(chat, 1, 0, true);
	assert_true(chat->at_start);
	assert_span(chat, 40, 65);
}

static void test_no_history(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	chat->no_history = true;
	for (gint64 row = 1; row <= CHAT_WINDOW_MAX; row++)
		chat_append(chat, numbered(row, MESSAGE_IN));
	assert_span(chat, 1, CHAT_WINDOW_MAX);
	chat_append(chat, numbered(CHAT_WINDOW_MAX + 1, MESSAGE_IN));
	assert_int_equal(chat->count, CHAT_WINDOW_MAX);
	chat->no_history = false;
	chat_append(chat, numbered(CHAT_WINDOW_MAX + 2, MESSAGE_IN));
	assert_int_equal(chat->count, CHAT_WINDOW);
}

static void test_aside_is_bounded(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	scroll_away(chat);
	for (gint64 row = 2001; row <= 9000; row++) {
		struct message *message = chat_append(chat, numbered(row, MESSAGE_IN));

		if (row % 3)
			chat_set_stored(chat, message, row);
		assert_true(chat->aside->len <= CHAT_WINDOW);
		assert_string_equal(message->sender, "bob");
	}
	chat_append(chat, stored(9001));
}

static void test_clear(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);

	scroll_away(chat);
	chat_append(chat, incoming("bob", "x"));
	forget(fixture);
	chat_clear(chat);
	assert_events(fixture, "L");
	assert_int_equal(chat->count, 0);
	assert_true(chat->at_end);
	assert_false(chat->at_start);
	assert_null(chat->read_mark);
	chat_append(chat, incoming("bob", "y"));
	assert_window(chat, "y ");
}

/* Whatever is scrolled, said and stored in between, the window is a gapless piece of what was
 * said, within bounds, and at the end there is all of the end. */
static void test_random_scrolling(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);
	gint64 last = 1000, written = 1000, first;

	reset(chat, 901, 1000, false);
	for (unsigned round = 0; round < 20000; round++) {
		int what = g_rand_int_range(rand, 0, 21);

		first = chat->count ? chat_message(chat, 0)->time : last + 1;
		if (what < 12) {
			last++;
			chat_append(chat, numbered(last, MESSAGE_IN));
		} else if (what < 16) {
			while (written < last) {
				g_autofree char *uid =
					g_strdup_printf("uid-%" G_GINT64_FORMAT, written + 1);
				struct message *message = chat_find_uid(chat, uid);

				written++;
				if (message)
					chat_set_stored(chat, message, written);
			}
		} else if (what < 18 && first > 1 && first <= written) {
			prepend(chat, MAX(first - 100, 1), first - 1, first <= 101);
		} else if (what == 18 && !chat->at_end) {
			gint64 from = chat_message(chat, chat->count - 1)->time + 1;

			append(chat, from, MIN(from + 99, written), from + 99 >= written);
		} else if (what == 19) {
			reset(chat, MAX(written - 99, 1), written, false);
			assert_int_equal(chat_message(chat, chat->count - 1)->time, last);
		}
		if (what == 20)
			move(chat, g_rand_int_range(rand, 1, (gint32)written + 1), written);
		assert_true(chat->count <= CHAT_WINDOW);
		if (chat->at_end)
			assert_int_equal(chat_message(chat, chat->count - 1)->time, last);
		if (round % 50 == 0)
			assert_span(chat, chat_message(chat, 0)->time,
				    chat_message(chat, chat->count - 1)->time);
	}
}

/* Found by its place as without, in whatever window; what had to go is not there. */
static void test_places(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = open_bob(fixture);
	gint64 places[4];
	struct message *messages[4];

	for (int i = 0; i < 4; i++) {
		places[i] = chat_next_place(chat);
		messages[i] = chat_append(chat, stored(i + 1));
	}
	for (int i = 0; i < 4; i++) {
		assert_ptr_equal(chat_find_uid_at(chat, places[i], messages[i]->uid), messages[i]);
		assert_ptr_equal(chat_find_uid_at(chat, places[0], messages[i]->uid), messages[i]);
		assert_ptr_equal(chat_find_uid_at(chat, CHAT_NO_PLACE, messages[i]->uid),
				 messages[i]);
	}
	assert_null(chat_find_uid_at(chat, places[0], "nobody"));
	reset(chat, 3, 10, false);
	assert_ptr_equal(chat_find_uid_at(chat, places[3], messages[3]->uid),
			 chat_message(chat, 1));
	for (gint64 row = 11; row <= 10 + CHAT_WINDOW; row++) {
		places[0] = chat_next_place(chat);
		messages[0] = chat_append(chat, stored(row));
		if (row == 11) {
			places[1] = places[0];
			messages[1] = messages[0];
		}
	}
	assert_ptr_equal(chat_find_uid_at(chat, places[1], messages[1]->uid), messages[1]);
	chat_append(chat, stored(11 + CHAT_WINDOW));
	assert_null(chat_find_uid_at(chat, places[1], "uid"));
	assert_ptr_equal(chat_find_uid_at(chat, places[0], messages[0]->uid), messages[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/window/unread from the history has a mark", test_unread_from_history),
		TEST("/window/window drops the oldest", test_window_drops_oldest),
		TEST("/window/window scrolls back and forth", test_window_scrolls_back),
		TEST("/window/new ones are told while scrolled away", test_told_while_away),
		TEST("/window/last page meets new ones", test_append_page_meets_new_ones),
		TEST("/window/unstored survive a reset", test_unstored_survive_reset),
		TEST("/window/unstored survive scrolling", test_unstored_survive_scrolling),
		TEST("/window/moves to anywhere", test_moves),
		TEST("/window/own lines stay in place", test_local_lines_stay_in_place),
		TEST("/window/pages may overlap", test_pages_overlap),
		TEST("/window/without history more is kept", test_no_history),
		TEST("/window/what waits aside is bounded", test_aside_is_bounded),
		TEST("/window/places", test_places),
		TEST("/window/clear", test_clear),
		TEST("/window/window is gapless whatever happens", test_random_scrolling),
	};

	return cmocka_run_group_tests_name("model/window", tests, NULL, NULL);
}
