/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The thread that owns the database: takes jobs in the order in which they were asked for,
 * commits writes in groups, and hands what is done to the main context, a group at a time.
 * Without work it blocks on a condition without a time limit, so it never wakes up idle.
 */

#include "history_private.h"

#define GROUP_US  (20 * 1000)
#define AGAIN_MAX 1000
/* A trouble that passed and comes back is news again, but not every second. */
#define TELL_AGAIN_US (60 * G_USEC_PER_SEC)

static void push(GQueue *queue, struct job *job)
{
	g_queue_push_tail_link(queue, &job->link);
}

static struct job *pop(GQueue *queue)
{
	GList *link = g_queue_pop_head_link(queue);

	return link ? link->data : NULL;
}

static void move_all(GQueue *from, GQueue *to)
{
	struct job *job;

	while ((job = pop(from)))
		push(to, job);
}

/* Hands jobs to the main context with one wake-up for all of them. */
static void post(struct history *history, GQueue *jobs)
{
	if (g_queue_is_empty(jobs))
		return;
	pthread_mutex_lock(&history->lock);
	move_all(jobs, &history->ready);
	pthread_mutex_unlock(&history->lock);
	g_source_set_ready_time(history->source, 0);
}

/* --- trouble ------------------------------------------------------------------------------ */

static void answer_problem(struct job *job)
{
	job->fn.problem(job->why, job->data);
}

const struct job_ops history_job_problem = {false, NULL, answer_problem};

static void tell_trouble(struct history *history)
{
	struct history_db *db = history->db;
	GQueue one = G_QUEUE_INIT;

	if (!history->problem || (history->told & db->trouble))
		return;
	struct job *job = history_job_new(&history_job_problem);

	job->fn.problem = history->problem;
	job->data = history->problem_data;
	job->why = g_strdup(db->why);
	push(&one, job);
	post(history, &one);
	history->told |= db->trouble;
	history->told_at = g_get_monotonic_time();
}

static void trouble_passed(struct history *history)
{
	if (history->told && g_get_monotonic_time() - history->told_at > TELL_AGAIN_US)
		history->told = 0;
}

static void mark_failed(struct history *history, struct job *job)
{
	job->failed = true;
	g_free(job->why);
	job->why = g_strdup(history->db->why);
	tell_trouble(history);
}

/* --- writing ------------------------------------------------------------------------------ */

static bool run_jobs(struct history *history, GQueue *work, GQueue *group)
{
	struct history_db *db = history->db;
	gint64 end = g_get_monotonic_time() + GROUP_US;
	struct job *job;

	db->appended = NULL;
	do {
		job = pop(work);
		push(group, job);
		if (!job->ops->run(db, job)) {
			mark_failed(history, job);
			/* Some errors end the transaction, and with it the rows before. */
			if (sqlite3_get_autocommit(db->sql))
				return false;
		}
	} while (!g_queue_is_empty(work) && g_get_monotonic_time() < end);
	return true;
}

