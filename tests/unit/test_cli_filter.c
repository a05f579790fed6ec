/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Programs that are given a text and give one back: what goes in and out, and the limits. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/filter.h"

struct result {
	unsigned told;
	char *output, *problem;
};

static void on_done(const char *output, const char *problem, void *data)
{
	struct result *result = data;

	result->told++;
	result->output = g_strdup(output);
	result->problem = g_strdup(problem);
}

static struct filter *start(const char *command, const char *input, unsigned seconds,
			    struct result *result)
{
	g_auto(GStrv) argv = NULL;
	g_autoptr(GError) error = NULL;
	struct filter *program;

	assert_true(g_shell_parse_argv(command, NULL, &argv, NULL));
	program = filter_start(argv, NULL, input, seconds, on_done, result, &error);
	if (!program)
		fail_msg("%s", error->message);
	return program;
}

static void finish(struct result *result)
{
	while (!result->told)
		g_main_context_iteration(NULL, TRUE);
}

/* @output NULL: it fails with @problem. */
static void check(const char *command, const char *input, const char *output, const char *problem)
{
	struct result result = {0};

	start(command, input, 20, &result);
	finish(&result);
	if (output)
		assert_string_equal(result.output, output);
	else
		assert_null(result.output);
	if (problem)
		assert_string_equal(result.problem, problem);
	else
		assert_null(result.problem);
	g_free(result.output);
	g_free(result.problem);
}

static void test_text(void **state)
{
	check("cat", "hello", "hello", NULL);
	check("cat", "two\nlines \xc5\xbc", "two\nlines \xc5\xbc", NULL);
	check("sh -c 'echo; echo \" a \"; echo; echo'", "", "\n a ", NULL);
	check("true", "nobody reads this", "", NULL);
}

/* More than a pipe holds, both ways. */
static void test_large(void **state)
{
	g_autofree char *text = g_strnfill(FILTER_OUTPUT_MAX, 'x');
	g_autofree char *more = g_strnfill(4 * FILTER_OUTPUT_MAX, 'x');

	check("cat", text, text, NULL);
	check("true", more, "", NULL);
	check("cat", more, NULL, "was stopped: it printed more than 64 KiB");
	check("yes", "", NULL, "was stopped: it printed more than 64 KiB");
}

static void test_failures(void **state)
{
	check("sh -c 'echo no; exit 3'", "", NULL, "ended with status 3");
	check("sh -c 'kill -9 $$'", "", NULL, "was ended by signal 9");
	check("printf '\\377'", "", NULL, "printed something else than UTF-8 text");
	check("printf 'a\\000b'", "", NULL, "printed something else than UTF-8 text");
}

static void test_missing(void **state)
{
	char *argv[] = {"/no/such/program", NULL};
	struct result result = {0};
	g_autoptr(GError) error = NULL;

	assert_null(filter_start(argv, NULL, "", 20, on_done, &result, &error));
	assert_non_null(error);
	assert_int_equal(result.told, 0);
}

/* With all that it started. */
static void test_time(void **state)
{
	struct result result = {0};

	start("sh -c 'cat; sleep 1000 & sleep 1000'", "", 1, &result);
	finish(&result);
	assert_null(result.output);
	assert_string_equal(result.problem, "was stopped after 1 s");
	g_free(result.problem);
}

static void test_background(void **state)
{
	struct result result = {0};
	pid_t left;

	start("sh -c 'sleep 1000 & echo $!'", "", 20, &result);
	finish(&result);
	left = (pid_t)atoi(result.output);
	assert_true(left > 1);
	assert_int_equal(kill(left, SIGKILL), 0);
	g_free(result.output);
}

/* Nothing is told, and the pipe of its output closes: nobody is left. */
static void test_cancel(void **state)
{
	struct result result = {0};

	filter_cancel(start("sh -c 'cat; sleep 1000'", "hello", 20, &result));
	filter_cancel(NULL);
	for (int i = 0; i < 100; i++)
		g_main_context_iteration(NULL, FALSE);
	assert_int_equal(result.told, 0);
}

/* SIGPIPE is ignored in pheme, and is not in what it starts; nor is there a terminal. */
static void test_surroundings(void **state)
{
	check("sh -c 'kill -PIPE $$; echo alive'", "", NULL, "was ended by signal 13");
	check("sh -c 'if (: </dev/tty) 2>/dev/null; then echo tty; else echo none; fi'", "", "none",
	      NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/cli/filter/text goes in and comes out", test_text, NULL, NULL, NULL},
		{"/cli/filter/more than a pipe holds", test_large, NULL, NULL, NULL},
		{"/cli/filter/failures give no text", test_failures, NULL, NULL, NULL},
		{"/cli/filter/missing program", test_missing, NULL, NULL, NULL},
		{"/cli/filter/stopped in time", test_time, NULL, NULL, NULL},
		{"/cli/filter/background is not waited for", test_background, NULL, NULL, NULL},
		{"/cli/filter/cancelled", test_cancel, NULL, NULL, NULL},
		{"/cli/filter/no terminal and no ignored signal", test_surroundings, NULL, NULL,
		 NULL},
	};

	/* As the program has it. */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("cli/program", tests, NULL, NULL);
}
