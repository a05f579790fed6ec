/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store_test.h"

#include <stdlib.h>
#include <sys/types.h>

#include "store/keyfile.h"
#include "store/paths.h"

struct fixture {
	char *dir;
	GPtrArray *problems;
	struct keyfile *file;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	f->problems = new_problems();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	keyfile_free(f->file);
	g_ptr_array_unref(f->problems);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static void load_path(struct fixture *f, const char *path)
{
	keyfile_free(f->file);
	f->file = keyfile_load(path, f->problems);
	assert_non_null(f->file);
}

static void load(struct fixture *f, const char *text)
{
	g_autofree char *path = write_file(f->dir, "x.conf", text);

	load_path(f, path);
}

static void assert_value(struct fixture *f, const char *group, const char *key, const char *value)
{
	g_autofree char *found = keyfile_string(f->file, group, key, f->problems);

	assert_non_null(found);
	assert_string_equal(found, value);
}

static void assert_refused(struct fixture *f, const char *part)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *before = NULL;

	if (g_file_test(keyfile_path(f->file), G_FILE_TEST_IS_REGULAR))
		g_file_get_contents(keyfile_path(f->file), &before, NULL, NULL);
	assert_false(keyfile_set(f->file, "g", "key", "value", &error));
	assert_non_null(strstr(error->message, "cannot save"));
	assert_non_null(strstr(error->message, part));
	if (before)
		assert_file(keyfile_path(f->file), before);
}

/* --- reading ------------------------------------------------------------------------------ */

static void test_missing(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = g_build_filename(f->dir, "none", "x.conf", NULL);

	load_path(f, path);
	assert_int_equal(f->problems->len, 0);
	assert_false(keyfile_is_exposed(f->file));
	assert_int_equal(keyfile_line(f->file, "a", NULL), 0);
}

static void test_values(void **state)
{
	struct fixture *f = *state;

	load(f, "# top\n[a]\n  one = 1 ; two # three \ntab=x\\ty\n\n[b c]\none=\xc3\xa9\nempty=\n");
	assert_value(f, "a", "one", "1 ; two # three ");
	assert_value(f, "a", "tab", "x\ty");
	assert_value(f, "b c", "one", "\xc3\xa9");
	assert_value(f, "b c", "empty", "");
	assert_int_equal(keyfile_line(f->file, "a", NULL), 2);
	assert_int_equal(keyfile_line(f->file, "a", "tab"), 4);
	assert_int_equal(keyfile_line(f->file, "b c", "one"), 7);
	assert_int_equal(keyfile_line(f->file, "b c", "two"), 0);
	assert_int_equal(f->problems->len, 0);
}

static void test_broken_lines(void **state)
{
	struct fixture *f = *state;

	load(f, "early=1\n[a]\none=1\nrubbish\n=2\n[b\nlost=1\n[c]\ntwo=2\nthr[ee=3\n");
	assert_value(f, "a", "one", "1");
	assert_value(f, "c", "two", "2");
	assert_problem(f->problems, "x.conf:1: a key before");
	assert_problem(f->problems, "x.conf:4: not understood");
	assert_problem(f->problems, "x.conf:5: not understood");
	assert_problem(f->problems, "x.conf:6: not a group");
	assert_problem(f->problems, "x.conf:10: not understood");
	assert_int_equal(f->problems->len, 5);
	assert_refused(f, "line 1");
}

static void test_repeated(void **state)
{
	struct fixture *f = *state;

	load(f, "[a]\none=1\none=2\n[b]\n[a]\none=3\ntwo=2\n[c]\nkey=v\n");
	assert_value(f, "a", "one", "1");
	assert_value(f, "c", "key", "v");
	assert_false(g_key_file_has_key(keyfile_keys(f->file), "a", "two", NULL));
	assert_problem(f->problems, "x.conf:3: [a] one again");
	assert_problem(f->problems, "x.conf:5: [a] again, it is at line 1");
	assert_int_equal(f->problems->len, 2);
	assert_refused(f, "line 3");
}

static void test_windows_file(void **state)
{
	struct fixture *f = *state;

	load(f, "\xef\xbb\xbf[a]\r\none=1\r\n\r\n# two\r\n");
	assert_value(f, "a", "one", "1");
	assert_int_equal(f->problems->len, 0);
}

static void test_not_text(void **state)
{
	static const char bytes[] = "[a]\none=1\0002\ntwo=\xff\xfe\nthree=3";
	struct fixture *f = *state;
	g_autofree char *path = write_file(f->dir, "x.conf", "");

	assert_true(g_file_set_contents(path, bytes, sizeof(bytes) - 1, NULL));
	load_path(f, path);
	assert_value(f, "a", "three", "3");
	assert_problem(f->problems, "x.conf:2: not UTF-8");
	assert_problem(f->problems, "x.conf:3: not UTF-8");
}

