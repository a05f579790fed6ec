/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/tpclient.h"
#include "tests/lib/env.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <stdio.h>
#include <string.h>

struct tp_client {
	GDBusConnection *bus;
	guint subscription;
	GPtrArray *signals;
};

void tp_signal_free(struct tp_signal *signal)
{
	if (!signal)
		return;
	g_free(signal->sender);
	g_free(signal->path);
	g_free(signal->interface);
	g_free(signal->member);
	g_variant_unref(signal->args);
	g_free(signal);
}

static void on_signal(GDBusConnection *bus, const char *sender, const char *path,
		      const char *interface, const char *member, GVariant *args, void *data)
{
	struct tp_client *client = data;
	struct tp_signal *signal = g_new0(struct tp_signal, 1);

	signal->sender = g_strdup(sender);
	signal->path = g_strdup(path);
	signal->interface = g_strdup(interface);
	signal->member = g_strdup(member);
	signal->args = g_variant_ref(args);
	g_ptr_array_add(client->signals, signal);
}

struct tp_client *tp_client_new(GDBusConnection *bus)
{
	struct tp_client *client = g_new0(struct tp_client, 1);

	client->bus = g_object_ref(bus);
	client->signals = g_ptr_array_new_with_free_func((GDestroyNotify)tp_signal_free);
	client->subscription = g_dbus_connection_signal_subscribe(bus, NULL, NULL, NULL, NULL, NULL,
								  G_DBUS_SIGNAL_FLAGS_NONE,
								  on_signal, client, NULL);
	return client;
}

void tp_client_free(struct tp_client *client)
{
	if (!client)
		return;
	g_dbus_connection_signal_unsubscribe(client->bus, client->subscription);
	test_wait_drain();
	g_ptr_array_unref(client->signals);
	g_object_unref(client->bus);
	g_free(client);
}

/* --- calls --- */

GVariant *tp_call(struct tp_client *client, const char *name, const char *path,
		  const char *interface, const char *method, GVariant *args)
{
	g_autoptr(GError) error = NULL;
	GVariant *reply = test_bus_call(client->bus, name, path, interface, method, args, &error);

	if (!reply)
		test_fail("%s.%s failed: %s", interface, method, error->message);
	return reply;
}

char *tp_call_error(struct tp_client *client, const char *name, const char *path,
		    const char *interface, const char *method, GVariant *args)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		test_bus_call(client->bus, name, path, interface, method, args, &error);

	if (reply)
		test_fail("%s.%s did not fail", interface, method);
	return g_dbus_error_get_remote_error(error);
}

GVariant *tp_get(struct tp_client *client, const char *name, const char *path,
		 const char *interface, const char *property)
{
	g_autoptr(GVariant) reply = tp_call(client, name, path, "org.freedesktop.DBus.Properties",
					    "Get", g_variant_new("(ss)", interface, property));
	GVariant *value = NULL;

	g_variant_get(reply, "(v)", &value);
	return value;
}

/* --- signals --- */

struct signal_wait {
	struct tp_client *client;
	const char *path;
	const char *member;
	tp_signal_fn match;
	void *data;
	guint next;
	struct tp_signal *found;
};

static bool is_wanted(const struct tp_signal *signal, const char *path, const char *member)
{
	return !strcmp(signal->member, member) && (!path || !strcmp(signal->path, path));
}

static bool signal_has_come(void *data)
{
	struct signal_wait *w = data;
	GPtrArray *signals = w->client->signals;

	for (; w->next < signals->len; w->next++) {
		struct tp_signal *signal = g_ptr_array_index(signals, w->next);

		if (is_wanted(signal, w->path, w->member) &&
		    (!w->match || w->match(signal, w->data))) {
			w->found = g_ptr_array_steal_index(signals, w->next);
			return true;
		}
	}
	return false;
}

struct tp_signal *tp_wait(struct tp_client *client, const char *path, const char *member,
			  tp_signal_fn match, void *data)
{
	struct signal_wait w = {
		.client = client,
		.path = path,
		.member = member,
		.match = match,
		.data = data,
	};

	if (!test_wait_until(signal_has_come, &w, TEST_WAIT_MS)) {
		tp_dump(client);
		test_fail("no signal %s", member);
	}
	return w.found;
}

int tp_count(struct tp_client *client, const char *path, const char *member)
{
	int count = 0;

	test_wait_drain();
	for (guint i = 0; i < client->signals->len; i++)
		if (is_wanted(g_ptr_array_index(client->signals, i), path, member))
			count++;
	return count;
}

void tp_forget(struct tp_client *client)
{
	test_wait_drain();
	g_ptr_array_set_size(client->signals, 0);
}

void tp_dump(struct tp_client *client)
{
	for (guint i = 0; i < client->signals->len; i++) {
		const struct tp_signal *signal = g_ptr_array_index(client->signals, i);
		g_autofree char *args = g_variant_print(signal->args, FALSE);

		fprintf(stderr, "%s %s.%s %.1500s\n", signal->path, signal->interface,
			signal->member, args);
	}
}

/* --- connections --- */

struct tp_conn *tp_conn_request(struct tp_client *client, const char *manager, const char *protocol,
				GVariant *params)
{
	g_autofree char *name = g_strconcat(TP "ConnectionManager.", manager, NULL);
	g_autofree char *path =
		g_strconcat("/org/freedesktop/Telepathy/ConnectionManager/", manager, NULL);
	g_autoptr(GVariant) reply =
		tp_call(client, name, path, TP "ConnectionManager", "RequestConnection",
			g_variant_new("(s@a{sv})", protocol, params));
	struct tp_conn *conn = g_new0(struct tp_conn, 1);

	g_variant_get(reply, "(so)", &conn->name, &conn->path);
	return conn;
}

