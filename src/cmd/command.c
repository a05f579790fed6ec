/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <string.h>

#include "cmd.h"
#include "send.h"

struct command_run {
	struct front *front;
	char *line; /* after aliases; parsed.raw points into it */
	struct parsed parsed;
	struct account *named; /* by -a */
	struct chat *chat;     /* a reference, or NULL */
	unsigned holds;
	int status;
	void *kept;
	GDestroyNotify free_kept;
	command_done_fn done;
	command_opened_fn opened; /* in place of done */
	struct chat *target;      /* for opened: a reference, or NULL */
	void *data;
};

/* --- the table ---------------------------------------------------------------------------- */

static bool has_alias(const struct command *command, const char *name)
{
	g_auto(GStrv) aliases = g_strsplit(command->aliases ? command->aliases : "", " ", -1);

	for (char **alias = aliases; *alias; alias++)
		if (!g_ascii_strcasecmp(*alias, name))
			return true;
	return false;
}

const struct command *command_find(const char *name)
{
	if (!*name)
		return NULL;
	for (const struct command *command = command_table; command->name; command++)
		if (!g_ascii_strcasecmp(command->name, name) || has_alias(command, name))
			return command;
	return NULL;
}

const char *command_nearest(const char *name)
{
	struct nearest nearest = {.wanted = name};

	for (const struct command *command = command_table; command->name; command++) {
		g_auto(GStrv) aliases = NULL;
		const char *best = nearest.best;

		nearest_consider(&nearest, command->name);
		aliases = g_strsplit(command->aliases ? command->aliases : "", " ", -1);
		for (char **alias = aliases; *alias && strlen(*alias) > 2; alias++)
			nearest_consider(&nearest, *alias);
		if (nearest.best != best)
			nearest.best = command->name;
	}
	return nearest.best;
}

/* --- one execution ------------------------------------------------------------------------ */

static struct command_run *run_new(struct front *front, const char *line, command_done_fn done,
				   void *data)
{
	struct command_run *run = g_new0(struct command_run, 1);
	struct chat *chat = front->ops->current_chat(front);

	run->front = front;
	run->line = g_strdup(line);
	run->chat = chat ? chat_ref(chat) : NULL;
	run->holds = 1;
	run->done = done;
	run->data = data;
	front->runs = g_slist_prepend(front->runs, run);
	return run;
}

static void run_free(void *data)
{
	struct command_run *run = data;

	if (run->free_kept)
		run->free_kept(run->kept);
	parsed_clear(&run->parsed);
	g_clear_pointer(&run->chat, chat_unref);
	g_clear_pointer(&run->target, chat_unref);
	g_free(run->line);
	g_free(run);
}

void command_drop_all(struct front *front)
{
	g_slist_free_full(g_steal_pointer(&front->runs), run_free);
}

void command_hold(struct command_run *run)
{
	run->holds++;
}

void command_release(struct command_run *run)
{
	command_done_fn done = run->done;
	command_opened_fn opened = run->opened;
	struct chat *target;
	void *data = run->data;
	int status = run->status;

	g_assert(run->holds > 0);
	if (--run->holds)
		return;
	target = g_steal_pointer(&run->target);
	run->front->runs = g_slist_remove(run->front->runs, run);
	run_free(run);
	if (done)
		done(status, data);
	if (opened)
		opened(target, status, data);
	g_clear_pointer(&target, chat_unref);
}

void command_done(const GError *error, void *data)
{
	struct command_run *run = data;

	command_fail_error(run, error);
	command_release(run);
}

void command_keep(struct command_run *run, void *kept, GDestroyNotify free_kept)
{
	g_assert(!run->free_kept);
	run->kept = kept;
	run->free_kept = free_kept;
}

void *command_kept(struct command_run *run)
{
	return run->kept;
}

struct front *command_front(struct command_run *run)
{
	return run->front;
}

struct session *command_session(struct command_run *run)
{
	return run->front->session;
}

