/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/connection.h"
#include "src/local/aliasing.h"
#include "src/local/avatars.h"
#include "src/local/caps.h"
#include "src/local/contact.h"
#include "src/local/files.h"
#include "src/local/presence.h"
#include "src/local/room_list.h"
#include "src/local/rooms.h"
#include "src/local/roster.h"
#include "src/local/talks.h"
#include "src/local/tubes.h"
#include "src/local/who.h"

#include <telepathy-glib/telepathy-glib-dbus.h>

G_DEFINE_TYPE_WITH_CODE(LocalConnection, local_connection, TP_TYPE_BASE_CONNECTION,
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CONNECTION_INTERFACE_CONTACTS,
					      tp_contacts_mixin_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CONNECTION_INTERFACE_SIMPLE_PRESENCE,
					      tp_presence_mixin_simple_presence_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CONNECTION_INTERFACE_CONTACT_LIST,
					      tp_base_contact_list_mixin_list_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CONNECTION_INTERFACE_ALIASING,
					      aliasing_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CONNECTION_INTERFACE_AVATARS,
					      avatars_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CONNECTION_INTERFACE_CONTACT_CAPABILITIES,
					      caps_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CONNECTION_INTERFACE_CLIENT_TYPES,
					      client_types_iface_init))

static const char *const interfaces[] = {
	TP_IFACE_CONNECTION_INTERFACE_CONTACTS,
	TP_IFACE_CONNECTION_INTERFACE_REQUESTS,
	TP_IFACE_CONNECTION_INTERFACE_SIMPLE_PRESENCE,
	TP_IFACE_CONNECTION_INTERFACE_CONTACT_LIST,
	TP_IFACE_CONNECTION_INTERFACE_ALIASING,
	TP_IFACE_CONNECTION_INTERFACE_AVATARS,
	TP_IFACE_CONNECTION_INTERFACE_CONTACT_CAPABILITIES,
	TP_IFACE_CONNECTION_INTERFACE_CLIENT_TYPES,
};

/* --- handles --- */

static TpHandleRepoIface *repo(LocalConnection *self, TpHandleType type)
{
	return tp_base_connection_get_handles((TpBaseConnection *)self, type);
}

TpHandle local_connection_handle(LocalConnection *self, const char *id)
{
	return tp_handle_ensure(repo(self, TP_HANDLE_TYPE_CONTACT), id, NULL, NULL);
}

const char *local_connection_id(LocalConnection *self, TpHandle handle)
{
	return tp_handle_inspect(repo(self, TP_HANDLE_TYPE_CONTACT), handle);
}

TpHandle local_connection_self(LocalConnection *self)
{
	return tp_base_connection_get_self_handle((TpBaseConnection *)self);
}

TpHandle local_connection_room(LocalConnection *self, const char *name)
{
	return tp_handle_ensure(repo(self, TP_HANDLE_TYPE_ROOM), name, NULL, NULL);
}

const char *local_connection_room_name(LocalConnection *self, TpHandle room)
{
	return tp_handle_inspect(repo(self, TP_HANDLE_TYPE_ROOM), room);
}

static char *normalize_contact(TpHandleRepoIface *handles, const char *id, void *context,
			       GError **error)
{
	g_autoptr(GError) inner = NULL;
	char *normal = who_normalize(id, &inner);

	if (!normal)
		g_set_error_literal(error, TP_ERROR, TP_ERROR_INVALID_HANDLE, inner->message);
	return normal;
}

static char *normalize_room(TpHandleRepoIface *handles, const char *name, void *context,
			    GError **error)
{
	if (who_room_valid(name))
		return g_strdup(name);
	g_set_error(error, TP_ERROR, TP_ERROR_INVALID_HANDLE,
		    "cannot use '%s': a room is a word of %d bytes at most", name, WHO_ROOM_MAX);
	return NULL;
}

static void create_handle_repos(TpBaseConnection *base,
				TpHandleRepoIface *repos[TP_NUM_HANDLE_TYPES])
{
	repos[TP_HANDLE_TYPE_CONTACT] =
		tp_dynamic_handle_repo_new(TP_HANDLE_TYPE_CONTACT, normalize_contact, NULL);
	repos[TP_HANDLE_TYPE_ROOM] =
		tp_dynamic_handle_repo_new(TP_HANDLE_TYPE_ROOM, normalize_room, NULL);
}

/* --- peers --- */

struct contact *contact_find(LocalConnection *self, TpHandle handle)
{
	const char *id = handle ? local_connection_id(self, handle) : NULL;
	struct peer *peer = id && self->mesh ? mesh_find(self->mesh, id) : NULL;

	return peer ? peer_get_data(peer) : NULL;
}

const char *contact_get_id(const struct contact *contact)
{
	return peer_get_id(contact->peer);
}

bool contact_may_ask(struct contact *contact)
{
	gint64 now = g_get_monotonic_time() / G_USEC_PER_SEC;

	if (now - contact->asked_since > CONTACT_ASKS_S) {
		contact->asked_since = now;
		contact->asked = 0;
	}
	return ++contact->asked <= CONTACT_ASKS_MAX;
}

