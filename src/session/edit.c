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

bool session_account_set(struct session *session, struct account *account, const char *key,
			 const char *value, GError **error)
{
	struct login *login = login_find(session, account);

	if (!accounts_set(session->accounts, account->name, key, value, error))
		return false;
	if (!strcmp(key, "enabled")) {
		set_enabled(session, login, login_conf(login) && login_conf(login)->enabled);
		return true;
	}
	if (is_secret_key(key))
		login_forget_secrets(login);
	if (login->conn)
		model_notice(session->model, account, NULL, NOTICE_INFO,
			     "%s is used from the next connection on: /reconnect %s", key,
			     account->name);
	return true;
}

bool session_account_enable(struct session *session, struct account *account, bool enabled,
			    GError **error)
{
	return session_account_set(session, account, "enabled", enabled ? "true" : "false", error);
}
