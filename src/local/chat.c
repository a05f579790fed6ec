/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/chat.h"
#include "src/local/who.h"

#include <string.h>
#include <telepathy-glib/telepathy-glib-dbus.h>

#define TOKEN_MAX 64

static void destroyable_init(void *iface, void *data);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE(LocalChat, local_chat, TP_TYPE_BASE_CHANNEL,
				 G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_TYPE_TEXT,
						       tp_message_mixin_text_iface_init);
				 G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_INTERFACE_MESSAGES,
						       tp_message_mixin_messages_iface_init);
				 G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_INTERFACE_CHAT_STATE,
						       tp_message_mixin_chat_state_iface_init);
				 G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_INTERFACE_DESTROYABLE,
						       destroyable_init))

LocalConnection *chat_get_connection(LocalChat *chat)
{
	return (LocalConnection *)tp_base_channel_get_connection((TpBaseChannel *)chat);
}

static LocalChatClass *class_of(LocalChat *chat)
{
	return G_TYPE_INSTANCE_GET_CLASS(chat, local_chat_get_type(), LocalChatClass);
}

/* --- sending --- */

GVariant *chat_frame(const char *room, const struct chat_text *text)
{
	return g_variant_new("(ssuxss)", room, text->token, text->type, text->sent, text->text,
			     text->supersedes);
}

static void fill_text(struct chat_text *text, TpMessage *message, TpMessageSendingFlags flags)
{
	const GHashTable *header = tp_message_peek(message, 0);
	const char *supersedes = tp_asv_get_string(header, "supersedes");

	text->token = g_uuid_string_random();
	text->type = tp_message_get_message_type(message);
	text->sent = g_get_real_time() / G_USEC_PER_SEC;
	text->text = tp_message_to_text(message, NULL);
	text->supersedes = g_strdup(supersedes ? supersedes : "");
	text->report = flags & TP_MESSAGE_SENDING_FLAG_REPORT_DELIVERY;
}

static bool check_text(const struct chat_text *text, GError **error)
{
	if (who_text_valid(text->text, CHAT_TEXT_MAX) &&
	    who_text_valid(text->supersedes, TOKEN_MAX))
		return true;
	g_set_error(error, TP_ERROR, TP_ERROR_INVALID_ARGUMENT, "a message has %d KiB at most",
		    CHAT_TEXT_MAX >> 10);
	return false;
}

static void send_message(GObject *object, TpMessage *message, TpMessageSendingFlags flags)
{
	LocalChat *chat = (LocalChat *)object;
	g_autoptr(GError) error = NULL;
	struct chat_text text;

	fill_text(&text, message, flags);
	if (check_text(&text, &error) && class_of(chat)->send(chat, &text, &error)) {
		tp_message_set_string(message, 0, "message-token", text.token);
		tp_message_set_int64(message, 0, "message-sent", text.sent);
		tp_message_mixin_sent(object, message,
				      flags & TP_MESSAGE_SENDING_FLAG_REPORT_DELIVERY, text.token,
				      NULL);
	} else {
		tp_message_mixin_sent(object, message, 0, NULL, error);
	}
	g_free(text.token);
	g_free(text.text);
	g_free(text.supersedes);
}

static gboolean send_chat_state(GObject *object, TpChannelChatState state, GError **error)
{
	LocalChat *chat = (LocalChat *)object;

	class_of(chat)->send_state(chat, state);
	return TRUE;
}

void chat_report(LocalChat *chat, TpHandle contact, const char *token, const char *text,
		 bool delivered)
{
	TpBaseConnection *connection = tp_base_channel_get_connection((TpBaseChannel *)chat);
	TpMessage *report = tp_cm_message_new(connection, 1);
	TpMessage *echo =
		tp_cm_message_new_text(connection, tp_base_connection_get_self_handle(connection),
				       TP_CHANNEL_TEXT_MESSAGE_TYPE_NORMAL, text);

	tp_cm_message_set_sender(report, contact);
	tp_message_set_uint32(report, 0, "message-type",
			      TP_CHANNEL_TEXT_MESSAGE_TYPE_DELIVERY_REPORT);
	tp_message_set_int64(report, 0, "message-received", g_get_real_time() / G_USEC_PER_SEC);
	tp_message_set_string(report, 0, "delivery-token", token);
	tp_message_set_uint32(report, 0, "delivery-status",
			      delivered ? TP_DELIVERY_STATUS_DELIVERED
					: TP_DELIVERY_STATUS_TEMPORARILY_FAILED);
	if (!delivered) {
		tp_message_set_uint32(report, 0, "delivery-error",
				      TP_CHANNEL_TEXT_SEND_ERROR_OFFLINE);
		tp_message_set_string(report, 0, "delivery-dbus-error", TP_ERROR_STR_OFFLINE);
	}
	tp_message_set_string(echo, 0, "message-token", token);
	tp_cm_message_take_message(report, 0, "delivery-echo", echo);
	tp_message_mixin_take_received((GObject *)chat, report);
}

/* --- receiving --- */

static bool has_room(LocalChat *chat, gsize length)
{
	return g_hash_table_size(chat->pending) < CHAT_PENDING_MAX &&
	       chat->pending_bytes + length < CHAT_PENDING_BYTES;
}

static void on_removed(LocalChat *chat, const GArray *ids, void *data)
{
	for (guint i = 0; i < ids->len; i++) {
		void *id = GUINT_TO_POINTER(g_array_index(ids, guint, i));

		chat->pending_bytes -= GPOINTER_TO_SIZE(g_hash_table_lookup(chat->pending, id));
		g_hash_table_remove(chat->pending, id);
	}
}

