/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "../cmd/command.h"
#include "../model/text.h"

enum option {
	OPTION_ACCOUNT,
	OPTION_BUS,
	OPTION_CONFIG,
	OPTION_COUNT_OF,
	OPTION_DEBUG,
	OPTION_DEMO,
	OPTION_DIRECT,
	OPTION_EXEC,
	OPTION_FILE_RECEIVE,
	OPTION_FILE_SEND,
	OPTION_HELP,
	OPTION_LISTEN,
	OPTION_NO_AUTOSTART,
	OPTION_REPLY_WITH,
	OPTION_RUN,
	OPTION_STDIO,
	OPTION_TIMEOUT,
	OPTION_TUBE_ACCEPT,
	OPTION_TUBE_OFFER,
	OPTION_VERSION,
	OPTION_COUNT,
};

static const struct option_row {
	const char *name;
	char letter;
	const char *argument; /* NULL: takes none; "[X]": only as --name=X */
	const char *help;
	unsigned words, most; /* that follow it, at least and at most; argument names them */
} rows[OPTION_COUNT] = {
	[OPTION_ACCOUNT] = {"account", 'a', "NAME", "Use only this account of accounts.conf."},
	[OPTION_BUS] =
		{"bus", 0, "ADDRESS",
		 "Use the session bus at this D-Bus address, whatever the environment says."},
	[OPTION_CONFIG] = {"config", 'c', "FILE",
			   "Read settings from FILE instead of $XDG_CONFIG_HOME/pheme/pheme.conf."},
	[OPTION_COUNT_OF] = {"count", 0, "N",
			     "With --tube-accept: accept N tubes, one after the other, and end. "
			     "With --file-receive: end after N files."},
	[OPTION_DEBUG] = {"debug", 0, "[FILE]",
			  "Write diagnostics to pheme.log, or to FILE. They never hold the text of "
			  "a message or a password."},
	[OPTION_DEMO] = {"demo", 0, NULL,
			 "Try it out: a bus, an account, a history and a parrot to talk to, all "
			 "of their own and gone at the end. Nothing of yours is changed."},
	[OPTION_DIRECT] = {"direct", 0, NULL,
			   "With --tube-accept: print the address of the connection manager's own "
			   "socket instead of one of pheme's."},
	[OPTION_EXEC] = {"exec", 0, "CMD",
			 "With --tube-accept: start CMD for the tube, with {host}, {port}, {path}, "
			 "{service} and {contact} filled in. It is split as a shell would and run "
			 "without one; the tube ends with it. connect:TARGET makes one connection "
			 "to a server here instead: connect:localhost:22 for ssh."},
	[OPTION_FILE_RECEIVE] =
		{"file-receive", 0, "DIR",
		 "Take every file that a contact offers into DIR, print its path when it is whole, "
		 "and go on until --count files or a signal. Nothing is overwritten; what broke "
		 "goes on where it stopped when it is sent again.",
		 1, 1},
	[OPTION_FILE_SEND] = {"file-send", 0, "CONTACT FILE",
			      "Send FILE to CONTACT, as soon as the contact is there and takes "
			      "files, and end when it has arrived.",
			      2, 2},
	[OPTION_HELP] = {"help", 'h', NULL, "Print this and end."},
	[OPTION_LISTEN] = {"listen", 0, "ADDR",
			   "With --tube-accept: let programs connect to ADDR (PORT, HOST:PORT, "
			   "unix:PATH) instead of any free port."},
	[OPTION_NO_AUTOSTART] = {"no-autostart", 0, NULL,
				 "Start neither a session bus nor a connection manager of pheme's "
				 "own."},
	[OPTION_REPLY_WITH] =
		{"reply-with", 0, "CMD",
		 "Stay online without a screen and answer each message of a contact with what CMD "
		 "prints. It is split as a shell would and run without one, with the text on "
		 "its standard input and PHEME_ACCOUNT, PHEME_CHAT and PHEME_SENDER in its "
		 "environment; it may take 30 s and print 64 KiB. Rooms are not answered."},
	[OPTION_RUN] = {"run", 0, "LINE",
			"Run a command (\"/msg bob hello\") without a screen and end. May be given "
			"several times: the lines are run in order, each when the one before it is "
			"done, up to the first that fails. Text without a slash goes to the chat "
			"that /query or /join opened."},
	[OPTION_STDIO] = {"stdio", 0, NULL,
			  "With --tube-accept: connect once, with standard input and output."},
	[OPTION_TIMEOUT] = {"timeout", 0, "SECONDS",
			    "Give up with status 124 when the tube is not open, or no file under "
			    "way, after SECONDS, "
			    "connecting included."},
	[OPTION_TUBE_ACCEPT] = {"tube-accept", 0, "[CONTACT] [SERVICE]",
				"Accept the next tube that CONTACT offers for SERVICE, or anybody "
				"for anything; print where programs reach it, unless --stdio or "
				"--exec is there; end when the tube does.",
				0, 2},
	[OPTION_TUBE_OFFER] = {"tube-offer", 0, "CONTACT|ROOM SERVICE TARGET",
			       "Offer a contact or a room connections to TARGET: PORT, HOST:PORT, "
			       "[IPV6]:PORT, unix:PATH, exec:COMMAND, or - for standard input and "
			       "output, as the ProxyCommand of ssh wants it. Waits for the contact "
			       "to be there; ends when the tube does.",
			       3, 3},
	[OPTION_VERSION] = {"version", 'V', NULL, "Print the version and end."},
};

