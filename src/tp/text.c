/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Text channels (spec: Channel.Type.Text, Channel.Interface.Messages, .ChatState). Which of the
 * two forms a channel speaks is told by its interfaces, never by what arrives: Received is
 * emitted beside MessageReceived for the same message.
 *
 * Signals are subscribed to, then what waits already is read; what comes in between is kept
 * back so that the order stays.
 */

#include <string.h>

#include "../model/text.h"
#include "private.h"
#include "text.h"

enum { /* Delivery_Status */
       REPORT_DELIVERED = 1,
       REPORT_TEMPORARILY_FAILED = 2,
       REPORT_PERMANENTLY_FAILED = 3,
       REPORT_ACCEPTED = 4,
       REPORT_READ = 5,
       REPORT_DELETED = 6,
};

void tp_text_free(struct channel *channel)
{
	struct text *text = g_steal_pointer(&channel->text);

	if (!text)
		return;
	g_clear_handle_id(&text->ack_idle, g_source_remove);
	g_ptr_array_unref(text->early);
	g_array_unref(text->acks);
	g_ptr_array_unref(text->in_flight);
	g_free(text);
}

/* --- incoming ----------------------------------------------------------------------------- */

static bool is_self(const struct channel *channel, guint32 handle, const char *id)
{
	const struct chat *chat = channel->chat;

	if (chat->kind == CHAT_ROOM && chat->self_member && *id)
		return !strcmp(chat->self_member, id);
	return handle && handle == channel->conn->self_handle;
}

/* The raw id of who sent it: told, or known by its handle, or the only one it can be. */
static const char *sender_of(struct channel *channel, const struct text_message *message)
{
	const char *id = NULL;

	if (*message->sender_id)
		return message->sender_id;
	if (channel->room)
		id = tp_room_member_id(channel, message->sender);
	if (!id)
		id = conn_handle_id(channel->conn, message->sender);
	if (!id && channel->chat->kind == CHAT_CONTACT)
		id = channel->chat->id;
	return id ? id : "";
}

static const char *alias_of(struct channel *channel, const struct text_message *message,
			    const char *sender)
{
	if (channel->chat->kind == CHAT_ROOM) {
		struct member *member = chat_find_member(channel->chat, sender);

		if (member)
			return member->name;
	} else {
		struct contact *contact = account_find_contact(channel->conn->account, sender);

		if (contact)
			return contact->alias;
	}
	return *message->nickname ? message->nickname : NULL;
}

static enum delivery report_delivery(guint32 status)
{
	switch (status) {
	case REPORT_DELIVERED:
		return DELIVERY_DELIVERED;
	case REPORT_READ:
	case REPORT_DELETED:
		return DELIVERY_READ;
	case REPORT_TEMPORARILY_FAILED:
	case REPORT_PERMANENTLY_FAILED:
		return DELIVERY_FAILED;
	case REPORT_ACCEPTED:
	default:
		return DELIVERY_SENT;
	}
}

static void tell_report(struct channel *channel, const struct text_message *message)
{
	struct tp *tp = channel->conn->tp;
	const char *words = tp_error_words(message->report_error);
	struct delivery_report report = {
		.kind = channel->chat->kind,
		.chat_id = channel->chat->id,
		.token = message->report_token,
		.delivery = report_delivery(message->status),
		.echo = message->echo,
		.pending = message->has_pending_id,
		.pending_id = message->pending_id,
	};

	if (report.delivery == DELIVERY_FAILED)
		report.reason = *message->report_message ? message->report_message
				: words                  ? words
				: *message->text         ? message->text
							 : "the network did not deliver it";
	tp->ops->delivery(channel->conn, &report, tp->data);
}

void tp_text_tell(struct channel *channel, const struct text_message *message, bool replay)
{
	struct tp *tp = channel->conn->tp;
	const char *sender = sender_of(channel, message);
	bool own = message->own || is_self(channel, message->sender, sender);
	g_autofree char *made_uid = text_message_make_uid(message, channel->path);
	g_autofree char *dedupe = NULL;
	struct incoming incoming = {
		.kind = channel->chat->kind,
		.chat_id = channel->chat->id,
		.pending = message->has_pending_id,
		.pending_id = message->pending_id,
		.replay = replay || message->rescued,
	};
	struct message_init *init = &incoming.init;

	if (message->type == TEXT_TYPE_REPORT) {
		tell_report(channel, message);
		return;
	}
	/* Rooms replay their past on joining; a peer's own ids alone are not unique enough. */
	if (channel->chat->kind == CHAT_ROOM && *message->token) {
		dedupe = g_strdup_printf("t:%s %s %u", message->token, sender,
					 g_str_hash(message->text));
		incoming.dedupe = dedupe;
		incoming.replay |= message->scrollback;
	}
	init->time = message->time;
	init->direction = own ? MESSAGE_OUT : MESSAGE_IN;
	init->delivery = own ? DELIVERY_SENT : DELIVERY_NONE;
	init->type = message->type < TEXT_TYPE_REPORT ? (enum message_type)message->type
						      : MESSAGE_NORMAL;
	init->scrollback = message->scrollback;
	init->sender = own ? NULL : sender;
	init->alias = alias_of(channel, message, sender);
	init->text = message->text;
	init->token = message->token;
	init->supersedes = *message->supersedes ? message->supersedes : NULL;
	init->uid = own && *message->uid ? message->uid : made_uid;
	tp->ops->incoming(channel->conn, &incoming, tp->data);
}

