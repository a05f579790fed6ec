/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int stream_listen_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

int stream_listen_ipv4(guint16 *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(fd, 64), 0);
	getsockname(fd, (struct sockaddr *)&address, &length);
	*port = ntohs(address.sin_port);
	return fd;
}

GVariant *stream_address(const char *path)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, path, strlen(path), 1);
}

int stream_connect_unix(GVariant *value)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	gsize size;
	const void *path = g_variant_get_fixed_array(value, &size, 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, size);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		test_fail("cannot connect to %s: %s", address.sun_path, g_strerror(errno));
	return fd;
}

int stream_connect_ipv4(GVariant *value, int fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const char *host;
	guint16 port;

	g_variant_get(value, "(&sq)", &host, &port);
	address.sin_port = htons(port);
	inet_pton(AF_INET, host, &address.sin_addr);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static bool is_readable(void *data)
{
	char c;
	ssize_t n = recv(*(int *)data, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return n >= 0 || errno != EAGAIN;
}

struct accepting {
	int listener, fd;
};

static bool try_accept(void *data)
{
	struct accepting *a = data;

	a->fd = accept4(a->listener, NULL, NULL, SOCK_CLOEXEC);
	return a->fd >= 0;
}

int stream_accept(int listener)
{
	struct accepting a = {listener, -1};

	for (int i = 0; i < 4000 && !test_wait_until(try_accept, &a, 5); i++)
		;
	assert_true(a.fd >= 0);
	return a.fd;
}

void stream_wait(int fd)
{
	for (int i = 0; i < 4000; i++)
		if (test_wait_until(is_readable, &fd, 5))
			return;
	test_fail("nothing to read");
}

void stream_expect(int fd, const char *text)
{
	char buffer[256] = "";

	stream_wait(fd);
	assert_int_equal(recv(fd, buffer, sizeof buffer - 1, 0), strlen(text));
	assert_string_equal(buffer, text);
}

void stream_expect_end(int fd)
{
	char c;

	stream_wait(fd);
	assert_true(recv(fd, &c, 1, 0) <= 0);
}

void stream_say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

struct flow {
	int fd;
	guint64 bytes;
	guint32 seed, sum;
	gint64 took;
};

/* Bytes that anybody can make again, and their sum. */
static void fill(guint32 *block, gsize words, guint32 *seed)
{
	for (gsize i = 0; i < words; i++)
		block[i] = *seed = *seed * 1664525u + 1013904223u;
}

static void *send_flow(void *data)
{
	struct flow *flow = data;
	static __thread guint32 block[16384];

	for (guint64 sent = 0; sent < flow->bytes;) {
		gsize size = MIN(sizeof block, flow->bytes - sent);

		fill(block, G_N_ELEMENTS(block), &flow->seed);
		for (gsize at = 0; at < size;) {
			ssize_t n = send(flow->fd, (char *)block + at, size - at, MSG_NOSIGNAL);

			if (n <= 0)
				return GINT_TO_POINTER(1);
			at += (gsize)n;
		}
		sent += size;
	}
	shutdown(flow->fd, SHUT_WR);
	return NULL;
}

static void *receive_flow(void *data)
{
	struct flow *flow = data;
	static __thread guint32 want[16384];
	static __thread char got[sizeof want];
	guint64 total = 0;

	while (total < flow->bytes) {
		gsize size = MIN(sizeof got, flow->bytes - total), at = 0;
		ssize_t n;

		while (at < size && (n = recv(flow->fd, got + at, size - at, 0)) > 0)
			at += (gsize)n;
		fill(want, G_N_ELEMENTS(want), &flow->seed);
		if (at < size || memcmp(want, got, size) != 0)
			return GINT_TO_POINTER(1);
		total += size;
	}
	return GINT_TO_POINTER(recv(flow->fd, got, 1, 0) != 0);
}

bool stream_move(int from, int to, guint64 bytes, guint32 seed)
{
	struct flow in = {.fd = from, .bytes = bytes, .seed = seed};
	struct flow out = {.fd = to, .bytes = bytes, .seed = seed};
	GThread *sender = g_thread_new("send", send_flow, &in);
	GThread *receiver = g_thread_new("receive", receive_flow, &out);
	bool sent, received;

	sent = !g_thread_join(sender);
	received = !g_thread_join(receiver);
	return sent && received;
}
