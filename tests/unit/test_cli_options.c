/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The options of the command line: what is understood, and how mistakes end. */

#include "cmd_test.h"

#include "capture.h"
#include "cli/options.h"

struct result {
	struct options options;
	struct capture capture;
	bool go;
	int status;
};

static void parse(struct result *result, const char *line)
{
	g_auto(GStrv) args = NULL;
	int argc;

	assert_true(g_shell_parse_argv(line, &argc, &args, NULL));
	capture_begin(&result->capture);
	result->go = options_parse(&result->options, argc, args, &result->status);
	capture_end(&result->capture);
}

static void result_clear(struct result *result)
{
	options_clear(&result->options);
	capture_clear(&result->capture);
}

static void test_values(void **state)
{
	struct result result;

	parse(&result, "pheme -a work --config=x.conf --bus unix:path=/b --run '/msg a b' "
		       "--run /quit --debug");
	assert_true(result.go);
	assert_string_equal(result.options.account, "work");
	assert_string_equal(result.options.config, "x.conf");
	assert_string_equal(result.options.bus, "unix:path=/b");
	assert_string_equal(result.options.task.verb->flag, "run");
	assert_string_equal(result.options.task.args[0], "/msg a b");
	assert_string_equal(result.options.task.args[1], "/quit");
	assert_null(result.options.task.args[2]);
	assert_true(result.options.debug);
	assert_null(result.options.debug_path);
	assert_string_equal(result.capture.out, "");
	assert_string_equal(result.capture.err, "");
	result_clear(&result);
}

static void test_files(void **state)
{
	struct result result;

	parse(&result, "pheme --file-send bob 'a b' --timeout 5");
	assert_true(result.go);
	assert_string_equal(result.options.task.verb->flag, "file-send");
	assert_string_equal(result.options.task.args[0], "bob");
	assert_string_equal(result.options.task.args[1], "a b");
	assert_int_equal(result.options.task.options.timeout, 5);
	result_clear(&result);
	parse(&result, "pheme --file-receive dir --count 2");
	assert_true(result.go);
	assert_string_equal(result.options.task.verb->flag, "file-receive");
	assert_string_equal(result.options.task.args[0], "dir");
	assert_int_equal(result.options.task.options.count, 2);
	result_clear(&result);
}

static void test_files_wrong(void **state)
{
	static const char *const lines[] = {
		"pheme --file-send bob",
		"pheme --file-send bob a b",
		"pheme --file-send",
		"pheme --file-send bob a --run /quit",
		"pheme --file-receive d e",
		"pheme --file-receive d --file-send bob a",
		"pheme --count 2",
		"pheme --tube-offer a b c --file-receive d",
		"pheme --file-receive d --count 0",
		"pheme --file-receive d --timeout soon",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct result result;

		parse(&result, lines[i]);
		assert_false(result.go);
		assert_int_equal(result.status, 2);
		assert_non_null(strstr(result.capture.err, "usage: pheme "));
		result_clear(&result);
	}
}

static void test_defaults(void **state)
{
	struct result result;

	parse(&result, "pheme");
	assert_true(result.go);
	assert_int_equal(result.status, 0);
	assert_null(result.options.task.verb);
	assert_null(result.options.account);
	assert_false(result.options.debug);
	result_clear(&result);
	parse(&result, "pheme --debug=d.log -c a -c b");
	assert_string_equal(result.options.debug_path, "d.log");
	assert_string_equal(result.options.config, "b");
	result_clear(&result);
}

static void test_command(void **state)
{
	struct result result;

	parse(&result, "pheme --no-autostart --reply-with 'a \"b  c\" $(f) *'");
	assert_true(result.go);
	assert_true(result.options.no_autostart);
	assert_string_equal(result.options.task.verb->flag, "reply-with");
	assert_string_equal(result.options.task.args[0], "a \"b  c\" $(f) *");
	result_clear(&result);
	parse(&result, "pheme --demo --run /version");
	assert_true(result.options.demo);
	assert_string_equal(result.options.task.verb->flag, "run");
	result_clear(&result);
	parse(&result, "pheme --demo");
	assert_true(result.options.demo);
	assert_null(result.options.task.verb);
	result_clear(&result);
}

