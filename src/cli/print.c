/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../model/text.h"

#define NAME_CELLS   28
#define COLUMN_CELLS 14

bool print_wants_json(const struct cli *cli)
{
	return cli->task->options.json;
}

bool print_has_color(const struct cli *cli)
{
	const char *told = cli->task->options.color, *no = g_getenv("NO_COLOR");

	if (told && strcmp(told, "auto"))
		return !strcmp(told, "always");
	return isatty(STDOUT_FILENO) && !(no && *no) && g_strcmp0(g_getenv("TERM"), "dumb");
}

enum print_color print_color_of(enum presence presence)
{
	switch (presence) {
	case PRESENCE_AVAILABLE:
		return PRINT_GOOD;
	case PRESENCE_AWAY:
	case PRESENCE_XA:
		return PRINT_AWAY;
	case PRESENCE_BUSY:
		return PRINT_BUSY;
	case PRESENCE_OFFLINE:
		return PRINT_DIM;
	case PRESENCE_UNSET:
	case PRESENCE_HIDDEN:
	case PRESENCE_UNKNOWN:
	case PRESENCE_ERROR:
		break;
	}
	return PRINT_PLAIN;
}

/* Nobody reads any more: the rest of a list would go nowhere. */
void print_raw(struct cli *cli, const char *text)
{
	if (cli->broken)
		return;
	fputs(text, stdout);
	putchar(cli->task->options.null ? '\0' : '\n');
	if (ferror(stdout))
		cli_flush(cli);
}

static void append_padded(GString *row, const char *text, int cells)
{
	int used = text_width(text);

	g_string_append(row, text);
	for (; used < cells; used++)
		g_string_append_c(row, ' ');
	g_string_append(row, "  ");
}

static void print_columns(struct cli *cli, const char *name, enum print_color color,
			  const char *const *columns)
{
	static const char *const escapes[] = {
		[PRINT_PLAIN] = "",        [PRINT_GOOD] = "\033[32m", [PRINT_BUSY] = "\033[31m",
		[PRINT_AWAY] = "\033[33m", [PRINT_DIM] = "\033[2m",
	};
	bool paint = color != PRINT_PLAIN && print_has_color(cli);
	g_autofree char *clean = text_clean(name, -1, TEXT_LINE);
	g_autoptr(GString) row = g_string_new(paint ? escapes[color] : "");

	append_padded(row, clean, NAME_CELLS);
	for (; *columns; columns++)
		append_padded(row, *columns, COLUMN_CELLS);
	while (row->len && row->str[row->len - 1] == ' ')
		g_string_truncate(row, row->len - 1);
	g_string_append(row, paint ? "\033[0m" : "");
	print_raw(cli, row->str);
}

void print_row(struct cli *cli, char *json, const char *name, enum print_color color,
	       const char *const *columns)
{
	if (json)
		print_raw(cli, json);
	else if (cli->task->options.null)
		print_raw(cli, name);
	else
		print_columns(cli, name, color, columns);
	g_free(json);
}
