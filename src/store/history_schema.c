/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_private.h"

#include "model/message.h"

#define APPLICATION_ID 0x7068656d /* "phem" */
#define WORDS_VERSION  2          /* from which on there is an index of words */

/*
 * One step a version of the file (PRAGMA user_version). Never change one that was released:
 * add the next.
 *
 * message.owner is set exactly while a message is queued or being sent, so the partial index on
 * it is also the list of what is not sent yet. Tokens are looked up for messages of ours only.
 *
 * Step 2 is the index of words (history_index.c). What was there before is indexed later, bit by
 * bit: a step has to be quick, it is done before the first message can be stored.
 */
static const char *const steps[] = {
	"CREATE TABLE chat ("
	"	id INTEGER PRIMARY KEY,"
	"	account TEXT NOT NULL,"
	"	kind INTEGER NOT NULL,"
	"	ident TEXT NOT NULL,"
	"	name TEXT,"
	"	number INTEGER NOT NULL DEFAULT 0,"
	"	read_row INTEGER NOT NULL DEFAULT 0,"
	"	UNIQUE (account, kind, ident)"
	");"
	"CREATE TABLE message ("
	"	id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	chat INTEGER NOT NULL REFERENCES chat (id),"
	"	time INTEGER NOT NULL,"
	"	direction INTEGER NOT NULL,"
	"	type INTEGER NOT NULL,"
	"	delivery INTEGER NOT NULL,"
	"	scrollback INTEGER NOT NULL,"
	"	mention INTEGER NOT NULL,"
	"	sender TEXT,"
	"	alias TEXT,"
	"	text TEXT,"
	"	reason TEXT,"
	"	uid TEXT UNIQUE,"
	"	token TEXT,"
	"	dedupe TEXT,"
	"	owner TEXT"
	");"
	"CREATE INDEX message_chat ON message (chat);"
	"CREATE UNIQUE INDEX message_dedupe ON message (chat, dedupe) WHERE dedupe IS NOT NULL;"
	"CREATE INDEX message_token ON message (chat, token)"
	"	WHERE token IS NOT NULL AND direction = 1;"
	"CREATE INDEX message_owner ON message (owner) WHERE owner IS NOT NULL;"
	"CREATE TABLE roster ("
	"	account TEXT NOT NULL,"
	"	ident TEXT NOT NULL,"
	"	alias TEXT,"
	"	groups BLOB," /* each name with its terminating NUL */
	"	PRIMARY KEY (account, ident)"
	") WITHOUT ROWID;",
	HISTORY_INDEX_SCHEMA,
};

static const char leftovers[] =
	"UPDATE message INDEXED BY message_owner SET delivery = ?1, owner = NULL,"
	" reason = 'pheme ended before the network confirmed it'"
	" WHERE owner IS NOT NULL AND delivery = ?2 AND NOT owner_alive(owner)";

static bool read_number(struct history_db *db, const char *pragma, gint64 *number)
{
	sqlite3_stmt *statement = history_db_prepare(db, pragma);
	int step = history_db_step(db, statement);

	if (step > 0) {
		*number = sqlite3_column_int64(statement, 0);
		history_db_reset(statement);
	}
	return step > 0;
}

/* A change of the journal mode does not wait for other processes as all else does. */
static bool use_wal(struct history_db *db)
{
	static const char text[] = "PRAGMA journal_mode = WAL";

	for (int i = 0; i < 300; i++) {
		if (history_db_run(db, history_db_prepare(db, text)))
			return true;
		if (db->trouble != TROUBLE_LOCKED)
			return false;
		g_usleep(10000);
	}
	return false;
}

static bool is_ours(struct history_db *db, gint64 *version)
{
	gint64 application, tables;

	if (!read_number(db, "PRAGMA application_id", &application) ||
	    !read_number(db, "PRAGMA user_version", version) ||
	    !read_number(db, "SELECT count(*) FROM sqlite_master", &tables))
		return false;
	if (application != APPLICATION_ID && (application || *version || tables))
		return history_db_refuse(db, TROUBLE_CORRUPT, "another program's database");
	if (*version > (gint64)G_N_ELEMENTS(steps))
		return history_db_refuse(db, TROUBLE_OTHER, "it is from a newer pheme");
	return true;
}

/* In one view of it: another process may be making it just now. */
static bool check_ours(struct history_db *db, gint64 *version)
{
	bool done = history_db_exec(db, "BEGIN");
	bool ours = done && is_ours(db, version);

	if (done)
		sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	return ours;
}

static bool migrate(struct history_db *db)
{
	gint64 version;

	if (!check_ours(db, &version))
		return false;
	if (version == G_N_ELEMENTS(steps))
		return true;
	if (!history_db_exec(db, "BEGIN IMMEDIATE"))
		return false;
	/* Another process may have been here first. */
	bool done = is_ours(db, &version);

	for (; done && version < (gint64)G_N_ELEMENTS(steps); version++)
		done = history_db_exec(db, steps[version]);
	if (done) {
		g_autofree char *text =
			g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d",
					APPLICATION_ID, (int)G_N_ELEMENTS(steps));

		done = history_db_exec(db, text) && history_db_exec(db, "COMMIT");
	}
	if (!done && !sqlite3_get_autocommit(db->sql))
		sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	return done;
}

/* What a process that is gone was sending may have arrived or not: nobody can tell, so the user
 * is told. */
static bool settle_leftovers(struct history_db *db)
{
	sqlite3_stmt *statement = history_db_prepare(db, leftovers);

	history_db_bind(statement, "ii", (int)DELIVERY_FAILED, (int)DELIVERY_SENDING);
	return history_db_run(db, statement);
}

static bool check_readable(struct history_db *db, gint64 version)
{
	db->indexed = version >= WORDS_VERSION;
	return version > 0 || history_db_refuse(db, TROUBLE_OTHER, "there is nothing in it");
}

bool history_schema_prepare(struct history_db *db)
{
	bool readonly;
	gint64 version;

	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (!history_db_exec(db, "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;"
				 "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
				 "PRAGMA cache_size = -2000; PRAGMA synchronous = FULL"))
		return false;
	readonly = sqlite3_db_readonly(db->sql, "main") == 1;
	/* What cannot be written cannot be brought up to date: it is read as it is. */
	if (readonly)
		return check_ours(db, &version) && check_readable(db, version);
	if (!use_wal(db) || !history_db_exec(db, "PRAGMA journal_size_limit = 4194304") ||
	    !migrate(db))
		return false;
	db->indexed = true;
	return settle_leftovers(db);
}
