/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Looking for messages in all of the history. A search of the history ends after a while with
 * what it has found so far; here it is gone on with until there is a page. */

#include "tree.h"

#include <string.h>

#include "../model/text.h"

struct session_search {
	struct session *session;
	struct query *query;
	char *account, *id;
	enum chat_kind kind;
	unsigned limit;
	bool forward;
	GPtrArray *found;
	session_found_fn fn;
	void *data;
};

void session_found_free(struct session_found *found)
{
	message_free(found->message);
	g_free(found->account);
	g_free(found->id);
	g_free(found->name);
	g_free(found);
}

void search_free(void *data)
{
	struct session_search *search = data;

	query_unref(search->query);
	g_ptr_array_unref(search->found);
	g_free(search->account);
	g_free(search->id);
	g_free(search);
}

/* A room is called by what stands before the server, a contact by its alias. */
static char *place_name(const char *id, const char *name)
{
	return text_clean(name && *name ? name : id, -1, TEXT_LINE);
}

static struct session_found *take_found(const struct history_found *from)
{
	struct session_found *found = g_new0(struct session_found, 1);

	found->account = g_strdup(from->account);
	found->id = g_strdup(from->id);
	found->kind = (enum chat_kind)from->kind;
	found->name = place_name(from->id, from->name);
	found->message = pages_message_whole(from->message);
	return found;
}

static void ask(struct session_search *search, gint64 from);

static void on_found(GPtrArray *items, gint64 next, const char *why, void *data)
{
	struct session_search *search = data;
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < items->len; i++)
		g_ptr_array_add(search->found, take_found(items->pdata[i]));
	if (next && search->found->len < search->limit) {
		ask(search, next);
		return;
	}
	if (why)
		error = g_error_new(SESSION_ERROR, SESSION_ERROR_FAILED,
				    "cannot read the history: %s", why);
	g_hash_table_steal(search->session->searches, search);
	search->fn(search->found, next, error, search->data);
	search_free(search);
}

static void ask(struct session_search *search, gint64 from)
{
	struct history_chat chat = {search->account, search->kind, search->id};

	history_search(search->session->history, search->query, search->account ? &chat : NULL,
		       from, search->limit - search->found->len, search->forward, on_found, search);
}

struct session_search *session_search(struct session *session, struct query *query,
				      const struct session_place *place, gint64 from,
				      unsigned limit, bool forward, session_found_fn fn, void *data)
{
	struct session_search *search = g_new0(struct session_search, 1);

	search->session = session;
	search->query = query_ref(query);
	search->account = g_strdup(place ? place->account : session->only_account);
	search->id = place ? g_strdup(place->id) : NULL;
	search->kind = place ? place->kind : CHAT_CONTACT;
	search->limit = limit;
	search->forward = forward;
	search->found = g_ptr_array_new_with_free_func((GDestroyNotify)session_found_free);
	search->fn = fn;
	search->data = data;
	g_hash_table_add(session->searches, search);
	ask(search, from);
	return search;
}

void session_search_cancel(struct session_search *search)
{
	history_cancel(search->session->history, search);
	g_hash_table_remove(search->session->searches, search);
}

/* --- chats of which there is a history ---------------------------------------------------- */

struct places_request {
	struct session *session;
	char *account, *name;
	session_place_fn fn;
	void *data;
};

void places_free(void *data)
{
	struct places_request *request = data;

	g_free(request->account);
	g_free(request->name);
	g_free(request);
}

/* Those that are called so; by the id when one is, else by name. */
static GPtrArray *find_places(const struct places_request *request, GPtrArray *chats)
{
	g_autofree char *key = text_sort_key(request->name);
	GPtrArray *by_id = g_ptr_array_new(), *by_name = g_ptr_array_new();

	for (guint i = 0; i < chats->len; i++) {
		struct history_summary *chat = chats->pdata[i];
		g_autofree char *name = place_name(chat->id, chat->name);
		g_autofree char *name_key = text_sort_key(name);

		if (request->account && strcmp(chat->account, request->account))
			continue;
		if (!strcmp(chat->id, request->name))
			g_ptr_array_add(by_id, chat);
		else if (!strcmp(name_key, key))
			g_ptr_array_add(by_name, chat);
	}
	if (by_id->len) {
		g_ptr_array_unref(by_name);
		return by_id;
	}
	g_ptr_array_unref(by_id);
	return by_name;
}

static GError *places_error(const char *name, const GPtrArray *places)
{
	GString *list = g_string_new(NULL);
	GError *error;

	for (guint i = 0; i < places->len; i++) {
		const struct history_summary *place = places->pdata[i];

		g_string_append_printf(list, "%s%s:%s", i ? ", " : "", place->account, place->id);
	}
	error = places->len ? g_error_new(SESSION_ERROR, SESSION_ERROR_NOT_FOUND,
					  "\"%s\" can be %s", name, list->str)
			    : g_error_new(SESSION_ERROR, SESSION_ERROR_NOT_FOUND,
					  "there is no history with \"%s\"", name);
	g_string_free(list, TRUE);
	return error;
}

static void on_chats(GPtrArray *chats, void *data)
{
	struct places_request *request = data;
	struct session *session = request->session;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) places = NULL;
	struct session_place place = {NULL, CHAT_CONTACT, NULL};
	struct account *account =
		request->account ? model_find_account(session->model, request->account) : NULL;
	struct contact *contact = NULL;

	g_hash_table_steal(session->places, request);
	/* The rosters of before were asked for earlier, so they are here. */
	if (account || !request->account)
		contact = session_find_contact(session, account, request->name, NULL);
	places = find_places(request, chats);
	if (contact && contact->account) {
		place = (struct session_place){contact->account->name, CHAT_CONTACT, contact->id};
	} else if (places->len == 1) {
		const struct history_summary *one = places->pdata[0];

		place = (struct session_place){one->account, (enum chat_kind)one->kind, one->id};
	} else {
		error = places_error(request->name, places);
	}
	request->fn(error ? NULL : &place, error, request->data);
	places_free(request);
}

/* "account:" in front of a name tells the account, also one that is in no file any more. */
void session_find_place(struct session *session, const char *account, const char *name,
			session_place_fn fn, void *data)
{
	struct places_request *request = g_new0(struct places_request, 1);
	const struct account *named = account ? NULL : model_split_account(session->model, &name);

	if (named)
		account = named->name;
	request->session = session;
	request->account = g_strdup(account ? account : session->only_account);
	request->name = g_strdup(name);
	request->fn = fn;
	request->data = data;
	g_hash_table_add(session->places, request);
	history_read_places(session->history, on_chats, request);
}
