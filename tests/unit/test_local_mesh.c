/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/link.h"
#include "src/local/mesh.h"
#include "src/local/place.h"
#include "src/local/who.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Managers that meet in a directory, and things that are none and knock too. All in one process,
 * so each has a nickname. */

#define CROWD 20

struct node {
	struct mesh *mesh;
	int ups, downs, frames;
	int settled, ups_before; /* how often; those of then */
	char *last;
	int stream;
};

struct world {
	char *dir;
	struct node nodes[CROWD];
	int fd;
	const char *wanted;
};

static void on_up(struct peer *peer, void *data)
{
	((struct node *)data)->ups++;
}

static void on_down(struct peer *peer, void *data)
{
	((struct node *)data)->downs++;
}

static void on_frame(struct peer *peer, enum frame_kind kind, GVariant *payload, void *data)
{
	struct node *node = data;

	node->frames++;
	g_free(node->last);
	node->last = g_strdup(peer_get_id(peer));
}

static void on_stream(struct peer *peer, guint64 stream, guint32 connection, int fd, void *data)
{
	((struct node *)data)->stream = fd;
}

static void on_settled(void *data)
{
	struct node *node = data;

	node->settled++;
	node->ups_before = node->ups;
}

static const struct mesh_ops ops = {on_up, on_down, on_frame, on_stream, on_settled};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	signal(SIGPIPE, SIG_IGN);
	w->dir = g_strdup("/tmp/pheme-mesh-XXXXXX");
	assert_non_null(g_mkdtemp(w->dir));
	w->fd = -1;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	g_autoptr(GDir) dir = NULL;
	const char *name;
	int left = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(w->nodes); i++) {
		mesh_free(w->nodes[i].mesh);
		g_free(w->nodes[i].last);
	}
	if (w->fd >= 0)
		close(w->fd);
	/* Each has taken its own socket away. */
	dir = g_dir_open(w->dir, 0, NULL);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(w->dir, name, NULL);

		left += !strstr(name, "dead");
		g_unlink(path);
	}
	g_rmdir(w->dir);
	g_free(w->dir);
	g_free(w);
	return left ? -1 : 0;
}

static void start(struct world *w, int i, const char *nick)
{
	g_autoptr(GError) error = NULL;

	w->nodes[i].mesh = mesh_new(w->dir, nick, &ops, &w->nodes[i], &error);
	if (!w->nodes[i].mesh)
		test_fail("%s", error->message);
}

static void start_two(struct world *w)
{
	start(w, 0, "a");
	start(w, 1, "b");
}

static guint total(struct world *w)
{
	guint sum = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(w->nodes) && w->nodes[i].mesh; i++)
		sum += mesh_count(w->nodes[i].mesh);
	return sum;
}

static bool two_are_linked(void *data)
{
	return total(data) == 2;
}

static bool all_are_linked(void *data)
{
	return total(data) == CROWD * (CROWD - 1);
}

static bool one_has_frame(void *data)
{
	return ((struct world *)data)->nodes[1].frames > 0;
}

static bool one_has_lost(void *data)
{
	return ((struct world *)data)->nodes[1].downs > 0;
}

static bool one_has_stream(void *data)
{
	return ((struct world *)data)->nodes[1].stream > 0;
}

static bool one_sees_wanted(void *data)
{
	struct world *w = data;

	return mesh_find(w->nodes[1].mesh, w->wanted) != NULL;
}

static struct peer *find(struct world *w, int i, const char *nick)
{
	g_autofree char *id = who_id(getuid(), nick);

	return mesh_find(w->nodes[i].mesh, id);
}

static void meet(struct world *w)
{
	start_two(w);
	mesh_connect(w->nodes[1].mesh);
	assert_true(test_wait_until(two_are_linked, w, 5000));
}

static void test_newcomer_calls(void **state)
{
	struct world *w = *state;

	meet(w);
	assert_true(peer_send(find(w, 0, "b"), FRAME_CHAT_STATE, g_variant_new("(su)", "", 4)));
	assert_true(test_wait_until(one_has_frame, w, 5000));
	assert_true(g_str_has_suffix(w->nodes[1].last, "/a"));
}

/* What waits for those who are there already is told once they are peers, and only once. */
static void test_settled(void **state)
{
	struct world *w = *state;

	start(w, 0, "a");
	mesh_connect(w->nodes[0].mesh);
	assert_int_equal(w->nodes[0].settled, 1);
	start(w, 1, "b");
	mesh_connect(w->nodes[1].mesh);
	assert_int_equal(w->nodes[1].settled, 0);
	assert_true(test_wait_until(two_are_linked, w, 5000));
	assert_int_equal(w->nodes[1].settled, 1);
	assert_int_equal(w->nodes[1].ups_before, 1);
	mesh_connect(w->nodes[0].mesh);
	mesh_connect(w->nodes[1].mesh);
	assert_int_equal(w->nodes[0].settled + w->nodes[1].settled, 2);
}

