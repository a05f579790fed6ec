/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who and where is meant by what was typed. */

#include "tree.h"

#include <string.h>

#include "../model/text.h"

#define SHOWN_MAX 5 /* candidates that an error names */

typedef bool (*match_fn)(const struct contact *contact, const char *name);

static bool has_id(const struct contact *contact, const char *name)
{
	return strcmp(contact->id, name) == 0;
}

static bool has_similar_id(const struct contact *contact, const char *name)
{
	return text_is_same(contact->id, name);
}

static bool has_alias(const struct contact *contact, const char *name)
{
	return strcmp(contact->alias, name) == 0;
}

static bool has_similar_alias(const struct contact *contact, const char *name)
{
	return text_is_same(contact->alias, name);
}

/* For a question back only: there may be a bob elsewhere. */
static bool has_user(const struct contact *contact, const char *name)
{
	gsize length = strlen(name);

	return g_ascii_strncasecmp(contact->id, name, length) == 0 && contact->id[length] == '@';
}

/* The first way of matching that finds somebody decides. */
static const match_fn matches[] = {has_id, has_similar_id, has_alias, has_similar_alias};

static void collect(GPtrArray *found, struct account *account, const char *name, match_fn match)
{
	GHashTableIter iter;
	void *contact;

	/* Ids are keys; the rest is looked through. */
	if (match == has_id) {
		contact = account_find_contact(account, name);
		if (contact)
			g_ptr_array_add(found, contact);
		return;
	}
	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &contact))
		if (match(contact, name))
			g_ptr_array_add(found, contact);
}

static void collect_all(GPtrArray *found, struct session *session, struct account *account,
			const char *name)
{
	const GPtrArray *accounts = session->model->accounts;

	for (gsize i = 0; i < G_N_ELEMENTS(matches) && !found->len; i++)
		for (guint j = 0; j < accounts->len; j++)
			if (!account || accounts->pdata[j] == account)
				collect(found, accounts->pdata[j], name, matches[i]);
}

static char *guess(struct session *session, struct account *account, const char *name)
{
	const GPtrArray *accounts = session->model->accounts;
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	for (guint i = 0; i < accounts->len; i++)
		if (!account || accounts->pdata[i] == account)
			collect(found, accounts->pdata[i], name, has_user);
	if (found->len != 1)
		return g_strdup("give an id, an alias or account:id");
	return g_strdup_printf("did you mean %s?", ((struct contact *)found->pdata[0])->shown_id);
}

static int compare_candidates(const void *a, const void *b)
{
	const struct contact *x = *(struct contact *const *)a, *y = *(struct contact *const *)b;
	int order = strcmp(x->account->name, y->account->name);

	return order ? order : strcmp(x->id, y->id);
}

static void set_ambiguous(GError **error, GPtrArray *found, const char *name)
{
	g_autoptr(GString) list = g_string_new(NULL);

	g_ptr_array_sort(found, compare_candidates);
	for (guint i = 0; i < found->len && i < SHOWN_MAX; i++) {
		const struct contact *contact = found->pdata[i];

		g_string_append_printf(list, "%s%s:%s", i ? ", " : "", contact->account->name,
				       contact->shown_id);
	}
	g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND, "%s could be several: %s%s",
		    name, list->str, found->len > SHOWN_MAX ? ", …" : "");
}

struct contact *session_find_contact(struct session *session, struct account *account,
				     const char *name, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
	g_autofree char *hint = NULL;
	const char *rest = name;
	struct account *named = model_split_account(session->model, &rest);

	if (named && account && named != account) {
		named = NULL;
		rest = name;
	}
	collect_all(found, session, account, name);
	account = named ? named : account;
	if (!found->len && named)
		collect_all(found, session, named, rest);
	if (found->len == 1)
		return found->pdata[0];
	if (found->len) {
		set_ambiguous(error, found, shown);
		return NULL;
	}
	hint = guess(session, account, rest);
	g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND, "no contact %s: %s", shown,
		    hint);
	return NULL;
}

bool session_check_name(struct session *session, struct account *account, const char *name,
			GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
	struct account *named;

	collect_all(found, session, account, name);
	named = model_split_account(session->model, &name);
	if (!found->len && named)
		collect_all(found, session, named, name);
	if (found->len > 1)
		set_ambiguous(error, found, shown);
	return found->len <= 1;
}

/* --- accounts ----------------------------------------------------------------------------- */

static struct account *only_one(const GPtrArray *accounts, bool online)
{
	struct account *only = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = accounts->pdata[i];

		if (online && account->state != ACCOUNT_ONLINE)
			continue;
		if (only)
			return NULL;
		only = account;
	}
	return only;
}

struct account *session_default_account(struct session *session, struct chat *current,
					GError **error)
{
	const GPtrArray *accounts = session->model->accounts;
	struct account *account = current ? current->account : NULL;

	if (!account)
		account = only_one(accounts, true);
	if (!account)
		account = only_one(accounts, false);
	if (account)
		return account;
	if (!accounts->len)
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND,
			    "there is no account yet: /account add makes one");
	else
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND,
			    "which account? name it (-a NAME)");
	return NULL;
}
