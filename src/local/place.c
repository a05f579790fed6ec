/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/place.h"
#include "src/local/who.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PREFIX     "telepathy-local-1/"
#define BACKLOG    1024
#define SUFFIX_MAX 32

struct place {
	int dir; /* O_PATH, so that long paths do and a renamed one stays ours */
	int listener;
	char *name; /* of the listener */
	char *suffix;
};

static bool fail(GError **error, enum who_error code, const char *what, int number)
{
	g_set_error(error, WHO_ERROR, code, "cannot %s: %s", what, g_strerror(number));
	return false;
}

/* --- names --- */

static char *make_name(uid_t uid, const char *nick, const char *suffix)
{
	return g_strdup_printf("%u,%s%s%s", (unsigned int)uid, nick, *suffix ? "," : "", suffix);
}

static bool is_suffix(const char *text)
{
	gsize length = strlen(text);

	return length > 0 && length <= SUFFIX_MAX && strspn(text, "0123456789abcdef") == length;
}

static void entry_free(void *data)
{
	struct place_entry *entry = data;

	g_free(entry->nick);
	g_free(entry->suffix);
	g_free(entry);
}

/* NULL for what none of us would have written. */
static struct place_entry *parse_name(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, ",", 4);
	guint count = g_strv_length(parts);
	struct place_entry *entry;
	guint64 uid;

	if (count < 2 || count > 3 ||
	    !g_ascii_string_to_unsigned(parts[0], 10, 0, (uid_t)-2, &uid, NULL) ||
	    !who_nick_valid(parts[1]) || (count == 3 && !is_suffix(parts[2])))
		return NULL;
	entry = g_new0(struct place_entry, 1);
	entry->uid = (uid_t)uid;
	entry->nick = g_strdup(parts[1]);
	entry->suffix = g_strdup(count == 3 ? parts[2] : "");
	return entry;
}

static bool make_address(struct place *place, const char *name, struct sockaddr_un *address,
			 socklen_t *length)
{
	char *path = address->sun_path;
	int n;

	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	if (place->dir < 0)
		n = snprintf(path + 1, sizeof address->sun_path - 1, PREFIX "%s", name);
	else
		n = snprintf(path, sizeof address->sun_path, "/proc/self/fd/%d/%s", place->dir,
			     name);
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (gsize)n);
	return n > 0 && (gsize)n < sizeof address->sun_path - 1;
}

/* --- connecting --- */

uid_t place_peer_uid(int fd)
{
	struct ucred cred;
	socklen_t length = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &length) < 0 || length != sizeof cred ||
	    !who_uid_known(cred.uid))
		return (uid_t)-1;
	return cred.uid;
}

