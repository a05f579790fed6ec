/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table of settings: the only place where a setting exists. */

#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "keyfile.h"

/* Sorted by name: config_find_setting() searches it. */
const struct setting config_settings[] = {
	{"chat.restore", SETTING_BOOL, "true", .help = "open the chats of last time at start"},
	{"chat.send-typing", SETTING_BOOL, "true",
	 .help = "let the other side see that you are typing"},
	{"file.directory", SETTING_STRING, "",
	 .help = "where files are put that others send; empty: the desktop's downloads directory"},
	{"notify.bell", SETTING_CHOICE, "mention", .choices = "off|mention|all",
	 .help = "ring the terminal's bell for what contacts write and for mentions, or for all"},
	{"notify.bell-interval-ms", SETTING_INT, "1000", 0, 3600000,
	 .help = "shortest time between two bells, in milliseconds"},
	{"notify.command", SETTING_STRING, "",
	 .help = "a program that is started for what makes a noise, with PHEME_CHAT, PHEME_SENDER, "
		 "PHEME_TEXT and so on in its environment"},
	{"notify.command-for", SETTING_CHOICE, "mention", .choices = "mention|all",
	 .help = "start notify.command and show notifications for what contacts write and for "
		 "mentions, or for all"},
	{"notify.desktop", SETTING_BOOL, "true",
	 .help = "show notifications of the desktop, where a service for them is on the bus"},
	{"notify.osc", SETTING_CHOICE, "off", .choices = "off|9|777|99",
	 .help = "have the terminal show notifications, by the escape sequence that it knows; tmux "
		 "lets them through with allow-passthrough on"},
	{"tube.offer-seconds", SETTING_INT, "0", 0, 86400,
	 .help = "close a tube that you offer when nobody took it for so long; 0: never"},
	{"ui.date-format", SETTING_STRING, "%a %d %b %Y",
	 .help = "how the line between two days is written, as in date(1)"},
	{"ui.join-part", SETTING_BOOL, "true", .help = "show who joins and leaves a room"},
	{"ui.member-width", SETTING_INT, "18", 8, 60,
	 .help = "columns of the list of a room's members"},
	{"ui.mouse", SETTING_BOOL, "false",
	 .help = "let clicks select and the wheel scroll; with Shift they stay the terminal's"},
	{"ui.pane", SETTING_BOOL, "true", .help = "show the pane with the contacts"},
	{"ui.pane-width", SETTING_INT, "19", 8, 80, .help = "columns of the pane"},
	{"ui.paste-confirm-lines", SETTING_INT, "2", 0, 10000,
	 .help = "ask before a paste of more lines than this is sent; 0 asks always"},
	{"ui.show-offline", SETTING_BOOL, "true", .help = "list contacts that are offline"},
	{"ui.theme", SETTING_STRING, "default", .help = "name of a theme"},
	{"ui.time-format", SETTING_STRING, "%H:%M",
	 .help = "how the time before a message is written, as in date(1)"},
	{"url.command", SETTING_STRING, "",
	 .help = "the program that /url opens addresses with; empty: $BROWSER, else xdg-open"},
	{NULL},
};

static int compare(const void *name, const void *setting)
{
	return strcmp(name, ((const struct setting *)setting)->name);
}

const struct setting *config_find_setting(const char *name)
{
	return bsearch(name, config_settings, G_N_ELEMENTS(config_settings) - 1,
		       sizeof(config_settings[0]), compare);
}

/* --- values ------------------------------------------------------------------------------- */

static bool refuse(GError **error, const struct setting *setting, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static bool refuse(GError **error, const struct setting *setting, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list list;

	va_start(list, format);
	text = g_strdup_vprintf(format, list);
	va_end(list);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "cannot set %s: %s",
		    setting->name, text);
	return false;
}

/* A format goes to the screen before every message: it must be short and one line. */
static bool check_format(const struct setting *setting, const char *value, GError **error)
{
	g_autoptr(GDateTime) sample = g_date_time_new_utc(2026, 11, 22, 14, 1, 0);
	g_autofree char *shown =
		g_utf8_strlen(value, -1) <= 64 ? g_date_time_format(sample, value) : NULL;

	if (!shown || g_utf8_strlen(shown, -1) > 64)
		return refuse(error, setting, "not a format of date(1) of 64 characters at most");
	for (const char *c = shown; *c; c = g_utf8_next_char(c))
		if (!g_unichar_isprint(g_utf8_get_char(c)))
			return refuse(error, setting, "it would give more than one plain line");
	return true;
}

static bool check_string(const struct setting *setting, const char *value, GError **error)
{
	if (!g_utf8_validate(value, -1, NULL))
		return refuse(error, setting, "not UTF-8");
	for (const char *c = value; *c; c++)
		if (g_ascii_iscntrl(*c))
			return refuse(error, setting, "it holds a control character");
	return !g_str_has_suffix(setting->name, "-format") || check_format(setting, value, error);
}

static bool check_choice(const struct setting *setting, const char *value, GError **error)
{
	g_auto(GStrv) choices = g_strsplit(setting->choices, "|", -1);

	return g_strv_contains((const char *const *)choices, value) ||
	       refuse(error, setting, "one of %s is expected", setting->choices);
}

static char *normal_int(const struct setting *setting, const char *value, GError **error)
{
	gint64 number;

	if (!g_ascii_string_to_signed(value, 10, setting->min, setting->max, &number, NULL)) {
		refuse(error, setting, "a number from %d to %d is expected", setting->min,
		       setting->max);
		return NULL;
	}
	return g_strdup_printf("%d", (int)number);
}

static char *normal_bool(const struct setting *setting, const char *value, GError **error)
{
	bool on;

	if (!keyfile_parse_bool(value, &on)) {
		refuse(error, setting, "true or false is expected");
		return NULL;
	}
	return g_strdup(on ? "true" : "false");
}

char *setting_check(const struct setting *setting, const char *value, GError **error)
{
	g_autofree char *text = g_strchomp(g_strdup(value));

	switch (setting->type) {
	case SETTING_STRING:
		return check_string(setting, text, error) ? g_steal_pointer(&text) : NULL;
	case SETTING_BOOL:
		return normal_bool(setting, text, error);
	case SETTING_INT:
		return normal_int(setting, text, error);
	case SETTING_CHOICE:
		return check_choice(setting, text, error) ? g_steal_pointer(&text) : NULL;
	}
	g_assert_not_reached();
}
