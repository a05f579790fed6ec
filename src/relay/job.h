/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Work that may block (disks, name servers), in a thread of its own, with what it has to say
 * told on the default main context. The job owns its data, which only the thread uses until it
 * is done, but for what is atomic. Cancelling waits for nothing: the callbacks are not called
 * any more, and the data is freed when the thread is over.
 */

#include <stdbool.h>
#include <glib.h>

struct job;

struct job_operations {
	void (*run)(struct job *job, void *data); /* in the thread */
	void (*progress)(void *data);             /* after job_tell(); may be NULL */
	void (*done)(void *data);                 /* last; the job may be cancelled in here */
	void (*free)(void *data);                 /* always, in whichever thread */
};

/* NULL and @error when there can be no thread (@data is freed then). */
struct job *job_start(const struct job_operations *operations, void *data, GError **error);
/* Ends it, before or after it is done; every job is cancelled once. NULL is fine. */
void job_cancel(struct job *job);

/* For the thread: whether to stop; a descriptor that is readable when so; progress() is wanted,
 * which happens ten times a second at most. */
bool job_is_cancelled(struct job *job);
int job_cancel_fd(struct job *job);
void job_tell(struct job *job);
