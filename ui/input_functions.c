/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input_private.h"

#include <glib.h>

/* --- a function for each action and list key ---------------------------------------------- */

/* readline's functions know neither their name nor any data: one each. */
#define ACTION(NAME, VALUE)                                                                        \
	static int act_##NAME(int count, int key)                                                  \
	{                                                                                          \
		return input_perform(VALUE, key);                                                  \
	}
ACTION(chat_number, ACTION_CHAT_NUMBER)
ACTION(next_unread, ACTION_NEXT_UNREAD)
ACTION(previous_chat, ACTION_PREVIOUS_CHAT)
ACTION(next_chat, ACTION_NEXT_CHAT)
ACTION(last_chat, ACTION_LAST_CHAT)
ACTION(switch_chat, ACTION_SWITCH)
ACTION(pane_up, ACTION_PANE_UP)
ACTION(pane_down, ACTION_PANE_DOWN)
ACTION(pane_filter, ACTION_PANE_FILTER)
ACTION(pane_page_up, ACTION_PANE_PAGE_UP)
ACTION(pane_page_down, ACTION_PANE_PAGE_DOWN)
ACTION(scroll_up, ACTION_SCROLL_UP)
ACTION(scroll_down, ACTION_SCROLL_DOWN)
ACTION(scroll_start, ACTION_SCROLL_START)
ACTION(scroll_end, ACTION_SCROLL_END)
ACTION(next_mention, ACTION_NEXT_MENTION)
ACTION(previous_mention, ACTION_PREVIOUS_MENTION)
ACTION(help, ACTION_HELP)
ACTION(accounts, ACTION_ACCOUNTS)
ACTION(tubes, ACTION_TUBES)
ACTION(toggle_pane, ACTION_TOGGLE_PANE)
ACTION(quote, ACTION_QUOTE)
ACTION(resend, ACTION_RESEND)
ACTION(newline, ACTION_NEWLINE)
ACTION(editor, ACTION_EDITOR)
ACTION(redraw, ACTION_REDRAW)
ACTION(interrupt, ACTION_INTERRUPT)
ACTION(suspend, ACTION_SUSPEND)
ACTION(escape, ACTION_ESCAPE)
#undef ACTION

#define LIST(NAME, VALUE)                                                                          \
	static int list_##NAME(int count, int key)                                                 \
	{                                                                                          \
		return input_perform_list(VALUE, key);                                             \
	}
LIST(char, LIST_CHAR)
LIST(up, LIST_UP)
LIST(down, LIST_DOWN)
LIST(left, LIST_LEFT)
LIST(right, LIST_RIGHT)
LIST(page_up, LIST_PAGE_UP)
LIST(page_down, LIST_PAGE_DOWN)
LIST(first, LIST_FIRST)
LIST(last, LIST_LAST)
LIST(enter, LIST_ENTER)
LIST(tab, LIST_TAB)
LIST(backtab, LIST_BACKTAB)
LIST(backspace, LIST_BACKSPACE)
LIST(kill, LIST_KILL)
LIST(leave, LIST_LEAVE)
#undef LIST

