/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay_test.h"

#include <sys/resource.h>
#include <sys/un.h>

#include "relay/address.h"
#include "relay/argv.h"
#include "relay/dial.h"
#include "relay/listener.h"
#include "relay/subprocess.h"

struct fixture {
	char *dir, *path;
	unsigned fds;
	GArray *accepted;
	bool free_in_callback;
	struct listener *listener;
	/* dialling */
	unsigned dialled;
	int fd;
	struct subprocess *program;
	char *error;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->fds = count_fds();
	f->dir = make_dir();
	f->path = g_build_filename(f->dir, "socket", NULL);
	f->accepted = g_array_new(FALSE, FALSE, sizeof(int));
	f->fd = -1;
	*state = f;
	return 0;
}

static bool no_children(void *data)
{
	return !has_children();
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	for (guint i = 0; i < f->accepted->len; i++)
		close(g_array_index(f->accepted, int, i));
	g_array_unref(f->accepted);
	listener_free(f->listener);
	subprocess_free(f->program);
	if (f->fd >= 0)
		close(f->fd);
	WAIT_FOR(no_children(NULL));
	assert_int_equal(count_files(f->dir), 0);
	remove_dir(f->dir);
	WAIT_FOR(count_fds() == f->fds); /* GLib's of a child that was just reaped */
	g_free(f->path);
	g_free(f->error);
	g_free(f);
	return 0;
}

static void on_connection(struct listener *listener, int fd, void *data)
{
	struct fixture *f = data;

	g_array_append_val(f->accepted, fd);
	if (f->free_in_callback)
		g_clear_pointer(&f->listener, listener_free);
}

static void on_dialled(int fd, struct subprocess *program, const GError *error, void *data)
{
	struct fixture *f = data;

	f->dialled++;
	f->fd = fd;
	f->program = program;
	f->error = error ? g_strdup(error->message) : NULL;
}

static void listen_at(struct fixture *f, const char *text)
{
	struct address *address = address_parse_listen(text, NULL);
	g_autoptr(GError) error = NULL;

	f->listener = listener_new(address, on_connection, f, &error);
	if (!f->listener)
		fail_msg("%s", error->message);
	address_free(address);
}

static void expect_no_listener(struct fixture *f, const char *text, const char *reason)
{
	struct address *address = address_parse_listen(text, NULL);
	g_autoptr(GError) error = NULL;

	assert_null(listener_new(address, on_connection, f, &error));
	if (!g_str_has_prefix(error->message, "cannot listen on ") ||
	    !strstr(error->message, reason))
		fail_msg("%s", error->message);
	address_free(address);
}

static struct dial *dial(struct fixture *f, const struct address *target, guint seconds)
{
	struct dial_setup setup = {.target = target, .seconds = seconds, .reserved = -1};

	return dial_start(&setup, on_dialled, f);
}

static void dial_text(struct fixture *f, const char *text)
{
	struct address *address = address_parse_target(text, NULL);

	f->dialled = 0;
	dial(f, address, 10);
	assert_int_equal(f->dialled, 0);
	address_free(address);
	WAIT_FOR(f->dialled);
}

static char *unix_text(const struct fixture *f)
{
	return g_strconcat("unix:", f->path, NULL);
}

/* --- listeners ---------------------------------------------------------------------------- */

static void test_unix(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = unix_text(f);
	struct stat info;

	listen_at(f, text);
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	dial_text(f, text);
	assert_null(f->error);
	WAIT_FOR(f->accepted->len == 1);
	put(f->fd, "hello");
	EXPECT_TEXT(g_array_index(f->accepted, int, 0), "hello");
}

static void test_tcp(void **state)
{
	struct fixture *f = *state;
	const struct address *address;
	g_autofree char *target = NULL;

	listen_at(f, "0");
	address = listener_address(f->listener);
	assert_string_equal(address->text, "127.0.0.1");
	assert_int_not_equal(address->port, 0);
	expect_no_listener(f, (target = address_print(address)), "Address already in use");
	dial(f, address, 10);
	WAIT_FOR(f->dialled && f->accepted->len == 1);
	assert_null(f->error);
}

