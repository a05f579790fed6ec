/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes that carry very much, and nothing for very long; and a file of more than 32 bits. */

#include "tubes_world.h"

#include <fcntl.h>
#include <stdlib.h>

#define UPLOAD       (1ull << 30)
#define BLOCK        (1u << 20)
#define IDLE_SECONDS 3600 /* PHEME_IDLE_SECONDS */

struct upload {
	GSubprocess *process;
	GChecksum *sum;
	bool written;
	int done;
};

static void fill(guint8 *block, GRand *random)
{
	for (guint i = 0; i < BLOCK; i += 4) {
		guint32 word = g_rand_int(random);

		memcpy(block + i, &word, sizeof(word));
	}
}

/* In a thread: a pipe that is full must not stop the test from waiting. */
static void *write_all(void *data)
{
	struct upload *upload = data;
	GOutputStream *out = g_subprocess_get_stdin_pipe(upload->process);
	g_autofree guint8 *block = g_malloc(BLOCK);
	GRand *random = g_rand_new_with_seed(4);

	upload->written = true;
	for (guint64 sent = 0; sent < UPLOAD && upload->written; sent += BLOCK) {
		fill(block, random);
		g_checksum_update(upload->sum, block, BLOCK);
		upload->written = g_output_stream_write_all(out, block, BLOCK, NULL, NULL, NULL);
	}
	g_output_stream_close(out, NULL, NULL);
	g_rand_free(random);
	g_atomic_int_set(&upload->done, 1);
	g_main_context_wakeup(NULL);
	return NULL;
}

static bool is_written(void *data)
{
	return g_atomic_int_get(&((struct upload *)data)->done);
}

static void test_upload(void **state)
{
	struct world *world = *state;
	struct upload upload = {.sum = g_checksum_new(G_CHECKSUM_SHA256)};
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
	g_autofree char *program = pheme_program();
	g_auto(GStrv) env = users_environment(world->w, "ben", NULL);
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-sum", "exec:sha256sum"));
	char hash[64 + 1] = "";
	GThread *thread;

	for (char **var = env; *var; var++) {
		g_auto(GStrv) pair = g_strsplit(*var, "=", 2);

		g_subprocess_launcher_setenv(launcher, pair[0], pair[1], TRUE);
	}
	upload.process = g_subprocess_launcher_spawn(launcher, NULL, program, ACCEPT, "ann",
						     "x-sum", "--stdio", NULL);
	assert_non_null(upload.process);
	thread = g_thread_new("upload", write_all, &upload);
	assert_true(test_wait_until(is_written, &upload, 600000));
	g_thread_join(thread);
	assert_true(upload.written);
	g_input_stream_read_all(g_subprocess_get_stdout_pipe(upload.process), hash,
				sizeof(hash) - 1, NULL, NULL, NULL);
	g_subprocess_wait(upload.process, NULL, NULL);
	assert_int_equal(g_subprocess_get_exit_status(upload.process), 0);
	assert_string_equal(hash, g_checksum_get_string(upload.sum));
	users_wait_exit(ann, 0);
	users_check_clean(world->w, "ann");
	users_check_clean(world->w, "ben");
	g_object_unref(upload.process);
	g_checksum_free(upload.sum);
}

/* --- a file ------------------------------------------------------------------------------- */

#define HUGE     ((4ll << 30) + 12345)
#define HUGE_MS  900000
#define MODIFIED 1000000000

static void write_huge(const char *path)
{
	const struct timespec times[2] = {{MODIFIED, 0}, {MODIFIED, 0}};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, HUGE), 0);
	assert_int_equal(pwrite(fd, "begin", 5, 0), 5);
	assert_int_equal(pwrite(fd, "over", 4, 4ll << 30), 4);
	assert_int_equal(pwrite(fd, "end", 3, HUGE - 3), 3);
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static void check_huge(const char *path)
{
	int fd = open(path, O_RDONLY);
	char text[5];
	struct stat info;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &info), 0);
	assert_true(info.st_size == HUGE);
	assert_int_equal(info.st_mtime, MODIFIED);
	assert_int_equal(pread(fd, text, 5, 0), 5);
	assert_memory_equal(text, "begin", 5);
	assert_int_equal(pread(fd, text, 5, 4ll << 30), 5);
	assert_memory_equal(text, "over", 5);
	assert_int_equal(pread(fd, text, 5, HUGE - 3), 3);
	assert_memory_equal(text, "end", 3);
	close(fd);
}

static void test_huge_file(void **state)
{
	struct world *world = *state;
	g_autofree char *path = test_env_path(world->w->env, "huge");
	g_autofree char *directory = test_env_path(world->w->env, "received");
	g_autofree char *received = g_build_filename(directory, "huge", NULL);
	pid_t ben, ann;
	int status = -1;

	write_huge(path);
	g_mkdir(directory, 0700);
	ben = start(world, "ben", ARGS("--count", "1", "--file-receive", directory));
	ann = start(world, "ann", ARGS("--file-send", "ben", path));
	assert_true(test_wait_exit(ann, &status, HUGE_MS));
	assert_int_equal(status, 0);
	assert_true(test_wait_exit(ben, &status, HUGE_MS));
	assert_int_equal(status, 0);
	check_huge(received);
	g_unlink(path);
	g_unlink(received);
}

/* --- idle --------------------------------------------------------------------------------- */

static void say_and_hear(GSocketConnection *connection, const char *text)
{
	char heard[64] = "";
	gsize got = 0;

	g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), text,
				  strlen(text), NULL, NULL, NULL);
	g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(connection)), heard,
				strlen(text), &got, NULL, NULL);
	assert_string_equal(heard, text);
}

static bool never(void *data)
{
	return false;
}

struct rest {
	pid_t pids[2];
	long long wakeups;
};

static long long count_wakeups(const struct rest *rest)
{
	return test_proc_wakeups(rest->pids[0]) + test_proc_wakeups(rest->pids[1]);
}

/* What is counted and shown once a second while bytes move comes to rest. */
static void wait_rest(struct rest *rest)
{
	for (int i = 0; i < 30; i++) {
		rest->wakeups = count_wakeups(rest);
		test_wait_until(never, NULL, 3000);
		if (count_wakeups(rest) == rest->wakeups)
			return;
	}
	test_fail("they do not come to rest");
}

/* A connection on which nothing is said costs nothing, and still works. */
static void test_idle(void **state)
{
	struct world *world = *state;
	const char *seconds = g_getenv("PHEME_IDLE_SECONDS");
	guint idle = seconds ? (guint)g_ascii_strtoull(seconds, NULL, 10) : IDLE_SECONDS;
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-echo", "exec:cat"));
	pid_t ben = start(world, "ben", ARGS(ACCEPT, "ann", "x-echo"));
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
		client, "127.0.0.1", (guint16)wait_port(world, "ben"), NULL, NULL);
	struct rest rest = {.pids = {ann, ben}};
	unsigned fds[2];

	assert_non_null(connection);
	say_and_hear(connection, "hello");
	wait_rest(&rest);
	fds[0] = users_count_fds(ann);
	fds[1] = users_count_fds(ben);
	test_wait_until(never, NULL, idle * 1000);
	assert_true(count_wakeups(&rest) - rest.wakeups <= 2 + idle / 30);
	assert_int_equal(users_count_fds(ann), fds[0]);
	assert_int_equal(users_count_fds(ben), fds[1]);
	say_and_hear(connection, "still there");
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_check_clean(world->w, "ann");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("upload", test_upload),
		TEST("huge_file", test_huge_file),
		TEST("idle", test_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