static void contact_free(struct contact *contact)
{
	g_free(contact->message);
	g_strfreev(contact->streams);
	g_strfreev(contact->dbus);
	g_free(contact->avatar);
	g_hash_table_destroy(contact->rooms);
	g_hash_table_destroy(contact->sent);
	g_free(contact);
}

static void on_up(struct peer *peer, void *data)
{
	LocalConnection *self = data;
	struct contact *contact = g_new0(struct contact, 1);

	contact->connection = self;
	contact->peer = peer;
	contact->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	contact->sent = talks_sent_new();
	peer_set_data(peer, contact);
	/* Handles live as long as the connection: there is a limit to how many names peers can
	 * make up. */
	if (!roster_may_add(self->roster, peer_get_id(peer))) {
		peer_reject(peer, "too many contacts");
		return;
	}
	contact->handle = local_connection_handle(self, peer_get_id(peer));
	roster_add(self->roster, contact->handle);
	presence_introduce(contact);
	caps_introduce(contact);
	avatars_introduce(contact);
	rooms_introduce(self->rooms, contact);
}

static void on_down(struct peer *peer, void *data)
{
	LocalConnection *self = data;
	struct contact *contact = peer_get_data(peer);

	if (contact->handle) {
		/* First, so that clients know it when what they have with the contact ends. */
		presence_contact_gone(contact);
		tubes_contact_gone(self->tubes, contact);
		files_contact_gone(self->files, contact);
		rooms_contact_gone(self->rooms, contact);
		talks_contact_gone(self->talks, contact);
		caps_contact_gone(contact);
	}
	contact_free(contact);
}

static void on_frame(struct peer *peer, enum frame_kind kind, GVariant *payload, void *data)
{
	LocalConnection *self = data;
	struct contact *contact = peer_get_data(peer);

	if (!contact->handle)
		return;
	switch (kind) {
	case FRAME_PRESENCE:
		presence_frame(contact, payload);
		break;
	case FRAME_CAPS:
		caps_frame(contact, payload);
		break;
	case FRAME_AVATAR_TOKEN:
	case FRAME_AVATAR_WANTED:
	case FRAME_AVATAR:
		avatars_frame(contact, kind, payload);
		break;
	case FRAME_TEXT:
	case FRAME_TEXT_RESULT:
	case FRAME_CHAT_STATE:
		talks_frame(self->talks, contact, kind, payload);
		break;
	case FRAME_ROOM_JOIN:
	case FRAME_ROOM_LEAVE:
	case FRAME_ROOM_INVITE:
	case FRAME_ROOM_DECLINE:
	case FRAME_ROOM_SUBJECT:
		rooms_frame(self->rooms, contact, kind, payload);
		break;
	case FRAME_TUBE_OFFER:
	case FRAME_TUBE_ACCEPT:
	case FRAME_TUBE_CLOSE:
	case FRAME_TUBE_REFUSED:
	case FRAME_TUBE_MEMBERS:
		tubes_frame(self->tubes, contact, kind, payload);
		break;
	case FRAME_FILE_OFFER:
	case FRAME_FILE_ACCEPT:
	case FRAME_FILE_END:
		files_frame(self->files, contact, kind, payload);
		break;
	case FRAME_HELLO:
	case FRAME_STREAM:
		break;
	}
}

static void on_stream(struct peer *peer, guint64 stream, guint32 connection, int fd, void *data)
{
	LocalConnection *self = data;
	struct contact *contact = peer_get_data(peer);

	if (!tubes_stream(self->tubes, contact, stream, connection, fd) &&
	    !files_stream(self->files, contact, stream, fd))
		close(fd);
}

/* Who has the roster takes everybody who is not there for absent. */
static void on_settled(void *data)
{
	LocalConnection *self = data;

	tp_base_contact_list_set_list_received((TpBaseContactList *)self->roster);
}

static const struct mesh_ops ops = {
	.up = on_up,
	.down = on_down,
	.frame = on_frame,
	.stream = on_stream,
	.settled = on_settled,
};

/* --- connecting --- */

static void free_contact_of(struct peer *peer, void *data)
{
	contact_free(peer_get_data(peer));
}

static void leave(LocalConnection *self)
{
	struct mesh *mesh = g_steal_pointer(&self->mesh);

	if (!mesh)
		return;
	mesh_foreach(mesh, free_contact_of, NULL);
	mesh_free(mesh);
}

