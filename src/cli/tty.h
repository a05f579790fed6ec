/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A question to the person at the controlling terminal, wherever stdin and stdout go. */

#include <stdbool.h>
#include <glib.h>

struct tty_question;

/* @answer NULL: no answer (end of file). Borrowed, and wiped afterwards. */
typedef void (*tty_answer_fn)(const char *answer, void *data);

/* Asks, without echo when @secret. @fn is called once, from the main loop, unless the question
 * is taken back; the question is gone then. NULL when there is no terminal to ask on, or when
 * this process is in its background. @text must be clean. */
struct tty_question *tty_ask(const char *text, bool secret, tty_answer_fn fn, void *data);
/* Takes it back and leaves the terminal as it was; NULL is fine. */
void tty_cancel(struct tty_question *question);
