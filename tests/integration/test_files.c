/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files through pheme as it is used: between two phemes, and between pheme and a peer that stops,
 * breaks and lies at a moment of the test's choosing. */

#include "tests/lib/local.h"
#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_ TP_CHANNEL ".Type.FileTransfer"
#define CAPS  TP_CONNECTION ".Interface.ContactCapabilities"
#define BIG   (100u << 20)
#define HALF  400000
#define WHOLE 1000000

enum { ACCEPTED = 2, OPEN = 3, COMPLETED = 4, CANCELLED = 5 }; /* File_Transfer_State */

struct world {
	struct pheme_world *w;
	struct local_node *ann; /* the test itself */
	char *ben;              /* id of pheme's account */
	char *path;             /* of the node's channel */
	char *downloads;
};

static int setup(void **state)
{
	struct world *f = g_new0(struct world, 1);
	void *w;

	signal(SIGPIPE, SIG_IGN);
	pheme_setup(&w);
	f->w = w;
	f->downloads = test_env_path(f->w->env, "dl");
	g_mkdir(f->downloads, 0700);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct world *f = *state;
	void *w = f->w;
	int result;

	local_node_free(f->ann);
	/* Ours ends by itself a while after its last connection; the world does not wait. */
	test_env_kill_name(f->w->env, LOCAL_CM);
	result = pheme_teardown(&w);
	g_free(f->ben);
	g_free(f->path);
	g_free(f->downloads);
	g_free(f);
	return result;
}

/* --- who there is ------------------------------------------------------------------------- */

static void add_local(struct world *f, const char *place, const char *nick)
{
	g_autofree char *meeting = local_meeting(f->w->env);
	g_autofree char *accounts = g_strdup_printf("[%s]\nmanager=local\nprotocol=local\n"
						    "enabled=true\nparam-nickname=%s\n"
						    "param-directory=%s\n",
						    nick, nick, meeting);
	g_autofree char *conf = g_strdup_printf("[file]\ndirectory=%s\n", f->downloads);
	const char *below = place ? place : ".";
	g_autofree char *a = g_build_filename(below, "config/pheme/accounts.conf", NULL);
	g_autofree char *c = g_build_filename(below, "config/pheme/pheme.conf", NULL);

	test_env_write(f->w->env, a, accounts);
	test_env_write(f->w->env, c, conf);
}

static bool ben_takes_files(void *data)
{
	struct world *f = data;
	g_autoptr(GVariant) caps = local_attribute(f->ann, f->ben, CAPS, "capabilities");
	g_autofree char *text = caps ? g_variant_print(caps, FALSE) : NULL;

	return text && strstr(text, FILE_);
}

static void start_ann(struct world *f)
{
	f->ann = local_node_new(f->w->env, "ann", false);
	local_connect(f->ann, "ann");
	f->ben = g_strdup(f->ann->id);
	memcpy(strstr(f->ben, "ann"), "ben", 3);
}

static void wait_ben(struct world *f)
{
	local_wait_presence(f->ann, f->ben, "available");
	assert_true(test_wait_until(ben_takes_files, f, TEST_WAIT_MS));
}

static void enter_chat(struct screen *screen)
{
	screen_wait_text(screen, "o ann");
	screen_line(screen, "/query ann");
	screen_wait_text(screen, "[ann] ");
}

/* Ann is the test, ben a pheme on a terminal. */
static struct screen *start_both(struct world *f)
{
	struct screen *screen;

	start_ann(f);
	add_local(f, NULL, "ben");
	screen = pheme_start_until(f->w, NULL, "connected as ");
	wait_ben(f);
	enter_chat(screen);
	return screen;
}

/* Ben is a pheme with flags; free it with pheme_kill() or after its exit. */
static struct screen *start_flags(struct world *f, const char *const *args, const char *shell)
{
	const struct pheme_options options = {.args = args, .shell = shell};
	struct screen *screen;

	start_ann(f);
	add_local(f, NULL, "ben");
	screen = pheme_start(f->w, &options);
	wait_ben(f);
	return screen;
}

static void expect_exit(struct screen *screen, int wanted)
{
	int status = screen_wait_exit(screen);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
		screen_dump(screen);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
}

/* --- files -------------------------------------------------------------------------------- */

static void fill(char *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++)
		bytes[i] = (char)(i * 31 + i / 251);
}

static char *make_file(struct world *f, const char *name, gsize size)
{
	char *path = test_env_path(f->w->env, name);
	g_autofree char *bytes = g_malloc(size + 1);

	fill(bytes, size);
	assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
	return path;
}

