/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Changing the roster (spec: Connection.Interface.ContactList): each verb turns an id into a
 * handle and calls one method on it. */

#include "private.h"

static struct bus_call *list_call(struct conn *conn, const char *method, guint32 handle)
{
	struct bus_call *call = conn_call(conn, TP_CONN_LIST, method);

	bus_write_uint32s(bus_call_args(call), &handle, 1);
	return call;
}

static struct bus_call *make_request(struct conn *conn, guint32 handle, const char *message)
{
	struct bus_call *call = list_call(conn, "RequestSubscription", handle);

	bus_write_string(bus_call_args(call), message);
	return call;
}

static struct bus_call *make_remove(struct conn *conn, guint32 handle, const char *unused)
{
	return list_call(conn, "RemoveContacts", handle);
}

static struct bus_call *make_authorize(struct conn *conn, guint32 handle, const char *unused)
{
	return list_call(conn, "AuthorizePublication", handle);
}

static struct bus_call *make_deny(struct conn *conn, guint32 handle, const char *unused)
{
	return list_call(conn, "Unpublish", handle);
}

static void change_list(struct conn *conn, const char *id, conn_make_fn make, const char *what,
			const char *message, tp_done_fn done, void *data)
{
	if (!conn_check_online(conn, done, data, what))
		return;
	if (!conn_has_interface(conn, TP_CONN_LIST))
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot %s: %s has no contact list", what, conn->account->name);
	else if (!(conn->account->features & ACCOUNT_CAN_CHANGE_ROSTER))
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot %s: the contact list of %s cannot be changed", what,
				conn->account->name);
	else
		conn_call_contact(conn, id, make, message, what, done, data);
}

void conn_roster_add(struct conn *conn, const char *id, const char *message, tp_done_fn done,
		     void *data)
{
	change_list(conn, id, make_request, "add the contact", message ? message : "", done, data);
}

void conn_roster_remove(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	change_list(conn, id, make_remove, "remove the contact", NULL, done, data);
}

void conn_authorize(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	change_list(conn, id, make_authorize, "authorize the contact", NULL, done, data);
}

void conn_deny(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	change_list(conn, id, make_deny, "deny the contact", NULL, done, data);
}
