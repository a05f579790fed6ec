/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

#define SIZE_MAX_BYTES (1024 * 1024)
/* A file that is no key file at all would otherwise give a problem a line. */
#define PROBLEMS_MAX 20

struct keyfile {
	char *path, *name; /* name: for messages */
	GKeyFile *keys;
	GHashTable *lines; /* "group" or "group\nkey" → line */
	mode_t mode;       /* 0: there is no file */
	unsigned broken;   /* first line that was left out; 0: none */
	bool unreadable;
};

/* --- problems ----------------------------------------------------------------------------- */

static void add_problem(GPtrArray *problems, char *text)
{
	if (problems)
		g_ptr_array_add(problems, text);
	else
		g_free(text);
}

char *keyfile_where(const struct keyfile *file, const char *group, const char *key)
{
	unsigned line = keyfile_line(file, group, key);
	g_autofree char *place =
		line ? g_strdup_printf("%s:%u", file->name, line) : g_strdup(file->name);

	return g_strdup_printf("%s: [%s]%s%s", place, group, key ? " " : "", key ? key : "");
}

void keyfile_problem(const struct keyfile *file, GPtrArray *problems, const char *group,
		     const char *key, const char *format, ...)
{
	g_autofree char *where = keyfile_where(file, group, key);
	g_autofree char *text = NULL;
	va_list list;

	va_start(list, format);
	text = g_strdup_vprintf(format, list);
	va_end(list);
	add_problem(problems, g_strconcat(where, ": ", text, NULL));
}

/* --- reading ------------------------------------------------------------------------------ */

/* What is being read: lines that GKeyFile will take are copied to @good. */
struct scan {
	struct keyfile *file;
	GPtrArray *problems;
	GString *good;
	char *group;  /* NULL before the first one */
	bool skipped; /* the group was there before */
	unsigned line, left_out;
};

static void leave_out(struct scan *scan, const char *reason)
{
	if (!scan->file->broken)
		scan->file->broken = scan->line;
	if (scan->left_out++ < PROBLEMS_MAX)
		add_problem(scan->problems,
			    g_strdup_printf("%s:%u: %s", scan->file->name, scan->line, reason));
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if (g_ascii_iscntrl(*s))
			return true;
	return false;
}

static void remember_line(struct scan *scan, const char *key)
{
	char *name = key ? g_strconcat(scan->group, "\n", key, NULL) : g_strdup(scan->group);

	g_hash_table_insert(scan->file->lines, name, GUINT_TO_POINTER(scan->line));
}

static void scan_group(struct scan *scan, char *text)
{
	char *end = strchr(text, ']');

	g_clear_pointer(&scan->group, g_free);
	scan->skipped = true;
	if (end)
		*end++ = '\0';
	if (!end || *g_strchug(end) || !text[1] || strchr(text + 1, '[') || has_control(text)) {
		leave_out(scan, "not a group: write [name]; its lines are left out");
		return;
	}
	scan->group = g_strdup(text + 1);
	if (keyfile_line(scan->file, scan->group, NULL)) {
		g_autofree char *reason =
			g_strdup_printf("[%s] again, it is at line %u already: the lines here are "
					"left out",
					scan->group, keyfile_line(scan->file, scan->group, NULL));

		leave_out(scan, reason);
		return;
	}
	scan->skipped = false;
	remember_line(scan, NULL);
	g_string_append_printf(scan->good, "[%s]\n", scan->group);
}

/* Returns the value, cuts the line to the key; NULL when it is none that GKeyFile takes. */
static char *split_key(char *text)
{
	char *value = strchr(text, '=');

	if (!value || value == text)
		return NULL;
	*value++ = '\0';
	g_strchomp(text);
	if (!*text || has_control(text) || strpbrk(text, "[]"))
		return NULL;
	return g_strchug(value);
}

static void scan_key(struct scan *scan, char *text)
{
	char *value = split_key(text);

	if (!value) {
		leave_out(scan, "not understood: write key=value, [group] or # comment");
	} else if (!scan->group) {
		leave_out(scan, "a key before any [group]");
	} else if (keyfile_line(scan->file, scan->group, text)) {
		g_autofree char *reason =
			g_strdup_printf("[%s] %s again: the one at line %u counts", scan->group,
					text, keyfile_line(scan->file, scan->group, text));

		leave_out(scan, reason);
	} else {
		remember_line(scan, text);
		g_string_append_printf(scan->good, "%s=%s\n", text, value);
	}
}

static void scan_line(struct scan *scan, char *line, gsize length)
{
	char *text;

	if (length && line[length - 1] == '\r')
		line[--length] = '\0';
	if (memchr(line, '\0', length) || !g_utf8_validate(line, length, NULL)) {
		leave_out(scan, "not UTF-8 text");
		return;
	}
	text = line;
	while (g_ascii_isspace(*text))
		text++;
	if (!*text || *text == '#')
		g_string_append_printf(scan->good, "%s\n", text);
	else if (*text == '[')
		scan_group(scan, text);
	else if (!scan->skipped)
		scan_key(scan, text);
}

static void scan_lines(struct scan *scan, char *bytes, gsize length)
{
	char *end = bytes + length;

	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		bytes += 3;
	while (bytes < end) {
		char *stop = memchr(bytes, '\n', end - bytes);

		if (!stop)
			stop = end;
		*stop = '\0'; /* the buffer is one longer than the file */
		scan->line++;
		scan_line(scan, bytes, stop - bytes);
		bytes = stop + 1;
	}
	if (scan->left_out > PROBLEMS_MAX)
		add_problem(scan->problems,
			    g_strdup_printf("%s: and %u more lines like that", scan->file->name,
					    scan->left_out - PROBLEMS_MAX));
}

