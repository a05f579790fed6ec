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

/* --- what the code reads -------------------------------------------------------------------- */

/* Every name in the sources that the pattern finds, but for those of the bundled manager. */
static void check_named(const char *page, const char *dir, GRegex *pattern)
{
	g_autoptr(GDir) entries = g_dir_open(dir, 0, NULL);
	const char *entry;

	assert_non_null(entries);
	while ((entry = g_dir_read_name(entries))) {
		g_autofree char *path = g_build_filename(dir, entry, NULL), *text = NULL;
		g_autoptr(GMatchInfo) match = NULL;

		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			if (strcmp(path, "src/local"))
				check_named(page, path, pattern);
			continue;
		}
		assert_true(g_file_get_contents(path, &text, NULL, NULL));
		g_regex_match(pattern, text, 0, &match);
		for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
			g_autofree char *name = g_match_info_fetch(match, 1);

			if (!strstr(page, name))
				test_fail("%s reads %s, of which the man page says nothing", path,
					  name);
		}
	}
}

static void test_reads(void **state)
{
	g_autofree char *page = read_page(*state);
	g_autoptr(GRegex) variable = g_regex_new("getenv\\(\"([A-Z_0-9]+)\"\\)", 0, 0, NULL);
	g_autoptr(GRegex) file =
		g_regex_new("\"([a-z]+\\.(?:conf|db|log)|inputrc|themes)\"", 0, 0, NULL);

	check_named(page, "src", variable);
	check_named(page, "ui", variable);
	check_named(page, "src", file);
	check_named(page, "ui", file);
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
		TEST(reads),
		TEST(examples),
	};

	return cmocka_run_group_tests_name("man", tests, NULL, NULL);
}
