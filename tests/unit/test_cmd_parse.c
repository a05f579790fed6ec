/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lines taken apart: words, options, arity, aliases, near names. */

#include "cmd_test.h"

#include "cmd/parse.h"

static void check_words(const char *line, const char *joined)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) words = word_split(line, &error);
	g_autofree char *got = NULL;

	assert_null(error);
	got = g_strjoinv("|", words);
	assert_string_equal(got, joined);
}

static void test_words(void **state)
{
	check_words("", "");
	check_words("  \t ", "");
	check_words("a b  c ", "a|b|c");
	check_words("\"Dave Miller\" hi", "Dave Miller|hi");
	check_words("'it is' a\\ b", "it is|a b");
	check_words("a\"b c\"d", "ab cd");
	check_words("\"\" x", "|x");
	check_words("\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d");
	check_words("'a\\b'", "a\\b");
	check_words("zażółć „x”", "zażółć|„x”");
}

static void test_unclosed_quotes(void **state)
{
	static const char *const lines[] = {"\"a b", "'a", "a \"", "a\\"};

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(word_split(lines[i], &error));
		assert_int_equal(error->code, SESSION_ERROR_USAGE);
	}
}

/* What is quoted reads back as one word, whatever is in it. */
static void test_quote_round_trip(void **state)
{
	static const char *const names[] = {
		"bob", "Dave Miller", "O'Brien", "a\"b", "\\",   "a\\\"b",
		"",    "-a",          "x\ty",    "\"",   "%s%n", "żółw \\' \"",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *quoted = word_quote(names[i]);
		const char *cursor = quoted;
		char open;
		g_autofree char *word = word_next(&cursor, &open);

		assert_string_equal(word, names[i]);
		assert_int_equal(open, 0);
		assert_string_equal(cursor, "");
	}
}

static void test_usage_words(void **state)
{
	const char *usage = "ROOM:room [on|off] [TEXT:text…]";
	struct usage_word word;

	assert_true(usage_next(&usage, &word));
	assert_string_equal(word.name, "ROOM");
	assert_string_equal(word.kind, "room");
	assert_false(word.optional || word.rest || word.choice);
	assert_true(usage_next(&usage, &word));
	assert_string_equal(word.name, "on|off");
	assert_true(word.optional && word.choice);
	assert_true(usage_next(&usage, &word));
	assert_string_equal(word.name, "TEXT");
	assert_string_equal(word.kind, "text");
	assert_true(word.optional && word.rest);
	assert_false(usage_next(&usage, &word));
}

struct parse_case {
	const char *line;
	const char *problem; /* part of it; NULL: none */
	const char *args;    /* joined by | */
	const char *account;
};

static void check_parse(const struct parse_case *test)
{
	g_autofree char *line = g_strdup(test->line);
	g_autoptr(GString) args = g_string_new(NULL);
	struct parsed parsed;
	g_autofree char *problem = command_parse(line, &parsed);

	assert_non_null(parsed.command);
	for (unsigned i = 0; i < parsed.count; i++)
		g_string_append_printf(args, "%s%s", i ? "|" : "", parsed.args[i]);
	if (test->problem) {
		assert_non_null(problem);
		assert_non_null(strstr(problem, test->problem));
	} else {
		assert_null(problem);
		assert_string_equal(args->str, test->args);
		assert_true(!g_strcmp0(parsed.account, test->account));
	}
	parsed_clear(&parsed);
}

