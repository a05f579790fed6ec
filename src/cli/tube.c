/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --tube-offer and --tube-accept: one tube (or --count of them) from the shell. Looks again at
 * where things stand whenever the model changes: until the account is online, the contact is
 * there and the tube is open, for --timeout seconds; then as long as the tube lives. What goes
 * wrong is told as notices by those who see it; here it becomes an exit status.
 */

#include <string.h>

#include "cli.h"
#include "whom.h"

#define RETRY_SECONDS 1

struct tube_job {
	struct cli *cli;
	const struct cli_tube *options;
	struct whom *whom;   /* whose tubes are accepted */
	const char *service; /* borrowed: of the session, or of the options */
	struct tube *tube;   /* ours; NULL: none yet, or no more */
	char *problem;       /* why the last offer did not get through; or NULL */
	bool told_waiting;
	bool open;
	unsigned left;            /* tubes to accept, this one included */
	guint step, retry, limit; /* sources */
	bool joining, joined;
	bool offered; /* they have our offer */
	bool named;   /* the rosters that there are at first know who is meant */
	bool busy;    /* an offer is on its way: its end is told */
};

static void step_soon(struct tube_job *job);

static struct model *model_of(const struct tube_job *job)
{
	return session_model(job->cli->front.session);
}

static void end(struct tube_job *job, int status)
{
	g_clear_handle_id(&job->step, g_source_remove);
	g_clear_handle_id(&job->retry, g_source_remove);
	g_clear_handle_id(&job->limit, g_source_remove);
	cli_flush(job->cli);
	cli_end(job->cli, status);
}

static gboolean on_retry(void *data)
{
	struct tube_job *job = data;

	job->retry = 0;
	step_soon(job);
	return G_SOURCE_REMOVE;
}

/* --- offering ----------------------------------------------------------------------------- */

static void on_offered(const GError *error, void *data)
{
	struct tube_job *job = data;

	job->busy = false;
	job->offered = !error;
	g_clear_pointer(&job->problem, g_free);
	if (!error)
		return;
	/* They may come to take tubes in a moment: a client that just started says so late. */
	if (error->code == SESSION_ERROR_FAILED && job->options->timeout) {
		job->problem = g_strdup(error->message);
		if (!job->retry)
			job->retry = g_timeout_add_seconds(RETRY_SECONDS, on_retry, job);
		return;
	}
	cli_complain_new(job->cli, error->message);
	end(job, error->code);
}

static void offer(struct tube_job *job, struct account *account, enum chat_kind kind,
		  const char *id)
{
	const struct tube_local local = {
		.target = job->options->target, .keep_stderr = true, .once = false};

	job->busy = true;
	job->tube = session_offer_tube(job->cli->front.session, account, kind, id, job->service,
				       &local, on_offered, job);
}

static void on_joined(const GError *error, void *data)
{
	struct tube_job *job = data;

	job->joining = false;
	job->joined = !error;
	if (error) {
		cli_complain("%s", error->message);
		end(job, error->code);
	} else {
		step_soon(job);
	}
}

/* Joined first when we are not in it. */
static void offer_room(struct tube_job *job, const struct session_target *target)
{
	const struct chat *room = chat_find(target->account, CHAT_ROOM, target->id);

	if (room && room->room_state == ROOM_JOINED) {
		offer(job, target->account, CHAT_ROOM, target->id);
	} else if (!job->joining && !job->joined) {
		job->joining = true;
		session_join(job->cli->front.session, target->account, target->id, NULL, on_joined,
			     job);
	}
}

static void tell_waiting(struct tube_job *job, const char *whom, const char *what)
{
	if (!job->told_waiting && !job->options->quiet)
		cli_complain("waiting for %s to %s", whom, what);
	job->told_waiting = true;
}

/* Their program has told what it takes, and tubes are not among it. */
static bool takes_none(const struct contact *contact)
{
	return contact->services && !contact->takes_tubes;
}

