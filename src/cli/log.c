/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --log, --log-search and --log-export: what was said, without a bus. The history is read page
 * by page and printed as it comes, so that it may be of any length.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "newfile.h"
#include "print.h"

#define PAGE 500

struct logger {
	struct cli *cli;
	struct query *query;
	char *account, *id; /* of the place; NULL: anywhere */
	enum chat_kind kind;
	bool forward, places; /* oldest first; each line says of which chat it is */
	unsigned left;        /* messages to be printed at most; 0: all */
	unsigned skipped;     /* on the way back to the first of them */
	const char *path;     /* NULL: stdout */
	struct newfile *file;
	struct session_search *search;
};

static struct session *session_of(const struct logger *logger)
{
	return logger->cli->front.session;
}

static void end(struct logger *logger, int status)
{
	cli_flush(logger->cli);
	cli_end(logger->cli, status);
}

static void end_with(struct logger *logger, const GError *error)
{
	cli_complain("%s", error->message);
	end(logger, error->code);
}

/* --- printing ----------------------------------------------------------------------------- */

static char *as_text(const struct logger *logger, const struct session_found *found)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *place = NULL;

	if (logger->places)
		place = g_strdup_printf("[%s %s]", found->account, found->name);
	message_print(lines, found->message, place);
	g_ptr_array_add(lines, NULL);
	return g_strjoinv("\n", (char **)lines->pdata);
}

static void print_one(struct logger *logger, const struct session_found *found)
{
	g_autofree char *text =
		print_wants_json(logger->cli) ? json_found(found) : as_text(logger, found);

	if (logger->file) {
		fputs(text, newfile_stream(logger->file));
		putc(logger->cli->task->options.null ? '\0' : '\n', newfile_stream(logger->file));
	} else {
		print_raw(logger->cli, text);
	}
}

static bool is_broken(const struct logger *logger)
{
	return logger->file ? ferror(newfile_stream(logger->file)) : logger->cli->broken;
}

static void finish(struct logger *logger)
{
	g_autoptr(GError) error = NULL;

	if (logger->file && !newfile_keep(g_steal_pointer(&logger->file), &error))
		end_with(logger, error);
	else
		end(logger, 0);
}

/* --- reading ------------------------------------------------------------------------------ */

static void read_page(struct logger *logger, gint64 from, bool forward, session_found_fn fn)
{
	struct session_place place = {logger->account, logger->kind, logger->id};
	unsigned limit = logger->left ? MIN(logger->left, PAGE) : PAGE;

	logger->search =
		session_search(session_of(logger), logger->query, logger->id ? &place : NULL, from,
			       limit, forward, fn, logger);
}

static void on_page(GPtrArray *found, gint64 next, const GError *error, void *data)
{
	struct logger *logger = data;

	logger->search = NULL;
	cli_under_way(logger->cli);
	for (guint i = 0; i < found->len && !is_broken(logger); i++)
		print_one(logger, found->pdata[i]);
	if (logger->left) {
		logger->left -= MIN(logger->left, found->len);
		next = logger->left ? next : 0;
	}
	if (error)
		end_with(logger, error);
	else if (next && !is_broken(logger))
		read_page(logger, next, logger->forward, on_page);
	else if (!logger->cli->ending)
		finish(logger);
}

/* Goes back @left messages, keeping none of them, to print them from there on. */
static void on_way_back(GPtrArray *found, gint64 next, const GError *error, void *data)
{
	struct logger *logger = data;
	unsigned wanted = logger->skipped;
	const struct session_found *last = found->len ? found->pdata[found->len - 1] : NULL;

	logger->search = NULL;
	logger->left -= MIN(logger->left, found->len);
	if (error) {
		end_with(logger, error);
	} else if (logger->left && next) {
		read_page(logger, next, false, on_way_back);
	} else {
		gint64 from = last ? last->message->row - 1 : 0;

		logger->left = wanted;
		read_page(logger, logger->left && next ? from : 0, true, on_page);
	}
}

static void start(struct logger *logger)
{
	logger->left = logger->cli->task->options.count;
	logger->skipped = logger->left;
	if (logger->left && logger->forward)
		read_page(logger, 0, false, on_way_back);
	else
		read_page(logger, 0, logger->forward, on_page);
}

static void on_place(const struct session_place *place, const GError *error, void *data)
{
	struct logger *logger = data;

	if (error) {
		end_with(logger, error);
		return;
	}
	logger->account = g_strdup(place->account);
	logger->id = g_strdup(place->id);
	logger->kind = place->kind;
	start(logger);
}

/* --- the three ---------------------------------------------------------------------------- */

/* What was not printed is not kept in part. */
static void on_ending(struct cli *cli)
{
	struct logger *logger = cli->job;

	g_clear_pointer(&logger->search, session_search_cancel);
	g_clear_pointer(&logger->file, newfile_drop);
}

static void begin(struct cli *cli)
{
	struct logger *logger = cli->job;
	g_autoptr(GError) error = NULL;

	if (cli->task->options.timeout)
		cli_start_deadline(cli);
	if (logger->path) {
		logger->file = newfile_open(logger->path, &error);
		if (!logger->file) {
			end_with(logger, error);
			return;
		}
	}
	if (logger->places)
		start(logger);
	else
		session_find_place(session_of(logger), NULL, cli->task->args[0], on_place, logger);
}

static int run(struct session *session, const struct cli_task *task, struct logger logger,
	       const char *text)
{
	struct cli cli = {.task = task, .job = &logger, .on_ending = on_ending};
	g_autoptr(GError) error = NULL;

	logger.query = query_parse(text, logger.forward, &error);
	if (!logger.query) {
		cli_complain("%s", error->message);
		return SESSION_ERROR_USAGE;
	}
	logger.cli = &cli;
	cli_main(&cli, session, begin);
	query_unref(logger.query);
	g_free(logger.account);
	g_free(logger.id);
	return cli.status;
}

int cli_log(struct session *session, const struct cli_task *task)
{
	struct logger logger = {.forward = true};

	return run(session, task, logger, "");
}

int cli_log_search(struct session *session, const struct cli_task *task)
{
	struct logger logger = {.places = true};
	g_autofree char *text = g_strjoinv(" ", task->args);

	return run(session, task, logger, text);
}

int cli_log_export(struct session *session, const struct cli_task *task)
{
	struct logger logger = {
		.forward = true,
		.places = true,
		.path = strcmp(task->args[0], "-") ? task->args[0] : NULL,
	};
	g_autofree char *text = g_strjoinv(" ", task->args + 1);

	return run(session, task, logger, text);
}
