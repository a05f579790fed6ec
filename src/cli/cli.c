/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <glib-unix.h>

#include "private.h"

#define ONCE_SECONDS       30  /* a line may take, and may wait for its account */
#define STATUS_INTERRUPTED 130 /* by a signal */

static void take_turn_soon(struct cli *cli);

/* --- the end ------------------------------------------------------------------------------ */

static void on_stopped(const GError *error, void *data)
{
	struct cli *cli = data;

	g_main_loop_quit(cli->loop);
}

/* A manager that died is no matter of network or server. */
static bool has_manager_failed(const struct model *model)
{
	for (guint i = 0; i < model->accounts->len; i++)
		if (((const struct account *)model->accounts->pdata[i])->manager_failed)
			return true;
	return false;
}

void cli_end(struct cli *cli, int status)
{
	if (cli->ending)
		return;
	if (status == SESSION_ERROR_NOT_CONNECTED &&
	    has_manager_failed(session_model(cli->front.session)))
		status = SESSION_ERROR_FAILED;
	cli->ending = true;
	cli->status = status;
	if (cli->on_ending)
		cli->on_ending(cli);
	g_clear_handle_id(&cli->turn, g_source_remove);
	g_clear_handle_id(&cli->deadline, g_source_remove);
	g_clear_pointer(&cli->question, tty_cancel);
	session_stop(cli->front.session, on_stopped, cli);
}

/* The second time nothing is waited for. */
static gboolean on_signal(gpointer data)
{
	struct cli *cli = data;

	if (cli->ending)
		g_main_loop_quit(cli->loop);
	cli_end(cli, STATUS_INTERRUPTED);
	return G_SOURCE_CONTINUE;
}

/* --- a line ------------------------------------------------------------------------------- */

static unsigned seconds_of(const struct cli *cli)
{
	unsigned told = cli->task->options.timeout;

	return told ? told : ONCE_SECONDS;
}

static gboolean on_deadline(gpointer data)
{
	struct cli *cli = data;
	const char *line = cli->line ? *cli->line : "";

	/* A person who types a password may take the time that needs. */
	if (cli->question)
		return G_SOURCE_CONTINUE;
	cli->deadline = 0;
	/* Its name only: what follows may be meant for one person's eyes. */
	if (cli->line)
		cli_complain("%.*s is not done after %u s", (int)strcspn(line, " \t\n"), line,
			     seconds_of(cli));
	else
		cli_complain("--%s is not done after %u s%s%s", cli->task->verb->flag,
			     seconds_of(cli), cli->waits_for ? ": " : "",
			     cli->waits_for ? cli->waits_for : "");
	if (!cli->waits_for && (cli->waiting || !cli->line))
		wait_complain(cli, cli->account, WAIT_MORE);
	cli_end(cli, SESSION_ERROR_TIMEOUT);
	return G_SOURCE_REMOVE;
}

void cli_start_deadline(struct cli *cli)
{
	if (!cli->deadline)
		cli->deadline = g_timeout_add_seconds(seconds_of(cli), on_deadline, cli);
}

void cli_under_way(struct cli *cli)
{
	g_clear_handle_id(&cli->deadline, g_source_remove);
}

static void on_line_done(int status, void *data)
{
	struct cli *cli = data;

	cli_flush(cli);
	if (cli->ending)
		return;
	/* A time that was told is for all of them. */
	if (!cli->task->options.timeout)
		g_clear_handle_id(&cli->deadline, g_source_remove);
	g_clear_pointer(&cli->account, g_free);
	if (!status)
		status = cli->status;
	if (status || !cli->line || !*++cli->line)
		cli_end(cli, status);
	else
		take_turn_soon(cli);
}

static void run_line(struct cli *cli)
{
	cli->waiting = false;
	if (cli->line)
		command_execute(&cli->front, *cli->line, on_line_done, cli);
	else
		command_execute_args(&cli->front, cli->task->verb, cli->task->args, on_line_done,
				     cli);
}

/* True when the line can be run now; when it never can the end has begun. */
static bool is_ready(struct cli *cli, bool online)
{
	struct model *model = session_model(cli->front.session);

	switch (wait_check(model, cli->account)) {
	case WAIT_MORE:
		cli->waiting = true;
		return false;
	case WAIT_READY:
		return true;
	case WAIT_FAILED:
		if (!online)
			return true;
		wait_complain(cli, cli->account, WAIT_FAILED);
		cli_end(cli, SESSION_ERROR_NOT_CONNECTED);
		return false;
	}
	return false;
}

static void on_bus(const GError *error, void *data)
{
	struct cli *cli = data;

	if (cli->ending)
		return;
	cli->bus_known = true;
	/* A notice has said why. */
	if (error)
		cli_end(cli, error->code);
	else
		take_turn_soon(cli);
}

