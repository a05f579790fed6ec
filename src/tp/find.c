/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How an account comes by its Connection object (spec: ConnectionManager).
 *
 * The lease decides: who shares it uses the recorded connection; who has it alone looks
 * whether the recorded one still lives (a pheme that was killed leaves it behind), else asks
 * the manager for a new one. A connection that somebody else made for the same account shows
 * itself by NotAvailable; it is found by its own id.
 */

#include <string.h>

#include "private.h"

#define LEASE_RETRY_MS     200
#define REQUEST_TIMEOUT_MS 25000

/* The object path is the bus name with slashes. */
static char *path_of_name(const char *name)
{
	return g_strdelimit(g_strconcat("/", name, NULL), ".", '/');
}

static char *connection_prefix(const struct conn *conn)
{
	/* Dashes of a protocol's name cannot stand in a bus name. */
	g_autofree char *protocol = g_strdelimit(g_strdup(conn->protocol), "-", '_');

	return g_strdup_printf("%s.%s.%s.", TP_CONN, conn->manager, protocol);
}

/* --- a connection that somebody else made ------------------------------------------------- */

struct candidate { /* a bus name that may be our account's connection */
	struct conn *conn;
	char *name;
};

static void candidate_free(void *data)
{
	struct candidate *candidate = data;

	g_free(candidate->name);
	g_free(candidate);
}

static const char *account_param(const struct conn *conn)
{
	const char *account = g_hash_table_lookup(conn->params, "account");

	return account ? account : "";
}

/* "alice@example.org/pheme" and "Alice@example.org" are the same login. */
static char *fold_login(const char *login)
{
	return g_utf8_casefold(login, (gssize)strcspn(login, "/"));
}

static bool same_login(const char *a, const char *b)
{
	g_autofree char *x = fold_login(a), *y = fold_login(b);

	return *x && !strcmp(x, y);
}

/* Whose connection is recorded: the account of that name may be another login by now. */
static char *login_key(const struct conn *conn)
{
	g_autofree char *folded = fold_login(conn->login ? conn->login : account_param(conn));

	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, folded, -1);
}

static void use_connection(struct conn *conn, const char *unique, const char *name,
			   const char *path)
{
	g_autofree char *login = login_key(conn);
	g_autoptr(GError) error = NULL;

	if (!lease_record(conn->lease, name, login, &error))
		g_debug("%s", error->message);
	conn_attach(conn, unique, name, path);
}

void conn_renamed(struct conn *conn)
{
	g_autofree char *login = login_key(conn);
	g_autoptr(GError) error = NULL;
	struct lease *lease;

	/* Not known yet: it will be told under the name that it began with. */
	if (!conn->lease || !conn->name)
		return;
	lease = lease_take(conn->tp->runtime_dir, conn->account->name, &error);
	if (lease && lease_record(lease, conn->name, login, &error)) {
		lease_free(conn->lease);
		conn->lease = lease;
		return;
	}
	lease_free(lease);
	g_debug("%s: %s", conn->path, error ? error->message : "its new name is in use");
}

static void on_candidate(struct bus_reader *reply, const GError *error, void *data)
{
	struct candidate *candidate = data;
	struct conn *conn = candidate->conn;
	const char *self_id;

	if (!reply || conn->path)
		return;
	self_id = bus_read_string(reply);
	if (bus_reader_ok(reply) && same_login(self_id, account_param(conn))) {
		g_autofree char *path = path_of_name(candidate->name);

		conn->reused = conn->found = true;
		conn->answers_auth = false;
		use_connection(conn, bus_reader_sender(reply), candidate->name, path);
	}
}

/* The last of the questions: by now one of the candidates was the one, or none. */
static void on_candidates_asked(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;

	if (!conn->path)
		conn_end(conn, CONN_END_NAME_IN_USE,
			 "this account is logged in already, by a connection that cannot be found");
}

static void on_names(const char *const *names, const GError *error, void *data)
{
	struct conn *conn = data;
	struct bus_call *last;

	for (unsigned i = 0; names && names[i]; i++) {
		struct candidate *candidate = g_new0(struct candidate, 1);
		g_autofree char *path = path_of_name(names[i]);
		struct bus_call *call =
			bus_call_new(conn->scope, names[i], path, BUS_PROPERTIES, "Get");

		candidate->conn = conn;
		candidate->name = g_strdup(names[i]);
		bus_call_no_autostart(call);
		bus_write_string(bus_call_args(call), TP_CONN);
		bus_write_string(bus_call_args(call), "SelfID");
		bus_call_own_data(call, candidate_free);
		bus_call_send(call, -1, on_candidate, candidate);
	}
	/* All these are of one manager, which answers in order. */
	last = bus_call_new(conn->scope, names && names[0] ? names[0] : BUS_NAME, "/",
			    "org.freedesktop.DBus.Peer", "Ping");
	bus_call_send(last, -1, on_candidates_asked, conn);
}

static void find_existing(struct conn *conn)
{
	g_autofree char *prefix = connection_prefix(conn);

	bus_list_names(conn->scope, prefix, on_names, conn);
}

/* --- a new connection --------------------------------------------------------------------- */

