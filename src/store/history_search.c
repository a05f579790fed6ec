/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The search. Where there is an index it tells the messages that have the words; the others
 * (those that are not in it yet; all, when nothing but who and when is asked for) are read and
 * looked at. One job does no more than takes BUDGET_US, then says where the next goes on: the
 * thread that stores messages is not to be kept from it.
 */

#include "history_private.h"

#include <string.h>

#include "model/message.h"
#include "model/query.h"

#define BUDGET_US (100 * 1000)
/* More chats than these are not looked up in the index but sorted out afterwards. */
#define INDEXED_CHATS 16

struct place { /* a row of chat */
	gint64 row;
	char *account, *id, *name;
	int kind;
	bool wanted;
};

struct phase { /* of the messages between these */
	bool indexed;
	gint64 above, below;
};

struct search {
	struct history_db *db;
	struct job *job;
	const struct query *query;
	GHashTable *places; /* row → struct place */
	guint wanted;
	gint64 end; /* monotonic µs */
	bool full;
};

/* --- in which chats ----------------------------------------------------------------------- */

static void place_free(void *data)
{
	struct place *place = data;

	g_free(place->account);
	g_free(place->id);
	g_free(place->name);
	g_free(place);
}

static bool read_places(struct search *search)
{
	static const char text[] = "SELECT id, account, kind, ident, name FROM chat";
	sqlite3_stmt *row = history_db_prepare(search->db, text);
	int step;

	while ((step = history_db_step(search->db, row)) > 0) {
		struct place *place = g_new0(struct place, 1);

		place->row = sqlite3_column_int64(row, 0);
		place->account = history_read_string(row, 1);
		place->kind = sqlite3_column_int(row, 2);
		place->id = history_read_string(row, 3);
		place->name = history_read_string(row, 4);
		g_hash_table_insert(search->places, &place->row, place);
	}
	return step == 0;
}

/* @exact: by id; else any part of the id or the name will do. */
static bool is_wanted(const struct search *search, const struct place *place, bool exact)
{
	const struct query *query = search->query;
	const struct job *job = search->job;

	if (job->id && (place->kind != job->kind || strcmp(place->id, job->id)))
		return false;
	if (job->account && strcmp(place->account, job->account))
		return false;
	if (query->account && strcmp(place->account, query->account))
		return false;
	if (!query->in)
		return true;
	return exact ? !strcmp(place->id, query->in)
		     : query_name_has(place->id, query->in_fold) ||
			       query_name_has(place->name, query->in_fold);
}

static void choose_places(struct search *search, bool exact)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, search->places);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct place *place = value;

		place->wanted = is_wanted(search, place, exact);
		search->wanted += place->wanted;
	}
}

/* --- statements --------------------------------------------------------------------------- */

/* Words hold letters, digits and symbols only, but nobody should have to trust in that. */
static void add_quoted(GString *text, const char *word)
{
	for (; *word; word++) {
		if (*word == '"')
			g_string_append_c(text, '"');
		g_string_append_c(text, *word);
	}
}

static void add_places(const struct search *search, GString *text)
{
	const char *between = " AND chat : (";
	GHashTableIter iter;
	void *value;

	if (search->wanted > INDEXED_CHATS || search->wanted == g_hash_table_size(search->places))
		return;
	g_hash_table_iter_init(&iter, search->places);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct place *place = value;

		if (!place->wanted)
			continue;
		g_string_append_printf(text, "%s\"c%" G_GINT64_FORMAT "\"", between, place->row);
		between = " OR ";
	}
	g_string_append_c(text, ')');
}

/* What FTS5 is asked for: words : ("back"* AND "all night") AND chat : ("c3" OR "c4"). */
static char *index_expression(const struct search *search)
{
	const GPtrArray *terms = search->query->terms;
	GString *text = g_string_new("words : (");

	for (guint i = 0; i < terms->len; i++) {
		const struct query_term *term = terms->pdata[i];

		g_string_append(text, i ? " AND \"" : "\"");
		for (unsigned k = 0; k < term->count; k++) {
			g_string_append(text, k ? " " : "");
			add_quoted(text, term->words[k]);
		}
		g_string_append(text, term->prefix ? "\" *" : "\"");
	}
	g_string_append_c(text, ')');
	add_places(search, text);
	return g_string_free(text, FALSE);
}

