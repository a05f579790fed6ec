/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

const char *word_skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* What stands between double quotes: a backslash quotes only itself and the quote. */
static const char *read_double(const char *s, GString *word)
{
	while (*s && *s != '"') {
		if (s[0] == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		g_string_append_c(word, *s++);
	}
	return s;
}

static const char *read_single(const char *s, GString *word)
{
	while (*s && *s != '\'')
		g_string_append_c(word, *s++);
	return s;
}

char *word_read(const char **cursor, char *open)
{
	const char *s = *cursor;
	GString *word;
	char unclosed = 0;

	if (open)
		*open = 0;
	if (!*s)
		return NULL;
	word = g_string_new(NULL);
	while (*s && !is_blank(*s)) {
		char c = *s++;

		if (c == '"' || c == '\'') {
			s = c == '"' ? read_double(s, word) : read_single(s, word);
			if (*s)
				s++;
			else
				unclosed = c;
		} else if (c == '\\') {
			if (*s)
				g_string_append_c(word, *s++);
			else
				unclosed = c;
		} else {
			g_string_append_c(word, c);
		}
	}
	if (open)
		*open = unclosed;
	*cursor = s;
	return g_string_free(word, FALSE);
}

char *word_next(const char **cursor, char *open)
{
	const char *s = word_skip_blanks(*cursor);
	char *word = word_read(&s, open);

	*cursor = word_skip_blanks(s);
	return word;
}

char *word_quote(const char *word)
{
	g_autoptr(GString) quoted = NULL;

	if (*word && *word != '-' && !strpbrk(word, " \t\n\"'\\"))
		return g_strdup(word);
	quoted = g_string_new("\"");
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *word);
	}
	g_string_append_c(quoted, '"');
	return g_string_free(g_steal_pointer(&quoted), FALSE);
}

char **word_split(const char *s, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	char *word, open = 0;

	while (!open && (word = word_next(&s, &open)))
		g_ptr_array_add(words, word);
	if (open) {
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_USAGE,
			    "cannot read the arguments: a %c is not closed", open);
		return NULL;
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

/* --- typed lines -------------------------------------------------------------------------- */

bool command_takes_options(const struct command *command)
{
	return command->needs != COMMAND_NEEDS_CHAT && command->needs != COMMAND_NEEDS_ROOM;
}

static char *unclosed_problem(char open)
{
	if (open == '\\')
		return g_strdup("a \\ at the end of the line quotes nothing");
	return g_strdup_printf("a %c is not closed: write \\%c for the character itself", open,
			       open);
}

/* "-a NAME" and "--". They are looked for only before the first argument, so that no text
 * is ever taken for an option. */
static char *parse_options(const char **s, struct parsed *parsed)
{
	for (;;) {
		const char *after = *s;
		char open;
		g_autofree char *word = word_next(&after, &open);

		if (word && !open && !strcmp(word, "--")) {
			*s = after;
			return NULL;
		}
		if (!word || open || strcmp(word, "-a"))
			return NULL;
		g_free(parsed->account);
		parsed->account = word_next(&after, &open);
		if (open)
			return unclosed_problem(open);
		if (!parsed->account)
			return g_strdup("-a wants the name of an account");
		*s = after;
	}
}

static char *check_word(const struct usage_word *want, const char *word)
{
	if (!*word && strcmp(want->kind, "typed"))
		return g_strdup_printf("%s must not be empty", want->name);
	if (want->choice && !usage_has_choice(want->name, word))
		return g_strdup_printf("\"%s\" is none of %s", word, want->name);
	return NULL;
}

/* One argument of the line; *@s is at its begin. */
static char *parse_argument(const struct usage_word *want, const char **s, struct parsed *parsed)
{
	unsigned index = parsed->count;
	char open = 0;

	parsed->raw[index] = *s;
	if (want->rest) {
		parsed->args[index] = g_strdup(*s);
		*s += strlen(*s);
	} else {
		parsed->args[index] = word_next(s, &open);
		if (open)
			return unclosed_problem(open);
		return check_word(want, parsed->args[index]);
	}
	return NULL;
}

static char *parse_arguments(const char *s, struct parsed *parsed)
{
	const char *usage = parsed->command->usage;
	struct usage_word want;

	while (usage_next(&usage, &want)) {
		char *problem;

		if (!*s) {
			if (want.optional)
				break;
			return g_strdup_printf("%s is missing", want.name);
		}
		g_assert(parsed->count < COMMAND_ARGS_MAX);
		problem = parse_argument(&want, &s, parsed);
		parsed->count++;
		if (problem)
			return problem;
	}
	return *s ? g_strdup_printf("there is nothing to do with \"%s\"", s) : NULL;
}

/* --- words of a command line -------------------------------------------------------------- */

/* Words that a command takes apart again are quoted. */
static char *join_rest(const struct usage_word *want, char **args)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	for (; *args; args++)
		g_ptr_array_add(words,
				strcmp(want->kind, "param") ? g_strdup(*args) : word_quote(*args));
	g_ptr_array_add(words, NULL);
	return g_strjoinv(" ", (char **)words->pdata);
}

