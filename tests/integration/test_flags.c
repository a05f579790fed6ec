/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The command line as a script sees it: usage and exit statuses in one table, and what happens
 * where something is missing, closed, stopped or killed. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

/* In a shell: "$P" is pheme. */
static struct outcome run(struct pheme_world *w, const char *script)
{
	const char *const args[] = {NULL};
	g_autofree char *shell = g_strdup_printf("P=$1; %s; exit $?; exec \"$@\"", script);
	const struct pheme_options options = {.args = args, .shell = shell};

	return pheme_outcome(w, &options);
}

static void check(struct pheme_world *w, const char *script, int status, const char *out,
		  const char *err)
{
	struct outcome o = run(w, script);

	if (o.status != status || !strstr(o.out, out) || !strstr(o.err, err))
		test_fail("%s\nexit status %d\n--- stdout\n%s--- stderr\n%s", script, o.status,
			  o.out, o.err);
	/* One line that a person can act on; with the usage line two. */
	if (status && strstr(script, "\"$P\""))
		assert_in_range(pheme_count(o.err, "\n"), 1, 2);
	outcome_clear(&o);
}

static int setup(void **state)
{
	struct pheme_world *w;

	pheme_setup(state);
	w = *state;
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
	return 0;
}

/* --- the table ---------------------------------------------------------------------------- */

static const struct {
	const char *args;
	int status;
	const char *out, *err;
} cases[] = {
	{"--help", 0, "--send CONTACT [TEXT|-]", ""},
	{"-h", 0, "Exit status: 0 done", ""},
	{"--version", 0, "pheme ", ""},
	{"--nosuch", 2, "", "usage: pheme [OPTION]..."},
	{"--sned bob x", 2, "", "usage: pheme --send CONTACT [TEXT|-]"},
	{"bob", 2, "", "nothing to do with \"bob\""},
	{"--send", 2, "", "usage: pheme --send CONTACT [TEXT|-]"},
	{"--send bob a b", 2, "", "usage: pheme --send CONTACT [TEXT|-]"},
	{"--send bob ''", 2, "", "TEXT|- must not be empty"},
	{"--send bob x --send eve y", 2, "", "is there twice"},
	{"--send bob x --list contacts", 2, "", "only one thing"},
	{"--send bob x --wait read", 2, "", "usage: pheme --wait sent|delivered"},
	{"--send bob x --timeout 0", 2, "", "usage: pheme --timeout SECONDS"},
	{"--send bob x --timeout", 2, "", "usage: pheme --timeout SECONDS"},
	{"--send bob x --count 2", 2, "", "usage: pheme --count N"},
	{"--lines", 2, "", "--lines goes with --send"},
	{"--join dev@rooms --json", 2, "", "--json goes with "},
	{"--reply-with cat --from-start", 2, "", "--from-start goes with --watch"},
	{"--list", 2, "", "usage: pheme --list "},
	{"--list nosuch", 2, "", "usage: pheme --list "},
	{"--list parameters", 2, "", "usage: pheme --list "},
	{"--list contacts --color pink", 2, "", "usage: pheme --color auto|always|never"},
	{"--status purple", 2, "", "purple"},
	{"--join", 2, "", "usage: pheme --join ROOM"},
	{"--completion tcsh", 2, "", "usage: pheme --completion bash|fish|zsh"},
	{"--account-add jabber", 2, "", "usage: pheme --account-add PROTOCOL ID [NAME=VALUE...]"},
	{"--account-add haze/jabber a@b password=x", 2, "", "--password-stdin"},
	{"--account-add haze/jabber a@b param-password=x", 2, "", "--password-stdin"},
	{"--account-set work password x", 2, "", "--password-stdin"},
	{"--account-set work server x --password-stdin </dev/null", 2, "", "one by one"},
	{"--account-set work server --password-command cat", 2, "", "one by one"},
	{"--account-set work --password-stdin </dev/null", 1, "", "no password on standard input"},
	{"--account-set nosuch --password-command cat", 3, "", "nosuch"},
	{"--account-add nosuch a@b", 3, "", "speaks \"nosuch\""},
	{"--account-remove nosuch", 3, "", "nosuch"},
	{"--account-enable nosuch", 3, "", "nosuch"},
	{"--tube-offer bob", 2, "", "usage: pheme --tube-offer CONTACT|ROOM SERVICE TARGET"},
	{"--file-send bob", 2, "", "usage: pheme --file-send CONTACT FILE"},
	{"--file-receive", 2, "", "usage: pheme --file-receive DIR"},
	{"--reply-with \"a 'b\"", 2, "", "usage: pheme --reply-with CMD"},
	{"--stdio --listen 1 --tube-accept", 2, "", "only one of"},
	{"--run /nosuch", 2, "", "there is no command"},
	{"--run '/status' --run 'hello' --run '/version'", 2, "work: ", "no conversation"},
	{"-a nosuch --list contacts", 3, "", "nosuch"},
	{"--send 'Bob Miller' x", 3, "", "Bob Miller"},
	{"--send Bob x", 0, "", ""},
	{"--bus unix:path=/nonexistent --send Bob x", 4, "", "/nonexistent"},
	{"--bus unix:path=/nonexistent --list contacts", 4, "", "/nonexistent"},
	{"--bus unix:path=/nonexistent --list accounts", 0, "work", ""},
	{"--bus unix:path=/nonexistent --list chats", 0, "", ""},
	{"--status", 0, "work: ", ""},
	{"--status --json", 0, "\"account\":\"work\"", ""},
	{"--status away --json", 2, "", "--json goes with --status alone"},
	{"--status away lunch", 0, "", ""},
	{"--join dev@rooms", 0, "", ""},
	{"--account-set work", 0, "manager=fixture", ""},
	{"--account-disable work", 0, "work", ""},
	{"--send Bob x", 4, "", "no account is enabled"},
	{"-a work --send Bob x", 0, "", ""},
	{"--account-enable work", 0, "work", ""},
	{"--send Bob x -q", 0, "", ""},
};

