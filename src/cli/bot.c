/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --reply-with: for each message that a contact sends a program is run, and what it prints is
 * sent back. A chat's messages are answered one after the other, so that order is kept; several
 * chats at a time, within limits. Storing and acknowledging are the session's.
 */

#include "bot.h"

#include <string.h>

#include "filter.h"
#include "json.h"
#include "late.h"

#define RUNNING_MAX     4    /* programs at a time */
#define WAITING_MAX     100  /* messages in one chat */
#define WAITING_ALL_MAX 1000 /* …and in all of them */
#define RUN_SECONDS     30
#define LINES_MAX       100 /* messages that are made of what one program prints */

/* Where a network has no auto-replies, another bot cannot know that it talks to one: so many of a
 * chat's messages are answered in a minute, and then none for a minute. */
#define PACE_MAX  30
#define PACE_TIME (60 * G_USEC_PER_SEC)

struct bot {
	struct cli *cli;
	struct bot_options options;
	unsigned waiting;  /* questions */
	unsigned asked;    /* in all */
	unsigned open;     /* questions that are not answered, and answers that are not sent */
	GHashTable *talks; /* struct chat * → struct bot_talk *, with something to do */
	GHashTable *paces; /* struct chat * (a reference) → struct pace * */
	GQueue ready;      /* struct bot_talk *: has a message, and none is being answered */
	unsigned running;
	struct late *late; /* struct question *: of whom the roster may yet name */
};

/* The messages of a chat that are to be answered. Holds a reference to it. */
struct bot_talk {
	struct bot *bot;
	struct chat *chat;
	GQueue questions; /* struct question *, owned */
	struct filter *program;
};

struct pace {
	gint64 began; /* monotonic µs */
	unsigned asked;
};

struct question {
	struct chat *chat; /* a reference */
	char *text;
	char **facts; /* "NAME=value" */
};

static void question_free(void *data)
{
	struct question *question = data;

	chat_unref(question->chat);
	g_free(question->text);
	g_strfreev(question->facts);
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

/* A question has its answer, or an answer is sent. */
static void close_one(struct bot *bot)
{
	bot->open--;
	if (!bot->open && bot->options.count && bot->asked >= bot->options.count)
		bot->options.ended(bot->options.data);
}

static void on_sent(const GError *error, void *data)
{
	if (error)
		cli_complain("%s", error->message);
	close_one(data);
}

/* As an auto-reply, which no bot answers. */
static void say_part(struct bot_talk *talk, const char *text)
{
	talk->bot->open++;
	session_send(talk->bot->cli->front.session, talk->chat, MESSAGE_AUTO_REPLY, text, on_sent,
		     talk->bot);
}

/* What is far too long for the network is refused whole. */
static void say(struct bot_talk *talk, const char *text)
{
	g_auto(GStrv) parts = NULL;

	if (!*text)
		return;
	parts = session_split(talk->chat->account, text);
	if (!parts)
		say_part(talk, text);
	for (char **part = parts; part && *part; part++)
		say_part(talk, *part);
}

static void say_lines(struct bot_talk *talk, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX + 1);

	for (unsigned i = 0; i < LINES_MAX && lines[i]; i++)
		say(talk, lines[i]);
	if (g_strv_length(lines) > LINES_MAX)
		cli_complain("%s: the program printed more than %d lines; the others are not sent",
			     talk->chat->name, LINES_MAX);
}

/* What waits there gets no answer. */
static void drop_talk(struct bot_talk *talk)
{
	struct bot *bot = talk->bot;
	unsigned waiting = talk->questions.length;

	bot->waiting -= waiting;
	g_hash_table_remove(bot->talks, talk->chat);
	while (waiting--)
		close_one(bot);
}

/* Its chat may be answered again, or is at rest. */
static void go_on(struct bot_talk *talk)
{
	struct bot *bot = talk->bot;

	if (g_queue_is_empty(&talk->questions) || !talk->chat->account)
		drop_talk(talk);
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
	else if (talk->chat->account && bot->options.by_line)
		say_lines(talk, output);
	else if (talk->chat->account)
		say(talk, output);
	go_on(talk);
	run_ready(bot);
	close_one(bot);
}

static char **environment(const struct question *question)
{
	char **env = g_get_environ();

	for (char **fact = question->facts; *fact; fact++) {
		char *value = strchr(*fact, '=') + 1;
		g_autofree char *name = g_strndup(*fact, (gsize)(value - 1 - *fact));

		env = g_environ_setenv(env, name, value, TRUE);
	}
	return env;
}

static void answer(struct bot_talk *talk, const struct question *question)
{
	struct bot *bot = talk->bot;
	g_auto(GStrv) env = environment(question);
	g_autoptr(GError) error = NULL;

	talk->program = filter_start(bot->options.argv, env, question->text, RUN_SECONDS, on_answer,
				     talk, &error);
	if (talk->program) {
		bot->running++;
		return;
	}
	cli_complain("%s: %s", talk->chat->name, error->message);
	go_on(talk);
	close_one(bot);
}

