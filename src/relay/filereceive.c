/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filereceive.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "descriptor.h"
#include "failure.h"
#include "filehash.h"
#include "filename.h"
#include "job.h"

#define CHUNK_BYTES (256 * 1024)

/* The file and what is told of it; the thread's while there is one. */
struct work {
	char *directory, *name, *part, *path;
	int file, socket, pipe[2];
	guint64 size, offset, received;
	gint64 date;
	bool has_hash;
	GChecksumType hash_type;
	char *hash;
	GMutex lock; /* of received and discard */
	bool discard, complete;
	enum filereceive_hash verdict;
	GError *error;
	const struct filereceive_operations *operations;
	void *data;
};

struct filereceive {
	struct work *work; /* the job's once there is one, and freed after it */
	struct job *job;
	guint64 offset;
	char *name;
};

static char *part_path(const struct work *work)
{
	return g_build_filename(work->directory, work->part, NULL);
}

/* --- what is freed ---------------------------------------------------------------------- */

static void remove_part(const struct work *work)
{
	g_autofree char *path = part_path(work);
	struct stat info;

	if (!work->complete &&
	    (work->discard || (fstat(work->file, &info) == 0 && info.st_size == 0)))
		unlink(path);
}

static void free_work(void *data)
{
	struct work *work = data;

	if (work->file >= 0) {
		remove_part(work);
		close(work->file);
	}
	for (int i = 0; i < 2; i++)
		if (work->pipe[i] >= 0)
			close(work->pipe[i]);
	if (work->socket >= 0)
		close(work->socket);
	g_mutex_clear(&work->lock);
	g_clear_error(&work->error);
	g_free(work->directory);
	g_free(work->name);
	g_free(work->part);
	g_free(work->path);
	g_free(work->hash);
	g_free(work);
}

/* --- in the thread ---------------------------------------------------------------------- */

/* False when the job is cancelled. */
static bool wait_for_bytes(struct work *work, struct job *job)
{
	struct pollfd fds[] = {
		{.fd = work->socket, .events = POLLIN},
		{.fd = job_cancel_fd(job), .events = POLLIN},
	};

	poll(fds, G_N_ELEMENTS(fds), -1);
	return !job_is_cancelled(job);
}

static void advance(struct work *work, struct job *job, gsize length)
{
	work->offset += length;
	g_mutex_lock(&work->lock);
	work->received = work->offset;
	g_mutex_unlock(&work->lock);
	job_tell(job);
}

/* Some file systems take no splice: then through a buffer. */
static bool write_by_copy(struct work *work, struct job *job, gsize length)
{
	char chunk[4096];

	while (length) {
		ssize_t got = read(work->pipe[0], chunk, MIN(length, sizeof(chunk)));
		gsize written = 0;

		while (got > 0 && written < (gsize)got) {
			ssize_t put = pwrite(work->file, chunk + written, (gsize)got - written,
					     (off_t)work->offset);

			if (put < 0 && errno == EINTR)
				continue;
			if (put < 0)
				return false;
			written += (gsize)put;
			advance(work, job, (gsize)put);
		}
		if (got <= 0)
			return false;
		length -= (gsize)got;
	}
	return true;
}

