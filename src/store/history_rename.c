/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An account of the history gets another name. */

#include "history_private.h"

/* What was said in a chat that the history has under both names becomes one chat. */
static const char *const rename_steps[] = {
	"UPDATE OR IGNORE message SET chat ="
	" (SELECT t.id FROM chat s JOIN chat t USING (kind, ident)"
	"  WHERE s.id = message.chat AND t.account = ?2)"
	" WHERE chat IN (SELECT s.id FROM chat s JOIN chat t USING (kind, ident)"
	"  WHERE s.account = ?1 AND t.account = ?2)",
	"DELETE FROM message WHERE chat IN (SELECT s.id FROM chat s JOIN chat t USING (kind, ident)"
	"  WHERE s.account = ?1 AND t.account = ?2)",
	"UPDATE chat SET number = s.number, read_row = max(chat.read_row, s.read_row),"
	" name = coalesce(s.name, chat.name) FROM chat s"
	" WHERE s.account = ?1 AND chat.account = ?2 AND s.kind = chat.kind"
	" AND s.ident = chat.ident",
	"DELETE FROM chat WHERE account = ?1 AND EXISTS (SELECT 1 FROM chat t"
	" WHERE t.account = ?2 AND t.kind = chat.kind AND t.ident = chat.ident)",
	"UPDATE chat SET account = ?2 WHERE account = ?1",
	"DELETE FROM roster WHERE account = ?2",
	"UPDATE roster SET account = ?2 WHERE account = ?1",
};

/* *@moved: messages went to another chat. */
static bool run_steps(struct history_db *db, struct job *job, bool *moved)
{
	bool done = true;

	for (gsize i = 0; done && i < G_N_ELEMENTS(rename_steps); i++) {
		sqlite3_stmt *statement = history_db_prepare(db, rename_steps[i]);

		history_db_bind(statement, "ss", job->account, job->name);
		done = history_db_run(db, statement);
		if (i == 0)
			*moved = done && sqlite3_changes(db->sql) > 0;
	}
	return done;
}

static bool run_rename(struct history_db *db, struct job *job)
{
	bool done = history_db_exec(db, "SAVEPOINT renaming"), moved;

	db->appended = NULL;
	if (!done)
		return false;
	done = run_steps(db, job, &moved) && (!moved || !db->indexed || history_index_renew(db));
	if (!done && !sqlite3_get_autocommit(db->sql))
		sqlite3_exec(db->sql, "ROLLBACK TO renaming; RELEASE renaming", NULL, NULL, NULL);
	return done && history_db_exec(db, "RELEASE renaming");
}

const struct job_ops history_job_rename = {true, run_rename, NULL};

void history_rename_account(struct history *history, const char *account, const char *name)
{
	struct job *job = history_job_new(&history_job_rename);

	job->account = g_strdup(account);
	job->name = g_strdup(name);
	history_submit(history, job);
}
