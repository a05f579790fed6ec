/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GKeyFile that survives a broken file: lines that are no group, key or comment are left
 * out and named (file, line), the rest is used. A file with such lines is never written
 * back, so that nothing of the user's is lost. Writing is atomic (temporary file, fsync,
 * rename), mode 0600, and keeps comments.
 */

#include <stdbool.h>
#include <glib.h>

struct keyfile;

/* Never NULL: a missing file is an empty one; an unreadable one is a problem. Problems are
 * appended to @problems (char *). */
struct keyfile *keyfile_load(const char *path, GPtrArray *problems);
void keyfile_free(struct keyfile *file);
GKeyFile *keyfile_keys(struct keyfile *file);
const char *keyfile_path(const struct keyfile *file);
/* Line of a key, or of the group when @key is NULL; 0 when not in the file. */
unsigned keyfile_line(const struct keyfile *file, const char *group, const char *key);
/* Readable or writable by group or others? False when there is no file. */
bool keyfile_is_exposed(const struct keyfile *file);
bool keyfile_save(struct keyfile *file, GError **error);
