/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filesend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptor.h"
#include "failure.h"
#include "job.h"

#define CHUNK_BYTES (256 * 1024)
#define COPY_BYTES  (64 * 1024)

struct filesend {
	struct job *job;
};

struct work {
	int file, socket;
	guint64 size, offset;
	guint64 sent; /* atomic by its lock: read on the main loop */
	GMutex lock;
	bool copies; /* the file cannot be used with sendfile() */
	GError *error;
	const struct filesend_operations *operations;
	void *data;
};

/* False when the job is cancelled. */
static bool wait_for_room(struct work *work, struct job *job)
{
	struct pollfd fds[] = {
		{.fd = work->socket, .events = POLLOUT},
		{.fd = job_cancel_fd(job), .events = POLLIN},
	};

	poll(fds, G_N_ELEMENTS(fds), -1);
	return !job_is_cancelled(job);
}

static ssize_t copy_some(struct work *work, gsize length)
{
	char chunk[COPY_BYTES];
	ssize_t got = pread(work->file, chunk, MIN(length, sizeof(chunk)), (off_t)work->offset);

	return got > 0 ? send(work->socket, chunk, (gsize)got, MSG_NOSIGNAL) : got;
}

static ssize_t send_some(struct work *work)
{
	gsize length = (gsize)MIN(work->size - work->offset, CHUNK_BYTES);
	off_t offset = (off_t)work->offset;
	ssize_t put;

	if (work->copies)
		return copy_some(work, length);
	put = sendfile(work->socket, work->file, &offset, length);
	if (put < 0 && (errno == EINVAL || errno == ENOSYS)) {
		work->copies = true;
		return copy_some(work, length);
	}
	return put;
}

static void advance(struct work *work, struct job *job, gsize length)
{
	work->offset += length;
	g_mutex_lock(&work->lock);
	work->sent = work->offset;
	g_mutex_unlock(&work->lock);
	job_tell(job);
}

static void run(struct job *job, void *data)
{
	struct work *work = data;

	while (work->offset < work->size) {
		ssize_t put = send_some(work);

		if (put > 0) {
			advance(work, job, (gsize)put);
		} else if (put == 0) {
			g_set_error(&work->error, RELAY_ERROR, RELAY_ERROR_FAILED,
				    "cannot send the file: it became shorter");
			return;
		} else if (errno != EAGAIN && errno != EINTR) {
			relay_fail_errno(&work->error, errno, "send the file");
			return;
		}
		if (put < 0 ? !wait_for_room(work, job) : job_is_cancelled(job))
			return;
	}
	shutdown(work->socket, SHUT_WR);
}

static void progress(void *data)
{
	struct work *work = data;
	guint64 sent;

	g_mutex_lock(&work->lock);
	sent = work->sent;
	g_mutex_unlock(&work->lock);
	if (work->operations->progress)
		work->operations->progress(sent, work->data);
}

static void done(void *data)
{
	struct work *work = data;

	work->operations->done(work->error, work->data);
}

static void free_work(void *data)
{
	struct work *work = data;

	close(work->file);
	close(work->socket);
	g_mutex_clear(&work->lock);
	g_clear_error(&work->error);
	g_free(work);
}

static const struct job_operations job_operations = {
	.run = run,
	.progress = progress,
	.done = done,
	.free = free_work,
};

struct filesend *filesend_new(int file, guint64 offset, guint64 size, int socket,
			      const struct filesend_operations *operations, void *data,
			      GError **error)
{
	struct work *work = g_new0(struct work, 1);
	struct filesend *send;
	struct job *job;

	work->file = file;
	work->socket = socket;
	work->offset = work->sent = offset;
	work->size = size;
	work->operations = operations;
	work->data = data;
	g_mutex_init(&work->lock);
	if (!descriptor_set_nonblocking(socket, true, error)) {
		free_work(work);
		return NULL;
	}
	posix_fadvise(file, (off_t)offset, 0, POSIX_FADV_SEQUENTIAL);
	job = job_start(&job_operations, work, error);
	if (!job)
		return NULL;
	send = g_new0(struct filesend, 1);
	send->job = job;
	return send;
}

void filesend_free(struct filesend *send)
{
	if (!send)
		return;
	job_cancel(send->job);
	g_free(send);
}
