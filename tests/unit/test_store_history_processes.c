/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Several phemes on one file, and phemes that are killed. A child talks to the test through a
 * pipe; it never returns into cmocka. */

#include "history_test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#define ROUNDS 10

struct child {
	pid_t pid;
	int from; /* what it tells */
	int go;   /* a byte: it may go on */
};

typedef void (*child_fn)(struct fixture *f, int number);

static int child_out, child_go;

static void tell(guint32 number)
{
	if (write(child_out, &number, sizeof(number)) != sizeof(number))
		_exit(3);
}

static bool told(struct child *child, guint32 *number)
{
	return read(child->from, number, sizeof(*number)) == sizeof(*number);
}

static void wait_go(void)
{
	char byte;

	if (read(child_go, &byte, 1) < 0)
		_exit(2);
}

static struct child begin(struct fixture *f, child_fn fn, int number)
{
	int out[2], go[2];
	struct child child;

	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(go), 0);
	child.pid = fork();
	if (child.pid == 0) {
		close(out[0]);
		close(go[1]);
		child_out = out[1];
		child_go = go[0];
		alarm(WAIT_SECONDS);
		/* The default one shares the descriptor that wakes it up with the parent's. */
		g_main_context_push_thread_default(g_main_context_new());
		fn(f, number);
		_exit(0);
	}
	close(out[1]);
	close(go[0]);
	child.from = out[0];
	child.go = go[1];
	return child;
}

static void go(struct child *child)
{
	assert_int_equal(write(child->go, "", 1), 1);
	close(child->go);
	child->go = -1;
}

static void end(struct child *child, int signal)
{
	int status;

	if (signal)
		kill(child->pid, signal);
	else if (child->go >= 0)
		go(child);
	if (child->go >= 0)
		close(child->go);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	close(child->from);
	if (signal)
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signal);
	else
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static struct history_message numbered(unsigned number, int delivery)
{
	struct history_message m = {.time = number,
				    .direction = MESSAGE_OUT,
				    .delivery = delivery,
				    .text = (char *)"numbered"};

	m.uid = g_strdup_printf("n-%u", number);
	m.dedupe = m.uid;
	return m;
}

static int no_history(void **state)
{
	int code = setup(state);

	stop(*state);
	return code;
}

/* --- killed at any moment ----------------------------------------------------------------- */

static void tell_stored(enum history_result result, gint64 row, const char *why, void *data)
{
	if (result != HISTORY_STORED)
		_exit(4);
	tell(GPOINTER_TO_UINT(data));
}

static void write_for_ever(struct fixture *f, int first)
{
	start(f);
	for (unsigned number = first;;) {
		for (int i = 0; i < 7; i++, number++) {
			struct history_message m = numbered(number, DELIVERY_SENT);

			history_append(f->history, &bob, &m, tell_stored, GUINT_TO_POINTER(number));
			g_free(m.uid);
		}
		g_main_context_iteration(g_main_context_get_thread_default(), FALSE);
	}
}

/* All that was told to be stored is there, and nothing is there twice. */
static void check_rows(struct fixture *f, GHashTable *stored)
{
	g_autoptr(GHashTable) found = g_hash_table_new(NULL, NULL);
	struct answer page = {0};
	GHashTableIter iter;
	void *number;

	read_before(f, &bob, 0, 1000000, &page);
	for (unsigned i = 0; i < page.items->len; i++) {
		const struct history_message *m = item(&page, i);

		assert_string_equal(m->text, "numbered");
		assert_true(g_hash_table_add(found, GUINT_TO_POINTER((guint)m->time)));
	}
	g_hash_table_iter_init(&iter, stored);
	while (g_hash_table_iter_next(&iter, &number, NULL))
		assert_true(g_hash_table_contains(found, number));
	clear_answer(&page);
}

static void test_killed(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GHashTable) stored = g_hash_table_new(NULL, NULL);

	for (int round = 0; round < ROUNDS; round++) {
		struct child child = begin(f, write_for_ever, round * 100000);
		int wanted = g_random_int_range(0, 1500);
		guint32 number;

		while (wanted-- > 0 && told(&child, &number))
			g_hash_table_add(stored, GUINT_TO_POINTER(number));
		kill(child.pid, SIGKILL);
		while (told(&child, &number))
			g_hash_table_add(stored, GUINT_TO_POINTER(number));
		end(&child, SIGKILL);
		start(f);
		check_rows(f, stored);
		stop(f);
	}
	assert_true(g_hash_table_size(stored) > 0);
	assert_int_equal(f->problems->len, 0);
}

/* --- at the same time --------------------------------------------------------------------- */

