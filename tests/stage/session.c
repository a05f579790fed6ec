/* SPDX-License-Identifier: GPL-3.0-or-later */

/* src/session/session.h, played. */

#include "stage.h"

#include "src/model/directory.h"

#include <string.h>

struct later { /* session_done_fn is never called from inside */
	session_done_fn done;
	void *data;
};

static gboolean on_later(gpointer data)
{
	struct later *later = data;

	later->done(NULL, later->data);
	return G_SOURCE_REMOVE;
}

void stage_finish(session_done_fn done, void *data)
{
	struct later *later;

	if (done == NULL)
		return;
	later = g_new(struct later, 1);
	*later = (struct later){done, data};
	g_idle_add_full(G_PRIORITY_DEFAULT, on_later, later, g_free);
}

GQuark session_error_quark(void)
{
	return g_quark_from_static_string("session-error");
}

struct model *session_model(struct session *session)
{
	return session->model;
}

struct config *session_config(struct session *session)
{
	return session->config;
}

const struct accounts *session_accounts(struct session *session)
{
	return session->accounts;
}

bool session_has_bus(const struct session *session)
{
	return true;
}

void session_start(struct session *session)
{
}

void session_stop(struct session *session, session_done_fn done, void *data)
{
	stage_finish(done, data);
}

void session_wait_bus(struct session *session, session_done_fn done, void *data)
{
	stage_finish(done, data);
}

void session_wait_cache(struct session *session, session_done_fn done, void *data)
{
	stage_finish(done, data);
}

void session_set_debug(struct session *session, bool on)
{
}

bool session_debug(const struct session *session)
{
	return false;
}

const char *session_log_path(const struct session *session)
{
	return NULL;
}

/* --- accounts ----------------------------------------------------------------------------- */

void session_connect(struct session *session, struct account *account, session_done_fn done,
		     void *data)
{
	account_set_state(account, ACCOUNT_ONLINE, "");
	stage_finish(done, data);
}

void session_disconnect(struct session *session, struct account *account, session_done_fn done,
			void *data)
{
	account_set_state(account, ACCOUNT_OFFLINE, "");
	stage_finish(done, data);
}

bool session_account_add(struct session *session, const struct account_conf *conf, GError **error)
{
	if (!accounts_add(session->accounts, conf, error))
		return false;
	account_new(session->model, conf->name, conf->manager, conf->protocol);
	return true;
}

bool session_account_remove(struct session *session, struct account *account, GError **error)
{
	accounts_remove(session->accounts, account->name, NULL);
	account_remove(account);
	return true;
}

bool session_account_set(struct session *session, struct account *account, const char *key,
			 const char *value, GError **error)
{
	return accounts_set(session->accounts, account->name, key, value, error);
}

bool session_account_enable(struct session *session, struct account *account, bool enabled,
			    GError **error)
{
	account_set_state(account, enabled ? ACCOUNT_ONLINE : ACCOUNT_DISABLED, "");
	return true;
}

bool session_account_change(struct session *session, struct account *account, GHashTable *changes,
			    GError **error)
{
	return accounts_change(session->accounts, account->name, changes, error);
}

bool session_account_rename(struct session *session, struct account *account, const char *name,
			    GError **error)
{
	return accounts_rename(session->accounts, account->name, name, error) &&
	       account_rename(account, name);
}

bool session_account_move(struct session *session, struct account *account,
			  const struct account *before, GError **error)
{
	account_move(account, before);
	return true;
}

void session_set_avatar(struct session *session, struct account *account, const char *path,
			session_done_fn done, void *data)
{
	if (done != NULL)
		done(NULL, data);
}

struct listing {
	struct session *session;
	session_protocols_fn fn;
	void *data;
};

static gboolean on_listing(gpointer data)
{
	struct listing *listing = data;

	listing->fn(listing->session->protocols, NULL, listing->data);
	return G_SOURCE_REMOVE;
}

