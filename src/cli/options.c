/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "../model/text.h"
#include "modifiers.h"

#define VERBS_MAX 2 /* that stand on one command line */

/* --- parsing ------------------------------------------------------------------------------ */

struct parsing {
	struct options *options;
	const struct command *verbs[VERBS_MAX];
	unsigned count;
	GPtrArray *words; /* char *: values of the verbs, then what stands alone */
	guint64 given;    /* bits of modifiers */
	char **rest;      /* what stands alone */
	char *problem;    /* what is wrong… */
	char *usage;      /* …and the usage line of the flag that it is about; NULL: of none */
};

static void complain(struct parsing *parsing, char *problem, char *usage)
{
	if (parsing->problem) {
		g_free(problem);
		g_free(usage);
		return;
	}
	parsing->problem = problem;
	parsing->usage = usage;
}

static const struct command *find_verb(const char *given)
{
	return g_str_has_prefix(given, "--") ? command_find_flag(given + 2) : NULL;
}

static void take_verb(struct parsing *parsing, const struct command *verb, const char *value)
{
	bool again = parsing->count && parsing->verbs[parsing->count - 1] == verb;

	if (again && !verb->flag_repeats)
		complain(parsing, g_strdup_printf("--%s is there twice", verb->flag),
			 command_flag_usage(verb));
	else if (!again && parsing->count == VERBS_MAX)
		complain(parsing, g_strdup("only one thing can be done at a time"),
			 command_flag_usage(verb));
	else if (!again)
		parsing->verbs[parsing->count++] = verb;
	if (value)
		g_ptr_array_add(parsing->words, g_strdup(value));
}

static void take_modifier(struct parsing *parsing, const struct modifier *modifier,
			  const char *value)
{
	char *problem = modifier_set(modifier, parsing->options, value);

	parsing->given |= G_GUINT64_CONSTANT(1) << (modifier - modifiers);
	if (problem)
		complain(parsing, problem, modifier_usage(modifier));
}

static gboolean on_option(const gchar *given, const gchar *value, gpointer data, GError **error)
{
	struct parsing *parsing = data;
	const struct command *verb = find_verb(given);

	if (verb)
		take_verb(parsing, verb, value);
	else
		take_modifier(parsing, modifier_find(given), value);
	return TRUE;
}

/* Arguments are taken as bytes: in a locale that is not UTF-8 they would not survive the way
 * through it. */
static void add_entry(GArray *entries, const char *name, char letter, bool value, bool optional)
{
	GOptionEntry entry = {
		.long_name = name,
		.short_name = letter,
		.flags = !value     ? G_OPTION_FLAG_NO_ARG
			 : optional ? G_OPTION_FLAG_FILENAME | G_OPTION_FLAG_OPTIONAL_ARG
				    : G_OPTION_FLAG_FILENAME,
		.arg = G_OPTION_ARG_CALLBACK,
		.arg_data = (gpointer)on_option,
	};

	g_array_append_val(entries, entry);
}

static GArray *make_entries(struct parsing *parsing)
{
	GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
	g_autofree const struct command **flags = command_list_flags();
	GOptionEntry rest = {
		.long_name = G_OPTION_REMAINING,
		.arg = G_OPTION_ARG_FILENAME_ARRAY,
		.arg_data = &parsing->rest,
	};

	for (const struct command **flag = flags; *flag; flag++) {
		g_autofree char *value = command_flag_value(*flag);

		add_entry(entries, (*flag)->flag, 0, value != NULL, false);
	}
	for (const struct modifier *modifier = modifiers; modifier->name; modifier++)
		add_entry(entries, modifier->name, modifier->letter,
			  modifier->type != MODIFIER_TRUE, modifier->type == MODIFIER_OPTIONAL);
	g_array_append_val(entries, rest);
	return entries;
}

/* --- what is wrong ------------------------------------------------------------------------ */

static char *usage_of(const char *given)
{
	const struct command *verb = find_verb(given);
	const struct modifier *modifier = verb ? NULL : modifier_find(given);

	return verb ? command_flag_usage(verb) : modifier ? modifier_usage(modifier) : NULL;
}

