/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/web.h"

#include <gio/gio.h>
#include <string.h>

struct web {
	GSocketListener *listener;
	GCancellable *stop;
	GThread *thread;
	guint16 port;
};

/* --- the server --------------------------------------------------------------------------- */

static guint8 byte_at(guint32 at)
{
	return (guint8)(at * 7 + at / 251);
}

static void *serve(void *data)
{
	g_autoptr(GSocketConnection) connection = data;
	GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
	g_autoptr(GDataInputStream) in =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	g_autofree char *line = g_data_input_stream_read_line(in, NULL, NULL, NULL);
	guint size = line ? (guint)g_ascii_strtoull(line + strlen("GET /"), NULL, 10) : 0;
	g_autofree guint8 *body = g_malloc(size + 1);
	g_autofree char *head =
		g_strdup_printf("HTTP/1.0 200 OK\r\nContent-Length: %u\r\n\r\n", size);

	for (guint32 i = 0; i < size; i++)
		body[i] = byte_at(i);
	g_output_stream_write_all(out, head, strlen(head), NULL, NULL, NULL);
	g_output_stream_write_all(out, body, size, NULL, NULL, NULL);
	return NULL;
}

static void *accept_all(void *data)
{
	struct web *web = data;
	GSocketConnection *connection;

	while ((connection = g_socket_listener_accept(web->listener, NULL, web->stop, NULL)))
		g_thread_unref(g_thread_new("serve", serve, connection));
	return NULL;
}

struct web *web_start(void)
{
	struct web *web = g_new0(struct web, 1);

	web->listener = g_socket_listener_new();
	web->stop = g_cancellable_new();
	web->port = g_socket_listener_add_any_inet_port(web->listener, NULL, NULL);
	web->thread = g_thread_new("web", accept_all, web);
	return web;
}

void web_stop(struct web *web)
{
	if (!web)
		return;
	g_cancellable_cancel(web->stop);
	g_thread_join(web->thread);
	g_object_unref(web->stop);
	g_object_unref(web->listener);
	g_free(web);
}

guint16 web_port(const struct web *web)
{
	return web->port;
}

/* --- who fetches -------------------------------------------------------------------------- */

bool web_fetch(guint port, guint32 size)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection = NULL;
	g_autofree char *get = g_strdup_printf("GET /%u HTTP/1.0\n", size);
	g_autofree guint8 *all = g_malloc(size + 200);
	const guint8 *body;
	gsize got = 0;

	g_socket_client_set_timeout(client, 20);
	connection =
		g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)port, NULL, NULL);
	if (!connection)
		return false;
	g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), get,
				  strlen(get), NULL, NULL, NULL);
	g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(connection)), all,
				size + 200, &got, NULL, NULL);
	body = memmem(all, got, "\r\n\r\n", 4);
	if (!body || (gsize)(all + got - body - 4) != size)
		return false;
	for (guint32 i = 0; i < size; i++)
		if (body[4 + i] != byte_at(i))
			return false;
	return true;
}

struct fetch {
	guint port;
	guint32 size;
	GThread *thread;
};

static void *fetch_in_thread(void *data)
{
	const struct fetch *fetch = data;

	return GINT_TO_POINTER(web_fetch(fetch->port, fetch->size));
}

unsigned web_fetch_many(guint port, guint32 size, unsigned count)
{
	g_autofree struct fetch *all = g_new0(struct fetch, count);
	unsigned good = 0;

	for (unsigned i = 0; i < count; i++) {
		all[i].port = port;
		all[i].size = size;
		all[i].thread = g_thread_new("fetch", fetch_in_thread, &all[i]);
	}
	for (unsigned i = 0; i < count; i++)
		good += GPOINTER_TO_INT(g_thread_join(all[i].thread)) != 0;
	return good;
}
