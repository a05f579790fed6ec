/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /bookmark: rooms that are joined at each connect. */

#include "cmd.h"

static void list_account(struct command_run *run, const struct account *account)
{
	const struct accounts *accounts = session_accounts(command_session(run));
	const struct account_conf *conf = accounts_find(accounts, account->name);

	for (char **room = conf ? conf->autojoin : NULL; room && *room; room++)
		command_print(run, "%-16s %s", account->name, *room);
}

void cmd_bookmark_list(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = command_named_account(run);

	for (guint i = 0; i < accounts->len; i++)
		if (!only || only == accounts->pdata[i])
			list_account(run, accounts->pdata[i]);
}

void cmd_bookmark(struct command_run *run)
{
	cmd_bookmark_list(run);
}

/* The room that is named, or the one the user is in. */
static void change(struct command_run *run, bool add)
{
	const char *name = command_arg(run, 0);
	struct chat *chat = command_chat(run);
	struct account *account = NULL;
	g_autoptr(GError) error = NULL;

	if (name) {
		account = command_split_account(run, &name);
		if (!account)
			account = command_need_account(run);
	} else if (chat && chat->kind == CHAT_ROOM) {
		name = chat->id;
		account = chat->account;
	} else {
		command_fail_usage(run, "which room? Outside of one its name is needed");
	}
	if (!name || !account)
		return;
	if (!add && !session_is_bookmarked(command_session(run), account, name))
		command_fail(run, SESSION_ERROR_NOT_FOUND, "%s is not joined at each connect",
			     name);
	else if (!session_bookmark(command_session(run), account, name, add, &error))
		command_fail_error(run, error);
	else
		command_print(run, "%s is %s joined when %s connects", name,
			      add ? "now" : "no more", account->name);
}

void cmd_bookmark_add(struct command_run *run)
{
	change(run, true);
}

void cmd_bookmark_remove(struct command_run *run)
{
	change(run, false);
}