/* --- parsing ------------------------------------------------------------------------------ */

struct parsing {
	struct options *options;
	GPtrArray *run;
	bool help, version, bad_number;
	char *reply_with;
};

static enum option find_option(const char *given)
{
	for (enum option i = 0; i < OPTION_COUNT; i++) {
		if (!strncmp(given, "--", 2) && !strcmp(given + 2, rows[i].name))
			return i;
		if (given[1] == rows[i].letter && !given[2])
			return i;
	}
	return OPTION_COUNT;
}

static void replace(char **string, const char *value)
{
	g_free(*string);
	*string = g_strdup(value);
}

static void take_number(struct parsing *parsing, unsigned *number, const char *text)
{
	guint64 value = 0;

	parsing->bad_number |=
		!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT / 1000, &value, NULL);
	*number = (unsigned)value;
}

static gboolean on_option(const gchar *given, const gchar *value, gpointer data, GError **error)
{
	struct parsing *parsing = data;
	struct options *options = parsing->options;

	switch (find_option(given)) {
	case OPTION_ACCOUNT:
		replace(&options->account, value);
		break;
	case OPTION_BUS:
		replace(&options->bus, value);
		break;
	case OPTION_COUNT_OF:
		take_number(parsing, &options->count, value);
		break;
	case OPTION_CONFIG:
		replace(&options->config, value);
		break;
	case OPTION_DEBUG:
		options->debug = true;
		replace(&options->debug_path, value);
		break;
	case OPTION_DEMO:
		options->demo = true;
		break;
	case OPTION_DIRECT:
		options->direct = true;
		break;
	case OPTION_EXEC:
		replace(&options->exec, value);
		break;
	case OPTION_FILE_RECEIVE:
		options->file_receive = true;
		break;
	case OPTION_FILE_SEND:
		options->file_send = true;
		break;
	case OPTION_LISTEN:
		replace(&options->listen, value);
		break;
	case OPTION_STDIO:
		options->stdio = true;
		break;
	case OPTION_TIMEOUT:
		take_number(parsing, &options->timeout, value);
		break;
	case OPTION_TUBE_ACCEPT:
		options->tube_accept = true;
		break;
	case OPTION_TUBE_OFFER:
		options->tube_offer = true;
		break;
	case OPTION_HELP:
		parsing->help = true;
		break;
	case OPTION_NO_AUTOSTART:
		options->no_autostart = true;
		break;
	case OPTION_REPLY_WITH:
		replace(&parsing->reply_with, value);
		break;
	case OPTION_RUN:
		g_ptr_array_add(parsing->run, g_strdup(value));
		break;
	case OPTION_VERSION:
		parsing->version = true;
		break;
	case OPTION_COUNT:
		break;
	}
	return TRUE;
}

