/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --list: what scripts read. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <jansson.h>
#include <string.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

#define LIST(w, ...) run(w, (const char *const[]){"--list", __VA_ARGS__, NULL})

static struct outcome run_shell(struct pheme_world *w, const char *shell, const char *const *args)
{
	const struct pheme_options options = {.args = args, .shell = shell};

	return pheme_outcome(w, &options);
}

static struct outcome run(struct pheme_world *w, const char *const *args)
{
	return run_shell(w, NULL, args);
}

/* The whole of stdout; "" for err: nothing on stderr. */
static void check(struct outcome outcome, int status, const char *out, const char *err)
{
	if (outcome.status != status || (!*err && *outcome.err) || !strstr(outcome.err, err))
		outcome_fail(&outcome);
	assert_string_equal(outcome.out, out);
	outcome_clear(&outcome);
}

/* Line @index as an object. */
static json_t *record(const struct outcome *outcome, unsigned index)
{
	g_auto(GStrv) lines = g_strsplit(outcome->out, "\n", -1);
	json_error_t error;
	json_t *object;

	assert_true(index < g_strv_length(lines));
	object = json_loads(lines[index], JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(object))
		test_fail("%s: %s", error.text, lines[index]);
	return object;
}

static void check_key(json_t *object, const char *key, const char *value)
{
	assert_string_equal(json_string_value(json_object_get(object, key)), value);
}

static int setup(void **state)
{
	struct pheme_world *w;

	pheme_setup(state);
	w = *state;
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob B.", "Friends", 4, 4, "");
	fixture_set_contact(w->fixture, ME, "al\033[31m@fixture", "A\"l\n\xe2\x80\xae", "", 4, 1,
			    "");
	fixture_set_presence(w->fixture, ME, BOB, "away", "lunch");
	pheme_add_fixture(w, NULL, "work", ME, "");
	return 0;
}

static void test_contacts(void **state)
{
	struct pheme_world *w = *state;
	gint64 start = g_get_monotonic_time();
	struct outcome o;
	json_t *bob;

	/* The network has its half second to say who is there, after the connection was made. */
	check(LIST(w, "contacts"), 0,
	      "al^[[31m@fixture              offline         A\"l^J[U+202E]\n"
	      "bob@fixture                   away            Bob B.          lunch\n",
	      "");
	assert_true(g_get_monotonic_time() - start >= G_USEC_PER_SEC / 2);
	check(LIST(w, "contacts", "--color", "always"), 0,
	      "\033[2mal^[[31m@fixture              offline         A\"l^J[U+202E]\033[0m\n"
	      "\033[33mbob@fixture                   away            Bob B.          "
	      "lunch\033[0m\n",
	      "");
	o = LIST(w, "contacts", "--json");
	assert_int_equal(o.status, 0);
	assert_int_equal(pheme_count(o.out, "\n"), 2);
	json_decref(record(&o, 0));
	bob = record(&o, 1);
	check_key(bob, "account", "work");
	check_key(bob, "id", BOB);
	check_key(bob, "alias", "Bob B.");
	check_key(bob, "status", "away");
	check_key(bob, "message", "lunch");
	check_key(bob, "subscription", "yes");
	check_key(bob, "publication", "yes");
	json_decref(bob);
	outcome_clear(&o);
}

static void test_offline(void **state)
{
	struct pheme_world *w = *state;

	fixture_connect_error(w->fixture, ME, "org.freedesktop.Telepathy.Error.NetworkError",
			      "down", 2);
	check(LIST(w, "contacts"), 4, "", "work");
	check(LIST(w, "accounts"), 0, "work                          fixture/fixture  offline\n",
	      "");
	check(LIST(w, "contacts", "--bus", "unix:path=/nonexistent"), 4, "", "/nonexistent");
	check(LIST(w, "accounts", "--bus", "unix:path=/nonexistent"), 0,
	      "work                          fixture/fixture  offline\n", "");
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
}

/* A connection that is there is looked at, and stays. */
static void test_beside_a_screen(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = pheme_start_until(w, NULL, "connected as");
	const char *const nul[] = {"--list", "contacts", "-0", NULL};
	struct outcome o;
	json_t *account;

	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob B. <");
	check(LIST(w, "accounts"), 0, "work                          fixture/fixture  online\n",
	      "");
	o = LIST(w, "accounts", "--json");
	account = record(&o, 0);
	check_key(account, "account", "work");
	check_key(account, "status", "connected");
	json_decref(account);
	outcome_clear(&o);
	check(run_shell(w, "\"$@\" | tr '\\0' '|'", nul), 0, "al\033[31m@fixture|bob@fixture|", "");
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
	assert_int_equal(fixture_connection(w->fixture, ME, NULL, NULL), 0);
	pheme_quit(w, s);
	/* What the history has. */
	check(LIST(w, "chats", "--bus", "unix:path=/nonexistent"), 0,
	      "bob@fixture                   contact         Bob B.\n", "");
}

static void test_managers(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o = LIST(w, "managers");

	assert_non_null(strstr(o.out, "fixture\n"));
	check(o, 0, o.out, "");
	o = LIST(w, "protocols", "--json");
	for (int i = 0; i < pheme_count(o.out, "\n"); i++)
		json_decref(record(&o, (unsigned)i));
	assert_non_null(strstr(o.out, "\"haze\""));
	check(o, 0, o.out, "");
	o = LIST(w, "parameters", "haze/jabber");
	assert_non_null(strstr(o.out, "account                       text            required\n"));
	assert_non_null(strstr(o.out, "password                      text            secret\n"));
	assert_non_null(strstr(o.out, "port                          number          "));
	check(o, 0, o.out, "");
	check(LIST(w, "parameters", "nosuch"), 3, "", "nosuch");
	check(LIST(w, "parameters"), 2, "", "usage: pheme --list ");
	check(LIST(w, "contacts", "x"), 2, "", "usage: pheme --list ");
	check(LIST(w, "nosuch"), 2, "", "usage: pheme --list ");
}

/* Nothing is started; what runs is used. */
static void test_no_autostart(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	fixture_exit(w->fixture, 0);
	check(LIST(w, "contacts", "--no-autostart"), 4, "", "fixture");
	assert_int_equal(test_env_name_pid(w->env, TEST_CM_PREFIX "fixture"), 0);
	fixture_set_contact(w->fixture, ME, BOB, "Bob B.", "Friends", 4, 4, "");
	s = pheme_start_until(w, NULL, "connected as");
	check(LIST(w, "contacts", "--no-autostart"), 0,
	      "bob@fixture                   offline         Bob B.\n", "");
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(contacts), TEST(offline),      TEST(beside_a_screen),
		TEST(managers), TEST(no_autostart),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