/* Paths are bytes; what else there is ends in messages and on screens. */
static char *check_arg(const struct usage_word *want, const char *arg)
{
	g_autoptr(GError) error = NULL;

	const char *bad;

	if (strcmp(want->kind, "file") && !g_utf8_validate(arg, -1, &bad))
		return g_strdup_printf("%s is not valid UTF-8: see its byte %zu", want->name,
				       (gsize)(bad - arg));
	if (!strcmp(want->kind, "program") && !g_shell_parse_argv(arg, NULL, NULL, &error))
		return g_strdup_printf("cannot take %s apart into words: %s", want->name,
				       error->message);
	return check_word(want, arg);
}

static char *take_args(const char *usage, char **args, struct parsed *parsed)
{
	struct usage_word want;

	while (usage_next(&usage, &want)) {
		char *problem;

		if (!*args)
			return want.optional ? NULL : g_strdup_printf("%s is missing", want.name);
		g_assert(parsed->count < COMMAND_ARGS_MAX);
		parsed->args[parsed->count++] =
			want.rest ? join_rest(&want, args) : g_strdup(*args);
		problem = check_arg(&want, parsed->args[parsed->count - 1]);
		if (problem || want.rest)
			return problem;
		args++;
	}
	return *args ? g_strdup_printf("there is nothing to do with \"%s\"", *args) : NULL;
}

char *parse_args(const char *usage, char **args, struct parsed *parsed, char **line)
{
	gsize offset[COMMAND_ARGS_MAX];
	char *problem = take_args(usage, args, parsed);
	GString *whole = g_string_new(NULL);

	for (unsigned i = 0; i < parsed->count; i++) {
		g_string_append(whole, i ? " " : "");
		offset[i] = whole->len;
		g_string_append(whole, parsed->args[i]);
	}
	*line = g_string_free(whole, FALSE);
	for (unsigned i = 0; i < parsed->count; i++)
		parsed->raw[i] = *line + offset[i];
	return problem;
}

/* --- subcommands -------------------------------------------------------------------------- */

const struct command *command_find_sub(const struct command *command, const char *name)
{
	gsize prefix = strlen(command->name) + 1;

	for (const struct command *sub = command->subcommands; sub && sub->name; sub++)
		if (!g_ascii_strcasecmp(sub->name + prefix, name))
			return sub;
	return NULL;
}

static char *parse_subcommand(const char **s, struct parsed *parsed)
{
	const struct command *parent = parsed->command;
	struct nearest nearest = {0};
	g_autofree char *word = NULL;

	if (!**s)
		return NULL;
	word = word_next(s, NULL);
	parsed->command = command_find_sub(parent, word);
	if (parsed->command)
		return parse_options(s, parsed);
	parsed->command = parent;
	nearest.wanted = word;
	for (const struct command *sub = parent->subcommands; sub->name; sub++)
		nearest_consider(&nearest, sub->name + strlen(parent->name) + 1);
	if (nearest.best)
		return g_strdup_printf("there is no /%s %s; did you mean /%s %s?", parent->name,
				       word, parent->name, nearest.best);
	return g_strdup_printf("there is no /%s %s", parent->name, word);
}

char *command_parse(const char *line, struct parsed *parsed)
{
	const char *s = line + 1;
	gsize length = strcspn(s, " \t\n");
	char *problem = NULL;

	memset(parsed, 0, sizeof(*parsed));
	parsed->name = g_strndup(s, length);
	parsed->command = command_find(parsed->name);
	if (!parsed->command)
		return NULL;
	s = word_skip_blanks(s + length);
	if (command_takes_options(parsed->command))
		problem = parse_options(&s, parsed);
	if (!problem && parsed->command->subcommands)
		problem = parse_subcommand(&s, parsed);
	return problem ? problem : parse_arguments(s, parsed);
}

void parsed_clear(struct parsed *parsed)
{
	g_free(parsed->name);
	g_free(parsed->account);
	for (unsigned i = 0; i < parsed->count; i++)
		g_free(parsed->args[i]);
	memset(parsed, 0, sizeof(*parsed));
}

/* --- names -------------------------------------------------------------------------------- */

#define NAME_LENGTH 32

unsigned command_name_distance(const char *a, const char *b)
{
	gsize m = strnlen(a, NAME_LENGTH), n = strnlen(b, NAME_LENGTH);
	unsigned row[3][NAME_LENGTH + 1]; /* before last, last, this */

	for (gsize j = 0; j <= n; j++)
		row[1][j] = (unsigned)j;
	for (gsize i = 1; i <= m; i++) {
		row[2][0] = (unsigned)i;
		for (gsize j = 1; j <= n; j++) {
			char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
			unsigned best = row[1][j - 1] + (x != y);

			best = MIN(best, MIN(row[1][j], row[2][j - 1]) + 1);
			if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
			    y == g_ascii_tolower(a[i - 2]))
				best = MIN(best, row[0][j - 2] + 1);
			row[2][j] = best;
		}
		memcpy(row[0], row[1], sizeof(row[0]));
		memcpy(row[1], row[2], sizeof(row[1]));
	}
	return row[1][n];
}

void nearest_consider(struct nearest *nearest, const char *name)
{
	gsize length = strlen(nearest->wanted);
	unsigned distance = command_name_distance(nearest->wanted, name);
	unsigned limit = length < 4 ? 1 : length < 8 ? 2 : 3;

	/* The begin of a name is near it, however much is missing. */
	if (length >= 2 && !g_ascii_strncasecmp(nearest->wanted, name, length))
		distance = MIN(distance, 1);
	if (distance <= limit && (!nearest->best || distance < nearest->distance)) {
		nearest->best = name;
		nearest->distance = distance;
	}
}
