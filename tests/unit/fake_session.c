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

void fake_end_later(struct session *session, session_done_fn done, void *data)
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

bool fake_end_now(struct session *session, GError **error)
{
	if (!session->next)
		return true;
	g_propagate_error(error, g_steal_pointer(&session->next));
	return false;
}

void fake_record(struct session *session, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(session->calls, format, args);
	va_end(args);
	g_string_append_c(session->calls, '\n');
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
	fake_record(session, "start");
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
	fake_end_later(session, done, data);
}

void session_wait_cache(struct session *session, session_done_fn done, void *data)
{
	fake_end_later(session, done, data);
}

void session_stop(struct session *session, session_done_fn done, void *data)
{
	fake_record(session, "stop");
	session->stuck = false;
	fake_end_later(session, done, data);
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

/* --- files -------------------------------------------------------------------------------- */

struct transfer *session_send_file(struct session *session, struct account *account, const char *id,
				   const char *path, GError **error)
{
	fake_record(session, "send file %s %s", id, path);
	return transfer_new(session->model, account, id, path, 1000, false);
}

bool session_accept_file(struct session *session, struct transfer *transfer, const char *directory,
			 GError **error)
{
	fake_record(session, "accept file %u %s", transfer->number, directory ? directory : "-");
	transfer_set_state(transfer, TRANSFER_STARTING);
	return true;
}

void session_cancel_file(struct session *session, struct transfer *transfer)
{
	fake_record(session, "cancel file %u", transfer->number);
	transfer_fail(transfer, TRANSFER_END_CANCELLED, "cancelled");
}

/* --- tubes -------------------------------------------------------------------------------- */

const char *session_tube_service(struct session *session, const char *name)
{
	return strcmp(name, "web") ? name : "x-http";
}

void session_advertise(struct session *session, const char *service)
{
	fake_record(session, "advertise %s", service);
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

	fake_record(session, "offer %s %s %s %s", account->name, id, service, local->target);
	fake_end_later(session, done, data);
	return tube_new(session_model(session), &init);
}

bool session_check_tube(const struct tube_local *local, GError **error)
{
	return true;
}

void session_accept_tube(struct session *session, struct tube *tube, const struct tube_local *local,
			 session_done_fn done, void *data)
{
	fake_record(session, "accept %s%s%s", tube->service, local ? " at " : "",
		    !local           ? ""
		    : local->command ? local->command
				     : local->listen);
	tube_set_state(tube, TUBE_OPEN);
	fake_end_later(session, done, data);
}

void session_close_tube(struct session *session, struct tube *tube)
{
	fake_record(session, "close %s", tube->service);
	tube_end(tube, TUBE_DONE, "closed");
}

void session_close_tube_connection(struct session *session, struct tube *tube, unsigned id)
{
	fake_record(session, "close %s %u", tube->service, id);
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
	fake_record(session, "close %s", chat->id);
	chat_close(chat);
}

void session_send(struct session *session, struct chat *chat, enum message_type type,
		  const char *text, session_done_fn done, void *data)
{
	fake_record(session, "send %s %s %d %s", chat->account->name, chat->id, (int)type, text);
	fake_end_later(session, done, data);
}

void session_set_reader(struct session *session, session_reader_fn fn, void *data)
{
	session->reader = fn;
	session->reader_data = data;
}

void session_confirm(struct session *session, const char *uid, bool read)
{
	fake_record(session, "confirm %s%s", uid, read ? " read" : "");
}

void session_read_unread(struct session *session, gint64 after, session_reader_fn fn,
			 session_done_fn done, void *data)
{
	struct account *work = model_find_account(session->model, "work");
	struct chat *chat = session->unread ? chat_open(work, CHAT_CONTACT, "bob@x") : NULL;

	for (gint64 row = after + 1; row <= session->unread; row++) {
		g_autofree char *text = g_strdup_printf("%d", (int)row);
		const struct message_init init = {
			.sender = "bob@x", .text = text, .uid = text, .row = row};
		struct message *message = message_new(&init);

		fn(chat, message, data);
		message_free(message);
	}
	fake_end_later(session, done, data);
}

void session_note_read(struct session *session, const char *account, enum chat_kind kind,
		       const char *id, gint64 row)
{
	fake_record(session, "read %s %s %d", account, id, (int)row);
}

void session_resend(struct session *session, struct chat *chat, struct message *message)
{
	fake_record(session, "resend %s \"%s\"", chat->id, message->text);
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
	fake_record(session, "correct %s \"%s\"", chat->id, text);
	fake_end_later(session, done, data);
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

void session_notify(struct session *session, struct chat *chat, const char *title, const char *body)
{
}

void session_unnotify(struct session *session, struct chat *chat)
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
	fake_record(session, "around %s %d", chat->id, (int)row);
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

	fake_record(session, "search <%s> %s %d %s %u", query->text, place ? place->account : "-",
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

	fake_record(session, "place %s %s", account ? account : "-", name);
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
	fake_record(session, "answer_prompt %s", answer ? answer : "(none)");
}
