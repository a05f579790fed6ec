/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Asking the manager for a tube to offer (spec: Connection.Interface.Requests.CreateChannel), and
 * what it has against that. */

#include <string.h>

#include "../model/text.h"
#include "tube.h"

/* --- the answer --------------------------------------------------------------------------- */

struct asking { /* the work may be over before the answer comes */
	struct conn *conn;
	unsigned number;
};

static struct tube_work *find(const struct asking *asking)
{
	const GPtrArray *works = asking->conn->tubes;

	for (guint i = 0; works && i < works->len; i++) {
		struct tube_work *work = works->pdata[i];

		if (work->tube->number == asking->number)
			return work;
	}
	return NULL;
}

/* There is one of a service with a contact at a time, whoever offers it. */
static const struct tube *find_same(const struct tube *tube)
{
	const GPtrArray *tubes = tube->model->tubes;

	for (guint i = 0; i < tubes->len; i++) {
		const struct tube *other = tubes->pdata[i];

		if (other != tube && other->account == tube->account && !other->room &&
		    other->kind == tube->kind && !strcmp(other->peer, tube->peer) &&
		    !strcmp(other->service, tube->service))
			return other;
	}
	return NULL;
}

static GError *not_available(const struct tube *tube, const char *what)
{
	const struct tube *same = find_same(tube);

	if (!same)
		return g_error_new(TP_ERROR, TP_ERROR_FAILED,
				   "cannot %s: there is a tube of that service already, or %s is "
				   "not there or takes no tubes",
				   what, tube->shown_peer);
	if (same->incoming)
		return g_error_new(TP_ERROR, TP_ERROR_FAILED,
				   "cannot %s: %s offers that already, as tube %u: accept it, or "
				   "close it first",
				   what, tube->shown_peer, same->number);
	return g_error_new(TP_ERROR, TP_ERROR_FAILED,
			   "cannot %s: tube %u is one already: close it first", what, same->number);
}

/* Managers answer NotAvailable to much: say what may be behind it. */
static GError *refusal(const struct tube_work *work, const GError *bus_error)
{
	const struct tube *tube = work->tube;
	g_autofree char *what = g_strdup_printf("offer %s to %s", tube->shown_service,
						tube->room ? tube->shown_room : tube->shown_peer);
	const char *name = bus_error_name(bus_error);

	if (!strcmp(name, TP_ERROR_PREFIX "NotAvailable") && !tube->room)
		return not_available(tube, what);
	if (!strcmp(name, TP_ERROR_PREFIX "NotImplemented"))
		return g_error_new(TP_ERROR, TP_ERROR_NOT_SUPPORTED,
				   "cannot %s: %s has no tubes of this kind%s", what,
				   tube->account->name, tube->room ? " in rooms" : "");
	return tp_error_from_bus(what, bus_error);
}

static void on_channel(struct channel *channel, const GError *bus_error, void *data)
{
	struct tube_work *work = find(data);
	g_autoptr(GError) error = NULL;

	if (!work) {
		if (channel && !channel->tube)
			channel_close(channel);
		return;
	}
	if (work->closing || bus_error || !channel || channel->tube) {
		enum tube_outcome outcome = work->closing ? work->outcome : TUBE_FAILED;

		if (work->closing && channel && !channel->tube)
			channel_close(channel);
		if (bus_error)
			error = refusal(work, bus_error);
		else
			error = g_error_new_literal(TP_ERROR, TP_ERROR_FAILED,
						    "the connection manager's answer makes no "
						    "sense");
		tp_tube_tell(work, error);
		tp_tube_work_end(work, outcome, work->closing ? work->reason : error->message);
		return;
	}
	tp_tube_attach(work, channel);
	if (!(work->tube->kind == TUBE_STREAM ? tp_tube_stream_offer(work, &error)
					      : tp_tube_dbus_offer(work, &error)))
		tp_tube_fail(work, error);
}

/* --- the question ------------------------------------------------------------------------- */