static void test_both_call(void **state)
{
	struct world *w = *state;

	start_two(w);
	mesh_connect(w->nodes[0].mesh);
	mesh_connect(w->nodes[1].mesh);
	assert_true(test_wait_until(two_are_linked, w, 5000));
	test_wait_drain();
	assert_int_equal(w->nodes[0].ups - w->nodes[0].downs, 1);
	assert_int_equal(w->nodes[1].ups - w->nodes[1].downs, 1);
}

static void test_end_is_seen(void **state)
{
	struct world *w = *state;

	meet(w);
	mesh_free(g_steal_pointer(&w->nodes[0].mesh));
	assert_true(test_wait_until(one_has_lost, w, 5000));
}

static void test_same_nickname(void **state)
{
	struct world *w = *state;
	g_autoptr(GError) error = NULL;

	start(w, 0, "a");
	assert_null(mesh_new(w->dir, "a", &ops, NULL, &error));
	assert_true(g_error_matches(error, WHO_ERROR, WHO_ERROR_IN_USE));
}

static int knock(struct world *w, const char *nick)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	g_snprintf(address.sun_path, sizeof address.sun_path, "%s/%u,%s", w->dir, getuid(), nick);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static bool is_closed(void *data)
{
	char buffer[4096];
	ssize_t n = recv(*(int *)data, buffer, sizeof buffer, MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

/* A socket file whose listener was killed is taken over. */
static void test_dead_socket(void **state)
{
	struct world *w = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	g_snprintf(address.sun_path, sizeof address.sun_path, "%s/%u,a", w->dir, getuid());
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	start(w, 0, "a");
	start(w, 1, "b");
	mesh_connect(w->nodes[1].mesh);
	assert_true(test_wait_until(two_are_linked, w, 5000));
}

static void send_frame(int fd, enum frame_kind kind, GVariant *payload)
{
	g_autoptr(GBytes) frame = frame_encode(kind, payload);
	gsize size;
	const void *data = g_bytes_get_data(frame, &size);

	assert_int_equal(send(fd, data, size, MSG_NOSIGNAL), size);
}

static void test_closes_on_nonsense(void **state)
{
	struct world *w = *state;
	static const guint32 heads[] = {0, FRAME_MAX + 1, LINK_FIRST_MAX + 1, 0x20545547,
					0xffffffff};

	start(w, 0, "a");
	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		int fd = knock(w, "a");

		assert_int_equal(send(fd, &heads[i], 4, 0), 4);
		assert_true(test_wait_until(is_closed, &fd, 5000));
		close(fd);
	}
	assert_int_equal(w->nodes[0].ups, 0);
}

static void expect_refused(struct world *w, enum frame_kind kind, GVariant *payload)
{
	int fd = knock(w, "a");

	send_frame(fd, kind, payload);
	assert_true(test_wait_until(is_closed, &fd, 5000));
	close(fd);
}

static void test_refuses_bad_greetings(void **state)
{
	struct world *w = *state;

	start(w, 0, "a");
	expect_refused(w, FRAME_HELLO, g_variant_new("(uss)", 2, "b", ""));
	expect_refused(w, FRAME_HELLO, g_variant_new("(uss)", 1, "a", ""));
	expect_refused(w, FRAME_HELLO, g_variant_new("(uss)", 1, "b/c", ""));
	expect_refused(w, FRAME_HELLO, g_variant_new("(uss)", 1, "\x1b[2J", ""));
	expect_refused(w, FRAME_PRESENCE, g_variant_new("(us)", 1, ""));
	expect_refused(w, FRAME_STREAM, g_variant_new("(stu)", "b", (guint64)1, 1));
	assert_int_equal(w->nodes[0].ups, 0);
}

static bool zero_has_one(void *data)
{
	return mesh_count(((struct world *)data)->nodes[0].mesh) == 1;
}

/* What was recorded of a greeting, said again on a link that is open, ends it. */
static void test_greeting_is_not_repeated(void **state)
{
	struct world *w = *state;
	int fd;

	start(w, 0, "a");
	fd = knock(w, "a");
	send_frame(fd, FRAME_HELLO, g_variant_new("(uss)", 1, "b", ""));
	assert_true(test_wait_until(zero_has_one, w, 5000));
	send_frame(fd, FRAME_HELLO, g_variant_new("(uss)", 1, "c", ""));
	assert_true(test_wait_until(is_closed, &fd, 5000));
	assert_int_equal(w->nodes[0].downs, 1);
	close(fd);
}

static bool zero_has_lost(void *data)
{
	return ((struct world *)data)->nodes[0].downs > 0;
}

/* A peer that does not read costs its queue's limit, and is then let go. */
static void test_peer_that_does_not_read(void **state)
{
	struct world *w = *state;
	g_autofree char *text = g_strnfill(60000, 'x');

	start(w, 0, "a");
	w->fd = knock(w, "a");
	send_frame(w->fd, FRAME_HELLO, g_variant_new("(uss)", 1, "b", ""));
	assert_true(test_wait_until(zero_has_one, w, 5000));
	for (int i = 0; i < 100 && find(w, 0, "b"); i++)
		peer_send(find(w, 0, "b"), FRAME_AVATAR_TOKEN, g_variant_new("(s)", text));
	assert_true(test_wait_until(zero_has_lost, w, 5000));
}

/* One that floods is read no faster than the rate: it notices by its own full socket. */
static void test_flood_is_held_up(void **state)
{
	struct world *w = *state;
	g_autoptr(GBytes) frame = frame_encode(FRAME_CHAT_STATE, g_variant_new("(su)", "", 4));
	gint64 begin = g_get_monotonic_time(), took = 0;
	gsize size;
	const void *data = g_bytes_get_data(frame, &size);

	start(w, 0, "a");
	w->fd = knock(w, "a");
	send_frame(w->fd, FRAME_HELLO, g_variant_new("(uss)", 1, "b", ""));
	/* The burst, and then for half a second, however fast this machine is. */
	while (took < G_USEC_PER_SEC / 2 ||
	       (w->nodes[0].frames < LINK_FRAME_BURST && took < TEST_WAIT_MS * 1000ll)) {
		while (send(w->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size)
			;
		g_main_context_iteration(NULL, FALSE);
		took = g_get_monotonic_time() - begin;
	}
	assert_in_range(w->nodes[0].frames, LINK_FRAME_BURST,
			LINK_FRAME_BURST + LINK_FRAMES * (took / G_USEC_PER_SEC + 1));
	assert_int_equal(mesh_count(w->nodes[0].mesh), 1);
}

static void test_stream(void **state)
{
	struct world *w = *state;
	char buffer[8] = "";
	int fd;

	meet(w);
	fd = peer_open_stream(find(w, 0, "b"), 7, 1, NULL);
	assert_true(fd >= 0);
	assert_int_equal(send(fd, "bytes", 5, 0), 5);
	assert_true(test_wait_until(one_has_stream, w, 5000));
	assert_int_equal(recv(w->nodes[1].stream, buffer, sizeof buffer, 0), 5);
	assert_string_equal(buffer, "bytes");
	close(fd);
	close(w->nodes[1].stream);
}

/* Whoever listens under another user's uid is not believed. */
static void test_squatter(void **state)
{
	g_autoptr(GError) error = NULL;
	struct place *place = place_new(NULL, NULL);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *nick = g_strdup_printf("t%08x", g_random_int());
	int n, fd = socket(AF_UNIX, SOCK_STREAM, 0);

	n = g_snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "telepathy-local-1/%u,%s",
		       getuid() + 1, nick);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (gsize)n)),
			 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(place_connect(place, getuid() + 1, nick, "", &error), -1);
	assert_true(g_error_matches(error, WHO_ERROR, WHO_ERROR_INVALID));
	close(fd);
	place_free(place);
}

