/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/relay.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes through a relay, in both directions and to each kind of end. */

struct world {
	int near[2], far[2]; /* [0] ours, [1] the relay's */
	struct relay *relay;
	int ends;
	bool broken;
	guint64 progress;
};

static void on_end(struct relay *relay, bool broken, void *data)
{
	struct world *w = data;

	w->ends++;
	w->broken = broken;
}

static void on_progress(struct relay *relay, guint64 bytes, void *data)
{
	((struct world *)data)->progress = bytes;
}

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, w->near), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, w->far), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	relay_free(w->relay);
	close(w->near[0]);
	close(w->far[0]);
	g_free(w);
	return 0;
}

static bool has_ended(void *data)
{
	return ((struct world *)data)->ends > 0;
}

static bool is_readable(void *data)
{
	char c;

	return recv(*(int *)data, &c, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

static void expect(int fd, const char *text)
{
	char buffer[64] = "";

	assert_true(test_wait_until(is_readable, &fd, 5000));
	assert_int_equal(recv(fd, buffer, sizeof buffer, 0), strlen(text));
	assert_string_equal(buffer, text);
}

static void test_both_ways_and_half_close(void **state)
{
	struct world *w = *state;

	w->relay = relay_new(w->near[1], w->far[1], on_end, w);
	assert_int_equal(send(w->near[0], "ping", 4, 0), 4);
	expect(w->far[0], "ping");
	shutdown(w->near[0], SHUT_WR);
	expect(w->far[0], "");
	assert_int_equal(send(w->far[0], "pong", 4, 0), 4);
	expect(w->near[0], "pong");
	assert_int_equal(w->ends, 0);
	shutdown(w->far[0], SHUT_WR);
	expect(w->near[0], "");
	assert_true(test_wait_until(has_ended, w, 5000));
	assert_false(w->broken);
}

static void test_broken(void **state)
{
	struct world *w = *state;

	w->relay = relay_new(w->near[1], w->far[1], on_end, w);
	close(w->far[0]);
	w->far[0] = -1;
	assert_int_equal(send(w->near[0], "x", 1, 0), 1);
	assert_true(test_wait_until(has_ended, w, 5000));
	assert_int_equal(w->ends, 1);
}

static void test_limit(void **state)
{
	struct world *w = *state;

	w->relay = relay_new_oneway(w->near[1], w->far[1], 3, on_progress, on_end, w);
	assert_int_equal(send(w->near[0], "abcdef", 6, 0), 6);
	expect(w->far[0], "abc");
	expect(w->far[0], "");
	assert_true(test_wait_until(has_ended, w, 5000));
	assert_int_equal(w->progress, 3);
	assert_false(w->broken);
}

static void test_nothing(void **state)
{
	struct world *w = *state;

	w->relay = relay_new_oneway(w->near[1], w->far[1], 0, on_progress, on_end, w);
	expect(w->far[0], "");
	assert_true(test_wait_until(has_ended, w, 5000));
}

/* A receiver that does not read holds the sender up: nothing is kept in between but a pipe. */
static void test_back_pressure(void **state)
{
	struct world *w = *state;
	static char block[65536];
	size_t sent = 0, got = 0;
	ssize_t n;

	w->relay = relay_new(w->near[1], w->far[1], on_end, w);
	for (int quiet = 0; quiet < 3; quiet++) {
		while ((n = send(w->near[0], block, sizeof block, 0)) > 0) {
			sent += (size_t)n;
			quiet = 0;
		}
		test_wait_drain();
	}
	assert_true(sent < 4 << 20);
	close(w->near[0]);
	w->near[0] = -1;
	while (test_wait_until(is_readable, &w->far[0], 5000) &&
	       (n = recv(w->far[0], block, sizeof block, 0)) > 0)
		got += (size_t)n;
	assert_int_equal(got, sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/local/relay/both_ways_and_half_close", test_both_ways_and_half_close, setup,
		 teardown, NULL},
		{"/local/relay/broken", test_broken, setup, teardown, NULL},
		{"/local/relay/limit", test_limit, setup, teardown, NULL},
		{"/local/relay/nothing", test_nothing, setup, teardown, NULL},
		{"/local/relay/back_pressure", test_back_pressure, setup, teardown, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