static void offer_to_contact(struct tube_job *job, const struct session_target *target)
{
	const struct contact *contact = account_find_contact(target->account, target->id);
	bool online = contact && contact->presence != PRESENCE_OFFLINE;

	if (!contact || !job->options->timeout || (online && !takes_none(contact)))
		offer(job, target->account, CHAT_CONTACT, target->id);
	else
		tell_waiting(job, contact->alias, online ? "take tubes" : "come online");
}

static void step_offer(struct tube_job *job)
{
	struct session *session = job->cli->front.session;
	g_autoptr(GError) error = NULL;
	struct session_target target;

	if (job->tube || job->busy)
		return;
	switch (wait_find(session, job->options->contact, job->options->timeout, &target, &error)) {
	case WAIT_MORE:
		tell_waiting(job, job->options->contact, "come online");
		break;
	case WAIT_FAILED:
		cli_complain("%s", error->message);
		end(job, error->code);
		break;
	case WAIT_READY:
		if (target.kind == CHAT_ROOM)
			offer_room(job, &target);
		else
			offer_to_contact(job, &target);
		break;
	}
}

/* --- accepting ---------------------------------------------------------------------------- */

static bool is_from(const struct tube_job *job, const struct tube *tube)
{
	const struct contact *contact =
		tube->room ? NULL : account_find_contact(tube->account, tube->peer);

	/* An offer may come before the name of who makes it is known. */
	if (contact)
		whom_meet(job->whom, contact);
	return whom_is(job->whom, tube->account, tube->peer, tube->room);
}

static bool is_wanted(const struct tube_job *job, const struct tube *tube)
{
	/* It may be found before the connection that it is of is ready. */
	return tube->state == TUBE_ASKED && tube->account->state == ACCOUNT_ONLINE &&
	       is_from(job, tube) && (!job->service || tube_is_service(tube, job->service));
}

static void on_accepted(const GError *error, void *data)
{
	struct tube_job *job = data;

	job->busy = false;
	if (!error)
		return;
	cli_complain("%s", error->message);
	end(job, error->code);
}

static struct tube_local local_of(const struct cli_tube *options)
{
	const struct tube_local local = {
		.listen = options->listen,
		.command = options->command,
		.stdio = options->stdio,
		.direct = options->direct,
		.once = options->command != NULL,
		.attended = true,
		.keep_stderr = true,
	};

	return local;
}

int tube_job_check(const struct cli_tube *options)
{
	const struct tube_local local = local_of(options);
	g_autoptr(GError) error = NULL;

	if (!options->accept || session_check_tube(&local, &error))
		return 0;
	cli_complain("%s", error->message);
	return error->code;
}

static void step_accept(struct tube_job *job)
{
	const GPtrArray *tubes = model_of(job)->tubes;
	const struct tube_local local = local_of(job->options);

	for (guint i = 0; !job->tube && !job->busy && i < tubes->len; i++) {
		struct tube *tube = g_ptr_array_index(tubes, i);

		if (!is_wanted(job, tube))
			continue;
		job->tube = tube;
		job->busy = true;
		session_accept_tube(job->cli->front.session, tube, &local, on_accepted, job);
	}
}

/* --- in vain ------------------------------------------------------------------------------ */

/* What the one who is named lacks; NULL when nothing is known to be in the way. */
static char *missing_contact(const struct tube_job *job)
{
	g_autoptr(GError) error = NULL;
	const struct contact *contact =
		session_find_contact(job->cli->front.session, NULL, job->options->contact, &error);

	if (!contact)
		return g_strdup(error->message);
	if (contact->presence == PRESENCE_OFFLINE)
		return g_strdup_printf("%s is not online", contact->alias);
	if (!job->options->accept && takes_none(contact))
		return g_strdup_printf("the program of %s takes no tubes", contact->alias);
	return NULL;
}

static char *missing_answer(const struct tube_job *job)
{
	const struct tube *tube = job->tube;
	const struct contact *contact = account_find_contact(tube->account, tube->peer);

	if (tube->state == TUBE_OFFERING)
		return g_strdup("the connection manager has not passed the offer on");
	if (contact && contact->services && !contact_has_service(contact, job->service))
		return g_strdup_printf("%s has the offer and has not answered; their program does "
				       "not say to wait for %s",
				       tube->shown_peer, tube->shown_service);
	return g_strdup_printf("%s has the offer and has not answered", tube->shown_peer);
}