static gboolean start_connecting(TpBaseConnection *base, GError **error)
{
	LocalConnection *self = (LocalConnection *)base;
	g_autoptr(GError) inner = NULL;

	self->mesh = mesh_new(self->directory, self->nick, &ops, self, &inner);
	if (!self->mesh) {
		bool used = g_error_matches(inner, WHO_ERROR, WHO_ERROR_IN_USE);

		g_set_error(error, TP_ERROR,
			    used ? TP_ERROR_ALREADY_CONNECTED : TP_ERROR_NETWORK_ERROR, "%s%s",
			    inner->message, used ? ": set a nickname to be here twice" : "");
		return FALSE;
	}
	tp_base_connection_set_self_handle(base,
					   local_connection_handle(self, mesh_get_id(self->mesh)));
	roster_load(self->roster);
	tp_base_connection_change_status(base, TP_CONNECTION_STATUS_CONNECTED,
					 TP_CONNECTION_STATUS_REASON_REQUESTED);
	tp_base_contact_list_set_list_pending((TpBaseContactList *)self->roster);
	presence_connected(self);
	mesh_connect(self->mesh);
	return TRUE;
}

static void disconnected(TpBaseConnection *base)
{
	leave((LocalConnection *)base);
}

static void shut_down(TpBaseConnection *base)
{
	leave((LocalConnection *)base);
	tp_base_connection_finish_shutdown(base);
}

/* --- the object --- */

void local_announce(TpChannelManager *manager, TpBaseChannel *channel, void *request)
{
	GSList tokens = {.data = request};

	tp_channel_manager_emit_new_channel(manager, TP_EXPORTABLE_CHANNEL(channel),
					    request ? &tokens : NULL);
}

static GPtrArray *create_channel_managers(TpBaseConnection *base)
{
	LocalConnection *self = (LocalConnection *)base;
	GPtrArray *managers = g_ptr_array_new();

	self->roster = roster_new(self);
	self->talks = talks_new(self);
	self->rooms = rooms_new(self);
	self->tubes = tubes_new(self);
	self->files = files_new(self);
	g_ptr_array_add(managers, self->roster);
	g_ptr_array_add(managers, self->talks);
	g_ptr_array_add(managers, self->rooms);
	g_ptr_array_add(managers, room_lists_new(self));
	g_ptr_array_add(managers, self->tubes);
	g_ptr_array_add(managers, self->files);
	return managers;
}

static char *get_unique_connection_name(TpBaseConnection *base)
{
	LocalConnection *self = (LocalConnection *)base;
	g_autofree char *id = who_id(geteuid(), self->nick);
	g_autofree char *name =
		g_strconcat(id, self->directory ? "@" : NULL, self->directory, NULL);

	return tp_escape_as_identifier(name);
}

static GPtrArray *get_interfaces(TpBaseConnection *base)
{
	GPtrArray *list = TP_BASE_CONNECTION_CLASS(local_connection_parent_class)
				  ->get_interfaces_always_present(base);

	for (gsize i = 0; i < G_N_ELEMENTS(interfaces); i++)
		g_ptr_array_add(list, (void *)interfaces[i]);
	return list;
}

static void constructed(GObject *object)
{
	G_OBJECT_CLASS(local_connection_parent_class)->constructed(object);
	tp_contacts_mixin_init(object, G_STRUCT_OFFSET(LocalConnection, contacts));
	tp_base_connection_register_with_contacts_mixin(TP_BASE_CONNECTION(object));
	tp_base_contact_list_mixin_register_with_contacts_mixin(TP_BASE_CONNECTION(object));
	tp_presence_mixin_init(object, G_STRUCT_OFFSET(LocalConnection, presence));
	tp_presence_mixin_simple_presence_register_with_contacts_mixin(object);
	aliasing_init((LocalConnection *)object);
	avatars_init((LocalConnection *)object);
	caps_init((LocalConnection *)object);
}

static void dispose(GObject *object)
{
	leave((LocalConnection *)object);
	caps_clear((LocalConnection *)object);
	G_OBJECT_CLASS(local_connection_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
	LocalConnection *self = (LocalConnection *)object;

	tp_contacts_mixin_finalize(object);
	tp_presence_mixin_finalize(object);
	avatars_clear(self);
	g_free(self->nick);
	g_free(self->directory);
	g_free(self->own_message);
	G_OBJECT_CLASS(local_connection_parent_class)->finalize(object);
}

static void local_connection_init(LocalConnection *self)
{
	self->own_status = PRESENCE_AVAILABLE;
}

static void local_connection_class_init(LocalConnectionClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	TpBaseConnectionClass *base = TP_BASE_CONNECTION_CLASS(klass);

	object->constructed = constructed;
	object->dispose = dispose;
	object->finalize = finalize;
	base->create_handle_repos = create_handle_repos;
	base->create_channel_managers = create_channel_managers;
	base->get_unique_connection_name = get_unique_connection_name;
	base->get_interfaces_always_present = get_interfaces;
	base->start_connecting = start_connecting;
	base->disconnected = disconnected;
	base->shut_down = shut_down;
	tp_contacts_mixin_class_init(object, G_STRUCT_OFFSET(LocalConnectionClass, contacts));
	presence_class_init(klass);
	avatars_class_init(klass);
	tp_base_contact_list_mixin_class_init(base);
}

LocalConnection *local_connection_new(const char *nick, const char *directory)
{
	LocalConnection *self =
		g_object_new(local_connection_get_type(), "protocol", "local", NULL);

	self->nick = g_strdup(nick);
	self->directory = g_strdup(directory);
	return self;
}
