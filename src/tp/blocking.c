/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whom the network keeps from us (spec: Connection.Interface.ContactBlocking). */

#include <string.h>

#include "private.h"

enum { /* Contact_Blocking_Capabilities */
       CAN_REPORT_ABUSIVE = 1,
};

/* a{us}. The ids are the manager's. */
static void read_ids(struct conn *conn, struct bus_reader *args, GPtrArray *ids)
{
	struct bus_reader map, entry;

	bus_read_array(args, &map);
	while (bus_read_entry(&map, &entry)) {
		guint32 handle = bus_read_uint32(&entry);
		const char *id = bus_read_string(&entry);

		if (!*id)
			continue;
		conn_learn_handle(conn, handle, id);
		g_ptr_array_add(ids, (char *)id);
	}
}

static void set_all(struct conn *conn, const GPtrArray *ids, bool blocked)
{
	for (guint i = 0; i < ids->len; i++)
		account_set_blocked(conn->account, ids->pdata[i], blocked);
}

static void on_blocked_changed(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	g_autoptr(GPtrArray) blocked = g_ptr_array_new(), unblocked = g_ptr_array_new();

	read_ids(conn, args, blocked);
	read_ids(conn, args, unblocked);
	if (!bus_reader_ok(args)) {
		g_debug("%s: BlockedContactsChanged: %s", conn->path, bus_reader_error(args));
		return;
	}
	set_all(conn, blocked, true);
	set_all(conn, unblocked, false);
}

static void on_blocked(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	g_autoptr(GPtrArray) ids = g_ptr_array_new();

	if (error) {
		g_debug("%s", error->message);
		return;
	}
	read_ids(conn, reply, ids);
	if (!bus_reader_ok(reply))
		g_debug("%s: RequestBlockedContacts: %s", conn->path, bus_reader_error(reply));
	else
		set_all(conn, ids, true);
}

static void on_capabilities(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	guint32 capabilities = error ? 0 : bus_read_uint32(reply);

	if (!error && bus_reader_ok(reply) && capabilities & CAN_REPORT_ABUSIVE)
		account_set_features(conn->account, conn->account->features | ACCOUNT_CAN_REPORT);
}

void conn_blocking_start(struct conn *conn)
{
	account_clear_blocked(conn->account);
	if (!conn_has_interface(conn, TP_CONN_BLOCKING))
		return;
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_BLOCKING,
		      "BlockedContactsChanged", on_blocked_changed, conn);
	bus_property_get(conn->scope, conn->unique, conn->path, TP_CONN_BLOCKING,
			 "ContactBlockingCapabilities", on_capabilities, conn);
	bus_call_send(conn_call(conn, TP_CONN_BLOCKING, "RequestBlockedContacts"), -1, on_blocked,
		      conn);
}

static struct bus_call *make_block(struct conn *conn, guint32 handle, const char *report)
{
	struct bus_call *call = conn_call(conn, TP_CONN_BLOCKING, "BlockContacts");

	bus_write_uint32s(bus_call_args(call), &handle, 1);
	bus_write_bool(bus_call_args(call), report != NULL);
	return call;
}

static struct bus_call *make_unblock(struct conn *conn, guint32 handle, const char *unused)
{
	struct bus_call *call = conn_call(conn, TP_CONN_BLOCKING, "UnblockContacts");

	bus_write_uint32s(bus_call_args(call), &handle, 1);
	return call;
}

static bool check_blocking(struct conn *conn, const char *what, tp_done_fn done, void *data)
{
	if (!conn_check_online(conn, done, data, what))
		return false;
	if (conn_has_interface(conn, TP_CONN_BLOCKING))
		return true;
	conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
			"cannot %s: the connection manager %s cannot block anybody on %s", what,
			conn->account->manager, conn->account->protocol);
	return false;
}

void conn_block(struct conn *conn, const char *id, bool report, tp_done_fn done, void *data)
{
	if (!check_blocking(conn, "block the contact", done, data))
		return;
	if (report && !(conn->account->features & ACCOUNT_CAN_REPORT))
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot report the contact: %s takes no reports; /block without "
				"-report blocks it",
				conn->account->name);
	else
		conn_call_contact(conn, id, make_block, report ? "report" : NULL,
				  "block the contact", done, data);
}

void conn_unblock(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	if (check_blocking(conn, "unblock the contact", done, data))
		conn_call_contact(conn, id, make_unblock, NULL, "unblock the contact", done, data);
}