static char *why_not_offered(const struct tube_job *job)
{
	char *text;

	if (job->tube)
		return missing_answer(job);
	if (job->joining)
		return g_strdup_printf("%s is not joined yet", job->options->contact);
	text = missing_contact(job);
	if (!text)
		text = g_strdup(job->problem ? job->problem : "the offer was not made");
	return text;
}

/* Those that would not do: the name may be wrong. */
static char *list_others(const struct tube_job *job)
{
	const GPtrArray *tubes = model_of(job)->tubes;
	g_autoptr(GString) list = g_string_new(NULL);

	for (guint i = 0; i < tubes->len; i++) {
		const struct tube *tube = tubes->pdata[i];
		g_autofree char *what = tube_describe(tube);

		if (tube->state == TUBE_ASKED)
			g_string_append_printf(list, "%s%s",
					       list->len ? ", " : "; offered: ", what);
	}
	return g_string_free(g_steal_pointer(&list), FALSE);
}

static bool is_room(const struct tube_job *job, const char *name)
{
	struct session_target target;

	return session_find_target(job->cli->front.session, NULL, name, &target, NULL) &&
	       target.kind == CHAT_ROOM;
}

static char *why_not_accepted(const struct tube_job *job)
{
	const char *name = job->options->contact;
	g_autofree char *others = NULL, *missing = NULL;

	if (job->tube)
		return g_strdup("it is accepted, and the connection manager has not opened it");
	others = list_others(job);
	missing = name && !is_room(job, name) ? missing_contact(job) : NULL;
	if (missing)
		return g_strconcat(missing, others, NULL);
	if (!name)
		return g_strdup_printf("nobody has offered %s%s",
				       job->service ? job->service : "a tube", others);
	return g_strdup_printf("%s has offered no %s%s", name, job->service ? job->service : "tube",
			       others);
}

static gboolean on_limit(void *data)
{
	struct tube_job *job = data;
	struct model *model = model_of(job);
	g_autofree char *why = NULL;

	job->limit = 0;
	if (wait_check(model, NULL) == WAIT_READY) {
		why = job->options->accept ? why_not_accepted(job) : why_not_offered(job);
		cli_complain("no tube is open after %u s: %s", job->options->timeout, why);
	} else {
		cli_complain("no tube is open after %u s", job->options->timeout);
		wait_complain(job->cli, NULL, WAIT_MORE);
		wait_complain(job->cli, NULL, WAIT_FAILED);
	}
	end(job, SESSION_ERROR_TIMEOUT);
	return G_SOURCE_REMOVE;
}

/* --- what becomes of it ------------------------------------------------------------------- */

/* One account is enough, when the contact is there. */
static enum wait_result check(const struct tube_job *job)
{
	const char *name = job->options->accept ? NULL : job->options->contact;
	struct session_target target = {.known = false};

	if (name)
		session_find_known(job->cli->front.session, NULL, name, &target, NULL);
	return wait_check(model_of(job), target.known ? target.account->name : NULL);
}

/* Until rosters are there, who is meant by name may turn out to be several. */
static void bind_name(struct tube_job *job)
{
	g_autoptr(GError) error = NULL;

	if (job->named)
		return;
	if (!whom_bind(job->whom, &error)) {
		cli_complain("%s", error->message);
		end(job, error->code);
	}
	job->named = wait_check(model_of(job), NULL) == WAIT_READY;
}

static gboolean on_step(void *data)
{
	struct tube_job *job = data;

	job->step = 0;
	if (job->options->accept)
		step_accept(job);
	switch (check(job)) {
	case WAIT_MORE:
		break;
	case WAIT_READY:
		if (!job->options->accept)
			step_offer(job);
		break;
	case WAIT_FAILED:
		/* How a tube ends is told by itself. An account that tries again may still get
		 * there, but not without a bus. */
		if (job->tube)
			break;
		if (job->options->timeout && session_has_bus(job->cli->front.session))
			break;
		wait_complain(job->cli, NULL, WAIT_FAILED);
		end(job, SESSION_ERROR_NOT_CONNECTED);
		break;
	}
	return G_SOURCE_REMOVE;
}

