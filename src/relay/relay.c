/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptor.h"
#include "failure.h"
#include "pump.h"

#define EVENTS_MAX 64
#define TURN_US    1000

struct relay {
	GSource *source;
	int epoll;
	struct pipes *pipes;
	GQueue connections; /* struct relay_connection, by its link */
	GQueue ready;       /* likewise, by ready_link: has bytes to move */
	GSList *closed;     /* freed when the turn is over: events may still name them */
	bool in_turn;
	guint64 file_limit;
	void (*activity)(void *data); /* who waits for bytes; or NULL */
	void *activity_data;
};

/* The four descriptors of a connection; their numbers are in the low bits of what epoll says. */
enum slot {
	SLOT_FIRST_IN,
	SLOT_FIRST_OUT,
	SLOT_SECOND_IN,
	SLOT_SECOND_OUT,
	SLOT_COUNT,
};
#define SLOT_MASK 3

struct relay_connection {
	struct relay *relay;
	int fds[SLOT_COUNT];
	bool socket[2]; /* that end is one descriptor, not two */
	bool shared[2];
	char *labels[2];
	struct pump pumps[2]; /* forth, back */
	bool finished[2];     /* of each pump: its ends were told */
	bool heard[2];        /* of each end, see relay_connection_has_heard() */
	bool queued, closed;
	GList link, ready_link;
	relay_closed_fn fn;
	void *data;
};

G_STATIC_ASSERT(SLOT_COUNT == SLOT_MASK + 1);

struct relay_source {
	GSource source;
	struct relay *relay;
};

/* --- one connection --------------------------------------------------------------------- */

static void close_slot(struct relay_connection *connection, enum slot slot)
{
	int fd = connection->fds[slot];

	if (fd < 0)
		return;
	connection->fds[slot] = -1;
	if (connection->fds[slot ^ 1] == fd)
		return; /* a socket: its other half is still there */
	/* Closing is not enough when others, a child before it runs its program say, have it. */
	epoll_ctl(connection->relay->epoll, EPOLL_CTL_DEL, fd, NULL);
	if (connection->shared[slot / 2])
		descriptor_set_nonblocking(fd, false, NULL);
	close(fd);
}

static void enqueue(struct relay_connection *connection)
{
	if (connection->queued || connection->closed)
		return;
	connection->queued = true;
	g_queue_push_tail_link(&connection->relay->ready, &connection->ready_link);
}

static void free_connection(struct relay_connection *connection)
{
	g_free(connection->labels[0]);
	g_free(connection->labels[1]);
	g_free(connection);
}

void relay_connection_close(struct relay_connection *connection)
{
	struct relay *relay = connection->relay;

	if (connection->closed)
		return;
	connection->closed = true;
	if (connection->queued)
		g_queue_unlink(&relay->ready, &connection->ready_link);
	g_queue_unlink(&relay->connections, &connection->link);
	for (int i = 0; i < 2; i++)
		pump_clear(&connection->pumps[i], relay->pipes);
	for (enum slot slot = 0; slot < SLOT_COUNT; slot++)
		close_slot(connection, slot);
	if (relay->in_turn)
		relay->closed = g_slist_prepend(relay->closed, connection);
	else
		free_connection(connection);
}

guint64 relay_connection_forth(const struct relay_connection *connection)
{
	return connection->pumps[0].bytes;
}

guint64 relay_connection_back(const struct relay_connection *connection)
{
	return connection->pumps[1].bytes;
}

bool relay_connection_has_heard(const struct relay_connection *connection, unsigned end)
{
	return connection->heard[end];
}

int relay_connection_dup(const struct relay_connection *connection, unsigned end)
{
	return fcntl(connection->fds[2 * end + 1], F_DUPFD_CLOEXEC, 0);
}

/* Nothing more will be written to the end: it reads the end of its input. */
static void end_output(struct relay_connection *connection, int end)
{
	int fd = connection->fds[2 * end + 1];

	if (connection->socket[end])
		shutdown(fd, SHUT_WR);
	else
		close_slot(connection, 2 * end + 1);
}

/* Nothing more will be read from the end: what it writes fails. */
static void end_input(struct relay_connection *connection, int end)
{
	int fd = connection->fds[2 * end];

	connection->pumps[end].ended = true;
	if (connection->socket[end])
		shutdown(fd, SHUT_RD);
	else
		close_slot(connection, 2 * end);
}

