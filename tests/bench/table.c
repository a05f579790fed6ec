/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/table.h"

#include <stdlib.h>
#include <string.h>

struct cell {
	GArray *values; /* of double, sorted when asked for */
	char *reason;
};

struct table {
	const struct row_sizes *sizes;
	struct cell *cells;
};

static struct cell *cell_of(const struct table *table, guint client, enum row row)
{
	return &table->cells[client * ROW_COUNT + row];
}

struct table *table_new(const struct row_sizes *sizes)
{
	struct table *table = g_new0(struct table, 1);

	table->sizes = sizes;
	table->cells = g_new0(struct cell, client_count() * ROW_COUNT);
	for (guint i = 0; i < client_count() * ROW_COUNT; i++)
		table->cells[i].values = g_array_new(FALSE, FALSE, sizeof(double));
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (guint i = 0; i < client_count() * ROW_COUNT; i++) {
		g_array_unref(table->cells[i].values);
		g_free(table->cells[i].reason);
	}
	g_free(table->cells);
	g_free(table);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void table_add(struct table *table, const struct client *client, enum row row, double value)
{
	struct cell *cell = cell_of(table, client_index(client), row);

	g_array_append_val(cell->values, value);
	g_array_sort(cell->values, compare_doubles);
}

void table_miss(struct table *table, const struct client *client, enum row row, const char *reason)
{
	struct cell *cell = cell_of(table, client_index(client), row);

	if (!cell->reason)
		cell->reason = g_strdup(reason);
}

/* Whether a client that runs the stage is to have a number in the row. */
static bool applies(const struct client *client, enum row row)
{
	const struct row_info *info = row_info(row);

	if (!(client->stages & 1u << info->stage) || client->kind == CLIENT_FLOOR)
		return false;
	return client->kind == CLIENT_PHEME || !info->pheme_only;
}

void table_miss_stage(struct table *table, const struct client *client, enum stage stage,
		      guint repeats, const char *reason)
{
	for (enum row row = 0; row < ROW_COUNT; row++) {
		struct cell *cell = cell_of(table, client_index(client), row);

		if (row_info(row)->stage == stage && applies(client, row) &&
		    cell->values->len < repeats)
			table_miss(table, client, row, reason);
	}
}

bool table_has(const struct table *table, const struct client *client, enum row row,
	       const char **reason)
{
	struct cell *cell = cell_of(table, client_index(client), row);

	if (reason)
		*reason = cell->reason;
	return cell->values->len > 0;
}

/* --- printing --- */

static double nth(const struct cell *cell, guint index)
{
	return g_array_index(cell->values, double, index);
}

static double median(const struct cell *cell)
{
	guint n = cell->values->len;

	return (nth(cell, (n - 1) / 2) + nth(cell, n / 2)) / 2;
}

/* The peer with the lowest median that pheme can be held against; -1 when there is none. */
static int best_peer(const struct table *table, const struct client *pheme, enum row row)
{
	int best = -1;

	for (guint i = 0; i < client_count(); i++) {
		const struct client *peer = client_nth(i);

		if (peer->kind != CLIENT_PEER || !table_has(table, peer, row, NULL))
			continue;
		if (row_info(row)->by_network && peer->network != pheme->network)
			continue;
		if (best < 0 ||
		    median(cell_of(table, i, row)) < median(cell_of(table, (guint)best, row)))
			best = (int)i;
	}
	return best;
}

/* More frames are better; all else is better when it is less. */
static void print_ratio(const struct table *table, guint client, enum row row, FILE *out)
{
	int best = best_peer(table, client_nth(client), row);
	double peer = best < 0 ? 0 : median(cell_of(table, (guint)best, row));

	if (best < 0 || row == ROW_BURST_FPS)
		return;
	if (peer > 0)
		fprintf(out, "   %.2f x %s", median(cell_of(table, client, row)) / peer,
			client_nth((guint)best)->name);
	else
		fprintf(out, "   %s has none", client_nth((guint)best)->name);
}

static void print_cell(const struct table *table, guint client, enum row row, FILE *out)
{
	const struct cell *cell = cell_of(table, client, row);
	const struct client *info = client_nth(client);
	int decimals = row_info(row)->decimals;

	if (!cell->values->len && !cell->reason)
		return;
	fprintf(out, "  %-11s", info->name);
	if (cell->values->len) {
		fprintf(out, "%10.*f   %.*f-%.*f", decimals, median(cell), decimals, nth(cell, 0),
			decimals, nth(cell, cell->values->len - 1));
		if (info->kind == CLIENT_PHEME)
			print_ratio(table, client, row, out);
	}
	if (cell->reason)
		fprintf(out, "   %s%s", cell->values->len ? "once: " : "", cell->reason);
	fputc('\n', out);
}

/* A stage that was not asked for leaves nothing. */
static bool is_empty(const struct table *table, enum row row)
{
	for (guint i = 0; i < client_count(); i++) {
		const struct cell *cell = cell_of(table, i, row);

		if (cell->values->len || cell->reason)
			return false;
	}
	return true;
}

void table_print(const struct table *table, FILE *out)
{
	for (enum row row = 0; row < ROW_COUNT; row++) {
		g_autofree char *title = row_title(row, table->sizes);

		if (is_empty(table, row))
			continue;
		fprintf(out, "%s\n", title);
		for (guint i = 0; i < client_count(); i++)
			print_cell(table, i, row, out);
	}
}

static void print_markdown_row(const struct table *table, enum row row, FILE *out)
{
	g_autofree char *title = row_title(row, table->sizes);

	fprintf(out, "| %s |", title);
	for (guint i = 0; i < client_count(); i++) {
		const struct cell *cell = cell_of(table, i, row);

		if (cell->values->len)
			fprintf(out, " %.*f |", row_info(row)->decimals, median(cell));
		else
			fprintf(out, " %s |", cell->reason ? "?" : "");
	}
	fputc('\n', out);
}

void table_print_markdown(const struct table *table, FILE *out)
{
	fputs("| |", out);
	for (guint i = 0; i < client_count(); i++)
		fprintf(out, " %s |", client_nth(i)->name);
	fputs("\n|---|", out);
	for (guint i = 0; i < client_count(); i++)
		fputs("---:|", out);
	fputc('\n', out);
	for (enum row row = 0; row < ROW_COUNT; row++)
		if (!is_empty(table, row))
			print_markdown_row(table, row, out);
}
