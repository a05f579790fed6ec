/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model_test.h"

#include <time.h>

#include "model/transfer.h"
#include "model/tube.h"

/* The rows as text: "[group online/total] alias alias …". */
static char *rows(struct account *account)
{
	GString *out = g_string_new(NULL);
	GSequenceIter *at = g_sequence_get_begin_iter(account->rows);

	for (; !g_sequence_iter_is_end(at); at = g_sequence_iter_next(at)) {
		struct roster_row *row = g_sequence_get(at);

		if (row->contact)
			g_string_append_printf(out, "%s ", row->contact->alias);
		else
			g_string_append_printf(out, "[%s %u/%u] ", row->group, row->online,
					       row->total);
	}
	return g_string_free(out, FALSE);
}

static void assert_rows(struct fixture *fixture, const char *expected)
{
	g_autofree char *seen = rows(fixture->account);

	assert_string_equal(seen, expected);
}

static struct contact *add(struct fixture *fixture, const char *id, enum presence presence)
{
	struct contact *contact = account_ensure_contact(fixture->account, id);

	contact_set_presence(contact, presence, presence_name(presence), "");
	contact_set_on_roster(contact, true);
	return contact;
}

static void set_groups(struct contact *contact, const char *groups)
{
	g_auto(GStrv) list = g_strsplit(groups, ",", -1);

	contact_set_groups(contact, (const char *const *)list);
}

/* --- one contact -------------------------------------------------------------------------- */

static void test_ensure(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob;

	assert_null(account_find_contact(fixture->account, "bob@x"));
	bob = account_ensure_contact(fixture->account, "bob@x");
	assert_events(fixture, "C");
	assert_ptr_equal(account_ensure_contact(fixture->account, "bob@x"), bob);
	assert_ptr_equal(account_find_contact(fixture->account, "bob@x"), bob);
	assert_events(fixture, "");
	assert_string_equal(bob->alias, "bob@x");
	assert_int_equal(bob->presence, PRESENCE_UNKNOWN);
	assert_false(bob->on_roster);
	assert_rows(fixture, "");
}

static void test_once(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add(fixture, "bob", PRESENCE_AVAILABLE);

	forget(fixture);
	contact_set_presence(bob, PRESENCE_AWAY, "away", "lunch");
	assert_events(fixture, "D");
	contact_set_presence(bob, PRESENCE_AWAY, "away", "lunch");
	assert_events(fixture, "");
	contact_set_presence(bob, PRESENCE_AWAY, "away", "dinner");
	assert_events(fixture, "D");
	contact_set_presence(bob, PRESENCE_OFFLINE, "offline", NULL);
	assert_events(fixture, "DB"); /* the account's count, too */
	contact_set_alias(bob, "Bob");
	contact_set_alias(bob, "Bob");
	assert_events(fixture, "D");
	set_groups(bob, "b,a");
	set_groups(bob, "a,b");
	assert_events(fixture, "D");
	contact_set_subscription(bob, SUBSCRIPTION_YES, SUBSCRIPTION_ASK);
	contact_set_subscription(bob, SUBSCRIPTION_YES, SUBSCRIPTION_ASK);
	assert_events(fixture, "D");
	contact_set_on_roster(bob, true);
	assert_events(fixture, "");
}

static void test_cleaned(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add(fixture, "b\033b", PRESENCE_AVAILABLE);

	assert_string_equal(bob->id, "b\033b");
	assert_string_equal(bob->shown_id, "b^[b");
	assert_string_equal(bob->alias, "b^[b");
	contact_set_alias(bob, "\u202EB\n");
	assert_string_equal(bob->alias, "[U+202E]B^J");
	contact_set_alias(bob, "");
	assert_string_equal(bob->alias, "b^[b");
	contact_set_presence(bob, PRESENCE_AWAY, "a\033", "m\033");
	assert_string_equal(bob->status, "a^[");
	assert_string_equal(bob->message, "m^[");
	set_groups(bob, "g\033");
	assert_string_equal(bob->groups[0], "g^[");
}

