/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What --help prints, and the OPTIONS section of the man page: both of the tables' rows. */

#include <string.h>

#include "modifiers.h"

#define HELP_COLUMN  30
#define HELP_WIDTH   79
#define USAGE_INDENT 8

static const char *verb_help(const struct command *verb)
{
	return verb->flag_help ? verb->flag_help : verb->help;
}

static char *first_sentence(const char *help)
{
	const char *end = strstr(help, ". ");

	return end ? g_strndup(help, (gsize)(end - help) + 1) : g_strdup(help);
}

/* Words, filled into lines that begin at @indent; the cursor is at @column. */
static void append_filled(GString *text, const char *help, gsize column, int indent)
{
	g_auto(GStrv) words = g_strsplit_set(help, " \n", -1);

	for (char **word = words; *word; word++) {
		if (word != words && column + 1 + strlen(*word) > HELP_WIDTH) {
			g_string_append_printf(text, "\n%*s", indent, "");
			column = (gsize)indent;
		} else if (word != words) {
			g_string_append_c(text, ' ');
			column++;
		}
		g_string_append(text, *word);
		column += strlen(*word);
	}
	g_string_append_c(text, '\n');
}

static void append_help(GString *text, const char *usage, const char *help)
{
	if (strlen(usage) > HELP_COLUMN - 4) {
		g_string_append(text, "  ");
		append_filled(text, usage, 2, USAGE_INDENT);
		g_string_append_printf(text, "%*s", HELP_COLUMN, "");
	} else {
		g_string_append_printf(text, "  %-*s", HELP_COLUMN - 2, usage);
	}
	append_filled(text, help, HELP_COLUMN, HELP_COLUMN);
}

static char *modifier_help(const struct modifier *modifier)
{
	g_auto(GStrv) verbs = NULL;
	g_autofree char *list = NULL;

	if (!modifier->verbs)
		return g_strdup(modifier->help);
	verbs = g_strsplit(modifier->verbs, " ", -1);
	/* Who reads a long list learns nothing. */
	if (g_strv_length(verbs) > 3)
		return g_strdup(modifier->help);
	list = g_strjoinv(", --", verbs);
	return g_strdup_printf("With --%s: %c%s", list, g_ascii_tolower(modifier->help[0]),
			       modifier->help + 1);
}

static void append_verbs(GString *text)
{
	g_autofree const struct command **flags = command_list_flags();

	for (const struct command **flag = flags; *flag; flag++) {
		g_autofree char *usage = command_flag_usage(*flag);
		g_autofree char *help = first_sentence(verb_help(*flag));

		append_help(text, usage, help);
	}
}

static const struct {
	int status;
	const char *words;
} statuses_table[] = {
	{0, "done"},
	{SESSION_ERROR_FAILED, "failed"},
	{SESSION_ERROR_USAGE, "usage"},
	{SESSION_ERROR_NOT_FOUND, "no such account, contact, chat or service"},
	{SESSION_ERROR_NOT_CONNECTED, "not connected"},
	{SESSION_ERROR_REFUSED, "refused or denied"},
	{SESSION_ERROR_NOT_DELIVERED, "not delivered"},
	{SESSION_ERROR_TIMEOUT, "timed out"},
	{130, "interrupted"},
};

static char *list_statuses(void)
{
	GString *list = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(statuses_table); i++)
		g_string_append_printf(list, "%s%d %s", i ? "; " : "", statuses_table[i].status,
				       statuses_table[i].words);
	return g_string_free(g_string_append_c(list, '.'), FALSE);
}

char *options_help(void)
{
	g_autofree char *statuses = NULL;
	GString *text = g_string_new("Usage: pheme [OPTION]...\n"
				     "An instant messenger for the terminal. Alone it shows its "
				     "screen; or it does\none of these:\n\n");

	append_verbs(text);
	g_string_append(text, "\nThese go with them, or with the screen:\n\n");
	for (const struct modifier *modifier = modifiers; modifier->name; modifier++) {
		g_autofree char *usage = modifier_usage(modifier);
		g_autofree char *help = modifier_help(modifier);

		append_help(text, usage, help);
	}
	g_string_append(text, "\nExit status: ");
	statuses = list_statuses();
	append_filled(text, statuses, strlen("Exit status: "), 0);
	g_string_append(text, "\nman pheme tells more, and /help within pheme.\n");
	return g_string_free(text, FALSE);
}

static void append_man(GString *page, const char *usage, const char *help)
{
	g_autofree char *escaped_usage = command_troff(usage);
	g_autofree char *escaped_help = command_troff(help);

	g_string_append_printf(page, ".TP\n.B %s\n%s\n", escaped_usage, escaped_help);
}

char *options_man_section(void)
{
	GString *page = g_string_new(".SS What it does\n");
	g_autofree const struct command **flags = command_list_flags();

	for (const struct command **flag = flags; *flag; flag++) {
		g_autofree char *usage = command_flag_usage(*flag);

		append_man(page, usage, verb_help(*flag));
	}
	g_string_append(page, ".SS How it does it\n");
	for (const struct modifier *modifier = modifiers; modifier->name; modifier++) {
		g_autofree char *usage = modifier_usage(modifier);
		g_autofree char *help = modifier_help(modifier);

		append_man(page, usage, help);
	}
	return g_string_free(page, FALSE);
}

char *options_man_synopsis(void)
{
	GString *page = g_string_new(".B pheme\n.RI [ OPTION ]...\n");
	g_autofree const struct command **flags = command_list_flags();

	for (const struct command **flag = flags; *flag; flag++) {
		g_autofree char *usage = command_flag_usage(*flag);
		g_autofree char *escaped = command_troff(usage);
		gsize name = strcspn(escaped, " ");

		g_string_append_printf(page, ".br\n.B pheme %.*s\n", (int)name, escaped);
		if (escaped[name])
			g_string_append_printf(page, ".I %s\n", escaped + name + 1);
	}
	return g_string_free(page, FALSE);
}

char *options_man_statuses(void)
{
	GString *page = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(statuses_table); i++)
		g_string_append_printf(page, ".TP\n%d\n%s\n", statuses_table[i].status,
				       statuses_table[i].words);
	return g_string_free(page, FALSE);
}
