/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Inside of history: a request is a job. The main context makes it and queues it, the thread
 * runs it against the database, and the main context answers it. A job is touched by one side
 * at a time; it changes hands under history->lock. Only `cancelled`, `fn` and `data` stay with
 * the main context throughout.
 */

#include <pthread.h>
#include <sqlite3.h>
#include "history.h"

/* How long another process may hold the file before a write is given up; many that take turns
 * may take longer. */
#define HISTORY_BUSY_MS 3000

/* --- history_db.c: the open file, its statements and what went wrong with it -------------- */

enum trouble {
	TROUBLE_NONE = 0,
	TROUBLE_OPEN = 1 << 0,
	TROUBLE_FULL = 1 << 1,
	TROUBLE_READONLY = 1 << 2,
	TROUBLE_CORRUPT = 1 << 3,
	TROUBLE_LOCKED = 1 << 4,
	TROUBLE_OTHER = 1 << 5,
};

/* The messages with low < id <= high are in the index of words. */
struct indexed {
	gint64 low, high;
};

struct history_db {
	char *path;             /* NULL: the default one, asked for when it is opened */
	char *owner;            /* this process, see history_owner.c */
	sqlite3 *sql;           /* NULL: not open */
	GHashTable *statements; /* const char * (the address of the text) → sqlite3_stmt * */
	bool stale;             /* to be opened anew before it is used again */
	bool reader;            /* nothing is written, nor a file made */
	bool indexed;           /* there is an index of words, and it can be used */
	gint64 busy_since;      /* monotonic µs: nobody has written since then, while we wait */
	gint64 busy_stamp;      /* of what was written last */
	bool index_rests;       /* its next part was tried in vain: not before the next write */
	struct indexed known;   /* as it was last seen; high 0: not known */
	gint64 newest;          /* the last message, as far as this process knows */
	const struct job *appended; /* the last message of this group; NULL: look for its chat */
	enum trouble trouble;       /* what the last failure was */
	char *why;                  /* the same, to be shown */
};

/* @reader: to read what there is, and leave no trace. */
struct history_db *history_db_new(const char *path, bool reader);
void history_db_free(struct history_db *db);
/* Opens the file if it is not open, or was moved away, or failed in a way that a fresh start
 * may mend. */
bool history_db_ready(struct history_db *db);
void history_db_close(struct history_db *db);
/* Whether to wait for others who hold the file. */
void history_db_wait(struct history_db *db, bool wait);
/* Cached by the address of @text, which must be static; NULL on failure. */
sqlite3_stmt *history_db_prepare(struct history_db *db, const char *text);
/* @types: one letter a parameter: s char *, i int, l gint64. Strings are not copied. */
void history_db_bind(sqlite3_stmt *statement, const char *types, ...);
/* 1: a row; 0: no more, -1: failed; the statement is reset in both cases. */
int history_db_step(struct history_db *db, sqlite3_stmt *statement);
void history_db_reset(sqlite3_stmt *statement);
/* Runs a statement that gives no rows. NULL fails: it was not prepared. */
bool history_db_run(struct history_db *db, sqlite3_stmt *statement);
bool history_db_exec(struct history_db *db, const char *text);
/* Notes that something failed, and why; always false. */
bool history_db_refuse(struct history_db *db, enum trouble trouble, const char *reason);

/* --- history_schema.c --------------------------------------------------------------------- */

/* Settings of the connection, tables, messages left over by processes that died. */
bool history_schema_prepare(struct history_db *db);

/* --- history_index.c: the words of the messages ------------------------------------------- */

/*
 * Rows of the index have the ids of their messages, the chat as one word and the text as
 * words_fold() has it: no copy of the text is kept. Of the messages those with low < id <= high
 * are in the index. `high` follows the writes, a few messages behind; below `low` is what was
 * there before there was an index, and is done when there is nothing else to do.
 */
#define HISTORY_INDEX_SCHEMA                                                                       \
	"CREATE VIRTUAL TABLE message_words USING fts5 (chat, words, content='', columnsize=0,"    \
	" tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* Co So'\");"                \
	"CREATE TABLE indexed (low INTEGER NOT NULL, high INTEGER NOT NULL);"                      \
	"INSERT INTO indexed SELECT coalesce(max(id), 0), coalesce(max(id), 0) FROM message;"

/* What is in the index; nothing when there is none or it is of no use. */
bool history_index_read(struct history_db *db, struct indexed *indexed);
/* fold_words(text) for statements. */
void history_index_fold(sqlite3_context *context, int count, sqlite3_value **values);
/* Within a transaction: adds what was written since, if it is worth while. Its failure takes
 * nothing else with it; false: the transaction is gone. */
