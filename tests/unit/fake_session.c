/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_session.h"

#include <string.h>

#include "model/directory.h"
#include "model/text.h"

/* session_error_quark() */
G_DEFINE_QUARK(pheme - session - error, session_error)

struct ending {
	session_done_fn done;
	void *data;
	GError *error;
};

static gboolean end(gpointer data)
{
	struct ending *ending = data;

	ending->done(ending->error, ending->data);
	g_clear_error(&ending->error);
	g_free(ending);
	return G_SOURCE_REMOVE;
}

/* Ends a call as was prepared: later, as the real one does. */
static void end_later(struct session *session, session_done_fn done, void *data)
{
	struct ending *ending;

	if (session->stuck || !done) {
		g_clear_error(&session->next);
		return;
	}
	ending = g_new0(struct ending, 1);
	ending->done = done;
	ending->data = data;
	ending->error = g_steal_pointer(&session->next);
	g_idle_add(end, ending);
}

static bool end_now(struct session *session, GError **error)
{
	if (!session->next)
		return true;
	g_propagate_error(error, g_steal_pointer(&session->next));
	return false;
}

static void G_GNUC_PRINTF(2, 3) record(struct session *session, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(session->calls, format, args);
	va_end(args);
	g_string_append_c(session->calls, '\n');
}

void fake_record(struct session *session, const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	record(session, "%s", line);
}

void fake_end_later(struct session *session, session_done_fn done, void *data)
{
	end_later(session, done, data);
}

static const char *name_of(const struct account *account)
{
	return account ? account->name : "*";
}

/* --- the session -------------------------------------------------------------------------- */

struct session *fake_session_new(const char *dir)
{
	struct session *session = g_new0(struct session, 1);
	g_autofree char *config = g_build_filename(dir, "pheme.conf", NULL);
	g_autofree char *accounts = g_build_filename(dir, "accounts.conf", NULL);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);

	session->model = model_new();
	session->config = config_load(config, problems);
	session->accounts = accounts_load(accounts, problems);
	session->calls = g_string_new(NULL);
	session->protocols = g_ptr_array_new_with_free_func((GDestroyNotify)protocol_free);
	session->bus = true;
	return session;
}

struct session *session_new(const struct session_options *options)
{
	return NULL;
}

bool session_check(const struct session *session, GError **error)
{
	return true;
}

void session_free(struct session *session)
{
	model_free(session->model);
	config_free(session->config);
	accounts_free(session->accounts);
	g_string_free(session->calls, TRUE);
	g_ptr_array_unref(session->protocols);
	g_clear_error(&session->next);
	whois_free(session->whois);
	g_free(session);
}

void session_start(struct session *session)
{
	record(session, "start");
	session->bus = true;
	if (session->bus_problem)
		model_notice(session->model, NULL, NULL, NOTICE_ERROR, "%s", session->bus_problem);
	if (session->on_start)
		session->on_start(session);
}

void session_wait_bus(struct session *session, session_done_fn done, void *data)
{
	if (session->bus_problem)
		session->next = g_error_new(SESSION_ERROR, SESSION_ERROR_NOT_CONNECTED, "%s",
					    session->bus_problem);
	end_later(session, done, data);
}

void session_wait_cache(struct session *session, session_done_fn done, void *data)
{
	end_later(session, done, data);
}

void session_stop(struct session *session, session_done_fn done, void *data)
{
	record(session, "stop");
	session->stuck = false;
	end_later(session, done, data);
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
	return session->bus;
}

void session_set_debug(struct session *session, bool on)
{
	session->debug = on;
}

bool session_debug(const struct session *session)
{
	return session->debug;
}

const char *session_log_path(const struct session *session)
{
	return "/tmp/pheme.log";
}

/* --- accounts ----------------------------------------------------------------------------- */

void session_connect(struct session *session, struct account *account, session_done_fn done,
		     void *data)
{
	record(session, "connect %s", account->name);
	end_later(session, done, data);
}

void session_disconnect(struct session *session, struct account *account, session_done_fn done,
			void *data)
{
	record(session, "disconnect %s", account->name);
	end_later(session, done, data);
}

bool session_account_add(struct session *session, const struct account_conf *conf, GError **error)
{
	g_autoptr(GList) names =
		g_list_sort(g_hash_table_get_keys(conf->params), (GCompareFunc)strcmp);
	g_autoptr(GString) params = g_string_new(NULL);

	for (GList *l = names; l; l = l->next)
		g_string_append_printf(params, " %s=%s", (char *)l->data,
				       (char *)g_hash_table_lookup(conf->params, l->data));
	record(session, "account_add %s %s/%s %s%s", conf->name, conf->manager, conf->protocol,
	       conf->enabled ? "enabled" : "disabled", params->str);
	return end_now(session, error) && accounts_add(session->accounts, conf, error);
}

