/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who is who in a room (spec: Channel.Interface.Group.HandleOwners): where members are known by
 * names that are good in this room only, a room may tell whose they are.
 */

#include "room.h"

const char *tp_room_owner_id(const struct channel *channel, guint32 handle)
{
	guint32 owner = GPOINTER_TO_UINT(
		g_hash_table_lookup(channel->room->owners, GUINT_TO_POINTER(handle)));

	return owner ? conn_handle_id(channel->conn, owner) : NULL;
}

struct asking { /* for the ids of owners */
	struct channel *channel;
	GArray *members;
};

static void asking_free(struct asking *asking)
{
	g_array_unref(asking->members);
	g_free(asking);
}

static void on_owners_learned(void *data)
{
	struct asking *asking = data;

	tp_room_owners_known(asking->channel, asking->members);
}

void tp_room_read_owners(struct channel *channel, struct bus_reader *value)
{
	struct asking *asking = g_new0(struct asking, 1);
	g_autoptr(GArray) owners = g_array_new(FALSE, FALSE, sizeof(guint32));
	struct bus_reader list, entry;

	asking->channel = channel;
	asking->members = g_array_new(FALSE, FALSE, sizeof(guint32));
	bus_read_array(value, &list);
	while (bus_read_entry(&list, &entry)) {
		guint32 member = bus_read_uint32(&entry), owner = bus_read_uint32(&entry);

		if (!member || !owner ||
		    g_hash_table_size(channel->room->owners) >= ROOM_MEMBERS_MAX)
			continue;
		g_hash_table_insert(channel->room->owners, GUINT_TO_POINTER(member),
				    GUINT_TO_POINTER(owner));
		g_array_append_val(asking->members, member);
		g_array_append_val(owners, owner);
	}
	conn_learn_handles_owned(channel->conn, channel->scope, owners, on_owners_learned, asking,
				 (GDestroyNotify)asking_free);
}

/* a{uu} added, au removed, a{us} identifiers in the newer form */
static void on_owners_changed(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	struct bus_reader added = *args;
	g_autoptr(GArray) removed = NULL;

	bus_read_skip(args);
	removed = bus_read_uint32s(args);
	if (bus_reader_more(args)) {
		struct bus_reader list, entry;

		bus_read_array(args, &list);
		while (bus_read_entry(&list, &entry)) {
			guint32 handle = bus_read_uint32(&entry);

			conn_learn_handle(channel->conn, handle, bus_read_string(&entry));
		}
	}
	if (!bus_reader_ok(args))
		return;
	for (guint i = 0; i < removed->len; i++)
		g_hash_table_remove(channel->room->owners,
				    GUINT_TO_POINTER(g_array_index(removed, guint32, i)));
	tp_room_read_owners(channel, &added);
}

void tp_room_owners_start(struct channel *channel)
{
	channel_subscribe(channel, TP_CHAN_GROUP, "HandleOwnersChangedDetailed", on_owners_changed);
}
