/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/tubes.h"
#include "src/local/contact.h"
#include "src/local/manager.h"
#include "src/local/rooms.h"
#include "src/local/tube.h"
#include "src/local/who.h"

#include <string.h>
#include <unistd.h>

struct _LocalTubes {
	LocalManager parent;
};

typedef struct {
	LocalManagerClass parent;
} LocalTubesClass;

G_DEFINE_TYPE(LocalTubes, local_tubes, local_manager_get_type())

/* A copy, because whatever is done with one may end it. */
static GPtrArray *copy_channels(LocalTubes *self)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;
	GPtrArray *copy = g_ptr_array_new_with_free_func(g_object_unref);

	for (guint i = 0; i < channels->len; i++)
		g_ptr_array_add(copy, g_object_ref(channels->pdata[i]));
	return copy;
}

/* ours: offered by us to the contact, or by the contact to us. */
static LocalTube *find_tube(LocalTubes *self, struct contact *contact, guint64 stream, bool ours)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;

	for (guint i = 0; i < channels->len; i++) {
		LocalTube *tube = channels->pdata[i];

		if (tube->stream == stream && stream != 0 && tube_is_ours(tube) == ours &&
		    (ours ? tube_is_for(tube, contact) : tube_get_peer(tube) == contact))
			return tube;
	}
	return NULL;
}

static LocalTube *make_tube(LocalTubes *self, GType type, TpHandle target, TpHandle initiator,
			    const char *service, bool requested)
{
	return g_object_new(type, "connection", manager_get_connection((LocalManager *)self),
			    "handle", target, "initiator-handle", initiator, "requested", requested,
			    "service", service, NULL);
}

/* --- requests --- */

struct kind {
	const char *type, *service;
};

static const struct kind kinds[] = {
	[TUBE_STREAM] = {TP_IFACE_CHANNEL_TYPE_STREAM_TUBE,
			 TP_PROP_CHANNEL_TYPE_STREAM_TUBE_SERVICE},
	[TUBE_DBUS] = {TP_IFACE_CHANNEL_TYPE_DBUS_TUBE,
		       TP_PROP_CHANNEL_TYPE_DBUS_TUBE_SERVICE_NAME},
};

static enum tube_kind kind_of(GHashTable *properties)
{
	const char *type = tp_asv_get_string(properties, TP_PROP_CHANNEL_CHANNEL_TYPE);

	return g_strcmp0(type, kinds[TUBE_DBUS].type) == 0 ? TUBE_DBUS : TUBE_STREAM;
}

static bool is_service(enum tube_kind kind, const char *service)
{
	return service && *service && who_text_valid(service, TUBE_SERVICE_MAX) &&
	       (kind == TUBE_STREAM ||
		tp_dbus_check_valid_bus_name(service, TP_DBUS_NAME_TYPE_WELL_KNOWN, NULL));
}

static GType gtype_of(enum tube_kind kind, bool room)
{
	if (room)
		return kind == TUBE_DBUS ? local_room_dbus_tube_get_type()
					 : local_room_tube_get_type();
	return kind == TUBE_DBUS ? local_dbus_tube_get_type() : local_stream_tube_get_type();
}

static void create(LocalManager *manager, void *request, GHashTable *properties)
{
	LocalConnection *connection = manager_get_connection(manager);
	guint type = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE_TYPE, NULL);
	TpHandle target = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE, NULL);
	enum tube_kind kind = kind_of(properties);
	const char *service = tp_asv_get_string(properties, kinds[kind].service);
	GType gtype = gtype_of(kind, type == TP_HANDLE_TYPE_ROOM);

	if (!is_service(kind, service))
		manager_fail(manager, request, TP_ERROR_INVALID_ARGUMENT,
			     "a tube needs a service of 128 bytes at most");
	else if (type == TP_HANDLE_TYPE_CONTACT && !contact_find(connection, target))
		manager_fail(manager, request, TP_ERROR_OFFLINE, "the contact is not here");
	else if (type == TP_HANDLE_TYPE_ROOM &&
		 !rooms_is_in(connection->rooms, local_connection_room_name(connection, target)))
		manager_fail(manager, request, TP_ERROR_NOT_AVAILABLE, "join the room first");
	else
		manager_add(manager,
			    (TpBaseChannel *)make_tube((LocalTubes *)manager, gtype, target,
						       local_connection_self(connection), service,
						       true),
			    request);
}

