/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --log, --log-search and --log-export: history for scripts, without a bus, beside whoever else
 * uses it. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/model/message.h"
#include "src/store/history.h"

#define BOB  "bob@example.org"
#define ROOM "dev@conference.example.org"

#define RUN(w, ...) run(w, (const char *const[]){__VA_ARGS__, NULL})

/* There is no bus: who looks for one fails. */
static struct outcome run(struct pheme_world *w, const char *const *args)
{
	const struct pheme_options options = {.args = args, .bus = "unix:path=/nonexistent/bus"};

	return pheme_outcome(w, &options);
}

/* All of stdout, a part of stderr. */
static void check(struct outcome outcome, int status, const char *out, const char *err)
{
	if (outcome.status != status || strcmp(outcome.out, out) || !strstr(outcome.err, err))
		outcome_fail(&outcome);
	outcome_clear(&outcome);
}

static void say(struct history *history, const char *id, const char *sender, gint64 time,
		const char *text)
{
	const struct history_chat chat = {"work", !strcmp(id, ROOM), id};
	g_autofree char *uid = message_new_uid();
	struct history_message message = {
		.time = time,
		.direction = sender ? MESSAGE_IN : MESSAGE_OUT,
		.delivery = sender ? DELIVERY_NONE : DELIVERY_SENT,
		.sender = (char *)sender,
		.alias = (char *)(sender ? "Bob" : NULL),
		.text = (char *)text,
		.uid = uid,
	};

	history_append(history, &chat, &message, NULL, NULL);
}

static int setup(void **state)
{
	struct history *history;

	if (pheme_setup(state))
		return -1;
	g_setenv("TZ", "UTC", TRUE);
	history = history_new(NULL, NULL, NULL);
	say(history, BOB, BOB, 1000000000, "hello\nand more");
	say(history, ROOM, ROOM "/bob", 1000000060, "the backup is done");
	say(history, BOB, NULL, 1000000120, "back at 5");
	say(history, BOB, BOB, 1000000180, "a \"quote\" \x1b[31m \xff");
	history_free(history);
	return 0;
}

static int teardown(void **state)
{
	g_unsetenv("TZ");
	return pheme_teardown(state);
}

#define HELLO "2001-09-09 01:46 Bob: hello\n                     and more\n"
#define BACK  "2001-09-09 01:48 me: back at 5\n"
#define QUOTE "2001-09-09 01:49 Bob: a \"quote\" ^[[31m \xef\xbf\xbd\n"

static void test_log(void **state)
{
	check(RUN(*state, "--log", BOB), 0, HELLO BACK QUOTE, "");
	check(RUN(*state, "--log", BOB, "--count", "2"), 0, BACK QUOTE, "");
	check(RUN(*state, "--log", BOB, "--count", "1"), 0, QUOTE, "");
	check(RUN(*state, "--log", ROOM), 0, "2001-09-09 01:47 Bob: the backup is done\n", "");
	check(RUN(*state, "--log", "nobody"), 3, "", "there is no history with \"nobody\"");
	check(RUN(*state, "--log"), 2, "", "usage: pheme --log CONTACT");
	check(RUN(*state, "--run", "/log " ROOM), 0, "2001-09-09 01:47 Bob: the backup is done\n",
	      "");
}

static void test_json(void **state)
{
	struct outcome outcome = RUN(*state, "--log", BOB, "--json");
	g_auto(GStrv) lines = g_strsplit(outcome.out, "\n", -1);

	assert_int_equal(outcome.status, 0);
	assert_int_equal(g_strv_length(lines), 4);
	assert_non_null(strstr(lines[0],
			       "{\"event\":\"message\",\"account\":\"work\",\"chat\":\"" BOB
			       "\",\"kind\":\"contact\",\"direction\":\"in\""));
	assert_non_null(strstr(lines[0], "\"text\":\"hello\\nand more\""));
	assert_non_null(strstr(lines[1], "\"direction\":\"out\""));
	assert_non_null(strstr(lines[1], "\"delivery\":\"sent\""));
	assert_non_null(strstr(lines[2], "\\\"quote\\\" \\u001"));
	assert_null(strchr(lines[2], 0x1b));
	outcome_clear(&outcome);
}

