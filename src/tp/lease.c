/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lease.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD_MAX 512

struct lease {
	int fd;
	bool exclusive;
	char *path;
};

/* A name for a file out of any account name. */
static char *lease_path(const char *dir, const char *account)
{
	g_autofree char *name = g_uri_escape_string(account, " ", FALSE);

	return g_strdup_printf("%s/account-%s", dir, name);
}

static struct lease *take(char *file, GError **error)
{
	g_autofree char *path = file;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct lease *lease;
	bool exclusive;

	if (fd < 0) {
		int saved = errno;

		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(saved),
			    "cannot lock %s: %s", path, g_strerror(saved));
		return NULL;
	}
	exclusive = flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (!exclusive && flock(fd, LOCK_SH | LOCK_NB) != 0) {
		close(fd);
		return NULL;
	}
	lease = g_new0(struct lease, 1);
	lease->fd = fd;
	lease->exclusive = exclusive;
	lease->path = g_steal_pointer(&path);
	return lease;
}

struct lease *lease_take(const char *dir, const char *account, GError **error)
{
	return take(lease_path(dir, account), error);
}

struct lease *lease_take_room(const char *dir, const char *account, const char *room,
			      GError **error)
{
	g_autofree char *both = g_strdup_printf("%s\n%s", account, room);
	g_autofree char *name = g_compute_checksum_for_string(G_CHECKSUM_SHA256, both, -1);

	return take(g_strdup_printf("%s/room-%s", dir, name), error);
}

void lease_free(struct lease *lease)
{
	if (!lease)
		return;
	close(lease->fd);
	g_free(lease->path);
	g_free(lease);
}

bool lease_is_exclusive(const struct lease *lease)
{
	return lease->exclusive;
}

/* "NAME LOGIN" */
static char *read_record(const struct lease *lease)
{
	char record[RECORD_MAX + 1];
	gssize n = pread(lease->fd, record, RECORD_MAX, 0);

	if (n < 0)
		n = 0;
	record[n] = '\0';
	record[strcspn(record, "\n")] = '\0';
	return g_strdup(record);
}

char *lease_read(const struct lease *lease, char **login)
{
	g_autofree char *record = read_record(lease);
	g_auto(GStrv) words = g_strsplit(record, " ", 2);

	*login = g_strdup(words[0] && words[1] ? words[1] : "");
	return g_strdup(words[0] ? words[0] : "");
}

bool lease_record(struct lease *lease, const char *bus_name, const char *login, GError **error)
{
	g_autofree char *line = g_strdup_printf("%s %s\n", bus_name, login);
	gssize length = (gssize)strlen(line);

	/* In one piece: one who is killed here leaves the old record or the new one, never none,
	 * or the next would ask for a second connection. */
	if (pwrite(lease->fd, line, (gsize)length, 0) != length ||
	    ftruncate(lease->fd, length) != 0) {
		int saved = errno;

		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(saved),
			    "cannot write %s: %s", lease->path, g_strerror(saved));
		return false;
	}
	flock(lease->fd, LOCK_SH);
	lease->exclusive = false;
	return true;
}

bool lease_is_last(struct lease *lease)
{
	if (!lease->exclusive && flock(lease->fd, LOCK_EX | LOCK_NB) == 0)
		lease->exclusive = true;
	else if (!lease->exclusive)
		/* A failed conversion may have dropped the lock we had. */
		flock(lease->fd, LOCK_SH | LOCK_NB);
	return lease->exclusive;
}

bool lease_leave(struct lease *lease)
{
	/* Nobody holds a share while they ask, or each of two would be in the other's way. */
	if (!lease->exclusive)
		flock(lease->fd, LOCK_UN);
	lease->exclusive = lease->exclusive || flock(lease->fd, LOCK_EX | LOCK_NB) == 0;
	return lease->exclusive;
}