static bool has_bus(struct cli *cli)
{
	if (!cli->started) {
		cli->started = true;
		session_start(cli->front.session);
		session_wait_bus(cli->front.session, on_bus, cli);
	}
	return cli->bus_known;
}

/* What the next line waits for: nothing, the bus, or accounts that are online. */
static bool is_line_ready(struct cli *cli)
{
	struct account *account = NULL;
	enum command_need need = cli->line ? command_peek(&cli->front, *cli->line, &account)
					   : cli->task->verb->needs;

	g_free(cli->account);
	cli->account = account ? g_strdup(account->name) : NULL;
	switch (need) {
	case COMMAND_NEEDS_NOTHING:
	case COMMAND_NEEDS_CHAT:
	case COMMAND_NEEDS_ROOM:
		return true;
	case COMMAND_NEEDS_BUS:
		/* What does one thing looks for a bus itself, and connects nobody. */
		return (!cli->line && cli_is_brief(cli->task)) || has_bus(cli);
	case COMMAND_WANTS_SETTLED:
		return has_bus(cli) && is_ready(cli, false);
	case COMMAND_NEEDS_ACCOUNT:
	case COMMAND_NEEDS_ONLINE:
	case COMMAND_WANTS_ONLINE:
		return has_bus(cli) && is_ready(cli, true);
	}
	return true;
}

static gboolean take_turn(gpointer data)
{
	struct cli *cli = data;

	cli->turn = 0;
	cli_start_deadline(cli);
	if (is_line_ready(cli))
		run_line(cli);
	return G_SOURCE_REMOVE;
}

static void take_turn_soon(struct cli *cli)
{
	if (!cli->turn && !cli->ending)
		cli->turn = g_idle_add(take_turn, cli);
}

static void on_event(const struct event *event, void *data)
{
	struct cli *cli = data;

	if (cli->waiting &&
	    (event->type == EVENT_ACCOUNT_CHANGED || event->type == EVENT_ROSTER_READY ||
	     event->type == EVENT_ACCOUNT_REMOVED))
		take_turn_soon(cli);
}

/* --- the whole ---------------------------------------------------------------------------- */

/* nohup has SIGHUP ignored, and so it stays. */
static bool is_ignored(int number)
{
	struct sigaction action;

	return !sigaction(number, NULL, &action) && action.sa_handler == SIG_IGN;
}

void cli_main(struct cli *cli, struct session *session, void (*begin)(struct cli *cli))
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	guint sources[G_N_ELEMENTS(signals)] = {0};

	signal(SIGPIPE, SIG_IGN);
	cli->loop = g_main_loop_new(NULL, FALSE);
	cli_front_init(cli, session);
	for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
		if (!is_ignored(signals[i]))
			sources[i] = g_unix_signal_add(signals[i], on_signal, cli);
	begin(cli);
	g_main_loop_run(cli->loop);
	for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
		g_clear_handle_id(&sources[i], g_source_remove);
	cli_front_clear(cli);
	g_free(cli->account);
	g_main_loop_unref(cli->loop);
}

static void begin_lines(struct cli *cli)
{
	model_listen(session_model(cli->front.session), on_event, cli);
	take_turn_soon(cli);
}

static int run_steps(struct session *session, const struct cli_task *task, char **lines)
{
	struct cli cli = {.task = task, .line = lines};

	cli_main(&cli, session, begin_lines);
	model_unlisten(session_model(session), on_event, &cli);
	return cli.status;
}

int cli_run(struct session *session, const struct cli_task *task)
{
	return run_steps(session, task, task->args);
}

int cli_command(struct session *session, const struct cli_task *task)
{
	return run_steps(session, task, NULL);
}

static void on_bot_bus(const GError *error, void *data)
{
	struct cli *cli = data;

	/* Why is told as a notice. */
	if (error && !cli->ending)
		cli_end(cli, error->code);
}

static void begin_tube(struct cli *cli)
{
	cli->tube_job = tube_job_new(cli, cli->tube);
	session_start(cli->front.session);
	session_wait_bus(cli->front.session, on_bot_bus, cli);
}

int cli_tube(struct session *session, const struct cli_tube *tube)
{
	struct cli cli = {.tube = tube, .quiet = tube->quiet};
	int status = tube_job_check(tube);

	if (status)
		return status;
	if (!session_model(session)->accounts->len) {
		cli_complain("there is no account yet: --account-add PROTOCOL ID makes one");
		return SESSION_ERROR_NOT_FOUND;
	}
	cli_main(&cli, session, begin_tube);
	tube_job_free(cli.tube_job);
	return cli.status;
}
