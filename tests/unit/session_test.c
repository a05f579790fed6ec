/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session_test.h"

static const char accounts[] = "[work]\n"
			       "manager=haze\n"
			       "protocol=jabber\n"
			       "enabled=true\n"
			       "param-account=alice@example.org\n"
			       "[home]\n"
			       "manager=idle\n"
			       "protocol=irc\n"
			       "enabled=false\n"
			       "param-account=ali\n";

static char *path_of(struct fixture *f, const char *kind, const char *name)
{
	return g_build_filename(f->dir, kind, "pheme", name, NULL);
}

void session_open(struct fixture *f)
{
	const struct session_options options = {NULL};

	f->session = session_new(&options);
	f->session->second_ms = 1;
	f->model = session_model(f->session);
}

static void write_accounts(struct fixture *f, const char *text)
{
	g_autofree char *path = path_of(f, "config", "accounts.conf");

	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_int_equal(g_chmod(path, 0600), 0);
}

int session_setup(void **state)
{
	static const char *const variables[] = {"XDG_CONFIG_HOME", "XDG_DATA_HOME",
						"XDG_STATE_HOME"};
	static const char *const kinds[] = {"config", "data", "state"};
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *home = g_build_filename(f->dir, kinds[i], NULL);
		g_autofree char *dir = g_build_filename(home, "pheme", NULL);

		assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
		g_setenv(variables[i], home, TRUE);
	}
	write_accounts(f, accounts);
	session_open(f);
	*state = f;
	return 0;
}

int session_teardown(void **state)
{
	struct fixture *f = *state;

	session_free(f->session);
	assert_null(fake_tp);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

void session_close(struct fixture *f)
{
	g_clear_pointer(&f->session, session_free);
}

void session_restart(struct fixture *f)
{
	session_close(f);
	session_open(f);
}

void session_add_config(struct fixture *f, const char *lines)
{
	g_autofree char *text = g_strconcat(accounts, lines, NULL);

	write_accounts(f, text);
}

struct account *account_called(struct fixture *f, const char *name)
{
	struct account *account = model_find_account(f->model, name);

	assert_non_null(account);
	return account;
}

struct login *login_called(struct fixture *f, const char *name)
{
	struct login *login = login_find(f->session, account_called(f, name));

	assert_non_null(login);
	return login;
}

void come_online(struct fixture *f, struct conn *conn)
{
	struct login *login = login_find(f->session, conn->account);

	fake_online(conn);
	WAIT_FOR(login->queue_ready);
}

struct conn *go_online(struct fixture *f)
{
	struct conn *conn;

	session_start(f->session);
	conn = fake_conn("work");
	assert_non_null(conn);
	come_online(f, conn);
	return conn;
}

void settle(struct fixture *f)
{
	/* An answer may lead to another question, a few times over. */
	for (int i = 0; i < 8; i++) {
		history_flush(f->session->history);
		while (g_main_context_iteration(NULL, FALSE))
			;
	}
}

struct chat *bob_chat(struct fixture *f)
{
	struct chat *chat = chat_find(account_called(f, "work"), CHAT_CONTACT, BOB);

	assert_non_null(chat);
	return chat;
}

struct message *last_message(struct chat *chat)
{
	assert_true(chat->count > 0);
	return chat_message(chat, chat->count - 1);
}

unsigned count_lines(struct chat *chat, const char *text)
{
	unsigned found = 0;

	for (unsigned i = 0; i < chat->count; i++)
		found += strstr(chat_message(chat, i)->text, text) != NULL;
	return found;
}

unsigned count_notices(struct fixture *f, const char *text)
{
	return count_lines(f->model->status, text);
}

unsigned count_calls(const char *call)
{
	g_autofree char *whole = g_strconcat(call, ";", NULL);
	unsigned found = 0;

	for (const char *at = fake_tp->calls->str; (at = strstr(at, whole)); at++)
		found += at == fake_tp->calls->str || at[-1] == ';';
	return found;
}

bool was_called(const char *call)
{
	return count_calls(call) > 0;
}

void break_history(struct fixture *f)
{
	g_autofree char *path = path_of(f, "data", "history.db");

	session_close(f);
	g_remove(path);
	assert_int_equal(g_mkdir(path, 0700), 0);
	session_open(f);
}

void mend_history(struct fixture *f)
{
	g_autofree char *path = path_of(f, "data", "history.db");

	assert_int_equal(g_rmdir(path), 0);
}

void note_outcome(const GError *error, void *data)
{
	struct outcome *outcome = data;

	outcome->calls++;
	outcome->code = error ? error->code : 0;
	g_free(outcome->text);
	outcome->text = g_strdup(error ? error->message : NULL);
}

void outcome_clear(struct outcome *outcome)
{
	g_free(outcome->text);
	memset(outcome, 0, sizeof(*outcome));
}