static const struct place *only_place(const struct search *search)
{
	GHashTableIter iter;
	void *value;

	if (search->wanted != 1)
		return NULL;
	g_hash_table_iter_init(&iter, search->places);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct place *)value)->wanted)
			return value;
	return NULL;
}

#define SELECT "SELECT " HISTORY_COLUMNS ", m.chat FROM "

static sqlite3_stmt *prepare(const struct search *search, const struct phase *phase)
{
	static const char *const texts[2][3] = {
		{SELECT "message m WHERE m.id > ?1 AND m.id < ?2 ORDER BY m.id DESC",
		 SELECT "message m WHERE m.id > ?1 AND m.id < ?2 AND m.chat = ?3"
			" ORDER BY m.id DESC",
		 SELECT "message_words w CROSS JOIN message m ON m.id = w.rowid"
			" WHERE message_words MATCH ?3 AND w.rowid > ?1 AND w.rowid < ?2"
			" ORDER BY w.rowid DESC"},
		{SELECT "message m WHERE m.id > ?1 AND m.id < ?2 ORDER BY m.id",
		 SELECT "message m WHERE m.id > ?1 AND m.id < ?2 AND m.chat = ?3 ORDER BY m.id",
		 SELECT "message_words w CROSS JOIN message m ON m.id = w.rowid"
			" WHERE message_words MATCH ?3 AND w.rowid > ?1 AND w.rowid < ?2"
			" ORDER BY w.rowid"},
	};
	const struct place *only = only_place(search);
	int which = phase->indexed ? 2 : only ? 1 : 0;
	sqlite3_stmt *statement =
		history_db_prepare(search->db, texts[search->job->forward][which]);

	history_db_bind(statement, "ll", phase->above, phase->below);
	if (statement && phase->indexed)
		sqlite3_bind_text(statement, 3, index_expression(search), -1, g_free);
	else if (statement && only)
		sqlite3_bind_int64(statement, 3, only->row);
	return statement;
}

/* --- looking ------------------------------------------------------------------------------ */

static void found_free(void *data)
{
	struct history_found *found = data;

	history_message_free(found->message);
	g_free(found->account);
	g_free(found->id);
	g_free(found->name);
	g_free(found);
}

static const char *column(sqlite3_stmt *row, int index)
{
	return (const char *)sqlite3_column_text(row, index);
}

/* The place of the message when it is one that is looked for. */
static const struct place *check_row(const struct search *search, sqlite3_stmt *row, bool indexed)
{
	const struct query *query = search->query;
	gint64 chat = sqlite3_column_int64(row, HISTORY_COLUMN_COUNT);
	const struct place *place = g_hash_table_lookup(search->places, &chat);

	if (!place || !place->wanted || !query_is_then(query, sqlite3_column_int64(row, 1)))
		return NULL;
	if (!query_is_from(query, sqlite3_column_int(row, 2) == MESSAGE_OUT, column(row, 7),
			   column(row, 8)))
		return NULL;
	return indexed || query_matches(query, column(row, 9)) ? place : NULL;
}

static void add_found(struct search *search, const struct place *place, sqlite3_stmt *row)
{
	struct history_found *found = g_new0(struct history_found, 1);

	found->account = g_strdup(place->account);
	found->id = g_strdup(place->id);
	found->name = g_strdup(place->name);
	found->kind = place->kind;
	found->message = history_read_message(row);
	g_ptr_array_add(search->job->items, found);
}

/* Looks at a row; false: enough for this job, which says where to go on. */
static bool take_row(struct search *search, const struct phase *phase, sqlite3_stmt *row)
{
	struct job *job = search->job;
	gint64 id = sqlite3_column_int64(row, 0);
	const struct place *place = check_row(search, row, phase->indexed);

	if (place && job->items->len == job->limit) {
		job->next = id + (job->forward ? -1 : 1);
		return false;
	}
	if (place)
		add_found(search, place, row);
	if (g_get_monotonic_time() < search->end)
		return true;
	job->next = id;
	return false;
}

static bool run_phase(struct search *search, const struct phase *phase)
{
	sqlite3_stmt *statement = prepare(search, phase);
	int step;

	/* The index may have to think before its first row: once that is done it is made use of. */
	for (search->end = 0; (step = history_db_step(search->db, statement)) > 0;) {
		if (!search->end)
			search->end = g_get_monotonic_time() + BUDGET_US;
		if (!take_row(search, phase, statement)) {
			search->full = true;
			history_db_reset(statement);
			return true;
		}
	}
	return step == 0;
}

