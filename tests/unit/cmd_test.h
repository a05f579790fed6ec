/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For the tests of src/cmd: a fake session, and a front end that keeps what it is told. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cmd/command.h"
#include "fake_session.h"
#include "model/text.h"

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

struct fixture {
	struct front front; /* first */
	struct session *session;
	struct model *model;
	struct account *work, *irc; /* XMPP, IRC; both online */
	struct chat *current;
	GString *out, *errors; /* lines */
	GString *calls;        /* of the session */
	char *asked;
	const char *answer;
	unsigned done_count;
	int status;
	char *dir;
};

static inline void fixture_print(struct front *front, struct chat *chat, const char *line)
{
	struct fixture *fixture = (struct fixture *)front;

	g_string_append_printf(fixture->out, "%s\n", line);
}

static inline void fixture_print_error(struct front *front, struct chat *chat, const char *line)
{
	struct fixture *fixture = (struct fixture *)front;

	g_string_append_printf(fixture->errors, "%s\n", line);
}

static inline struct chat *fixture_current(struct front *front)
{
	return ((struct fixture *)front)->current;
}

static inline void fixture_show_chat(struct front *front, struct chat *chat)
{
	struct fixture *fixture = (struct fixture *)front;

	g_string_append_printf(fixture->calls, "show %s\n", chat->id);
	fixture->current = chat;
}

static inline void fixture_show_view(struct front *front, enum front_view view, const char *arg)
{
	g_string_append_printf(((struct fixture *)front)->calls, "view %d\n", (int)view);
}

static inline void fixture_form(struct front *front, const char *manager, const char *protocol,
				struct account *account)
{
	g_string_append_printf(((struct fixture *)front)->calls, "form %s %s\n",
			       protocol ? protocol : "-", account ? account->name : "-");
}

static inline void fixture_ask(struct front *front, const char *question, bool secret,
			       front_answer_fn fn, void *data)
{
	struct fixture *fixture = (struct fixture *)front;

	g_free(fixture->asked);
	fixture->asked = g_strdup(question);
	fn(fixture->answer, data);
}

static inline void fixture_clear(struct front *front, struct chat *chat)
{
	g_string_append_printf(((struct fixture *)front)->calls, "clear %s\n", chat->id);
}

static inline void fixture_quit(struct front *front, int status)
{
	g_string_append_printf(((struct fixture *)front)->calls, "quit %d\n", status);
}

static const struct front_ops fixture_ops = {
	.print = fixture_print,
	.print_error = fixture_print_error,
	.current_chat = fixture_current,
	.show_chat = fixture_show_chat,
	.show_view = fixture_show_view,
	.show_account_form = fixture_form,
	.ask = fixture_ask,
	.clear = fixture_clear,
	.quit = fixture_quit,
};

static inline void add_protocols(struct session *session)
{
	struct protocol *jabber = protocol_new("haze", "jabber", NULL);
	struct protocol *irc = protocol_new("idle", "irc", NULL);

	protocol_add_param(jabber, "account", "s", PARAM_REQUIRED, NULL);
	protocol_add_param(jabber, "password", "s", PARAM_SECRET, NULL);
	protocol_add_param(jabber, "server", "s", 0, NULL);
	protocol_add_param(jabber, "port", "u", PARAM_HAS_DEFAULT, "5222");
	protocol_add_param(jabber, "require-encryption", "b", PARAM_HAS_DEFAULT, "true");
	protocol_add_param(irc, "account", "s", PARAM_REQUIRED, NULL);
	protocol_add_param(irc, "server", "s", PARAM_REQUIRED, NULL);
	protocol_add_param(irc, "pin", "s", PARAM_SECRET, NULL);
	g_ptr_array_add(session->protocols, jabber);
	g_ptr_array_add(session->protocols, irc);
}

