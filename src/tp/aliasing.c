/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Names that contacts go by, and our own (spec: Connection.Interface.Aliasing). */

#include <string.h>

#include "../model/text.h"
#include "private.h"

/* More than idle, which sends a line in two seconds when it has many, and a slow server take. */
#define NAMING_MS 8000

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

/* --- a name that the server has to grant --------------------------------------------------- */

/*
 * Where the own id is a name that can be changed (spec: Connection.Interface.Renaming) the
 * server may refuse another one, which idle does not tell: it answers when the request is on its
 * way. So the change of the id is waited for. (To ask the server who has the name would be
 * quicker, but idle never gets over a WHOIS for somebody who is not there.)
 */
struct naming {
	char *nick;
	guint timer;
	tp_done_fn done;
	void *data;
};

static void naming_free(struct naming *naming)
{
	g_clear_handle_id(&naming->timer, g_source_remove);
	g_free(naming->nick);
	g_free(naming);
}

static void finish_naming(struct conn *conn, const GError *error)
{
	struct naming *naming = g_steal_pointer(&conn->naming);

	if (naming->done)
		naming->done(error, naming->data);
	naming_free(naming);
}

static gboolean on_no_answer(void *data)
{
	struct conn *conn = data;
	g_autofree char *shown = text_clean(conn->naming->nick, -1, TEXT_LINE);
	g_autoptr(GError) error =
		g_error_new(TP_ERROR, TP_ERROR_REFUSED,
			    "cannot call yourself %s: the server did not make it so; somebody else "
			    "may be called that",
			    shown);

	finish_naming(conn, error);
	return G_SOURCE_REMOVE;
}

void conn_naming_self_changed(struct conn *conn)
{
	if (conn->naming)
		finish_naming(conn, NULL);
}

void conn_naming_stop(struct conn *conn)
{
	if (conn->naming)
		naming_free(g_steal_pointer(&conn->naming));
}

static void on_asked_for_name(const GError *error, void *data)
{
	struct conn *conn = data;

	if (error && conn->naming)
		finish_naming(conn, error);
}

static void ask_for_name(struct conn *conn, const char *nick, tp_done_fn done, void *data)
{
	struct naming *naming = g_new0(struct naming, 1);

	if (conn->naming)
		on_no_answer(conn);
	naming->nick = g_strdup(nick);
	naming->timer = g_timeout_add(NAMING_MS, on_no_answer, conn);
	naming->done = done;
	naming->data = data;
	conn->naming = naming;
	send_own_alias(conn, nick, on_asked_for_name, conn);
}

void conn_set_nick(struct conn *conn, const char *nick, tp_done_fn done, void *data)
{
	if (!conn_check_online(conn, done, data, "set the own name"))
		return;
	if (!conn_has_interface(conn, TP_CONN_ALIASING))
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot set the own name: %s has no such thing",
				conn->account->name);
	else if (conn_has_interface(conn, TP_CONN_RENAMING) && *conn->account->self_id &&
		 strcmp(conn->account->self_id, nick) != 0)
		ask_for_name(conn, nick, done, data);
	else
		send_own_alias(conn, nick, done, data);
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
