/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The life of tubes (spec: Channel.Interface.Tube): those that others offer and those that we
 * do, their states and their ends. A tube of ours is one that this pheme asked for; channels of
 * another pheme on the same connection are left to it.
 */

#include "tube.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../relay/subprocess.h"
#include "../relay/dial.h"
#include "../relay/relay.h"

#define CLOSE_TIMEOUT_MS 10000
#define FINISH_SECONDS   1
#define FINISH_TRIES     30
#define FINISH_DRAINED   10
#define LINGER_SECONDS   3

/* --- a piece of work ---------------------------------------------------------------------- */

static void announced_clear(void *data)
{
	g_free(((struct tube_announced *)data)->peer);
}

struct tube_work *tp_tube_work_new(struct conn *conn, const struct tube_init *init)
{
	struct tube_work *work = g_new0(struct tube_work, 1);

	if (!conn->tubes)
		conn->tubes = g_ptr_array_new();
	work->conn = conn;
	work->reserved = work->last = -1;
	work->announced = g_array_new(FALSE, FALSE, sizeof(struct tube_announced));
	g_array_set_clear_func(work->announced, announced_clear);
	g_ptr_array_add(conn->tubes, work);
	work->tube = tube_new(conn->tp->model, init);
	return work;
}

static void clear_local(struct tube_local *local)
{
	g_free((char *)local->target);
	g_free((char *)local->listen);
	g_free((char *)local->command);
	memset(local, 0, sizeof(*local));
}

void tp_tube_copy_local(struct tube_work *work, const struct tube_local *local)
{
	clear_local(&work->local);
	work->local = *local;
	work->local.target = g_strdup(local->target);
	work->local.listen = g_strdup(local->listen);
	work->local.command = g_strdup(local->command);
}

static void work_free(struct tube_work *work)
{
	g_clear_handle_id(&work->limit, g_source_remove);
	subprocess_free(work->program);
	g_queue_clear(&work->greeted);
	dial_cancel(work->dial);
	bridge_free(work->bridge);
	if (work->reserved >= 0)
		close(work->reserved);
	if (work->last >= 0)
		close(work->last);
	clear_local(&work->local);
	address_free(work->target);
	address_free(work->manager);
	g_array_unref(work->announced);
	g_clear_pointer(&work->members, g_hash_table_unref);
	g_free(work->bus_address);
	g_free(work->reason);
	g_free(work);
}

void tp_tube_tell(struct tube_work *work, const GError *error)
{
	tp_done_fn done = work->done;

	work->done = NULL;
	if (done)
		done(error, work->data);
}

void tp_tube_notice(struct tube_work *work, enum notice_level level, const char *format, ...)
{
	struct tube *tube = work->tube;
	struct chat *chat = chat_find(tube->account, tube->room ? CHAT_ROOM : CHAT_CONTACT,
				      tube->room ? tube->room : tube->peer);
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (chat && !chat->open)
		chat = NULL;
	model_notice(work->conn->tp->model, chat ? NULL : tube->account, chat, level, "%s", text);
}

void tp_tube_work_end(struct tube_work *work, enum tube_outcome outcome, const char *reason)
{
	g_autofree char *what = tube_describe(work->tube);
	enum notice_level level = outcome == TUBE_DONE ? NOTICE_INFO : NOTICE_WARNING;

	g_ptr_array_remove(work->conn->tubes, work);
	if (work->channel)
		work->channel->tube = NULL;
	tp_tube_local_count(work);
	if (work->done) {
		g_autoptr(GError) error = g_error_new(
			TP_ERROR, outcome == TUBE_REFUSED ? TP_ERROR_REFUSED : TP_ERROR_FAILED,
			"cannot open the tube %s: %s", what, reason);

		tp_tube_tell(work, error);
	}
	tp_tube_notice(work, level, "tube %u (%s): %s", work->tube->number, what, reason);
	tube_end(g_steal_pointer(&work->tube), outcome, reason);
	work_free(work);
}

/* --- closing ------------------------------------------------------------------------------ */

static void on_close(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;

	/* It is gone already, or its manager does not answer. */
	if (error && channel->tube)
		tp_tube_work_end(channel->tube, channel->tube->outcome, channel->tube->reason);
}

