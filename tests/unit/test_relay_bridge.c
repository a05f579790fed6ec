/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay_test.h"

#include <sys/un.h>

#include "relay/address.h"
#include "relay/bridge.h"
#include "relay/descriptor.h"
#include "relay/listener.h"
#include "relay/relay.h"

struct fixture {
	char *dir;
	unsigned fds;
	struct relay *relay;
	struct bridge *bridge;
	struct address *target;
	struct listener *server; /* what the target is, unless a test has its own */
	int far;                 /* what the server accepted */
	unsigned arrived, greeted, opened, closed;
	struct bridge_connection *connection; /* the last one told of */
	int byte;
	guint64 forth, back;
	char *error;
	bool free_when_opened;
};

static void on_arrived(struct bridge_connection *connection, void *data)
{
	struct fixture *f = data;

	f->arrived++;
	f->connection = connection;
	f->byte = bridge_connection_byte(connection);
}

static void on_greeted(struct bridge_connection *connection, void *data)
{
	struct fixture *f = data;

	f->greeted++;
	f->connection = connection;
}

static void on_opened(struct bridge_connection *connection, void *data)
{
	struct fixture *f = data;

	f->opened++;
	f->connection = connection;
	assert_true(bridge_connection_is_open(connection));
	if (f->free_when_opened)
		g_clear_pointer(&f->bridge, bridge_free);
}

static void on_closed(struct bridge_connection *connection, const GError *error, void *data)
{
	struct fixture *f = data;

	f->closed++;
	f->forth = bridge_connection_forth(connection);
	f->back = bridge_connection_back(connection);
	f->error = error ? g_strdup(error->message) : NULL;
	bridge_connection_close(connection); /* does nothing in here */
}

static const struct bridge_operations operations = {
	.arrived = on_arrived,
	.greeted = on_greeted,
	.opened = on_opened,
	.closed = on_closed,
};

static void on_server(struct listener *listener, int fd, void *data)
{
	struct fixture *f = data;

	f->far = fd;
}

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->fds = count_fds();
	f->dir = make_dir();
	f->relay = relay_new();
	f->far = -1;
	f->server = listener_new_private(f->dir, "server", on_server, f, NULL);
	f->target = address_copy(listener_address(f->server));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	bridge_free(f->bridge);
	listener_free(f->server);
	relay_free(f->relay);
	address_free(f->target);
	if (f->far >= 0)
		close(f->far);
	WAIT_FOR(!has_children());
	assert_int_equal(count_files(f->dir), 0);
	remove_dir(f->dir);
	WAIT_FOR(count_fds() == f->fds); /* GLib's of a child that was just reaped */
	g_free(f->error);
	g_free(f);
	return 0;
}

static void make_bridge(struct fixture *f, struct bridge_setup *setup)
{
	setup->target = f->target;
	if (!setup->seconds)
		setup->seconds = 10;
	f->bridge = bridge_new(f->relay, setup, &operations, f);
	assert_true(bridge_listen_private(f->bridge, f->dir, "tube", NULL));
}

static void aim_at(struct fixture *f, const char *target)
{
	address_free(f->target);
	f->target = address_parse_target(target, NULL);
}

static int connect_near(struct fixture *f)
{
	struct sockaddr_storage socket_address;
	socklen_t length;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(address_to_socket(bridge_address(f->bridge), false, &socket_address, &length));
	assert_int_equal(connect(fd, (struct sockaddr *)&socket_address, length), 0);
	return fd;
}

static void test_carries(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {0};
	int near;

	make_bridge(f, &setup);
	near = connect_near(f);
	put(near, "before it was open");
	WAIT_FOR(f->opened && f->far >= 0);
	assert_int_equal(f->arrived, 1);
	assert_int_equal(f->greeted, 0);
	assert_int_equal(f->byte, -1);
	assert_int_equal(bridge_count(f->bridge), 1);
	assert_int_equal(bridge_connection_id(f->connection), 1);
	assert_string_equal(bridge_connection_label(f->connection), "a local program");
	EXPECT_TEXT(f->far, "before it was open");
	put(f->far, "answer");
	EXPECT_TEXT(near, "answer");
	close(near);
	WAIT_FOR(f->closed);
	assert_null(f->error);
	assert_int_equal(f->forth, 18);
	assert_int_equal(f->back, 6);
	assert_int_equal(bridge_count(f->bridge), 0);
}

