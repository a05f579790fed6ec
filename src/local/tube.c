/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/tube.h"
#include "src/local/contact.h"
#include "src/local/who.h"

#include <dbus/dbus-glib.h>
#include <string.h>
#include <telepathy-glib/telepathy-glib-dbus.h>

G_DEFINE_ABSTRACT_TYPE_WITH_CODE(LocalTube, local_tube, TP_TYPE_BASE_CHANNEL,
				 G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_INTERFACE_TUBE, NULL))

enum { PROP_SERVICE = 1 };

#define LINGER_S 10 /* that bytes on their way have when their sender is gone */

LocalConnection *tube_get_connection(LocalTube *tube)
{
	return (LocalConnection *)tp_base_channel_get_connection((TpBaseChannel *)tube);
}

static LocalTubeClass *class_of(LocalTube *tube)
{
	return G_TYPE_INSTANCE_GET_CLASS(tube, local_tube_get_type(), LocalTubeClass);
}

enum tube_kind tube_get_kind(LocalTube *tube)
{
	return class_of(tube)->kind;
}

bool tube_is_ours(LocalTube *tube)
{
	return tp_base_channel_is_requested((TpBaseChannel *)tube);
}

const char *tube_get_room(LocalTube *tube)
{
	TpBaseChannel *channel = (TpBaseChannel *)tube;

	if (TP_BASE_CHANNEL_GET_CLASS(channel)->target_handle_type != TP_HANDLE_TYPE_ROOM)
		return NULL;
	return local_connection_room_name(tube_get_connection(tube),
					  tp_base_channel_get_target_handle(channel));
}

struct contact *tube_get_peer(LocalTube *tube)
{
	TpBaseChannel *channel = (TpBaseChannel *)tube;

	if (tube_is_ours(tube))
		return tube_get_room(tube)
			       ? NULL
			       : contact_find(tube_get_connection(tube),
					      tp_base_channel_get_target_handle(channel));
	return contact_find(tube_get_connection(tube), tp_base_channel_get_initiator(channel));
}

bool tube_is_for(LocalTube *tube, struct contact *contact)
{
	const char *room = tube_get_room(tube);

	if (!tube_is_ours(tube))
		return false;
	return room ? g_hash_table_contains(contact->rooms, room) : tube_get_peer(tube) == contact;
}

/* --- its life --- */

static void set_state(LocalTube *tube, guint state)
{
	if (tube->state == state)
		return;
	tube->state = state;
	tp_svc_channel_interface_tube_emit_tube_channel_state_changed(tube, state);
}

void tube_open(LocalTube *tube)
{
	set_state(tube, TP_TUBE_CHANNEL_STATE_OPEN);
}

struct cast {
	LocalTube *tube;
	void (*func)(LocalTube *tube, struct contact *contact);
};

static void cast_one(struct peer *peer, void *data)
{
	struct cast *cast = data;
	struct contact *contact = peer_get_data(peer);

	if (tube_is_for(cast->tube, contact))
		cast->func(cast->tube, contact);
}

void tube_send_all(LocalTube *tube, void (*func)(LocalTube *tube, struct contact *contact))
{
	LocalConnection *connection = tube_get_connection(tube);
	struct cast cast = {tube, func};

	if (connection->mesh)
		mesh_foreach(connection->mesh, cast_one, &cast);
}

void tube_send_offer(LocalTube *tube, struct contact *contact)
{
	const char *room = tube_get_room(tube);

	peer_send(contact->peer, FRAME_TUBE_OFFER,
		  g_variant_new("(tuss@a{sv})", tube->stream, tube_get_kind(tube), room ? room : "",
				tube->service, tube->parameters));
	if (class_of(tube)->told)
		class_of(tube)->told(tube, contact);
}

/* --- who takes part --- */

void tube_accepted(LocalTube *tube, struct contact *contact)
{
	tube_open(tube);
	if (class_of(tube)->accepted)
		class_of(tube)->accepted(tube, contact);
}

void tube_left(LocalTube *tube, struct contact *contact)
{
	tube_connections_drop(tube, contact->handle);
	if (class_of(tube)->left)
		class_of(tube)->left(tube, contact);
}

void tube_members(LocalTube *tube, GVariant *members)
{
	if (class_of(tube)->members)
		class_of(tube)->members(tube, members);
}

