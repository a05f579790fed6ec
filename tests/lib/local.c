/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static const char bus_config[] =
	"<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
	" \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
	"<busconfig>\n"
	" <type>session</type>\n"
	" <listen>unix:path=%s/bus</listen>\n"
	" <auth>EXTERNAL</auth>\n"
	" <servicedir>%s/services</servicedir>\n"
	" <policy context=\"default\">\n"
	"  <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
	"  <allow eavesdrop=\"true\"/>\n"
	"  <allow own=\"*\"/>\n"
	"  <allow user=\"*\"/>\n"
	" </policy>\n"
	" <limit name=\"max_incoming_bytes\">1000000000</limit>\n"
	" <limit name=\"max_outgoing_bytes\">1000000000</limit>\n"
	" <limit name=\"max_message_size\">1000000000</limit>\n"
	" <limit name=\"max_connections_per_user\">100000</limit>\n"
	" <limit name=\"max_replies_per_connection\">50000</limit>\n"
	"</busconfig>\n";

/* --- a session --- */

static char *program(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);
	g_autofree char *path = g_build_filename(dir, "..", "..", "telepathy-local", NULL);
	char *real = g_canonicalize_filename(path, NULL);

	if (g_access(real, X_OK) < 0)
		test_fail("%s is not built", real);
	return real;
}

char *local_meeting(struct test_env *env)
{
	char *dir = test_env_path(env, "meet");

	g_mkdir(dir, 0777);
	chmod(dir, 0777);
	return dir;
}

static void write_files(struct local_node *node, const char *name, bool as_nobody)
{
	g_autofree char *conf = g_strdup_printf("%s/bus.conf", name);
	g_autofree char *service = g_strdup_printf("%s/services/local.service", name);
	g_autofree char *bin = program();
	g_autofree char *config = g_strdup_printf(bus_config, node->dir, node->dir);
	const char *wrapper = g_getenv("LOCAL_WRAPPER");
	g_autofree char *text = g_strdup_printf("[D-BUS Service]\nName=" LOCAL_CM "\nExec=%s %s\n",
						wrapper ? wrapper : "/usr/bin/env", bin);
	g_autofree char *services = g_build_filename(node->dir, "services", NULL);
	g_autofree char *state = g_build_filename(node->dir, "state", NULL);
	const char *own[] = {node->dir, services, state, conf, service};

	test_env_write(node->env, conf, config);
	test_env_write(node->env, service, text);
	g_mkdir(state, 0700);
	for (gsize i = 0; as_nobody && i < G_N_ELEMENTS(own); i++) {
		g_autofree char *path = g_path_is_absolute(own[i])
						? g_strdup(own[i])
						: test_env_path(node->env, own[i]);

		assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	}
}

static void start_bus(struct local_node *node, const char *name, bool as_nobody)
{
	g_autofree char *config = g_strdup_printf("--config-file=%s/bus.conf", node->dir);
	g_autofree char *log = g_strdup_printf("%s/%s.log", test_env_dir(node->env), name);
	g_autofree char *address = g_strdup_printf("DBUS_SESSION_BUS_ADDRESS=%s", node->address);
	g_autofree char *state = g_strdup_printf("XDG_STATE_HOME=%s/state", node->dir);
	g_autofree char *runtime = g_strdup_printf("XDG_RUNTIME_DIR=%s/state", node->dir);
	char *argv[] = {"dbus-daemon", config, "--nofork", "--nopidfile", "--print-address", NULL};
	char *vars[] = {address, state, runtime, "LOCAL_DEBUG=1", NULL};

	node->bus_pid = as_nobody ? test_proc_start_unprivileged(argv, vars, log)
				  : test_proc_start(argv, vars, log);
	if (node->bus_pid < 0 || test_wait_file(log, 0, "unix:path=", TEST_WAIT_MS) < 0)
		test_fail("the bus of %s did not start, see %s", name, log);
}

struct local_node *local_node_new(struct test_env *env, const char *name, bool as_nobody)
{
	struct local_node *node = g_new0(struct local_node, 1);
	g_autoptr(GError) error = NULL;

