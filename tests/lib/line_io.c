/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/line_io.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

struct line_io {
	int fd;
	guint watch;
	GString *in;
	bool closed;
	line_io_fn on_bytes;
	void *data;
};

static gboolean on_readable(gint fd, GIOCondition condition, void *data)
{
	struct line_io *io = data;
	char buf[65536];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n <= 0) {
		io->closed = true;
		io->watch = 0;
		return G_SOURCE_REMOVE;
	}
	g_string_append_len(io->in, buf, n);
	io->on_bytes(io->in, io->data);
	return G_SOURCE_CONTINUE;
}

struct line_io *line_io_new(int port, line_io_fn on_bytes, void *data)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct line_io *io = g_new0(struct line_io, 1);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	io->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (io->fd < 0 || connect(io->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		test_fail("cannot connect to port %d: %s", port, g_strerror(errno));
	fcntl(io->fd, F_SETFL, O_NONBLOCK);
	io->in = g_string_new(NULL);
	io->on_bytes = on_bytes;
	io->data = data;
	io->watch = g_unix_fd_add(io->fd, G_IO_IN | G_IO_HUP, on_readable, io);
	return io;
}

void line_io_free(struct line_io *io)
{
	if (!io)
		return;
	if (io->watch)
		g_source_remove(io->watch);
	close(io->fd);
	g_string_free(io->in, TRUE);
	g_free(io);
}

static void wait_writable(struct line_io *io)
{
	if (!test_wait_writable(io->fd, TEST_WAIT_MS))
		test_fail("the server does not read");
}

void line_io_send(struct line_io *io, const char *bytes, gsize len)
{
	while (len > 0) {
		ssize_t n = send(io->fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			wait_writable(io);
		} else if (n < 0 && errno != EINTR) {
			io->closed = true;
			return;
		} else if (n > 0) {
			bytes += n;
			len -= (gsize)n;
		}
	}
}

bool line_io_is_closed(const struct line_io *io)
{
	return io->closed;
}
