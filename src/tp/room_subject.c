/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The topic of a room (spec: Channel.Interface.Subject2). */

#include <string.h>

#include "room.h"

/* One line for a topic that is new to the user, who may have been away. */
static void tell_topic(struct channel *channel, bool changed_now)
{
	const struct chat *chat = channel->chat;
	struct model *model = channel->conn->tp->model;
	const char *by = chat->topic_by;
	g_autofree char *whole = chat_describe_topic(chat);

	if (!*chat->topic)
		model_notice(model, NULL, channel->chat, NOTICE_INFO, "the topic was removed%s%s",
			     *by ? " by " : "", by);
	else if (changed_now && *by)
		model_notice(model, NULL, channel->chat, NOTICE_INFO, "%s changed the topic to: %s",
			     by, chat->topic);
	else
		model_notice(model, NULL, channel->chat, NOTICE_INFO, "%s", whole);
}

/* a{sv} opened as @properties; what is not in it is as it was. */
static void read_subject(struct channel *channel, struct bus_reader *properties, bool changed_now)
{
	struct chat *chat = channel->chat;
	g_autofree char *before = g_strdup(chat->topic);
	const char *subject = NULL, *actor = NULL, *key;
	gint64 time = chat->topic_time;
	struct bus_reader value;

	while (bus_read_property(properties, &key, &value)) {
		if (!strcmp(key, "Subject"))
			subject = bus_read_string(&value);
		else if (!strcmp(key, "Actor"))
			actor = bus_read_string(&value);
		else if (!strcmp(key, "Timestamp"))
			time = bus_read_integer(&value);
		else if (!strcmp(key, "CanSet"))
			chat->topic_fixed = !bus_read_bool(&value);
	}
	if (!bus_reader_ok(properties) || (!subject && !actor))
		return;
	/* An unknown time is told as the largest number. */
	if (time < 0 || time > g_get_real_time() / G_USEC_PER_SEC + 24 * 3600)
		time = 0;
	chat_set_topic(chat, subject ? subject : chat->topic,
		       actor ? tp_room_nick(actor) : chat->topic_by, time);
	if (strcmp(before, chat->topic) && !channel->room->untold)
		tell_topic(channel, changed_now);
}

static void on_subject(struct bus_reader *reply, const GError *error, void *data)
{
	struct bus_reader properties;

	if (error) {
		g_debug("%s", error->message);
	} else {
		bus_read_array(reply, &properties);
		read_subject(data, &properties, false);
	}
	tp_room_tell_joined(data);
}

static void on_properties_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct bus_reader properties;

	if (strcmp(bus_read_string(args), TP_CHAN_SUBJECT))
		return;
	bus_read_array(args, &properties);
	if (channel->chat)
		read_subject(channel, &properties, true);
}

void tp_room_subject_start(struct channel *channel)
{
	if (!channel_has_interface(channel, TP_CHAN_SUBJECT))
		return;
	channel_subscribe(channel, BUS_PROPERTIES, "PropertiesChanged", on_properties_changed);
	bus_property_get_all(channel->scope, channel->conn->unique, channel->path, TP_CHAN_SUBJECT,
			     on_subject, channel);
}

void conn_set_topic(struct conn *conn, struct chat *chat, const char *topic, tp_done_fn done,
		    void *data)
{
	struct channel *channel;
	struct bus_call *call;

	if (!conn_check_online(conn, done, data, "set the topic"))
		return;
	channel = conn_find_channel(conn, chat->kind, chat->id);
	if (!channel || !channel_has_interface(channel, TP_CHAN_SUBJECT)) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				channel ? "cannot set the topic: there is none here"
					: "cannot set the topic: you are not in the room");
		return;
	}
	if (chat->topic_fixed) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_REFUSED,
				"cannot set the topic: you may not change it in this room");
		return;
	}
	call = channel_ask(channel, TP_CHAN_SUBJECT, "SetSubject");
	bus_write_string(bus_call_args(call), topic);
	tp_send_done(call, -1, done, data, "set the topic");
}
