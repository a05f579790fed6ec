/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --watch and --reply-with: stays online, joins a room if told so, and lets the printer and the
 * bot do their work until both have done it. An account that lost its connection is tried again
 * by the session; when none can be tried the end has come, and with --timeout when none is
 * online for so long.
 */

#include <errno.h>
#include <string.h>

#include "bot.h"
#include "print.h"
#include "printer.h"

struct watch {
	struct cli *cli;
	const struct cli_options *options;
	const char *chat, *room; /* or NULL */
	struct whom *whom;
	char **argv;  /* of the bot; NULL: none */
	bool by_line; /* each line that it prints is a message */
	struct bot *bot;
	struct printer *printer;
	bool printed, answered; /* all that was to be */
	bool joining;
	bool named;       /* the rosters that there are at first know who is meant */
	bool catching_up; /* with what came while it began */
	guint look, deadline;
};

static void end_if_done(struct watch *watch)
{
	bool prints = watch->printer && !watch->printed;
	bool answers = watch->bot && !watch->answered;

	if (!prints && !answers)
		cli_end(watch->cli, 0);
}

static void on_printed(int number, void *data)
{
	struct watch *watch = data;

	watch->printed = true;
	if (number == EPIPE) {
		/* Nobody reads any more; what is still to be said would be for nobody. */
		cli_end(watch->cli, 0);
	} else if (number) {
		cli_complain("cannot write to stdout: %s", g_strerror(number));
		cli_end(watch->cli, SESSION_ERROR_FAILED);
	} else {
		end_if_done(watch);
	}
}

static void on_answered(void *data)
{
	struct watch *watch = data;

	watch->answered = true;
	end_if_done(watch);
}

/* --- connections -------------------------------------------------------------------------- */

static gboolean on_deadline(void *data)
{
	struct watch *watch = data;

	if (watch->cli->question)
		return G_SOURCE_CONTINUE;
	watch->deadline = 0;
	cli_complain("no account is online after %u s", watch->options->timeout);
	wait_complain(watch->cli, NULL, WAIT_MORE);
	wait_complain(watch->cli, NULL, WAIT_FAILED);
	cli_end(watch->cli, SESSION_ERROR_TIMEOUT);
	return G_SOURCE_REMOVE;
}

static void on_joined(int status, void *data)
{
	struct watch *watch = data;

	if (status)
		cli_end(watch->cli, status);
}

static void join(struct watch *watch)
{
	char *args[] = {(char *)watch->room, NULL};

	watch->joining = true;
	command_execute_args(&watch->cli->front, watch->cli->task->verb, args, on_joined, watch);
}

/* Online, or on the way there. */
static bool has_hope(const struct account *account)
{
	return account->state == ACCOUNT_ONLINE || account->state == ACCOUNT_CONNECTING ||
	       account->state == ACCOUNT_WAITING ||
	       (account->state == ACCOUNT_OFFLINE && !*account->reason);
}

static void on_caught_up(const GError *error, void *data)
{
	if (error)
		cli_complain("%s", error->message);
}

/* All that can be online now is, and what waited there was told. */
static bool is_settled(struct model *model)
{
	for (guint i = 0; i < model->chats->len; i++) {
		const struct chat *chat = model->chats->pdata[i];

		if (chat->live && !chat->caught_up)
			return false;
	}
	return wait_check(model, NULL) == WAIT_READY;
}

/* Between the look into the history and the connection another pheme may have taken one in. */
static void catch_up(struct watch *watch)
{
	if (!watch->catching_up || !is_settled(session_model(watch->cli->front.session)))
		return;
	watch->catching_up = false;
	printer_print_unread(watch->printer, true, on_caught_up, watch);
}

static gboolean on_look(void *data)
{
	struct watch *watch = data;
	struct model *model = session_model(watch->cli->front.session);
	bool hope = false, online = false;

	watch->look = 0;
	for (guint i = 0; i < model->accounts->len; i++) {
		const struct account *account = model->accounts->pdata[i];

		hope |= has_hope(account);
		online |= account->state == ACCOUNT_ONLINE;
	}
	if (!hope) {
		wait_complain(watch->cli, NULL, WAIT_FAILED);
		cli_end(watch->cli, SESSION_ERROR_NOT_CONNECTED);
		return G_SOURCE_REMOVE;
	}
	if (online)
		g_clear_handle_id(&watch->deadline, g_source_remove);
	else if (!watch->deadline && watch->options->timeout)
		watch->deadline =
			g_timeout_add_seconds(watch->options->timeout, on_deadline, watch);
	watch->named |= wait_check(model, NULL) == WAIT_READY;
	catch_up(watch);
	if (watch->room && !watch->joining && wait_check(model, NULL) == WAIT_READY)
		join(watch);
	return G_SOURCE_REMOVE;
}

static void look_soon(struct watch *watch)
{
	if (!watch->look && !watch->cli->ending)
		watch->look = g_idle_add(on_look, watch);
}

/* False: the end has come, as it could be several. */
static bool bind_name(struct watch *watch)
{
	g_autoptr(GError) error = NULL;

	if (whom_bind(watch->whom, &error))
		return true;
	cli_complain("%s", error->message);
	cli_end(watch->cli, error->code);
	return false;
}

