/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an account is called here, where it stands among the others, and what it looks like:
 * /account rename, move and avatar. */

#include <string.h>

#include "cmd.h"

void cmd_account_rename(struct command_run *run)
{
	struct account *account = command_find_account(run, command_arg(run, 0));
	g_autofree char *before = account ? g_strdup(account->name) : NULL;
	g_autoptr(GError) error = NULL;

	if (!account)
		return;
	if (session_account_rename(command_session(run), account, command_arg(run, 1), &error))
		command_print(run, "account %s is called %s now; its history and chats too", before,
			      account->name);
	else
		command_fail_error(run, error);
}

/* --- move --------------------------------------------------------------------------------- */

/* The place that is meant, counted from 0; -1: none. */
static int find_place(const GPtrArray *accounts, guint from, const char *where)
{
	guint64 number;

	if (!strcmp(where, "first"))
		return 0;
	if (!strcmp(where, "last"))
		return (int)accounts->len - 1;
	if (!strcmp(where, "up"))
		return from ? (int)from - 1 : 0;
	if (!strcmp(where, "down"))
		return MIN((int)from + 1, (int)accounts->len - 1);
	if (g_ascii_string_to_unsigned(where, 10, 1, accounts->len, &number, NULL))
		return (int)number - 1;
	return -1;
}

void cmd_account_move(struct command_run *run)
{
	struct account *account = command_find_account(run, command_arg(run, 0));
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	const struct account *before = NULL;
	g_autoptr(GError) error = NULL;
	guint from = 0;
	int to;

	if (!account)
		return;
	while (g_ptr_array_index(accounts, from) != account)
		from++;
	to = find_place(accounts, from, command_arg(run, 1));
	if (to < 0) {
		command_fail(run, SESSION_ERROR_USAGE,
			     "where to? up, down, first, last or a number from 1 to %u",
			     accounts->len);
		return;
	}
	/* Taken out, those after it have moved up. */
	if (to < (int)from)
		before = g_ptr_array_index(accounts, to);
	else if (to + 1 < (int)accounts->len)
		before = g_ptr_array_index(accounts, to + 1);
	if (to != (int)from && !session_account_move(command_session(run), account, before, &error))
		command_fail_error(run, error);
	else
		command_print(run, "account %s is number %d", account->name, to + 1);
}

/* --- avatar ------------------------------------------------------------------------------- */

static void on_avatar(const GError *error, void *data)
{
	struct command_run *run = data;

	if (!error)
		command_print(run, "%s", (const char *)command_kept(run));
	command_done(error, run);
}

static void print_avatar(struct command_run *run, const struct account *account)
{
	const struct account_conf *conf =
		accounts_find(session_accounts(command_session(run)), account->name);

	if (conf && conf->avatar)
		command_print(run, "%s: the avatar is %s", account->name, conf->avatar);
	else
		command_print(run, "%s: no avatar is set here; /account avatar FILE sets one",
			      account->name);
}

void cmd_account_avatar(struct command_run *run)
{
	struct account *account = command_need_account(run);
	const char *typed = command_arg(run, 0);
	bool clear = typed && !strcmp(typed, "-default");
	g_autofree char *path = typed && !clear ? command_expand_path(typed) : NULL;

	if (!account)
		return;
	if (!typed) {
		print_avatar(run, account);
		return;
	}
	command_keep(
		run,
		g_strdup_printf("%s: the avatar is %s", account->name, clear ? "removed" : "set"),
		g_free);
	command_hold(run);
	session_set_avatar(command_session(run), account, path, on_avatar, run);
}
