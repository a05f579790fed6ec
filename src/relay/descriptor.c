/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "failure.h"

guint64 descriptor_raise_limit(void)
{
	struct rlimit limit, raised;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	raised = limit;
	raised.rlim_cur = limit.rlim_max;
	if (limit.rlim_cur < limit.rlim_max)
		setrlimit(RLIMIT_NOFILE, &raised);
	return limit.rlim_cur;
}

bool descriptor_is_shortage(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

bool descriptor_set_nonblocking(int fd, bool on, GError **error)
{
	int flags = fcntl(fd, F_GETFL);
	int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;

	if (flags >= 0 && (flags == wanted || fcntl(fd, F_SETFL, wanted) >= 0))
		return true;
	relay_fail_errno(error, errno, "prepare descriptor %d", fd);
	return false;
}

int descriptor_open_again(int fd, bool write, bool *shared, GError **error)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	struct stat info;
	int own = -1;

	*shared = false;
	/* Opened again, /dev/null in place of an output that is closed would take all. */
	if (write && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
		relay_fail_errno(error, EBADF, "write to standard output");
		return -1;
	}
	/* A file's position is part of its description: a second one would start at 0. */
	if (fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)))
		own = open(path, (write ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own >= 0)
		return own;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0) {
		relay_fail_errno(error, errno, "use standard %s", write ? "output" : "input");
		return -1;
	}
	*shared = !(fcntl(own, F_GETFL) & O_NONBLOCK);
	if (descriptor_set_nonblocking(own, true, error))
		return own;
	close(own);
	return -1;
}

static struct address *name_of(int fd,
			       int (*get)(int, struct sockaddr *restrict, socklen_t *restrict))
{
	struct sockaddr_storage socket = {0};
	socklen_t length = sizeof(socket);

	if (get(fd, (struct sockaddr *)&socket, &length) < 0)
		return NULL;
	return address_from_socket(&socket, length);
}

struct address *descriptor_peer(int fd)
{
	return name_of(fd, getpeername);
}

struct address *descriptor_local(int fd)
{
	return name_of(fd, getsockname);
}

/* --- credentials ------------------------------------------------------------------------ */

/* Aligned as a control message has to be. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(struct ucred))];
};

bool descriptor_expect_credentials(int fd, GError **error)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0)
		return true;
	relay_fail_errno(error, errno, "ask who connects");
	return false;
}

int descriptor_send_credentials(int fd, guint8 byte, GError **error)
{
	struct ucred us = {.pid = getpid(), .uid = getuid(), .gid = getgid()};
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	union control control = {0};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_CREDENTIALS;
	header->cmsg_len = CMSG_LEN(sizeof(us));
	memcpy(CMSG_DATA(header), &us, sizeof(us));
	if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
		return 1;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	relay_fail_errno(error, errno, "say who connects");
	return -1;
}

static bool is_from_us(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	struct ucred who;

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS ||
	    header->cmsg_len < CMSG_LEN(sizeof(who)))
		return false;
	memcpy(&who, CMSG_DATA(header), sizeof(who));
	return who.uid == getuid() || who.uid == 0;
}

int descriptor_receive_credentials(int fd, guint8 *byte, GError **error)
{
	struct iovec part = {.iov_base = byte, .iov_len = 1};
	union control control = {0};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	/* MSG_CMSG_CLOEXEC: descriptors sent along must not reach programs; the control buffer
	 * has no room for any, so the kernel drops them. */
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got < 0)
		relay_fail_errno(error, errno, "learn who connects");
	else if (got == 0)
		g_set_error(error, RELAY_ERROR, RELAY_ERROR_BROKEN,
			    "cannot learn who connects: it went away");
	else if (!is_from_us(&message))
		g_set_error(error, RELAY_ERROR, RELAY_ERROR_FAILED,
			    "cannot let the connection in: it is another user's");
	else
		return 1;
	return -1;
}