	node->env = env;
	node->dir = test_env_path(env, name);
	node->address = g_strdup_printf("unix:path=%s/bus", node->dir);
	write_files(node, name, as_nobody);
	start_bus(node, name, as_nobody);
	node->bus = g_dbus_connection_new_for_address_sync(
		node->address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, &error);
	if (!node->bus)
		test_fail("cannot connect to the bus of %s: %s", name, error->message);
	g_dbus_connection_set_exit_on_close(node->bus, FALSE);
	node->client = tp_client_new(node->bus);
	return node;
}

static pid_t find_pid(struct local_node *node)
{
	g_autoptr(GVariant) reply = test_bus_call(
		node->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
		"GetConnectionUnixProcessID", g_variant_new("(s)", LOCAL_CM), NULL);
	guint32 pid = 0;

	if (reply)
		g_variant_get(reply, "(u)", &pid);
	return (pid_t)pid;
}

pid_t local_pid(struct local_node *node)
{
	pid_t pid = find_pid(node);

	assert_true(pid > 0);
	return pid;
}

void local_node_free(struct local_node *node)
{
	pid_t pid;

	if (!node)
		return;
	pid = find_pid(node);
	tp_conn_free(node->conn);
	tp_client_free(node->client);
	g_object_unref(node->bus);
	test_proc_stop(node->bus_pid, NULL);
	if (pid > 0 && !test_wait_exit(pid, NULL, TEST_WAIT_MS))
		test_proc_kill(pid);
	g_free(node->dir);
	g_free(node->address);
	g_free(node->id);
	g_free(node);
}

/* --- its connection --- */

static GVariant *make_params(const char *nick, const char *directory)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	if (*nick)
		g_variant_builder_add(&b, "{sv}", "nickname", g_variant_new_string(nick));
	if (directory)
		g_variant_builder_add(&b, "{sv}", "directory", g_variant_new_string(directory));
	return g_variant_builder_end(&b);
}

static void connect_in(struct local_node *node, const char *nick, const char *directory)
{
	g_autoptr(GVariant) id = NULL;

	tp_conn_free(node->conn);
	tp_forget(node->client);
	node->conn = tp_conn_request(node->client, "local", "local", make_params(nick, directory));
	tp_conn_connect(node->client, node->conn);
	id = tp_get(node->client, node->conn->name, node->conn->path, TP_CONNECTION, "SelfID");
	g_free(node->id);
	node->id = g_variant_dup_string(id, NULL);
}

void local_connect(struct local_node *node, const char *nick)
{
	g_autofree char *meeting = local_meeting(node->env);

	connect_in(node, nick, meeting);
}

void local_connect_abstract(struct local_node *node, const char *nick)
{
	connect_in(node, nick, NULL);
}

void local_disconnect(struct local_node *node)
{
	tp_conn_disconnect(node->client, node->conn);
}

GVariant *local_call(struct local_node *node, const char *path, const char *interface,
		     const char *method, GVariant *args)
{
	return tp_call(node->client, node->conn->name, path ? path : node->conn->path, interface,
		       method, args);
}

static GVariant *get_contact(struct local_node *node, const char *id, const char *interface,
			     guint32 *handle)
{
	const char *const interfaces[] = {interface, NULL};
	g_autoptr(GVariant) reply =
		local_call(node, NULL, TP_CONNECTION ".Interface.Contacts", "GetContactByID",
			   g_variant_new("(s^as)", id, interfaces));
	GVariant *attributes;

	g_variant_get(reply, "(u@a{sv})", handle, &attributes);
	return attributes;
}

guint32 local_handle(struct local_node *node, const char *id)
{
	guint32 handle;

	g_variant_unref(get_contact(node, id, TP_CONNECTION, &handle));
	return handle;
}

GVariant *local_attribute(struct local_node *node, const char *id, const char *interface,
			  const char *attribute)
{
	g_autofree char *key = g_strconcat(interface, "/", attribute, NULL);
	guint32 handle;
	g_autoptr(GVariant) attributes = get_contact(node, id, interface, &handle);

	return g_variant_lookup_value(attributes, key, NULL);
}

struct presence_wait {
	struct local_node *node;
	const char *id, *status;
};

static bool has_presence(void *data)
{
	struct presence_wait *w = data;
	g_autoptr(GVariant) presence = local_attribute(
		w->node, w->id, TP_CONNECTION ".Interface.SimplePresence", "presence");
	const char *status = "";

	if (presence)
		g_variant_get_child(presence, 1, "&s", &status);
	return !strcmp(status, w->status);
}

