/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /bind: keys of the user's, at once and in pheme's own inputrc. */

#include "input.h"
#include "input_private.h"

#include <stdio.h>
#include <string.h>
#include <readline/readline.h>
#include "src/store/paths.h"

/* What terminals send for F1 to F12, most of them. */
static const char *const function_keys[] = {
	"\\eOP",   "\\eOQ",   "\\eOR",   "\\eOS",   "\\e[15~", "\\e[17~",
	"\\e[18~", "\\e[19~", "\\e[20~", "\\e[21~", "\\e[23~", "\\e[24~",
};

static bool strip_prefix(const char **name, const char *prefix)
{
	if (g_ascii_strncasecmp(*name, prefix, strlen(prefix)) != 0 ||
	    (*name)[strlen(prefix)] == '\0')
		return false;
	*name += strlen(prefix);
	return true;
}

/* One key: "Ctrl-x", "Alt-x", "F5", "x"; false when it is none. */
static bool add_key(GString *sequence, const char *name)
{
	guint64 number;

	if (strip_prefix(&name, "Alt-") || strip_prefix(&name, "M-"))
		g_string_append(sequence, "\\e");
	if (strip_prefix(&name, "Ctrl-") || strip_prefix(&name, "C-"))
		g_string_append(sequence, "\\C-");
	if ((*name == 'F' || *name == 'f') &&
	    g_ascii_string_to_unsigned(name + 1, 10, 1, G_N_ELEMENTS(function_keys), &number,
				       NULL)) {
		g_string_append(sequence, function_keys[number - 1]);
		return true;
	}
	if (!g_ascii_isgraph(*name) || name[1] != '\0')
		return false;
	if (*name == '"' || *name == '\\')
		g_string_append_c(sequence, '\\');
	g_string_append_c(sequence, g_ascii_tolower(*name));
	return true;
}

/* As in an inputrc; NULL when it names no keys. */
static char *parse_keys(const char *keys)
{
	GString *sequence = g_string_new(NULL);
	g_auto(GStrv) names = g_strsplit(keys, ",", -1);
	bool good = *names != NULL;

	for (char **name = names; *name != NULL; name++)
		good = good && add_key(sequence, *name);
	/* A letter alone could not be typed any more. */
	good = good && sequence->str[0] == '\\' && strchr("eC", sequence->str[1]) != NULL;
	return g_string_free(sequence, !good);
}

/* The file with this line (NULL: none) in the place of those for the same keys. */
static bool save(const char *sequence, const char *line, GError **error)
{
	g_autofree char *path = paths_file(PATHS_CONFIG, "inputrc");
	g_autofree char *start = g_strdup_printf("\"%s\":", sequence);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GString *out = g_string_new(NULL);
	bool found = false, done;

	if (g_file_get_contents(path, &text, NULL, NULL))
		lines = g_strsplit(text, "\n", -1);
	for (char **old = lines; old != NULL && *old != NULL; old++) {
		if (g_str_has_prefix(*old, start))
			found = true;
		else if (**old != '\0' || old[1] != NULL)
			g_string_append_printf(out, "%s\n", *old);
	}
	if (line != NULL)
		g_string_append_printf(out, "%s\n", line);
	if (!found && line == NULL) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
			    "there is no such key in %s", path);
		done = false;
	} else {
		done = paths_make_parents(path, error) &&
		       g_file_set_contents_full(path, out->str, (gssize)out->len,
						G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
	}
	g_string_free(out, TRUE);
	return done;
}

static bool unbind(const char *sequence, GError **error)
{
	if (!save(sequence, NULL, error))
		return false;
	rl_bind_keyseq(sequence, NULL);
	input_bind_default(sequence);
	return true;
}

bool input_bind(const char *keys, const char *function, GError **error)
{
	g_autofree char *sequence = parse_keys(keys);
	g_autofree char *line = NULL, *parsed = NULL;

	if (sequence == NULL) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			    "\"%s\" is no key: Ctrl-t, Alt-t, F5, or several with commas", keys);
		return false;
	}
	if (function == NULL)
		return unbind(sequence, error);
	if (rl_named_function(function) == NULL) {
		g_set_error(
			error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			"there is no function \"%s\": /bind lists ours, man readline the others",
			function);
		return false;
	}
	line = g_strdup_printf("\"%s\": %s", sequence, function);
	parsed = g_strdup(line); /* readline writes into it */
	rl_parse_and_bind(parsed);
	return save(sequence, line, error);
}