static void test_table(void **state)
{
	struct pheme_world *w = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *script = g_strdup_printf("\"$P\" %s", cases[i].args);

		check(w, script, cases[i].status, cases[i].out, cases[i].err);
	}
}

/* --- names -------------------------------------------------------------------------------- */

/* Every flag that takes a contact; "%s" is the name. */
static const char *const takers[] = {
	"--send %s x",
	"--watch %s",
	"--reply-with cat %s",
	"--tube-offer %s x-test 1",
	"--timeout 20 --tube-offer %s x-test 1",
	"--tube-accept %s",
	"--file-send %s /etc/passwd",
	"--timeout 20 --file-send %s /etc/passwd",
	"--run '/msg %s x'",
	"--run '/tube offer %s x-test 1'",
	"--run '/file send %s /etc/passwd'",
};

static void check_name(struct pheme_world *w, const char *taker, const char *name, int status,
		       const char *err)
{
	g_auto(GStrv) parts = g_strsplit(taker, "%s", 2);
	g_autofree char *script = g_strconcat("\"$P\" ", parts[0], name, parts[1], NULL);

	check(w, script, status, "", err);
}

/* One lookup for all: who could be several is nobody, at once. */
static void test_names(void **state)
{
	struct pheme_world *w = *state;

	fixture_set_contact(w->fixture, ME, "sam1@fixture", "Sam", "Friends", 4, 4, "");
	fixture_set_contact(w->fixture, ME, "sam2@fixture", "Sam", "Friends", 4, 4, "");
	for (gsize i = 0; i < G_N_ELEMENTS(takers); i++) {
		check_name(w, takers[i], "Sam", 3,
			   "Sam could be several: work:sam1@fixture, work:sam2@fixture\n");
		check_name(w, takers[i], "work:Sam", 3, "could be several: work:sam1@fixture");
	}
	check_name(w, "--file-send %s /etc/passwd", "'No Body'", 3, "no contact No Body");
	check_name(w, "--tube-offer %s x-test 1", "'No Body'", 3, "no contact No Body");
	check_name(w, "--timeout 1 --file-send %s /etc/passwd", "'No Body'", 124,
		   "no contact No Body");
	check_name(w, "--file-send %s /etc/passwd", "'#den'", 2, "not to a room");
}

/* --- secrets ------------------------------------------------------------------------------ */

/* Nothing of a secret is printed; what is set last is what counts. */
static void test_secrets(void **state)
{
	struct pheme_world *w = *state;
	const char *cat = "cat \"$XDG_CONFIG_HOME/pheme/accounts.conf\"";
	g_autofree char *by_stdin = g_strdup_printf(
		"echo geheim | \"$P\" --account-set work --password-stdin | grep -v geheim; %s",
		cat);
	g_autofree char *by_command = g_strdup_printf(
		"\"$P\" --account-set work --password-command 'pass show im'; %s", cat);
	g_autofree char *other = g_strdup_printf(
		"echo psst | \"$P\" --account-set work nickserv-password --password-stdin; %s",
		cat);

	check(w, by_stdin, 0, "param-password=geheim\n", "");
	check(w, by_command, 0, "password-command=pass show im\n", "");
	check(w, "grep -c geheim \"$XDG_CONFIG_HOME/pheme/accounts.conf\"", 1, "0\n", "");
	check(w, other, 0, "param-nickserv-password=psst\n", "");
	check(w, "echo x | \"$P\" --account-set work server --password-stdin", 2, "",
	      "server is no secret");
}

