/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Usage strings, "ROOM:room [on|off] [TEXT:text…]": what a command or a flag takes. */

#include <stdbool.h>
#include <glib.h>

struct usage_word {
	char name[80]; /* "ROOM"; "on|off" */
	char kind[16]; /* "room"; "" for none */
	bool optional, rest, choice;
};

/* Reads the next one and moves *@usage past it; false at the end. */
bool usage_next(const char **usage, struct usage_word *word);
/* Appends " ROOM [TEXT…]", with @ellipsis for the mark of what takes the rest. */
void usage_append(GString *text, const char *usage, const char *ellipsis);
/* Is @value one of the choices "on|off"? */
bool usage_has_choice(const char *choices, const char *value);
/* The name of the first word, new; its choices, new or NULL when it is none of them. */
char *usage_word_name(const char *usage);
char *usage_word_choices(const char *usage);