static void run_ready(struct bot *bot)
{
	while (bot->running < RUNNING_MAX && !g_queue_is_empty(&bot->ready)) {
		struct bot_talk *talk = g_queue_pop_head(&bot->ready);
		struct question *question;

		/* Its account may have been removed meanwhile. */
		if (!talk->chat->account) {
			drop_talk(talk);
			continue;
		}
		question = g_queue_pop_head(&talk->questions);
		bot->waiting--;
		answer(talk, question);
		question_free(question);
	}
}

/* --- asking ------------------------------------------------------------------------------- */

/* Never what a program sent by itself, or we: two bots would talk for ever. */
static bool can_be_answered(const struct chat *chat, const struct message *message)
{
	if (chat->kind != CHAT_CONTACT || message->direction != MESSAGE_IN || message->scrollback)
		return false;
	if (message->type != MESSAGE_NORMAL && message->type != MESSAGE_ACTION)
		return false;
	return strcmp(chat->id, chat->account->self_id) != 0;
}

static gboolean is_over(void *chat, void *value, void *now)
{
	const struct pace *pace = value;

	return *(gint64 *)now - pace->began >= PACE_TIME;
}

/* Not when two programs seem to talk to each other; to leave one message unanswered ends that. */
static bool keeps_pace(struct bot *bot, struct chat *chat)
{
	gint64 now = g_get_monotonic_time();
	struct pace *pace;

	if (chat->can_auto_reply)
		return true;
	g_hash_table_foreach_remove(bot->paces, is_over, &now);
	pace = g_hash_table_lookup(bot->paces, chat);
	if (!pace) {
		pace = g_new0(struct pace, 1);
		pace->began = now;
		g_hash_table_insert(bot->paces, chat_ref(chat), pace);
	}
	if (++pace->asked <= PACE_MAX)
		return true;
	if (pace->asked == PACE_MAX + 1) {
		pace->began = now;
		cli_complain("%s: %d messages were answered within a minute, as if another program "
			     "answered them; what comes in the next minute gets no answer",
			     chat->name, PACE_MAX);
	}
	return false;
}

static struct question *question_new(struct chat *chat, const struct message *message)
{
	struct question *question = g_new0(struct question, 1);

	question->chat = chat_ref(chat);
	question->text = g_strdup(message->raw ? message->raw : message->text);
	question->facts = message_facts(chat, message);
	return question;
}

/* Takes it. */
static void add_question(struct bot *bot, struct question *question)
{
	struct chat *chat = question->chat;
	struct bot_talk *talk = talk_get(bot, chat);

	if (talk->questions.length >= WAITING_MAX || bot->waiting >= WAITING_ALL_MAX) {
		cli_complain("%s: too many messages wait for an answer; this one gets none",
			     chat->name);
		if (!talk->program && g_queue_is_empty(&talk->questions))
			g_hash_table_remove(bot->talks, chat);
		question_free(question);
		return;
	}
	if (!talk->program && g_queue_is_empty(&talk->questions))
		g_queue_push_tail(&bot->ready, talk);
	g_queue_push_tail(&talk->questions, question);
	bot->asked++;
	bot->waiting++;
	bot->open++;
}

static void ask(void *item, void *data)
{
	struct question *question = item;
	struct bot *bot = data;

	if ((bot->options.count && bot->asked >= bot->options.count) || !question->chat->account ||
	    !keeps_pace(bot, question->chat))
		question_free(question);
	else
		add_question(bot, question);
	run_ready(bot);
}

static void on_message(struct bot *bot, struct chat *chat, const struct message *message)
{
	if (!can_be_answered(chat, message))
		return;
	if (whom_is(bot->options.whom, chat->account, chat->id, NULL))
		ask(question_new(chat, message), bot);
	else if (late_is_open(bot->late, chat))
		late_add(bot->late, chat, question_new(chat, message));
}

static void on_event(const struct event *event, void *data)
{
	struct bot *bot = data;

	if (bot->cli->ending)
		return;
	if (event->type == EVENT_MESSAGE_ADDED)
		on_message(bot, event->chat, event->message);
	else if (event->type == EVENT_ROSTER_READY)
		late_look(bot->late);
}

static void chat_release(void *chat)
{
	chat_unref(chat);
}

struct bot *bot_new(struct cli *cli, const struct bot_options *options)
{
	struct bot *bot = g_new0(struct bot, 1);

	bot->cli = cli;
	bot->options = *options;
	bot->talks = g_hash_table_new_full(NULL, NULL, NULL, talk_free);
	bot->paces = g_hash_table_new_full(NULL, NULL, chat_release, g_free);
	g_queue_init(&bot->ready);
	bot->late = late_new(options->whom, ask, question_free, bot);
	model_listen(session_model(cli->front.session), on_event, bot);
	return bot;
}

void bot_free(struct bot *bot)
{
	if (!bot)
		return;
	model_unlisten(session_model(bot->cli->front.session), on_event, bot);
	g_queue_clear(&bot->ready);
	late_free(bot->late);
	g_hash_table_unref(bot->talks);
	g_hash_table_unref(bot->paces);
	g_free(bot);
}
