/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a manager says of a channel when it comes about: its immutable properties. */

#include <string.h>

#include "private.h"

void channel_facts_clear(struct channel_facts *facts)
{
	g_free(facts->type);
	g_strfreev(facts->interfaces);
	g_free(facts->target_id);
	g_free(facts->initiator_id);
	g_free(facts->auth_method);
	g_free(facts->service);
}

static void set_string(char **field, struct bus_reader *value)
{
	g_free(*field);
	*field = g_strdup(bus_read_string(value));
}

/* a{uau}, Supported_Socket_Map */
static void read_sockets(struct channel_facts *facts, struct bus_reader *value)
{
	struct bus_reader map, entry;

	bus_read_array(value, &map);
	while (bus_read_entry(&map, &entry)) {
		guint32 type = bus_read_uint32(&entry);
		g_autoptr(GArray) list = bus_read_uint32s(&entry);

		for (guint i = 0; i < list->len; i++)
			if (type < TP_SOCKET_TYPES && g_array_index(list, guint32, i) < 8)
				facts->sockets[type] |= 1u << g_array_index(list, guint32, i);
	}
}

static void read_accesses(struct channel_facts *facts, struct bus_reader *value)
{
	g_autoptr(GArray) list = bus_read_uint32s(value);

	for (guint i = 0; i < list->len; i++)
		if (g_array_index(list, guint32, i) < 8)
			facts->sockets[0] |= 1u << g_array_index(list, guint32, i);
}

static void read_tube_fact(struct channel_facts *facts, const char *key, struct bus_reader *value)
{
	if (!strcmp(key, TP_CHAN_STREAM ".Service") || !strcmp(key, TP_CHAN_DBUS ".ServiceName"))
		set_string(&facts->service, value);
	else if (!strcmp(key, TP_CHAN_STREAM ".SupportedSocketTypes"))
		read_sockets(facts, value);
	else if (!strcmp(key, TP_CHAN_DBUS ".SupportedAccessControls"))
		read_accesses(facts, value);
}

static void read_message_types(struct channel_facts *facts, struct bus_reader *value)
{
	g_autoptr(GArray) types = bus_read_uint32s(value);

	for (guint i = 0; i < types->len; i++)
		if (g_array_index(types, guint32, i) < 32)
			facts->message_types |= 1u << g_array_index(types, guint32, i);
}

void channel_facts_read(struct channel_facts *facts, struct bus_reader *properties)
{
	struct bus_reader value;
	const char *key;

	memset(facts, 0, sizeof(*facts));
	while (bus_read_property(properties, &key, &value)) {
		if (!strcmp(key, TP_CHAN ".ChannelType")) {
			set_string(&facts->type, &value);
		} else if (!strcmp(key, TP_CHAN ".TargetHandleType")) {
			facts->handle_type = bus_read_uint32(&value);
		} else if (!strcmp(key, TP_CHAN ".TargetHandle")) {
			facts->handle = bus_read_uint32(&value);
		} else if (!strcmp(key, TP_CHAN ".TargetID")) {
			set_string(&facts->target_id, &value);
		} else if (!strcmp(key, TP_CHAN ".InitiatorHandle")) {
			facts->initiator = bus_read_uint32(&value);
		} else if (!strcmp(key, TP_CHAN ".InitiatorID")) {
			set_string(&facts->initiator_id, &value);
		} else if (!strcmp(key, TP_CHAN_AUTH ".AuthenticationMethod")) {
			set_string(&facts->auth_method, &value);
		} else if (!strcmp(key, TP_CHAN ".Interfaces")) {
			g_strfreev(facts->interfaces);
			facts->interfaces = bus_read_strings(&value);
		} else if (!strcmp(key, TP_CHAN_MESSAGES ".MessageTypes")) {
			read_message_types(facts, &value);
		} else if (!strcmp(key, TP_CHAN_MESSAGES ".DeliveryReportingSupport")) {
			facts->tells_reports = true;
			facts->reports = bus_read_uint32(&value) & TP_REPORTS_SUCCESS;
		} else {
			read_tube_fact(facts, key, &value);
		}
	}
	if (!facts->type)
		facts->type = g_strdup("");
	if (!facts->target_id)
		facts->target_id = g_strdup("");
	if (!facts->initiator_id)
		facts->initiator_id = g_strdup("");
	if (!facts->interfaces)
		facts->interfaces = g_new0(char *, 1);
}
