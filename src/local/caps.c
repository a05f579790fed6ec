/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/caps.h"
#include "src/local/contact.h"
#include "src/local/files.h"
#include "src/local/who.h"

#include <string.h>
#include <dbus/dbus-glib-lowlevel.h>
#include <telepathy-glib/telepathy-glib-dbus.h>

#define SERVICE_MAX 128
#define CLIENTS_MAX 64

/* What one client of ours can handle. */
struct client {
	char *sender; /* unique name that said so */
	GPtrArray *streams, *dbus;
	bool files;
};

static void client_free(void *data)
{
	struct client *client = data;

	g_free(client->sender);
	g_ptr_array_unref(client->streams);
	g_ptr_array_unref(client->dbus);
	g_free(client);
}

/* --- what goes over the link --- */

static void add_unique(GPtrArray *list, const char *service)
{
	for (guint i = 0; i < list->len; i++)
		if (!strcmp(list->pdata[i], service))
			return;
	if (list->len < CONTACT_SERVICES_MAX)
		g_ptr_array_add(list, (void *)service);
}

static void add_all(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++)
		add_unique(to, from->pdata[i]);
}

static GVariant *make_frame(LocalConnection *self)
{
	g_autoptr(GPtrArray) streams = g_ptr_array_new();
	g_autoptr(GPtrArray) dbus = g_ptr_array_new();
	bool files = false;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->clients);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct client *client = value;

		add_all(streams, client->streams);
		add_all(dbus, client->dbus);
		files = files || client->files;
	}
	return g_variant_new(
		"(@as@asb)", g_variant_new_strv((const char *const *)streams->pdata, streams->len),
		g_variant_new_strv((const char *const *)dbus->pdata, dbus->len), files);
}

static bool are_services(char **services)
{
	if (g_strv_length(services) > CONTACT_SERVICES_MAX)
		return false;
	for (char **service = services; *service; service++)
		if (!who_text_valid(*service, SERVICE_MAX))
			return false;
	return true;
}

static void emit(LocalConnection *self, TpHandle handle, GPtrArray *classes);
static GPtrArray *make_classes(LocalConnection *self, TpHandle handle);

void caps_introduce(struct contact *contact)
{
	peer_send(contact->peer, FRAME_CAPS, make_frame(contact->connection));
}

void caps_frame(struct contact *contact, GVariant *payload)
{
	g_auto(GStrv) streams = NULL;
	g_auto(GStrv) dbus = NULL;
	gboolean files;

	g_variant_get(payload, "(^as^asb)", &streams, &dbus, &files);
	if (!are_services(streams) || !are_services(dbus)) {
		peer_reject(contact->peer, "capabilities that are none");
		return;
	}
	g_strfreev(contact->streams);
	g_strfreev(contact->dbus);
	contact->streams = g_steal_pointer(&streams);
	contact->dbus = g_steal_pointer(&dbus);
	contact->files = files;
	emit(contact->connection, contact->handle,
	     make_classes(contact->connection, contact->handle));
}

/* --- requestable channel classes --- */

static void add_class(GPtrArray *list, const char *type, const char *key, const char *service,
		      const char *const *allowed)
{
	GHashTable *fixed = tp_asv_new(TP_PROP_CHANNEL_CHANNEL_TYPE, G_TYPE_STRING, type,
				       TP_PROP_CHANNEL_TARGET_HANDLE_TYPE, G_TYPE_UINT,
				       TP_HANDLE_TYPE_CONTACT, NULL);

	if (key)
		tp_asv_set_string(fixed, key, service);
	g_ptr_array_add(list, tp_value_array_build(2, TP_HASH_TYPE_CHANNEL_CLASS, fixed,
						   G_TYPE_STRV, allowed, G_TYPE_INVALID));
	g_hash_table_unref(fixed);
}

static void add_tubes(GPtrArray *list, const char *type, const char *key, char **services)
{
	const char *const any[] = {TP_PROP_CHANNEL_TARGET_HANDLE, TP_PROP_CHANNEL_TARGET_ID, key,
				   NULL};
	const char *const one[] = {TP_PROP_CHANNEL_TARGET_HANDLE, TP_PROP_CHANNEL_TARGET_ID, NULL};

	add_class(list, type, NULL, NULL, any);
	for (char **service = services; service && *service; service++)
		add_class(list, type, key, *service, one);
}