void session_list_protocols(struct session *session, session_protocols_fn fn, void *data)
{
	struct listing *listing = g_new(struct listing, 1);

	*listing = (struct listing){session, fn, data};
	g_idle_add_full(G_PRIORITY_DEFAULT, on_listing, listing, g_free);
}

GPtrArray *session_known_protocols(struct session *session)
{
	return session->protocols;
}

GPtrArray *session_installed_protocols(struct session *session)
{
	return session->protocols;
}

void session_set_presence(struct session *session, struct account *account, enum presence presence,
			  const char *message, session_done_fn done, void *data)
{
	for (guint i = 0; i < session->model->accounts->len; i++)
		account_set_presence(session->model->accounts->pdata[i], presence, "", message);
	stage_finish(done, data);
}

void session_set_nick(struct session *session, struct account *account, const char *nick,
		      session_done_fn done, void *data)
{
	stage_finish(done, data);
}

/* --- files -------------------------------------------------------------------------------- */

struct transfer *session_send_file(struct session *session, struct account *account, const char *id,
				   const char *path, GError **error)
{
	stage_log(session, "send file %s %s", id, path);
	return transfer_new(session->model, account, id, path, 1000, false);
}

bool session_accept_file(struct session *session, struct transfer *transfer, const char *directory,
			 GError **error)
{
	transfer_set_state(transfer, TRANSFER_STARTING);
	return true;
}

void session_cancel_file(struct session *session, struct transfer *transfer)
{
	transfer_fail(transfer, TRANSFER_END_CANCELLED, "cancelled");
}

/* --- chats -------------------------------------------------------------------------------- */

static unsigned *backlog_of(struct session *session, const struct chat *chat)
{
	g_autofree char *key = NULL;

	if (chat->account == NULL)
		return NULL;
	key = g_strdup_printf("%s/%s", chat->account->name, chat->id);
	return g_hash_table_lookup(session->backlogs, key);
}

struct chat *session_open_chat(struct session *session, struct account *account, const char *id)
{
	struct chat *chat = chat_open(account, CHAT_CONTACT, id);

	chat_set_live(chat, true);
	return chat;
}

struct opening {
	struct chat *chat;
	session_chat_fn fn;
	void *data;
};

static gboolean on_opening(gpointer data)
{
	struct opening *opening = data;

	opening->fn(opening->chat, NULL, opening->data);
	return G_SOURCE_REMOVE;
}

void session_open_contact(struct session *session, struct account *account, const char *id,
			  session_chat_fn fn, void *data)
{
	struct opening *opening = g_new(struct opening, 1);

	*opening = (struct opening){session_open_chat(session, account, id), fn, data};
	g_idle_add_full(G_PRIORITY_DEFAULT, on_opening, opening, g_free);
}

void session_close_chat(struct session *session, struct chat *chat)
{
	chat_close(chat);
}

void session_send(struct session *session, struct chat *chat, enum message_type type,
		  const char *text, session_done_fn done, void *data)
{
	struct message_init init = {
		.direction = MESSAGE_OUT,
		.type = type,
		.delivery = DELIVERY_SENDING,
		.text = text,
	};

	chat_append(chat, message_new(&init));
	stage_finish(done, data);
}

void session_resend(struct session *session, struct chat *chat, struct message *message)
{
	stage_log(session, "resend %s %s", chat->id, message->text);
	chat_set_delivery(chat, message, DELIVERY_SENDING, NULL);
}

void session_use_living(struct session *session)
{
}

void session_withdraw(struct session *session, struct chat *chat, const char *reason)
{
}

bool session_is_resendable(const struct message *message)
{
	return message->delivery == DELIVERY_FAILED;
}

void session_correct(struct session *session, struct chat *chat, const char *text,
		     session_done_fn done, void *data)
{
	stage_log(session, "correct %s \"%s\"", chat->id, text);
	stage_finish(done, data);
}