static void test_nul(void **state)
{
	struct outcome outcome = RUN(*state, "--log", BOB, "-0", "--count", "3");

	/* What follows the first NUL is not seen in a string; that the line end was none is. */
	assert_string_equal(outcome.out, "2001-09-09 01:46 Bob: hello\n                     and "
					 "more");
	outcome_clear(&outcome);
}

static void test_search(void **state)
{
	static const char in_room[] = "2001-09-09 01:47 [work " ROOM "] Bob: the backup is done\n";
	g_autofree char *long_text = g_strnfill(100000, 'x');

	check(RUN(*state, "--log-search", "backup"), 0, in_room, "");
	check(RUN(*state, "--log-search", "BACK", "in:bob"), 0,
	      "2001-09-09 01:48 [work " BOB "] me: back at 5\n", "");
	check(RUN(*state, "--log-search", "back", "--count", "1"), 0,
	      "2001-09-09 01:48 [work " BOB "] me: back at 5\n", "");
	check(RUN(*state, "--log-search", "\"backup is\" after:2001 before:2002"), 0, in_room, "");
	check(RUN(*state, "--log-search", "nothing"), 0, "", "");
	check(RUN(*state, "--log-search", "\""), 2, "", "there is no word in");
	check(RUN(*state, "--log-search", "*"), 2, "", "there is no word in");
	check(RUN(*state, "--log-search", long_text), 2, "", "too long to look for");
	check(RUN(*state, "--log-search", "x after:never"), 2, "", "no time");
	check(RUN(*state, "--run", "/search backup"), 0, in_room, "");
}

static void assert_content(struct pheme_world *w, const char *name, const char *content)
{
	g_autofree char *path = test_env_path(w->env, name);
	g_autofree char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, content);
}

#define EXPORTED                                                                                   \
	"2001-09-09 01:46 [work " BOB "] Bob: hello\n                     and more\n"              \
	"2001-09-09 01:47 [work " ROOM "] Bob: the backup is done\n"                               \
	"2001-09-09 01:48 [work " BOB "] me: back at 5\n"                                          \
	"2001-09-09 01:49 [work " BOB "] Bob: a \"quote\" ^[[31m \xef\xbf\xbd\n"

static void test_export(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *path = test_env_path(w->env, "export");
	g_autofree char *nowhere = test_env_path(w->env, "no/such/export");
	struct stat file;

	check(RUN(w, "--log-export", "-"), 0, EXPORTED, "");
	check(RUN(w, "--log-export", "-", "in:" ROOM), 0,
	      "2001-09-09 01:47 [work " ROOM "] Bob: the backup is done\n", "");
	check(RUN(w, "--log-export", path), 0, "", "");
	assert_content(w, "export", EXPORTED);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	/* What is there stays as it is. */
	check(RUN(w, "--log-export", path, "--json"), 5, "", "it is not overwritten");
	assert_content(w, "export", EXPORTED);
	check(RUN(w, "--log-export", nowhere), 1, "", "No such file or directory");
	check(RUN(w, "--log-export", "/dev/full"), 5, "", "it is not overwritten");
}

/* Another holds the write lock all the while. */
static void test_locked(void **state)
{
	g_autofree char *path = pheme_path(*state, NULL, "data/pheme/history.db");
	sqlite3 *sql = NULL;

	assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	check(RUN(*state, "--log-search", "hello"), 0,
	      "2001-09-09 01:46 [work " BOB "] Bob: hello\n                     and more\n", "");
	sqlite3_close(sql);
}

static void test_nothing_there(void **state)
{
	g_autofree char *dir = pheme_path(*state, NULL, "data/pheme");
	g_autofree char *away = pheme_path(*state, NULL, "data/away");

	assert_int_equal(rename(dir, away), 0);
	check(RUN(*state, "--log-search", "hello"), 0, "", "");
	check(RUN(*state, "--log-export", "-"), 0, "", "");
	check(RUN(*state, "--log", BOB), 3, "", "there is no history with");
	assert_int_equal(access(dir, F_OK), -1);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/log/" name, fn, setup, teardown, NULL                                            \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("log", test_log),
		TEST("json", test_json),
		TEST("nul", test_nul),
		TEST("search", test_search),
		TEST("export", test_export),
		TEST("locked", test_locked),
		TEST("nothing-there", test_nothing_there),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
