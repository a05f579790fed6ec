/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/rooms.h"
#include "src/local/contact.h"
#include "src/local/manager.h"
#include "src/local/tubes.h"
#include "src/local/who.h"

#include <string.h>

#define MESSAGE_MAX 1024

struct _LocalRooms {
	LocalManager parent;
	GHashTable *names; /* that have a handle because of what peers said */
};

typedef struct {
	LocalManagerClass parent;
} LocalRoomsClass;

G_DEFINE_TYPE(LocalRooms, local_rooms, local_manager_get_type())

/* Handles are for ever. 0 when peers have made up too many rooms. */
static TpHandle handle_of(LocalRooms *self, const char *name)
{
	LocalConnection *connection = manager_get_connection((LocalManager *)self);

	if (!g_hash_table_contains(self->names, name) &&
	    g_hash_table_size(self->names) >= ROOMS_NAMES_MAX)
		return 0;
	g_hash_table_add(self->names, g_strdup(name));
	return local_connection_room(connection, name);
}

static LocalRoom *find_room(LocalRooms *self, const char *name)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;

	for (guint i = 0; i < channels->len; i++)
		if (!strcmp(room_get_name(channels->pdata[i]), name))
			return channels->pdata[i];
	return NULL;
}

static LocalRoom *find_joined(LocalRooms *self, const char *name)
{
	LocalRoom *room = find_room(self, name);

	return room && room_is_joined(room) ? room : NULL;
}

bool rooms_is_in(LocalRooms *self, const char *name)
{
	return find_joined(self, name) != NULL;
}

LocalChat *rooms_find(LocalRooms *self, struct contact *contact, const char *name)
{
	LocalRoom *room = find_joined(self, name);

	return room && g_hash_table_contains(contact->rooms, name) ? (LocalChat *)room : NULL;
}

static LocalRoom *make_room(LocalRooms *self, TpHandle handle, TpHandle initiator, bool requested)
{
	return g_object_new(local_room_get_type(), "connection",
			    manager_get_connection((LocalManager *)self), "handle", handle,
			    "initiator-handle", initiator, "requested", requested, NULL);
}

static void create(LocalManager *manager, void *request, GHashTable *properties)
{
	LocalConnection *connection = manager_get_connection(manager);
	TpHandle handle = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE, NULL);
	LocalRoom *room =
		make_room((LocalRooms *)manager, handle, local_connection_self(connection), true);

	room_join(room);
	manager_add(manager, (TpBaseChannel *)room, request);
}

/* --- frames --- */

void rooms_introduce(LocalRooms *self, struct contact *contact)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;

	for (guint i = 0; i < channels->len; i++)
		if (room_is_joined(channels->pdata[i]))
			peer_send(contact->peer, FRAME_ROOM_JOIN,
				  g_variant_new("(s)", room_get_name(channels->pdata[i])));
}

static void on_join(LocalRooms *self, struct contact *contact, const char *name)
{
	LocalRoom *room = find_joined(self, name);

	if (g_hash_table_size(contact->rooms) >= CONTACT_ROOMS_MAX) {
		peer_reject(contact->peer, "it is in too many rooms");
		return;
	}
	if (!g_hash_table_add(contact->rooms, g_strdup(name)) || !room)
		return;
	room_came(room, contact);
	tubes_room_came(contact->connection->tubes, contact, name);
}

static void on_leave(LocalRooms *self, struct contact *contact, const char *name,
		     const char *message)
{
	LocalRoom *room = find_joined(self, name);

	if (!g_hash_table_remove(contact->rooms, name) || !room)
		return;
	room_went(room, contact, message, false);
	tubes_room_went(contact->connection->tubes, contact, name);
}

static guint count_invitations(LocalRooms *self)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;
	guint count = 0;

	for (guint i = 0; i < channels->len; i++)
		count += !room_is_joined(channels->pdata[i]);
	return count;
}

static void on_invite(LocalRooms *self, struct contact *contact, const char *name,
		      const char *message)
{
	LocalRoom *room;
	TpHandle handle;

	if (find_room(self, name) || !g_hash_table_contains(contact->rooms, name) ||
	    !contact_may_ask(contact) || count_invitations(self) >= ROOMS_INVITATIONS_MAX ||
	    !(handle = handle_of(self, name)))
		return;
	room = make_room(self, handle, contact->handle, false);
	room_invited(room, contact->handle, message);
	manager_add((LocalManager *)self, (TpBaseChannel *)room, NULL);
}

static void on_decline(LocalRooms *self, struct contact *contact, const char *name,
		       const char *message)
{
	LocalRoom *room = find_joined(self, name);

	if (room && !g_hash_table_contains(contact->rooms, name))
		room_went(room, contact, message, false);
}

