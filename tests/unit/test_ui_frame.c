/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <glib.h>

#include "ui/frame.h"

/* A pipe that keeps apart what was written by different calls, in the place of a terminal. */
struct fixture {
	int pipe[2];
	struct frame *frame;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	if (pipe2(f->pipe, O_DIRECT | O_NONBLOCK | O_CLOEXEC) < 0)
		return -1;
	f->frame = frame_new(f->pipe[1]);
	*state = f;
	return f->frame ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	frame_free(f->frame);
	close(f->pipe[0]);
	close(f->pipe[1]);
	g_free(f);
	return 0;
}

/* As curses do, past the buffer of the FILE. */
static void put(struct fixture *f, const char *text)
{
	assert_int_equal(write(fileno(frame_file(f->frame)), text, strlen(text)), strlen(text));
}

static void assert_arrived(struct fixture *f, const char *text)
{
	char bytes[4096] = "";
	ssize_t n = read(f->pipe[0], bytes, sizeof(bytes) - 1);

	assert_string_equal(n > 0 ? bytes : "", text);
}

static void test_one_piece(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++) {
		frame_begin(f->frame);
		put(f, "\033[2;20H");
		put(f, "14:01 Bob    hello");
		put(f, "\033[24;7H");
		assert_arrived(f, "");
		frame_end(f->frame);
		assert_arrived(f, "\033[2;20H14:01 Bob    hello\033[24;7H");
		assert_arrived(f, "");
	}
}

static void test_shorter_than_the_one_before(void **state)
{
	struct fixture *f = *state;

	frame_begin(f->frame);
	put(f, "a long one");
	frame_end(f->frame);
	frame_begin(f->frame);
	put(f, "b");
	frame_end(f->frame);
	assert_arrived(f, "a long one");
	assert_arrived(f, "b");
}

static void test_empty(void **state)
{
	struct fixture *f = *state;

	frame_begin(f->frame);
	frame_end(f->frame);
	assert_arrived(f, "");
}

static void test_outside(void **state)
{
	struct fixture *f = *state;

	put(f, "\033[?1049h");
	put(f, "\033[H");
	assert_arrived(f, "\033[?1049h");
	assert_arrived(f, "\033[H");
}

/* With `ulimit -f 0` each write goes to the terminal at once. */
static void test_no_room(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, none;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = (struct rlimit){0, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	frame_begin(f->frame);
	put(f, "\033[2;20H");
	assert_arrived(f, "\033[2;20H");
	frame_end(f->frame);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_arrived(f, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{"/ui/frame/one_piece", test_one_piece, setup, teardown, NULL},
		{"/ui/frame/shorter", test_shorter_than_the_one_before, setup, teardown, NULL},
		{"/ui/frame/empty", test_empty, setup, teardown, NULL},
		{"/ui/frame/outside", test_outside, setup, teardown, NULL},
		{"/ui/frame/no_room", test_no_room, setup, teardown, NULL},
	};

	return cmocka_run_group_tests_name("ui/frame", tests, NULL, NULL);
}
