/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lines run without a screen, in a process of their own: signals, a broken pipe, passwords. The
 * parent never runs a line itself: what GLib starts for that does not survive a fork. */

#include "cli_test.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <utmp.h>

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Timers that the children used; here they were not run. */
static int end_test(void **state)
{
	struct fixture *fixture = *state;

	while (g_source_remove_by_user_data(fixture->session))
		;
	return teardown(state);
}

/* A child runs the lines; what it writes comes through the pipe. */
static pid_t run_child(struct fixture *fixture, const char *const *lines, int *out)
{
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		_exit(do_flag(fixture, "run", lines));
	}
	close(pipes[1]);
	*out = pipes[0];
	return pid;
}

static int wait_child(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void interrupt(struct session *session)
{
	kill(getpid(), SIGINT);
}

static void terminate(struct session *session)
{
	kill(getpid(), SIGTERM);
}

static void check_signal(struct fixture *fixture, void (*on_start)(struct session *session))
{
	int out;
	pid_t pid;

	fixture->session->stuck = true;
	fixture->session->on_start = on_start;
	pid = run_child(fixture, LINES("/join -a irc x", "/version"), &out);
	close(out);
	assert_int_equal(wait_child(pid), 130);
}

static void test_signals(void **state)
{
	check_signal(*state, interrupt);
	check_signal(*state, terminate);
}

/* Nobody reads: quiet, and the lines after that are not run. */
static void test_broken_pipe(void **state)
{
	struct fixture *fixture = *state;
	int out;
	pid_t pid = run_child(fixture, LINES("/help", "/jion"), &out);

	close(out);
	assert_int_equal(wait_child(pid), 0);
}

static gboolean ask(gpointer data)
{
	struct session *session = data;
	struct prompt prompt = {
		.account = model_find_account(session->model, "work"),
		.text = "Password for work",
		.secret = true,
	};

	session->prompt(&prompt, session->prompt_data);
	return G_SOURCE_REMOVE;
}

static void ask_slowly(struct session *session)
{
	g_timeout_add(5, ask, session);
}

/* Reads until @wanted was seen or nothing comes any more. */
static void read_until(int fd, GString *seen, const char *wanted)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	char buffer[512];

	while (!wanted || !strstr(seen->str, wanted)) {
		gssize length;

		if (poll(&poll_fd, 1, 20000) <= 0)
			return;
		length = read(fd, buffer, sizeof(buffer));
		if (length <= 0)
			return;
		g_string_append_len(seen, buffer, length);
	}
}

static gboolean online_when_answered(gpointer data)
{
	struct session *session = data;

	if (!strstr(session->calls->str, "answer_prompt hunter2\n"))
		return G_SOURCE_CONTINUE;
	account_set_state(model_find_account(session->model, "work"), ACCOUNT_ONLINE, "");
	account_set_roster_ready(model_find_account(session->model, "work"), true);
	return G_SOURCE_REMOVE;
}

/* The password is asked for on the terminal, not echoed, and the terminal left as it was. */
static void test_password(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) seen = g_string_new(NULL);
	struct termios before, after;
	int master, slave;
	pid_t pid;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	tcgetattr(slave, &before);
	account_set_state(fixture->work, ACCOUNT_CONNECTING, "");
	fixture->session->on_start = ask_slowly;
	g_timeout_add(5, online_when_answered, fixture->session);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		login_tty(slave);
		close(master);
		_exit(do_flag(fixture, "run", LINES("/msg -a work bob@x.org hi")));
	}
	read_until(master, seen, "Password for work: ");
	assert_int_equal(write(master, "hunter2\n", 8), 8);
	read_until(master, seen, "to bob@x.org");
	assert_int_equal(wait_child(pid), 0);
	assert_null(strstr(seen->str, "hunter2"));
	tcgetattr(slave, &after);
	assert_int_equal(before.c_lflag, after.c_lflag);
	close(slave);
	close(master);
}

static gboolean fail_when_declined(gpointer data)
{
	struct session *session = data;

	if (!strstr(session->calls->str, "answer_prompt (none)\n"))
		return G_SOURCE_CONTINUE;
	account_set_state(model_find_account(session->model, "work"), ACCOUNT_OFFLINE,
			  "no password");
	return G_SOURCE_REMOVE;
}

static void test_no_terminal(void **state)
{
	struct fixture *fixture = *state;
	struct capture capture;
	pid_t pid;

	account_set_state(fixture->work, ACCOUNT_CONNECTING, "");
	fixture->session->on_start = ask_slowly;
	g_timeout_add(5, fail_when_declined, fixture->session);
	capture_begin(&capture);
	pid = fork();
	if (!pid) {
		setsid();
		_exit(do_flag(fixture, "run", LINES("/msg -a work bob@x.org hi")));
	}
	assert_int_equal(wait_child(pid), 4);
	capture_end(&capture);
	assert_non_null(strstr(capture.err, "no terminal to ask on"));
	assert_non_null(strstr(capture.err, "password-command"));
	assert_non_null(strstr(capture.err, "work is offline: no password"));
	capture_clear(&capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/cli/signals_end_with_130", test_signals, setup, end_test, NULL},
		{"/cli/broken_pipe_ends_quietly", test_broken_pipe, setup, end_test, NULL},
		{"/cli/password_is_asked_without_echo", test_password, setup, end_test, NULL},
		{"/cli/password_without_terminal_fails", test_no_terminal, setup, end_test, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
