/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/presence.h"
#include "src/local/contact.h"
#include "src/local/who.h"

static const TpPresenceStatusOptionalArgumentSpec with_message[] = {{"message", "s"}, {NULL}};

const TpPresenceStatusSpec presence_statuses[] = {
	[PRESENCE_OFFLINE] = {"offline", TP_CONNECTION_PRESENCE_TYPE_OFFLINE, FALSE, NULL},
	[PRESENCE_AVAILABLE] = {"available", TP_CONNECTION_PRESENCE_TYPE_AVAILABLE, TRUE,
				with_message},
	[PRESENCE_AWAY] = {"away", TP_CONNECTION_PRESENCE_TYPE_AWAY, TRUE, with_message},
	[PRESENCE_XA] = {"xa", TP_CONNECTION_PRESENCE_TYPE_EXTENDED_AWAY, TRUE, with_message},
	[PRESENCE_BUSY] = {"busy", TP_CONNECTION_PRESENCE_TYPE_BUSY, TRUE, with_message},
	[PRESENCE_HIDDEN] = {"hidden", TP_CONNECTION_PRESENCE_TYPE_HIDDEN, TRUE, with_message},
	{NULL},
};

static TpPresenceStatus *make_status(guint index, const char *message)
{
	GHashTable *arguments = NULL;
	TpPresenceStatus *status;

	if (message && *message)
		arguments = tp_asv_new("message", G_TYPE_STRING, message, NULL);
	status = tp_presence_status_new(index, arguments);
	if (arguments)
		g_hash_table_unref(arguments);
	return status;
}

static TpPresenceStatus *status_of(LocalConnection *self, TpHandle handle)
{
	const struct contact *contact;

	if (handle == local_connection_self(self))
		return make_status(self->own_status, self->own_message);
	contact = contact_find(self, handle);
	return contact ? make_status(contact->status, contact->message)
		       : make_status(PRESENCE_OFFLINE, NULL);
}

static void emit(LocalConnection *self, TpHandle handle, TpPresenceStatus *status)
{
	tp_presence_mixin_emit_one_presence_update((GObject *)self, handle, status);
	tp_presence_status_free(status);
}

static GHashTable *get_statuses(GObject *object, const GArray *handles, GError **error)
{
	GHashTable *result =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)tp_presence_status_free);

	for (guint i = 0; i < handles->len; i++) {
		TpHandle handle = g_array_index(handles, TpHandle, i);

		g_hash_table_insert(result, GUINT_TO_POINTER(handle),
				    status_of((LocalConnection *)object, handle));
	}
	return result;
}

/* --- our own --- */

static GVariant *make_frame(LocalConnection *self)
{
	bool hidden = self->own_status == PRESENCE_HIDDEN;

	return g_variant_new("(us)", hidden ? PRESENCE_OFFLINE : self->own_status,
			     hidden || !self->own_message ? "" : self->own_message);
}

static char *cut(const char *message)
{
	gsize length = MIN(strlen(message), PRESENCE_MESSAGE_MAX);
	const char *end;

	if (g_utf8_validate(message, (gssize)length, &end))
		return g_strndup(message, length);
	return g_strndup(message, (gsize)(end - message));
}

static gboolean set_own_status(GObject *object, const TpPresenceStatus *status, GError **error)
{
	LocalConnection *self = (LocalConnection *)object;
	const char *message = NULL;

	if (status && status->optional_arguments)
		message = tp_asv_get_string(status->optional_arguments, "message");
	self->own_status = status ? status->index : PRESENCE_AVAILABLE;
	g_free(self->own_message);
	self->own_message = message ? cut(message) : NULL;
	if (!self->mesh)
		return TRUE;
	mesh_broadcast(self->mesh, FRAME_PRESENCE, make_frame(self));
	presence_connected(self);
	return TRUE;
}

void presence_connected(LocalConnection *self)
{
	TpHandle handle = local_connection_self(self);

	emit(self, handle, status_of(self, handle));
}

static gboolean status_is_available(GObject *object, guint which)
{
	return TRUE;
}

/* --- theirs --- */

void presence_introduce(struct contact *contact)
{
	peer_send(contact->peer, FRAME_PRESENCE, make_frame(contact->connection));
}

void presence_frame(struct contact *contact, GVariant *payload)
{
	const char *message;
	guint32 status;

	g_variant_get(payload, "(u&s)", &status, &message);
	if (status >= PRESENCE_HIDDEN || !who_text_valid(message, PRESENCE_MESSAGE_MAX)) {
		peer_reject(contact->peer, "a presence that is none");
		return;
	}
	if (status == contact->status && g_strcmp0(message, contact->message) == 0)
		return;
	contact->status = status;
	g_free(contact->message);
	contact->message = g_strdup(message);
	emit(contact->connection, contact->handle, make_status(status, message));
}

void presence_contact_gone(struct contact *contact)
{
	if (contact->status == PRESENCE_OFFLINE)
		return;
	contact->status = PRESENCE_OFFLINE;
	g_clear_pointer(&contact->message, g_free);
	emit(contact->connection, contact->handle, make_status(PRESENCE_OFFLINE, NULL));
}

void presence_class_init(LocalConnectionClass *klass)
{
	tp_presence_mixin_class_init(
		G_OBJECT_CLASS(klass), G_STRUCT_OFFSET(LocalConnectionClass, presence),
		status_is_available, get_statuses, set_own_status, presence_statuses);
	tp_presence_mixin_simple_presence_init_dbus_properties(G_OBJECT_CLASS(klass));
}
