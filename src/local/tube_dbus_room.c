/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/contact.h"
#include "src/local/hub.h"
#include "src/local/tube_dbus.h"

#include <telepathy-glib/telepathy-glib-dbus.h>

/*
 * Channel.Type.DBusTube in a room. The manager of whoever has offered it is the bus: the programs
 * of the others are connected through to it, it gives names to all, and says so to all in the
 * room.
 */

#define MEMBERS_MAX 2048

typedef struct {
	LocalDBusTube parent;
	struct hub *hub;   /* of one that is ours */
	guint last;        /* number that is part of a name */
	GVariant *members; /* of one that is not: what was last said, a(ss) */
} LocalRoomDBusTube;

typedef LocalDBusTubeClass LocalRoomDBusTubeClass;

G_DEFINE_TYPE(LocalRoomDBusTube, local_room_dbus_tube, local_dbus_tube_get_type())

static GHashTable *names_of(LocalTube *tube)
{
	return ((LocalDBusTube *)tube)->names;
}

static const char *name_of(LocalTube *tube, TpHandle handle)
{
	return g_hash_table_lookup(names_of(tube), GUINT_TO_POINTER(handle));
}

static TpHandle self_of(LocalTube *tube)
{
	return local_connection_self(tube_get_connection(tube));
}

static void tell_clients(LocalTube *tube, GHashTable *added, GArray *removed)
{
	if (g_hash_table_size(added) || removed->len)
		tp_svc_channel_type_dbus_tube_emit_dbus_names_changed(tube, added, removed);
}

/* --- ours: who takes part --- */

static void send_members(LocalTube *tube, struct contact *contact)
{
	GVariantBuilder builder;
	GHashTableIter iter;
	void *handle, *name;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ss)"));
	g_hash_table_iter_init(&iter, names_of(tube));
	while (g_hash_table_iter_next(&iter, &handle, &name))
		g_variant_builder_add(
			&builder, "(ss)",
			local_connection_id(tube_get_connection(tube), GPOINTER_TO_UINT(handle)),
			name);
	peer_send(contact->peer, FRAME_TUBE_MEMBERS,
		  g_variant_new("(ta(ss))", tube->stream, &builder));
}

static void add_member(LocalTube *tube, TpHandle handle)
{
	g_autoptr(GHashTable) added = g_hash_table_new(NULL, NULL);
	g_autoptr(GArray) removed = g_array_new(FALSE, FALSE, sizeof(TpHandle));
	char *name = g_strdup_printf(":1.%u", ++((LocalRoomDBusTube *)tube)->last);

	g_hash_table_insert(names_of(tube), GUINT_TO_POINTER(handle), name);
	g_hash_table_insert(added, GUINT_TO_POINTER(handle), name);
	tell_clients(tube, added, removed);
}

static void offered(LocalTube *tube)
{
	LocalRoomDBusTube *self = (LocalRoomDBusTube *)tube;

	add_member(tube, self_of(tube));
	self->hub = hub_new(tube->service, name_of(tube, self_of(tube)));
}

static void accepted(LocalTube *tube, struct contact *contact)
{
	if (!tube_is_ours(tube) || name_of(tube, contact->handle))
		return;
	add_member(tube, contact->handle);
	tube_send_all(tube, send_members);
}

static void left(LocalTube *tube, struct contact *contact)
{
	g_autoptr(GHashTable) added = NULL;
	g_autoptr(GArray) removed = NULL;
	const char *name = tube_is_ours(tube) ? name_of(tube, contact->handle) : NULL;

	if (!name)
		return;
	hub_remove(((LocalRoomDBusTube *)tube)->hub, name);
	g_hash_table_remove(names_of(tube), GUINT_TO_POINTER(contact->handle));
	added = g_hash_table_new(NULL, NULL);
	removed = g_array_new(FALSE, FALSE, sizeof(TpHandle));
	g_array_append_val(removed, contact->handle);
	tell_clients(tube, added, removed);
	tube_send_all(tube, send_members);
}

static void connected(LocalTube *tube, struct contact *contact, guint32 connection, int fd)
{
	hub_add(((LocalRoomDBusTube *)tube)->hub, name_of(tube, contact->handle), fd);
}

/* --- theirs: who is said to --- */