void tp_tube_close(struct tube_work *work, enum tube_outcome outcome, const char *reason)
{
	if (work->closing)
		return;
	work->closing = true;
	work->outcome = outcome;
	work->reason = g_strdup(reason);
	g_clear_handle_id(&work->limit, g_source_remove);
	if (work->channel)
		bus_call_send(channel_call(work->channel, TP_CHAN, "Close"), CLOSE_TIMEOUT_MS,
			      on_close, work->channel);
}

void tp_tube_fail(struct tube_work *work, const GError *error)
{
	tp_tube_tell(work, error);
	tp_tube_close(work, TUBE_FAILED, error->message);
}

static gboolean on_limit(void *data)
{
	struct tube_work *work = data;
	g_autofree char *text = NULL;

	work->limit = 0;
	if (work->tube->incoming)
		text = g_strdup("the connection manager did not open it in time");
	else
		text = g_strdup_printf("no answer from %s for %u s, the time limit of offers",
				       work->tube->shown_peer, work->local.seconds);
	tp_tube_close(work, TUBE_LATE, text);
	return G_SOURCE_REMOVE;
}

void tp_tube_limit(struct tube_work *work, guint seconds)
{
	g_clear_handle_id(&work->limit, g_source_remove);
	work->limit = g_timeout_add_seconds(seconds, on_limit, work);
}

static bool linger(struct tube_work *work, enum tube_outcome outcome, const char *reason);

static bool is_offline(const struct tube *tube)
{
	const struct contact *contact = account_find_contact(tube->account, tube->peer);

	return contact && contact->presence == PRESENCE_OFFLINE;
}

/* The manager closed it by itself: what that means depends on how far it had got. */
static void end_by_manager(struct tube_work *work)
{
	const struct tube *tube = work->tube;
	g_autofree char *text = NULL;
	enum tube_outcome outcome = TUBE_DONE;
	bool went;

	switch (tube->state) {
	case TUBE_ASKED:
		text = g_strdup_printf("%s took the offer back", tube->shown_peer);
		break;
	case TUBE_ACCEPTING:
		outcome = TUBE_FAILED;
		text = g_strdup_printf("%s closed it before it was open", tube->shown_peer);
		break;
	case TUBE_OFFERING:
		outcome = TUBE_FAILED;
		text = g_strdup_printf("%s is not there, or cannot take tubes", tube->shown_peer);
		break;
	case TUBE_WAITING:
		went = is_offline(tube);
		outcome = went ? TUBE_FAILED : TUBE_REFUSED;
		text = g_strdup_printf(went ? "%s went away" : "%s refused it, or went away",
				       tube->shown_peer);
		break;
	case TUBE_OPEN:
	case TUBE_ENDED:
		if (tube->room && !tube->incoming)
			text = g_strdup("the connection manager closed it");
		else if (is_offline(tube))
			text = g_strdup_printf("%s went away", tube->shown_peer);
		else
			text = g_strdup("closed by the other side");
		break;
	}
	if (!linger(work, outcome, text))
		tp_tube_work_end(work, outcome, text);
}

/* The manager has read all that it was sent, or has closed its end. */
static bool is_drained(const struct tube_work *work)
{
	int left = 0;

	return work->last < 0 || ioctl(work->last, SIOCOUTQ, &left) < 0 || !left;
}

/* Some managers never say that a connection is over: what can be seen of it must do. */
static bool is_over(struct tube_work *work)
{
	work->drained = is_drained(work) ? work->drained + 1 : 0;
	return work->said_closed || (work->heard && work->drained) ||
	       work->drained >= FINISH_DRAINED || ++work->tries >= FINISH_TRIES;
}

static gboolean on_finish_limit(void *data)
{
	struct tube_work *work = data;

	if (!is_over(work))
		return G_SOURCE_CONTINUE;
	work->limit = 0;
	tp_tube_close(work, TUBE_DONE, "the connection came to its end");
	return G_SOURCE_REMOVE;
}

/* Managers drop what is on its way in a tube that is closed, at both ends: so a moment is given
 * to it after the manager has said that the connection is over. */