const struct command *command_row(struct command_run *run)
{
	return run->parsed.command;
}

const char *command_arg(struct command_run *run, unsigned index)
{
	return index < run->parsed.count ? run->parsed.args[index] : NULL;
}

const char *command_rest(struct command_run *run, unsigned index)
{
	return index < run->parsed.count ? run->parsed.raw[index] : "";
}

struct account *command_named_account(struct command_run *run)
{
	return run->named;
}

struct chat *command_chat(struct command_run *run)
{
	return run->chat;
}

/* --- output ------------------------------------------------------------------------------- */

/* Where a command's output goes: into the chat it was typed in, however late it comes. */
static struct chat *output_chat(struct command_run *run)
{
	return run->chat && run->chat->open ? run->chat : NULL;
}

void command_print(struct command_run *run, const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	run->front->ops->print(run->front, output_chat(run), line);
}

void command_print_text(struct command_run *run, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		if (**line || line[1])
			command_print(run, "%s", *line);
}

static void print_error(struct command_run *run, const char *line)
{
	const struct front_ops *ops = run->front->ops;

	(ops->print_error ? ops->print_error : ops->print)(run->front, output_chat(run), line);
}

void command_fail(struct command_run *run, int status, const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	if (!run->status)
		run->status = status;
	print_error(run, line);
}

void command_fail_told(struct command_run *run, int status)
{
	if (!run->status)
		run->status = status;
}

void command_fail_error(struct command_run *run, const GError *error)
{
	if (!error)
		return;
	command_fail(run, error->domain == SESSION_ERROR ? error->code : SESSION_ERROR_FAILED, "%s",
		     error->message);
}

void command_fail_usage(struct command_run *run, const char *problem)
{
	g_autofree char *usage = command_usage(run->parsed.command);

	command_fail(run, SESSION_ERROR_USAGE, "%s", problem);
	command_fail(run, SESSION_ERROR_USAGE, "usage: %s", usage);
}

/* --- running ------------------------------------------------------------------------------ */

static void fail_unknown(struct command_run *run)
{
	g_auto(GStrv) aliases = config_aliases(session_config(run->front->session));
	struct nearest nearest = {.wanted = run->parsed.name};
	const char *name = run->parsed.name;

	if (!*name) {
		command_fail(run, SESSION_ERROR_USAGE,
			     "a line that begins with / is a command; // sends a slash");
		return;
	}
	nearest.best = command_nearest(name);
	if (nearest.best)
		nearest.distance = command_name_distance(name, nearest.best);
	for (char **alias = aliases; alias && *alias; alias++)
		nearest_consider(&nearest, *alias);
	if (nearest.best)
		command_fail(run, SESSION_ERROR_USAGE, "there is no command /%s; did you mean /%s?",
			     name, nearest.best);
	else
		command_fail(run, SESSION_ERROR_USAGE,
			     "there is no command /%s; /help lists them, // sends a slash", name);
}

static bool check_chat(struct command_run *run, bool room)
{
	const struct chat *chat = run->chat;

	if (room && (!chat || chat->kind != CHAT_ROOM)) {
		command_fail(run, SESSION_ERROR_USAGE, "/%s works in a room: /join one first",
			     run->parsed.command->name);
		return false;
	}
	if (!chat || chat->kind == CHAT_STATUS) {
		command_fail(run, SESSION_ERROR_USAGE,
			     "this is no conversation: /query NAME opens one, /join a room");
		return false;
	}
	return true;
}

/* What the row of the table says that the command needs. */
static bool check_needs(struct command_run *run)
{
	switch (run->parsed.command->needs) {
	case COMMAND_NEEDS_NOTHING:
	case COMMAND_NEEDS_BUS:
	case COMMAND_WANTS_SETTLED:
	case COMMAND_WANTS_ONLINE:
		return true;
	case COMMAND_NEEDS_ACCOUNT:
		return command_need_account(run) != NULL;
	case COMMAND_NEEDS_ONLINE:
		return command_check_online(run, command_need_account(run));
	case COMMAND_NEEDS_CHAT:
		return check_chat(run, false);
	case COMMAND_NEEDS_ROOM:
		return check_chat(run, true);
	}
	return false;
}

