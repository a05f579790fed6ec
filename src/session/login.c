/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Getting an account online and keeping it there: passwords that need no asking, the
 * connection, and when it breaks another try after a growing delay, unless the reason tells
 * that trying again would do no good.
 */

#include "tree.h"

#include <string.h>

#define NICK_TRIES     4 /* other nicks, each with one more _ */
#define SHARE_TRIES    50
#define SHARE_AGAIN_MS 200
#define RETRY_FIRST_S  2
#define RETRY_MAX_S    300
#define STABLE_S       60
#define RETRY_DOUBLING 8 /* 2 s · 2^8 is beyond the maximum */

static void free_secret(void *secret)
{
	secret_free(secret);
}

struct login *login_new(struct session *session, struct account *account)
{
	struct login *login = g_new0(struct login, 1);

	login->session = session;
	login->account = account;
	login->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	login->left = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	login->room_secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret);
	login->room_refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	login->room_offered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	login->service_calls = g_ptr_array_new_with_free_func(passwords_call_free);
	login->connecting = g_ptr_array_new();
	login->disconnecting = g_ptr_array_new();
	g_ptr_array_add(session->logins, login);
	return login;
}

void login_forget_secrets(struct login *login)
{
	secret_free(g_steal_pointer(&login->secret));
	secret_free(g_steal_pointer(&login->refused));
}

void login_refuse_secret(struct login *login)
{
	if (!login->secret)
		return;
	/* What was typed is not kept, so the user is asked again. What the account has would be
	 * found again. */
	if (!login->typed) {
		secret_free(login->refused);
		login->refused = g_steal_pointer(&login->secret);
	}
	secret_free(g_steal_pointer(&login->secret));
}

void login_cancel_retry(struct login *login)
{
	g_clear_handle_id(&login->retry, g_source_remove);
}

static void tell_promises(GPtrArray *promises, const GError *error)
{
	for (guint i = 0; i < promises->len; i++)
		promise_end_later(promises->pdata[i], error ? g_error_copy(error) : NULL);
	g_ptr_array_set_size(promises, 0);
}

void login_free(void *data)
{
	struct login *login = data;

	login_cancel_retry(login);
	/* Its cached roster and queued messages may still be on their way. */
	history_cancel(login->session->history, login);
	g_clear_pointer(&login->lookup, secret_cancel);
	g_clear_handle_id(&login->roster_save, g_source_remove);
	g_clear_pointer(&login->conn, conn_free);
	login_forget_secrets(login);
	g_hash_table_unref(login->rooms);
	g_hash_table_unref(login->left);
	g_hash_table_unref(login->room_secrets);
	g_hash_table_unref(login->room_refused);
	g_hash_table_unref(login->room_offered);
	g_ptr_array_unref(login->service_calls);
	g_ptr_array_unref(login->connecting);
	g_ptr_array_unref(login->disconnecting);
	g_free(login->presence_message);
	g_free(login->told);
	g_free(login);
}

struct login *login_find(struct session *session, const struct account *account)
{
	for (guint i = 0; i < session->logins->len; i++) {
		struct login *login = session->logins->pdata[i];

		if (login->account == account)
			return login;
	}
	return NULL;
}

const struct account_conf *login_conf(struct login *login)
{
	return accounts_find(login->session->accounts, login->account->name);
}

bool login_is_online(const struct login *login)
{
	return login->conn && conn_is_online(login->conn);
}

struct conn *login_conn(struct session *session, const struct account *account)
{
	struct login *login = login_find(session, account);

	return login && login_is_online(login) ? login->conn : NULL;
}

bool session_made_connection(struct session *session, const struct account *account)
{
	const struct conn *conn = login_conn(session, account);

	return conn && !conn_was_found(conn);
}

/* --- not online --------------------------------------------------------------------------- */

void login_rest(struct login *login, const char *reason)
{
	const struct account_conf *conf = login_conf(login);

	account_set_state(login->account,
			  conf && !conf->enabled ? ACCOUNT_DISABLED : ACCOUNT_OFFLINE, reason);
}

static bool is_awaited(const struct login *login)
{
	for (guint i = 0; i < login->connecting->len; i++)
		if (promise_is_heard(login->connecting->pdata[i]))
			return true;
	return false;
}

static void tell_waiting(struct login *login, enum conn_end end, const char *text)
{
	g_autoptr(GError) error =
		g_error_new(SESSION_ERROR,
			    end == CONN_END_AUTHENTICATION ? SESSION_ERROR_REFUSED
							   : SESSION_ERROR_NOT_CONNECTED,
			    "cannot connect %s: %s", login->account->name, text);

	tell_promises(login->connecting, error);
}