static void wipe(char *bytes, gsize length)
{
	explicit_bzero(bytes, length);
	g_free(bytes);
}

/* @bytes has room for one more and is written to. */
static void parse(struct keyfile *file, char *bytes, gsize length, GPtrArray *problems)
{
	g_autoptr(GError) error = NULL;
	struct scan scan = {.file = file, .problems = problems};
	gsize size;

	/* Allocated in one piece: growing would leave copies of passwords behind. */
	scan.good = g_string_sized_new(length + 16);
	scan_lines(&scan, bytes, length);
	size = scan.good->len;
	char *good = g_string_free(scan.good, FALSE);

	if (!g_key_file_load_from_data(file->keys, good, size, G_KEY_FILE_KEEP_COMMENTS, &error)) {
		add_problem(problems, g_strdup_printf("%s: %s", file->name, error->message));
		file->unreadable = true;
	}
	g_free(scan.group);
	wipe(good, size);
}

static struct keyfile *new_file(const char *path)
{
	struct keyfile *file = g_new0(struct keyfile, 1);
	g_autofree char *base = g_path_get_basename(path);

	file->path = g_strdup(path);
	file->name = g_filename_display_name(base);
	file->keys = g_key_file_new();
	file->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return file;
}

struct keyfile *keyfile_parse(const char *path, const char *bytes, gsize length,
			      GPtrArray *problems)
{
	struct keyfile *file = new_file(path);
	char *copy = g_malloc(length + 1);

	if (length)
		memcpy(copy, bytes, length);
	parse(file, copy, length, problems);
	wipe(copy, length);
	return file;
}

static const char *read_all(int fd, char *bytes, gsize *length)
{
	ssize_t got;

	*length = 0;
	while ((got = read(fd, bytes + *length, SIZE_MAX_BYTES + 1 - *length)) > 0)
		*length += got;
	if (got < 0)
		return g_strerror(errno);
	return *length > SIZE_MAX_BYTES ? "it is larger than 1 MiB" : NULL;
}

/* Without blocking: a FIFO or a terminal in the place of the file must not hang pheme. */
static const char *read_file(struct keyfile *file, GPtrArray *problems)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	const char *reason;
	gsize length;

	if (fd < 0)
		return errno == ENOENT ? NULL : g_strerror(errno);
	if (fstat(fd, &st) < 0 || S_ISFIFO(st.st_mode) || S_ISDIR(st.st_mode)) {
		close(fd);
		return "it is not a file";
	}
	file->mode = st.st_mode;
	char *bytes = g_malloc(SIZE_MAX_BYTES + 2);

	reason = read_all(fd, bytes, &length);
	close(fd);
	if (!reason)
		parse(file, bytes, length, problems);
	wipe(bytes, length);
	return reason;
}

struct keyfile *keyfile_load(const char *path, GPtrArray *problems)
{
	struct keyfile *file = new_file(path);
	const char *reason = read_file(file, problems);

	if (reason) {
		g_autofree char *shown = g_filename_display_name(path);

		file->unreadable = true;
		add_problem(problems, g_strdup_printf("cannot read %s: %s", shown, reason));
	}
	return file;
}

void keyfile_free(struct keyfile *file)
{
	if (!file)
		return;
	g_key_file_unref(file->keys);
	g_hash_table_unref(file->lines);
	g_free(file->path);
	g_free(file->name);
	g_free(file);
}

/* --- questions ---------------------------------------------------------------------------- */

GKeyFile *keyfile_keys(struct keyfile *file)
{
	return file->keys;
}

const char *keyfile_path(const struct keyfile *file)
{
	return file->path;
}

unsigned keyfile_line(const struct keyfile *file, const char *group, const char *key)
{
	g_autofree char *name = key ? g_strconcat(group, "\n", key, NULL) : g_strdup(group);

	return GPOINTER_TO_UINT(g_hash_table_lookup(file->lines, name));
}

bool keyfile_is_exposed(const struct keyfile *file)
{
	return S_ISREG(file->mode) && (file->mode & 066);
}

char *keyfile_string(const struct keyfile *file, const char *group, const char *key,
		     GPtrArray *problems)
{
	g_autoptr(GError) error = NULL;
	char *value = g_key_file_get_string(file->keys, group, key, &error);

	if (!value && !g_error_matches(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND) &&
	    !g_error_matches(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND))
		/* Not the message of GLib: it may quote a password. */
		keyfile_problem(file, problems, group, key,
				"a backslash is written \\\\, a tab \\t, a leading space \\s");
	return value;
}

bool keyfile_parse_bool(const char *text, bool *value)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
	g_autofree char *word = g_strstrip(g_strdup(text));

	for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_ascii_strcasecmp(word, words[i]) == 0) {
			*value = i & 1;
			return true;
		}
	}
	return false;
}

/* --- writing ------------------------------------------------------------------------------ */

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
	gsize length;

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
	char *bytes = g_key_file_to_data(file->keys, &length, NULL);
	bool done = save_bytes(file, bytes, length, error);

	wipe(bytes, length);
	return done;
}

static bool check_value(const char *group, const char *key, const char *value, GError **error)
{
	if (!g_utf8_validate(value, -1, NULL)) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			    "cannot set [%s] %s: the value is not UTF-8", group, key);
		return false;
	}
	return true;
}

bool keyfile_set(struct keyfile *file, const char *group, const char *key, const char *value,
		 GError **error)
{
	if (value && !check_value(group, key, value, error))
		return false;
	if (value)
		g_key_file_set_string(file->keys, group, key, value);
	else
		g_key_file_remove_key(file->keys, group, key, NULL);
	return keyfile_save(file, error);
}