static void test_groups(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add(fixture, "bob", PRESENCE_AVAILABLE);

	set_groups(bob, "work,home,work,");
	assert_int_equal(g_strv_length(bob->groups), 2);
	assert_rows(fixture, "[home 1/1] bob [work 1/1] bob ");
	contact_add_group(bob, "club");
	contact_add_group(bob, "club");
	assert_rows(fixture, "[club 1/1] bob [home 1/1] bob [work 1/1] bob ");
	contact_remove_group(bob, "home");
	contact_remove_group(bob, "nowhere");
	assert_rows(fixture, "[club 1/1] bob [work 1/1] bob ");
	contact_set_groups(bob, NULL);
	assert_rows(fixture, "bob ");
}

/* --- rows --------------------------------------------------------------------------------- */

static void test_order(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, "zoe", PRESENCE_AVAILABLE);
	add(fixture, "Adam", PRESENCE_OFFLINE);
	add(fixture, "bert", PRESENCE_BUSY);
	add(fixture, "Carl", PRESENCE_AWAY);
	add(fixture, "dave", PRESENCE_UNKNOWN);
	set_groups(add(fixture, "eve", PRESENCE_OFFLINE), "work");
	set_groups(add(fixture, "fay", PRESENCE_XA), "work,Home");
	assert_rows(fixture, "bert Carl zoe dave Adam [Home 1/1] fay [work 1/2] fay eve ");
	assert_int_equal(fixture->account->total, 7);
	assert_int_equal(fixture->account->online, 4);
}

static void test_moves(void **state)
{
	struct fixture *fixture = *state;
	struct contact *a = add(fixture, "a", PRESENCE_AVAILABLE);
	struct contact *b = add(fixture, "b", PRESENCE_AVAILABLE);

	add(fixture, "c", PRESENCE_AVAILABLE);
	contact_set_presence(a, PRESENCE_OFFLINE, "offline", "");
	assert_rows(fixture, "b c a ");
	contact_set_alias(b, "x");
	assert_rows(fixture, "c x a ");
	contact_set_presence(a, PRESENCE_AWAY, "away", "");
	assert_rows(fixture, "a c x ");
	assert_int_equal(fixture->account->online, 3);
}

static void test_same_name(void **state)
{
	struct fixture *fixture = *state;

	contact_set_alias(add(fixture, "2", PRESENCE_AWAY), "Bob");
	contact_set_alias(add(fixture, "1", PRESENCE_AWAY), "bob");
	assert_rows(fixture, "bob Bob ");
	/* groups that differ in case only are two */
	set_groups(account_find_contact(fixture->account, "1"), "work");
	set_groups(account_find_contact(fixture->account, "2"), "Work");
	assert_rows(fixture, "[Work 1/1] Bob [work 1/1] bob ");
}

static void test_forget_presences(void **state)
{
	struct fixture *fixture = *state;

	set_groups(add(fixture, "b", PRESENCE_AVAILABLE), "g");
	set_groups(add(fixture, "a", PRESENCE_OFFLINE), "g");
	forget(fixture);
	account_forget_presences(fixture->account);
	assert_events(fixture, "B");
	assert_rows(fixture, "[g 0/2] a b ");
	assert_int_equal(fixture->account->online, 0);
	account_forget_presences(fixture->account);
	assert_events(fixture, "");
}

/* --- leaving ------------------------------------------------------------------------------ */

static void test_leaves(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add(fixture, "bob", PRESENCE_AVAILABLE);

	set_groups(bob, "g");
	contact_ref(bob);
	forget(fixture);
	contact_set_on_roster(bob, false);
	assert_events(fixture, "cB");
	assert_rows(fixture, "");
	assert_null(bob->account);
	assert_null(account_find_contact(fixture->account, "bob"));
	assert_int_equal(fixture->account->total, 0);
	assert_int_equal(fixture->account->online, 0);
	/* whoever still holds it may go on */
	contact_set_alias(bob, "Robert");
	contact_set_presence(bob, PRESENCE_OFFLINE, "offline", "");
	contact_set_on_roster(bob, true);
	set_groups(bob, "h");
	contact_set_on_roster(bob, false);
	assert_events(fixture, "");
	contact_unref(bob);
}

