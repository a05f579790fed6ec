/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --reply-with: for each message that a contact sends a program is run, and what it prints is
 * sent back. A chat's messages are answered one after the other, so that order is kept; several
 * chats at a time, within limits. Storing and acknowledging are the session's.
 */

#include "private.h"

#include "filter.h"

#define RUNNING_MAX 4   /* programs at a time */
#define WAITING_MAX 100 /* messages in one chat */
#define RUN_SECONDS 30

struct bot {
	struct cli *cli;
	char **argv;
	GHashTable *talks; /* struct chat * → struct bot_talk *, with something to do */
	GQueue ready;      /* struct bot_talk *: has a message, and none is being answered */
	unsigned running;
};

/* The messages of a chat that are to be answered. Holds a reference to it. */
struct bot_talk {
	struct bot *bot;
	struct chat *chat;
	GQueue questions; /* struct question *, owned */
	struct filter *program;
};

struct question {
	char *text, *sender;
};

static void question_free(void *data)
{
	struct question *question = data;

	g_free(question->text);
	g_free(question->sender);
	g_free(question);
}

static void talk_free(void *data)
{
	struct bot_talk *talk = data;

	filter_cancel(talk->program);
	g_queue_clear_full(&talk->questions, question_free);
	chat_unref(talk->chat);
	g_free(talk);
}

static struct bot_talk *talk_get(struct bot *bot, struct chat *chat)
{
	struct bot_talk *talk = g_hash_table_lookup(bot->talks, chat);

	if (talk)
		return talk;
	talk = g_new0(struct bot_talk, 1);
	talk->bot = bot;
	talk->chat = chat_ref(chat);
	g_hash_table_insert(bot->talks, chat, talk);
	return talk;
}

/* --- answering ---------------------------------------------------------------------------- */

static void run_ready(struct bot *bot);

static void on_sent(const GError *error, void *data)
{
	if (error)
		cli_complain("%s", error->message);
}

/* Its chat may be answered again, or is at rest. */
static void go_on(struct bot_talk *talk)
{
	struct bot *bot = talk->bot;

	if (g_queue_is_empty(&talk->questions) || !talk->chat->account)
		g_hash_table_remove(bot->talks, talk->chat);
	else
		g_queue_push_tail(&bot->ready, talk);
}

static void on_answer(const char *output, const char *problem, void *data)
{
	struct bot_talk *talk = data;
	struct bot *bot = talk->bot;

	talk->program = NULL;
	bot->running--;
	if (problem)
		cli_complain("%s: the program %s", talk->chat->name, problem);
	else if (*output && talk->chat->account)
		session_send(bot->cli->front.session, talk->chat, MESSAGE_NORMAL, output, on_sent,
			     NULL);
	go_on(talk);
	run_ready(bot);
}

static char **environment(const struct bot_talk *talk, const struct question *question)
{
	char **env = g_get_environ();

	env = g_environ_setenv(env, "PHEME_ACCOUNT", talk->chat->account->name, TRUE);
	env = g_environ_setenv(env, "PHEME_CHAT", talk->chat->id, TRUE);
	return g_environ_setenv(env, "PHEME_SENDER", question->sender, TRUE);
}

static void answer(struct bot_talk *talk, const struct question *question)
{
	struct bot *bot = talk->bot;
	g_auto(GStrv) env = environment(talk, question);
	g_autoptr(GError) error = NULL;

	talk->program =
		filter_start(bot->argv, env, question->text, RUN_SECONDS, on_answer, talk, &error);
	if (talk->program) {
		bot->running++;
		return;
	}
	cli_complain("%s: %s", talk->chat->name, error->message);
	go_on(talk);
}

static void run_ready(struct bot *bot)
{
	while (bot->running < RUNNING_MAX && !g_queue_is_empty(&bot->ready)) {
		struct bot_talk *talk = g_queue_pop_head(&bot->ready);
		struct question *question = g_queue_pop_head(&talk->questions);

		/* Its account may have been removed meanwhile. */
		if (talk->chat->account)
			answer(talk, question);
		else
			g_hash_table_remove(bot->talks, talk->chat);
		question_free(question);
	}
}

/* --- asking ------------------------------------------------------------------------------- */

/* Never what a program sent by itself: two bots would talk for ever. */
static bool wants_answer(const struct chat *chat, const struct message *message)
{
	return chat->kind == CHAT_CONTACT && message->direction == MESSAGE_IN &&
	       !message->scrollback &&
	       (message->type == MESSAGE_NORMAL || message->type == MESSAGE_ACTION);
}

static void on_message(struct bot *bot, struct chat *chat, const struct message *message)
{
	struct bot_talk *talk = talk_get(bot, chat);
	struct question *question;

	if (talk->questions.length >= WAITING_MAX) {
		cli_complain("%s: too many messages wait for an answer; this one gets none",
			     chat->name);
		return;
	}
	question = g_new0(struct question, 1);
	question->text = g_strdup(message->raw ? message->raw : message->text);
	question->sender = g_strdup(message->sender ? message->sender : chat->id);
	if (!talk->program && g_queue_is_empty(&talk->questions))
		g_queue_push_tail(&bot->ready, talk);
	g_queue_push_tail(&talk->questions, question);
}

static void on_event(const struct event *event, void *data)
{
	struct bot *bot = data;

	if (event->type != EVENT_MESSAGE_ADDED || bot->cli->ending ||
	    !wants_answer(event->chat, event->message))
		return;
	on_message(bot, event->chat, event->message);
	run_ready(bot);
}

struct bot *bot_new(struct cli *cli, char **argv)
{
	struct bot *bot = g_new0(struct bot, 1);

	bot->cli = cli;
	bot->argv = argv;
	bot->talks = g_hash_table_new_full(NULL, NULL, NULL, talk_free);
	g_queue_init(&bot->ready);
	model_listen(session_model(cli->front.session), on_event, bot);
	return bot;
}

void bot_free(struct bot *bot)
{
	model_unlisten(session_model(bot->cli->front.session), on_event, bot);
	g_queue_clear(&bot->ready);
	g_hash_table_unref(bot->talks);
	g_free(bot);
}
