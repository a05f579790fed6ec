/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tubes_rows.h"

#include <string.h>
#include "src/model/account.h"
#include "src/model/model.h"
#include "src/model/text.h"
#include "src/model/transfer.h"
#include "src/model/tube.h"
#include "src/store/config.h"

#define STATE_CELLS  16 /* of a tube: number, state, age */
#define COUNT_CELLS  16 /* …connections, bytes each way */
#define COUNT_AREA   60 /* cells, below which there is no room for these, and for bars */
#define BAR_CELLS    10
#define BAR_WIDE     30
#define LOCAL_AREA   100 /* …below which local addresses are told of the selected one only */
#define ACCESS_AREA  150
#define ACCESS_CELLS 24
#define DETAIL_BAR   40

/* --- the list ----------------------------------------------------------------------------- */

static void add_tube(GArray *rows, struct tube *tube)
{
	struct tubes_row row = {.tube = tube};

	g_array_append_val(rows, row);
	for (guint i = 0; i < tube->connections->len; i++) {
		struct tubes_row part = {.tube = tube, .connection = tube->connections->pdata[i]};

		g_array_append_val(rows, part);
	}
	for (char **member = tube->members; *member != NULL; member++) {
		struct tubes_row part = {.tube = tube, .member = *member};

		g_array_append_val(rows, part);
	}
}

static void add_files(GArray *rows, const GPtrArray *transfers)
{
	for (guint i = 0; i < transfers->len; i++) {
		struct tubes_row row = {.transfer = transfers->pdata[i]};

		if (!transfer_has_ended(row.transfer))
			g_array_append_val(rows, row);
	}
	for (guint i = transfers->len; i-- > 0;) {
		struct tubes_row row = {.transfer = transfers->pdata[i]};

		if (transfer_has_ended(row.transfer))
			g_array_append_val(rows, row);
	}
}

GArray *tubes_rows_new(const struct model *model, struct config *config)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct tubes_row));
	const GPtrArray *rules = config_tubes(config);

	for (guint i = 0; i < model->tubes->len; i++)
		add_tube(rows, model->tubes->pdata[i]);
	add_files(rows, model->transfers);
	for (guint i = 0; i < rules->len; i++) {
		struct tubes_row row = {.rule = rules->pdata[i]};

		if (*row.rule->always != NULL)
			g_array_append_val(rows, row);
	}
	return rows;
}

struct tubes_mark tubes_row_mark(const struct tubes_row *row)
{
	struct tubes_mark mark = {
		.tube = row->tube != NULL ? row->tube->number : 0,
		.transfer = row->transfer != NULL ? row->transfer->number : 0,
		.connection = row->connection != NULL ? row->connection->id : 0,
	};

	return mark;
}

int tubes_rows_find(const GArray *rows, struct tubes_mark mark, int otherwise)
{
	for (guint i = 0; (mark.tube != 0 || mark.transfer != 0) && i < rows->len; i++) {
		const struct tubes_row *row = &g_array_index(rows, struct tubes_row, i);
		struct tubes_mark at = tubes_row_mark(row);

		if (row->member == NULL && memcmp(&at, &mark, sizeof(mark)) == 0)
			return (int)i;
	}
	return otherwise;
}

/* --- cells -------------------------------------------------------------------------------- */

struct tubes_columns tubes_columns_for(int width)
{
	struct tubes_columns columns = {0};
	int rest;

	columns.counts = width >= COUNT_AREA;
	rest = width - STATE_CELLS;
	if (columns.counts) {
		columns.bar = width < LOCAL_AREA ? BAR_CELLS : BAR_WIDE;
		rest -= COUNT_CELLS + columns.bar + 1;
	}
	if (width >= ACCESS_AREA) {
		columns.access = ACCESS_CELLS;
		rest -= ACCESS_CELLS + 1;
	}
	if (width >= LOCAL_AREA)
		columns.local = rest * 2 / 5;
	columns.what = MAX(columns.local > 0 ? rest - columns.local - 1 : rest, 1);
	return columns;
}

/* Text in so many cells: what does not fit is told by a ~. */
static void put(GString *out, const char *text, int cells)
{
	int used = 0;
	gsize length = text_fit(text, cells, &used);

	if (text[length] != '\0') {
		length = text_fit(text, cells - 1, &used);
		g_string_append_len(out, text, (gssize)length);
		g_string_append_c(out, '~');
		used++;
	} else {
		g_string_append_len(out, text, (gssize)length);
	}
	g_string_append_printf(out, "%*s", cells - used, "");
}

