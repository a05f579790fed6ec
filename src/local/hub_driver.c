/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/hub_private.h"

#include <string.h>

/* org.freedesktop.DBus, as far as programs need it that take the tube for a bus (D-Bus
 * specification, Message Bus Messages). Everybody gets all broadcasts, so match rules change
 * nothing. */

/* --- answers --- */

static void answer(struct hub_client *client, DBusMessage *message, int type, const void *value)
{
	DBusMessage *reply;

	if (dbus_message_get_no_reply(message))
		return;
	reply = dbus_message_new_method_return(message);
	if (type != DBUS_TYPE_INVALID)
		dbus_message_append_args(reply, type, value, DBUS_TYPE_INVALID);
	hub_say(client->hub, client, reply);
	dbus_message_unref(reply);
}

static void answer_number(struct hub_client *client, DBusMessage *message, dbus_uint32_t number)
{
	answer(client, message, DBUS_TYPE_UINT32, &number);
}

/* The first argument, a string as was checked. */
static const char *argument(DBusMessage *message)
{
	DBusMessageIter iter;
	const char *text = "";

	if (dbus_message_iter_init(message, &iter))
		dbus_message_iter_get_basic(&iter, &text);
	return text;
}

/* --- methods --- */

static void hello(struct hub_client *client, DBusMessage *message)
{
	answer(client, message, DBUS_TYPE_STRING, &client->name);
}

static void nothing(struct hub_client *client, DBusMessage *message)
{
	answer(client, message, DBUS_TYPE_INVALID, NULL);
}

/* Its owner, which may be the bus itself; NULL when there is none. */
static const char *owner_of(struct hub *hub, const char *name)
{
	const struct hub_client *client = hub_resolve(hub, name);

	if (!strcmp(name, DBUS_SERVICE_DBUS))
		return DBUS_SERVICE_DBUS;
	return client ? client->name : NULL;
}

static void name_has_owner(struct hub_client *client, DBusMessage *message)
{
	dbus_bool_t has = owner_of(client->hub, argument(message)) != NULL;

	answer(client, message, DBUS_TYPE_BOOLEAN, &has);
}

static void get_name_owner(struct hub_client *client, DBusMessage *message)
{
	const char *owner = owner_of(client->hub, argument(message));

	if (owner)
		answer(client, message, DBUS_TYPE_STRING, &owner);
	else
		hub_refuse(client, message, DBUS_ERROR_NAME_HAS_NO_OWNER,
			   "nobody in this tube has that name");
}

static void list_names(struct hub_client *client, DBusMessage *message)
{
	struct hub *hub = client->hub;
	DBusMessage *reply = dbus_message_new_method_return(message);
	const char *bus = DBUS_SERVICE_DBUS, *name;
	DBusMessageIter iter, array;
	GHashTableIter clients;

	dbus_message_iter_init_append(reply, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING_AS_STRING,
					 &array);
	dbus_message_iter_append_basic(&array, DBUS_TYPE_STRING, &bus);
	if (hub_resolve(hub, hub->service))
		dbus_message_iter_append_basic(&array, DBUS_TYPE_STRING, &hub->service);
	g_hash_table_iter_init(&clients, hub->clients);
	while (g_hash_table_iter_next(&clients, (void **)&name, NULL))
		if (hub_find(hub, name))
			dbus_message_iter_append_basic(&array, DBUS_TYPE_STRING, &name);
	dbus_message_iter_close_container(&iter, &array);
	if (!dbus_message_get_no_reply(message))
		hub_say(hub, client, reply);
	dbus_message_unref(reply);
}

/* The service's belongs to who offered it, and there are no others. */
static void request_name(struct hub_client *client, DBusMessage *message)
{
	const struct hub *hub = client->hub;

	if (!strcmp(argument(message), hub->service) && !strcmp(client->name, hub->owner))
		answer_number(client, message, DBUS_REQUEST_NAME_REPLY_ALREADY_OWNER);
	else
		hub_refuse(client, message, DBUS_ERROR_ACCESS_DENIED,
			   "a tube has one name, of the program that offers it");
}

static void start_service(struct hub_client *client, DBusMessage *message)
{
	if (owner_of(client->hub, argument(message)))
		answer_number(client, message, DBUS_START_REPLY_ALREADY_RUNNING);
	else
		hub_refuse(client, message, DBUS_ERROR_SERVICE_UNKNOWN,
			   "nothing is started in a tube");
}

struct method {
	const char *interface, *name, *signature;
	void (*call)(struct hub_client *client, DBusMessage *message);
};

static const struct method methods[] = {
	{DBUS_INTERFACE_DBUS, "Hello", "", hello},
	{DBUS_INTERFACE_DBUS, "AddMatch", "s", nothing},
	{DBUS_INTERFACE_DBUS, "RemoveMatch", "s", nothing},
	{DBUS_INTERFACE_DBUS, "NameHasOwner", "s", name_has_owner},
	{DBUS_INTERFACE_DBUS, "GetNameOwner", "s", get_name_owner},
	{DBUS_INTERFACE_DBUS, "ListNames", "", list_names},
	{DBUS_INTERFACE_DBUS, "RequestName", "su", request_name},
	{DBUS_INTERFACE_DBUS, "StartServiceByName", "su", start_service},
	{DBUS_INTERFACE_PEER, "Ping", "", nothing},
};

void hub_drive(struct hub_client *client, DBusMessage *message)
{
	const char *interface = dbus_message_get_interface(message);

	for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
		const struct method *method = &methods[i];

		if ((interface && strcmp(interface, method->interface) != 0) ||
		    strcmp(dbus_message_get_member(message), method->name) != 0)
			continue;
		if (dbus_message_has_signature(message, method->signature))
			method->call(client, message);
		else
			hub_refuse(client, message, DBUS_ERROR_INVALID_ARGS, method->signature);
		return;
	}
	hub_refuse(
		client, message, DBUS_ERROR_UNKNOWN_METHOD,
		"the bus of a tube has no such method; a member's name is needed as destination");
}

/* --- the signal --- */

static void tell(struct hub *hub, const char *name, const char *before, const char *after)
{
	DBusMessage *signal =
		dbus_message_new_signal(DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "NameOwnerChanged");

	dbus_message_append_args(signal, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
				 DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID);
	hub_stamp(hub, signal);
	hub_broadcast(hub, signal);
	dbus_message_unref(signal);
}

void hub_tell_owner(struct hub *hub, const char *name, bool here)
{
	tell(hub, name, here ? "" : name, here ? name : "");
	if (!strcmp(name, hub->owner))
		tell(hub, hub->service, here ? "" : name, here ? name : "");
}
