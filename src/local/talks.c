/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/talks.h"
#include "src/local/contact.h"
#include "src/local/manager.h"
#include "src/local/rooms.h"
#include "src/local/who.h"

#include <string.h>

/* --- a conversation --- */

typedef struct {
	LocalChat parent;
} LocalTalk;

typedef struct {
	LocalChatClass parent;
} LocalTalkClass;

GType local_talk_get_type(void);
G_DEFINE_TYPE(LocalTalk, local_talk, local_chat_get_type())

struct sent {
	char *text; /* for the echo in a failure's report */
	bool report;
};

static void sent_free(void *data)
{
	struct sent *sent = data;

	g_free(sent->text);
	g_free(sent);
}

GHashTable *talks_sent_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, sent_free);
}

static struct contact *contact_of(LocalChat *chat)
{
	return contact_find(chat_get_connection(chat),
			    tp_base_channel_get_target_handle((TpBaseChannel *)chat));
}

static bool send_text(LocalChat *chat, const struct chat_text *text, GError **error)
{
	struct contact *contact = contact_of(chat);
	struct sent *sent;

	if (!contact) {
		g_set_error(error, TP_ERROR, TP_ERROR_OFFLINE, "%s is not here",
			    local_connection_id(
				    chat_get_connection(chat),
				    tp_base_channel_get_target_handle((TpBaseChannel *)chat)));
		return false;
	}
	if (g_hash_table_size(contact->sent) >= CONTACT_SENT_MAX ||
	    !peer_send(contact->peer, FRAME_TEXT, chat_frame("", text))) {
		g_set_error(error, TP_ERROR, TP_ERROR_SERVICE_BUSY, "%s does not take more",
			    contact_get_id(contact));
		return false;
	}
	sent = g_new0(struct sent, 1);
	sent->text = g_strdup(text->text);
	sent->report = text->report;
	g_hash_table_insert(contact->sent, g_strdup(text->token), sent);
	return true;
}

static void send_state(LocalChat *chat, guint state)
{
	struct contact *contact = contact_of(chat);

	if (contact)
		peer_send(contact->peer, FRAME_CHAT_STATE, g_variant_new("(su)", "", state));
}

static void leave(LocalChat *chat)
{
	tp_message_mixin_maybe_send_gone((GObject *)chat);
	tp_base_channel_destroyed((TpBaseChannel *)chat);
}

/* Closed with messages that nobody has acknowledged, a channel comes back. */
static void close_channel(TpBaseChannel *channel)
{
	TpHandle sender = 0;

	if (tp_message_mixin_has_pending_messages((GObject *)channel, &sender)) {
		tp_message_mixin_set_rescued((GObject *)channel);
		tp_base_channel_reopened_with_requested(channel, FALSE, sender);
	} else {
		leave((LocalChat *)channel);
	}
}

static void local_talk_init(LocalTalk *self)
{
}

static void local_talk_class_init(LocalTalkClass *klass)
{
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);
	LocalChatClass *chat = (LocalChatClass *)klass;

	channel->target_handle_type = TP_HANDLE_TYPE_CONTACT;
	channel->close = close_channel;
	chat->send = send_text;
	chat->send_state = send_state;
	chat->leave = leave;
}

/* --- all of them --- */

struct _LocalTalks {
	LocalManager parent;
};

typedef struct {
	LocalManagerClass parent;
} LocalTalksClass;

G_DEFINE_TYPE(LocalTalks, local_talks, local_manager_get_type())

static LocalChat *open_talk(LocalTalks *self, TpHandle handle, TpHandle initiator, void *request)
{
	LocalConnection *connection = manager_get_connection((LocalManager *)self);
	TpBaseChannel *channel =
		g_object_new(local_talk_get_type(), "connection", connection, "handle", handle,
			     "initiator-handle", initiator, "requested", request != NULL, NULL);

	manager_add((LocalManager *)self, channel, request);
	return (LocalChat *)channel;
}

static LocalChat *find_talk(LocalTalks *self, TpHandle handle)
{
	return (LocalChat *)manager_find((LocalManager *)self, handle);
}

