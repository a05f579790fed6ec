/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Groups of the roster (spec: Connection.Interface.ContactGroups). The model has their names as
 * they are shown; where that is not what they are, the real ones are kept here, for the way back.
 */

#include <string.h>

#include "../model/text.h"
#include "private.h"

#define ODD_NAMES_MAX 1000

void conn_groups_learn(struct conn *conn, char *const *groups)
{
	for (; groups && *groups; groups++) {
		if (text_is_clean(*groups, TEXT_LINE))
			continue;
		if (!conn->group_names)
			conn->group_names =
				g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
		if (g_hash_table_size(conn->group_names) < ODD_NAMES_MAX)
			g_hash_table_replace(conn->group_names, text_clean(*groups, -1, TEXT_LINE),
					     g_strdup(*groups));
	}
}

static const char *real_name(const struct conn *conn, const char *group)
{
	const char *real = conn->group_names ? g_hash_table_lookup(conn->group_names, group) : NULL;

	return real ? real : group;
}

static void on_groups_changed(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	g_autoptr(GArray) handles = bus_read_uint32s(args);
	g_auto(GStrv) added = bus_read_strings(args);
	g_auto(GStrv) removed = bus_read_strings(args);

	if (!bus_reader_ok(args)) {
		g_debug("%s: GroupsChanged: %s", conn->path, bus_reader_error(args));
		return;
	}
	conn_groups_learn(conn, added);
	for (guint i = 0; i < handles->len; i++) {
		struct contact *contact =
			conn_handle_contact(conn, g_array_index(handles, guint32, i));

		for (unsigned k = 0; contact && added[k]; k++)
			contact_add_group(contact, added[k]);
		for (unsigned k = 0; contact && removed[k]; k++)
			contact_remove_group(contact, removed[k]);
	}
}

/* GroupsChanged should say the same right after it, but telepathy-glib, and so haze, leaves that
 * out when the group's members are not those of an old ContactList channel. */
static void on_group_renamed(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	const char *old = bus_read_string(args), *new = bus_read_string(args);
	g_autoptr(GList) contacts = g_hash_table_get_values(conn->account->contacts);
	g_autofree char *shown = text_clean(old, -1, TEXT_LINE);

	if (!bus_reader_ok(args)) {
		g_debug("%s: GroupRenamed: %s", conn->path, bus_reader_error(args));
		return;
	}
	conn_groups_learn(conn, (char *[]){(char *)new, NULL});
	for (GList *item = contacts; item; item = item->next) {
		struct contact *contact = item->data;

		if (!g_strv_contains((const char *const *)contact->groups, shown))
			continue;
		contact_add_group(contact, new);
		contact_remove_group(contact, old);
	}
}

/* Contact_Metadata_Storage_Type: None is 0. */
static void on_storage(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	guint32 storage = error ? 0 : bus_read_uint32(reply);

	if (!error && bus_reader_ok(reply) && storage)
		account_set_features(conn->account, conn->account->features | ACCOUNT_CAN_GROUP);
}

void conn_groups_start(struct conn *conn)
{
	if (!conn_has_interface(conn, TP_CONN_GROUPS))
		return;
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_GROUPS, "GroupsChanged",
		      on_groups_changed, conn);
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_GROUPS, "GroupRenamed",
		      on_group_renamed, conn);
	bus_property_get(conn->scope, conn->unique, conn->path, TP_CONN_GROUPS, "GroupStorage",
			 on_storage, conn);
}

/* --- changing them ------------------------------------------------------------------------ */

static bool check_groups(struct conn *conn, const char *what, tp_done_fn done, void *data)
{
	if (!conn_check_online(conn, done, data, what))
		return false;
	if (conn_has_interface(conn, TP_CONN_GROUPS) && conn->account->features & ACCOUNT_CAN_GROUP)
		return true;
	conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
			"cannot %s: the connection manager %s has no groups that can be changed on "
			"%s",
			what, conn->account->manager, conn->account->protocol);
	return false;
}

static struct bus_call *make_membership(struct conn *conn, const char *method, guint32 handle,
					const char *group)
{
	struct bus_call *call = conn_call(conn, TP_CONN_GROUPS, method);

	bus_write_string(bus_call_args(call), real_name(conn, group));
	bus_write_uint32s(bus_call_args(call), &handle, 1);
	return call;
}

static struct bus_call *make_add(struct conn *conn, guint32 handle, const char *group)
{
	return make_membership(conn, "AddToGroup", handle, group);
}

static struct bus_call *make_remove(struct conn *conn, guint32 handle, const char *group)
{
	return make_membership(conn, "RemoveFromGroup", handle, group);
}

void conn_group_add(struct conn *conn, const char *group, const char *id, tp_done_fn done,
		    void *data)
{
	static const char what[] = "put the contact into the group";

	if (check_groups(conn, what, done, data))
		conn_call_contact(conn, id, make_add, group, what, done, data);
}

void conn_group_remove(struct conn *conn, const char *group, const char *id, tp_done_fn done,
		       void *data)
{
	static const char what[] = "take the contact out of the group";

	if (check_groups(conn, what, done, data))
		conn_call_contact(conn, id, make_remove, group, what, done, data);
}

void conn_group_rename(struct conn *conn, const char *group, const char *name, tp_done_fn done,
		       void *data)
{
	struct bus_call *call;

	if (!check_groups(conn, "rename the group", done, data))
		return;
	call = conn_call(conn, TP_CONN_GROUPS, "RenameGroup");
	bus_write_string(bus_call_args(call), real_name(conn, group));
	bus_write_string(bus_call_args(call), name);
	tp_send_done(call, -1, done, data, "rename the group");
}

void conn_group_delete(struct conn *conn, const char *group, tp_done_fn done, void *data)
{
	struct bus_call *call;

	if (!check_groups(conn, "delete the group", done, data))
		return;
	call = conn_call(conn, TP_CONN_GROUPS, "RemoveGroup");
	bus_write_string(bus_call_args(call), real_name(conn, group));
	tp_send_done(call, -1, done, data, "delete the group");
}
