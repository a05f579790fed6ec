/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GKeyFile that survives a broken file: lines that are no group, key or comment are left
 * out and named (file, line), the rest is used. So are a key that its group has already and
 * all lines of a group that was there before: the first one counts. A file with such lines is
 * never written back, so that nothing of the user's is lost. Writing is atomic (temporary
 * file, fsync, rename), mode 0600, keeps all other lines as they are, and goes through a symbolic
 * link to the file it names.
 */

#include <stdbool.h>
#include <glib.h>

struct keyfile;

/* Never NULL: a missing file is an empty one; an unreadable one is a problem. Problems are
 * appended to @problems (char *). */
struct keyfile *keyfile_load(const char *path, GPtrArray *problems);
/* The same from memory, for a file that is at @path or will be. */
struct keyfile *keyfile_parse(const char *path, const char *bytes, gsize length,
			      GPtrArray *problems);
void keyfile_free(struct keyfile *file);
/* To read from: what is changed in it is not saved. Borrowed until the next change. */
GKeyFile *keyfile_keys(struct keyfile *file);
const char *keyfile_path(const struct keyfile *file);
/* Line of a key, or of the group when @key is NULL; 0 when not in the file. */
unsigned keyfile_line(const struct keyfile *file, const char *group, const char *key);
/* Readable or writable by group or others? False when there is no file. */
bool keyfile_is_exposed(const struct keyfile *file);
/* Changes in memory, of a file without broken lines; @value is UTF-8, NULL removes the key. */
void keyfile_put(struct keyfile *file, const char *group, const char *key, const char *value);
void keyfile_remove_group(struct keyfile *file, const char *group);
/* @to must be a name that a group can have, and that none has. */
void keyfile_rename_group(struct keyfile *file, const char *group, const char *to);
/* Moves the lines of a group, with the comment above it, to before @before; NULL: to the end. */
void keyfile_move_group(struct keyfile *file, const char *group, const char *before);
bool keyfile_save(struct keyfile *file, GError **error);
/* Sets a string and saves; NULL removes the key. What is in memory is of no use after a
 * failure: load it anew. */
bool keyfile_set(struct keyfile *file, const char *group, const char *key, const char *value,
		 GError **error);
/* "pheme.conf:12: [group] key" without the line when it is not in the file; new string. */
char *keyfile_where(const struct keyfile *file, const char *group, const char *key);
/* Appends "WHERE: …" to @problems. */
void keyfile_problem(const struct keyfile *file, GPtrArray *problems, const char *group,
		     const char *key, const char *format, ...) G_GNUC_PRINTF(5, 6);
/* New string of a key, NULL when it is not there; one that cannot be read is a problem. */
char *keyfile_string(const struct keyfile *file, const char *group, const char *key,
		     GPtrArray *problems);
/* true, yes, on, 1 and their opposites. False: @text is none of them. */
bool keyfile_parse_bool(const char *text, bool *value);