/* One line for a trouble, however often it comes back; it goes to who waits, else to the status
 * window. */
static void tell_trouble(struct login *login, enum conn_end end, const char *text,
			 const char *advice)
{
	g_autofree char *line = NULL;
	gsize length = strlen(text);

	if (g_strcmp0(login->told, text) == 0)
		return;
	g_free(login->told);
	login->told = g_strdup(text);
	if (*advice && length > 0 && text[length - 1] == '.')
		length--;
	line = g_strdup_printf("%.*s%s%s", (int)length, text, *advice ? "; " : "", advice);
	if (is_awaited(login))
		tell_waiting(login, end, line);
	else
		model_notice(login->session->model, login->account, NULL, NOTICE_ERROR, "%s", line);
}

/* The password need not be asked for. */
static bool has_source(const struct account_conf *conf)
{
	return conf->password_command || conf->secret_service ||
	       g_hash_table_contains(conf->params, "password");
}

static char *advice_for(struct login *login, enum conn_end end)
{
	const char *name = login->account->name;
	const char *path = accounts_path(login->session->accounts);

	switch (end) {
	case CONN_END_AUTHENTICATION:
		if (login_conf(login) && !has_source(login_conf(login)))
			return g_strdup_printf("/connect %s asks for it again", name);
		return g_strdup_printf("correct the password with /account edit %s, then "
				       "/connect %s",
				       name, name);
	case CONN_END_NAME_IN_USE:
		return g_strdup_printf("end the other login, or take another name with "
				       "/account edit %s, then /connect %s",
				       name, name);
	case CONN_END_CERTIFICATE:
		return g_strdup_printf(
			"check server, port and encryption with /account edit %s, then "
			"/connect %s",
			name, name);
	case CONN_END_CONFIG:
		return g_strdup_printf("correct [%s] in %s or use /account set %s, then "
				       "/connect %s",
				       name, path, name, name);
	case CONN_END_REQUESTED: /* by somebody else */
		return g_strdup_printf("/connect %s goes online again", name);
	case CONN_END_NETWORK:
	case CONN_END_MANAGER:
	case CONN_END_BUS:
		break;
	}
	return g_strdup("");
}

gint64 login_retry_delay(unsigned attempt, double random, unsigned second_ms)
{
	gint64 seconds = RETRY_FIRST_S << MIN(attempt, RETRY_DOUBLING);

	/* The jitter keeps many clients from coming back at the same moment. */
	return (gint64)((double)MIN(seconds, RETRY_MAX_S) * second_ms * (0.75 + random / 2));
}

static void open_now(struct login *login);

static gboolean on_retry(void *data)
{
	struct login *login = data;

	login->retry = 0;
	open_now(login);
	return G_SOURCE_REMOVE;
}

static void retry_later(struct login *login, enum conn_end end, const char *text)
{
	gint64 ms =
		login_retry_delay(login->attempts++, g_random_double(), login->session->second_ms);
	gint64 at = g_get_monotonic_time() + ms * 1000;
	g_autofree char *advice = NULL;

	/* A script may end before. */
	if (!login->session->script)
		advice = g_strdup_printf("trying again in %d s (/connect %s tries now)",
					 (int)(ms + 500) / 1000, login->account->name);
	login_cancel_retry(login);
	login->retry = g_timeout_add((guint)ms, on_retry, login);
	account_set_retry(login->account, at, text);
	tell_trouble(login, end, text, advice ? advice : "");
}

/* One that another pheme was just making or ending: its failure is not ours, nor is its nick. */
static bool looks_again(struct login *login, const struct conn *conn, enum conn_end end)
{
	return (end == CONN_END_NETWORK || end == CONN_END_MANAGER ||
		end == CONN_END_NAME_IN_USE) &&
	       login->wanted && !login->was_online && !login->session->stopping &&
	       conn_is_shared(conn) && login->share_tries++ < SHARE_TRIES;
}

/* It may still be about to vanish. */
static void look_later(struct login *login)
{
	account_set_state(login->account, ACCOUNT_CONNECTING, "");
	login_cancel_retry(login);
	login->retry = g_timeout_add(SHARE_AGAIN_MS, on_retry, login);
}

/* --- trying ------------------------------------------------------------------------------- */

static GHashTable *params_without_password(GHashTable *params)
{
	GHashTable *copy = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	void *name, *value;

	g_hash_table_iter_init(&iter, params);
	while (g_hash_table_iter_next(&iter, &name, &value))
		if (strcmp(name, "password") != 0)
			g_hash_table_insert(copy, name, value);
	return copy;
}