/* Arguments are taken as bytes: in a locale that is not UTF-8 they would not survive the way
 * through it. */
static int entry_flags(const struct option_row *row)
{
	if (!row->argument || row->most)
		return G_OPTION_FLAG_NO_ARG;
	return G_OPTION_FLAG_FILENAME | (row->argument[0] == '[' ? G_OPTION_FLAG_OPTIONAL_ARG : 0);
}

static GOptionContext *context_new(struct parsing *parsing)
{
	GOptionContext *context = g_option_context_new(NULL);
	GOptionGroup *group = g_option_group_new("pheme", "", "", parsing, NULL);
	GOptionEntry entries[OPTION_COUNT + 1] = {0};

	for (enum option i = 0; i < OPTION_COUNT; i++) {
		entries[i].long_name = rows[i].name;
		entries[i].short_name = rows[i].letter;
		entries[i].flags = entry_flags(&rows[i]);
		entries[i].arg = G_OPTION_ARG_CALLBACK;
		entries[i].arg_data = (gpointer)on_option;
	}
	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
	g_option_context_set_help_enabled(context, FALSE);
	return context;
}

/* --- what is wrong ------------------------------------------------------------------------ */

static char *usage_line(const struct option_row *row)
{
	const char *argument = row->argument;
	g_autofree char *letter = NULL;

	if (row->letter)
		letter = g_strdup_printf("-%c%s%s, ", row->letter, argument ? " " : "",
					 argument ? argument : "");
	if (argument && argument[0] == '[' && !row->most)
		return g_strdup_printf("%s--%s[=%.*s]", letter ? letter : "", row->name,
				       (int)strlen(argument) - 2, argument + 1);
	return g_strdup_printf("%s--%s%s%s", letter ? letter : "", row->name, argument ? " " : "",
			       argument ? argument : "");
}

/* The option that an error of GLib's parser speaks of, as it names it. */
static const struct option_row *option_in(const char *message)
{
	const char *dash = strrchr(message, ' ');
	enum option option = dash && dash[1] == '-' ? find_option(dash + 1) : OPTION_COUNT;

	return option < OPTION_COUNT ? &rows[option] : NULL;
}

static const struct option_row *option_near(const char *message)
{
	const char *given = strstr(message, "--");
	const struct option_row *best = NULL;
	unsigned best_distance = 3;

	for (enum option i = 0; given && i < OPTION_COUNT; i++) {
		unsigned distance = command_name_distance(given + 2, rows[i].name);

		if (distance < best_distance) {
			best_distance = distance;
			best = &rows[i];
		}
	}
	return best;
}

static void print_problem(const char *message, const struct option_row *row)
{
	g_autofree char *clean = text_clean(message, -1, TEXT_LINE);
	g_autofree char *usage = row ? usage_line(row) : NULL;

	fprintf(stderr, "pheme: %s\n", clean);
	if (usage)
		fprintf(stderr, "usage: pheme %s\n", usage);
	else
		fprintf(stderr, "usage: pheme [OPTION]...   (pheme --help lists the options)\n");
}