void tp_tube_finish(struct tube_work *work)
{
	if (work->closing)
		return;
	work->finished = true;
	g_clear_handle_id(&work->limit, g_source_remove);
	work->limit = g_timeout_add_seconds(FINISH_SECONDS, on_finish_limit, work);
}

static gboolean on_lingered(void *data)
{
	struct tube_work *work = data;

	work->limit = 0;
	tp_tube_work_end(work, work->outcome, work->reason);
	return G_SOURCE_REMOVE;
}

void tp_tube_drained(struct tube_work *work)
{
	if (!work->lingering || bridge_count(work->bridge))
		return;
	g_clear_handle_id(&work->limit, g_source_remove);
	work->limit = g_idle_add(on_lingered, work);
}

/* The manager's sockets are closed, and what they hold is still to be read. */
static bool linger(struct tube_work *work, enum tube_outcome outcome, const char *reason)
{
	if (!work->bridge || !bridge_count(work->bridge))
		return false;
	bridge_stop_listening(work->bridge);
	work->channel->tube = NULL;
	work->channel = NULL;
	work->lingering = work->closing = true;
	work->outcome = outcome;
	g_free(work->reason);
	work->reason = g_strdup(reason);
	g_clear_handle_id(&work->limit, g_source_remove);
	work->limit = g_timeout_add_seconds(LINGER_SECONDS, on_lingered, work);
	return true;
}

/* Nothing brings it back but a new offer, once there is a connection again. */
static void end_with_connection(struct tube_work *work)
{
	tp_tube_work_end(work, TUBE_FAILED,
			 work->tube->incoming
				 ? "the connection was lost: they have to offer it again"
				 : "the connection was lost: offer it again when it is back");
}

void tp_tube_free(struct channel *channel)
{
	struct tube_work *work = channel->tube;

	if (!work)
		return;
	if (work->closing)
		tp_tube_work_end(work, work->outcome, work->reason);
	else if (channel->gone)
		end_by_manager(work);
	else
		end_with_connection(work);
}

/* Those whose channel was still asked for. */
void conn_tubes_free(struct conn *conn)
{
	/* Each takes itself out of the list, which an analyser does not follow. */
	while (conn->tubes && conn->tubes->len)
		end_with_connection(conn->tubes->pdata[0]); /* NOLINT(clang-analyzer-unix.Malloc) */
	g_clear_pointer(&conn->tubes, g_ptr_array_unref);
}

struct tube_work *tp_tube_find(struct conn *conn, const struct tube *tube)
{
	for (guint i = 0; conn->tubes && i < conn->tubes->len; i++) {
		struct tube_work *work = conn->tubes->pdata[i];

		if (work->tube == tube)
			return work;
	}
	return NULL;
}

void conn_close_tube(struct conn *conn, struct tube *tube, const char *reason)
{
	struct tube_work *work = tp_tube_find(conn, tube);

	if (work)
		tp_tube_close(work, TUBE_DONE, reason);
}

/* An offer that waits for an answer here is not ours to decline: another pheme may take it. */
bool conn_close_tubes(struct conn *conn)
{
	bool any = false;

	for (guint i = 0; conn->tubes && i < conn->tubes->len; i++) {
		struct tube_work *work = conn->tubes->pdata[i];

		if (work->tube->state == TUBE_ASKED)
			continue;
		any = true;
		tp_tube_close(work, TUBE_DONE, "pheme ends");
	}
	return any;
}

/* --- states ------------------------------------------------------------------------------- */

static void open_tube(struct tube_work *work)
{
	g_autofree char *what = NULL;
	g_autoptr(GError) error = NULL;
	bool stream = work->tube->kind == TUBE_STREAM;

	g_clear_handle_id(&work->limit, g_source_remove);
	if (work->tube->state == TUBE_OPEN || work->closing)
		return;
	if (stream ? work->tube->incoming && !tp_tube_local_open(work, &error)
		   : !tp_tube_dbus_open(work, &error)) {
		tp_tube_fail(work, error);
		return;
	}
	what = tube_describe(work->tube);
	tube_set_state(work->tube, TUBE_OPEN);
	if (!work->local.stdio)
		tp_tube_notice(work, NOTICE_INFO, "tube %u (%s) is open%s%s", work->tube->number,
			       what, *work->tube->local ? ": " : "", work->tube->local);
	tp_tube_tell(work, NULL);
}