static void on_event(const struct event *event, void *data)
{
	struct watch *watch = data;

	if (event->type == EVENT_ROSTER_READY && !watch->named && !watch->cli->ending)
		bind_name(watch);
	else if (event->type == EVENT_CONTACT_CHANGED && event->change & CONTACT_CHANGED_NAME)
		whom_meet(watch->whom, event->contact);
	if (event->type == EVENT_ACCOUNT_CHANGED || event->type == EVENT_ACCOUNT_REMOVED ||
	    event->type == EVENT_ROSTER_READY ||
	    (event->type == EVENT_CHAT_CHANGED && watch->catching_up))
		look_soon(watch);
}

/* --- beginning ---------------------------------------------------------------------------- */

static void on_bus(const GError *error, void *data)
{
	struct watch *watch = data;

	if (watch->cli->ending)
		return;
	/* Why is told as a notice. */
	if (error)
		cli_end(watch->cli, error->code);
	else
		look_soon(watch);
}

static void start(struct watch *watch)
{
	struct session *session = watch->cli->front.session;

	session_start(session);
	session_wait_bus(session, on_bus, watch);
}

static void on_unread(const GError *error, void *data)
{
	struct watch *watch = data;

	if (error)
		cli_complain("%s", error->message);
	watch->catching_up = true;
	if (!watch->cli->ending)
		start(watch);
}

static void on_cache(const GError *error, void *data)
{
	struct watch *watch = data;

	if (watch->cli->ending || !bind_name(watch))
		return;
	if (watch->printer && watch->options->from_start)
		printer_print_unread(watch->printer, false, on_unread, watch);
	else
		start(watch);
}

static void begin(struct cli *cli)
{
	struct watch *watch = cli->job;
	const struct cli_options *options = watch->options;
	unsigned count = options->once ? 1 : options->count;
	const struct printer_options printer = {
		.json = options->json,
		.color = print_has_color(cli),
		.whom = watch->whom,
		.count = count,
		.ended = on_printed,
		.data = watch,
	};
	const struct bot_options bot = {
		.argv = watch->argv,
		.by_line = options->reply_lines || watch->by_line,
		.whom = watch->whom,
		.count = count,
		.ended = on_answered,
		.data = watch,
	};

	model_listen(session_model(cli->front.session), on_event, watch);
	if (watch->argv)
		watch->bot = bot_new(cli, &bot);
	if (!watch->argv || options->watch)
		watch->printer = printer_new(cli->front.session, &printer);
	session_wait_cache(cli->front.session, on_cache, watch);
}

/* The last line says why it ends. */
static void on_ending(struct cli *cli)
{
	printer_flush(((struct watch *)cli->job)->printer);
}

static void finish(struct watch *watch)
{
	model_unlisten(session_model(watch->cli->front.session), on_event, watch);
	g_clear_handle_id(&watch->look, g_source_remove);
	g_clear_handle_id(&watch->deadline, g_source_remove);
	printer_free(watch->printer);
	bot_free(watch->bot);
	whom_free(watch->whom);
	g_strfreev(watch->argv);
}

/* The program that pheme.conf calls @name, or the one that @name is. */
static bool read_program(struct watch *watch, struct session *session, const char *name,
			 GError **error)
{
	const struct config_reply *reply = config_find_reply(session_config(session), name);

	if (!reply)
		return g_shell_parse_argv(name, NULL, &watch->argv, error);
	watch->argv = g_strdupv(reply->argv);
	watch->by_line = reply->lines;
	return true;
}

/* What the words of each of the flags are. */
static bool read_task(struct watch *watch, struct session *session, const struct cli_task *task,
		      GError **error)
{
	if (!strcmp(task->verb->flag, "join")) {
		watch->room = task->args[0];
	} else if (!strcmp(task->verb->flag, "reply-with")) {
		watch->chat = task->args[1];
		return read_program(watch, session, task->args[0], error);
	} else {
		watch->chat = task->args[0];
	}
	return true;
}

/* Better told now than with the first message. */
static bool can_start(char **argv)
{
	g_autofree char *path = argv ? g_find_program_in_path(argv[0]) : NULL;

	if (argv && !path)
		cli_complain("cannot start %s: there is no such program, or it may not be run",
			     argv[0]);
	return !argv || path;
}

int cli_watch(struct session *session, const struct cli_task *task)
{
	struct cli cli = {.task = task, .on_ending = on_ending};
	struct watch watch = {.cli = &cli, .options = &task->options};
	g_autoptr(GError) error = NULL;

	cli.job = &watch;
	if (!read_task(&watch, session, task, &error)) {
		cli_complain("%s", error->message);
		return SESSION_ERROR_USAGE;
	}
	if (!can_start(watch.argv)) {
		g_strfreev(watch.argv);
		return SESSION_ERROR_FAILED;
	}
	if (!session_model(session)->accounts->len) {
		cli_complain("there is no account yet: --account-add PROTOCOL ID makes one");
		g_strfreev(watch.argv);
		return SESSION_ERROR_NOT_FOUND;
	}
	watch.whom = whom_new(session, watch.room ? watch.room : watch.chat);
	cli_main(&cli, session, begin);
	finish(&watch);
	return cli.status;
}
