/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table is well-formed, and every text that is made from it is there. */

#include "cmd_test.h"

#include "cmd/parse.h"

typedef void (*row_fn)(const struct command *command);

static void each_row(const struct command *table, row_fn fn)
{
	for (const struct command *command = table; command->name; command++) {
		fn(command);
		if (command->subcommands)
			each_row(command->subcommands, fn);
	}
}

static void check_sorted(const struct command *table)
{
	for (const struct command *command = table; command->name && command[1].name; command++)
		assert_true(strcmp(command->name, command[1].name) < 0);
}

static void test_sorted(void **state)
{
	check_sorted(command_table);
	check_sorted(command_find("account")->subcommands);
	check_sorted(command_flag_table);
}

/* What the first issue asks for. */
static void test_complete(void **state)
{
	g_auto(GStrv) names = g_strsplit("help quit account connect disconnect reconnect status "
					 "away msg query say me join part close chat add remove "
					 "rename authorize deny nick topic accept reject names log "
					 "clear set alias debug version",
					 " ", -1);

	for (char **name = names; *name; name++)
		assert_string_equal(command_find(*name)->name, *name);
}

static void check_usage(const struct command *command)
{
	static const char *const kinds[] = {
		"",        "account",  "action",  "alias",   "chat",   "command", "contact",
		"file",    "fileto",   "joined",  "key",     "member", "param",   "protocol",
		"request", "room",     "service", "setting", "status", "target",  "text",
		"theme",   "transfer", "tube",    "tubeto",  "value",  "blocked", "group",
		"ingroup", "report",   "someone", "card",    "option", "person",  NULL,
	};
	const char *usage = command->usage;
	bool optional = false, rest = false;
	struct usage_word word;
	unsigned count = 0;

	assert_non_null(usage);
	while (usage_next(&usage, &word)) {
		assert_false(rest);
		assert_true(word.optional || !optional);
		assert_true(*word.name);
		assert_true(g_strv_contains(kinds, word.kind));
		rest = word.rest;
		optional = word.optional;
		count++;
	}
	assert_true(count < COMMAND_ARGS_MAX);
}

static void test_usages(void **state)
{
	each_row(command_table, check_usage);
}

/* Whether @text holds @words, whatever the line ends of either. */
static bool holds_words(const char *text, const char *words)
{
	g_autofree char *flat_text = g_strdelimit(g_strdup(text), "\n", ' ');
	g_autofree char *flat_words = g_strdelimit(g_strdup(words), "\n", ' ');

	return strstr(flat_text, flat_words) != NULL;
}

static void check_texts(const struct command *command)
{
	g_autofree char *usage = command_usage(command);
	g_autofree char *text = command_help_text(command);

	assert_non_null(command->run);
	assert_true(strlen(command->summary) >= 10 && strlen(command->summary) < 60);
	assert_true(strlen(command->help) > 20);
	assert_false(g_str_has_suffix(command->help, "\n"));
	assert_true(g_str_has_suffix(command->help, "."));
	assert_true(g_str_has_prefix(usage, "/"));
	assert_null(strchr(usage, ':'));
	assert_true(g_str_has_prefix(text, usage));
	assert_true(holds_words(text, command->help));
	for (const char *s = command->help; s; s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL)
		assert_true(g_utf8_strlen(s, (gssize)strcspn(s, "\n")) <= 84);
}

static void test_texts(void **state)
{
	each_row(command_table, check_texts);
}

/* No name or alias is there twice. */
static void test_names_are_unique(void **state)
{
	for (const struct command *command = command_table; command->name; command++) {
		g_auto(GStrv) names = g_strsplit(command->aliases ? command->aliases : "", " ", -1);

		assert_ptr_equal(command_find(command->name), command);
		for (char **name = names; *name; name++)
			assert_ptr_equal(command_find(*name), command);
	}
}

static void test_usage_text(void **state)
{
	g_autofree char *join = command_usage(command_find("join"));
	g_autofree char *msg = command_usage(command_find("msg"));
	g_autofree char *help = command_help_text(command_find("account"));

	assert_string_equal(join, "/join [ROOM] [PASSWORD]");
	assert_string_equal(msg, "/msg NAME TEXT…");
	assert_non_null(strstr(help, "/account remove ACCOUNT\n"));
	assert_non_null(strstr(help, "Also: /accounts\n"));
}

static void check_in_man(const struct command *command)
{
	g_autofree char *section = command_man_section();
	g_autofree char *usage = command_usage(command);
	g_autofree char *troff = command_troff(usage);

	assert_non_null(strstr(section, troff));
}

static void test_man(void **state)
{
	g_autofree char *section = command_man_section();
	g_auto(GStrv) lines = g_strsplit(section, "\n", -1);

	each_row(command_table, check_in_man);
	for (char **line = lines; *line; line++)
		if (**line == '.')
			assert_true(g_str_has_prefix(*line, ".TP") ||
				    g_str_has_prefix(*line, ".B ") ||
				    g_str_has_prefix(*line, ".IP"));
}

static void test_troff(void **state)
{
	g_autofree char *text = command_troff(".a\n'b -c \\d");

	assert_string_equal(text, "\\&.a\n\\&'b \\-c \\ed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/cmd/table_sorted", test_sorted, NULL, NULL, NULL},
		{"/cmd/table_complete", test_complete, NULL, NULL, NULL},
		{"/cmd/table_usages", test_usages, NULL, NULL, NULL},
		{"/cmd/table_texts", test_texts, NULL, NULL, NULL},
		{"/cmd/table_names_are_unique", test_names_are_unique, NULL, NULL, NULL},
		{"/cmd/table_usage_text", test_usage_text, NULL, NULL, NULL},
		{"/cmd/table_man", test_man, NULL, NULL, NULL},
		{"/cmd/table_troff", test_troff, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