static void on_message(struct channel *channel, struct text_message *message)
{
	if (channel->text->reading) {
		g_ptr_array_add(channel->text->early, message);
		return;
	}
	tp_text_tell(channel, message, false);
	text_message_free(message);
}

static void on_message_received(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct text_message *message = text_message_read(args);

	if (message)
		on_message(channel, message);
	else
		g_debug("%s: MessageReceived: %s", channel->path, bus_reader_error(args));
}

static void on_received(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct text_message *message = text_message_read_plain(args);

	if (message)
		on_message(channel, message);
	else
		g_debug("%s: Received: %s", channel->path, bus_reader_error(args));
}

/* --- what waits already ------------------------------------------------------------------- */

static void finish_reading(struct channel *channel, GPtrArray *waiting)
{
	struct text *text = channel->text;
	bool replay = text->replay;
	g_autoptr(GHashTable) told = g_hash_table_new(NULL, NULL);
	g_autoptr(GPtrArray) early = g_steal_pointer(&text->early);

	text->early = g_ptr_array_new_with_free_func((GDestroyNotify)text_message_free);
	text->reading = false;
	for (guint i = 0; waiting && i < waiting->len; i++) {
		struct text_message *message = waiting->pdata[i];

		g_hash_table_add(told, GUINT_TO_POINTER(message->pending_id));
		tp_text_tell(channel, message, replay);
	}
	for (guint i = 0; i < early->len; i++) {
		struct text_message *message = early->pdata[i];

		if (!message->has_pending_id ||
		    !g_hash_table_contains(told, GUINT_TO_POINTER(message->pending_id)))
			tp_text_tell(channel, message, replay);
	}
	chat_set_caught_up(channel->chat);
	if (text->reread) {
		text->reread = false;
		tp_text_read_pending(channel, true);
	}
}

static void on_pending_messages(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	g_autoptr(GPtrArray) waiting =
		g_ptr_array_new_with_free_func((GDestroyNotify)text_message_free);
	struct bus_reader list;

	if (error)
		g_debug("%s", error->message);
	if (reply) {
		bus_read_array(reply, &list);
		while (bus_reader_more(&list)) {
			struct text_message *message = text_message_read(&list);

			if (message)
				g_ptr_array_add(waiting, message);
		}
		if (!bus_reader_ok(reply))
			g_debug("%s: PendingMessages: %s", channel->path, bus_reader_error(reply));
	}
	finish_reading(channel, waiting);
}

static void on_pending_plain(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	g_autoptr(GPtrArray) waiting =
		g_ptr_array_new_with_free_func((GDestroyNotify)text_message_free);
	struct bus_reader list, fields;

	if (error)
		g_debug("%s", error->message);
	if (reply) {
		bus_read_array(reply, &list);
		while (bus_reader_more(&list)) {
			struct text_message *message;

			bus_read_struct(&list, &fields);
			message = text_message_read_plain(&fields);
			if (message)
				g_ptr_array_add(waiting, message);
		}
	}
	finish_reading(channel, waiting);
}

void tp_text_read_pending(struct channel *channel, bool replay)
{
	struct text *text = channel->text;
	struct bus_call *call;

	if (text->reading) {
		text->reread = replay;
		return;
	}
	text->reading = true;
	text->replay = replay;
	if (text->has_messages) {
		bus_property_get(channel->scope, channel->conn->unique, channel->path,
				 TP_CHAN_MESSAGES, "PendingMessages", on_pending_messages, channel);
		return;
	}
	call = channel_call(channel, TP_CHAN_TEXT, "ListPendingMessages");
	bus_write_bool(bus_call_args(call), false);
	bus_call_send(call, -1, on_pending_plain, channel);
}

/* --- acknowledging ------------------------------------------------------------------------ */

struct ack_batch {
	struct channel *channel;
	GArray *ids;
};