static GPtrArray *make_classes(LocalConnection *self, TpHandle handle)
{
	static const char *const text[] = {TP_PROP_CHANNEL_TARGET_HANDLE, TP_PROP_CHANNEL_TARGET_ID,
					   NULL};
	/* Without a free function: inside a GValue the library frees what is in there. */
	GPtrArray *list = g_ptr_array_new();
	const struct contact *contact = contact_find(self, handle);

	if (!contact)
		return list;
	add_class(list, TP_IFACE_CHANNEL_TYPE_TEXT, NULL, NULL, text);
	add_tubes(list, TP_IFACE_CHANNEL_TYPE_STREAM_TUBE, TP_PROP_CHANNEL_TYPE_STREAM_TUBE_SERVICE,
		  contact->streams);
	add_tubes(list, TP_IFACE_CHANNEL_TYPE_DBUS_TUBE,
		  TP_PROP_CHANNEL_TYPE_DBUS_TUBE_SERVICE_NAME, contact->dbus);
	if (contact->files)
		add_class(list, TP_IFACE_CHANNEL_TYPE_FILE_TRANSFER, NULL, NULL, files_allowed);
	return list;
}

static void free_classes(void *data)
{
	g_ptr_array_set_free_func(data, (GDestroyNotify)tp_value_array_free);
	g_ptr_array_unref(data);
}

static GHashTable *new_map(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, free_classes);
}

/* classes is consumed. */
static void emit(LocalConnection *self, TpHandle handle, GPtrArray *classes)
{
	g_autoptr(GHashTable) map = new_map();

	g_hash_table_insert(map, GUINT_TO_POINTER(handle), classes);
	tp_svc_connection_interface_contact_capabilities_emit_contact_capabilities_changed(self,
											   map);
}

void caps_contact_gone(struct contact *contact)
{
	emit(contact->connection, contact->handle, g_ptr_array_new());
}

static void fill(GObject *object, const GArray *handles, GHashTable *attributes)
{
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);
		GPtrArray *list = make_classes((LocalConnection *)object, handle);

		tp_contacts_mixin_set_contact_attribute(
			attributes, handle,
			TP_TOKEN_CONNECTION_INTERFACE_CONTACT_CAPABILITIES_CAPABILITIES,
			tp_g_value_slice_new_take_boxed(
				TP_ARRAY_TYPE_REQUESTABLE_CHANNEL_CLASS_LIST, list));
	}
}

static bool check(void *self, const GArray *handles, DBusGMethodInvocation *context)
{
	TpHandleRepoIface *repo = tp_base_connection_get_handles(self, TP_HANDLE_TYPE_CONTACT);
	g_autoptr(GError) error = NULL;

	if (tp_base_connection_check_connected(self, &error) &&
	    tp_handles_are_valid(repo, handles, FALSE, &error))
		return true;
	dbus_g_method_return_error(context, error);
	return false;
}

static void get_contact_capabilities(TpSvcConnectionInterfaceContactCapabilities *iface,
				     const GArray *handles, DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	g_autoptr(GHashTable) map = new_map();

	if (!check(self, handles, context))
		return;
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);

		g_hash_table_insert(map, GUINT_TO_POINTER(handle), make_classes(self, handle));
	}
	tp_svc_connection_interface_contact_capabilities_return_from_get_contact_capabilities(
		context, map);
}

/* --- what our clients say --- */

static void tell_all(LocalConnection *self)
{
	if (self->mesh)
		mesh_broadcast(self->mesh, FRAME_CAPS, make_frame(self));
}

static gboolean is_of_sender(void *key, void *value, void *data)
{
	return !g_strcmp0(((struct client *)value)->sender, data);
}

/* A client that is gone handles nothing any more. */
static void on_owner_changed(TpDBusDaemon *daemon, const char *name, const char *owner, void *data)
{
	LocalConnection *self = data;

	if (*owner)
		return;
	if (g_hash_table_foreach_remove(self->clients, is_of_sender, (void *)name))
		tell_all(self);
}

static void unwatch(LocalConnection *self, const char *name)
{
	TpDBusDaemon *daemon = tp_base_connection_get_dbus_daemon((TpBaseConnection *)self);

	tp_dbus_daemon_cancel_name_owner_watch(daemon, name, on_owner_changed, self);
}

static void watch(LocalConnection *self, const char *name)
{
	TpDBusDaemon *daemon = tp_base_connection_get_dbus_daemon((TpBaseConnection *)self);

	if (g_hash_table_add(self->senders, g_strdup(name)))
		tp_dbus_daemon_watch_name_owner(daemon, name, on_owner_changed, self, NULL);
}

static void add_service(GPtrArray *list, GHashTable *filter, const char *key)
{
	const char *service = tp_asv_get_string(filter, key);

	if (service && *service && strlen(service) <= SERVICE_MAX &&
	    list->len < CONTACT_SERVICES_MAX)
		g_ptr_array_add(list, g_strdup(service));
}

