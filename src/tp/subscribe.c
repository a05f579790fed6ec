/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Changing the roster (spec: Connection.Interface.ContactList): each verb turns an id into a
 * handle and calls one method on it. */

#include "private.h"

struct verb {
	struct conn *conn;
	const char *method, *what;
	char *message; /* of RequestSubscription; else NULL */
	tp_done_fn done;
	void *data;
};

static void verb_free(void *data)
{
	struct verb *verb = data;

	g_free(verb->message);
	g_free(verb);
}

static void on_verb_handle(guint32 handle, const char *id, const GError *error, void *data)
{
	struct verb *verb = data;
	struct bus_call *call;

	if (error) {
		if (verb->done)
			verb->done(error, verb->data);
		return;
	}
	call = conn_call(verb->conn, TP_CONN_LIST, verb->method);
	bus_write_uint32s(bus_call_args(call), &handle, 1);
	if (verb->message)
		bus_write_string(bus_call_args(call), verb->message);
	tp_send_done(call, -1, verb->done, verb->data, "%s", verb->what);
}

static void change_list(struct conn *conn, const char *id, const char *method, const char *what,
			const char *message, tp_done_fn done, void *data)
{
	struct verb *verb;

	if (!conn_check_online(conn, done, data, what))
		return;
	if (!conn_has_interface(conn, TP_CONN_LIST)) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot %s: %s has no contact list", what, conn->account->name);
		return;
	}
	if (!(conn->account->features & ACCOUNT_CAN_CHANGE_ROSTER)) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot %s: the contact list of %s cannot be changed", what,
				conn->account->name);
		return;
	}
	verb = g_new0(struct verb, 1);
	verb->conn = conn;
	verb->method = method;
	verb->what = what;
	verb->message = g_strdup(message);
	verb->done = done;
	verb->data = data;
	conn_get_handle(conn, id, on_verb_handle, verb, verb_free);
}

void conn_roster_add(struct conn *conn, const char *id, const char *message, tp_done_fn done,
		     void *data)
{
	change_list(conn, id, "RequestSubscription", "add the contact", message ? message : "",
		    done, data);
}

void conn_roster_remove(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	change_list(conn, id, "RemoveContacts", "remove the contact", NULL, done, data);
}

void conn_authorize(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	change_list(conn, id, "AuthorizePublication", "authorize the contact", NULL, done, data);
}

void conn_deny(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	change_list(conn, id, "Unpublish", "deny the contact", NULL, done, data);
}