static TpBaseChannel *find(LocalManager *manager, GHashTable *properties)
{
	TpHandle target = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE, NULL);
	guint type = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE_TYPE, NULL);
	enum tube_kind kind = kind_of(properties);
	const char *service = tp_asv_get_string(properties, kinds[kind].service);

	for (guint i = 0; i < manager->channels->len; i++) {
		TpBaseChannel *channel = manager->channels->pdata[i];
		LocalTube *tube = manager->channels->pdata[i];

		if (tube_get_kind(tube) == kind && !g_strcmp0(tube->service, service) &&
		    TP_BASE_CHANNEL_GET_CLASS(channel)->target_handle_type == type &&
		    tp_base_channel_get_target_handle(channel) == target)
			return channel;
	}
	return NULL;
}

/* --- frames --- */

static guint count_offers(LocalTubes *self, struct contact *contact)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;
	guint count = 0;

	for (guint i = 0; i < channels->len; i++)
		count += !tube_is_ours(channels->pdata[i]) &&
			 tube_get_peer(channels->pdata[i]) == contact;
	return count;
}

static void add_offer(LocalTubes *self, struct contact *contact, guint64 stream, GType type,
		      TpHandle target, const char *service, GVariant *parameters)
{
	LocalTube *tube = make_tube(self, type, target, contact->handle, service, false);

	tube->stream = stream;
	tube->parameters = g_variant_ref(parameters);
	manager_add((LocalManager *)self, (TpBaseChannel *)tube, NULL);
}

static void on_offer(LocalTubes *self, struct contact *contact, GVariant *payload)
{
	LocalConnection *connection = contact->connection;
	g_autoptr(GVariant) parameters = NULL;
	const char *room, *service;
	guint64 stream;
	guint32 kind;

	g_variant_get(payload, "(tu&s&s@a{sv})", &stream, &kind, &room, &service, &parameters);
	if (kind > TUBE_DBUS || stream == 0 || !is_service(kind, service) ||
	    g_variant_get_size(parameters) > TUBE_PARAMETERS_MAX) {
		peer_reject(contact->peer, "a tube that is none");
		return;
	}
	if (find_tube(self, contact, stream, false))
		return;
	if (count_offers(self, contact) >= TUBES_OFFERS_MAX || !contact_may_ask(contact))
		peer_send(contact->peer, FRAME_TUBE_CLOSE, g_variant_new("(tb)", stream, FALSE));
	else if (!*room)
		add_offer(self, contact, stream, gtype_of(kind, false), contact->handle, service,
			  parameters);
	else if (rooms_find(connection->rooms, contact, room))
		add_offer(self, contact, stream, gtype_of(kind, true),
			  local_connection_room(connection, room), service, parameters);
}

static void on_refused(LocalTubes *self, struct contact *contact, GVariant *payload)
{
	LocalTube *tube;
	guint64 stream;
	guint32 id;

	g_variant_get(payload, "(tu)", &stream, &id);
	tube = find_tube(self, contact, stream, false);
	if (tube)
		tube_connection_refused(tube, id);
}

static void on_members(LocalTubes *self, struct contact *contact, GVariant *payload)
{
	g_autoptr(GVariant) members = NULL;
	LocalTube *tube;
	guint64 stream;

	g_variant_get(payload, "(t@a(ss))", &stream, &members);
	tube = find_tube(self, contact, stream, false);
	if (tube)
		tube_members(tube, members);
}

void tubes_frame(LocalTubes *self, struct contact *contact, enum frame_kind kind, GVariant *payload)
{
	LocalTube *tube;
	gboolean theirs = FALSE;
	guint64 stream;

	g_variant_get_child(payload, 0, "t", &stream);
	if (kind == FRAME_TUBE_OFFER) {
		on_offer(self, contact, payload);
		return;
	}
	if (kind == FRAME_TUBE_REFUSED) {
		on_refused(self, contact, payload);
		return;
	}
	if (kind == FRAME_TUBE_MEMBERS) {
		on_members(self, contact, payload);
		return;
	}
	if (kind == FRAME_TUBE_CLOSE)
		g_variant_get_child(payload, 1, "b", &theirs);
	tube = find_tube(self, contact, stream, !theirs);
	if (!tube)
		return;
	if (kind == FRAME_TUBE_ACCEPT)
		tube_accepted(tube, contact);
	else if (theirs || !tube_get_room(tube))
		tube_linger(tube, TUBE_WITHOUT_THEM);
	else
		tube_left(tube, contact);
}

