/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/avatars.h"
#include "src/local/contact.h"
#include "src/local/who.h"

#include <string.h>

#define TOKEN_LENGTH 64

static const char *const mime_types[] = {"image/png", "image/jpeg", "image/gif", NULL};

static char *hash(const void *data, gsize size)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
}

/* --- over the link --- */

static GVariant *make_token(LocalConnection *self)
{
	return g_variant_new("(s)", self->avatar ? self->avatar_token : "");
}

void avatars_introduce(struct contact *contact)
{
	peer_send(contact->peer, FRAME_AVATAR_TOKEN, make_token(contact->connection));
}

static void on_token(struct contact *contact, const char *token)
{
	gsize length = strlen(token);

	if ((length != 0 && length != TOKEN_LENGTH) ||
	    strspn(token, "0123456789abcdef") != length) {
		peer_reject(contact->peer, "an avatar token that is none");
		return;
	}
	if (g_strcmp0(token, contact->avatar) == 0)
		return;
	g_free(contact->avatar);
	contact->avatar = g_strdup(token);
	contact->avatar_asked = false;
	tp_svc_connection_interface_avatars_emit_avatar_updated(contact->connection,
								contact->handle, token);
}

static void on_wanted(struct contact *contact, const char *token)
{
	LocalConnection *self = contact->connection;
	GVariant *image;

	if (!self->avatar || strcmp(token, self->avatar_token) != 0)
		return;
	image = g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, self->avatar, TRUE);
	peer_send(contact->peer, FRAME_AVATAR, g_variant_new("(s@ay)", self->avatar_type, image));
}

/* Only what was asked for, and only when it is what its token says. */
static void on_image(struct contact *contact, GVariant *payload)
{
	g_autoptr(GVariant) bytes = NULL;
	g_autoptr(GArray) image = NULL;
	g_autofree char *token = NULL;
	const char *type;
	gconstpointer data;
	gsize size;

	g_variant_get(payload, "(&s@ay)", &type, &bytes);
	data = g_variant_get_fixed_array(bytes, &size, 1);
	token = hash(data, size);
	if (!contact->avatar_asked || size > AVATAR_MAX || !g_strv_contains(mime_types, type) ||
	    g_strcmp0(token, contact->avatar) != 0) {
		peer_reject(contact->peer, "an avatar that is none");
		return;
	}
	contact->avatar_asked = false;
	image = g_array_new(FALSE, FALSE, 1);
	g_array_append_vals(image, data, (guint)size);
	tp_svc_connection_interface_avatars_emit_avatar_retrieved(
		contact->connection, contact->handle, token, image, type);
}

void avatars_frame(struct contact *contact, enum frame_kind kind, GVariant *payload)
{
	const char *token;

	if (kind == FRAME_AVATAR) {
		on_image(contact, payload);
		return;
	}
	g_variant_get(payload, "(&s)", &token);
	if (kind == FRAME_AVATAR_TOKEN)
		on_token(contact, token);
	else
		on_wanted(contact, token);
}

/* --- methods --- */

static bool check(void *self, const GArray *handles, DBusGMethodInvocation *context)
{
	TpHandleRepoIface *repo = tp_base_connection_get_handles(self, TP_HANDLE_TYPE_CONTACT);
	g_autoptr(GError) error = NULL;

	if (tp_base_connection_check_connected(self, &error) &&
	    (!handles || tp_handles_are_valid(repo, handles, FALSE, &error)))
		return true;
	dbus_g_method_return_error(context, error);
	return false;
}

/* NULL when it is not known. */
static const char *token_of(LocalConnection *self, TpHandle handle)
{
	const struct contact *contact = contact_find(self, handle);

	if (handle == local_connection_self(self))
		return self->avatar ? self->avatar_token : "";
	return contact ? contact->avatar : NULL;
}

static void get_known_tokens(TpSvcConnectionInterfaceAvatars *iface, const GArray *handles,
			     DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	g_autoptr(GHashTable) tokens = g_hash_table_new(NULL, NULL);

	if (!check(self, handles, context))
		return;
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);
		const char *token = token_of(self, handle);

		if (token)
			g_hash_table_insert(tokens, GUINT_TO_POINTER(handle), (void *)token);
	}
	tp_svc_connection_interface_avatars_return_from_get_known_avatar_tokens(context, tokens);
}

static void emit_own(LocalConnection *self)
{
	gsize size;
	const void *data = g_bytes_get_data(self->avatar, &size);
	g_autoptr(GArray) image = g_array_new(FALSE, FALSE, 1);

	g_array_append_vals(image, data, (guint)size);
	tp_svc_connection_interface_avatars_emit_avatar_retrieved(
		self, local_connection_self(self), self->avatar_token, image, self->avatar_type);
}

static void request_one(LocalConnection *self, TpHandle handle)
{
	struct contact *contact = contact_find(self, handle);

	if (handle == local_connection_self(self) && self->avatar) {
		emit_own(self);
	} else if (contact && contact->avatar && *contact->avatar && !contact->avatar_asked) {
		contact->avatar_asked = true;
		peer_send(contact->peer, FRAME_AVATAR_WANTED,
			  g_variant_new("(s)", contact->avatar));
	}
}

