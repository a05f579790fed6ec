/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
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

/* Stream tubes, D-Bus tubes and files between two or three managers: the test is the programs at
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

/* --- sockets --- */

static void listen_unix(struct world *w)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	w->path = test_env_path(w->env, "service");
	g_strlcpy(address.sun_path, w->path, sizeof address.sun_path);
	w->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(w->listener, 64), 0);
}

static guint16 listen_ipv4(struct world *w)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;

	w->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(w->listener, 64), 0);
	getsockname(w->listener, (struct sockaddr *)&address, &length);
	return ntohs(address.sin_port);
}

static GVariant *unix_address(const char *path)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, path, strlen(path), 1);
}

static int connect_unix(GVariant *value)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	gsize size;
	const void *path = g_variant_get_fixed_array(value, &size, 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, size);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		test_fail("cannot connect to %s: %s", address.sun_path, g_strerror(errno));
	return fd;
}

static int connect_ipv4(GVariant *value, int fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const char *host;
	guint16 port;

	g_variant_get(value, "(&sq)", &host, &port);
	address.sin_port = htons(port);
	inet_pton(AF_INET, host, &address.sin_addr);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static bool is_readable(void *data)
{
	char c;
	ssize_t n = recv(*(int *)data, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return n >= 0 || errno != EAGAIN;
}

struct accepting {
	int listener, fd;
};

static bool try_accept(void *data)
{
	struct accepting *a = data;

	a->fd = accept4(a->listener, NULL, NULL, SOCK_CLOEXEC);
	return a->fd >= 0;
}

static int wait_accept(struct world *w)
{
	struct accepting a = {w->listener, -1};

	for (int i = 0; i < 4000 && !test_wait_until(try_accept, &a, 5); i++)
		;
	assert_true(a.fd >= 0);
	return a.fd;
}

static void wait_readable(int fd)
{
	for (int i = 0; i < 4000; i++)
		if (test_wait_until(is_readable, &fd, 5))
			return;
	test_fail("nothing to read");
}

static void expect(int fd, const char *text)
{
	char buffer[256] = "";

	wait_readable(fd);
	assert_int_equal(recv(fd, buffer, sizeof buffer - 1, 0), strlen(text));
	assert_string_equal(buffer, text);
}

static void expect_end(int fd)
{
	char c;

	wait_readable(fd);
	assert_true(recv(fd, &c, 1, 0) <= 0);
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
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
	say(a, "ping");
	expect(b, "ping");
	say(b, "pong");
	expect(a, "pong");
	shutdown(a, SHUT_WR);
	expect_end(b);
	say(b, "last words");
	expect(a, "last words");
	close(b);
	expect_end(a);
	close(a);
}

static void test_unix(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program, server;

	start(w, 2);
	listen_unix(w);
	make_tube(w, UNIX, unix_address(w->path), LOCALHOST);
	assert_int_equal(state_of(w, 0), 1);
	assert_int_equal(state_of(w, 1), 0);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	assert_true(test_wait_until(both_open, w, TEST_WAIT_MS));
	program = connect_unix(address);
	server = wait_accept(w);
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
	make_tube(w, IPV4, g_variant_new("(sq)", "127.0.0.1", listen_ipv4(w)), LOCALHOST);
	address = accept_tube(w, 1, IPV4, LOCALHOST, g_variant_new_byte(0));
	program = connect_ipv4(address, socket(AF_INET, SOCK_STREAM, 0));
	talk(program, wait_accept(w));
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
	make_tube(w, IPV4, g_variant_new("(sq)", "127.0.0.1", listen_ipv4(w)), PORT);
	assert_int_equal(bind(good, (struct sockaddr *)&own, length), 0);
	getsockname(good, (struct sockaddr *)&own, &length);
	address = accept_tube(w, 1, IPV4, PORT,
			      g_variant_new("(sq)", "127.0.0.1", ntohs(own.sin_port)));
	bad = connect_ipv4(address, socket(AF_INET, SOCK_STREAM, 0));
	expect_end(bad);
	close(bad);
	connect_ipv4(address, good);
	server = wait_accept(w);
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

	wait_readable(fd);
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
	listen_unix(w);
	setsockopt(w->listener, SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
	make_tube(w, UNIX, unix_address(w->path), CREDENTIALS);
	address = accept_tube(w, 1, UNIX, CREDENTIALS, g_variant_new_byte(0));
	program = connect_unix(address);
	/* The byte and what follows it may come in one piece. */
	say(program, "xhello");
	server = wait_accept(w);
	byte = read_credentials(server, &cred);
	assert_int_equal(cred.uid, getuid());
	assert_int_equal(cred.pid, local_pid(w->nodes[0]));
	signal = tp_wait(w->nodes[0]->client, w->tubes[0], "NewRemoteConnection", NULL, NULL);
	g_variant_get_child(signal->args, 1, "v", &param);
	assert_int_equal(g_variant_get_byte(param), byte);
	tp_signal_free(signal);
	expect(server, "hello");
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
	make_tube(w, UNIX, unix_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	program = connect_unix(address);
	expect_end(program);
	close(program);
	tp_signal_free(
		tp_wait(w->nodes[1]->client, w->tubes[1], "ConnectionClosed", is_refused, NULL));
	g_free(w->path);
	listen_unix(w);
	program = connect_unix(address);
	talk(program, wait_accept(w));
}

static void test_refusal_arrives(void **state)
{
	struct world *w = *state;

	start(w, 2);
	listen_unix(w);
	make_tube(w, UNIX, unix_address(w->path), LOCALHOST);
	g_variant_unref(local_call(w->nodes[1], w->tubes[1], TP_CHANNEL, "Close", NULL));
	tp_signal_free(tp_wait(w->nodes[0]->client, w->tubes[0], "Closed", NULL, NULL));
}

static void test_offerer_killed(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program, server;

	start(w, 2);
	listen_unix(w);
	make_tube(w, UNIX, unix_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	program = connect_unix(address);
	server = wait_accept(w);
	test_proc_kill(local_pid(w->nodes[0]));
	expect_end(program);
	expect_end(server);
	tp_signal_free(tp_wait(w->nodes[1]->client, w->tubes[1], "Closed", NULL, NULL));
	assert_int_equal(access(w->path, F_OK), 0);
	close(program);
	close(server);
}

/* --- much --- */

struct flow {
	int fd;
	guint64 bytes;
	guint32 seed, sum;
	gint64 took;
};

/* Bytes that anybody can make again, and their sum. */
static void fill(guint32 *block, gsize words, guint32 *seed)
{
	for (gsize i = 0; i < words; i++)
		block[i] = *seed = *seed * 1664525u + 1013904223u;
}

static void *send_flow(void *data)
{
	struct flow *flow = data;
	static __thread guint32 block[16384];

	for (guint64 sent = 0; sent < flow->bytes;) {
		gsize size = MIN(sizeof block, flow->bytes - sent);

		fill(block, G_N_ELEMENTS(block), &flow->seed);
		for (gsize at = 0; at < size;) {
			ssize_t n = send(flow->fd, (char *)block + at, size - at, MSG_NOSIGNAL);

			if (n <= 0)
				return GINT_TO_POINTER(1);
			at += (gsize)n;
		}
		sent += size;
	}
	shutdown(flow->fd, SHUT_WR);
	return NULL;
}

static void *receive_flow(void *data)
{
	struct flow *flow = data;
	static __thread guint32 want[16384];
	static __thread char got[sizeof want];
	guint64 total = 0;

	while (total < flow->bytes) {
		gsize size = MIN(sizeof got, flow->bytes - total), at = 0;
		ssize_t n;

		while (at < size && (n = recv(flow->fd, got + at, size - at, 0)) > 0)
			at += (gsize)n;
		fill(want, G_N_ELEMENTS(want), &flow->seed);
		if (at < size || memcmp(want, got, size) != 0)
			return GINT_TO_POINTER(1);
		total += size;
	}
	return GINT_TO_POINTER(recv(flow->fd, got, 1, 0) != 0);
}

static bool move(int from, int to, guint64 bytes, guint32 seed)
{
	struct flow in = {.fd = from, .bytes = bytes, .seed = seed};
	struct flow out = {.fd = to, .bytes = bytes, .seed = seed};
	GThread *sender = g_thread_new("send", send_flow, &in);
	GThread *receiver = g_thread_new("receive", receive_flow, &out);

	return !g_thread_join(sender) & !g_thread_join(receiver);
}

static void test_hundred_megabytes(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int program, server;

	start(w, 2);
	listen_unix(w);
	make_tube(w, UNIX, unix_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	program = connect_unix(address);
	server = wait_accept(w);
	assert_true(move(program, server, BIG, 1));
	assert_true(move(server, program, BIG, 2));
	close(program);
	close(server);
}

static void test_fifty_connections(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) address = NULL;
	int programs[50], servers[50];

	start(w, 2);
	listen_unix(w);
	make_tube(w, UNIX, unix_address(w->path), LOCALHOST);
	address = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	for (int i = 0; i < 50; i++)
		programs[i] = connect_unix(address);
	for (int i = 0; i < 50; i++)
		servers[i] = wait_accept(w);
	for (int i = 0; i < 50; i++)
		say(programs[i], "me");
	for (int i = 0; i < 50; i++)
		expect(servers[i], "me");
	for (int i = 0; i < 50; i++) {
		close(programs[i]);
		expect_end(servers[i]);
		close(servers[i]);
	}
}

/* --- rooms --- */

static void test_room_tube(void **state)
{
	struct world *w = *state;
	g_autofree char *rooms[NODES] = {NULL, NULL, NULL};
	g_autoptr(GVariant) first = NULL;
	g_autoptr(GVariant) late = NULL;

	start(w, NODES);
	listen_unix(w);
	for (int i = 0; i < 2; i++)
		rooms[i] = local_channel(w->nodes[i], TP_TEXT, 2, "den", NULL);
	/* ben is in there, as ann sees it. */
	tp_signal_free(
		tp_wait(w->nodes[0]->client, rooms[0], "MembersChangedDetailed", NULL, NULL));
	w->tubes[0] =
		local_channel(w->nodes[0], STREAM, 2, "den", service(STREAM ".Service", "x-test"));
	offer(w, 0, UNIX, unix_address(w->path), LOCALHOST);
	assert_int_equal(state_of(w, 0), 2);
	w->tubes[1] = local_wait_channel(w->nodes[1], STREAM, NULL);
	first = accept_tube(w, 1, UNIX, LOCALHOST, g_variant_new_byte(0));
	rooms[2] = local_channel(w->nodes[2], TP_TEXT, 2, "den", NULL);
	w->tubes[2] = local_wait_channel(w->nodes[2], STREAM, NULL);
	late = accept_tube(w, 2, UNIX, LOCALHOST, g_variant_new_byte(0));
	for (int i = 0; i < 2; i++) {
		int program = connect_unix(i ? late : first);

		talk(program, wait_accept(w));
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

/* --- files --- */

static void take_files(struct local_node *node)
{
	g_autoptr(GVariant) args = g_variant_ref_sink(g_variant_new_parsed(
		"([('test', [{'" TP_CHANNEL ".ChannelType': <'" FILE_ "'>}], @as [])],)"));

	g_variant_unref(local_call(node, NULL, TP_CONNECTION ".Interface.ContactCapabilities",
				   "UpdateCapabilities", args));
}

static bool takes_files(void *data)
{
	struct world *w = data;
	g_autoptr(GVariant) caps =
		local_attribute(w->nodes[0], w->nodes[1]->id,
				TP_CONNECTION ".Interface.ContactCapabilities", "capabilities");
	g_autofree char *text = caps ? g_variant_print(caps, FALSE) : NULL;

	return text && strstr(text, FILE_);
}

static GVariant *file_properties(const char *name, guint64 size)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Filename", g_variant_new_string(name));
	g_variant_builder_add(&b, "{sv}", FILE_ ".ContentType", g_variant_new_string("text/plain"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Size", g_variant_new_uint64(size));
	return g_variant_builder_end(&b);
}

static void offer_file(struct world *w, const char *name, guint64 size)
{
	take_files(w->nodes[1]);
	assert_true(test_wait_until(takes_files, w, TEST_WAIT_MS));
	w->tubes[0] =
		local_channel(w->nodes[0], FILE_, 1, w->nodes[1]->id, file_properties(name, size));
}

struct state_wait {
	guint32 state;
};

static bool is_state(const struct tp_signal *signal, void *data)
{
	guint32 state;

	g_variant_get_child(signal->args, 0, "u", &state);
	return state == *(guint32 *)data;
}

static void wait_state(struct world *w, int node, guint32 state)
{
	tp_signal_free(tp_wait(w->nodes[node]->client, w->tubes[node], "FileTransferStateChanged",
			       is_state, &state));
}

static int open_file(struct world *w, int node, const char *method, GVariant *args)
{
	g_autoptr(GVariant) reply = local_call(w->nodes[node], w->tubes[node], FILE_, method, args);
	g_autoptr(GVariant) address = NULL;

	g_variant_get(reply, "(v)", &address);
	return connect_unix(address);
}

static void transfer(struct world *w, guint64 size, guint64 offset)
{
	int in, out;

	out = open_file(w, 1, "AcceptFile",
			g_variant_new("(uuvt)", UNIX, LOCALHOST, g_variant_new_byte(0), offset));
	in = open_file(w, 0, "ProvideFile",
		       g_variant_new("(uuv)", UNIX, LOCALHOST, g_variant_new_byte(0)));
	wait_state(w, 0, 3);
	wait_state(w, 1, 3);
	assert_true(move(in, out, size - offset, 3));
	wait_state(w, 1, 4);
	wait_state(w, 0, 4);
	close(in);
	close(out);
}

static void test_file(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) properties = NULL;
	const char *name = NULL;

	start(w, 2);
	offer_file(w, "../../etc/photo.jpg", BIG);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, &properties);
	g_variant_lookup(properties, FILE_ ".Filename", "&s", &name);
	assert_string_equal(name, "photo.jpg");
	transfer(w, BIG, 0);
}

static void test_file_resumed(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) offset = NULL;

	start(w, 2);
	offer_file(w, "a", 1000000);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	transfer(w, 1000000, 400000);
	offset = tp_get(w->nodes[0]->client, w->nodes[0]->conn->name, w->tubes[0], FILE_,
			"InitialOffset");
	assert_int_equal(g_variant_get_uint64(offset), 400000);
}

static void test_empty_file(void **state)
{
	struct world *w = *state;

	start(w, 2);
	offer_file(w, "empty", 0);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	transfer(w, 0, 0);
}

static void test_file_declined(void **state)
{
	struct world *w = *state;

	start(w, 2);
	offer_file(w, "a", 10);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	g_variant_unref(local_call(w->nodes[1], w->tubes[1], TP_CHANNEL, "Close", NULL));
	wait_state(w, 0, 5);
}

static void test_file_sender_gives_up(void **state)
{
	struct world *w = *state;
	int in, out;

	start(w, 2);
	offer_file(w, "a", 1000);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	out = open_file(
		w, 1, "AcceptFile",
		g_variant_new("(uuvt)", UNIX, LOCALHOST, g_variant_new_byte(0), (guint64)0));
	in = open_file(w, 0, "ProvideFile",
		       g_variant_new("(uuv)", UNIX, LOCALHOST, g_variant_new_byte(0)));
	say(in, "not all of it");
	close(in);
	wait_state(w, 0, 5);
	wait_state(w, 1, 5);
	close(out);
}

static void test_file_without_capability(void **state)
{
	struct world *w = *state;
	g_autofree char *error = NULL;
	GVariantBuilder b;

	start(w, 2);
	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".ChannelType", g_variant_new_string(FILE_));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".TargetHandleType", g_variant_new_uint32(1));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".TargetID",
			      g_variant_new_string(w->nodes[1]->id));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Filename", g_variant_new_string("a"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".ContentType", g_variant_new_string("b"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Size", g_variant_new_uint64(1));
	error = tp_call_error(w->nodes[0]->client, w->nodes[0]->conn->name, w->nodes[0]->conn->path,
			      TP_CONNECTION ".Interface.Requests", "CreateChannel",
			      g_variant_new("(a{sv})", &b));
	assert_string_equal(error, TP "Error.NotCapable");
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
		TEST("/local/tube/room", test_room_tube),
		TEST("/local/tube/dbus", test_dbus_tube),
		TEST("/local/file/hundred_megabytes", test_file),
		TEST("/local/file/resumed", test_file_resumed),
		TEST("/local/file/empty", test_empty_file),
		TEST("/local/file/declined", test_file_declined),
		TEST("/local/file/sender_gives_up", test_file_sender_gives_up),
		TEST("/local/file/without_capability", test_file_without_capability),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