static void test_stays_for_chat(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add(fixture, "bob", PRESENCE_AVAILABLE);
	struct chat *chat;

	set_groups(bob, "g");
	chat = chat_open(fixture->account, CHAT_CONTACT, "bob");
	forget(fixture);
	contact_set_on_roster(bob, false);
	assert_events(fixture, "DB");
	assert_ptr_equal(chat->contact, bob);
	assert_ptr_equal(account_find_contact(fixture->account, "bob"), bob);
	assert_rows(fixture, "bob ");
	assert_int_equal(fixture->account->total, 0);
	contact_set_presence(bob, PRESENCE_OFFLINE, "offline", "");
	assert_events(fixture, "D");
	contact_set_on_roster(bob, true);
	assert_rows(fixture, "[g 0/1] bob ");
	contact_set_on_roster(bob, false);
	forget(fixture);
	chat_close(chat);
	assert_events(fixture, "hc");
	assert_rows(fixture, "");
}

static void test_stranger_with_chat(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat = chat_open(fixture->account, CHAT_CONTACT, "nick");

	assert_events(fixture, "CDH");
	assert_rows(fixture, "nick ");
	assert_int_equal(fixture->account->total, 0);
	set_groups(chat->contact, "g"); /* strangers have none */
	assert_rows(fixture, "nick ");
	contact_set_on_roster(chat->contact, true);
	assert_rows(fixture, "[g 0/1] nick ");
	chat_close(chat);
	assert_rows(fixture, "[g 0/1] nick ");
}

static void test_account_removed(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = contact_ref(add(fixture, "bob", PRESENCE_AVAILABLE));
	struct chat *chat = chat_ref(chat_open(fixture->account, CHAT_CONTACT, "bob"));
	struct chat *closed = chat_ref(chat_open(fixture->account, CHAT_ROOM, "dev"));

	set_groups(bob, "g,h");
	add(fixture, "carol", PRESENCE_OFFLINE);
	account_ensure_contact(fixture->account, "met");
	chat_open(fixture->account, CHAT_CONTACT, "stranger");
	chat_close(closed);
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->account, "eve", NULL, NULL,
			  "hi");
	forget(fixture);
	account_remove(fixture->account);
	assert_int_equal(told(fixture, EVENT_CHAT_REMOVED), 2);
	assert_int_equal(told(fixture, EVENT_CONTACT_REMOVED), 4);
	assert_int_equal(told(fixture, EVENT_REQUEST_REMOVED), 1);
	assert_int_equal(told(fixture, EVENT_ACCOUNT_REMOVED), 1);
	assert_int_equal(fixture->model->accounts->len, 0);
	assert_int_equal(fixture->model->chats->len, 1);
	assert_null(chat->account);
	assert_null(closed->account);
	assert_null(bob->account);
	assert_null(bob->chat);
	forget(fixture);
	chat_append(chat, incoming("bob", "late"));
	chat_set_live(closed, true);
	assert_events(fixture, "");
	contact_unref(bob);
	chat_unref(chat);
	chat_unref(closed);
}

/* --- many --------------------------------------------------------------------------------- */

static int by_display(const void *left, const void *right)
{
	const struct contact *a = *(struct contact *const *)left;
	const struct contact *b = *(struct contact *const *)right;
	int order = presence_is_online(b->presence) - presence_is_online(a->presence);

	if (!order)
		order = (a->presence == PRESENCE_OFFLINE) - (b->presence == PRESENCE_OFFLINE);
	if (!order)
		order = strcmp(a->key, b->key);
	return order ? order : strcmp(a->id, b->id);
}

