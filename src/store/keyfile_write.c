/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keyfile_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

/* --- saving ------------------------------------------------------------------------------- */

static bool write_all(int fd, const char *bytes, gsize length)
{
	while (length) {
		ssize_t put = write(fd, bytes, length);

		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0) {
			bytes += put;
			length -= put;
		}
	}
	return fsync(fd) == 0;
}

/* Into a new file beside @target that then takes its place. */
static bool replace(const char *target, const char *bytes, gsize length)
{
	g_autofree char *temporary = g_strconcat(target, ".XXXXXX", NULL);
	int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
	int code;

	if (fd < 0)
		return false;
	bool done = fchmod(fd, 0600) == 0 && write_all(fd, bytes, length);

	code = errno;
	close(fd);
	if (done && rename(temporary, target) == 0)
		return true;
	code = done ? errno : code;
	unlink(temporary);
	errno = code;
	return false;
}

/* The file itself, where @path is a link to it; NULL: sets errno. */
static char *find_target(const char *path)
{
	char *target = realpath(path, NULL);
	struct stat st;

	if (!target && (errno != ENOENT || lstat(path, &st) == 0))
		return NULL;
	if (!target)
		return g_strdup(path);
	char *copy = g_strdup(target);

	free(target);
	if (stat(copy, &st) == 0 && S_ISREG(st.st_mode) && access(copy, W_OK) == 0)
		return copy;
	errno = S_ISREG(st.st_mode) ? EACCES : EINVAL;
	g_free(copy);
	return NULL;
}

static bool save_bytes(struct keyfile *file, const char *bytes, gsize length, GError **error)
{
	g_autofree char *shown = g_filename_display_name(file->path);
	g_autofree char *target = NULL;

	if (!paths_make_parents(file->path, error))
		return false;
	target = find_target(file->path);
	if (target && replace(target, bytes, length)) {
		file->mode = S_IFREG | 0600;
		return true;
	}
	int code = errno;

	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "cannot save %s: %s", shown,
		    g_strerror(code));
	return false;
}

bool keyfile_save(struct keyfile *file, GError **error)
{
	g_autofree char *shown = g_filename_display_name(file->path);

	if (file->broken) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
			    "cannot save %s: line %u of it was left out and would be lost; mend "
			    "it first",
			    shown, file->broken);
		return false;
	}
	if (file->unreadable) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
			    "cannot save %s: it could not be read and would be lost", shown);
		return false;
	}
	return save_bytes(file, file->text, file->length, error);
}

/* --- changing ----------------------------------------------------------------------------- */

/* Only the lines in question change; all else stays byte for byte as the user wrote it. */

/* Where line @line begins; the end of the file for one after the last. */
static gsize line_start(const struct keyfile *file, unsigned line)
{
	const char *at = file->text, *end = file->text + file->length;

	while (at < end && --line) {
		at = memchr(at, '\n', end - at);
		at = at ? at + 1 : end;
	}
	return at - file->text;
}

/* Puts @insert in the place of the bytes [@from, @to). */
static void put_bytes(struct keyfile *file, gsize from, gsize to, const char *insert)
{
	gsize size = strlen(insert), length = file->length - (to - from) + size;
	char *text = g_malloc(length + 1);

	if (from)
		memcpy(text, file->text, from);
	memcpy(text + from, insert, size);
	if (to < file->length)
		memcpy(text + from + size, file->text + to, file->length - to);
	keyfile_take_text(file, text, length, NULL);
}

static const char *line_end(const struct keyfile *file)
{
	const char *end = file->length ? memchr(file->text, '\n', file->length) : NULL;

	return end && end > file->text && end[-1] == '\r' ? "\r\n" : "\n";
}

/* The line after the last key of a group, so that a comment above the next one stays there. */
static unsigned group_end(const struct keyfile *file, const char *group)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file->keys, group, NULL, NULL);
	unsigned last = keyfile_line(file, group, NULL);

	for (char **key = keys; key && *key; key++)
		last = MAX(last, keyfile_line(file, group, *key));
	return last + 1;
}

/* New "key=value" with the value escaped as GKeyFile has it. */
static char *make_line(const char *group, const char *key, const char *value, const char *end)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	char *escaped, *line;

	g_key_file_set_string(keys, group, key, value);
	escaped = g_key_file_get_value(keys, group, key, NULL);
	line = g_strconcat(key, "=", escaped, end, NULL);
	keyfile_wipe(escaped, strlen(escaped));
	return line;
}

