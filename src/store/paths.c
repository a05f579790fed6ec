/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paths.h"

#include <errno.h>

struct place {
	const char *variable, *fallback; /* fallback: below the home directory */
};

static const struct place places[] = {
	[PATHS_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
	[PATHS_DATA] = {"XDG_DATA_HOME", ".local/share"},
	[PATHS_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

char *paths_file(enum paths_kind kind, const char *name)
{
	const struct place *place = &places[kind];
	const char *base = g_getenv(place->variable);

	if (base && g_path_is_absolute(base))
		return g_build_filename(base, "pheme", name, NULL);
	return g_build_filename(g_get_home_dir(), place->fallback, "pheme", name, NULL);
}

bool paths_make_parents(const char *path, GError **error)
{
	g_autofree char *dir = g_path_get_dirname(path);
	g_autofree char *shown = NULL;

	if (g_mkdir_with_parents(dir, 0700) == 0)
		return true;
	int code = errno;
	shown = g_filename_display_name(dir);
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "cannot create %s: %s",
		    shown, g_strerror(code));
	return false;
}

char **paths_themes(void)
{
	g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *bin = own ? g_path_get_dirname(own) : g_strdup(".");
	char **list = g_new0(char *, 4);

	list[0] = paths_file(PATHS_CONFIG, "themes");
	list[1] = g_build_filename(PHEME_DATADIR, "themes", NULL);
	list[2] = g_build_filename(bin, "..", "themes", NULL);
	return list;
}