void tube_came(LocalTube *tube)
{
	if (class_of(tube)->came)
		class_of(tube)->came(tube);
}

/* --- offering and ending --- */

static void send_close(LocalTube *tube, struct contact *contact)
{
	peer_send(contact->peer, FRAME_TUBE_CLOSE,
		  g_variant_new("(tb)", tube->stream, tube_is_ours(tube)));
}

static GVariant *make_parameters(GHashTable *parameters, GError **error)
{
	GValue value = G_VALUE_INIT;
	GVariant *dict;

	g_value_init(&value, TP_HASH_TYPE_STRING_VARIANT_MAP);
	g_value_set_static_boxed(&value, parameters);
	dict = g_variant_ref_sink(dbus_g_value_build_g_variant(&value));
	g_value_unset(&value);
	if (frame_values_plain(dict) && g_variant_get_size(dict) <= TUBE_PARAMETERS_MAX)
		return dict;
	g_variant_unref(dict);
	g_set_error(error, TP_ERROR, TP_ERROR_INVALID_ARGUMENT,
		    "cannot offer: parameters are strings, numbers, booleans or bytes, 64 KiB in "
		    "all");
	return NULL;
}

bool tube_offer(LocalTube *tube, GHashTable *parameters, GError **error)
{
	GVariant *dict;

	if (tube->state != TP_TUBE_CHANNEL_STATE_NOT_OFFERED) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE, "this tube is offered");
		return false;
	}
	if (!tube_get_room(tube) && !tube_get_peer(tube)) {
		g_set_error(error, TP_ERROR, TP_ERROR_OFFLINE, "the contact is gone");
		return false;
	}
	dict = make_parameters(parameters, error);
	if (!dict)
		return false;
	g_clear_pointer(&tube->parameters, g_variant_unref);
	tube->parameters = dict;
	/* Not to be guessed, so that one that is closed is not taken for a new one. */
	tube->stream = (guint64)g_random_int() << 32 | g_random_int();
	if (class_of(tube)->offered)
		class_of(tube)->offered(tube);
	tube_send_all(tube, tube_send_offer);
	set_state(tube, tube_get_room(tube) ? TP_TUBE_CHANNEL_STATE_OPEN
					    : TP_TUBE_CHANNEL_STATE_REMOTE_PENDING);
	return true;
}

static void stop_source(guint *source)
{
	if (*source)
		g_source_remove(*source);
	*source = 0;
}

static void release(LocalTube *tube)
{
	stop_source(&tube->linger_limit);
	stop_source(&tube->linger_idle);
	g_clear_pointer(&tube->endpoint, endpoint_free);
	g_hash_table_remove_all(tube->connections);
}

void tube_end(LocalTube *tube, bool tell)
{
	struct contact *peer = tube_get_peer(tube);
	/* Who has accepted a stream tube in a room is known by its connections alone. */
	bool counted = !tube_get_room(tube) || class_of(tube)->left;

	if (tube->ended)
		return;
	tube->ended = true;
	if (tell && tube->stream != 0 && tube_is_ours(tube))
		tube_send_all(tube, send_close);
	else if (tell && tube->stream != 0 && peer && counted)
		send_close(tube, peer);
	release(tube);
	tp_base_channel_destroyed((TpBaseChannel *)tube);
}

static gboolean on_linger_limit(void *data)
{
	LocalTube *tube = data;

	tube->linger_limit = 0;
	tube_end(tube, tube->linger == TUBE_WITHOUT_US);
	return G_SOURCE_REMOVE;
}

static gboolean on_linger_idle(void *data)
{
	LocalTube *tube = data;

	tube->linger_idle = 0;
	if (tube_connections_have_passed(tube, tube->linger == TUBE_WITHOUT_THEM))
		tube_end(tube, tube->linger == TUBE_WITHOUT_US);
	return G_SOURCE_REMOVE;
}

void tube_linger_check(LocalTube *tube)
{
	/* Not from within a relay, which the end frees. */
	if (tube->linger != TUBE_STAYS && !tube->ended && !tube->linger_idle)
		tube->linger_idle = g_idle_add(on_linger_idle, tube);
}

