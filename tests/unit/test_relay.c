/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay_test.h"

#include <pty.h>
#include <sys/resource.h>
#include <termios.h>

#include "relay/relay.h"

struct fixture {
	struct relay *relay;
	int near[2], far[2]; /* [0]: ours, [1]: the relay's */
	struct relay_connection *connection;
	unsigned closed;
	bool heard[2];
	char *error;
	unsigned fds;
};

static void on_closed(struct relay_connection *connection, const GError *error, void *data)
{
	struct fixture *f = data;

	f->closed++;
	for (unsigned i = 0; i < 2; i++)
		f->heard[i] = relay_connection_has_heard(connection, i);
	g_free(f->error);
	f->error = error ? g_strdup(error->message) : NULL;
}

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->fds = count_fds();
	f->relay = relay_new();
	*state = f;
	return 0;
}

/* Nothing may be left open, whatever the test did. */
static int teardown(void **state)
{
	struct fixture *f = *state;

	relay_free(f->relay);
	assert_int_equal(count_fds(), f->fds);
	g_free(f->error);
	g_free(f);
	return 0;
}

static struct relay_connection *join(struct fixture *f, int near_in, int near_out, int far_in,
				     int far_out)
{
	struct relay_end near = {.in = near_in, .out = near_out, .label = "near"};
	struct relay_end far = {.in = far_in, .out = far_out, .label = "far"};
	struct relay_connection *connection = relay_join(f->relay, &near, &far, on_closed, f, NULL);

	assert_non_null(connection);
	return connection;
}

static void join_pairs(struct fixture *f)
{
	make_pair(f->near);
	make_pair(f->far);
	f->connection = join(f, f->near[1], f->near[1], f->far[1], f->far[1]);
}

static void close_ours(struct fixture *f)
{
	close(f->near[0]);
	close(f->far[0]);
}

static void test_both_ways(void **state)
{
	struct fixture *f = *state;

	join_pairs(f);
	put(f->near[0], "forth");
	EXPECT_TEXT(f->far[0], "forth");
	put(f->far[0], "and back");
	EXPECT_TEXT(f->near[0], "and back");
	assert_int_equal(relay_connection_forth(f->connection), 5);
	assert_int_equal(relay_connection_back(f->connection), 8);
	assert_int_equal(relay_count(f->relay), 1);
	assert_int_equal(relay_pipes_taken(f->relay), 0);
	close_ours(f);
	WAIT_FOR(f->closed);
	assert_null(f->error);
}

static void half_close(struct fixture *f, int silent, int talking)
{
	put(silent, "last words");
	shutdown(silent, SHUT_WR);
	EXPECT_TEXT(talking, "last words");
	EXPECT_END(talking);
	for (int i = 0; i < 3; i++) {
		put(talking, "answer");
		EXPECT_TEXT(silent, "answer");
	}
	assert_int_equal(f->closed, 0);
	shutdown(talking, SHUT_WR);
	EXPECT_END(silent);
	WAIT_FOR(f->closed);
	assert_null(f->error);
}

static void test_half_close_near(void **state)
{
	struct fixture *f = *state;

	join_pairs(f);
	half_close(f, f->near[0], f->far[0]);
	assert_true(f->heard[1]);
	assert_false(f->heard[0]);
	close_ours(f);
}

static void test_half_close_far(void **state)
{
	struct fixture *f = *state;

	join_pairs(f);
	half_close(f, f->far[0], f->near[0]);
	assert_true(f->heard[0]);
	assert_false(f->heard[1]);
	close_ours(f);
}

/* A program that has seen enough leaves the rest unread: what it said itself came in full. */
static void test_end_with_bytes_unread(void **state)
{
	struct fixture *f = *state;

	join_pairs(f);
	put(f->near[0], "more than it wants");
	WAIT_FOR(relay_connection_forth(f->connection) > 0);
	put(f->far[0], "enough");
	close(f->far[0]);
	EXPECT_TEXT(f->near[0], "enough");
	EXPECT_END(f->near[0]);
	close(f->near[0]);
	WAIT_FOR(f->closed);
	assert_null(f->error);
}

/* Fills the socket until the relay takes no more; returns how much it took. */
static guint64 fill_up(int fd)
{
	static char bytes[65536];
	guint64 sum = 0;
	unsigned quiet = 0;

	while (quiet < 20) {
		ssize_t put_now = send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);

		sum += put_now > 0 ? (guint64)put_now : 0;
		quiet = put_now > 0 ? 0 : quiet + 1;
		test_wait_drain();
	}
	return sum;
}

