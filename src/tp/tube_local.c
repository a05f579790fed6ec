/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Our end of stream tubes: pheme always stands between the manager and the programs here, for
 * stock programs cannot say the credentials byte, and managers unlink the sockets they are
 * offered. Who is at the other end of a connection is told by the manager, before or after the
 * connection itself comes.
 */

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../relay/argv.h"
#include "../relay/dial.h"
#include "../relay/listener.h"
#include "../relay/subprocess.h"
#include "../relay/relay.h"
#include "tube.h"

#define ANNOUNCED_MAX 4096
#define STEP_SECONDS  30 /* that a connection may take for each step until it is open */

/* --- who a connection is with ------------------------------------------------------------- */

static bool is_matched(const struct tube_work *work, unsigned connection)
{
	for (guint i = 0; i < work->announced->len; i++)
		if (g_array_index(work->announced, struct tube_announced, i).connection ==
		    connection)
			return true;
	return false;
}

static bool is_the_one(const struct tube_announced *news,
		       const struct bridge_connection *connection)
{
	if (news->byte >= 0)
		return bridge_connection_byte(connection) == news->byte;
	return !news->port || bridge_connection_port(connection) == news->port;
}

static void match(struct tube_work *work, struct tube_announced *news,
		  const struct bridge_connection *connection)
{
	news->connection = bridge_connection_id(connection);
	tube_name_connection(work->tube, news->connection, news->peer);
}

struct search {
	struct tube_work *work;
	struct tube_announced *news;
};

static void try_match(struct bridge_connection *connection, void *data)
{
	struct search *search = data;

	if (!search->news->connection && is_the_one(search->news, connection) &&
	    !is_matched(search->work, bridge_connection_id(connection)))
		match(search->work, search->news, connection);
}

void tp_tube_remote_connection(struct tube_work *work, const struct tube_announced *news)
{
	struct search search = {.work = work};

	if (!work->bridge || work->announced->len >= ANNOUNCED_MAX) {
		g_free(news->peer);
		return;
	}
	g_array_append_val(work->announced, *news);
	search.news =
		&g_array_index(work->announced, struct tube_announced, work->announced->len - 1);
	bridge_each(work->bridge, try_match, &search);
}

/* The socket of it ends by itself, once all that is in it was read. */
void tp_tube_connection_closed(struct tube_work *work, guint32 id)
{
	work->said_closed = true;
	if (work->finished)
		tp_tube_finish(work);
	for (guint i = 0; i < work->announced->len; i++) {
		struct tube_announced *news =
			&g_array_index(work->announced, struct tube_announced, i);

		if (news->id != id || news->connection)
			continue;
		/* It never came. */
		g_array_remove_index(work->announced, i);
		return;
	}
}

/* --- connections -------------------------------------------------------------------------- */

static void on_arrived(struct bridge_connection *connection, void *data)
{
	struct tube_work *work = data;
	struct tube *tube = work->tube;
	unsigned id = bridge_connection_id(connection);

	if (tube->incoming) {
		tube_add_connection(tube, id, bridge_connection_label(connection));
		return;
	}
	tube_add_connection(tube, id, tube->room ? "a member" : tube->shown_peer);
	for (guint i = 0; i < work->announced->len; i++) {
		struct tube_announced *news =
			&g_array_index(work->announced, struct tube_announced, i);

		if (news->connection || !is_the_one(news, connection))
			continue;
		match(work, news, connection);
		return;
	}
}

/* The bytes of a tube with one connection are followed to their end. */
static void on_opened(struct bridge_connection *connection, void *data)
{
	struct tube_work *work = data;

	if (tp_tube_local_is_one(&work->local) && work->last < 0)
		work->last = bridge_connection_dup(connection, !work->tube->incoming);
}

static void on_greeted(struct bridge_connection *connection, void *data)
{
	struct tube_work *work = data;

	g_queue_push_tail(&work->greeted, connection);
}

/* Managers take them in the order in which they came. */
void tp_tube_local_connection(struct tube_work *work)
{
	struct bridge_connection *connection = g_queue_pop_head(&work->greeted);

	if (connection)
		bridge_connection_go(connection);
}

static void count(struct bridge_connection *connection, void *data)
{
	struct tube *tube = data;
	guint64 forth = bridge_connection_forth(connection);
	guint64 back = bridge_connection_back(connection);

	tube_set_bytes(tube, bridge_connection_id(connection), tube->incoming ? forth : back,
		       tube->incoming ? back : forth);
}

void tp_tube_local_count(struct tube_work *work)
{
	if (work->bridge)
		bridge_each(work->bridge, count, work->tube);
}

