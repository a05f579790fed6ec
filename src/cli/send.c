/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --send: a text, or what comes on standard input, to a contact or a room. It ends when the
 * network has confirmed all of it, as far as --wait asks for. What it could not send by then is
 * not sent later either: who is told that it failed may send it again.
 */

#include <string.h>
#include <unistd.h>

#include "input.h"
#include "reach.h"

#define UNDER_WAY_MAX 16 /* messages that are sent and not confirmed */

struct sender {
	struct cli *cli;
	const char *text; /* NULL: what comes on standard input */
	bool lines, wait_delivered;
	struct input *input;
	struct reach *reach;
	struct chat *chat;       /* a reference, once it is there */
	unsigned sending;        /* that are not confirmed as sent */
	char *sent;              /* uid of the message that session_send() just made */
	GHashTable *undelivered; /* char *: uids of what was not confirmed as delivered */
	bool begun, all_read, leaving;
	bool told_in_vain;
	guint lost;  /* source */
	int outcome; /* when all that was taken in is done */
	int status;  /* …and when it has ended */
};

static struct session *session_of(const struct sender *sender)
{
	return sender->cli->front.session;
}

/* --- the end ------------------------------------------------------------------------------ */

static void on_left(const GError *error, void *data)
{
	struct sender *sender = data;

	cli_end(sender->cli, sender->status);
}

/* A room that was joined for this is left again by the last one. False: there is none. */
static bool leave_room(struct sender *sender, session_done_fn done)
{
	if (!sender->chat || !sender->chat->account || !reach_has_joined(sender->reach))
		return false;
	session_release_room(session_of(sender), sender->chat, done, sender);
	return true;
}

static void give_up(struct sender *sender)
{
	if (sender->chat)
		session_withdraw(session_of(sender), sender->chat, "pheme gave up sending it");
}

static void end(struct sender *sender, int status)
{
	if (sender->leaving || sender->cli->ending)
		return;
	sender->leaving = true;
	sender->status = status;
	if (status)
		give_up(sender);
	if (!leave_room(sender, on_left))
		cli_end(sender->cli, status);
}

/* By a signal, or because it took too long. */
static void on_ending(struct cli *cli)
{
	struct sender *sender = cli->job;

	if (sender->leaving)
		return;
	sender->leaving = true;
	give_up(sender);
	leave_room(sender, NULL);
}

static void check_end(struct sender *sender)
{
	if (sender->all_read && !sender->sending && !g_hash_table_size(sender->undelivered))
		end(sender, sender->outcome);
}

/* Whether what arrives is reported is known when there is a channel. */
static void tell_in_vain(struct sender *sender)
{
	const struct chat *chat = sender->chat;

	if (!sender->wait_delivered || sender->told_in_vain || !chat->no_reports || !chat->account)
		return;
	sender->told_in_vain = true;
	if (!sender->cli->task->options.quiet)
		cli_complain("%s does not tell when a message has arrived: only that one has not, "
			     "if at all",
			     chat->account->name);
}

/* --- one message -------------------------------------------------------------------------- */

/* That the connection was lost, and why. */
static bool was_told(const struct sender *sender)
{
	const struct account *account = sender->chat->account;

	return account && account->state != ACCOUNT_ONLINE && wait_has_told(sender->cli, account);
}

static void on_sent(const GError *error, void *data)
{
	struct sender *sender = data;

	sender->sending--;
	if (error) {
		if (!sender->leaving && !was_told(sender))
			cli_complain_new(sender->cli, error->message);
		end(sender, error->code);
		return;
	}
	tell_in_vain(sender);
	if (sender->wait_delivered)
		sender->cli->waits_for = "it was sent, and nobody has confirmed that it arrived";
	if (sender->input)
		input_go_on(sender->input);
	check_end(sender);
}

static void send_message(struct sender *sender, const char *text)
{
	sender->begun = true;
	sender->sending++;
	sender->cli->waits_for = "the network has not confirmed it";
	session_send(session_of(sender), sender->chat, MESSAGE_NORMAL, text, on_sent, sender);
	if (sender->sent && sender->wait_delivered)
		g_hash_table_add(sender->undelivered, g_steal_pointer(&sender->sent));
	g_clear_pointer(&sender->sent, g_free);
	if (sender->input && sender->sending >= UNDER_WAY_MAX)
		input_pause(sender->input);
}

/* In parts when it is too long for the network; one that is far too long is refused whole. */
static void send_text(struct sender *sender, const char *text)
{
	g_auto(GStrv) parts = session_split(sender->chat->account, text);

	if (!parts)
		send_message(sender, text);
	for (char **part = parts; part && *part; part++)
		send_message(sender, *part);
}

