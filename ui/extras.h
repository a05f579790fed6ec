/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What terminals of a name (TERM) can do, where terminfo has no portable word for it.
 */

#include <stdbool.h>

/* Takes a title by OSC 2. */
bool extras_has_title(const char *name);
/* Marks what is pasted, and tells of the mouse by columns of any number. */
bool extras_has_paste(const char *name);
