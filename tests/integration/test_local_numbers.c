/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/link.h"
#include "src/local/mesh.h"
#include "src/local/place.h"
#include "src/local/who.h"
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What telepathy-local costs. Each test prints its number. It fails when memory is twice what is
 * wanted; with LOCAL_NUMBERS=strict (make bench-local), when any number is worse than wanted. */

#define STREAM TP_CHANNEL ".Type.StreamTube"
#define PEERS  200
#define BYTES  (256u << 20)

struct world {
	struct test_env *env;
	struct local_node *nodes[2];
	struct mesh *peers[PEERS];
	struct link *links[PEERS];
	guint here;
};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	signal(SIGPIPE, SIG_IGN);
	w->env = test_env_new(TEST_ENV_NO_BUS);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	int result;

	for (int i = 0; i < PEERS; i++) {
		link_free(w->links[i]);
		mesh_free(w->peers[i]);
	}
	for (int i = 0; i < 2; i++)
		local_node_free(w->nodes[i]);
	result = test_env_free(w->env);
	g_free(w);
	return result;
}

static bool is_strict(void)
{
	return !g_strcmp0(g_getenv("LOCAL_NUMBERS"), "strict");
}

static void check_time(const char *what, double value, double wanted, const char *unit)
{
	printf("%-34s %9.2f %s (wanted < %g)\n", what, value, unit, wanted);
	if (is_strict() && value > wanted)
		test_fail("%s: %.2f %s", what, value, unit);
}

static void check_memory(const char *what, pid_t pid, double wanted)
{
	double value = (double)test_proc_pss(pid) / (1 << 20);
	double limit = is_strict() ? wanted : 2 * wanted;

	printf("%-34s %9.2f MB (wanted < %g)\n", what, value, wanted);
	if (value > limit && !g_getenv("PHEME_TEST_SLOW"))
		test_fail("%s: %.2f MB", what, value);
}

static void start_two(struct world *w)
{
	static const char *const names[] = {"ann", "ben"};

	for (int i = 0; i < 2; i++) {
		w->nodes[i] = local_node_new(w->env, names[i], false);
		local_connect(w->nodes[i], names[i]);
	}
	for (int i = 0; i < 2; i++)
		local_wait_presence(w->nodes[i], w->nodes[1 - i]->id, "available");
}

/* --- latency --- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* From SendMessage's call to the receiver's MessageReceived, with both clients in this process. */
static void test_latency(void **state)
{
	struct world *w = *state;
	g_autofree char *path = NULL;
	double times[300];

	start_two(w);
	path = tp_conn_text(w->nodes[0]->client, w->nodes[0]->conn, 1, w->nodes[1]->id);
	for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autofree char *text = g_strdup_printf("message %zu", i);
		gint64 before = g_get_monotonic_time();

		g_dbus_connection_call(
			w->nodes[0]->bus, w->nodes[0]->conn->name, path, TP_MESSAGES, "SendMessage",
			g_variant_new_parsed("([@a{sv} {}, {'content-type': <'text/plain'>, "
					     "'content': <%s>}], uint32 0)",
					     text),
			NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
		tp_signal_free(tp_wait_message(w->nodes[1]->client, NULL, text));
		times[i] = (double)(g_get_monotonic_time() - before) / 1000;
	}
	qsort(times, G_N_ELEMENTS(times), sizeof *times, by_value);
	check_time("text message, median", times[G_N_ELEMENTS(times) / 2], 2, "ms");
}

/* --- memory --- */

static void test_idle_memory(void **state)
{
	struct world *w = *state;

	start_two(w);
	check_memory("PSS of an idle manager", local_pid(w->nodes[0]), 8);
}

/* --- throughput --- */

static void *pour(void *data)
{
	static char block[1 << 18];
	int fd = GPOINTER_TO_INT(data);

	for (guint64 sent = 0; sent < BYTES;) {
		ssize_t n = send(fd, block, sizeof block, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		sent += (guint64)n;
	}
	shutdown(fd, SHUT_WR);
	return NULL;
}

static double drain(int from, int to)
{
	static char block[1 << 18];
	gint64 before = g_get_monotonic_time();
	GThread *thread = g_thread_new("pour", pour, GINT_TO_POINTER(from));
	guint64 got = 0;
	ssize_t n;

	while ((n = recv(to, block, sizeof block, 0)) > 0)
		got += (guint64)n;
	g_thread_join(thread);
	assert_int_equal(got, BYTES);
	return (double)got / (double)(g_get_monotonic_time() - before);
}

/* The least that a hop can be: a process that splices from one socket to another. */
static pid_t start_hop(int in, int out)
{
	pid_t pid = fork();
	int pipes[2];

	if (pid != 0)
		return pid;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		_exit(1);
	(void)fcntl(pipes[1], F_SETPIPE_SZ, 256 << 10);
	for (;;) {
		ssize_t n = splice(in, NULL, pipes[1], NULL, 256 << 10, SPLICE_F_MOVE);

		if (n <= 0)
			break;
		while (n > 0) {
			ssize_t m = splice(pipes[0], NULL, out, NULL, (size_t)n, SPLICE_F_MOVE);

			if (m <= 0)
				_exit(1);
			n -= m;
		}
	}
	_exit(0);
}

static double ideal(void)
{
	int a[2], b[2], c[2];
	pid_t first, second;
	double rate;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, b), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, c), 0);
	first = start_hop(a[1], b[0]);
	close(a[1]);
	close(b[0]);
	second = start_hop(b[1], c[0]);
	close(b[1]);
	close(c[0]);
	rate = drain(a[0], c[1]);
	close(a[0]);
	close(c[1]);
	test_wait_exit(first, NULL, TEST_WAIT_MS);
	test_wait_exit(second, NULL, TEST_WAIT_MS);
	return rate;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int open_tube(struct world *w, int *server)
{
	g_autofree char *path = test_env_path(w->env, "service");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *ours = NULL;
	g_autofree char *theirs = NULL;
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GVariant) value = NULL;
	int listener = listen_at(path), fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	gsize size;
	const void *bytes;

	ours = local_channel(w->nodes[0], STREAM, 1, w->nodes[1]->id,
			     g_variant_new_parsed("{'" STREAM ".Service': <'x'>}"));
	g_variant_unref(local_call(
		w->nodes[0], ours, STREAM, "Offer",
		g_variant_new("(uvu@a{sv})", 0,
			      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, path, strlen(path), 1),
			      0, g_variant_new_parsed("@a{sv} {}"))));
	theirs = local_wait_channel(w->nodes[1], STREAM, NULL);
	reply = local_call(w->nodes[1], theirs, STREAM, "Accept",
			   g_variant_new("(uuv)", 0, 0, g_variant_new_byte(0)));
	g_variant_get(reply, "(v)", &value);
	bytes = g_variant_get_fixed_array(value, &size, 1);
	memcpy(address.sun_path, bytes, size);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	*server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	return fd;
}