static void write_some(struct fixture *f, int first)
{
	tell(0);
	wait_go();
	start(f);
	for (int i = 0; i < 500; i++) {
		struct history_message m = numbered(first + i, DELIVERY_SENT);
		struct answer answer = {0};

		append(f, i % 2 ? &bob : &room, &m, &answer);
		if (answer.result != HISTORY_STORED) {
			print_error("%d: %s\n", first + i, answer.why);
			_exit(5);
		}
		g_free(m.uid);
	}
	stop(f);
	for (unsigned i = 0; i < f->problems->len; i++)
		print_error("%s\n", (char *)f->problems->pdata[i]);
	_exit(f->problems->len ? 6 : 0);
}

static void test_two_writers(void **state)
{
	struct fixture *f = *state;
	struct child children[2];
	struct answer page = {0};
	guint32 ready;

	for (int i = 0; i < 2; i++)
		children[i] = begin(f, write_some, i * 1000);
	for (int i = 0; i < 2; i++)
		assert_true(told(&children[i], &ready));
	go(&children[0]);
	go(&children[1]);
	for (int i = 0; i < 2; i++)
		end(&children[i], 0);
	start(f);
	read_before(f, &bob, 0, 10000, &page);
	assert_int_equal(page.items->len, 500);
	clear_answer(&page);
}

static void queue_some(struct fixture *f, int count)
{
	start(f);
	for (int i = 0; i < count; i++) {
		struct history_message m = numbered(i, DELIVERY_QUEUED);

		append_ok(f, &bob, &m);
		g_free(m.uid);
	}
	tell(count);
	wait_go();
	stop(f);
}

static void claim_all(struct fixture *f, int count)
{
	start(f);
	history_flush(f->history);
	tell(0);
	wait_go();
	for (int i = 0; i < count; i++) {
		g_autofree char *uid = g_strdup_printf("n-%d", i);

		if (claim(f, uid))
			tell(1000 + i);
	}
	close(child_out);
	/* Stays alive until the other is done too: what a dead one claimed has failed. */
	for (;;)
		pause();
}

static void test_claimed_by_one(void **state)
{
	struct fixture *f = *state;
	struct child writer = begin(f, queue_some, 50), claimers[2];
	bool claimed[50] = {false};
	guint32 number;
	int count = 0;

	assert_true(told(&writer, &number));
	end(&writer, 0);
	for (int i = 0; i < 2; i++) {
		claimers[i] = begin(f, claim_all, 50);
		assert_true(told(&claimers[i], &number));
	}
	go(&claimers[0]);
	go(&claimers[1]);
	for (int i = 0; i < 2; i++) {
		for (; told(&claimers[i], &number); count++) {
			assert_false(claimed[number - 1000]);
			claimed[number - 1000] = true;
		}
	}
	assert_int_equal(count, 50);
	end(&claimers[0], SIGKILL);
	end(&claimers[1], SIGKILL);
}

static void test_queued_of_the_living(void **state)
{
	struct fixture *f = *state;
	struct child writer = begin(f, queue_some, 3);
	struct answer answer = {0};
	guint32 number;

	assert_true(told(&writer, &number));
	start(f);
	history_read_queued(f->history, "work", on_items, &answer);
	WAIT_FOR(answer.done);
	assert_int_equal(answer.items->len, 0);
	assert_false(claim(f, "n-1"));
	end(&writer, SIGKILL);
	clear_answer(&answer);
	history_read_queued(f->history, "work", on_items, &answer);
	WAIT_FOR(answer.done);
	assert_int_equal(answer.items->len, 3);
	assert_true(claim(f, "n-1"));
	clear_answer(&answer);
}

static void send_some(struct fixture *f, int count)
{
	start(f);
	for (int i = 0; i < count; i++) {
		struct history_message m = numbered(i, i % 2 ? DELIVERY_SENDING : DELIVERY_SENT);

		append_ok(f, &bob, &m);
		g_free(m.uid);
	}
	tell(count);
	wait_go();
}

static void test_sending_of_the_dead(void **state)
{
	struct fixture *f = *state;
	struct child writer = begin(f, send_some, 2);
	struct answer page = {0};
	guint32 number;

	assert_true(told(&writer, &number));
	start(f);
	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(item(&page, 1)->delivery, DELIVERY_SENDING);
	end(&writer, SIGKILL);
	restart(f);
	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(item(&page, 0)->delivery, DELIVERY_SENT);
	assert_null(item(&page, 0)->reason);
	assert_int_equal(item(&page, 1)->delivery, DELIVERY_FAILED);
	assert_non_null(strstr(item(&page, 1)->reason, "before the network confirmed"));
	clear_answer(&page);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/history/" name, function, no_history, teardown, NULL                             \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("killed", test_killed),
		TEST("two-writers", test_two_writers),
		TEST("claimed-by-one", test_claimed_by_one),
		TEST("queued-of-the-living", test_queued_of_the_living),
		TEST("sending-of-the-dead", test_sending_of_the_dead),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("history-processes", tests, NULL, NULL);
}
