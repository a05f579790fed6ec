/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Programs that are started and left to themselves. */

#include <unistd.h>

#include "command.h"

/* Its own session: keys typed here are none of its business. */
static void on_child(void *data)
{
	setsid();
}

bool command_spawn(const char *program, const char *argument, char **environment, GError **error)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new();

	if (!g_shell_parse_argv(program, NULL, &words, error))
		return false;
	for (char **word = words; *word; word++)
		g_ptr_array_add(argv, *word);
	if (argument)
		g_ptr_array_add(argv, (char *)argument);
	g_ptr_array_add(argv, NULL);
	return g_spawn_async(NULL, (char **)argv->pdata, environment,
			     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
				     G_SPAWN_STDERR_TO_DEV_NULL,
			     on_child, NULL, NULL, error);
}
