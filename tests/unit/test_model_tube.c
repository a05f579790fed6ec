/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/model/account.h"
#include "src/model/model.h"
#include "src/model/tube.h"
#include "tests/lib/test.h"

#include <string.h>

#define S ((gint64)G_USEC_PER_SEC)

struct fixture {
	struct model *model;
	struct account *account;
	unsigned added, removed, changed[32]; /* by the bit of TUBE_CHANGED_… */
	enum tube_outcome outcome;            /* of the last that ended */
	char *reason;
};

static void on_changed(struct fixture *f, const struct event *event)
{
	for (unsigned bit = 0; bit < 32; bit++)
		f->changed[bit] += (event->change >> bit) & 1;
	if (event->tube->state != TUBE_ENDED)
		return;
	/* It is still in the model. */
	assert_ptr_equal(model_find_tube(f->model, event->tube->number), event->tube);
	f->outcome = event->tube->outcome;
	g_free(f->reason);
	f->reason = g_strdup(event->tube->reason);
}

static void on_event(const struct event *event, void *data)
{
	struct fixture *f = data;

	f->added += event->type == EVENT_TUBE_ADDED;
	f->removed += event->type == EVENT_TUBE_REMOVED;
	if (event->type == EVENT_TUBE_CHANGED)
		on_changed(f, event);
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
	g_free(f->reason);
	g_free(f);
	return 0;
}

static unsigned count(const struct fixture *f, unsigned change)
{
	return f->changed[g_bit_nth_lsf(change, -1)];
}

static struct tube *make(struct fixture *f, bool incoming, enum tube_state state)
{
	const struct tube_init init = {
		.incoming = incoming,
		.account = f->account,
		.peer = "bob@example.org",
		.alias = "Bob\033",
		.service = "x-test\n",
		.state = state,
	};

	return tube_new(f->model, &init);
}

/* --- life --------------------------------------------------------------------------------- */

static void test_life(void **state)
{
	struct fixture *f = *state;
	struct tube *tube = make(f, false, TUBE_OFFERING);

	assert_int_equal(f->added, 1);
	assert_int_equal(tube->number, 1);
	assert_ptr_equal(model_find_tube(f->model, 1), tube);
	assert_string_equal(tube->peer, "bob@example.org");
	assert_string_equal(tube->shown_peer, "Bob^[");
	assert_string_equal(tube->service, "x-test\n");
	assert_null(strchr(tube->shown_service, '\n'));
	tube_set_state(tube, TUBE_WAITING);
	tube_set_state(tube, TUBE_WAITING);
	assert_int_equal(count(f, TUBE_CHANGED_STATE), 1);
	tube_end(tube, TUBE_REFUSED, "Bob\033 refused it");
	assert_int_equal(count(f, TUBE_CHANGED_STATE), 2);
	assert_int_equal(f->outcome, TUBE_REFUSED);
	assert_string_equal(f->reason, "Bob^[ refused it");
	assert_int_equal(f->removed, 1);
	assert_null(model_find_tube(f->model, 1));
	/* Numbers are never used again. */
	assert_int_equal(make(f, false, TUBE_OFFERING)->number, 2);
}

static void test_without_alias(void **state)
{
	struct fixture *f = *state;
	const struct tube_init init = {
		.account = f->account, .peer = "bob", .alias = "", .service = "x"};

	assert_string_equal(tube_new(f->model, &init)->shown_peer, "bob");
}

static void test_account_removed(void **state)
{
	struct fixture *f = *state;
	struct account *other = account_new(f->model, "home", "local", "local");
	struct tube_init init = {.account = other, .peer = "bob", .service = "x"};
	struct tube *kept = tube_new(f->model, &init);

	make(f, true, TUBE_OPEN);
	make(f, false, TUBE_WAITING);
	account_remove(f->account);
	assert_int_equal(f->removed, 2);
	assert_int_equal(f->outcome, TUBE_FAILED);
	assert_int_equal(f->model->tubes->len, 1);
	assert_ptr_equal(model_find_tube(f->model, kept->number), kept);
}

