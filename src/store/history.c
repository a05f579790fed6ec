/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_private.h"

#include <signal.h>
#include <string.h>

#include "model/message.h"
#include "model/query.h"

/* Callbacks run in one turn of the main loop; the rest comes in the next. */
#define TURN_JOBS 256

struct ready_source {
	GSource base;
	struct history *history;
};

/* --- jobs --------------------------------------------------------------------------------- */

struct job *history_job_new(const struct job_ops *ops)
{
	struct job *job = g_new0(struct job, 1);

	job->ops = ops;
	job->link.data = job;
	job->asked.data = job;
	return job;
}

static void clear_message(struct history_message *message)
{
	g_free(message->sender);
	g_free(message->alias);
	g_free(message->text);
	g_free(message->reason);
	g_free(message->uid);
	g_free(message->token);
	g_free(message->dedupe);
}

void history_message_free(struct history_message *message)
{
	if (!message)
		return;
	clear_message(message);
	g_free(message);
}

void history_job_free(struct job *job)
{
	clear_message(&job->message);
	g_free(job->account);
	g_free(job->id);
	g_free(job->name);
	g_free(job->why);
	g_clear_pointer(&job->items, g_ptr_array_unref);
	query_unref(job->query);
	g_free(job);
}

static struct job *job_for_chat(const struct job_ops *ops, const struct history_chat *chat)
{
	struct job *job = history_job_new(ops);

	job->account = g_strdup(chat->account);
	job->kind = chat->kind;
	job->id = g_strdup(chat->id);
	return job;
}

static struct job *job_for_account(const struct job_ops *ops, const char *account)
{
	struct job *job = history_job_new(ops);

	job->account = g_strdup(account);
	return job;
}

/* An empty key is no key: it must not make two messages the same. */
static char *dup_key(const char *key)
{
	return key && *key ? g_strdup(key) : NULL;
}

static void copy_message(struct history_message *to, const struct history_message *from)
{
	*to = *from;
	to->sender = g_strdup(from->sender);
	to->alias = g_strdup(from->alias);
	to->text = g_strdup(from->text);
	to->reason = g_strdup(from->reason);
	to->uid = dup_key(from->uid);
	to->token = dup_key(from->token);
	to->dedupe = dup_key(from->dedupe);
}

/* The thread is woken when this turn of the main loop ends (ready_prepare): what a turn stores
 * is committed together also where a commit is quick. */
static void submit(struct history *history, struct job *job, job_fn fn, void *data)
{
	job->fn.any = fn;
	job->data = data;
	if (fn)
		g_queue_push_tail_link(&history->asked, &job->asked);
	pthread_mutex_lock(&history->lock);
	g_queue_push_tail_link(&history->queue, &job->link);
	history->urgent += !job->patient;
	history->nudge =
		history->nudge || history->resting ||
		(history->gathering && (!job->patient || history->queue.length >= GROUP_ROWS));
	pthread_mutex_unlock(&history->lock);
}

void history_submit(struct history *history, struct job *job)
{
	submit(history, job, NULL, NULL);
}

/* --- answers ------------------------------------------------------------------------------ */

static void unref(struct history *history)
{
	if (--history->refs)
		return;
	pthread_mutex_destroy(&history->lock);
	pthread_cond_destroy(&history->work);
	pthread_cond_destroy(&history->rest);
	g_free(history);
}

static void nudge_thread(struct history *history)
{
	history->nudge = false;
	pthread_mutex_lock(&history->lock);
	pthread_cond_signal(&history->work);
	pthread_mutex_unlock(&history->lock);
}

static gboolean ready_prepare(GSource *source, int *timeout)
{
	struct history *history = ((struct ready_source *)source)->history;

	if (history->nudge)
		nudge_thread(history);
	*timeout = -1;
	return FALSE;
}

static void answer(struct history *history, struct job *job)
{
	if (job->fn.any && job->ops != &history_job_problem)
		g_queue_unlink(&history->asked, &job->asked);
	if (job->fn.any && !job->cancelled)
		job->ops->answer(job);
	history_job_free(job);
}

static void take_ready(struct history *history)
{
	GList *link;

	pthread_mutex_lock(&history->lock);
	while (history->answering.length < TURN_JOBS &&
	       (link = g_queue_pop_head_link(&history->ready)))
		g_queue_push_tail_link(&history->answering, link);
	bool more = !g_queue_is_empty(&history->ready);
	pthread_mutex_unlock(&history->lock);
	if (more)
		g_source_set_ready_time(history->source, 0);
}