static void add_group(struct keyfile *file, const char *group)
{
	const char *end = line_end(file);
	bool open = file->length && file->text[file->length - 1] != '\n';
	g_autofree char *text =
		g_strconcat(open ? end : "", file->length ? end : "", "[", group, "]", end, NULL);

	put_bytes(file, file->length, file->length, text);
}

static void add_line(struct keyfile *file, const char *group, const char *line)
{
	gsize at = line_start(file, group_end(file, group));

	/* The last line of the file may lack its end. */
	if (at && file->text[at - 1] != '\n') {
		put_bytes(file, at, at, line_end(file));
		at = file->length;
	}
	put_bytes(file, at, at, line);
}

void keyfile_put(struct keyfile *file, const char *group, const char *key, const char *value)
{
	unsigned at = keyfile_line(file, group, key);
	char *line;

	if (file->broken || file->unreadable)
		return;
	line = value ? make_line(group, key, value, line_end(file)) : g_strdup("");
	if (value && !keyfile_line(file, group, NULL))
		add_group(file, group);
	if (at)
		put_bytes(file, line_start(file, at), line_start(file, at + 1), line);
	else if (value)
		add_line(file, group, line);
	keyfile_wipe(line, strlen(line));
}

/* Where the lines of a group end, with the blank line after them. */
static gsize group_stop(const struct keyfile *file, const char *group)
{
	gsize to = line_start(file, group_end(file, group));

	if (to < file->length && file->text[to] == '\r')
		to++;
	if (to < file->length && file->text[to] == '\n')
		to++;
	return to;
}

void keyfile_remove_group(struct keyfile *file, const char *group)
{
	unsigned first = keyfile_line(file, group, NULL);

	if (!first || file->broken || file->unreadable)
		return;
	put_bytes(file, line_start(file, first), group_stop(file, group), "");
}

void keyfile_rename_group(struct keyfile *file, const char *group, const char *to)
{
	unsigned line = keyfile_line(file, group, NULL);
	g_autofree char *text = g_strconcat("[", to, "]", line_end(file), NULL);

	if (line && !file->broken && !file->unreadable)
		put_bytes(file, line_start(file, line), line_start(file, line + 1), text);
}

/* The first of the comment lines right above a group, or its own line. */
static gsize group_start(const struct keyfile *file, const char *group)
{
	unsigned line = keyfile_line(file, group, NULL);

	while (line > 1 && file->text[line_start(file, line - 1)] == '#')
		line--;
	return line_start(file, line);
}

/* The lines from @from to @to with an end to the last one and a blank line after it. */
static char *cut_block(struct keyfile *file, gsize from, gsize to)
{
	const char *end = line_end(file);
	char *lines = g_strndup(file->text + from, to - from), *block;
	bool ended = g_str_has_suffix(lines, "\n");
	bool blank = g_str_has_suffix(lines, "\n\n") || g_str_has_suffix(lines, "\n\r\n");

	block = g_strconcat(lines, ended ? "" : end, blank ? "" : end, NULL);
	keyfile_wipe(lines, to - from);
	put_bytes(file, from, to, "");
	return block;
}

static void end_with_blank_line(struct keyfile *file)
{
	const char *end = line_end(file);

	if (file->length && file->text[file->length - 1] != '\n')
		put_bytes(file, file->length, file->length, end);
	if (file->length > 1 && file->text[file->length - 2] != '\n' &&
	    file->text[file->length - 2] != '\r')
		put_bytes(file, file->length, file->length, end);
}

void keyfile_move_group(struct keyfile *file, const char *group, const char *before)
{
	gsize at;
	char *block;

	if (file->broken || file->unreadable || !keyfile_line(file, group, NULL))
		return;
	block = cut_block(file, group_start(file, group), group_stop(file, group));
	if (!before)
		end_with_blank_line(file);
	at = before ? group_start(file, before) : file->length;
	put_bytes(file, at, at, block);
	keyfile_wipe(block, strlen(block));
}

bool keyfile_set(struct keyfile *file, const char *group, const char *key, const char *value,
		 GError **error)
{
	if (value && !g_utf8_validate(value, -1, NULL)) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			    "cannot set [%s] %s: the value is not UTF-8", group, key);
		return false;
	}
	keyfile_put(file, group, key, value);
	return keyfile_save(file, error);
}
