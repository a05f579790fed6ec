/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

struct history_db *history_db_new(const char *path, bool reader)
{
	struct history_db *db = g_new0(struct history_db, 1);

	db->reader = reader;

	db->path = path ? g_strdup(path) : paths_file(PATHS_DATA, "history.db");
	db->owner = history_owner_self();
	db->statements = g_hash_table_new_full(NULL, NULL, NULL, NULL);
	return db;
}

void history_db_free(struct history_db *db)
{
	history_db_close(db);
	g_hash_table_unref(db->statements);
	g_free(db->path);
	g_free(db->owner);
	g_free(db->why);
	g_free(db);
}

void history_db_close(struct history_db *db)
{
	GHashTableIter iter;
	void *statement;

	g_hash_table_iter_init(&iter, db->statements);
	while (g_hash_table_iter_next(&iter, NULL, &statement))
		sqlite3_finalize(statement);
	g_hash_table_remove_all(db->statements);
	sqlite3_close(db->sql);
	db->sql = NULL;
	db->stale = false;
	db->known = (struct indexed){0};
	db->newest = 0;
}

/* --- failures ----------------------------------------------------------------------------- */

static enum trouble trouble_of(int code, int system)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return TROUBLE_FULL;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return TROUBLE_READONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return TROUBLE_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return TROUBLE_LOCKED;
	case SQLITE_CANTOPEN:
		return TROUBLE_OPEN;
	case SQLITE_IOERR:
		return system == ENOSPC || system == EDQUOT ? TROUBLE_FULL : TROUBLE_OTHER;
	default: /* sqlite's codes are no enum */
		return TROUBLE_OTHER;
	}
}

static char *describe(enum trouble trouble, const char *shown, const char *reason)
{
	switch (trouble) {
	case TROUBLE_FULL:
		return g_strdup_printf("cannot write %s: the disk is full", shown);
	case TROUBLE_READONLY:
		return g_strdup_printf("cannot write %s: it is read-only", shown);
	case TROUBLE_CORRUPT:
		return g_strdup_printf("cannot use %s: it is damaged or no history (%s); move it "
				       "away, with its -wal file, and a new one is begun",
				       shown, reason);
	case TROUBLE_LOCKED:
		return g_strdup_printf("cannot write %s: another program keeps it locked", shown);
	case TROUBLE_NONE:
	case TROUBLE_OPEN:
		return g_strdup_printf("cannot open %s: %s", shown, reason);
	case TROUBLE_OTHER:
		break;
	}
	return g_strdup_printf("cannot use %s: %s", shown, reason);
}

bool history_db_refuse(struct history_db *db, enum trouble trouble, const char *reason)
{
	g_autofree char *shown = g_filename_display_name(db->path);

	g_free(db->why);
	db->why = describe(trouble, shown, reason);
	db->trouble = trouble;
	/* A full disk or a lock passes; what else there is may need another file. */
	if (trouble != TROUBLE_FULL && trouble != TROUBLE_LOCKED)
		db->stale = true;
	g_debug("history: %s", db->why);
	return false;
}

/* Notes what sqlite has to say of the last failure; always false. */
static bool failed(struct history_db *db)
{
	int code = sqlite3_extended_errcode(db->sql);
	int system = sqlite3_system_errno(db->sql);
	enum trouble trouble = trouble_of(code, system);
	bool files = trouble == TROUBLE_OPEN || (code & 0xff) == SQLITE_IOERR;

	g_debug("history: sqlite says %d, %s", code, sqlite3_errmsg(db->sql));
	return history_db_refuse(db, trouble,
				 files && system ? g_strerror(system) : sqlite3_errmsg(db->sql));
}

/* --- statements --------------------------------------------------------------------------- */

