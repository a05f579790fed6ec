/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files from pheme to pheme, and from pheme to a peer. */

#include "tests/integration/files_world.h"

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
	{
		g_autofree char *line = g_strdup_printf("/file send ann %s", path);
		const char *run[] = {"--run", line, NULL};
		const struct pheme_options once = {.args = run};
		g_autofree char *said = NULL;

		assert_int_equal(pheme_run(f->w, &once, NULL, &said), 6);
		assert_non_null(strstr(said, "cannot offer a to ann: "));
		assert_null(strstr(said, "a: cannot"));
	}
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

/* What cannot be received into is told before anybody is waited for. */
static void test_no_directory(void **state)
{
	struct world *f = *state;
	g_autofree char *file = test_env_path(f->w->env, "file");
	const char *args[] = {"--file-receive", file, NULL};
	const struct pheme_options options = {.args = args};
	g_autofree char *err = NULL;

	add_local(f, NULL, "ben");
	assert_true(g_file_set_contents(file, "", 0, NULL));
	assert_int_equal(pheme_run(f->w, &options, NULL, &err), 1);
	assert_non_null(strstr(err, "it is no directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("empty", test_empty),
		TEST("small", test_small),
		TEST("hundred_megabytes", test_big),
		TEST("declined", test_declined),
		TEST("receiver_stops", test_receiver_stops),
		TEST("sent_from_offset", test_sent_from_offset),
		TEST("unable", test_unable),
		TEST("unreadable", test_unreadable),
		TEST("no_directory", test_no_directory),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