static void test_parse(void **state)
{
	static const struct parse_case cases[] = {
		{"/join #dev", NULL, "#dev"},
		{"/JOIN   #dev   secret  ", NULL, "#dev|secret"},
		{"/join #dev a b", "nothing to do with \"b\""},
		{"/join", NULL, ""},
		{"/join -a work #dev", NULL, "#dev", "work"},
		{"/join -a \"my work\" #dev", NULL, "#dev", "my work"},
		{"/join -a", "-a wants"},
		{"/join -- -a", NULL, "-a"},
		{"/join #dev -a", NULL, "#dev|-a"},
		{"/join \"a b\" 'c d'", NULL, "a b|c d"},
		{"/join \"a b", "not closed"},
		{"/join \"\"", "ROOM must not be empty"},
		{"/msg bob", "TEXT is missing"},
		{"/msg bob   ", "TEXT is missing"},
		{"/msg", "NAME is missing"},
		{"/msg bob  don't \"quote\" \\me ", NULL, "bob|don't \"quote\" \\me "},
		{"/msg bob -a work", NULL, "bob|-a work"},
		{"/msg -a work bob hi", NULL, "bob|hi", "work"},
		{"/msg bob two\nlines", NULL, "bob|two\nlines"},
		{"/msg\nbob\nhi", NULL, "bob|hi"},
		{"/say -a work", NULL, "-a work"},
		{"/me -- waves", NULL, "-- waves"},
		{"/topic -a", NULL, "-a"},
		{"/quit x", "nothing to do"},
		{"/debug on", NULL, "on"},
		{"/debug maybe", "none of on|off"},
		{"/account", NULL, ""},
		{"/account lits", "did you mean /account list?"},
		{"/account xyzzy", "there is no /account xyzzy"},
		{"/account set work server im.example.org", NULL, "work|server|im.example.org"},
		{"/account set -a irc work", NULL, "work", "irc"},
		{"/account add jabber alice port=1 x='a b'", NULL, "jabber|alice|port=1 x='a b'"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		check_parse(&cases[i]);
}

static void test_distance(void **state)
{
	assert_int_equal(command_name_distance("join", "join"), 0);
	assert_int_equal(command_name_distance("jion", "join"), 1);
	assert_int_equal(command_name_distance("jon", "join"), 1);
	assert_int_equal(command_name_distance("", "join"), 4);
	assert_int_equal(command_name_distance("JOIN", "join"), 0);
	assert_int_equal(command_name_distance("kitten", "sitting"), 3);
}

static void test_nearest(void **state)
{
	g_autofree char *huge = g_strnfill(1 << 20, 'j');

	assert_string_equal(command_nearest("jion"), "join");
	assert_string_equal(command_nearest("quti"), "quit");
	assert_string_equal(command_nearest("disc"), "disconnect");
	assert_string_equal(command_nearest("autorize"), "authorize");
	assert_string_equal(command_nearest("leav"), "part");
	assert_null(command_nearest("xyzzy"));
	assert_null(command_nearest(huge));
}

static char *expand(struct fixture *fixture, const char *line)
{
	g_autofree char *problem = NULL;
	char *expanded = alias_expand(fixture->session->config, line, &problem);

	return expanded ? expanded : g_steal_pointer(&problem);
}

static void check_expansion(struct fixture *fixture, const char *value, const char *line,
			    const char *expected)
{
	g_autofree char *expanded = NULL;

	assert_true(config_set_alias(fixture->session->config, "hi", value, NULL));
	expanded = expand(fixture, line);
	assert_string_equal(expanded, expected);
}

static void test_alias(void **state)
{
	struct fixture *fixture = *state;

	check_expansion(fixture, "/msg $1 hello $2-", "/hi bob dear friend",
			"/msg bob hello dear friend");
	check_expansion(fixture, "msg $1 x", "/hi \"Dave Miller\"", "/msg \"Dave Miller\" x");
	check_expansion(fixture, "/say", "/hi  a  b", "/say a  b");
	check_expansion(fixture, "/say $*!", "/hi a  b", "/say a  b!");
	check_expansion(fixture, "/say $$5 $x", "/hi", "/say $5 $x");
	check_expansion(fixture, "/say $$1", "/hi a", "/say $1 a");
	check_expansion(fixture, "/say <$1><$3>", "/hi a b", "/say <a><>");
	check_expansion(fixture, "/say $9-|", "/hi a", "/say |");
	check_expansion(fixture, "/say $", "/hi", "/say $");
	check_expansion(fixture, "/say %s%n", "/hi", "/say %s%n");
	check_expansion(fixture, "/say x", "/join hi", "/join hi");
}

static void test_alias_circle(void **state)
{
	struct fixture *fixture = *state;
	struct config *config = fixture->session->config;
	g_autofree char *problem = NULL;

	assert_true(config_set_alias(config, "a", "/b", NULL));
	assert_true(config_set_alias(config, "b", "/a $*", NULL));
	problem = expand(fixture, "/a x");
	assert_non_null(strstr(problem, "circles"));
}

static void test_alias_growth(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *all = g_strnfill(40, '*'), *value = NULL, *problem = NULL;
	g_auto(GStrv) parts = NULL;
	g_autofree char *text = g_strnfill(60000, 'x'), *line = g_strconcat("/a ", text, NULL);

	for (char *s = all; *s; s++)
		*s = ' ';
	parts = g_strsplit(all, " ", -1);
	value = g_strjoinv("$*", parts);
	g_free(all);
	all = g_strconcat("/b ", value, NULL);
	assert_true(config_set_alias(fixture->session->config, "a", all, NULL));
	problem = expand(fixture, line);
	assert_non_null(strstr(problem, "too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/words_are_quoted_as_in_a_shell", test_words),
		TEST("/cmd/unclosed_quotes_are_errors", test_unclosed_quotes),
		TEST("/cmd/quoted_words_read_back", test_quote_round_trip),
		TEST("/cmd/usage_words", test_usage_words),
		TEST("/cmd/lines_match_their_usage", test_parse),
		TEST("/cmd/distance_counts_edits", test_distance),
		TEST("/cmd/nearest_is_what_was_meant", test_nearest),
		TEST("/cmd/alias_takes_arguments", test_alias),
		TEST("/cmd/alias_circle_ends", test_alias_circle),
		TEST("/cmd/alias_growth_ends", test_alias_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
