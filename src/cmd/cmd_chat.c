/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Talking: /msg /query /say /me, and the chats themselves: /chat /close /clear. */

#include <string.h>

#include "cmd.h"
#include "send.h"

void command_send(struct command_run *run, struct chat *chat, enum message_type type,
		  const char *text)
{
	struct session *session = command_session(run);
	g_auto(GStrv) parts = NULL;

	if (!chat->account) {
		command_fail(run, SESSION_ERROR_NOT_FOUND, "the account of %s was removed",
			     chat->name);
		return;
	}
	if (chat->account->state == ACCOUNT_ONLINE && chat->kind == CHAT_ROOM &&
	    chat->room_state == ROOM_LEFT) {
		command_fail(run, SESSION_ERROR_NOT_CONNECTED,
			     "you are not in %s: /join without a name enters it again", chat->name);
		return;
	}
	parts = session_split(chat->account, text);
	if (!parts) {
		command_fail(run, SESSION_ERROR_USAGE,
			     "the message has %" G_GSIZE_FORMAT
			     " bytes, and at most %d of %" G_GSIZE_FORMAT
			     " go as messages: /file send sends a file",
			     strlen(text), SESSION_PARTS_MAX, session_message_limit(chat->account));
		return;
	}
	for (char **part = parts; *part; part++) {
		if (chat->account->state != ACCOUNT_ONLINE) {
			session_send(session, chat, type, *part, NULL, NULL);
			continue;
		}
		command_hold(run);
		session_send(session, chat, type, *part, command_done, run);
	}
}

static void show_chat(struct command_run *run, struct chat *chat)
{
	command_front(run)->ops->show_chat(command_front(run), chat);
}

static char *describe_chat(const struct chat *chat)
{
	if (chat->contact)
		return contact_describe(chat->contact);
	return g_strdup(chat->name);
}

/* The same contact may be on several accounts. */
static bool is_elsewhere(struct command_run *run, const struct chat *chat)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);

		if (account != chat->account && account_find_contact(account, chat->id))
			return true;
	}
	return false;
}

static void send_msg(struct command_run *run, struct chat *chat)
{
	g_autofree char *who = NULL;

	if (chat != command_chat(run)) {
		bool online = chat->account && chat->account->state == ACCOUNT_ONLINE;

		who = describe_chat(chat);
		if (chat->account && is_elsewhere(run, chat))
			command_print(run, "%s %s on %s", online ? "to" : "queued for", who,
				      chat->account->name);
		else
			command_print(run, "%s %s", online ? "to" : "queued for", who);
	}
	command_send(run, chat, MESSAGE_NORMAL, command_rest(run, 1));
}

void cmd_msg(struct command_run *run)
{
	command_target(run, command_arg(run, 0), send_msg);
}

static void show_query(struct command_run *run, struct chat *chat)
{
	show_chat(run, chat);
	if (*command_rest(run, 1))
		command_send(run, chat, MESSAGE_NORMAL, command_rest(run, 1));
}

void cmd_query(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	struct chat *chat = NULL;

	/* Nothing is sent to a guess; it is only shown who that is. */
	if (!*command_rest(run, 1))
		chat = command_guess_chat(run, name);
	if (chat)
		show_query(run, chat);
	else
		command_target(run, name, show_query);
}

void cmd_say(struct command_run *run)
{
	command_send(run, command_chat(run), MESSAGE_NORMAL, command_rest(run, 0));
}

void cmd_me(struct command_run *run)
{
	command_send(run, command_chat(run), MESSAGE_ACTION, command_rest(run, 0));
}

/* --- /chat -------------------------------------------------------------------------------- */

static void list_chats(struct command_run *run)
{
	const GPtrArray *chats = session_model(command_session(run))->chats;

	for (guint i = 0; i < chats->len; i++) {
		const struct chat *chat = g_ptr_array_index(chats, i);
		g_autofree char *who = describe_chat(chat);
		g_autofree char *unread = NULL;

		if (chat->unread)
			unread = g_strdup_printf("  %u unread", chat->unread);
		command_print(run, "%3u %s%s%s%s%s", chat->number,
			      chat->kind == CHAT_ROOM ? "# " : "", who, chat->account ? "  " : "",
			      chat->account ? chat->account->name : "", unread ? unread : "");
	}
}

/* The open chat @step places from the current one, going round. */
static struct chat *step_chat(struct command_run *run, int step)
{
	const GPtrArray *chats = session_model(command_session(run))->chats;
	guint index = 0;

	if (!g_ptr_array_find((GPtrArray *)chats, command_chat(run), &index))
		return chats->len ? g_ptr_array_index(chats, 0) : NULL;
	return g_ptr_array_index(chats, (index + chats->len + (guint)step) % chats->len);
}

/* A chat that speaks of us first, then the one that waits longest. */
static struct chat *unread_chat(struct command_run *run)
{
	const GPtrArray *chats = session_model(command_session(run))->chats;
	struct chat *best = NULL;

	for (guint i = 0; i < chats->len; i++) {
		struct chat *chat = g_ptr_array_index(chats, i);

		if (!chat->unread || chat == command_chat(run))
			continue;
		if (!best || !!chat->mentions > !!best->mentions ||
		    (!!chat->mentions == !!best->mentions &&
		     chat->last_activity < best->last_activity))
			best = chat;
	}
	return best;
}

void cmd_chat(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	struct chat *chat;

	if (!name) {
		list_chats(run);
		return;
	}
	if (!strcmp(name, "unread")) {
		chat = unread_chat(run);
		if (!chat)
			command_print(run, "nothing is unread");
	} else if (!strcmp(name, "next") || !strcmp(name, "prev")) {
		chat = step_chat(run, !strcmp(name, "next") ? 1 : -1);
	} else {
		chat = command_find_chat(run, name);
		/* So it is called where something in it is unread: "0:status". */
		if (!chat && (!strcmp(name, "0") || !strcmp(name, "status")))
			chat = session_model(command_session(run))->status;
		if (!chat)
			command_fail(run, SESSION_ERROR_NOT_FOUND,
				     "no open chat is \"%s\", or several are: /chat lists them, "
				     "/query opens one",
				     name);
	}
	if (chat)
		show_chat(run, chat);
}

/* The chat named in argument 0, or the one the user is in. */
static struct chat *chat_argument(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	struct chat *chat = name ? command_find_chat(run, name) : command_chat(run);

	if (!chat && name)
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no open chat \"%s\"", name);
	else if (!chat)
		command_fail(run, SESSION_ERROR_USAGE, "there is no chat here");
	return chat;
}

void cmd_close(struct command_run *run)
{
	struct chat *chat = chat_argument(run);

	if (chat && chat->kind == CHAT_STATUS)
		command_fail(run, SESSION_ERROR_USAGE, "the status window stays open");
	else if (chat)
		session_close_chat(command_session(run), chat);
}

void cmd_clear(struct command_run *run)
{
	struct chat *chat = chat_argument(run);

	if (chat)
		command_front(run)->ops->clear(command_front(run), chat);
}