static void test_nobody_at_target(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {0};
	int near;

	aim_at(f, "unix:/nonexistent/socket");
	make_bridge(f, &setup);
	near = connect_near(f);
	WAIT_FOR(f->closed);
	assert_int_equal(f->opened, 0);
	assert_string_equal(
		f->error, "cannot connect to unix:/nonexistent/socket: No such file or directory");
	EXPECT_END(near);
	close(near);
}

/* A manager that connects sends a byte first, which the program must not see. */
static void test_takes_credentials(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {.take_credentials = true};
	int near;

	make_bridge(f, &setup);
	near = connect_near(f);
	assert_int_equal(descriptor_send_credentials(near, 0xa7, NULL), 1);
	put(near, "and the rest at once");
	WAIT_FOR(f->opened && f->far >= 0);
	assert_int_equal(f->byte, 0xa7);
	EXPECT_TEXT(f->far, "and the rest at once");
	close(near);
	WAIT_FOR(f->closed);
	assert_int_equal(f->forth, 20);
}

static void test_no_credentials_in_time(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {.take_credentials = true, .seconds = 1};
	int near;

	make_bridge(f, &setup);
	near = connect_near(f);
	WAIT_FOR(f->closed);
	assert_non_null(strstr(f->error, "no credentials came in time"));
	close(near);
}

static void test_leaves_before_credentials(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {.take_credentials = true};

	make_bridge(f, &setup);
	close(connect_near(f));
	WAIT_FOR(f->closed);
	assert_non_null(strstr(f->error, "it went away"));
}

