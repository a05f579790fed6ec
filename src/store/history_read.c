/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_private.h"

#include <string.h>

#include "model/message.h"

char *history_read_string(sqlite3_stmt *row, int column)
{
	return g_strdup((const char *)sqlite3_column_text(row, column));
}

struct history_message *history_read_message(sqlite3_stmt *row)
{
	struct history_message *message = g_new0(struct history_message, 1);

	message->row = sqlite3_column_int64(row, 0);
	message->time = sqlite3_column_int64(row, 1);
	message->direction = sqlite3_column_int(row, 2);
	message->type = sqlite3_column_int(row, 3);
	message->delivery = sqlite3_column_int(row, 4);
	message->scrollback = sqlite3_column_int(row, 5);
	message->mention = sqlite3_column_int(row, 6);
	message->sender = history_read_string(row, 7);
	message->alias = history_read_string(row, 8);
	message->text = history_read_string(row, 9);
	message->reason = history_read_string(row, 10);
	message->uid = history_read_string(row, 11);
	message->token = history_read_string(row, 12);
	message->dedupe = history_read_string(row, 13);
	return message;
}

/* --- pages -------------------------------------------------------------------------------- */

/* One more than asked for tells whether there is more. */
static bool read_page(struct history_db *db, struct job *job, const char *text, gint64 from)
{
	gint64 chat = history_chat_row(db, job, false);
	sqlite3_stmt *statement;
	int step = 0;

	job->items = g_ptr_array_new_with_free_func((GDestroyNotify)history_message_free);
	job->flag = true;
	if (chat <= 0)
		return chat == 0;
	statement = history_db_prepare(db, text);
	history_db_bind(statement, "lll", chat, from, (gint64)job->limit + 1);
	while ((step = history_db_step(db, statement)) > 0) {
		if (job->items->len == job->limit) {
			job->flag = false;
			history_db_reset(statement);
			break;
		}
		g_ptr_array_add(job->items, history_read_message(statement));
	}
	return step >= 0;
}

static bool run_before(struct history_db *db, struct job *job)
{
	static const char text[] =
		"SELECT " HISTORY_COLUMNS " FROM message m WHERE chat = ?1 AND id < ?2"
		" ORDER BY id DESC LIMIT ?3";
	bool done = read_page(db, job, text, job->row > 0 ? job->row : G_MAXINT64);
	void **items = job->items->pdata;

	for (unsigned i = 0, j = job->items->len; i + 1 < j; i++) {
		void *item = items[i];

		items[i] = items[--j];
		items[j] = item;
	}
	return done;
}

static bool run_after(struct history_db *db, struct job *job)
{
	static const char text[] =
		"SELECT " HISTORY_COLUMNS " FROM message m WHERE chat = ?1 AND id > ?2"
		" ORDER BY id LIMIT ?3";

	return read_page(db, job, text, job->row);
}

static void answer_page(struct job *job)
{
	job->fn.page(job->items, job->flag && !job->failed, job->why, job->data);
}

/* The page before and with the row, then what follows it. */
static bool run_around(struct history_db *db, struct job *job)
{
	g_autoptr(GPtrArray) before = NULL;
	gint64 row = job->row;
	unsigned limit = job->limit;

	job->row = row + 1;
	job->limit = limit / 2 + 1;
	bool done = run_before(db, job);

	before = g_steal_pointer(&job->items);
	job->start_flag = job->flag;
	job->row = row;
	job->limit = limit - job->limit;
	done = done && run_after(db, job);
	if (done)
		g_ptr_array_extend_and_steal(before, g_steal_pointer(&job->items));
	g_clear_pointer(&job->items, g_ptr_array_unref);
	job->items = g_steal_pointer(&before);
	return done;
}

static void answer_around(struct job *job)
{
	job->fn.around(job->items, job->start_flag && !job->failed, job->flag && !job->failed,
		       job->failed ? job->why : NULL, job->data);
}

/* --- what waits to be sent ---------------------------------------------------------------- */

static void free_queued(void *data)
{
	struct history_queued *queued = data;

	history_message_free(queued->message);
	g_free(queued->id);
	g_free(queued);
}

static bool run_queued(struct history_db *db, struct job *job)
{
	/* From the few unsent ones to their chats, not the other way round. */
	static const char text[] =
		"SELECT " HISTORY_COLUMNS
		", c.kind, c.ident FROM message m INDEXED BY message_owner"
		" CROSS JOIN chat c"
		" ON c.id = m.chat WHERE m.owner IS NOT NULL AND m.delivery = ?2 AND c.account = ?1"
		" AND (m.owner = ?3 OR NOT owner_alive(m.owner)) ORDER BY m.id";
	sqlite3_stmt *statement = history_db_prepare(db, text);
	int step;

	job->items = g_ptr_array_new_with_free_func(free_queued);
	history_db_bind(statement, "sis", job->account, (int)DELIVERY_QUEUED, db->owner);
	while ((step = history_db_step(db, statement)) > 0) {
		struct history_queued *queued = g_new0(struct history_queued, 1);

		queued->message = history_read_message(statement);
		queued->kind = sqlite3_column_int(statement, HISTORY_COLUMN_COUNT);
		queued->id = history_read_string(statement, HISTORY_COLUMN_COUNT + 1);
		g_ptr_array_add(job->items, queued);
	}
	return step == 0;
}