static void append_section(GString *out, struct account *account, const char *group)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	GHashTableIter iter;
	unsigned online = 0;
	void *value;

	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct contact *contact = value;
		bool in = group ? g_strv_contains((const char *const *)contact->groups, group)
				: !contact->groups[0];

		if (!contact->on_roster || !in)
			continue;
		g_ptr_array_add(list, contact);
		online += presence_is_online(contact->presence);
	}
	g_ptr_array_sort(list, by_display);
	if (group && list->len)
		g_string_append_printf(out, "[%s %u/%u] ", group, online, list->len);
	for (unsigned i = 0; i < list->len; i++)
		g_string_append_printf(out, "%s ", ((struct contact *)list->pdata[i])->alias);
}

static void assert_as_sorted_afresh(struct fixture *fixture)
{
	g_autoptr(GString) expected = g_string_new(NULL);

	append_section(expected, fixture->account, NULL);
	append_section(expected, fixture->account, "club");
	append_section(expected, fixture->account, "home");
	append_section(expected, fixture->account, "work");
	assert_rows(fixture, expected->str);
}

static void change_something(struct fixture *fixture, GRand *rand)
{
	static const char *const groups[] = {"", "work", "home", "home,work", "club,home,work"};
	g_autofree char *id = g_strdup_printf("c%d", g_rand_int_range(rand, 0, 200));
	g_autofree char *alias = g_strdup_printf("%c%d", g_rand_int_range(rand, 'A', 'z'),
						 g_rand_int_range(rand, 0, 30));
	struct contact *contact = account_ensure_contact(fixture->account, id);

	switch (g_rand_int_range(rand, 0, 8)) {
	case 0:
		contact_set_alias(contact, alias);
		break;
	case 1:
		set_groups(contact, groups[g_rand_int_range(rand, 0, G_N_ELEMENTS(groups))]);
		break;
	case 2:
		contact_set_on_roster(contact, g_rand_int_range(rand, 0, 4));
		break;
	default:
		contact_set_presence(contact,
				     (enum presence)g_rand_int_range(rand, 0, PRESENCE_LAST + 1),
				     "", "");
	}
}

static void test_random_changes(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GRand) rand = g_rand_new_with_seed(99);

	for (unsigned round = 0; round < 20000; round++) {
		change_something(fixture, rand);
		if (round % 500 == 0)
			assert_as_sorted_afresh(fixture);
		if (round % 5000 == 4999) {
			account_forget_presences(fixture->account);
			assert_as_sorted_afresh(fixture);
		}
	}
	assert_as_sorted_afresh(fixture);
}

static unsigned compare_count(struct fixture *fixture)
{
	GHashTableIter iter;
	unsigned online = 0, total = 0;
	void *value;

	g_hash_table_iter_init(&iter, fixture->account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct contact *contact = value;

		total += contact->on_roster;
		online += contact->on_roster && presence_is_online(contact->presence);
	}
	assert_int_equal(online, fixture->account->online);
	return total;
}

/* The fields come one by one, as they do from a manager. Generous bounds: what is quadratic
 * misses them by far, a busy machine does not. */