static void step_soon(struct tube_job *job)
{
	if (!job->step && !job->cli->ending)
		job->step = g_idle_add(on_step, job);
}

static void on_open(struct tube_job *job)
{
	const struct cli_tube *options = job->options;

	if (job->open)
		return;
	job->open = true;
	g_clear_handle_id(&job->limit, g_source_remove);
	if (options->accept ? options->stdio || options->command
			    : !g_str_has_prefix(job->service, TUBE_DBUS_PREFIX) ||
				      strcmp(options->target, "-"))
		return;
	front_print(&job->cli->front, NULL, "%s", job->tube->local);
	cli_flush(job->cli);
}

static int status_of(const struct tube *tube)
{
	switch (tube->outcome) {
	case TUBE_DONE:
		return 0;
	case TUBE_REFUSED:
		return SESSION_ERROR_REFUSED;
	case TUBE_FAILED:
		return SESSION_ERROR_FAILED;
	case TUBE_LATE:
		return SESSION_ERROR_TIMEOUT;
	}
	return SESSION_ERROR_FAILED;
}

static void on_ended(struct tube_job *job, const struct tube *tube)
{
	int status = status_of(tube);
	bool was_open = job->open;

	job->tube = NULL;
	job->open = false;
	/* What waits for the offer tells it. */
	if (!job->options->accept && !job->offered)
		return;
	/* They went away, or our connection did: both may come back in time. */
	if (!job->options->accept && !was_open && tube->outcome == TUBE_FAILED &&
	    job->options->timeout) {
		job->offered = job->told_waiting = false;
		step_soon(job);
		return;
	}
	if (job->options->accept && !was_open && !status) {
		step_soon(job);
		return;
	}
	if (status || !--job->left)
		end(job, status);
	else
		step_soon(job);
}

static void on_event(const struct event *event, void *data)
{
	struct tube_job *job = data;

	if (job->cli->ending)
		return;
	if (event->type == EVENT_TUBE_CHANGED && event->tube == job->tube &&
	    event->change & TUBE_CHANGED_STATE) {
		if (event->tube->state == TUBE_OPEN)
			on_open(job);
		else if (event->tube->state == TUBE_ENDED)
			on_ended(job, event->tube);
	} else if (event->type != EVENT_TUBE_CHANGED && event->type != EVENT_MESSAGE_ADDED) {
		if (event->type == EVENT_ROSTER_READY)
			bind_name(job);
		else if (event->type == EVENT_CONTACT_CHANGED &&
			 event->change & CONTACT_CHANGED_NAME)
			whom_meet(job->whom, event->contact);
		step_soon(job);
	}
}

struct tube_job *tube_job_new(struct cli *cli, const struct cli_tube *options)
{
	struct tube_job *job = g_new0(struct tube_job, 1);

	job->cli = cli;
	job->options = options;
	job->left = options->count ? options->count : 1;
	job->whom = whom_new(cli->front.session, options->accept ? options->contact : NULL);
	if (options->service)
		job->service = session_tube_service(cli->front.session, options->service);
	if (options->accept && job->service)
		session_advertise(cli->front.session, job->service);
	if (options->timeout)
		job->limit = g_timeout_add_seconds(options->timeout, on_limit, job);
	model_listen(session_model(cli->front.session), on_event, job);
	return job;
}

void tube_job_free(struct tube_job *job)
{
	model_unlisten(model_of(job), on_event, job);
	g_clear_handle_id(&job->step, g_source_remove);
	g_clear_handle_id(&job->retry, g_source_remove);
	g_clear_handle_id(&job->limit, g_source_remove);
	whom_free(job->whom);
	g_free(job->problem);
	g_free(job);
}
