/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gather.h"

/* Networks do not say when they have told who of a roster is there. */
#define QUIET_MS     500  /* nothing was told for so long: that was all */
#define QUIET_MAX_MS 3000 /* …or it never ends */

struct gather {
	struct cli *cli;
	unsigned flags;
	gather_fn fn;
	void *data;
	GPtrArray *names; /* char *: accounts may go meanwhile */
	unsigned connecting;
	int failure;
	guint step;
	guint quiet;        /* the timer that waits for it */
	gint64 quiet_since; /* monotonic µs: presences are waited for; 0: not yet */
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

static void finish(struct gather *gather, unsigned online)
{
	gather_fn fn = gather->fn;

	gather->fn = NULL;
	fn(online, gather->failure, gather->data);
}

static gboolean on_quiet(void *data)
{
	struct gather *gather = data;

	gather->quiet = 0;
	step_soon(gather);
	return G_SOURCE_REMOVE;
}

static void wait_quiet(struct gather *gather)
{
	gint64 ms = (g_get_monotonic_time() - gather->quiet_since) / G_TIME_SPAN_MILLISECOND;

	g_clear_handle_id(&gather->quiet, g_source_remove);
	gather->quiet =
		g_timeout_add((guint)CLAMP(QUIET_MAX_MS - ms, 0, QUIET_MS), on_quiet, gather);
}

/* Whether it has to be waited for what the network tells by and by. */
static bool waits_for_presences(struct gather *gather, bool made)
{
	if (!(gather->flags & GATHER_PRESENCES) || !made)
		return false;
	if (!gather->quiet_since) {
		gather->quiet_since = g_get_monotonic_time();
		wait_quiet(gather);
	}
	return gather->quiet != 0;
}

/* A notice has told of one that was lost again. */
static gboolean on_step(void *data)
{
	struct gather *gather = data;
	struct session *session = gather->cli->front.session;
	unsigned online = 0;
	bool made = false;

	gather->step = 0;
	if (gather->connecting || !gather->fn)
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
		made = made || session_made_connection(session, account);
		online++;
	}
	if (!waits_for_presences(gather, made))
		finish(gather, online);
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
	struct gather *gather = data;

	if (gather->quiet && event->type == EVENT_CONTACT_CHANGED)
		wait_quiet(gather);
	if (event->type == EVENT_ACCOUNT_CHANGED || event->type == EVENT_ROSTER_READY ||
	    event->type == EVENT_ACCOUNT_REMOVED)
		step_soon(gather);
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
	g_clear_handle_id(&gather->quiet, g_source_remove);
	g_ptr_array_unref(gather->names);
	g_free(gather);
}
