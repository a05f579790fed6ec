/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The scripts of --completion in the shells themselves. No connection is made for it. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME "me@fixture"

/* Of one that cannot be started. */
static const char manager[] = "[ConnectionManager]\n"
			      "Name=hermes\n"
			      "[Protocol sandalmail]\n"
			      "EnglishName=Sandal Mail\n"
			      "param-account=s required\n"
			      "param-wing-count=u\n"
			      "param-wing-secret=s secret\n"
			      "default-wing-count=2\n";

static int setup(void **state)
{
	static const char *const fill[] = {"--list", "contacts", NULL};
	g_autofree char *program = pheme_program();
	g_autofree char *dir = g_path_get_dirname(program);
	g_autofree char *path = g_strconcat(dir, ":", g_getenv("PATH"), NULL);
	struct pheme_world *w;

	pheme_setup(state);
	w = *state;
	test_env_setenv(w->env, "PATH", path);
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, "bob@fixture", "Bob", "", 4, 4, "");
	fixture_set_contact(w->fixture, ME, "dave@fixture", "Dave Miller", "", 4, 4, "");
	fixture_set_contact(w->fixture, ME, "eve@other", "eve@other", "", 4, 4, "");
	pheme_add_fixture(w, NULL, "workplace", ME, "autojoin=dev@rooms\n");
	test_env_write(w->env, "files/report.txt", "x");
	test_env_write(w->env, "config/pheme/pheme.conf", "[reply quizmaster]\ncommand = cat\n");
	test_env_write(w->env, "data/telepathy/managers/hermes.manager", manager);
	/* The roster is remembered. */
	assert_int_equal(pheme_run(w, &(struct pheme_options){.args = fill}, NULL, NULL), 0);
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
	return 0;
}

/* Types, and waits until the line reads so; then clears it. */
static void expect(struct screen *s, const char *typed, const char *line)
{
	screen_type(s, typed);
	screen_wait_text(s, line);
	screen_type(s, "\x15");
	screen_type(s, "\x0c");
}

static void check_shell(struct pheme_world *w, const char *shell, const char *const *args,
			const char *script)
{
	const struct pheme_options options = {.program = shell, .args = args, .cols = 150};
	g_autofree char *files = test_env_path(w->env, "files/rep");
	g_autofree char *typed = g_strdup_printf("pheme --file-send Bob %s\t", files);
	g_autofree char *whole = g_strdup_printf("pheme --file-send Bob %sort.txt", files);
	struct screen *s = pheme_start(w, &options);

	screen_line(s, script);
	screen_line(s, "echo rea''dy");
	screen_wait_text(s, "ready");
	screen_type(s, "\x0c");
	expect(s, "pheme --sen\t", "pheme --send ");
	expect(s, "pheme --send Bo\t", "pheme --send Bob");
	expect(s, "pheme --send eve@o\t", "pheme --send eve@other");
	/* All of them: nothing was typed. */
	expect(s, "pheme --reply-with cat eve\t", "pheme --reply-with cat eve@other");
	expect(s, "pheme --join \t", "pheme --join dev@rooms");
	expect(s, "pheme --send Dav\t", "pheme --send Dave\\ Miller");
	expect(s, "pheme --send Bob --wait del\t", "--wait delivered");
	expect(s, "pheme --wait=del\t", "--wait=delivered");
	expect(s, "pheme -a wor\t", "pheme -a workplace");
	expect(s, "pheme --join de\t", "pheme --join dev@rooms");
	expect(s, "pheme --list acc\t", "pheme --list accounts");
	expect(s, "pheme --status hid\t", "pheme --status hidden");
	expect(s, "pheme --tube-offer Bob ss\t", "pheme --tube-offer Bob ssh");
	expect(s, typed, whole);
	expect(s, "pheme --reply-with quizm\t", "pheme --reply-with quizmaster");
	expect(s, "pheme --list parameters sand\t", "pheme --list parameters sandalmail");
	expect(s, "pheme --account-add sand\t", "pheme --account-add sandalmail");
	expect(s, "pheme --account-set workplace autoj\t", "--account-set workplace autojoin");
	expect(s, "pheme --account-add sandalmail me win\t7", "sandalmail me wing-count=7");
	expect(s, "pheme --account-add=sandalmail me account=me win\t7",
	       "me account=me wing-count=7");
	pheme_kill(w, s);
	assert_int_equal(fixture_count_calls(w->fixture, "RequestConnection"), 1);
}

static void test_bash(void **state)
{
	static const char *const args[] = {"--norc", "--noprofile", "-i", NULL};

	check_shell(*state, "/bin/bash", args, "source <(pheme --completion bash)");
}

static void test_zsh(void **state)
{
	static const char *const args[] = {"-f", "-i", NULL};

	check_shell(*state, "/usr/bin/zsh", args,
		    "autoload -Uz compinit; compinit -u; source <(pheme --completion zsh)");
}

static void test_fish(void **state)
{
	static const char *const args[] = {"--no-config", "-i", NULL};

	check_shell(*state, "/usr/bin/fish", args,
		    "set fish_autosuggestion_enabled 0; pheme --completion fish | source");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bash),
		TEST(zsh),
		TEST(fish),
	};

	return cmocka_run_group_tests_name("completion", tests, NULL, NULL);
}