void tp_conn_free(struct tp_conn *conn)
{
	if (!conn)
		return;
	g_free(conn->name);
	g_free(conn->path);
	g_free(conn);
}

static bool has_status(const struct tp_signal *signal, void *data)
{
	guint32 status;

	g_variant_get_child(signal->args, 0, "u", &status);
	return status == *(unsigned int *)data || status == 2;
}

void tp_conn_wait_status(struct tp_client *client, struct tp_conn *conn, unsigned int status)
{
	struct tp_signal *signal =
		tp_wait(client, conn->path, "StatusChanged", has_status, &status);
	guint32 now;

	g_variant_get_child(signal->args, 0, "u", &now);
	tp_signal_free(signal);
	if (now == status)
		return;
	tp_dump(client);
	test_fail("%s disconnected instead", conn->path);
}

void tp_conn_connect(struct tp_client *client, struct tp_conn *conn)
{
	g_variant_unref(tp_call(client, conn->name, conn->path, TP_CONNECTION, "Connect", NULL));
	tp_conn_wait_status(client, conn, 0);
}

static bool name_is_lost(const struct tp_signal *signal, void *data)
{
	const char *name, *before, *after;

	g_variant_get(signal->args, "(&s&s&s)", &name, &before, &after);
	return !strcmp(name, data) && !*after;
}

void tp_conn_disconnect(struct tp_client *client, struct tp_conn *conn)
{
	g_variant_unref(tp_call(client, conn->name, conn->path, TP_CONNECTION, "Disconnect", NULL));
	tp_signal_free(tp_wait(client, NULL, "NameOwnerChanged", name_is_lost, conn->name));
}

char *tp_conn_text(struct tp_client *client, struct tp_conn *conn, unsigned int handle_type,
		   const char *id)
{
	g_autoptr(GVariant) reply = NULL;
	GVariantBuilder request;
	char *path = NULL;

	g_variant_builder_init(&request, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&request, "{sv}", TP_CHANNEL ".ChannelType",
			      g_variant_new_string(TP_TEXT));
	g_variant_builder_add(&request, "{sv}", TP_CHANNEL ".TargetHandleType",
			      g_variant_new_uint32(handle_type));
	g_variant_builder_add(&request, "{sv}", TP_CHANNEL ".TargetID", g_variant_new_string(id));
	reply = tp_call(client, conn->name, conn->path, TP_CONNECTION ".Interface.Requests",
			"EnsureChannel", g_variant_new("(a{sv})", &request));
	g_variant_get(reply, "(bo@a{sv})", NULL, &path, NULL);
	return path;
}

char *tp_send(struct tp_client *client, struct tp_conn *conn, const char *channel, const char *text)
{
	g_autoptr(GVariant) reply = NULL;
	GVariantBuilder message;
	char *token = NULL;

	g_variant_builder_init(&message, G_VARIANT_TYPE("aa{sv}"));
	g_variant_builder_open(&message, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&message, "{sv}", "message-type", g_variant_new_uint32(0));
	g_variant_builder_close(&message);
	g_variant_builder_open(&message, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&message, "{sv}", "content-type", g_variant_new_string("text/plain"));
	g_variant_builder_add(&message, "{sv}", "content", g_variant_new_string(text));
	g_variant_builder_close(&message);
	reply = tp_call(client, conn->name, channel, TP_MESSAGES, "SendMessage",
			g_variant_new("(aa{sv}u)", &message, 0));
	g_variant_get(reply, "(s)", &token);
	return token;
}

char *tp_message_text(GVariant *message)
{
	for (gsize i = 1; i < g_variant_n_children(message); i++) {
		g_autoptr(GVariant) part = g_variant_get_child_value(message, i);
		const char *type = "";
		char *text = NULL;

		g_variant_lookup(part, "content-type", "&s", &type);
		if (!strcmp(type, "text/plain") && g_variant_lookup(part, "content", "s", &text))
			return text;
	}
	return NULL;
}

static bool has_content(const struct tp_signal *signal, void *data)
{
	g_autoptr(GVariant) message = g_variant_get_child_value(signal->args, 0);
	g_autofree char *text = tp_message_text(message);

	return g_strcmp0(text, data) == 0;
}

struct tp_signal *tp_wait_message(struct tp_client *client, const char *channel, const char *text)
{
	return tp_wait(client, channel, "MessageReceived", has_content, (void *)text);
}

GVariant *tp_haze_params(int port, const char *user, const char *password)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", "account",
			      g_variant_new_take_string(g_strdup_printf("%s@localhost", user)));
	if (password)
		g_variant_builder_add(&b, "{sv}", "password", g_variant_new_string(password));
	g_variant_builder_add(&b, "{sv}", "server", g_variant_new_string("127.0.0.1"));
	g_variant_builder_add(&b, "{sv}", "port", g_variant_new_uint32((guint32)port));
	g_variant_builder_add(&b, "{sv}", "require-encryption", g_variant_new_boolean(FALSE));
	g_variant_builder_add(&b, "{sv}", "auth-plain-in-clear", g_variant_new_boolean(TRUE));
	return g_variant_builder_end(&b);
}

GVariant *tp_idle_params(int port, const char *nick)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", "account", g_variant_new_string(nick));
	g_variant_builder_add(&b, "{sv}", "server", g_variant_new_string("127.0.0.1"));
	g_variant_builder_add(&b, "{sv}", "port", g_variant_new_uint32((guint32)port));
	return g_variant_builder_end(&b);
}
