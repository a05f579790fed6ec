/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/tube_dbus.h"
#include "src/local/contact.h"
#include "src/local/handler.h"
#include "src/local/sasl.h"

#include <telepathy-glib/telepathy-glib-dbus.h>
#include <unistd.h>

/*
 * Channel.Type.DBusTube with a contact. Once the programs at both ends have said what a client
 * says first, what they send each other is passed on unread. Descriptors do not pass.
 */

static void dbus_iface_init(void *iface, void *data);

G_DEFINE_TYPE_WITH_CODE(LocalDBusTube, local_dbus_tube, local_tube_get_type(),
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_TYPE_DBUS_TUBE, dbus_iface_init))

/* --- the programs --- */

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Who has offered it waits for both programs, whichever comes first. */
static void pair(LocalDBusTube *self)
{
	LocalTube *tube = (LocalTube *)self;
	TpHandle contact = tp_base_channel_get_target_handle((TpBaseChannel *)tube);

	if (self->local < 0 || self->remote < 0)
		return;
	tube_connection_pair(tube, contact, ++tube->next_id, self->local, self->remote);
	self->local = self->remote = -1;
}

static void connected(LocalTube *tube, struct contact *contact, guint32 connection, int fd)
{
	LocalDBusTube *self = (LocalDBusTube *)tube;

	drop(&self->remote);
	self->remote = fd;
	pair(self);
}

static LocalDBusTubeClass *class_of(void *tube)
{
	return G_TYPE_INSTANCE_GET_CLASS(tube, local_dbus_tube_get_type(), LocalDBusTubeClass);
}

static bool is_busy(LocalTube *tube)
{
	return g_hash_table_size(tube->connections) > 0;
}

static void program(LocalTube *tube, int fd)
{
	LocalDBusTube *self = (LocalDBusTube *)tube;

	if (!tube_is_ours(tube)) {
		tube_connection_out(tube, ++tube->next_id, fd);
		return;
	}
	drop(&self->local);
	self->local = fd;
	pair(self);
}

static void on_client(struct sasl *sasl, int fd, void *data)
{
	LocalDBusTube *self = data;

	g_clear_pointer(&self->sasl, sasl_free);
	if (fd >= 0)
		class_of(self)->program((LocalTube *)self, fd);
}

/* One program at a time. */
static void on_program(struct endpoint *endpoint, int fd, void *data)
{
	LocalDBusTube *self = data;

	if (class_of(self)->is_busy((LocalTube *)self)) {
		close(fd);
		return;
	}
	g_clear_pointer(&self->sasl, sasl_free);
	self->sasl = sasl_new(fd, on_client, self);
}

static char *make_address(LocalTube *tube)
{
	g_autofree char *path = g_uri_escape_string(endpoint_get_path(tube->endpoint), "/", FALSE);

	return g_strdup_printf("unix:path=%s", path);
}

/* The socket's directory and the kernel's word on who connects are the same for both kinds. */
static bool open_endpoint(LocalTube *tube, guint access, GError **error)
{
	if (!endpoint_check(TP_SOCKET_ADDRESS_TYPE_UNIX, access, error))
		return false;
	tube->endpoint =
		endpoint_new(TP_SOCKET_ADDRESS_TYPE_UNIX, TP_SOCKET_ACCESS_CONTROL_LOCALHOST, NULL,
			     on_program, tube, error);
	return tube->endpoint;
}

/* --- methods --- */

static bool offer_tube(LocalTube *tube, GHashTable *parameters, guint access, GError **error)
{
	if (!tube_is_ours(tube) || tube->endpoint) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE, "this tube is offered");
		return false;
	}
	if (!open_endpoint(tube, access, error))
		return false;
	if (tube_offer(tube, parameters, error))
		return true;
	g_clear_pointer(&tube->endpoint, endpoint_free);
	return false;
}

static void offer(TpSvcChannelTypeDBusTube *iface, GHashTable *parameters, guint access,
		  DBusGMethodInvocation *context)
{
	LocalTube *tube = (LocalTube *)iface;
	g_autoptr(GError) error = NULL;
	g_autofree char *address = NULL;

	if (!offer_tube(tube, parameters, access, &error)) {
		dbus_g_method_return_error(context, error);
		return;
	}
	address = make_address(tube);
	handler_watch((TpBaseChannel *)tube, context, tube_forsaken);
	tp_svc_channel_type_dbus_tube_return_from_offer(context, address);
}