/* On IRC a nick may be somebody else's: then another one is tried, as other clients do. */
static void add_to_nick(const struct login *login, GHashTable *params)
{
	const char *nick = g_hash_table_lookup(params, "account");
	g_autofree char *tail = g_strnfill(login->nick_tries, '_');
	g_autofree char *longer = NULL;

	if (!nick || !login->nick_tries)
		return;
	longer = g_strconcat(nick, tail, NULL);
	g_hash_table_insert(params, (void *)"account", (void *)g_intern_string(longer));
}

static bool tries_another_nick(struct login *login, enum conn_end end)
{
	const struct account_conf *conf = login_conf(login);

	if (end != CONN_END_NAME_IN_USE) {
		if (end != CONN_END_NETWORK)
			login->nick_tries = 0;
		return false;
	}
	if (!conf || strcmp(conf->protocol, "irc") != 0 || !login->wanted || login->was_online ||
	    login->session->stopping || login->nick_tries >= NICK_TRIES)
		return false;
	login->nick_tries++;
	model_notice(login->session->model, login->account, NULL, NOTICE_WARNING,
		     "somebody else is called %s%.*s here: trying one with another _",
		     (char *)g_hash_table_lookup(conf->params, "account"),
		     (int)login->nick_tries - 1, "_____");
	return true;
}

static void cannot_open(struct login *login, const char *reason)
{
	g_autoptr(GError) error =
		g_error_new(SESSION_ERROR, SESSION_ERROR_NOT_CONNECTED, "cannot connect %s: %s",
			    login->account->name, reason);

	login_rest(login, reason);
	tell_promises(login->connecting, error);
}

/* Both may change while a password is looked for. */
static bool can_open(struct login *login)
{
	const char *reason = NULL;

	if (!login_conf(login))
		reason = "it is not in accounts.conf any more";
	else if (!tp_is_open(login->session->tp))
		reason = "there is no session bus";
	if (reason)
		cannot_open(login, reason);
	return !reason;
}

static void open_conn(struct login *login)
{
	const struct account_conf *conf = login_conf(login);
	g_autoptr(GHashTable) params = NULL;
	struct conn_options options = {
		.secret = login->secret,
		.presence = login->presence,
		.message = login->presence_message,
	};
	struct conn *conn;

	if (!can_open(login))
		return;
	params = params_without_password(conf->params);
	options.login = g_hash_table_lookup(params, "account");
	add_to_nick(login, params);
	options.manager = conf->manager;
	options.protocol = conf->protocol;
	options.nickname = conf->nickname;
	options.params = params;
	options.living = login->session->living;
	login->serial++;
	login->opening = true;
	conn = conn_new(login->session->tp, login->account, &options);
	if (login->opening)
		login->conn = conn;
	login->opening = false;
}

static void on_secret(const char *secret, const GError *error, void *data)
{
	struct login *login = data;

	login->lookup = NULL;
	if (error)
		model_notice(login->session->model, login->account, NULL, NOTICE_WARNING, "%s",
			     error->message);
	/* What was refused is not offered again: so the user is asked. */
	if (secret && g_strcmp0(secret, login->refused) != 0) {
		login->secret = g_strdup(secret);
		login->typed = false;
	}
	open_conn(login);
}

/* Tries now, unless there is a connection already. */
static void open_now(struct login *login)
{
	const struct account_conf *conf = login_conf(login);

	login_cancel_retry(login);
	if (login->conn || login->opening || login->lookup)
		return;
	if (!can_open(login))
		return;
	account_set_state(login->account, ACCOUNT_CONNECTING, "");
	if (!login->secret && has_source(conf))
		login->lookup = secret_find(conf, on_secret, login);
	else
		open_conn(login);
}

void login_open_wanted(struct session *session)
{
	for (guint i = 0; i < session->logins->len; i++) {
		struct login *login = session->logins->pdata[i];

		if (login->wanted)
			open_now(login);
	}
}

void login_reopen(struct login *login)
{
	if (!login->conn)
		return;
	login_cancel_retry(login);
	login->wanted = login->closing = true;
	conn_disconnect(login->conn);
}

bool login_close(struct login *login)
{
	login->wanted = false;
	login_cancel_retry(login);
	login_forget_secrets(login);
	if (login->lookup) {
		g_clear_pointer(&login->lookup, secret_cancel);
		login_rest(login, "");
	}
	if (!login->conn) {
		g_autoptr(GError) error = g_error_new(SESSION_ERROR, SESSION_ERROR_FAILED,
						      "%s was disconnected", login->account->name);

		login_rest(login, "");
		tell_promises(login->connecting, error);
		tell_promises(login->disconnecting, NULL);
		return false;
	}
	login->closing = true;
	conn_disconnect(login->conn);
	return login->conn != NULL;
}

