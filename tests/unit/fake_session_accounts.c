/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The accounts of the session without a bus. */

#include <string.h>

#include "fake_session.h"

void session_connect(struct session *session, struct account *account, session_done_fn done,
		     void *data)
{
	fake_record(session, "connect %s", account->name);
	fake_end_later(session, done, data);
}

bool session_made_connection(struct session *session, const struct account *account)
{
	return false;
}

void session_disconnect(struct session *session, struct account *account, session_done_fn done,
			void *data)
{
	fake_record(session, "disconnect %s", account->name);
	fake_end_later(session, done, data);
}

bool session_account_add(struct session *session, const struct account_conf *conf, GError **error)
{
	g_autoptr(GList) names =
		g_list_sort(g_hash_table_get_keys(conf->params), (GCompareFunc)strcmp);
	g_autoptr(GString) params = g_string_new(NULL);

	for (GList *l = names; l; l = l->next)
		g_string_append_printf(params, " %s=%s", (char *)l->data,
				       (char *)g_hash_table_lookup(conf->params, l->data));
	fake_record(session, "account_add %s %s/%s %s%s", conf->name, conf->manager, conf->protocol,
		    conf->enabled ? "enabled" : "disabled", params->str);
	return fake_end_now(session, error) && accounts_add(session->accounts, conf, error);
}

bool session_account_remove(struct session *session, struct account *account, GError **error)
{
	fake_record(session, "account_remove %s", account->name);
	if (!fake_end_now(session, error))
		return false;
	account_remove(account);
	return true;
}

bool session_account_set(struct session *session, struct account *account, const char *key,
			 const char *value, GError **error)
{
	fake_record(session, "account_set %s %s=%s", account->name, key, value ? value : "(unset)");
	return fake_end_now(session, error);
}

bool session_account_enable(struct session *session, struct account *account, bool enabled,
			    GError **error)
{
	fake_record(session, "account_enable %s %s", account->name, enabled ? "true" : "false");
	return fake_end_now(session, error);
}

bool session_account_change(struct session *session, struct account *account, GHashTable *changes,
			    GError **error)
{
	return accounts_change(session->accounts, account->name, changes, error);
}

bool session_account_rename(struct session *session, struct account *account, const char *name,
			    GError **error)
{
	fake_record(session, "account_rename %s %s", account->name, name);
	return fake_end_now(session, error) && account_rename(account, name);
}

bool session_account_move(struct session *session, struct account *account,
			  const struct account *before, GError **error)
{
	fake_record(session, "account_move %s before %s", account->name,
		    before ? before->name : "-");
	account_move(account, before);
	return true;
}

void session_set_avatar(struct session *session, struct account *account, const char *path,
			session_done_fn done, void *data)
{
	fake_record(session, "avatar %s %s", account->name, path ? path : "-");
	fake_end_later(session, done, data);
}

struct listing {
	struct session *session;
	session_protocols_fn fn;
	void *data;
	GError *error;
};

static gboolean list(gpointer data)
{
	struct listing *listing = data;

	listing->session->protocols_listed = true;
	listing->fn(listing->error ? NULL : listing->session->protocols, listing->error,
		    listing->data);
	g_clear_error(&listing->error);
	g_free(listing);
	return G_SOURCE_REMOVE;
}

void session_list_protocols(struct session *session, session_protocols_fn fn, void *data)
{
	struct listing *listing = g_new0(struct listing, 1);

	listing->session = session;
	listing->fn = fn;
	listing->data = data;
	listing->error = g_steal_pointer(&session->next);
	g_idle_add(list, listing);
}

GPtrArray *session_known_protocols(struct session *session)
{
	return session->protocols_listed ? session->protocols : NULL;
}

GPtrArray *session_installed_protocols(struct session *session)
{
	return session->protocols;
}

void session_set_presence(struct session *session, struct account *account, enum presence presence,
			  const char *message, session_done_fn done, void *data)
{
	fake_record(session, "presence %s %s \"%s\"", account ? account->name : "*",
		    presence_name(presence), message);
	fake_end_later(session, done, data);
}

void session_set_nick(struct session *session, struct account *account, const char *nick,
		      session_done_fn done, void *data)
{
	fake_record(session, "nick %s %s", account->name, nick);
	fake_end_later(session, done, data);
}
