/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Changes of the accounts: in accounts.conf first, then in the model and its connection. */

#include "tree.h"

#include <string.h>

static void start_new(struct session *session, struct login *login, bool enabled)
{
	login->wanted = enabled;
	login_rest(login, "");
	if (enabled && session->started)
		session_connect(session, login->account, NULL, NULL);
}

bool session_account_add(struct session *session, const struct account_conf *conf, GError **error)
{
	struct account *account;

	if (!accounts_add(session->accounts, conf, error))
		return false;
	account = account_new(session->model, conf->name, conf->manager, conf->protocol);
	/* A name that is in no file, but in the model: it was left out of the file by hand. */
	if (!account)
		account = model_find_account(session->model, conf->name);
	if (!login_find(session, account))
		login_new(session, account);
	restore_roster(login_find(session, account));
	start_new(session, login_find(session, account), conf->enabled);
	return true;
}

static void end_connection(struct login *login)
{
	struct conn *conn;

	passwords_drop(login);
	outbox_account_removed(login);
	promises_lost(login->session, login->account, "its account was removed");
	login_close(login);
	conn = g_steal_pointer(&login->conn);
	if (conn)
		conn_free(conn);
}

bool session_account_remove(struct session *session, struct account *account, GError **error)
{
	struct login *login = login_find(session, account);

	if (!accounts_remove(session->accounts, account->name, error))
		return false;
	if (login) {
		end_connection(login);
		g_ptr_array_remove(session->logins, login);
	}
	account_remove(account);
	return true;
}

static void set_enabled(struct session *session, struct login *login, bool enabled)
{
	if (enabled) {
		login_rest(login, "");
		if (!session->brief)
			session_connect(session, login->account, NULL, NULL);
		return;
	}
	login_close(login);
	if (!login->conn)
		login_rest(login, "");
}

static bool is_secret_key(const char *key)
{
	return !strcmp(key, "param-password") || !strcmp(key, "password-command") ||
	       !strcmp(key, "secret-service");
}

/* --- what a change needs to hold ---------------------------------------------------------- */

enum {
	NEEDS_SECRETS = 1 << 0, /* what is known of the password is old */
	NEEDS_RECONNECT = 1 << 1,
	NEEDS_NICK = 1 << 2,
	NEEDS_ROOMS = 1 << 3,
	NEEDS_ENABLING = 1 << 4,
	NEEDS_AVATAR = 1 << 5,
};

static unsigned needs_of(const char *key)
{
	if (is_secret_key(key))
		return NEEDS_SECRETS;
	if (!strcmp(key, "nickname"))
		return NEEDS_NICK;
	if (!strcmp(key, "autojoin"))
		return NEEDS_ROOMS;
	if (!strcmp(key, "enabled"))
		return NEEDS_ENABLING;
	if (!strcmp(key, "avatar"))
		return NEEDS_AVATAR;
	/* The password of somebody else, or one that a mended server may take. */
	return !strcmp(key, "param-account") ? NEEDS_RECONNECT | NEEDS_SECRETS : NEEDS_RECONNECT;
}

static const char *value_of(const struct account_conf *conf, const char *key)
{
	if (g_str_has_prefix(key, "param-"))
		return g_hash_table_lookup(conf->params, key + strlen("param-"));
	if (!strcmp(key, "manager"))
		return conf->manager;
	if (!strcmp(key, "protocol"))
		return conf->protocol;
	if (!strcmp(key, "nickname"))
		return conf->nickname;
	return NULL;
}

/* Saying again what is so needs nothing; asking twice for a few keys costs nothing. */
static unsigned needs_of_all(const struct account_conf *conf, GHashTable *changes)
{
	GHashTableIter iter;
	void *key, *value;
	unsigned needs = 0;

	g_hash_table_iter_init(&iter, changes);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const char *before = conf ? value_of(conf, key) : NULL;

		if (!before || g_strcmp0(before, value) != 0)
			needs |= needs_of(key);
	}
	return needs;
}