sqlite3_stmt *history_db_prepare(struct history_db *db, const char *text)
{
	sqlite3_stmt *statement = g_hash_table_lookup(db->statements, text);

	if (statement)
		return statement;
	if (sqlite3_prepare_v3(db->sql, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
	    SQLITE_OK) {
		failed(db);
		return NULL;
	}
	g_hash_table_insert(db->statements, (void *)text, statement);
	return statement;
}

void history_db_bind(sqlite3_stmt *statement, const char *types, ...)
{
	va_list list;

	if (!statement)
		return;
	va_start(list, types);
	for (int i = 1; *types; i++, types++) {
		if (*types == 's')
			sqlite3_bind_text(statement, i, va_arg(list, const char *), -1,
					  SQLITE_STATIC);
		else if (*types == 'i')
			sqlite3_bind_int(statement, i, va_arg(list, int));
		else
			sqlite3_bind_int64(statement, i, va_arg(list, gint64));
	}
	va_end(list);
}

void history_db_reset(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

int history_db_step(struct history_db *db, sqlite3_stmt *statement)
{
	if (!statement)
		return -1;
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		failed(db);
	history_db_reset(statement);
	return code == SQLITE_DONE ? 0 : -1;
}

bool history_db_run(struct history_db *db, sqlite3_stmt *statement)
{
	int step;

	while ((step = history_db_step(db, statement)) > 0)
		;
	return step == 0;
}

bool history_db_exec(struct history_db *db, const char *text)
{
	return sqlite3_exec(db->sql, text, NULL, NULL, NULL) == SQLITE_OK || failed(db);
}

/* --- opening ------------------------------------------------------------------------------ */

static void owner_alive(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *owner = (const char *)sqlite3_value_text(values[0]);

	sqlite3_result_int(context, owner && history_owner_is_alive(owner));
}

/* sqlite would create the file as the umask has it; its companions get the mode of the file. */
static void create_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		close(fd);
}

/* When somebody wrote last. */
static gint64 write_stamp(const struct history_db *db)
{
	g_autofree char *wal = g_strconcat(db->path, "-wal", NULL);
	struct stat file;

	if (stat(wal, &file))
		return 0;
	return (gint64)file.st_mtim.tv_sec * 1000000000 + file.st_mtim.tv_nsec;
}

/* Two hundred who write take turns in no order: as long as one of them gets on, so will we. The
 * pauses differ, or all would come back at the same moment. */
static int on_busy(void *data, int count)
{
	struct history_db *db = data;
	gint64 now = g_get_monotonic_time(), stamp = write_stamp(db);

	if (!count || stamp != db->busy_stamp)
		db->busy_since = now;
	db->busy_stamp = stamp;
	if (now - db->busy_since > (gint64)HISTORY_BUSY_MS * 1000)
		return 0;
	g_usleep((gulong)g_random_int_range(500, MIN(1000 << MIN(count, 6), 30000)));
	return 1;
}

void history_db_wait(struct history_db *db, bool wait)
{
	sqlite3_busy_handler(db->sql, wait ? on_busy : NULL, db);
}

static bool open_file(struct history_db *db, const char *name, int flags)
{
	int code = sqlite3_open_v2(name, &db->sql, flags | SQLITE_OPEN_NOMUTEX, NULL);

	db->index_rests = false;
	if (!db->sql)
		return history_db_refuse(db, TROUBLE_OTHER, "out of memory");
	sqlite3_extended_result_codes(db->sql, 1);
	history_db_wait(db, true);
	sqlite3_create_function(db->sql, "owner_alive", 1, SQLITE_UTF8, NULL, owner_alive, NULL,
				NULL);
	sqlite3_create_function(db->sql, "fold_words", 1, SQLITE_UTF8, NULL, history_index_fold,
				NULL, NULL);
	return code == SQLITE_OK ? history_schema_prepare(db) : failed(db);
}

/* In a directory that cannot be written, a WAL database can only be read as one that nobody
 * changes. */
static bool open_immutable(struct history_db *db)
{
	g_autofree char *uri = g_filename_to_uri(db->path, NULL, NULL);
	g_autofree char *name = uri ? g_strconcat(uri, "?immutable=1", NULL) : NULL;

	history_db_close(db);
	return name && open_file(db, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

/* Nothing was ever said: all that is asked for is answered, with nothing. */
static bool open_nothing(struct history_db *db)
{
	history_db_close(db);
	return open_file(db, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

static bool open_reader(struct history_db *db)
{
	struct stat file;

	if (stat(db->path, &file) ? errno == ENOENT : file.st_size == 0)
		return open_nothing(db);
	if (open_file(db, db->path, SQLITE_OPEN_READONLY))
		return true;
	if ((db->trouble == TROUBLE_OPEN || db->trouble == TROUBLE_READONLY) && open_immutable(db))
		return true;
	history_db_close(db);
	return false;
}

static bool open_db(struct history_db *db)
{
	g_autoptr(GError) error = NULL;

	if (db->reader)
		return open_reader(db);
	if (!paths_make_parents(db->path, &error)) {
		g_free(db->why);
		db->why = g_strdup(error->message);
		db->trouble = TROUBLE_OPEN;
		return false;
	}
	create_private(db->path);
	if (open_file(db, db->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE))
		return true;
	if ((db->trouble == TROUBLE_OPEN || db->trouble == TROUBLE_READONLY) &&
	    access(db->path, R_OK) == 0 && access(db->path, W_OK) != 0 && open_immutable(db))
		return true;
	history_db_close(db);
	return false;
}

bool history_db_ready(struct history_db *db)
{
	int moved = 0;

	if (db->sql)
		sqlite3_file_control(db->sql, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved || db->stale)
		history_db_close(db);
	return db->sql || open_db(db);
}
