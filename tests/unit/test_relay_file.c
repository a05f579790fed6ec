/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay_test.h"

#include <signal.h>

#include "relay/filehash.h"
#include "relay/filename.h"
#include "relay/filereceive.h"
#include "relay/filesend.h"

struct fixture {
	char *dir;
	unsigned fds;
	struct filesend *send;
	struct filereceive *receive;
	bool sent, received;
	guint64 send_progress, receive_progress;
	unsigned calls;
	char *path, *error, *send_error, *hex;
	enum filereceive_hash hash;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	signal(SIGPIPE, SIG_IGN);
	f->fds = count_fds();
	f->dir = make_dir();
	*state = f;
	return 0;
}

static void reset(struct fixture *f)
{
	filesend_free(g_steal_pointer(&f->send));
	filereceive_free(g_steal_pointer(&f->receive), false);
	g_clear_pointer(&f->path, g_free);
	g_clear_pointer(&f->error, g_free);
	g_clear_pointer(&f->send_error, g_free);
	g_clear_pointer(&f->hex, g_free);
	f->sent = f->received = false;
	/* Threads that were told to stop close what they have. */
	WAIT_FOR(count_fds() == f->fds);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	reset(f);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static void on_send_progress(guint64 bytes, void *data)
{
	struct fixture *f = data;

	f->send_progress = bytes;
}

static void on_sent(const GError *error, void *data)
{
	struct fixture *f = data;

	f->sent = true;
	f->send_error = error ? g_strdup(error->message) : NULL;
}

static const struct filesend_operations send_operations = {
	.progress = on_send_progress,
	.done = on_sent,
};

static void on_receive_progress(guint64 bytes, void *data)
{
	struct fixture *f = data;

	assert_true(bytes >= f->receive_progress);
	f->receive_progress = bytes;
	f->calls++;
}

static void on_received(const char *path, enum filereceive_hash hash, const GError *error,
			void *data)
{
	struct fixture *f = data;

	f->received = true;
	f->path = g_strdup(path);
	f->hash = hash;
	f->error = error ? g_strdup(error->message) : NULL;
}

static const struct filereceive_operations receive_operations = {
	.progress = on_receive_progress,
	.done = on_received,
};

static void on_hash(const char *hex, const GError *error, void *data)
{
	struct fixture *f = data;

	f->hex = g_strdup(hex ? hex : error->message);
}

static void make_receive(struct fixture *f, const struct filereceive_setup *setup)
{
	g_autoptr(GError) error = NULL;

	f->receive = filereceive_new(setup, &error);
	if (!f->receive)
		fail_msg("%s", error->message);
}

static void start_receive(struct fixture *f, int socket, guint64 offset)
{
	f->receive_progress = 0;
	assert_true(filereceive_run(f->receive, socket, offset, &receive_operations, f, NULL));
}

static void start_send(struct fixture *f, const char *path, guint64 offset, guint64 size,
		       int socket)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);

	f->send = filesend_new(file, offset, size, socket, &send_operations, f, NULL);
	assert_non_null(f->send);
}

static char *make_file(const struct fixture *f, gsize length)
{
	char *path = g_build_filename(f->dir, "source", NULL);
	g_autofree guint32 *words = g_malloc(length + 4);

	for (gsize i = 0; i * 4 < length; i++)
		words[i] = (guint32)i * 2654435761u;
	assert_true(g_file_set_contents(path, (char *)words, (gssize)length, NULL));
	return path;
}

static void expect_same(const char *path, const char *other)
{
	g_autofree char *command = g_strdup_printf("cmp '%s' '%s'", path, other);
	int status;

	assert_true(g_spawn_command_line_sync(command, NULL, NULL, &status, NULL));
	assert_int_equal(status, 0);
}

