/* SPDX-License-Identifier: GPL-3.0-or-later */

/* pheme(1): it has every flag, and its examples do what they say. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME "me@fixture"

/* The page as a person reads it. */
static char *read_page(struct pheme_world *w)
{
	static const char *const args[] = {NULL};
	g_autofree char *program = pheme_program();
	g_autofree char *dir = g_path_get_dirname(program);
	g_autofree char *shell =
		g_strdup_printf("MANWIDTH=200 man -P cat -l '%s/pheme.1' | col -b; exit $?; "
				"exec \"$@\"",
				dir);
	const struct pheme_options options = {.args = args, .shell = shell};
	char *page, *err;
	int status = pheme_run(w, &options, &page, &err);

	if (status || !*page)
		test_fail("no man page: %s", err);
	g_free(err);
	return page;
}

static void test_flags(void **state)
{
	struct pheme_world *w = *state;
	static const char *const help[] = {"--help", NULL};
	g_autofree char *page = read_page(w);
	g_auto(GStrv) lines = NULL;
	char *out;

	assert_int_equal(pheme_run(w, &(struct pheme_options){.args = help}, &out, NULL), 0);
	lines = g_strsplit(out, "\n", -1);
	for (char **line = lines; *line; line++) {
		const char *flag = g_str_has_prefix(*line, "  ") ? strstr(*line, "--") : NULL;
		g_autofree char *name = NULL;

		if (!flag || flag > *line + 12)
			continue;
		name = g_strndup(flag, strcspn(flag, " [\n"));
		if (!strstr(page, name))
			test_fail("%s is not in the man page", name);
	}
	assert_non_null(strstr(page, "EXIT STATUS"));
	assert_non_null(strstr(page, "124"));
	g_free(out);
}

static void use_world(struct pheme_world *w)
{
	g_autofree char *program = pheme_program();
	g_autofree char *dir = g_path_get_dirname(program);
	g_autofree char *path = g_strconcat(dir, ":", g_getenv("PATH"), NULL);

	test_env_setenv(w->env, "PATH", path);
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, "bob@fixture", "bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
}

static void test_examples(void **state)
{
	struct pheme_world *w = *state;
	static const char *const args[] = {NULL};
	g_autofree char *page = read_page(w);
	char *begin = strstr(page, "\nEXAMPLES\n"), *end = strstr(page, "\nSEE ALSO");
	g_auto(GStrv) lines = NULL;
	int count = 0;

	assert_non_null(begin);
	assert_non_null(end);
	*end = '\0';
	use_world(w);
	lines = g_strsplit(begin + strlen("\nEXAMPLES\n"), "\n", -1);
	for (char **line = lines; *line; line++) {
		g_autofree char *shell = g_strdup_printf("cd \"$HOME\"; %s; exit $?; exec \"$@\"",
							 g_strstrip(*line));
		const struct pheme_options options = {.args = args, .shell = shell};
		char *out, *err;
		int status;

		if (!**line)
			continue;
		status = pheme_run(w, &options, &out, &err);
		if (status)
			test_fail("%s: %d\n%s%s", *line, status, out, err);
		g_free(out);
		g_free(err);
		count++;
	}
	assert_true(count >= 10);
	pheme_wait_history(w, NULL,
			   "SELECT count(*) FROM message WHERE text = 'the backup is done'", "2");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message WHERE text = 'hello all'", "1");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(flags),
		TEST(examples),
	};

	return cmocka_run_group_tests_name("man", tests, NULL, NULL);
}
