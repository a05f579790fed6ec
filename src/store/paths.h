/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Where pheme keeps its files: the XDG directories, each with a directory "pheme" in it that
 * only the user can enter. Variables that are not absolute paths are ignored, as the XDG
 * specification asks.
 */

#include <stdbool.h>
#include <glib.h>

enum paths_kind {
	PATHS_CONFIG, /* $XDG_CONFIG_HOME/pheme */
	PATHS_DATA,   /* $XDG_DATA_HOME/pheme */
	PATHS_STATE,  /* $XDG_STATE_HOME/pheme */
};

/* New path of @name in that directory (NULL: of the directory itself). Creates nothing. */
char *paths_file(enum paths_kind kind, const char *name);
/* Where themes are looked for, in this order: the user's, those that came with pheme, and those
 * beside a program that is not installed; g_strfreev. */
char **paths_themes(void);
/* Makes the directories that lead to @path, those that are missing with mode 0700. */
bool paths_make_parents(const char *path, GError **error);
