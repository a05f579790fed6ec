/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "descriptor.h"
#include "failure.h"

#define ACCEPTS_A_TURN 32
#define SHORTAGE_MS    200
#define NAME_TRIES     16

struct listener {
	struct address *address;
	int fd;
	dev_t device; /* of the socket's file */
	ino_t inode;
	guint watch, pause;
	bool warned; /* of this shortage */
	bool *freed; /* set when freed inside its callback */
	listener_fn fn;
	void *data;
};

/* --- accepting -------------------------------------------------------------------------- */

static void begin(struct listener *listener);

static gboolean on_pause_over(void *data)
{
	struct listener *listener = data;

	listener->pause = 0;
	begin(listener);
	return G_SOURCE_REMOVE;
}

/* What is wrong with one that connects is no reason to stop; a shortage is one to wait. */
static gboolean on_accept_error(struct listener *listener, int number)
{
	if (!descriptor_is_shortage(number))
		return G_SOURCE_CONTINUE;
	if (!listener->warned)
		g_warning("cannot take in connections: %s; still trying", g_strerror(number));
	listener->warned = true;
	listener->watch = 0;
	listener->pause = g_timeout_add(SHORTAGE_MS, on_pause_over, listener);
	return G_SOURCE_REMOVE;
}

static gboolean on_connections(int fd, GIOCondition condition, void *data)
{
	struct listener *listener = data;
	bool freed = false;

	listener->freed = &freed;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int taken = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (taken < 0) {
			listener->freed = NULL;
			return on_accept_error(listener, errno);
		}
		listener->warned = false;
		listener->fn(listener, taken, listener->data);
		if (freed)
			return G_SOURCE_REMOVE;
	}
	listener->freed = NULL;
	return G_SOURCE_CONTINUE;
}

static void begin(struct listener *listener)
{
	/* After what is typed, like the relay itself. */
	listener->watch = g_unix_fd_add_full(G_PRIORITY_DEFAULT_IDLE, listener->fd, G_IO_IN,
					     on_connections, listener, NULL);
}

/* --- making one ------------------------------------------------------------------------- */

static bool bind_socket(int fd, const struct address *address)
{
	struct sockaddr_storage socket;
	socklen_t length;
	int on = 1;

	if (!address_to_socket(address, false, &socket, &length)) {
		errno = address->kind == ADDRESS_UNIX || address->kind == ADDRESS_ABSTRACT
				? ENAMETOOLONG
				: EADDRNOTAVAIL;
		return false;
	}
	/* Ports of connections that ended a minute ago are free; those listened on are not. */
	if (address->kind == ADDRESS_TCP)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	else
		fchmod(fd, 0600); /* the mode of the file that bind() makes */
	return bind(fd, (struct sockaddr *)&socket, length) == 0;
}

static int socket_family(const struct address *address)
{
	struct sockaddr_storage socket = {0};
	socklen_t length;

	if (address->kind != ADDRESS_TCP)
		return AF_UNIX;
	address_to_socket(address, false, &socket, &length);
	return socket.ss_family;
}

/* Closes it at the end when @fd is useless, so that errno is that of what failed. */
static int open_socket(const struct address *address)
{
	int fd = socket(socket_family(address), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int number;

	if (fd < 0 || (bind_socket(fd, address) && listen(fd, SOMAXCONN) == 0))
		return fd;
	number = errno;
	close(fd);
	errno = number;
	return -1;
}

static void remember_file(struct listener *listener)
{
	struct stat info;

	if (listener->address->kind != ADDRESS_UNIX || lstat(listener->address->text, &info) < 0)
		return;
	listener->device = info.st_dev;
	listener->inode = info.st_ino;
}

struct listener *listener_new(const struct address *address, listener_fn fn, void *data,
			      GError **error)
{
	int fd = open_socket(address);
	struct listener *listener;

	if (fd < 0) {
		int number = errno;
		g_autofree char *printed = address_print(address);

		relay_fail_errno(error, number, "listen on %s", printed);
		return NULL;
	}
	listener = g_new0(struct listener, 1);
	listener->fd = fd;
	listener->fn = fn;
	listener->data = data;
	listener->address = descriptor_local(fd);
	if (!listener->address || listener->address->kind == ADDRESS_UNIX) {
		address_free(listener->address);
		listener->address = address_copy(address);
	}
	remember_file(listener);
	begin(listener);
	return listener;
}

/* Sockets of tubes lead to the user's programs: a directory others may enter will not do. */
static bool check_directory(const char *directory, GError **error)
{
	struct stat info;

	if ((g_mkdir(directory, 0700) < 0 && errno != EEXIST) || lstat(directory, &info) < 0) {
		relay_fail_errno(error, errno, "use the directory %s", directory);
		return false;
	}
	if (S_ISDIR(info.st_mode) && info.st_uid == getuid() && !(info.st_mode & 077))
		return true;
	g_set_error(error, RELAY_ERROR, RELAY_ERROR_FAILED,
		    "cannot use the directory %s: it is not yours alone (mode 0700)", directory);
	return false;
}

/* "tube-1234-0a1b2c", and process 1234 is no more. */
static bool is_abandoned(const char *entry, const char *name)
{
	gsize length = strlen(name);
	guint64 pid;
	g_auto(GStrv) parts = NULL;

	if (strncmp(entry, name, length) != 0 || entry[length] != '-')
		return false;
	parts = g_strsplit(entry + length + 1, "-", 2);
	return parts[0] && parts[1] &&
	       g_ascii_string_to_unsigned(parts[0], 10, 2, G_MAXINT, &pid, NULL) &&
	       kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static void sweep(const char *directory, const char *name)
{
	g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(directory, entry, NULL);
		struct stat info;

		if (is_abandoned(entry, name) && lstat(path, &info) == 0 && S_ISSOCK(info.st_mode))
			unlink(path);
	}
}

struct listener *listener_new_private(const char *directory, const char *name, listener_fn fn,
				      void *data, GError **error)
{
	struct listener *listener = NULL;

	if (!check_directory(directory, error))
		return NULL;
	sweep(directory, name);
	for (int i = 0; i < NAME_TRIES && !listener; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s-%d-%06x", directory, name,
							(int)getpid(), g_random_int() & 0xffffff);
		struct address *address = address_new_unix(path);

		g_clear_error(error);
		listener = listener_new(address, fn, data, error);
		address_free(address);
		if (!listener && access(path, F_OK) < 0)
			break; /* taken names are not the trouble */
	}
	return listener;
}

static void remove_file(const struct listener *listener)
{
	struct stat info;

	if (listener->inode && lstat(listener->address->text, &info) == 0 &&
	    info.st_dev == listener->device && info.st_ino == listener->inode)
		unlink(listener->address->text);
}

void listener_free(struct listener *listener)
{
	if (!listener)
		return;
	if (listener->freed)
		*listener->freed = true;
	g_clear_handle_id(&listener->watch, g_source_remove);
	g_clear_handle_id(&listener->pause, g_source_remove);
	remove_file(listener);
	close(listener->fd);
	address_free(listener->address);
	g_free(listener);
}

const struct address *listener_address(const struct listener *listener)
{
	return listener->address;
}

bool listener_expect_credentials(struct listener *listener, GError **error)
{
	return descriptor_expect_credentials(listener->fd, error);
}
