/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modifiers.h"

#include <string.h>

#include "../cmd/usage.h"

#define FIELD(field) G_STRUCT_OFFSET(struct options, field)

const struct modifier modifiers[] = {
	{"account", 'a', MODIFIER_TEXT, "NAME:account", NULL, FIELD(account), 0,
	 "Use only this account of accounts.conf."},
	{"bus", 0, MODIFIER_TEXT, "ADDRESS", NULL, FIELD(bus), 0,
	 "Use the session bus at this D-Bus address, whatever the environment says."},
	{"color", 0, MODIFIER_TEXT, "auto|always|never", "join list reply-with watch",
	 FIELD(task.options.color), 0,
	 "Colour what is printed: auto, the default, does so on a terminal unless NO_COLOR is "
	 "set."},
	{"config", 'c', MODIFIER_TEXT, "FILE:file", NULL, FIELD(config), 0,
	 "Read settings from FILE instead of $XDG_CONFIG_HOME/pheme/pheme.conf."},
	{"count", 0, MODIFIER_NUMBER, "N",
	 "file-receive log log-export log-search reply-with tube-accept watch",
	 FIELD(task.options.count), 0,
	 "End after N messages, with --file-receive after N files, with --tube-accept after N "
	 "tubes, "
	 "which are accepted one after the other; with --log and --log-export: the last N."},
	{"debug", 0, MODIFIER_OPTIONAL, "FILE:file", NULL, FIELD(debug_path), FIELD(debug),
	 "Write diagnostics to pheme.log, or to FILE. They never hold the text of a message or a "
	 "password."},
	{"direct", 0, MODIFIER_TRUE, NULL, "tube-accept", FIELD(task.options.direct), 0,
	 "Print the address of the connection manager's own socket instead of one of pheme's."},
	{"exec", 0, MODIFIER_TEXT, "CMD:program", "tube-accept", FIELD(task.options.exec), 0,
	 "Start CMD for the tube, with {host}, {port}, {path}, {service} and {contact} filled in. "
	 "It is split as a shell would and run without one, with the terminal, or the input and "
	 "output, that pheme has; the tube ends with it. connect:TARGET "
	 "makes one connection to a server here instead: connect:localhost:22 for ssh."},
	{"from-start", 0, MODIFIER_TRUE, NULL, "watch", FIELD(task.options.from_start), 0,
	 "Print what nobody has read first, and count what is printed as read."},
	{"help", 'h', MODIFIER_TRUE, NULL, NULL, FIELD(help), 0, "Print this and end."},
	{"json", 0, MODIFIER_TRUE, NULL, "list log log-export log-search status watch",
	 FIELD(task.options.json), 0, "Print one JSON object a line."},
	{"lines", 0, MODIFIER_TRUE, NULL, "send", FIELD(task.options.lines), 0,
	 "Send each line of standard input as a message, as they come."},
	{"listen", 0, MODIFIER_TEXT, "ADDR", "tube-accept", FIELD(task.options.listen), 0,
	 "Let programs connect to ADDR (PORT, HOST:PORT, unix:PATH) instead of any free port."},
	{"no-autostart", 0, MODIFIER_TRUE, NULL, NULL, FIELD(no_autostart), 0,
	 "Start neither a session bus nor a connection manager."},
	{"null", '0', MODIFIER_TRUE, NULL, "list log log-export log-search",
	 FIELD(task.options.null), 0,
	 "End each item with a NUL byte instead of a line end, for xargs -0."},
	{"once", 0, MODIFIER_TRUE, NULL, "file-receive reply-with tube-accept watch",
	 FIELD(task.options.once), 0, "The same as --count 1."},
	{"password-command", 0, MODIFIER_TEXT, "CMD:program", "account-add account-set",
	 FIELD(task.options.password_command), 0,
	 "Ask this program for the password whenever the account connects: its first line."},
	{"password-stdin", 0, MODIFIER_TRUE, NULL, "account-add account-set",
	 FIELD(task.options.password_stdin), 0,
	 "Read the password from the first line of standard input and keep it in accounts.conf."},
	{"quiet", 'q', MODIFIER_TRUE, NULL, NULL, FIELD(task.options.quiet), 0,
	 "Print nothing but what was asked for, and what went wrong."},
	{"reply-lines", 0, MODIFIER_TRUE, NULL, "reply-with", FIELD(task.options.reply_lines), 0,
	 "Send each line that CMD prints as a message of its own, 100 at most."},
	{"stdio", 0, MODIFIER_TRUE, NULL, "tube-accept", FIELD(task.options.stdio), 0,
	 "Connect once, with standard input and output."},
	{"timeout", 0, MODIFIER_NUMBER, "SECONDS",
	 "account-add account-disable account-enable account-remove account-set file-receive "
	 "file-send join list log log-export log-search reply-with run send status tube-accept "
	 "tube-offer watch",
	 FIELD(task.options.timeout), 0,
	 "Give up with status 124 when what was asked for is not done, or a tube or a file not "
	 "under "
	 "way, after SECONDS, connecting included. 30 unless told, for what is done once; tubes, "
	 "files and --watch wait for ever."},
	{"version", 'V', MODIFIER_TRUE, NULL, NULL, FIELD(version), 0,
	 "Print the version and end."},
	{"wait", 0, MODIFIER_TEXT, "sent|delivered", "send", FIELD(task.options.wait), 0,
	 "End when the network has taken the message (sent, the default), or when the other side "
	 "has confirmed that it arrived. Where the connection manager tells that it never reports "
	 "that (as haze and idle do) a line says so at once; the message is sent all the same, and "
	 "the end comes with --timeout and status 124, or with 6 when it is reported lost."},
	{NULL},
};

