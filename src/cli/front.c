/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What commands see of a front end without a screen: output, questions, the current chat. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../model/text.h"
#include "private.h"

static struct cli *cli_of(struct front *front)
{
	return (struct cli *)front;
}

void cli_complain(const char *format, ...)
{
	g_autofree char *line = NULL, *clean = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	clean = text_clean(line, -1, TEXT_LINE);
	fprintf(stderr, "pheme: %s\n", clean);
}

void cli_complain_new(const struct cli *cli, const char *line)
{
	if (g_strcmp0(cli->told, line) != 0)
		cli_complain("%s", line);
}

void cli_flush(struct cli *cli)
{
	if (cli->broken || (!fflush(stdout) && !ferror(stdout)))
		return;
	cli->broken = true;
	if (errno == EPIPE) {
		cli_end(cli, 0);
	} else {
		cli_complain("cannot write to stdout: %s", g_strerror(errno));
		cli_end(cli, SESSION_ERROR_FAILED);
	}
}

/* Lines after the first are indented, so that none can pose as another one. */
static void print(struct front *front, struct chat *chat, const char *line)
{
	g_autofree char *clean = text_clean(line, -1, TEXT_BODY);

	if (cli_of(front)->broken)
		return;
	for (const char *s = clean; *s; s++) {
		putchar(*s);
		if (*s == '\n')
			fputs("    ", stdout);
	}
	putchar('\n');
}

static void print_error(struct front *front, struct chat *chat, const char *line)
{
	cli_complain_new(cli_of(front), line);
}

static struct chat *current_chat(struct front *front)
{
	return cli_of(front)->current;
}

static void show_chat(struct front *front, struct chat *chat)
{
	struct cli *cli = cli_of(front);

	if (chat)
		chat_ref(chat);
	g_clear_pointer(&cli->current, chat_unref);
	cli->current = chat;
}

/* --- lists -------------------------------------------------------------------------------- */

static void list_commands(struct front *front)
{
	for (const struct command *command = command_table; command->name; command++)
		front_print(front, NULL, "/%-12s %s", command->name, command->summary);
}

static void list_accounts(struct front *front)
{
	const GPtrArray *accounts = session_model(front->session)->accounts;

	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = g_ptr_array_index(accounts, i);

		front_print(front, NULL, "%-16s %s/%s  %s  %s", account->name, account->manager,
			    account->protocol, account_state_name(account->state), account->reason);
	}
	if (!accounts->len)
		front_print(front, NULL, "there is no account yet: /account add makes one");
}

static void list_requests(struct front *front)
{
	const GPtrArray *requests = session_model(front->session)->requests;

	for (guint i = 0; i < requests->len; i++) {
		const struct request *request = g_ptr_array_index(requests, i);

		front_print(front, NULL, "%u  %s <%s>  %s  %s", request->number, request->name,
			    request->shown_id,
			    request->room       ? request->shown_room
			    : request->transfer ? "file"
						: "presence",
			    request->text);
	}
}

static void list_tubes(struct front *front)
{
	const GPtrArray *tubes = session_model(front->session)->tubes;

	for (guint i = 0; i < tubes->len; i++) {
		const struct tube *tube = g_ptr_array_index(tubes, i);
		g_autofree char *what = tube_describe(tube);

		front_print(front, NULL, "%u  %s  %s  %s", tube->number,
			    tube_state_name(tube->state), what, tube->local);
	}
	if (!tubes->len)
		front_print(front, NULL, "there is no tube");
}

static void show_view(struct front *front, enum front_view view, const char *argument)
{
	switch (view) {
	case VIEW_HELP:
		list_commands(front);
		break;
	case VIEW_ACCOUNTS:
		list_accounts(front);
		break;
	case VIEW_REQUESTS:
		list_requests(front);
		break;
	case VIEW_TUBES:
		list_tubes(front);
		break;
	case VIEW_ROOMS:       /* /rooms prints them itself, when they have come */
	case VIEW_CARD:        /* and /whois */
	case VIEW_ROOM_CONFIG: /* and /room */
	case VIEW_SEARCH:      /* and /search */
	case VIEW_DIRECTORY:   /* and /directory */
		break;
	}
}

static void show_account_form(struct front *front, const char *manager, const char *protocol,
			      struct account *account)
{
	cli_complain("a form needs the screen; %s",
		     account ? "/account set NAME KEY VALUE does without"
			     : "/account add PROTOCOL ID NAME=VALUE does without");
	cli_of(front)->status = SESSION_ERROR_USAGE;
}

