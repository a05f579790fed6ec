/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/room.h"
#include "src/local/contact.h"
#include "src/local/tubes.h"
#include "src/local/who.h"

#include <string.h>
#include <telepathy-glib/telepathy-glib-dbus.h>

#define MESSAGE_MAX 1024

struct _LocalRoom {
	LocalChat parent;
	TpGroupMixin group;
	bool joined;
	char *subject;
	TpHandle actor; /* 0 for unknown */
	gint64 changed; /* G_MAXINT64 for unknown */
};

typedef struct {
	LocalChatClass parent;
	TpGroupMixinClass group;
} LocalRoomClass;

static void subject_iface_init(void *iface, void *data);

G_DEFINE_TYPE_WITH_CODE(LocalRoom, local_room, local_chat_get_type(),
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_INTERFACE_GROUP,
					      tp_group_mixin_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_INTERFACE_SUBJECT,
					      subject_iface_init);
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_INTERFACE_ROOM, NULL))

static LocalConnection *connection_of(LocalRoom *room)
{
	return chat_get_connection((LocalChat *)room);
}

const char *room_get_name(LocalRoom *room)
{
	return local_connection_room_name(connection_of(room),
					  tp_base_channel_get_target_handle((TpBaseChannel *)room));
}

const char *room_get_subject(LocalRoom *room)
{
	return room->subject ? room->subject : "";
}

bool room_is_joined(LocalRoom *room)
{
	return room->joined;
}

static TpHandle self_of(LocalRoom *room)
{
	return local_connection_self(connection_of(room));
}

/* --- to all who are in it --- */

struct cast {
	const char *room;
	GBytes *frame;
	GPtrArray *members; /* struct contact, instead of sending */
};

static void cast_one(struct peer *peer, void *data)
{
	struct cast *cast = data;
	struct contact *contact = peer_get_data(peer);

	if (!g_hash_table_contains(contact->rooms, cast->room))
		return;
	if (cast->members)
		g_ptr_array_add(cast->members, contact);
	else
		peer_send_bytes(peer, cast->frame);
}

static bool send_all(LocalRoom *room, enum frame_kind kind, GVariant *payload)
{
	LocalConnection *connection = connection_of(room);
	g_autoptr(GVariant) own = g_variant_ref_sink(payload);
	g_autoptr(GBytes) frame = frame_encode(kind, own);
	struct cast cast = {.room = room_get_name(room), .frame = frame};

	if (!frame || !connection->mesh)
		return false;
	mesh_foreach(connection->mesh, cast_one, &cast);
	return true;
}

static bool send_text(LocalChat *chat, const struct chat_text *text, GError **error)
{
	LocalRoom *room = (LocalRoom *)chat;

	if (room->joined && send_all(room, FRAME_TEXT, chat_frame(room_get_name(room), text)))
		return true;
	g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE, "not in the room");
	return false;
}

static void send_state(LocalChat *chat, guint state)
{
	LocalRoom *room = (LocalRoom *)chat;

	if (room->joined)
		send_all(room, FRAME_CHAT_STATE, g_variant_new("(su)", room_get_name(room), state));
}

/* --- coming and going --- */

void room_join(LocalRoom *room)
{
	LocalConnection *connection = connection_of(room);
	g_autoptr(GPtrArray) members = g_ptr_array_new();
	struct cast cast = {.room = room_get_name(room), .members = members};
	TpIntset *set = tp_intset_new_containing(self_of(room));

	mesh_foreach(connection->mesh, cast_one, &cast);
	for (guint i = 0; i < members->len; i++)
		tp_intset_add(set, ((struct contact *)members->pdata[i])->handle);
	room->joined = true;
	/* Everybody is told: those outside list rooms, and know whom to count in later. */
	mesh_broadcast(connection->mesh, FRAME_ROOM_JOIN, g_variant_new("(s)", cast.room));
	tp_group_mixin_change_members((GObject *)room, "", set, NULL, NULL, NULL, 0, 0);
	tp_group_mixin_change_flags((GObject *)room,
				    TP_CHANNEL_GROUP_FLAG_CAN_ADD |
					    TP_CHANNEL_GROUP_FLAG_MESSAGE_ADD |
					    TP_CHANNEL_GROUP_FLAG_MESSAGE_DEPART,
				    0);
	tp_intset_destroy(set);
}

