/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who does what a flag asks for. A flag that is not in the list here is a command, which is run
 * as it would be at the prompt. */

#include <string.h>

#include "private.h"

static int send_file(struct session *session, const struct cli_task *task)
{
	const struct cli_files files = {
		.contact = task->args[0],
		.path = task->args[1],
		.timeout = task->options.timeout,
		.quiet = task->options.quiet,
	};

	return cli_move_files(session, &files);
}

static int receive_files(struct session *session, const struct cli_task *task)
{
	const struct cli_files files = {
		.directory = task->args[0],
		.count = task->options.count,
		.timeout = task->options.timeout,
		.quiet = task->options.quiet,
	};

	return cli_move_files(session, &files);
}

static int offer_tube(struct session *session, const struct cli_task *task)
{
	const struct cli_tube tube = {
		.contact = task->args[0],
		.service = task->args[1],
		.target = task->args[2],
		.timeout = task->options.timeout,
		.quiet = task->options.quiet,
	};

	return cli_tube(session, &tube);
}

static int accept_tube(struct session *session, const struct cli_task *task)
{
	const struct cli_options *options = &task->options;
	const char *contact = task->args[0];
	const struct cli_tube tube = {
		.accept = true,
		.contact = contact,
		.service = contact ? task->args[1] : NULL,
		.listen = options->listen,
		.command = options->exec,
		.stdio = options->stdio,
		.direct = options->direct,
		.timeout = options->timeout,
		.quiet = options->quiet,
		.count = options->count,
	};

	return cli_tube(session, &tube);
}

static int join(struct session *session, const struct cli_task *task)
{
	return task->options.watch ? cli_watch(session, task) : cli_command(session, task);
}

static const struct {
	const char *flag;
	int (*run)(struct session *session, const struct cli_task *task);
} doers[] = {
	{"account-add", cli_account},
	{"account-set", cli_account},
	{"candidates", cli_candidates},
	{"completion", cli_completion},
	{"file-receive", receive_files},
	{"file-send", send_file},
	{"join", join},
	{"list", cli_list},
	{"log", cli_log},
	{"log-export", cli_log_export},
	{"log-search", cli_log_search},
	{"reply-with", cli_watch},
	{"run", cli_run},
	{"send", cli_send},
	{"status", cli_status},
	{"tube-accept", accept_tube},
	{"tube-offer", offer_tube},
	{"watch", cli_watch},
};

bool cli_is_brief(const struct cli_task *task)
{
	if (!task->verb || !task->verb->flag_once || task->options.watch)
		return false;
	/* Those are what the history has. */
	return strcmp(task->verb->flag, "list") || strcmp(task->args[0], "chats");
}

bool cli_only_reads(const struct cli_task *task)
{
	return task->verb &&
	       (!strcmp(task->verb->flag, "log") || g_str_has_prefix(task->verb->flag, "log-"));
}

int cli_do(struct session *session, const struct cli_task *task)
{
	for (gsize i = 0; i < G_N_ELEMENTS(doers); i++)
		if (!strcmp(doers[i].flag, task->verb->flag))
			return doers[i].run(session, task);
	return cli_command(session, task);
}