static void request_avatars(TpSvcConnectionInterfaceAvatars *iface, const GArray *handles,
			    DBusGMethodInvocation *context)
{
	if (!check(iface, handles, context))
		return;
	tp_svc_connection_interface_avatars_return_from_request_avatars(context);
	for (guint i = 0; i < handles->len; i++)
		request_one((LocalConnection *)iface, g_array_index(handles, TpHandle, i));
}

static void tell_all(LocalConnection *self)
{
	mesh_broadcast(self->mesh, FRAME_AVATAR_TOKEN, make_token(self));
	tp_svc_connection_interface_avatars_emit_avatar_updated(
		self, local_connection_self(self), self->avatar ? self->avatar_token : "");
}

static void set_avatar(TpSvcConnectionInterfaceAvatars *iface, const GArray *image,
		       const char *type, DBusGMethodInvocation *context)
{
	LocalConnection *self = (LocalConnection *)iface;
	GError error = {TP_ERROR, TP_ERROR_INVALID_ARGUMENT,
			(char *)"an avatar is a PNG, JPEG or GIF of 64 KiB at most"};

	if (!check(self, NULL, context))
		return;
	if (image->len == 0 || image->len > AVATAR_MAX || !g_strv_contains(mime_types, type)) {
		dbus_g_method_return_error(context, &error);
		return;
	}
	avatars_clear(self);
	self->avatar = g_bytes_new(image->data, image->len);
	self->avatar_type = g_strdup(type);
	self->avatar_token = hash(image->data, image->len);
	tp_svc_connection_interface_avatars_return_from_set_avatar(context, self->avatar_token);
	tell_all(self);
}

static void clear_avatar(TpSvcConnectionInterfaceAvatars *iface, DBusGMethodInvocation *context)
{
	if (!check(iface, NULL, context))
		return;
	avatars_clear((LocalConnection *)iface);
	tp_svc_connection_interface_avatars_return_from_clear_avatar(context);
	tell_all((LocalConnection *)iface);
}

static void get_requirements(TpSvcConnectionInterfaceAvatars *iface, DBusGMethodInvocation *context)
{
	tp_svc_connection_interface_avatars_return_from_get_avatar_requirements(
		context, (const char **)mime_types, 0, 0, 0, 0, AVATAR_MAX);
}

void avatars_iface_init(void *iface, void *data)
{
	tp_svc_connection_interface_avatars_implement_get_avatar_requirements(iface,
									      get_requirements);
	tp_svc_connection_interface_avatars_implement_get_known_avatar_tokens(iface,
									      get_known_tokens);
	tp_svc_connection_interface_avatars_implement_request_avatars(iface, request_avatars);
	tp_svc_connection_interface_avatars_implement_set_avatar(iface, set_avatar);
	tp_svc_connection_interface_avatars_implement_clear_avatar(iface, clear_avatar);
}

/* --- properties and attributes --- */

static void get_property(GObject *object, GQuark iface, GQuark name, GValue *value, void *data)
{
	if (G_VALUE_HOLDS(value, G_TYPE_STRV))
		g_value_set_boxed(value, mime_types);
	else
		g_value_set_uint(value, GPOINTER_TO_UINT(data));
}

static void fill(GObject *object, const GArray *handles, GHashTable *attributes)
{
	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);
		const char *token = token_of((LocalConnection *)object, handle);

		if (token)
			tp_contacts_mixin_set_contact_attribute(
				attributes, handle, TP_TOKEN_CONNECTION_INTERFACE_AVATARS_TOKEN,
				tp_g_value_slice_new_string(token));
	}
}

void avatars_class_init(LocalConnectionClass *klass)
{
	static TpDBusPropertiesMixinPropImpl properties[] = {
		{"SupportedAvatarMIMETypes", NULL, NULL},
		{"MinimumAvatarHeight", NULL, NULL},
		{"MinimumAvatarWidth", NULL, NULL},
		{"RecommendedAvatarHeight", GUINT_TO_POINTER(96), NULL},
		{"RecommendedAvatarWidth", GUINT_TO_POINTER(96), NULL},
		{"MaximumAvatarHeight", NULL, NULL},
		{"MaximumAvatarWidth", NULL, NULL},
		{"MaximumAvatarBytes", GUINT_TO_POINTER(AVATAR_MAX), NULL},
		{NULL, NULL, NULL},
	};

	tp_dbus_properties_mixin_implement_interface(G_OBJECT_CLASS(klass),
						     TP_IFACE_QUARK_CONNECTION_INTERFACE_AVATARS,
						     get_property, NULL, properties);
}

void avatars_init(LocalConnection *self)
{
	tp_contacts_mixin_add_contact_attributes_iface((GObject *)self,
						       TP_IFACE_CONNECTION_INTERFACE_AVATARS, fill);
}

void avatars_clear(LocalConnection *self)
{
	g_clear_pointer(&self->avatar, g_bytes_unref);
	g_clear_pointer(&self->avatar_type, g_free);
	g_clear_pointer(&self->avatar_token, g_free);
}
