/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private_bus.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "src/bus/bus.h"
#include "src/bus/daemon.h"
#include "src/bus/find.h"

/* Each test has a runtime directory of its own and no session bus. */
struct place {
	char *base; /* XDG_RUNTIME_DIR */
	char *ours; /* where pheme keeps its files */
	char *record;
};

static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);

	place->base = g_dir_make_tmp("pheme-test-XXXXXX", NULL);
	place->ours = g_build_filename(place->base, "pheme", NULL);
	place->record = g_build_filename(place->ours, "bus", NULL);
	g_setenv("XDG_RUNTIME_DIR", place->base, TRUE);
	g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	struct bus_daemon daemon = {0};

	if (bus_daemon_load(&daemon, place->record))
		bus_daemon_end(&daemon);
	bus_daemon_clear(&daemon);
	remove_tree(place->base);
	g_free(place->base);
	g_free(place->ours);
	g_free(place->record);
	g_free(place);
	return 0;
}

static struct bus_place *find(const char *explicit_address)
{
	g_autoptr(GError) error = NULL;
	struct bus_place *found = bus_place_find(explicit_address, 0, &error);

	if (!found)
		fail_msg("%s", error->message);
	return found;
}

static void assert_not_found(unsigned flags, const char *message_prefix)
{
	g_autoptr(GError) error = NULL;

	assert_null(bus_place_find(NULL, flags, &error));
	assert_true(g_error_matches(error, BUS_ERROR, BUS_ERROR_FAILED));
	if (!g_str_has_prefix(error->message, message_prefix))
		fail_msg("%s", error->message);
}

/* Waits for the end of a process that is not a child of ours. */
static gboolean still_waiting(void *data)
{
	return G_SOURCE_CONTINUE;
}

static void wait_for_end(const char *address)
{
	guint tick = g_timeout_add(20, still_waiting, NULL);

	wait_until(!bus_answers(address));
	g_source_remove(tick);
}

static void test_explicit_first(void **state)
{
	struct bus_place *found;

	g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/env", TRUE);
	found = find("unix:path=/given");
	assert_string_equal(bus_place_address(found), "unix:path=/given");
	assert_string_equal(bus_place_source(found), "--bus");
	bus_place_free(found);
}

static void test_environment_second(void **state)
{
	struct bus_place *found;

	g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/env", TRUE);
	found = find("");
	assert_string_equal(bus_place_address(found), "unix:path=/env");
	assert_string_equal(bus_place_source(found), "DBUS_SESSION_BUS_ADDRESS");
	bus_place_free(found);
}

static void test_standard_third(void **state)
{
	struct place *place = *state;
	struct private_bus daemon = {0};
	struct bus_place *found;
	g_autofree char *target = NULL, *path = g_build_filename(place->base, "bus", NULL);

	private_bus_start(&daemon);
	assert_true(g_str_has_prefix(daemon.address, "unix:path="));
	target = g_strndup(daemon.address + 10, strcspn(daemon.address + 10, ","));
	assert_int_equal(symlink(target, path), 0);
	g_setenv("DBUS_SESSION_BUS_ADDRESS", "", TRUE);
	found = find(NULL);
	assert_string_equal(bus_place_source(found), "$XDG_RUNTIME_DIR/bus");
	assert_true(bus_answers(bus_place_address(found)));
	bus_place_free(found);
	assert_true(bus_answers(daemon.address));
	private_bus_stop(&daemon);
}

