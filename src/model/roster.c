/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "roster.h"
#include "account.h"
#include "contact.h"
#include "text.h"

#include <string.h>

static void row_free(void *data)
{
	struct roster_row *row = data;

	if (row->group && !row->contact)
		g_ref_string_release((char *)row->group);
	g_free(row->key);
	g_free(row);
}

static int presence_class(enum presence presence)
{
	if (presence_is_online(presence))
		return 0;
	return presence_rank(presence) < presence_rank(PRESENCE_OFFLINE) ? 1 : 2;
}

static int compare_groups(const struct roster_row *a, const struct roster_row *b)
{
	int order;

	if (!a->heading || !b->heading)
		return a->heading ? 1 : -1;
	order = strcmp(a->heading->key, b->heading->key);
	return order ? order : strcmp(a->group, b->group);
}

static int compare_rows(const void *left, const void *right, void *data)
{
	const struct roster_row *a = left, *b = right;
	int order;

	if (a == b)
		return 0;
	if (a->heading != b->heading)
		return compare_groups(a, b);
	if (!a->contact || !b->contact)
		return a->contact ? 1 : -1;
	order = presence_class(a->contact->presence) - presence_class(b->contact->presence);
	if (!order)
		order = strcmp(a->contact->key, b->contact->key);
	return order ? order : strcmp(a->contact->id, b->contact->id);
}

void roster_init(struct account *account)
{
	account->rows = g_sequence_new(row_free);
	account->headings = g_hash_table_new(NULL, NULL);
}

void roster_clear(struct account *account)
{
	g_hash_table_unref(account->headings);
	g_sequence_free(account->rows);
}

void roster_drop_all(struct account *account)
{
	GHashTableIter iter;
	void *contact;

	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &contact))
		g_ptr_array_set_size(((struct contact *)contact)->rows, 0);
	g_hash_table_remove_all(account->headings);
	g_sequence_remove_range(g_sequence_get_begin_iter(account->rows),
				g_sequence_get_end_iter(account->rows));
}

static struct roster_row *ensure_heading(struct account *account, const char *group)
{
	GSequenceIter *place = g_hash_table_lookup(account->headings, group);
	struct roster_row *row;

	if (place)
		return g_sequence_get(place);
	row = g_new0(struct roster_row, 1);
	row->account = account;
	row->group = g_ref_string_acquire((char *)group);
	row->heading = row;
	row->key = text_sort_key(group);
	place = g_sequence_insert_sorted(account->rows, row, compare_rows, NULL);
	g_hash_table_insert(account->headings, (char *)row->group, place);
	return row;
}

static void count(struct roster_row *row, int online, int total)
{
	if (!row->heading)
		return;
	row->heading->online += (unsigned)online;
	row->heading->total += (unsigned)total;
}

static GSequenceIter *add_row(struct contact *contact, const char *group)
{
	struct account *account = contact->account;
	struct roster_row *row = g_new0(struct roster_row, 1);

	row->account = account;
	row->contact = contact;
	row->heading = group ? ensure_heading(account, group) : NULL;
	row->group = row->heading ? row->heading->group : NULL;
	count(row, presence_is_online(contact->presence), 1);
	return g_sequence_insert_sorted(account->rows, row, compare_rows, NULL);
}

static void remove_row(struct contact *contact, GSequenceIter *place)
{
	struct roster_row *row = g_sequence_get(place), *heading = row->heading;
	GHashTable *headings = contact->account->headings;

	count(row, presence_is_online(contact->presence) ? -1 : 0, -1);
	g_sequence_remove(place);
	if (heading && heading->total == 0) {
		place = g_hash_table_lookup(headings, heading->group);
		g_hash_table_remove(headings, heading->group);
		g_sequence_remove(place);
	}
}

/* Both lists of groups are sorted, so one walk finds what came and what went. */
static void merge_rows(struct contact *contact, const char *const *groups, unsigned n)
{
	GPtrArray *old = contact->rows;
	GPtrArray *new = g_ptr_array_sized_new(n);
	unsigned i = 0, j = 0;

	while (i < old->len || j < n) {
		struct roster_row *row = i < old->len ? g_sequence_get(old->pdata[i]) : NULL;
		const char *group = j < n ? groups[j] : NULL;
		int order = !row ? 1 : j == n ? -1 : g_strcmp0(row->group, group);

		if (order == 0)
			g_ptr_array_add(new, old->pdata[i++]), j++;
		else if (order > 0)
			g_ptr_array_add(new, add_row(contact, group)), j++;
		else
			remove_row(contact, old->pdata[i++]);
	}
	contact->rows = new;
	g_ptr_array_unref(old);
}

void roster_sync(struct contact *contact)
{
	static const char *const no_group[] = {NULL};

	if (!contact->account)
		return;
	if (contact->on_roster && contact->groups[0])
		merge_rows(contact, (const char *const *)contact->groups,
			   g_strv_length(contact->groups));
	else
		merge_rows(contact, no_group, contact->on_roster || contact->chat ? 1 : 0);
}

void roster_resort(struct contact *contact)
{
	for (unsigned i = 0; i < contact->rows->len; i++)
		g_sequence_sort_changed(contact->rows->pdata[i], compare_rows, NULL);
}

void roster_resort_all(struct account *account)
{
	g_sequence_sort(account->rows, compare_rows, NULL);
}

void roster_count(struct contact *contact, int online, int total)
{
	for (unsigned i = 0; i < contact->rows->len; i++)
		count(g_sequence_get(contact->rows->pdata[i]), online, total);
}

/* --- groups ------------------------------------------------------------------------------- */

static int compare_headings(const void *a, const void *b)
{
	return compare_groups(*(const struct roster_row *const *)a,
			      *(const struct roster_row *const *)b);
}

GPtrArray *account_list_groups(struct account *account)
{
	GPtrArray *list = g_ptr_array_new();
	GHashTableIter iter;
	void *place;

	g_hash_table_iter_init(&iter, account->headings);
	while (g_hash_table_iter_next(&iter, NULL, &place))
		g_ptr_array_add(list, g_sequence_get(place));
	g_ptr_array_sort(list, compare_headings);
	return list;
}

const struct roster_row *account_find_group(struct account *account, const char *group)
{
	GHashTableIter iter;
	void *name, *place;

	g_hash_table_iter_init(&iter, account->headings);
	while (g_hash_table_iter_next(&iter, &name, &place))
		if (!strcmp(name, group))
			return g_sequence_get(place);
	return NULL;
}
