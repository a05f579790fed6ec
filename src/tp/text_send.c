/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The sending half of text channels: messages, what other clients send, chat states. */

#include <string.h>

#include "text.h"

#define IN_FLIGHT_MAX 64

/* --- what others send --------------------------------------------------------------------- */

/* Is this the echo of what we sent ourselves? For managers that drop our header. */
static bool forget_in_flight(struct text *text, const char *body)
{
	for (guint i = 0; i < text->in_flight->len; i++) {
		if (!strcmp(text->in_flight->pdata[i], body)) {
			g_ptr_array_remove_index(text->in_flight, i);
			return true;
		}
	}
	return false;
}

static void tell_sent(struct channel *channel, struct text_message *message)
{
	bool ours = forget_in_flight(channel->text, message->text);

	if (!ours) {
		message->own = true;
		message->sender = channel->conn->self_handle;
		message->has_pending_id = false;
		if (channel->chat->self_member) {
			g_free(message->sender_id);
			message->sender_id = g_strdup(channel->chat->self_member);
		}
		tp_text_tell(channel, message, false);
	}
	text_message_free(message);
}

static void on_message_sent(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct text_message *message = text_message_read(args);
	const char *token;

	if (!message)
		return;
	bus_read_uint32(args);
	token = bus_read_string(args);
	if (!bus_reader_ok(args)) {
		text_message_free(message);
		return;
	}
	g_free(message->token);
	message->token = g_strdup(token);
	tell_sent(channel, message);
}

static void on_sent(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct text_message *message = g_new0(struct text_message, 1);

	message->received = message->time = bus_read_uint32(args);
	message->type = bus_read_uint32(args);
	message->text = g_strdup(bus_read_string(args));
	message->sender_id = g_strdup("");
	message->nickname = g_strdup("");
	message->token = g_strdup("");
	message->uid = g_strdup("");
	message->supersedes = g_strdup("");
	if (bus_reader_ok(args))
		tell_sent(channel, message);
	else
		text_message_free(message);
}

static void on_send_error(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct tp *tp = channel->conn->tp;
	static const char *const words[] = {"unknown error",           "the other side is offline",
					    "no such contact",         "not allowed",
					    "the message is too long", "not supported"};
	guint32 error = bus_read_uint32(args);
	struct delivery_report report = {
		.kind = channel->chat->kind,
		.chat_id = channel->chat->id,
		.token = "",
		.delivery = DELIVERY_FAILED,
		.reason = words[error < G_N_ELEMENTS(words) ? error : 0],
	};

	bus_read_uint32(args);
	bus_read_uint32(args);
	report.echo = bus_read_string(args);
	if (bus_reader_ok(args))
		tp->ops->delivery(channel->conn, &report, tp->data);
}

/* --- sending ------------------------------------------------------------------------------ */

struct send {
	struct conn *conn;
	enum chat_kind kind;
	enum message_type type;
	char *id, *text, *uid, *supersedes; /* supersedes: or NULL */
	conn_sent_fn fn;
	void *data;
};

static void send_free(void *data)
{
	struct send *send = data;

	g_free(send->id);
	g_free(send->text);
	g_free(send->uid);
	g_free(send->supersedes);
	g_free(send);
}

static void on_send_reply(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct send *send = data;
	struct channel *channel;
	const char *token = "";

	if (bus_error) {
		g_autoptr(GError) error = tp_error_from_bus("send the message", bus_error);

		/* Not "offline", which says that nothing went out. */
		if (g_error_matches(bus_error, BUS_ERROR, BUS_ERROR_DISCONNECTED))
			error->code = TP_ERROR_FAILED;

		channel = conn_find_channel(send->conn, send->kind, send->id);
		if (channel && channel->text)
			forget_in_flight(channel->text, send->text);
		send->fn(NULL, error, send->data);
		return;
	}
	if (bus_reader_more(reply))
		token = bus_read_string(reply);
	send->fn(token, NULL, send->data);
}

/* What is typed as an auto-reply no program answers. Where there is no such type, a notice says
 * the same on IRC; elsewhere people might not see one. */
static guint32 wire_type(const struct channel *channel, enum message_type type)
{
	guint32 known = channel->facts.message_types;

	if (type != MESSAGE_AUTO_REPLY || known & 1u << MESSAGE_AUTO_REPLY)
		return type;
	if (known & 1u << MESSAGE_NOTICE && !strcmp(channel->conn->protocol, "irc"))
		return MESSAGE_NOTICE;
	return MESSAGE_NORMAL;
}

static void write_message(struct bus_writer *args, const struct send *send, guint32 type)
{
	struct bus_writer parts, part;

	bus_write_open_array(args, "a{sv}", &parts);
	bus_write_open_array(&parts, "{sv}", &part);
	bus_write_property_uint32(&part, "message-type", type);
	bus_write_property_string(&part, TEXT_UID_HEADER, send->uid);
	if (send->supersedes)
		bus_write_property_string(&part, "supersedes", send->supersedes);
	bus_write_close(&parts, &part);
	bus_write_open_array(&parts, "{sv}", &part);
	bus_write_property_string(&part, "content-type", "text/plain");
	bus_write_property_string(&part, "content", send->text);
	bus_write_close(&parts, &part);
	bus_write_close(args, &parts);
}

