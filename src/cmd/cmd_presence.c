/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How one looks to others: /status /away. */

#include <string.h>

#include "cmd.h"

static void print_status(struct command_run *run, const struct account *account)
{
	const char *message = account->status_message;

	/* IRC has no presence: one is online there. */
	if (account->state == ACCOUNT_ONLINE && account->presence != PRESENCE_UNSET)
		command_print(run, "%s: %s%s%s%s", account->name, presence_name(account->presence),
			      *message ? " \"" : "", message, *message ? "\"" : "");
	else
		command_print(run, "%s: %s%s%s%s", account->name,
			      account_state_name(account->state), *account->reason ? " (" : "",
			      account->reason, *account->reason ? ")" : "");
}

static void print_statuses(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = command_named_account(run);

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);

		if (!only || account == only)
			print_status(run, account);
	}
	if (!accounts->len)
		command_print(run, "there is no account yet: /account add PROTOCOL ID makes one");
}

/* "lunch" is what most people mean by a message that is quoted as a whole. */
static char *message_argument(struct command_run *run, unsigned index)
{
	const char *rest = command_rest(run, index), *end = rest;
	g_autofree char *word = NULL;
	char open;

	if (*rest != '"' && *rest != '\'')
		return g_strdup(rest);
	word = word_next(&end, &open);
	return open || *end ? g_strdup(rest) : g_steal_pointer(&word);
}

static bool is_any_online(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = command_named_account(run);

	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = g_ptr_array_index(accounts, i);

		if ((!only || account == only) && account->state == ACCOUNT_ONLINE)
			return true;
	}
	return false;
}

/* At the prompt it is kept for the next connect; a script has no next connect. */
static void set_presence(struct command_run *run, enum presence presence, const char *message)
{
	if (command_front(run)->unattended && !is_any_online(run)) {
		command_fail(run, SESSION_ERROR_NOT_CONNECTED, "no account is online");
		return;
	}
	command_hold(run);
	session_set_presence(command_session(run), command_named_account(run), presence, message,
			     command_done, run);
}

/* To be offline is to leave. */
static void go_offline(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = command_named_account(run);

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);

		if ((only && account != only) || account->state == ACCOUNT_DISABLED ||
		    account->state == ACCOUNT_OFFLINE)
			continue;
		command_hold(run);
		session_disconnect(command_session(run), account, command_done, run);
	}
}

void cmd_status(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	g_autofree char *message = NULL;
	enum presence presence;

	if (!name) {
		print_statuses(run);
		return;
	}
	if (!presence_parse(name, &presence) ||
	    (!presence_is_online(presence) && presence != PRESENCE_OFFLINE)) {
		command_fail(run, SESSION_ERROR_USAGE,
			     "\"%s\" is no status: available, away, xa, busy, hidden or offline",
			     name);
		return;
	}
	message = message_argument(run, 1);
	if (presence == PRESENCE_OFFLINE)
		go_offline(run);
	else
		set_presence(run, presence, message);
}

static bool is_away(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = command_named_account(run);

	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = g_ptr_array_index(accounts, i);

		if ((!only || account == only) && account->state == ACCOUNT_ONLINE &&
		    (account->presence == PRESENCE_AWAY || account->presence == PRESENCE_XA))
			return true;
	}
	return false;
}

void cmd_away(struct command_run *run)
{
	g_autofree char *message = message_argument(run, 0);

	if (!*message && is_away(run))
		set_presence(run, PRESENCE_AVAILABLE, "");
	else
		set_presence(run, PRESENCE_AWAY, message);
}