static void test_abstract(void **state)
{
	struct fixture *f = *state;
	g_autofree char *name = g_strdup_printf("pheme-test-%d%c", getpid(), 0);
	struct address *address = address_new_abstract(name, strlen(name));

	f->listener = listener_new(address, on_connection, f, NULL);
	assert_non_null(f->listener);
	dial(f, address, 10);
	WAIT_FOR(f->dialled && f->accepted->len == 1);
	assert_null(f->error);
	address_free(address);
}

static void test_private(void **state)
{
	struct fixture *f = *state;
	GError *error = NULL;

	f->listener = listener_new_private(f->dir, "tube", on_connection, f, NULL);
	assert_non_null(f->listener);
	assert_true(g_str_has_prefix(listener_address(f->listener)->text, f->dir));
	dial(f, listener_address(f->listener), 10);
	WAIT_FOR(f->dialled && f->accepted->len == 1);
	assert_null(f->error);
	chmod(f->dir, 0750);
	assert_null(listener_new_private(f->dir, "tube", on_connection, f, &error));
	assert_non_null(strstr(error->message, "not yours alone"));
	g_clear_error(&error);
	assert_null(listener_new_private("/nonexistent/x", "tube", on_connection, f, &error));
	g_clear_error(&error);
}

static void test_others_files_stay(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = unix_text(f);

	/* Somebody else's file is in the way. */
	assert_true(g_file_set_contents(f->path, "mine", -1, NULL));
	expect_no_listener(f, text, "Address already in use");
	assert_int_equal(access(f->path, F_OK), 0);
	unlink(f->path);
	/* Somebody removed ours (a manager does), and another made one of the same name. */
	listen_at(f, text);
	unlink(f->path);
	assert_true(g_file_set_contents(f->path, "mine", -1, NULL));
	g_clear_pointer(&f->listener, listener_free);
	assert_int_equal(access(f->path, F_OK), 0);
	unlink(f->path);
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;
	g_autofree char *name = g_strnfill(120, 'x');
	struct address *address = address_new_unix(name);
	g_autoptr(GError) error = NULL;

	expect_no_listener(f, "unix:/nonexistent/socket", "No such file");
	expect_no_listener(f, "192.0.2.1:80", "Cannot assign");
	assert_null(listener_new(address, on_connection, f, &error));
	assert_non_null(strstr(error->message, "name too long"));
	address_free(address);
}

static void test_freed_in_callback(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = unix_text(f);

	listen_at(f, text);
	f->free_in_callback = true;
	dial_text(f, text);
	WAIT_FOR(f->accepted->len == 1);
	assert_null(f->listener);
	assert_int_equal(access(f->path, F_OK), -1);
}

static void swallow(const char *domain, GLogLevelFlags level, const char *message, void *data)
{
	(*(unsigned *)data)++;
}

/* It waits instead of spinning, warns once, and takes in what waited. */
static void test_out_of_descriptors(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = unix_text(f);
	struct rlimit limit, low;
	unsigned warnings = 0, turns = 0;
	guint handler = g_log_set_handler("pheme", G_LOG_LEVEL_WARNING, swallow, &warnings);

	listen_at(f, text);
	dial_text(f, text);
	getrlimit(RLIMIT_NOFILE, &limit);
	low = limit;
	low.rlim_cur = (rlim_t)f->fd + 1;
	setrlimit(RLIMIT_NOFILE, &low);
	test_wait_drain();
	while (g_main_context_iteration(NULL, FALSE))
		turns++;
	assert_in_range(turns, 0, 2);
	assert_int_equal(f->accepted->len, 0);
	assert_int_equal(warnings, 1);
	setrlimit(RLIMIT_NOFILE, &limit);
	/* valgrind keeps to the limit by taking the connection in and closing it. */
	if (recv(f->fd, &(char){0}, 1, MSG_DONTWAIT) < 0)
		WAIT_FOR(f->accepted->len == 1);
	g_log_remove_handler("pheme", handler);
}

