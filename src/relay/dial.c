/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dial.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "argv.h"
#include "descriptor.h"
#include "failure.h"
#include "job.h"
#include "subprocess.h"

#define AGAIN_MS 20

struct place {
	struct sockaddr_storage socket;
	socklen_t length;
};

struct lookup {
	struct dial *dial; /* not to be touched by the thread */
	char *host, *port;
	struct addrinfo *found;
	int failure; /* as of getaddrinfo() */
};

struct dial {
	struct address *target;
	char *name;     /* of the target, for messages */
	GArray *places; /* struct place, to be tried in turn */
	guint next;
	int fd, reserved;
	guint watch, again, limit, report;
	guint seconds;
	struct job *job;
	struct subprocess *program;
	GError *error;
	dial_fn fn;
	void *data;
};

static void free_dial(struct dial *dial)
{
	g_clear_handle_id(&dial->watch, g_source_remove);
	g_clear_handle_id(&dial->again, g_source_remove);
	g_clear_handle_id(&dial->limit, g_source_remove);
	g_clear_handle_id(&dial->report, g_source_remove);
	job_cancel(dial->job);
	if (dial->fd >= 0)
		close(dial->fd);
	if (dial->reserved >= 0)
		close(dial->reserved);
	subprocess_free(dial->program);
	address_free(dial->target);
	g_array_unref(dial->places);
	g_clear_error(&dial->error);
	g_free(dial->name);
	g_free(dial);
}

void dial_cancel(struct dial *dial)
{
	if (dial)
		free_dial(dial);
}

static gboolean on_report(void *data)
{
	struct dial *dial = data;
	int fd = dial->fd;
	struct subprocess *program = g_steal_pointer(&dial->program);

	dial->report = 0;
	dial->fd = -1;
	dial->fn(fd, program, dial->error, dial->data);
	free_dial(dial);
	return G_SOURCE_REMOVE;
}

/* Tells the caller from the main loop how it ended: dial->error, or dial->fd. */
static void report_soon(struct dial *dial)
{
	g_clear_handle_id(&dial->watch, g_source_remove);
	g_clear_handle_id(&dial->again, g_source_remove);
	g_clear_handle_id(&dial->limit, g_source_remove);
	if (dial->error && dial->fd >= 0) {
		close(dial->fd);
		dial->fd = -1;
	}
	if (!dial->report)
		dial->report = g_idle_add_full(G_PRIORITY_DEFAULT, on_report, dial, NULL);
}

static void fail(struct dial *dial, int number)
{
	g_clear_error(&dial->error);
	relay_fail_errno(&dial->error, number, "connect to %s", dial->name);
	report_soon(dial);
}

static gboolean on_limit(void *data)
{
	struct dial *dial = data;

	dial->limit = 0;
	g_clear_error(&dial->error);
	g_set_error(&dial->error, RELAY_ERROR, RELAY_ERROR_TIMEOUT,
		    "cannot connect to %s: no answer within %u seconds", dial->name, dial->seconds);
	g_clear_pointer(&dial->job, job_cancel);
	report_soon(dial);
	return G_SOURCE_REMOVE;
}

/* --- sockets ---------------------------------------------------------------------------- */

static void try_next(struct dial *dial);

static void connected(struct dial *dial)
{
	int on = 1;

	/* Somebody may be typing at the other end of the tube. */
	if (dial->target->kind == ADDRESS_TCP)
		setsockopt(dial->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	report_soon(dial);
}

/* The reason of the last address tried is the one told. */
static void try_another(struct dial *dial, int number)
{
	close(dial->fd);
	dial->fd = -1;
	if (dial->next < dial->places->len)
		try_next(dial);
	else
		fail(dial, number);
}

static gboolean on_writable(int fd, GIOCondition condition, void *data)
{
	struct dial *dial = data;
	int number = 0;
	socklen_t length = sizeof(number);

	dial->watch = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) < 0)
		number = errno;
	if (number)
		try_another(dial, number);
	else
		connected(dial);
	return G_SOURCE_REMOVE;
}

static void begin_connect(struct dial *dial, const struct place *place);

static gboolean on_again(void *data)
{
	struct dial *dial = data;

	dial->again = 0;
	begin_connect(dial, &g_array_index(dial->places, struct place, dial->next - 1));
	return G_SOURCE_REMOVE;
}

static void begin_connect(struct dial *dial, const struct place *place)
{
	if (connect(dial->fd, (const struct sockaddr *)&place->socket, place->length) == 0)
		connected(dial);
	else if (errno == EINPROGRESS)
		dial->watch = g_unix_fd_add(dial->fd, G_IO_OUT, on_writable, dial);
	else if (errno == EAGAIN && place->socket.ss_family == AF_UNIX)
		/* Its queue is full, and nothing tells when it is not. */
		dial->again = g_timeout_add(AGAIN_MS, on_again, dial);
	else
		try_another(dial, errno);
}

static int take_socket(struct dial *dial, int family)
{
	int fd = dial->reserved;

	if (fd < 0 || family != AF_INET)
		return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	dial->reserved = -1;
	return fd;
}

