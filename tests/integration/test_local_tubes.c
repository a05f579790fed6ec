/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Stream tubes and D-Bus tubes between two or three managers: the test is the programs at
 * both ends, and compares what comes out with what went in. */

#define NODES  3
#define STREAM TP_CHANNEL ".Type.StreamTube"
#define DBUS   TP_CHANNEL ".Type.DBusTube"
#define TUBE   TP_CHANNEL ".Interface.Tube"
#define FILE_  TP_CHANNEL ".Type.FileTransfer"
#define BIG    (100u << 20)

enum { UNIX, IPV4 = 2 };
enum { LOCALHOST, PORT, CREDENTIALS = 3 };

struct world {
	struct test_env *env;
	struct local_node *nodes[NODES];
	char *tubes[NODES]; /* paths */
	int listener;
	char *path;
};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	signal(SIGPIPE, SIG_IGN);
	w->env = test_env_new(TEST_ENV_NO_BUS);
	w->listener = -1;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	int result;

	for (int i = 0; i < NODES; i++) {
		local_node_free(w->nodes[i]);
		g_free(w->tubes[i]);
	}
	if (w->listener >= 0)
		close(w->listener);
	result = test_env_free(w->env);
	g_free(w->path);
	g_free(w);
	return result;
}

static void start(struct world *w, int count)
{
	static const char *const names[] = {"ann", "ben", "cat"};

	for (int i = 0; i < count; i++) {
		w->nodes[i] = local_node_new(w->env, names[i], false);
		local_connect(w->nodes[i], names[i]);
	}
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			if (i != j)
				local_wait_presence(w->nodes[i], w->nodes[j]->id, "available");
}

static guint16 listen_port(struct world *w)
{
	guint16 port;

	w->listener = stream_listen_ipv4(&port);
	return port;
}

/* --- tubes --- */

static GVariant *service(const char *key, const char *name)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", key, g_variant_new_string(name));
	return g_variant_builder_end(&b);
}

static GVariant *parameters(void)
{
	return g_variant_new_parsed("{'path': <'/x'>, 'port': <uint32 7>, 'on': <true>}");
}

static void offer(struct world *w, int node, guint32 type, GVariant *address, guint32 access)
{
	g_variant_unref(
		local_call(w->nodes[node], w->tubes[node], STREAM, "Offer",
			   g_variant_new("(uvu@a{sv})", type, address, access, parameters())));
}

/* From the first to the second; the offer has arrived there. */
static void make_tube(struct world *w, guint32 type, GVariant *address, guint32 access)
{
	g_autoptr(GVariant) properties = NULL;
	g_autoptr(GVariant) dict = NULL;
	const char *name = NULL;
	guint32 port = 0;

	w->tubes[0] = local_channel(w->nodes[0], STREAM, 1, w->nodes[1]->id,
				    service(STREAM ".Service", "x-test"));
	offer(w, 0, type, address, access);
	w->tubes[1] = local_wait_channel(w->nodes[1], STREAM, &properties);
	g_variant_lookup(properties, STREAM ".Service", "&s", &name);
	assert_string_equal(name, "x-test");
	dict = g_variant_lookup_value(properties, TUBE ".Parameters", NULL);
	assert_true(g_variant_lookup(dict, "port", "u", &port));
	assert_int_equal(port, 7);
}

static GVariant *accept_tube(struct world *w, int node, guint32 type, guint32 access,
			     GVariant *param)
{
	g_autoptr(GVariant) reply = local_call(w->nodes[node], w->tubes[node], STREAM, "Accept",
					       g_variant_new("(uuv)", type, access, param));
	GVariant *address;

	g_variant_get(reply, "(v)", &address);
	return address;
}

static guint32 state_of(struct world *w, int node)
{
	g_autoptr(GVariant) state = tp_get(w->nodes[node]->client, w->nodes[node]->conn->name,
					   w->tubes[node], TUBE, "State");

	return g_variant_get_uint32(state);
}

