/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whom one does not want to hear of: /block /unblock. */

#include <string.h>

#include "cmd.h"

static bool check_blocking(struct command_run *run, struct account *account)
{
	if (account->features & ACCOUNT_CAN_BLOCK)
		return true;
	command_fail(run, SESSION_ERROR_FAILED, "%s (%s) blocks nobody: %s cannot do it",
		     account->name, account->protocol, account->manager);
	return false;
}

/* --- who is ------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

static unsigned print_account(struct command_run *run, struct account *account)
{
	g_autoptr(GList) ids = g_list_sort(g_hash_table_get_keys(account->blocked), compare_ids);
	unsigned count = 0;

	for (GList *item = ids; item; item = item->next, count++) {
		struct contact *contact = account_find_contact(account, item->data);
		g_autofree char *who =
			contact ? contact_describe(contact) : text_clean(item->data, -1, TEXT_LINE);

		command_print(run, "%s  %s", account->name, who);
	}
	return count;
}

static void print_blocked(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	const struct account *named = command_named_account(run);
	unsigned count = 0;

	for (guint i = 0; i < accounts->len; i++)
		if (!named || named == g_ptr_array_index(accounts, i))
			count += print_account(run, g_ptr_array_index(accounts, i));
	if (!count)
		command_print(run, "nobody is blocked");
}

/* --- changing it -------------------------------------------------------------------------- */

void cmd_block(struct command_run *run)
{
	const char *name = command_arg(run, 0), *word = command_arg(run, 1);
	struct account *account;
	g_autofree char *shown = NULL;

	if (!name) {
		print_blocked(run);
		return;
	}
	if (word && strcmp(word, "report") != 0) {
		command_fail_usage(run, "after the contact only \"report\" can follow");
		return;
	}
	account = command_id(run, &name);
	if (!account || !check_blocking(run, account))
		return;
	shown = text_clean(name, -1, TEXT_LINE);
	if (word && !(account->features & ACCOUNT_CAN_REPORT)) {
		command_fail(run, SESSION_ERROR_FAILED,
			     "%s takes no reports: /block %s blocks without one", account->name,
			     shown);
		return;
	}
	if (account_is_blocked(account, name) && !word) {
		command_print(run, "%s is blocked already", shown);
		return;
	}
	command_print(run, "blocking %s on %s", shown, account->name);
	command_hold(run);
	session_block(command_session(run), account, name, word != NULL, command_done, run);
}

/* Somebody blocked who is no contact may be on any of the accounts. */
static struct account *find_blocked(struct command_run *run, const char *name)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = command_named_account(run), *found = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);

		if ((only && only != account) || !account_is_blocked(account, name))
			continue;
		if (found)
			return NULL;
		found = account;
	}
	return found;
}

void cmd_unblock(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	struct account *account = find_blocked(run, name);
	g_autofree char *shown = NULL;

	if (account ? !command_check_online(run, account) : !(account = command_id(run, &name)))
		return;
	if (!check_blocking(run, account))
		return;
	shown = text_clean(name, -1, TEXT_LINE);
	if (!account_is_blocked(account, name)) {
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "%s is not blocked on %s: /block lists who is", shown, account->name);
		return;
	}
	command_hold(run);
	session_unblock(command_session(run), account, name, command_done, run);
}