static void put_columns(GString *out, const struct tubes_columns *columns, const char *what,
			const char *local, const char *access)
{
	put(out, what, columns->what);
	if (columns->local > 0) {
		g_string_append_c(out, ' ');
		put(out, local, columns->local);
	}
	if (columns->access > 0) {
		g_string_append_c(out, ' ');
		put(out, access, columns->access);
	}
}

static char *short_size(guint64 bytes)
{
	static const char units[] = "BkMGTP";
	double size = (double)bytes;
	unsigned unit = 0;

	while (size >= 999.5 && unit < sizeof(units) - 2) {
		size /= 1000;
		unit++;
	}
	return g_strdup_printf(unit > 0 && size < 9.95 ? "%.1f%c" : "%.0f%c", size, units[unit]);
}

static char *age(gint64 since)
{
	gint64 seconds = (g_get_monotonic_time() - since) / G_USEC_PER_SEC;

	if (seconds < 60)
		return g_strdup_printf("%ds", (int)seconds);
	if (seconds < 3600)
		return g_strdup_printf("%dm", (int)(seconds / 60));
	return g_strdup_printf("%dh", (int)(seconds / 3600));
}

/* --- rows --------------------------------------------------------------------------------- */

static void print_tube(GString *out, const struct tube *tube, const struct tubes_columns *columns)
{
	g_autofree char *described = tube_describe(tube);
	g_autofree char *what = g_strconcat(described, tube->by_rule ? " (always)" : "", NULL);
	g_autofree char *since = age(tube->since);
	g_autofree char *out_size = short_size(tube->out), *in_size = short_size(tube->in);

	g_string_append_printf(out, "%2u %-8s%4s ", tube->number, tube_state_name(tube->state),
			       since);
	/* Programs connect to the manager by themselves: what they move is not known. */
	if (columns->counts && tube->kind == TUBE_STREAM)
		g_string_append_printf(out, "%3u %4s> %4s< ", tube->connections->len, out_size,
				       in_size);
	else if (columns->counts)
		g_string_append_printf(out, "%*s", COUNT_CELLS, "");
	put_columns(out, columns, what, tube->local, tube->access);
}

static void print_connection(GString *out, const struct tube_connection *connection)
{
	g_autofree char *since = age(connection->since);
	g_autofree char *out_size = short_size(connection->out);
	g_autofree char *in_size = short_size(connection->in);

	g_string_append_printf(out, "    %-7u%4s %3s %4s> %4s< %s", connection->id, since, "",
			       out_size, in_size, connection->peer);
}

/* What moves comes first: names may be long. */
static void print_file(GString *out, const struct transfer *transfer)
{
	g_autofree char *size = transfer_print_size(transfer->size);
	g_autofree char *progress = transfer_print_progress(transfer);

	g_string_append_printf(out, "File %u  %s  %s %s %s (%s)", transfer->number, progress,
			       transfer->name, transfer->incoming ? "from" : "to", transfer->who,
			       size);
}

static void print_rule(GString *out, const struct config_tube *rule)
{
	g_autofree char *names = g_strjoinv(", ", rule->always);
	g_autofree char *text =
		g_strdup_printf("Always accepted: %s from %s", rule->service, names);
	g_autofree char *clean = text_clean(text, -1, TEXT_LINE);

	g_string_append(out, clean);
}

char *tubes_row_print(const struct tubes_row *row, const struct tubes_columns *columns, int width)
{
	g_autoptr(GString) out = g_string_new(NULL);
	GString *cut = g_string_new(NULL);

	if (row->connection != NULL)
		print_connection(out, row->connection);
	else if (row->member != NULL)
		g_string_append_printf(out, "    %s", row->member);
	else if (row->tube != NULL)
		print_tube(out, row->tube, columns);
	else if (row->transfer != NULL)
		print_file(out, row->transfer);
	else if (row->rule != NULL)
		print_rule(out, row->rule);
	put(cut, out->str, width);
	return g_string_free(cut, FALSE);
}

