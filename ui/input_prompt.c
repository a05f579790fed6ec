/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include <stdio.h>
#include <string.h>
#include <readline/readline.h>

/* What readline would show in front of the line. */

const char *input_message(void)
{
	if (rl_display_prompt == NULL || *rl_display_prompt == '\0')
		return NULL;
	return rl_display_prompt;
}

char *input_mode_mark(void)
{
	const char *wanted = rl_variable_value("show-mode-in-prompt");
	const char *name = "emacs-mode-string", *mark;
	GString *out = g_string_new(NULL);
	bool shown = true;

	if (wanted == NULL || strcmp(wanted, "on") != 0)
		return g_string_free(out, FALSE);
	if (rl_editing_mode == 0)
		name = rl_get_keymap() == vi_movement_keymap ? "vi-cmd-mode-string"
							     : "vi-ins-mode-string";
	mark = rl_variable_value(name);
	for (const char *p = mark != NULL ? mark : ""; *p != '\0'; p++) {
		if (*p == RL_PROMPT_START_IGNORE || *p == RL_PROMPT_END_IGNORE)
			shown = *p == RL_PROMPT_END_IGNORE;
		else if (shown)
			g_string_append_c(out, *p);
	}
	return g_string_free(out, FALSE);
}
