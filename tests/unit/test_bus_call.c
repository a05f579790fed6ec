/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus_pair.h"

static void echo(struct pair *pair, const char *text, struct answer *answer)
{
	struct bus_call *call = pair_call(pair, "Echo");

	bus_write_string(bus_call_args(call), text);
	bus_call_send(call, -1, on_answer, answer);
}

static void test_reply(void **state)
{
	struct answer answer = {0};

	echo(*state, "hello", &answer);
	assert_int_equal(answer.count, 0);
	wait_until(answer.count);
	assert_null(answer.error);
	assert_string_equal(answer.text, "hello");
	answer_clear(&answer);
}

static void test_error(void **state)
{
	struct answer answer = {0};

	bus_call_send(pair_call(*state, "Fail"), -1, on_answer, &answer);
	wait_until(answer.count);
	assert_true(g_error_matches(answer.error, BUS_ERROR, BUS_ERROR_REMOTE));
	assert_string_equal(bus_error_name(answer.error), "org.example.Error.Nope");
	assert_string_equal(answer.error->message,
			    "cannot call org.example.Service.Fail: not today");
	answer_clear(&answer);
}

static void test_timeout(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_call_send(pair_call(pair, "Hold"), 30, on_answer, &answer);
	wait_until(answer.count);
	assert_true(g_error_matches(answer.error, BUS_ERROR, BUS_ERROR_TIMEOUT));
	assert_string_equal(bus_error_name(answer.error), DBUS_ERROR_NO_REPLY);

	/* The answer that comes after all goes nowhere. */
	wait_until(pair->requests->len);
	pair_answer_held(pair);
	pair_sync(pair);
	assert_int_equal(answer.count, 1);
	answer_clear(&answer);
}

static void test_no_service(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};
	struct bus_call *call =
		bus_call_new(pair->scope, "org.example.Nobody", "/", SERVICE_IFACE, "Ping");

	bus_call_no_autostart(call);
	bus_call_send(call, -1, on_answer, &answer);
	wait_until(answer.count);
	assert_true(g_error_matches(answer.error, BUS_ERROR, BUS_ERROR_REMOTE));
	assert_string_equal(bus_error_name(answer.error), DBUS_ERROR_NAME_HAS_NO_OWNER);
	answer_clear(&answer);
}

static void test_no_reply_wanted(void **state)
{
	struct pair *pair = *state;

	assert_null(bus_call_send(pair_call(pair, "Ping"), -1, NULL, NULL));
	wait_until(pair->pings == 1);
}

static void test_cancel(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_call_cancel(bus_call_send(pair_call(pair, "Ping"), -1, on_answer, &answer));
	pair_sync(pair);
	assert_int_equal(answer.count, 0);
}

static void test_drop(void **state)
{
	struct pair *pair = *state;
	struct bus_call *call = pair_call(pair, "Ping");

	bus_call_drop(call);
	pair_sync(pair);
	assert_int_equal(pair->pings, 1);
}

static void test_scope_freed(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	echo(pair, "one", &answer);
	echo(pair, "\xff", &answer);
	pair_call(pair, "Ping");
	g_clear_pointer(&pair->scope, bus_scope_free);
	pair_sync(pair);
	assert_int_equal(answer.count, 0);
}

struct suicide {
	struct pair *pair;
	struct bus_call *call;
	unsigned count;
};

static void on_answer_free_scope(struct bus_reader *reply, const GError *error, void *data)
{
	struct suicide *suicide = data;

	suicide->count++;
	g_clear_pointer(&suicide->pair->scope, bus_scope_free);
	bus_call_cancel(suicide->call);
	/* What was borrowed is still there. */
	assert_true(error || bus_reader_ok(reply));
}

static void test_scope_freed_in_callback(void **state)
{
	struct pair *pair = *state;
	struct suicide suicide = {.pair = pair};

	for (int i = 0; i < 3; i++)
		suicide.call =
			bus_call_send(pair_call(pair, "Ping"), -1, on_answer_free_scope, &suicide);
	suicide.call = NULL;
	wait_until(suicide.count);
	pair_sync(pair);
	assert_int_equal(suicide.count, 1);
}

static void on_answer_cancel(struct bus_reader *reply, const GError *error, void *data)
{
	struct suicide *suicide = data;

	bus_call_cancel(suicide->call);
	suicide->count++;
}

static void test_cancel_in_callback(void **state)
{
	struct suicide suicide = {.pair = *state};

	suicide.call = bus_call_send(pair_call(*state, "Ping"), -1, on_answer_cancel, &suicide);
	wait_until(suicide.count);
	pair_sync(*state);
	assert_int_equal(suicide.count, 1);
}

static void test_invalid_text(void **state)
{
	struct answer answer = {0};

	echo(*state, "caf\xe9", &answer);
	assert_int_equal(answer.count, 0);
	wait_until(answer.count);
	assert_true(g_error_matches(answer.error, BUS_ERROR, BUS_ERROR_INVALID));
	assert_string_equal(bus_error_name(answer.error), "");
	answer_clear(&answer);
}