bool session_account_remove(struct session *session, struct account *account, GError **error)
{
	record(session, "account_remove %s", account->name);
	if (!end_now(session, error))
		return false;
	account_remove(account);
	return true;
}

bool session_account_set(struct session *session, struct account *account, const char *key,
			 const char *value, GError **error)
{
	record(session, "account_set %s %s=%s", account->name, key, value ? value : "(unset)");
	return end_now(session, error);
}

bool session_account_enable(struct session *session, struct account *account, bool enabled,
			    GError **error)
{
	record(session, "account_enable %s %s", account->name, enabled ? "true" : "false");
	return end_now(session, error);
}

bool session_account_change(struct session *session, struct account *account, GHashTable *changes,
			    GError **error)
{
	return accounts_change(session->accounts, account->name, changes, error);
}

bool session_account_rename(struct session *session, struct account *account, const char *name,
			    GError **error)
{
	record(session, "account_rename %s %s", account->name, name);
	return end_now(session, error) && account_rename(account, name);
}

bool session_account_move(struct session *session, struct account *account,
			  const struct account *before, GError **error)
{
	record(session, "account_move %s before %s", account->name, before ? before->name : "-");
	account_move(account, before);
	return true;
}

void session_set_avatar(struct session *session, struct account *account, const char *path,
			session_done_fn done, void *data)
{
	record(session, "avatar %s %s", account->name, path ? path : "-");
	end_later(session, done, data);
}

struct listing {
	struct session *session;
	session_protocols_fn fn;
	void *data;
	GError *error;
};

static gboolean list(gpointer data)
{
	struct listing *listing = data;

	listing->session->protocols_listed = true;
	listing->fn(listing->error ? NULL : listing->session->protocols, listing->error,
		    listing->data);
	g_clear_error(&listing->error);
	g_free(listing);
	return G_SOURCE_REMOVE;
}

void session_list_protocols(struct session *session, session_protocols_fn fn, void *data)
{
	struct listing *listing = g_new0(struct listing, 1);

	listing->session = session;
	listing->fn = fn;
	listing->data = data;
	listing->error = g_steal_pointer(&session->next);
	g_idle_add(list, listing);
}

GPtrArray *session_known_protocols(struct session *session)
{
	return session->protocols_listed ? session->protocols : NULL;
}

void session_set_presence(struct session *session, struct account *account, enum presence presence,
			  const char *message, session_done_fn done, void *data)
{
	record(session, "presence %s %s \"%s\"", name_of(account), presence_name(presence),
	       message);
	end_later(session, done, data);
}

void session_set_nick(struct session *session, struct account *account, const char *nick,
		      session_done_fn done, void *data)
{
	record(session, "nick %s %s", account->name, nick);
	end_later(session, done, data);
}

/* --- roster ------------------------------------------------------------------------------- */

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
	record(session, "roster_add %s %s \"%s\"", account->name, id, message);
	end_later(session, done, data);
}

void session_roster_remove(struct session *session, struct contact *contact, session_done_fn done,
			   void *data)
{
	record(session, "roster_remove %s %s", contact->account->name, contact->id);
	end_later(session, done, data);
}

void session_rename(struct session *session, struct contact *contact, const char *alias,
		    session_done_fn done, void *data)
{
	record(session, "rename %s %s %s", contact->account->name, contact->id, alias);
	end_later(session, done, data);
}

void session_group_add(struct session *session, struct contact *contact, const char *group,
		       session_done_fn done, void *data)
{
	record(session, "group_add %s %s %s", contact->account->name, contact->id, group);
	end_later(session, done, data);
}

void session_group_remove(struct session *session, struct contact *contact, const char *group,
			  session_done_fn done, void *data)
{
	record(session, "group_remove %s %s %s", contact->account->name, contact->id, group);
	end_later(session, done, data);
}

void session_group_rename(struct session *session, struct account *account, const char *group,
			  const char *name, session_done_fn done, void *data)
{
	record(session, "group_rename %s %s %s", account->name, group, name);
	end_later(session, done, data);
}

void session_group_delete(struct session *session, struct account *account, const char *group,
			  session_done_fn done, void *data)
{
	record(session, "group_delete %s %s", account->name, group);
	end_later(session, done, data);
}

void session_block(struct session *session, struct account *account, const char *id, bool report,
		   session_done_fn done, void *data)
{
	record(session, "block %s %s%s", account->name, id, report ? " report" : "");
	end_later(session, done, data);
}