/* The manager drops a connection that says more than the byte before it was announced. */
static void test_gives_credentials_and_waits(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {.give_credentials = true, .byte = 42};
	guint8 byte = 0;
	int near;

	assert_true(listener_expect_credentials(f->server, NULL));
	make_bridge(f, &setup);
	near = connect_near(f);
	put(near, "eager");
	WAIT_FOR(f->greeted && f->far >= 0);
	assert_int_equal(descriptor_receive_credentials(f->far, &byte, NULL), 1);
	assert_int_equal(byte, 42);
	test_wait_drain();
	assert_int_equal(recv(f->far, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(f->opened, 0);
	bridge_connection_go(f->connection);
	assert_int_equal(f->opened, 1);
	bridge_connection_go(f->connection); /* said twice is no harm */
	EXPECT_TEXT(f->far, "eager");
	close(near);
	WAIT_FOR(f->closed);
}

static void test_never_announced(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {.give_credentials = true, .seconds = 1};
	int near;

	make_bridge(f, &setup);
	near = connect_near(f);
	WAIT_FOR(f->closed);
	assert_int_equal(f->greeted, 1);
	assert_non_null(strstr(f->error, "the manager did not take it in time"));
	close(near);
}

static void test_program(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {.values = {.contact = "bob"}};
	int near;

	aim_at(f, "exec:sh -c 'echo $1; cat' x {contact}");
	make_bridge(f, &setup);
	near = connect_near(f);
	EXPECT_TEXT(near, "bob\n");
	put(near, "echo");
	EXPECT_TEXT(near, "echo");
	shutdown(near, SHUT_WR);
	EXPECT_END(near);
	WAIT_FOR(f->closed);
	assert_null(f->error);
	close(near);
}

static void test_program_that_fails(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {0};
	int near;

	aim_at(f, "exec:sh -c 'echo no; exit 7'");
	make_bridge(f, &setup);
	near = connect_near(f);
	EXPECT_TEXT(near, "no\n");
	WAIT_FOR(f->closed);
	assert_string_equal(f->error, "cannot go on: the program ended with status 7");
	close(near);
}

/* One that does not care that nobody talks to it is asked to end, then made to. */
static void test_program_that_stays(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {0};
	int near;

	aim_at(f, "exec:sleep 1000");
	make_bridge(f, &setup);
	near = connect_near(f);
	WAIT_FOR(f->opened);
	close(near);
	WAIT_FOR(f->closed);
	assert_non_null(strstr(f->error, "signal 15"));
}

static void test_freed_when_opened(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {0};
	int near;

	f->free_when_opened = true;
	make_bridge(f, &setup);
	near = connect_near(f);
	WAIT_FOR(f->opened);
	assert_null(f->bridge);
	EXPECT_END(near);
	assert_int_equal(f->closed, 0);
	close(near);
}

/* At every state it can be closed, and nothing is left or told. */
static void test_closed_at_every_state(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup takes = {.take_credentials = true}, gives = {.give_credentials = true};
	struct bridge_setup plain = {0};
	struct bridge_setup *setups[] = {&takes, &gives, &plain};

	for (gsize i = 0; i < G_N_ELEMENTS(setups); i++) {
		int near;

		make_bridge(f, setups[i]);
		near = connect_near(f);
		f->arrived = f->greeted = f->opened = 0;
		WAIT_FOR(bridge_count(f->bridge) == 1 &&
			 (f->greeted || f->opened || setups[i] == &takes));
		WAIT_FOR(f->far >= 0 || setups[i] == &takes);
		g_clear_pointer(&f->bridge, bridge_free);
		EXPECT_END(near);
		close(near);
		if (f->far >= 0)
			close(f->far);
		f->far = -1;
	}
	assert_int_equal(f->closed, 0);
}

static void close_odd(struct bridge_connection *connection, void *data)
{
	if (bridge_connection_id(connection) % 2)
		bridge_connection_close(connection);
}

static void test_each(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {0};
	int near[6];

	aim_at(f, "exec:cat");
	make_bridge(f, &setup);
	for (int i = 0; i < 6; i++)
		near[i] = connect_near(f);
	WAIT_FOR(f->opened == 6);
	bridge_each(f->bridge, close_odd, NULL);
	assert_int_equal(bridge_count(f->bridge), 3);
	put(near[1], "alive");
	EXPECT_TEXT(near[1], "alive");
	EXPECT_END(near[0]);
	for (int i = 0; i < 6; i++)
		close(near[i]);
}

/* Standard input and output as ssh gives them to a ProxyCommand: one socket, or two pipes; others
 * who have them open must not find them non-blocking. */
static void test_stdio(void **state)
{
	struct fixture *f = *state;
	struct bridge_setup setup = {.target = f->target, .seconds = 10};
	int saved[2] = {dup(0), dup(1)}, in[2], out[2];

	f->bridge = bridge_new(f->relay, &setup, &operations, f);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	dup2(in[0], 0);
	dup2(out[1], 1);
	f->connection = bridge_carry_stdio(f->bridge, NULL);
	dup2(saved[0], 0);
	dup2(saved[1], 1);
	assert_non_null(f->connection);
	assert_false(fcntl(in[0], F_GETFL) & O_NONBLOCK);
	WAIT_FOR(f->opened && f->far >= 0);
	assert_int_equal(write(in[1], "in", 2), 2);
	EXPECT_TEXT(f->far, "in");
	put(f->far, "out");
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	WAIT_FOR(read(out[0], (char[8]){0}, 8) == 3);
	close(in[1]);
	EXPECT_END(f->far);
	shutdown(f->far, SHUT_WR);
	WAIT_FOR(f->closed);
	assert_null(f->error);
	close(in[0]);
	close(out[0]);
	close(out[1]);
	close(saved[0]);
	close(saved[1]);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		name, fn, setup, teardown, NULL                                                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/relay/bridge/carries", test_carries),
		TEST("/relay/bridge/nobody-at-target", test_nobody_at_target),
		TEST("/relay/bridge/takes-credentials", test_takes_credentials),
		TEST("/relay/bridge/no-credentials-in-time", test_no_credentials_in_time),
		TEST("/relay/bridge/leaves-before-credentials", test_leaves_before_credentials),
		TEST("/relay/bridge/gives-credentials-and-waits", test_gives_credentials_and_waits),
		TEST("/relay/bridge/never-announced", test_never_announced),
		TEST("/relay/bridge/program", test_program),
		TEST("/relay/bridge/program-that-fails", test_program_that_fails),
		TEST("/relay/bridge/program-that-stays", test_program_that_stays),
		TEST("/relay/bridge/freed-when-opened", test_freed_when_opened),
		TEST("/relay/bridge/closed-at-every-state", test_closed_at_every_state),
		TEST("/relay/bridge/each", test_each),
		TEST("/relay/bridge/stdio", test_stdio),
	};

	return cmocka_run_group_tests(tests, warm_up, NULL);
}
