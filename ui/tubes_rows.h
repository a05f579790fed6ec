/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The rows of the list of tubes and files, and their words. A tube is followed by a row for each
 * of its connections and members, files that are on their way come before those that ended, and
 * last is what pheme.conf has accepted unasked. Rows are made anew for each frame and borrow from
 * the model; which of them is selected is kept by what it stands for, for rows come and go.
 */

#include <stdbool.h>
#include <glib.h>

struct config;
struct config_tube;
struct model;
struct transfer;
struct tube;
struct tube_connection;

struct tubes_row {
	struct tube *tube;                        /* or NULL */
	struct transfer *transfer;                /* or NULL */
	const struct tube_connection *connection; /* of the tube; NULL: the row is not of one */
	const char *member;                       /* of a D-Bus tube; NULL: the row is not of one */
	const struct config_tube *rule;           /* what is accepted unasked; or NULL */
};

/* What a row stands for: 0 where there is nothing. */
struct tubes_mark {
	unsigned tube, transfer, connection;
};

/* Cells of the columns; 0: the list is too narrow for it. */
struct tubes_columns {
	bool counts; /* connections, bytes each way */
	int what, local, access, bar;
};

GArray *tubes_rows_new(const struct model *model, struct config *config);
struct tubes_mark tubes_row_mark(const struct tubes_row *row);
/* Where the row of @mark is now; @otherwise when it is gone. */
int tubes_rows_find(const GArray *rows, struct tubes_mark mark, int otherwise);

struct tubes_columns tubes_columns_for(int width);
/* What is left of the bar, in @width cells; new. */
char *tubes_row_print(const struct tubes_row *row, const struct tubes_columns *columns, int width);
char *tubes_heading_print(const struct tubes_columns *columns);
/* What a file has still to go, or how fast bytes went through the tube in the last minute, left is
 * old; NULL: neither. New. */
char *tubes_row_bar(const struct tubes_row *row, int cells);
/* All of the selected one, in up to four lines of @width cells; new. */
char *tubes_row_details(const struct tubes_row *row, int width);
