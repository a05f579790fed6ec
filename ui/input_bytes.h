/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What a terminal sends, cut into keys, pastes and replies. Whether an Esc stands for itself
 * only time tells: the end of the bytes may be the middle of a sequence, and then the caller
 * waits and asks again with @late.
 */

#include <stdbool.h>
#include <glib.h>
#include "keys.h"

struct input_bytes;

enum input_token_kind {
	INPUT_TOKEN_KEY,    /* bytes, length: a character or a whole escape sequence */
	INPUT_TOKEN_ESCAPE, /* the key Esc */
	INPUT_TOKEN_PASTE,  /* text: valid UTF-8 without control characters but newline, tab */
	INPUT_TOKEN_MOUSE,  /* mouse */
	INPUT_TOKEN_REPLY,  /* the terminal's own: focus, answers to questions, and what the mouse
			       did that means nothing here */
};

struct input_token {
	enum input_token_kind kind;
	const guchar *bytes; /* until the next call */
	gsize length;
	char *text;
	struct mouse mouse;
};

struct input_bytes *input_bytes_new(void);
void input_bytes_free(struct input_bytes *bytes);
/* Bytes of one read. When they have @paste_lines line ends or more they are a paste. */
void input_bytes_add(struct input_bytes *bytes, const guchar *data, gsize length,
		     guint paste_lines);
/* False: nothing, or not yet. */
bool input_bytes_next(struct input_bytes *bytes, bool late, struct input_token *token);
/* Is there a beginning whose rest has not come? */
bool input_bytes_is_waiting(const struct input_bytes *bytes);
void input_token_clear(struct input_token *token);