static rl_command_func_t *const actions[ACTION_COUNT] = {
	[ACTION_CHAT_NUMBER] = act_chat_number,
	[ACTION_NEXT_UNREAD] = act_next_unread,
	[ACTION_PREVIOUS_CHAT] = act_previous_chat,
	[ACTION_NEXT_CHAT] = act_next_chat,
	[ACTION_LAST_CHAT] = act_last_chat,
	[ACTION_SWITCH] = act_switch_chat,
	[ACTION_PANE_UP] = act_pane_up,
	[ACTION_PANE_DOWN] = act_pane_down,
	[ACTION_PANE_FILTER] = act_pane_filter,
	[ACTION_PANE_PAGE_UP] = act_pane_page_up,
	[ACTION_PANE_PAGE_DOWN] = act_pane_page_down,
	[ACTION_SCROLL_UP] = act_scroll_up,
	[ACTION_SCROLL_DOWN] = act_scroll_down,
	[ACTION_SCROLL_START] = act_scroll_start,
	[ACTION_SCROLL_END] = act_scroll_end,
	[ACTION_NEXT_MENTION] = act_next_mention,
	[ACTION_PREVIOUS_MENTION] = act_previous_mention,
	[ACTION_HELP] = act_help,
	[ACTION_ACCOUNTS] = act_accounts,
	[ACTION_TUBES] = act_tubes,
	[ACTION_TOGGLE_PANE] = act_toggle_pane,
	[ACTION_COMPLETE] = input_complete_key,
	[ACTION_QUOTE] = act_quote,
	[ACTION_RESEND] = act_resend,
	[ACTION_NEWLINE] = act_newline,
	[ACTION_EDITOR] = act_editor,
	[ACTION_REDRAW] = act_redraw,
	[ACTION_INTERRUPT] = act_interrupt,
	[ACTION_SUSPEND] = act_suspend,
	[ACTION_ESCAPE] = act_escape,
};

static rl_command_func_t *const list_actions[LIST_COUNT] = {
	[LIST_CHAR] = list_char,           [LIST_UP] = list_up,       [LIST_DOWN] = list_down,
	[LIST_LEFT] = list_left,           [LIST_RIGHT] = list_right, [LIST_PAGE_UP] = list_page_up,
	[LIST_PAGE_DOWN] = list_page_down, [LIST_FIRST] = list_first, [LIST_LAST] = list_last,
	[LIST_ENTER] = list_enter,         [LIST_TAB] = list_tab,     [LIST_BACKTAB] = list_backtab,
	[LIST_BACKSPACE] = list_backspace, [LIST_KILL] = list_kill,   [LIST_LEAVE] = list_leave,
};

/* --- default keys ------------------------------------------------------------------------- */

static void bind_all(const char *sequences, rl_command_func_t *function, Keymap map)
{
	g_auto(GStrv) list = g_strsplit(sequences, " ", -1);

	for (guint i = 0; list[i] != NULL; i++)
		if (*list[i] != '\0')
			rl_bind_keyseq_in_map(list[i], function, map);
}

static void bind_actions(Keymap map)
{
	for (int i = 0; i < ACTION_COUNT; i++)
		bind_all(keys_table[i].sequences, actions[i], map);
}

void input_bind_default(const char *sequence)
{
	for (int i = 0; i < ACTION_COUNT; i++) {
		g_auto(GStrv) list = g_strsplit(keys_table[i].sequences, " ", -1);

		if (g_strv_contains((const char *const *)list, sequence))
			rl_bind_keyseq(sequence, actions[i]);
	}
}

static Keymap make_list_map(void)
{
	Keymap map = rl_make_bare_keymap();

	for (int c = ' '; c < 256; c++)
		rl_bind_key_in_map(c, list_char, map);
	bind_actions(map);
	for (int i = 0; i < LIST_COUNT; i++)
		bind_all(keys_list[i].sequences, list_actions[i], map);
	rl_set_keymap_name("pheme-list", map);
	return map;
}

static void name_functions(void)
{
	for (int i = 0; i < ACTION_COUNT; i++)
		rl_add_defun(keys_table[i].function, actions[i], -1);
	for (int i = 0; i < LIST_COUNT; i++)
		rl_add_defun(keys_list[i].function, list_actions[i], -1);
}

Keymap input_bind_defaults(void)
{
	name_functions();
	bind_actions(emacs_standard_keymap);
	bind_actions(vi_insertion_keymap);
	bind_actions(vi_movement_keymap);
	return make_list_map();
}

static void bind_usual(Keymap map)
{
	bind_all("\\e[1~ \\e[7~", rl_beg_of_line, map);
	bind_all("\\e[4~ \\e[8~", rl_end_of_line, map);
	bind_all("\\e[3~", rl_delete, map);
	bind_all("\\e[Z", rl_backward_menu_complete, map);
}

void input_bind_usual(void)
{
	bind_usual(emacs_standard_keymap);
	bind_usual(vi_insertion_keymap);
}