static bool write_from_pipe(struct work *work, struct job *job, gsize length)
{
	while (length) {
		loff_t offset = (loff_t)work->offset;
		ssize_t put =
			splice(work->pipe[0], NULL, work->file, &offset, length, SPLICE_F_MOVE);

		if (put > 0) {
			length -= (gsize)put;
			advance(work, job, (gsize)put);
		} else if (put < 0 && errno == EINVAL) {
			return write_by_copy(work, job, length);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

/* False at the end of what comes, with an error unless that is where the file ends. */
static bool receive_some(struct work *work, struct job *job)
{
	gsize wanted = (gsize)MIN(work->size - work->offset, CHUNK_BYTES);
	ssize_t got = splice(work->socket, NULL, work->pipe[1], NULL, wanted,
			     SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	if (got < 0 && errno == EAGAIN)
		return wait_for_bytes(work, job);
	if (got < 0 && errno == EINTR)
		return true;
	if (got < 0) {
		relay_fail_errno(&work->error, errno, "receive the file");
	} else if (got == 0 && work->size != FILERECEIVE_SIZE_UNKNOWN) {
		g_set_error(&work->error, RELAY_ERROR, RELAY_ERROR_BROKEN,
			    "cannot receive the file: only %" G_GUINT64_FORMAT
			    " of %" G_GUINT64_FORMAT " bytes came",
			    work->offset, work->size);
	} else if (got > 0 && !write_from_pipe(work, job, (gsize)got)) {
		relay_fail_errno(&work->error, errno, "write the file");
	} else {
		return got > 0;
	}
	return false;
}

static void compare(struct work *work, struct job *job)
{
	g_autofree char *hex = NULL;

	if (!work->has_hash)
		return;
	hex = filehash_compute(work->file, work->hash_type, job, &work->error);
	if (hex)
		work->verdict = g_ascii_strcasecmp(hex, work->hash) ? FILERECEIVE_HASH_DIFFERS
								    : FILERECEIVE_HASH_SAME;
}

static void sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fsync(fd) < 0)
		g_debug("cannot sync %s: %s", directory, g_strerror(errno));
	close(fd);
}

/* Everything is there: makes sure of it, and gives it its name. */
static void complete(struct work *work)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = work->date}};
	g_autofree char *name = NULL;

	if (work->date && futimens(work->file, times) < 0)
		g_debug("cannot set the time of %s: %s", work->name, g_strerror(errno));
	if (fsync(work->file) < 0) {
		relay_fail_errno(&work->error, errno, "write the file");
		return;
	}
	name = filename_claim(work->directory, work->part, work->name, &work->error);
	if (!name)
		return;
	work->complete = true;
	work->path = g_build_filename(work->directory, name, NULL);
	sync_directory(work->directory);
}

static void run(struct job *job, void *data)
{
	struct work *work = data;

	/* A resumed file may be longer than what the sender agreed to skip. */
	if (ftruncate(work->file, (off_t)work->offset) < 0) {
		relay_fail_errno(&work->error, errno, "write the file");
		return;
	}
	while (work->offset < work->size && receive_some(work, job))
		;
	if (!work->error && !job_is_cancelled(job))
		compare(work, job);
	if (!work->error && !job_is_cancelled(job))
		complete(work);
}

/* --- on the main loop ------------------------------------------------------------------- */

static void progress(void *data)
{
	struct work *work = data;
	guint64 received;

	g_mutex_lock(&work->lock);
	received = work->received;
	g_mutex_unlock(&work->lock);
	if (work->operations->progress)
		work->operations->progress(received, work->data);
}

static void done(void *data)
{
	struct work *work = data;

	work->operations->done(work->path, work->verdict, work->error, work->data);
}

static const struct job_operations job_operations = {
	.run = run,
	.progress = progress,
	.done = done,
	.free = free_work,
};

/* --- opening the partial file ------------------------------------------------------------- */

static bool has_room(const struct work *work, GError **error)
{
	g_autofree char *needed = NULL, *left = NULL;
	guint64 rest = work->size - work->offset, free_bytes;
	struct statvfs info;

	if (work->size == FILERECEIVE_SIZE_UNKNOWN || fstatvfs(work->file, &info) < 0)
		return true;
	free_bytes = (guint64)info.f_bavail * info.f_frsize;
	if (rest <= free_bytes)
		return true;
	needed = g_format_size(rest);
	left = g_format_size(free_bytes);
	g_set_error(error, RELAY_ERROR, RELAY_ERROR_FAILED,
		    "cannot receive %s: it needs %s, and %s are free in %s", work->name, needed,
		    left, work->directory);
	return false;
}