/* A file of that size goes from one end to the other. */
static void transfer(struct fixture *f, gsize length)
{
	g_autofree char *source = make_file(f, length);
	struct filehash *hash = filehash_start(source, G_CHECKSUM_SHA256, on_hash, f, NULL);
	struct filereceive_setup setup = {.directory = f->dir,
					  .name = "photo.jpg",
					  .sender = "alice",
					  .size = length,
					  .date = 1000000000,
					  .has_hash = true,
					  .hash_type = G_CHECKSUM_SHA256};
	struct stat info;
	int ends[2];

	WAIT_FOR(f->hex);
	filehash_free(hash);
	setup.hash = f->hex;
	make_pair(ends);
	make_receive(f, &setup);
	assert_int_equal(filereceive_offset(f->receive), 0);
	start_receive(f, ends[1], 0);
	start_send(f, source, 0, length, ends[0]);
	WAIT_FOR(f->sent && f->received);
	assert_null(f->send_error);
	assert_null(f->error);
	assert_int_equal(f->hash, FILERECEIVE_HASH_SAME);
	assert_true(g_str_has_suffix(f->path, "/photo.jpg"));
	expect_same(source, f->path);
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_mtime, 1000000000);
	assert_int_equal(count_files(f->dir), 2);
}

static void test_transfer(void **state)
{
	transfer(*state, 5 * 1000 * 1000 + 3);
}

static void test_empty(void **state)
{
	transfer(*state, 0);
}

static void test_damaged(void **state)
{
	struct fixture *f = *state;
	struct filereceive_setup setup = {.directory = f->dir,
					  .name = "x",
					  .size = 3,
					  .has_hash = true,
					  .hash_type = G_CHECKSUM_MD5,
					  .hash = "00000000000000000000000000000000"};
	int ends[2];

	make_pair(ends);
	make_receive(f, &setup);
	start_receive(f, ends[1], 0);
	put(ends[0], "abc");
	WAIT_FOR(f->received);
	assert_null(f->error);
	assert_int_equal(f->hash, FILERECEIVE_HASH_DIFFERS);
	close(ends[0]);
}

static void test_resume(void **state)
{
	struct fixture *f = *state;
	struct filereceive_setup setup = {
		.directory = f->dir, .name = "big.bin", .sender = "alice", .size = 300000};
	g_autofree char *source = make_file(f, 300000);
	g_autofree char *content = NULL;
	int ends[2];

	make_pair(ends);
	make_receive(f, &setup);
	start_receive(f, ends[1], 0);
	assert_true(g_file_get_contents(source, &content, NULL, NULL));
	assert_int_equal(send(ends[0], content, 100000, 0), 100000);
	close(ends[0]);
	WAIT_FOR(f->received);
	assert_string_equal(f->error, "cannot receive the file: only 100000 of 300000 bytes came");
	reset(f);
	assert_int_equal(count_files(f->dir), 2);

	/* Another sender's file of that name is another file. */
	setup.sender = "mallory";
	make_receive(f, &setup);
	assert_int_equal(filereceive_offset(f->receive), 0);
	reset(f);
	setup.sender = "alice";

	make_receive(f, &setup);
	assert_int_equal(filereceive_offset(f->receive), 100000);
	make_pair(ends);
	/* The sender may agree to skip less. */
	start_receive(f, ends[1], 50000);
	start_send(f, source, 50000, 300000, ends[0]);
	WAIT_FOR(f->sent && f->received);
	assert_null(f->error);
	expect_same(source, f->path);
	assert_int_equal(count_files(f->dir), 2);
}

static void test_two_at_once(void **state)
{
	struct fixture *f = *state;
	struct filereceive_setup setup = {.directory = f->dir, .name = "a", .size = 10};
	g_autoptr(GError) error = NULL;

	make_receive(f, &setup);
	assert_null(filereceive_new(&setup, &error));
	assert_non_null(strstr(error->message, "another transfer"));
	/* What was never begun leaves nothing. */
	filereceive_free(g_steal_pointer(&f->receive), false);
	assert_int_equal(count_files(f->dir), 0);
}

static void test_no_room(void **state)
{
	struct fixture *f = *state;
	struct filereceive_setup setup = {
		.directory = f->dir, .name = "a", .size = G_GUINT64_CONSTANT(1) << 60};
	GError *error = NULL;

	assert_null(filereceive_new(&setup, &error));
	assert_non_null(strstr(error->message, "are free in"));
	g_clear_error(&error);
	setup.directory = "/nonexistent";
	assert_null(filereceive_new(&setup, &error));
	assert_non_null(strstr(error->message, "No such file"));
	g_clear_error(&error);
	assert_int_equal(count_files(f->dir), 0);
}

