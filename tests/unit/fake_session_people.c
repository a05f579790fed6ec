/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The people of the session without a bus: roster, cards, directories, requests. */

#include <string.h>

#include "fake_session.h"

#include "model/directory.h"
#include "model/text.h"

static struct contact *find_in(struct account *account, const char *name, unsigned *count)
{
	struct contact *found = account_find_contact(account, name);
	g_autofree char *key = text_sort_key(name);
	GHashTableIter iter;
	void *value;

	if (found) {
		(*count)++;
		return found;
	}
	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct contact *contact = value;

		if (strcmp(contact->key, key))
			continue;
		found = contact;
		(*count)++;
	}
	return found;
}

bool session_check_name(struct session *session, struct account *account, const char *name,
			GError **error)
{
	return true;
}

struct contact *session_find_contact(struct session *session, struct account *account,
				     const char *name, GError **error)
{
	const char *colon = strchr(name, ':');
	g_autofree char *prefix = colon ? g_strndup(name, (gsize)(colon - name)) : NULL;
	struct contact *found = NULL;
	unsigned count = 0;

	if (prefix && model_find_account(session->model, prefix)) {
		account = model_find_account(session->model, prefix);
		name = colon + 1;
	}
	for (guint i = 0; i < session->model->accounts->len; i++) {
		struct account *one = g_ptr_array_index(session->model->accounts, i);
		struct contact *contact = NULL;

		if (!account || account == one)
			contact = find_in(one, name, &count);
		found = contact ? contact : found;
	}
	if (count == 1)
		return found;
	g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND,
		    count ? "several contacts are called \"%s\"" : "no contact is called \"%s\"",
		    name);
	return NULL;
}

struct account *session_default_account(struct session *session, struct chat *current,
					GError **error)
{
	struct account *found = current ? current->account : NULL;
	unsigned online = 0;

	for (guint i = 0; !found && i < session->model->accounts->len; i++) {
		struct account *account = g_ptr_array_index(session->model->accounts, i);

		online += account->state == ACCOUNT_ONLINE;
	}
	for (guint i = 0; online == 1 && !found && i < session->model->accounts->len; i++) {
		struct account *account = g_ptr_array_index(session->model->accounts, i);

		if (account->state == ACCOUNT_ONLINE)
			found = account;
	}
	if (!found)
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_USAGE, "which account?");
	return found;
}

void session_roster_add(struct session *session, struct account *account, const char *id,
			const char *message, session_done_fn done, void *data)
{
	fake_record(session, "roster_add %s %s \"%s\"", account->name, id, message);
	fake_end_later(session, done, data);
}

void session_roster_remove(struct session *session, struct contact *contact, session_done_fn done,
			   void *data)
{
	fake_record(session, "roster_remove %s %s", contact->account->name, contact->id);
	fake_end_later(session, done, data);
}

void session_rename(struct session *session, struct contact *contact, const char *alias,
		    session_done_fn done, void *data)
{
	fake_record(session, "rename %s %s %s", contact->account->name, contact->id, alias);
	fake_end_later(session, done, data);
}

void session_group_add(struct session *session, struct contact *contact, const char *group,
		       session_done_fn done, void *data)
{
	fake_record(session, "group_add %s %s %s", contact->account->name, contact->id, group);
	fake_end_later(session, done, data);
}

void session_group_remove(struct session *session, struct contact *contact, const char *group,
			  session_done_fn done, void *data)
{
	fake_record(session, "group_remove %s %s %s", contact->account->name, contact->id, group);
	fake_end_later(session, done, data);
}

void session_group_rename(struct session *session, struct account *account, const char *group,
			  const char *name, session_done_fn done, void *data)
{
	fake_record(session, "group_rename %s %s %s", account->name, group, name);
	fake_end_later(session, done, data);
}

void session_group_delete(struct session *session, struct account *account, const char *group,
			  session_done_fn done, void *data)
{
	fake_record(session, "group_delete %s %s", account->name, group);
	fake_end_later(session, done, data);
}

