/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../session/session.h"

struct newfile {
	char *path, *part;
	FILE *stream;
};

static void fail(const struct newfile *file, int number, GError **error)
{
	g_autofree char *shown = g_filename_display_name(file->path);

	g_set_error(error, SESSION_ERROR,
		    number == EEXIST ? SESSION_ERROR_REFUSED : SESSION_ERROR_FAILED,
		    "cannot write %s: %s", shown,
		    number == EEXIST ? "there is such a file, and it is not overwritten"
				     : g_strerror(number));
}

static void free_file(struct newfile *file)
{
	if (file->stream)
		fclose(file->stream);
	g_free(file->path);
	g_free(file->part);
	g_free(file);
}

struct newfile *newfile_open(const char *path, GError **error)
{
	struct newfile *file = g_new0(struct newfile, 1);
	struct stat there;
	int fd = -1;

	file->path = g_strdup(path);
	file->part = g_strconcat(path, ".XXXXXX", NULL);
	if (lstat(path, &there) == 0)
		errno = EEXIST;
	else if (errno == ENOENT)
		fd = g_mkstemp_full(file->part, O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0)
		file->stream = fdopen(fd, "w");
	if (file->stream)
		return file;
	fail(file, errno, error);
	free_file(file);
	return NULL;
}

FILE *newfile_stream(struct newfile *file)
{
	return file->stream;
}

/* A second name for the file, where the file system has such. */
static bool name_it(const struct newfile *file)
{
	if (link(file->part, file->path) == 0) {
		unlink(file->part);
		return true;
	}
	return errno != EEXIST &&
	       renameat2(AT_FDCWD, file->part, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0;
}

bool newfile_keep(struct newfile *file, GError **error)
{
	bool done = !ferror(file->stream) && !fflush(file->stream) &&
		    !fsync(fileno(file->stream)) && name_it(file);

	if (!done) {
		fail(file, errno ? errno : EIO, error);
		unlink(file->part);
	}
	free_file(file);
	return done;
}

void newfile_drop(struct newfile *file)
{
	if (!file)
		return;
	unlink(file->part);
	free_file(file);
}