struct nearest_flag {
	const char *wanted;
	const char *best;
	unsigned distance;
};

static void consider(struct nearest_flag *nearest, const char *name)
{
	unsigned distance = command_name_distance(nearest->wanted, name);

	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->best = name;
}

static char *usage_near(const char *message)
{
	const char *given = strstr(message, "--");
	g_autofree const struct command **flags = command_list_flags();
	g_autofree char *full = NULL;
	struct nearest_flag nearest = {.wanted = given ? given + 2 : "", .distance = 3};

	for (const struct command **flag = flags; given && *flag; flag++)
		consider(&nearest, (*flag)->flag);
	for (const struct modifier *modifier = modifiers; given && modifier->name; modifier++)
		consider(&nearest, modifier->name);
	full = nearest.best ? g_strconcat("--", nearest.best, NULL) : NULL;
	return full ? usage_of(full) : NULL;
}

static void complain_of(struct parsing *parsing, const GError *error)
{
	/* GLib names the option last. */
	const char *name = strrchr(error->message, ' ');
	char *usage = name && name[1] == '-' ? usage_of(name + 1) : NULL;

	if (!usage && g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
		usage = usage_near(error->message);
	complain(parsing, g_strdup(error->message), usage);
}

static void print_problem(const struct parsing *parsing)
{
	g_autofree char *clean = text_clean(parsing->problem, -1, TEXT_LINE);

	fprintf(stderr, "pheme: %s\n", clean);
	if (parsing->usage)
		fprintf(stderr, "usage: pheme %s\n", parsing->usage);
	else
		fprintf(stderr, "usage: pheme [OPTION]...   (pheme --help lists the options)\n");
}

/* --- what goes together ------------------------------------------------------------------- */

static bool stands_beside(const struct command *verb, const struct command *other)
{
	g_auto(GStrv) with = g_strsplit(verb->flag_with ? verb->flag_with : "", " ", -1);

	return g_strv_contains((const char *const *)with, other->flag);
}

static void choose_verb(struct parsing *parsing)
{
	struct cli_task *task = &parsing->options->task;
	const struct command *first = parsing->verbs[0], *second = parsing->verbs[1];

	if (second && stands_beside(second, first)) {
		second = first;
		first = parsing->verbs[1];
	} else if (second && !stands_beside(first, second)) {
		complain(
			parsing,
			g_strdup_printf("--%s does not go with --%s: only one thing can be done at "
					"a time",
					second->flag, first->flag),
			command_flag_usage(first));
		return;
	}
	parsing->options->demo = first && !strcmp(first->flag, "demo");
	task->verb = parsing->options->demo ? second : first;
	task->options.named = parsing->options->account != NULL;
	task->options.watch = second && !strcmp(second->flag, "watch");
}

static void check_modifiers(struct parsing *parsing)
{
	const struct command *beside =
		parsing->options->task.options.watch ? command_find_flag("watch") : NULL;

	for (const struct modifier *modifier = modifiers; modifier->name; modifier++) {
		if (!(parsing->given >> (modifier - modifiers) & 1) ||
		    modifier_goes_with(modifier, parsing->options->task.verb) ||
		    (beside && modifier_goes_with(modifier, beside)))
			continue;
		complain(parsing, modifier_misplaced(modifier), modifier_usage(modifier));
	}
}

static void check_words(struct parsing *parsing)
{
	const struct command *verb = parsing->options->task.verb;
	char *problem = NULL;

	for (char **word = parsing->rest; word && *word; word++)
		g_ptr_array_add(parsing->words, g_strdup(*word));
	g_ptr_array_add(parsing->words, NULL);
	if (!verb && parsing->rest)
		complain(parsing,
			 g_strdup_printf("there is nothing to do with \"%s\"", parsing->rest[0]),
			 parsing->options->demo ? usage_of("--demo") : NULL);
	if (!verb)
		return;
	if (!verb->flag_repeats)
		problem = command_check_args(verb, (char **)parsing->words->pdata);
	else if (parsing->rest)
		problem = g_strdup_printf("there is nothing to do with \"%s\"", parsing->rest[0]);
	if (problem)
		complain(parsing, problem, command_flag_usage(verb));
}

/* Values that end in D-Bus messages and in what is shown. */
static void check_values(struct parsing *parsing)
{
	const struct options *options = parsing->options;
	const struct cli_options *cli = &options->task.options;
	int ways = cli->stdio + cli->direct + (cli->listen != NULL);

	if (options->account && !g_utf8_validate(options->account, -1, NULL))
		complain(parsing, g_strdup("the name of the account is not valid UTF-8"),
			 usage_of("--account"));
	else if (options->bus && !g_str_is_ascii(options->bus))
		complain(parsing, g_strdup("this is no D-Bus address"), usage_of("--bus"));
	else if (options->bus && options->demo)
		complain(parsing, g_strdup("--demo has a bus of its own"), usage_of("--demo"));
	else if (ways > 1)
		complain(parsing, g_strdup("only one of --stdio, --listen and --direct can be"),
			 usage_of("--tube-accept"));
	else if (cli->stdio && cli->exec)
		complain(parsing, g_strdup("--stdio and --exec do not go together"),
			 usage_of("--exec"));
	else if (cli->once && cli->count)
		complain(parsing, g_strdup("--once and --count do not go together"),
			 usage_of("--once"));
}

static void check_all(struct parsing *parsing)
{
	choose_verb(parsing);
	if (!parsing->problem)
		check_modifiers(parsing);
	check_words(parsing);
	check_values(parsing);
}

/* --- the whole ---------------------------------------------------------------------------- */

static void parse(struct parsing *parsing, char ***args)
{
	GOptionContext *context = g_option_context_new(NULL);
	GOptionGroup *group = g_option_group_new("pheme", "", "", parsing, NULL);
	g_autoptr(GArray) entries = make_entries(parsing);
	g_autoptr(GError) error = NULL;

	g_option_group_add_entries(group, (GOptionEntry *)(void *)entries->data);
	g_option_context_set_main_group(context, group);
	g_option_context_set_help_enabled(context, FALSE);
	if (!g_option_context_parse_strv(context, args, &error))
		complain_of(parsing, error);
	g_option_context_free(context);
}

static bool print_answer(const struct options *options)
{
	g_autofree char *help = options->help ? options_help() : NULL;

	if (help)
		fputs(help, stdout);
	else
		puts("pheme " PHEME_VERSION);
	return !fflush(stdout);
}

bool options_parse(struct options *options, int argc, char **argv, int *status)
{
	struct parsing parsing = {
		.options = options,
		.words = g_ptr_array_new_with_free_func(g_free),
	};
	g_auto(GStrv) args = g_strdupv(argv);
	bool asked;

	memset(options, 0, sizeof(*options));
	parse(&parsing, &args);
	asked = options->help || options->version;
	if (!parsing.problem && !asked)
		check_all(&parsing);
	g_ptr_array_add(parsing.words, NULL);
	options->task.args = (char **)g_ptr_array_free(parsing.words, FALSE);
	if (options->task.options.once)
		options->task.options.count = 1;
	if (parsing.problem)
		print_problem(&parsing);
	*status = parsing.problem ? 2 : 0;
	asked = asked && !parsing.problem;
	if (asked)
		*status = print_answer(options) ? 0 : 1;
	asked = asked || parsing.problem;
	g_free(parsing.problem);
	g_free(parsing.usage);
	g_strfreev(parsing.rest);
	return !asked;
}

void options_clear(struct options *options)
{
	for (const struct modifier *modifier = modifiers; modifier->name; modifier++)
		if (modifier->type == MODIFIER_TEXT || modifier->type == MODIFIER_OPTIONAL)
			g_free(G_STRUCT_MEMBER(char *, options, modifier->offset));
	g_strfreev(options->task.args);
	memset(options, 0, sizeof(*options));
}
