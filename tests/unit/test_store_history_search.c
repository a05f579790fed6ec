/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Searching, the index of words, and files of before there was one. */

#include "history_test.h"

#include "model/query.h"
#include "store/history_private.h"

/* A file of version 1, as a pheme without an index made it. */
static const char old_schema[] =
	"PRAGMA application_id = 1885889901; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;"
	"CREATE TABLE chat (id INTEGER PRIMARY KEY, account TEXT NOT NULL, kind INTEGER NOT NULL,"
	" ident TEXT NOT NULL, name TEXT, number INTEGER NOT NULL DEFAULT 0,"
	" read_row INTEGER NOT NULL DEFAULT 0, UNIQUE (account, kind, ident));"
	"CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" chat INTEGER NOT NULL REFERENCES chat (id), time INTEGER NOT NULL,"
	" direction INTEGER NOT NULL, type INTEGER NOT NULL, delivery INTEGER NOT NULL,"
	" scrollback INTEGER NOT NULL, mention INTEGER NOT NULL, sender TEXT, alias TEXT,"
	" text TEXT, reason TEXT, uid TEXT UNIQUE, token TEXT, dedupe TEXT, owner TEXT);"
	"CREATE INDEX message_chat ON message (chat);"
	"CREATE UNIQUE INDEX message_dedupe ON message (chat, dedupe) WHERE dedupe IS NOT NULL;"
	"CREATE INDEX message_token ON message (chat, token)"
	" WHERE token IS NOT NULL AND direction = 1;"
	"CREATE INDEX message_owner ON message (owner) WHERE owner IS NOT NULL;"
	"CREATE TABLE roster (account TEXT NOT NULL, ident TEXT NOT NULL, alias TEXT, groups BLOB,"
	" PRIMARY KEY (account, ident)) WITHOUT ROWID;"
	"INSERT INTO chat (account, kind, ident, name) VALUES ('work', 0, 'bob@example.org', "
	"'Bob');";

