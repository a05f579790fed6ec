/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tube.h"

#include "account.h"
#include "contact.h"
#include "model.h"
#include "text.h"

#include <string.h>

static void tell(struct tube *tube, enum event_type type, unsigned change)
{
	struct event event = {
		.type = type, .change = change, .account = tube->account, .tube = tube};

	model_emit(tube->model, &event);
}

static void connection_free(void *data)
{
	struct tube_connection *connection = data;

	g_free(connection->peer);
	g_free(connection);
}

static void tube_free(struct tube *tube)
{
	g_free(tube->peer);
	g_free(tube->shown_peer);
	g_free(tube->room);
	g_free(tube->shown_room);
	g_free(tube->service);
	g_free(tube->shown_service);
	g_free(tube->access);
	g_free(tube->local);
	g_free(tube->reason);
	g_strfreev(tube->members);
	g_ptr_array_unref(tube->connections);
	g_free(tube);
}

struct tube *tube_new(struct model *model, const struct tube_init *init)
{
	struct tube *tube = g_new0(struct tube, 1);
	const char *alias = init->alias && *init->alias ? init->alias : init->peer;
	g_autofree char *full = NULL;

	tube->model = model;
	tube->number = ++model->next_tube;
	tube->kind = init->kind;
	tube->incoming = init->incoming;
	tube->account = init->account;
	tube->peer = g_strdup(init->peer);
	tube->shown_peer = text_clean(alias, -1, TEXT_LINE);
	tube->room = g_strdup(init->room);
	tube->shown_room = init->room ? text_clean(init->room, -1, TEXT_LINE) : NULL;
	tube->service = g_strdup(init->service);
	full = tube_service_name(tube);
	tube->shown_service = text_clean(full, -1, TEXT_LINE);
	tube->state = init->state;
	tube->since = g_get_monotonic_time();
	tube->access = g_strdup("");
	tube->local = g_strdup("");
	tube->reason = g_strdup("");
	tube->members = g_new0(char *, 1);
	tube->connections = g_ptr_array_new_with_free_func(connection_free);
	g_ptr_array_add(model->tubes, tube);
	tell(tube, EVENT_TUBE_ADDED, 0);
	return tube;
}

static void drop_request(struct tube *tube)
{
	struct request *request = model_find_tube_request(tube);

	if (request)
		model_remove_request(request);
}

void tube_end(struct tube *tube, enum tube_outcome outcome, const char *reason)
{
	struct model *model = tube->model;

	drop_request(tube);
	tube->outcome = outcome;
	g_free(tube->reason);
	tube->reason = text_clean(reason, -1, TEXT_LINE);
	tube->state = TUBE_ENDED;
	tube->since = g_get_monotonic_time();
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_STATE);
	g_ptr_array_remove(model->tubes, tube);
	tell(tube, EVENT_TUBE_REMOVED, 0);
	tube_free(tube);
}

void tube_free_all(struct model *model)
{
	while (model->tubes->len)
		tube_free(g_ptr_array_steal_index(model->tubes, model->tubes->len - 1));
}

void tube_end_account(struct account *account)
{
	GPtrArray *tubes = account->model->tubes;

	for (unsigned i = tubes->len; i-- > 0;) {
		struct tube *tube = tubes->pdata[i];

		if (tube->account == account)
			tube_end(tube, TUBE_FAILED, "the account was removed");
	}
}

struct tube *model_find_tube(struct model *model, unsigned number)
{
	for (unsigned i = 0; i < model->tubes->len; i++) {
		struct tube *tube = model->tubes->pdata[i];

		if (tube->number == number)
			return tube;
	}
	return NULL;
}

/* --- its facts ---------------------------------------------------------------------------- */

void tube_set_state(struct tube *tube, enum tube_state state)
{
	if (tube->state == state)
		return;
	if (tube->state == TUBE_ASKED)
		drop_request(tube);
	tube->state = state;
	tube->since = g_get_monotonic_time();
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_STATE);
}

static void set_text(struct tube *tube, char **place, const char *raw)
{
	g_autofree char *text = text_clean(raw, -1, TEXT_LINE);

	if (strcmp(*place, text) == 0)
		return;
	g_free(*place);
	*place = g_steal_pointer(&text);
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_FACTS);
}

void tubes_follow_alias(const struct contact *contact)
{
	const GPtrArray *tubes = contact->account->model->tubes;

	/* In a room people have ids, and names, of the room's own. */
	for (unsigned i = 0; i < tubes->len; i++) {
		struct tube *tube = tubes->pdata[i];

		if (tube->account == contact->account && !tube->room &&
		    strcmp(tube->peer, contact->id) == 0)
			set_text(tube, &tube->shown_peer, contact->alias);
	}
}

