/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filename.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"

#define NAME_BYTES_MAX 200
#define EXTENSION_MAX  16
#define TRIES          1000

/* Where the extension begins, with its dot; the end of the name when there is none. */
static const char *extension_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	const char *end = name + strlen(name);

	if (!dot || dot == name || end - dot > EXTENSION_MAX)
		return end;
	/* .tar.gz is one: numbers go before it. */
	if (dot - name > 4 && !strncmp(dot - 4, ".tar", 4))
		return dot - 4;
	return dot;
}

static bool is_fine(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return false;
	default:
		return c != '/' && c != 0xfffd;
	}
}

/* As many whole characters as fit into @bytes. */
static gsize cut(const char *text, gsize length, gsize bytes)
{
	const char *end = text + MIN(length, bytes);

	if (length <= bytes)
		return length;
	while (end > text && ((guchar)*end & 0xc0) == 0x80)
		end--;
	return (gsize)(end - text);
}

static char *shorten(const char *name)
{
	const char *extension = extension_of(name);
	gsize tail = strlen(extension);

	return g_strdup_printf("%.*s%s",
			       (int)cut(name, (gsize)(extension - name), NAME_BYTES_MAX - tail),
			       name, extension);
}

char *filename_clean(const char *name)
{
	const char *slash = strrchr(name, '/');
	g_autofree char *valid = g_utf8_make_valid(slash ? slash + 1 : name, -1);
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar u = g_utf8_get_char(c);

		if (is_fine(u))
			g_string_append_unichar(out, u);
		else
			g_string_append_c(out, '_');
	}
	g_strchomp(out->str);
	out->len = strlen(out->str);
	g_string_erase(out, 0, (gssize)strspn(out->str, ".- "));
	return out->len ? shorten(out->str) : g_strdup("file");
}

char *filename_number(const char *name, unsigned n)
{
	const char *extension = extension_of(name);

	if (!n)
		return g_strdup(name);
	return g_strdup_printf("%.*s (%u)%s", (int)(extension - name), name, n, extension);
}

char *filename_part(const char *name, const char *identity)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, identity, -1);

	return g_strdup_printf("%s.%.8s.part", name, sum);
}

/* renameat2() where the file system knows it, else a second name for the file. */
static bool move_without_replacing(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	if (link(from, to) < 0)
		return false;
	unlink(from);
	return true;
}

char *filename_claim(const char *directory, const char *from, const char *name, GError **error)
{
	g_autofree char *old = g_build_filename(directory, from, NULL);

	for (unsigned n = 0; n < TRIES; n++) {
		g_autofree char *numbered = filename_number(name, n);
		g_autofree char *path = g_build_filename(directory, numbered, NULL);

		if (move_without_replacing(old, path))
			return g_steal_pointer(&numbered);
		if (errno != EEXIST)
			break;
	}
	relay_fail_errno(error, errno, "name the file %s", name);
	return NULL;
}