/* Locked, and still what the path names: else another has just completed it. */
static bool is_ours_alone(const struct work *work, const char *path)
{
	struct stat opened, named;

	return flock(work->file, LOCK_EX | LOCK_NB) == 0 && fstat(work->file, &opened) == 0 &&
	       S_ISREG(opened.st_mode) && lstat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static bool open_part(struct work *work, GError **error)
{
	g_autofree char *path = part_path(work);
	struct stat info;

	/* O_NOFOLLOW: a link of that name was not made by us. */
	work->file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (work->file < 0) {
		relay_fail_errno(error, errno, "write to %s", path);
		return false;
	}
	if (!is_ours_alone(work, path)) {
		g_set_error(
			error, RELAY_ERROR, RELAY_ERROR_FAILED,
			"cannot receive %s: another transfer is writing it; accept it again when "
			"that has ended",
			work->name);
		close(work->file);
		work->file = -1;
		return false;
	}
	work->offset = fstat(work->file, &info) < 0 ? 0 : (guint64)info.st_size;
	if (work->offset > work->size || work->size == FILERECEIVE_SIZE_UNKNOWN)
		work->offset = 0;
	return has_room(work, error);
}

static char *identify(const struct filereceive_setup *setup)
{
	return g_strdup_printf("%s\n%s\n%" G_GUINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%s",
			       setup->sender ? setup->sender : "", setup->name, setup->size,
			       setup->date, setup->has_hash && setup->hash ? setup->hash : "");
}

static struct work *make_work(const struct filereceive_setup *setup)
{
	struct work *work = g_new0(struct work, 1);
	g_autofree char *identity = identify(setup);

	work->directory = g_strdup(setup->directory);
	work->name = filename_clean(setup->name);
	work->part = filename_part(work->name, identity);
	work->size = setup->size;
	work->date = setup->date;
	work->has_hash = setup->has_hash && setup->hash && *setup->hash;
	work->hash_type = setup->hash_type;
	work->hash = g_strdup(setup->hash);
	work->file = work->socket = work->pipe[0] = work->pipe[1] = -1;
	g_mutex_init(&work->lock);
	return work;
}

struct filereceive *filereceive_new(const struct filereceive_setup *setup, GError **error)
{
	struct work *work = make_work(setup);
	struct filereceive *receive;

	if (!open_part(work, error)) {
		free_work(work);
		return NULL;
	}
	receive = g_new0(struct filereceive, 1);
	receive->work = work;
	receive->offset = work->offset;
	receive->name = g_strdup(work->name);
	return receive;
}

guint64 filereceive_offset(const struct filereceive *receive)
{
	return receive->offset;
}

const char *filereceive_name(const struct filereceive *receive)
{
	return receive->name;
}

bool filereceive_run(struct filereceive *receive, int socket, guint64 offset,
		     const struct filereceive_operations *operations, void *data, GError **error)
{
	struct work *work = receive->work;

	g_assert(work && !receive->job && work->socket < 0);
	work->socket = socket;
	work->operations = operations;
	work->data = data;
	if (offset > receive->offset) {
		g_set_error(error, RELAY_ERROR, RELAY_ERROR_INVALID,
			    "cannot receive %s: the sender skips more than is here", work->name);
		return false;
	}
	work->offset = work->received = offset;
	if (pipe2(work->pipe, O_CLOEXEC) < 0) {
		relay_fail_errno(error, errno, "receive %s", work->name);
		return false;
	}
	if (!descriptor_set_nonblocking(socket, true, error))
		return false;
	fcntl(work->pipe[1], F_SETPIPE_SZ, CHUNK_BYTES);
	receive->work = NULL;
	receive->job = job_start(&job_operations, work, error);
	receive->work = receive->job ? work : NULL;
	return receive->job;
}

void filereceive_free(struct filereceive *receive, bool discard)
{
	if (!receive)
		return;
	if (receive->work) {
		g_mutex_lock(&receive->work->lock);
		receive->work->discard = discard;
		g_mutex_unlock(&receive->work->lock);
	}
	if (receive->job)
		job_cancel(receive->job);
	else if (receive->work)
		free_work(receive->work);
	g_free(receive->name);
	g_free(receive);
}
