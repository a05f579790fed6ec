/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "contact.h"
#include "account.h"
#include "chat.h"
#include "contact_private.h"
#include "id.h"
#include "model.h"
#include "roster.h"
#include "text.h"
#include "tube.h"

#include <stdlib.h>
#include <string.h>

struct contact *contact_new(struct account *account, const char *id)
{
	struct contact *contact = g_new0(struct contact, 1);

	contact->refs = 1;
	contact->account = account;
	contact->id = g_strdup(id);
	contact->shown_id = text_clean(id, -1, TEXT_LINE);
	contact->alias = id_readable(id);
	contact->key = text_sort_key(contact->alias);
	contact->presence = PRESENCE_UNKNOWN;
	contact->status = g_strdup("");
	contact->message = g_strdup("");
	contact->groups = g_new0(char *, 1);
	contact->rows = g_ptr_array_new();
	return contact;
}

static void free_groups(char **groups)
{
	for (unsigned i = 0; groups[i]; i++)
		g_ref_string_release(groups[i]);
	g_free(groups);
}

struct contact *contact_ref(struct contact *contact)
{
	contact->refs++;
	return contact;
}

void contact_unref(struct contact *contact)
{
	if (!contact || --contact->refs > 0)
		return;
	g_free(contact->id);
	g_free(contact->shown_id);
	g_free(contact->alias);
	g_free(contact->key);
	g_free(contact->status);
	g_free(contact->message);
	g_strfreev(contact->services);
	free_groups(contact->groups);
	g_ptr_array_unref(contact->rows);
	g_free(contact);
}

static void tell(struct contact *contact, enum event_type type, unsigned change)
{
	struct event event = {
		.type = type, .change = change, .account = contact->account, .contact = contact};

	if (contact->account)
		model_emit(contact->account->model, &event);
}

static void tell_counts(struct account *account)
{
	struct event event = {
		.type = EVENT_ACCOUNT_CHANGED,
		.change = ACCOUNT_CHANGED_COUNTS,
		.account = account,
	};

	model_emit(account->model, &event);
}

void contact_detach(struct contact *contact)
{
	tell(contact, EVENT_CONTACT_REMOVED, 0);
	contact->account = NULL;
	contact_unref(contact);
}

static bool is_wanted(const struct contact *contact)
{
	return contact->on_roster || contact->chat;
}

/* Nothing holds it here any longer. */
static void leave(struct contact *contact)
{
	g_hash_table_steal(contact->account->contacts, contact->id);
	contact_detach(contact);
}

void contact_set_alias(struct contact *contact, const char *alias)
{
	g_autofree char *cleaned = NULL;

	/* Managers give the id for a name where there is none. */
	cleaned = alias && *alias && strcmp(alias, contact->id) != 0
			  ? text_clean(alias, -1, TEXT_LINE)
			  : id_readable(contact->id);
	if (strcmp(cleaned, contact->alias) == 0)
		return;
	g_free(contact->alias);
	contact->alias = g_steal_pointer(&cleaned);
	g_free(contact->key);
	contact->key = text_sort_key(contact->alias);
	roster_resort(contact);
	tell(contact, EVENT_CONTACT_CHANGED, CONTACT_CHANGED_NAME);
	if (contact->chat)
		chat_set_name(contact->chat, contact->alias);
	if (!contact->account)
		return;
	/* What came before the name did. */
	tubes_follow_alias(contact);
	requests_follow_alias(contact);
	transfers_follow_alias(contact);
}

static bool replace(char **place, const char *raw)
{
	char *cleaned = text_clean(raw, -1, TEXT_LINE);

	if (strcmp(*place, cleaned) == 0) {
		g_free(cleaned);
		return false;
	}
	g_free(*place);
	*place = cleaned;
	return true;
}

/* Counts the contact as come (1) or gone (-1); true when the account's own count changed. */
static bool count_online(struct contact *contact, int online)
{
	if (!online)
		return false;
	roster_count(contact, online, 0);
	if (!contact->on_roster || !contact->account)
		return false;
	contact->account->online += (unsigned)online;
	return true;
}

