/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Commands that users write, for programs at the end of a tube: split into words as a shell
 * would, and never given to one. {host}, {port}, {path}, {service} and {contact} are filled in
 * after that, inside the words, so that no value can become two words or be interpreted.
 * Other braces stay as they are.
 */

#include <stdbool.h>
#include <glib.h>

struct argv_values {
	const char *host, *port, *path; /* of the socket; NULL: it has none */
	const char *service, *contact;  /* said by others: never trusted */
};

/* New words, NULL and @error when the quotes do not match, there is no word, or the name of the
 * program would be filled in by somebody else. g_strfreev(). */
char **argv_parse(const char *command, GError **error);
/* New words of @words with the values in them. Fails when a value is missing, or when what
 * somebody else said would be read as an option: a word that begins with "-" only once
 * {service} or {contact} is in it. */
char **argv_fill(char *const *words, const struct argv_values *values, GError **error);
