/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model_test.h"

#include "model/room_list.h"

static bool add(struct room_list *list, const char *id, const char *title, const char *subject,
		int members)
{
	const struct room_entry_init init = {
		.id = id, .title = title, .subject = subject, .members = members};

	return room_list_add(list, &init);
}

static struct room_entry *entry(struct room_list *list, guint index)
{
	assert_true(index < list->entries->len);
	return list->entries->pdata[index];
}

static void test_grows(void **state)
{
	struct fixture *fixture = *state;
	struct room_list *list = account_start_room_list(fixture->account, NULL);
	g_autofree char *row = NULL;

	assert_ptr_equal(fixture->account->room_list, list);
	assert_true(add(list, "dev@conf", "Developers", "release\033", 12));
	assert_true(add(list, "dev@conf", "again", "", 13));
	assert_true(add(list, "ops@conf", "ops", NULL, -1));
	assert_int_equal(list->entries->len, 2);
	assert_string_equal(entry(list, 0)->subject, "release^[");
	/* A title that only repeats the address is none. */
	assert_string_equal(entry(list, 1)->title, "");
	row = room_entry_print(entry(list, 0), 10);
	assert_string_equal(row, "   12     dev@conf    Developers: release^[");
	account_start_room_list(fixture->account, "other");
	assert_int_equal(fixture->account->room_list->entries->len, 0);
}

/* Names that no room can have are left out, whatever else is allowed stands. */
static void test_names(void **state)
{
	struct fixture *fixture = *state;
	struct room_list *list = account_start_room_list(fixture->account, NULL);
	g_autofree char *thousand = g_strnfill(1000, 'x'), *endless = g_strnfill(100000, 'y');
	g_autofree char *row = NULL;

	assert_true(add(list, "", NULL, NULL, 1));
	assert_true(add(list, NULL, NULL, NULL, 1));
	assert_true(add(list, endless, NULL, NULL, 1));
	assert_int_equal(list->entries->len, 0);
	add(list, "with blanks%s%n", endless, endless, 1);
	add(list, "bell\a\033[2J", NULL, NULL, 1);
	add(list, thousand, NULL, NULL, 1);
	assert_int_equal(list->entries->len, 3);
	assert_string_equal(entry(list, 1)->name, "bell^G^[[2J");
	assert_string_equal(entry(list, 1)->id, "bell\a\033[2J");
	assert_true(strlen(entry(list, 0)->subject) <= ROOM_LIST_SUBJECT + 3);
	row = room_entry_print(entry(list, 2), 20);
	assert_true(strlen(row) < 40);
}

static void test_bounded(void **state)
{
	struct fixture *fixture = *state;
	struct room_list *list = account_start_room_list(fixture->account, NULL);
	g_autofree char *how = NULL;

	for (unsigned i = 0; i < ROOM_LIST_MAX; i++) {
		g_autofree char *id = g_strdup_printf("room%u", i);

		assert_true(add(list, id, NULL, NULL, 1));
	}
	assert_false(add(list, "one more", NULL, NULL, 1));
	assert_true(add(list, "room0", NULL, NULL, 1));
	assert_int_equal(list->entries->len, ROOM_LIST_MAX);
	room_list_set_state(list, ROOM_LIST_FULL, NULL);
	how = room_list_describe(list);
	assert_string_equal(how, "50000 rooms: there are more, which are not listed");
}

static void test_order_and_filter(void **state)
{
	struct fixture *fixture = *state;
	struct room_list *list = account_start_room_list(fixture->account, NULL);

	add(list, "b@conf", "Bees", "honey", 5);
	add(list, "A@conf", NULL, "wax", 5);
	add(list, "c@conf", NULL, "HONEY too", 50);
	assert_true(room_entry_by_size(entry(list, 2), entry(list, 0)) < 0);
	assert_true(room_entry_by_size(entry(list, 1), entry(list, 0)) < 0);
	assert_true(room_entry_by_name(entry(list, 0), entry(list, 2)) < 0);
	assert_true(room_entry_matches(entry(list, 0), "honey"));
	assert_true(room_entry_matches(entry(list, 2), "honey"));
	assert_true(room_entry_matches(entry(list, 0), "bee"));
	assert_true(room_entry_matches(entry(list, 1), ""));
	assert_false(room_entry_matches(entry(list, 1), "honey"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/model/room_list/grows", test_grows),
		TEST("/model/room_list/names", test_names),
		TEST("/model/room_list/bounded", test_bounded),
		TEST("/model/room_list/order_and_filter", test_order_and_filter),
	};

	return cmocka_run_group_tests_name("model_room_list", tests, NULL, NULL);
}
