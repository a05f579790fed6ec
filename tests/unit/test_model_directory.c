/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who was found in a directory. */

#include "model_test.h"

#include "model/card.h"
#include "model/directory.h"

static GPtrArray *card_of(const char *name, const char *value)
{
	GPtrArray *card = card_new();

	g_ptr_array_add(card, card_field_new(name, NULL, (const char *const[]){value, NULL}));
	return card;
}

static void assert_printed(const struct directory *directory, guint at, const char *expected)
{
	g_autofree char *row = directory_entry_print(directory->entries->pdata[at]);

	assert_string_equal(row, expected);
}

static void people(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = account_start_directory(fixture->account, "evil\x1b");
	g_autoptr(GPtrArray) named = card_of("fn", "Bob\nMiller");
	g_autoptr(GPtrArray) nick = card_of("nickname", "bobby");
	g_autoptr(GPtrArray) none = card_new();

	assert_string_equal(directory->server, "evil^[");
	g_ptr_array_add(named, card_field_new("email", NULL, (const char *const[]){"b@x", NULL}));
	assert_true(directory_add(directory, "bob@x", named));
	assert_true(directory_add(directory, "bob2@x", nick));
	assert_true(directory_add(directory, "nobody\x1b@x", none));
	assert_true(directory_add(directory, "bob@x", nick)); /* again */
	assert_true(directory_add(directory, "", nick));
	assert_int_equal(directory->entries->len, 3);
	assert_printed(directory, 0, "Bob^JMiller <bob@x>  b@x");
	assert_printed(directory, 1, "bobby <bob2@x>");
	assert_printed(directory, 2, "nobody^[@x");
}

static void bounds(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = account_start_directory(fixture->account, NULL);
	g_autofree char *huge = g_strnfill(100000, 'x');
	g_autoptr(GPtrArray) card = card_of("note", huge);

	assert_true(directory_add(directory, huge, card));
	assert_int_equal(directory->entries->len, 0);
	for (unsigned i = 0; i < DIRECTORY_MAX; i++) {
		g_autofree char *id = g_strdup_printf("%u@x", i);

		assert_true(directory_add(directory, id, card));
	}
	assert_false(directory_add(directory, "one more@x", card));
	assert_true(strlen(((struct directory_entry *)directory->entries->pdata[0])->details) <
		    310);
}

static void assert_described(struct directory *directory, enum directory_state state,
			     const char *expected)
{
	g_autofree char *text = NULL;

	directory_set_state(directory, state, "it fell\x1b over");
	text = directory_describe(directory);
	assert_string_equal(text, expected);
}

static void described(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = account_start_directory(fixture->account, NULL);
	g_autoptr(GPtrArray) card = card_new();

	assert_described(directory, DIRECTORY_RUNNING, "0 people, searching...");
	assert_described(directory, DIRECTORY_DONE, "nobody was found");
	assert_described(directory, DIRECTORY_FAILED, "it fell^[ over");
	directory_add(directory, "bob@x", card);
	assert_described(directory, DIRECTORY_MORE, "1 person, there are more");
	assert_described(directory, DIRECTORY_FAILED, "1 person, then: it fell^[ over");
}

static void keys(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = account_start_directory(fixture->account, NULL);
	g_autofree char *label = directory_print_key("tel;type=home");

	assert_string_equal(label, "phone (home)");
	assert_null(directory_default_key(directory));
	directory_set_facts(directory, (const char *const[]){"email", "nickname", NULL}, "s", 5);
	assert_string_equal(directory_default_key(directory), "nickname");
	directory_set_facts(directory, (const char *const[]){"email", "", NULL}, "s", 5);
	assert_string_equal(directory_default_key(directory), "");
	directory_set_facts(directory, (const char *const[]){"email", NULL}, "s", 5);
	assert_string_equal(directory_default_key(directory), "email");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/directory/people", people),
		TEST("/directory/bounds", bounds),
		TEST("/directory/described", described),
		TEST("/directory/keys", keys),
	};

	return cmocka_run_group_tests_name("model/directory", tests, NULL, NULL);
}
