/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Noises for what comes in: the terminal's bell, which terminals and tmux turn into what their user
 * likes (a sound, a flash, a mark on the window), a program of the user's, and notifications of the
 * desktop or of the terminal itself. What a flood of messages makes is one noise.
 */

#include <string.h>

#include "src/model/account.h"
#include "src/model/text.h"
#include "ui_private.h"

/* Bytes of the text that a program is told. */
#define TOLD_MAX 4096
/* Cells of the text that a notification shows. */
#define SHOWN_CELLS 300

static bool is_wanted(const struct event *event, const char *mode)
{
	const struct message *message = event->message;

	if (message == NULL || message->direction != MESSAGE_IN || message->scrollback ||
	    strcmp(mode, "off") == 0)
		return false;
	return strcmp(mode, "all") == 0 || event->chat->kind == CHAT_CONTACT || message->mention;
}

/* False: the last one was just now. */
static bool take_turn(struct config *config, gint64 *last)
{
	gint64 now = g_get_monotonic_time();
	gint64 interval = (gint64)config_int(config, "notify.bell-interval-ms") * 1000;

	if (*last != 0 && now - *last < interval)
		return false;
	*last = now;
	return true;
}

static char **make_environment(const struct event *event)
{
	g_auto(GStrv) facts = message_facts(event->chat, event->message);
	const char *text = event->message->text;
	g_autofree char *told = g_strndup(text, MIN(strlen(text), TOLD_MAX));
	g_autofree char *valid = g_utf8_make_valid(told, -1);
	char **list = g_get_environ();

	for (char **fact = facts; *fact != NULL; fact++) {
		g_auto(GStrv) pair = g_strsplit(*fact, "=", 2);

		list = g_environ_setenv(list, pair[0], pair[1], TRUE);
	}
	return g_environ_setenv(list, "PHEME_TEXT", valid, TRUE);
}

static void start_program(struct ui *ui, const struct event *event, const char *program)
{
	g_auto(GStrv) environment = make_environment(event);
	g_autoptr(GError) error = NULL;

	if (command_spawn(program, NULL, environment, &error))
		return;
	/* Once: it would be told again with each message. */
	if (g_strcmp0(ui->bad_program, program) == 0)
		return;
	g_free(ui->bad_program);
	ui->bad_program = g_strdup(program);
	model_notice(ui->model, NULL, NULL, NOTICE_ERROR, "cannot run notify.command: %s",
		     error->message);
}

/* Who, where and what; new strings. */
static void describe(const struct event *event, char **title, char **body)
{
	const struct chat *chat = event->chat;
	const struct message *message = event->message;
	g_autofree char *text =
		g_strndup(message->text, text_fit(message->text, SHOWN_CELLS, NULL));

	*title = chat->unread > 1 ? g_strdup_printf("%s (%u)", chat->name, chat->unread)
				  : g_strdup(chat->name);
	if (message->type == MESSAGE_ACTION)
		*body = g_strdup_printf("* %s %s", message->name ? message->name : "", text);
	else if (chat->kind == CHAT_ROOM && message->name != NULL)
		*body = g_strdup_printf("%s: %s", message->name, text);
	else
		*body = g_strdup(text);
}

static void show(struct ui *ui, const struct event *event)
{
	struct config *config = session_config(ui->session);
	const char *osc = config_string(config, "notify.osc");
	g_autofree char *title = NULL;
	g_autofree char *body = NULL;

	describe(event, &title, &body);
	if (config_bool(config, "notify.desktop"))
		session_notify(ui->session, event->chat, title, body);
	if (strcmp(osc, "off") != 0 && take_turn(config, &ui->last_osc))
		term_notify(osc, title, body);
}

void bell_on_read(struct ui *ui, struct chat *chat)
{
	if (chat->kind != CHAT_STATUS)
		session_unnotify(ui->session, chat);
}

void bell_on_message(struct ui *ui, const struct event *event)
{
	struct config *config = session_config(ui->session);
	const struct account *account = event->chat->account;
	const char *program = config_string(config, "notify.command");
	const char *own =
		account != NULL ? config_chat_notify(config, account->name, event->chat->id) : NULL;
	const char *bell = own != NULL ? own : config_string(config, "notify.bell");
	const char *start = own != NULL ? own : config_string(config, "notify.command-for");

	if (is_wanted(event, bell) && take_turn(config, &ui->last_bell))
		term_bell();
	if (*program != '\0' && is_wanted(event, start) && take_turn(config, &ui->last_program))
		start_program(ui, event, program);
	if (is_wanted(event, start))
		show(ui, event);
}