static inline int setup(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->dir = g_dir_make_tmp("pheme-cmd-XXXXXX", NULL);
	fixture->session = fake_session_new(fixture->dir);
	fixture->model = fixture->session->model;
	fixture->calls = fixture->session->calls;
	fixture->front.ops = &fixture_ops;
	fixture->front.session = fixture->session;
	fixture->out = g_string_new(NULL);
	fixture->errors = g_string_new(NULL);
	fixture->work = account_new(fixture->model, "work", "haze", "jabber");
	fixture->irc = account_new(fixture->model, "irc", "idle", "irc");
	account_set_state(fixture->work, ACCOUNT_ONLINE, NULL);
	account_set_state(fixture->irc, ACCOUNT_ONLINE, NULL);
	account_set_features(fixture->work, ACCOUNT_HAS_ROSTER | ACCOUNT_CAN_CHANGE_ROSTER |
						    ACCOUNT_CAN_RENAME_CONTACTS);
	add_protocols(fixture->session);
	*state = fixture;
	return 0;
}

static inline void remove_files(const char *dir)
{
	GDir *list = g_dir_open(dir, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(list))) {
		g_autofree char *path = g_build_filename(dir, name, NULL);

		g_remove(path);
	}
	g_dir_close(list);
	g_rmdir(dir);
}

static inline int teardown(void **state)
{
	struct fixture *fixture = *state;

	while (g_main_context_iteration(NULL, FALSE))
		;
	command_drop_all(&fixture->front);
	session_free(fixture->session);
	g_string_free(fixture->out, TRUE);
	g_string_free(fixture->errors, TRUE);
	g_free(fixture->asked);
	remove_files(fixture->dir);
	g_free(fixture->dir);
	g_free(fixture);
	return 0;
}

static inline void fixture_done(int status, void *data)
{
	struct fixture *fixture = data;

	fixture->status = status;
	fixture->done_count++;
}

/* Runs a line to its end; returns its status. What it printed and did is kept. */
static inline int run(struct fixture *fixture, const char *line)
{
	g_string_truncate(fixture->out, 0);
	g_string_truncate(fixture->errors, 0);
	g_string_truncate(fixture->calls, 0);
	fixture->done_count = 0;
	command_execute(&fixture->front, line, fixture_done, fixture);
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_int_equal(fixture->done_count, 1);
	return fixture->status;
}

/* Runs a line that succeeds and asks exactly this of the session and the front end. */
static inline void check(struct fixture *fixture, const char *line, const char *calls)
{
	int status = run(fixture, line);

	assert_string_equal(fixture->errors->str, "");
	assert_int_equal(status, 0);
	assert_string_equal(fixture->calls->str, calls);
}

/* Runs one that asks nothing of them and prints this, among other things. */
static inline void check_prints(struct fixture *fixture, const char *line, const char *part)
{
	check(fixture, line, "");
	if (!strstr(fixture->out->str, part))
		assert_string_equal(fixture->out->str, part);
}

/* Runs a line that fails with the status, says @why and does nothing. */
static inline void check_fails(struct fixture *fixture, const char *line, int status,
			       const char *why)
{
	assert_int_equal(run(fixture, line), status);
	if (!strstr(fixture->errors->str, why))
		assert_string_equal(fixture->errors->str, why);
	assert_string_equal(fixture->calls->str, "");
}

static inline struct contact *add_contact(struct account *account, const char *id,
					  const char *alias)
{
	struct contact *contact = account_ensure_contact(account, id);

	contact_set_on_roster(contact, true);
	if (alias)
		contact_set_alias(contact, alias);
	return contact;
}

static inline struct chat *add_room(struct account *account, const char *id)
{
	struct chat *chat = chat_open(account, CHAT_ROOM, id);

	chat_set_room_state(chat, ROOM_JOINED);
	return chat;
}

static inline void fail_next(struct fixture *fixture, int code, const char *text)
{
	fixture->session->next = g_error_new_literal(SESSION_ERROR, code, text);
}
