/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Stream tubes as the manager sees them (spec: Channel.Type.StreamTube): how its sockets and ours
 * know each other, offering and accepting, and what it says of connections. */

#include <string.h>

#include "../relay/dial.h"
#include "../relay/relay.h"
#include "tube.h"

#define CALL_TIMEOUT_MS 60000
#define OPEN_SECONDS    60
#define STEP_SECONDS    30

/* --- ways --------------------------------------------------------------------------------- */

/* The strictest first. A Unix socket of ours lies where nobody else of this computer can enter,
 * and one of the manager's is watched by it; a port is known to all, and whose it is only after
 * the connection came. */
static const struct tube_way ways[] = {
	{TP_SOCKET_UNIX, TP_ACCESS_CREDENTIALS, "Unix socket, credentials"},
	{TP_SOCKET_UNIX, TP_ACCESS_LOCALHOST, "Unix socket"},
	{TP_SOCKET_IPV4, TP_ACCESS_PORT, "IPv4, known port"},
	{TP_SOCKET_IPV4, TP_ACCESS_LOCALHOST, "IPv4, any local program"},
};

/* PHEME_TUBE_SOCKET names one ("unix", "ipv4-port"), for trying a manager out. */
static bool is_wanted(const struct tube_way *way)
{
	static const char *const names[] = {"unix-credentials", "unix", "ipv4-port", "ipv4"};
	const char *wanted = g_getenv("PHEME_TUBE_SOCKET");

	return !wanted || !*wanted || !strcmp(wanted, names[way - ways]);
}

/* One port is good for one connection at a time. */
static const struct tube_way *choose(const struct tube_work *work, GError **error)
{
	bool one = !work->tube->incoming || tp_tube_local_is_one(&work->local);
	const unsigned *sockets = work->channel->facts.sockets;

	for (gsize i = 0; i < G_N_ELEMENTS(ways); i++)
		if (sockets[ways[i].type] & (1u << ways[i].access) &&
		    (one || ways[i].access != TP_ACCESS_PORT) && is_wanted(&ways[i]))
			return &ways[i];
	g_set_error(error, TP_ERROR, TP_ERROR_NOT_SUPPORTED,
		    "cannot use the tube: the connection manager supports no kind of socket that "
		    "pheme has");
	return NULL;
}

/* --- addresses ---------------------------------------------------------------------------- */

static void write_ipv4(struct bus_writer *args, const char *host, guint16 port)
{
	struct bus_writer variant, fields;

	bus_write_open_variant(args, "(sq)", &variant);
	bus_write_open_struct(&variant, &fields);
	bus_write_string(&fields, host);
	bus_write_uint16(&fields, port);
	bus_write_close(&variant, &fields);
	bus_write_close(args, &variant);
}

/* No NUL at the end of a path: managers take it for part of it. */
static void write_address(struct bus_writer *args, const struct address *address)
{
	struct bus_writer variant;

	if (address->kind == ADDRESS_TCP) {
		write_ipv4(args, address->text ? address->text : "127.0.0.1", address->port);
		return;
	}
	bus_write_open_variant(args, "ay", &variant);
	bus_write_bytes(&variant, address->text, address->length);
	bus_write_close(args, &variant);
}

/* (sq), or (su) as Gabble has it. NULL when it is neither. */
static struct address *read_ipv4(struct bus_reader *value)
{
	struct bus_reader fields;
	const char *host;
	gint64 port;

	bus_read_struct(value, &fields);
	host = bus_read_string(&fields);
	port = bus_read_integer(&fields);
	if (!bus_reader_ok(value) || port < 1 || port > G_MAXUINT16)
		return NULL;
	return address_new_tcp(host, (guint16)port);
}

static struct address *read_address(struct bus_reader *value, guint32 type)
{
	const guint8 *bytes;
	gsize length;
	g_autofree char *path = NULL;

	if (type == TP_SOCKET_IPV4)
		return read_ipv4(value);
	bytes = bus_read_bytes(value, &length);
	while (length && !bytes[length - 1])
		length--;
	if (!bus_reader_ok(value) || !length || memchr(bytes, 0, length))
		return NULL;
	path = g_strndup((const char *)bytes, length);
	return address_new_unix(path);
}

/* --- offering ----------------------------------------------------------------------------- */

static bool listen_for_manager(struct tube_work *work, GError **error)
{
	struct tp *tp = work->conn->tp;
	struct bridge_setup setup = {
		.target = work->target,
		.values = {.service = work->tube->service, .contact = work->tube->peer},
		.keep_stderr = work->local.keep_stderr,
		.take_credentials = work->way->access == TP_ACCESS_CREDENTIALS,
		.seconds = STEP_SECONDS,
	};
	struct address *any;
	bool done;

	work->bridge = bridge_new(tp_tube_relay(tp), &setup, &tp_tube_operations, work);
	if (work->way->type == TP_SOCKET_UNIX)
		return bridge_listen_private(work->bridge, tp->runtime_dir, "offer", error);
	any = address_new_tcp("127.0.0.1", 0);
	done = bridge_listen(work->bridge, any, error);
	address_free(any);
	return done;
}