static void create(struct tube_work *work)
{
	struct conn *conn = work->conn;
	const struct tube *tube = work->tube;
	bool dbus = tube->kind == TUBE_DBUS;
	struct asking *asking = g_new0(struct asking, 1);
	struct bus_call *call = conn_call(conn, TP_CONN_REQUESTS, "CreateChannel");
	struct bus_writer dict;

	asking->conn = conn;
	asking->number = tube->number;
	bus_write_open_array(bus_call_args(call), "{sv}", &dict);
	bus_write_property_string(&dict, TP_CHAN ".ChannelType",
				  dbus ? TP_CHAN_DBUS : TP_CHAN_STREAM);
	bus_write_property_uint32(&dict, TP_CHAN ".TargetHandleType",
				  tube->room ? TP_HANDLE_ROOM : TP_HANDLE_CONTACT);
	bus_write_property_string(&dict, TP_CHAN ".TargetID", tube->peer);
	bus_write_property_string(&dict,
				  dbus ? TP_CHAN_DBUS ".ServiceName" : TP_CHAN_STREAM ".Service",
				  tube->service);
	bus_write_close(bus_call_args(call), &dict);
	conn_create_channel(conn, call, on_channel, asking, g_free);
}

/* "dbus:org.example.Game": the kind and the name. */
static enum tube_kind split_service(const char **service)
{
	if (!g_str_has_prefix(*service, TUBE_DBUS_PREFIX))
		return TUBE_STREAM;
	*service += strlen(TUBE_DBUS_PREFIX);
	return TUBE_DBUS;
}

static bool check_service(enum tube_kind kind, const char *service, GError **error)
{
	if (kind == TUBE_STREAM)
		return service_name_check(service, error);
	if (dbus_validate_bus_name(service, NULL) && *service != ':')
		return true;
	g_set_error(error, TP_ERROR, TP_ERROR_USAGE,
		    "cannot offer \"%s\": a D-Bus tube needs a name like org.example.Game",
		    service);
	return false;
}

static bool check_target(enum tube_kind kind, const struct address *target, GError **error)
{
	if (kind == TUBE_STREAM || target->kind == ADDRESS_EXEC || target->kind == ADDRESS_STDIO)
		return true;
	g_set_error(
		error, TP_ERROR, TP_ERROR_USAGE,
		"cannot offer that: a D-Bus tube goes to exec:COMMAND, or with - its address is "
		"only shown");
	return false;
}

/* What they said of themselves: no tubes at all is a no, a service that they do not name is only
 * worth a word, for a person may accept it. */
static bool check_contact(const struct contact *contact, enum tube_kind kind, const char *service,
			  GError **error)
{
	g_autofree char *full =
		g_strconcat(kind == TUBE_DBUS ? TUBE_DBUS_PREFIX : "", service, NULL);

	if (!contact || !contact->services)
		return true;
	if (!contact->takes_tubes && contact->presence != PRESENCE_OFFLINE) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_SUPPORTED,
			    "cannot offer %s to %s: their program takes no tubes", service,
			    contact->alias);
		return false;
	}
	if (!contact_has_service(contact, full))
		model_notice(contact->account->model, NULL, contact->chat, NOTICE_INFO,
			     "%s does not say to wait for %s; offering it all the same",
			     contact->alias, service);
	return true;
}

struct tube *conn_offer_tube(struct conn *conn, enum chat_kind kind, const char *id,
			     const char *service, const struct tube_local *local, tp_done_fn done,
			     void *data)
{
	bool room = kind == CHAT_ROOM;
	struct contact *contact = room ? NULL : account_find_contact(conn->account, id);
	struct tube_init init = {
		.account = conn->account,
		.peer = id,
		.alias = contact ? contact->alias : NULL,
		.room = room ? id : NULL,
		.state = TUBE_OFFERING,
	};
	struct address *target;
	struct tube_work *work;
	g_autoptr(GError) error = NULL;

	init.kind = split_service(&service);
	init.service = service;
	target = check_service(init.kind, service, &error)
			 ? address_parse_target(local->target, &error)
			 : NULL;
	if (!target || !check_target(init.kind, target, &error) ||
	    !check_contact(contact, init.kind, service, &error)) {
		address_free(target);
		conn_fail_later(conn, done, data, NULL,
				g_error_matches(error, TP_ERROR, TP_ERROR_NOT_SUPPORTED)
					? TP_ERROR_NOT_SUPPORTED
					: TP_ERROR_USAGE,
				"%s", error->message);
		return NULL;
	}
	work = tp_tube_work_new(conn, &init);
	tp_tube_copy_local(work, local);
	work->local.stdio = target->kind == ADDRESS_STDIO && init.kind == TUBE_STREAM;
	work->target = target;
	work->done = done;
	work->data = data;
	tube_set_local(work->tube, work->local.stdio ? "standard input and output" : local->target);
	create(work);
	return work->tube;
}
