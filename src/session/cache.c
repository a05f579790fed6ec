/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The roster as it was last seen: there before a connection is up, saved when it changed. */

#include "tree.h"

#include <string.h>

#define SAVE_AFTER_S 3 /* changes come in bursts */

/* --- reading ------------------------------------------------------------------------------ */

static void restore_contact(struct account *account, const struct history_contact *saved)
{
	struct contact *contact = account_ensure_contact(account, saved->id);

	if (contact->on_roster)
		return;
	contact_set_alias(contact, saved->alias);
	contact_set_groups(contact, (const char *const *)saved->groups);
	contact_set_on_roster(contact, true);
}

static void on_roster(GPtrArray *contacts, void *data)
{
	struct login *login = data;

	/* The roster itself was quicker. */
	if (login->account->roster_ready)
		return;
	for (guint i = 0; i < contacts->len; i++)
		restore_contact(login->account, contacts->pdata[i]);
}

void restore_roster(struct login *login)
{
	history_read_roster(login->session->history, login->account->name, on_roster, login);
}

/* --- saving ------------------------------------------------------------------------------- */

static void free_saved(void *saved)
{
	g_free(saved); /* the rest is the contact's */
}

static GPtrArray *list_roster(struct account *account)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(free_saved);
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct contact *contact = value;
		struct history_contact *saved;

		if (!contact->on_roster)
			continue;
		saved = g_new0(struct history_contact, 1);
		saved->id = contact->id;
		saved->groups = contact->groups;
		if (strcmp(contact->alias, contact->shown_id) != 0)
			saved->alias = contact->alias;
		g_ptr_array_add(list, saved);
	}
	return list;
}

void cache_flush(struct login *login)
{
	g_autoptr(GPtrArray) list = NULL;

	if (!login->roster_save)
		return;
	g_clear_handle_id(&login->roster_save, g_source_remove);
	list = list_roster(login->account);
	history_save_roster(login->session->history, login->account->name, list);
}

static gboolean on_save(void *data)
{
	cache_flush(data);
	return G_SOURCE_REMOVE;
}

static bool is_roster_change(const struct event *event)
{
	const unsigned changes =
		CONTACT_CHANGED_NAME | CONTACT_CHANGED_GROUPS | CONTACT_CHANGED_ROSTER;

	switch ((int)event->type) {
	case EVENT_ROSTER_READY:
		return true;
	case EVENT_CONTACT_REMOVED:
		return event->contact->on_roster || event->account->roster_ready;
	case EVENT_CONTACT_CHANGED:
		return event->change & changes;
	}
	return false;
}

void cache_on_event(const struct event *event, void *data)
{
	struct session *session = data;
	struct login *login;

	if (!event->account || !event->account->roster_ready || !is_roster_change(event))
		return;
	login = login_find(session, event->account);
	if (login && !login->roster_save)
		login->roster_save = g_timeout_add_seconds(SAVE_AFTER_S, on_save, login);
}
