/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Makes a man page of its template: a line "@NAME@" is replaced by what the program's own tables
 * say, so that page and program cannot disagree. Runs while pheme is built and is not installed.
 *
 *     mangen TEMPLATE >PAGE
 */

#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cmd/command.h"
#include "store/config.h"
#include "ui/keys.h"

static char *version(void)
{
	return g_strdup(".TH PHEME 1 \"\" \"pheme " PHEME_VERSION "\" \"User Commands\"\n");
}

static void append_item(GString *page, const char *name, const char *note, const char *text)
{
	g_autofree char *troff_name = command_troff(name);
	g_autofree char *troff_note = command_troff(note);
	g_autofree char *troff_text = command_troff(text);

	g_string_append_printf(page, ".TP\n\\fB%s\\fR  %s\n%s\n", troff_name, troff_note,
			       troff_text);
}

static char *keys(void)
{
	GString *page = g_string_new(NULL);

	for (unsigned i = 0; i < ACTION_COUNT; i++)
		append_item(page, keys_table[i].shown, keys_table[i].function, keys_table[i].help);
	return g_string_free(page, FALSE);
}

static char *describe_values(const struct setting *setting)
{
	switch (setting->type) {
	case SETTING_BOOL:
		return g_strdup("true or false");
	case SETTING_INT:
		return g_strdup_printf("%d to %d", setting->min, setting->max);
	case SETTING_CHOICE:
		return g_strdelimit(g_strdup(setting->choices), "|", '/');
	case SETTING_STRING:
		return g_strdup("text");
	}
	return g_strdup("");
}

static char *settings(void)
{
	GString *page = g_string_new(NULL);

	for (const struct setting *setting = config_settings; setting->name; setting++) {
		g_autofree char *values = describe_values(setting);
		g_autofree char *note =
			g_strdup_printf("(%s; %s unless set)", values,
					*setting->fallback ? setting->fallback : "empty");
		g_autofree char *text = g_strdup_printf("%c%s.", g_ascii_toupper(setting->help[0]),
							setting->help + 1);

		append_item(page, setting->name, note, text);
	}
	return g_string_free(page, FALSE);
}

static const struct {
	const char *name;
	char *(*make)(void);
} sections[] = {
	{"@COMMANDS@", command_man_section},
	{"@KEYS@", keys},
	{"@OPTIONS@", options_man_section},
	{"@STATUSES@", options_man_statuses},
	{"@SYNOPSIS@", options_man_synopsis},
	{"@SETTINGS@", settings},
	{"@TITLE@", version},
};

static bool print_line(const char *line)
{
	if (*line != '@') {
		puts(line);
		return true;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
		g_autofree char *section = NULL;

		if (strcmp(sections[i].name, line))
			continue;
		section = sections[i].make();
		fputs(section, stdout);
		return true;
	}
	fprintf(stderr, "mangen: there is no section %s\n", line);
	return false;
}

int main(int argc, char **argv)
{
	g_autofree char *template = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) lines = NULL;
	bool good = true;

	if (argc != 2 || !g_file_get_contents(argv[1], &template, NULL, &error)) {
		fprintf(stderr, "mangen: %s\n", error ? error->message : "usage: mangen TEMPLATE");
		return 2;
	}
	lines = g_strsplit(g_strchomp(template), "\n", -1);
	for (char **line = lines; *line; line++)
		good = print_line(*line) && good;
	return good && !fflush(stdout) ? 0 : 1;
}