static void test_many(void **state)
{
	struct fixture *fixture = *state;
	/* Of this process: others may be busy. */
	clock_t start = clock(), loaded, stormed;

	for (unsigned i = 0; i < 10000; i++) {
		g_autofree char *id = g_strdup_printf("user%05u@example.org", i * 7919 % 10000);
		g_autofree char *alias = g_strdup_printf("User %u", i);
		g_autofree char *group = g_strdup_printf("Group %u", i % 20);
		struct contact *contact = account_ensure_contact(fixture->account, id);

		contact_set_on_roster(contact, true);
		contact_set_alias(contact, alias);
		contact_set_presence(contact, i % 4 ? PRESENCE_OFFLINE : PRESENCE_AVAILABLE, "x",
				     "");
		contact_add_group(contact, group);
	}
	loaded = clock();
	for (unsigned i = 0; i < 1000; i++) {
		g_autofree char *id = g_strdup_printf("user%05u@example.org", i * 13 % 10000);

		contact_set_presence(account_find_contact(fixture->account, id),
				     i % 2 ? PRESENCE_OFFLINE : PRESENCE_AWAY, "y", "");
	}
	stormed = clock();
	print_message("10,000 contacts: %d ms, 1,000 presences: %d us\n",
		      (int)((loaded - start) / 1000), (int)(stormed - loaded));
	assert_int_equal(compare_count(fixture), 10000);
	assert_int_equal(g_sequence_get_length(fixture->account->rows), 10020);
	if (g_getenv("PHEME_TEST_SLOW"))
		return;
	assert_true(loaded - start < 5 * CLOCKS_PER_SEC);
	assert_true(stormed - loaded < CLOCKS_PER_SEC);
}

static void test_standing(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add(fixture, "bob@x", PRESENCE_OFFLINE);

	assert_string_equal(contact_standing_name(bob), "offline");
	contact_set_subscription(bob, SUBSCRIPTION_REMOVED, SUBSCRIPTION_YES);
	assert_string_equal(contact_standing_name(bob), "has removed you");
	contact_set_presence(bob, PRESENCE_AVAILABLE, "available", "");
	assert_string_equal(contact_standing_name(bob), "available");
	account_set_blocked(fixture->account, "bob@x", true);
	account_set_blocked(fixture->account, "stranger@x", true);
	assert_string_equal(contact_standing_name(bob), "blocked");
	assert_true(account_is_blocked(fixture->account, "stranger@x"));
	account_clear_blocked(fixture->account);
	assert_false(contact_is_blocked(bob));
}

/* What a contact wants of us may come before the name does. */
static void test_name_is_followed(void **state)
{
	struct fixture *fixture = *state;
	struct tube_init init = {.incoming = true,
				 .account = fixture->account,
				 .peer = "bob@x",
				 .service = "rfb",
				 .state = TUBE_ASKED};
	struct tube *tube = tube_new(fixture->model, &init);
	struct request *request = model_add_tube_request(tube);
	struct transfer *transfer =
		transfer_new(fixture->model, fixture->account, "bob@x", "photo.jpg", 1, true);
	struct tube *in_room;

	init.room = "#dev";
	in_room = tube_new(fixture->model, &init);
	contact_set_alias(add(fixture, "carol@x", PRESENCE_AWAY), "Carol");
	assert_string_equal(tube->shown_peer, "bob@x");
	contact_set_alias(add(fixture, "bob@x", PRESENCE_AWAY), "Bob");
	assert_string_equal(tube->shown_peer, "Bob");
	assert_string_equal(request->name, "Bob");
	assert_string_equal(transfer->who, "Bob");
	assert_string_equal(in_room->shown_peer, "bob@x");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/roster/contact is made once", test_ensure),
		TEST("/roster/change is told once", test_once),
		TEST("/roster/text is cleaned", test_cleaned),
		TEST("/roster/groups come and go", test_groups),
		TEST("/roster/order of rows", test_order),
		TEST("/roster/row moves with presence and name", test_moves),
		TEST("/roster/same names have an order", test_same_name),
		TEST("/roster/presences are forgotten at once", test_forget_presences),
		TEST("/roster/who leaves goes altogether", test_leaves),
		TEST("/roster/who has a chat stays", test_stays_for_chat),
		TEST("/roster/stranger with a chat has a row", test_stranger_with_chat),
		TEST("/roster/name is followed", test_name_is_followed),
		TEST("/roster/account takes all with it", test_account_removed),
		TEST("/roster/order is kept by random changes", test_random_changes),
		TEST("/roster/blocked and removed", test_standing),
		TEST("/roster/many contacts are quick", test_many),
	};

	return cmocka_run_group_tests_name("model/roster", tests, NULL, NULL);
}
