/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The tree: what it is made of, in which order it comes and goes, and the bus it hangs from. */

#include "tree.h"

#include "../model/text.h"
#include "../store/log.h"
#include "../store/paths.h"

static void on_history_problem(const char *text, void *data)
{
	struct session *session = data;

	model_notice(
		session->model, NULL, NULL, NOTICE_ERROR,
		"%s: chatting goes on, but nothing is kept or acknowledged until this is mended",
		text);
}

static void on_bus_closed(void *data)
{
	struct session *session = data;

	if (session->stopping)
		return;
	model_notice(session->model, NULL, NULL, NOTICE_ERROR,
		     "the session bus is gone; history is kept%s",
		     session->script ? "" : ": /connect or a restart of pheme goes online again");
}

static const struct tp_ops ops = {
	.bus_closed = on_bus_closed,
	.online = login_online,
	.ended = login_ended,
	.incoming = inbox_incoming,
	.pending_removed = reader_removed,
	.delivery = report_delivery,
	.secret_wanted = passwords_wanted,
	.secret_unwanted = passwords_unwanted,
	.joined = rooms_joined,
	.transfer = files_told,
	.thrown_out = rooms_thrown_out,
	.tube_offered = tubes_offered,
};

/* --- coming ------------------------------------------------------------------------------- */

static void tell_problems(struct session *session, GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++)
		model_notice(session->model, NULL, NULL, NOTICE_WARNING, "%s",
			     (const char *)problems->pdata[i]);
}

static void load_accounts(struct session *session)
{
	const GPtrArray *list = accounts_list(session->accounts);

	for (guint i = 0; i < list->len; i++) {
		const struct account_conf *conf = list->pdata[i];
		struct account *account;

		if (session->only_account && g_strcmp0(session->only_account, conf->name) != 0)
			continue;
		account = account_new(session->model, conf->name, conf->manager, conf->protocol);
		if (account)
			login_rest(login_new(session, account), "");
	}
}

static void on_setting(const char *name, void *data)
{
	struct session *session = data;

	if (g_str_equal(name, "ui.join-part"))
		tp_set_show_joins(session->tp, config_bool(session->config, name));
}

static void use_settings(struct session *session)
{
	config_on_change(session->config, on_setting, session);
	on_setting("ui.join-part", session);
}

/* One that is named is meant to be there; the usual one need not. */
static struct config *load_config(const char *named, GPtrArray *problems)
{
	g_autofree char *shown = named ? text_clean(named, -1, TEXT_LINE) : NULL;

	if (named && !g_file_test(named, G_FILE_TEST_EXISTS))
		g_ptr_array_add(problems,
				g_strdup_printf("there is no %s yet: /set makes it", shown));
	return config_load(named, problems);
}

struct session *session_new(const struct session_options *options)
{
	struct session *session = g_new0(struct session, 1);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;

	session->bus_address = g_strdup(options->bus_address);
	session->only_account = g_strdup(options->account);
	session->no_autostart = options->no_autostart;
	session->script = options->script;
	session->brief = options->brief;
	session->debug = options->debug;
	session->log_path = options->log_path ? g_strdup(options->log_path)
					      : paths_file(PATHS_STATE, "pheme.log");
	session->second_ms = 1000;
	session->bus_promises = g_ptr_array_new();
	session->logins = g_ptr_array_new_with_free_func(login_free);
	session->talks = g_hash_table_new_full(NULL, NULL, NULL, talk_free);
	session->promises = g_hash_table_new_full(NULL, NULL, promise_free, NULL);
	session->unread = g_hash_table_new_full(NULL, NULL, g_free, NULL);
	session->searches = g_hash_table_new_full(NULL, NULL, search_free, NULL);
	session->places = g_hash_table_new_full(NULL, NULL, places_free, NULL);
	desktop_init(session);
	inbox_init(session);
	report_init(session);
	session->config = load_config(options->config_path, problems);
	session->accounts = accounts_load(NULL, problems);
	session->model = model_new();
	session->tp = tp_new(session->model, &ops, session);
	session->history = (options->reading ? history_new_reader
					     : history_new)(NULL, on_history_problem, session);
	model_listen(session->model, restore_on_event, session);
	model_listen(session->model, cache_on_event, session);
	model_listen(session->model, tubes_on_event, session);
	tell_problems(session, problems);
	load_accounts(session);
	use_settings(session);
	session_advertise(session, NULL);
	if (!session_check(session, &error))
		model_notice(session->model, NULL, NULL, NOTICE_ERROR, "%s", error->message);
	restore_start(session);
	return session;
}

