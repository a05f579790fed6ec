/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a room is set up (spec: Channel.Interface.RoomConfig1). */

#include <string.h>

#include "../model/room_config.h"
#include "room.h"

static void read_value(struct room_config *config, enum room_option option,
		       struct bus_reader *value)
{
	g_autofree char *number = NULL;

	switch (room_options[option].type) {
	case ROOM_OPTION_IS_FLAG:
		room_config_set(config, option, bus_read_bool(value) ? "true" : "false");
		break;
	case ROOM_OPTION_IS_NUMBER:
		number = g_strdup_printf("%" G_GINT64_FORMAT, bus_read_integer(value));
		room_config_set(config, option, number);
		break;
	case ROOM_OPTION_IS_TEXT:
		room_config_set(config, option, bus_read_string(value));
		break;
	case ROOM_OPTION_IS_SECRET:
		break;
	}
}

static void read_mutable(struct room_config *config, struct bus_reader *value)
{
	g_auto(GStrv) names = bus_read_strings(value);

	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		config->can_change[i] =
			g_strv_contains((const char *const *)names, room_options[i].property);
}

/* a{sv} opened as @properties; what is not in it is as it was. */
static void read_config(struct channel *channel, struct bus_reader *properties)
{
	struct chat *chat = channel->chat;
	bool was_moderated = room_config_is_on(chat->config, ROOM_OPTION_MODERATED);
	struct room_config *config = room_config_copy(chat->config);
	struct bus_reader value;
	const char *key;

	while (bus_read_property(properties, &key, &value)) {
		if (!strcmp(key, "CanUpdateConfiguration"))
			config->can_update = bus_read_bool(&value);
		else if (!strcmp(key, "MutableProperties"))
			read_mutable(config, &value);
		for (int i = 0; i < ROOM_OPTION_COUNT; i++)
			if (!strcmp(key, room_options[i].property))
				read_value(config, (enum room_option)i, &value);
	}
	if (!bus_reader_ok(properties)) {
		g_debug("%s: RoomConfig1: %s", channel->path, bus_reader_error(properties));
		room_config_free(config);
		return;
	}
	chat_set_config(chat, config);
	if (!was_moderated && room_config_is_on(config, ROOM_OPTION_MODERATED))
		model_notice(channel->conn->tp->model, NULL, chat, NOTICE_INFO,
			     "this room is moderated: only who was given a voice is heard");
}

static void on_config(struct bus_reader *reply, const GError *error, void *data)
{
	struct bus_reader properties;

	if (error) {
		g_debug("%s", error->message);
		return;
	}
	bus_read_array(reply, &properties);
	read_config(data, &properties);
}

static void on_properties_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct bus_reader properties;

	if (strcmp(bus_read_string(args), TP_CHAN_ROOM_CONFIG) != 0)
		return;
	bus_read_array(args, &properties);
	read_config(channel, &properties);
}

void tp_room_config_start(struct channel *channel)
{
	if (!channel_has_interface(channel, TP_CHAN_ROOM_CONFIG))
		return;
	channel_subscribe(channel, BUS_PROPERTIES, "PropertiesChanged", on_properties_changed);
	bus_property_get_all(channel->scope, channel->conn->unique, channel->path,
			     TP_CHAN_ROOM_CONFIG, on_config, channel);
}

static void write_value(struct bus_writer *dict, enum room_option option, const char *text)
{
	const char *property = room_options[option].property;

	switch (room_options[option].type) {
	case ROOM_OPTION_IS_FLAG:
		bus_write_property_bool(dict, property, strcmp(text, "true") == 0);
		break;
	case ROOM_OPTION_IS_NUMBER:
		bus_write_property_uint32(dict, property,
					  (guint32)g_ascii_strtoull(text, NULL, 10));
		break;
	case ROOM_OPTION_IS_TEXT:
	case ROOM_OPTION_IS_SECRET:
		bus_write_property_string(dict, property, text);
		break;
	}
}

void conn_configure_room(struct conn *conn, struct chat *chat, const char *const *values,
			 tp_done_fn done, void *data)
{
	struct channel *channel;
	struct bus_call *call;
	struct bus_writer dict;

	if (!conn_check_online(conn, done, data, "change the room"))
		return;
	channel = conn_find_channel(conn, chat->kind, chat->id);
	if (!channel || !channel_has_interface(channel, TP_CHAN_ROOM_CONFIG)) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				channel ? "cannot change the room: the connection manager has no "
					  "settings of it"
					: "cannot change the room: you are not in it");
		return;
	}
	call = channel_ask(channel, TP_CHAN_ROOM_CONFIG, "UpdateConfiguration");
	bus_write_open_array(bus_call_args(call), "{sv}", &dict);
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		if (values[i])
			write_value(&dict, (enum room_option)i, values[i]);
	bus_write_close(bus_call_args(call), &dict);
	tp_send_done(call, -1, done, data, "change the room");
}