void contact_set_presence(struct contact *contact, enum presence presence, const char *status,
			  const char *message)
{
	int online = presence_is_online(presence) - presence_is_online(contact->presence);
	int rank = presence_rank(presence) - presence_rank(contact->presence);
	bool changed = contact->presence != presence;
	bool counted;

	changed |= replace(&contact->status, status);
	changed |= replace(&contact->message, message);
	if (!changed)
		return;
	contact->presence = presence;
	counted = count_online(contact, online);
	if (rank)
		roster_resort(contact);
	tell(contact, EVENT_CONTACT_CHANGED, CONTACT_CHANGED_PRESENCE);
	if (counted)
		tell_counts(contact->account);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Cleaned, interned, sorted, each once. */
static char **intern_groups(const char *const *groups)
{
	unsigned length = groups ? g_strv_length((char **)groups) : 0;
	char **list = g_new0(char *, length + 1);
	unsigned n = 0, kept = 0;

	for (unsigned i = 0; i < length; i++) {
		g_autofree char *name = text_clean(groups[i], -1, TEXT_LINE);

		if (*name)
			list[n++] = g_ref_string_new_intern(name);
	}
	qsort(list, n, sizeof *list, compare_strings);
	for (unsigned i = 0; i < n; i++)
		if (kept && list[kept - 1] == list[i])
			g_ref_string_release(list[i]);
		else
			list[kept++] = list[i];
	list[kept] = NULL;
	return list;
}

void contact_set_groups(struct contact *contact, const char *const *groups)
{
	char **list = intern_groups(groups), **old = contact->groups;

	if (g_strv_equal((const char *const *)list, (const char *const *)old)) {
		free_groups(list);
		return;
	}
	contact->groups = list;
	roster_sync(contact);
	free_groups(old);
	tell(contact, EVENT_CONTACT_CHANGED, CONTACT_CHANGED_GROUPS);
}

void contact_add_group(struct contact *contact, const char *group)
{
	unsigned n = g_strv_length(contact->groups);
	g_autofree const char **list = g_new0(const char *, n + 2);

	memcpy(list, contact->groups, n * sizeof *list);
	list[n] = group;
	contact_set_groups(contact, list);
}

void contact_remove_group(struct contact *contact, const char *group)
{
	unsigned n = g_strv_length(contact->groups), kept = 0;
	g_autofree const char **list = g_new0(const char *, n + 1);
	g_autofree char *name = text_clean(group, -1, TEXT_LINE);

	for (unsigned i = 0; i < n; i++)
		if (strcmp(contact->groups[i], name) != 0)
			list[kept++] = contact->groups[i];
	contact_set_groups(contact, list);
}

void contact_set_on_roster(struct contact *contact, bool on_roster)
{
	struct account *account = contact->account;
	int sign = on_roster ? 1 : -1;

	if (contact->on_roster == on_roster)
		return;
	contact->on_roster = on_roster;
	if (!account)
		return;
	roster_sync(contact);
	account->total += (unsigned)sign;
	if (presence_is_online(contact->presence))
		account->online += (unsigned)sign;
	if (is_wanted(contact))
		tell(contact, EVENT_CONTACT_CHANGED, CONTACT_CHANGED_ROSTER);
	else
		leave(contact);
	tell_counts(account);
}

void contact_set_subscription(struct contact *contact, enum subscription subscribe,
			      enum subscription publish)
{
	if (contact->subscribe == subscribe && contact->publish == publish)
		return;
	contact->subscribe = subscribe;
	contact->publish = publish;
	tell(contact, EVENT_CONTACT_CHANGED, CONTACT_CHANGED_SUBSCRIPTION);
}

void contact_set_chat(struct contact *contact, struct chat *chat)
{
	if (contact->chat == chat)
		return;
	contact->chat = chat;
	if (!contact->account)
		return;
	roster_sync(contact);
	if (is_wanted(contact))
		tell(contact, EVENT_CONTACT_CHANGED, CONTACT_CHANGED_CHAT);
	else
		leave(contact);
}

void contact_set_services(struct contact *contact, const char *const *services, bool takes_tubes)
{
	bool same = !services == !contact->services && takes_tubes == contact->takes_tubes &&
		    (!services || g_strv_equal(services, (const char *const *)contact->services));

	if (same)
		return;
	g_strfreev(contact->services);
	contact->services = g_strdupv((char **)services);
	contact->takes_tubes = takes_tubes;
	tell(contact, EVENT_CONTACT_CHANGED, CONTACT_CHANGED_SERVICES);
}

bool contact_has_service(const struct contact *contact, const char *service)
{
	return contact->services &&
	       g_strv_contains((const char *const *)contact->services, service);
}

/* --- in words ----------------------------------------------------------------------------- */

char *contact_describe(const struct contact *contact)
{
	if (!strcmp(contact->alias, contact->shown_id))
		return g_strdup(contact->alias);
	return g_strdup_printf("%s <%s>", contact->alias, contact->shown_id);
}

enum contact_standing contact_standing(const struct contact *contact)
{
	if (contact_is_blocked(contact))
		return STANDING_BLOCKED;
	if (contact->subscribe == SUBSCRIPTION_REMOVED && !presence_is_online(contact->presence))
		return STANDING_REMOVED;
	return STANDING_USUAL;
}

const char *contact_standing_name(const struct contact *contact)
{
	switch (contact_standing(contact)) {
	case STANDING_BLOCKED:
		return "blocked";
	case STANDING_REMOVED:
		return "has removed you";
	case STANDING_USUAL:
		break;
	}
	return presence_name(contact->presence);
}

const char *subscription_name(enum subscription subscription)
{
	switch (subscription) {
	case SUBSCRIPTION_NO:
		return "no";
	case SUBSCRIPTION_REMOVED:
		return "removed";
	case SUBSCRIPTION_ASK:
		return "ask";
	case SUBSCRIPTION_YES:
		return "yes";
	case SUBSCRIPTION_UNKNOWN:
		break;
	}
	return "unknown";
}