static void test_reader_that_never_reads(void **state)
{
	struct fixture *f = *state;
	guint64 sum;

	join_pairs(f);
	sum = fill_up(f->near[0]);
	/* Two sockets and a pipe. */
	assert_in_range(sum, 100000, 4 * 1024 * 1024);
	assert_int_equal(relay_pipes_taken(f->relay), 1);
	/* The other way still works. */
	put(f->far[0], "still here");
	EXPECT_TEXT(f->near[0], "still here");
	/* Nothing spins: the loop has nothing to do. */
	test_wait_drain();
	assert_false(g_main_context_pending(NULL));
	close_ours(f);
	WAIT_FOR(f->closed);
	assert_int_equal(relay_pipes_taken(f->relay), 0);
}

static void test_slow_reader_gets_all(void **state)
{
	struct fixture *f = *state;
	guint64 sum, read_sum = 0;
	char bytes[1000];

	join_pairs(f);
	sum = fill_up(f->near[0]);
	shutdown(f->near[0], SHUT_WR);
	for (;;) {
		ssize_t got = recv(f->far[0], bytes, sizeof(bytes), MSG_DONTWAIT);

		if (got == 0)
			break;
		read_sum += got > 0 ? (guint64)got : 0;
		if (got < 0)
			g_main_context_iteration(NULL, TRUE);
	}
	assert_int_equal(read_sum, sum);
	close_ours(f);
	WAIT_FOR(f->closed);
}

static void test_writer_that_dies(void **state)
{
	struct fixture *f = *state;

	join_pairs(f);
	put(f->near[0], "what was said counts");
	close(f->near[0]);
	EXPECT_TEXT(f->far[0], "what was said counts");
	EXPECT_END(f->far[0]);
	/* Gone altogether, so nobody waits for the other. */
	WAIT_FOR(f->closed);
	close(f->far[0]);
}

static void test_reader_that_dies(void **state)
{
	struct fixture *f = *state;

	join_pairs(f);
	fill_up(f->near[0]);
	close(f->far[0]);
	WAIT_FOR(f->closed);
	assert_int_equal(send(f->near[0], "x", 1, MSG_NOSIGNAL), -1);
	close(f->near[0]);
}

static void test_close_alone(void **state)
{
	struct fixture *f = *state;
	int near, far;

	join_pairs(f);
	near = f->near[0];
	far = f->far[0];
	fill_up(near);
	join_pairs(f);
	relay_connection_close(f->connection);
	assert_int_equal(relay_count(f->relay), 1);
	assert_int_equal(recv(f->near[0], &(char){0}, 1, 0), 0);
	close_ours(f);
	put(far, "the other lives");
	EXPECT_TEXT(near, "the other lives");
	assert_int_equal(f->closed, 0);
	close(near);
	close(far);
	WAIT_FOR(f->closed);
}

static void free_relay(struct relay_connection *connection, const GError *error, void *data)
{
	struct fixture *f = data;

	f->closed++;
	relay_free(f->relay);
}

static void test_freed_in_callback(void **state)
{
	struct fixture *f = *state;
	struct relay_end near = {0}, far = {0};

	join_pairs(f);
	close(f->near[0]);
	relay_connection_close(f->connection);
	close(f->far[0]);
	make_pair(f->near);
	make_pair(f->far);
	near.in = near.out = f->near[1];
	far.in = far.out = f->far[1];
	relay_join(f->relay, &near, &far, free_relay, f, NULL);
	close_ours(f);
	WAIT_FOR(f->closed);
	f->relay = relay_new();
}

/* --- what cannot be spliced --------------------------------------------------------------- */

