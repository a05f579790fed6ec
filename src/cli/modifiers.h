/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Private to src/cli: the flags that go with others. */

#include "options.h"

enum modifier_type {
	MODIFIER_TRUE,
	MODIFIER_TEXT,
	MODIFIER_NUMBER,   /* above 0 */
	MODIFIER_OPTIONAL, /* text only as --name=TEXT */
};

struct modifier {
	const char *name;
	char letter; /* or 0 */
	enum modifier_type type;
	/* "NAME:account", "sent|delivered": as in a command's usage string; NULL for none. */
	const char *argument;
	/* Flags it goes with, separated by blanks; NULL: all of them, and the screen. */
	const char *verbs;
	gsize offset;   /* of its field in struct options */
	gsize is_given; /* of the bool that tells it was given, for MODIFIER_OPTIONAL */
	const char *help;
};

extern const struct modifier modifiers[]; /* sorted by name; ends with a NULL name */

/* NULL when there is none. @given is "--name" or "-l". */
const struct modifier *modifier_find(const char *given);
/* "-a NAME, --account NAME"; new. */
char *modifier_usage(const struct modifier *modifier);
/* Sets its field. What is wrong with @value: new string; NULL when all is well. */
char *modifier_set(const struct modifier *modifier, struct options *options, const char *value);
bool modifier_goes_with(const struct modifier *modifier, const struct command *verb);
/* "--count goes with --file-receive, --watch"; new. */
char *modifier_misplaced(const struct modifier *modifier);