static void on_input(const char *text, const GError *error, void *data)
{
	struct sender *sender = data;

	if (sender->leaving)
		return;
	if (text) {
		send_text(sender, text);
		return;
	}
	sender->all_read = true;
	if (error) {
		/* What came before it goes out. */
		cli_complain("%s", error->message);
		sender->outcome = SESSION_ERROR_FAILED;
		check_end(sender);
	} else if (!sender->begun && !sender->lines) {
		cli_complain("there is nothing to send: standard input is empty");
		end(sender, SESSION_ERROR_FAILED);
	} else {
		check_end(sender);
	}
}

static void on_reached(struct chat *chat, int status, void *data)
{
	struct sender *sender = data;

	if (!chat) {
		end(sender, status);
		return;
	}
	sender->chat = chat_ref(chat);
	tell_in_vain(sender);
	/* What comes on a pipe takes the time that it takes. */
	if (sender->lines)
		cli_under_way(sender->cli);
	if (sender->text) {
		sender->all_read = true;
		send_text(sender, sender->text);
	} else {
		sender->input = input_new(STDIN_FILENO, sender->lines, on_input, sender);
	}
}

/* --- what becomes of it ------------------------------------------------------------------- */

static void note_delivery(struct sender *sender, const struct message *message)
{
	if (message->delivery != DELIVERY_DELIVERED && message->delivery != DELIVERY_READ &&
	    message->delivery != DELIVERY_FAILED)
		return;
	if (!g_hash_table_remove(sender->undelivered, message->uid))
		return;
	/* One that could not even be sent is told by who tried. */
	if (message->delivery == DELIVERY_FAILED && !sender->sending) {
		cli_complain("not delivered to %s: %s", sender->chat->name,
			     message->reason ? message->reason : "the network gave no reason");
		end(sender, SESSION_ERROR_NOT_DELIVERED);
	} else {
		check_end(sender);
	}
}

/* A notice has said why, and what was handed over has been told as failed. */
static gboolean on_lost(void *data)
{
	struct sender *sender = data;

	sender->lost = 0;
	end(sender, SESSION_ERROR_FAILED);
	return G_SOURCE_REMOVE;
}

static void on_event(const struct event *event, void *data)
{
	struct sender *sender = data;

	if (!sender->chat || sender->leaving)
		return;
	if (event->type == EVENT_CHAT_CHANGED && event->chat == sender->chat) {
		tell_in_vain(sender);
	} else if (event->chat == sender->chat && event->message &&
		   event->message->direction == MESSAGE_OUT) {
		if (event->type == EVENT_MESSAGE_ADDED) {
			g_free(sender->sent);
			sender->sent = g_strdup(event->message->uid);
		} else if (event->type == EVENT_MESSAGE_CHANGED) {
			note_delivery(sender, event->message);
		}
	} else if (event->type == EVENT_ACCOUNT_CHANGED &&
		   event->account == sender->chat->account &&
		   event->account->state != ACCOUNT_ONLINE) {
		if (!sender->lost)
			sender->lost = g_idle_add(on_lost, sender);
	}
}

static void on_cache(const GError *error, void *data)
{
	struct cli *cli = data;
	struct sender *sender = cli->job;

	if (!cli->ending)
		sender->reach = reach_new(cli, cli->task->args[0], on_reached, sender);
}

static void begin(struct cli *cli)
{
	struct sender *sender = cli->job;

	model_listen(session_model(cli->front.session), on_event, sender);
	cli_start_deadline(cli);
	session_wait_cache(cli->front.session, on_cache, cli);
}

int cli_send(struct session *session, const struct cli_task *task)
{
	const char *text = task->args[1];
	bool from_input = !text || !strcmp(text, "-");
	struct sender sender = {
		.text = from_input ? NULL : text,
		.lines = task->options.lines,
		.wait_delivered = !g_strcmp0(task->options.wait, "delivered"),
	};
	struct cli cli = {.task = task, .job = &sender, .on_ending = on_ending};

	sender.cli = &cli;
	sender.undelivered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	cli_main(&cli, session, begin);
	model_unlisten(session_model(session), on_event, &sender);
	g_clear_handle_id(&sender.lost, g_source_remove);
	reach_free(sender.reach);
	input_free(sender.input);
	g_clear_pointer(&sender.chat, chat_unref);
	g_hash_table_unref(sender.undelivered);
	g_free(sender.sent);
	return cli.status;
}