static void test_terminal(void **state)
{
	struct fixture *f = *state;
	struct termios raw = {0};
	int master, slave;

	cfmakeraw(&raw);
	assert_int_equal(openpty(&master, &slave, NULL, &raw, NULL), 0);
	assert_int_equal(fcntl(slave, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
	make_pair(f->far);
	join(f, slave, slave, f->far[1], f->far[1]);
	assert_int_equal(write(master, "typed", 5), 5);
	EXPECT_TEXT(f->far[0], "typed");
	put(f->far[0], "shown");
	WAIT_FOR(read(master, (char[8]){0}, 8) == 5);
	assert_int_equal(relay_pipes_taken(f->relay), 0);
	close(f->far[0]);
	WAIT_FOR(f->closed);
	close(master);
}

static void test_files(void **state)
{
	struct fixture *f = *state;
	char *dir = make_dir();
	g_autofree char *from = g_build_filename(dir, "from", NULL);
	g_autofree char *to = g_build_filename(dir, "to", NULL);
	g_autofree char *content = g_strnfill(1000000, 'q');
	g_autofree char *got = NULL;
	gsize length;

	assert_true(g_file_set_contents(from, content, -1, NULL));
	make_pair(f->far);
	/* A file opened to append takes no splice. */
	join(f, open(from, O_RDONLY | O_CLOEXEC),
	     open(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600), f->far[1], f->far[1]);
	put(f->far[0], "one ");
	put(f->far[0], "two");
	shutdown(f->far[0], SHUT_WR);
	{
		g_autoptr(GString) all = g_string_new(NULL);

		WAIT_FOR(!read_now(f->far[0], all));
		assert_string_equal(all->str, content);
	}
	WAIT_FOR(f->closed);
	assert_null(f->error);
	assert_true(g_file_get_contents(to, &got, &length, NULL));
	assert_string_equal(got, "one two");
	close(f->far[0]);
	remove_dir(dir);
}

/* Standard input and output as pipes: when the reader of the output goes, all ends. */
static void test_pipes(void **state)
{
	struct fixture *f = *state;
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_NONBLOCK | O_CLOEXEC), 0);
	make_pair(f->far);
	join(f, in[0], out[1], f->far[1], f->far[1]);
	assert_int_equal(write(in[1], "abc", 3), 3);
	EXPECT_TEXT(f->far[0], "abc");
	put(f->far[0], "def");
	WAIT_FOR(read(out[0], (char[8]){0}, 8) == 3);
	close(out[0]);
	WAIT_FOR(f->closed);
	EXPECT_END(f->far[0]);
	close(in[1]);
	close(f->far[0]);
}

/* --- much and many ------------------------------------------------------------------------ */

#define MUCH (100 * 1024 * 1024)

struct stream {
	int fd;
	char *sum;
};

static void *write_much(void *data)
{
	struct stream *s = data;
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_MD5);
	guint32 bytes[16384];
	guint32 x = 1;

	for (gsize done = 0; done < MUCH; done += sizeof(bytes)) {
		const char *at = (const char *)bytes;
		gsize left = sizeof(bytes);

		for (gsize i = 0; i < G_N_ELEMENTS(bytes); i++)
			bytes[i] = x = x * 1664525 + 1013904223;
		g_checksum_update(sum, (const guchar *)bytes, sizeof(bytes));
		while (left) {
			ssize_t put_now = write(s->fd, at, left);

			g_assert(put_now > 0);
			at += put_now;
			left -= (gsize)put_now;
		}
	}
	shutdown(s->fd, SHUT_WR);
	s->sum = g_strdup(g_checksum_get_string(sum));
	return NULL;
}

static void *read_much(void *data)
{
	struct stream *s = data;
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_MD5);
	guchar bytes[50000];
	ssize_t got;

	while ((got = read(s->fd, bytes, sizeof(bytes))) > 0)
		g_checksum_update(sum, bytes, got);
	s->sum = g_strdup(g_checksum_get_string(sum));
	return NULL;
}

/* Both directions at once, 100 MiB each. */
static void test_every_byte(void **state)
{
	struct fixture *f = *state;
	struct stream streams[4];
	GThread *threads[4];

	join_pairs(f);
	fcntl(f->near[0], F_SETFL, 0);
	fcntl(f->far[0], F_SETFL, 0);
	for (int i = 0; i < 4; i++) {
		streams[i] = (struct stream){.fd = i % 2 ? f->far[0] : f->near[0]};
		threads[i] = g_thread_new("end", i < 2 ? write_much : read_much, &streams[i]);
	}
	WAIT_FOR(f->closed);
	for (int i = 0; i < 4; i++)
		g_thread_join(threads[i]);
	assert_string_equal(streams[0].sum, streams[3].sum);
	assert_string_equal(streams[1].sum, streams[2].sum);
	for (int i = 0; i < 4; i++)
		g_free(streams[i].sum);
	close_ours(f);
}

#define MANY 1000

