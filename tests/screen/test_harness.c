/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env.h"
#include "tests/lib/proc.h"
#include "tests/lib/screen.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* The terminal driver itself, on shells and small scripts; and tests/run, which runs them all. */

static struct screen *run_shell(const char *script, const struct screen_options *options)
{
	char *argv[] = {"sh", "-c", (char *)script, NULL};

	return screen_new(argv, options);
}

static void test_text_and_exit(void **state)
{
	struct screen *s = run_shell("echo hello; read line; echo \"got <$line>\"; exit 3", NULL);
	g_autofree char *row = NULL;
	int status, at_row, at_col;

	screen_wait_row(s, 0, "hello");
	screen_line(s, "typed text");
	screen_wait_text(s, "got <typed text>");
	status = screen_wait_exit(s);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	row = screen_row(s, 0);
	assert_string_equal(row, "hello");
	assert_true(screen_find(s, "<typed", &at_row, &at_col));
	assert_int_equal(at_row, 2);
	assert_int_equal(at_col, 4);
	assert_true(screen_is_restored(s));
	screen_free(s);
}

static void test_wide_text(void **state)
{
	struct screen *s = run_shell("printf '日本 e\\314\\201 x\\n'", NULL);
	struct screen_cell cell;
	int col;

	screen_wait_row(s, 0, "日本 e\xcc\x81 x");
	assert_true(screen_find(s, "x", NULL, &col));
	assert_int_equal(col, 7);
	screen_cell(s, 0, 0, &cell);
	assert_int_equal(cell.width, 2);
	screen_cell(s, 0, 5, &cell);
	assert_string_equal(cell.text, "e\xcc\x81");
	screen_free(s);
}

static void test_colours(void **state)
{
	struct screen *s = run_shell("printf '\\033[1;31mA\\033[0;38;5;214mB\\033[0;7;38;2;1;2;3mC"
				     "\\033[0mD'; read x",
				     NULL);
	struct screen_cell cell;

	screen_wait_text(s, "ABCD");
	screen_cell(s, 0, 0, &cell);
	assert_true(cell.bold);
	assert_int_equal(cell.fg.kind, SCREEN_COLOUR_INDEXED);
	screen_cell(s, 0, 1, &cell);
	assert_int_equal(cell.fg.index, 214);
	screen_cell(s, 0, 2, &cell);
	assert_int_equal(cell.fg.kind, SCREEN_COLOUR_RGB);
	assert_int_equal(cell.fg.b, 3);
	assert_true(cell.reverse);
	screen_cell(s, 0, 3, &cell);
	assert_int_equal(cell.fg.kind, SCREEN_COLOUR_DEFAULT);
	screen_free(s);
}

static void test_resize(void **state)
{
	struct screen_options options = {.rows = 10, .cols = 40};
	struct screen *s =
		run_shell("trap 'stty size' WINCH; stty size; while :; do read x; done", &options);

	screen_wait_text(s, "10 40");
	screen_resize(s, 30, 100);
	screen_wait_text(s, "30 100");
	screen_resize(s, 1, 1);
	screen_resize(s, 12, 50);
	screen_wait_text(s, "12 50");
	screen_free(s);
}

static void test_restoration_is_checked(void **state)
{
	struct screen *s = run_shell("printf '\\033[?1049h\\033[?25l\\033[?2004h\\033[?1000h'; "
				     "stty -echo; echo on; read x; stty echo; "
				     "printf '\\033[?1049l\\033[?25h\\033[?2004l\\033[?1000l'",
				     NULL);

	screen_wait_text(s, "on");
	assert_true(screen_is_alternate(s));
	assert_false(screen_cursor_is_visible(s));
	assert_false(screen_is_restored(s));
	screen_key(s, "Enter");
	assert_int_equal(screen_wait_exit(s), 0);
	assert_true(screen_is_restored(s));
	screen_free(s);
}

static void test_keys(void **state)
{
	struct screen *s = run_shell("stty raw -echo; echo ready; dd bs=1 count=24 2>/dev/null | "
				     "od -An -c -w24; stty sane",
				     NULL);

	screen_wait_text(s, "ready");
	screen_key(s, "M-a");
	screen_key(s, "PageUp");
	screen_key(s, "M-Left");
	screen_key(s, "F1");
	screen_key(s, "C-x");
	screen_key(s, "S-Tab");
	screen_key(s, "M-Enter");
	screen_key(s, "Up");
	screen_wait_text(s, "033   a 033   [   5   ~ 033   [   1   ;");
	screen_wait_text(s, "3   D 033   O   P 030");
	screen_free(s);
}

static void test_signal_and_title(void **state)
{
	struct screen *s = run_shell("printf '\\033]2;the title\\007\\007'; echo up; read x", NULL);
	int status;

	screen_wait_text(s, "up");
	assert_string_equal(screen_title(s), "the title");
	assert_int_equal(screen_bells(s), 1);
	screen_signal(s, SIGTERM);
	status = screen_wait_exit(s);
	assert_true(WIFSIGNALED(status));
	screen_free(s);
}