static void run_sql(const char *path, const char *text)
{
	sqlite3 *sql = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
	if (sqlite3_exec(sql, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(sql);
}

static gint64 ask_sql(const char *path, const char *text)
{
	sqlite3 *sql = NULL;
	sqlite3_stmt *statement = NULL;
	gint64 number;

	assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
	sqlite3_busy_timeout(sql, 10000);
	assert_int_equal(sqlite3_prepare_v2(sql, text, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(sql);
	return number;
}

/* In place of the new file: an old one with @count messages "old 1", "old 2", … */
static void make_old(struct fixture *f, unsigned count)
{
	g_autofree char *fill = g_strdup_printf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
		" INSERT INTO message (chat, time, direction, type, delivery, scrollback, mention,"
		" sender, text, uid) SELECT 1, i, 0, 0, 0, 0, 0, 'bob@example.org', 'old ' || i,"
		" 'uid' || i FROM n",
		count);

	stop(f);
	unlink(f->path);
	run_sql(f->path, old_schema);
	run_sql(f->path, fill);
}

/* --- asking ------------------------------------------------------------------------------- */

struct found {
	bool done;
	gint64 next;
	char *why;
	GString *texts; /* of what was found, with a bar between */
};

static void on_found(GPtrArray *items, gint64 next, const char *error, void *data)
{
	struct found *found = data;

	for (guint i = 0; i < items->len; i++) {
		const struct history_found *one = items->pdata[i];

		if (found->texts->len)
			g_string_append_c(found->texts, '|');
		g_string_append(found->texts, one->message->text);
	}
	found->next = next;
	found->why = g_strdup(error);
	found->done = true;
}

/* All that there is, in pages of @limit. */
static char *search_by(struct fixture *f, const char *text, const struct history_chat *chat,
		       unsigned limit, bool forward)
{
	struct query *query = query_parse(text, true, NULL);
	struct found found = {.texts = g_string_new(NULL)};

	assert_non_null(query);
	do {
		found.done = false;
		history_search(f->history, query, chat, found.next, limit, forward, on_found,
			       &found);
		WAIT_FOR(found.done);
		if (found.why)
			fail_msg("%s", found.why);
	} while (found.next);
	query_unref(query);
	return g_string_free(found.texts, FALSE);
}

static void assert_search(struct fixture *f, const char *text, const char *expected)
{
	g_autofree char *found = search_by(f, text, NULL, 100, false);

	if (strcmp(found, expected))
		fail_msg("%s: \"%s\" instead of \"%s\"", text, found, expected);
}

static void say(struct fixture *f, const struct history_chat *chat, const char *sender, gint64 time,
		const char *text)
{
	struct history_message m = {
		.time = time,
		.sender = (char *)sender,
		.direction = sender ? MESSAGE_IN : MESSAGE_OUT,
		.text = (char *)text,
	};

	append_ok(f, chat, &m);
}

/* In one go. */
static void say_many(struct fixture *f, unsigned count, const char *text)
{
	struct history_message m = {.time = 5000, .text = (char *)text};

	for (unsigned i = 0; i < count; i++)
		history_append(f->history, &bob, &m, NULL, NULL);
	history_flush(f->history);
}

static void fill(struct fixture *f)
{
	say(f, &bob, "bob@example.org", 1000, "the backup is done");
	say(f, &bob, NULL, 2000, "backups are fine");
	say(f, &room, "carol", 3000, "who has the BACKUP keys?");
	say(f, &room, "bob", 4000, "nach Zürich, 你好世界");
}

static void test_words(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_search(f, "backup", "who has the BACKUP keys?|backups are fine|the backup is done");
	assert_search(f, "\"backup\"", "who has the BACKUP keys?|the backup is done");
	assert_search(f, "\"the backup\"", "who has the BACKUP keys?|the backup is done");
	assert_search(f, "backup done", "the backup is done");
	assert_search(f, "zurich", "nach Zürich, 你好世界");
	assert_search(f, "世界", "nach Zürich, 你好世界");
	assert_search(f, "界世", "");
	assert_search(f, "nothing", "");
}

static void test_filters(void **state)
{
	struct fixture *f = *state;

	fill(f);
	history_set_open(f->history, &bob, 1, "Robert");
	assert_search(f, "backup in:bob@example.org", "backups are fine|the backup is done");
	assert_search(f, "backup in:dev", "who has the BACKUP keys?");
	assert_search(f, "backup in:robert from:me", "backups are fine");
	assert_search(f, "backup from:carol", "who has the BACKUP keys?");
	assert_search(f, "from:bob", "nach Zürich, 你好世界|the backup is done");
	assert_search(f, "backup in:nowhere", "");
	assert_search(f, "backup account:home", "");
	assert_search(f, "backup account:work from:me", "backups are fine");
	assert_search(f, "backup before:1970-01-01", "");
	assert_search(f, "backup after:1970-01-03", "");
}

static void test_pages(void **state)
{
	struct fixture *f = *state;
	g_autofree char *backward = NULL, *forward = NULL, *chat = NULL;

	fill(f);
	backward = search_by(f, "backup", NULL, 1, false);
	assert_string_equal(backward,
			    "who has the BACKUP keys?|backups are fine|the backup is done");
	forward = search_by(f, "backup", NULL, 2, true);
	assert_string_equal(forward,
			    "the backup is done|backups are fine|who has the BACKUP keys?");
	chat = search_by(f, "backup", &bob, 1, true);
	assert_string_equal(chat, "the backup is done|backups are fine");
}

/* Whatever is typed is answered, never with an error of SQL. */
static void test_strange(void **state)
{
	static const char *const typed[] = {
		"a\"b",         "(a OR b)",  "a AND NOT b", "NEAR(a b)", "words:x", "chat : c1",
		"x' OR '1'='1", "c1",        "^a",          "a* b*",     "{a}",     "\xff\xfe a",
		"in:' a",       "\"a \" \"", "-- a",        "a;DROP",    "🦊",    "ａ",
	};
	struct fixture *f = *state;

	fill(f);
	for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
		g_autofree char *found = search_by(f, typed[i], NULL, 10, false);

		assert_non_null(found);
	}
	assert_search(f, "c1", "");
	assert_search(f, "words:backup", "");
	assert_int_equal(f->problems->len, 0);
}

/* --- files of before there was an index --------------------------------------------------- */

/* Each part of it ends with the word that the thread rests. */
static void wait_indexed(struct fixture *f)
{
	struct history *history = f->history;
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += wait_seconds();
	pthread_mutex_lock(&history->lock);
	while (!ask_sql(f->path, "SELECT low = 0 AND (SELECT max(id) FROM message) - high < 64"
				 " FROM indexed"))
		if (pthread_cond_timedwait(&history->rest, &history->lock, &limit))
			fail_msg("the index is never complete");
	pthread_mutex_unlock(&history->lock);
}

/* What it costs to add one is not paid for each: they are found all the same. */
static void test_few_wait(void **state)
{
	struct fixture *f = *state;
	gint64 high;

	say(f, &bob, "bob@example.org", 1, "the first one");
	high = ask_sql(f->path, "SELECT high FROM indexed");
	say_many(f, 20, "hay");
	say(f, &bob, "bob@example.org", 2, "a needle");
	say_many(f, 20, "hay");
	assert_int_equal(ask_sql(f->path, "SELECT high FROM indexed"), high);
	assert_search(f, "needle", "a needle");
	assert_search(f, "first", "the first one");
	say(f, &bob, "bob@example.org", 3, "one more needle");
	say_many(f, 30, "hay");
	assert_true(ask_sql(f->path, "SELECT high FROM indexed") > high);
	assert_search(f, "needle", "one more needle|a needle");
	/* Those that wait when it ends are found by the next. */
	restart(f);
	say(f, &bob, "bob@example.org", 4, "the last needle");
	assert_search(f, "needle", "the last needle|one more needle|a needle");
}

static void test_old_file(void **state)
{
	struct fixture *f = *state;

	make_old(f, 2000);
	start(f);
	/* Found at once, in the index or not. */
	assert_search(f, "\"old 1\"", "old 1");
	assert_search(f, "1999", "old 1999");
	say(f, &bob, "bob@example.org", 5000, "new 1999");
	assert_search(f, "1999", "new 1999|old 1999");
	wait_indexed(f);
	assert_search(f, "1999", "new 1999|old 1999");
	assert_search(f, "\"old 1\"", "old 1");
	assert_int_equal(ask_sql(f->path, "SELECT count(*) FROM message"), 2001);
	assert_int_equal(ask_sql(f->path, "PRAGMA user_version"), 2);
	assert_int_equal(
		ask_sql(f->path,
			"SELECT count(*) FROM message_words WHERE message_words MATCH 'old'"),
		2000);
}

/* What is left to do is written down with what was done. */
static void test_interrupted(void **state)
{
	struct fixture *f = *state;

	make_old(f, 3000);
	start(f);
	history_flush(f->history);
	stop(f);
	for (int i = 0; i < 20; i++) {
		start(f);
		history_flush(f->history);
		stop(f);
	}
	start(f);
	wait_indexed(f);
	assert_int_equal(
		ask_sql(f->path,
			"SELECT count(*) FROM message_words WHERE message_words MATCH 'old'"),
		3000);
	assert_search(f, "\"old 1500\"", "old 1500");
}

/* A pheme of before goes on writing beside this one. */
static void test_old_writer(void **state)
{
	struct fixture *f = *state;
	static const char insert[] =
		"INSERT INTO message (chat, time, direction, type, delivery, scrollback, mention,"
		" sender, text) VALUES (1, 1, 0, 0, 0, 0, 0, 'bob', 'unseen words')";

	fill(f);
	run_sql(f->path, insert);
	assert_search(f, "unseen", "unseen words");
	say_many(f, 70, "more");
	assert_search(f, "unseen", "unseen words");
	assert_int_equal(
		ask_sql(f->path,
			"SELECT count(*) FROM message_words WHERE message_words MATCH 'unseen'"),
		1);
}

/* It has written much while this one was away. */
static void test_much_unseen(void **state)
{
	struct fixture *f = *state;
	static const char insert[] =
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
		" INSERT INTO message (chat, time, direction, type, delivery, scrollback, mention,"
		" sender, text) SELECT 1, i, 0, 0, 0, 0, 0, 'bob', 'unseen ' || i FROM n";

	fill(f);
	stop(f);
	run_sql(f->path, insert);
	start(f);
	history_set_open(f->history, &bob, 1, NULL);
	wait_indexed(f);
	assert_search(f, "\"unseen 1000\"", "unseen 1000");
}

/* A damaged index costs nothing but time. */
static void test_damaged_index(void **state)
{
	struct fixture *f = *state;

	fill(f);
	stop(f);
	run_sql(f->path, "UPDATE message_words_data SET block = x'ffffffffff'");
	start(f);
	assert_search(f, "backup from:carol", "who has the BACKUP keys?");
	say(f, &bob, "bob@example.org", 5000, "another backup");
	assert_search(f, "backup in:bob", "another backup|backups are fine|the backup is done");
	restart(f);
	say(f, &bob, "bob@example.org", 5000, "last backup");
	wait_indexed(f);
	assert_search(f, "backup in:bob",
		      "last backup|another backup|backups are fine|the backup is done");
}

/* --- reading only ------------------------------------------------------------------------- */

static void start_reader(struct fixture *f)
{
	f->history = history_new_reader(f->path, on_problem, f);
}

static void test_reader(void **state)
{
	struct fixture *f = *state;
	struct history *writer = f->history;
	struct history_message m = {.text = "refused"};
	struct answer answer = {0};

	fill(f);
	start_reader(f);
	assert_search(f, "done", "the backup is done");
	append(f, &bob, &m, &answer);
	assert_int_equal(answer.result, HISTORY_FAILED);
	clear_answer(&answer);
	assert_search(f, "refused", "");
	stop(f);
	f->history = writer;
	say(f, &bob, NULL, 1, "goes on");
}

static void test_reader_nothing(void **state)
{
	struct fixture *f = *state;

	stop(f);
	unlink(f->path);
	start_reader(f);
	assert_search(f, "done", "");
	assert_int_equal(f->problems->len, 0);
	assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
}

/* It has no index, and gets none. */
static void test_reader_old(void **state)
{
	struct fixture *f = *state;

	make_old(f, 100);
	start_reader(f);
	assert_search(f, "\"old 7\"", "old 7");
	stop(f);
	assert_int_equal(ask_sql(f->path, "PRAGMA user_version"), 1);
}

static void test_reader_locked(void **state)
{
	struct fixture *f = *state;
	struct history *writer = f->history;
	sqlite3 *sql = NULL;

	fill(f);
	assert_int_equal(sqlite3_open(f->path, &sql), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	start_reader(f);
	assert_search(f, "done", "the backup is done");
	stop(f);
	sqlite3_close(sql);
	f->history = writer;
}

/* --- pages around a message --------------------------------------------------------------- */

struct around {
	bool done, at_start, at_end;
	unsigned count;
	gint64 first, last;
};

static void on_around(GPtrArray *messages, bool at_start, bool at_end, const char *error,
		      void *data)
{
	struct around *around = data;

	assert_null(error);
	*around = (struct around){true, at_start, at_end, messages->len, 0, 0};
	if (messages->len) {
		around->first = ((struct history_message *)messages->pdata[0])->row;
		around->last = ((struct history_message *)messages->pdata[messages->len - 1])->row;
	}
}

static struct around read_around(struct fixture *f, gint64 row)
{
	struct around around = {false};

	history_read_around(f->history, &bob, row, 20, on_around, &around);
	WAIT_FOR(around.done);
	return around;
}

static void test_around(void **state)
{
	struct fixture *f = *state;
	struct around around;

	make_old(f, 100);
	start(f);
	around = read_around(f, 50);
	assert_int_equal(around.count, 20);
	assert_int_equal(around.first, 40);
	assert_int_equal(around.last, 59);
	assert_false(around.at_start || around.at_end);
	around = read_around(f, 3);
	assert_int_equal(around.first, 1);
	assert_true(around.at_start && !around.at_end);
	around = read_around(f, 100);
	assert_int_equal(around.last, 100);
	assert_true(around.at_end && !around.at_start);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/history-search/" name, fn, setup, teardown, NULL                                 \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("words", test_words),
		TEST("filters", test_filters),
		TEST("pages", test_pages),
		TEST("strange", test_strange),
		TEST("around", test_around),
		TEST("few-wait", test_few_wait),
		TEST("old-file", test_old_file),
		TEST("interrupted", test_interrupted),
		TEST("old-writer", test_old_writer),
		TEST("much-unseen", test_much_unseen),
		TEST("damaged-index", test_damaged_index),
		TEST("reader-beside-a-writer", test_reader),
		TEST("reader-nothing-there", test_reader_nothing),
		TEST("reader-old-file", test_reader_old),
		TEST("reader-locked", test_reader_locked),
	};

	return cmocka_run_group_tests_name("history-search", tests, NULL, NULL);
}
