/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who takes which tubes (spec: Connection.Interface.ContactCapabilities). Ours are told under a
 * name of this process, and taken back by hand: Gabble does not notice that a client left the
 * bus.
 */

#include <string.h>
#include <unistd.h>

#include "private.h"

/* --- ours --------------------------------------------------------------------------------- */

static void write_class(struct bus_writer *classes, const char *service)
{
	bool dbus = g_str_has_prefix(service, TUBE_DBUS_PREFIX);
	struct bus_writer class;

	if (dbus)
		service += strlen(TUBE_DBUS_PREFIX);
	bus_write_open_array(classes, "{sv}", &class);
	bus_write_property_string(&class, TP_CHAN ".ChannelType",
				  dbus ? TP_CHAN_DBUS : TP_CHAN_STREAM);
	bus_write_property_uint32(&class, TP_CHAN ".TargetHandleType", TP_HANDLE_CONTACT);
	bus_write_property_string(
		&class, dbus ? TP_CHAN_DBUS ".ServiceName" : TP_CHAN_STREAM ".Service", service);
	bus_write_close(classes, &class);
}

static void on_updated(struct bus_reader *reply, const GError *error, void *data)
{
	if (error)
		g_debug("%s", error->message);
}

/* a(saa{sv}as): one client. */
static void update(struct conn *conn, char *const *services)
{
	struct bus_call *call = conn_call(conn, TP_CONN_CAPS, "UpdateCapabilities");
	g_autofree char *name = g_strdup_printf(TP_CLIENT_NAME ".Tubes%d", (int)getpid());
	struct bus_writer list, client, classes, tokens;

	bus_write_open_array(bus_call_args(call), "(saa{sv}as)", &list);
	bus_write_open_struct(&list, &client);
	bus_write_string(&client, name);
	bus_write_open_array(&client, "a{sv}", &classes);
	for (; services && *services; services++)
		write_class(&classes, *services);
	bus_write_close(&client, &classes);
	bus_write_open_array(&client, "s", &tokens);
	bus_write_close(&client, &tokens);
	bus_write_close(&list, &client);
	bus_write_close(bus_call_args(call), &list);
	bus_call_send(call, -1, on_updated, conn);
}

void conn_caps_withdraw(struct conn *conn)
{
	if (conn->tp->services && conn_has_interface(conn, TP_CONN_CAPS))
		update(conn, NULL);
}

void tp_set_services(struct tp *tp, const char *const *services)
{
	g_strfreev(tp->services);
	tp->services = g_strdupv((char **)services);
	for (guint i = 0; i < tp->conns->len; i++) {
		struct conn *conn = tp->conns->pdata[i];

		if (conn->stage == CONN_ONLINE && conn_has_interface(conn, TP_CONN_CAPS))
			update(conn, tp->services);
	}
}

/* --- those of contacts -------------------------------------------------------------------- */

struct class_facts { /* borrowed */
	const char *type, *service;
	guint32 handle_type;
};

static void read_class(struct bus_reader *fields, struct class_facts *facts)
{
	struct bus_reader fixed, value;
	const char *key;

	memset(facts, 0, sizeof(*facts));
	bus_read_array(fields, &fixed);
	while (bus_read_property(&fixed, &key, &value)) {
		if (!strcmp(key, TP_CHAN ".ChannelType"))
			facts->type = bus_read_string(&value);
		else if (!strcmp(key, TP_CHAN ".TargetHandleType"))
			facts->handle_type = bus_read_uint32(&value);
		else if (!strcmp(key, TP_CHAN_STREAM ".Service") ||
			 !strcmp(key, TP_CHAN_DBUS ".ServiceName"))
			facts->service = bus_read_string(&value);
	}
	bus_read_skip(fields);
}

static void add_service(GPtrArray *services, const struct class_facts *facts)
{
	bool dbus = !strcmp(facts->type, TP_CHAN_DBUS);

	if (facts->service && services->len < 200)
		g_ptr_array_add(services,
				g_strconcat(dbus ? TUBE_DBUS_PREFIX : "", facts->service, NULL));
}

void conn_caps_read(struct conn *conn, guint32 handle, struct bus_reader *r)
{
	struct contact *contact = conn_handle_contact(conn, handle);
	g_autoptr(GPtrArray) services = g_ptr_array_new_with_free_func(g_free);
	struct bus_reader classes, fields;
	bool takes_tubes = false;

	bus_read_array(r, &classes);
	while (bus_reader_more(&classes)) {
		struct class_facts facts;

		bus_read_struct(&classes, &fields);
		read_class(&fields, &facts);
		if (!facts.type || facts.handle_type != TP_HANDLE_CONTACT ||
		    (strcmp(facts.type, TP_CHAN_STREAM) && strcmp(facts.type, TP_CHAN_DBUS)))
			continue;
		takes_tubes = true;
		add_service(services, &facts);
	}
	g_ptr_array_add(services, NULL);
	if (contact && bus_reader_ok(r))
		contact_set_services(contact, (const char *const *)services->pdata, takes_tubes);
}

/* a{ua(a{sv}as)} */
static void read_map(struct conn *conn, struct bus_reader *r)
{
	struct bus_reader map, entry;

	bus_read_array(r, &map);
	while (bus_read_entry(&map, &entry)) {
		guint32 handle = bus_read_uint32(&entry);

		conn_caps_read(conn, handle, &entry);
	}
	if (!bus_reader_ok(r))
		g_debug("%s: capabilities: %s", conn->path, bus_reader_error(r));
}

static void on_changed(struct bus_reader *args, void *data)
{
	read_map(data, args);
}

/* Those on the roster come with it; those that were met otherwise tell when something changes. */
void conn_caps_start(struct conn *conn)
{
	if (!conn_has_interface(conn, TP_CONN_CAPS))
		return;
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_CAPS,
		      "ContactCapabilitiesChanged", on_changed, conn);
	if (conn->tp->services)
		update(conn, conn->tp->services);
}