/* The pump of this number is over: tells both its ends, once. */
static void finish_pump(struct relay_connection *connection, int number)
{
	struct pump *pump = &connection->pumps[number];
	int from = number, to = !number;

	if (connection->finished[number] || !pump_is_over(pump))
		return;
	connection->finished[number] = true;
	if (pump->broken)
		end_input(connection, from);
	end_output(connection, to);
	/* A filter whose reader went away ends; a socket may still have something to say. */
	if (pump->broken && !connection->socket[to]) {
		connection->pumps[!number].ended = true;
		finish_pump(connection, !number);
	}
}

static GError *failure_of(const struct relay_connection *connection)
{
	GError *error = NULL;

	for (int i = 0; i < 2 && !error; i++) {
		const struct pump *pump = &connection->pumps[i];

		if (pump->failure)
			relay_fail_errno(&error, pump->failure, "%s %s",
					 pump->writing ? "write to" : "read from",
					 connection->labels[pump->writing ? !i : i]);
	}
	return error;
}

static void end_connection(struct relay_connection *connection)
{
	g_autoptr(GError) error = failure_of(connection);

	/* Counters can still be asked for, so closed only after. */
	if (connection->fn)
		connection->fn(connection, error, connection->data);
	relay_connection_close(connection);
}

static void take_turn(struct relay_connection *connection)
{
	struct pipes *pipes = connection->relay->pipes;
	bool told[2] = {connection->finished[1], connection->finished[0]};
	bool more = false;

	for (int i = 0; i < 2; i++) {
		more |= pump_turn(&connection->pumps[i], pipes);
		finish_pump(connection, i);
		connection->heard[i] |= connection->finished[i] && told[i];
	}
	if (connection->finished[0] && connection->finished[1])
		end_connection(connection);
	else if (more)
		enqueue(connection);
}

/* --- events ----------------------------------------------------------------------------- */

static void take_event(const struct epoll_event *event)
{
	struct relay_connection *connection =
		(struct relay_connection *)((guintptr)event->data.u64 & ~(guintptr)SLOT_MASK);
	enum slot slot = event->data.u64 & SLOT_MASK;
	int end = slot / 2;
	bool hung_up = event->events & (EPOLLHUP | EPOLLERR);
	struct pump *from = &connection->pumps[end], *to = &connection->pumps[!end];

	if (connection->closed)
		return;
	if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		from->readable = true;
	if (event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		to->writable = true;
	/* Gone altogether, not only silent: what is written to it can reach nobody. */
	if (hung_up && (connection->socket[end] || slot % 2))
		to->broken = connection->heard[end] = true;
	enqueue(connection);
}

static void take_events(struct relay *relay)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(relay->epoll, events, EVENTS_MAX, 0);

	for (int i = 0; i < count; i++)
		take_event(&events[i]);
}

static void run_ready(struct relay *relay)
{
	gint64 end = g_get_monotonic_time() + TURN_US;

	do {
		GList *link = g_queue_pop_head_link(&relay->ready);
		struct relay_connection *connection;

		if (!link)
			return;
		connection = link->data;
		connection->queued = false;
		take_turn(connection);
	} while (g_get_monotonic_time() < end);
}

static struct relay *relay_of(GSource *source)
{
	return ((struct relay_source *)source)->relay;
}

static gboolean prepare(GSource *source, int *timeout)
{
	*timeout = -1;
	return !g_queue_is_empty(&relay_of(source)->ready);
}

static void end_relay(struct relay *relay)
{
	g_slist_free_full(relay->closed, (GDestroyNotify)free_connection);
	pipes_free(relay->pipes);
	close(relay->epoll);
	g_source_unref(relay->source);
	g_free(relay);
}

static void tell_activity(struct relay *relay)
{
	void (*fn)(void *data) = relay->activity;

	relay->activity = NULL;
	if (fn)
		fn(relay->activity_data);
}

static gboolean dispatch(GSource *source, GSourceFunc fn, void *data)
{
	struct relay *relay = relay_of(source);

	relay->in_turn = true;
	take_events(relay);
	run_ready(relay);
	relay->in_turn = false;
	if (g_source_is_destroyed(source)) {
		end_relay(relay);
		return G_SOURCE_REMOVE;
	}
	g_slist_free_full(g_steal_pointer(&relay->closed), (GDestroyNotify)free_connection);
	tell_activity(relay);
	return G_SOURCE_CONTINUE;
}