void local_wait_presence(struct local_node *node, const char *id, const char *status)
{
	struct presence_wait w = {node, id, status};

	if (!test_wait_until(has_presence, &w, TEST_WAIT_MS))
		test_fail("%s does not see %s %s", node->id, id, status);
}

/* --- its channels --- */

static void add_all(GVariantBuilder *b, GVariant *more)
{
	GVariantIter iter;
	const char *key;
	GVariant *value;

	if (!more)
		return;
	g_variant_ref_sink(more);
	g_variant_iter_init(&iter, more);
	while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
		g_variant_builder_add(b, "{sv}", key, value);
		g_variant_unref(value);
	}
	g_variant_unref(more);
}

char *local_channel(struct local_node *node, const char *type, guint32 handle_type, const char *id,
		    GVariant *more)
{
	g_autoptr(GVariant) reply = NULL;
	GVariantBuilder b;
	char *path;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".ChannelType", g_variant_new_string(type));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".TargetHandleType",
			      g_variant_new_uint32(handle_type));
	if (id)
		g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".TargetID", g_variant_new_string(id));
	add_all(&b, more);
	reply = local_call(node, NULL, TP_CONNECTION ".Interface.Requests", "CreateChannel",
			   g_variant_new("(a{sv})", &b));
	g_variant_get(reply, "(oa{sv})", &path, NULL);
	return path;
}

static bool announces(const struct tp_signal *signal, void *data)
{
	g_autoptr(GVariant) properties = NULL;
	const char *type = "";

	g_variant_get(signal->args, "(@a(oa{sv}))", &properties);
	if (g_variant_n_children(properties) > 0) {
		g_autoptr(GVariant) first = g_variant_get_child_value(properties, 0);
		g_autoptr(GVariant) details = g_variant_get_child_value(first, 1);
		gboolean requested = FALSE;

		g_variant_lookup(details, TP_CHANNEL ".Requested", "b", &requested);
		if (!requested && g_variant_lookup(details, TP_CHANNEL ".ChannelType", "&s", &type))
			return !strcmp(type, data);
	}
	return false;
}

char *local_wait_channel(struct local_node *node, const char *type, GVariant **properties)
{
	struct tp_signal *signal =
		tp_wait(node->client, node->conn->path, "NewChannels", announces, (void *)type);
	g_autoptr(GVariant) list = g_variant_get_child_value(signal->args, 0);
	GVariant *details;
	char *path;

	g_variant_get_child(list, 0, "(o@a{sv})", &path, &details);
	tp_signal_free(signal);
	if (properties)
		*properties = details;
	else
		g_variant_unref(details);
	return path;
}

GVariant *local_pending(struct local_node *node, const char *path)
{
	return tp_get(node->client, node->conn->name, path, TP_MESSAGES, "PendingMessages");
}

char *local_send(struct local_node *node, const char *path, const char *text)
{
	g_autoptr(GVariant) reply = NULL;
	GVariantBuilder b;
	char *token;

	g_variant_builder_init(&b, G_VARIANT_TYPE("aa{sv}"));
	g_variant_builder_open(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_close(&b);
	g_variant_builder_open(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", "content-type", g_variant_new_string("text/plain"));
	g_variant_builder_add(&b, "{sv}", "content", g_variant_new_string(text));
	g_variant_builder_close(&b);
	reply = local_call(node, path, TP_MESSAGES, "SendMessage",
			   g_variant_new("(aa{sv}u)", &b, 1));
	g_variant_get(reply, "(s)", &token);
	return token;
}

static bool is_report(const struct tp_signal *signal, void *data)
{
	g_autoptr(GVariant) message = g_variant_get_child_value(signal->args, 0);
	g_autoptr(GVariant) head = g_variant_get_child_value(message, 0);
	const char *token = NULL;

	g_variant_lookup(head, "delivery-token", "&s", &token);
	return !g_strcmp0(token, data);
}

guint32 local_wait_report(struct local_node *node, const char *token)
{
	struct tp_signal *signal =
		tp_wait(node->client, NULL, "MessageReceived", is_report, (void *)token);
	g_autoptr(GVariant) message = g_variant_get_child_value(signal->args, 0);
	g_autoptr(GVariant) head = g_variant_get_child_value(message, 0);
	guint32 status = 0;

	g_variant_lookup(head, "delivery-status", "u", &status);
	tp_signal_free(signal);
	return status;
}
