/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a line that is typed, and as a command for a program: taken apart without harm,
 * and words that are quoted are read as they were. */

#include <string.h>

#include "cmd/parse.h"
#include "relay/argv.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_words(const char *text)
{
	g_auto(GStrv) words = word_split(text, NULL);
	g_auto(GStrv) again = NULL;
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	for (char **word = words; word && *word; word++) {
		g_autofree char *quoted = word_quote(*word);

		g_string_append_printf(line, "%s ", quoted);
	}
	again = word_split(line->str, &error);
	g_assert_no_error(error);
	g_assert_true(!words ||
		      g_strv_equal((const char *const *)words, (const char *const *)again));
}

static void check_command(const char *text)
{
	g_autofree char *line = g_strconcat("/", text, NULL), *problem = NULL;
	struct parsed parsed;

	problem = command_parse(line, &parsed);
	g_assert_true(problem || parsed.command || !parsed.count);
	for (unsigned i = 0; !problem && i < parsed.count; i++)
		g_assert_true(!parsed.raw[i] ||
			      (parsed.raw[i] >= line && parsed.raw[i] <= line + strlen(line)));
	parsed_clear(&parsed);
}

/* What others said chooses neither a program nor a number of words. */
static void check_argv(const char *text)
{
	const struct argv_values values[] = {
		{.host = "h", .port = "1", .path = "p", .service = "s \"x", .contact = "$(c) 'd"},
		{.host = "h", .port = "1", .path = "p", .service = "y", .contact = "z"},
	};
	g_auto(GStrv) words = argv_parse(text, NULL), one = NULL, other = NULL;

	if (!words)
		return;
	one = argv_fill(words, &values[0], NULL);
	other = argv_fill(words, &values[1], NULL);
	if (!one || !other)
		return;
	g_assert_cmpuint(g_strv_length(one), ==, g_strv_length(words));
	g_assert_cmpstr(one[0], ==, other[0]);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);

	check_words(text);
	check_command(text);
	check_argv(text);
	return 0;
}
