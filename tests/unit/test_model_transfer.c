/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/model/account.h"
#include "src/model/model.h"
#include "tests/lib/test.h"

#include <string.h>

#define S G_USEC_PER_SEC

struct fixture {
	struct model *model;
	struct account *account;
	unsigned added, changed, removed;
};

static void on_event(const struct event *event, void *data)
{
	struct fixture *f = data;

	f->added += event->type == EVENT_TRANSFER_ADDED;
	f->changed += event->type == EVENT_TRANSFER_CHANGED;
	f->removed += event->type == EVENT_TRANSFER_REMOVED;
}

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->model = model_new();
	f->account = account_new(f->model, "work", "local", "local");
	model_listen(f->model, on_event, f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	model_free(f->model);
	g_free(f);
	return 0;
}

static struct transfer *make(struct fixture *f, guint64 size, bool incoming)
{
	return transfer_new(f->model, f->account, "bob", "a\033b", size, incoming);
}

static void assert_progress(const struct transfer *transfer, const char *wanted)
{
	g_autofree char *text = transfer_print_progress(transfer);

	assert_string_equal(text, wanted);
}

static void test_life(void **state)
{
	struct fixture *f = *state;
	struct transfer *transfer = make(f, 1000, false);

	assert_int_equal(f->added, 1);
	assert_string_equal(transfer->name, "a^[b");
	assert_ptr_equal(model_find_transfer(f->model, 1), transfer);
	transfer_set_state(transfer, TRANSFER_RUNNING);
	transfer_set_state(transfer, TRANSFER_RUNNING);
	assert_int_equal(f->changed, 1);
	transfer_complete(transfer, NULL, TRANSFER_HASH_NONE);
	transfer_fail(transfer, TRANSFER_END_ERROR, "too late");
	assert_int_equal(transfer->state, TRANSFER_COMPLETED);
	assert_int_equal(transfer->done, 1000);
	transfer_remove(transfer);
	assert_int_equal(f->removed, 1);
	assert_null(model_find_transfer(f->model, 1));
}

static void test_rate(void **state)
{
	struct fixture *f = *state;
	struct transfer *transfer = make(f, 100000000, false);

	transfer_set_state(transfer, TRANSFER_RUNNING);
	transfer_set_progress(transfer, 0, 10 * S);
	assert_int_equal(transfer_seconds_left(transfer), -1);
	transfer_set_progress(transfer, 1000000, 11 * S);
	assert_int_equal((int)transfer->rate, 1000000);
	assert_int_equal(transfer_seconds_left(transfer), 99);
	assert_progress(transfer, "1%  1.0\xc2\xa0MB/s  1:39 left");
	/* Too soon for another sample. */
	transfer_set_progress(transfer, 9000000, 11 * S + 1000);
	assert_int_equal((int)transfer->rate, 1000000);
	/* After a pause what was before does not count. */
	transfer_set_progress(transfer, 11000000, 21 * S);
	assert_int_equal((int)transfer->rate, 1000000);
	/* What comes after the last byte takes its time, too. */
	transfer_set_progress(transfer, 100000000, 22 * S);
	assert_progress(transfer, "all sent; waits for its end");
}

/* What was there already did not come at any rate. */
static void test_rate_resumed(void **state)
{
	struct fixture *f = *state;
	struct transfer *transfer = make(f, 2000, true);

	transfer_set_progress(transfer, 1000, 10 * S);
	transfer_set_progress(transfer, 1100, 11 * S);
	assert_int_equal((int)transfer->rate, 100);
	assert_int_equal(transfer_percent(transfer), 55);
}

static void test_sizes(void **state)
{
	struct fixture *f = *state;
	struct transfer *unknown = make(f, TRANSFER_SIZE_UNKNOWN, true);
	struct transfer *empty = make(f, 0, true);
	struct transfer *huge = make(f, G_GUINT64_CONSTANT(1) << 62, true);

	assert_int_equal(transfer_percent(unknown), -1);
	assert_int_equal(transfer_percent(empty), 0);
	transfer_set_progress(huge, (G_GUINT64_CONSTANT(1) << 62) - 1, S);
	transfer_set_progress(unknown, 1000, S);
	transfer_complete(unknown, "/a", TRANSFER_HASH_NONE);
	assert_int_equal(unknown->size, 1000);
	transfer_complete(empty, "/b", TRANSFER_HASH_SAME);
	assert_int_equal(transfer_percent(empty), 100);
	assert_progress(empty, "complete, checksum right");
}

static void test_status(void **state)
{
	struct fixture *f = *state;
	struct transfer *a = make(f, 1000, true), *b = make(f, 3000, false);
	g_autofree char *one = NULL, *two = NULL;

	assert_null(model_print_transfers(f->model));
	transfer_set_state(a, TRANSFER_RUNNING);
	transfer_set_progress(a, 420, S);
	one = model_print_transfers(f->model);
	assert_string_equal(one, "File 42%");
	transfer_set_state(b, TRANSFER_RUNNING);
	transfer_set_progress(b, 580, S);
	two = model_print_transfers(f->model);
	assert_string_equal(two, "2 files 25%");
}

static void test_requests(void **state)
{
	struct fixture *f = *state;
	struct transfer *a = make(f, 1000, true), *b = make(f, 1000, true);
	struct request *request = model_add_file_request(a);

	assert_ptr_not_equal(model_add_file_request(b), request);
	assert_int_equal(f->model->requests->len, 2);
	assert_int_equal(request->kind, REQUEST_FILE);
	transfer_set_state(a, TRANSFER_STARTING);
	assert_null(model_find_file_request(a));
	transfer_fail(b, TRANSFER_END_STOPPED, "gone");
	assert_int_equal(f->model->requests->len, 0);
}

static void test_account_removed(void **state)
{
	struct fixture *f = *state;
	struct transfer *transfer = make(f, 1000, true);
	g_autofree char *row = NULL;

	model_add_file_request(transfer);
	account_remove(f->account);
	assert_int_equal(transfer->end, TRANSFER_END_CONNECTION);
	assert_null(transfer->account);
	assert_int_equal(f->model->requests->len, 0);
	row = transfer_print_row(transfer);
	assert_string_equal(row, "1  from bob  a^[b  1.0\xc2\xa0kB  the account was removed");
}

static void test_old_ones_go(void **state)
{
	struct fixture *f = *state;
	struct transfer *running = make(f, 1000, true);

	for (int i = 0; i < 300; i++)
		transfer_fail(make(f, 1000, false), TRANSFER_END_ERROR, "no");
	assert_in_range(f->model->transfers->len, 100, 103);
	assert_ptr_equal(model_find_transfer(f->model, 1), running);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/model/transfer_" name, function, setup, teardown, NULL                           \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("life", test_life),
		TEST("rate", test_rate),
		TEST("rate_resumed", test_rate_resumed),
		TEST("sizes", test_sizes),
		TEST("status", test_status),
		TEST("requests", test_requests),
		TEST("account_removed", test_account_removed),
		TEST("old_ones_go", test_old_ones_go),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
