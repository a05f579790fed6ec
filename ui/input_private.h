/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the files of the keyboard share: input.c feeds readline, and readline calls the functions
 * that input_functions.c gave it, which know no state and lead back into input.c.
 */

#include <stdio.h>
#include <readline/readline.h>
#include "keys.h"

/* --- input.c: what the functions lead to, as readline's own they return 0 ----------------- */

int input_perform(enum action action, int key);
int input_perform_list(enum list_key key, int c);
int input_complete_key(int count, int key);

/* --- input_functions.c -------------------------------------------------------------------- */

/* Names pheme's functions and binds their default keys; returns the keymap of lists. Before
 * rl_initialize(), so that an inputrc has the last word. */
Keymap input_bind_defaults(void);
/* Keys that every terminal has and readline binds from terminfo only. After rl_initialize(). */
void input_bind_usual(void);
/* Binds the key again if it is one of ours. */
void input_bind_default(const char *sequence);