/* --- dialling ----------------------------------------------------------------------------- */

static void expect_error(struct fixture *f, const char *target, const char *reason)
{
	dial_text(f, target);
	assert_int_equal(f->fd, -1);
	assert_non_null(f->error);
	if (!g_str_has_prefix(f->error, "cannot ") || !strstr(f->error, reason))
		fail_msg("%s", f->error);
	g_clear_pointer(&f->error, g_free);
}

static void test_dial_errors(void **state)
{
	struct fixture *f = *state;
	guint16 port;
	int fd = dial_reserve(&port, NULL);
	g_autofree char *nobody = g_strdup_printf("127.0.0.1:%u", port);
	g_autofree char *by_name = g_strdup_printf("localhost:%u", port);

	expect_error(f, nobody, "Connection refused");
	expect_error(f, by_name, "Connection refused");
	close(fd);
	expect_error(f, "unix:/nonexistent/socket", "No such file");
	expect_error(f, "nobody.invalid:80", "cannot connect to nobody.invalid:80: ");
	expect_error(f, "exec:/nonexistent/program", "No such file");
	expect_error(f, "exec:cat {path}", "this address has none");
	expect_error(f, "-", "cannot connect to -");
}

static void test_dial_from_reserved_port(void **state)
{
	struct fixture *f = *state;
	struct dial_setup setup = {.seconds = 10};
	struct address *peer;
	guint16 port;

	listen_at(f, "0");
	setup.target = listener_address(f->listener);
	setup.reserved = dial_reserve(&port, NULL);
	dial_start(&setup, on_dialled, f);
	WAIT_FOR(f->dialled && f->accepted->len == 1);
	{
		struct sockaddr_storage socket;
		socklen_t length = sizeof(socket);

		getpeername(g_array_index(f->accepted, int, 0), (struct sockaddr *)&socket,
			    &length);
		peer = address_from_socket(&socket, length);
	}
	assert_int_equal(peer->port, port);
	address_free(peer);
}

/* A queue that is full is waited for, until the limit; nobody accepts here. */
static void test_dial_limit(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct address *target = address_new_unix(f->path);
	int fds[2], listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(un.sun_path, f->path, sizeof(un.sun_path));
	assert_int_equal(bind(listening, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(listening, 0), 0);
	for (int i = 0; i < 2; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fds[i], (struct sockaddr *)&un, sizeof(un)) < 0)
			assert_int_equal(errno, EAGAIN);
	}
	dial(f, target, 1);
	WAIT_FOR(f->dialled);
	assert_non_null(strstr(f->error, "no answer within 1 seconds"));
	address_free(target);
	close(fds[0]);
	close(fds[1]);
	close(listening);
	unlink(f->path);
}

static void test_dial_cancelled(void **state)
{
	struct fixture *f = *state;
	struct address *host = address_parse_target("nobody.invalid:80", NULL);
	struct address *program = address_parse_target("exec:sleep 1000", NULL);

	dial_cancel(dial(f, host, 10));
	dial_cancel(dial(f, program, 10));
	test_wait_drain();
	assert_int_equal(f->dialled, 0);
	address_free(host);
	address_free(program);
	/* The thread that looks up ends by itself. */
	WAIT_FOR(count_fds() == f->fds);
}

/* --- programs ----------------------------------------------------------------------------- */

static void test_exec(void **state)
{
	struct fixture *f = *state;

	dial_text(f, "exec:cat");
	assert_non_null(f->program);
	put(f->fd, "through cat");
	EXPECT_TEXT(f->fd, "through cat");
	shutdown(f->fd, SHUT_WR);
	EXPECT_END(f->fd);
	WAIT_FOR(!subprocess_is_running(f->program));
	assert_int_equal(subprocess_status(f->program), 0);
}

