/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The user's aliases: $1 … $9 are the words after the name as they were typed (with their
 * quotes), $2- the line from the second word on, $* all of it, $$ a dollar. An alias without
 * any of them gets all of it at its end. */

#include "parse.h"

#include <string.h>

/* Where word @index (from 1) of @s begins; its length, or that of all from there on. */
static const char *raw_words(const char *s, unsigned index, bool to_end, gsize *length)
{
	const char *begin = word_skip_blanks(s);

	for (unsigned i = 1; i < index && *begin; i++)
		g_free(word_next(&begin, NULL));
	if (to_end) {
		*length = strlen(begin);
	} else {
		const char *end = begin;

		g_free(word_next(&end, NULL));
		while (end > begin && strchr(" \t\n", end[-1]))
			end--;
		*length = (gsize)(end - begin);
	}
	return begin;
}

/* What follows a '$' at @s; returns how many bytes of it were used, 0 for none. */
static gsize substitute(GString *line, const char *s, const char *args)
{
	const char *words;
	bool to_end;
	gsize length;

	if (*s == '$') {
		g_string_append_c(line, '$');
		return 1;
	}
	if (*s == '*') {
		g_string_append(line, args);
		return 1;
	}
	if (*s < '1' || *s > '9')
		return 0;
	to_end = s[1] == '-';
	words = raw_words(args, (unsigned)(*s - '0'), to_end, &length);
	g_string_append_len(line, words, (gssize)length);
	return to_end ? 2 : 1;
}

static char *expand_once(const char *value, const char *args)
{
	GString *line = g_string_new(NULL);
	bool used = false;

	value = word_skip_blanks(value);
	if (*value != '/')
		g_string_append_c(line, '/');
	while (*value && line->len <= COMMAND_EXPAND_MAX) {
		gsize taken;

		if (*value != '$') {
			g_string_append_c(line, *value++);
			continue;
		}
		taken = substitute(line, value + 1, args);
		if (!taken)
			g_string_append_c(line, '$');
		else if (value[1] != '$')
			used = true;
		value += 1 + taken;
	}
	if (!used && *args)
		g_string_append_printf(line, " %s", args);
	return g_string_free(line, FALSE);
}

char *alias_expand(struct config *config, const char *line, char **problem)
{
	g_autofree char *current = g_strdup(line);

	*problem = NULL;
	for (unsigned depth = 0;; depth++) {
		gsize length = strcspn(current + 1, " \t\n");
		g_autofree char *name = g_strndup(current + 1, length);
		const char *value = command_find(name) ? NULL : config_alias(config, name);
		char *next;

		if (!value)
			return g_steal_pointer(&current);
		if (depth == COMMAND_ALIAS_MAX) {
			*problem = g_strdup_printf("the alias %s goes round in circles", name);
			return NULL;
		}
		next = expand_once(value, word_skip_blanks(current + 1 + length));
		g_free(current);
		current = next;
		if (strlen(current) > COMMAND_EXPAND_MAX) {
			*problem = g_strdup_printf("the alias %s makes too long a line", name);
			return NULL;
		}
	}
}
