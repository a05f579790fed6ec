/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which of two ways a message to a phone goes, and how long it is there (spec:
 * Channel.Interface.SMS). */

#include <string.h>

#include "text.h"

static void read_properties(struct channel *channel, struct bus_reader *properties)
{
	struct chat *chat = channel->chat;
	bool sms = false, flash = false;
	struct bus_reader value;
	const char *key;

	while (bus_read_property(properties, &key, &value)) {
		if (!strcmp(key, "SMSChannel"))
			sms = bus_read_bool(&value);
		else if (!strcmp(key, "Flash"))
			flash = bus_read_bool(&value);
	}
	if (bus_reader_ok(properties))
		chat_set_sms(chat, sms ? CHAT_BY_SMS : CHAT_BY_NETWORK, flash);
}

static void on_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct bus_reader properties;

	if (error) {
		g_debug("%s", error->message);
		return;
	}
	bus_read_array(reply, &properties);
	read_properties(data, &properties);
}

static void on_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	bool sms = bus_read_bool(args);

	if (bus_reader_ok(args))
		chat_set_sms(channel->chat, sms ? CHAT_BY_SMS : CHAT_BY_NETWORK,
			     channel->chat->sms_flash);
}

void tp_text_sms_start(struct channel *channel)
{
	if (!channel_has_interface(channel, TP_CHAN_SMS))
		return;
	channel_subscribe(channel, TP_CHAN_SMS, "SMSChannelChanged", on_changed);
	bus_property_get_all(channel->scope, channel->conn->unique, channel->path, TP_CHAN_SMS,
			     on_properties, channel);
}

static void on_length(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	guint32 chunks;
	gint32 left;

	if (error)
		return;
	chunks = bus_read_uint32(reply);
	left = bus_read_int32(reply);
	if (bus_reader_ok(reply))
		chat_set_sms_length(channel->chat, chunks, left);
}

void conn_measure_sms(struct conn *conn, struct chat *chat, const char *text)
{
	struct channel *channel = conn_find_channel(conn, chat->kind, chat->id);
	struct bus_writer parts, part;
	struct bus_call *call;

	if (!channel || !channel_has_interface(channel, TP_CHAN_SMS))
		return;
	call = channel_call(channel, TP_CHAN_SMS, "GetSMSLength");
	bus_write_open_array(bus_call_args(call), "a{sv}", &parts);
	bus_write_open_array(&parts, "{sv}", &part);
	bus_write_property_uint32(&part, "message-type", 0);
	bus_write_close(&parts, &part);
	bus_write_open_array(&parts, "{sv}", &part);
	bus_write_property_string(&part, "content-type", "text/plain");
	bus_write_property_string(&part, "content", text);
	bus_write_close(&parts, &part);
	bus_write_close(bus_call_args(call), &parts);
	bus_call_send(call, -1, on_length, channel);
}
