/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Text from standard input, as it comes: the whole of it, or line by line. Takes no more from
 * the other side than can be handled: while it is paused nothing is read. What is no text (NUL,
 * bytes that are not UTF-8) ends it with an error that tells the offset of the byte.
 */

#include <stdbool.h>
#include <glib.h>

#define INPUT_MAX (1024 * 1024) /* bytes of a line, or of the whole */

struct input;

/* @text: a line, or the whole, without the line ends at its end; NULL: the end, for the reason in
 * @error or because all was read. Empty lines are not told. */
typedef void (*input_fn)(const char *text, const GError *error, void *data);

struct input *input_new(int fd, bool lines, input_fn fn, void *data);
void input_pause(struct input *input);
void input_go_on(struct input *input);
/* NULL is fine. Not from inside @fn. */
void input_free(struct input *input);
