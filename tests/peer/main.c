/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <telepathy-glib/telepathy-glib.h>

/*
 * A client on telepathy-glib's client side, which shares no code with pheme or its tests. One
 * offers a stream tube and echoes what comes through it; the other accepts one, sends a line
 * and ends well when the same line comes back. The library chooses the kind of socket and checks
 * who connects.
 *
 *     local-peer CONNECTION offer CONTACT
 *     local-peer CONNECTION accept
 */

static const char line[] = "through telepathy-glib\n";

struct peer {
	GMainLoop *loop;
	TpSimpleClientFactory *factory;
	TpConnection *connection;
	const char *contact; /* NULL: accepts */
	TpChannel *channel;
	TpStreamTubeConnection *stream;
	char buffer[256];
	gsize got;
	int status;
};

static void fail(const char *what, const GError *error)
{
	g_printerr("cannot %s: %s\n", what, error ? error->message : "?");
	exit(1);
}

/* --- echo --- */

static void read_more(struct peer *peer);

static GIOStream *stream_of(struct peer *peer)
{
	return G_IO_STREAM(tp_stream_tube_connection_get_socket_connection(peer->stream));
}

static void on_bytes(GObject *source, GAsyncResult *result, void *data)
{
	struct peer *peer = data;
	gssize n = g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL);

	if (n > 0)
		peer->got += (gsize)n;
	if (n > 0 && peer->got < strlen(line)) {
		read_more(peer);
		return;
	}
	if (peer->contact)
		g_output_stream_write_all(g_io_stream_get_output_stream(stream_of(peer)),
					  peer->buffer, peer->got, NULL, NULL, NULL);
	peer->status = peer->got != strlen(line) || memcmp(peer->buffer, line, peer->got) != 0;
	g_main_loop_quit(peer->loop);
}

static void read_more(struct peer *peer)
{
	g_input_stream_read_async(g_io_stream_get_input_stream(stream_of(peer)),
				  peer->buffer + peer->got, sizeof peer->buffer - peer->got, 0,
				  NULL, on_bytes, peer);
}

/* --- offering --- */

static void on_incoming(TpStreamTubeChannel *tube, TpStreamTubeConnection *stream, void *data)
{
	struct peer *peer = data;
	TpContact *contact = tp_stream_tube_connection_get_contact(stream);

	if (!contact || strcmp(tp_contact_get_identifier(contact), peer->contact) != 0)
		fail("tell who connects", NULL);
	peer->stream = g_object_ref(stream);
	read_more(peer);
}

static void on_offered(GObject *source, GAsyncResult *result, void *data)
{
	GError *error = NULL;

	if (!tp_stream_tube_channel_offer_finish(TP_STREAM_TUBE_CHANNEL(source), result, &error))
		fail("offer", error);
}

/* --- accepting --- */

static void on_accepted(GObject *source, GAsyncResult *result, void *data)
{
	struct peer *peer = data;
	GError *error = NULL;

	peer->stream = tp_stream_tube_channel_accept_finish(TP_STREAM_TUBE_CHANNEL(source), result,
							    &error);
	if (!peer->stream)
		fail("accept", error);
	g_output_stream_write_all(g_io_stream_get_output_stream(stream_of(peer)), line,
				  strlen(line), NULL, NULL, NULL);
	read_more(peer);
}

/* --- the channel --- */

static void on_channel_prepared(GObject *source, GAsyncResult *result, void *data)
{
	struct peer *peer = data;
	TpStreamTubeChannel *tube = TP_STREAM_TUBE_CHANNEL(source);
	GError *error = NULL;

	if (!tp_proxy_prepare_finish(source, result, &error))
		fail("prepare the channel", error);
	if (!peer->contact) {
		tp_stream_tube_channel_accept_async(tube, on_accepted, peer);
		return;
	}
	g_signal_connect(tube, "incoming", G_CALLBACK(on_incoming), peer);
	tp_stream_tube_channel_offer_async(tube, NULL, on_offered, peer);
}

static void take_channel(struct peer *peer, const char *path, GHashTable *properties)
{
	GError *error = NULL;

	peer->channel = tp_simple_client_factory_ensure_channel(peer->factory, peer->connection,
								path, properties, &error);
	if (!peer->channel)
		fail("use the channel", error);
	tp_proxy_prepare_async(peer->channel, NULL, on_channel_prepared, peer);
}

static void on_created(TpConnection *connection, const char *path, GHashTable *properties,
		       const GError *error, void *data, GObject *object)
{
	if (error)
		fail("create a channel", error);
	take_channel(data, path, properties);
}

static void on_new_channels(TpConnection *connection, const GPtrArray *channels, void *data,
			    GObject *object)
{
	struct peer *peer = data;

	for (guint i = 0; i < channels->len && !peer->channel; i++) {
		const char *path;
		GHashTable *properties;

		tp_value_array_unpack(g_ptr_array_index(channels, i), 2, &path, &properties);
		if (!g_strcmp0(tp_asv_get_string(properties, TP_PROP_CHANNEL_CHANNEL_TYPE),
			       TP_IFACE_CHANNEL_TYPE_STREAM_TUBE))
			take_channel(peer, path, properties);
	}
}

static void on_prepared(GObject *source, GAsyncResult *result, void *data)
{
	struct peer *peer = data;
	GError *error = NULL;
	GHashTable *request;

	if (!tp_proxy_prepare_finish(source, result, &error))
		fail("prepare the connection", error);
	tp_cli_connection_interface_requests_connect_to_new_channels(
		peer->connection, on_new_channels, peer, NULL, NULL, NULL);
	if (!peer->contact) {
		g_print("ready\n");
		return;
	}
	request = tp_asv_new(TP_PROP_CHANNEL_CHANNEL_TYPE, G_TYPE_STRING,
			     TP_IFACE_CHANNEL_TYPE_STREAM_TUBE, TP_PROP_CHANNEL_TARGET_HANDLE_TYPE,
			     G_TYPE_UINT, TP_HANDLE_TYPE_CONTACT, TP_PROP_CHANNEL_TARGET_ID,
			     G_TYPE_STRING, peer->contact, TP_PROP_CHANNEL_TYPE_STREAM_TUBE_SERVICE,
			     G_TYPE_STRING, "x-test", NULL);
	/* For whoever creates it the channel is the reply, not the signal. */
	peer->channel = (TpChannel *)peer->connection;
	tp_cli_connection_interface_requests_call_create_channel(peer->connection, -1, request,
								 on_created, peer, NULL, NULL);
}

int main(int argc, char *argv[])
{
	const GQuark features[] = {TP_CONNECTION_FEATURE_CONNECTED, 0};
	struct peer peer = {.contact = argc > 3 ? argv[3] : NULL, .status = 1};
	TpDBusDaemon *daemon = tp_dbus_daemon_dup(NULL);
	GError *error = NULL;

	if (argc < 3)
		return 2;
	peer.loop = g_main_loop_new(NULL, FALSE);
	peer.factory = (TpSimpleClientFactory *)tp_automatic_client_factory_new(daemon);
	peer.connection =
		tp_simple_client_factory_ensure_connection(peer.factory, argv[1], NULL, &error);
	if (!peer.connection)
		fail("use the connection", error);
	tp_proxy_prepare_async(peer.connection, features, on_prepared, &peer);
	g_main_loop_run(peer.loop);
	return peer.status;
}