gsize session_message_limit(const struct account *account)
{
	return 60000;
}

char **session_split(const struct account *account, const char *text)
{
	return strlen(text) > 100000 ? NULL : g_strsplit(text, "|", -1);
}

void session_measure_sms(struct session *session, struct chat *chat, const char *text)
{
}

void session_set_typing(struct session *session, struct chat *chat, enum chat_typing state)
{
	stage_log(session, "typing %s %d", chat->id, (int)state);
}

void session_notify(struct session *session, struct chat *chat, const char *title, const char *body)
{
	stage_log(session, "notify %s [%s] %s", chat->id, title, body);
}

void session_unnotify(struct session *session, struct chat *chat)
{
}

void session_mark_read(struct session *session, struct chat *chat)
{
	stage_log(session, "read %s", chat->id);
	chat_mark_read(chat);
}

void session_load_older(struct session *session, struct chat *chat)
{
	unsigned *backlog = backlog_of(session, chat);
	g_autoptr(GPtrArray) page = g_ptr_array_new();
	unsigned count = backlog != NULL ? MIN(*backlog, CHAT_PAGE) : 0;

	stage_log(session, "older %s", chat->id);
	for (unsigned i = 0; i < count; i++) {
		unsigned number = *backlog - count + i + 1;
		g_autofree char *text = g_strdup_printf("stored %u", number);
		struct message_init init = {
			.time = 1600000000 + number,
			.direction = MESSAGE_IN,
			.sender = chat->id,
			.alias = chat->name,
			.text = text,
			.row = number,
		};

		g_ptr_array_add(page, message_new(&init));
	}
	if (backlog != NULL)
		*backlog -= count;
	chat_prepend_page(chat, page, backlog == NULL || *backlog == 0);
}

void session_load_newer(struct session *session, struct chat *chat)
{
	g_autoptr(GPtrArray) page = g_ptr_array_new();

	chat_append_page(chat, page, true);
}

void session_load_end(struct session *session, struct chat *chat)
{
	session_load_newer(session, chat);
}

void session_load_around(struct session *session, struct chat *chat, gint64 row)
{
}

/* --- what was said: searches are tested on a real history --------------------------------- */

void session_found_free(struct session_found *found)
{
}

struct session_search *session_search(struct session *session, struct query *query,
				      const struct session_place *place, gint64 from,
				      unsigned limit, bool forward, session_found_fn fn, void *data)
{
	return NULL;
}

void session_search_cancel(struct session_search *search)
{
}

void session_find_place(struct session *session, const char *account, const char *name,
			session_place_fn fn, void *data)
{
}

/* --- tubes: none are played yet ----------------------------------------------------------- */

const char *session_tube_service(struct session *session, const char *name)
{
	return name;
}

struct tube *session_offer_tube(struct session *session, struct account *account,
				enum chat_kind kind, const char *id, const char *service,
				const struct tube_local *local, session_done_fn done, void *data)
{
	stage_log(session, "tube offer %s %s", id, service);
	return NULL;
}

void session_accept_tube(struct session *session, struct tube *tube, const struct tube_local *local,
			 session_done_fn done, void *data)
{
	stage_log(session, "tube accept %u", tube->number);
}

void session_close_tube(struct session *session, struct tube *tube)
{
	stage_log(session, "tube close %u", tube->number);
}

void session_close_tube_connection(struct session *session, struct tube *tube, unsigned id)
{
	stage_log(session, "tube close %u connection %u", tube->number, id);
}

/* --- passwords ---------------------------------------------------------------------------- */

void session_on_prompt(struct session *session, session_prompt_fn fn, void *data)
{
	session->prompt = fn;
	session->prompt_data = data;
}

void session_answer_prompt(struct session *session, const char *answer)
{
	g_autofree char *text = g_strdup_printf("answer %s", answer != NULL ? answer : "none");

	stage_log(session, "%s", text);
	session->asked.text = NULL;
}
