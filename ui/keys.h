/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What a key can do: one const table of named functions with their default keys and help.
 * Input binds it, F1 shows it and the man page is made from it, so it needs neither curses
 * nor readline. The names are what users write in ~/.inputrc:
 *
 *     $if Pheme
 *     "\C-n": pheme-next-chat
 *     $endif
 */

enum action {
	ACTION_CHAT_NUMBER,
	ACTION_NEXT_UNREAD,
	ACTION_PREVIOUS_CHAT,
	ACTION_NEXT_CHAT,
	ACTION_LAST_CHAT,
	ACTION_SWITCH,
	ACTION_PANE_UP,
	ACTION_PANE_DOWN,
	ACTION_PANE_FILTER,
	ACTION_PANE_PAGE_UP,
	ACTION_PANE_PAGE_DOWN,
	ACTION_SCROLL_UP,
	ACTION_SCROLL_DOWN,
	ACTION_SCROLL_START,
	ACTION_SCROLL_END,
	ACTION_NEXT_MENTION,
	ACTION_PREVIOUS_MENTION,
	ACTION_HELP,
	ACTION_ACCOUNTS,
	ACTION_TUBES,
	ACTION_TOGGLE_PANE,
	ACTION_COMPLETE,
	ACTION_QUOTE,
	ACTION_RESEND,
	ACTION_NEWLINE,
	ACTION_EDITOR,
	ACTION_REDRAW,
	ACTION_INTERRUPT,
	ACTION_SUSPEND,
	ACTION_ESCAPE,
	ACTION_COUNT,
};

struct key {
	const char *function; /* "pheme-next-chat" */
	const char *shown;    /* "Alt-Right" */
	const char *help;
	const char *sequences; /* as in an inputrc, separated by blanks */
};

extern const struct key keys_table[ACTION_COUNT];

/* What a list view, a form or a question gets to know of a key. */
enum list_key {
	LIST_CHAR, /* with the character */
	LIST_UP,
	LIST_DOWN,
	LIST_LEFT,
	LIST_RIGHT,
	LIST_PAGE_UP,
	LIST_PAGE_DOWN,
	LIST_FIRST,
	LIST_LAST,
	LIST_ENTER,
	LIST_TAB,
	LIST_BACKTAB,
	LIST_BACKSPACE,
	LIST_KILL,  /* the whole of what was typed */
	LIST_LEAVE, /* Esc, Ctrl-C */
	LIST_COUNT,
};

/* What the mouse did, and in which cell, both counted from 0. */
enum mouse_kind {
	MOUSE_CLICK, /* the left button, alone */
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

struct mouse {
	enum mouse_kind kind;
	int y, x;
};

struct list_binding {
	const char *function; /* "pheme-list-up" */
	const char *sequences;
};

/* Keymap "pheme-list", for `set keymap pheme-list` in an inputrc. */
extern const struct list_binding keys_list[LIST_COUNT];