static void print_parse_error(const GError *error)
{
	const struct option_row *row = option_in(error->message);

	if (!row && g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
		row = option_near(error->message);
	print_problem(error->message, row);
}

static bool check_command(struct options *options, const char *command)
{
	g_autoptr(GError) error = NULL;

	if (!command)
		return true;
	if (!g_shell_parse_argv(command, NULL, &options->reply_with, &error))
		print_problem(error->message, &rows[OPTION_REPLY_WITH]);
	else if (options->run || options->demo)
		print_problem("--reply-with does not go with --run or --demo",
			      &rows[OPTION_REPLY_WITH]);
	else
		return true;
	return false;
}

/* Values that end in D-Bus messages and in what is shown. */
static bool check_values(const struct options *options)
{
	if (options->account && !g_utf8_validate(options->account, -1, NULL))
		print_problem("the name of the account is not valid UTF-8", &rows[OPTION_ACCOUNT]);
	else if (options->bus && !g_str_is_ascii(options->bus))
		print_problem("this is no D-Bus address", &rows[OPTION_BUS]);
	else if (options->bus && options->demo)
		print_problem("--demo has a bus of its own", &rows[OPTION_DEMO]);
	else
		return true;
	return false;
}

static bool check_rest(char **rest)
{
	g_autofree char *message = NULL;

	if (!rest[0] || !rest[1])
		return true;
	message = g_strdup_printf("there is nothing to do with \"%s\"", rest[1]);
	print_problem(message, NULL);
	return false;
}

static bool check_tube_options(const struct options *options)
{
	int ways = options->stdio + options->direct + (options->listen != NULL);

	if (!options->tube_accept && (ways || options->exec))
		print_problem("--stdio, --listen, --exec and --direct go with --tube-accept",
			      &rows[OPTION_TUBE_ACCEPT]);
	else if (options->count && !options->tube_accept && !options->file_receive)
		print_problem("--count goes with --tube-accept and --file-receive",
			      &rows[OPTION_COUNT_OF]);
	else if (ways > 1 || (options->stdio && options->exec))
		print_problem("only one of --stdio, --listen and --direct can be",
			      &rows[OPTION_TUBE_ACCEPT]);
	else
		return true;
	return false;
}

/* The one thing that is asked for, with words that follow it; NULL: none, or (*@good false) more
 * than one. */
static const struct option_row *find_task(const struct options *options, bool *good)
{
	const struct {
		bool asked;
		enum option option;
	} tasks[] = {{options->tube_offer, OPTION_TUBE_OFFER},
		     {options->tube_accept, OPTION_TUBE_ACCEPT},
		     {options->file_send, OPTION_FILE_SEND},
		     {options->file_receive, OPTION_FILE_RECEIVE}};
	const struct option_row *found = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(tasks); i++) {
		if (!tasks[i].asked)
			continue;
		*good = *good && !found;
		found = &rows[tasks[i].option];
	}
	if (found && (options->run || options->demo))
		*good = false;
	if (!*good)
		print_problem("only one thing can be done at a time", found);
	return found;
}

/* Paths are what they are; names end in D-Bus messages. */
static bool check_words(const struct options *options, char **words)
{
	for (unsigned i = 0; words[i]; i++) {
		bool is_path = options->file_receive || (options->file_send && i == 1);

		if (!is_path && !g_utf8_validate(words[i], -1, NULL))
			return false;
	}
	return true;
}

static bool check_tasks(const struct parsing *parsing, char **rest)
{
	struct options *options = parsing->options;
	bool good = true;
	const struct option_row *row = find_task(options, &good);
	unsigned count = rest[0] ? g_strv_length(rest + 1) : 0;

	if (parsing->bad_number) {
		print_problem("this is no number above 0",
			      &rows[options->count ? OPTION_TIMEOUT : OPTION_COUNT_OF]);
		return false;
	}
	if (!good || !check_tube_options(options))
		return false;
	if (!row)
		return check_rest(rest);
	if (count < row->words || count > row->most) {
		print_problem("what follows is too little, or too much", row);
		return false;
	}
	if (count && !check_words(options, rest + 1)) {
		print_problem("a name is not valid UTF-8", row);
		return false;
	}
	options->words = g_strdupv(rest + 1);
	return true;
}

/* --- the whole ---------------------------------------------------------------------------- */

