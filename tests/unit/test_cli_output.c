/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lines for somebody who reads slowly, or not at all. */

#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/output.h"

#define LINES 30000

struct fixture {
	int ends[2];
	struct output *output;
	unsigned written, drained;
	int failed;
	unsigned last; /* tag */
};

static void on_written(void *tag, void *data)
{
	struct fixture *f = data;

	f->written++;
	assert_int_equal(GPOINTER_TO_UINT(tag), f->last + 1);
	f->last++;
}

static void on_failed(int number, void *data)
{
	((struct fixture *)data)->failed = number;
}

static void on_drained(void *data)
{
	((struct fixture *)data)->drained++;
}

static unsigned freed;

static void free_tag(void *tag)
{
	freed++;
}

static const struct output_ops ops = {
	.written = on_written, .failed = on_failed, .drained = on_drained, .free_tag = free_tag};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(f->ends, O_CLOEXEC), 0);
	fcntl(f->ends[0], F_SETFL, O_NONBLOCK);
	f->output = output_new(f->ends[1], &ops, f);
	freed = 0;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	output_free(f->output);
	for (int i = 0; i < 2; i++)
		if (f->ends[i] >= 0)
			close(f->ends[i]);
	g_free(f);
	return 0;
}

static void add(struct fixture *f, unsigned number)
{
	g_autofree char *line = g_strdup_printf("%06u %0100d", number, 0);

	assert_true(output_add(f->output, line, GUINT_TO_POINTER(number)));
}

static void turn(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

/* All that is in the pipe. */
static void take(struct fixture *f, GString *text)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(f->ends[0], bytes, sizeof(bytes))) > 0)
		g_string_append_len(text, bytes, n);
}

/* Three times what is kept in memory; a pipe of 64 KiB is full. */
static void test_slow(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 1; i <= LINES; i++)
		add(f, i);
	turn();
	assert_in_range(f->written, 1, 700);
	assert_int_equal(f->drained, 0);
	while (!output_is_empty(f->output)) {
		take(f, text);
		g_main_context_iteration(NULL, TRUE);
	}
	take(f, text);
	assert_int_equal(f->written, LINES);
	assert_int_equal(f->drained, 1);
	assert_int_equal(text->len, LINES * 108);
	for (unsigned i = 0; i < LINES; i++)
		assert_int_equal(strtoul(text->str + (gsize)i * 108, NULL, 10), i + 1);
}

static void test_no_room(void **state)
{
	struct fixture *f = *state;
	g_autofree char *big = g_strnfill(1024 * 1024, 'x');
	unsigned taken = 0;

	while (output_add(f->output, big, GUINT_TO_POINTER(taken + 1)))
		taken++;
	assert_in_range(taken, 60, 70);
	assert_int_equal(freed, 1);
}

static void test_flush(void **state)
{
	struct fixture *f = *state;

	add(f, 1);
	while (!f->written)
		g_main_context_iteration(NULL, TRUE);
	/* What comes so soon after it waits for more, but not for ever. */
	add(f, 2);
	output_flush(f->output);
	assert_int_equal(f->written, 2);
	assert_true(output_is_empty(f->output));
}

static void test_reader_goes(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GString) text = g_string_new(NULL);

	add(f, 1);
	while (!f->written)
		g_main_context_iteration(NULL, TRUE);
	take(f, text);
	/* It is seen at once, not only when there is something to write. */
	close(f->ends[0]);
	f->ends[0] = -1;
	while (!f->failed)
		g_main_context_iteration(NULL, TRUE);
	assert_int_equal(f->failed, EPIPE);
	assert_false(output_add(f->output, "more", GUINT_TO_POINTER(2)));
	assert_int_equal(freed, 1);
	assert_int_equal(f->written, 1);
}

static void test_what_was_not_written(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 1; i <= 2000; i++)
		add(f, i);
	turn();
	close(f->ends[0]);
	f->ends[0] = -1;
	while (!f->failed)
		g_main_context_iteration(NULL, TRUE);
	assert_int_equal(f->failed, EPIPE);
	assert_in_range(f->written, 1, 700);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cli/output/a slow reader", test_slow),
		TEST("/cli/output/no room", test_no_room),
		TEST("/cli/output/what waits is written at the end", test_flush),
		TEST("/cli/output/the reader goes", test_reader_goes),
		TEST("/cli/output/what was not written", test_what_was_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
