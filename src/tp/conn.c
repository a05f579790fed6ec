/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One connection: its life from conn_new() to its end (spec: Connection). */

#include <string.h>

#include "../model/text.h"
#include "private.h"
#include "room.h"

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

static GHashTable *copy_params(GHashTable *params)
{
	GHashTable *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	GHashTableIter iter;
	void *name, *value;

	g_hash_table_iter_init(&iter, params);
	while (g_hash_table_iter_next(&iter, &name, &value))
		g_hash_table_insert(copy, g_strdup(name), g_strdup(value));
	return copy;
}

struct conn *conn_new(struct tp *tp, struct account *account, const struct conn_options *options)
{
	struct conn *conn = g_new0(struct conn, 1);

	g_assert(tp->bus);
	conn->tp = tp;
	conn->account = account;
	conn->scope = bus_scope_new(tp->bus);
	conn->manager = g_strdup(options->manager);
	conn->protocol = g_strdup(options->protocol);
	conn->secret = g_strdup(options->secret);
	conn->login = g_strdup(options->login);
	conn->nickname = g_strdup(options->nickname);
	conn->living = options->living;
	conn->params = copy_params(options->params);
	conn->wanted_presence = options->presence;
	conn->wanted_message = g_strdup(options->message);
	conn->handles = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	conn->interfaces = g_new0(char *, 1);
	conn->joining = g_hash_table_new_full(NULL, NULL, tp_room_join_free, NULL);
	conn->rooms =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)lease_free);
	g_ptr_array_add(tp->conns, conn);
	account_set_state(account, ACCOUNT_CONNECTING, "");
	conn_find(conn);
	return conn;
}

void conn_free(struct conn *conn)
{
	g_clear_handle_id(&conn->flush_timer, g_source_remove);
	if (conn->stage == CONN_ONLINE)
		conn_files_let_go(conn);
	/* With a word to the manager, whose sockets they are. */
	if (conn->stage == CONN_ONLINE) {
		conn_close_tubes(conn);
		conn_caps_withdraw(conn);
		conn_flush_acks(conn);
	}
	conn->stage = CONN_ENDED;
	bus_scope_free(conn->scope);
	conn_forget_failures(conn);
	tp_manager_start_cancel(conn->start);
	g_clear_handle_id(&conn->lease_retry, g_source_remove);
	conn_naming_stop(conn);
	conn_channels_free(conn);
	conn_roster_free(conn);
	lease_free(conn->lease);
	g_hash_table_unref(conn->rooms);
	g_hash_table_unref(conn->joining);
	g_ptr_array_remove(conn->tp->conns, conn);
	g_hash_table_unref(conn->handles);
	g_clear_pointer(&conn->statuses, g_hash_table_unref);
	g_clear_pointer(&conn->group_names, g_hash_table_unref);
	g_hash_table_unref(conn->params);
	g_strfreev(conn->interfaces);
	wipe(conn->secret);
	g_free(conn->manager);
	g_free(conn->login);
	g_free(conn->protocol);
	g_free(conn->nickname);
	g_free(conn->wanted_message);
	g_free(conn->name);
	g_free(conn->unique);
	g_free(conn->path);
	g_free(conn->error_name);
	g_free(conn->error_message);
	g_free(conn);
}

struct account *conn_account(const struct conn *conn)
{
	return conn->account;
}

bool conn_is_online(const struct conn *conn)
{
	return conn->stage == CONN_ONLINE;
}

bool conn_was_found(const struct conn *conn)
{
	return conn->found;
}

bool conn_is_shared(const struct conn *conn)
{
	return conn->reused && !conn->found;
}

bool conn_is_last_user(struct conn *conn)
{
	return conn->lease && lease_is_last(conn->lease);
}

bool conn_leave(struct conn *conn)
{
	return conn->lease && lease_leave(conn->lease);
}

bool conn_check_online(struct conn *conn, tp_done_fn done, void *data, const char *what)
{
	if (conn->stage == CONN_ONLINE)
		return true;
	conn_fail_later(conn, done, data, NULL, TP_ERROR_OFFLINE, "cannot %s: %s is not connected",
			what, conn->account->name);
	return false;
}

bool conn_has_interface(const struct conn *conn, const char *interface)
{
	return g_strv_contains((const char *const *)conn->interfaces, interface);
}

struct bus_call *conn_call(struct conn *conn, const char *interface, const char *method)
{
	struct bus_call *call =
		bus_call_new(conn->scope, conn->unique, conn->path, interface, method);

	bus_call_no_autostart(call);
	return call;
}

void conn_end(struct conn *conn, enum conn_end end, const char *text)
{
	g_autofree char *clean = NULL;
	struct tp *tp = conn->tp;

	if (conn->stage == CONN_ENDED)
		return;
	conn->stage = CONN_ENDED;
	if (conn->disconnecting && end != CONN_END_BUS)
		end = CONN_END_REQUESTED;
	clean = tp_error_line(text);
	/* Nothing more is to come from it, whenever the session frees it. */
	bus_scope_free(conn->scope);
	conn->scope = NULL;
	tp_manager_start_cancel(g_steal_pointer(&conn->start));
	g_clear_handle_id(&conn->lease_retry, g_source_remove);
	conn_naming_stop(conn);
	conn_channels_free(conn);
	conn_roster_free(conn);
	lease_free(g_steal_pointer(&conn->lease));
	g_hash_table_remove_all(conn->rooms);
	g_hash_table_remove_all(conn->joining);
	account_set_features(conn->account, 0);
	account_set_roster_ready(conn->account, false);
	account_forget_presences(conn->account);
	tp->ops->ended(conn, end, clean, tp->data);
}

static void on_disconnected(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;

	conn_end(conn, CONN_END_REQUESTED, "disconnected");
}

void conn_disconnect(struct conn *conn)
{
	if (conn->stage == CONN_ENDED)
		return;
	conn->disconnecting = true;
	if (!conn->path) {
		/* What was asked for is known by the reply, and conn_attach() ends it: nobody
		 * else would. */
		if (!conn->requesting)
			conn_end(conn, CONN_END_REQUESTED, "disconnected");
		return;
	}
	if (conn->stage == CONN_ONLINE)
		conn_files_let_go(conn);
	/* What the manager has for us and we have not read yet would be gone with it. */
	conn_channels_drain(conn);
	if (conn->stage == CONN_ONLINE)
		conn_caps_withdraw(conn);
	bus_call_send(conn_call(conn, TP_CONN, "Disconnect"), 5000, on_disconnected, conn);
}