static void test_cancelled(void **state)
{
	struct fixture *f = *state;
	struct filereceive_setup setup = {.directory = f->dir, .name = "a", .size = 1000};
	int ends[2];

	make_pair(ends);
	make_receive(f, &setup);
	start_receive(f, ends[1], 0);
	put(ends[0], "some");
	WAIT_FOR(f->receive_progress == 4);
	filereceive_free(g_steal_pointer(&f->receive), true);
	WAIT_FOR(count_files(f->dir) == 0);
	test_wait_drain();
	assert_false(f->received);
	close(ends[0]);
}

static void test_never_overwrites(void **state)
{
	struct fixture *f = *state;
	const char *expected[] = {"/a.txt", "/a (1).txt", "/a (2).txt"};

	for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
		struct filereceive_setup setup = {
			.directory = f->dir, .name = "../a.txt", .size = 2};
		int ends[2];

		make_pair(ends);
		make_receive(f, &setup);
		assert_string_equal(filereceive_name(f->receive), "a.txt");
		start_receive(f, ends[1], 0);
		put(ends[0], "ok, and more than was said");
		WAIT_FOR(f->received);
		assert_true(g_str_has_suffix(f->path, expected[i]));
		close(ends[0]);
		reset(f);
	}
}

static void test_unknown_size(void **state)
{
	struct fixture *f = *state;
	struct filereceive_setup setup = {
		.directory = f->dir, .name = "a", .size = FILERECEIVE_SIZE_UNKNOWN};
	g_autofree char *content = NULL;
	int ends[2];

	make_pair(ends);
	make_receive(f, &setup);
	start_receive(f, ends[1], 0);
	put(ends[0], "until the end");
	close(ends[0]);
	WAIT_FOR(f->received);
	assert_true(g_file_get_contents(f->path, &content, NULL, NULL));
	assert_string_equal(content, "until the end");
}

/* The end of a file of more than 4 GiB, most of which is a hole. */
static void test_large(void **state)
{
	struct fixture *f = *state;
	const guint64 size = (G_GUINT64_CONSTANT(5) << 30) + 7, offset = size - 1007;
	g_autofree char *source = g_build_filename(f->dir, "source", NULL);
	struct filereceive_setup setup = {.directory = f->dir, .name = "large", .size = size};
	g_autofree char *part = NULL;
	struct stat info;
	GDir *dir;
	const char *name;
	int ends[2], fd = open(source, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(pwrite(fd, "the end", 7, (off_t)size - 7), 7);
	close(fd);
	make_receive(f, &setup);
	dir = g_dir_open(f->dir, 0, NULL);
	while ((name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, ".part"))
			part = g_build_filename(f->dir, name, NULL);
	g_dir_close(dir);
	assert_int_equal(truncate(part, (off_t)offset), 0);
	reset(f);

	make_receive(f, &setup);
	assert_int_equal(filereceive_offset(f->receive), offset);
	make_pair(ends);
	start_receive(f, ends[1], offset);
	start_send(f, source, offset, size, ends[0]);
	WAIT_FOR(f->sent && f->received);
	assert_null(f->error);
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_size, size);
	{
		char end[8] = "";

		fd = open(f->path, O_RDONLY | O_CLOEXEC);
		assert_int_equal(pread(fd, end, 7, (off_t)size - 7), 7);
		assert_string_equal(end, "the end");
		close(fd);
	}
}

static void test_became_shorter(void **state)
{
	struct fixture *f = *state;
	g_autofree char *source = make_file(f, 1000);
	int ends[2];

	make_pair(ends);
	start_send(f, source, 0, 2000, ends[0]);
	WAIT_FOR(f->sent);
	assert_string_equal(f->send_error, "cannot send the file: it became shorter");
	close(ends[1]);
}