bool session_check(const struct session *session, GError **error)
{
	if (!session->only_account || model_find_account(session->model, session->only_account))
		return true;
	g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_FOUND,
		    "no account %s in %s: /account list shows what there is", session->only_account,
		    accounts_path(session->accounts));
	return false;
}

/* Once: later the user may have disconnected one, or its password was refused. */
static void want_enabled(struct session *session)
{
	for (guint i = 0; i < session->logins->len; i++) {
		struct login *login = session->logins->pdata[i];
		const struct account_conf *conf = login_conf(login);

		login->wanted = login->wanted || (conf && conf->enabled);
	}
}

static void tell_bus(struct session *session, const GError *error)
{
	GPtrArray *promises = session->bus_promises;

	for (guint i = 0; i < promises->len; i++)
		promise_end_later(promises->pdata[i], error ? g_error_copy(error) : NULL);
	g_ptr_array_set_size(promises, 0);
}

void session_start(struct session *session)
{
	g_autoptr(GError) error = NULL;

	if (!session->started)
		want_enabled(session);
	session->started = true;
	if (!session_open_bus(session, &error))
		model_notice(session->model, NULL, NULL, NOTICE_ERROR, "%s: %s", error->message,
			     session->script ? "--bus ADDRESS tells where there is one"
					     : "/connect tries again");
	login_open_wanted(session);
}

bool session_open_bus(struct session *session, GError **error)
{
	g_autoptr(GError) failure = NULL;
	bool opened = tp_is_open(session->tp) ||
		      tp_open(session->tp, session->bus_address,
			      session->no_autostart || session->living, &failure);

	g_clear_error(&session->bus_error);
	if (!opened)
		session->bus_error = g_error_new_literal(SESSION_ERROR, SESSION_ERROR_NOT_CONNECTED,
							 failure->message);
	tell_bus(session, session->bus_error);
	if (!opened)
		g_propagate_error(error, g_error_copy(session->bus_error));
	return opened;
}

void session_wait_bus(struct session *session, session_done_fn done, void *data)
{
	struct promise *promise = promise_new(session, NULL, done, data);

	if (tp_is_open(session->tp))
		promise_end_later(promise, NULL);
	else if (session->bus_error)
		promise_end_later(promise, g_error_copy(session->bus_error));
	else
		g_ptr_array_add(session->bus_promises, promise);
}

/* --- going -------------------------------------------------------------------------------- */

static void forget_chats(struct session *session)
{
	g_hash_table_unref(session->talks);
	inbox_free(session);
	reader_free(session);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	session->stopping = true;
	stop_cancel(session);
	promises_mute(session);
	model_unlisten(session->model, restore_on_event, session);
	model_unlisten(session->model, cache_on_event, session);
	model_unlisten(session->model, tubes_on_event, session);
	talk_flush_read(session);
	outbox_settle(session);
	passwords_free(session);
	desktop_clear(session);
	g_ptr_array_unref(session->logins);
	tp_free(session->tp);
	/* What is queued is committed; nobody is told any more. */
	history_free(g_steal_pointer(&session->history));
	forget_chats(session);
	g_hash_table_unref(session->unread);
	g_hash_table_unref(session->searches);
	g_hash_table_unref(session->places);
	g_hash_table_unref(session->receipts);
	g_ptr_array_unref(session->bus_promises);
	g_hash_table_unref(session->promises);
	g_clear_pointer(&session->protocols, g_ptr_array_unref);
	g_clear_pointer(&session->installed, g_ptr_array_unref);
	model_free(session->model);
	accounts_free(session->accounts);
	config_free(session->config);
	g_clear_error(&session->bus_error);
	g_free(session->bus_address);
	g_free(session->log_path);
	g_free(session->only_account);
	g_free(session);
}

/* --- what it is made of ------------------------------------------------------------------- */

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
	return tp_is_open(session->tp);
}

void session_set_debug(struct session *session, bool on)
{
	session->debug = on;
	log_set_debug(on);
}

bool session_debug(const struct session *session)
{
	return session->debug;
}

const char *session_log_path(const struct session *session)
{
	return session->log_path;
}

struct history_chat session_chat_key(const struct chat *chat)
{
	return (struct history_chat){
		.account = chat->account ? chat->account->name : "",
		.kind = chat->kind,
		.id = chat->id,
	};
}
