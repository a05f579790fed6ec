/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Passwords that a connection or a room asks for while it is set up: the one that is known,
 * else the user is asked, one question at a time.
 */

#include "tree.h"

struct question {
	struct login *login;
	struct chat *room; /* a reference; NULL: the account's own password */
	char *text;
};

static void question_free(struct question *question)
{
	chat_unref(question->room);
	g_free(question->text);
	g_free(question);
}

/* --- answers ------------------------------------------------------------------------------ */

/* tp wants its answers later, and by then the connection may be another one, or none. */
struct answer {
	struct session *session;
	struct account *account;
	struct chat *room;
	unsigned serial;
	char *secret; /* NULL: declined */
};

static void answer_free(void *data)
{
	struct answer *answer = data;

	chat_unref(answer->room);
	secret_free(answer->secret);
	g_free(answer);
}

static void on_answer(const GError *error, void *data)
{
	struct answer *answer = data;
	struct login *login = login_find(answer->session, answer->account);

	if (login && login->conn && login->serial == answer->serial)
		conn_answer_secret(login->conn, answer->room, answer->secret);
}

static void answer_later(struct login *login, struct chat *room, const char *secret)
{
	struct answer *answer = g_new0(struct answer, 1);
	struct promise *promise = promise_new(login->session, NULL, on_answer, answer);

	promise_own_data(promise, answer_free);
	answer->session = login->session;
	answer->account = login->account;
	answer->room = room ? chat_ref(room) : NULL;
	answer->serial = login->serial;
	answer->secret = g_strdup(secret);
	promise_end_later(promise, NULL);
}

/* --- the queue of questions --------------------------------------------------------------- */

static void show_first(struct session *session)
{
	struct question *question = g_queue_peek_head(&session->questions);
	struct prompt prompt = {.secret = true};

	if (!question || !session->prompt)
		return;
	prompt.account = question->login->account;
	prompt.chat = question->room;
	prompt.text = question->text;
	session->prompt(&prompt, session->prompt_data);
}

/* Nobody is there who could be asked. */
static void decline(struct question *question)
{
	struct login *login = question->login;

	model_notice(login->session->model, login->account, question->room, NOTICE_ERROR,
		     question->room ? "%s is wanted: /join with it"
				    : "%s is wanted: set param-password or password-command in "
				      "accounts.conf, or connect in the screen",
		     question->text);
	answer_later(login, question->room, NULL);
	question_free(question);
}

static void ask(struct login *login, struct chat *room, bool again)
{
	struct session *session = login->session;
	struct question *question = g_new0(struct question, 1);
	const struct account *account = login->account;
	const char *id = account->self_id;

	/* The network tells who we are when we are in. */
	if (!*id && login_conf(login))
		id = g_hash_table_lookup(login_conf(login)->params, "account");
	if (!id || !strcmp(id, account->name))
		id = "";
	question->login = login;
	question->room = room ? chat_ref(room) : NULL;
	if (room)
		question->text = g_strdup_printf("Password for room %s%s", room->name,
						 again ? " (the last one was refused)" : "");
	else
		question->text = g_strdup_printf("Password for %s%s%s%s%s", account->name,
						 *id ? " (" : "", id, *id ? ")" : "",
						 again ? " (the last one was refused)" : "");
	if (!session->prompt) {
		decline(question);
		return;
	}
	g_queue_push_tail(&session->questions, question);
	if (session->questions.length == 1)
		show_first(session);
}

static void withdraw(struct session *session, struct question *question)
{
	bool shown = question == g_queue_peek_head(&session->questions);

	g_queue_remove(&session->questions, question);
	question_free(question);
	if (!shown)
		return;
	if (session->prompt)
		session->prompt(NULL, session->prompt_data);
	show_first(session);
}

static struct question *find(struct session *session, struct login *login, struct chat *room)
{
	for (GList *link = session->questions.head; link; link = link->next) {
		struct question *question = link->data;

		if (question->login == login && question->room == room)
			return question;
	}
	return NULL;
}

/* --- the Secret Service --------------------------------------------------------------------- */

/* It is asked for the password of a room, or to keep one. */
struct service_call {
	struct login *login;
	struct chat *room; /* a reference; NULL: to keep one */
	struct secret_lookup *lookup;
};

void passwords_call_free(void *data)
{
	struct service_call *call = data;

	secret_cancel(call->lookup);
	chat_unref(call->room);
	g_free(call);
}

static struct service_call *call_new(struct login *login, struct chat *room)
{
	struct service_call *call = g_new0(struct service_call, 1);