void room_invited(LocalRoom *room, TpHandle inviter, const char *message)
{
	TpIntset *self = tp_intset_new_containing(self_of(room));
	TpIntset *members = tp_intset_new_containing(inviter);

	tp_group_mixin_change_members((GObject *)room, message, members, NULL, self, NULL, inviter,
				      TP_CHANNEL_GROUP_CHANGE_REASON_INVITED);
	tp_intset_destroy(self);
	tp_intset_destroy(members);
}

static void depart(LocalRoom *room, const char *message)
{
	LocalConnection *connection = connection_of(room);
	TpHandle initiator = tp_base_channel_get_initiator((TpBaseChannel *)room);
	struct contact *inviter = contact_find(connection, initiator);
	TpIntset *self = tp_intset_new_containing(self_of(room));

	if (room->joined && connection->mesh)
		mesh_broadcast(connection->mesh, FRAME_ROOM_LEAVE,
			       g_variant_new("(ss)", room_get_name(room), message));
	else if (inviter)
		peer_send(inviter->peer, FRAME_ROOM_DECLINE,
			  g_variant_new("(ss)", room_get_name(room), message));
	if (room->joined)
		tubes_room_left(connection->tubes, room_get_name(room));
	room->joined = false;
	tp_group_mixin_change_members((GObject *)room, message, NULL, self, NULL, NULL,
				      self_of(room), 0);
	tp_intset_destroy(self);
	tp_base_channel_destroyed((TpBaseChannel *)room);
}

static void leave(LocalChat *chat)
{
	depart((LocalRoom *)chat, "");
}

static void close_channel(TpBaseChannel *channel)
{
	depart((LocalRoom *)channel, "");
}

static void send_subject(LocalRoom *room, struct contact *contact);

void room_came(LocalRoom *room, struct contact *contact)
{
	TpIntset *set = tp_intset_new_containing(contact->handle);

	tp_group_mixin_change_members((GObject *)room, "", set, NULL, NULL, NULL, contact->handle,
				      0);
	tp_intset_destroy(set);
	send_subject(room, contact);
}

void room_went(LocalRoom *room, struct contact *contact, const char *message, bool offline)
{
	TpIntset *set = tp_intset_new_containing(contact->handle);

	tp_group_mixin_change_members((GObject *)room, message, NULL, set, NULL, NULL,
				      offline ? 0 : contact->handle,
				      offline ? TP_CHANNEL_GROUP_CHANGE_REASON_OFFLINE : 0);
	tp_intset_destroy(set);
}

/* --- Channel.Interface.Group --- */

static bool invite(LocalRoom *room, TpHandle handle, const char *message, GError **error)
{
	struct contact *contact = contact_find(connection_of(room), handle);
	TpIntset *set;

	if (!contact || !who_text_valid(message, MESSAGE_MAX)) {
		g_set_error(error, TP_ERROR, contact ? TP_ERROR_INVALID_ARGUMENT : TP_ERROR_OFFLINE,
			    "cannot invite: %s", contact ? "too long a message" : "not here");
		return false;
	}
	peer_send(contact->peer, FRAME_ROOM_INVITE,
		  g_variant_new("(ss)", room_get_name(room), message));
	set = tp_intset_new_containing(handle);
	tp_group_mixin_change_members((GObject *)room, message, NULL, NULL, NULL, set,
				      self_of(room), TP_CHANNEL_GROUP_CHANGE_REASON_INVITED);
	tp_intset_destroy(set);
	return true;
}

static gboolean add_member(GObject *object, TpHandle handle, const char *message, GError **error)
{
	LocalRoom *room = (LocalRoom *)object;

	if (handle != self_of(room))
		return invite(room, handle, message, error);
	if (!room->joined)
		room_join(room);
	return TRUE;
}

static gboolean remove_member(GObject *object, TpHandle handle, const char *message, GError **error)
{
	LocalRoom *room = (LocalRoom *)object;

	if (handle == self_of(room)) {
		depart(room, who_text_valid(message, MESSAGE_MAX) ? message : "");
		return TRUE;
	}
	g_set_error(error, TP_ERROR, TP_ERROR_PERMISSION_DENIED,
		    "nobody can be made to leave a room");
	return FALSE;
}

/* --- Channel.Interface.Subject2 --- */

