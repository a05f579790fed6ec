/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/room_list.h"
#include "src/local/manager.h"
#include "src/local/rooms.h"

#include <telepathy-glib/telepathy-glib-dbus.h>

/* --- a list --- */

typedef struct {
	TpBaseChannel parent;
} LocalRoomList;

typedef struct {
	TpBaseChannelClass parent;
} LocalRoomListClass;

static void list_iface_init(void *iface, void *data);

GType local_room_list_get_type(void);
G_DEFINE_TYPE_WITH_CODE(LocalRoomList, local_room_list, TP_TYPE_BASE_CHANNEL,
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_TYPE_ROOM_LIST, list_iface_init))

static void get_listing_rooms(TpSvcChannelTypeRoomList *iface, DBusGMethodInvocation *context)
{
	tp_svc_channel_type_room_list_return_from_get_listing_rooms(context, FALSE);
}

static void list_rooms(TpSvcChannelTypeRoomList *iface, DBusGMethodInvocation *context)
{
	LocalConnection *connection =
		(LocalConnection *)tp_base_channel_get_connection((TpBaseChannel *)iface);
	g_autoptr(GPtrArray) rooms = rooms_list(connection->rooms);

	tp_svc_channel_type_room_list_return_from_list_rooms(context);
	tp_svc_channel_type_room_list_emit_listing_rooms(iface, TRUE);
	if (rooms->len > 0)
		tp_svc_channel_type_room_list_emit_got_rooms(iface, rooms);
	tp_svc_channel_type_room_list_emit_listing_rooms(iface, FALSE);
}

static void stop_listing(TpSvcChannelTypeRoomList *iface, DBusGMethodInvocation *context)
{
	tp_svc_channel_type_room_list_return_from_stop_listing(context);
}

static void list_iface_init(void *iface, void *data)
{
	tp_svc_channel_type_room_list_implement_get_listing_rooms(iface, get_listing_rooms);
	tp_svc_channel_type_room_list_implement_list_rooms(iface, list_rooms);
	tp_svc_channel_type_room_list_implement_stop_listing(iface, stop_listing);
}

static void get_property(GObject *object, GQuark iface, GQuark name, GValue *value, void *data)
{
	g_value_set_string(value, "");
}

static void fill_properties(TpBaseChannel *channel, GHashTable *properties)
{
	TP_BASE_CHANNEL_CLASS(local_room_list_parent_class)
		->fill_immutable_properties(channel, properties);
	tp_dbus_properties_mixin_fill_properties_hash(
		(GObject *)channel, properties, TP_IFACE_CHANNEL_TYPE_ROOM_LIST, "Server", NULL);
}

static void local_room_list_init(LocalRoomList *self)
{
}

static void local_room_list_class_init(LocalRoomListClass *klass)
{
	static TpDBusPropertiesMixinPropImpl properties[] = {
		{"Server", NULL, NULL},
		{NULL, NULL, NULL},
	};
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);

	channel->channel_type = TP_IFACE_CHANNEL_TYPE_ROOM_LIST;
	channel->target_handle_type = TP_HANDLE_TYPE_NONE;
	channel->close = tp_base_channel_destroyed;
	channel->fill_immutable_properties = fill_properties;
	tp_dbus_properties_mixin_implement_interface(G_OBJECT_CLASS(klass),
						     TP_IFACE_QUARK_CHANNEL_TYPE_ROOM_LIST,
						     get_property, NULL, properties);
}

/* --- all of them --- */

struct _LocalRoomLists {
	LocalManager parent;
};

typedef struct {
	LocalManagerClass parent;
} LocalRoomListsClass;

G_DEFINE_TYPE(LocalRoomLists, local_room_lists, local_manager_get_type())

static void create(LocalManager *manager, void *request, GHashTable *properties)
{
	LocalConnection *connection = manager_get_connection(manager);
	TpBaseChannel *list = g_object_new(
		local_room_list_get_type(), "connection", connection, "handle", 0,
		"initiator-handle", local_connection_self(connection), "requested", TRUE, NULL);

	manager_add(manager, list, request);
}

static void local_room_lists_init(LocalRoomLists *self)
{
}

static void local_room_lists_class_init(LocalRoomListsClass *klass)
{
	static const char *const allowed[] = {NULL};
	static const struct manager_class classes[] = {
		{TP_IFACE_CHANNEL_TYPE_ROOM_LIST, TP_HANDLE_TYPE_NONE, allowed, create, NULL},
		{NULL, 0, NULL, NULL, NULL},
	};

	((LocalManagerClass *)klass)->classes = classes;
}

LocalRoomLists *room_lists_new(LocalConnection *connection)
{
	return manager_new(local_room_lists_get_type(), connection);
}