char *tubes_heading_print(const struct tubes_columns *columns)
{
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "%2s %-8s%4s ", "", "State", "Age");
	if (columns->counts)
		g_string_append_printf(out, "%3s %5s %5s ", "Con", "Sent", "Came");
	put_columns(out, columns, "Service and peer", "Local address", "Manager's access control");
	if (columns->bar > 0)
		g_string_append_printf(out, " %*s", columns->bar,
				       columns->bar < BAR_WIDE ? "last 60 s" : "rate, last 60 s");
	return g_string_free(out, FALSE);
}

/* --- bars --------------------------------------------------------------------------------- */

/* The last minute as a row of digits' heights: '.' little, ':' more, '|' most. */
static char *rate_bar(const struct tube *tube, int cells)
{
	gint64 now = g_get_monotonic_time();
	unsigned seconds = TUBE_RATE_SECONDS / (unsigned)cells;
	guint64 sums[TUBE_RATE_SECONDS] = {0}, most = 0;
	GString *text = g_string_new(NULL);

	for (unsigned ago = 0; ago < seconds * (unsigned)cells; ago++)
		sums[(unsigned)cells - 1 - ago / seconds] += tube_rate(tube, now, ago);
	for (int i = 0; i < cells; i++)
		most = MAX(most, sums[i]);
	for (int i = 0; i < cells; i++)
		g_string_append_c(text, sums[i] == 0              ? ' '
					: sums[i] * 3 <= most     ? '.'
					: sums[i] * 3 <= 2 * most ? ':'
								  : '|');
	return g_string_free(text, most == 0);
}

static char *file_bar(const struct transfer *transfer, int cells)
{
	int percent = transfer_percent(transfer), inside = cells - 2;
	int full = percent * inside / 100;
	GString *text;

	if (transfer->state != TRANSFER_RUNNING || percent < 0 || inside < 1)
		return NULL;
	text = g_string_new("[");
	for (int i = 0; i < inside; i++)
		g_string_append_c(text, i < full ? '#' : '-');
	g_string_append_c(text, ']');
	return g_string_free(text, FALSE);
}

char *tubes_row_bar(const struct tubes_row *row, int cells)
{
	if (row->transfer != NULL)
		return file_bar(row->transfer, cells);
	if (row->tube != NULL && row->connection == NULL && row->member == NULL && cells > 0)
		return rate_bar(row->tube, cells);
	return NULL;
}

/* --- details ------------------------------------------------------------------------------ */

static char *file_details(const struct transfer *transfer, int width)
{
	g_autofree char *progress = transfer_print_progress(transfer);
	int room = width - text_width(progress) - 1;
	g_autofree char *bar = file_bar(transfer, MIN(room, DETAIL_BAR));
	g_autofree char *path =
		transfer->path != NULL ? text_clean(transfer->path, -1, TEXT_LINE) : g_strdup("");

	return g_strdup_printf("%s (account %s)\n%s%s%s\n%s", transfer->name,
			       transfer->account_name, bar != NULL ? bar : "",
			       bar != NULL ? " " : "", progress, path);
}

static char *tube_details(const struct tube *tube)
{
	GString *text = g_string_new(NULL);
	g_autofree char *what = tube_describe(tube);
	g_autofree char *rate = short_size(tube_rate(tube, g_get_monotonic_time(), 1));
	bool reached = tube->incoming || (tube->kind == TUBE_DBUS && tube->state == TUBE_OPEN);

	g_string_append_printf(text, "%s (account %s)", what, tube->account->name);
	if (tube->kind == TUBE_STREAM)
		g_string_append_printf(text, "  %u connection%s, %s/s", tube->connections->len,
				       tube->connections->len == 1 ? "" : "s", rate);
	if (*tube->local != '\0')
		g_string_append_printf(text, "\n%s %s", reached ? "programs connect to" : "goes to",
				       tube->local);
	if (*tube->access != '\0')
		g_string_append_printf(text, "\nmanager: %s%s", tube->access,
				       tube->by_rule ? "; always accepted" : "");
	return g_string_free(text, FALSE);
}

char *tubes_row_details(const struct tubes_row *row, int width)
{
	if (row->tube != NULL)
		return tube_details(row->tube);
	if (row->transfer != NULL)
		return file_details(row->transfer, width);
	return g_strdup_printf("[tube %s] of pheme.conf: \"always\" names whose offers are "
			       "accepted unasked%s%s",
			       row->rule->name,
			       row->rule->accept != NULL ? ", with the program " : "",
			       row->rule->accept != NULL ? row->rule->accept : "");
}