static void ack_batch_free(void *data)
{
	struct ack_batch *batch = data;

	g_array_unref(batch->ids);
	g_free(batch);
}

static void tell_removed(struct channel *channel, const GArray *ids)
{
	struct tp *tp = channel->conn->tp;

	tp->ops->pending_removed(channel->conn, channel->chat->kind, channel->chat->id,
				 (const guint32 *)(const void *)ids->data, ids->len, tp->data);
}

/* One id that is not pending any more, and none of the others is acknowledged. */
static void on_acknowledged(struct bus_reader *reply, const GError *error, void *data)
{
	struct ack_batch *batch = data;

	/* Without Channel.Interface.Messages no signal says so. */
	if (!error && !batch->channel->text->has_messages)
		tell_removed(batch->channel, batch->ids);
	if (!error || batch->ids->len < 2)
		return;
	g_debug("%s", error->message);
	for (guint i = 0; i < batch->ids->len; i++) {
		struct bus_call *call =
			channel_call(batch->channel, TP_CHAN_TEXT, "AcknowledgePendingMessages");

		bus_write_uint32s(bus_call_args(call), &g_array_index(batch->ids, guint32, i), 1);
		bus_call_send(call, -1, NULL, NULL);
	}
}

void tp_text_flush_acks(struct channel *channel)
{
	struct text *text = channel->text;
	struct ack_batch *batch;
	struct bus_call *call;

	g_clear_handle_id(&text->ack_idle, g_source_remove);
	if (!text->acks->len)
		return;
	batch = g_new0(struct ack_batch, 1);
	call = channel_call(channel, TP_CHAN_TEXT, "AcknowledgePendingMessages");
	batch->channel = channel;
	batch->ids = g_steal_pointer(&text->acks);
	text->acks = g_array_new(FALSE, FALSE, sizeof(guint32));
	bus_write_uint32s(bus_call_args(call), (const guint32 *)(void *)batch->ids->data,
			  batch->ids->len);
	bus_call_own_data(call, ack_batch_free);
	bus_call_send(call, -1, on_acknowledged, batch);
}

void conn_flush_acks(struct conn *conn)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, conn->talks);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct channel *)value)->text)
			tp_text_flush_acks(value);
}

static gboolean on_ack_idle(void *data)
{
	struct channel *channel = data;

	channel->text->ack_idle = 0;
	tp_text_flush_acks(channel);
	return G_SOURCE_REMOVE;
}

void conn_acknowledge(struct conn *conn, enum chat_kind kind, const char *id, guint32 pending_id)
{
	struct channel *channel = conn_find_channel(conn, kind, id);

	/* Who becomes the handler reads what waits again, and acknowledges it then. */
	if (!channel || !channel->text || !conn->tp->is_handler)
		return;
	g_array_append_val(channel->text->acks, pending_id);
	if (!channel->text->ack_idle)
		channel->text->ack_idle = g_idle_add(on_ack_idle, channel);
}

static void on_pending_removed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	g_autoptr(GArray) ids = bus_read_uint32s(args);
	GArray *acks = channel->text->acks;

	for (guint i = 0; i < ids->len; i++)
		for (guint k = acks->len; k > 0; k--)
			if (g_array_index(acks, guint32, k - 1) == g_array_index(ids, guint32, i))
				g_array_remove_index(acks, k - 1);
	if (bus_reader_ok(args))
		tell_removed(channel, ids);
}

/* --- start -------------------------------------------------------------------------------- */

void tp_text_start(struct channel *channel)
{
	struct text *text = g_new0(struct text, 1);

	channel->text = text;
	text->has_messages = channel_has_interface(channel, TP_CHAN_MESSAGES);
	text->has_chat_state = channel_has_interface(channel, TP_CHAN_CHAT_STATE);
	chat_set_can_correct(channel->chat,
			     text->has_messages && channel_has_interface(channel, TP_CORRECTIONS));
	text->early = g_ptr_array_new_with_free_func((GDestroyNotify)text_message_free);
	text->acks = g_array_new(FALSE, FALSE, sizeof(guint32));
	text->in_flight = g_ptr_array_new_with_free_func(g_free);
	text->typing = TYPING_ACTIVE;
	if (text->has_messages) {
		channel_subscribe(channel, TP_CHAN_MESSAGES, "MessageReceived",
				  on_message_received);
		channel_subscribe(channel, TP_CHAN_MESSAGES, "PendingMessagesRemoved",
				  on_pending_removed);
	} else {
		channel_subscribe(channel, TP_CHAN_TEXT, "Received", on_received);
	}
	tp_text_send_start(channel);
	tp_text_sms_start(channel);
	tp_text_read_pending(channel, !channel->is_new);
}