void session_unblock(struct session *session, struct account *account, const char *id,
		     session_done_fn done, void *data)
{
	record(session, "unblock %s %s", account->name, id);
	end_later(session, done, data);
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

	record(session, "whois %s %s", account->name, id ? id : "self");
	inquiry->session = session;
	inquiry->fn = fn;
	inquiry->data = data;
	end_later(session, on_inquiry, inquiry);
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
	record(session, "card %s%s", account->name, fields->str);
	end_later(session, done, data);
}

void session_open_directory(struct session *session, struct account *account, const char *server,
			    unsigned limit, session_done_fn done, void *data)
{
	struct directory *directory = account_start_directory(account, server);

	record(session, "directory %s %s %u", account->name, server ? server : "-", limit);
	directory_set_facts(directory, (const char *const[]){"fn", "email", NULL}, "", limit);
	directory_set_state(directory, session->next ? DIRECTORY_FAILED : DIRECTORY_READY, NULL);
	end_later(session, done, data);
}

void session_search_directory(struct session *session, struct account *account, GHashTable *terms,
			      session_done_fn done, void *data)
{
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(terms), (GCompareFunc)strcmp);
	g_autoptr(GPtrArray) card = card_new();

	for (GList *key = keys; key; key = key->next)
		record(session, "search %s %s=%s", account->name, (const char *)key->data,
		       (const char *)g_hash_table_lookup(terms, key->data));
	g_ptr_array_add(card, card_field_new("fn", NULL, (const char *const[]){"Bob", NULL}));
	directory_add(account->directory, "bob@x", card);
	directory_set_state(account->directory, DIRECTORY_MORE, NULL);
	end_later(session, done, data);
}

void session_search_more(struct session *session, struct account *account, session_done_fn done,
			 void *data)
{
	record(session, "more %s", account->name);
	directory_set_state(account->directory, DIRECTORY_DONE, NULL);
	end_later(session, done, data);
}

void session_stop_search(struct session *session, struct account *account)
{
	record(session, "stop search %s", account->name);
}

void session_authorize(struct session *session, struct account *account, const char *id,
		       session_done_fn done, void *data)
{
	record(session, "authorize %s %s", account->name, id);
	end_later(session, done, data);
}

void session_deny(struct session *session, struct account *account, const char *id,
		  session_done_fn done, void *data)
{
	record(session, "deny %s %s", account->name, id);
	end_later(session, done, data);
}

void session_answer_request(struct session *session, struct request *request, bool accept,
			    session_done_fn done, void *data)
{
	record(session, "answer %u %s", request->number, accept ? "yes" : "no");
	model_remove_request(request);
	end_later(session, done, data);
}

/* --- files -------------------------------------------------------------------------------- */

struct transfer *session_send_file(struct session *session, struct account *account, const char *id,
				   const char *path, GError **error)
{
	record(session, "send file %s %s", id, path);
	return transfer_new(session->model, account, id, path, 1000, false);
}

bool session_accept_file(struct session *session, struct transfer *transfer, const char *directory,
			 GError **error)
{
	record(session, "accept file %u %s", transfer->number, directory ? directory : "-");
	transfer_set_state(transfer, TRANSFER_STARTING);
	return true;
}

void session_cancel_file(struct session *session, struct transfer *transfer)
{
	record(session, "cancel file %u", transfer->number);
	transfer_fail(transfer, TRANSFER_END_CANCELLED, "cancelled");
}

/* --- tubes -------------------------------------------------------------------------------- */

const char *session_tube_service(struct session *session, const char *name)
{
	return strcmp(name, "web") ? name : "x-http";
}

void session_advertise(struct session *session, const char *service)
{
	record(session, "advertise %s", service);
}

struct tube *session_offer_tube(struct session *session, struct account *account,
				enum chat_kind kind, const char *id, const char *service,
				const struct tube_local *local, session_done_fn done, void *data)
{
	const struct tube_init init = {.account = account,
				       .peer = id,
				       .room = kind == CHAT_ROOM ? id : NULL,
				       .service = service,
				       .state = TUBE_OFFERING};

	record(session, "offer %s %s %s %s", account->name, id, service, local->target);
	end_later(session, done, data);
	return tube_new(session_model(session), &init);
}

void session_accept_tube(struct session *session, struct tube *tube, const struct tube_local *local,
			 session_done_fn done, void *data)
{
	record(session, "accept %s%s%s", tube->service, local ? " at " : "",
	       !local           ? ""
	       : local->command ? local->command
				: local->listen);
	tube_set_state(tube, TUBE_OPEN);
	end_later(session, done, data);
}

void session_close_tube(struct session *session, struct tube *tube)
{
	record(session, "close %s", tube->service);
	tube_end(tube, TUBE_DONE, "closed");
}

void session_close_tube_connection(struct session *session, struct tube *tube, unsigned id)
{
	record(session, "close %s %u", tube->service, id);
}

/* --- chats -------------------------------------------------------------------------------- */