static void test_started(void **state)
{
	struct place *place = *state;
	struct bus_place *found = find(NULL);
	struct bus_daemon daemon = {0};
	g_autofree char *address = g_strdup(bus_place_address(found));
	struct stat st;

	assert_string_equal(bus_place_source(found), "started by pheme");
	assert_true(bus_answers(address));
	assert_true(bus_daemon_load(&daemon, place->record));
	assert_string_equal(daemon.address, address);
	/* It has a session of its own, so the end of this login does not reach it. */
	assert_int_equal(getsid(daemon.pid) == getsid(0), 0);
	assert_true(daemon.start_time > 0);
	assert_int_equal(stat(place->record, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(place->ours, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	bus_daemon_clear(&daemon);
	bus_place_free(found);
	wait_for_end(address);
	assert_false(g_file_test(place->record, G_FILE_TEST_EXISTS));
}

static bool is_null(pid_t pid, int fd)
{
	g_autofree char *link = g_strdup_printf("/proc/%ld/fd/%d", (long)pid, fd);
	g_autofree char *to = g_file_read_link(link, NULL);

	return !g_strcmp0(to, "/dev/null");
}

static void test_survives_hangup(void **state)
{
	struct place *place = *state;
	struct bus_place *found = find(NULL);
	struct bus_daemon daemon = {0};
	guint tick;

	assert_true(bus_daemon_load(&daemon, place->record));
	/* It tells its address a moment before it parts with them. */
	tick = g_timeout_add(20, still_waiting, NULL);
	for (int fd = 0; fd < 3; fd++)
		wait_until(is_null(daemon.pid, fd));
	g_source_remove(tick);
	bus_daemon_clear(&daemon);
	bus_place_free(found);
}

static void test_last_user_ends_it(void **state)
{
	struct bus_place *first = find(NULL), *second = find(NULL);
	g_autofree char *address = g_strdup(bus_place_address(first));

	assert_string_equal(bus_place_source(second), "started by an earlier pheme");
	assert_string_equal(bus_place_address(second), address);
	bus_place_free(first);
	assert_true(bus_answers(address));
	bus_place_free(second);
	wait_for_end(address);
}

/* A user in another process that ends without giving up its share, as in a crash. */
static void test_crashed_user(void **state)
{
	struct bus_place *first;
	g_autofree char *address = NULL;
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (bus_place_find(NULL, 0, NULL))
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	first = find(NULL);
	assert_string_equal(bus_place_source(first), "started by an earlier pheme");
	address = g_strdup(bus_place_address(first));
	bus_place_free(first);
	wait_for_end(address);
}

static void test_users_in_other_processes(void **state)
{
	struct bus_place *first = find(NULL);
	g_autofree char *address = g_strdup(bus_place_address(first));
	int ready[2], done[2];
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(done), 0);
	child = fork();
	if (child == 0) {
		struct bus_place *theirs = bus_place_find(NULL, 0, NULL);

		close(done[1]);
		/* The child came with the parent's lock; the lock goes with the last copy. */
		if (write(ready[1], "x", 1) != 1 || read(done[0], &byte, 1) < 0)
			_exit(1);
		bus_place_free(theirs);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	bus_place_free(first);
	assert_true(bus_answers(address));
	close(done[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	for (int i = 0; i < 2; i++)
		close(ready[i]);
	close(done[0]);
	wait_for_end(address);
}

static void test_two_start_at_once(void **state)
{
	pid_t children[4];
	int done[2];
	struct bus_place *found;
	struct bus_daemon daemon = {0};
	struct place *place = *state;
	pid_t pid;

	assert_int_equal(pipe(done), 0);
	for (guint i = 0; i < G_N_ELEMENTS(children); i++) {
		children[i] = fork();
		if (children[i] == 0) {
			char byte;
			struct bus_place *theirs;

			close(done[1]);
			theirs = bus_place_find(NULL, 0, NULL);
			if (!theirs || read(done[0], &byte, 1) < 0)
				_exit(1);
			bus_place_free(theirs);
			_exit(0);
		}
	}
	found = find(NULL);
	assert_true(bus_daemon_load(&daemon, place->record));
	pid = daemon.pid;
	bus_daemon_clear(&daemon);
	close(done[1]);
	close(done[0]);
	for (guint i = 0; i < G_N_ELEMENTS(children); i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_true(bus_daemon_load(&daemon, place->record));
	assert_int_equal(daemon.pid, pid);
	bus_daemon_clear(&daemon);
	bus_place_free(found);
}

static void test_stale_record(void **state)
{
	struct place *place = *state;
	struct bus_daemon stale = {
		.address = (char *)"unix:path=/nonexistent/bus",
		.pid = getpid(),
		.start_time = 1,
	};
	struct bus_place *found;

	assert_int_equal(mkdir(place->ours, 0700), 0);
	assert_true(bus_daemon_save(&stale, place->record, NULL));
	found = find(NULL);
	assert_string_equal(bus_place_source(found), "started by pheme");
	assert_true(bus_answers(bus_place_address(found)));
	bus_place_free(found);
}

/* Something listens where the recorded bus did, but it is no bus. */
static void test_deaf_record(void **state)
{
	struct place *place = *state;
	g_autofree char *path = g_build_filename(place->base, "deaf", NULL);
	g_autofree char *address = g_strconcat("unix:path=", path, NULL);
	struct bus_daemon stale = {.address = address, .pid = 1, .start_time = 1};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct bus_place *found;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	g_strlcpy(un.sun_path, path, sizeof un.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(mkdir(place->ours, 0700), 0);
	assert_true(bus_daemon_save(&stale, place->record, NULL));
	found = find(NULL);
	assert_string_equal(bus_place_source(found), "started by pheme");
	bus_place_free(found);
	close(fd);
}

static void test_broken_record(void **state)
{
	struct place *place = *state;
	struct bus_place *found;

	assert_int_equal(mkdir(place->ours, 0700), 0);
	assert_true(g_file_set_contents(place->record, "\xff[bus\npid=x", -1, NULL));
	found = find(NULL);
	assert_true(bus_answers(bus_place_address(found)));
	bus_place_free(found);
}

static void test_reused_pid_lives(void **state)
{
	struct bus_daemon reused = {.address = (char *)"", .start_time = 1};
	pid_t child = fork();

	if (child == 0) {
		pause();
		_exit(0);
	}
	reused.pid = child;
	bus_daemon_end(&reused);
	assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_no_start(void **state)
{
	assert_not_found(BUS_FIND_NO_START, "cannot find a session bus: none is running");
}

static void test_no_start_finds_recorded(void **state)
{
	struct bus_place *first = find(NULL);
	struct bus_place *second = bus_place_find(NULL, BUS_FIND_NO_START, NULL);

	assert_non_null(second);
	bus_place_free(second);
	bus_place_free(first);
}

static void test_not_installed(void **state)
{
	g_autofree char *path = g_strdup(g_getenv("PATH"));

	g_setenv("PATH", "/nonexistent", TRUE);
	assert_not_found(0, "cannot start a session bus: dbus-daemon is not installed");
	g_setenv("PATH", path, TRUE);
}

static void with_fake_daemon(struct place *place, const char *script, const char *message)
{
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	g_autofree char *file = g_build_filename(place->base, "dbus-daemon", NULL);
	g_autofree char *new_path = g_strdup_printf("%s:%s", place->base, path);

	assert_true(g_file_set_contents(file, script, -1, NULL));
	assert_int_equal(chmod(file, 0700), 0);
	g_setenv("PATH", new_path, TRUE);
	assert_not_found(0, message);
	g_setenv("PATH", path, TRUE);
	assert_false(g_file_test(place->record, G_FILE_TEST_EXISTS));
}

static void test_start_fails(void **state)
{
	with_fake_daemon(*state, "#!/bin/sh\necho warning >&2\necho no sockets left >&2\nexit 1\n",
			 "cannot start a session bus: no sockets left");
	with_fake_daemon(*state, "#!/bin/sh\nexit 1\n",
			 "cannot start a session bus: dbus-daemon did not print its address");
	with_fake_daemon(*state, "#!/bin/sh\necho unix:path=/x\necho nonsense\n",
			 "cannot start a session bus: dbus-daemon did not print its address");
}

static void test_link_is_refused(void **state)
{
	struct place *place = *state;
	g_autofree char *target = g_build_filename(place->base, "elsewhere", NULL);

	assert_int_equal(mkdir(target, 0700), 0);
	assert_int_equal(symlink(target, place->ours), 0);
	assert_not_found(0, "cannot use ");
}

static void test_open_directory_is_refused(void **state)
{
	struct place *place = *state;
	g_autoptr(GError) error = NULL;

	assert_int_equal(mkdir(place->ours, 0700), 0);
	assert_int_equal(chmod(place->ours, 0750), 0);
	assert_null(bus_runtime_dir(&error));
	assert_non_null(strstr(error->message, "other users may access it"));
}

static void test_file_is_refused(void **state)
{
	struct place *place = *state;
	g_autoptr(GError) error = NULL;

	assert_true(g_file_set_contents(place->ours, "", -1, NULL));
	assert_null(bus_runtime_dir(&error));
	assert_non_null(strstr(error->message, "it is not a directory"));
}

static void test_foreign_directory_is_refused(void **state)
{
	struct place *place = *state;
	g_autoptr(GError) error = NULL;

	assert_int_equal(mkdir(place->ours, 0700), 0);
	if (chown(place->ours, geteuid() + 1, (gid_t)-1))
		skip(); /* only root can give a directory away */
	assert_null(bus_runtime_dir(&error));
	assert_non_null(strstr(error->message, "it belongs to another user"));
}

static void test_lock_that_is_a_link(void **state)
{
	struct place *place = *state;
	g_autofree char *lock = g_build_filename(place->ours, "bus.lock", NULL);

	assert_int_equal(mkdir(place->ours, 0700), 0);
	assert_int_equal(symlink("/etc/hostname", lock), 0);
	assert_not_found(0, "cannot use ");
}

/* A job of cron is not told where the login of its user has its bus. */
static void test_login_dir(void **state)
{
	struct place *place = *state;
	g_autofree char *uid = g_strdup_printf("%lu", (unsigned long)geteuid());
	g_autofree char *path = g_build_filename(place->base, uid, NULL);
	g_autofree char *found = NULL;

	assert_null(bus_login_dir(place->base));
	assert_int_equal(symlink("/tmp", path), 0);
	assert_null(bus_login_dir(place->base));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	found = bus_login_dir(place->base);
	assert_string_equal(found, path);
	assert_int_equal(chmod(path, 0755), 0);
	assert_null(bus_login_dir(place->base));
	assert_int_equal(rmdir(path), 0);
}

static void test_without_runtime_dir(void **state)
{
	g_autofree char *login = bus_login_dir("/run/user");
	g_autofree char *expected =
		login ? g_build_filename(login, "pheme", NULL)
		      : g_strdup_printf("/tmp/pheme-%lu", (unsigned long)geteuid());
	g_autofree char *found = NULL, *gone = NULL;
	bool existed = g_file_test(expected, G_FILE_TEST_EXISTS);

	g_unsetenv("XDG_RUNTIME_DIR");
	found = bus_runtime_dir(NULL);
	assert_string_equal(found, expected);
	g_setenv("XDG_RUNTIME_DIR", "/nonexistent/runtime", TRUE);
	gone = bus_runtime_dir(NULL);
	assert_string_equal(gone, expected);
	if (!existed)
		rmdir(expected);
}

static void test_long_directory(void **state)
{
	struct place *place = *state;
	g_autofree char *name = g_strnfill(100, 'x');
	g_autofree char *base = g_build_filename(place->base, name, NULL);
	g_autofree char *address = NULL;
	struct bus_place *found;

	assert_int_equal(mkdir(base, 0700), 0);
	g_setenv("XDG_RUNTIME_DIR", base, TRUE);
	found = find(NULL);
	address = g_strdup(bus_place_address(found));
	assert_true(bus_answers(address));
	bus_place_free(found);
	wait_for_end(address);
}

#define TEST(test_name, function)                                                                  \
	{                                                                                          \
		.name = (test_name), .test_func = (function), .setup_func = setup,                 \
		.teardown_func = teardown                                                          \
	}

/* It ends with who started it, here a child that is killed, and at the latest with the end. */
static void test_child(void **state)
{
	struct place *place = *state;
	struct bus_daemon daemon = {0};
	char address[256] = "";
	int out[2];
	pid_t child;

	assert_true(bus_daemon_start_child(&daemon, place->base, NULL, NULL));
	assert_true(bus_answers(daemon.address));
	bus_daemon_end(&daemon);
	assert_false(bus_answers(daemon.address));
	bus_daemon_clear(&daemon);
	assert_int_equal(pipe(out), 0);
	child = fork();
	if (child == 0) {
		if (!bus_daemon_start_child(&daemon, place->base, NULL, NULL) ||
		    write(out[1], daemon.address, strlen(daemon.address)) < 0)
			_exit(1);
		pause();
	}
	close(out[1]);
	assert_true(read(out[0], address, sizeof(address) - 1) > 0);
	close(out[0]);
	assert_true(bus_answers(address));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	wait_for_end(address);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/bus/find/given address is first", test_explicit_first),
		TEST("/bus/find/environment is second", test_environment_second),
		TEST("/bus/find/runtime directory is third", test_standard_third),
		TEST("/bus/find/bus is started and recorded", test_started),
		TEST("/bus/find/started bus has no terminal", test_survives_hangup),
		TEST("/bus/find/last user ends the bus", test_last_user_ends_it),
		TEST("/bus/find/crashed user leaves a usable bus", test_crashed_user),
		TEST("/bus/find/users in other processes count", test_users_in_other_processes),
		TEST("/bus/find/one bus for many at once", test_two_start_at_once),
		TEST("/bus/find/stale record is replaced", test_stale_record),
		TEST("/bus/find/deaf bus is replaced", test_deaf_record),
		TEST("/bus/find/broken record is replaced", test_broken_record),
		TEST("/bus/find/reused process id is left alone", test_reused_pid_lives),
		TEST("/bus/find/nothing is started when not wanted", test_no_start),
		TEST("/bus/find/recorded bus needs no start", test_no_start_finds_recorded),
		TEST("/bus/find/daemon not installed", test_not_installed),
		TEST("/bus/find/daemon that fails", test_start_fails),
		TEST("/bus/find/daemon that ends with us", test_child),
		TEST("/bus/find/link as directory is refused", test_link_is_refused),
		TEST("/bus/find/open directory is refused", test_open_directory_is_refused),
		TEST("/bus/find/file as directory is refused", test_file_is_refused),
		TEST("/bus/find/directory of another is refused",
		     test_foreign_directory_is_refused),
		TEST("/bus/find/link as lock is refused", test_lock_that_is_a_link),
		TEST("/bus/find/without a runtime directory", test_without_runtime_dir),
		TEST("/bus/find/the directory of the login", test_login_dir),
		TEST("/bus/find/long runtime directory", test_long_directory),
	};

	return cmocka_run_group_tests_name("bus/find", tests, NULL, NULL);
}