void tube_linger(LocalTube *tube, enum tube_linger linger)
{
	if (tube->linger != TUBE_STAYS || g_hash_table_size(tube->connections) == 0) {
		tube_end(tube, linger == TUBE_WITHOUT_US);
		return;
	}
	tube->linger = linger;
	g_clear_pointer(&tube->endpoint, endpoint_free);
	tube->linger_limit = g_timeout_add_seconds(LINGER_S, on_linger_limit, tube);
	tube_linger_check(tube);
}

void tube_forsaken(TpBaseChannel *channel)
{
	tube_linger((LocalTube *)channel, TUBE_WITHOUT_US);
}

static void close_channel(TpBaseChannel *channel)
{
	tube_end((LocalTube *)channel, true);
}

/* --- properties --- */

static GHashTable *parameters_hash(LocalTube *tube)
{
	GValue value = G_VALUE_INIT;
	GHashTable *hash;

	if (!tube->parameters)
		return tp_asv_new(NULL, NULL);
	dbus_g_value_parse_g_variant(tube->parameters, &value);
	hash = g_value_dup_boxed(&value);
	g_value_unset(&value);
	return hash;
}

static void get_tube_property(GObject *object, GQuark iface, GQuark name, GValue *value, void *data)
{
	LocalTube *tube = (LocalTube *)object;

	if (G_VALUE_HOLDS_UINT(value))
		g_value_set_uint(value, tube->state);
	else
		g_value_take_boxed(value, parameters_hash(tube));
}

static void fill_properties(TpBaseChannel *channel, GHashTable *properties)
{
	TP_BASE_CHANNEL_CLASS(local_tube_parent_class)
		->fill_immutable_properties(channel, properties);
	/* Those of a tube of ours are only known once it is offered. */
	if (!tp_base_channel_is_requested(channel))
		tp_dbus_properties_mixin_fill_properties_hash((GObject *)channel, properties,
							      TP_IFACE_CHANNEL_INTERFACE_TUBE,
							      "Parameters", NULL);
}

static GPtrArray *get_interfaces(TpBaseChannel *channel)
{
	GPtrArray *list = TP_BASE_CHANNEL_CLASS(local_tube_parent_class)->get_interfaces(channel);

	g_ptr_array_add(list, (void *)TP_IFACE_CHANNEL_INTERFACE_TUBE);
	return list;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	if (id == PROP_SERVICE)
		((LocalTube *)object)->service = g_value_dup_string(value);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

/* --- the object --- */

static void constructed(GObject *object)
{
	LocalTube *tube = (LocalTube *)object;

	G_OBJECT_CLASS(local_tube_parent_class)->constructed(object);
	tube->state = tube_is_ours(tube) ? TP_TUBE_CHANNEL_STATE_NOT_OFFERED
					 : TP_TUBE_CHANNEL_STATE_LOCAL_PENDING;
}

static void dispose(GObject *object)
{
	release((LocalTube *)object);
	G_OBJECT_CLASS(local_tube_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
	LocalTube *tube = (LocalTube *)object;

	g_hash_table_destroy(tube->connections);
	g_clear_pointer(&tube->parameters, g_variant_unref);
	g_clear_pointer(&tube->address, tp_g_value_slice_free);
	g_free(tube->service);
	G_OBJECT_CLASS(local_tube_parent_class)->finalize(object);
}

static void local_tube_init(LocalTube *tube)
{
	tube->connections = tube_connections_new();
}

static void local_tube_class_init(LocalTubeClass *klass)
{
	static TpDBusPropertiesMixinPropImpl properties[] = {
		{"Parameters", NULL, NULL},
		{"State", NULL, NULL},
		{NULL, NULL, NULL},
	};
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);
	GObjectClass *object = G_OBJECT_CLASS(klass);

	object->constructed = constructed;
	object->dispose = dispose;
	object->finalize = finalize;
	object->set_property = set_property;
	channel->close = close_channel;
	channel->get_interfaces = get_interfaces;
	channel->fill_immutable_properties = fill_properties;
	g_object_class_install_property(
		object, PROP_SERVICE,
		g_param_spec_string("service", NULL, NULL, "",
				    G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY));
	tp_dbus_properties_mixin_implement_interface(object, TP_IFACE_QUARK_CHANNEL_INTERFACE_TUBE,
						     get_tube_property, NULL, properties);
}
