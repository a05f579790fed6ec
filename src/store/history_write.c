/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_private.h"

#include <string.h>

#include "model/message.h"

gint64 history_chat_row(struct history_db *db, const struct job *job, bool create)
{
	static const char find[] =
		"SELECT id FROM chat WHERE account = ?1 AND kind = ?2 AND ident = ?3";
	static const char add[] = "INSERT INTO chat (account, kind, ident) VALUES (?1, ?2, ?3)";
	sqlite3_stmt *statement = history_db_prepare(db, find);

	history_db_bind(statement, "sis", job->account, job->kind, job->id);
	int step = history_db_step(db, statement);

	if (step > 0) {
		gint64 row = sqlite3_column_int64(statement, 0);

		history_db_reset(statement);
		return row;
	}
	if (step < 0 || !create)
		return step;
	statement = history_db_prepare(db, add);
	history_db_bind(statement, "sis", job->account, job->kind, job->id);
	return history_db_run(db, statement) ? sqlite3_last_insert_rowid(db->sql) : -1;
}

/* --- appending ---------------------------------------------------------------------------- */

static const char insert_message[] =
	"INSERT INTO message (chat, time, direction, type, delivery, scrollback, mention, sender,"
	" alias, text, reason, uid, token, dedupe, owner)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
	" ON CONFLICT DO NOTHING";

static const char find_same[] = "SELECT id FROM message WHERE uid = ?1 UNION ALL"
				" SELECT id FROM message WHERE chat = ?2 AND dedupe = ?3 LIMIT 1";

/* Only what is not sent yet belongs to a process. */
static const char *owner_for(const struct history_db *db, int delivery)
{
	return delivery == DELIVERY_QUEUED || delivery == DELIVERY_SENDING ? db->owner : NULL;
}

static bool find_duplicate(struct history_db *db, struct job *job, gint64 chat)
{
	const struct history_message *m = &job->message;
	sqlite3_stmt *statement = history_db_prepare(db, find_same);

	history_db_bind(statement, "sls", m->uid, chat, m->dedupe);
	int step = history_db_step(db, statement);

	if (step > 0) {
		job->row = sqlite3_column_int64(statement, 0);
		history_db_reset(statement);
	}
	job->result = HISTORY_DUPLICATE;
	return step >= 0;
}

/* In the same transaction: for a message that comes while the user looks on one is enough. */
static bool mark_seen(struct history_db *db, gint64 chat, gint64 row)
{
	static const char text[] = "UPDATE chat SET read_row = ?2 WHERE id = ?1 AND read_row < ?2";
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "ll", chat, row);
	return history_db_run(db, statement);
}

/* Most messages of a group are of the chat that the one before them was of. */
static gint64 chat_to_append_to(struct history_db *db, struct job *job)
{
	const struct job *last = db->appended;

	if (last && last->kind == job->kind && !g_strcmp0(last->id, job->id) &&
	    !g_strcmp0(last->account, job->account))
		job->chat = last->chat;
	else
		job->chat = history_chat_row(db, job, true);
	db->appended = job->chat > 0 ? job : NULL;
	return job->chat;
}

static bool run_append(struct history_db *db, struct job *job)
{
	const struct history_message *m = &job->message;
	gint64 chat = chat_to_append_to(db, job);

	if (chat < 0)
		return false;
	sqlite3_stmt *statement = history_db_prepare(db, insert_message);

	history_db_bind(statement, "lliiiiissssssss", chat, m->time, m->direction, m->type,
			m->delivery, (int)m->scrollback, (int)m->mention, m->sender, m->alias,
			m->text, m->reason, m->uid, m->token, m->dedupe,
			owner_for(db, m->delivery));
	if (!history_db_run(db, statement))
		return false;
	if (sqlite3_changes(db->sql) == 0)
		return find_duplicate(db, job, chat);
	job->row = db->newest = sqlite3_last_insert_rowid(db->sql);
	job->result = HISTORY_STORED;
	return !m->seen || mark_seen(db, chat, job->row);
}

static void answer_append(struct job *job)
{
	if (job->failed)
		job->fn.stored(HISTORY_FAILED, 0, job->why, job->data);
	else
		job->fn.stored(job->result, job->row, NULL, job->data);
}

/* --- delivery ----------------------------------------------------------------------------- */

static const char update_by_uid[] =
	"UPDATE message SET delivery = ?2, reason = coalesce(?3, reason),"
	" token = coalesce(?4, token), owner = ?5 WHERE uid = ?1";

static const char update_by_token[] =
	"UPDATE message SET delivery = ?3, reason = coalesce(?4, reason), owner = ?5"
	" WHERE id = (SELECT max(id) FROM message"
	"  WHERE chat = ?1 AND token = ?2 AND direction = 1)";