static void test_invalid_header(void **state)
{
	static const char *const headers[][4] = {
		{"not a name", "/", "a.b", "C"}, {NULL, "/", "a.b", "C"},
		{"a.b", "no/slash", "a.b", "C"}, {"a.b", NULL, "a.b", "C"},
		{"a.b", "/", "nodot", "C"},      {"a.b", "/", NULL, "C"},
		{"a.b", "/", "a.b", "1C"},       {"a.b", "/", "a.b", NULL},
		{"a.b", "/", "\xff.b", "C"},
	};
	struct pair *pair = *state;

	for (guint i = 0; i < G_N_ELEMENTS(headers); i++) {
		struct answer answer = {0};
		struct bus_call *call = bus_call_new(pair->scope, headers[i][0], headers[i][1],
						     headers[i][2], headers[i][3]);

		bus_write_uint32(bus_call_args(call), 1);
		bus_call_send(call, -1, on_answer, &answer);
		wait_until(answer.count);
		assert_true(g_error_matches(answer.error, BUS_ERROR, BUS_ERROR_INVALID));
		assert_true(g_utf8_validate(answer.error->message, -1, NULL));
		answer_clear(&answer);
	}
}

static void test_too_large(void **state)
{
	struct pair *pair = *state;
	g_autofree char *text = g_malloc(BUS_MESSAGE_MAX + 1);
	struct answer answer = {0};

	memset(text, 'x', BUS_MESSAGE_MAX);
	text[BUS_MESSAGE_MAX] = '\0';
	echo(pair, text, &answer);
	wait_until(answer.count);
	assert_true(g_error_matches(answer.error, BUS_ERROR, BUS_ERROR_INVALID));
	answer_clear(&answer);
	assert_true(bus_is_open(pair->client));
}

static void test_large(void **state)
{
	g_autofree char *text = g_strnfill(2 * 1024 * 1024, 'x');
	struct answer answer = {0};

	echo(*state, text, &answer);
	wait_until(answer.count);
	assert_string_equal(answer.text, text);
	answer_clear(&answer);
}

static void test_property(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_property_get(pair->scope, bus_unique_name(pair->service), SERVICE_PATH, SERVICE_IFACE,
			 "Motto", on_answer, &answer);
	wait_until(answer.count);
	assert_string_equal(answer.text, "festina lente");
	answer_clear(&answer);
}

static void test_property_error(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_property_get(pair->scope, bus_unique_name(pair->service), SERVICE_PATH, SERVICE_IFACE,
			 "Nothing", on_answer, &answer);
	wait_until(answer.count);
	assert_string_equal(answer.error->message,
			    "cannot get org.example.Service.Nothing: no such property");
	answer_clear(&answer);
}

static void on_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct bus_reader dict, value;
	const char *key;

	assert_null(error);
	bus_read_array(reply, &dict);
	while (bus_read_property(&dict, &key, &value)) {
		if (g_str_equal(key, "Motto"))
			assert_string_equal(bus_read_string(&value), "festina lente");
		if (g_str_equal(key, "Answer"))
			assert_int_equal(bus_read_uint32(&value), 42);
		++*(unsigned *)data;
	}
	assert_true(bus_reader_ok(reply));
}

static void test_properties(void **state)
{
	struct pair *pair = *state;
	unsigned found = 0;

	bus_property_get_all(pair->scope, bus_unique_name(pair->service), SERVICE_PATH,
			     SERVICE_IFACE, on_properties, &found);
	wait_until(found);
	assert_int_equal(found, 2);
}

/* --- the end of the bus ----------------------------------------------------------------- */

struct loss {
	struct pair *pair;
	unsigned failed;
	unsigned again;
};

static void on_lost_again(struct bus_reader *reply, const GError *error, void *data)
{
	struct loss *loss = data;

	assert_true(g_error_matches(error, BUS_ERROR, BUS_ERROR_DISCONNECTED));
	loss->again++;
}

static void on_lost(struct bus_reader *reply, const GError *error, void *data)
{
	struct loss *loss = data;

	assert_true(g_error_matches(error, BUS_ERROR, BUS_ERROR_DISCONNECTED));
	assert_int_equal(loss->pair->closed, 0);
	loss->failed++;
	bus_call_send(pair_call(loss->pair, "Ping"), -1, on_lost_again, loss);
}

static void test_bus_dies(void **state)
{
	struct pair *pair = *state;
	struct loss loss = {.pair = pair};

	for (int i = 0; i < 5; i++)
		bus_call_send(pair_call(pair, "Hold"), i ? -1 : G_MAXINT, on_lost, &loss);
	wait_until(pair->requests->len == 5);
	private_bus_kill(&pair->daemon);
	wait_until(pair->closed && loss.again == 5);
	assert_int_equal(loss.failed, 5);
	assert_int_equal(pair->closed, 1);
	assert_false(bus_is_open(pair->client));
}

static void test_call_after_the_end(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	private_bus_kill(&pair->daemon);
	wait_until(pair->closed);
	echo(pair, "anyone?", &answer);
	assert_int_equal(answer.count, 0);
	wait_until(answer.count);
	assert_true(g_error_matches(answer.error, BUS_ERROR, BUS_ERROR_DISCONNECTED));
	assert_int_equal(pair->closed, 1);
	answer_clear(&answer);
}