void rooms_frame(LocalRooms *self, struct contact *contact, enum frame_kind kind, GVariant *payload)
{
	const char *name, *message = "";
	LocalRoom *room;

	g_variant_get_child(payload, 0, "&s", &name);
	if (kind != FRAME_ROOM_JOIN)
		g_variant_get_child(payload, 1, "&s", &message);
	if (!who_room_valid(name) || !who_text_valid(message, MESSAGE_MAX)) {
		peer_reject(contact->peer, "a room that is none");
		return;
	}
	room = (LocalRoom *)rooms_find(self, contact, name);
	if (kind == FRAME_ROOM_JOIN)
		on_join(self, contact, name);
	else if (kind == FRAME_ROOM_LEAVE)
		on_leave(self, contact, name, message);
	else if (kind == FRAME_ROOM_INVITE)
		on_invite(self, contact, name, message);
	else if (kind == FRAME_ROOM_DECLINE)
		on_decline(self, contact, name, message);
	else if (room)
		room_subject(room, contact, payload);
}

void rooms_text(LocalRooms *self, struct contact *contact, const char *name, GVariant *payload)
{
	LocalChat *chat = rooms_find(self, contact, name);

	if (chat)
		chat_receive(chat, contact->handle, payload);
}

void rooms_contact_gone(LocalRooms *self, struct contact *contact)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;

	for (guint i = 0; i < channels->len; i++)
		if (room_is_joined(channels->pdata[i]))
			room_went(channels->pdata[i], contact, "", true);
}

/* --- the list --- */

static void count_rooms(struct peer *peer, void *data)
{
	GHashTable *counts = data;
	struct contact *contact = peer_get_data(peer);
	GHashTableIter iter;
	void *name;

	g_hash_table_iter_init(&iter, contact->rooms);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, name));

		g_hash_table_insert(counts, name, GUINT_TO_POINTER(count + 1));
	}
}

static void add_info(LocalRooms *self, GPtrArray *list, const char *name, guint count)
{
	LocalRoom *room = find_joined(self, name);
	TpHandle handle = handle_of(self, name);
	GHashTable *info;

	if (!handle)
		return;
	info = tp_asv_new("name", G_TYPE_STRING, name, "handle-name", G_TYPE_STRING, name,
			  "members", G_TYPE_UINT, count + (room ? 1 : 0), "invite-only",
			  G_TYPE_BOOLEAN, FALSE, "password", G_TYPE_BOOLEAN, FALSE, NULL);
	if (room)
		tp_asv_set_string(info, "subject", room_get_subject(room));
	g_ptr_array_add(list, tp_value_array_build(3, G_TYPE_UINT, handle, G_TYPE_STRING,
						   TP_IFACE_CHANNEL_TYPE_TEXT,
						   TP_HASH_TYPE_STRING_VARIANT_MAP, info,
						   G_TYPE_INVALID));
	g_hash_table_unref(info);
}

GPtrArray *rooms_list(LocalRooms *self)
{
	LocalConnection *connection = manager_get_connection((LocalManager *)self);
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)tp_value_array_free);
	GPtrArray *channels = ((LocalManager *)self)->channels;
	g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	void *name, *count;

	for (guint i = 0; i < channels->len; i++)
		if (room_is_joined(channels->pdata[i]))
			g_hash_table_insert(counts, (void *)room_get_name(channels->pdata[i]),
					    NULL);
	mesh_foreach(connection->mesh, count_rooms, counts);
	g_hash_table_iter_init(&iter, counts);
	while (g_hash_table_iter_next(&iter, &name, &count))
		add_info(self, list, name, GPOINTER_TO_UINT(count));
	return list;
}

/* --- the object --- */

static void finalize(GObject *object)
{
	g_hash_table_destroy(((LocalRooms *)object)->names);
	G_OBJECT_CLASS(local_rooms_parent_class)->finalize(object);
}

static void local_rooms_init(LocalRooms *self)
{
	self->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void local_rooms_class_init(LocalRoomsClass *klass)
{
	static const char *const allowed[] = {TP_PROP_CHANNEL_TARGET_HANDLE,
					      TP_PROP_CHANNEL_TARGET_ID, NULL};
	static const struct manager_class classes[] = {
		{TP_IFACE_CHANNEL_TYPE_TEXT, TP_HANDLE_TYPE_ROOM, allowed, create,
		 manager_find_target},
		{NULL, 0, NULL, NULL, NULL},
	};

	G_OBJECT_CLASS(klass)->finalize = finalize;
	((LocalManagerClass *)klass)->classes = classes;
	((LocalManagerClass *)klass)->one_each = true;
}

LocalRooms *rooms_new(LocalConnection *connection)
{
	return manager_new(local_rooms_get_type(), connection);
}