static gboolean ready_dispatch(GSource *source, GSourceFunc fn, void *data)
{
	struct history *history = ((struct ready_source *)source)->history;
	GList *link;

	g_source_set_ready_time(source, -1);
	history->refs++;
	take_ready(history);
	while (!history->closed && (link = g_queue_pop_head_link(&history->answering)))
		answer(history, link->data);
	unref(history);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs ready_funcs = {.prepare = ready_prepare, .dispatch = ready_dispatch};

void history_cancel(struct history *history, void *data)
{
	for (GList *link = history->asked.head; link; link = link->next) {
		struct job *job = link->data;

		job->cancelled = job->cancelled || job->data == data;
	}
}

/* --- life --------------------------------------------------------------------------------- */

static void attach_source(struct history *history)
{
	g_autoptr(GMainContext) context = g_main_context_ref_thread_default();

	history->source = g_source_new(&ready_funcs, sizeof(struct ready_source));
	((struct ready_source *)history->source)->history = history;
	g_source_set_name(history->source, "history");
	g_source_attach(history->source, context);
}

/* Signals are the main thread's: a handler of readline's must not run in this one. */
static void start_thread(struct history *history)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int code = pthread_create(&history->thread, NULL, history_thread_main, history);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code)
		g_error("cannot start the history thread: %s", g_strerror(code));
}

