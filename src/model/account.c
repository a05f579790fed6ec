/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "account.h"
#include "chat.h"
#include "chat_private.h"
#include "contact.h"
#include "contact_private.h"
#include "directory.h"
#include "model.h"
#include "room_list.h"
#include "roster.h"
#include "text.h"
#include "tube.h"

#include <string.h>

static const char *const state_names[] = {
	[ACCOUNT_DISABLED] = "disabled", [ACCOUNT_OFFLINE] = "offline",
	[ACCOUNT_WAITING] = "waiting",   [ACCOUNT_CONNECTING] = "connecting",
	[ACCOUNT_ONLINE] = "online",
};

static void tell(struct account *account, enum event_type type, unsigned change)
{
	struct event event = {.type = type, .change = change, .account = account};

	model_emit(account->model, &event);
}

struct account *account_new(struct model *model, const char *name, const char *manager,
			    const char *protocol)
{
	struct account *account;

	if (model_find_account(model, name))
		return NULL;
	account = g_new0(struct account, 1);
	account->model = model;
	account->name = text_clean(name, -1, TEXT_LINE);
	account->manager = text_clean(manager, -1, TEXT_LINE);
	account->protocol = text_clean(protocol, -1, TEXT_LINE);
	account->state = ACCOUNT_OFFLINE;
	account->reason = g_strdup("");
	account->self_id = g_strdup("");
	account->self_alias = g_strdup("");
	account->presence = PRESENCE_OFFLINE;
	account->status = g_strdup("");
	account->status_message = g_strdup("");
	account->contacts = g_hash_table_new(g_str_hash, g_str_equal);
	account->blocked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	roster_init(account);
	g_ptr_array_add(model->accounts, account);
	tell(account, EVENT_ACCOUNT_ADDED, 0);
	return account;
}

void account_set_card_specs(struct account *account, GPtrArray *specs)
{
	g_clear_pointer(&account->card_specs, g_ptr_array_unref);
	account->card_specs = specs;
}

static void account_free(struct account *account)
{
	roster_clear(account);
	g_hash_table_unref(account->contacts);
	room_list_free(account->room_list);
	directory_free(account->directory);
	g_hash_table_unref(account->blocked);
	account_set_card_specs(account, NULL);
	g_free(account->name);
	g_free(account->manager);
	g_free(account->protocol);
	g_free(account->reason);
	g_free(account->self_id);
	g_free(account->self_alias);
	g_free(account->status);
	g_free(account->status_message);
	g_free(account);
}

static void remove_requests(struct account *account)
{
	GPtrArray *requests = account->model->requests;

	for (unsigned i = requests->len; i-- > 0;) {
		struct request *request = requests->pdata[i];

		if (request->account == account)
			model_remove_request(request);
	}
}

static void remove_contacts(struct account *account)
{
	g_autoptr(GHashTable) contacts = account->contacts;
	GHashTableIter iter;
	void *contact;

	roster_drop_all(account);
	account->online = account->total = 0;
	account->contacts = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_iter_init(&iter, contacts);
	while (g_hash_table_iter_next(&iter, NULL, &contact)) {
		/* the key is the contact's id: out of the table before it may go */
		g_hash_table_iter_steal(&iter);
		contact_detach(contact);
	}
}

void account_remove(struct account *account)
{
	struct model *model = account->model;

	chat_close_all(account);
	model_end_transfers(model, account);
	tube_end_account(account);
	remove_requests(account);
	remove_contacts(account);
	g_ptr_array_remove(model->accounts, account);
	tell(account, EVENT_ACCOUNT_REMOVED, 0);
	account_free(account);
}

static bool replace(char **place, const char *value)
{
	if (!value || strcmp(*place, value) == 0)
		return false;
	g_free(*place);
	*place = g_strdup(value);
	return true;
}

static bool replace_cleaned(char **place, const char *raw)
{
	g_autofree char *cleaned = text_clean(raw, -1, TEXT_LINE);

	return replace(place, cleaned);
}

bool account_rename(struct account *account, const char *name)
{
	if (strcmp(account->name, name) == 0)
		return true;
	if (model_find_account(account->model, name))
		return false;
	replace_cleaned(&account->name, name);
	tell(account, EVENT_ACCOUNT_CHANGED, ACCOUNT_CHANGED_NAME);
	return true;
}

void account_set_network(struct account *account, const char *manager, const char *protocol)
{
	bool changed = replace_cleaned(&account->manager, manager);

	if (replace_cleaned(&account->protocol, protocol) || changed)
		tell(account, EVENT_ACCOUNT_CHANGED, ACCOUNT_CHANGED_NAME);
}

