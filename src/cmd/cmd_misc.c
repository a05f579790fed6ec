/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The client itself: /help /quit /set /alias /debug /version. */

#include <string.h>

#include "cmd.h"

/* --- /help -------------------------------------------------------------------------------- */

static void help_setting(struct command_run *run, const struct setting *setting)
{
	command_print(run, "%s: %s", setting->name, setting->help);
	if (setting->type == SETTING_CHOICE)
		command_print(run, "one of %s; %s unless set", setting->choices, setting->fallback);
	else if (setting->type == SETTING_INT)
		command_print(run, "a number from %d to %d; %s unless set", setting->min,
			      setting->max, setting->fallback);
	else
		command_print(run, "\"%s\" unless set", setting->fallback);
}

static void fail_help(struct command_run *run, const char *topic)
{
	const char *nearest = command_nearest(topic);

	if (nearest)
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "there is no help on \"%s\"; did you mean %s?", topic, nearest);
	else
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "there is no help on \"%s\"; /help lists the commands", topic);
}

void cmd_help(struct command_run *run)
{
	const char *topic = command_arg(run, 0), *action = command_arg(run, 1);
	const struct command *command, *sub;
	g_autofree char *text = NULL;
	const char *alias;

	if (!topic) {
		command_front(run)->ops->show_view(command_front(run), VIEW_HELP, NULL);
		return;
	}
	command = command_find(topic + (*topic == '/'));
	sub = command && action ? command_find_sub(command, action) : NULL;
	if (sub || command) {
		text = command_help_text(sub ? sub : command);
		command_print_text(run, text);
		return;
	}
	alias = config_alias(session_config(command_session(run)), topic + (*topic == '/'));
	if (alias)
		command_print(run, "/%s is your alias of %s", topic + (*topic == '/'), alias);
	else if (config_find_setting(topic))
		help_setting(run, config_find_setting(topic));
	else
		fail_help(run, topic);
}

void cmd_quit(struct command_run *run)
{
	command_front(run)->ops->quit(command_front(run), 0);
}

/* --- /set --------------------------------------------------------------------------------- */

static void print_setting(struct command_run *run, const struct setting *setting)
{
	const char *value = config_string(session_config(command_session(run)), setting->name);
	bool changed = g_strcmp0(value, setting->fallback) != 0;
	const char *usual = *setting->fallback ? setting->fallback : "nothing";

	command_print(run, "%s = %s%s%s%s", setting->name, value ? value : "", changed ? "  (" : "",
		      changed ? usual : "", changed ? " unless set)" : "");
}

/* Those whose name contains what was typed: "/set pane" finds ui.pane-width. */
static void print_settings(struct command_run *run, const char *part)
{
	unsigned count = 0;

	for (const struct setting *setting = config_settings; setting->name; setting++) {
		if (part && !strstr(setting->name, part))
			continue;
		print_setting(run, setting);
		count++;
	}
	if (!count)
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no setting \"%s\"", part);
}

/* By its name, or by the last part of it when only one has it. */
static const struct setting *find_setting(const char *name)
{
	const struct setting *found = config_find_setting(name);
	unsigned count = 0;

	if (found)
		return found;
	for (const struct setting *setting = config_settings; setting->name; setting++) {
		const char *dot = strchr(setting->name, '.');

		if (!dot || strcmp(dot + 1, name))
			continue;
		found = setting;
		count++;
	}
	return count == 1 ? found : NULL;
}

static void change_setting(struct command_run *run, const char *name, const char *value)
{
	const struct setting *setting = find_setting(name);
	g_autoptr(GError) error = NULL;

	if (!setting)
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "there is no setting \"%s\", or several are: /set lists them", name);
	else if (config_set(session_config(command_session(run)), setting->name, value, &error))
		print_setting(run, setting);
	else
		command_fail(run, SESSION_ERROR_USAGE, "%s", error->message);
}

void cmd_set(struct command_run *run)
{
	const char *name = command_arg(run, 0), *value = command_rest(run, 1);

	if (name && !strcmp(name, "-default"))
		change_setting(run, value, NULL);
	else if (name && *value)
		change_setting(run, name, strcmp(value, "\"\"") ? value : "");
	else if (name && find_setting(name))
		print_setting(run, find_setting(name));
	else
		print_settings(run, name);
}

/* --- /alias ------------------------------------------------------------------------------- */

static void print_aliases(struct command_run *run)
{
	struct config *config = session_config(command_session(run));
	g_auto(GStrv) names = config_aliases(config);

	for (char **name = names; name && *name; name++)
		command_print(run, "%s = %s", *name, config_alias(config, *name));
	if (!names || !*names)
		command_print(run, "there are no aliases: /alias NAME COMMAND makes one");
}

static void remove_alias(struct command_run *run, const char *name)
{
	struct config *config = session_config(command_session(run));
	g_autoptr(GError) error = NULL;

	if (!config_alias(config, name))
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no alias \"%s\"", name);
	else if (config_set_alias(config, name, NULL, &error))
		command_print(run, "alias %s is removed", name);
	else
		command_fail(run, SESSION_ERROR_FAILED, "%s", error->message);
}

/* Names that could not be typed, or not be kept in a file of keys. */
static bool is_alias_name(const char *name)
{
	for (const char *s = name; *s; s++)
		if (!g_ascii_isalnum(*s) && *s != '-' && *s != '_' && !(*s & 0x80))
			return false;
	return *name && *name != '-';
}

static void make_alias(struct command_run *run, const char *name, const char *value)
{
	struct config *config = session_config(command_session(run));
	g_autoptr(GError) error = NULL;

	if (command_find(name))
		command_fail(run, SESSION_ERROR_USAGE,
			     "/%s is a command; an alias cannot take its place", name);
	else if (!is_alias_name(name))
		command_fail(run, SESSION_ERROR_USAGE,
			     "\"%s\" is no name for an alias: letters, digits, - and _", name);
	else if (config_set_alias(config, name, value, &error))
		command_print(run, "%s = %s", name, value);
	else
		command_fail(run, SESSION_ERROR_FAILED, "%s", error->message);
}

void cmd_alias(struct command_run *run)
{
	struct config *config = session_config(command_session(run));
	const char *name = command_arg(run, 0), *value = command_rest(run, 1);

	if (name && *name == '/')
		name++;
	if (!name)
		print_aliases(run);
	else if (!strcmp(name, "-remove"))
		remove_alias(run, value);
	else if (*value)
		make_alias(run, name, value);
	else if (config_alias(config, name))
		command_print(run, "%s = %s", name, config_alias(config, name));
	else
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no alias \"%s\"", name);
}

/* --- /debug /version ---------------------------------------------------------------------- */

void cmd_debug(struct command_run *run)
{
	struct session *session = command_session(run);
	const char *state = command_arg(run, 0);
	const char *path;

	if (state)
		session_set_debug(session, !strcmp(state, "on"));
	path = session_log_path(session);
	command_print(run, "diagnostics are %s, written to %s",
		      session_debug(session) ? "on" : "off", path ? path : "stderr");
}

void cmd_version(struct command_run *run)
{
	command_print(run, "pheme " PHEME_VERSION " (GLib %u.%u.%u)", glib_major_version,
		      glib_minor_version, glib_micro_version);
}
