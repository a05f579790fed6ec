/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../bus/daemon.h"

#define PATTERN      "pheme-demo-XXXXXX"
#define PREFIX       "pheme-demo-"
#define OWNER        "owner"
#define OWNER_MAX    64
#define BASE_MAX     40 /* the names of sockets in there have room for 107 bytes */
#define NEW_SECONDS  60 /* one without an owner may be just being made */
#define WALK_FDS_MAX 16

static const char fallback[] = "/tmp";

/* --- removing ----------------------------------------------------------------------------- */

static int on_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	remove(path);
	return 0;
}

void place_remove(const char *path)
{
	nftw(path, on_entry, WALK_FDS_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Our own, and with our name, mode and kind: in /tmp anybody could have made it. */
static bool is_ours(const char *path, struct stat *st)
{
	const char *name = strrchr(path, '/') + 1;

	return strlen(name) == strlen(PATTERN) && g_str_has_prefix(name, PREFIX) &&
	       !lstat(path, st) && S_ISDIR(st->st_mode) && st->st_uid == geteuid() &&
	       (st->st_mode & 07777) == 0700;
}

/* @text: what the file says, "pid start-time". */
static bool is_alive(const char *text)
{
	unsigned long long start;
	long pid;

	return sscanf(text, "%ld %llu", &pid, &start) == 2 && pid > 0 && start &&
	       bus_process_start_time((pid_t)pid) == start;
}

static bool is_abandoned(const char *path)
{
	g_autofree char *owner = g_build_filename(path, OWNER, NULL);
	g_autofree char *text = NULL;
	struct stat st;

	if (!is_ours(path, &st))
		return false;
	if (g_file_get_contents(owner, &text, NULL, NULL))
		return !is_alive(text);
	return g_get_real_time() / G_USEC_PER_SEC - st.st_mtime > NEW_SECONDS;
}

static void sweep(const char *base)
{
	GDir *list = g_dir_open(base, 0, NULL);
	const char *name;

	while (list && (name = g_dir_read_name(list))) {
		g_autofree char *path = g_build_filename(base, name, NULL);

		if (g_str_has_prefix(name, PREFIX) && is_abandoned(path))
			place_remove(path);
	}
	if (list)
		g_dir_close(list);
}

/* --- making ------------------------------------------------------------------------------- */

static bool claim(const char *path, GError **error)
{
	g_autofree char *owner = g_build_filename(path, OWNER, NULL);
	g_autofree char *text = g_strdup_printf("%ld %" G_GUINT64_FORMAT "\n", (long)getpid(),
						(guint64)bus_process_start_time(getpid()));

	return g_file_set_contents_full(owner, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
					error);
}

char *place_new(GError **error)
{
	const char *base = g_getenv("XDG_RUNTIME_DIR");
	g_autofree char *path = NULL;

	sweep(fallback);
	if (base && g_path_is_absolute(base))
		sweep(base);
	if (!base || !g_path_is_absolute(base) || strlen(base) > BASE_MAX || access(base, W_OK))
		base = fallback;
	path = g_build_filename(base, PATTERN, NULL);
	if (!g_mkdtemp_full(path, 0700)) {
		int code = errno;

		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code),
			    "cannot make a directory in %s: %s", base, g_strerror(code));
		return NULL;
	}
	if (claim(path, error))
		return g_steal_pointer(&path);
	place_remove(path);
	return NULL;
}
