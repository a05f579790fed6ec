/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Disks that are full, files that are read-only, damaged, locked or someone else's. */

#include "history_test.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void append_failing(struct fixture *f, const char *part)
{
	struct history_message m = {.text = "lost"};
	struct answer answer = {0};

	append(f, &bob, &m, &answer);
	assert_int_equal(answer.result, HISTORY_FAILED);
	assert_non_null(answer.why);
	assert_non_null(strstr(answer.why, part));
	clear_answer(&answer);
}

static void append_one(struct fixture *f, const char *uid)
{
	struct history_message m = {
		.text = "kept", .uid = (char *)uid, .delivery = DELIVERY_SENDING};

	append_ok(f, &bob, &m);
}

static unsigned count_rows(struct fixture *f)
{
	struct answer page = {0};
	unsigned count;

	read_before(f, &bob, 0, 100000, &page);
	assert_null(page.why);
	count = page.items->len;
	clear_answer(&page);
	return count;
}

/* Any file of the process may grow to so many bytes. */
static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void count_failed(enum history_result result, gint64 row, const char *why, void *data)
{
	if (result == HISTORY_FAILED && why)
		++*(unsigned *)data;
}

static void test_full(void **state)
{
	struct fixture *f = *state;
	struct history_message m = {.text = "lost"};
	unsigned failed = 0;
	struct answer page = {0};

	append_one(f, "a");
	limit_files(1);
	for (int i = 0; i < 500; i++)
		history_append(f->history, &bob, &m, count_failed, &failed);
	/* Nobody is told of this one: it is kept and tried again. */
	history_set_delivery(f->history, "a", DELIVERY_SENT, NULL, "token");
	WAIT_FOR(failed == 500);
	assert_int_equal(f->problems->len, 1);
	assert_problem(f->problems, "history.db");
	limit_files(RLIM_INFINITY);
	append_one(f, "b");
	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(page.items->len, 2);
	assert_int_equal(item(&page, 0)->delivery, DELIVERY_SENT);
	assert_string_equal(item(&page, 0)->token, "token");
	clear_answer(&page);
}

static void test_full_from_the_start(void **state)
{
	struct fixture *f = *state;

	stop(f);
	g_unlink(f->path);
	limit_files(1);
	start(f);
	append_failing(f, "history.db");
	limit_files(RLIM_INFINITY);
	append_one(f, "a");
	assert_int_equal(count_rows(f), 1);
}

static void test_no_directory(void **state)
{
	struct fixture *f = *state;
	g_autofree char *parent = g_build_filename(f->dir, "parent", NULL);
	struct answer page = {0};

	stop(f);
	g_free(f->path);
	f->path = g_build_filename(parent, "history.db", NULL);
	g_free(write_file(f->dir, "parent", "a file"));
	start(f);
	append_failing(f, "cannot create");
	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(page.items->len, 0);
	assert_non_null(page.why);
	assert_false(page.flag);
	assert_int_equal(f->problems->len, 1);
	/* The trouble passes: the next write opens it. */
	g_unlink(parent);
	append_one(f, "a");
	assert_int_equal(count_rows(f), 1);
	clear_answer(&page);
}

/* --- read-only ---------------------------------------------------------------------------- */

static void use_readonly(struct fixture *f)
{
	start(f);
	append_failing(f, "read-only");
	assert_int_equal(count_rows(f), 1);
	assert_problem(f->problems, "read-only");
}

/* What only reads does not even complain. */
static void read_readonly(struct fixture *f)
{
	unsigned told = f->problems->len;

	f->history = history_new_reader(f->path, on_problem, f);
	assert_int_equal(count_rows(f), 1);
	assert_int_equal(f->problems->len, told);
}

/* Root can write anywhere, so the test is done by somebody else; in a child that never returns
 * into cmocka, or it would run the rest of the tests twice. */