static char *sum(const char *path)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);

	assert_non_null(file);
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256,
					   (const guchar *)g_mapped_file_get_contents(file),
					   g_mapped_file_get_length(file));
}

static void assert_same(const char *a, const char *b)
{
	g_autofree char *x = sum(a), *y = sum(b);

	assert_string_equal(x, y);
}

/* Names in the download directory, one a line, sorted. */
static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *list_downloads(struct world *f)
{
	g_autoptr(GDir) dir = g_dir_open(f->downloads, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while ((name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);
	return g_strjoinv("\n", (char **)names->pdata);
}

static void assert_downloads(struct world *f, const char *wanted)
{
	g_autofree char *names = list_downloads(f);

	assert_string_equal(names, wanted);
}

struct part_wait {
	struct world *f;
	gint64 size;
};

static bool has_part(void *data)
{
	const struct part_wait *wait = data;
	g_autofree char *names = list_downloads(wait->f);
	g_autofree char *path = g_build_filename(wait->f->downloads, names, NULL);
	struct stat info;

	return g_str_has_suffix(names, ".part") && stat(path, &info) == 0 &&
	       info.st_size == wait->size;
}

static gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

static void wait_part(struct world *f, gint64 size)
{
	struct part_wait wait = {f, size};
	guint tick = g_timeout_add(10, on_tick, NULL);

	assert_true(test_wait_until(has_part, &wait, TEST_WAIT_MS));
	g_source_remove(tick);
}

static unsigned count_fds(struct screen *screen)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)screen_pid(screen));
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	unsigned count = 0;

	while (g_dir_read_name(dir))
		count++;
	return count;
}

struct fds_wait {
	struct screen *screen;
	unsigned limit;
};

static bool has_fds(void *data)
{
	const struct fds_wait *wait = data;

	return count_fds(wait->screen) <= wait->limit;
}

/* Threads let go of theirs a moment later. */
static void wait_fds(struct screen *screen, unsigned limit)
{
	struct fds_wait wait = {screen, limit};
	guint tick = g_timeout_add(10, on_tick, NULL);

	assert_true(test_wait_until(has_fds, &wait, TEST_WAIT_MS));
	g_source_remove(tick);
}

/* --- ann ---------------------------------------------------------------------------------- */

static void offer(struct world *f, const char *name, guint64 size, const char *hash)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Filename", g_variant_new_string(name));
	g_variant_builder_add(&b, "{sv}", FILE_ ".ContentType", g_variant_new_string("a/b"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Size", g_variant_new_uint64(size));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Date", g_variant_new_int64(1000000000));
	if (hash) {
		g_variant_builder_add(&b, "{sv}", FILE_ ".ContentHashType",
				      g_variant_new_uint32(3));
		g_variant_builder_add(&b, "{sv}", FILE_ ".ContentHash", g_variant_new_string(hash));
	}
	g_free(f->path);
	f->path = local_channel(f->ann, FILE_, 1, f->ben, g_variant_builder_end(&b));
}

static bool is_state(const struct tp_signal *signal, void *data)
{
	guint32 state;

	g_variant_get_child(signal->args, 0, "u", &state);
	return state == *(guint32 *)data;
}

static void wait_state(struct world *f, guint32 state)
{
	tp_signal_free(
		tp_wait(f->ann->client, f->path, "FileTransferStateChanged", is_state, &state));
}

static int ann_socket(struct world *f, const char *method, GVariant *args)
{
	g_autoptr(GVariant) reply = local_call(f->ann, f->path, FILE_, method, args);
	g_autoptr(GVariant) address = NULL;

	g_variant_get(reply, "(v)", &address);
	return stream_connect_unix(address);
}

static int ann_provides(struct world *f)
{
	return ann_socket(f, "ProvideFile", g_variant_new("(uuv)", 0, 0, g_variant_new_byte(0)));
}

static void ann_writes(int fd, gsize from, gsize to)
{
	g_autofree char *bytes = g_malloc(to);

	fill(bytes, to);
	while (from < to) {
		ssize_t put = write(fd, bytes + from, to - from);

		assert_true(put > 0);
		from += (gsize)put;
	}
}

/* Offers a file and sends its first half; ben has said yes. */
static int begin_half(struct world *f, const char *name)
{
	int fd = ann_provides(f);

	wait_state(f, OPEN);
	ann_writes(fd, 0, HALF);
	wait_part(f, HALF);
	return fd;
}