static void test_words_are_not_split(void **state)
{
	struct fixture *f = *state;
	const struct argv_values values = {.contact = "a b;$HOME"};
	char *environment[] = {"PHEME_X=from here", NULL};
	struct address *target =
		address_parse_target("exec:sh -c 'echo \"$1|$2|$PHEME_X\"' x {contact} y", NULL);
	struct dial_setup setup = {
		.target = target, .reserved = -1, .values = &values, .environment = environment};

	dial_start(&setup, on_dialled, f);
	WAIT_FOR(f->dialled);
	EXPECT_TEXT(f->fd, "a b;$HOME|y|from here\n");
	WAIT_FOR(!subprocess_is_running(f->program));
	address_free(target);
}

static void on_exit_status(struct subprocess *program, int status, void *data)
{
	*(int *)data = status;
}

static struct subprocess *start(const char *command, int *status)
{
	g_auto(GStrv) argv = argv_parse(command, NULL);
	struct subprocess_setup setup = {
		.argv = argv, .input = -1, .output = -1, .file_limit = 512};
	struct subprocess *program = subprocess_start(&setup, on_exit_status, status, NULL);

	assert_non_null(program);
	return program;
}

static void test_program_status(void **state)
{
	struct fixture *f = *state;
	int status = -1;
	g_autofree char *words = NULL;

	f->program = start("sh -c 'exit 3'", &status);
	WAIT_FOR(status >= 0);
	words = subprocess_describe(status);
	assert_string_equal(words, "ended with status 3");
}

static void test_program_file_limit(void **state)
{
	struct fixture *f = *state;
	const char *preload = g_getenv("LD_PRELOAD");
	int status = -1;

	if (preload && strstr(preload, "vgpreload"))
		skip(); /* valgrind only plays limits */
	f->program = start("sh -c 'test $(ulimit -n) = 512'", &status);
	WAIT_FOR(status >= 0);
	assert_int_equal(status, 0);
}

/* It has a group of its own, and all of that is stopped, though it does not want to. */
static void test_program_stop(void **state)
{
	struct fixture *f = *state;
	g_autofree char *words = NULL;

	dial_text(f, "exec:sh -c 'trap \"\" TERM; echo ready; while :; do sleep 1; done'");
	EXPECT_TEXT(f->fd, "ready\n");
	assert_int_equal(getpgid(subprocess_pid(f->program)), subprocess_pid(f->program));
	subprocess_stop(f->program);
	WAIT_FOR(!subprocess_is_running(f->program));
	words = subprocess_describe(subprocess_status(f->program));
	assert_non_null(strstr(words, "signal 9"));
	EXPECT_END(f->fd);
}

static void test_program_free(void **state)
{
	int status = -1;

	subprocess_free(start("sleep 1000", &status));
	WAIT_FOR(no_children(NULL));
	assert_int_equal(status, -1);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		name, fn, setup, teardown, NULL                                                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/relay/listener/unix", test_unix),
		TEST("/relay/listener/tcp", test_tcp),
		TEST("/relay/listener/abstract", test_abstract),
		TEST("/relay/listener/private", test_private),
		TEST("/relay/listener/others-files-stay", test_others_files_stay),
		TEST("/relay/listener/refusals", test_refusals),
		TEST("/relay/listener/freed-in-callback", test_freed_in_callback),
		TEST("/relay/listener/out-of-descriptors", test_out_of_descriptors),
		TEST("/relay/dial/errors", test_dial_errors),
		TEST("/relay/dial/from-reserved-port", test_dial_from_reserved_port),
		TEST("/relay/dial/limit", test_dial_limit),
		TEST("/relay/dial/cancelled", test_dial_cancelled),
		TEST("/relay/dial/exec", test_exec),
		TEST("/relay/program/words-are-not-split", test_words_are_not_split),
		TEST("/relay/program/status", test_program_status),
		TEST("/relay/program/file-limit", test_program_file_limit),
		TEST("/relay/program/stop", test_program_stop),
		TEST("/relay/program/free", test_program_free),
	};

	return cmocka_run_group_tests(tests, warm_up, NULL);
}