static void forget(struct tube_work *work, struct bridge_connection *connection)
{
	unsigned id = bridge_connection_id(connection);

	/* For the manager this is as good as closed. */
	if (work->last >= 0)
		shutdown(work->last, SHUT_RDWR);
	g_queue_remove(&work->greeted, connection);
	count(connection, work->tube);
	tube_remove_connection(work->tube, id);
	for (guint i = work->announced->len; i-- > 0;)
		if (g_array_index(work->announced, struct tube_announced, i).connection == id)
			g_array_remove_index(work->announced, i);
}

static void on_closed(struct bridge_connection *connection, const GError *error, void *data)
{
	struct tube_work *work = data;
	bool last = tp_tube_local_is_one(&work->local);

	work->heard = bridge_connection_has_heard(connection, !work->tube->incoming);
	forget(work, connection);
	if (error && !last && !work->closing)
		tp_tube_notice(work, NOTICE_WARNING, "tube %u (%s): %s", work->tube->number,
			       work->tube->shown_service, error->message);
	tp_tube_drained(work);
	if (last && error)
		tp_tube_close(work, TUBE_FAILED, error->message);
	else if (last)
		tp_tube_finish(work);
}

const struct bridge_operations tp_tube_operations = {
	.arrived = on_arrived,
	.greeted = on_greeted,
	.opened = on_opened,
	.closed = on_closed,
};

struct closing {
	struct tube_work *work;
	unsigned id;
};

static void close_one(struct bridge_connection *connection, void *data)
{
	const struct closing *closing = data;

	if (bridge_connection_id(connection) != closing->id)
		return;
	forget(closing->work, connection);
	bridge_connection_close(connection);
}

void tp_tube_local_close(struct tube_work *work, unsigned id)
{
	struct closing closing = {.work = work, .id = id};

	if (work->bridge)
		bridge_each(work->bridge, close_one, &closing);
}

/* --- programs ----------------------------------------------------------------------------- */

static void on_program_exit(struct subprocess *program, int status, void *data)
{
	struct tube_work *work = data;
	g_autofree char *words = subprocess_describe(status);
	g_autofree char *reason = g_strdup_printf("its program %s", words);

	subprocess_free(g_steal_pointer(&work->program));
	if (work->local.once)
		tp_tube_close(work, status ? TUBE_FAILED : TUBE_DONE, reason);
	else if (status)
		tp_tube_notice(work, NOTICE_WARNING, "tube %u (%s): %s", work->tube->number,
			       work->tube->shown_service, reason);
}