/* A refusal may never arrive: Gabble keeps it to itself. */
static void wait_for_peer(struct tube_work *work)
{
	tube_set_state(work->tube, TUBE_WAITING);
	if (work->local.seconds)
		tp_tube_limit(work, work->local.seconds);
}

void tp_tube_answered(struct tube_work *work)
{
	work->answered = true;
	if (work->opened)
		open_tube(work);
	else if (!work->tube->incoming)
		wait_for_peer(work);
	if (!work->tube->incoming)
		tp_tube_tell(work, NULL);
}

static void accepted_elsewhere(struct tube_work *work)
{
	tp_tube_work_end(work, TUBE_DONE, "another program accepted it");
}

static void follow_state(struct tube_work *work, guint32 state)
{
	if (state != TP_TUBE_OPEN || work->closing)
		return;
	if (work->tube->state == TUBE_ASKED) {
		accepted_elsewhere(work);
		return;
	}
	/* It may come before the reply to Accept, and before that to Offer. */
	work->opened = true;
	if (work->answered)
		open_tube(work);
}

static void on_state(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	guint32 state = bus_read_uint32(args);

	if (bus_reader_ok(args) && channel->tube)
		follow_state(channel->tube, state);
}

char *tp_tube_peer(const struct tube_work *work, guint32 handle)
{
	const struct tube *tube = work->tube;
	struct channel *room = NULL;
	struct contact *contact;
	const char *id;

	if (!tube->room)
		return g_strdup(tube->shown_peer);
	room = conn_find_channel(work->conn, CHAT_ROOM, tube->room);
	id = room && room->room ? tp_room_member_id(room, handle)
				: conn_handle_id(work->conn, handle);
	contact = id ? account_find_contact(tube->account, id) : NULL;
	if (contact)
		return g_strdup(contact->alias);
	return g_strdup(id ? id : "somebody");
}

/* --- the channel -------------------------------------------------------------------------- */

void tp_tube_start(struct channel *channel)
{
	channel_subscribe(channel, TP_CHAN_TUBE, "TubeChannelStateChanged", on_state);
	if (*channel->facts.initiator_id)
		conn_learn_handle(channel->conn, channel->facts.initiator,
				  channel->facts.initiator_id);
	bus_property_get_all(channel->scope, channel->conn->unique, channel->path, TP_CHAN_TUBE,
			     tp_tube_on_found, channel);
}

void tp_tube_attach(struct tube_work *work, struct channel *channel)
{
	work->channel = channel;
	channel->tube = work;
	if (work->tube->kind == TUBE_STREAM)
		tp_tube_stream_start(work);
	else
		tp_tube_dbus_start(work);
}

/* --- connections, counted ----------------------------------------------------------------- */

void conn_close_tube_connection(struct conn *conn, struct tube *tube, unsigned id)
{
	struct tube_work *work = tp_tube_find(conn, tube);

	if (work)
		tp_tube_local_close(work, id);
}

static void on_activity(void *data);

/* Once a second while bytes move, and never while none do. */
static gboolean on_meter(void *data)
{
	struct tp *tp = data;
	gint64 now = g_get_monotonic_time();
	bool moved = false;

	for (guint i = 0; i < tp->conns->len; i++) {
		struct conn *conn = tp->conns->pdata[i];

		for (guint k = 0; conn->tubes && k < conn->tubes->len; k++) {
			struct tube_work *work = conn->tubes->pdata[k];

			tp_tube_local_count(work);
			moved |= tube_count(work->tube, now);
		}
	}
	if (moved)
		return G_SOURCE_CONTINUE;
	tp->meter = 0;
	relay_on_activity(tp->relay, on_activity, tp);
	return G_SOURCE_REMOVE;
}

static void on_activity(void *data)
{
	struct tp *tp = data;

	if (!tp->meter)
		tp->meter = g_timeout_add_seconds(1, on_meter, tp);
}

struct relay *tp_tube_relay(struct tp *tp)
{
	if (!tp->relay) {
		tp->relay = relay_new();
		relay_on_activity(tp->relay, on_activity, tp);
	}
	return tp->relay;
}