/* Takes over @send. */
static void send_on(struct channel *channel, struct send *send)
{
	bool has_messages = channel->text->has_messages;
	guint32 type = wire_type(channel, send->type);
	struct bus_call *call = channel_ask(channel, has_messages ? TP_CHAN_MESSAGES : TP_CHAN_TEXT,
					    has_messages ? "SendMessage" : "Send");
	struct bus_writer *args = bus_call_args(call);

	if (has_messages) {
		write_message(args, send, type);
		bus_write_uint32(args, 1); /* Report_Delivery */
	} else {
		bus_write_uint32(args, type);
		bus_write_string(args, send->text);
	}
	conn_note_sent(channel->conn, send->text);
	if (channel->text->in_flight->len >= IN_FLIGHT_MAX)
		g_ptr_array_remove_index(channel->text->in_flight, 0);
	g_ptr_array_add(channel->text->in_flight, g_strdup(send->text));
	bus_call_own_data(call, send_free);
	bus_call_send(call, -1, on_send_reply, send);
}

static void on_send_channel(struct channel *channel, const GError *error, void *data)
{
	struct send *send = data;
	struct send *copy;

	if (error) {
		send->fn(NULL, error, send->data);
		return;
	}
	copy = g_new0(struct send, 1);
	*copy = *send;
	copy->id = g_strdup(send->id);
	copy->text = g_strdup(send->text);
	copy->uid = g_strdup(send->uid);
	copy->supersedes = g_strdup(send->supersedes);
	send_on(channel, copy);
}

static void on_send_refused(const GError *error, void *data)
{
	struct send *send = data;

	send->fn(NULL, error, send->data);
}

void conn_send(struct conn *conn, enum chat_kind kind, const char *id, enum message_type type,
	       const char *text, const char *uid, const char *supersedes, conn_sent_fn fn,
	       void *data)
{
	struct channel *channel = conn_find_channel(conn, kind, id);
	struct send *send = g_new0(struct send, 1);

	send->conn = conn;
	send->kind = kind;
	send->type = type;
	send->id = g_strdup(id);
	send->text = g_strdup(text);
	send->uid = g_strdup(uid);
	send->supersedes = g_strdup(supersedes);
	send->fn = fn;
	send->data = data;
	if (conn->stage != CONN_ONLINE)
		conn_fail_later(conn, on_send_refused, send, send_free, TP_ERROR_OFFLINE,
				"cannot send the message: %s is not connected",
				conn->account->name);
	else if (channel)
		send_on(channel, send);
	else if (kind == CHAT_ROOM)
		conn_fail_later(conn, on_send_refused, send, send_free, TP_ERROR_OFFLINE,
				"cannot send the message: you are not in the room");
	else
		conn_ensure_text(conn, kind, id, on_send_channel, send, send_free);
}

/* --- chat states -------------------------------------------------------------------------- */

static void on_chat_state(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	guint32 handle = bus_read_uint32(args), state = bus_read_uint32(args);
	const char *id = NULL;

	if (!bus_reader_ok(args) || state > TYPING_COMPOSING ||
	    handle == channel->conn->self_handle)
		return;
	if (channel->room)
		id = tp_room_member_id(channel, handle);
	else
		id = channel->chat->id;
	if (id && g_strcmp0(id, channel->chat->self_member))
		chat_set_typing(channel->chat, id, (enum chat_typing)state);
}

void conn_set_typing(struct conn *conn, struct chat *chat, enum chat_typing state)
{
	struct channel *channel = conn_find_channel(conn, chat->kind, chat->id);
	struct bus_call *call;

	if (!channel || !channel->text || !channel->text->has_chat_state ||
	    channel->text->typing == state)
		return;
	channel->text->typing = state;
	call = channel_call(channel, TP_CHAN_CHAT_STATE, "SetChatState");
	bus_write_uint32(bus_call_args(call), state);
	bus_call_send(call, -1, NULL, NULL);
}

void tp_text_send_start(struct channel *channel)
{
	if (channel->text->has_messages) {
		channel_subscribe(channel, TP_CHAN_MESSAGES, "MessageSent", on_message_sent);
	} else {
		channel_subscribe(channel, TP_CHAN_TEXT, "Sent", on_sent);
		channel_subscribe(channel, TP_CHAN_TEXT, "SendError", on_send_error);
	}
	if (channel->text->has_chat_state)
		channel_subscribe(channel, TP_CHAN_CHAT_STATE, "ChatStateChanged", on_chat_state);
	chat_set_no_reports(channel->chat,
			    !channel->text->has_messages ||
				    (channel->facts.tells_reports && !channel->facts.reports));
	/* Haze takes the type, and on XMPP it does not get to the other side. */
	chat_set_can_auto_reply(channel->chat,
				wire_type(channel, MESSAGE_AUTO_REPLY) != MESSAGE_NORMAL &&
					strcmp(channel->conn->manager, "haze") != 0);
}