static bool run_delivery(struct history_db *db, struct job *job)
{
	const struct history_message *m = &job->message;
	sqlite3_stmt *statement = history_db_prepare(db, update_by_uid);

	history_db_bind(statement, "sisss", m->uid, m->delivery, m->reason, m->token,
			owner_for(db, m->delivery));
	return history_db_run(db, statement);
}

static bool run_token(struct history_db *db, struct job *job)
{
	const struct history_message *m = &job->message;
	gint64 chat = history_chat_row(db, job, false);

	if (chat <= 0)
		return chat == 0;
	sqlite3_stmt *statement = history_db_prepare(db, update_by_token);

	history_db_bind(statement, "lsiss", chat, m->token, m->delivery, m->reason,
			owner_for(db, m->delivery));
	return history_db_run(db, statement);
}

/* One UPDATE under the write lock: of several processes only one finds the message queued. */
static bool run_claim(struct history_db *db, struct job *job)
{
	static const char text[] =
		"UPDATE message SET delivery = ?2, owner = ?3 WHERE uid = ?1 AND delivery = ?4"
		" AND (owner IS NULL OR owner = ?3 OR NOT owner_alive(owner))";
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "sisi", job->message.uid, (int)DELIVERY_SENDING, db->owner,
			(int)DELIVERY_QUEUED);
	if (!history_db_run(db, statement))
		return false;
	job->flag = sqlite3_changes(db->sql) > 0;
	return true;
}

static void answer_claim(struct job *job)
{
	job->fn.claim(!job->failed && job->flag, job->data);
}

/* --- chats and roster --------------------------------------------------------------------- */

static bool run_mark(struct history_db *db, struct job *job)
{
	static const char text[] = "UPDATE chat SET read_row ="
				   " (SELECT max(id) FROM message WHERE chat = ?1 AND id <= ?2)"
				   " WHERE id = ?1 AND read_row <"
				   " (SELECT max(id) FROM message WHERE chat = ?1 AND id <= ?2)";
	gint64 chat = history_chat_row(db, job, false);

	if (chat <= 0)
		return chat == 0;
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "ll", chat, job->row);
	return history_db_run(db, statement);
}

static bool run_open(struct history_db *db, struct job *job)
{
	static const char text[] =
		"UPDATE chat SET number = ?2, name = coalesce(?3, name) WHERE id = ?1"
		" AND (number <> ?2 OR name IS NOT coalesce(?3, name))";
	gint64 chat = history_chat_row(db, job, true);

	if (chat < 0)
		return false;
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "lls", chat, (gint64)job->number, job->name);
	return history_db_run(db, statement);
}

static GByteArray *pack_groups(char **groups)
{
	GByteArray *packed = g_byte_array_new();

	for (char **group = groups; group && *group; group++)
		g_byte_array_append(packed, (const guint8 *)*group, strlen(*group) + 1);
	return packed;
}

static bool save_contact(struct history_db *db, const char *account,
			 const struct history_contact *contact)
{
	static const char text[] = "INSERT OR REPLACE INTO roster (account, ident, alias, groups)"
				   " VALUES (?1, ?2, ?3, ?4)";
	g_autoptr(GByteArray) groups = pack_groups(contact->groups);
	sqlite3_stmt *statement = history_db_prepare(db, text);

	history_db_bind(statement, "sss", account, contact->id, contact->alias);
	if (statement && groups->len)
		sqlite3_bind_blob(statement, 4, groups->data, (int)groups->len, SQLITE_STATIC);
	return history_db_run(db, statement);
}

/* All or nothing, also when the group goes on without it. */
static bool run_save_roster(struct history_db *db, struct job *job)
{
	static const char clear[] = "DELETE FROM roster WHERE account = ?1";
	bool done = history_db_exec(db, "SAVEPOINT roster");
	sqlite3_stmt *statement = done ? history_db_prepare(db, clear) : NULL;

	if (!done)
		return false;
	history_db_bind(statement, "s", job->account);
	done = history_db_run(db, statement);
	for (unsigned i = 0; done && i < job->items->len; i++)
		done = save_contact(db, job->account, job->items->pdata[i]);
	/* What went wrong is noted already: a failure to go back would only hide it. */
	if (!done && !sqlite3_get_autocommit(db->sql))
		sqlite3_exec(db->sql, "ROLLBACK TO roster; RELEASE roster", NULL, NULL, NULL);
	return done && history_db_exec(db, "RELEASE roster");
}

const struct job_ops history_job_append = {true, run_append, answer_append};
const struct job_ops history_job_delivery = {true, run_delivery, NULL};
const struct job_ops history_job_token = {true, run_token, NULL};
const struct job_ops history_job_claim = {true, run_claim, answer_claim};
const struct job_ops history_job_mark = {true, run_mark, NULL};
const struct job_ops history_job_open = {true, run_open, NULL};
const struct job_ops history_job_save_roster = {true, run_save_roster, NULL};