/* The question goes with what it is about, and with the answer. */
static void test_requests(void **state)
{
	struct fixture *f = *state;
	struct tube *a = make(f, true, TUBE_ASKED), *b = make(f, true, TUBE_ASKED);
	struct request *request = model_add_tube_request(a);

	assert_ptr_equal(model_add_tube_request(a), request);
	assert_ptr_not_equal(model_add_tube_request(b), request);
	assert_int_equal(request->kind, REQUEST_TUBE);
	assert_int_equal(f->model->requests->len, 2);
	tube_set_state(a, TUBE_ACCEPTING);
	assert_null(model_find_tube_request(a));
	tube_end(b, TUBE_DONE, "taken back");
	assert_int_equal(f->model->requests->len, 0);
}

/* --- facts -------------------------------------------------------------------------------- */

static void test_facts(void **state)
{
	static const char *const members[] = {":1.1 Bob", ":1.2 Eve\033[2J", NULL};
	struct fixture *f = *state;
	struct tube *tube = make(f, true, TUBE_OPEN);

	tube_set_local(tube, "127.0.0.1:5900");
	tube_set_local(tube, "127.0.0.1:5900");
	tube_set_access(tube, "credentials");
	tube_set_by_rule(tube, true);
	tube_set_by_rule(tube, true);
	assert_int_equal(count(f, TUBE_CHANGED_FACTS), 3);
	assert_string_equal(tube->local, "127.0.0.1:5900");
	assert_string_equal(tube->access, "credentials");
	tube_set_members(tube, members);
	assert_int_equal(g_strv_length(tube->members), 2);
	assert_string_equal(tube->members[1], ":1.2 Eve^[[2J");
	tube_set_members(tube, members + 2);
	assert_int_equal(g_strv_length(tube->members), 0);
}

static void assert_describes(struct tube *tube, const char *expected)
{
	g_autofree char *text = tube_describe(tube);

	assert_string_equal(text, expected);
}

static void test_words(void **state)
{
	struct fixture *f = *state;
	struct tube_init init = {
		.account = f->account, .peer = "bob", .alias = "Bob", .service = "rfb"};

	assert_describes(tube_new(f->model, &init), "rfb to Bob");
	init.incoming = true;
	assert_describes(tube_new(f->model, &init), "rfb from Bob");
	init.room = "#dev\t";
	assert_describes(tube_new(f->model, &init), "rfb from Bob in #dev^I");
	init.incoming = false;
	init.kind = TUBE_DBUS;
	init.service = "org.example.Game";
	assert_describes(tube_new(f->model, &init), "dbus:org.example.Game to #dev^I");
	for (enum tube_state s = TUBE_ASKED; s <= TUBE_ENDED; s++)
		assert_true(*tube_state_name(s));
}

static void test_service(void **state)
{
	struct fixture *f = *state;
	struct tube_init init = {.account = f->account, .peer = "bob", .service = "org.example.G"};
	struct tube *stream = tube_new(f->model, &init), *dbus;
	g_autofree char *name = NULL, *full = NULL;

	init.kind = TUBE_DBUS;
	dbus = tube_new(f->model, &init);
	name = tube_service_name(stream);
	full = tube_service_name(dbus);
	assert_string_equal(name, "org.example.G");
	assert_string_equal(full, "dbus:org.example.G");
	assert_true(tube_is_service(stream, "org.example.G"));
	assert_false(tube_is_service(stream, "dbus:org.example.G"));
	assert_true(tube_is_service(dbus, "dbus:org.example.G"));
	assert_true(tube_is_service(dbus, "org.example.G"));
	assert_false(tube_is_service(dbus, "org.example"));
}

/* --- connections and bytes ---------------------------------------------------------------- */