static void try_next(struct dial *dial)
{
	const struct place *place = &g_array_index(dial->places, struct place, dial->next);

	dial->next++;
	dial->fd = take_socket(dial, place->socket.ss_family);
	if (dial->fd < 0)
		fail(dial, errno);
	else
		begin_connect(dial, place);
}

/* --- names ------------------------------------------------------------------------------ */

static void run_lookup(struct job *job, void *data)
{
	struct lookup *lookup = data;
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
	};

	lookup->failure = getaddrinfo(lookup->host, lookup->port, &hints, &lookup->found);
}

static void lookup_done(void *data)
{
	struct lookup *lookup = data;
	struct dial *dial = lookup->dial;

	for (const struct addrinfo *i = lookup->found; i; i = i->ai_next) {
		struct place place = {.length = i->ai_addrlen};

		memcpy(&place.socket, i->ai_addr, i->ai_addrlen);
		g_array_append_val(dial->places, place);
	}
	if (dial->places->len) {
		g_clear_pointer(&dial->job, job_cancel);
		try_next(dial);
		return;
	}
	g_set_error(&dial->error, RELAY_ERROR, RELAY_ERROR_FAILED, "cannot connect to %s: %s",
		    dial->name, gai_strerror(lookup->failure));
	report_soon(dial);
}

static void free_lookup(void *data)
{
	struct lookup *lookup = data;

	if (lookup->found)
		freeaddrinfo(lookup->found);
	g_free(lookup->host);
	g_free(lookup->port);
	g_free(lookup);
}

static const struct job_operations lookup_operations = {
	.run = run_lookup,
	.done = lookup_done,
	.free = free_lookup,
};

static void look_up(struct dial *dial)
{
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->dial = dial;
	lookup->host = g_strdup(dial->target->text);
	lookup->port = g_strdup_printf("%u", dial->target->port);
	dial->job = job_start(&lookup_operations, lookup, &dial->error);
	if (!dial->job)
		report_soon(dial);
}

static void add_place(struct dial *dial, bool ipv6)
{
	struct place place;

	if (address_to_socket(dial->target, ipv6, &place.socket, &place.length))
		g_array_append_val(dial->places, place);
}

static void connect_socket(struct dial *dial)
{
	const struct address *target = dial->target;
	bool loopback = !target->text || !g_ascii_strcasecmp(target->text, "localhost");

	add_place(dial, false);
	if (target->kind == ADDRESS_TCP && loopback)
		add_place(dial, true);
	if (dial->places->len)
		try_next(dial);
	else if (target->kind == ADDRESS_TCP)
		look_up(dial);
	else
		fail(dial, ENAMETOOLONG);
}

/* --- programs --------------------------------------------------------------------------- */

static char **make_argv(const struct dial_setup *setup, GError **error)
{
	static const struct argv_values no_values;
	g_auto(GStrv) words = argv_parse(setup->target->text, error);

	return words ? argv_fill(words, setup->values ? setup->values : &no_values, error) : NULL;
}

static bool start_program(struct dial *dial, const struct dial_setup *setup, GError **error)
{
	g_auto(GStrv) argv = make_argv(setup, error);
	struct subprocess_setup program = {
		.argv = argv,
		.environment = setup->environment,
		.keep_stderr = setup->keep_stderr,
		.file_limit = setup->file_limit,
	};
	int ends[2];

	if (!argv)
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		relay_fail_errno(error, errno, "start %s", argv[0]);
		return false;
	}
	program.input = program.output = ends[1];
	dial->fd = ends[0];
	dial->program = subprocess_start(&program, NULL, NULL, error);
	close(ends[1]);
	return dial->program && descriptor_set_nonblocking(dial->fd, true, error);
}

/* --- dialling --------------------------------------------------------------------------- */

struct dial *dial_start(const struct dial_setup *setup, dial_fn fn, void *data)
{
	struct dial *dial = g_new0(struct dial, 1);

	dial->target = address_copy(setup->target);
	dial->name = address_print(setup->target);
	dial->places = g_array_new(FALSE, FALSE, sizeof(struct place));
	dial->fd = -1;
	dial->reserved = setup->reserved;
	dial->seconds = setup->seconds;
	dial->fn = fn;
	dial->data = data;
	if (setup->seconds)
		dial->limit = g_timeout_add_seconds(setup->seconds, on_limit, dial);
	switch (setup->target->kind) {
	case ADDRESS_TCP:
	case ADDRESS_UNIX:
	case ADDRESS_ABSTRACT:
		connect_socket(dial);
		break;
	case ADDRESS_EXEC:
		start_program(dial, setup, &dial->error);
		report_soon(dial);
		break;
	case ADDRESS_STDIO:
		fail(dial, EOPNOTSUPP);
		break;
	}
	return dial;
}

int dial_reserve(guint16 *port, GError **error)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&in, length) == 0 &&
	    getsockname(fd, (struct sockaddr *)&in, &length) == 0) {
		*port = ntohs(in.sin_port);
		return fd;
	}
	relay_fail_errno(error, errno, "take a port");
	if (fd >= 0)
		close(fd);
	return -1;
}
