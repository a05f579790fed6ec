/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define COPY_BYTES (16 * 1024)
/* What one direction may move before the next one has its turn. */
#define TURN_BYTES (512 * 1024)

void pump_init(struct pump *pump, int from, int to)
{
	*pump = (struct pump){
		.from = from,
		.to = to,
		.writable = true,
		.pipe = {.read = -1, .write = -1},
	};
}

static void let_go(struct pump *pump, struct pipes *pipes)
{
	pipes_give(pipes, &pump->pipe, !pump->held);
	g_clear_pointer(&pump->buffer, g_free);
	pump->start = 0;
}

void pump_clear(struct pump *pump, struct pipes *pipes)
{
	let_go(pump, pipes);
	pump->held = 0;
}

bool pump_is_over(const struct pump *pump)
{
	return pump->broken || (pump->ended && !pump->held);
}

static void fail_reading(struct pump *pump, int number)
{
	pump->ended = true;
	pump->failure = number;
}

static void fail_writing(struct pump *pump, int number)
{
	pump->broken = pump->writing = true;
	pump->failure = number;
}

static ssize_t read_some(struct pump *pump, struct pipes *pipes)
{
	if (!pump->copies && (pump->pipe.read >= 0 || pipes_take(pipes, &pump->pipe)))
		return splice(pump->from, NULL, pump->pipe.write, NULL, pipes_size(pipes),
			      SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (!pump->buffer)
		pump->buffer = g_malloc(COPY_BYTES);
	pump->start = 0;
	return read(pump->from, pump->buffer, COPY_BYTES);
}

/* The other side is gone, and that was all it had to say. A pseudo-terminal reads so when it is
 * closed; a Unix socket when it was closed with bytes unread, as a program does that has seen
 * enough. */
static bool is_end(int fd, int number)
{
	int domain = AF_UNSPEC;
	socklen_t length = sizeof(domain);

	if (number == EIO)
		return isatty(fd);
	return number == ECONNRESET &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
}

static void fill(struct pump *pump, struct pipes *pipes)
{
	ssize_t got = read_some(pump, pipes);
	int number = got < 0 ? errno : 0;

	if (got > 0)
		pump->held = (gsize)got;
	else if (got == 0 || is_end(pump->from, number))
		pump->ended = true;
	else if (number == EAGAIN)
		pump->readable = false;
	else if (number == EINVAL && !pump->copies)
		pump->copies = true;
	else if (number != EINTR)
		fail_reading(pump, number);
}

/* What is in the pipe goes to a buffer: the descriptor at the end takes no splice. */
static void spill(struct pump *pump, struct pipes *pipes)
{
	gsize length = 0;
	ssize_t got = 1;

	pump->copies = true;
	pump->buffer = g_malloc(pump->held);
	while (length < pump->held && got > 0) {
		got = read(pump->pipe.read, pump->buffer + length, pump->held - length);
		length += got > 0 ? (gsize)got : 0;
	}
	pump->held = length;
	pump->start = 0;
	pipes_give(pipes, &pump->pipe, got > 0);
}

static ssize_t write_some(struct pump *pump)
{
	if (pump->buffer)
		return write(pump->to, pump->buffer + pump->start, pump->held);
	return splice(pump->pipe.read, NULL, pump->to, NULL, pump->held,
		      SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
}

/* Returns how many bytes went. */
static gsize drain(struct pump *pump, struct pipes *pipes)
{
	ssize_t put = write_some(pump);

	if (put > 0) {
		pump->start += (gsize)put;
		pump->held -= (gsize)put;
		pump->bytes += (guint64)put;
		if (!pump->held)
			g_clear_pointer(&pump->buffer, g_free);
		return (gsize)put;
	}
	if (put < 0 && errno == EINVAL && !pump->buffer)
		spill(pump, pipes);
	else if (put == 0 || errno == EAGAIN)
		pump->writable = false;
	else if (errno != EINTR)
		fail_writing(pump, errno);
	return 0;
}

static bool can_move(const struct pump *pump)
{
	return !pump_is_over(pump) && (pump->held ? pump->writable : pump->readable);
}

bool pump_turn(struct pump *pump, struct pipes *pipes)
{
	gsize moved = 0;

	while (can_move(pump) && moved < TURN_BYTES) {
		if (pump->held)
			moved += drain(pump, pipes);
		else
			fill(pump, pipes);
	}
	if (!pump->held || pump->broken)
		let_go(pump, pipes);
	return can_move(pump);
}