	call->login = login;
	call->room = room ? chat_ref(room) : NULL;
	g_ptr_array_add(login->service_calls, call);
	return call;
}

static void call_end(struct service_call *call, const GError *error)
{
	struct login *login = call->login;

	call->lookup = NULL;
	if (error)
		model_notice(login->session->model, login->account, NULL, NOTICE_WARNING, "%s",
			     error->message);
	g_ptr_array_remove(login->service_calls, call);
}

static void on_room_secret(const char *secret, const GError *error, void *data)
{
	struct service_call *call = data;

	if (secret)
		answer_later(call->login, call->room, secret);
	else
		ask(call->login, call->room, false);
	call_end(call, error);
}

static void ask_service(struct login *login, struct chat *room)
{
	struct service_call *call = call_new(login, room);

	call->lookup = secret_find_room(login->account->name, room->id, on_room_secret, call);
}

static void on_kept(const char *secret, const GError *error, void *data)
{
	call_end(data, error);
}

void passwords_keep(struct login *login, const char *room, const char *secret)
{
	struct service_call *call = call_new(login, NULL);

	call->lookup = secret_keep_room(login->account->name, room, secret, on_kept, call);
}

static bool is_being_asked(struct login *login, struct chat *room)
{
	for (guint i = 0; i < login->service_calls->len; i++) {
		const struct service_call *call = login->service_calls->pdata[i];

		if (room && call->room == room)
			return true;
	}
	return false;
}

/* Nobody wants to know any more (@room NULL: for any); what is to be kept is kept. */
static void stop_asking(struct login *login, struct chat *room)
{
	for (guint i = login->service_calls->len; i-- > 0;) {
		const struct service_call *call = login->service_calls->pdata[i];

		if (call->room && (!room || call->room == room))
			g_ptr_array_remove_index(login->service_calls, i);
	}
}

/* --- what tp tells ------------------------------------------------------------------------ */

static void forget_refused(struct login *login, struct chat *room)
{
	if (room)
		rooms_forget_secret(login, room->id);
	else
		login_refuse_secret(login);
}

void passwords_wanted(struct conn *conn, struct chat *room, bool again, void *data)
{
	struct session *session = data;
	struct login *login = login_find(session, conn_account(conn));
	const struct account_conf *conf = login ? login_conf(login) : NULL;
	const char *known;

	if (!login || find(session, login, room) || is_being_asked(login, room))
		return;
	if (again)
		forget_refused(login, room);
	known = room ? rooms_secret(login, room->id) : login->secret;
	if (known)
		answer_later(login, room, known);
	else if (room && conf && conf->secret_service && !rooms_is_refused(login, room->id))
		ask_service(login, room);
	else
		ask(login, room, again);
}

void passwords_unwanted(struct conn *conn, struct chat *room, void *data)
{
	struct session *session = data;
	struct login *login = login_find(session, conn_account(conn));
	struct question *question = login ? find(session, login, room) : NULL;

	if (login && room)
		stop_asking(login, room);
	if (question)
		withdraw(session, question);
}

void passwords_drop(struct login *login)
{
	struct session *session = login->session;
	GList *next;

	stop_asking(login, NULL);
	/* From the last: so the front end is not shown one that goes next. */
	for (GList *link = session->questions.tail; link; link = next) {
		struct question *question = link->data;

		next = link->prev;
		if (question->login == login)
			withdraw(session, question);
	}
}

/* --- the front end ------------------------------------------------------------------------ */

void session_on_prompt(struct session *session, session_prompt_fn fn, void *data)
{
	session->prompt = fn;
	session->prompt_data = data;
	if (fn) {
		show_first(session);
		return;
	}
	while (!g_queue_is_empty(&session->questions))
		decline(g_queue_pop_head(&session->questions));
}

static void keep(struct login *login, struct chat *room, const char *answer)
{
	if (room) {
		rooms_keep_secret(login, room->id, answer);
		return;
	}
	secret_free(login->secret);
	login->secret = g_strdup(answer);
	login->typed = true;
}

void session_answer_prompt(struct session *session, const char *answer)
{
	struct question *question = g_queue_pop_head(&session->questions);
	struct login *login;

	if (!question)
		return;
	login = question->login;
	if (answer)
		keep(login, question->room, answer);
	answer_later(login, question->room, answer);
	question_free(question);
	show_first(session);
}

void passwords_free(struct session *session)
{
	session->prompt = NULL;
	g_queue_clear_full(&session->questions, (GDestroyNotify)question_free);
}
