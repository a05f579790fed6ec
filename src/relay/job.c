/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "failure.h"

#define TELL_US 100000

struct job {
	const struct job_operations *operations;
	void *data;
	int cancelled; /* atomic */
	int telling;   /* atomic: progress is on its way */
	int cancel_fd;
	gint64 told; /* the thread's: when it is, or was, told last */
	bool over;   /* the main loop's */
};

static void clear_job(void *box)
{
	struct job *job = box;

	close(job->cancel_fd);
	job->operations->free(job->data);
}

static void release(void *box)
{
	g_atomic_rc_box_release_full(box, clear_job);
}

static gboolean on_progress(void *box)
{
	struct job *job = box;

	g_atomic_int_set(&job->telling, 0);
	if (!g_atomic_int_get(&job->cancelled) && !job->over && job->operations->progress)
		job->operations->progress(job->data);
	return G_SOURCE_REMOVE;
}

static gboolean on_done(void *box)
{
	struct job *job = box;

	job->over = true;
	if (!g_atomic_int_get(&job->cancelled))
		job->operations->done(job->data);
	return G_SOURCE_REMOVE;
}

static void post(struct job *job, GSourceFunc fn)
{
	g_idle_add_full(G_PRIORITY_DEFAULT, fn, g_atomic_rc_box_acquire(job), release);
}

static void *run(void *box)
{
	struct job *job = box;

	job->operations->run(job, job->data);
	post(job, on_done);
	release(job);
	return NULL;
}

struct job *job_start(const struct job_operations *operations, void *data, GError **error)
{
	struct job *job = g_atomic_rc_box_new0(struct job);
	g_autoptr(GError) problem = NULL;
	GThread *thread = NULL;

	job->operations = operations;
	job->data = data;
	job->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (job->cancel_fd < 0)
		relay_fail_errno(error, errno, "begin to work in the background");
	else
		thread = g_thread_try_new("job", run, g_atomic_rc_box_acquire(job), &problem);
	if (thread) {
		g_thread_unref(thread);
		return job;
	}
	if (problem) {
		g_set_error(error, RELAY_ERROR, RELAY_ERROR_FAILED,
			    "cannot begin to work in the background: %s", problem->message);
		release(job);
	}
	release(job);
	return NULL;
}

void job_cancel(struct job *job)
{
	guint64 one = 1;

	if (!job)
		return;
	g_atomic_int_set(&job->cancelled, 1);
	if (write(job->cancel_fd, &one, sizeof(one)) < 0)
		g_debug("job: the thread was told before");
	release(job);
}

bool job_is_cancelled(struct job *job)
{
	return g_atomic_int_get(&job->cancelled);
}

int job_cancel_fd(struct job *job)
{
	return job->cancel_fd;
}

void job_tell(struct job *job)
{
	gint64 now = g_get_monotonic_time();
	gint64 wait = job->told + TELL_US - now;

	if (!g_atomic_int_compare_and_exchange(&job->telling, 0, 1))
		return;
	job->told = now + MAX(wait, 0);
	/* What comes too soon is told later: it may be the last there is for a long time. */
	if (wait <= 0)
		post(job, on_progress);
	else
		g_timeout_add_full(G_PRIORITY_DEFAULT, (guint)(wait / 1000 + 1), on_progress,
				   g_atomic_rc_box_acquire(job), release);
}