void session_block(struct session *session, struct account *account, const char *id, bool report,
		   session_done_fn done, void *data)
{
	fake_record(session, "block %s %s%s", account->name, id, report ? " report" : "");
	fake_end_later(session, done, data);
}

void session_unblock(struct session *session, struct account *account, const char *id,
		     session_done_fn done, void *data)
{
	fake_record(session, "unblock %s %s", account->name, id);
	fake_end_later(session, done, data);
}

struct inquiry {
	struct session *session;
	session_whois_fn fn;
	void *data;
};

static void on_inquiry(const GError *error, void *data)
{
	struct inquiry *inquiry = data;

	inquiry->fn(error ? NULL : inquiry->session->whois, error, inquiry->data);
	g_free(inquiry);
}

void session_whois(struct session *session, struct account *account, const char *id,
		   session_whois_fn fn, void *data)
{
	struct inquiry *inquiry = g_new0(struct inquiry, 1);

	fake_record(session, "whois %s %s", account->name, id ? id : "self");
	inquiry->session = session;
	inquiry->fn = fn;
	inquiry->data = data;
	fake_end_later(session, on_inquiry, inquiry);
}

void session_set_card(struct session *session, struct account *account, const GPtrArray *card,
		      session_done_fn done, void *data)
{
	g_autoptr(GString) fields = g_string_new(NULL);

	for (guint i = 0; i < card->len; i++) {
		const struct card_field *field = g_ptr_array_index(card, i);
		g_autofree char *params = g_strjoinv(";", field->params);
		g_autofree char *value = card_edit_value(field);

		g_string_append_printf(fields, " %s%s%s=%s", field->name, *params ? ";" : "",
				       params, value);
	}
	fake_record(session, "card %s%s", account->name, fields->str);
	fake_end_later(session, done, data);
}

void session_open_directory(struct session *session, struct account *account, const char *server,
			    unsigned limit, session_done_fn done, void *data)
{
	struct directory *directory = account_start_directory(account, server);

	fake_record(session, "directory %s %s %u", account->name, server ? server : "-", limit);
	directory_set_facts(directory, (const char *const[]){"fn", "email", NULL}, "", limit);
	directory_set_state(directory, session->next ? DIRECTORY_FAILED : DIRECTORY_READY, NULL);
	fake_end_later(session, done, data);
}

void session_search_directory(struct session *session, struct account *account, GHashTable *terms,
			      session_done_fn done, void *data)
{
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(terms), (GCompareFunc)strcmp);
	g_autoptr(GPtrArray) card = card_new();

	for (GList *key = keys; key; key = key->next)
		fake_record(session, "search %s %s=%s", account->name, (const char *)key->data,
			    (const char *)g_hash_table_lookup(terms, key->data));
	g_ptr_array_add(card, card_field_new("fn", NULL, (const char *const[]){"Bob", NULL}));
	directory_add(account->directory, "bob@x", card);
	directory_set_state(account->directory, DIRECTORY_MORE, NULL);
	fake_end_later(session, done, data);
}

void session_search_more(struct session *session, struct account *account, session_done_fn done,
			 void *data)
{
	fake_record(session, "more %s", account->name);
	directory_set_state(account->directory, DIRECTORY_DONE, NULL);
	fake_end_later(session, done, data);
}

void session_stop_search(struct session *session, struct account *account)
{
	fake_record(session, "stop search %s", account->name);
}

void session_authorize(struct session *session, struct account *account, const char *id,
		       session_done_fn done, void *data)
{
	fake_record(session, "authorize %s %s", account->name, id);
	fake_end_later(session, done, data);
}

void session_deny(struct session *session, struct account *account, const char *id,
		  session_done_fn done, void *data)
{
	fake_record(session, "deny %s %s", account->name, id);
	fake_end_later(session, done, data);
}

void session_answer_request(struct session *session, struct request *request, bool accept,
			    session_done_fn done, void *data)
{
	fake_record(session, "answer %u %s", request->number, accept ? "yes" : "no");
	model_remove_request(request);
	fake_end_later(session, done, data);
}