static LocalChat *get_talk(LocalTalks *self, TpHandle handle)
{
	LocalChat *chat = find_talk(self, handle);

	return chat ? chat : open_talk(self, handle, handle, NULL);
}

static void create(LocalManager *manager, void *request, GHashTable *properties)
{
	LocalConnection *connection = manager_get_connection(manager);
	TpHandle handle = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE, NULL);

	open_talk((LocalTalks *)manager, handle, local_connection_self(connection), request);
}

/* --- frames --- */

static void on_text(LocalTalks *self, struct contact *contact, GVariant *payload)
{
	const char *room, *token;
	bool taken;

	g_variant_get_child(payload, 0, "&s", &room);
	g_variant_get_child(payload, 1, "&s", &token);
	if (*room) {
		rooms_text(contact->connection->rooms, contact, room, payload);
		return;
	}
	taken = chat_receive(get_talk(self, contact->handle), contact->handle, payload);
	peer_send(contact->peer, FRAME_TEXT_RESULT, g_variant_new("(sb)", token, taken));
}

static void report(LocalTalks *self, struct contact *contact, const char *token,
		   const struct sent *sent, bool delivered)
{
	LocalChat *chat = find_talk(self, contact->handle);

	/* A failure is worth a new channel. */
	if (!delivered && !chat)
		chat = get_talk(self, contact->handle);
	if (chat && (sent->report || !delivered))
		chat_report(chat, contact->handle, token, sent->text, delivered);
}

static void on_result(LocalTalks *self, struct contact *contact, GVariant *payload)
{
	const struct sent *sent;
	const char *token;
	gboolean delivered;

	g_variant_get(payload, "(&sb)", &token, &delivered);
	sent = g_hash_table_lookup(contact->sent, token);
	if (!sent)
		return;
	report(self, contact, token, sent, delivered);
	g_hash_table_remove(contact->sent, token);
}

static void on_state(LocalTalks *self, struct contact *contact, GVariant *payload)
{
	const char *room;
	guint32 state;
	LocalChat *chat;

	g_variant_get(payload, "(&su)", &room, &state);
	if (*room)
		chat = rooms_find(contact->connection->rooms, contact, room);
	else
		chat = find_talk(self, contact->handle);
	if (chat)
		chat_receive_state(chat, contact->handle, state);
}

void talks_frame(LocalTalks *self, struct contact *contact, enum frame_kind kind, GVariant *payload)
{
	if (kind == FRAME_TEXT)
		on_text(self, contact, payload);
	else if (kind == FRAME_TEXT_RESULT)
		on_result(self, contact, payload);
	else
		on_state(self, contact, payload);
}

void talks_contact_gone(LocalTalks *self, struct contact *contact)
{
	LocalChat *chat = find_talk(self, contact->handle);
	GHashTableIter iter;
	void *token, *sent;

	g_hash_table_iter_init(&iter, contact->sent);
	while (g_hash_table_iter_next(&iter, &token, &sent))
		report(self, contact, token, sent, false);
	if (chat)
		chat_receive_state(chat, contact->handle, TP_CHANNEL_CHAT_STATE_GONE);
}

/* --- the object --- */

static void local_talks_init(LocalTalks *self)
{
}

static void local_talks_class_init(LocalTalksClass *klass)
{
	static const char *const allowed[] = {TP_PROP_CHANNEL_TARGET_HANDLE,
					      TP_PROP_CHANNEL_TARGET_ID, NULL};
	static const struct manager_class classes[] = {
		{TP_IFACE_CHANNEL_TYPE_TEXT, TP_HANDLE_TYPE_CONTACT, allowed, create,
		 manager_find_target},
		{NULL, 0, NULL, NULL, NULL},
	};

	((LocalManagerClass *)klass)->classes = classes;
	((LocalManagerClass *)klass)->one_each = true;
}

LocalTalks *talks_new(LocalConnection *connection)
{
	return manager_new(local_talks_get_type(), connection);
}