bool history_index_new(struct history_db *db);
/* As far as this process knows nothing is to be done for it. */
bool history_index_is_done(const struct history_db *db);
/* Within a transaction: begins the index anew, which then is filled bit by bit. For messages that
 * have moved to another chat. */
bool history_index_renew(struct history_db *db);
/* Adds a part of what was there before, in a transaction of its own. False: there is nothing to
 * do, or it cannot be done now. */
bool history_index_old(struct history_db *db);

/* --- history_owner.c ---------------------------------------------------------------------- */

/* Names this process: pid, start time, boot; new string. */
char *history_owner_self(void);
bool history_owner_is_alive(const char *owner);

/* --- jobs --------------------------------------------------------------------------------- */

#define GROUP_ROWS 500 /* are committed together, at most */

struct job;
typedef void (*job_fn)(void); /* whichever callback it is */

struct job_ops {
	bool writes;
	bool (*run)(struct history_db *db, struct job *job); /* thread; false: see db->why */
	void (*answer)(struct job *job);                     /* main context */
};

struct job {
	const struct job_ops *ops;
	GList link;  /* in the queue, a group or the ready list */
	GList asked; /* in history->asked when there is a callback */
	bool cancelled;
	bool patient; /* nobody waits for it */
	union {
		job_fn any;
		history_stored_fn stored;
		history_page_fn page;
		history_claim_fn claim;
		history_queued_fn queued;
		history_chats_fn chats;
		history_roster_fn roster;
		history_around_fn around;
		history_found_fn found;
		history_problem_fn problem;
	} fn;
	void *data;

	char *account, *id; /* the chat, or only the account */
	int kind;
	struct history_message message; /* to append; the fields of a change of delivery */
	char *name;
	unsigned number, limit;
	gint64 row;  /* where a page begins; where a message was stored */
	gint64 chat; /* row of the chat that a message is appended to */
	struct query *query;
	bool forward;
	gint64 next; /* where the search goes on; 0: nowhere */

	GPtrArray *items; /* a roster to save; what was read */
	enum history_result result;
	bool flag;       /* page: complete; around: its end is; claim: ours */
	bool start_flag; /* around: its start is */
	bool failed;
	char *why;
};

/* history_write.c */
extern const struct job_ops history_job_append, history_job_delivery, history_job_token,
	history_job_claim, history_job_mark, history_job_open, history_job_save_roster;
/* history_rename.c */
extern const struct job_ops history_job_rename;
/* history_read.c */
extern const struct job_ops history_job_before, history_job_after, history_job_queued,
	history_job_chats, history_job_roster, history_job_around, history_job_places;
/* history_search.c */
extern const struct job_ops history_job_search, history_job_unread;
/* history_thread.c */
extern const struct job_ops history_job_problem;

/* history_read.c: the columns of message m that history_read_message() takes. */
#define HISTORY_COLUMNS                                                                            \
	"m.id, m.time, m.direction, m.type, m.delivery, m.scrollback, m.mention, m.sender,"        \
	" m.alias, m.text, m.reason, m.uid, m.token, m.dedupe"
#define HISTORY_COLUMN_COUNT 14
struct history_message *history_read_message(sqlite3_stmt *row);
char *history_read_string(sqlite3_stmt *row, int column);

/* history_write.c; @create: makes the row when there is none. 0: none; -1: failed. */
gint64 history_chat_row(struct history_db *db, const struct job *job, bool create);

struct job *history_job_new(const struct job_ops *ops);
void history_job_free(struct job *job);

/* --- history.c, history_thread.c ---------------------------------------------------------- */

struct history {
	struct history_db *db; /* the thread's alone */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work; /* told to the thread: there is work, or stop */
	pthread_cond_t rest; /* told by the thread: it has nothing to do */

	/* under lock */
	GQueue queue, ready;
	unsigned urgent; /* jobs in the queue that somebody waits for */
	bool stop, resting, gathering;

	/* the thread's alone */
	GQueue again;     /* failed writes that nobody is told of, tried with the next group */
	unsigned told;    /* enum trouble that the problem handler knows of */
	gint64 told_at;   /* monotonic µs */
	unsigned busy;    /* jobs since it last had nothing to do */
	gint64 committed; /* monotonic µs, the last time */

	/* the main context's alone */
	GSource *source;
	GQueue asked, answering;
	bool nudge; /* the thread rests and there is work */
	bool closed;
	unsigned refs;
	history_problem_fn problem;
	void *problem_data;
};

/* Queues a job that nobody is told of. */
void history_submit(struct history *history, struct job *job);
void *history_thread_main(void *data);
