/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Groups of the roster: /group add delete list remove rename. */

#include <string.h>

#include "cmd.h"

/* --- what there is ------------------------------------------------------------------------ */

static void print_members(struct command_run *run, struct account *account,
			  const struct roster_row *heading)
{
	GSequenceIter *iter = g_sequence_get_begin_iter(account->rows);

	for (; !g_sequence_iter_is_end(iter); iter = g_sequence_iter_next(iter)) {
		const struct roster_row *row = g_sequence_get(iter);
		g_autofree char *who = NULL;

		if (!row->contact || row->group != heading->group)
			continue;
		who = contact_describe(row->contact);
		command_print(run, "  %s  %s", who, presence_name(row->contact->presence));
	}
}

/* Returns how many were printed. */
static unsigned print_groups(struct command_run *run, struct account *account, const char *only)
{
	g_autoptr(GPtrArray) groups = account_list_groups(account);
	unsigned printed = 0;

	for (guint i = 0; i < groups->len; i++) {
		const struct roster_row *row = g_ptr_array_index(groups, i);

		if (only && strcmp(row->group, only))
			continue;
		command_print(run, "%s  %u/%u  %s", account->name, row->online, row->total,
			      row->group);
		if (only)
			print_members(run, account, row);
		printed++;
	}
	return printed;
}

static void print_all(struct command_run *run, const char *only)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	const struct account *named = command_named_account(run);
	unsigned printed = 0;

	for (guint i = 0; i < accounts->len; i++)
		if (!named || named == g_ptr_array_index(accounts, i))
			printed += print_groups(run, g_ptr_array_index(accounts, i), only);
	if (!printed && only)
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no group \"%s\"", only);
	else if (!printed)
		command_print(run, "there is no group: /group add CONTACT GROUP makes one");
}

void cmd_group(struct command_run *run)
{
	print_all(run, NULL);
}

void cmd_group_list(struct command_run *run)
{
	g_autofree char *name = command_rest_name(run, 0);

	print_all(run, *name ? name : NULL);
}

/* --- changing it -------------------------------------------------------------------------- */

static bool check_groups(struct command_run *run, struct account *account)
{
	if (!command_check_online(run, account))
		return false;
	if (account->features & ACCOUNT_CAN_GROUP)
		return true;
	command_fail(run, SESSION_ERROR_FAILED,
		     "%s (%s) has no groups that can be changed: %s cannot do it", account->name,
		     account->protocol, account->manager);
	return false;
}

static bool is_in(const struct contact *contact, const char *group)
{
	return g_strv_contains((const char *const *)contact->groups, group);
}

void cmd_group_add(struct command_run *run)
{
	struct contact *contact = command_contact(run, command_arg(run, 0));
	g_autofree char *group = command_rest_name(run, 1);

	if (!contact || !check_groups(run, contact->account))
		return;
	if (is_in(contact, group)) {
		command_print(run, "%s is in %s already", contact->alias, group);
		return;
	}
	command_hold(run);
	session_group_add(command_session(run), contact, group, command_done, run);
}

void cmd_group_remove(struct command_run *run)
{
	struct contact *contact = command_contact(run, command_arg(run, 0));
	g_autofree char *group = command_rest_name(run, 1);

	if (!contact || !check_groups(run, contact->account))
		return;
	if (!is_in(contact, group)) {
		g_autofree char *all = g_strjoinv(", ", contact->groups);

		command_fail(run, SESSION_ERROR_NOT_FOUND, "%s is not in a group \"%s\"%s%s",
			     contact->alias, group, *all ? ", but in " : "", all);
		return;
	}
	command_hold(run);
	session_group_remove(command_session(run), contact, group, command_done, run);
}

/* The account that has the group: that of -a, or the only one. */
static struct account *find_group(struct command_run *run, const char *group)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	const struct account *named = command_named_account(run);
	struct account *found = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);

		if ((named && named != account) || !account_find_group(account, group))
			continue;
		if (found) {
			command_fail(run, SESSION_ERROR_USAGE,
				     "%s and %s both have a group \"%s\": -a NAME tells which",
				     found->name, account->name, group);
			return NULL;
		}
		found = account;
	}
	if (!found)
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "there is no group \"%s\": /group list shows what there is", group);
	return found && check_groups(run, found) ? found : NULL;
}

void cmd_group_rename(struct command_run *run)
{
	const char *group = command_arg(run, 0);
	g_autofree char *name = command_rest_name(run, 1);
	struct account *account = find_group(run, group);

	if (!account)
		return;
	command_hold(run);
	session_group_rename(command_session(run), account, group, name, command_done, run);
}

void cmd_group_delete(struct command_run *run)
{
	g_autofree char *group = command_rest_name(run, 0);
	struct account *account = find_group(run, group);

	if (!account)
		return;
	command_hold(run);
	session_group_delete(command_session(run), account, group, command_done, run);
}