/* No check: GLib looks at the epoll descriptor itself. */
static GSourceFuncs source_functions = {.prepare = prepare, .dispatch = dispatch};

/* --- the relay -------------------------------------------------------------------------- */

struct relay *relay_new(void)
{
	struct relay *relay = g_new0(struct relay, 1);

	signal(SIGPIPE, SIG_IGN);
	relay->file_limit = descriptor_raise_limit();
	relay->pipes = pipes_new();
	relay->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (relay->epoll < 0)
		g_error("cannot make an epoll descriptor: %s", g_strerror(errno));
	relay->source = g_source_new(&source_functions, sizeof(struct relay_source));
	((struct relay_source *)relay->source)->relay = relay;
	g_source_set_static_name(relay->source, "relay");
	g_source_set_priority(relay->source, G_PRIORITY_DEFAULT_IDLE);
	g_source_add_unix_fd(relay->source, relay->epoll, G_IO_IN);
	/* It never does; but to keep a source from it GLib wakes itself up twice for each turn. */
	g_source_set_can_recurse(relay->source, TRUE);
	g_source_attach(relay->source, NULL);
	return relay;
}

void relay_free(struct relay *relay)
{
	GList *link;

	while ((link = g_queue_peek_head_link(&relay->connections)))
		relay_connection_close(link->data);
	g_source_destroy(relay->source);
	if (!relay->in_turn)
		end_relay(relay);
}

guint64 relay_file_limit(const struct relay *relay)
{
	return relay->file_limit;
}

void relay_on_activity(struct relay *relay, void (*fn)(void *data), void *data)
{
	relay->activity = fn;
	relay->activity_data = data;
}

unsigned relay_count(const struct relay *relay)
{
	return g_queue_get_length((GQueue *)&relay->connections);
}

unsigned relay_pipes_taken(const struct relay *relay)
{
	return pipes_taken(relay->pipes);
}

static bool watch(struct relay_connection *connection, enum slot slot, GError **error)
{
	int fd = connection->fds[slot];
	bool both = connection->fds[slot ^ 1] == fd;
	struct epoll_event event = {
		.events = EPOLLET | (both || slot % 2 == 0 ? EPOLLIN | EPOLLRDHUP : 0) |
			  (both || slot % 2 ? EPOLLOUT : 0),
		.data.u64 = (guint64)(guintptr)connection | slot,
	};

	if (both && slot % 2)
		return true;
	if (epoll_ctl(connection->relay->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return true;
	if (errno == EPERM) {
		/* A file: always ready. */
		connection->pumps[slot / 2].readable |= slot % 2 == 0;
		return true;
	}
	relay_fail_errno(error, errno, "watch a connection");
	return false;
}

static struct relay_connection *make_connection(struct relay *relay, const struct relay_end *first,
						const struct relay_end *second)
{
	struct relay_connection *connection = g_new0(struct relay_connection, 1);

	connection->relay = relay;
	connection->fds[SLOT_FIRST_IN] = first->in;
	connection->fds[SLOT_FIRST_OUT] = first->out;
	connection->fds[SLOT_SECOND_IN] = second->in;
	connection->fds[SLOT_SECOND_OUT] = second->out;
	connection->socket[0] = first->in == first->out;
	connection->socket[1] = second->in == second->out;
	connection->shared[0] = first->shared;
	connection->shared[1] = second->shared;
	connection->labels[0] = g_strdup(first->label);
	connection->labels[1] = g_strdup(second->label);
	connection->link.data = connection->ready_link.data = connection;
	pump_init(&connection->pumps[0], first->in, second->out);
	pump_init(&connection->pumps[1], second->in, first->out);
	g_queue_push_tail_link(&relay->connections, &connection->link);
	return connection;
}

struct relay_connection *relay_join(struct relay *relay, const struct relay_end *first,
				    const struct relay_end *second, relay_closed_fn fn, void *data,
				    GError **error)
{
	struct relay_connection *connection = make_connection(relay, first, second);

	for (enum slot slot = 0; slot < SLOT_COUNT; slot++) {
		if (!watch(connection, slot, error)) {
			relay_connection_close(connection);
			return NULL;
		}
	}
	connection->fn = fn;
	connection->data = data;
	enqueue(connection);
	return connection;
}