static char **environment(const struct tube_work *work)
{
	const struct tube *tube = work->tube;
	GPtrArray *list = g_ptr_array_new();

	g_ptr_array_add(list, g_strdup_printf("PHEME_TUBE_SERVICE=%s", tube->service));
	g_ptr_array_add(list, g_strdup_printf("PHEME_TUBE_CONTACT=%s", tube->peer));
	g_ptr_array_add(list, g_strdup_printf("PHEME_ACCOUNT=%s", tube->account->name));
	if (work->bus_address)
		g_ptr_array_add(list, g_strdup_printf("PHEME_TUBE_ADDRESS=%s", work->bus_address));
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

bool tp_tube_start_program(struct tube_work *work, const char *command,
			   const struct argv_values *values, GError **error)
{
	g_auto(GStrv) words = argv_parse(command, error);
	g_auto(GStrv) filled = words ? argv_fill(words, values, error) : NULL;
	g_auto(GStrv) variables = environment(work);
	struct subprocess_setup setup = {
		.argv = filled,
		.environment = variables,
		.input = -1,
		.output = -1,
		.attended = work->local.attended,
		.keep_stderr = work->local.keep_stderr,
		.file_limit = relay_file_limit(tp_tube_relay(work->conn->tp)),
	};

	if (!filled)
		return false;
	work->program = subprocess_start(&setup, on_program_exit, work, error);
	return work->program;
}

/* --- where programs connect --------------------------------------------------------------- */

static bool wants_path(const struct tube_local *local)
{
	return !local->listen && local->command && strstr(local->command, "{path}");
}

/* --- one connection, to a server here ----------------------------------------------------- */

static bool is_connect(const struct tube_local *local)
{
	return local->command && g_str_has_prefix(local->command, TUBE_CONNECT);
}

bool tp_tube_local_is_one(const struct tube_local *local)
{
	return local->stdio || is_connect(local);
}

static struct address *connect_target(const struct tube_local *local, GError **error)
{
	return address_parse_target(local->command + strlen(TUBE_CONNECT), error);
}

static void on_dialled(int fd, struct subprocess *program, const GError *error, void *data)
{
	struct tube_work *work = data;
	struct relay_end near = {.in = fd, .out = fd, .label = work->tube->local};
	struct bridge_connection *connection;

	work->dial = NULL;
	if (error) {
		tp_tube_close(work, TUBE_FAILED, error->message);
		return;
	}
	work->program = program;
	connection = bridge_carry(work->bridge, &near);
	tube_add_connection(work->tube, bridge_connection_id(connection), work->tube->local);
}

/* As ssh-contact does: who offers has the client, and here is the server. */
static bool connect_here(struct tube_work *work, GError **error)
{
	struct address *target = connect_target(&work->local, error);
	const struct argv_values values = {.service = work->tube->service,
					   .contact = work->tube->peer};
	const struct dial_setup setup = {
		.target = target,
		.seconds = STEP_SECONDS,
		.reserved = -1,
		.values = &values,
		.keep_stderr = work->local.keep_stderr,
		.file_limit = relay_file_limit(tp_tube_relay(work->conn->tp)),
	};

	if (!target)
		return false;
	tube_set_local(work->tube, work->local.command + strlen(TUBE_CONNECT));
	work->dial = dial_start(&setup, on_dialled, work);
	address_free(target);
	return true;
}

static void on_nobody(struct listener *listener, int fd, void *data)
{
	close(fd);
}

bool tp_tube_local_check(const struct tube_local *local, GError **error)
{
	struct address *address;
	struct listener *listener;
	g_auto(GStrv) words = NULL;

	if (is_connect(local)) {
		address = connect_target(local, error);
		address_free(address);
		return address;
	}
	words = local->command ? argv_parse(local->command, error) : NULL;
	if (local->command && !words)
		return false;
	if (!local->listen)
		return true;
	address = address_parse_listen(local->listen, error);
	if (!address)
		return false;
	/* Rather now than when the other side believes that it is open. */
	listener = listener_new(address, on_nobody, NULL, error);
	listener_free(listener);
	address_free(address);
	return listener;
}

static bool listen_here(struct tube_work *work, GError **error)
{
	struct address *address;
	bool done;

	if (wants_path(&work->local))
		return bridge_listen_private(work->bridge, work->conn->tp->runtime_dir, "tube",
					     error);
	address = address_parse_listen(work->local.listen ? work->local.listen : "127.0.0.1:0",
				       error);
	if (!address)
		return false;
	done = bridge_listen(work->bridge, address, error);
	address_free(address);
	return done;
}

static bool is_web(const char *service)
{
	return !strcmp(service, "http") || !strcmp(service, "x-http") || !strcmp(service, "_http");
}

static void show_address(struct tube_work *work, const struct address *address)
{
	g_autofree char *text = address_print(address);
	g_autofree char *url = g_strdup_printf("http://%s", text);

	tube_set_local(work->tube,
		       address->kind == ADDRESS_TCP && is_web(work->tube->service) ? url : text);
}

static bool run_at(struct tube_work *work, const struct address *address, GError **error)
{
	bool tcp = address->kind == ADDRESS_TCP;
	g_autofree char *port = tcp ? g_strdup_printf("%u", address->port) : NULL;
	const struct argv_values values = {
		.host = tcp ? address->text ? address->text : "127.0.0.1" : NULL,
		.port = port,
		.path = address->kind == ADDRESS_UNIX ? address->text : NULL,
		.service = work->tube->service,
		.contact = work->tube->peer,
	};

	show_address(work, address);
	return !work->local.command ||
	       tp_tube_start_program(work, work->local.command, &values, error);
}

static bool carry_stdio(struct tube_work *work, GError **error)
{
	struct bridge_connection *connection = bridge_carry_stdio(work->bridge, error);

	if (!connection)
		return false;
	tube_add_connection(work->tube, bridge_connection_id(connection),
			    bridge_connection_label(connection));
	tube_set_local(work->tube, "standard input and output");
	return true;
}

bool tp_tube_local_open(struct tube_work *work, GError **error)
{
	struct bridge_setup setup = {
		.target = work->manager,
		.give_credentials = work->way->access == TP_ACCESS_CREDENTIALS,
		.byte = (guint8)g_random_int_range(1, 256),
		.seconds = STEP_SECONDS,
	};

	if (work->local.direct)
		return run_at(work, work->manager, error);
	work->bridge = bridge_new(tp_tube_relay(work->conn->tp), &setup, &tp_tube_operations, work);
	if (work->reserved >= 0)
		bridge_use_reserved(work->bridge, work->reserved);
	work->reserved = -1;
	if (work->local.stdio)
		return carry_stdio(work, error);
	if (is_connect(&work->local))
		return connect_here(work, error);
	return listen_here(work, error) && run_at(work, bridge_address(work->bridge), error);
}