static bool commit(struct history_db *db)
{
	if (history_db_run(db, history_db_prepare(db, "COMMIT")))
		return true;
	if (!sqlite3_get_autocommit(db->sql))
		sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

/* Answers, frees or keeps the jobs of a group. */
static void settle(struct history *history, GQueue *group, bool committed)
{
	GQueue done = G_QUEUE_INIT;
	struct job *job;

	while ((job = pop(group))) {
		if (!committed && !job->failed)
			mark_failed(history, job);
		if (job->fn.any)
			push(&done, job);
		else if (!committed && history->again.length < AGAIN_MAX)
			push(&history->again, job);
		else
			history_job_free(job);
	}
	post(history, &done);
}

static void write_jobs(struct history *history, GQueue *work)
{
	struct history_db *db = history->db;
	GQueue all = G_QUEUE_INIT;

	move_all(&history->again, &all);
	move_all(work, &all);
	for (GList *link = all.head; link; link = link->next)
		((struct job *)link->data)->failed = false;
	while (!g_queue_is_empty(&all)) {
		GQueue group = G_QUEUE_INIT;
		bool done = history_db_ready(db) &&
			    history_db_run(db, history_db_prepare(db, "BEGIN IMMEDIATE"));

		if (!done)
			move_all(&all, &group);
		else
			done = run_jobs(history, &all, &group) && history_index_new(db) &&
			       commit(db);
		history->committed = g_get_monotonic_time();
		if (done)
			trouble_passed(history);
		else
			db->known.high = 0; /* what was added to the index is gone again */
		db->index_rests = history_index_is_done(db);
		settle(history, &group, done);
	}
}

/* --- the loop ----------------------------------------------------------------------------- */

static void read_job(struct history *history, GQueue *work)
{
	struct job *job = work->head->data;

	if (!history_db_ready(history->db) || !job->ops->run(history->db, job))
		mark_failed(history, job);
	if (!job->items)
		job->items = g_ptr_array_new();
	post(history, work);
}

/* After a burst the page cache is as large as it gets; a client that is idle should be small. */
static void shrink(struct history *history)
{
	if (history->busy >= GROUP_ROWS && history->db->sql)
		sqlite3_db_release_memory(history->db->sql);
	history->busy = 0;
}

/* With nothing asked for, the index is made complete; who waits for rest need not wait for it.
 * Called and left under lock. False: there is nothing to do for it either. */
static bool use_leisure(struct history *history)
{
	bool more;

	pthread_mutex_unlock(&history->lock);
	more = history_index_old(history->db);
	pthread_mutex_lock(&history->lock);
	return more;
}

/* While messages come one after the other, a commit for each would cost more than all else. So
 * what comes soon after a commit waits for more, unless somebody waits for it. Called and left
 * under lock; whoever is in a hurry signals. */
static void gather(struct history *history)
{
	gint64 until = history->committed + GROUP_US;
	struct timespec time = {.tv_sec = until / G_USEC_PER_SEC,
				.tv_nsec = until % G_USEC_PER_SEC * 1000};

	if (history->urgent || history->stop || history->queue.length >= GROUP_ROWS ||
	    g_get_monotonic_time() >= until)
		return;
	history->gathering = true;
	pthread_cond_timedwait(&history->work, &history->lock, &time);
	history->gathering = false;
}

/* One read, or the writes up to the next read or the size of a group; none: stop. */
static void take_work(struct history *history, GQueue *work)
{
	GList *link;
	bool writes;

	pthread_mutex_lock(&history->lock);
	while (g_queue_is_empty(&history->queue) && !history->stop) {
		shrink(history);
		history->resting = true;
		pthread_cond_broadcast(&history->rest);
		if (!use_leisure(history) && g_queue_is_empty(&history->queue) && !history->stop)
			pthread_cond_wait(&history->work, &history->lock);
		history->resting = false;
	}
	gather(history);
	do {
		link = g_queue_pop_head_link(&history->queue);
		if (!link)
			break;
		writes = ((struct job *)link->data)->ops->writes;
		history->urgent -= !((struct job *)link->data)->patient;
		g_queue_push_tail_link(work, link);
		link = history->queue.head;
	} while (writes && work->length < GROUP_ROWS && link &&
		 ((struct job *)link->data)->ops->writes);
	pthread_mutex_unlock(&history->lock);
	history->busy += work->length;
}

void *history_thread_main(void *data)
{
	struct history *history = data;
	GQueue work = G_QUEUE_INIT;

	if (!history_db_ready(history->db))
		tell_trouble(history);
	for (;;) {
		take_work(history, &work);
		if (g_queue_is_empty(&work))
			break;
		if (((struct job *)work.head->data)->ops->writes)
			write_jobs(history, &work);
		else
			read_job(history, &work);
	}
	write_jobs(history, &work); /* what failed before gets its last chance */
	history_db_close(history->db);
	return NULL;
}