static void on_applied(const GError *error, void *data)
{
	struct login *login = data;

	if (error)
		model_notice(login->session->model, login->account, NULL, NOTICE_WARNING, "%s",
			     error->message);
}

static void reconnect(struct login *login)
{
	if (!login->conn || login->closing)
		return;
	model_notice(login->session->model, login->account, NULL, NOTICE_INFO,
		     "reconnecting with what was changed");
	login_reopen(login);
}

static void on_param(const GError *error, void *data)
{
	if (error)
		reconnect(data);
}

/* Some managers take another value of some parameters while they are connected. */
static void apply_params(struct login *login, GHashTable *changes)
{
	GHashTableIter iter;
	void *key, *value;

	g_hash_table_iter_init(&iter, changes);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		if (!(needs_of(key) & NEEDS_RECONNECT))
			continue;
		if (!login_is_online(login) || !value || !g_str_has_prefix(key, "param-"))
			reconnect(login);
		else if (!login->closing)
			conn_change_param(login->conn, (char *)key + strlen("param-"), value,
					  on_param, login);
	}
}

static void apply(struct session *session, struct login *login, unsigned needs, GHashTable *changes)
{
	const struct account_conf *conf = login_conf(login);

	if (!conf)
		return;
	account_set_network(login->account, conf->manager, conf->protocol);
	if (needs & NEEDS_SECRETS)
		login_forget_secrets(login);
	if (needs & NEEDS_ENABLING)
		set_enabled(session, login, conf->enabled);
	if (needs & NEEDS_RECONNECT)
		apply_params(login, changes);
	if (!login_is_online(login) || login->closing)
		return;
	if (needs & NEEDS_NICK && conf->nickname)
		session_set_nick(session, login->account, conf->nickname, on_applied, login);
	if (needs & NEEDS_ROOMS)
		rooms_join_new(login);
	if (needs & NEEDS_AVATAR)
		session_set_avatar(session, login->account, conf->avatar, on_applied, login);
}

bool session_account_change(struct session *session, struct account *account, GHashTable *changes,
			    GError **error)
{
	struct login *login = login_find(session, account);
	unsigned needs = needs_of_all(login_conf(login), changes);

	if (!accounts_change(session->accounts, account->name, changes, error))
		return false;
	apply(session, login, needs, changes);
	return true;
}

bool session_account_set(struct session *session, struct account *account, const char *key,
			 const char *value, GError **error)
{
	g_autoptr(GHashTable) changes = g_hash_table_new(g_str_hash, g_str_equal);

	g_hash_table_insert(changes, (char *)key, (char *)value);
	return session_account_change(session, account, changes, error);
}

bool session_account_enable(struct session *session, struct account *account, bool enabled,
			    GError **error)
{
	return session_account_set(session, account, "enabled", enabled ? "true" : "false", error);
}

/* --- name and place ----------------------------------------------------------------------- */

bool session_account_rename(struct session *session, struct account *account, const char *name,
			    GError **error)
{
	g_autofree char *before = g_strdup(account->name);
	struct login *login = login_find(session, account);
	g_autoptr(GError) left = NULL;

	if (!strcmp(name, before))
		return true;
	if (model_find_account(session->model, name)) {
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_USAGE,
			    "cannot call %s %s: there is an account of that name", before, name);
		return false;
	}
	if (!accounts_rename(session->accounts, before, name, error))
		return false;
	history_rename_account(session->history, before, name);
	account_rename(account, name);
	if (!config_rename_account(session->config, before, name, &left))
		model_notice(session->model, account, NULL, NOTICE_WARNING,
			     "%s; what it has of %s is for %s now", left->message, before, name);
	if (login->conn)
		conn_renamed(login->conn);
	if (g_strcmp0(session->only_account, before) == 0) {
		g_free(session->only_account);
		session->only_account = g_strdup(name);
	}
	return true;
}

bool session_account_move(struct session *session, struct account *account,
			  const struct account *before, GError **error)
{
	if (!accounts_move(session->accounts, account->name, before ? before->name : NULL, error))
		return false;
	account_move(account, before);
	return true;
}