static void change_subject(LocalRoom *room, const char *subject, TpHandle actor, gint64 when)
{
	static const char *const names[] = {"Subject", "Actor", "ActorHandle", "Timestamp", NULL};

	g_free(room->subject);
	room->subject = g_strdup(subject);
	room->actor = actor;
	room->changed = when;
	tp_dbus_properties_mixin_emit_properties_changed((GObject *)room,
							 TP_IFACE_CHANNEL_INTERFACE_SUBJECT, names);
}

static GVariant *make_subject(LocalRoom *room)
{
	return g_variant_new("(ssbx)", room_get_name(room), room->subject,
			     room->actor == self_of(room), room->changed);
}

/* Whoever set the subject tells a newcomer; once that one has left, whoever comes first in the
 * alphabet. */
static bool tells_subject(LocalRoom *room, TpHandle newcomer)
{
	LocalConnection *connection = connection_of(room);
	const char *own = local_connection_id(connection, self_of(room));
	TpIntsetFastIter iter;
	TpHandle handle;

	if (!room->subject || room->actor == self_of(room))
		return room->subject;
	if (room->actor && tp_handle_set_is_member(room->group.members, room->actor))
		return false;
	tp_intset_fast_iter_init(&iter, tp_handle_set_peek(room->group.members));
	while (tp_intset_fast_iter_next(&iter, &handle))
		if (handle != newcomer && strcmp(local_connection_id(connection, handle), own) < 0)
			return false;
	return true;
}

static void send_subject(LocalRoom *room, struct contact *contact)
{
	if (tells_subject(room, contact->handle))
		peer_send(contact->peer, FRAME_ROOM_SUBJECT, make_subject(room));
}

void room_subject(LocalRoom *room, struct contact *contact, GVariant *payload)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC, when;
	const char *subject;
	gboolean own;

	g_variant_get(payload, "(&s&sbx)", NULL, &subject, &own, &when);
	/* Nobody can say for another that he set it, nor set it in the future. */
	when = CLAMP(when, 0, now);
	if (!who_text_valid(subject, ROOM_SUBJECT_MAX) || (room->subject && when < room->changed))
		return;
	change_subject(room, subject, own ? contact->handle : 0, when);
}

static void set_subject(TpSvcChannelInterfaceSubject *iface, const char *subject,
			DBusGMethodInvocation *context)
{
	LocalRoom *room = (LocalRoom *)iface;
	GError error = {TP_ERROR, TP_ERROR_INVALID_ARGUMENT, (char *)"too long a subject"};

	if (!room->joined) {
		error.code = TP_ERROR_PERMISSION_DENIED;
		error.message = (char *)"not in the room";
	}
	if (!room->joined || !who_text_valid(subject, ROOM_SUBJECT_MAX)) {
		dbus_g_method_return_error(context, &error);
		return;
	}
	change_subject(room, subject, self_of(room), g_get_real_time() / G_USEC_PER_SEC);
	send_all(room, FRAME_ROOM_SUBJECT, make_subject(room));
	tp_svc_channel_interface_subject_return_from_set_subject(context);
}

static void subject_iface_init(void *iface, void *data)
{
	tp_svc_channel_interface_subject_implement_set_subject(iface, set_subject);
}

static void get_subject_property(GObject *object, GQuark iface, GQuark name, GValue *value,
				 void *data)
{
	LocalRoom *room = (LocalRoom *)object;
	const char *property = g_quark_to_string(name);

	if (!strcmp(property, "Subject"))
		g_value_set_string(value, room_get_subject(room));
	else if (!strcmp(property, "Actor"))
		g_value_set_string(
			value,
			room->actor ? local_connection_id(connection_of(room), room->actor) : "");
	else if (!strcmp(property, "ActorHandle"))
		g_value_set_uint(value, room->actor);
	else if (!strcmp(property, "Timestamp"))
		g_value_set_int64(value, room->changed);
	else
		g_value_set_boolean(value, room->joined);
}

/* --- Channel.Interface.Room2 --- */

static void get_room_property(GObject *object, GQuark iface, GQuark name, GValue *value, void *data)
{
	const char *property = g_quark_to_string(name);

	if (!strcmp(property, "RoomName"))
		g_value_set_string(value, room_get_name((LocalRoom *)object));
	else if (G_VALUE_HOLDS_STRING(value))
		g_value_set_string(value, "");
	else if (G_VALUE_HOLDS_INT64(value))
		g_value_set_int64(value, G_MAXINT64);
	else
		g_value_set_uint(value, 0);
}