/* Aliases, words, -a. False when that failed. */
static bool prepare_command(struct command_run *run)
{
	g_autofree char *problem = NULL;
	char *line = alias_expand(session_config(run->front->session), word_skip_blanks(run->line),
				  &problem);

	if (!line) {
		command_fail(run, SESSION_ERROR_USAGE, "%s", problem);
		return false;
	}
	g_free(run->line);
	run->line = line;
	problem = command_parse(run->line, &run->parsed);
	if (!run->parsed.command) {
		fail_unknown(run);
		return false;
	}
	if (problem) {
		command_fail_usage(run, problem);
		return false;
	}
	if (run->parsed.account)
		run->named = command_find_account(run, run->parsed.account);
	return !run->status;
}

/* The text in a line that is no command; NULL when it is one. A blank before a slash does not
 * make it text: that is how passwords meant for a command end in a room. */
static const char *line_text(const char *line)
{
	const char *s = word_skip_blanks(line);

	if (*s != '/')
		return line;
	return s[1] == '/' ? s + 1 : NULL;
}

static void run_line(struct command_run *run)
{
	const char *text;

	if (!g_utf8_validate(run->line, -1, NULL)) {
		command_fail(run, SESSION_ERROR_USAGE, "what was typed is not valid UTF-8");
		return;
	}
	if (!*word_skip_blanks(run->line))
		return;
	text = line_text(run->line);
	if (text) {
		if (check_chat(run, false))
			command_send(run, run->chat, MESSAGE_NORMAL, text);
		return;
	}
	if (prepare_command(run) && check_needs(run))
		run->parsed.command->run(run);
}

void command_execute(struct front *front, const char *line, command_done_fn done, void *data)
{
	struct command_run *run = run_new(front, line, done, data);

	run_line(run);
	command_release(run);
}

static void run_args(struct command_run *run, const struct command *command, char **args)
{
	g_autofree char *problem = NULL;

	run->parsed.command = command;
	g_clear_pointer(&run->line, g_free);
	problem = parse_args(command_flag_words(command), args, &run->parsed, &run->line);
	if (problem)
		command_fail(run, SESSION_ERROR_USAGE, "%s", problem);
	else if (check_needs(run))
		command->run(run);
}

void command_execute_args(struct front *front, const struct command *command, char **args,
			  command_done_fn done, void *data)
{
	struct command_run *run = run_new(front, "", done, data);

	run_args(run, command, args);
	command_release(run);
}

static void on_target(struct command_run *run, struct chat *chat)
{
	run->target = chat_ref(chat);
}

void command_open_target(struct front *front, struct account *account, const char *name,
			 command_opened_fn fn, void *data)
{
	struct command_run *run = run_new(front, "", NULL, data);

	run->opened = fn;
	run->parsed.command = command_find("msg");
	run->named = account;
	command_target(run, name, on_target);
	command_release(run);
}

enum command_need command_peek(struct front *front, const char *line, struct account **account)
{
	g_autofree char *problem = NULL, *expanded = NULL, *wrong = NULL;
	enum command_need needs = COMMAND_NEEDS_NOTHING;
	struct parsed parsed;

	*account = NULL;
	line = g_utf8_validate(line, -1, NULL) ? word_skip_blanks(line) : "";
	if (!*line)
		return needs;
	if (line_text(line))
		return COMMAND_NEEDS_CHAT;
	expanded = alias_expand(session_config(front->session), line, &problem);
	if (!expanded)
		return needs;
	wrong = command_parse(expanded, &parsed);
	if (parsed.command && !wrong) {
		needs = parsed.command->needs;
		if (parsed.account)
			*account =
				model_find_account(session_model(front->session), parsed.account);
	}
	parsed_clear(&parsed);
	return needs;
}