static void accept_first(struct screen *screen, const char *shown)
{
	screen_wait_text(screen, shown);
	screen_line(screen, "/accept");
}

/* --- two phemes --------------------------------------------------------------------------- */

static void move_between_phemes(struct world *f, const char *name, gsize size)
{
	g_autofree char *path = make_file(f, name, size);
	g_autofree char *got = g_build_filename(f->downloads, name, NULL);
	const char *send[] = {"--file-send", "ben", path, "--timeout", "20", NULL};
	const char *receive[] = {"--file-receive", f->downloads, "--count", "1", NULL};
	const struct pheme_options sender = {
		.args = send, .place = "ann", .bus = pheme_second_bus(f->w)};
	const struct pheme_options receiver = {.args = receive};
	struct stat before, after;
	struct screen *a, *b;

	add_local(f, "ann", "ann");
	add_local(f, NULL, "ben");
	b = pheme_start(f->w, &receiver);
	a = pheme_start(f->w, &sender);
	expect_exit(a, 0);
	expect_exit(b, 0);
	assert_same(path, got);
	assert_downloads(f, name);
	stat(path, &before);
	stat(got, &after);
	assert_int_equal(before.st_mtime, after.st_mtime);
}

static void test_empty(void **state)
{
	move_between_phemes(*state, "empty", 0);
}

static void test_small(void **state)
{
	move_between_phemes(*state, "one byte", 1);
}

static void test_big(void **state)
{
	move_between_phemes(*state, "big.bin", BIG);
}

/* --- receiving ---------------------------------------------------------------------------- */

static void finish_receiving(struct world *f, gsize from)
{
	int fd = ann_provides(f);

	wait_state(f, OPEN);
	ann_writes(fd, from, WHOLE);
	shutdown(fd, SHUT_WR);
	wait_state(f, COMPLETED);
	close(fd);
}

static void assert_whole(struct world *f, const char *name)
{
	g_autofree char *path = make_file(f, "whole", WHOLE);
	g_autofree char *got = g_build_filename(f->downloads, name, NULL);

	assert_same(path, got);
}

static void test_screen(void **state)
{
	struct world *f = *state;
	struct screen *screen = start_both(f);
	unsigned fds = count_fds(screen);
	struct stat info;
	g_autofree char *path = g_build_filename(f->downloads, "photo.jpg", NULL);

	offer(f, "photo.jpg", WHOLE, NULL);
	accept_first(screen, "offers the file photo.jpg");
	finish_receiving(f, 0);
	screen_wait_text(screen, "photo.jpg is there");
	assert_whole(f, "photo.jpg");
	stat(path, &info);
	assert_int_equal(info.st_mtime, 1000000000);
	wait_fds(screen, fds);
	pheme_quit(f->w, screen);
}

static void test_hostile_names(void **state)
{
	static const char *const names[] = {"../../.bashrc", "-rf", "a\nb", "photo.jpg"};
	struct world *f = *state;
	g_autofree char *taken = g_build_filename(f->downloads, "photo.jpg", NULL);
	const char *args[] = {"--file-receive", f->downloads, "--count", "4", NULL};
	struct screen *screen;

	g_file_set_contents(taken, "mine", -1, NULL);
	screen = start_flags(f, args, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		offer(f, names[i], WHOLE, NULL);
		finish_receiving(f, 0);
	}
	expect_exit(screen, 0);
	assert_downloads(f, "a_b\nbashrc\nphoto (1).jpg\nphoto.jpg\nrf");
	assert_whole(f, "photo (1).jpg");
}

static void test_wrong_hash(void **state)
{
	struct world *f = *state;
	const char *args[] = {"--file-receive", f->downloads, "--count", "1", NULL};
	struct screen *screen = start_flags(f, args, NULL);

	offer(f, "a", WHOLE, "0000000000000000000000000000000000000000000000000000000000000000");
	finish_receiving(f, 0);
	expect_exit(screen, 1);
	screen_wait_text(screen, "DAMAGED");
}

static void test_rejected(void **state)
{
	struct world *f = *state;
	struct screen *screen = start_both(f);

	offer(f, "a", WHOLE, NULL);
	screen_wait_text(screen, "offers the file a ");
	screen_line(screen, "/reject");
	wait_state(f, CANCELLED);
	assert_downloads(f, "");
	pheme_quit(f->w, screen);
}