/* --- the object --- */

static void fill_properties(TpBaseChannel *channel, GHashTable *properties)
{
	TP_BASE_CHANNEL_CLASS(local_room_parent_class)
		->fill_immutable_properties(channel, properties);
	tp_dbus_properties_mixin_fill_properties_hash(
		(GObject *)channel, properties, TP_IFACE_CHANNEL_INTERFACE_ROOM, "RoomName",
		TP_IFACE_CHANNEL_INTERFACE_ROOM, "Server", TP_IFACE_CHANNEL_INTERFACE_ROOM,
		"Creator", TP_IFACE_CHANNEL_INTERFACE_ROOM, "CreatorHandle",
		TP_IFACE_CHANNEL_INTERFACE_ROOM, "CreationTimestamp", NULL);
}

static GPtrArray *get_interfaces(TpBaseChannel *channel)
{
	GPtrArray *list = TP_BASE_CHANNEL_CLASS(local_room_parent_class)->get_interfaces(channel);

	g_ptr_array_add(list, (void *)TP_IFACE_CHANNEL_INTERFACE_GROUP);
	g_ptr_array_add(list, (void *)TP_IFACE_CHANNEL_INTERFACE_SUBJECT);
	g_ptr_array_add(list, (void *)TP_IFACE_CHANNEL_INTERFACE_ROOM);
	return list;
}

static void constructed(GObject *object)
{
	LocalConnection *connection;

	G_OBJECT_CLASS(local_room_parent_class)->constructed(object);
	connection = chat_get_connection((LocalChat *)object);
	tp_group_mixin_init(object, G_STRUCT_OFFSET(LocalRoom, group),
			    tp_base_connection_get_handles((TpBaseConnection *)connection,
							   TP_HANDLE_TYPE_CONTACT),
			    local_connection_self(connection));
}

static void finalize(GObject *object)
{
	tp_group_mixin_finalize(object);
	g_free(((LocalRoom *)object)->subject);
	G_OBJECT_CLASS(local_room_parent_class)->finalize(object);
}

static void local_room_init(LocalRoom *room)
{
	room->changed = G_MAXINT64;
}

static void implement_properties(GObjectClass *object)
{
	static TpDBusPropertiesMixinPropImpl subject[] = {
		{"Subject", NULL, NULL},   {"Actor", NULL, NULL},  {"ActorHandle", NULL, NULL},
		{"Timestamp", NULL, NULL}, {"CanSet", NULL, NULL}, {NULL, NULL, NULL},
	};
	static TpDBusPropertiesMixinPropImpl room[] = {
		{"RoomName", NULL, NULL},          {"Server", NULL, NULL},
		{"Creator", NULL, NULL},           {"CreatorHandle", NULL, NULL},
		{"CreationTimestamp", NULL, NULL}, {NULL, NULL, NULL},
	};

	tp_dbus_properties_mixin_implement_interface(object,
						     TP_IFACE_QUARK_CHANNEL_INTERFACE_SUBJECT,
						     get_subject_property, NULL, subject);
	tp_dbus_properties_mixin_implement_interface(object, TP_IFACE_QUARK_CHANNEL_INTERFACE_ROOM,
						     get_room_property, NULL, room);
	tp_group_mixin_init_dbus_properties(object);
}

static void local_room_class_init(LocalRoomClass *klass)
{
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);
	LocalChatClass *chat = (LocalChatClass *)klass;
	GObjectClass *object = G_OBJECT_CLASS(klass);

	object->constructed = constructed;
	object->finalize = finalize;
	channel->target_handle_type = TP_HANDLE_TYPE_ROOM;
	channel->get_interfaces = get_interfaces;
	channel->fill_immutable_properties = fill_properties;
	channel->close = close_channel;
	chat->send = send_text;
	chat->send_state = send_state;
	chat->leave = leave;
	tp_group_mixin_class_init(object, G_STRUCT_OFFSET(LocalRoomClass, group), add_member,
				  remove_member);
	tp_group_mixin_class_allow_self_removal(object);
	implement_properties(object);
}
