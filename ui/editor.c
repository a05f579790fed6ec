/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>

static bool run_editor(const char *path, GError **error)
{
	const char *editor = g_getenv("VISUAL");
	g_auto(GStrv) words = NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	int status;

	if (editor == NULL || *editor == '\0')
		editor = g_getenv("EDITOR");
	if (editor == NULL || *editor == '\0')
		editor = "vi";
	if (!g_shell_parse_argv(editor, NULL, &words, error))
		return false;
	for (guint i = 0; words[i] != NULL; i++)
		g_ptr_array_add(argv, words[i]);
	g_ptr_array_add(argv, (char *)path);
	g_ptr_array_add(argv, NULL);
	return g_spawn_sync(NULL, (char **)argv->pdata, NULL,
			    G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL,
			    NULL, &status, error) &&
	       g_spawn_check_wait_status(status, error);
}

/* The terminal is the editor's while it runs; what arrives meanwhile is dealt with after. */
void ui_edit_externally(struct ui *ui)
{
	g_autofree char *path = g_build_filename(g_get_user_runtime_dir(), "pheme-XXXXXX", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		ui_notice(ui, NOTICE_ERROR, "cannot edit: no temporary file in %s",
			  g_get_user_runtime_dir());
		return;
	}
	if (write(fd, input_line(), strlen(input_line())) < 0)
		ui_notice(ui, NOTICE_ERROR, "cannot write the line for the editor");
	close(fd);
	term_pause();
	if (run_editor(path, &error) && g_file_get_contents(path, &text, NULL, &error) &&
	    g_utf8_validate(text, -1, NULL))
		input_set_line(g_strchomp(text), G_MAXSIZE);
	g_unlink(path);
	term_resume();
	screen_resized(ui);
	ui_mark(ui, DIRTY_ALL);
	if (error != NULL)
		ui_notice(ui, NOTICE_ERROR, "cannot edit: %s", error->message);
}