bool tubes_stream(LocalTubes *self, struct contact *contact, guint64 stream, guint32 connection,
		  int fd)
{
	LocalTube *tube = find_tube(self, contact, stream, true);
	LocalTubeClass *klass;

	if (!tube)
		return false;
	/* Who uses it has accepted it: the connection may be faster than the frame. */
	tube_accepted(tube, contact);
	klass = G_TYPE_INSTANCE_GET_CLASS(tube, local_tube_get_type(), LocalTubeClass);
	klass->connected(tube, contact, connection, fd);
	return true;
}

/* --- people and rooms --- */

void tubes_contact_gone(LocalTubes *self, struct contact *contact)
{
	g_autoptr(GPtrArray) tubes = copy_channels(self);

	for (guint i = 0; i < tubes->len; i++) {
		LocalTube *tube = tubes->pdata[i];

		if (tube_get_peer(tube) == contact)
			tube_end(tube, false);
		else
			tube_left(tube, contact);
	}
}

void tubes_room_came(LocalTubes *self, struct contact *contact, const char *room)
{
	g_autoptr(GPtrArray) tubes = copy_channels(self);

	for (guint i = 0; i < tubes->len; i++) {
		LocalTube *tube = tubes->pdata[i];

		if (g_strcmp0(tube_get_room(tube), room) != 0)
			continue;
		if (tube_is_ours(tube) && tube->stream != 0)
			tube_send_offer(tube, contact);
		tube_came(tube);
	}
}

void tubes_room_went(LocalTubes *self, struct contact *contact, const char *room)
{
	g_autoptr(GPtrArray) tubes = copy_channels(self);

	for (guint i = 0; i < tubes->len; i++) {
		LocalTube *tube = tubes->pdata[i];

		if (g_strcmp0(tube_get_room(tube), room) != 0)
			continue;
		if (tube_get_peer(tube) == contact)
			tube_end(tube, false);
		else
			tube_left(tube, contact);
	}
}

void tubes_room_left(LocalTubes *self, const char *room)
{
	g_autoptr(GPtrArray) tubes = copy_channels(self);

	for (guint i = 0; i < tubes->len; i++)
		if (!g_strcmp0(tube_get_room(tubes->pdata[i]), room))
			tube_end(tubes->pdata[i], true);
}

/* --- the object --- */

static void local_tubes_init(LocalTubes *self)
{
}

static void local_tubes_class_init(LocalTubesClass *klass)
{
	static const char *const stream[] = {TP_PROP_CHANNEL_TARGET_HANDLE,
					     TP_PROP_CHANNEL_TARGET_ID,
					     TP_PROP_CHANNEL_TYPE_STREAM_TUBE_SERVICE, NULL};
	static const char *const dbus[] = {TP_PROP_CHANNEL_TARGET_HANDLE, TP_PROP_CHANNEL_TARGET_ID,
					   TP_PROP_CHANNEL_TYPE_DBUS_TUBE_SERVICE_NAME, NULL};
	static const struct manager_class classes[] = {
		{TP_IFACE_CHANNEL_TYPE_STREAM_TUBE, TP_HANDLE_TYPE_CONTACT, stream, create, find},
		{TP_IFACE_CHANNEL_TYPE_STREAM_TUBE, TP_HANDLE_TYPE_ROOM, stream, create, find},
		{TP_IFACE_CHANNEL_TYPE_DBUS_TUBE, TP_HANDLE_TYPE_CONTACT, dbus, create, find},
		{TP_IFACE_CHANNEL_TYPE_DBUS_TUBE, TP_HANDLE_TYPE_ROOM, dbus, create, find},
		{NULL, 0, NULL, NULL, NULL},
	};

	((LocalManagerClass *)klass)->classes = classes;
}

LocalTubes *tubes_new(LocalConnection *connection)
{
	return manager_new(local_tubes_get_type(), connection);
}