static void on_offered(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct channel *channel = data;
	struct tube_work *work = channel->tube;
	g_autoptr(GError) error = NULL;
	g_autofree char *what = NULL;

	if (!work || work->closing)
		return;
	if (!bus_error) {
		tp_tube_answered(work);
		return;
	}
	what = g_strdup_printf("offer %s to %s", work->tube->shown_service,
			       work->tube->room ? work->tube->shown_room : work->tube->shown_peer);
	error = tp_error_from_bus(what, bus_error);
	tp_tube_fail(work, error);
}

bool tp_tube_stream_offer(struct tube_work *work, GError **error)
{
	struct bus_call *call;
	struct bus_writer parameters;

	work->way = choose(work, error);
	if (!work->way || !listen_for_manager(work, error))
		return false;
	tube_set_access(work->tube, work->way->words);
	call = channel_call(work->channel, TP_CHAN_STREAM, "Offer");
	bus_write_uint32(bus_call_args(call), work->way->type);
	write_address(bus_call_args(call), bridge_address(work->bridge));
	bus_write_uint32(bus_call_args(call), work->way->access);
	bus_write_open_array(bus_call_args(call), "{sv}", &parameters);
	bus_write_close(bus_call_args(call), &parameters);
	bus_call_send(call, CALL_TIMEOUT_MS, on_offered, work->channel);
	return true;
}

/* --- accepting ---------------------------------------------------------------------------- */

static void on_accepted(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct channel *channel = data;
	struct tube_work *work = channel->tube;
	struct bus_reader value;
	g_autoptr(GError) error = NULL;

	if (!work || work->closing)
		return;
	if (bus_error) {
		g_autofree char *what = g_strdup_printf("accept %s", work->tube->shown_service);

		error = tp_error_from_bus(what, bus_error);
		tp_tube_fail(work, error);
		return;
	}
	bus_read_variant(reply, &value);
	work->manager = read_address(&value, work->way->type);
	if (!work->manager) {
		error = g_error_new(TP_ERROR, TP_ERROR_FAILED,
				    "cannot accept %s: the connection manager's address makes no "
				    "sense",
				    work->tube->shown_service);
		tp_tube_fail(work, error);
		return;
	}
	tp_tube_limit(work, OPEN_SECONDS);
	tp_tube_answered(work);
}

bool tp_tube_stream_accept(struct tube_work *work, GError **error)
{
	struct bus_call *call;
	struct bus_writer param;
	guint16 port = 0;

	work->way = choose(work, error);
	if (!work->way)
		return false;
	if (work->way->access == TP_ACCESS_PORT) {
		work->reserved = dial_reserve(&port, error);
		if (work->reserved < 0)
			return false;
	}
	tube_set_access(work->tube, work->way->words);
	call = channel_call(work->channel, TP_CHAN_STREAM, "Accept");
	bus_write_uint32(bus_call_args(call), work->way->type);
	bus_write_uint32(bus_call_args(call), work->way->access);
	if (work->way->access == TP_ACCESS_PORT) {
		write_ipv4(bus_call_args(call), "127.0.0.1", port);
	} else {
		bus_write_open_variant(bus_call_args(call), "u", &param);
		bus_write_uint32(&param, 0);
		bus_write_close(bus_call_args(call), &param);
	}
	bus_call_send(call, CALL_TIMEOUT_MS, on_accepted, work->channel);
	return true;
}

/* --- connections -------------------------------------------------------------------------- */

static void on_remote_connection(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	guint32 handle = bus_read_uint32(args);
	struct tube_announced news = {.byte = -1};
	struct bus_reader value;

	bus_read_variant(args, &value);
	news.id = bus_read_uint32(args);
	if (!channel->tube || channel->tube->tube->incoming || !channel->tube->way)
		return;
	if (channel->tube->way->access == TP_ACCESS_CREDENTIALS) {
		news.byte = bus_read_byte(&value);
	} else if (channel->tube->way->access == TP_ACCESS_PORT) {
		struct address *address = read_ipv4(&value);

		news.port = address ? address->port : 0;
		address_free(address);
	}
	if (!bus_reader_ok(args)) {
		g_debug("%s: NewRemoteConnection: %s", channel->path, bus_reader_error(args));
		return;
	}
	news.peer = tp_tube_peer(channel->tube, handle);
	tp_tube_remote_connection(channel->tube, &news);
}

static void on_local_connection(struct bus_reader *args, void *data)
{
	struct channel *channel = data;

	if (channel->tube)
		tp_tube_local_connection(channel->tube);
}

static void on_connection_closed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	guint32 id = bus_read_uint32(args);

	if (bus_reader_ok(args) && channel->tube)
		tp_tube_connection_closed(channel->tube, id);
}

void tp_tube_stream_start(struct tube_work *work)
{
	struct channel *channel = work->channel;

	channel_subscribe(channel, TP_CHAN_STREAM, "NewRemoteConnection", on_remote_connection);
	channel_subscribe(channel, TP_CHAN_STREAM, "NewLocalConnection", on_local_connection);
	channel_subscribe(channel, TP_CHAN_STREAM, "ConnectionClosed", on_connection_closed);
}
