/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/contact.h"
#include "src/local/handler.h"
#include "src/local/tube.h"

#include <telepathy-glib/telepathy-glib-dbus.h>
#include <unistd.h>

/* Channel.Type.StreamTube, with a contact and in a room. */

typedef LocalTube LocalStreamTube;
typedef LocalTubeClass LocalStreamTubeClass;
typedef LocalTube LocalRoomTube;
typedef LocalTubeClass LocalRoomTubeClass;

static void stream_iface_init(void *iface, void *data);

G_DEFINE_TYPE_WITH_CODE(LocalStreamTube, local_stream_tube, local_tube_get_type(),
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_TYPE_STREAM_TUBE,
					      stream_iface_init))
G_DEFINE_TYPE(LocalRoomTube, local_room_tube, local_stream_tube_get_type())

/* --- offering --- */

static void announce(LocalTube *tube, TpHandle contact, const GValue *param, guint32 id)
{
	connector_announce((TpBaseChannel *)tube, contact, param, id);
}

static void connected(LocalTube *tube, struct contact *contact, guint32 connection, int fd)
{
	if (tube_connection_may_add(tube))
		tube_connection_in(tube, contact, connection, fd, announce);
	else
		close(fd);
}

static void disconnected(LocalTube *tube, guint32 id, const char *error, const char *message)
{
	tp_svc_channel_type_stream_tube_emit_connection_closed(tube, id, error, message);
}

static bool offer(LocalTube *tube, guint type, const GValue *address, guint access,
		  GHashTable *parameters, GError **error)
{
	if (!endpoint_check(type, access, error) || !connector_check(type, address, error))
		return false;
	if (!tube_is_ours(tube)) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE, "this tube is not yours");
		return false;
	}
	if (tube->state == TP_TUBE_CHANNEL_STATE_NOT_OFFERED) {
		g_clear_pointer(&tube->address, tp_g_value_slice_free);
		tube->address = tp_g_value_slice_dup(address);
		tube->type = type;
		tube->access = access;
	}
	return tube_offer(tube, parameters, error);
}

static void offer_method(TpSvcChannelTypeStreamTube *iface, guint type, const GValue *address,
			 guint access, GHashTable *parameters, DBusGMethodInvocation *context)
{
	g_autoptr(GError) error = NULL;

	if (!offer((LocalTube *)iface, type, address, access, parameters, &error)) {
		dbus_g_method_return_error(context, error);
		return;
	}
	handler_watch((TpBaseChannel *)iface, context, tube_forsaken);
	tp_svc_channel_type_stream_tube_return_from_offer(context);
}

/* --- accepting --- */

static void on_program(struct endpoint *endpoint, int fd, void *data)
{
	LocalTube *tube = data;
	guint32 id;

	if (!tube_connection_may_add(tube)) {
		close(fd);
		return;
	}
	id = ++tube->next_id;
	tp_svc_channel_type_stream_tube_emit_new_local_connection(tube, id);
	tube_connection_out(tube, id, fd);
}

static bool accept_tube(LocalTube *tube, guint type, guint access, const GValue *param,
			GError **error)
{
	struct contact *contact = tube_get_peer(tube);

	if (tube->state != TP_TUBE_CHANNEL_STATE_LOCAL_PENDING || !contact) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE,
			    "nothing waits to be accepted");
		return false;
	}
	tube->endpoint = endpoint_new(type, access, param, on_program, tube, error);
	if (!tube->endpoint)
		return false;
	if (!tube_get_room(tube))
		peer_send(contact->peer, FRAME_TUBE_ACCEPT, g_variant_new("(t)", tube->stream));
	return true;
}

static void accept_method(TpSvcChannelTypeStreamTube *iface, guint type, guint access,
			  const GValue *param, DBusGMethodInvocation *context)
{
	LocalTube *tube = (LocalTube *)iface;
	g_autoptr(GError) error = NULL;

	if (!accept_tube(tube, type, access, param, &error)) {
		dbus_g_method_return_error(context, error);
		return;
	}
	handler_watch((TpBaseChannel *)tube, context, tube_forsaken);
	endpoint_reply(tube->endpoint, context);
	tube_open(tube);
}

static void stream_iface_init(void *iface, void *data)
{
	tp_svc_channel_type_stream_tube_implement_offer(iface, offer_method);
	tp_svc_channel_type_stream_tube_implement_accept(iface, accept_method);
}

/* --- the objects --- */

static void get_property(GObject *object, GQuark iface, GQuark name, GValue *value, void *data)
{
	if (G_VALUE_HOLDS_STRING(value))
		g_value_set_string(value, ((LocalTube *)object)->service);
	else
		g_value_take_boxed(value, endpoint_supported());
}

static void fill_properties(TpBaseChannel *channel, GHashTable *properties)
{
	TP_BASE_CHANNEL_CLASS(local_stream_tube_parent_class)
		->fill_immutable_properties(channel, properties);
	tp_dbus_properties_mixin_fill_properties_hash(
		(GObject *)channel, properties, TP_IFACE_CHANNEL_TYPE_STREAM_TUBE, "Service",
		TP_IFACE_CHANNEL_TYPE_STREAM_TUBE, "SupportedSocketTypes", NULL);
}

static void local_stream_tube_init(LocalStreamTube *tube)
{
}

static void local_stream_tube_class_init(LocalStreamTubeClass *klass)
{
	static TpDBusPropertiesMixinPropImpl properties[] = {
		{"Service", NULL, NULL},
		{"SupportedSocketTypes", NULL, NULL},
		{NULL, NULL, NULL},
	};
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);

	klass->kind = TUBE_STREAM;
	klass->connected = connected;
	klass->disconnected = disconnected;
	channel->channel_type = TP_IFACE_CHANNEL_TYPE_STREAM_TUBE;
	channel->target_handle_type = TP_HANDLE_TYPE_CONTACT;
	channel->fill_immutable_properties = fill_properties;
	tp_dbus_properties_mixin_implement_interface(G_OBJECT_CLASS(klass),
						     TP_IFACE_QUARK_CHANNEL_TYPE_STREAM_TUBE,
						     get_property, NULL, properties);
}

static void local_room_tube_init(LocalRoomTube *tube)
{
}

static void local_room_tube_class_init(LocalRoomTubeClass *klass)
{
	TP_BASE_CHANNEL_CLASS(klass)->target_handle_type = TP_HANDLE_TYPE_ROOM;
}
