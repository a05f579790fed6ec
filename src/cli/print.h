/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What goes to stdout as --json, -0 and --color ask for it. */

#include "private.h"

enum print_color {
	PRINT_PLAIN,
	PRINT_GOOD,
	PRINT_BUSY,
	PRINT_AWAY,
	PRINT_DIM,
};

/* A line, or with -0 what ends in a NUL. */
void print_raw(struct cli *cli, const char *text);
/* One row of a list. @json: made only when it is asked for, taken over. @name: what other flags
 * take for it, as it is; alone with -0. The rest is cleaned text in columns. */
void print_row(struct cli *cli, char *json, const char *name, enum print_color color,
	       const char *const *columns);
#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})
bool print_wants_json(const struct cli *cli);
/* By --color, NO_COLOR and what stdout is. */
bool print_has_color(const struct cli *cli);
enum print_color print_color_of(enum presence presence);
