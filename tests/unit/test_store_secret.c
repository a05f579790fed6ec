/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store_test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "store/secret.h"

struct fixture {
	char *dir;
	struct account_conf *conf;
	bool done;
	char *secret, *error;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	f->conf = account_conf_new("work", "haze", "jabber");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	account_conf_free(f->conf);
	secret_free(f->secret);
	g_free(f->error);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static void on_secret(const char *secret, const GError *error, void *data)
{
	struct fixture *f = data;

	assert_false(f->done);
	f->done = true;
	f->secret = g_strdup(secret);
	f->error = error ? g_strdup(error->message) : NULL;
}

static void find(struct fixture *f, const char *command)
{
	g_free(f->conf->password_command);
	f->conf->password_command = g_strdup(command);
	f->done = false;
	g_clear_pointer(&f->secret, secret_free);
	g_clear_pointer(&f->error, g_free);
	secret_find(f->conf, on_secret, f);
	assert_false(f->done);
	WAIT_FOR(f->done);
}

static void assert_secret(struct fixture *f, const char *command, const char *secret)
{
	find(f, command);
	assert_null(f->error);
	assert_string_equal(f->secret, secret);
}

static void assert_no_secret(struct fixture *f, const char *command, const char *part)
{
	find(f, command);
	assert_null(f->secret);
	assert_non_null(strstr(f->error, "cannot get the password of work: password-command"));
	assert_non_null(strstr(f->error, part));
}

static void test_nothing(void **state)
{
	struct fixture *f = *state;

	find(f, NULL);
	assert_null(f->secret);
	assert_null(f->error);
}

static void test_param(void **state)
{
	struct fixture *f = *state;

	g_hash_table_insert(f->conf->params, g_strdup("password"), g_strdup("from file"));
	assert_secret(f, "echo not this", "from file");
}

static void test_command(void **state)
{
	struct fixture *f = *state;

	assert_secret(f, "printf 's\\303\\251cret \\nuser: me\\n'",
		      "s\xc3\xa9"
		      "cret ");
	assert_secret(f, "printf 'no newline'", "no newline");
	assert_secret(f, "printf 'dos\\r\\nmore'", "dos");
	/* No shell: these are arguments. */
	assert_secret(f, "echo '$HOME' ; `id` | cat", "$HOME ; `id` | cat");
}

static void test_command_fails(void **state)
{
	struct fixture *f = *state;

	assert_no_secret(f, "sh -c 'echo secret; echo oops >&2; exit 3'", "ended with status 3");
	assert_null(strstr(f->error, "secret"));
	assert_no_secret(f, "sh -c 'kill -9 $$'", "signal 9");
	assert_no_secret(f, "true", "nothing");
	assert_no_secret(f, "printf '\\nsecond'", "nothing");
	assert_no_secret(f, "printf '\\377\\n'", "something else");
	assert_no_secret(f, "printf 'a\\000b\\n'", "something else");
	assert_no_secret(f, "/nonexistent/command", "No such file");
	assert_no_secret(f, "an 'open quote", "quot");
}

static void test_command_prints_much(void **state)
{
	struct fixture *f = *state;

	assert_no_secret(f, "head -c 1000000 /dev/zero", "longer than 4 KiB");
	assert_no_secret(f, "cat /dev/zero", "longer than 4 KiB");
	assert_secret(f, "sh -c 'echo first; head -c 1000000 /dev/zero'", "first");
}

/* It must not read the keys that are meant for the screen. */
static void test_command_has_no_input(void **state)
{
	struct fixture *f = *state;

	assert_secret(f, "sh -c 'cat; echo end'", "end");
	assert_secret(f, "sh -c 'if (: </dev/tty) 2>/dev/null; then echo tty; else echo none; fi'",
		      "none");
}

/* An agent that it starts keeps its output open. */
static void test_command_leaves_child(void **state)
{
	struct fixture *f = *state;

	assert_secret(f, "sh -c 'sleep 30 & echo now'", "now");
}

/* --- killed ------------------------------------------------------------------------------- */

static gboolean look_again(void *data)
{
	return G_SOURCE_CONTINUE;
}

static pid_t read_pid(const char *path)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !strchr(text, '\n'))
		return 0;
	return atoi(text);
}

/* Gone, or a zombie that waits for the init of this machine. */
static bool is_gone(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
	g_autofree char *text = NULL;

	return !g_file_get_contents(path, &text, NULL, NULL) || strstr(text, ") Z ");
}

static char *hanging_command(const char *pid_file)
{
	return g_strdup_printf("sh -c 'echo $$ >%s; sleep 1000; sleep 1000'", pid_file);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	g_autofree char *pid_file = g_build_filename(f->dir, "pid", NULL);
	guint looks = g_timeout_add(10, look_again, NULL);
	pid_t pid;

	f->conf->password_command = hanging_command(pid_file);
	struct secret_lookup *lookup = secret_find(f->conf, on_secret, f);

	WAIT_FOR(read_pid(pid_file));
	pid = read_pid(pid_file);
	secret_cancel(lookup);
	WAIT_FOR(is_gone(pid));
	g_source_remove(looks);
	assert_false(f->done);
}

static void test_cancel_at_once(void **state)
{
	struct fixture *f = *state;

	f->conf->password_command = g_strdup("echo x");
	secret_cancel(secret_find(f->conf, on_secret, f));
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_false(f->done);
	secret_cancel(NULL);
}

static void test_time_limit(void **state)
{
	struct fixture *f = *state;
	g_autofree char *pid_file = g_build_filename(f->dir, "pid", NULL);
	guint looks = g_timeout_add(10, look_again, NULL);

	f->conf->password_command = hanging_command(pid_file);
	secret_find_within(f->conf, 1, on_secret, f);
	WAIT_FOR(f->done);
	assert_null(f->secret);
	assert_non_null(strstr(f->error, "was stopped after 1 second"));
	WAIT_FOR(is_gone(read_pid(pid_file)));
	g_source_remove(looks);
}

/* --- the Secret Service ------------------------------------------------------------------- */

/* There is none on this bus; whether libsecret is installed or not, that is an error. */
static void test_no_service(void **state)
{
	struct fixture *f = *state;

	g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
	f->conf->secret_service = true;
	find(f, NULL);
	assert_null(f->secret);
	assert_non_null(strstr(f->error, "cannot ask the Secret Service"));
	/* The first thing that went wrong is told. */
	assert_no_secret(f, "false", "status 1");
	assert_secret(f, "echo x", "x");
}

static void test_cancel_service(void **state)
{
	struct fixture *f = *state;

	f->conf->secret_service = true;
	struct secret_lookup *lookup = secret_find(f->conf, on_secret, f);

	g_main_context_iteration(NULL, FALSE);
	if (!f->done)
		secret_cancel(lookup);
	f->done = true;
	find(f, "echo after");
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/secret/" name, function, setup, teardown, NULL                                   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("nothing", test_nothing),
		TEST("param", test_param),
		TEST("command", test_command),
		TEST("command-fails", test_command_fails),
		TEST("command-prints-much", test_command_prints_much),
		TEST("command-has-no-input", test_command_has_no_input),
		TEST("command-leaves-child", test_command_leaves_child),
		TEST("cancel", test_cancel),
		TEST("cancel-at-once", test_cancel_at_once),
		TEST("time-limit", test_time_limit),
		TEST("no-service", test_no_service),
		TEST("cancel-service", test_cancel_service),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