/* --- questions ---------------------------------------------------------------------------- */

static void on_answer(const char *answer, void *data)
{
	struct cli *cli = data;

	cli->question = NULL;
	cli->answer_fn(answer, cli->answer_data);
}

static void ask(struct front *front, const char *question, bool secret, front_answer_fn fn,
		void *data)
{
	struct cli *cli = cli_of(front);
	g_autofree char *clean = text_clean(question, -1, TEXT_LINE);

	if (!cli->question) {
		cli->answer_fn = fn;
		cli->answer_data = data;
		cli->question = tty_ask(clean, secret, on_answer, cli);
		if (cli->question)
			return;
	}
	fn(NULL, data);
}

static void on_prompt_answer(const char *answer, void *data)
{
	struct cli *cli = data;

	session_answer_prompt(cli->front.session, answer);
}

static gboolean decline(gpointer data)
{
	struct cli *cli = data;

	cli->declining = 0;
	session_answer_prompt(cli->front.session, NULL);
	return G_SOURCE_REMOVE;
}

static void on_prompt(const struct prompt *prompt, void *data)
{
	struct cli *cli = data;
	g_autofree char *clean = NULL, *text = NULL;

	g_clear_handle_id(&cli->declining, g_source_remove);
	g_clear_pointer(&cli->question, tty_cancel);
	if (!prompt)
		return;
	clean = text_clean(prompt->text, -1, TEXT_LINE);
	text = g_strconcat(clean, ":", NULL);
	cli->answer_fn = on_prompt_answer;
	cli->answer_data = cli;
	cli->question = tty_ask(text, prompt->secret, on_answer, cli);
	if (cli->question)
		return;
	cli_complain("%s: there is no terminal to ask on. A password comes from param-password or "
		     "password-command in accounts.conf, or from the Secret Service",
		     prompt->text);
	cli->declining = g_idle_add(decline, cli);
}

/* --- notices ------------------------------------------------------------------------------ */

static void print_notice(struct cli *cli, const struct message *message)
{
	if (message->direction != MESSAGE_LOCAL ||
	    message->level < (cli->quiet ? NOTICE_ERROR : NOTICE_WARNING))
		return;
	cli_complain("%s", message->text);
	g_free(cli->told);
	cli->told = g_strdup(message->text);
}

static void on_event(const struct event *event, void *data)
{
	struct cli *cli = data;

	/* What there is to say of its files the mover says itself. */
	if (cli->mover && event->chat && event->chat->kind != CHAT_STATUS)
		return;
	/* …and why a tube did not come about has been said. */
	if (cli->tube && cli->ending)
		return;
	if (event->type == EVENT_MESSAGE_ADDED && event->message)
		print_notice(cli, event->message);
}

static void clear(struct front *front, struct chat *chat)
{
}

static void quit(struct front *front, int status)
{
	cli_end(cli_of(front), status);
}

static void under_way(struct front *front)
{
	cli_under_way(cli_of(front));
}

static const struct front_ops ops = {
	.print = print,
	.print_error = print_error,
	.current_chat = current_chat,
	.show_chat = show_chat,
	.show_view = show_view,
	.show_account_form = show_account_form,
	.ask = ask,
	.clear = clear,
	.quit = quit,
	.under_way = under_way,
};

void cli_front_init(struct cli *cli, struct session *session)
{
	struct model *model = session_model(session);

	cli->front.ops = &ops;
	cli->front.session = session;
	cli->front.unattended = true;
	cli->quiet = cli->quiet || (cli->task && cli->task->options.quiet);
	cli->front.secret = cli->task ? cli->task->secret : NULL;
	/* What was wrong with the configuration is there already. */
	for (unsigned i = 0; i < model->status->count; i++)
		print_notice(cli, chat_message(model->status, i));
	model_listen(model, on_event, cli);
	session_on_prompt(session, on_prompt, cli);
}

void cli_front_clear(struct cli *cli)
{
	session_on_prompt(cli->front.session, NULL, NULL);
	model_unlisten(session_model(cli->front.session), on_event, cli);
	g_clear_handle_id(&cli->declining, g_source_remove);
	g_clear_pointer(&cli->question, tty_cancel);
	command_drop_all(&cli->front);
	g_free(cli->told);
	g_clear_pointer(&cli->current, chat_unref);
}