static bool both_open(void *data)
{
	return state_of(data, 0) == 2 && state_of(data, 1) == 2;
}

static void talk(int a, int b)
{
	stream_say(a, "ping");
	stream_expect(b, "ping");
	stream_say(b, "pong");
	stream_expect(a, "pong");
	shutdown(a, SHUT_WR);
	stream_expect_end(b);
	stream_say(b, "last words");
	stream_expect(a, "last words");
	close(b);
	stream_expect_end(a);
	close(a);
}

static void test_unix(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program, server;

	start(w, 2);
	w->path = test_env_path(w->env, "service");
	w->listener = stream_listen_unix(w->path);
	make_tube(w, UNIX, stream_address(w->path), LOCALHOST);
	assert_int_equal(state_of(w, 0), 1);
	assert_int_equal(state_of(w, 1), 0);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	assert_true(test_wait_until(both_open, w, TEST_WAIT_MS));
	program = stream_connect_unix(address);
	server = stream_accept(w->listener);
	tp_signal_free(tp_wait(w->nodes[1]->client, w->tubes[1], "NewLocalConnection", NULL, NULL));
	tp_signal_free(
		tp_wait(w->nodes[0]->client, w->tubes[0], "NewRemoteConnection", NULL, NULL));
	talk(program, server);
	tp_signal_free(tp_wait(w->nodes[0]->client, w->tubes[0], "ConnectionClosed", NULL, NULL));
	tp_signal_free(tp_wait(w->nodes[1]->client, w->tubes[1], "ConnectionClosed", NULL, NULL));
	/* Nobody's socket is removed but the manager's own. */
	g_variant_unref(local_call(w->nodes[0], w->tubes[0], TP_CHANNEL, "Close", NULL));
	tp_signal_free(tp_wait(w->nodes[1]->client, w->tubes[1], "Closed", NULL, NULL));
	assert_int_equal(access(w->path, F_OK), 0);
}

static void test_ipv4(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program;

	start(w, 2);
	make_tube(w, IPV4, g_variant_new("(sq)", "127.0.0.1", listen_port(w)), LOCALHOST);
	address = accept_tube(w, 1, IPV4, LOCALHOST, g_variant_new_byte(0));
	program = stream_connect_ipv4(address, socket(AF_INET, SOCK_STREAM, 0));
	talk(program, stream_accept(w->listener));
}

static void test_port(void **state)
{
	struct world *w = *state;
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in seen;
	socklen_t length = sizeof own;
	g_autoptr(GVariant) address = NULL;
	g_autoptr(GVariant) param = NULL;
	int good = socket(AF_INET, SOCK_STREAM, 0), server;
	struct tp_signal *signal;
	guint16 port;
	int bad;

	start(w, 2);
	make_tube(w, IPV4, g_variant_new("(sq)", "127.0.0.1", listen_port(w)), PORT);
	assert_int_equal(bind(good, (struct sockaddr *)&own, length), 0);
	getsockname(good, (struct sockaddr *)&own, &length);
	address = accept_tube(w, 1, IPV4, PORT,
			      g_variant_new("(sq)", "127.0.0.1", ntohs(own.sin_port)));
	bad = stream_connect_ipv4(address, socket(AF_INET, SOCK_STREAM, 0));
	stream_expect_end(bad);
	close(bad);
	stream_connect_ipv4(address, good);
	server = stream_accept(w->listener);
	signal = tp_wait(w->nodes[0]->client, w->tubes[0], "NewRemoteConnection", NULL, NULL);
	g_variant_get_child(signal->args, 1, "v", &param);
	g_variant_get_child(param, 1, "q", &port);
	length = sizeof seen;
	getpeername(server, (struct sockaddr *)&seen, &length);
	assert_int_equal(port, ntohs(seen.sin_port));
	tp_signal_free(signal);
	talk(good, server);
}