/* --- what is missing or closed ------------------------------------------------------------ */

static void test_bare(void **state)
{
	struct pheme_world *w = *state;

	check(w, "unset TERM; \"$P\" --send Bob 1 </dev/null", 0, "", "");
	check(w, "exec 0<&-; \"$P\" --send Bob 2", 0, "", "");
	check(w, "exec 0<&-; \"$P\" --send Bob", 1, "", "standard input is empty");
	check(w, "\"$P\" --send Bob 3 >&-", 0, "", "");
	check(w, "\"$P\" --list contacts >&-", 1, "", "cannot write to stdout");
	check(w, "\"$P\" --list contacts >/dev/full", 1, "", "cannot write to stdout");
	check(w, "\"$P\" --send Bob 4 2>&- >&- <&-", 0, "", "");
	/* A reader that has gone is no failure. */
	check(w, "(\"$P\" --list contacts; echo $? >\"$HOME/status\") | true; cat \"$HOME/status\"",
	      0, "0", "");
	check(w, "(\"$P\" --help; echo $? >\"$HOME/status\") | true; cat \"$HOME/status\"", 0, "",
	      "");
	check(w, "unset HOME; \"$P\" --send Bob 5", 0, "", "");
	check(w,
	      "mkdir -p \"$HOME/.config\"; cp -r \"$XDG_CONFIG_HOME/pheme\" \"$HOME/.config\"; "
	      "unset "
	      "XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME; \"$P\" --send Bob 6",
	      0, "", "");
	check(w, "HOME=/proc/nobody XDG_DATA_HOME=/proc/nobody \"$P\" --send Bob 7", 0, "",
	      "cannot");
}

/* --- signals ------------------------------------------------------------------------------ */

static void check_signal(struct pheme_world *w, int number, int status)
{
	const char *const args[] = {"--send", "Bob", "x", "--timeout", "20", NULL};
	struct screen *s;
	int got;

	fixture_hang(w->fixture, "SendMessage");
	s = pheme_start(w, &(struct pheme_options){.args = args});
	fixture_wait_calls(w->fixture, "SendMessage",
			   fixture_count_calls(w->fixture, "SendMessage") + 1);
	screen_signal(s, number);
	got = screen_wait_exit(s);
	assert_true(WIFEXITED(got));
	assert_int_equal(WEXITSTATUS(got), status);
	fixture_heal(w->fixture, "SendMessage");
}

static void test_signals(void **state)
{
	struct pheme_world *w = *state;

	check_signal(w, SIGINT, 130);
	check_signal(w, SIGTERM, 130);
	check_signal(w, SIGHUP, 130);
	/* Nothing of it is sent later. */
	check(w, "\"$P\" --send Bob last", 0, "", "");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message WHERE delivery = 6", "3");
}

static void test_stopped(void **state)
{
	struct pheme_world *w = *state;

	/* Stopped in the middle, and sent when it goes on. */
	check(w,
	      "f=$XDG_RUNTIME_DIR/late; mkfifo \"$f\"; "
	      "\"$P\" --send Bob --timeout 15 <\"$f\" & p=$!; exec 3>\"$f\"; "
	      "until grep -q pheme /proc/$p/comm; do :; done; kill -STOP $p; "
	      "until grep -q '^State:.T' /proc/$p/status; do :; done; "
	      "echo late >&3; exec 3>&-; kill -CONT $p; wait $p",
	      0, "", "");
}

/* The manager dies before it says that it has the message: nobody can tell. */
static void test_manager_killed(void **state)
{
	struct pheme_world *w = *state;
	const char *const args[] = {"--send", "Bob", "x", NULL};
	struct screen *s;
	int got;

	fixture_hang(w->fixture, "SendMessage");
	s = pheme_start(w, &(struct pheme_options){.args = args});
	fixture_wait_calls(w->fixture, "SendMessage", 1);
	test_env_kill_name(w->env, TEST_CM_PREFIX "fixture");
	got = screen_wait_exit(s);
	assert_true(WIFEXITED(got));
	assert_int_equal(WEXITSTATUS(got), 1);
	screen_wait_text(s, "connection");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message WHERE delivery = 6", "1");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(table),   TEST(names),   TEST(secrets),        TEST(bare),
		TEST(signals), TEST(stopped), TEST(manager_killed),
	};

	return cmocka_run_group_tests_name("flags", tests, NULL, NULL);
}
