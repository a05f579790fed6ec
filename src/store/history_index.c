/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The index of words. A tokenizer of our own makes the words (model/words.h), sqlite's only
 * takes them apart at the blanks again: so the file can be read and mended by any sqlite, and
 * what is found in the index is what is found without it. sqlite's trigram tokenizer was not
 * taken: it cannot find what is shorter than three characters, as most Chinese words are, and
 * costs three times the space.
 */

#include "history_private.h"

#include "model/words.h"

/* Messages that are indexed in one transaction. */
#define PART 500
/* New ones that are not in the index yet, at most: to add a single one costs twice what storing
 * it does, to add some together next to nothing, and the search looks at a few quickly. */
#define WAITING_MAX 64

static bool read_indexed(struct history_db *db, struct indexed *indexed)
{
	static const char text[] = "SELECT low, high FROM indexed";
	sqlite3_stmt *statement = history_db_prepare(db, text);
	int step = history_db_step(db, statement);

	if (step > 0) {
		indexed->low = sqlite3_column_int64(statement, 0);
		indexed->high = sqlite3_column_int64(statement, 1);
		history_db_reset(statement);
	}
	return step > 0;
}

bool history_index_read(struct history_db *db, struct indexed *indexed)
{
	return db->indexed && read_indexed(db, indexed);
}

static bool read_id(struct history_db *db, const char *text, gint64 bound, gint64 *id)
{
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "l", bound);
	int step = history_db_step(db, statement);

	*id = step > 0 ? sqlite3_column_int64(statement, 0) : 0;
	if (step > 0)
		history_db_reset(statement);
	return step >= 0;
}

void history_index_fold(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);

	sqlite3_result_text(context, words_fold(text ? text : ""), -1, g_free);
}

/* In ascending order, which is what the index is quick with, and in one statement: between two
 * it writes out what it has. */
static bool add_range(struct history_db *db, gint64 above, gint64 up_to)
{
	static const char text[] =
		"WITH m AS MATERIALIZED (SELECT id, chat, fold_words(text) AS words FROM message"
		" WHERE id > ?1 AND id <= ?2)"
		" INSERT INTO message_words (rowid, chat, words)"
		" SELECT id, 'c' || chat, words FROM m WHERE words <> '' ORDER BY id";
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "ll", above, up_to);
	return history_db_run(db, statement);
}

static bool set_indexed(struct history_db *db, const struct indexed *indexed)
{
	static const char text[] = "UPDATE indexed SET low = ?1, high = ?2";
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "ll", indexed->low, indexed->high);
	if (!history_db_run(db, statement))
		return false;
	db->known = *indexed;
	return true;
}

/* *@last: the newest message, by whomever; 0: there is none that is not in the index. */
static bool look_for_newer(struct history_db *db, struct indexed *indexed, gint64 *last)
{
	static const char text[] = "SELECT max(id) FROM message WHERE id > ?1";

	if (!read_indexed(db, indexed) || !read_id(db, text, indexed->high, last))
		return false;
	db->known = *indexed;
	db->newest = MAX(db->newest, *last);
	return true;
}

/* What was written since the last time. *@more: there was something. */
static bool add_newer(struct history_db *db, bool *more)
{
	struct indexed indexed;
	gint64 last;

	if (!look_for_newer(db, &indexed, &last))
		return false;
	*more = last > indexed.high;
	if (!*more)
		return true;
	last = MIN(last, indexed.high + PART);
	if (!add_range(db, indexed.high, last))
		return false;
	indexed.high = last;
	return set_indexed(db, &indexed);
}

static bool few_wait(const struct history_db *db)
{
	return db->known.high && db->newest - db->known.high < WAITING_MAX;
}

bool history_index_is_done(const struct history_db *db)
{
	return !db->indexed || (few_wait(db) && !db->known.low);
}

/* What was there before, the newest of it first: it is what people look for. */
static bool add_older(struct history_db *db, bool *more)
{
	static const char begin[] = "SELECT min(id) FROM (SELECT id FROM message WHERE id <= ?1"
				    " ORDER BY id DESC LIMIT " G_STRINGIFY(PART) ")";
	struct indexed indexed;
	gint64 first;

	if (!read_indexed(db, &indexed))
		return false;
	*more = indexed.low > 0;
	if (!*more)
		return true;
	if (!read_id(db, begin, indexed.low, &first) || !add_range(db, first - 1, indexed.low))
		return false;
	indexed.low = MAX(first - 1, 0);
	return set_indexed(db, &indexed);
}

bool history_index_renew(struct history_db *db)
{
	static const char text[] =
		"DROP TABLE message_words; DROP TABLE indexed;" HISTORY_INDEX_SCHEMA;

	db->known = (struct indexed){0};
	return history_db_exec(db, text);
}

/* A damaged index is made anew; with a database that cannot even do that one does without. */
static void mend(struct history_db *db)
{
	db->indexed = (db->trouble != TROUBLE_CORRUPT && db->trouble != TROUBLE_OTHER) ||
		      history_index_renew(db);
}

bool history_index_new(struct history_db *db)
{
	bool more, stale = db->stale;

	if (!db->indexed || few_wait(db))
		return true;
	if (!history_db_exec(db, "SAVEPOINT words"))
		return !sqlite3_get_autocommit(db->sql);
	if (add_newer(db, &more))
		return history_db_exec(db, "RELEASE words");
	if (sqlite3_get_autocommit(db->sql))
		return false;
	g_message("history: no index of words for now: %s", db->why);
	db->known = (struct indexed){0};
	sqlite3_exec(db->sql, "ROLLBACK TO words", NULL, NULL, NULL);
	mend(db);
	db->stale = stale; /* the messages themselves are well */
	return history_db_exec(db, "RELEASE words");
}

/* Asked without the lock that writers wait for. */
static bool is_complete(struct history_db *db)
{
	struct indexed indexed;
	gint64 last;

	return look_for_newer(db, &indexed, &last) && history_index_is_done(db);
}

static bool add_part(struct history_db *db)
{
	bool more = false;
	bool done = history_db_exec(db, "BEGIN IMMEDIATE") && add_newer(db, &more) &&
		    (more || add_older(db, &more)) && history_db_exec(db, "COMMIT");

	if (!done) {
		db->known = (struct indexed){0};
		if (!sqlite3_get_autocommit(db->sql))
			sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	}
	return done && more;
}

bool history_index_old(struct history_db *db)
{
	bool stale = db->stale;

	if (!db->sql || !db->indexed || db->index_rests ||
	    sqlite3_db_readonly(db->sql, "main") == 1)
		return false;
	/* Nobody waits for this: with another process writing its time comes later. */
	history_db_wait(db, false);
	db->index_rests = is_complete(db) || !add_part(db);
	history_db_wait(db, true);
	db->stale = stale;
	return !db->index_rests;
}
