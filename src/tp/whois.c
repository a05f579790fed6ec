/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All that a manager tells of one person, for who asks: the attributes that it has (spec:
 * Connection.Interface.Contacts, .ClientTypes, .Location, .Avatars), then the card, which it may
 * have to fetch (.ContactInfo). Without a card the rest is told all the same.
 */

#include <string.h>

#include "../model/text.h"
#include "private.h"

#define CARD_TIMEOUT_MS 60000
#define CLIENTS_MAX     20
#define LOCATION_MAX    30

struct inquiry {
	struct conn *conn;
	struct whois *whois;
	bool known; /* the manager had something to say */
	conn_whois_fn fn;
	void *data;
};

static void inquiry_free(void *data)
{
	struct inquiry *inquiry = data;

	whois_free(inquiry->whois);
	g_free(inquiry);
}

/* --- attributes --------------------------------------------------------------------------- */

static void replace(char **place, const char *raw)
{
	g_free(*place);
	*place = text_clean(raw, -1, TEXT_LINE);
}

static void read_clients(struct whois *whois, struct bus_reader *value)
{
	g_auto(GStrv) types = bus_read_strings(value);
	GPtrArray *clean = g_ptr_array_new();

	for (guint i = 0; i < CLIENTS_MAX && types[i]; i++)
		g_ptr_array_add(clean, text_clean(types[i], -1, TEXT_LINE));
	g_ptr_array_add(clean, NULL);
	g_strfreev(whois->clients);
	whois->clients = (char **)g_ptr_array_free(clean, FALSE);
}

static char *print_location(const char *key, struct bus_reader *value)
{
	gint64 number;

	switch (bus_reader_type(value)) {
	case DBUS_TYPE_STRING:
		return g_strdup(bus_read_string(value));
	case DBUS_TYPE_DOUBLE:
		return g_strdup_printf("%.5f", bus_read_double(value));
	case DBUS_TYPE_INT32:
	case DBUS_TYPE_UINT32:
	case DBUS_TYPE_INT64:
	case DBUS_TYPE_UINT64:
		number = bus_read_integer(value);
		if (!strcmp(key, "timestamp")) {
			g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(number);

			return time ? g_date_time_format(time, "%Y-%m-%d %H:%M") : NULL;
		}
		return g_strdup_printf("%" G_GINT64_FORMAT, number);
	}
	return NULL; /* of a type that no location has */
}

static void read_location(struct whois *whois, struct bus_reader *value)
{
	struct bus_reader map, inner;
	const char *key;

	if (whois->location)
		g_ptr_array_unref(whois->location);
	whois->location = g_ptr_array_new_with_free_func(g_free);
	bus_read_array(value, &map);
	while (bus_read_property(&map, &key, &inner)) {
		g_autofree char *text = print_location(key, &inner), *line = NULL;

		if (!text || !*text || whois->location->len >= LOCATION_MAX)
			continue;
		line = g_strdup_printf("%s: %s", key, text);
		g_ptr_array_add(whois->location, text_clean(line, -1, TEXT_LINE));
	}
}

static void read_attribute(struct whois *whois, const char *key, struct bus_reader *value)
{
	if (!strcmp(key, TP_CONN_ALIASING "/alias")) {
		const char *alias = bus_read_string(value);

		if (*alias && strcmp(alias, whois->id) != 0)
			replace(&whois->alias, alias);
	} else if (!strcmp(key, TP_CONN_PRESENCE "/presence")) {
		const char *status, *message;

		whois->has_presence = true;
		presence_read(value, &whois->presence, &status, &message);
		replace(&whois->status, status);
		replace(&whois->message, message);
	} else if (!strcmp(key, TP_CONN_CLIENTS "/client-types")) {
		read_clients(whois, value);
	} else if (!strcmp(key, TP_CONN_LOCATION "/location")) {
		read_location(whois, value);
	} else if (!strcmp(key, TP_CONN_AVATARS "/token")) {
		whois->tells_picture = true;
		whois->has_picture = *bus_read_string(value) != '\0';
	}
}

/* --- the card ----------------------------------------------------------------------------- */

static void finish(struct inquiry *inquiry, const GError *error)
{
	inquiry->fn(error ? NULL : inquiry->whois, error, inquiry->data);
}

