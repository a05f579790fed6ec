/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The roster: /add /remove /rename /authorize /deny. */

#include <string.h>

#include "cmd.h"

static bool check_roster(struct command_run *run, struct account *account)
{
	if (!command_check_online(run, account))
		return false;
	if (account->features & ACCOUNT_CAN_CHANGE_ROSTER)
		return true;
	command_fail(run, SESSION_ERROR_FAILED, "%s (%s) keeps no list of contacts", account->name,
		     account->protocol);
	return false;
}

void cmd_add(struct command_run *run)
{
	const char *id = command_arg(run, 0), *message = command_rest(run, 1);
	struct account *account = command_split_account(run, &id);

	if (!account)
		account = command_account_of_id(run, id);
	if (!account || !check_roster(run, account))
		return;
	command_hold(run);
	session_roster_add(command_session(run), account, id, message, command_done, run);
}

void cmd_remove(struct command_run *run)
{
	struct contact *contact = command_contact(run, command_arg(run, 0));
	g_autofree char *who = NULL;

	if (!contact || !check_roster(run, contact->account))
		return;
	who = contact_describe(contact);
	command_print(run, "removing %s from the roster of %s", who, contact->account->name);
	command_hold(run);
	session_roster_remove(command_session(run), contact, command_done, run);
}

void cmd_rename(struct command_run *run)
{
	struct contact *contact = command_contact(run, command_arg(run, 0));

	if (!contact || !command_check_online(run, contact->account))
		return;
	if (!(contact->account->features & ACCOUNT_CAN_RENAME_CONTACTS)) {
		command_fail(run, SESSION_ERROR_FAILED, "%s (%s) keeps no names of contacts",
			     contact->account->name, contact->account->protocol);
		return;
	}
	command_hold(run);
	session_rename(command_session(run), contact, command_rest(run, 1), command_done, run);
}

static void answer(struct command_run *run, bool allow)
{
	const char *name = command_arg(run, 0);
	struct request *request = command_find_request(run, name, REQUEST_SUBSCRIPTION);
	struct session *session = command_session(run);
	struct account *account;

	if (request) {
		g_autofree char *who = request_describe(request);

		command_print(run, "%s %s", allow ? "authorizing" : "denying", who);
		command_hold(run);
		session_answer_request(session, request, allow, command_done, run);
		return;
	}
	if (!name) {
		command_fail(run, SESSION_ERROR_NOT_FOUND, "nobody asks to see your presence");
		return;
	}
	account = command_id(run, &name);
	if (!account)
		return;
	command_hold(run);
	(allow ? session_authorize : session_deny)(session, account, name, command_done, run);
}

void cmd_authorize(struct command_run *run)
{
	answer(run, true);
}

void cmd_deny(struct command_run *run)
{
	answer(run, false);
}
