/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIPE_BYTES (256 << 10)
/* Or as much of it as the system allows: with less, the two sides of a socket take turns. */
#define SEND_BYTES  (1 << 20)
#define TURN_BYTES  (4 << 20)
#define PIPE_IDLE_S 2 /* a pipe that nothing has passed through for so long is closed */

/* One direction. */
struct flow {
	struct relay *relay;
	int from, to;
	int pipe[2];          /* -1 while idle */
	guint64 moved_before; /* when last asked whether it is idle */
	gsize held;           /* bytes in the pipe */
	guint64 moved, limit;
	guint in_source, out_source;
	bool ended; /* nothing more comes */
	bool done;  /* and all has gone on */
};

struct relay {
	int a, b;
	struct flow flows[2];
	int count; /* of flows */
	relay_progress_fn on_progress;
	relay_passed_fn on_passed;
	relay_end_fn on_end;
	void *data;
	guint idle, pipe_source;
	bool broken;
};

/* --- pipes --- */

static gboolean on_pipe_tick(void *data);

/* Opening one costs more than what goes through it at once: so it is kept for a moment. */
static bool open_pipe(struct flow *flow)
{
	struct relay *relay = flow->relay;

	if (flow->pipe[0] >= 0)
		return true;
	if (pipe2(flow->pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
		flow->pipe[0] = flow->pipe[1] = -1;
		return false;
	}
	if (!relay->pipe_source)
		relay->pipe_source = g_timeout_add_seconds(PIPE_IDLE_S, on_pipe_tick, relay);
	/* A smaller one does too: a user's share of pipe memory is limited. */
	(void)fcntl(flow->pipe[1], F_SETPIPE_SZ, PIPE_BYTES);
	return true;
}

static void close_pipe(struct flow *flow)
{
	for (int i = 0; i < 2; i++) {
		if (flow->pipe[i] >= 0)
			close(flow->pipe[i]);
		flow->pipe[i] = -1;
	}
}

static gboolean on_pipe_tick(void *data)
{
	struct relay *relay = data;
	bool any = false;

	for (int i = 0; i < relay->count; i++) {
		struct flow *flow = &relay->flows[i];

		if (flow->held == 0 && flow->moved == flow->moved_before)
			close_pipe(flow);
		flow->moved_before = flow->moved;
		any = any || flow->pipe[0] >= 0;
	}
	if (any)
		return G_SOURCE_CONTINUE;
	relay->pipe_source = 0;
	return G_SOURCE_REMOVE;
}

/* --- the end --- */

static void stop_source(guint *source)
{
	if (*source)
		g_source_remove(*source);
	*source = 0;
}

static gboolean on_idle(void *data)
{
	struct relay *relay = data;

	relay->idle = 0;
	relay->on_end(relay, relay->broken, relay->data);
	return G_SOURCE_REMOVE;
}

static void end(struct relay *relay, bool broken)
{
	for (int i = 0; i < relay->count; i++) {
		stop_source(&relay->flows[i].in_source);
		stop_source(&relay->flows[i].out_source);
	}
	if (relay->idle)
		return;
	relay->broken = broken;
	relay->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, relay, NULL);
}

static void flow_done(struct flow *flow)
{
	struct relay *relay = flow->relay;
	bool all = true;

	flow->done = true;
	shutdown(flow->to, SHUT_WR);
	if (relay->on_passed)
		relay->on_passed(relay->data);
	for (int i = 0; i < relay->count; i++)
		all = all && relay->flows[i].done;
	if (all)
		end(relay, false);
}

/* --- moving --- */

