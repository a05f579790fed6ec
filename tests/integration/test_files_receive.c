/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files that a peer sends to pheme, whole and broken. */

#include "tests/integration/files_world.h"

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
	unsigned fds = count_fds_at_first(screen);
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
	/* Where the user was it was told, and nowhere else. */
	screen_line(screen, "/chat 0");
	screen_wait_text(screen, "connected as ");
	assert_false(screen_find(screen, "offers a file", NULL, NULL));
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
	unsigned fds = count_fds_at_first(screen);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