/* Names of those that we know; others may come to be known. */
static GHashTable *read_members(LocalTube *tube, GVariant *members)
{
	LocalConnection *connection = tube_get_connection(tube);
	GHashTable *names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	const char *id, *name;
	GVariantIter iter;

	g_variant_iter_init(&iter, members);
	while (g_variant_iter_next(&iter, "(&s&s)", &id, &name)) {
		bool self = !g_strcmp0(id, local_connection_id(connection, self_of(tube)));
		struct peer *peer = self ? NULL : mesh_find(connection->mesh, id);
		TpHandle handle = peer ? ((struct contact *)peer_get_data(peer))->handle : 0;

		if ((self || handle) &&
		    tp_dbus_check_valid_bus_name(name, TP_DBUS_NAME_TYPE_UNIQUE, NULL))
			g_hash_table_insert(names, GUINT_TO_POINTER(self ? self_of(tube) : handle),
					    g_strdup(name));
	}
	return names;
}

static void use_members(LocalTube *tube, GVariant *members)
{
	LocalDBusTube *self = (LocalDBusTube *)tube;
	g_autoptr(GHashTable) before = self->names;
	g_autoptr(GHashTable) added = g_hash_table_new(NULL, NULL);
	g_autoptr(GArray) removed = g_array_new(FALSE, FALSE, sizeof(TpHandle));
	GHashTableIter iter;
	void *key, *name;

	self->names = read_members(tube, members);
	g_hash_table_iter_init(&iter, self->names);
	while (g_hash_table_iter_next(&iter, &key, &name))
		if (g_strcmp0(g_hash_table_lookup(before, key), name) != 0)
			g_hash_table_insert(added, key, name);
	g_hash_table_iter_init(&iter, before);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		TpHandle handle = GPOINTER_TO_UINT(key);

		if (!g_hash_table_contains(self->names, key))
			g_array_append_val(removed, handle);
	}
	tell_clients(tube, added, removed);
}

static void members(LocalTube *tube, GVariant *said)
{
	LocalRoomDBusTube *self = (LocalRoomDBusTube *)tube;

	if (g_variant_n_children(said) > MEMBERS_MAX)
		return;
	g_clear_pointer(&self->members, g_variant_unref);
	self->members = g_variant_ref(said);
	use_members(tube, said);
}

static void came(LocalTube *tube)
{
	LocalRoomDBusTube *self = (LocalRoomDBusTube *)tube;

	if (self->members)
		use_members(tube, self->members);
}

/* --- programs here --- */

static bool is_busy(LocalTube *tube)
{
	if (tube_is_ours(tube))
		return hub_has(((LocalRoomDBusTube *)tube)->hub, name_of(tube, self_of(tube)));
	return tube_connections_are_used(tube);
}

static void program(LocalTube *tube, int fd)
{
	if (tube_is_ours(tube))
		hub_add(((LocalRoomDBusTube *)tube)->hub, name_of(tube, self_of(tube)), fd);
	else
		tube_connection_out(tube, ++tube->next_id, fd);
}

/* --- the object --- */

static void dispose(GObject *object)
{
	g_clear_pointer(&((LocalRoomDBusTube *)object)->hub, hub_free);
	G_OBJECT_CLASS(local_room_dbus_tube_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
	g_clear_pointer(&((LocalRoomDBusTube *)object)->members, g_variant_unref);
	G_OBJECT_CLASS(local_room_dbus_tube_parent_class)->finalize(object);
}

static void local_room_dbus_tube_init(LocalRoomDBusTube *self)
{
}

static void local_room_dbus_tube_class_init(LocalRoomDBusTubeClass *klass)
{
	klass->is_busy = is_busy;
	klass->program = program;
	klass->parent.connected = connected;
	klass->parent.offered = offered;
	klass->parent.told = send_members;
	klass->parent.accepted = accepted;
	klass->parent.left = left;
	klass->parent.members = members;
	klass->parent.came = came;
	G_OBJECT_CLASS(klass)->dispose = dispose;
	G_OBJECT_CLASS(klass)->finalize = finalize;
	TP_BASE_CHANNEL_CLASS(klass)->target_handle_type = TP_HANDLE_TYPE_ROOM;
}
