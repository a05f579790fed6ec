/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Texts made from the table: usage lines, /help, the man page's section. */

#include <string.h>

#include "cmd.h"

char *command_usage(const struct command *command)
{
	GString *text = g_string_new("/");

	g_string_append(text, command->name);
	usage_append(text, command->usage, "…");
	return g_string_free(text, FALSE);
}

static void append_aliases(GString *text, const struct command *command)
{
	g_auto(GStrv) aliases = NULL;

	if (!command->aliases)
		return;
	aliases = g_strsplit(command->aliases, " ", -1);
	g_string_append(text, "\nAlso: ");
	for (unsigned i = 0; aliases[i]; i++)
		g_string_append_printf(text, "%s/%s", i ? ", " : "", aliases[i]);
	g_string_append_c(text, '\n');
}

/* The table's line ends are those of its source: whoever shows a paragraph wraps it. Lines
 * that begin with a blank stand as they are. */
static void append_flowed(GString *text, const char *help)
{
	for (; *help; help++) {
		bool joins = *help == '\n' && help[1] && !strchr("\n ", help[1]) && text->len &&
			     text->str[text->len - 1] != '\n';

		g_string_append_c(text, joins ? ' ' : *help);
	}
	g_string_append_c(text, '\n');
}

char *command_help_text(const struct command *command)
{
	GString *text = g_string_new(NULL);
	g_autofree char *usage = command_usage(command);

	g_string_append_printf(text, "%s\n%s\n\n", usage, command->summary);
	append_flowed(text, command->help);
	for (const struct command *sub = command->subcommands; sub && sub->name; sub++) {
		g_autofree char *line = command_usage(sub);

		g_string_append_printf(text, "%s%s\n    %s\n",
				       sub == command->subcommands ? "\n" : "", line, sub->summary);
	}
	append_aliases(text, command);
	return g_string_free(text, FALSE);
}

/* Text in troff: a backslash and a hyphen have meanings there, a point or an apostrophe at the
 * begin of a line too. */
static void append_troff(GString *page, const char *text)
{
	bool at_begin = true;

	for (const char *s = text; *s; s++) {
		if (at_begin && (*s == '.' || *s == '\''))
			g_string_append(page, "\\&");
		if (*s == '\\')
			g_string_append(page, "\\e");
		else if (*s == '-')
			g_string_append(page, "\\-");
		else
			g_string_append_c(page, *s);
		at_begin = *s == '\n';
	}
}

char *command_troff(const char *text)
{
	GString *escaped = g_string_new(NULL);

	append_troff(escaped, text);
	return g_string_free(escaped, FALSE);
}

static void append_paragraphs(GString *page, const char *help)
{
	g_auto(GStrv) paragraphs = g_strsplit(help, "\n\n", -1);

	for (char **paragraph = paragraphs; *paragraph; paragraph++) {
		if (paragraph != paragraphs)
			g_string_append(page, ".IP\n");
		append_troff(page, *paragraph);
		g_string_append_c(page, '\n');
	}
}

static void append_man(GString *page, const struct command *command)
{
	g_autofree char *usage = command_usage(command);

	g_string_append(page, ".TP\n.B ");
	append_troff(page, usage);
	g_string_append_c(page, '\n');
	append_paragraphs(page, command->help);
	if (command->aliases) {
		g_auto(GStrv) aliases = g_strsplit(command->aliases, " ", -1);
		g_autofree char *list = g_strjoinv(", /", aliases);

		g_string_append(page, ".IP\nAlso: /");
		append_troff(page, list);
		g_string_append_c(page, '\n');
	}
	for (const struct command *sub = command->subcommands; sub && sub->name; sub++)
		append_man(page, sub);
}

char *command_man_section(void)
{
	GString *page = g_string_new(NULL);

	for (const struct command *command = command_table; command->name; command++)
		append_man(page, command);
	return g_string_free(page, FALSE);
}
