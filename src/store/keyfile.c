/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keyfile_private.h"

#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "readfile.h"

#define SIZE_MAX_MIB 1
/* A file that is no key file at all would otherwise give a problem a line. */
#define PROBLEMS_MAX 20

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
	} else if (g_str_equal(text, "Encoding") && g_ascii_strcasecmp(value, "UTF-8") != 0) {
		/* GKeyFile would refuse the whole file. */
		leave_out(scan, "the file must be UTF-8");
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

void keyfile_wipe(char *bytes, gsize length)
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

	if (!g_key_file_load_from_data(file->keys, good, size, G_KEY_FILE_NONE, &error)) {
		add_problem(problems, g_strdup_printf("%s: %s", file->name, error->message));
		file->unreadable = true;
	}
	g_free(scan.group);
	keyfile_wipe(good, size);
}

void keyfile_take_text(struct keyfile *file, char *text, gsize length, GPtrArray *problems)
{
	char *copy = g_malloc(length + 1);

	if (file->text)
		keyfile_wipe(file->text, file->length);
	file->text = text;
	file->length = length;
	g_key_file_unref(file->keys);
	file->keys = g_key_file_new();
	g_hash_table_remove_all(file->lines);
	if (length)
		memcpy(copy, text, length);
	parse(file, copy, length, problems);
	keyfile_wipe(copy, length);
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

	keyfile_take_text(file, g_memdup2(bytes, length), length, problems);
	return file;
}

struct keyfile *keyfile_load(const char *path, GPtrArray *problems)
{
	struct keyfile *file = new_file(path);
	g_autoptr(GError) error = NULL;
	gsize length;
	char *bytes = readfile(path, SIZE_MAX_MIB, &length, &file->mode, &error);

	if (bytes) {
		keyfile_take_text(file, bytes, length, problems);
	} else if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		g_autofree char *shown = g_filename_display_name(path);

		file->unreadable = true;
		add_problem(problems, g_strdup_printf("cannot read %s: %s", shown, error->message));
	}
	return file;
}

void keyfile_free(struct keyfile *file)
{
	if (!file)
		return;
	if (file->text)
		keyfile_wipe(file->text, file->length);
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

	if (!error)
		return value;
	/* GLib gives what it could make of a bad value, too. */
	if (value)
		keyfile_wipe(value, strlen(value));
	if (!g_error_matches(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND) &&
	    !g_error_matches(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND))
		/* Not the message of GLib: it may quote a password. */
		keyfile_problem(file, problems, group, key,
				"a backslash is written \\\\, a tab \\t, a leading space \\s");
	return NULL;
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
