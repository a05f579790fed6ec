/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes that others offer (spec: Channel.Interface.Tube): asking whether to take them, and taking
 * them. */

#include "tube.h"

#include <string.h>

#include "../model/text.h"
#include "../relay/failure.h"

/* --- what others offer -------------------------------------------------------------------- */

static const char *initiator(const struct channel *channel)
{
	const struct channel_facts *facts = &channel->facts;

	return *facts->initiator_id ? facts->initiator_id : facts->target_id;
}

static void ask(struct channel *channel)
{
	struct conn *conn = channel->conn;
	const struct channel_facts *facts = &channel->facts;
	bool room = facts->handle_type == TP_HANDLE_ROOM;
	const char *peer = room ? initiator(channel) : facts->target_id;
	struct contact *contact = account_find_contact(conn->account, peer);
	struct tube_init init = {
		.kind = strcmp(facts->type, TP_CHAN_DBUS) ? TUBE_STREAM : TUBE_DBUS,
		.incoming = true,
		.account = conn->account,
		.peer = peer,
		.alias = contact ? contact->alias : NULL,
		.room = room ? facts->target_id : NULL,
		.service = facts->service,
		.state = TUBE_ASKED,
	};
	struct tube_work *work = tp_tube_work_new(conn, &init);

	tp_tube_attach(work, channel);
	conn->tp->ops->tube_offered(conn, work->tube, conn->tp->data);
	if (work->tube->state == TUBE_ASKED)
		model_add_tube_request(work->tube);
}

/* Left by a pheme that died: its socket is dead too, which managers do not survive once somebody
 * connects (Gabble aborts), and no new one can be had beside it. */
static void close_stale(struct channel *channel)
{
	const struct channel_facts *facts = &channel->facts;
	struct conn *conn = channel->conn;
	g_autofree char *service = text_clean(facts->service, -1, TEXT_LINE);
	g_autofree char *with = text_clean(facts->target_id, -1, TEXT_LINE);

	model_notice(conn->tp->model, conn->account, NULL, NOTICE_INFO,
		     "the tube %s with %s, which a pheme that is gone has left open, is closed",
		     service, with);
	channel_close(channel);
}

void tp_tube_on_found(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	struct conn *conn = channel->conn;
	struct bus_reader properties, value;
	guint32 state = TP_TUBE_NOT_OFFERED;
	const char *key;

	if (error || channel->tube)
		return;
	bus_read_array(reply, &properties);
	while (bus_read_property(&properties, &key, &value))
		if (!strcmp(key, "State"))
			state = bus_read_uint32(&value);
	if (!bus_reader_ok(reply)) {
		g_debug("%s: tube: %s", channel->path, bus_reader_error(reply));
		return;
	}
	if (state == TP_TUBE_LOCAL_PENDING)
		ask(channel);
	else if (!channel->is_new && conn->answers_auth && conn->tp->is_handler)
		close_stale(channel);
}

/* --- accepting ---------------------------------------------------------------------------- */

/* What makes no sense is the user's to correct, what the system refuses is not. */
static enum tp_error code_of(const GError *error)
{
	if (error->domain == TP_ERROR)
		return (enum tp_error)error->code;
	return g_error_matches(error, RELAY_ERROR, RELAY_ERROR_INVALID) ? TP_ERROR_USAGE
									: TP_ERROR_FAILED;
}

bool tp_check_tube(const struct tube_local *local, GError **error)
{
	g_autoptr(GError) failure = NULL;

	if (tp_tube_local_check(local, &failure))
		return true;
	g_set_error_literal(error, TP_ERROR, code_of(failure), failure->message);
	return false;
}

void conn_accept_tube(struct conn *conn, struct tube *tube, const struct tube_local *local,
		      tp_done_fn done, void *data)
{
	struct tube_work *work = tp_tube_find(conn, tube);
	g_autoptr(GError) error = NULL;

	if (!work || tube->state != TUBE_ASKED || work->closing) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_FOUND,
				"cannot accept the tube: it does not wait for that");
		return;
	}
	tp_tube_copy_local(work, local);
	if (!tp_tube_local_check(&work->local, &error) ||
	    !(tube->kind == TUBE_STREAM ? tp_tube_stream_accept(work, &error)
					: tp_tube_dbus_accept(work, &error))) {
		conn_fail_later(conn, done, data, NULL, code_of(error), "%s", error->message);
		return;
	}
	work->done = done;
	work->data = data;
	tube_set_state(tube, TUBE_ACCEPTING);
}
