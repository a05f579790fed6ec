/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/manager.h"

static void iface_init(void *data, void *unused);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE(LocalManager, local_manager, G_TYPE_OBJECT,
				 G_IMPLEMENT_INTERFACE(TP_TYPE_CHANNEL_MANAGER, iface_init))

static const LocalManagerClass *class_of(LocalManager *self)
{
	return G_TYPE_INSTANCE_GET_CLASS(self, local_manager_get_type(), LocalManagerClass);
}

LocalConnection *manager_get_connection(LocalManager *self)
{
	return self->connection;
}

/* --- channels --- */

static void on_closed(TpBaseChannel *channel, void *data)
{
	LocalManager *self = data;

	tp_channel_manager_emit_channel_closed_for_object((TpChannelManager *)self,
							  TP_EXPORTABLE_CHANNEL(channel));
	if (tp_base_channel_is_destroyed(channel)) {
		g_signal_handlers_disconnect_by_data(channel, self);
		g_ptr_array_remove(self->channels, channel);
	} else {
		local_announce((TpChannelManager *)self, channel, NULL);
	}
}

void manager_add(LocalManager *self, TpBaseChannel *channel, void *request)
{
	tp_base_channel_register(channel);
	g_signal_connect(channel, "closed", G_CALLBACK(on_closed), self);
	g_ptr_array_add(self->channels, channel);
	local_announce((TpChannelManager *)self, channel, request);
}

TpBaseChannel *manager_find(LocalManager *self, TpHandle target)
{
	for (guint i = 0; i < self->channels->len; i++)
		if (tp_base_channel_get_target_handle(self->channels->pdata[i]) == target)
			return self->channels->pdata[i];
	return NULL;
}

TpBaseChannel *manager_find_target(LocalManager *self, GHashTable *properties)
{
	return manager_find(self,
			    tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE, NULL));
}

static void close_all(LocalManager *self)
{
	while (self->channels->len > 0)
		tp_base_channel_destroyed(self->channels->pdata[self->channels->len - 1]);
}

static void on_status(TpBaseConnection *connection, guint status, guint reason, void *data)
{
	if (status == TP_CONNECTION_STATUS_DISCONNECTED)
		close_all(data);
}

/* --- requests --- */

void manager_fail(LocalManager *self, void *request, TpError code, const char *message)
{
	tp_channel_manager_emit_request_failed((TpChannelManager *)self, request, TP_ERROR, code,
					       message);
}

static const struct manager_class *find_class(LocalManager *self, GHashTable *properties)
{
	const char *type = tp_asv_get_string(properties, TP_PROP_CHANNEL_CHANNEL_TYPE);
	guint handle_type = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE_TYPE, NULL);

	for (const struct manager_class *c = class_of(self)->classes; c->channel_type; c++)
		if (!g_strcmp0(type, c->channel_type) && handle_type == c->handle_type)
			return c;
	return NULL;
}

static bool has_unknown(const struct manager_class *c, GHashTable *properties, GError **error)
{
	static const char *const fixed[] = {TP_PROP_CHANNEL_CHANNEL_TYPE,
					    TP_PROP_CHANNEL_TARGET_HANDLE_TYPE, NULL};

	return tp_channel_manager_asv_has_unknown_properties(properties, fixed,
							     (const char **)c->allowed, error);
}

static gboolean request(TpChannelManager *manager, void *token, GHashTable *properties, bool ensure)
{
	LocalManager *self = (LocalManager *)manager;
	const struct manager_class *c = find_class(self, properties);
	g_autoptr(GError) error = NULL;
	TpBaseChannel *channel;

	if (!c)
		return FALSE;
	if (has_unknown(c, properties, &error)) {
		manager_fail(self, token, TP_ERROR_NOT_IMPLEMENTED, error->message);
		return TRUE;
	}
	channel = c->find ? c->find(self, properties) : NULL;
	if (channel && ensure)
		tp_channel_manager_emit_request_already_satisfied(manager, token,
								  TP_EXPORTABLE_CHANNEL(channel));
	else if (channel && class_of(self)->one_each)
		manager_fail(self, token, TP_ERROR_NOT_AVAILABLE, "this channel is open already");
	else
		c->create(self, token, properties);
	return TRUE;
}

static gboolean create_channel(TpChannelManager *manager, void *token, GHashTable *properties)
{
	return request(manager, token, properties, false);
}

static gboolean ensure_channel(TpChannelManager *manager, void *token, GHashTable *properties)
{
	return request(manager, token, properties, true);
}

static void foreach_channel(TpChannelManager *manager, TpExportableChannelFunc func, void *data)
{
	LocalManager *self = (LocalManager *)manager;

	for (guint i = 0; i < self->channels->len; i++)
		func(TP_EXPORTABLE_CHANNEL(self->channels->pdata[i]), data);
}

static void foreach_class(GType type, TpChannelManagerTypeChannelClassFunc func, void *data)
{
	LocalManagerClass *klass = g_type_class_ref(type);

	for (const struct manager_class *c = klass->classes; c->channel_type; c++) {
		GHashTable *fixed = tp_asv_new(TP_PROP_CHANNEL_CHANNEL_TYPE, G_TYPE_STRING,
					       c->channel_type, TP_PROP_CHANNEL_TARGET_HANDLE_TYPE,
					       G_TYPE_UINT, c->handle_type, NULL);

		func(type, fixed, c->allowed, data);
		g_hash_table_unref(fixed);
	}
	g_type_class_unref(klass);
}

static void iface_init(void *data, void *unused)
{
	TpChannelManagerIface *iface = data;

	iface->foreach_channel = foreach_channel;
	iface->type_foreach_channel_class = foreach_class;
	iface->create_channel = create_channel;
	iface->ensure_channel = ensure_channel;
	iface->request_channel = ensure_channel;
}

/* --- the object --- */

static void dispose(GObject *object)
{
	close_all((LocalManager *)object);
	G_OBJECT_CLASS(local_manager_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
	g_ptr_array_unref(((LocalManager *)object)->channels);
	G_OBJECT_CLASS(local_manager_parent_class)->finalize(object);
}

static void local_manager_init(LocalManager *self)
{
	self->channels = g_ptr_array_new_with_free_func(g_object_unref);
}

static void local_manager_class_init(LocalManagerClass *klass)
{
	G_OBJECT_CLASS(klass)->dispose = dispose;
	G_OBJECT_CLASS(klass)->finalize = finalize;
}

void *manager_new(GType type, LocalConnection *connection)
{
	LocalManager *self = g_object_new(type, NULL);

	self->connection = connection;
	g_signal_connect_object(connection, "status-changed", G_CALLBACK(on_status), self, 0);
	return self;
}
