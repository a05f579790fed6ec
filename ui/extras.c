/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "extras.h"

#include <glib.h>

static bool has_prefix_of(const char *name, const char *const *prefixes)
{
	for (; *prefixes != NULL; prefixes++)
		if (g_str_has_prefix(name, *prefixes))
			return true;
	return false;
}

bool extras_has_title(const char *name)
{
	static const char *const titled[] = {"xterm",   "tmux",  "screen",    "rxvt",
					     "foot",    "kitty", "alacritty", "vte",
					     "konsole", "st-",   NULL};

	return has_prefix_of(name, titled);
}

bool extras_has_paste(const char *name)
{
	static const char *const plain[] = {"vt",   "linux", "ansi", "sun",  "cons",
					    "wsvt", "mach",  "hurd", "dumb", NULL};

	return !has_prefix_of(name, plain);
}
