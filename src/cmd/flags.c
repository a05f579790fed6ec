/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rows of the table that are flags of the command line. */

#include <string.h>

#include "cmd.h"

static void add_rows(GPtrArray *flags, const struct command *rows)
{
	for (const struct command *row = rows; row && row->name; row++) {
		if (row->flag)
			g_ptr_array_add(flags, (void *)row);
		add_rows(flags, row->subcommands);
	}
}

static int compare_flags(const void *a, const void *b)
{
	return strcmp((*(const struct command *const *)a)->flag,
		      (*(const struct command *const *)b)->flag);
}

const struct command **command_list_flags(void)
{
	GPtrArray *flags = g_ptr_array_new();

	add_rows(flags, command_table);
	add_rows(flags, command_flag_table);
	g_ptr_array_sort(flags, compare_flags);
	g_ptr_array_add(flags, NULL);
	return (const struct command **)g_ptr_array_free(flags, FALSE);
}

static const struct command *find_row(const struct command *rows, const char *flag)
{
	const struct command *found = NULL;

	for (const struct command *row = rows; row && row->name && !found; row++)
		found = !g_strcmp0(row->flag, flag) ? row : find_row(row->subcommands, flag);
	return found;
}

const struct command *command_find_flag(const char *flag)
{
	const struct command *found = find_row(command_table, flag);

	return found ? found : find_row(command_flag_table, flag);
}

const char *command_flag_words(const struct command *command)
{
	return command->flag_usage ? command->flag_usage : command->usage;
}

char *command_flag_value(const struct command *command)
{
	const char *usage = command_flag_words(command);
	struct usage_word word;

	return usage_next(&usage, &word) && !word.optional ? g_strdup(word.name) : NULL;
}

char *command_flag_usage(const struct command *command)
{
	GString *text = g_string_new("--");

	g_string_append(text, command->flag);
	usage_append(text, command_flag_words(command), "...");
	return g_string_free(text, FALSE);
}

char *command_check_args(const struct command *command, char **args)
{
	struct parsed parsed = {0};
	g_autofree char *line = NULL;
	char *problem = parse_args(command_flag_words(command), args, &parsed, &line);

	parsed_clear(&parsed);
	return problem;
}