static bool is_transient(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* From the socket into the pipe. False when there is nothing (now, or ever: ended). */
static bool fill(struct flow *flow)
{
	guint64 left = flow->limit - flow->moved - flow->held;
	ssize_t n;

	if (flow->ended || left == 0)
		flow->ended = true;
	if (flow->ended)
		return false;
	if (!open_pipe(flow)) {
		end(flow->relay, true);
		return false;
	}
	n = splice(flow->from, NULL, flow->pipe[1], NULL, (gsize)MIN(left, PIPE_BYTES),
		   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n > 0)
		flow->held += (gsize)n;
	else if (n == 0)
		flow->ended = true;
	else if (!is_transient())
		end(flow->relay, true);
	return n > 0;
}

/* From the pipe into the other socket. False when that takes no more now. */
static bool drain(struct flow *flow)
{
	while (flow->held > 0) {
		ssize_t n = splice(flow->pipe[0], NULL, flow->to, NULL, flow->held,
				   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

		if (n <= 0) {
			if (n == 0 || !is_transient())
				end(flow->relay, true);
			return false;
		}
		flow->held -= (gsize)n;
		flow->moved += (guint64)n;
	}
	return true;
}

static gboolean on_readable(int fd, GIOCondition condition, void *data);
static gboolean on_writable(int fd, GIOCondition condition, void *data);

/* Waits for what is missing: room when bytes are held, else bytes. */
static void wait_more(struct flow *flow)
{
	bool writing = flow->held > 0;

	if (writing)
		stop_source(&flow->in_source);
	else
		stop_source(&flow->out_source);
	if (writing && !flow->out_source)
		flow->out_source = g_unix_fd_add(flow->to, G_IO_OUT, on_writable, flow);
	if (!writing && !flow->in_source)
		flow->in_source = g_unix_fd_add(flow->from, G_IO_IN, on_readable, flow);
}

static void turn(struct flow *flow)
{
	struct relay *relay = flow->relay;
	guint64 before = flow->moved;

	while (drain(flow) && flow->moved - before < TURN_BYTES && fill(flow))
		;
	if (relay->on_progress && flow->moved > before)
		relay->on_progress(relay, flow->moved, relay->data);
	if (relay->idle)
		return;
	if (flow->held == 0 && flow->ended) {
		close_pipe(flow);
		stop_source(&flow->in_source);
		stop_source(&flow->out_source);
		flow_done(flow);
	} else {
		wait_more(flow);
	}
}

static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	struct flow *flow = data;

	turn(flow);
	return flow->in_source != 0;
}

static gboolean on_writable(int fd, GIOCondition condition, void *data)
{
	struct flow *flow = data;

	turn(flow);
	return flow->out_source != 0;
}

/* --- the object --- */

static void flow_init(struct relay *relay, struct flow *flow, int from, int to, guint64 limit)
{
	flow->relay = relay;
	flow->from = from;
	flow->to = to;
	flow->limit = limit;
	flow->pipe[0] = flow->pipe[1] = -1;
	g_unix_set_fd_nonblocking(from, TRUE, NULL);
	(void)setsockopt(to, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BYTES}, sizeof(int));
	if (limit > 0)
		wait_more(flow);
}

struct relay *relay_new(int a, int b, relay_end_fn on_end, void *data)
{
	struct relay *relay = g_new0(struct relay, 1);

	relay->a = a;
	relay->b = b;
	relay->count = 2;
	relay->on_end = on_end;
	relay->data = data;
	flow_init(relay, &relay->flows[0], a, b, G_MAXUINT64);
	flow_init(relay, &relay->flows[1], b, a, G_MAXUINT64);
	return relay;
}

struct relay *relay_new_oneway(int a, int b, guint64 limit, relay_progress_fn on_progress,
			       relay_end_fn on_end, void *data)
{
	struct relay *relay = g_new0(struct relay, 1);

	relay->a = a;
	relay->b = b;
	relay->count = 1;
	relay->on_progress = on_progress;
	relay->on_end = on_end;
	relay->data = data;
	flow_init(relay, &relay->flows[0], a, b, limit);
	g_unix_set_fd_nonblocking(b, TRUE, NULL);
	if (limit == 0)
		flow_done(&relay->flows[0]);
	return relay;
}

bool relay_has_hung_up(const struct relay *relay)
{
	struct pollfd poll_fd = {.fd = relay->a, .events = POLLRDHUP};

	return poll(&poll_fd, 1, 0) > 0;
}

bool relay_has_passed(const struct relay *relay, bool of_b)
{
	return relay->flows[of_b].done;
}

void relay_on_passed(struct relay *relay, relay_passed_fn fn)
{
	relay->on_passed = fn;
}

guint64 relay_get_bytes(const struct relay *relay)
{
	return relay->flows[0].moved;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	stop_source(&relay->idle);
	stop_source(&relay->pipe_source);
	for (int i = 0; i < relay->count; i++) {
		stop_source(&relay->flows[i].in_source);
		stop_source(&relay->flows[i].out_source);
		close_pipe(&relay->flows[i]);
	}
	close(relay->a);
	close(relay->b);
	g_free(relay);
}