static int connect_name(struct place *place, const char *name, GError **error)
{
	struct sockaddr_un address;
	socklen_t length;
	int fd;

	if (!make_address(place, name, &address, &length))
		return fail(error, WHO_ERROR_INVALID, "connect", ENAMETOOLONG), -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, length) == 0)
		return fd;
	fail(error, errno == EAGAIN ? WHO_ERROR_BUSY : WHO_ERROR_FAILED, "connect", errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

int place_connect(struct place *place, uid_t uid, const char *nick, const char *suffix,
		  GError **error)
{
	g_autofree char *name = make_name(uid, nick, suffix);
	int fd = connect_name(place, name, error);

	if (fd >= 0 && place_peer_uid(fd) != uid) {
		close(fd);
		g_set_error(error, WHO_ERROR, WHO_ERROR_INVALID,
			    "cannot connect to %s: another user sits there", name);
		return -1;
	}
	return fd;
}

/* --- listening --- */

static int bind_name(struct place *place, const char *name, GError **error)
{
	struct sockaddr_un address;
	socklen_t length;
	int fd;

	if (!make_address(place, name, &address, &length))
		return fail(error, WHO_ERROR_INVALID, "listen", ENAMETOOLONG), -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Who may come in is the directory's to say, not this file's. */
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0 &&
	    (place->dir < 0 || fchmodat(place->dir, name, 0666, 0) == 0) &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	fail(error, errno == EADDRINUSE ? WHO_ERROR_IN_USE : WHO_ERROR_FAILED, "listen", errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

enum sitter { SITTER_ME, SITTER_OTHER, SITTER_DEAD };

/* Who has the name that we would like to have. */
static enum sitter find_sitter(struct place *place, const char *name)
{
	g_autoptr(GError) error = NULL;
	struct stat st;
	int fd = connect_name(place, name, &error);
	uid_t uid;

	if (fd < 0 && place->dir >= 0)
		return fstatat(place->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
				       S_ISSOCK(st.st_mode) && st.st_uid == geteuid()
			       ? SITTER_DEAD
			       : SITTER_OTHER;
	/* An abstract name that is bound and does not listen is nobody's manager. */
	if (fd < 0)
		return SITTER_OTHER;
	uid = place_peer_uid(fd);
	close(fd);
	return uid == geteuid() ? SITTER_ME : SITTER_OTHER;
}

static int try_name(struct place *place, const char *name, enum sitter *sitter, GError **error)
{
	g_autoptr(GError) inner = NULL;
	int fd = bind_name(place, name, &inner);

	*sitter = SITTER_ME;
	if (fd < 0 && g_error_matches(inner, WHO_ERROR, WHO_ERROR_IN_USE)) {
		*sitter = find_sitter(place, name);
		if (*sitter == SITTER_DEAD) {
			g_clear_error(&inner);
			unlinkat(place->dir, name, 0);
			fd = bind_name(place, name, &inner);
		}
	}
	if (inner)
		g_propagate_error(error, g_steal_pointer(&inner));
	return fd;
}

/* Two that find the same dead socket must not each take it away. */
static int lock_directory(struct place *place)
{
	int fd = place->dir < 0 ? -1 : openat(place->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; fd >= 0 && i < 100 && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
		g_usleep(1000);
	return fd;
}

int place_listen(struct place *place, const char *nick, GError **error)
{
	enum sitter sitter;
	int lock = lock_directory(place);

	g_free(place->suffix);
	place->suffix = g_strdup("");
	for (int i = 0; i < 8; i++) {
		g_autofree char *name = make_name(geteuid(), nick, place->suffix);
		g_autoptr(GError) inner = NULL;

		place->listener = try_name(place, name, &sitter, &inner);
		if (place->listener >= 0) {
			place->name = g_steal_pointer(&name);
			break;
		}
		if (sitter != SITTER_OTHER || i == 7) {
			g_propagate_error(error, g_steal_pointer(&inner));
			break;
		}
		g_debug("another user sits on %s", name);
		g_free(place->suffix);
		place->suffix = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
	}
	if (lock >= 0)
		close(lock);
	return place->listener;
}

const char *place_get_suffix(const struct place *place)
{
	return place->suffix;
}

/* --- looking around --- */

static void add_entry(GPtrArray *list, const char *name)
{
	struct place_entry *entry = parse_name(name);

	if (entry)
		g_ptr_array_add(list, entry);
}

/* "Num RefCount Protocol Flags Type St Inode Path"; 0x10000 in Flags: it listens. */
static void list_abstract(GPtrArray *list, guint max)
{
	FILE *file = fopen("/proc/net/unix", "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while (file && list->len < max && (length = getline(&line, &size, file)) >= 0) {
		const char *name = strstr(line, " @" PREFIX);
		unsigned int flags;

		if (!name || sscanf(line, "%*s %*s %*s %x", &flags) != 1 || !(flags & 0x10000))
			continue;
		if (length > 0 && line[length - 1] == '\n')
			line[length - 1] = '\0';
		add_entry(list, name + strlen(" @" PREFIX));
	}
	free(line);
	if (file)
		fclose(file);
}

static void list_directory(struct place *place, GPtrArray *list, guint max)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", place->dir);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && list->len < max && (name = g_dir_read_name(dir)))
		add_entry(list, name);
}

GPtrArray *place_list(struct place *place, guint max)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(entry_free);

	if (place->dir < 0)
		list_abstract(list, max);
	else
		list_directory(place, list, max);
	return list;
}

/* --- the object --- */

struct place *place_new(const char *directory, GError **error)
{
	struct place *place = g_new0(struct place, 1);

	place->dir = -1;
	place->listener = -1;
	place->suffix = g_strdup("");
	if (!directory || !*directory)
		return place;
	place->dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place->dir >= 0)
		return place;
	g_set_error(error, WHO_ERROR, WHO_ERROR_FAILED, "cannot open %s: %s", directory,
		    g_strerror(errno));
	place_free(place);
	return NULL;
}

void place_free(struct place *place)
{
	if (!place)
		return;
	if (place->listener >= 0) {
		if (place->dir >= 0)
			unlinkat(place->dir, place->name, 0);
		close(place->listener);
	}
	if (place->dir >= 0)
		close(place->dir);
	g_free(place->name);
	g_free(place->suffix);
	g_free(place);
}