bool chat_receive(LocalChat *chat, TpHandle sender, GVariant *payload)
{
	TpBaseConnection *connection = tp_base_channel_get_connection((TpBaseChannel *)chat);
	const char *token, *text, *supersedes;
	gint64 now = g_get_real_time() / G_USEC_PER_SEC, sent;
	TpMessage *message;
	guint32 type, id;

	g_variant_get(payload, "(&s&sux&s&s)", NULL, &token, &type, &sent, &text, &supersedes);
	if (type > TP_CHANNEL_TEXT_MESSAGE_TYPE_AUTO_REPLY || !who_text_valid(token, TOKEN_MAX) ||
	    !who_text_valid(supersedes, TOKEN_MAX) || !who_text_valid(text, CHAT_TEXT_MAX) ||
	    !has_room(chat, strlen(text)))
		return false;
	message = tp_cm_message_new_text(connection, sender, type, text);
	tp_message_set_string(message, 0, "message-token", token);
	/* The two ends share a clock. */
	tp_message_set_int64(message, 0, "message-sent", CLAMP(sent, 0, now));
	tp_message_set_int64(message, 0, "message-received", now);
	if (*supersedes)
		tp_message_set_string(message, 0, "supersedes", supersedes);
	id = tp_message_mixin_take_received((GObject *)chat, message);
	chat->pending_bytes += strlen(text);
	g_hash_table_insert(chat->pending, GUINT_TO_POINTER(id), GSIZE_TO_POINTER(strlen(text)));
	return true;
}

void chat_receive_state(LocalChat *chat, TpHandle sender, guint state)
{
	if (state < TP_NUM_CHANNEL_CHAT_STATES)
		tp_message_mixin_change_chat_state((GObject *)chat, sender, state);
}

/* --- closing --- */

static void destroy(TpSvcChannelInterfaceDestroyable *iface, DBusGMethodInvocation *context)
{
	LocalChat *chat = (LocalChat *)iface;

	tp_message_mixin_clear((GObject *)chat);
	class_of(chat)->leave(chat);
	tp_svc_channel_interface_destroyable_return_from_destroy(context);
}

static void destroyable_init(void *iface, void *data)
{
	tp_svc_channel_interface_destroyable_implement_destroy(iface, destroy);
}

/* --- the object --- */

static void fill_properties(TpBaseChannel *channel, GHashTable *properties)
{
	TP_BASE_CHANNEL_CLASS(local_chat_parent_class)
		->fill_immutable_properties(channel, properties);
	tp_dbus_properties_mixin_fill_properties_hash(
		(GObject *)channel, properties, TP_IFACE_CHANNEL_INTERFACE_MESSAGES,
		"MessagePartSupportFlags", TP_IFACE_CHANNEL_INTERFACE_MESSAGES,
		"DeliveryReportingSupport", TP_IFACE_CHANNEL_INTERFACE_MESSAGES,
		"SupportedContentTypes", TP_IFACE_CHANNEL_INTERFACE_MESSAGES, "MessageTypes", NULL);
}

static GPtrArray *get_interfaces(TpBaseChannel *channel)
{
	GPtrArray *list = TP_BASE_CHANNEL_CLASS(local_chat_parent_class)->get_interfaces(channel);

	g_ptr_array_add(list, (void *)TP_IFACE_CHANNEL_INTERFACE_MESSAGES);
	g_ptr_array_add(list, (void *)TP_IFACE_CHANNEL_INTERFACE_CHAT_STATE);
	g_ptr_array_add(list, (void *)TP_IFACE_CHANNEL_INTERFACE_DESTROYABLE);
	/* That "supersedes" is heeded, which no interface of the specification says. */
	g_ptr_array_add(list, (void *)"im.pheme.Channel.Corrections");
	return list;
}

static void constructed(GObject *object)
{
	static const TpChannelTextMessageType types[] = {
		TP_CHANNEL_TEXT_MESSAGE_TYPE_NORMAL,
		TP_CHANNEL_TEXT_MESSAGE_TYPE_ACTION,
		TP_CHANNEL_TEXT_MESSAGE_TYPE_NOTICE,
		TP_CHANNEL_TEXT_MESSAGE_TYPE_AUTO_REPLY,
	};
	static const char *const content_types[] = {"text/plain", NULL};

	G_OBJECT_CLASS(local_chat_parent_class)->constructed(object);
	tp_message_mixin_init(object, G_STRUCT_OFFSET(LocalChat, messages),
			      tp_base_channel_get_connection((TpBaseChannel *)object));
	tp_message_mixin_implement_sending(
		object, send_message, G_N_ELEMENTS(types), types, 0,
		TP_DELIVERY_REPORTING_SUPPORT_FLAG_RECEIVE_FAILURES |
			TP_DELIVERY_REPORTING_SUPPORT_FLAG_RECEIVE_SUCCESSES,
		content_types);
	tp_message_mixin_implement_send_chat_state(object, send_chat_state);
	g_signal_connect(object, "pending-messages-removed", G_CALLBACK(on_removed), NULL);
}

static void finalize(GObject *object)
{
	g_hash_table_destroy(((LocalChat *)object)->pending);
	tp_message_mixin_finalize(object);
	G_OBJECT_CLASS(local_chat_parent_class)->finalize(object);
}

static void local_chat_init(LocalChat *self)
{
	self->pending = g_hash_table_new(NULL, NULL);
}

static void local_chat_class_init(LocalChatClass *klass)
{
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);
	GObjectClass *object = G_OBJECT_CLASS(klass);

	object->constructed = constructed;
	object->finalize = finalize;
	channel->channel_type = TP_IFACE_CHANNEL_TYPE_TEXT;
	channel->fill_immutable_properties = fill_properties;
	channel->get_interfaces = get_interfaces;
	tp_message_mixin_init_dbus_properties(object);
}