static void test_terminal_name(void **state)
{
	char *env[] = {"GREETING=hi", "HOME", NULL};
	struct screen_options options = {.term = "vt100", .env = env};
	struct screen *s = run_shell("echo $TERM $GREETING ${HOME-none}", &options);

	screen_wait_text(s, "vt100 hi none");
	screen_free(s);
}

static void test_much_output(void **state)
{
	struct screen *s = run_shell("seq 1 20000; echo the end", NULL);

	screen_wait_text(s, "the end");
	assert_true(screen_bytes(s) > 100000);
	assert_int_equal(screen_wait_exit(s), 0);
	screen_free(s);
}

/* Job control needs a shell above the program, as a user has. */
static void test_suspend(void **state)
{
	char *argv[] = {"bash", "--norc", "-i", NULL};
	char *env[] = {"PS1=ready> ", "HISTFILE=/dev/null", NULL};
	struct screen_options options = {.env = env};
	struct screen *s = screen_new(argv, &options);

	screen_wait_text(s, "ready>");
	screen_line(s, "sh -c 'echo started; read x; echo \"<$x>\"'");
	screen_wait_row(s, 1, "started");
	screen_key(s, "C-z");
	screen_wait_text(s, "Stopped");
	screen_line(s, "kill -KILL %1; exec sh -c 'exit 4'");
	assert_int_equal(WEXITSTATUS(screen_wait_exit(s)), 4);
	assert_true(screen_is_restored(s));
	screen_free(s);
}

/* --- tests/run ---------------------------------------------------------------------------- */

static const char log_of_one[] = "#!/bin/sh\n"
				 "echo '[==========] Running 3 test(s).'\n"
				 "echo '[ RUN      ] /one/good'\n"
				 "echo good says this\n"
				 "echo '[       OK ] /one/good'\n"
				 "echo '[ RUN      ] /one/bad'\n"
				 "seq -f 'bad says %g' 1000\n"
				 "echo '[  ERROR   ] --- 1 != 2'\n"
				 "echo '[  FAILED  ] /one/bad'\n"
				 "echo '[ RUN      ] /one/left it'\n"
				 "echo 'sleep was left running'\n"
				 "echo '[  ERROR   ] /one/left it'\n"
				 "echo '[==========] 3 test(s) run.'\n"
				 "echo '[  PASSED  ] 1 test(s).'\n"
				 "echo '[  FAILED  ] 1 test(s), listed below:'\n"
				 "echo '[  FAILED  ] /one/bad'\n"
				 "echo\n"
				 "echo ' 2 FAILED TEST(S)'\n"
				 "exit 2\n";

static const char log_of_two[] = "#!/bin/sh\n"
				 "echo '[==========] Running 1 test(s).'\n"
				 "echo '[ RUN      ] /two/ends'\n"
				 "echo two says this\n"
				 "kill -9 $$\n";

static char *make_program(struct test_env *env, const char *name, const char *text)
{
	char *path = test_env_path(env, name);

	test_env_write(env, name, text);
	chmod(path, 0700);
	return path;
}

/* Of a long log only the end is kept: what failed stands there, but not all of it. */
static void test_failures_come_last(void **state)
{
	g_autofree char *one = make_program(*state, "one", log_of_one);
	g_autofree char *two = make_program(*state, "two", log_of_two);
	char *argv[] = {"tests/run", one, two, NULL};
	char *env[] = {"CI=", "TEST_WRAPPER=", "TEST_SECONDS=60", NULL};
	g_autofree char *out = NULL;
	const char *end;

	assert_int_equal(test_proc_run(argv, env, &out, NULL), 1);
	assert_true(g_str_has_suffix(out, "\n1 passed, 3 failed, 0 skipped\n"));
	end = strstr(out, "--- /");
	assert_non_null(end);
	assert_non_null(strstr(end, "failed: /one/bad, /one/left it\n"));
	assert_non_null(strstr(end, "bad says 1000\n[  ERROR   ] --- 1 != 2\n"));
	assert_non_null(strstr(end, "sleep was left running\n"));
	assert_null(strstr(end, "good says"));
	assert_null(strstr(end, "bad says 900\n"));
	assert_non_null(strstr(end, "failed: /two/ends (did not end)\n"));
	assert_non_null(strstr(end, "two says this\n"));
}

static int setup(void **state)
{
	*state = test_env_new(TEST_ENV_NO_BUS);
	return 0;
}

static int teardown(void **state)
{
	return test_env_free(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_and_exit),
		cmocka_unit_test(test_wide_text),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_restoration_is_checked),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_signal_and_title),
		cmocka_unit_test(test_terminal_name),
		cmocka_unit_test(test_much_output),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_failures_come_last),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
