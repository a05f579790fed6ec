/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(GError **error, int code)
{
	g_set_error_literal(error, G_FILE_ERROR, g_file_error_from_errno(code), g_strerror(code));
}

/* Without blocking: a FIFO or a terminal in the place of the file must not hang pheme. */
static int open_file(const char *path, struct stat *st, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		fail(error, errno);
		return -1;
	}
	if (fstat(fd, st) == 0 && !S_ISFIFO(st->st_mode) && !S_ISDIR(st->st_mode))
		return fd;
	close(fd);
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "it is not a file");
	return -1;
}

static bool read_all(int fd, char *bytes, gsize room, gsize *length, GError **error)
{
	ssize_t got;

	*length = 0;
	while ((got = read(fd, bytes + *length, room - *length)) > 0)
		*length += got;
	if (got < 0)
		fail(error, errno);
	return got == 0;
}

char *readfile(const char *path, unsigned max_mib, gsize *length, mode_t *mode, GError **error)
{
	gsize max = (gsize)max_mib * 1024 * 1024;
	struct stat st;
	int fd = open_file(path, &st, error);
	char *bytes, *copy = NULL;

	if (fd < 0)
		return NULL;
	if (mode)
		*mode = st.st_mode;
	/* In one piece: growing would leave copies of passwords behind. */
	bytes = g_malloc(max + 1);
	bool done = read_all(fd, bytes, max + 1, length, error);

	close(fd);
	if (done && *length > max) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "it is larger than %u MiB",
			    max_mib);
	} else if (done) {
		copy = g_malloc(*length + 1);
		memcpy(copy, bytes, *length);
		copy[*length] = '\0';
	}
	explicit_bzero(bytes, *length);
	g_free(bytes);
	return copy;
}
