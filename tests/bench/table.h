/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_TABLE_H
#define TESTS_BENCH_TABLE_H

#include "tests/bench/client.h"
#include "tests/bench/row.h"

#include <stdio.h>

/*
 * The numbers of all repeats, by client and row. A cell holds numbers, or a reason why there
 * is none, or neither: then the row does not apply to that client.
 */

struct table;

struct table *table_new(const struct row_sizes *sizes);
void table_free(struct table *table);

void table_add(struct table *table, const struct client *client, enum row row, double value);

/* Says why a number is missing; the first reason stays. */
void table_miss(struct table *table, const struct client *client, enum row row, const char *reason);

/* Says so for all rows of a stage that have got fewer numbers than repeats. */
void table_miss_stage(struct table *table, const struct client *client, enum stage stage,
		      guint repeats, const char *reason);

/* Whether the cell has a number; reason (may be NULL) is set to why not, or NULL. */
bool table_has(const struct table *table, const struct client *client, enum row row,
	       const char **reason);

/* Row by row: medians, ranges, pheme's ratio to the best peer, reasons. */
void table_print(const struct table *table, FILE *out);

/* Medians alone, as a table in Markdown. */
void table_print_markdown(const struct table *table, FILE *out);

#endif
