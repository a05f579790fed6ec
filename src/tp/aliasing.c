/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Names that contacts go by, and our own (spec: Connection.Interface.Aliasing). */

#include <string.h>

#include "private.h"

static void on_aliases(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	struct bus_reader list, fields;

	bus_read_array(args, &list);
	while (bus_reader_more(&list)) {
		struct contact *contact;
		const char *alias;
		guint32 handle;

		bus_read_struct(&list, &fields);
		handle = bus_read_uint32(&fields);
		alias = bus_read_string(&fields);
		if (!bus_reader_ok(args))
			break;
		if (handle == conn->self_handle)
			account_set_self(conn->account, conn->account->self_id, alias);
		contact = conn_handle_contact(conn, handle);
		if (contact)
			contact_set_alias(contact, alias);
	}
	if (!bus_reader_ok(args))
		g_debug("%s: AliasesChanged: %s", conn->path, bus_reader_error(args));
}

static struct bus_call *make_alias(struct conn *conn, guint32 handle, const char *alias)
{
	struct bus_call *call = conn_call(conn, TP_CONN_ALIASING, "SetAliases");
	struct bus_writer dict, entry;

	bus_write_open_array(bus_call_args(call), "{us}", &dict);
	bus_write_open_entry(&dict, &entry);
	bus_write_uint32(&entry, handle);
	bus_write_string(&entry, alias);
	bus_write_close(&dict, &entry);
	bus_write_close(bus_call_args(call), &dict);
	return call;
}

static void send_own_alias(struct conn *conn, const char *alias, tp_done_fn done, void *data)
{
	tp_send_done(make_alias(conn, conn->self_handle, alias), -1, done, data,
		     "set the own name");
}

void conn_aliasing_start(struct conn *conn)
{
	if (!conn_has_interface(conn, TP_CONN_ALIASING))
		return;
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_ALIASING, "AliasesChanged",
		      on_aliases, conn);
	if (conn->nickname && *conn->nickname && !conn->reused)
		send_own_alias(conn, conn->nickname, NULL, NULL);
}

void conn_set_nick(struct conn *conn, const char *nick, tp_done_fn done, void *data)
{
	if (!conn_check_online(conn, done, data, "set the own name"))
		return;
	if (conn_has_interface(conn, TP_CONN_ALIASING))
		send_own_alias(conn, nick, done, data);
	else
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot set the own name: %s has no such thing",
				conn->account->name);
}

void conn_rename(struct conn *conn, const char *id, const char *alias, tp_done_fn done, void *data)
{
	if (!conn_check_online(conn, done, data, "rename the contact"))
		return;
	if (!conn_has_interface(conn, TP_CONN_ALIASING)) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot rename the contact: %s keeps no names",
				conn->account->name);
		return;
	}
	conn_call_contact(conn, id, make_alias, alias, "rename the contact", done, data);
}