static void test_connections(void **state)
{
	struct fixture *f = *state;
	struct tube *tube = make(f, false, TUBE_OPEN);

	tube_add_connection(tube, 1, "Bob\033");
	tube_add_connection(tube, 2, "?");
	assert_string_equal(tube_find_connection(tube, 1)->peer, "Bob^[");
	tube_name_connection(tube, 2, "Carol");
	tube_name_connection(tube, 3, "nobody");
	assert_string_equal(tube_find_connection(tube, 2)->peer, "Carol");
	assert_null(tube_find_connection(tube, 3));
	tube_set_bytes(tube, 1, 100, 10);
	tube_set_bytes(tube, 2, 50, 5);
	tube_set_bytes(tube, 1, 200, 10);
	tube_set_bytes(tube, 3, 1000, 1000);
	assert_int_equal(tube->out, 250);
	assert_int_equal(tube->in, 15);
	tube_remove_connection(tube, 1);
	tube_remove_connection(tube, 1);
	assert_int_equal(tube->connections->len, 1);
	/* What has passed has passed. */
	assert_int_equal(tube->out, 250);
	assert_int_equal(count(f, TUBE_CHANGED_CONNECTIONS), 3);
}

static void test_rate(void **state)
{
	struct fixture *f = *state;
	struct tube *tube = make(f, false, TUBE_OPEN);

	tube_add_connection(tube, 1, "Bob");
	assert_false(tube_count(tube, 1000 * S));
	tube_set_bytes(tube, 1, 300, 200);
	assert_true(tube_count(tube, 1000 * S));
	assert_false(tube_count(tube, 1000 * S));
	tube_set_bytes(tube, 1, 400, 200);
	assert_true(tube_count(tube, 1000 * S + S / 2));
	assert_int_equal(count(f, TUBE_CHANGED_TRAFFIC), 2);
	assert_int_equal(tube_rate(tube, 1000 * S, 0), 600);
	assert_int_equal(tube_rate(tube, 1003 * S, 3), 600);
	assert_int_equal(tube_rate(tube, 1003 * S, 2), 0);
	/* Seconds without any, and then some. */
	tube_set_bytes(tube, 1, 401, 200);
	assert_true(tube_count(tube, 1010 * S));
	assert_int_equal(tube_rate(tube, 1010 * S, 0), 1);
	assert_int_equal(tube_rate(tube, 1010 * S, 5), 0);
	assert_int_equal(tube_rate(tube, 1010 * S, 10), 600);
}

/* What a minute ago was in the same place of the ring is no longer told. */
static void test_rate_of_old(void **state)
{
	struct fixture *f = *state;
	struct tube *tube = make(f, false, TUBE_OPEN);

	tube_add_connection(tube, 1, "Bob");
	for (unsigned i = 1; i <= TUBE_RATE_SECONDS; i++) {
		tube_set_bytes(tube, 1, 10 * i, 0);
		assert_true(tube_count(tube, (2000 + i) * S));
	}
	for (unsigned ago = 0; ago < TUBE_RATE_SECONDS; ago++)
		assert_int_equal(tube_rate(tube, (2000 + TUBE_RATE_SECONDS) * S, ago), 10);
	assert_int_equal(tube_rate(tube, (2000 + TUBE_RATE_SECONDS) * S, TUBE_RATE_SECONDS), 0);
	tube_set_bytes(tube, 1, 10 * TUBE_RATE_SECONDS + 7, 0);
	assert_true(tube_count(tube, 9000 * S));
	assert_int_equal(tube_rate(tube, 9000 * S, 0), 7);
	for (unsigned ago = 1; ago < TUBE_RATE_SECONDS; ago++)
		assert_int_equal(tube_rate(tube, 9000 * S, ago), 0);
	/* A view that is drawn later than anything was counted. */
	assert_int_equal(tube_rate(tube, 9100 * S, 0), 0);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/model/tube_" name, function, setup, teardown, NULL                               \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("life", test_life),
		TEST("without_alias", test_without_alias),
		TEST("account_removed", test_account_removed),
		TEST("requests", test_requests),
		TEST("facts", test_facts),
		TEST("words", test_words),
		TEST("service", test_service),
		TEST("connections", test_connections),
		TEST("rate", test_rate),
		TEST("rate_of_old", test_rate_of_old),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
