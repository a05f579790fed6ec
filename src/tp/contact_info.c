/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What people tell about themselves, and we (spec: Connection.Interface.ContactInfo). */

#include <string.h>

#include "private.h"

enum { /* Contact_Info_Flags */
       CAN_SET = 1,
};

enum { /* Contact_Info_Field_Flags */
       PARAMETERS_EXACT = 1,
       OVERWRITTEN_BY_NICKNAME = 2,
};

GPtrArray *tp_read_card(struct bus_reader *r)
{
	GPtrArray *card = card_new();
	struct bus_reader list, fields;

	bus_read_array(r, &list);
	while (bus_reader_more(&list)) {
		const char *name;
		g_auto(GStrv) params = NULL, values = NULL;

		bus_read_struct(&list, &fields);
		name = bus_read_string(&fields);
		params = bus_read_strings(&fields);
		values = bus_read_strings(&fields);
		if (*name && card->len < CARD_FIELDS_MAX)
			g_ptr_array_add(card, card_field_new(name, (const char *const *)params,
							     (const char *const *)values));
	}
	return card;
}

/* a(sasuu) */
static GPtrArray *read_specs(struct bus_reader *r)
{
	GPtrArray *specs = g_ptr_array_new_with_free_func(card_spec_free);
	struct bus_reader list, fields;

	bus_read_array(r, &list);
	while (bus_reader_more(&list)) {
		struct card_spec *spec = g_new0(struct card_spec, 1);
		guint32 flags;

		bus_read_struct(&list, &fields);
		spec->name = g_strdup(bus_read_string(&fields));
		spec->params = bus_read_strings(&fields);
		flags = bus_read_uint32(&fields);
		spec->max = bus_read_uint32(&fields);
		spec->exact = flags & PARAMETERS_EXACT;
		spec->by_nick = flags & OVERWRITTEN_BY_NICKNAME;
		if (*spec->name && specs->len < CARD_SPECS_MAX)
			g_ptr_array_add(specs, spec);
		else
			card_spec_free(spec);
	}
	return specs;
}

static void on_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	g_autoptr(GPtrArray) specs = NULL;
	struct bus_reader properties, value;
	guint32 flags = 0;
	const char *key;

	if (error) {
		g_debug("%s", error->message);
		return;
	}
	bus_read_array(reply, &properties);
	while (bus_read_property(&properties, &key, &value)) {
		if (!strcmp(key, "ContactInfoFlags"))
			flags = bus_read_uint32(&value);
		else if (!strcmp(key, "SupportedFields") && !specs)
			specs = read_specs(&value);
	}
	if (!bus_reader_ok(reply)) {
		g_debug("%s: ContactInfo: %s", conn->path, bus_reader_error(reply));
		return;
	}
	account_set_card_specs(conn->account, g_steal_pointer(&specs));
	if (flags & CAN_SET)
		account_set_features(conn->account, conn->account->features | ACCOUNT_CAN_SET_CARD);
}

void conn_contact_info_start(struct conn *conn)
{
	account_set_card_specs(conn->account, NULL);
	if (conn_has_interface(conn, TP_CONN_INFO))
		bus_property_get_all(conn->scope, conn->unique, conn->path, TP_CONN_INFO,
				     on_properties, conn);
}

void conn_set_card(struct conn *conn, const GPtrArray *card, tp_done_fn done, void *data)
{
	struct bus_writer list, fields;
	struct bus_call *call;

	if (!conn_check_online(conn, done, data, "set the own card"))
		return;
	if (!(conn->account->features & ACCOUNT_CAN_SET_CARD)) {
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot set the own card: the connection manager %s takes none on "
				"%s",
				conn->account->manager, conn->account->protocol);
		return;
	}
	call = conn_call(conn, TP_CONN_INFO, "SetContactInfo");
	bus_write_open_array(bus_call_args(call), "(sasas)", &list);
	for (guint i = 0; i < card->len; i++) {
		const struct card_field *field = card->pdata[i];

		bus_write_open_struct(&list, &fields);
		bus_write_string(&fields, field->name);
		bus_write_strings(&fields, (const char *const *)field->params);
		bus_write_strings(&fields, (const char *const *)field->values);
		bus_write_close(&list, &fields);
	}
	bus_write_close(bus_call_args(call), &list);
	tp_send_done(call, -1, done, data, "set the own card");
}