static void test_readonly(void **state)
{
	struct fixture *f = *state;
	int status;

	append_one(f, "a");
	stop(f);
	assert_int_equal(g_chmod(f->path, 0444), 0);
	assert_int_equal(g_chmod(f->dir, 0555), 0);
	pid_t pid = fork();

	if (pid == 0) {
		alarm(WAIT_SECONDS);
		g_main_context_push_thread_default(g_main_context_new());
		if (getuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
			_exit(9);
		use_readonly(f);
		stop(f);
		read_readonly(f);
		stop(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(g_chmod(f->dir, 0700), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- damaged ------------------------------------------------------------------------------ */

static void overwrite(const char *path, long from, long to)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	for (long at = from; at < to; at += 16)
		assert_int_equal(pwrite(fd, "all is garbage!\n", 16, at), 16);
	close(fd);
}

static void move_away(struct fixture *f)
{
	g_autofree char *away = g_strconcat(f->path, ".broken", NULL);

	assert_int_equal(g_rename(f->path, away), 0);
}

static void test_garbage(void **state)
{
	struct fixture *f = *state;
	g_autofree char *before = NULL, *after = NULL;
	gsize length, length_after;

	append_one(f, "a");
	stop(f);
	overwrite(f->path, 0, 4096);
	assert_true(g_file_get_contents(f->path, &before, &length, NULL));
	start(f);
	append_failing(f, "move it away");
	append_failing(f, f->path);
	assert_int_equal(f->problems->len, 1);
	assert_true(g_file_get_contents(f->path, &after, &length_after, NULL));
	assert_int_equal(length, length_after);
	assert_memory_equal(before, after, length);
	/* Doing what it says is enough. */
	move_away(f);
	append_one(f, "b");
	assert_int_equal(count_rows(f), 1);
}

static void test_damaged_pages(void **state)
{
	struct fixture *f = *state;
	struct history_message m = {.text = "text that fills some pages of the file"};
	struct answer page = {0};
	struct stat st;

	for (int i = 0; i < 2000; i++)
		history_append(f->history, &bob, &m, NULL, NULL);
	stop(f);
	assert_int_equal(stat(f->path, &st), 0);
	overwrite(f->path, 16 * 4096, st.st_size);
	start(f);
	read_before(f, &bob, 0, 5000, &page);
	assert_non_null(page.why);
	assert_non_null(strstr(page.why, "move it away"));
	assert_problem(f->problems, "move it away");
	clear_answer(&page);
	move_away(f);
	append_one(f, "b");
	assert_int_equal(count_rows(f), 1);
}

static void test_empty_file(void **state)
{
	struct fixture *f = *state;

	stop(f);
	assert_int_equal(truncate(f->path, 0), 0);
	start(f);
	append_one(f, "a");
	assert_int_equal(count_rows(f), 1);
	assert_int_equal(f->problems->len, 0);
}

static void run_sql(const char *path, const char *text)
{
	sqlite3 *sql;

	assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sql);
}

static void test_other_program(void **state)
{
	struct fixture *f = *state;

	stop(f);
	g_unlink(f->path);
	run_sql(f->path, "CREATE TABLE cookies (a); PRAGMA user_version = 1");
	start(f);
	append_failing(f, "another program");
}

static void test_newer(void **state)
{
	struct fixture *f = *state;

	stop(f);
	run_sql(f->path, "PRAGMA user_version = 1000");
	start(f);
	append_failing(f, "newer pheme");
	assert_problem(f->problems, "newer pheme");
}

/* --- locked ------------------------------------------------------------------------------- */

static void test_locked(void **state)
{
	struct fixture *f = *state;
	sqlite3 *other;

	append_one(f, "a");
	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	append_failing(f, "locked");
	/* Reading does not wait for a writer. */
	assert_int_equal(count_rows(f), 1);
	sqlite3_close(other);
	append_one(f, "b");
	assert_int_equal(count_rows(f), 2);
	assert_problem(f->problems, "locked");
}

static void test_moved_away(void **state)
{
	struct fixture *f = *state;

	append_one(f, "a");
	move_away(f);
	append_one(f, "b");
	assert_int_equal(count_rows(f), 1);
	assert_true(g_file_test(f->path, G_FILE_TEST_EXISTS));
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/history/" name, function, setup, teardown, NULL                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("full", test_full),
		TEST("full-from-the-start", test_full_from_the_start),
		TEST("no-directory", test_no_directory),
		TEST("readonly", test_readonly),
		TEST("garbage", test_garbage),
		TEST("damaged-pages", test_damaged_pages),
		TEST("empty-file", test_empty_file),
		TEST("other-program", test_other_program),
		TEST("newer", test_newer),
		TEST("locked", test_locked),
		TEST("moved-away", test_moved_away),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests_name("history-faults", tests, NULL, NULL);
}
