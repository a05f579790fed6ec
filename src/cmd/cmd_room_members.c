/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What one does to others in a room: /invite /kick /ban. */

#include <string.h>

#include "cmd.h"

/* Whom the user means: a contact by any of its names, else an id as it is. */
static const char *invitee_id(struct command_run *run, const struct chat *chat, const char *name)
{
	struct contact *contact =
		session_find_contact(command_session(run), chat->account, name, NULL);

	return contact ? contact->id : name;
}

/* "bob,carol", or one whose name has a comma in it. */
static char **invitees(struct command_run *run, const struct chat *chat, const char *names)
{
	g_auto(GStrv) words = g_strsplit(names, ",", -1);
	g_autoptr(GPtrArray) ids = g_ptr_array_new();

	if (session_find_contact(command_session(run), chat->account, names, NULL)) {
		g_ptr_array_add(ids, g_strdup(invitee_id(run, chat, names)));
	} else {
		for (char **word = words; *word; word++)
			if (*g_strstrip(*word))
				g_ptr_array_add(ids, g_strdup(invitee_id(run, chat, *word)));
	}
	g_ptr_array_add(ids, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&ids), FALSE);
}

static void on_made(struct chat *room, const GError *error, void *data)
{
	struct command_run *run = data;

	if (room)
		command_front(run)->ops->show_chat(command_front(run), room);
	command_done(error, run);
}

void cmd_invite(struct command_run *run)
{
	struct chat *chat = command_chat(run);
	const char *reason = command_rest(run, 1);
	g_auto(GStrv) ids = NULL;

	if (!chat->account) {
		command_fail(run, SESSION_ERROR_NOT_FOUND, "the account of %s was removed",
			     chat->name);
		return;
	}
	if (!command_check_online(run, chat->account))
		return;
	ids = invitees(run, chat, command_arg(run, 0));
	if (chat->kind == CHAT_CONTACT) {
		command_hold(run);
		session_make_room(command_session(run), chat, (const char *const *)ids, reason,
				  on_made, run);
		return;
	}
	for (char **id = ids; *id; id++) {
		command_hold(run);
		session_invite(command_session(run), chat, *id, reason, command_done, run);
	}
}

static void throw_out(struct command_run *run, bool ban)
{
	struct chat *chat = command_chat(run);
	struct member *member = command_find_member(run, command_arg(run, 0));

	if (!member) {
		command_fail(run, SESSION_ERROR_NOT_FOUND, "nobody in %s is called \"%s\"",
			     chat->name, command_arg(run, 0));
		return;
	}
	command_hold(run);
	session_kick(command_session(run), chat, member, command_rest(run, 1), ban, command_done,
		     run);
}

void cmd_kick(struct command_run *run)
{
	throw_out(run, false);
}

void cmd_ban(struct command_run *run)
{
	throw_out(run, true);
}
