/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Names of files that others send. What comes out is one name that is safe in a directory and on
 * a command line; what is there is never overwritten. */

#include <stdbool.h>
#include <glib.h>

/* New name: what is after the last '/', without leading dots or dashes, control and invisible
 * characters as '_', at most 200 bytes with the extension kept; "file" when nothing is left. */
char *filename_clean(const char *name);
/* New name of the @n-th try: "photo.jpg", "photo (1).jpg", … */
char *filename_number(const char *name, unsigned n);
/* New name of what is not complete: "photo.jpg.1a2b3c4d.part", the number from @identity. */
char *filename_part(const char *name, const char *identity);
/* Renames @from in @directory to @name, or to the first numbered one that is free; new name
 * without the directory, NULL and @error. */
char *filename_claim(const char *directory, const char *from, const char *name, GError **error);