static void accept_method(TpSvcChannelTypeDBusTube *iface, guint access,
			  DBusGMethodInvocation *context)
{
	LocalTube *tube = (LocalTube *)iface;
	struct contact *contact = tube_get_peer(tube);
	g_autoptr(GError) error = NULL;
	g_autofree char *address = NULL;

	if (tube->state != TP_TUBE_CHANNEL_STATE_LOCAL_PENDING)
		contact = NULL;
	if (!contact)
		g_set_error(&error, TP_ERROR, TP_ERROR_NOT_AVAILABLE,
			    "nothing waits to be accepted");
	if (!contact || !open_endpoint(tube, access, &error)) {
		dbus_g_method_return_error(context, error);
		return;
	}
	address = make_address(tube);
	peer_send(contact->peer, FRAME_TUBE_ACCEPT, g_variant_new("(t)", tube->stream));
	handler_watch((TpBaseChannel *)tube, context, tube_forsaken);
	tp_svc_channel_type_dbus_tube_return_from_accept(context, address);
	tube_open(tube);
}

static void dbus_iface_init(void *iface, void *data)
{
	tp_svc_channel_type_dbus_tube_implement_offer(iface, offer);
	tp_svc_channel_type_dbus_tube_implement_accept(iface, accept_method);
}

/* --- the object --- */

static void get_property(GObject *object, GQuark iface, GQuark name, GValue *value, void *data)
{
	const guint access[] = {TP_SOCKET_ACCESS_CONTROL_LOCALHOST,
				TP_SOCKET_ACCESS_CONTROL_CREDENTIALS};
	GArray *list;

	if (G_VALUE_HOLDS_STRING(value)) {
		g_value_set_string(value, ((LocalTube *)object)->service);
	} else if (G_VALUE_HOLDS(value, DBUS_TYPE_G_UINT_ARRAY)) {
		list = g_array_new(FALSE, FALSE, sizeof *access);
		g_array_append_vals(list, access, G_N_ELEMENTS(access));
		g_value_take_boxed(value, list);
	} else {
		g_value_set_boxed(value, ((LocalDBusTube *)object)->names);
	}
}

static void fill_properties(TpBaseChannel *channel, GHashTable *properties)
{
	TP_BASE_CHANNEL_CLASS(local_dbus_tube_parent_class)
		->fill_immutable_properties(channel, properties);
	tp_dbus_properties_mixin_fill_properties_hash(
		(GObject *)channel, properties, TP_IFACE_CHANNEL_TYPE_DBUS_TUBE, "ServiceName",
		TP_IFACE_CHANNEL_TYPE_DBUS_TUBE, "SupportedAccessControls", NULL);
}

static void dispose(GObject *object)
{
	LocalDBusTube *self = (LocalDBusTube *)object;

	g_clear_pointer(&self->sasl, sasl_free);
	drop(&self->local);
	drop(&self->remote);
	G_OBJECT_CLASS(local_dbus_tube_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
	g_hash_table_unref(((LocalDBusTube *)object)->names);
	G_OBJECT_CLASS(local_dbus_tube_parent_class)->finalize(object);
}

static void local_dbus_tube_init(LocalDBusTube *self)
{
	self->local = self->remote = -1;
	self->names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

static void local_dbus_tube_class_init(LocalDBusTubeClass *klass)
{
	static TpDBusPropertiesMixinPropImpl properties[] = {
		{"ServiceName", NULL, NULL},
		{"DBusNames", NULL, NULL},
		{"SupportedAccessControls", NULL, NULL},
		{NULL, NULL, NULL},
	};
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);

	klass->is_busy = is_busy;
	klass->program = program;
	klass->parent.kind = TUBE_DBUS;
	klass->parent.connected = connected;
	G_OBJECT_CLASS(klass)->dispose = dispose;
	G_OBJECT_CLASS(klass)->finalize = finalize;
	channel->channel_type = TP_IFACE_CHANNEL_TYPE_DBUS_TUBE;
	channel->target_handle_type = TP_HANDLE_TYPE_CONTACT;
	channel->fill_immutable_properties = fill_properties;
	tp_dbus_properties_mixin_implement_interface(G_OBJECT_CLASS(klass),
						     TP_IFACE_QUARK_CHANNEL_TYPE_DBUS_TUBE,
						     get_property, NULL, properties);
}
