/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a name leads that somebody typed: to a room, a contact, or an id that nobody here knows. */

#include "session.h"

#include <string.h>

#include "../model/text.h"

/* --- rooms -------------------------------------------------------------------------------- */

/* By the network's own spelling, or by another one. */
static struct chat *find_room_in(struct account *account, const char *id)
{
	const GPtrArray *chats = account->model->chats;
	struct chat *exact = chat_find(account, CHAT_ROOM, id);

	for (guint i = 0; !exact && i < chats->len; i++) {
		struct chat *chat = chats->pdata[i];

		if (chat->kind == CHAT_ROOM && chat->account == account &&
		    text_is_same(chat->id, id))
			return chat;
	}
	return exact;
}

/* False: there are two of it. */
static bool find_room(struct model *model, struct account *account, const char *name,
		      struct chat **found, GError **error)
{
	struct account *named = model_split_account(model, &name);

	account = named ? named : account;
	*found = NULL;
	for (guint i = 0; i < model->accounts->len; i++) {
		struct account *one = model->accounts->pdata[i];
		struct chat *chat = !account || one == account ? find_room_in(one, name) : NULL;

		if (chat && *found) {
			g_autofree char *shown = text_clean(name, -1, TEXT_LINE);

			g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND,
				    "\"%s\" is a room of %s and of %s: write account:room", shown,
				    (*found)->account->name, one->name);
			return false;
		}
		*found = chat ? chat : *found;
	}
	return true;
}

static bool is_autojoined(struct session *session, const struct account *account, const char *id)
{
	const struct account_conf *conf = accounts_find(session_accounts(session), account->name);

	for (char **room = conf ? conf->autojoin : NULL; room && *room; room++)
		if (!g_ascii_strcasecmp(*room, id))
			return true;
	return false;
}

bool session_may_have_room(struct session *session, const struct account *account, const char *id)
{
	return strchr("#&!", *id) ? !strcmp(account->protocol, "irc")
				  : is_autojoined(session, account, id);
}

bool session_is_room_name(struct session *session, struct account *account, const char *id)
{
	static const char *const hosts[] = {"conference.", "conf.", "muc.", "rooms.", "groupchat."};
	const GPtrArray *accounts = session_model(session)->accounts;
	const char *at = strchr(id, '@');

	if (!*id)
		return false;
	if (strchr("#&!", *id))
		return true;
	if (session_find_contact(session, account, id, NULL))
		return false;
	for (gsize i = 0; at && i < G_N_ELEMENTS(hosts); i++)
		if (!g_ascii_strncasecmp(at + 1, hosts[i], strlen(hosts[i])))
			return true;
	for (guint i = 0; i < accounts->len; i++)
		if ((!account || accounts->pdata[i] == account) &&
		    is_autojoined(session, accounts->pdata[i], id))
			return true;
	return false;
}

/* --- ids ---------------------------------------------------------------------------------- */

static bool has_alias_key(struct account *account, const char *key)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (!strcmp(((struct contact *)value)->key, key))
			return true;
	return false;
}

bool session_is_alias(struct session *session, struct account *account, const char *name)
{
	const GPtrArray *accounts = session_model(session)->accounts;
	g_autofree char *key = text_sort_key(name);

	for (guint i = 0; i < accounts->len; i++)
		if ((!account || accounts->pdata[i] == account) &&
		    has_alias_key(accounts->pdata[i], key))
			return true;
	return false;
}

/* A word that cannot be an id on XMPP is most likely a mistyped name, and as a domain it would even
 * be accepted. Nicks of IRC and logins have no @. */
static bool is_id(const struct account *account, const char *id)
{
	if (!*id || strpbrk(id, " \t\n"))
		return false;
	if (!strcmp(account->protocol, "jabber"))
		return strpbrk(id, "@.");
	return !strchr(id, '@') ||
	       (strcmp(account->protocol, "irc") != 0 && strcmp(account->protocol, "local") != 0);
}

bool session_check_id(struct session *session, struct account *account, const char *id,
		      GError **error)
{
	if (is_id(account, id))
		return true;
	session_find_contact(session, account, id, error);
	return false;
}

static struct account *only_with_id(const GPtrArray *accounts, const char *id, bool online)
{
	struct account *only = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = accounts->pdata[i];

		if (!is_id(account, id) || (online && account->state != ACCOUNT_ONLINE))
			continue;
		if (only)
			return NULL;
		only = account;
	}
	return only;
}

struct account *session_account_of_id(struct session *session, struct account *current,
				      const char *id)
{
	const GPtrArray *accounts = session_model(session)->accounts;
	struct account *only;

	/* A word without @ may be a mistyped name, and a stranger's nick. */
	if (!strchr(id, '@') || (current && is_id(current, id)))
		return current;
	only = only_with_id(accounts, id, true);
	if (!only)
		only = only_with_id(accounts, id, false);
	return only ? only : current;
}

/* --- names -------------------------------------------------------------------------------- */

bool session_find_known(struct session *session, struct account *account, const char *name,
			struct session_target *target, GError **error)
{
	g_autoptr(GError) unknown = NULL;
	struct contact *contact;
	struct chat *room;

	*target = (struct session_target){.kind = CHAT_CONTACT};
	if (!find_room(session_model(session), account, name, &room, error))
		return false;
	if (room) {
		target->account = room->account;
		target->kind = CHAT_ROOM;
		target->id = room->id;
		target->known = true;
		return true;
	}
	contact = session_find_contact(session, account, name, &unknown);
	if (contact && contact->account) {
		target->account = contact->account;
		target->id = contact->id;
		target->known = true;
		return true;
	}
	/* A name that several contacts go by must not become the id of yet another. */
	if (!session_is_alias(session, account, name) &&
	    session_check_name(session, account, name, NULL))
		return true;
	g_propagate_error(error, g_steal_pointer(&unknown));
	return false;
}

bool session_find_target(struct session *session, struct account *account, const char *name,
			 struct session_target *target, GError **error)
{
	struct account *named;

	if (!session_find_known(session, account, name, target, error))
		return false;
	if (target->known)
		return true;
	named = model_split_account(session_model(session), &name);
	account = named ? named : account;
	if (!account)
		account = session_account_of_id(session, NULL, name);
	if (!account)
		account = session_default_account(session, NULL, error);
	if (!account)
		return false;
	if (session_is_room_name(session, account, name))
		target->kind = CHAT_ROOM;
	else if (!session_check_id(session, account, name, error))
		return false;
	target->account = account;
	target->id = name;
	return true;
}
