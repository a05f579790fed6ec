/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipes.h"

#include <fcntl.h>
#include <unistd.h>

#define PIPE_BYTES (256 * 1024)
/* 16 times 64 pages is a sixteenth of what a user may have. */
#define SPARE_MAX 16
#define TAKEN_MAX 128

struct pipes {
	struct pipe_pair spare[SPARE_MAX];
	unsigned spares, taken;
};

struct pipes *pipes_new(void)
{
	return g_new0(struct pipes, 1);
}

static void close_pair(const struct pipe_pair *pair)
{
	close(pair->read);
	close(pair->write);
}

void pipes_free(struct pipes *pipes)
{
	g_assert(!pipes->taken);
	while (pipes->spares)
		close_pair(&pipes->spare[--pipes->spares]);
	g_free(pipes);
}

static bool make(struct pipe_pair *pair)
{
	int fds[2];

	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0)
		return false;
	pair->read = fds[0];
	pair->write = fds[1];
	/* Refused when the user has too many pipes; a smaller one only takes more turns. */
	if (fcntl(pair->write, F_SETPIPE_SZ, PIPE_BYTES) < 0)
		g_debug("relay: a pipe stays small");
	return true;
}

bool pipes_take(struct pipes *pipes, struct pipe_pair *pair)
{
	if (pipes->taken >= TAKEN_MAX)
		return false;
	if (pipes->spares)
		*pair = pipes->spare[--pipes->spares];
	else if (!make(pair))
		return false;
	pipes->taken++;
	return true;
}

void pipes_give(struct pipes *pipes, struct pipe_pair *pair, bool empty)
{
	if (pair->read < 0)
		return;
	pipes->taken--;
	if (empty && pipes->spares < SPARE_MAX)
		pipes->spare[pipes->spares++] = *pair;
	else
		close_pair(pair);
	pair->read = pair->write = -1;
}

gsize pipes_size(const struct pipes *pipes)
{
	return PIPE_BYTES;
}

unsigned pipes_taken(const struct pipes *pipes)
{
	return pipes->taken;
}
