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

static bool is_inside(const struct chat *room, const char *id)
{
	GHashTableIter iter;
	void *member;

	g_hash_table_iter_init(&iter, room->members);
	while (g_hash_table_iter_next(&iter, NULL, &member)) {
		const struct member *who = member;

		if (!strcmp(who->id, id) || !g_strcmp0(who->owner, id))
			return true;
	}
	return false;
}

struct invitation {
	struct command_run *run;
	char *who;
};

static void invitation_free(void *data)
{
	struct invitation *invitation = data;

	g_free(invitation->who);
	g_free(invitation);
}

static void invitations_free(void *invitations)
{
	g_ptr_array_unref(invitations);
}

/* Nothing else tells that it went out: an answer may never come. */
static void on_invited(const GError *error, void *data)
{
	const struct invitation *invitation = data;

	if (!error)
		command_print(invitation->run, "%s is invited", invitation->who);
	command_done(error, invitation->run);
}

static void invite(struct command_run *run, struct chat *room, const char *id, const char *reason)
{
	const struct contact *contact = account_find_contact(room->account, id);
	g_autofree char *who = contact ? g_strdup(contact->alias) : text_clean(id, -1, TEXT_LINE);
	struct invitation *invitation;

	if (is_inside(room, id)) {
		command_fail(run, SESSION_ERROR_FAILED, "%s is in %s already", who, room->name);
		return;
	}
	invitation = g_new0(struct invitation, 1);
	invitation->run = run;
	invitation->who = g_steal_pointer(&who);
	g_ptr_array_add(command_kept(run), invitation);
	command_hold(run);
	session_invite(command_session(run), room, id, reason, on_invited, invitation);
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
	command_keep(run, g_ptr_array_new_with_free_func(invitation_free), invitations_free);
	for (char **id = ids; *id; id++)
		invite(run, chat, *id, reason);
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