static struct history *new_history(const char *path, bool reader, history_problem_fn problem,
				   void *data)
{
	pthread_condattr_t attributes;
	struct history *history = g_new0(struct history, 1);

	/* Nobody asks how much memory sqlite has, and to count it takes a lock an allocation. It
	 * can be said only before sqlite is used first. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	history->refs = 1;
	history->db = history_db_new(path, reader);
	history->problem = problem;
	history->problem_data = data;
	pthread_mutex_init(&history->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&history->work, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_cond_init(&history->rest, NULL);
	attach_source(history);
	start_thread(history);
	return history;
}

struct history *history_new(const char *path, history_problem_fn problem, void *data)
{
	return new_history(path, false, problem, data);
}

struct history *history_new_reader(const char *path, history_problem_fn problem, void *data)
{
	return new_history(path, true, problem, data);
}

static void free_jobs(GQueue *queue)
{
	GList *link;

	while ((link = g_queue_pop_head_link(queue)))
		history_job_free(link->data);
}

void history_free(struct history *history)
{
	if (!history)
		return;
	pthread_mutex_lock(&history->lock);
	history->stop = true;
	pthread_cond_signal(&history->work);
	pthread_mutex_unlock(&history->lock);
	pthread_join(history->thread, NULL);
	history->closed = true;
	g_source_destroy(history->source);
	g_source_unref(history->source);
	free_jobs(&history->answering);
	free_jobs(&history->ready);
	free_jobs(&history->again);
	history_db_free(history->db);
	unref(history);
}

void history_flush(struct history *history)
{
	history->nudge = false;
	pthread_mutex_lock(&history->lock);
	pthread_cond_signal(&history->work);
	while (!history->resting || !g_queue_is_empty(&history->queue))
		pthread_cond_wait(&history->rest, &history->lock);
	pthread_mutex_unlock(&history->lock);
}

/* --- writing ------------------------------------------------------------------------------ */

void history_append(struct history *history, const struct history_chat *chat,
		    const struct history_message *message, history_stored_fn fn, void *data)
{
	struct job *job = job_for_chat(&history_job_append, chat);

	copy_message(&job->message, message);
	/* The manager waits for a word about what came; people do not. */
	job->patient = message->direction == MESSAGE_IN;
	submit(history, job, (job_fn)fn, data);
}

void history_set_delivery(struct history *history, const char *uid, int delivery,
			  const char *reason, const char *token)
{
	struct job *job = history_job_new(&history_job_delivery);

	job->message.uid = g_strdup(uid);
	job->message.delivery = delivery;
	job->message.reason = g_strdup(reason);
	job->message.token = dup_key(token);
	submit(history, job, NULL, NULL);
}

void history_set_delivery_by_token(struct history *history, const struct history_chat *chat,
				   const char *token, int delivery, const char *reason)
{
	struct job *job = job_for_chat(&history_job_token, chat);

	job->message.token = g_strdup(token);
	job->message.delivery = delivery;
	job->message.reason = g_strdup(reason);
	submit(history, job, NULL, NULL);
}

void history_claim(struct history *history, const char *uid, history_claim_fn fn, void *data)
{
	struct job *job = history_job_new(&history_job_claim);

	job->message.uid = g_strdup(uid);
	submit(history, job, (job_fn)fn, data);
}

void history_mark_read_to(struct history *history, const struct history_chat *chat, gint64 row)
{
	struct job *job = job_for_chat(&history_job_mark, chat);

	job->row = row;
	submit(history, job, NULL, NULL);
}

void history_mark_read(struct history *history, const struct history_chat *chat)
{
	history_mark_read_to(history, chat, G_MAXINT64);
}

void history_set_open(struct history *history, const struct history_chat *chat, unsigned number,
		      const char *name)
{
	struct job *job = job_for_chat(&history_job_open, chat);

	job->number = number;
	job->name = g_strdup(name);
	submit(history, job, NULL, NULL);
}

static void free_contact(void *data)
{
	struct history_contact *contact = data;

	g_free(contact->id);
	g_free(contact->alias);
	g_strfreev(contact->groups);
	g_free(contact);
}

static void *copy_contact(const void *source, void *data)
{
	const struct history_contact *from = source;
	struct history_contact *to = g_new0(struct history_contact, 1);

	to->id = g_strdup(from->id);
	to->alias = g_strdup(from->alias);
	to->groups = g_strdupv(from->groups);
	return to;
}

void history_save_roster(struct history *history, const char *account, GPtrArray *contacts)
{
	struct job *job = job_for_account(&history_job_save_roster, account);

	job->items = g_ptr_array_copy(contacts, copy_contact, NULL);
	g_ptr_array_set_free_func(job->items, free_contact);
	submit(history, job, NULL, NULL);
}

/* --- reading ------------------------------------------------------------------------------ */

void history_read_before(struct history *history, const struct history_chat *chat, gint64 before,
			 unsigned limit, history_page_fn fn, void *data)
{
	struct job *job = job_for_chat(&history_job_before, chat);

	job->row = before;
	job->limit = limit;
	submit(history, job, (job_fn)fn, data);
}

void history_read_after(struct history *history, const struct history_chat *chat, gint64 after,
			unsigned limit, history_page_fn fn, void *data)
{
	struct job *job = job_for_chat(&history_job_after, chat);

	job->row = after;
	job->limit = limit;
	submit(history, job, (job_fn)fn, data);
}

void history_read_around(struct history *history, const struct history_chat *chat, gint64 row,
			 unsigned limit, history_around_fn fn, void *data)
{
	struct job *job = job_for_chat(&history_job_around, chat);

	job->row = row;
	job->limit = limit;
	submit(history, job, (job_fn)fn, data);
}

void history_search(struct history *history, struct query *query, const struct history_chat *chat,
		    gint64 from, unsigned limit, bool forward, history_found_fn fn, void *data)
{
	struct job *job = chat ? job_for_chat(&history_job_search, chat)
			       : history_job_new(&history_job_search);

	job->query = query_ref(query);
	job->row = from;
	job->limit = limit;
	job->forward = forward;
	submit(history, job, (job_fn)fn, data);
}

void history_read_queued(struct history *history, const char *account, history_queued_fn fn,
			 void *data)
{
	submit(history, job_for_account(&history_job_queued, account), (job_fn)fn, data);
}

void history_read_unread(struct history *history, gint64 after, unsigned limit, history_found_fn fn,
			 void *data)
{
	struct job *job = history_job_new(&history_job_unread);

	job->row = after;
	job->limit = limit;
	submit(history, job, (job_fn)fn, data);
}

void history_read_chats(struct history *history, history_chats_fn fn, void *data)
{
	submit(history, history_job_new(&history_job_chats), (job_fn)fn, data);
}

void history_read_places(struct history *history, history_chats_fn fn, void *data)
{
	submit(history, history_job_new(&history_job_places), (job_fn)fn, data);
}

void history_read_roster(struct history *history, const char *account, history_roster_fn fn,
			 void *data)
{
	submit(history, job_for_account(&history_job_roster, account), (job_fn)fn, data);
}
