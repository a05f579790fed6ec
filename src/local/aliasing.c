/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/aliasing.h"
#include "src/local/who.h"

static char *alias_of(LocalConnection *self, TpHandle handle)
{
	return who_alias(local_connection_id(self, handle));
}

static void fill(GObject *object, const GArray *handles, GHashTable *attributes)
{
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);
		g_autofree char *alias = alias_of((LocalConnection *)object, handle);

		tp_contacts_mixin_set_contact_attribute(
			attributes, handle, TP_TOKEN_CONNECTION_INTERFACE_ALIASING_ALIAS,
			tp_g_value_slice_new_string(alias));
	}
}

static void get_alias_flags(TpSvcConnectionInterfaceAliasing *iface, DBusGMethodInvocation *context)
{
	tp_svc_connection_interface_aliasing_return_from_get_alias_flags(context, 0);
}

static bool check(LocalConnection *self, const GArray *handles, DBusGMethodInvocation *context)
{
	TpHandleRepoIface *repo =
		tp_base_connection_get_handles((TpBaseConnection *)self, TP_HANDLE_TYPE_CONTACT);
	g_autoptr(GError) error = NULL;

	if (tp_base_connection_check_connected((TpBaseConnection *)self, &error) &&
	    tp_handles_are_valid(repo, handles, FALSE, &error))
		return true;
	dbus_g_method_return_error(context, error);
	return false;
}

static void get_aliases(TpSvcConnectionInterfaceAliasing *iface, const GArray *handles,
			DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	g_autoptr(GHashTable) result = g_hash_table_new_full(NULL, NULL, NULL, g_free);

	if (!check(self, handles, context))
		return;
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);

		g_hash_table_insert(result, GUINT_TO_POINTER(handle), alias_of(self, handle));
	}
	tp_svc_connection_interface_aliasing_return_from_get_aliases(context, result);
}

static void request_aliases(TpSvcConnectionInterfaceAliasing *iface, const GArray *handles,
			    DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	if (!check(self, handles, context))
		return;
	for (guint i = 0; i < handles->len; i++)
		g_ptr_array_add(names, alias_of(self, g_array_index(handles, TpHandle, i)));
	g_ptr_array_add(names, NULL);
	tp_svc_connection_interface_aliasing_return_from_request_aliases(
		context, (const char **)names->pdata);
}

static void set_aliases(TpSvcConnectionInterfaceAliasing *iface, GHashTable *aliases,
			DBusGMethodInvocation *context)
{
	GError error = {TP_ERROR, TP_ERROR_PERMISSION_DENIED,
			(char *)"the nickname is a parameter of the account"};

	dbus_g_method_return_error(context, &error);
}

void aliasing_iface_init(void *iface, void *data)
{
	tp_svc_connection_interface_aliasing_implement_get_alias_flags(iface, get_alias_flags);
	tp_svc_connection_interface_aliasing_implement_get_aliases(iface, get_aliases);
	tp_svc_connection_interface_aliasing_implement_request_aliases(iface, request_aliases);
	tp_svc_connection_interface_aliasing_implement_set_aliases(iface, set_aliases);
}

void aliasing_init(LocalConnection *self)
{
	tp_contacts_mixin_add_contact_attributes_iface(
		(GObject *)self, TP_IFACE_CONNECTION_INTERFACE_ALIASING, fill);
}
