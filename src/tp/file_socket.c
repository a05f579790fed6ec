/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The way to the manager for the bytes of a file (spec: Channel.Type.FileTransfer, ProvideFile
 * and AcceptFile). Of what the manager can do the strictest is taken: a Unix socket that asks who
 * connects, a Unix socket in a directory of the user's, a port of this computer that takes only
 * our port, any.
 */

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "../relay/address.h"
#include "../relay/descriptor.h"
#include "../relay/dial.h"
#include "file.h"

#define DIAL_SECONDS 30

enum { /* Socket_Address_Type */
       SOCKET_UNIX = 0,
       SOCKET_IPV4 = 2,
};

enum { /* Socket_Access_Control */
       ACCESS_LOCALHOST = 0,
       ACCESS_PORT = 1,
       ACCESS_CREDENTIALS = 3,
};

struct file_socket {
	guint32 type, access;
};

/* Strictest first. */
static const struct file_socket wanted[] = {
	{SOCKET_UNIX, ACCESS_CREDENTIALS},
	{SOCKET_UNIX, ACCESS_LOCALHOST},
	{SOCKET_IPV4, ACCESS_PORT},
	{SOCKET_IPV4, ACCESS_LOCALHOST},
};

void tp_file_read_sockets(struct file *file, struct bus_reader *r)
{
	struct bus_reader dict, entry;

	g_clear_pointer(&file->sockets, g_array_unref);
	file->sockets = g_array_new(FALSE, FALSE, sizeof(struct file_socket));
	bus_read_array(r, &dict);
	while (bus_read_entry(&dict, &entry)) {
		guint32 type = bus_read_uint32(&entry);
		g_autoptr(GArray) accesses = bus_read_uint32s(&entry);

		for (guint i = 0; i < accesses->len; i++) {
			struct file_socket socket = {type, g_array_index(accesses, guint32, i)};

			g_array_append_val(file->sockets, socket);
		}
	}
}

static bool is_available(const struct file *file, const struct file_socket *socket)
{
	for (guint i = 0; file->sockets && i < file->sockets->len; i++) {
		const struct file_socket *at = &g_array_index(file->sockets, struct file_socket, i);

		if (at->type == socket->type && at->access == socket->access)
			return true;
	}
	return false;
}

/* A manager that does not tell has the one that every manager must have. */
static const struct file_socket *choose(const struct file *file)
{
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (is_available(file, &wanted[i]))
			return &wanted[i];
	return &wanted[1];
}

/* --- connecting --------------------------------------------------------------------------- */

static void connected(struct file *file, int fd)
{
	g_autoptr(GError) error = NULL;

	/* A socket that has just been connected has room for a byte. */
	if (file->socket_access == ACCESS_CREDENTIALS &&
	    descriptor_send_credentials(fd, 0, &error) != 1) {
		close(fd);
		tp_file_fail(file, TRANSFER_END_ERROR, "%s",
			     error ? error->message : "cannot tell the manager who we are");
		return;
	}
	file->running = true;
	if (file->transfer->incoming)
		tp_file_receive(file, fd);
	else
		tp_file_send(file, fd);
}

static void on_dialled(int fd, struct subprocess *program, const GError *error, void *data)
{
	struct file *file = data;

	file->dial = NULL;
	if (fd < 0)
		tp_file_fail_soon(file, g_error_copy(error));
	else
		connected(file, fd);
}

void tp_file_connect(struct file *file)
{
	const struct dial_setup setup = {
		.target = file->address, .seconds = DIAL_SECONDS, .reserved = file->reserved};

	if (!file->address || file->state != FILE_OPEN || file->dial || file->running)
		return;
	file->reserved = -1;
	file->dial = dial_start(&setup, on_dialled, file);
}

/* --- asking ------------------------------------------------------------------------------- */

/* ay, or (sq); Gabble has (su). */
static struct address *read_address(struct bus_reader *r, guint32 type)
{
	struct bus_reader value, fields;
	const char *host;
	gint64 port;

	bus_read_variant(r, &value);
	if (type == SOCKET_UNIX) {
		gsize length;
		const guint8 *bytes = bus_read_bytes(&value, &length);
		g_autofree char *path = NULL;

		if (!bytes || !length)
			return NULL;
		path = g_strndup((const char *)bytes, length);
		return address_new_unix(path);
	}
	bus_read_struct(&value, &fields);
	host = bus_read_string(&fields);
	port = bus_read_integer(&fields);
	if (!bus_reader_ok(r) || port < 1 || port > 65535)
		return NULL;
	return address_new_tcp(host, (guint16)port);
}

static void on_socket(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct channel *channel = data;
	struct file *file = channel->file;

	if (!file)
		return;
	if (bus_error) {
		g_autoptr(GError) error = tp_error_from_bus(
			file->transfer->incoming ? "take the file" : "provide the file", bus_error);

		tp_file_fail(file, TRANSFER_END_ERROR, "%s", error->message);
		return;
	}
	file->address = read_address(reply, file->socket_type);
	if (file->address)
		tp_file_connect(file);
	else
		tp_file_fail(file, TRANSFER_END_ERROR,
			     "the connection manager's address makes no sense");
}

/* The access parameter: our own address, or something that is not looked at. */
static void write_param(struct file *file, struct bus_writer *args, guint16 port)
{
	struct bus_writer variant, fields;

	if (file->socket_access == ACCESS_PORT) {
		bus_write_open_variant(args, "(sq)", &variant);
		bus_write_open_struct(&variant, &fields);
		bus_write_string(&fields, "127.0.0.1");
		bus_write_uint16(&fields, port);
		bus_write_close(&variant, &fields);
	} else if (file->socket_access == ACCESS_CREDENTIALS) {
		bus_write_open_variant(args, "y", &variant);
		bus_write_byte(&variant, 0);
	} else {
		bus_write_open_variant(args, "s", &variant);
		bus_write_string(&variant, "");
	}
	bus_write_close(args, &variant);
}

void tp_file_ask_socket(struct file *file)
{
	const struct file_socket *socket = choose(file);
	bool incoming = file->transfer->incoming;
	g_autoptr(GError) error = NULL;
	struct bus_call *call;
	guint16 port = 0;

	file->socket_type = socket->type;
	file->socket_access = socket->access;
	if (socket->access == ACCESS_PORT) {
		file->reserved = dial_reserve(&port, &error);
		if (file->reserved < 0) {
			tp_file_fail(file, TRANSFER_END_ERROR, "%s", error->message);
			return;
		}
	}
	call = channel_call(file->channel, TP_CHAN_FILE, incoming ? "AcceptFile" : "ProvideFile");
	bus_write_uint32(bus_call_args(call), socket->type);
	bus_write_uint32(bus_call_args(call), socket->access);
	write_param(file, bus_call_args(call), port);
	if (incoming)
		bus_write_uint64(bus_call_args(call), file->offset);
	bus_call_send(call, -1, on_socket, file->channel);
}