static void on_card(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct inquiry *inquiry = data;
	g_autoptr(GPtrArray) card = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *what = NULL;

	if (bus_error) {
		what = g_strdup_printf("find out who %s is", inquiry->whois->shown_id);
		error = tp_error_from_bus(what, bus_error);
	} else {
		card = tp_read_card(reply);
		if (bus_reader_ok(reply))
			inquiry->whois->card = g_steal_pointer(&card);
		else
			error = g_error_new(TP_ERROR, TP_ERROR_FAILED,
					    "cannot read the card of %s: the connection manager's "
					    "answer makes no sense",
					    inquiry->whois->shown_id);
	}
	/* On a network that tells nothing else, that is all there is to say. */
	if (error && inquiry->known) {
		inquiry->whois->no_card = g_strdup(error->message);
		g_clear_error(&error);
	}
	finish(inquiry, error);
}

static void ask_card(struct inquiry *inquiry, guint32 handle)
{
	struct bus_call *call = conn_call(inquiry->conn, TP_CONN_INFO, "RequestContactInfo");

	bus_write_uint32(bus_call_args(call), handle);
	bus_call_own_data(call, inquiry_free);
	bus_call_send(call, CARD_TIMEOUT_MS, on_card, inquiry);
}

/* --- asking ------------------------------------------------------------------------------- */

struct question { /* owns the inquiry until the card is asked for */
	struct inquiry *inquiry;
};

static void question_free(void *data)
{
	struct question *question = data;

	if (question->inquiry)
		inquiry_free(question->inquiry);
	g_free(question);
}

static guint32 read_answer(struct inquiry *inquiry, struct bus_reader *reply)
{
	guint32 handle = bus_read_uint32(reply);
	struct bus_reader attributes, value;
	const char *key;

	bus_read_array(reply, &attributes);
	while (bus_read_property(&attributes, &key, &value)) {
		read_attribute(inquiry->whois, key, &value);
		if (!strcmp(key, TP_CONN "/contact-id"))
			conn_learn_handle(inquiry->conn, handle, bus_read_string(&value));
	}
	return bus_reader_ok(reply) ? handle : 0;
}

static void on_attributes(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct question *question = data;
	struct inquiry *inquiry = question->inquiry;
	g_autofree char *what = g_strdup_printf("find out who %s is", inquiry->whois->shown_id);
	g_autoptr(GError) error = NULL;
	guint32 handle;

	if (bus_error) {
		error = tp_error_from_bus(what, bus_error);
		finish(inquiry, error);
		return;
	}
	handle = read_answer(inquiry, reply);
	if (!handle) {
		error = g_error_new(TP_ERROR, TP_ERROR_FAILED,
				    "cannot %s: the connection manager's answer makes no sense",
				    what);
		finish(inquiry, error);
		return;
	}
	inquiry->known =
		inquiry->whois->has_presence || inquiry->whois->clients || inquiry->whois->location;
	question->inquiry = NULL;
	if (conn_has_interface(inquiry->conn, TP_CONN_INFO)) {
		ask_card(inquiry, handle);
		return;
	}
	finish(inquiry, NULL);
	inquiry_free(inquiry);
}

static void ask_attributes(struct conn *conn, struct question *question, const char *id)
{
	static const char *const wanted[] = {TP_CONN_ALIASING, TP_CONN_PRESENCE, TP_CONN_CLIENTS,
					     TP_CONN_LOCATION, TP_CONN_AVATARS};
	const char *offered[G_N_ELEMENTS(wanted) + 1] = {NULL};
	struct bus_call *call = conn_call(conn, TP_CONN_CONTACTS, "GetContactByID");
	unsigned n = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (conn_has_interface(conn, wanted[i]))
			offered[n++] = wanted[i];
	bus_write_string(bus_call_args(call), id);
	bus_write_strings(bus_call_args(call), offered);
	bus_call_own_data(call, question_free);
	bus_call_send(call, -1, on_attributes, question);
}

static void on_offline(const GError *error, void *data)
{
	finish(((struct question *)data)->inquiry, error);
}

void conn_whois(struct conn *conn, const char *id, conn_whois_fn fn, void *data)
{
	struct question *question = g_new0(struct question, 1);
	const char *own = conn->account->self_id;

	question->inquiry = g_new0(struct inquiry, 1);
	question->inquiry->conn = conn;
	question->inquiry->whois = whois_new(id ? id : own);
	question->inquiry->whois->is_self = !id || !strcmp(id, own);
	question->inquiry->fn = fn;
	question->inquiry->data = data;
	if (conn->stage == CONN_ONLINE)
		ask_attributes(conn, question, id ? id : own);
	else
		conn_fail_later(conn, on_offline, question, question_free, TP_ERROR_OFFLINE,
				"cannot find out who that is: %s is not connected",
				conn->account->name);
}
