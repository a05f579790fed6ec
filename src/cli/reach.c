/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reach.h"

#include <string.h>

#include "gather.h"

struct reach {
	struct cli *cli;
	char *name; /* without "account:" */
	reach_fn fn;
	void *data;
	struct gather *gather;
	struct account *only; /* the one it must be in; or NULL */
	int failure;          /* of an account that did not get online */
	bool is_room, joined;
	guint idle;
};

static struct session *session_of(const struct reach *reach)
{
	return reach->cli->front.session;
}

static const GPtrArray *accounts_of(const struct reach *reach)
{
	return session_model(session_of(reach))->accounts;
}

static void tell(struct reach *reach, struct chat *chat, int status)
{
	reach_fn fn = reach->fn;

	reach->fn = NULL;
	if (fn)
		fn(chat, status, reach->data);
}

/* --- which account ------------------------------------------------------------------------ */

/* The only one that the room can be in. */
static struct account *account_of_room(const struct reach *reach)
{
	const GPtrArray *accounts = accounts_of(reach);
	struct account *found = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = accounts->pdata[i];

		if (!session_may_have_room(session_of(reach), account, reach->name) ||
		    !gather_is_enabled(reach->cli, account))
			continue;
		if (found)
			return NULL;
		found = account;
	}
	return found;
}

static void choose_account(struct reach *reach, const char *name)
{
	const GPtrArray *accounts = accounts_of(reach);
	struct contact *contact;

	reach->only = model_split_account(session_model(session_of(reach)), &name);
	reach->name = g_strdup(name);
	/* One that is disabled is connected when it is named. */
	if (!reach->only && accounts->len == 1 &&
	    (reach->cli->task->options.named || gather_is_enabled(reach->cli, accounts->pdata[0])))
		reach->only = accounts->pdata[0];
	reach->is_room = session_is_room_name(session_of(reach), reach->only, reach->name);
	if (!reach->only && reach->is_room)
		reach->only = account_of_room(reach);
	if (!reach->only && !reach->is_room) {
		contact = session_find_contact(session_of(reach), NULL, name, NULL);
		if (contact && gather_is_enabled(reach->cli, contact->account))
			reach->only = contact->account;
	}
}

/* --- who is meant ------------------------------------------------------------------------- */

static void on_opened(struct chat *chat, int status, void *data)
{
	struct reach *reach = data;

	/* Somebody may be known in the account that is not there. */
	if (!chat && status == SESSION_ERROR_NOT_FOUND && reach->failure)
		status = reach->failure;
	tell(reach, chat, status);
}

/* --- rooms -------------------------------------------------------------------------------- */

/* Under the network's own spelling. */
static struct chat *find_room(const struct reach *reach)
{
	struct session_target target;

	if (!session_find_known(session_of(reach), reach->only, reach->name, &target, NULL) ||
	    !target.known || target.kind != CHAT_ROOM)
		return NULL;
	return chat_find(target.account, CHAT_ROOM, target.id);
}

static void on_joined(const GError *error, void *data)
{
	struct reach *reach = data;
	struct chat *room = error ? NULL : find_room(reach);

	/* What its end does to it is no news. */
	if (reach->cli->ending)
		return;
	if (error)
		cli_complain_new(reach->cli, error->message);
	else if (!room)
		cli_complain("cannot join %s: the network calls it by another name", reach->name);
	reach->joined = room != NULL;
	tell(reach, room, error ? error->code : room ? 0 : SESSION_ERROR_FAILED);
}

static void enter_room(struct reach *reach)
{
	if (!reach->only) {
		cli_complain("which account has %s? -a NAME tells it", reach->name);
		tell(reach, NULL, SESSION_ERROR_NOT_FOUND);
		return;
	}
	session_join(session_of(reach), reach->only, reach->name, NULL, on_joined, reach);
}

/* --- the whole ---------------------------------------------------------------------------- */

static void on_gathered(unsigned online, int failure, void *data)
{
	struct reach *reach = data;

	reach->failure = failure;
	if (!online)
		tell(reach, NULL, failure);
	else if (reach->is_room)
		enter_room(reach);
	else
		command_open_target(&reach->cli->front, reach->only, reach->name, on_opened, reach);
}

static gboolean on_nobody(void *data)
{
	struct reach *reach = data;
	bool none = !accounts_of(reach)->len;

	reach->idle = 0;
	if (none)
		cli_complain("there is no account yet: --account-add PROTOCOL ID makes one");
	else
		cli_complain("no account is enabled: --account-enable NAME does that");
	tell(reach, NULL, none ? SESSION_ERROR_NOT_FOUND : SESSION_ERROR_NOT_CONNECTED);
	return G_SOURCE_REMOVE;
}

struct reach *reach_new(struct cli *cli, const char *name, reach_fn fn, void *data)
{
	struct reach *reach = g_new0(struct reach, 1);

	reach->cli = cli;
	reach->fn = fn;
	reach->data = data;
	choose_account(reach, name);
	reach->gather = gather_new(cli, reach->is_room ? GATHER_NO_ROSTERS : 0, on_gathered, reach);
	if (reach->only)
		gather_add(reach->gather, reach->only);
	else
		gather_add_enabled(reach->gather);
	if (gather_count(reach->gather))
		gather_start(reach->gather);
	else
		reach->idle = g_idle_add(on_nobody, reach);
	return reach;
}

bool reach_has_joined(const struct reach *reach)
{
	return reach->joined;
}

void reach_free(struct reach *reach)
{
	if (!reach)
		return;
	g_clear_handle_id(&reach->idle, g_source_remove);
	gather_free(reach->gather);
	g_free(reach->name);
	g_free(reach);
}