static void answer_queued(struct job *job)
{
	job->fn.queued(job->items, job->data);
}

/* --- chats -------------------------------------------------------------------------------- */

static void free_summary(void *data)
{
	struct history_summary *summary = data;

	g_free(summary->account);
	g_free(summary->id);
	g_free(summary->name);
	g_free(summary);
}

static struct history_summary *read_summary(sqlite3_stmt *row)
{
	struct history_summary *summary = g_new0(struct history_summary, 1);

	summary->account = history_read_string(row, 0);
	summary->kind = sqlite3_column_int(row, 1);
	summary->id = history_read_string(row, 2);
	summary->name = history_read_string(row, 3);
	summary->number = (unsigned)sqlite3_column_int64(row, 4);
	summary->unread = (unsigned)sqlite3_column_int64(row, 5);
	summary->mentions = (unsigned)sqlite3_column_int64(row, 6);
	summary->last_time = sqlite3_column_int64(row, 7);
	return summary;
}

static bool read_summaries(struct history_db *db, struct job *job, const char *text)
{
	sqlite3_stmt *statement = history_db_prepare(db, text);
	int step;

	job->items = g_ptr_array_new_with_free_func(free_summary);
	while ((step = history_db_step(db, statement)) > 0)
		g_ptr_array_add(job->items, read_summary(statement));
	return step == 0;
}

static bool run_chats(struct history_db *db, struct job *job)
{
	return read_summaries(
		db, job,
		"SELECT c.account, c.kind, c.ident, c.name, c.number, count(m.id),"
		" total(m.mention),"
		" (SELECT l.time FROM message l WHERE l.chat = c.id ORDER BY l.id DESC LIMIT 1) t"
		" FROM chat c LEFT JOIN message m INDEXED BY message_chat"
		"  ON m.chat = c.id AND m.id > c.read_row"
		"  AND m.direction = 0 AND m.scrollback = 0"
		" GROUP BY c.id HAVING c.number > 0 OR count(m.id) > 0"
		" ORDER BY c.number = 0, c.number, t DESC");
}

static bool run_places(struct history_db *db, struct job *job)
{
	return read_summaries(
		db, job, "SELECT account, kind, ident, name, 0, 0, 0, 0 FROM chat ORDER BY id");
}

static void answer_chats(struct job *job)
{
	job->fn.chats(job->items, job->data);
}

/* --- roster ------------------------------------------------------------------------------- */

static void free_contact(void *data)
{
	struct history_contact *contact = data;

	g_strfreev(contact->groups);
	g_free(contact->alias);
	g_free(contact->id);
	g_free(contact);
}

static char **unpack_groups(const char *packed, int length)
{
	GPtrArray *groups = g_ptr_array_new();
	const char *end = packed + length;

	while (packed && packed < end) {
		char *group = g_strndup(packed, end - packed);

		packed += strlen(group) + 1;
		g_ptr_array_add(groups, group);
	}
	g_ptr_array_add(groups, NULL);
	return (char **)g_ptr_array_free(groups, FALSE);
}

static bool run_roster(struct history_db *db, struct job *job)
{
	static const char text[] =
		"SELECT ident, alias, groups FROM roster WHERE account = ?1 ORDER BY ident";
	sqlite3_stmt *statement = history_db_prepare(db, text);
	int step;

	job->items = g_ptr_array_new_with_free_func(free_contact);
	history_db_bind(statement, "s", job->account);
	while ((step = history_db_step(db, statement)) > 0) {
		struct history_contact *contact = g_new0(struct history_contact, 1);
		const char *packed = sqlite3_column_blob(statement, 2);

		contact->id = history_read_string(statement, 0);
		contact->alias = history_read_string(statement, 1);
		contact->groups = unpack_groups(packed, sqlite3_column_bytes(statement, 2));
		g_ptr_array_add(job->items, contact);
	}
	return step == 0;
}

static void answer_roster(struct job *job)
{
	job->fn.roster(job->items, job->data);
}

const struct job_ops history_job_before = {false, run_before, answer_page};
const struct job_ops history_job_after = {false, run_after, answer_page};
const struct job_ops history_job_around = {false, run_around, answer_around};
const struct job_ops history_job_queued = {false, run_queued, answer_queued};
const struct job_ops history_job_chats = {false, run_chats, answer_chats};
const struct job_ops history_job_places = {false, run_places, answer_chats};
const struct job_ops history_job_roster = {false, run_roster, answer_roster};