static void test_receiver_dies(void **state)
{
	struct fixture *f = *state;
	g_autofree char *source = make_file(f, 4000000);
	int ends[2];

	make_pair(ends);
	start_send(f, source, 0, 4000000, ends[0]);
	WAIT_FOR(recv(ends[1], (char[4096]){0}, 4096, MSG_DONTWAIT) > 0);
	close(ends[1]);
	WAIT_FOR(f->sent);
	assert_true(g_str_has_prefix(f->send_error, "cannot send the file: "));
}

/* One that is stuck is stopped. */
static void test_send_cancelled(void **state)
{
	struct fixture *f = *state;
	g_autofree char *source = make_file(f, 4000000);
	int ends[2];

	make_pair(ends);
	start_send(f, source, 0, 4000000, ends[0]);
	WAIT_FOR(f->send_progress > 0);
	filesend_free(g_steal_pointer(&f->send));
	close(ends[1]);
	test_wait_drain();
	assert_false(f->sent);
}

static void test_hash(void **state)
{
	struct fixture *f = *state;
	g_autofree char *source = make_file(f, 0);
	struct filehash *hash = filehash_start(source, G_CHECKSUM_MD5, on_hash, f, NULL);

	WAIT_FOR(f->hex);
	assert_string_equal(f->hex, "d41d8cd98f00b204e9800998ecf8427e");
	filehash_free(hash);
	g_clear_pointer(&f->hex, g_free);
	hash = filehash_start("/nonexistent", G_CHECKSUM_MD5, on_hash, f, NULL);
	WAIT_FOR(f->hex);
	assert_string_equal(f->hex, "cannot open /nonexistent: No such file or directory");
	filehash_free(hash);
	filehash_free(filehash_start(source, G_CHECKSUM_MD5, on_hash, f, NULL));
}

static void check_name(const char *name, const char *expected)
{
	g_autofree char *clean = filename_clean(name);

	assert_string_equal(clean, expected);
}

static void test_names(void **state)
{
	g_autofree char *x = g_strnfill(300, 'x');
	g_autofree char *extended = g_strconcat(x, ".tar.gz", NULL);
	g_autofree char *shortened = filename_clean(extended);
	g_autofree char *numbered = filename_number("a.tar.gz", 3);
	g_autofree char *plain = filename_number("Makefile", 1);

	check_name("photo.jpg", "photo.jpg");
	check_name("../../etc/passwd", "passwd");
	check_name(".bashrc", "bashrc");
	check_name("...", "file");
	check_name("", "file");
	check_name("a/", "file");
	check_name("-rf", "rf");
	check_name("a\nb\x1b[1m", "a_b_[1m");
	check_name("user\u202egpj.exe", "user_gpj.exe");
	check_name("\xff\xfe.txt", "__.txt");
	check_name("näme 文件.txt ", "näme 文件.txt");
	assert_int_equal(strlen(shortened), 200);
	assert_true(g_str_has_suffix(shortened, "x.tar.gz"));
	assert_string_equal(numbered, "a (3).tar.gz");
	assert_string_equal(plain, "Makefile (1)");
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		name, fn, setup, teardown, NULL                                                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/relay/file/transfer", test_transfer),
		TEST("/relay/file/empty", test_empty),
		TEST("/relay/file/damaged", test_damaged),
		TEST("/relay/file/resume", test_resume),
		TEST("/relay/file/two-at-once", test_two_at_once),
		TEST("/relay/file/no-room", test_no_room),
		TEST("/relay/file/cancelled", test_cancelled),
		TEST("/relay/file/never-overwrites", test_never_overwrites),
		TEST("/relay/file/unknown-size", test_unknown_size),
		TEST("/relay/file/large", test_large),
		TEST("/relay/file/became-shorter", test_became_shorter),
		TEST("/relay/file/receiver-dies", test_receiver_dies),
		TEST("/relay/file/send-cancelled", test_send_cancelled),
		TEST("/relay/file/hash", test_hash),
		TEST("/relay/file/names", test_names),
	};

	return cmocka_run_group_tests(tests, warm_up, NULL);
}