static void on_lost_close(struct bus_reader *reply, const GError *error, void *data)
{
	struct pair *pair = data;

	g_clear_pointer(&pair->client, bus_close);
}

static void test_closed_while_dying(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_call_send(pair_call(pair, "Hold"), -1, on_lost_close, pair);
	bus_call_send(pair_call(pair, "Hold"), -1, on_answer, &answer);
	wait_until(pair->requests->len == 2);
	private_bus_kill(&pair->daemon);
	wait_until(!pair->client && !bus_is_open(pair->service));
	assert_int_equal(pair->closed, 0);
	assert_int_equal(answer.count, 0);
}

static void test_close_in_callback(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_call_send(pair_call(pair, "Ping"), -1, on_lost_close, pair);
	bus_call_send(pair_call(pair, "Ping"), -1, on_answer, &answer);
	wait_until(!pair->client && pair->pings == 2);
	assert_int_equal(pair->closed, 0);
	assert_int_equal(answer.count, 0);
}

static void on_signal(struct bus_reader *args, void *data)
{
	++*(unsigned *)data;
}

static void test_calls_before_hello(void **state)
{
	struct pair *pair = *state;
	struct bus *bus = bus_open(pair->daemon.address, NULL);
	struct bus_scope *scope = bus_scope_new(bus);
	struct answer answer = {0};
	unsigned acquired = 0;

	assert_string_equal(bus_unique_name(bus), "");
	bus_subscribe(scope, BUS_NAME, NULL, BUS_NAME, "NameAcquired", on_signal, &acquired);
	bus_call_send(bus_call_new(scope, bus_unique_name(pair->service), SERVICE_PATH,
				   SERVICE_IFACE, "Ping"),
		      -1, on_answer, &answer);
	wait_until(answer.count && acquired);
	assert_null(answer.error);
	assert_true(*bus_unique_name(bus) == ':');
	answer_clear(&answer);
	bus_scope_free(scope);
	bus_close(bus);
}

static void test_closed_at_once(void **state)
{
	struct pair *pair = *state;
	struct bus *bus = bus_open(pair->daemon.address, NULL);
	struct bus_scope *scope = bus_scope_new(bus);
	struct answer answer = {0};

	bus_call_send(bus_call_new(scope, BUS_NAME, BUS_PATH, BUS_NAME, "GetId"), -1, on_answer,
		      &answer);
	bus_close(bus);
	pair_sync(pair);
	bus_scope_free(scope);
	assert_int_equal(answer.count, 0);
}

static void test_nobody_listens(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(bus_open("unix:path=/nonexistent/bus", &error));
	assert_true(g_error_matches(error, BUS_ERROR, BUS_ERROR_FAILED));
	assert_true(g_str_has_prefix(error->message, "cannot connect to the bus at unix:path="));
}

static void test_bad_address(void **state)
{
	static const char *const addresses[] = {"", "nonsense", "unix:", "\xff", "unix:path=%zz"};

	for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(bus_open(addresses[i], &error));
		assert_true(g_error_matches(error, BUS_ERROR, BUS_ERROR_FAILED));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PAIR_TEST("/bus/call gets its reply", test_reply),
		PAIR_TEST("/bus/call gets the error and its name", test_error),
		PAIR_TEST("/bus/call times out", test_timeout),
		PAIR_TEST("/bus/call to nobody fails", test_no_service),
		PAIR_TEST("/bus/call without a reply arrives", test_no_reply_wanted),
		PAIR_TEST("/bus/cancelled call calls nothing", test_cancel),
		PAIR_TEST("/bus/dropped call is not sent", test_drop),
		PAIR_TEST("/bus/freed scope calls nothing", test_scope_freed),
		PAIR_TEST("/bus/scope freed in its callback", test_scope_freed_in_callback),
		PAIR_TEST("/bus/call cancelled in its callback", test_cancel_in_callback),
		PAIR_TEST("/bus/invalid text is an error", test_invalid_text),
		PAIR_TEST("/bus/invalid header is an error", test_invalid_header),
		PAIR_TEST("/bus/too large message is an error", test_too_large),
		PAIR_TEST("/bus/large message passes", test_large),
		PAIR_TEST("/bus/property is read", test_property),
		PAIR_TEST("/bus/missing property is an error", test_property_error),
		PAIR_TEST("/bus/properties are read", test_properties),
		PAIR_TEST("/bus/end of the bus fails each call once", test_bus_dies),
		PAIR_TEST("/bus/call after the end fails", test_call_after_the_end),
		PAIR_TEST("/bus/bus closed while it ends", test_closed_while_dying),
		PAIR_TEST("/bus/bus closed in a callback", test_close_in_callback),
		PAIR_TEST("/bus/calls before Hello was answered", test_calls_before_hello),
		PAIR_TEST("/bus/bus closed at once", test_closed_at_once),
		{"/bus/nobody listens at the address", test_nobody_listens, NULL, NULL, NULL},
		{"/bus/bad address is an error", test_bad_address, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("bus/call", tests, NULL, NULL);
}