static void test_cancelled_midway(void **state)
{
	struct world *f = *state;
	struct screen *screen = start_both(f);
	unsigned fds = count_fds(screen);
	int fd;

	offer(f, "a", WHOLE, NULL);
	accept_first(screen, "offers the file a ");
	fd = begin_half(f, "a");
	screen_wait_text(screen, "File 40%");
	screen_line(screen, "/file cancel");
	wait_state(f, CANCELLED);
	screen_wait_text(screen, "a: cancelled");
	assert_downloads(f, "");
	wait_fds(screen, fds);
	close(fd);
	pheme_quit(f->w, screen);
}

static void test_sender_gone_midway(void **state)
{
	struct world *f = *state;
	struct screen *screen = start_both(f);
	int fd;

	offer(f, "a", WHOLE, NULL);
	accept_first(screen, "offers the file a ");
	fd = begin_half(f, "a");
	close(fd);
	screen_wait_text(screen, "it goes on from there");
	wait_part(f, HALF);
	pheme_quit(f->w, screen);
}

static void resume(struct world *f, struct screen *screen)
{
	g_autoptr(GVariant) offset = NULL;

	offer(f, "a", WHOLE, NULL);
	accept_first(screen, "offers the file a ");
	wait_state(f, ACCEPTED);
	offset = tp_get(f->ann->client, f->ann->conn->name, f->path, FILE_, "InitialOffset");
	assert_int_equal(g_variant_get_uint64(offset), HALF);
	finish_receiving(f, HALF);
	screen_wait_text(screen, "a is there");
	assert_whole(f, "a");
	assert_downloads(f, "a");
}

static void test_receiver_killed(void **state)
{
	struct world *f = *state;
	struct screen *screen = start_both(f);
	int fd;

	offer(f, "a", WHOLE, NULL);
	accept_first(screen, "offers the file a ");
	fd = begin_half(f, "a");
	pheme_kill(f->w, screen);
	wait_part(f, HALF);
	test_env_kill_name(f->w->env, LOCAL_CM);
	wait_state(f, CANCELLED);
	close(fd);
	local_wait_presence(f->ann, f->ben, "offline");
	screen = pheme_start_until(f->w, NULL, "connected as ");
	wait_ben(f);
	enter_chat(screen);
	resume(f, screen);
	pheme_quit(f->w, screen);
}

static void test_manager_killed(void **state)
{
	struct world *f = *state;
	struct screen *screen = start_both(f);
	int fd;

	offer(f, "a", WHOLE, NULL);
	accept_first(screen, "offers the file a ");
	fd = begin_half(f, "a");
	test_env_kill_name(f->w->env, LOCAL_CM);
	screen_wait_text(screen, "the connection was lost");
	wait_part(f, HALF);
	wait_state(f, CANCELLED);
	close(fd);
	pheme_quit(f->w, screen);
}

static void test_no_room(void **state)
{
	struct world *f = *state;
	struct screen *screen = start_both(f);

	offer(f, "a", G_GUINT64_CONSTANT(1) << 60, NULL);
	accept_first(screen, "offers the file a ");
	screen_wait_text(screen, "are free in");
	assert_downloads(f, "");
	screen_line(screen, "/reject");
	wait_state(f, CANCELLED);
	pheme_quit(f->w, screen);
}

/* More than fits into the sockets on its way: else the sender is through before it is known. */
static void write_until_broken(int fd)
{
	g_autofree char *bytes = g_malloc0(65536);

	for (gsize sent = 0; sent < BIG;) {
		ssize_t put = write(fd, bytes, 65536);

		if (put < 0)
			return;
		sent += (gsize)put;
	}
	test_fail("all of it went");
}

static void test_disk_full(void **state)
{
	struct world *f = *state;
	const char *args[] = {"--file-receive", f->downloads, NULL};
	struct screen *screen = start_flags(f, args, "ulimit -f 1000; exec \"$@\"");
	int fd;

	offer(f, "a", BIG, NULL);
	fd = ann_provides(f);
	wait_state(f, OPEN);
	write_until_broken(fd);
	wait_state(f, CANCELLED);
	screen_wait_text(screen, "File too large");
	close(fd);
	screen_signal(screen, SIGTERM);
	expect_exit(screen, 130);
}

/* --- sending ------------------------------------------------------------------------------ */

static void ann_takes_files(struct world *f)
{
	g_autoptr(GVariant) args = g_variant_ref_sink(g_variant_new_parsed(
		"([('test', [{'" TP_CHANNEL ".ChannelType': <'" FILE_ "'>}], @as [])],)"));

	g_variant_unref(local_call(f->ann, NULL, CAPS, "UpdateCapabilities", args));
}