static void test_encoding(void **state)
{
	struct fixture *f = *state;

	load(f, "[a]\nEncoding=latin1\none=1\n");
	assert_value(f, "a", "one", "1");
	assert_problem(f->problems, "x.conf:2: the file must be UTF-8");
	assert_int_equal(f->problems->len, 1);
}

static void test_many_broken(void **state)
{
	struct fixture *f = *state;
	GString *text = g_string_new("[a]\n");

	for (int i = 0; i < 5000; i++)
		g_string_append(text, "rubbish\n");
	load(f, text->str);
	assert_int_equal(f->problems->len, 21);
	assert_problem(f->problems, "and 4980 more");
	g_string_free(text, TRUE);
}

static void test_bad_escape(void **state)
{
	struct fixture *f = *state;

	load(f, "[a]\nparam-password=se\\cret\n");
	assert_null(keyfile_string(f->file, "a", "param-password", f->problems));
	assert_problem(f->problems, "x.conf:2: [a] param-password: a backslash");
	assert_null(strstr(f->problems->pdata[0], "cret"));
}

static void test_odd_files(void **state)
{
	struct fixture *f = *state;
	g_autofree char *fifo = g_build_filename(f->dir, "fifo", NULL);
	g_autofree char *big = g_build_filename(f->dir, "big", NULL);
	g_autofree char *inside = g_build_filename(fifo, "x.conf", NULL);
	g_autofree char *bytes = g_strnfill(1024 * 1024 + 1, '#');

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_true(g_file_set_contents(big, bytes, -1, NULL));
	load_path(f, fifo);
	assert_problem(f->problems, "fifo: it is not a file");
	assert_refused(f, "could not be read");
	load_path(f, f->dir);
	assert_int_equal(f->problems->len, 2);
	load_path(f, big);
	assert_problem(f->problems, "big: it is larger than 1 MiB");
	assert_refused(f, "could not be read");
	load_path(f, inside);
	assert_problem(f->problems, "Not a directory");
	load_path(f, "/dev/zero");
	assert_problem(f->problems, "/dev/zero: it is larger");
	assert_int_equal(f->problems->len, 5);
	load_path(f, "/dev/null");
	assert_int_equal(f->problems->len, 5);
}

static void test_exposed(void **state)
{
	static const struct {
		unsigned mode;
		bool exposed;
	} modes[] = {{0600, false}, {0400, false}, {0711, false},
		     {0640, true},  {0604, true},  {0620, true}};
	struct fixture *f = *state;
	g_autofree char *path = write_file(f->dir, "x.conf", "[a]\n");

	for (unsigned i = 0; i < G_N_ELEMENTS(modes); i++) {
		assert_int_equal(g_chmod(path, modes[i].mode), 0);
		load_path(f, path);
		assert_int_equal(keyfile_is_exposed(f->file), modes[i].exposed);
	}
}

/* --- writing ------------------------------------------------------------------------------ */

static void test_save_keeps(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = write_file(f->dir, "x.conf",
					   "# top\n[a]\n  # about one\n one = 1\nunknown=\\s x\n\n"
					   "# about b\n[b]\ntwo=2\n\n\n# end");

	load_path(f, path);
	assert_true(keyfile_set(f->file, "a", "one", " new; # value", NULL));
	assert_true(keyfile_set(f->file, "a", "three", "3", NULL));
	assert_true(keyfile_set(f->file, "b", "two", NULL, NULL));
	assert_true(keyfile_set(f->file, "c", "four", "a\nb\\", NULL));
	assert_file(path,
		    "# top\n[a]\n  # about one\none=\\snew; # value\nunknown=\\s x\nthree=3\n\n"
		    "# about b\n[b]\n\n\n# end\n\n[c]\nfour=a\\nb\\\\\n");
	load_path(f, path);
	assert_value(f, "a", "one", " new; # value");
	assert_value(f, "a", "unknown", "  x");
	assert_value(f, "c", "four", "a\nb\\");
	assert_int_equal(f->problems->len, 0);
}

static void test_save_windows(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = write_file(f->dir, "x.conf", "\xef\xbb\xbf[a]\r\none=1");

	load_path(f, path);
	assert_true(keyfile_set(f->file, "a", "two", "2", NULL));
	assert_true(keyfile_set(f->file, "a", "one", NULL, NULL));
	assert_true(keyfile_set(f->file, "b", "two", "2", NULL));
	assert_file(path, "\xef\xbb\xbf[a]\r\ntwo=2\r\n\r\n[b]\r\ntwo=2\r\n");
}

static void test_remove_group(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = write_file(
		f->dir, "x.conf", "[a]\none=1\n\n[b]\ntwo=2\n# in b\nthree=3\n\n# c\n[c]\n");

	load_path(f, path);
	keyfile_remove_group(f->file, "b");
	keyfile_remove_group(f->file, "none");
	assert_true(keyfile_save(f->file, NULL));
	assert_file(path, "[a]\none=1\n\n# c\n[c]\n");
	keyfile_remove_group(f->file, "a");
	keyfile_remove_group(f->file, "c");
	assert_true(keyfile_save(f->file, NULL));
	assert_file(path, "# c\n");
}

