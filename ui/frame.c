/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib.h>

#define KEEP (64 * 1024)        /* of the file in memory, from one frame to the next */
#define ROOM (16 * 1024 * 1024) /* more than any frame needs */

struct frame {
	int terminal;
	int memory; /* -1: there is none, and each write goes where it always went */
	FILE *file;
};

struct frame *frame_new(int terminal)
{
	int fd = fcntl(terminal, F_DUPFD_CLOEXEC, 3);
	struct frame *frame;

	if (fd < 0)
		return NULL;
	frame = g_new0(struct frame, 1);
	frame->terminal = terminal;
	frame->memory = memfd_create("frame", MFD_CLOEXEC);
	frame->file = fdopen(fd, "w");
	return frame;
}

void frame_free(struct frame *frame)
{
	if (!frame)
		return;
	fclose(frame->file);
	if (frame->memory >= 0)
		close(frame->memory);
	g_free(frame);
}

FILE *frame_file(const struct frame *frame)
{
	return frame->file;
}

void frame_write(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		}
	}
}

/* A limit on the size of files (ulimit -f) holds for one in memory, too, and may be set at any
 * time. */
static bool has_room(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= ROOM;
}

void frame_begin(struct frame *frame)
{
	if (frame->memory >= 0 && has_room())
		dup3(frame->memory, fileno(frame->file), O_CLOEXEC);
}

void frame_end(struct frame *frame)
{
	g_autofree char *bytes = NULL;
	off_t length;
	ssize_t got;

	if (frame->memory < 0)
		return;
	dup3(frame->terminal, fileno(frame->file), O_CLOEXEC);
	length = lseek(frame->memory, 0, SEEK_CUR);
	if (length <= 0)
		return;
	bytes = g_malloc((gsize)length);
	got = pread(frame->memory, bytes, (size_t)length, 0);
	if (got > 0)
		frame_write(frame->terminal, bytes, (size_t)got);
	lseek(frame->memory, 0, SEEK_SET);
	if (length > KEEP && ftruncate(frame->memory, 0) < 0)
		g_debug("a file in memory cannot be emptied");
}
