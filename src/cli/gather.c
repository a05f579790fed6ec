/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gather.h"

struct gather {
	struct cli *cli;
	unsigned flags;
	gather_fn fn;
	void *data;
	GPtrArray *names; /* char *: accounts may go meanwhile */
	unsigned connecting;
	int failure;
	guint step;
};

static void step_soon(struct gather *gather);

static struct account *account_at(const struct gather *gather, guint i)
{
	struct model *model = session_model(gather->cli->front.session);

	return model_find_account(model, gather->names->pdata[i]);
}

static bool waits_for_roster(const struct gather *gather, const struct account *account)
{
	return !(gather->flags & GATHER_NO_ROSTERS) && account->features & ACCOUNT_HAS_ROSTER &&
	       !account->roster_ready;
}

/* A notice has told of one that was lost again. */
static gboolean on_step(void *data)
{
	struct gather *gather = data;
	gather_fn fn = gather->fn;
	unsigned online = 0;

	gather->step = 0;
	if (gather->connecting || !fn)
		return G_SOURCE_REMOVE;
	for (guint i = 0; i < gather->names->len; i++) {
		const struct account *account = account_at(gather, i);

		if (!account || account->state != ACCOUNT_ONLINE) {
			if (!gather->failure && !(gather->flags & GATHER_LIVING))
				gather->failure = SESSION_ERROR_NOT_CONNECTED;
			continue;
		}
		if (waits_for_roster(gather, account))
			return G_SOURCE_REMOVE;
		online++;
	}
	gather->fn = NULL;
	fn(online, gather->failure, gather->data);
	return G_SOURCE_REMOVE;
}

static void step_soon(struct gather *gather)
{
	if (!gather->step && gather->fn && !gather->cli->ending)
		gather->step = g_idle_add(on_step, gather);
}

static void on_connected(const GError *error, void *data)
{
	struct gather *gather = data;

	gather->connecting--;
	if (error && !(gather->flags & GATHER_LIVING)) {
		/* Of several the first word is enough when there is no bus at all. */
		if (session_has_bus(gather->cli->front.session) || !gather->failure)
			cli_complain("%s", error->message);
		gather->failure = error->code;
	}
	step_soon(gather);
}

static void on_event(const struct event *event, void *data)
{
	if (event->type == EVENT_ACCOUNT_CHANGED || event->type == EVENT_ROSTER_READY ||
	    event->type == EVENT_ACCOUNT_REMOVED)
		step_soon(data);
}

struct gather *gather_new(struct cli *cli, unsigned flags, gather_fn fn, void *data)
{
	struct gather *gather = g_new0(struct gather, 1);

	gather->cli = cli;
	gather->flags = flags;
	gather->fn = fn;
	gather->data = data;
	gather->names = g_ptr_array_new_with_free_func(g_free);
	model_listen(session_model(cli->front.session), on_event, gather);
	return gather;
}

void gather_add(struct gather *gather, struct account *account)
{
	g_ptr_array_add(gather->names, g_strdup(account->name));
}

bool gather_is_enabled(struct cli *cli, const struct account *account)
{
	const struct account_conf *conf =
		accounts_find(session_accounts(cli->front.session), account->name);

	return conf && conf->enabled;
}

void gather_add_enabled(struct gather *gather)
{
	const GPtrArray *accounts = session_model(gather->cli->front.session)->accounts;

	for (guint i = 0; i < accounts->len; i++)
		if (gather_is_enabled(gather->cli, accounts->pdata[i]))
			gather_add(gather, accounts->pdata[i]);
}

unsigned gather_count(const struct gather *gather)
{
	return gather->names->len;
}

void gather_start(struct gather *gather)
{
	struct session *session = gather->cli->front.session;

	if (gather->flags & GATHER_LIVING)
		session_use_living(session);
	for (guint i = 0; i < gather->names->len; i++) {
		gather->connecting++;
		session_connect(session, account_at(gather, i), on_connected, gather);
	}
	step_soon(gather);
}

void gather_free(struct gather *gather)
{
	if (!gather)
		return;
	model_unlisten(session_model(gather->cli->front.session), on_event, gather);
	g_clear_handle_id(&gather->step, g_source_remove);
	g_ptr_array_unref(gather->names);
	g_free(gather);
}