static void test_save_private(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = g_build_filename(f->dir, "a", "b", "x.conf", NULL);
	g_autofree char *dir = g_path_get_dirname(path);
	mode_t before = umask(0);

	load_path(f, path);
	assert_true(keyfile_set(f->file, "a", "one", "1", NULL));
	umask(before);
	assert_int_equal(file_mode(path), 0600);
	assert_int_equal(file_mode(dir), 0700);
	assert_int_equal(g_chmod(path, 0644), 0);
	load_path(f, path);
	assert_true(keyfile_set(f->file, "a", "one", "2", NULL));
	assert_int_equal(file_mode(path), 0600);
}

static void test_save_through_link(void **state)
{
	struct fixture *f = *state;
	g_autofree char *dots = g_build_filename(f->dir, "dots", NULL);
	g_autofree char *link = g_build_filename(f->dir, "x.conf", NULL);

	assert_int_equal(g_mkdir(dots, 0700), 0);
	g_autofree char *target = write_file(dots, "real.conf", "[a]\none=1\n");

	assert_int_equal(symlink("dots/real.conf", link), 0);
	load_path(f, link);
	assert_true(keyfile_set(f->file, "a", "one", "2", NULL));
	assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
	assert_file(target, "[a]\none=2\n");
}

static void test_save_dangling_link(void **state)
{
	struct fixture *f = *state;
	g_autofree char *link = g_build_filename(f->dir, "x.conf", NULL);

	assert_int_equal(symlink("nowhere/real.conf", link), 0);
	load_path(f, link);
	assert_refused(f, "No such file");
	assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
}

static void test_save_impossible(void **state)
{
	struct fixture *f = *state;
	g_autofree char *parent = write_file(f->dir, "parent", "");
	g_autofree char *path = g_build_filename(parent, "x.conf", NULL);
	g_autoptr(GError) error = NULL;

	load_path(f, "/dev/null");
	assert_refused(f, "Invalid argument");
	load_path(f, path);
	assert_false(keyfile_set(f->file, "a", "one", "1", &error));
	assert_non_null(strstr(error->message, "cannot "));
	g_clear_error(&error);
	load(f, "[a]\n");
	assert_false(keyfile_set(f->file, "a", "one", "\xff", &error));
	assert_non_null(strstr(error->message, "not UTF-8"));
}

static void test_no_leftovers(void **state)
{
	struct fixture *f = *state;
	GDir *dir;
	int count = 0;

	load(f, "[a]\n");
	assert_true(keyfile_set(f->file, "a", "one", "1", NULL));
	dir = g_dir_open(f->dir, 0, NULL);
	while (g_dir_read_name(dir))
		count++;
	g_dir_close(dir);
	assert_int_equal(count, 1);
}

/* --- paths -------------------------------------------------------------------------------- */

static void test_paths(void **state)
{
	g_autofree char *relative = NULL, *absolute = NULL, *unset = NULL;
	g_autofree char *home = g_build_filename(g_get_home_dir(), ".config/pheme/a", NULL);
	g_autofree char *data = g_build_filename(g_get_home_dir(), ".local/share/pheme", NULL);

	g_setenv("XDG_CONFIG_HOME", "relative", TRUE);
	relative = paths_file(PATHS_CONFIG, "a");
	assert_string_equal(relative, home);
	g_setenv("XDG_CONFIG_HOME", "/somewhere", TRUE);
	absolute = paths_file(PATHS_CONFIG, "a");
	assert_string_equal(absolute, "/somewhere/pheme/a");
	g_unsetenv("XDG_DATA_HOME");
	unset = paths_file(PATHS_DATA, NULL);
	assert_string_equal(unset, data);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/keyfile/" name, function, setup, teardown, NULL                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("missing", test_missing),
		TEST("values", test_values),
		TEST("broken-lines", test_broken_lines),
		TEST("repeated", test_repeated),
		TEST("windows-file", test_windows_file),
		TEST("not-text", test_not_text),
		TEST("encoding", test_encoding),
		TEST("many-broken", test_many_broken),
		TEST("bad-escape", test_bad_escape),
		TEST("odd-files", test_odd_files),
		TEST("exposed", test_exposed),
		TEST("save-keeps", test_save_keeps),
		TEST("save-windows", test_save_windows),
		TEST("remove-group", test_remove_group),
		TEST("save-private", test_save_private),
		TEST("save-through-link", test_save_through_link),
		TEST("save-dangling-link", test_save_dangling_link),
		TEST("save-impossible", test_save_impossible),
		TEST("no-leftovers", test_no_leftovers),
		TEST("paths", test_paths),
	};

	return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