/* --- what tp tells ------------------------------------------------------------------------ */

void login_online(struct conn *conn, void *data)
{
	struct session *session = data;
	struct account *account = conn_account(conn);
	struct login *login = login_find(session, account);

	if (!login)
		return;
	login->online_since = g_get_monotonic_time();
	login->was_online = true;
	g_clear_pointer(&login->told, g_free);
	secret_free(g_steal_pointer(&login->refused));
	model_notice(session->model, account, NULL, NOTICE_INFO, "connected%s%s",
		     *account->self_id ? " as " : "", account->self_id);
	tell_promises(login->connecting, NULL);
	rooms_rejoin(login);
	avatar_online(login);
	outbox_online(login);
}

static bool was_stable(const struct login *login)
{
	gint64 stable = (gint64)STABLE_S * login->session->second_ms * 1000;

	return login->online_since && g_get_monotonic_time() - login->online_since >= stable;
}

/* Waits, rests or gives up, and says so. */
static void decide(struct login *login, enum conn_end end, const char *text)
{
	bool again = conn_end_is_temporary(end) && end != CONN_END_BUS &&
		     tp_is_open(login->session->tp) && login->wanted && !login->session->stopping;
	g_autofree char *advice = NULL;

	if (again) {
		retry_later(login, end, text);
		return;
	}
	if (end == CONN_END_REQUESTED && !login->wanted)
		text = "";
	/* A bus that comes back brings the account back; the other ends are for good. */
	if (end != CONN_END_BUS)
		login->wanted = false;
	login_rest(login, text);
	if (!*text || end == CONN_END_BUS || login->session->stopping)
		return;
	advice = advice_for(login, end);
	tell_trouble(login, end, text, advice);
	/* The next time it is news. */
	g_clear_pointer(&login->told, g_free);
}

void login_ended(struct conn *conn, enum conn_end end, const char *text, void *data)
{
	struct session *session = data;
	struct login *login = login_find(session, conn_account(conn));
	bool reopens, again;

	if (!login) {
		conn_free(conn);
		return;
	}
	/* The user changed their mind while the old one was ending. */
	reopens = login->closing && login->wanted && end != CONN_END_BUS && !session->stopping;
	again = !reopens && looks_again(login, conn, end);
	reopens = reopens || (!again && tries_another_nick(login, end));
	if (login->was_online && !session->stopping)
		rooms_lost(login, end == CONN_END_REQUESTED ? NULL : text);
	login->was_online = false;
	login->closing = false;
	login->conn = NULL;
	login->opening = login->queue_ready = login->queue_asked = false;
	if (was_stable(login))
		login->attempts = 0;
	login->online_since = 0;
	if (end == CONN_END_AUTHENTICATION)
		login_refuse_secret(login);
	passwords_drop(login);
	talk_connection_lost(login);
	reader_connection_lost(login);
	outbox_connection_lost(login);
	account_set_presence(login->account, PRESENCE_OFFLINE, "", "");
	account_forget_presences(login->account);
	/* One that cannot be started again is no mistake of the account. */
	account_set_manager_failed(
		login->account, end == CONN_END_MANAGER ||
					(end == CONN_END_CONFIG && login->account->manager_failed));
	if (!reopens && !again) {
		decide(login, end, text);
		/* Those who were not told why with some advice. */
		tell_waiting(login, end, text);
	}
	tell_promises(login->disconnecting, NULL);
	promises_lost(session, login->account, text);
	conn_free(conn);
	if (reopens)
		open_now(login);
	else if (again)
		look_later(login);
	stop_check(session);
}

/* --- for commands ------------------------------------------------------------------------- */

void session_connect(struct session *session, struct account *account, session_done_fn done,
		     void *data)
{
	struct promise *promise = promise_new(session, NULL, done, data);
	struct login *login = login_find(session, account);
	g_autoptr(GError) error = NULL;

	login->wanted = true;
	login->attempts = login->nick_tries = login->share_tries = 0;
	g_clear_pointer(&login->told, g_free);
	if (login_is_online(login) && !login->closing) {
		promise_end_later(promise, NULL);
		return;
	}
	if (!session_open_bus(session, &error)) {
		login_rest(login, error->message);
		promise_end_later(promise, g_steal_pointer(&error));
		return;
	}
	g_ptr_array_add(login->connecting, promise);
	login_open_wanted(session);
}

void session_use_living(struct session *session)
{
	session->living = true;
}

void session_disconnect(struct session *session, struct account *account, session_done_fn done,
			void *data)
{
	struct login *login = login_find(session, account);

	g_ptr_array_add(login->disconnecting, promise_new(session, NULL, done, data));
	login_close(login);
}
