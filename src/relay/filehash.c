/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filehash.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "failure.h"
#include "job.h"

#define CHUNK_BYTES (64 * 1024)

struct filehash {
	struct job *job;
};

struct work {
	char *path;
	GChecksumType type;
	char *hex;
	GError *error;
	filehash_fn fn;
	void *data;
};

char *filehash_compute(int fd, GChecksumType type, struct job *job, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(type);
	g_autofree guchar *chunk = g_malloc(CHUNK_BYTES);
	off_t offset = 0;
	ssize_t got;

	while ((got = pread(fd, chunk, CHUNK_BYTES, offset)) != 0) {
		if (job_is_cancelled(job))
			return NULL;
		if (got > 0) {
			g_checksum_update(sum, chunk, got);
			offset += got;
		} else if (errno != EINTR) {
			relay_fail_errno(error, errno, "read the file");
			return NULL;
		}
	}
	return g_strdup(g_checksum_get_string(sum));
}

static void run(struct job *job, void *data)
{
	struct work *work = data;
	int fd = open(work->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		relay_fail_errno(&work->error, errno, "open %s", work->path);
		return;
	}
	work->hex = filehash_compute(fd, work->type, job, &work->error);
	close(fd);
}

static void done(void *data)
{
	struct work *work = data;

	work->fn(work->hex, work->error, work->data);
}

static void free_work(void *data)
{
	struct work *work = data;

	g_clear_error(&work->error);
	g_free(work->path);
	g_free(work->hex);
	g_free(work);
}

static const struct job_operations operations = {.run = run, .done = done, .free = free_work};

struct filehash *filehash_start(const char *path, GChecksumType type, filehash_fn fn, void *data,
				GError **error)
{
	struct work *work = g_new0(struct work, 1);
	struct filehash *hash;
	struct job *job;

	work->path = g_strdup(path);
	work->type = type;
	work->fn = fn;
	work->data = data;
	job = job_start(&operations, work, error);
	if (!job)
		return NULL;
	hash = g_new0(struct filehash, 1);
	hash->job = job;
	return hash;
}

void filehash_free(struct filehash *hash)
{
	if (!hash)
		return;
	job_cancel(hash->job);
	g_free(hash);
}
