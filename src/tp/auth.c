/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A connection that asks for its password while connecting (spec: Channel.Type.
 * ServerAuthentication, Channel.Interface.SASLAuthentication, mechanism X-TELEPATHY-PASSWORD).
 * Whoever asked for the connection answers; other phemes that share it keep out.
 */

#include <string.h>

#include "../model/text.h"
#include "private.h"

#define MECHANISM "X-TELEPATHY-PASSWORD"

enum { /* SASL_Status */
       SASL_NOT_STARTED = 0,
       SASL_IN_PROGRESS = 1,
       SASL_SERVER_SUCCEEDED = 2,
       SASL_CLIENT_ACCEPTED = 3,
       SASL_SUCCEEDED = 4,
       SASL_SERVER_FAILED = 5,
       SASL_CLIENT_FAILED = 6,
};

struct auth {
	bool can_try_again, asking;
};

void tp_auth_free(struct channel *channel)
{
	struct auth *auth = g_steal_pointer(&channel->auth);
	struct conn *conn = channel->conn;

	if (!auth)
		return;
	if (auth->asking && conn->stage != CONN_ENDED)
		conn->tp->ops->secret_unwanted(conn, NULL, conn->tp->data);
	g_free(auth);
}

static void want_secret(struct channel *channel, bool again)
{
	struct tp *tp = channel->conn->tp;

	channel->auth->asking = true;
	tp->ops->secret_wanted(channel->conn, NULL, again, tp->data);
}

static void on_started(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;

	if (!error)
		return;
	g_debug("%s", error->message);
	channel_close(channel);
}

static void answer(struct channel *channel, const char *secret)
{
	struct bus_call *call;

	channel->auth->asking = false;
	if (!secret) {
		/* The connection fails by itself, with a reason of its own. */
		channel_close(channel);
		return;
	}
	call = channel_call(channel, TP_CHAN_SASL, "StartMechanismWithData");
	bus_write_string(bus_call_args(call), MECHANISM);
	bus_write_bytes(bus_call_args(call), secret, strlen(secret));
	bus_call_send(call, -1, on_started, channel);
}

static void on_status(struct channel *channel, guint32 status, const char *reason)
{
	switch (status) {
	case SASL_SERVER_SUCCEEDED:
		bus_call_send(channel_call(channel, TP_CHAN_SASL, "AcceptSASL"), -1, NULL, NULL);
		break;
	case SASL_SUCCEEDED:
		channel_close(channel);
		break;
	case SASL_SERVER_FAILED:
	case SASL_CLIENT_FAILED:
		g_debug("%s: authentication failed: %s", channel->path, reason);
		if (channel->auth->can_try_again)
			want_secret(channel, true);
		else
			channel_close(channel);
		break;
	default:
		break;
	}
}

static void on_status_changed(struct bus_reader *args, void *data)
{
	guint32 status = bus_read_uint32(args);
	const char *reason = bus_read_string(args);

	if (bus_reader_ok(args))
		on_status(data, status, reason);
}

static void say_unsupported(struct channel *channel, char **mechanisms)
{
	g_autofree char *list = g_strjoinv(", ", mechanisms);
	g_autofree char *shown = text_clean(list, -1, TEXT_LINE);

	model_notice(channel->conn->tp->model, channel->conn->account, NULL, NOTICE_ERROR,
		     "cannot log in: pheme can give a password, the server wants %s",
		     *shown ? shown : "something else");
	channel_close(channel);
}

static void on_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	struct conn *conn = channel->conn;
	g_auto(GStrv) mechanisms = NULL;
	struct bus_reader dict, value;
	guint32 status = SASL_NOT_STARTED;
	const char *key;

	if (error) {
		g_debug("%s", error->message);
		return;
	}
	bus_read_array(reply, &dict);
	while (bus_read_property(&dict, &key, &value)) {
		if (!strcmp(key, "AvailableMechanisms") && !mechanisms)
			mechanisms = bus_read_strings(&value);
		else if (!strcmp(key, "CanTryAgain"))
			channel->auth->can_try_again = bus_read_bool(&value);
		else if (!strcmp(key, "SASLStatus"))
			status = bus_read_uint32(&value);
	}
	if (!bus_reader_ok(reply) || !mechanisms)
		g_debug("%s: SASLAuthentication: %s", channel->path, bus_reader_error(reply));
	else if (!g_strv_contains((const char *const *)mechanisms, MECHANISM))
		say_unsupported(channel, mechanisms);
	else if (status != SASL_NOT_STARTED)
		on_status(channel, status, "");
	else if (conn->secret)
		answer(channel, conn->secret);
	else
		want_secret(channel, false);
}

void tp_auth_start(struct channel *channel)
{
	struct conn *conn = channel->conn;

	if (!conn->answers_auth)
		return;
	channel->auth = g_new0(struct auth, 1);
	channel_subscribe(channel, TP_CHAN_SASL, "SASLStatusChanged", on_status_changed);
	bus_property_get_all(channel->scope, conn->unique, channel->path, TP_CHAN_SASL,
			     on_properties, channel);
}

void conn_answer_secret(struct conn *conn, struct chat *room, const char *secret)
{
	g_autoptr(GList) channels = conn->channels ? g_hash_table_get_values(conn->channels) : NULL;

	for (GList *item = channels; item; item = item->next) {
		struct channel *channel = item->data;

		if (!room && channel->auth && channel->auth->asking) {
			answer(channel, secret);
			return;
		}
		if (room && channel->room && !strcmp(channel->facts.target_id, room->id)) {
			tp_room_answer_password(channel, secret);
			return;
		}
	}
}
