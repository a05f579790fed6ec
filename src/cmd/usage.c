/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "usage.h"

#include <string.h>

bool usage_next(const char **usage, struct usage_word *word)
{
	const char *s = *usage ? *usage + strspn(*usage, " ") : "";
	gsize length = strcspn(s, " ");
	g_autofree char *text = g_strndup(s, length);
	char *name = text, *colon;

	memset(word, 0, sizeof(*word));
	if (!length)
		return false;
	*usage = s + length;
	if (name[0] == '[') {
		word->optional = true;
		name++;
		g_assert(g_str_has_suffix(name, "]"));
		name[strlen(name) - 1] = '\0';
	}
	if (g_str_has_suffix(name, "…")) {
		word->rest = true;
		name[strlen(name) - strlen("…")] = '\0';
	}
	colon = strchr(name, ':');
	if (colon) {
		*colon = '\0';
		g_strlcpy(word->kind, colon + 1, sizeof(word->kind));
	}
	g_strlcpy(word->name, name, sizeof(word->name));
	word->choice = strchr(name, '|') && g_ascii_islower(name[0]);
	return true;
}

void usage_append(GString *text, const char *usage, const char *ellipsis)
{
	struct usage_word word;

	while (usage_next(&usage, &word))
		g_string_append_printf(text, " %s%s%s%s", word.optional ? "[" : "", word.name,
				       word.rest ? ellipsis : "", word.optional ? "]" : "");
}

bool usage_has_choice(const char *choices, const char *value)
{
	g_auto(GStrv) list = g_strsplit(choices, "|", -1);

	return g_strv_contains((const char *const *)list, value);
}

char *usage_word_name(const char *usage)
{
	struct usage_word word;

	return usage_next(&usage, &word) ? g_strdup(word.name) : NULL;
}

char *usage_word_choices(const char *usage)
{
	struct usage_word word;

	return usage_next(&usage, &word) && word.choice ? g_strdup(word.name) : NULL;
}