static guchar read_credentials(int fd, struct ucred *cred)
{
	guchar byte = 0;
	char control[CMSG_SPACE(sizeof *cred)];
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	struct cmsghdr *head;

	stream_wait(fd);
	assert_int_equal(recvmsg(fd, &message, 0), 1);
	head = CMSG_FIRSTHDR(&message);
	assert_non_null(head);
	memcpy(cred, CMSG_DATA(head), sizeof *cred);
	return byte;
}

static void test_credentials(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	g_autoptr(GVariant) param = NULL;
	struct tp_signal *signal;
	struct ucred cred;
	int program, server, one = 1;
	guchar byte;

	start(w, 2);
	w->path = test_env_path(w->env, "service");
	w->listener = stream_listen_unix(w->path);
	setsockopt(w->listener, SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
	make_tube(w, UNIX, stream_address(w->path), CREDENTIALS);
	address = accept_tube(w, 1, UNIX, CREDENTIALS, g_variant_new_byte(0));
	program = stream_connect_unix(address);
	/* The byte and what follows it may come in one piece. */
	stream_say(program, "xhello");
	server = stream_accept(w->listener);
	byte = read_credentials(server, &cred);
	assert_int_equal(cred.uid, getuid());
	assert_int_equal(cred.pid, local_pid(w->nodes[0]));
	signal = tp_wait(w->nodes[0]->client, w->tubes[0], "NewRemoteConnection", NULL, NULL);
	g_variant_get_child(signal->args, 1, "v", &param);
	assert_int_equal(g_variant_get_byte(param), byte);
	tp_signal_free(signal);
	stream_expect(server, "hello");
	talk(program, server);
}

static bool is_refused(const struct tp_signal *signal, void *data)
{
	const char *error;

	g_variant_get_child(signal->args, 1, "&s", &error);
	return g_str_has_suffix(error, ".ConnectionRefused");
}

/* A service that does not answer costs one connection; when it is back, the tube works. */
static void test_service_absent(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program;

	start(w, 2);
	w->path = test_env_path(w->env, "service");
	make_tube(w, UNIX, stream_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	program = stream_connect_unix(address);
	stream_expect_end(program);
	close(program);
	tp_signal_free(
		tp_wait(w->nodes[1]->client, w->tubes[1], "ConnectionClosed", is_refused, NULL));
	w->listener = stream_listen_unix(w->path);
	program = stream_connect_unix(address);
	talk(program, stream_accept(w->listener));
}

static void test_refusal_arrives(void **state)
{
	struct world *w = *state;

	start(w, 2);
	w->path = test_env_path(w->env, "service");
	w->listener = stream_listen_unix(w->path);
	make_tube(w, UNIX, stream_address(w->path), LOCALHOST);
	g_variant_unref(local_call(w->nodes[1], w->tubes[1], TP_CHANNEL, "Close", NULL));
	tp_signal_free(tp_wait(w->nodes[0]->client, w->tubes[0], "Closed", NULL, NULL));
}

static void test_offerer_killed(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program, server;

	start(w, 2);
	w->path = test_env_path(w->env, "service");
	w->listener = stream_listen_unix(w->path);
	make_tube(w, UNIX, stream_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	program = stream_connect_unix(address);
	server = stream_accept(w->listener);
	test_proc_kill(local_pid(w->nodes[0]));
	stream_expect_end(program);
	stream_expect_end(server);
	tp_signal_free(tp_wait(w->nodes[1]->client, w->tubes[1], "Closed", NULL, NULL));
	assert_int_equal(access(w->path, F_OK), 0);
	close(program);
	close(server);
}

/* --- much --- */

static void test_hundred_megabytes(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program, server;

	start(w, 2);
	w->path = test_env_path(w->env, "service");
	w->listener = stream_listen_unix(w->path);
	make_tube(w, UNIX, stream_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	program = stream_connect_unix(address);
	server = stream_accept(w->listener);
	assert_true(stream_move(program, server, BIG, 1));
	assert_true(stream_move(server, program, BIG, 2));
	close(program);
	close(server);
}

static void test_fifty_connections(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int programs[50], servers[50];

	start(w, 2);
	w->path = test_env_path(w->env, "service");
	w->listener = stream_listen_unix(w->path);
	make_tube(w, UNIX, stream_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	for (int i = 0; i < 50; i++)
		programs[i] = stream_connect_unix(address);
	for (int i = 0; i < 50; i++)
		servers[i] = stream_accept(w->listener);
	for (int i = 0; i < 50; i++)
		stream_say(programs[i], "me");
	for (int i = 0; i < 50; i++)
		stream_expect(servers[i], "me");
	for (int i = 0; i < 50; i++) {
		close(programs[i]);
		stream_expect_end(servers[i]);
		close(servers[i]);
	}
}

/* --- telepathy-glib at both ends --- */

/* What a peer says of itself is told when it fails. */
static void check_peer(struct world *w, const char *mode, pid_t pid)
{
	g_autofree char *log = test_env_path(w->env, mode);
	g_autofree char *text = NULL;
	int status = -1;

	assert_true(test_wait_exit(pid, &status, TEST_WAIT_MS));
	if (status && g_file_get_contents(log, &text, NULL, NULL))
		test_fail("the peer that was to %s: status %#x: %s", mode, status, text);
	assert_int_equal(status, 0);
}

static pid_t start_peer(struct world *w, int node, const char *mode, const char *contact)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);
	g_autofree char *program = g_build_filename(dir, "..", "local-peer", NULL);
	g_autofree char *bus =
		g_strdup_printf("DBUS_SESSION_BUS_ADDRESS=%s", w->nodes[node]->address);
	g_autofree char *log = test_env_path(w->env, mode);
	char *argv[] = {program, w->nodes[node]->conn->path, (char *)mode, (char *)contact, NULL};
	char *env[] = {bus, NULL};

	return test_proc_start(argv, env, log);
}

/* Its own choice of sockets, and its own look at who connects. */
static void test_telepathy_glib(void **state)
{
	struct world *w = *state;
	g_autofree char *log = NULL;
	pid_t first, second;

	start(w, 2);
	log = test_env_path(w->env, "accept");
	second = start_peer(w, 1, "accept", NULL);
	assert_true(test_wait_file(log, 0, "ready", TEST_WAIT_MS) >= 0);
	first = start_peer(w, 0, "offer", w->nodes[1]->id);
	check_peer(w, "accept", second);
	check_peer(w, "offer", first);
}

/* --- rooms --- */

static void test_room_tube(void **state)
{
	struct world *w = *state;
	g_autofree char *rooms[NODES] = {NULL, NULL, NULL};
	g_autoptr(GVariant) first = NULL;
	g_autoptr(GVariant) late = NULL;

	start(w, NODES);
	w->path = test_env_path(w->env, "service");
	w->listener = stream_listen_unix(w->path);
	for (int i = 0; i < 2; i++)
		rooms[i] = local_channel(w->nodes[i], TP_TEXT, 2, "den", NULL);
	/* ben is in there, as ann sees it. */
	tp_signal_free(
		tp_wait(w->nodes[0]->client, rooms[0], "MembersChangedDetailed", NULL, NULL));
	w->tubes[0] =
		local_channel(w->nodes[0], STREAM, 2, "den", service(STREAM ".Service", "x-test"));
	offer(w, 0, UNIX, stream_address(w->path), LOCALHOST);
	assert_int_equal(state_of(w, 0), 2);
	w->tubes[1] = local_wait_channel(w->nodes[1], STREAM, NULL);
	first = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	rooms[2] = local_channel(w->nodes[2], TP_TEXT, 2, "den", NULL);
	w->tubes[2] = local_wait_channel(w->nodes[2], STREAM, NULL);
	late = accept_tube(w, 2, UNIX, LOCALHOST, g_variant_new_byte(0));
	for (int i = 0; i < 2; i++) {
		int program = stream_connect_unix(i ? late : first);

		talk(program, stream_accept(w->listener));
	}
	g_variant_unref(local_call(w->nodes[0], rooms[0], TP_CHANNEL, "Close", NULL));
	tp_signal_free(tp_wait(w->nodes[2]->client, w->tubes[2], "Closed", NULL, NULL));
	g_free(g_steal_pointer(&rooms[1]));
	g_free(g_steal_pointer(&rooms[2]));
}

/* --- D-Bus tubes --- */

static void on_method(GDBusConnection *bus, const char *sender, const char *path,
		      const char *interface, const char *method, GVariant *args,
		      GDBusMethodInvocation *invocation, void *data)
{
	g_dbus_method_invocation_return_value(invocation, args);
}

static GDBusConnection *connect_bus(const char *address, GError **error)
{
	return g_dbus_connection_new_for_address_sync(
		address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, error);
}

struct reply {
	GVariant *value;
};

static void on_reply(GObject *source, GAsyncResult *result, void *data)
{
	((struct reply *)data)->value =
		g_dbus_connection_call_finish((GDBusConnection *)source, result, NULL);
}

static bool has_reply(void *data)
{
	return ((struct reply *)data)->value;
}

static void test_dbus_tube(void **state)
{
	struct world *w = *state;
	static const GDBusInterfaceVTable vtable = {on_method, NULL, NULL, {NULL}};
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(
		"<node><interface name='com.example.Echo'><method name='Echo'>"
		"<arg type='s' direction='in'/><arg type='s' direction='out'/>"
		"</method></interface></node>",
		NULL);
	g_autoptr(GVariant) offered = NULL;
	g_autoptr(GVariant) accepted = NULL;
	g_autoptr(GDBusConnection) server = NULL;
	g_autoptr(GDBusConnection) client = NULL;
	struct reply reply = {NULL};
	const char *address, *text;

	start(w, 2);
	w->tubes[0] = local_channel(w->nodes[0], DBUS, 1, w->nodes[1]->id,
				    service(DBUS ".ServiceName", "com.example.Echo"));
	offered = local_call(w->nodes[0], w->tubes[0], DBUS, "Offer",
			     g_variant_new("(@a{sv}u)", parameters(), CREDENTIALS));
	w->tubes[1] = local_wait_channel(w->nodes[1], DBUS, NULL);
	accepted = local_call(w->nodes[1], w->tubes[1], DBUS, "Accept",
			      g_variant_new("(u)", LOCALHOST));
	assert_true(test_wait_until(both_open, w, TEST_WAIT_MS));
	g_variant_get(offered, "(&s)", &address);
	server = connect_bus(address, NULL);
	assert_non_null(server);
	g_dbus_connection_register_object(server, "/echo", info->interfaces[0], &vtable, NULL, NULL,
					  NULL);
	g_variant_get(accepted, "(&s)", &address);
	client = connect_bus(address, NULL);
	assert_non_null(client);
	g_dbus_connection_call(client, NULL, "/echo", "com.example.Echo", "Echo",
			       g_variant_new("(s)", "hello"), NULL, 0, -1, NULL, on_reply, &reply);
	assert_true(test_wait_until(has_reply, &reply, TEST_WAIT_MS));
	g_variant_get(reply.value, "(&s)", &text);
	assert_string_equal(text, "hello");
	g_variant_unref(reply.value);
	g_dbus_connection_close_sync(client, NULL, NULL);
	g_dbus_connection_close_sync(server, NULL, NULL);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/local/tube/unix", test_unix),
		TEST("/local/tube/ipv4", test_ipv4),
		TEST("/local/tube/port", test_port),
		TEST("/local/tube/credentials", test_credentials),
		TEST("/local/tube/service_absent", test_service_absent),
		TEST("/local/tube/refusal_arrives", test_refusal_arrives),
		TEST("/local/tube/offerer_killed", test_offerer_killed),
		TEST("/local/tube/hundred_megabytes", test_hundred_megabytes),
		TEST("/local/tube/fifty_connections", test_fifty_connections),
		TEST("/local/tube/telepathy_glib", test_telepathy_glib),
		TEST("/local/tube/room", test_room_tube),
		TEST("/local/tube/dbus", test_dbus_tube),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