void account_move(struct account *account, const struct account *before)
{
	GPtrArray *accounts = account->model->accounts;
	unsigned from, to = accounts->len - 1;

	if (account == before || !g_ptr_array_find(accounts, account, &from))
		return;
	if (before && g_ptr_array_find(accounts, before, &to) && to > from)
		to--;
	if (to == from)
		return;
	g_ptr_array_remove_index(accounts, from);
	g_ptr_array_insert(accounts, (int)to, account);
	tell(account, EVENT_ACCOUNT_CHANGED, ACCOUNT_CHANGED_PLACE);
}

static void enter_state(struct account *account, enum account_state state, gint64 retry_at,
			const char *reason)
{
	bool left = account->state == ACCOUNT_ONLINE && state != ACCOUNT_ONLINE;
	unsigned change = 0;

	if (account->state != state || account->retry_at != retry_at)
		change = ACCOUNT_CHANGED_STATE;
	account->state = state;
	account->retry_at = retry_at;
	account->manager_failed = account->manager_failed && state != ACCOUNT_ONLINE;
	if (replace_cleaned(&account->reason, reason))
		change |= ACCOUNT_CHANGED_STATE;
	if (left && account->features)
		change |= ACCOUNT_CHANGED_FEATURES;
	if (left && account->roster_ready)
		change |= ACCOUNT_CHANGED_ROSTER;
	if (left) {
		account->features = 0;
		account->roster_ready = false;
		chat_stop_all_typing(account);
	}
	if (change)
		tell(account, EVENT_ACCOUNT_CHANGED, change);
}

void account_set_state(struct account *account, enum account_state state, const char *reason)
{
	enter_state(account, state, state == ACCOUNT_WAITING ? account->retry_at : 0, reason);
}

void account_set_retry(struct account *account, gint64 retry_at, const char *reason)
{
	enter_state(account, ACCOUNT_WAITING, retry_at, reason);
}

void account_set_manager_failed(struct account *account, bool failed)
{
	account->manager_failed = failed;
}

void account_set_self(struct account *account, const char *id, const char *alias)
{
	bool changed = replace(&account->self_id, id);

	if (alias)
		changed |= replace_cleaned(&account->self_alias, alias);
	if (changed)
		tell(account, EVENT_ACCOUNT_CHANGED, ACCOUNT_CHANGED_SELF);
}

void account_set_presence(struct account *account, enum presence presence, const char *status,
			  const char *message)
{
	bool changed = account->presence != presence;

	account->presence = presence;
	changed |= replace_cleaned(&account->status, status);
	changed |= replace_cleaned(&account->status_message, message);
	if (changed)
		tell(account, EVENT_ACCOUNT_CHANGED, ACCOUNT_CHANGED_PRESENCE);
}

void account_set_features(struct account *account, unsigned features)
{
	if (account->features == features)
		return;
	account->features = features;
	tell(account, EVENT_ACCOUNT_CHANGED, ACCOUNT_CHANGED_FEATURES);
}

void account_set_roster_ready(struct account *account, bool ready)
{
	if (account->roster_ready == ready)
		return;
	account->roster_ready = ready;
	if (ready)
		tell(account, EVENT_ROSTER_READY, 0);
	else
		tell(account, EVENT_ACCOUNT_CHANGED, ACCOUNT_CHANGED_ROSTER);
}

static bool forget_presence(struct contact *contact)
{
	if (contact->presence == PRESENCE_UNKNOWN && !*contact->status && !*contact->message)
		return false;
	if (presence_is_online(contact->presence))
		roster_count(contact, -1, 0);
	contact->presence = PRESENCE_UNKNOWN;
	replace(&contact->status, "");
	replace(&contact->message, "");
	return true;
}

void account_forget_presences(struct account *account)
{
	unsigned change = ACCOUNT_CHANGED_ROSTER;
	GHashTableIter iter;
	bool any = false;
	void *contact;

	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &contact))
		any |= forget_presence(contact);
	if (!any)
		return;
	if (account->online)
		change |= ACCOUNT_CHANGED_COUNTS;
	account->online = 0;
	roster_resort_all(account);
	tell(account, EVENT_ACCOUNT_CHANGED, change);
}

struct contact *account_find_contact(struct account *account, const char *id)
{
	return g_hash_table_lookup(account->contacts, id);
}

struct contact *account_ensure_contact(struct account *account, const char *id)
{
	struct contact *contact = account_find_contact(account, id);
	struct event event = {.type = EVENT_CONTACT_ADDED, .account = account};

	if (contact)
		return contact;
	contact = contact_new(account, id);
	g_hash_table_insert(account->contacts, contact->id, contact);
	event.contact = contact;
	model_emit(account->model, &event);
	return contact;
}

const char *account_state_name(enum account_state state)
{
	return state_names[state];
}
