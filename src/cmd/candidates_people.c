/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Candidates for completion that are people, or what they are sorted into. */

#include <string.h>

#include "../model/directory.h"
#include "../model/id.h"
#include "complete.h"

bool completion_has_account(const struct completion *completion, const struct account *account)
{
	return !completion->account || completion->account == account;
}

/* How often each alias and each id occurs among the contacts in scope: only what names one of
 * them is offered. */
struct census {
	GHashTable *aliases; /* sort key → count */
	GHashTable *ids;     /* raw → count */
};

static void count(GHashTable *table, const char *key)
{
	guint seen = GPOINTER_TO_UINT(g_hash_table_lookup(table, key));

	g_hash_table_insert(table, (char *)key, GUINT_TO_POINTER(seen + 1));
}

static void take_census(const struct completion *completion, struct census *census)
{
	const GPtrArray *accounts = completion->model->accounts;

	census->aliases = g_hash_table_new(g_str_hash, g_str_equal);
	census->ids = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);
		GHashTableIter iter;
		void *value;

		if (!completion_has_account(completion, account))
			continue;
		g_hash_table_iter_init(&iter, account->contacts);
		while (g_hash_table_iter_next(&iter, NULL, &value)) {
			const struct contact *contact = value;

			count(census->aliases, contact->key);
			count(census->ids, contact->id);
		}
	}
}

static void census_clear(struct census *census)
{
	g_hash_table_unref(census->aliases);
	g_hash_table_unref(census->ids);
}

static guint times(GHashTable *table, const char *key)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(table, key));
}

/* An alias that is somebody else's id, or looks like "account:id", would mean another one. */
static bool is_alias_safe(const struct completion *completion, const struct census *census,
			  const struct contact *contact)
{
	const char *rest = contact->alias;

	if (times(census->aliases, contact->key) != 1)
		return false;
	if (strcmp(contact->alias, contact->id) && times(census->ids, contact->alias))
		return false;
	return !model_split_account(completion->model, &rest);
}

/* "work:mel": by any part of what comes after the account. */
static bool matches_full(const struct completion *completion, const struct contact *contact)
{
	const char *account = contact->account->name;
	gsize length = strlen(account);
	g_autofree char *rest = NULL, *alias = NULL, *id = NULL;

	if (strncmp(completion->prefix, account, length) || completion->prefix[length] != ':')
		return false;
	rest = g_utf8_casefold(completion->prefix + length + 1, -1);
	alias = g_utf8_casefold(contact->alias, -1);
	id = g_utf8_casefold(contact->id, -1);
	if (completion->anywhere)
		return strstr(alias, rest) || strstr(id, rest);
	return g_str_has_prefix(alias, rest) || g_str_has_prefix(id, rest);
}

static void offer_contact(struct completion *completion, const struct census *census,
			  const struct contact *contact)
{
	bool alias_matches = completion_matches(completion, contact->alias);
	g_autofree char *full = NULL, *readable = NULL;

	if (alias_matches && is_alias_safe(completion, census, contact)) {
		completion_add(completion, contact->alias);
		return;
	}
	full = g_strdup_printf("%s:%s", contact->account->name, contact->id);
	readable = id_readable(contact->id);
	if (alias_matches || completion_matches(completion, contact->id) ||
	    completion_matches(completion, readable))
		completion_add(completion,
			       times(census->ids, contact->id) > 1 ? full : contact->id);
	else if (matches_full(completion, contact))
		completion_add(completion, full);
}

void completion_offer_contacts(struct completion *completion)
{
	const GPtrArray *accounts = completion->model->accounts;
	struct census census;

	take_census(completion, &census);
	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);
		GHashTableIter iter;
		void *value;

		if (!completion_has_account(completion, account))
			continue;
		g_hash_table_iter_init(&iter, account->contacts);
		while (g_hash_table_iter_next(&iter, NULL, &value))
			offer_contact(completion, &census, value);
	}
	census_clear(&census);
}

/* Those with whom a chat is open. */
void completion_offer_chatting(struct completion *completion)
{
	const GPtrArray *chats = completion->model->chats;
	struct census census;

	take_census(completion, &census);
	for (guint i = 0; i < chats->len; i++) {
		const struct chat *chat = g_ptr_array_index(chats, i);

		if (chat->contact && chat->contact->account &&
		    completion_has_account(completion, chat->account))
			offer_contact(completion, &census, chat->contact);
	}
	census_clear(&census);
}

/* --- groups and the blocked --------------------------------------------------------------- */

void completion_offer_groups(struct completion *completion)
{
	const GPtrArray *accounts = completion->model->accounts;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);
		g_autoptr(GPtrArray) groups = NULL;

		if (!completion_has_account(completion, account))
			continue;
		groups = account_list_groups(account);
		for (guint j = 0; j < groups->len; j++)
			completion_offer(completion,
					 ((struct roster_row *)groups->pdata[j])->group);
	}
}

/* Those that the contact in the first argument is in. */
void completion_offer_own_groups(struct completion *completion)
{
	const struct contact *contact =
		completion->count
			? session_find_contact(completion->front->session, completion->account,
					       completion->args[0], NULL)
			: NULL;

	for (char **group = contact ? contact->groups : NULL; group && *group; group++)
		completion_offer(completion, *group);
}

void completion_offer_blocked(struct completion *completion)
{
	const GPtrArray *accounts = completion->model->accounts;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);
		GHashTableIter iter;
		void *id;

		if (!completion_has_account(completion, account))
			continue;
		g_hash_table_iter_init(&iter, account->blocked);
		while (g_hash_table_iter_next(&iter, &id, NULL))
			completion_offer(completion, id);
	}
}

/* Fields of our own card. */
void completion_offer_card(struct completion *completion)
{
	struct account *account = completion->account;

	if (!completion->count || strcmp(completion->args[0], "self") != 0)
		return;
	if (!account)
		account =
			session_default_account(completion->front->session, completion->chat, NULL);
	for (guint i = 0; account && account->card_specs && i < account->card_specs->len; i++) {
		const struct card_spec *spec = g_ptr_array_index(account->card_specs, i);
		g_autofree char *name = text_clean(spec->name, -1, TEXT_LINE);

		completion_offer(completion, name);
	}
}

/* Of the directory that was opened last. */
void completion_offer_fields(struct completion *completion)
{
	struct account *account = completion->account;

	completion_offer(completion, "server");
	completion_offer(completion, "limit");
	if (!account)
		account =
			session_default_account(completion->front->session, completion->chat, NULL);
	for (char **key = account && account->directory ? account->directory->keys : NULL;
	     key && *key; key++)
		completion_offer(completion, *key);
}
