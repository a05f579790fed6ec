/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Lines taken apart, private to src/cmd: words quoted as in a shell, the usage string of a
 * command, a typed line matched against it, a user's alias put in, and how far one name is
 * from another.
 */

#include <stdbool.h>
#include <glib.h>
#include "command.h"
#include "usage.h"

#define COMMAND_ARGS_MAX   8  /* arguments in a usage string */
#define COMMAND_ALIAS_MAX  10 /* aliases within aliases */
#define COMMAND_EXPAND_MAX (1024 * 1024)

/* --- words --- */

/* The next word of *@cursor, unquoted, and moves past it and the blanks after it; NULL at the
 * end. @open gets the quote (or backslash) that was not closed, 0 otherwise; may be NULL. New. */
char *word_next(const char **cursor, char *open);
/* The same, for *@cursor at a word; it is left where the word ends. */
char *word_read(const char **cursor, char *open);
const char *word_skip_blanks(const char *s);
/* @word as it must be typed to be one word; new string. */
char *word_quote(const char *word);
/* All words of @s; NULL and an error when a quote is not closed. g_strfreev. */
char **word_split(const char *s, GError **error);

/* --- typed lines --- */

struct parsed {
	const struct command *command; /* the subcommand where there is one; NULL: unknown */
	char *name;                    /* as typed, without the slash */
	char *account;                 /* of -a, or NULL */
	char *args[COMMAND_ARGS_MAX];
	const char *raw[COMMAND_ARGS_MAX]; /* where each begins in the line */
	unsigned count;
};

/* @line begins with '/'. What is wrong with it: new string; NULL when all is well.
 * @line must outlive @parsed. */
char *command_parse(const char *line, struct parsed *parsed);
void parsed_clear(struct parsed *parsed);
/* Takes the words of a command line for those that @usage wants. *@line (new) is what a person
 * would have typed: @parsed points into it. What is wrong: new string; NULL when all is well. */
char *parse_args(const char *usage, char **args, struct parsed *parsed, char **line);
bool command_takes_options(const struct command *command);
/* Looks among @command's subcommands. */
const struct command *command_find_sub(const struct command *command, const char *name);

/* Replaces @line by what the user's aliases make of it, as often as needed; NULL and *@problem
 * (new) when they go round in circles or grow too long. */
char *alias_expand(struct config *config, const char *line, char **problem);

/* --- names --- */

struct nearest {
	const char *wanted;
	const char *best;
	unsigned distance;
};

/* Keeps @name when it is nearer than what was seen, and near enough to be what was meant. */
void nearest_consider(struct nearest *nearest, const char *name);