static void on_requested(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	const char *name, *path;

	conn->requesting = false;
	if (error) {
		const char *error_name = bus_error_name(error);
		g_autoptr(GError) failure = tp_error_from_bus("log in", error);

		if (!strcmp(error_name, TP_ERROR_PREFIX "NotAvailable") && !conn->disconnecting)
			find_existing(conn);
		else
			conn_end(conn, tp_error_end(error_name), failure->message);
		return;
	}
	name = bus_read_string(reply);
	path = bus_read_path(reply);
	if (!bus_reader_ok(reply) || !g_str_has_prefix(name, TP_CONN "."))
		conn_end(conn, CONN_END_MANAGER, "the connection manager's answer makes no sense");
	else
		use_connection(conn, bus_reader_sender(reply), name, path);
}

static void on_protocol(const struct protocol *protocol, const GError *error, void *data)
{
	struct conn *conn = data;
	g_autofree char *name = g_strconcat(TP_CM_PREFIX, conn->manager, NULL);
	g_autofree char *path = g_strconcat(TP_CM_PATH_PREFIX, conn->manager, NULL);
	g_autoptr(GError) failure = NULL;
	struct bus_call *call;

	if (error) {
		bool temporary = g_error_matches(error, TP_ERROR, TP_ERROR_TIMEOUT) ||
				 g_error_matches(error, TP_ERROR, TP_ERROR_OFFLINE) ||
				 g_error_matches(error, TP_ERROR, TP_ERROR_GONE);

		conn_end(conn, temporary ? CONN_END_MANAGER : CONN_END_CONFIG, error->message);
		return;
	}
	call = bus_call_new(conn->scope, name, path, TP_CM, "RequestConnection");
	bus_write_string(bus_call_args(call), conn->protocol);
	if (!tp_write_params(bus_call_args(call), protocol, conn->params, conn->secret, &failure)) {
		bus_call_drop(call);
		conn_end(conn, CONN_END_CONFIG, failure->message);
		return;
	}
	conn->requesting = true;
	bus_call_send(call, REQUEST_TIMEOUT_MS, on_requested, conn);
}

static void on_manager_started(void *data)
{
	struct conn *conn = data;

	conn->start = NULL;
	tp_get_protocol(conn->scope, conn->manager, conn->protocol, on_protocol, conn, NULL);
}

static void ask_manager(struct conn *conn)
{
	if (conn->living) {
		conn_end(conn, CONN_END_REQUESTED, "");
		return;
	}
	conn->answers_auth = true;
	conn->start = tp_manager_start(conn->tp, conn->manager, on_manager_started, conn);
	if (!conn->start)
		on_manager_started(conn);
}

/* --- the recorded connection -------------------------------------------------------------- */

/* The account is not the login that it was. Nobody else uses that one: it ends. */
static void replace_recorded(struct conn *conn, const char *name, const char *path)
{
	struct bus_call *call;

	if (!lease_is_exclusive(conn->lease)) {
		conn_end(conn, CONN_END_CONFIG,
			 "another pheme uses this account with another login");
		return;
	}
	call = bus_call_new(conn->scope, name, path, TP_CONN, "Disconnect");
	bus_call_no_autostart(call);
	bus_call_send(call, -1, NULL, NULL);
	ask_manager(conn);
}

static gboolean on_lease_retry(void *data)
{
	struct conn *conn = data;

	conn->lease_retry = 0;
	conn_find(conn);
	return G_SOURCE_REMOVE;
}

static void on_recorded_owner(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	g_autofree char *recorded = NULL, *login = login_key(conn);
	g_autofree char *name = lease_read(conn->lease, &recorded);
	g_autofree char *path = path_of_name(name);
	const char *owner;

	/* Those who share a dead one are just letting go of it; then one of us makes another. */
	if (!reply && !lease_is_exclusive(conn->lease) && !conn->living) {
		lease_free(g_steal_pointer(&conn->lease));
		conn->lease_retry = g_timeout_add(LEASE_RETRY_MS, on_lease_retry, conn);
		return;
	}
	if (!reply) {
		ask_manager(conn);
		return;
	}
	owner = bus_read_string(reply);
	if (!bus_reader_ok(reply) || !g_variant_is_object_path(path)) {
		ask_manager(conn);
		return;
	}
	if (strcmp(recorded, login)) {
		replace_recorded(conn, name, path);
		return;
	}
	conn->reused = true;
	conn->found = lease_is_exclusive(conn->lease);
	use_connection(conn, owner, name, path);
}

static void on_lease_error(const GError *error, void *data)
{
	conn_end(data, CONN_END_MANAGER, error->message);
}

void conn_find(struct conn *conn)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL, *login = NULL, *prefix = connection_prefix(conn);
	struct bus_call *call;

	conn->lease = lease_take(conn->tp->runtime_dir, conn->account->name, &error);
	if (!conn->lease && error) {
		conn_fail_later(conn, on_lease_error, conn, NULL, TP_ERROR_FAILED, "%s",
				error->message);
		return;
	}
	if (!conn->lease) {
		conn->lease_retry = g_timeout_add(LEASE_RETRY_MS, on_lease_retry, conn);
		return;
	}
	conn->answers_auth = lease_is_exclusive(conn->lease);
	name = lease_read(conn->lease, &login);
	call = bus_call_new(conn->scope, BUS_NAME, BUS_PATH, BUS_NAME, "GetNameOwner");
	if (g_str_has_prefix(name, prefix)) {
		bus_write_string(bus_call_args(call), name);
		bus_call_send(call, -1, on_recorded_owner, conn);
	} else {
		bus_call_drop(call);
		ask_manager(conn);
	}
}
