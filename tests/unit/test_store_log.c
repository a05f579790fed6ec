/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store_test.h"

#include "store/log.h"

struct fixture {
	char *dir, *path;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	f->path = g_build_filename(f->dir, "state", "pheme.log", NULL);
	log_start(f->path, false);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	log_stop();
	g_free(f->path);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static char *read_log(struct fixture *f)
{
	char *text = NULL;

	g_file_get_contents(f->path, &text, NULL, NULL);
	return text;
}

static void test_levels(void **state)
{
	struct fixture *f = *state;
	g_autofree char *quiet = NULL, *loud = NULL;

	g_debug("hidden");
	g_info("hidden");
	quiet = read_log(f);
	assert_null(quiet); /* nothing to say: no file */
	g_warning("shown");
	log_set_debug(true);
	g_debug("details");
	loud = read_log(f);
	assert_non_null(strstr(loud, "pheme warning: shown\n"));
	assert_non_null(strstr(loud, "pheme debug: details\n"));
	assert_null(strstr(loud, "hidden"));
	assert_int_equal(file_mode(f->path), 0600);
}

static void test_one_line(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = NULL;

	g_warning("a\n\x1b[31mb\xff\xe2\x80\xae");
	text = read_log(f);
	assert_non_null(strstr(text, "a[U+000A][U+001B][31mb\xef\xbf\xbd[U+202E]\n"));
}

static void test_bounded(void **state)
{
	struct fixture *f = *state;
	g_autofree char *old = g_strconcat(f->path, ".1", NULL);
	g_autofree char *text = g_strnfill(64 * 1024, 'x');
	struct stat st;

	for (int i = 0; i < 40; i++)
		g_warning("%d %s", i, text);
	assert_int_equal(stat(f->path, &st), 0);
	assert_true(st.st_size < 1200 * 1024);
	assert_int_equal(stat(old, &st), 0);
	assert_true(st.st_size < 1200 * 1024);
	g_warning("the end");
	g_autofree char *end = read_log(f);

	assert_true(g_str_has_suffix(end, "the end\n"));
}

static void test_nowhere(void **state)
{
	log_start("/dev/null/pheme.log", true);
	g_warning("goes nowhere and harms nobody");
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/log/" name, function, setup, teardown, NULL                                      \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("levels", test_levels),
		TEST("one-line", test_one_line),
		TEST("bounded", test_bounded),
		TEST("nowhere", test_nowhere),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
