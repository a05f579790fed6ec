/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes: offering, and accepting as the user or pheme.conf says. */

#include "tree.h"

#include <string.h>

struct tube *session_offer_tube(struct session *session, struct account *account,
				enum chat_kind kind, const char *id, const char *service,
				const struct tube_local *local, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, account, done, data);
	struct conn *conn = promise_conn(promise, account, "offer a tube");

	if (!conn)
		return NULL;
	return conn_offer_tube(conn, kind, id, service, local, promise_reply, promise);
}

bool session_check_tube(const struct tube_local *local, GError **error)
{
	g_autoptr(GError) failure = NULL;

	if (tp_check_tube(local, &failure))
		return true;
	g_propagate_error(error, promise_error(failure));
	return false;
}

static const struct config_tube *find_conf(struct session *session, const struct tube *tube)
{
	g_autofree char *service = tube_service_name(tube);

	return config_find_tube(session->config, service);
}

void session_accept_tube(struct session *session, struct tube *tube, const struct tube_local *local,
			 session_done_fn done, void *data)
{
	const struct config_tube *conf = find_conf(session, tube);
	const struct tube_local configured = {.command = conf ? conf->accept : NULL};
	struct promise *promise = promise_new(session, tube->account, done, data);
	struct conn *conn = promise_conn(promise, tube->account, "accept a tube");

	if (conn)
		conn_accept_tube(conn, tube, local ? local : &configured, promise_reply, promise);
}

void session_close_tube(struct session *session, struct tube *tube)
{
	struct conn *conn = login_conn(session, tube->account);

	if (conn)
		conn_close_tube(conn, tube, tube->state == TUBE_ASKED ? "declined" : "closed");
}

void session_close_tube_connection(struct session *session, struct tube *tube, unsigned id)
{
	struct conn *conn = login_conn(session, tube->account);

	if (conn)
		conn_close_tube_connection(conn, tube, id);
}

/* --- by rule ------------------------------------------------------------------------------ */

/* Somebody of this account, and of no other when one is named. */
static bool is_named(const struct tube *tube, const char *name)
{
	gsize length = strlen(tube->account->name);

	if (!strcmp(name, tube->peer))
		return true;
	return !strncmp(name, tube->account->name, length) && name[length] == ':' &&
	       !strcmp(name + length + 1, tube->peer);
}

static bool is_always(const struct config_tube *conf, const struct tube *tube)
{
	/* Who it is in a room is what the room says. */
	for (char **name = conf->always; !tube->room && *name; name++)
		if (is_named(tube, *name))
			return true;
	return false;
}

struct by_rule {
	struct session *session;
	char *what;
	struct account *account;
};

static void by_rule_free(void *data)
{
	struct by_rule *rule = data;

	g_free(rule->what);
	g_free(rule);
}

static void on_accepted(const GError *error, void *data)
{
	const struct by_rule *rule = data;

	if (error && error->code != SESSION_ERROR_NOT_CONNECTED)
		model_notice(rule->session->model, rule->account, NULL, NOTICE_ERROR, "%s: %s",
			     rule->what, error->message);
}

void tubes_offered(struct conn *conn, struct tube *tube, void *data)
{
	struct session *session = data;
	const struct config_tube *conf = find_conf(session, tube);
	struct tube_local local = {.command = conf ? conf->accept : NULL};
	struct by_rule *rule;
	struct promise *promise;

	/* One pheme answers by itself, the one that handles what nobody asked for. */
	if (!conf || !is_always(conf, tube) || session->stopping || !tp_is_handler(session->tp))
		return;
	tube_set_by_rule(tube, true);
	rule = g_new0(struct by_rule, 1);
	rule->session = session;
	rule->what = tube_describe(tube);
	rule->account = tube->account;
	promise = promise_new(session, tube->account, on_accepted, rule);
	promise_own_data(promise, by_rule_free);
	conn_accept_tube(conn, tube, &local, promise_reply, promise);
}

/* --- leaving ------------------------------------------------------------------------------ */

bool tubes_leave(struct session *session)
{
	bool any = false;

	for (guint i = 0; i < session->logins->len; i++) {
		struct login *login = session->logins->pdata[i];

		if (login_is_online(login))
			any |= conn_close_tubes(login->conn);
	}
	return any;
}

static gboolean on_idle(void *data)
{
	struct session *session = data;

	session->tube_idle = 0;
	stop_check(session);
	return G_SOURCE_REMOVE;
}

/* Its channel is just being freed. */
void tubes_on_event(const struct event *event, void *data)
{
	struct session *session = data;

	if (event->type == EVENT_TUBE_REMOVED && session->stopping && !session->tube_idle)
		session->tube_idle = g_idle_add(on_idle, session);
}

/* --- what contacts are told --------------------------------------------------------------- */

void session_advertise(struct session *session, const char *service)
{
	const GPtrArray *tubes = config_tubes(session->config);
	g_autoptr(GPtrArray) services = g_ptr_array_new();

	/* What is only offered from here is not waited for. */
	for (guint i = 0; i < tubes->len; i++) {
		const struct config_tube *tube = tubes->pdata[i];

		if (tube->accept || *tube->always || !tube->offer)
			g_ptr_array_add(services, tube->service);
	}
	if (service)
		g_ptr_array_add(services, (char *)service);
	if (!services->len)
		return;
	g_ptr_array_add(services, NULL);
	tp_set_services(session->tp, (const char *const *)services->pdata);
}

/* --- names -------------------------------------------------------------------------------- */

const char *session_tube_service(struct session *session, const char *name)
{
	static const char *const usual[][2] = {
		{"ssh", "x-ssh-contact"}, {"vnc", "rfb"}, {"web", "x-http"}};
	const GPtrArray *tubes = config_tubes(session->config);

	for (guint i = 0; i < tubes->len; i++) {
		const struct config_tube *tube = tubes->pdata[i];

		if (!strcmp(tube->name, name))
			return tube->service;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(usual); i++)
		if (!strcmp(usual[i][0], name))
			return usual[i][1];
	return name;
}
