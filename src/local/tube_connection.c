/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/contact.h"
#include "src/local/relay.h"
#include "src/local/tube.h"

#include <unistd.h>

/* One connection through a tube: from the program at one end to the one at the other, as far as
 * this manager sees it. */

struct tube_connection {
	LocalTube *tube;
	guint32 id;
	TpHandle contact;
	guint32 theirs;    /* id of the other manager, in what is asked of us */
	int local, remote; /* -1 once the relay has them */
	struct connector *connector;
	struct relay *relay;
	tube_announce_fn announce;
};

static void connection_free(void *data)
{
	struct tube_connection *connection = data;

	connector_free(connection->connector);
	relay_free(connection->relay);
	if (connection->local >= 0)
		close(connection->local);
	if (connection->remote >= 0)
		close(connection->remote);
	g_free(connection);
}

GHashTable *tube_connections_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, connection_free);
}

bool tube_connection_may_add(LocalTube *tube)
{
	return !tube->ended && tube->linger == TUBE_STAYS &&
	       g_hash_table_size(tube->connections) < TUBE_CONNECTIONS;
}

static struct tube_connection *add(LocalTube *tube, TpHandle contact, guint32 id, int local,
				   int remote)
{
	struct tube_connection *connection = g_new0(struct tube_connection, 1);

	connection->tube = tube;
	connection->contact = contact;
	connection->id = id;
	connection->local = local;
	connection->remote = remote;
	g_hash_table_insert(tube->connections, GUINT_TO_POINTER(id), connection);
	return connection;
}

static void end(struct tube_connection *connection, const char *error, const char *message)
{
	LocalTube *tube = connection->tube;
	guint32 id = connection->id;
	LocalTubeClass *klass =
		G_TYPE_INSTANCE_GET_CLASS(tube, local_tube_get_type(), LocalTubeClass);

	g_hash_table_remove(tube->connections, GUINT_TO_POINTER(id));
	if (klass->disconnected)
		klass->disconnected(tube, id, error, message);
	tube_linger_check(tube);
}

static void on_relay_end(struct relay *relay, bool broken, void *data)
{
	end(data, broken ? TP_ERROR_STR_CONNECTION_LOST : TP_ERROR_STR_CANCELLED,
	    broken ? "the connection is broken" : "both ends have closed it");
}

static void on_passed(void *data)
{
	tube_linger_check(((struct tube_connection *)data)->tube);
}

static void start(struct tube_connection *connection)
{
	connection->relay =
		relay_new(connection->local, connection->remote, on_relay_end, connection);
	relay_on_passed(connection->relay, on_passed);
	connection->local = connection->remote = -1;
}

void tube_connection_pair(LocalTube *tube, TpHandle contact, guint32 id, int local, int remote)
{
	start(add(tube, contact, id, local, remote));
}

/* --- from us to them --- */

void tube_connection_out(LocalTube *tube, guint32 id, int fd)
{
	struct contact *contact = tube_get_peer(tube);
	struct tube_connection *connection = add(tube, contact ? contact->handle : 0, id, fd, -1);
	g_autoptr(GError) error = NULL;

	if (contact)
		connection->remote = peer_open_stream(contact->peer, tube->stream, id, &error);
	if (connection->remote >= 0)
		start(connection);
	else
		end(connection, TP_ERROR_STR_CONNECTION_REFUSED,
		    error ? error->message : "who has offered this is gone");
}

void tube_connection_refused(LocalTube *tube, guint32 id)
{
	struct tube_connection *connection =
		g_hash_table_lookup(tube->connections, GUINT_TO_POINTER(id));

	if (connection && !tube_is_ours(tube))
		end(connection, TP_ERROR_STR_CONNECTION_REFUSED, "the service does not answer");
}

/* --- from them to us --- */

static void on_connector(struct connector *connector, int fd, const GValue *param, void *data)
{
	struct tube_connection *connection = data;
	LocalTube *tube = connection->tube;
	struct contact *contact = contact_find(tube_get_connection(tube), connection->contact);

	connection->local = fd;
	if (fd >= 0) {
		g_clear_pointer(&connection->connector, connector_free);
		connection->announce(tube, connection->contact, param, connection->id);
		start(connection);
		return;
	}
	/* Only this one connection ends: the service may be back for the next. */
	if (contact)
		peer_send(contact->peer, FRAME_TUBE_REFUSED,
			  g_variant_new("(tu)", tube->stream, connection->theirs));
	g_hash_table_remove(tube->connections, GUINT_TO_POINTER(connection->id));
	tube_linger_check(tube);
}

void tube_connection_in(LocalTube *tube, struct contact *contact, guint32 theirs, int fd,
			tube_announce_fn announce)
{
	struct tube_connection *connection = add(tube, contact->handle, ++tube->next_id, -1, fd);

	connection->theirs = theirs;
	connection->announce = announce;
	connection->connector = connector_new(tube->type, tube->address, tube->access,
					      (guchar)connection->id, on_connector, connection);
}

/* --- all of them --- */

bool tube_connections_are_used(LocalTube *tube)
{
	GHashTableIter iter;
	struct tube_connection *connection;

	g_hash_table_iter_init(&iter, tube->connections);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&connection))
		if (!connection->relay || !relay_has_hung_up(connection->relay))
			return true;
	return false;
}

bool tube_connections_have_passed(LocalTube *tube, bool theirs)
{
	GHashTableIter iter;
	struct tube_connection *connection;

	g_hash_table_iter_init(&iter, tube->connections);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&connection))
		if (!connection->relay || !relay_has_passed(connection->relay, theirs))
			return false;
	return true;
}

static gboolean is_with(void *key, void *value, void *data)
{
	return ((struct tube_connection *)value)->contact == GPOINTER_TO_UINT(data);
}

void tube_connections_drop(LocalTube *tube, TpHandle contact)
{
	g_hash_table_foreach_remove(tube->connections, is_with, GUINT_TO_POINTER(contact));
}