static void test_thousand_connections(void **state)
{
	struct fixture *f = *state;
	int(*ends)[2] = g_malloc_n(MANY, sizeof(*ends));

	for (int i = 0; i < MANY; i++) {
		join_pairs(f);
		ends[i][0] = f->near[0];
		ends[i][1] = f->far[0];
	}
	assert_int_equal(relay_count(f->relay), MANY);
	for (int i = 0; i < MANY; i++)
		put(ends[i][0], "hello");
	for (int i = 0; i < MANY; i++)
		EXPECT_TEXT(ends[i][1], "hello");
	/* All of them are stuck: few pipes are held, and the rest is copied. */
	for (int i = 0; i < MANY; i++) {
		static char bytes[300000];

		assert_true(send(ends[i][0], bytes, sizeof(bytes), MSG_DONTWAIT) > 0);
	}
	test_wait_drain();
	for (int i = 0; i < MANY; i++)
		fill_up(ends[i][0]);
	assert_in_range(relay_pipes_taken(f->relay), 1, 200);
	for (int i = 0; i < MANY; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
	WAIT_FOR(f->closed == MANY);
	assert_int_equal(relay_count(f->relay), 0);
	assert_int_equal(relay_pipes_taken(f->relay), 0);
	g_free(ends);
}

/* --- the main loop is not starved --------------------------------------------------------- */

struct beat {
	gint64 last, longest;
	unsigned count;
};

static gboolean on_beat(void *data)
{
	struct beat *beat = data;
	gint64 now = g_get_monotonic_time();

	if (beat->last)
		beat->longest = MAX(beat->longest, now - beat->last);
	beat->last = now;
	beat->count++;
	return G_SOURCE_CONTINUE;
}

static void *write_on(void *data)
{
	static char bytes[65536];

	while (write(GPOINTER_TO_INT(data), bytes, sizeof(bytes)) > 0)
		;
	return NULL;
}

static void *read_on(void *data)
{
	static char bytes[65536];

	while (read(GPOINTER_TO_INT(data), bytes, sizeof(bytes)) > 0)
		;
	return NULL;
}

static void test_full_speed_starves_nobody(void **state)
{
	struct fixture *f = *state;
	GThread *writer, *reader;
	struct beat beat = {0};
	guint source;

	join_pairs(f);
	fcntl(f->near[0], F_SETFL, 0);
	fcntl(f->far[0], F_SETFL, 0);
	writer = g_thread_new("writer", write_on, GINT_TO_POINTER(f->near[0]));
	reader = g_thread_new("reader", read_on, GINT_TO_POINTER(f->far[0]));
	source = g_idle_add(on_beat, &beat); /* the least urgent of all */
	WAIT_FOR(relay_connection_forth(f->connection) > 50 * 1024 * 1024 && beat.count > 10);
	g_source_remove(source);
	relay_connection_close(f->connection);
	g_thread_join(writer);
	g_thread_join(reader);
	close_ours(f);
	print_message("longest turn: %" G_GINT64_FORMAT " us\n", beat.longest);
}

/* Without descriptors for a pipe it copies. */
static void test_no_descriptors(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit, low;

	join_pairs(f);
	getrlimit(RLIMIT_NOFILE, &limit);
	low = limit;
	low.rlim_cur = (rlim_t)f->far[1] + 1;
	setrlimit(RLIMIT_NOFILE, &low);
	put(f->near[0], "through a buffer");
	EXPECT_TEXT(f->far[0], "through a buffer");
	setrlimit(RLIMIT_NOFILE, &limit);
	close_ours(f);
	WAIT_FOR(f->closed);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		name, fn, setup, teardown, NULL                                                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/relay/both-ways", test_both_ways),
		TEST("/relay/half-close-near", test_half_close_near),
		TEST("/relay/half-close-far", test_half_close_far),
		TEST("/relay/end-with-bytes-unread", test_end_with_bytes_unread),
		TEST("/relay/reader-that-never-reads", test_reader_that_never_reads),
		TEST("/relay/slow-reader-gets-all", test_slow_reader_gets_all),
		TEST("/relay/writer-that-dies", test_writer_that_dies),
		TEST("/relay/reader-that-dies", test_reader_that_dies),
		TEST("/relay/close-alone", test_close_alone),
		TEST("/relay/freed-in-callback", test_freed_in_callback),
		TEST("/relay/terminal", test_terminal),
		TEST("/relay/files", test_files),
		TEST("/relay/pipes", test_pipes),
		TEST("/relay/every-byte", test_every_byte),
		TEST("/relay/thousand-connections", test_thousand_connections),
		TEST("/relay/full-speed-starves-nobody", test_full_speed_starves_nobody),
		TEST("/relay/no-descriptors", test_no_descriptors),
	};

	return cmocka_run_group_tests(tests, warm_up, NULL);
}