const struct modifier *modifier_find(const char *given)
{
	for (const struct modifier *modifier = modifiers; modifier->name; modifier++) {
		if (g_str_has_prefix(given, "--") && !strcmp(given + 2, modifier->name))
			return modifier;
		if (modifier->letter && given[0] == '-' && given[1] == modifier->letter &&
		    !given[2])
			return modifier;
	}
	return NULL;
}

char *modifier_usage(const struct modifier *modifier)
{
	g_autofree char *name = modifier->argument ? usage_word_name(modifier->argument) : NULL;
	GString *usage = g_string_new(NULL);

	if (modifier->letter)
		g_string_append_printf(usage, "-%c%s%s, ", modifier->letter, name ? " " : "",
				       name ? name : "");
	g_string_append_printf(usage, "--%s", modifier->name);
	if (name && modifier->type == MODIFIER_OPTIONAL)
		g_string_append_printf(usage, "[=%s]", name);
	else if (name)
		g_string_append_printf(usage, " %s", name);
	return g_string_free(usage, FALSE);
}

/* --- values ------------------------------------------------------------------------------- */

static char *set_text(const struct modifier *modifier, char **field, const char *value)
{
	g_autofree char *choices = usage_word_choices(modifier->argument);

	if (choices && !usage_has_choice(choices, value))
		return g_strdup_printf("\"%s\" is none of %s", value, choices);
	g_free(*field);
	*field = g_strdup(value);
	return NULL;
}

static char *set_number(unsigned *field, const char *value)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(value, 10, 1, G_MAXINT / 1000, &number, NULL))
		return g_strdup_printf("\"%s\" is no number above 0", value);
	*field = (unsigned)number;
	return NULL;
}

char *modifier_set(const struct modifier *modifier, struct options *options, const char *value)
{
	void *field = G_STRUCT_MEMBER_P(options, modifier->offset);

	switch (modifier->type) {
	case MODIFIER_TRUE:
		*(bool *)field = true;
		return NULL;
	case MODIFIER_OPTIONAL:
		G_STRUCT_MEMBER(bool, options, modifier->is_given) = true;
		return value ? set_text(modifier, field, value) : NULL;
	case MODIFIER_TEXT:
		return set_text(modifier, field, value);
	case MODIFIER_NUMBER:
		return set_number(field, value);
	}
	return NULL;
}

/* --- places ------------------------------------------------------------------------------- */

bool modifier_goes_with(const struct modifier *modifier, const struct command *verb)
{
	g_auto(GStrv) verbs = NULL;

	if (!modifier->verbs)
		return true;
	verbs = g_strsplit(modifier->verbs, " ", -1);
	return verb && g_strv_contains((const char *const *)verbs, verb->flag);
}

char *modifier_misplaced(const struct modifier *modifier)
{
	g_auto(GStrv) verbs = g_strsplit(modifier->verbs, " ", -1);
	g_autofree char *list = g_strjoinv(", --", verbs);

	return g_strdup_printf("--%s goes with --%s", modifier->name, list);
}