static struct screen *start_sending(struct world *f, const char *path)
{
	const char *args[] = {"--file-send", "ann", path, "--timeout", "20", NULL};
	const struct pheme_options options = {.args = args};
	struct screen *screen;

	start_ann(f);
	ann_takes_files(f);
	add_local(f, NULL, "ben");
	screen = pheme_start(f->w, &options);
	f->path = local_wait_channel(f->ann, FILE_, NULL);
	return screen;
}

static void test_declined(void **state)
{
	struct world *f = *state;
	g_autofree char *path = make_file(f, "a", WHOLE);
	struct screen *screen = start_sending(f, path);

	g_variant_unref(local_call(f->ann, f->path, TP_CHANNEL, "Close", NULL));
	expect_exit(screen, 5);
	screen_wait_text(screen, "ann declined it");
}

static void test_receiver_stops(void **state)
{
	struct world *f = *state;
	g_autofree char *path = make_file(f, "a", BIG);
	struct screen *screen = start_sending(f, path);
	char byte;
	int fd = ann_socket(f, "AcceptFile",
			    g_variant_new("(uuvt)", 0, 0, g_variant_new_byte(0), (guint64)0));

	assert_int_equal(read(fd, &byte, 1), 1);
	g_variant_unref(local_call(f->ann, f->path, TP_CHANNEL, "Close", NULL));
	close(fd);
	expect_exit(screen, 6);
}

static void test_sent_from_offset(void **state)
{
	struct world *f = *state;
	g_autofree char *path = make_file(f, "a", WHOLE);
	struct screen *screen = start_sending(f, path);
	g_autofree char *bytes = g_malloc(WHOLE), *got = g_malloc(WHOLE);
	gsize length = 0;
	int fd = ann_socket(f, "AcceptFile",
			    g_variant_new("(uuvt)", 0, 0, g_variant_new_byte(0), (guint64)HALF));

	fill(bytes, WHOLE);
	while (length < WHOLE - HALF) {
		ssize_t some = read(fd, got + length, WHOLE - HALF - length);

		assert_true(some > 0);
		length += (gsize)some;
	}
	assert_memory_equal(got, bytes + HALF, WHOLE - HALF);
	close(fd);
	expect_exit(screen, 0);
}

static void test_unable(void **state)
{
	struct world *f = *state;
	g_autofree char *path = make_file(f, "a", 10);
	const char *args[] = {"--file-send", "ann", path, "--timeout", "2", NULL};
	const struct pheme_options options = {.args = args};
	g_autofree char *err = NULL;

	start_ann(f);
	add_local(f, NULL, "ben");
	assert_int_equal(pheme_run(f->w, &options, NULL, &err), 124);
	assert_non_null(strstr(err, "cannot do that"));
}

static void check_refused(struct world *f, const char *path)
{
	const char *args[] = {"--file-send", "ann", path, NULL};
	const struct pheme_options options = {.args = args};
	g_autofree char *err = NULL;

	assert_int_equal(pheme_run(f->w, &options, NULL, &err), 1);
	assert_non_null(strstr(err, "cannot send"));
}

static void test_unreadable(void **state)
{
	struct world *f = *state;
	g_autofree char *pipe = test_env_path(f->w->env, "pipe");

	start_ann(f);
	ann_takes_files(f);
	add_local(f, NULL, "ben");
	assert_int_equal(mkfifo(pipe, 0600), 0);
	check_refused(f, "no such file");
	check_refused(f, f->downloads);
	check_refused(f, pipe);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/files/" name, function, setup, teardown, NULL                                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("empty", test_empty),
		TEST("small", test_small),
		TEST("hundred_megabytes", test_big),
		TEST("screen", test_screen),
		TEST("hostile_names", test_hostile_names),
		TEST("wrong_hash", test_wrong_hash),
		TEST("rejected", test_rejected),
		TEST("cancelled_midway", test_cancelled_midway),
		TEST("sender_gone_midway", test_sender_gone_midway),
		TEST("receiver_killed", test_receiver_killed),
		TEST("manager_killed", test_manager_killed),
		TEST("no_room", test_no_room),
		TEST("disk_full", test_disk_full),
		TEST("declined", test_declined),
		TEST("receiver_stops", test_receiver_stops),
		TEST("sent_from_offset", test_sent_from_offset),
		TEST("unable", test_unable),
		TEST("unreadable", test_unreadable),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
