/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "argv.h"

#include <string.h>

#include "failure.h"

struct place {
	const char *name;
	gsize offset; /* of the value in struct argv_values */
	bool foreign; /* said by somebody else */
};

static const struct place places[] = {
	{"{host}", G_STRUCT_OFFSET(struct argv_values, host), false},
	{"{port}", G_STRUCT_OFFSET(struct argv_values, port), false},
	{"{path}", G_STRUCT_OFFSET(struct argv_values, path), false},
	{"{service}", G_STRUCT_OFFSET(struct argv_values, service), true},
	{"{contact}", G_STRUCT_OFFSET(struct argv_values, contact), true},
};

static const struct place *find_place(const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
		if (g_str_has_prefix(text, places[i].name))
			return &places[i];
	return NULL;
}

char **argv_parse(const char *command, GError **error)
{
	g_autoptr(GError) problem = NULL;
	char **words;

	if (!g_shell_parse_argv(command, NULL, &words, &problem)) {
		g_set_error(error, RELAY_ERROR, RELAY_ERROR_INVALID,
			    "cannot use the command \"%s\": %s", command,
			    g_error_matches(problem, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING)
				    ? "it is empty"
				    : "its quotes do not match");
		return NULL;
	}
	for (const char *c = words[0]; *c; c++) {
		const struct place *place = find_place(c);

		if (place && place->foreign) {
			g_set_error(error, RELAY_ERROR, RELAY_ERROR_INVALID,
				    "cannot use the command \"%s\": %s would choose the program",
				    command, place->name);
			g_strfreev(words);
			return NULL;
		}
	}
	return words;
}

static char *fill_word(const char *word, const struct argv_values *values, GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *c = word; *c;) {
		const struct place *place = find_place(c);
		const char *value;

		if (!place) {
			g_string_append_c(out, *c++);
			continue;
		}
		value = G_STRUCT_MEMBER(const char *, values, place->offset);
		if (!value) {
			g_set_error(error, RELAY_ERROR, RELAY_ERROR_INVALID,
				    "cannot fill in %s: this address has none", place->name);
			return NULL;
		}
		if (place->foreign && !out->len && *value == '-') {
			g_set_error(error, RELAY_ERROR, RELAY_ERROR_INVALID,
				    "cannot fill in %s: it would be read as an option",
				    place->name);
			return NULL;
		}
		g_string_append(out, value);
		c += strlen(place->name);
	}
	return g_strdup(out->str);
}

char **argv_fill(char *const *words, const struct argv_values *values, GError **error)
{
	g_autoptr(GPtrArray) filled = g_ptr_array_new_with_free_func(g_free);

	for (gsize i = 0; words[i]; i++) {
		char *word = fill_word(words[i], values, error);

		if (!word)
			return NULL;
		g_ptr_array_add(filled, word);
	}
	g_ptr_array_add(filled, NULL);
	return (char **)g_ptr_array_steal(filled, NULL);
}