static void add_filter(struct client *client, GHashTable *filter)
{
	const char *type = tp_asv_get_string(filter, TP_PROP_CHANNEL_CHANNEL_TYPE);

	if (!g_strcmp0(type, TP_IFACE_CHANNEL_TYPE_STREAM_TUBE))
		add_service(client->streams, filter, TP_PROP_CHANNEL_TYPE_STREAM_TUBE_SERVICE);
	else if (!g_strcmp0(type, TP_IFACE_CHANNEL_TYPE_DBUS_TUBE))
		add_service(client->dbus, filter, TP_PROP_CHANNEL_TYPE_DBUS_TUBE_SERVICE_NAME);
	else if (!g_strcmp0(type, TP_IFACE_CHANNEL_TYPE_FILE_TRANSFER))
		client->files = true;
}

static void update_client(LocalConnection *self, GValueArray *update, const char *sender)
{
	const char *name = g_value_get_string(g_value_array_get_nth(update, 0));
	GPtrArray *filters = g_value_get_boxed(g_value_array_get_nth(update, 1));
	struct client *client;

	g_hash_table_remove(self->clients, name);
	if (filters->len == 0 || g_hash_table_size(self->clients) >= CLIENTS_MAX)
		return;
	client = g_new0(struct client, 1);
	client->sender = g_strdup(sender);
	client->streams = g_ptr_array_new_with_free_func(g_free);
	client->dbus = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < filters->len; i++)
		add_filter(client, g_ptr_array_index(filters, i));
	g_hash_table_insert(self->clients, g_strdup(name), client);
}

static void update_capabilities(TpSvcConnectionInterfaceContactCapabilities *iface,
				const GPtrArray *updates, DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	g_autofree char *sender = dbus_g_method_get_sender(context);

	for (guint i = 0; i < updates->len; i++)
		update_client(self, g_ptr_array_index(updates, i), sender);
	watch(self, sender);
	tell_all(self);
	tp_svc_connection_interface_contact_capabilities_return_from_update_capabilities(context);
}

void caps_iface_init(void *iface, void *data)
{
	tp_svc_connection_interface_contact_capabilities_implement_update_capabilities(
		iface, update_capabilities);
	tp_svc_connection_interface_contact_capabilities_implement_get_contact_capabilities(
		iface, get_contact_capabilities);
}

/* --- client types --- */

/* A manager cannot know what its clients are; that somebody with a login sits at a computer is
 * all there is to say. */
static const char *const pc[] = {"pc", NULL};
static const char *const none[] = {NULL};

static const char *const *types_of(LocalConnection *self, TpHandle handle)
{
	return contact_find(self, handle) || handle == local_connection_self(self) ? pc : none;
}

static void fill_types(GObject *object, const GArray *handles, GHashTable *attributes)
{
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);

		tp_contacts_mixin_set_contact_attribute(
			attributes, handle, TP_TOKEN_CONNECTION_INTERFACE_CLIENT_TYPES_CLIENT_TYPES,
			tp_g_value_slice_new_boxed(G_TYPE_STRV,
						   types_of((LocalConnection *)object, handle)));
	}
}

static void get_client_types(TpSvcConnectionInterfaceClientTypes *iface, const GArray *handles,
			     DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	g_autoptr(GHashTable) map = g_hash_table_new(NULL, NULL);

	if (!check(self, handles, context))
		return;
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);

		g_hash_table_insert(map, GUINT_TO_POINTER(handle), (void *)types_of(self, handle));
	}
	tp_svc_connection_interface_client_types_return_from_get_client_types(context, map);
}

static void request_client_types(TpSvcConnectionInterfaceClientTypes *iface, guint handle,
				 DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	g_autoptr(GArray) handles = g_array_new(FALSE, FALSE, sizeof handle);

	g_array_append_val(handles, handle);
	if (check(self, handles, context))
		tp_svc_connection_interface_client_types_return_from_request_client_types(
			context, (const char **)types_of(self, handle));
}

void client_types_iface_init(void *iface, void *data)
{
	tp_svc_connection_interface_client_types_implement_get_client_types(iface,
									    get_client_types);
	tp_svc_connection_interface_client_types_implement_request_client_types(
		iface, request_client_types);
}

/* --- the object --- */

void caps_init(LocalConnection *self)
{
	self->senders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, client_free);
	tp_contacts_mixin_add_contact_attributes_iface(
		(GObject *)self, TP_IFACE_CONNECTION_INTERFACE_CONTACT_CAPABILITIES, fill);
	tp_contacts_mixin_add_contact_attributes_iface(
		(GObject *)self, TP_IFACE_CONNECTION_INTERFACE_CLIENT_TYPES, fill_types);
}

void caps_clear(LocalConnection *self)
{
	GHashTableIter iter;
	void *name;

	if (!self->clients)
		return;
	g_hash_table_iter_init(&iter, self->senders);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		unwatch(self, name);
	g_clear_pointer(&self->senders, g_hash_table_destroy);
	g_clear_pointer(&self->clients, g_hash_table_destroy);
}
