/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whom the network keeps from us: ids, whether on the roster or not. */

#include "account.h"
#include "contact.h"
#include "model.h"

static void tell_contact(struct account *account, const char *id)
{
	struct event event = {
		.type = EVENT_CONTACT_CHANGED,
		.change = CONTACT_CHANGED_BLOCKED,
		.account = account,
		.contact = account_find_contact(account, id),
	};

	if (event.contact)
		model_emit(account->model, &event);
}

static void tell_account(struct account *account)
{
	struct event event = {
		.type = EVENT_ACCOUNT_CHANGED,
		.change = ACCOUNT_CHANGED_BLOCKED,
		.account = account,
	};

	model_emit(account->model, &event);
}

bool account_is_blocked(const struct account *account, const char *id)
{
	return g_hash_table_contains(account->blocked, id);
}

bool contact_is_blocked(const struct contact *contact)
{
	return contact->account && account_is_blocked(contact->account, contact->id);
}

void account_set_blocked(struct account *account, const char *id, bool blocked)
{
	if (account_is_blocked(account, id) == blocked)
		return;
	if (blocked && g_hash_table_size(account->blocked) >= BLOCKED_MAX)
		return;
	if (blocked)
		g_hash_table_add(account->blocked, g_strdup(id));
	else
		g_hash_table_remove(account->blocked, id);
	tell_contact(account, id);
	tell_account(account);
}

void account_clear_blocked(struct account *account)
{
	g_autoptr(GHashTable) old = account->blocked;
	GHashTableIter iter;
	void *id;

	account->blocked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_iter_init(&iter, old);
	while (g_hash_table_iter_next(&iter, &id, NULL))
		tell_contact(account, id);
	if (g_hash_table_size(old))
		tell_account(account);
}