static void test_throughput(void **state)
{
	struct world *w = *state;
	double best = 0, tube;
	int server, fd;

	start_two(w);
	fd = open_tube(w, &server);
	for (int i = 0; i < 3; i++)
		best = MAX(best, ideal());
	tube = drain(fd, server);
	close(fd);
	close(server);
	printf("ideal %.0f MB/s, tube %.0f MB/s\n", best, tube);
	check_time("stream tube, two ideal hops being 1", best / tube, 1 / 0.8, "");
}

/* --- a crowd --- */

static void on_up(struct peer *peer, void *data)
{
	struct world *w = data;

	w->here++;
	peer_send(peer, FRAME_PRESENCE, g_variant_new("(us)", 1, ""));
}

static void on_down(struct peer *peer, void *data)
{
}

static void on_frame(struct peer *peer, enum frame_kind kind, GVariant *payload, void *data)
{
}

static const struct mesh_ops ops = {on_up, on_down, on_frame, NULL};

static bool all_here(void *data)
{
	return ((struct world *)data)->here == PEERS;
}

static bool all_seen(void *data)
{
	struct world *w = data;

	return tp_count(w->nodes[0]->client, NULL, "PresencesChanged") >= PEERS;
}

static void test_join_a_crowd(void **state)
{
	struct world *w = *state;
	g_autofree char *dir = local_meeting(w->env);
	gint64 before;

	w->nodes[0] = local_node_new(w->env, "ann", false);
	local_connect(w->nodes[0], "ann");
	local_disconnect(w->nodes[0]);
	for (int i = 0; i < PEERS; i++) {
		g_autofree char *nick = g_strdup_printf("n%03d", i);

		w->peers[i] = mesh_new(dir, nick, &ops, w, NULL);
		assert_non_null(w->peers[i]);
	}
	before = g_get_monotonic_time();
	local_connect(w->nodes[0], "ann");
	assert_true(test_wait_until(all_here, w, TEST_WAIT_MS));
	assert_true(test_wait_until(all_seen, w, TEST_WAIT_MS));
	check_time("joining 200 who are there",
		   (double)(g_get_monotonic_time() - before) / G_USEC_PER_SEC, 2, "s");
	check_memory("PSS with 200 peers", local_pid(w->nodes[0]), 16);
}

static void on_link(struct link *link, enum frame_kind kind, GVariant *payload, void *data)
{
	struct world *w = data;

	w->here += kind == FRAME_HELLO;
}

static void on_link_closed(struct link *link, const char *why, void *data)
{
}

static void test_crowd_comes_at_once(void **state)
{
	struct world *w = *state;
	g_autofree char *dir = local_meeting(w->env);
	struct place *place = place_new(dir, NULL);
	gint64 before;

	w->nodes[0] = local_node_new(w->env, "ann", false);
	local_connect(w->nodes[0], "ann");
	before = g_get_monotonic_time();
	for (int i = 0; i < PEERS; i++) {
		g_autofree char *nick = g_strdup_printf("n%03d", i);
		int fd = place_connect(place, getuid(), "ann", "", NULL);

		assert_true(fd >= 0);
		w->links[i] = link_new(fd, on_link, on_link_closed, w);
		link_send(w->links[i], FRAME_HELLO, g_variant_new("(uss)", 1, nick, ""));
	}
	assert_true(test_wait_until(all_here, w, TEST_WAIT_MS));
	check_time("200 who come at once",
		   (double)(g_get_monotonic_time() - before) / G_USEC_PER_SEC, 2, "s");
	place_free(place);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/local/numbers/latency", test_latency),
		TEST("/local/numbers/idle_memory", test_idle_memory),
		TEST("/local/numbers/throughput", test_throughput),
		TEST("/local/numbers/join_a_crowd", test_join_a_crowd),
		TEST("/local/numbers/crowd_comes", test_crowd_comes_at_once),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
