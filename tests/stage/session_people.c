/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The people of src/session/session.h, played: roster, cards, directories, requests. */

#include "stage.h"

#include "src/model/directory.h"

#include <string.h>

struct contact *session_find_contact(struct session *session, struct account *account,
				     const char *name, GError **error)
{
	for (guint i = 0; i < session->model->accounts->len; i++) {
		struct account *one = session->model->accounts->pdata[i];
		struct contact *contact = account_find_contact(one, name);
		GHashTableIter iter;
		void *value;

		if (contact != NULL)
			return contact;
		g_hash_table_iter_init(&iter, one->contacts);
		while (g_hash_table_iter_next(&iter, NULL, &value))
			if (strcmp(((struct contact *)value)->alias, name) == 0)
				return value;
	}
	g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND, "no contact \"%s\"", name);
	return NULL;
}

bool session_check_name(struct session *session, struct account *account, const char *name,
			GError **error)
{
	return true;
}

struct account *session_default_account(struct session *session, struct chat *current,
					GError **error)
{
	if (current != NULL && current->account != NULL)
		return current->account;
	if (session->model->accounts->len > 0)
		return session->model->accounts->pdata[0];
	g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND, "there is no account");
	return NULL;
}

void session_roster_add(struct session *session, struct account *account, const char *id,
			const char *message, session_done_fn done, void *data)
{
	contact_set_on_roster(account_ensure_contact(account, id), true);
	stage_finish(done, data);
}

void session_roster_remove(struct session *session, struct contact *contact, session_done_fn done,
			   void *data)
{
	contact_set_on_roster(contact, false);
	stage_finish(done, data);
}

void session_rename(struct session *session, struct contact *contact, const char *alias,
		    session_done_fn done, void *data)
{
	contact_set_alias(contact, alias);
	stage_finish(done, data);
}

void session_group_add(struct session *session, struct contact *contact, const char *group,
		       session_done_fn done, void *data)
{
	contact_add_group(contact, group);
	stage_finish(done, data);
}

void session_group_remove(struct session *session, struct contact *contact, const char *group,
			  session_done_fn done, void *data)
{
	contact_remove_group(contact, group);
	stage_finish(done, data);
}

void session_group_rename(struct session *session, struct account *account, const char *group,
			  const char *name, session_done_fn done, void *data)
{
	stage_finish(done, data);
}

void session_group_delete(struct session *session, struct account *account, const char *group,
			  session_done_fn done, void *data)
{
	stage_finish(done, data);
}

void session_block(struct session *session, struct account *account, const char *id, bool report,
		   session_done_fn done, void *data)
{
	account_set_blocked(account, id, true);
	stage_finish(done, data);
}

void session_unblock(struct session *session, struct account *account, const char *id,
		     session_done_fn done, void *data)
{
	account_set_blocked(account, id, false);
	stage_finish(done, data);
}

struct inquiry {
	struct session *session;
	session_whois_fn fn;
	void *data;
};

/* The card is the one that was set last. */
static gboolean on_inquiry(gpointer data)
{
	struct inquiry *inquiry = data;
	struct whois *whois = whois_new("alice@example.org");

	whois->card = card_copy(inquiry->session->card);
	inquiry->fn(whois, NULL, inquiry->data);
	whois_free(whois);
	return G_SOURCE_REMOVE;
}

void session_whois(struct session *session, struct account *account, const char *id,
		   session_whois_fn fn, void *data)
{
	struct inquiry *inquiry = g_new0(struct inquiry, 1);

	inquiry->session = session;
	inquiry->fn = fn;
	inquiry->data = data;
	g_idle_add_full(G_PRIORITY_DEFAULT, on_inquiry, inquiry, g_free);
}

void session_set_card(struct session *session, struct account *account, const GPtrArray *card,
		      session_done_fn done, void *data)
{
	g_ptr_array_unref(session->card);
	session->card = card_copy(card);
	stage_finish(done, data);
}

/* Finds nobody: the play says who is there. */
void session_open_directory(struct session *session, struct account *account, const char *server,
			    unsigned limit, session_done_fn done, void *data)
{
	static const char *const keys[] = {"fn", "nickname", "email", "x-adr-locality", NULL};
	struct directory *directory = account_start_directory(account, server);

	directory_set_facts(directory, keys, "", limit);
	directory_set_state(directory, DIRECTORY_READY, NULL);
	stage_finish(done, data);
}

void session_search_directory(struct session *session, struct account *account, GHashTable *terms,
			      session_done_fn done, void *data)
{
	stage_log(session, "search %s", (const char *)g_hash_table_lookup(terms, "nickname"));
	directory_set_state(account->directory, DIRECTORY_RUNNING, NULL);
	stage_finish(done, data);
}

void session_search_more(struct session *session, struct account *account, session_done_fn done,
			 void *data)
{
	directory_set_state(account->directory, DIRECTORY_RUNNING, NULL);
	stage_finish(done, data);
}

void session_stop_search(struct session *session, struct account *account)
{
	directory_set_state(account->directory, DIRECTORY_STOPPED, NULL);
}

void session_authorize(struct session *session, struct account *account, const char *id,
		       session_done_fn done, void *data)
{
	stage_finish(done, data);
}

void session_deny(struct session *session, struct account *account, const char *id,
		  session_done_fn done, void *data)
{
	stage_finish(done, data);
}

void session_answer_request(struct session *session, struct request *request, bool accept,
			    session_done_fn done, void *data)
{
	stage_log(session, "request %s %s", request->id, accept ? "yes" : "no");
	model_remove_request(request);
	stage_finish(done, data);
}