static bool parse(struct parsing *parsing, char ***args)
{
	GOptionContext *context = context_new(parsing);
	g_autoptr(GError) error = NULL;
	bool good = g_option_context_parse_strv(context, args, &error);

	g_option_context_free(context);
	if (error)
		print_parse_error(error);
	return good;
}

static void print_answer(const struct parsing *parsing)
{
	g_autofree char *help = options_help();

	if (parsing->help)
		fputs(help, stdout);
	else
		puts("pheme " PHEME_VERSION);
}

bool options_parse(struct options *options, int argc, char **argv, int *status)
{
	struct parsing parsing = {.options = options, .run = g_ptr_array_new()};
	g_auto(GStrv) args = g_strdupv(argv);
	bool good;

	memset(options, 0, sizeof(*options));
	good = parse(&parsing, &args);
	if (parsing.run->len) {
		g_ptr_array_add(parsing.run, NULL);
		options->run = (char **)g_ptr_array_free(parsing.run, FALSE);
	} else {
		g_ptr_array_free(parsing.run, TRUE);
	}
	if (good && !parsing.help && !parsing.version)
		good = check_tasks(&parsing, args) && check_values(options) &&
		       check_command(options, parsing.reply_with);
	g_free(parsing.reply_with);
	*status = good ? 0 : 2;
	if (!good || (!parsing.help && !parsing.version))
		return good;
	print_answer(&parsing);
	if (fflush(stdout))
		*status = 1;
	return false;
}

void options_clear(struct options *options)
{
	g_free(options->config);
	g_free(options->bus);
	g_free(options->account);
	g_free(options->debug_path);
	g_free(options->listen);
	g_free(options->exec);
	g_strfreev(options->words);
	g_strfreev(options->run);
	g_strfreev(options->reply_with);
	memset(options, 0, sizeof(*options));
}

/* --- texts -------------------------------------------------------------------------------- */

#define HELP_COLUMN 30
#define HELP_WIDTH  79

/* Words of @help, filled into lines that begin at HELP_COLUMN. */
static void append_filled(GString *text, const char *help)
{
	g_auto(GStrv) words = g_strsplit(help, " ", -1);
	gsize column = HELP_COLUMN;

	for (char **word = words; *word; word++) {
		if (word != words && column + 1 + strlen(*word) > HELP_WIDTH) {
			g_string_append_printf(text, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (word != words) {
			g_string_append_c(text, ' ');
			column++;
		}
		g_string_append(text, *word);
		column += strlen(*word);
	}
	g_string_append_c(text, '\n');
}

char *options_help(void)
{
	GString *text = g_string_new("Usage: pheme [OPTION]...\n"
				     "An instant messenger for the terminal. Without --run or "
				     "--reply-with it\nshows its screen.\n\n");

	for (enum option i = 0; i < OPTION_COUNT; i++) {
		g_autofree char *usage = usage_line(&rows[i]);

		if (strlen(usage) > HELP_COLUMN - 4)
			g_string_append_printf(text, "  %s\n%*s", usage, HELP_COLUMN, "");
		else
			g_string_append_printf(text, "  %-*s", HELP_COLUMN - 2, usage);
		append_filled(text, rows[i].help);
	}
	g_string_append(text, "\nExit status: 0 done; 1 failed; 2 usage; 3 no such account, "
			      "contact, chat or\nservice; 4 not connected; 5 refused or denied; "
			      "6 not delivered; 124 timed out;\n130 interrupted.\n\n"
			      "man pheme tells more, and /help within pheme.\n");
	return g_string_free(text, FALSE);
}

char *options_man_section(void)
{
	GString *page = g_string_new(NULL);

	for (enum option i = 0; i < OPTION_COUNT; i++) {
		g_autofree char *usage = usage_line(&rows[i]);
		g_autofree char *escaped_usage = command_troff(usage);
		g_autofree char *escaped_help = command_troff(rows[i].help);

		g_string_append_printf(page, ".TP\n.B %s\n%s\n", escaped_usage, escaped_help);
	}
	return g_string_free(page, FALSE);
}