/* Oldest first. */
static void plan(const struct search *search, struct phase phases[3])
{
	struct indexed indexed = {0, 0};

	memset(phases, 0, 3 * sizeof(*phases));
	if (!search->query->terms->len || !history_index_read(search->db, &indexed)) {
		phases[0] = (struct phase){false, 0, G_MAXINT64};
		return;
	}
	phases[0] = (struct phase){false, 0, indexed.low + 1};
	phases[1] = (struct phase){true, indexed.low, indexed.high + 1};
	phases[2] = (struct phase){false, indexed.high, G_MAXINT64};
}

static bool run_phases(struct search *search)
{
	struct job *job = search->job;
	struct phase phases[3];

	plan(search, phases);
	for (int i = 0; i < 3 && !search->full; i++) {
		struct phase *phase = &phases[job->forward ? i : 2 - i];

		if (job->row && job->forward)
			phase->above = MAX(phase->above, job->row);
		else if (job->row)
			phase->below = MIN(phase->below, job->row);
		if (phase->below - phase->above > 1 && !run_phase(search, phase)) {
			search->db->indexed = search->db->indexed && !phase->indexed;
			return false;
		}
	}
	return true;
}

static bool look(struct search *search)
{
	struct job *job = search->job;
	bool was_indexed = search->db->indexed;

	g_clear_pointer(&job->items, g_ptr_array_unref);
	job->items = g_ptr_array_new_with_free_func(found_free);
	job->next = 0;
	search->full = false;
	if (run_phases(search))
		return true;
	/* A damaged index is no reason to find nothing. */
	return was_indexed && !search->db->indexed && look(search);
}

static bool run_search(struct history_db *db, struct job *job)
{
	struct search search = {
		.db = db,
		.job = job,
		.query = job->query,
		.places = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, place_free),
	};
	bool done = read_places(&search);

	if (done) {
		choose_places(&search, true);
		if (!search.wanted && job->query->in)
			choose_places(&search, false);
		done = !search.wanted || look(&search);
	}
	g_hash_table_unref(search.places);
	return done;
}

/* --- what nobody has read ----------------------------------------------------------------- */

static struct history_found *read_unread(sqlite3_stmt *row)
{
	struct history_found *found = g_new0(struct history_found, 1);

	found->message = history_read_message(row);
	found->account = history_read_string(row, HISTORY_COLUMN_COUNT);
	found->kind = sqlite3_column_int(row, HISTORY_COLUMN_COUNT + 1);
	found->id = history_read_string(row, HISTORY_COLUMN_COUNT + 2);
	found->name = history_read_string(row, HISTORY_COLUMN_COUNT + 3);
	return found;
}

static bool run_unread(struct history_db *db, struct job *job)
{
	/* From the chats, most of which have nothing after their read_row. */
	static const char text[] =
		"SELECT " HISTORY_COLUMNS ", c.account, c.kind, c.ident, c.name FROM chat c"
		" CROSS JOIN message m INDEXED BY message_chat"
		"  ON m.chat = c.id AND m.id > max(c.read_row, ?1)"
		"  AND m.direction = 0 AND m.scrollback = 0"
		" ORDER BY m.id LIMIT ?2";
	sqlite3_stmt *statement = history_db_prepare(db, text);
	struct history_found *found = NULL;
	int step;

	job->items = g_ptr_array_new_with_free_func(found_free);
	history_db_bind(statement, "ll", job->row, (gint64)job->limit);
	while ((step = history_db_step(db, statement)) > 0) {
		found = read_unread(statement);
		g_ptr_array_add(job->items, found);
	}
	job->next = found && job->items->len == job->limit ? found->message->row : 0;
	return step == 0;
}

/* --- answers ------------------------------------------------------------------------------ */

static void answer_found(struct job *job)
{
	job->fn.found(job->items, job->failed ? 0 : job->next, job->failed ? job->why : NULL,
		      job->data);
}

const struct job_ops history_job_search = {false, run_search, answer_found};
const struct job_ops history_job_unread = {false, run_unread, answer_found};