struct chat *session_open_chat(struct session *session, struct account *account, const char *id)
{
	return chat_open(account, CHAT_CONTACT, id);
}

struct opening {
	session_chat_fn fn;
	void *data;
	struct chat *chat;
	GError *error;
};

static gboolean open_later(gpointer data)
{
	struct opening *opening = data;

	opening->fn(opening->chat, opening->error, opening->data);
	g_clear_error(&opening->error);
	g_free(opening);
	return G_SOURCE_REMOVE;
}

void session_open_contact(struct session *session, struct account *account, const char *id,
			  session_chat_fn fn, void *data)
{
	struct opening *opening = g_new0(struct opening, 1);
	g_autofree char *normal = g_ascii_strdown(id, -1);

	opening->fn = fn;
	opening->data = data;
	opening->error = g_steal_pointer(&session->next);
	opening->chat = opening->error ? NULL : chat_open(account, CHAT_CONTACT, normal);
	g_idle_add(open_later, opening);
}

void session_close_chat(struct session *session, struct chat *chat)
{
	record(session, "close %s", chat->id);
	chat_close(chat);
}

void session_send(struct session *session, struct chat *chat, enum message_type type,
		  const char *text, session_done_fn done, void *data)
{
	record(session, "send %s %s %d %s", chat->account->name, chat->id, (int)type, text);
	end_later(session, done, data);
}

void session_set_reader(struct session *session, session_reader_fn fn, void *data)
{
	session->reader = fn;
	session->reader_data = data;
}

void session_confirm(struct session *session, const char *uid, bool read)
{
	record(session, "confirm %s%s", uid, read ? " read" : "");
}

void session_read_unread(struct session *session, session_reader_fn fn, session_done_fn done,
			 void *data)
{
	end_later(session, done, data);
}

void session_note_read(struct session *session, const char *account, enum chat_kind kind,
		       const char *id, gint64 row)
{
	record(session, "read %s %s %d", account, id, (int)row);
}

void session_resend(struct session *session, struct chat *chat, struct message *message)
{
	record(session, "resend %s \"%s\"", chat->id, message->text);
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
	record(session, "correct %s \"%s\"", chat->id, text);
	end_later(session, done, data);
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
}

void session_mark_read(struct session *session, struct chat *chat)
{
}

void session_load_older(struct session *session, struct chat *chat)
{
}

void session_load_newer(struct session *session, struct chat *chat)
{
}

void session_load_end(struct session *session, struct chat *chat)
{
}

void session_load_around(struct session *session, struct chat *chat, gint64 row)
{
	record(session, "around %s %d", chat->id, (int)row);
}

/* --- what was said ------------------------------------------------------------------------ */

void session_found_free(struct session_found *found)
{
	message_free(found->message);
	g_free(found);
}

static void add_found(GPtrArray *list, enum message_direction direction, const char *text)
{
	struct message_init init = {
		.time = 1795356060, .direction = direction, .alias = "Bob", .text = text};
	struct session_found *found = g_new0(struct session_found, 1);

	found->account = (char *)"work";
	found->id = found->name = (char *)"bob@example.org";
	found->message = message_new(&init);
	g_ptr_array_add(list, found);
}

/* Two messages, whatever is asked for. */
struct session_search *session_search(struct session *session, struct query *query,
				      const struct session_place *place, gint64 from,
				      unsigned limit, bool forward, session_found_fn fn, void *data)
{
	g_autoptr(GPtrArray) found =
		g_ptr_array_new_with_free_func((GDestroyNotify)session_found_free);

	record(session, "search <%s> %s %d %s %u", query->text, place ? place->account : "-",
	       place ? (int)place->kind : -1, place ? place->id : "-", limit);
	if (!session->next) {
		add_found(found, MESSAGE_OUT, "100%s %n");
		add_found(found, MESSAGE_IN, "hello");
	}
	fn(found, 0, session->next, data);
	g_clear_error(&session->next);
	return NULL;
}

void session_search_cancel(struct session_search *search)
{
}

void session_find_place(struct session *session, const char *account, const char *name,
			session_place_fn fn, void *data)
{
	struct contact *contact = session_find_contact(session, NULL, name, NULL);
	const struct session_place place = {contact ? contact->account->name : account,
					    contact ? CHAT_CONTACT : CHAT_ROOM,
					    contact ? contact->id : name};

	record(session, "place %s %s", account ? account : "-", name);
	fn(&place, NULL, data);
}

/* --- passwords ---------------------------------------------------------------------------- */

void session_on_prompt(struct session *session, session_prompt_fn fn, void *data)
{
	session->prompt = fn;
	session->prompt_data = data;
}

void session_answer_prompt(struct session *session, const char *answer)
{
	record(session, "answer_prompt %s", answer ? answer : "(none)");
}