void tube_set_access(struct tube *tube, const char *access)
{
	set_text(tube, &tube->access, access);
}

void tube_set_local(struct tube *tube, const char *local)
{
	set_text(tube, &tube->local, local);
}

void tube_set_by_rule(struct tube *tube, bool by_rule)
{
	if (tube->by_rule == by_rule)
		return;
	tube->by_rule = by_rule;
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_FACTS);
}

void tube_set_members(struct tube *tube, const char *const *members)
{
	GPtrArray *clean = g_ptr_array_new();

	for (; *members; members++)
		g_ptr_array_add(clean, text_clean(*members, -1, TEXT_LINE));
	g_ptr_array_add(clean, NULL);
	g_strfreev(tube->members);
	tube->members = (char **)g_ptr_array_free(clean, FALSE);
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_FACTS);
}

/* --- connections -------------------------------------------------------------------------- */

struct tube_connection *tube_find_connection(const struct tube *tube, unsigned id)
{
	for (unsigned i = 0; i < tube->connections->len; i++) {
		struct tube_connection *connection = tube->connections->pdata[i];

		if (connection->id == id)
			return connection;
	}
	return NULL;
}

void tube_add_connection(struct tube *tube, unsigned id, const char *peer)
{
	struct tube_connection *connection = g_new0(struct tube_connection, 1);

	connection->id = id;
	connection->peer = text_clean(peer, -1, TEXT_LINE);
	connection->since = g_get_monotonic_time();
	g_ptr_array_add(tube->connections, connection);
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_CONNECTIONS);
}

void tube_name_connection(struct tube *tube, unsigned id, const char *peer)
{
	struct tube_connection *connection = tube_find_connection(tube, id);

	if (connection)
		set_text(tube, &connection->peer, peer);
}

void tube_remove_connection(struct tube *tube, unsigned id)
{
	struct tube_connection *connection = tube_find_connection(tube, id);

	if (!connection)
		return;
	g_ptr_array_remove(tube->connections, connection);
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_CONNECTIONS);
}

void tube_set_bytes(struct tube *tube, unsigned id, guint64 out, guint64 in)
{
	struct tube_connection *connection = tube_find_connection(tube, id);

	if (!connection)
		return;
	tube->out += out - connection->out;
	tube->in += in - connection->in;
	connection->out = out;
	connection->in = in;
}

/* --- how fast ----------------------------------------------------------------------------- */

bool tube_count(struct tube *tube, gint64 now)
{
	gint64 second = now / G_USEC_PER_SEC;
	guint64 total = tube->out + tube->in;
	guint64 moved = total - tube->counted;

	if (!moved)
		return false;
	for (gint64 i = MAX(tube->second + 1, second - TUBE_RATE_SECONDS + 1); i <= second; i++)
		tube->moved[i % TUBE_RATE_SECONDS] = 0;
	tube->second = second;
	tube->moved[second % TUBE_RATE_SECONDS] += moved;
	tube->counted = total;
	tell(tube, EVENT_TUBE_CHANGED, TUBE_CHANGED_TRAFFIC);
	return true;
}

guint64 tube_rate(const struct tube *tube, gint64 now, unsigned ago)
{
	gint64 second = now / G_USEC_PER_SEC - ago;

	if (ago >= TUBE_RATE_SECONDS || second > tube->second ||
	    second <= tube->second - TUBE_RATE_SECONDS)
		return 0;
	return tube->moved[second % TUBE_RATE_SECONDS];
}

/* --- names -------------------------------------------------------------------------------- */

char *tube_service_name(const struct tube *tube)
{
	return g_strconcat(tube->kind == TUBE_DBUS ? TUBE_DBUS_PREFIX : "", tube->service, NULL);
}

bool tube_is_service(const struct tube *tube, const char *name)
{
	g_autofree char *full = tube_service_name(tube);

	return !strcmp(name, full) || !strcmp(name, tube->service);
}

/* --- words -------------------------------------------------------------------------------- */

const char *tube_state_name(enum tube_state state)
{
	switch (state) {
	case TUBE_ASKED:
		return "offered";
	case TUBE_ACCEPTING:
		return "opening";
	case TUBE_OFFERING:
		return "offering";
	case TUBE_WAITING:
		return "waiting";
	case TUBE_OPEN:
		return "open";
	case TUBE_ENDED:
		return "ended";
	}
	return "";
}

char *tube_describe(const struct tube *tube)
{
	if (tube->incoming && tube->room)
		return g_strdup_printf("%s from %s in %s", tube->shown_service, tube->shown_peer,
				       tube->shown_room);
	return g_strdup_printf("%s %s %s", tube->shown_service, tube->incoming ? "from" : "to",
			       tube->room ? tube->shown_room : tube->shown_peer);
}