/* As root: another user sits on our name, so we listen beside it and are found there. */
static void test_steps_around_squatter(void **state)
{
	struct world *w = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *nick = g_strdup_printf("t%08x", g_random_int());
	g_autofree char *id = who_id(getuid(), nick);
	g_autofree char *other = g_strdup_printf("%sx", nick);
	int n;

	if (geteuid() != 0)
		skip(); /* only root can be another user */
	n = g_snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "telepathy-local-1/0,%s",
		       nick);
	assert_int_equal(seteuid(65534), 0);
	w->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(w->fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (gsize)n)),
			 0);
	assert_int_equal(listen(w->fd, 1), 0);
	assert_int_equal(seteuid(0), 0);
	w->nodes[0].mesh = mesh_new(NULL, nick, &ops, &w->nodes[0], NULL);
	w->nodes[1].mesh = mesh_new(NULL, other, &ops, &w->nodes[1], NULL);
	assert_non_null(w->nodes[0].mesh);
	mesh_connect(w->nodes[1].mesh);
	w->wanted = id;
	assert_true(test_wait_until(one_sees_wanted, w, 5000));
}

static void test_crowd(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < CROWD; i++) {
		g_autofree char *nick = g_strdup_printf("n%03d", i);

		start(w, i, nick);
		mesh_connect(w->nodes[i].mesh);
	}
	assert_true(test_wait_until(all_are_linked, w, 60000));
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/local/mesh/newcomer_calls", test_newcomer_calls),
		TEST("/local/mesh/settled", test_settled),
		TEST("/local/mesh/both_call", test_both_call),
		TEST("/local/mesh/end_is_seen", test_end_is_seen),
		TEST("/local/mesh/same_nickname", test_same_nickname),
		TEST("/local/mesh/dead_socket", test_dead_socket),
		TEST("/local/mesh/closes_on_nonsense", test_closes_on_nonsense),
		TEST("/local/mesh/refuses_bad_greetings", test_refuses_bad_greetings),
		TEST("/local/mesh/greeting_is_not_repeated", test_greeting_is_not_repeated),
		TEST("/local/mesh/peer_that_does_not_read", test_peer_that_does_not_read),
		TEST("/local/mesh/flood_is_held_up", test_flood_is_held_up),
		TEST("/local/mesh/stream", test_stream),
		TEST("/local/mesh/squatter", test_squatter),
		TEST("/local/mesh/steps_around_squatter", test_steps_around_squatter),
		TEST("/local/mesh/crowd", test_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
