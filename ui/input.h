/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The keyboard: reads stdin without blocking, takes out pastes and what terminals say of
 * their own, and feeds the rest to readline, which owns every binding. readline is one per
 * process, so the state of this file is too; its line is the one line being edited.
 *
 * In the mode INPUT_LINE keys edit the line; in INPUT_LIST they are told one by one, as
 * list keys, to whatever took the screen (a list, a form, a question, a password).
 */

#include <stdbool.h>
#include <glib.h>
#include "keys.h"

enum input_mode {
	INPUT_LINE,
	INPUT_LIST,
};

struct input_ops {
	/* Enter: the line, now empty. */
	void (*line)(const char *line, void *data);
	/* @key is the character that was typed. */
	void (*action)(enum action action, int key, void *data);
	void (*list)(enum list_key key, gunichar c, void *data);
	/* Clean text with newlines, in the mode INPUT_LINE or INPUT_LIST. */
	void (*paste)(const char *text, void *data);
	void (*mouse)(const struct mouse *mouse, void *data);
	/* The line, the cursor or readline's own prompt changed. */
	void (*changed)(void *data);
	/* As command_complete(). */
	char **(*complete)(const char *line, gsize cursor, gsize *start, void *data);
	/* What could stand at the cursor, to be listed; until the next changed(). */
	void (*candidates)(char *const *candidates, void *data);
	/* A batch of keys was dealt with: time for a frame. */
	void (*flush)(void *data);
	/* stdin is gone. */
	void (*hangup)(void *data);
};

/* Binds the keys, then reads ~/.inputrc and @inputrc (may be NULL). */
void input_init(const char *inputrc, const struct input_ops *ops, void *data);
/* Starts listening to stdin; before it nothing is read. */
void input_start(void);
void input_stop(void);
void input_clear(void);

enum input_mode input_mode(void);
void input_set_mode(enum input_mode mode);

/* Gives keys ("Ctrl-t", "Alt-t", "F5", "Ctrl-x,Ctrl-t") to a function by its name, now and, by
 * way of pheme's own inputrc, from the next start on. NULL @function: takes that back. */
bool input_bind(const char *keys, const char *function, GError **error);

/* The line being edited; borrowed until the next key. */
const char *input_line(void);
gsize input_cursor(void);
/* Replaces the line, forgetting its undo. @cursor in bytes, G_MAXSIZE for the end. */
void input_set_line(const char *line, gsize cursor);
/* Inserts at the cursor, as one step to undo. */
void input_insert(const char *text);
/* What readline asks in place of the prompt ("(reverse-i-search)…"), or NULL. */
const char *input_message(void);
/* "(cmd)", where the user's inputrc wants the editing mode shown; else "". New string. */
char *input_mode_mark(void);
void input_add_history(const char *line);
