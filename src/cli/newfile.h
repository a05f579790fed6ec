/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A file that is there whole or not at all, and never takes the place of another: it is written
 * under another name in the same directory, and gets its own when it is complete. */

#include <stdbool.h>
#include <stdio.h>
#include <glib.h>

struct newfile;

/* NULL and @error when there is a file of this name, or none can be made. */
struct newfile *newfile_open(const char *path, GError **error);
/* To write to; its errors are told by newfile_keep(). */
FILE *newfile_stream(struct newfile *file);
/* Gives it its name. On failure nothing is left of it. Frees it in both cases. */
bool newfile_keep(struct newfile *file, GError **error);
/* Nothing is left of it. NULL is fine. */
void newfile_drop(struct newfile *file);