/* Bytes that are not of the locale's characters go through as they are. */
static void test_bytes(void **state)
{
	struct result result;

	parse(&result, "pheme --run '/msg bob \xc5\xbc\xff'");
	assert_true(result.go);
	assert_string_equal(result.options.task.args[0], "/msg bob \xc5\xbc\xff");
	result_clear(&result);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *line, *message, *usage;
	} cases[] = {
		{"pheme --config", "--config", "usage: pheme -c FILE, --config FILE\n"},
		{"pheme -a", "-a", "usage: pheme -a NAME, --account NAME\n"},
		{"pheme --run", "--run", "usage: pheme --run LINE\n"},
		{"pheme --confg x", "--confg", "usage: pheme -c FILE, --config FILE\n"},
		{"pheme --xyzzy", "--xyzzy", "usage: pheme [OPTION]..."},
		{"pheme -x", "-x", "usage: pheme [OPTION]..."},
		{"pheme bob", "nothing to do with \"bob\"", "usage: pheme [OPTION]..."},
		{"pheme -- bob", "\"", "usage: pheme [OPTION]..."},
		{"pheme -a '\xff'", "not valid UTF-8", "usage: pheme -a NAME, --account NAME\n"},
		{"pheme --bus '\xc5\xbc'", "no D-Bus address", "usage: pheme --bus ADDRESS\n"},
		{"pheme --reply-with", "--reply-with", "usage: pheme --reply-with CMD [CONTACT]\n"},
		{"pheme --reply-with \"a 'b\"", "quote",
		 "usage: pheme --reply-with CMD [CONTACT]\n"},
		{"pheme --reply-with ' '", "empty", "usage: pheme --reply-with CMD [CONTACT]\n"},
		{"pheme --reply-with cat --run x", "--run",
		 "usage: pheme --reply-with CMD [CONTACT]\n"},
		{"pheme --reply-with cat --demo", "--demo",
		 "usage: pheme --reply-with CMD [CONTACT]\n"},
		{"pheme --demo --bus unix:path=/b", "bus of its own", "usage: pheme --demo\n"},
		{"pheme '\x1b[31m'", "^[[31m", "usage: pheme"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct result result;

		parse(&result, cases[i].line);
		assert_false(result.go);
		assert_int_equal(result.status, 2);
		assert_string_equal(result.capture.out, "");
		if (!strstr(result.capture.err, cases[i].message))
			assert_string_equal(result.capture.err, cases[i].message);
		if (!strstr(result.capture.err, cases[i].usage))
			assert_string_equal(result.capture.err, cases[i].usage);
		assert_null(strchr(result.capture.err, '\x1b'));
		result_clear(&result);
	}
}

static void test_help(void **state)
{
	struct result result;

	parse(&result, "pheme --help");
	assert_false(result.go);
	assert_int_equal(result.status, 0);
	assert_true(g_str_has_prefix(result.capture.out, "Usage: pheme [OPTION]...\n"));
	assert_non_null(strstr(result.capture.out, "  -a NAME, --account NAME"));
	assert_non_null(strstr(result.capture.out, "  --debug[=FILE]"));
	assert_string_equal(result.capture.err, "");
	for (const char *s = result.capture.out; *s; s += strcspn(s, "\n") + 1)
		assert_true(strcspn(s, "\n") < 80);
	result_clear(&result);
	parse(&result, "pheme -V --run x");
	assert_false(result.go);
	assert_int_equal(result.status, 0);
	assert_string_equal(result.capture.out, "pheme " PHEME_VERSION "\n");
	result_clear(&result);
}

static void test_man(void **state)
{
	g_autofree char *section = options_man_section();

	assert_non_null(strstr(section, ".TP\n.B \\-a NAME, \\-\\-account NAME\n"));
	assert_non_null(strstr(section, ".TP\n.B \\-\\-run LINE\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/cli/options_take_values", test_values, NULL, NULL, NULL},
		{"/cli/options_have_defaults", test_defaults, NULL, NULL, NULL},
		{"/cli/options_files", test_files, NULL, NULL, NULL},
		{"/cli/options_files_wrong", test_files_wrong, NULL, NULL, NULL},
		{"/cli/options_have_files", test_files, NULL, NULL, NULL},
		{"/cli/options_have_files_wrong", test_files_wrong, NULL, NULL, NULL},
		{"/cli/options_are_bytes", test_bytes, NULL, NULL, NULL},
		{"/cli/option_with_a_command", test_command, NULL, NULL, NULL},
		{"/cli/wrong_options_tell_their_usage", test_mistakes, NULL, NULL, NULL},
		{"/cli/help_and_version_print_and_end", test_help, NULL, NULL, NULL},
		{"/cli/options_in_the_man_page", test_man, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
