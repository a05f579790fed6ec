/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus_pair.h"

static void call(struct pair *pair, const char *path, const char *interface, const char *method,
		 struct answer *answer)
{
	struct bus_call *out =
		bus_call_new(pair->scope, bus_unique_name(pair->service), path, interface, method);

	bus_call_send(out, -1, on_answer, answer);
}

static void assert_refused(struct pair *pair, const char *path, const char *interface,
			   const char *method, const char *error_name)
{
	struct answer answer = {0};

	call(pair, path, interface, method, &answer);
	wait_until(answer.count);
	assert_string_equal(bus_error_name(answer.error), error_name);
	answer_clear(&answer);
}

static void test_wrong_signature(void **state)
{
	assert_refused(*state, SERVICE_PATH, SERVICE_IFACE, "Echo", DBUS_ERROR_INVALID_ARGS);
	assert_refused(*state, SERVICE_PATH, BUS_PROPERTIES, "Get", DBUS_ERROR_INVALID_ARGS);
}

static void test_unknown(void **state)
{
	assert_refused(*state, SERVICE_PATH, SERVICE_IFACE, "Nothing", DBUS_ERROR_UNKNOWN_METHOD);
	assert_refused(*state, SERVICE_PATH, "a.b", "Ping", DBUS_ERROR_UNKNOWN_METHOD);
	assert_refused(*state, SERVICE_PATH, BUS_PROPERTIES, "Set", DBUS_ERROR_UNKNOWN_METHOD);
	assert_refused(*state, "/elsewhere", SERVICE_IFACE, "Ping", DBUS_ERROR_UNKNOWN_METHOD);
}

static void test_property_that_cannot_be_sent(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_property_get(pair->scope, bus_unique_name(pair->service), SERVICE_PATH,
			 "org.example.Broken", "Broken", on_answer, &answer);
	wait_until(answer.count == 1);
	assert_string_equal(bus_error_name(answer.error), DBUS_ERROR_FAILED);
	bus_property_get_all(pair->scope, bus_unique_name(pair->service), SERVICE_PATH, "",
			     on_answer, &answer);
	wait_until(answer.count == 2);
	assert_string_equal(bus_error_name(answer.error), DBUS_ERROR_FAILED);
	answer_clear(&answer);
}

static void test_introspection(void **state)
{
	struct answer answer = {0};

	call(*state, SERVICE_PATH, DBUS_INTERFACE_INTROSPECTABLE, "Introspect", &answer);
	wait_until(answer.count);
	assert_null(answer.error);
	assert_non_null(strstr(answer.text, "<method name=\"Echo\">"));
	assert_non_null(strstr(answer.text, "<arg type=\"s\" direction=\"in\"/>"));
	assert_non_null(strstr(answer.text, "<property name=\"Motto\" type=\"s\""));
	answer_clear(&answer);
}

static void test_answered_later(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	call(pair, SERVICE_PATH, SERVICE_IFACE, "Hold", &answer);
	wait_until(pair->requests->len);
	pair_sync(pair);
	assert_int_equal(answer.count, 0);
	pair_answer_held(pair);
	wait_until(answer.count);
	assert_null(answer.error);
}

static void test_answered_after_the_scope(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	call(pair, SERVICE_PATH, SERVICE_IFACE, "Hold", &answer);
	wait_until(pair->requests->len);
	g_clear_pointer(&pair->service_scope, bus_scope_free);
	pair_answer_held(pair);
	wait_until(answer.count);
	assert_null(answer.error);
	assert_refused(pair, SERVICE_PATH, SERVICE_IFACE, "Ping", DBUS_ERROR_UNKNOWN_METHOD);
}

static void test_answered_after_the_bus(void **state)
{
	struct pair *pair = *state;
	struct answer answer = {0};

	call(pair, SERVICE_PATH, SERVICE_IFACE, "Hold", &answer);
	wait_until(pair->requests->len);
	g_clear_pointer(&pair->service_scope, bus_scope_free);
	g_clear_pointer(&pair->service, bus_close);
	pair_answer_held(pair);
	wait_until(answer.count);
	assert_non_null(answer.error);
	answer_clear(&answer);
}

static void lenient_fail(struct bus_request *request, struct bus_reader *args, void *data)
{
	bus_request_fail(request, "not a name", "caf\xe9");
}

static void lenient_reply(struct bus_request *request, struct bus_reader *args, void *data)
{
	bus_write_string(bus_request_reply(request), "\xff");
	bus_request_finish(request);
}

static void suicide(struct bus_request *request, struct bus_reader *args, void *data)
{
	struct pair *pair = data;

	g_clear_pointer(&pair->service_scope, bus_scope_free);
	bus_request_finish(request);
}

static void test_answers_are_checked(void **state)
{
	static const struct bus_method methods[] = {
		{"org.example.Bad", "Fail", "", lenient_fail},
		{"org.example.Bad", "Reply", "", lenient_reply},
		{0},
	};
	struct pair *pair = *state;

	bus_export(pair->service_scope, "/bad", methods, NULL, NULL);
	assert_refused(pair, "/bad", "org.example.Bad", "Fail", DBUS_ERROR_FAILED);
	assert_refused(pair, "/bad", "org.example.Bad", "Reply", DBUS_ERROR_FAILED);
}

static void test_scope_freed_in_method(void **state)
{
	static const struct bus_method methods[] = {{"org.example.Sui", "Cide", "", suicide}, {0}};
	struct pair *pair = *state;
	struct answer answer = {0};

	bus_export(pair->service_scope, SERVICE_PATH, methods, NULL, pair);
	call(pair, SERVICE_PATH, "org.example.Sui", "Cide", &answer);
	wait_until(answer.count);
	assert_null(answer.error);
	assert_int_equal(g_hash_table_size(pair->service->objects), 0);
}

static void test_two_at_one_path(void **state)
{
	static const struct bus_property properties[] = {
		{"org.example.Second", "Answer", "u", service_answer},
		{0},
	};
	struct pair *pair = *state;
	struct bus_scope *second = bus_scope_new(pair->service);
	struct answer answer = {0};

	bus_export(second, SERVICE_PATH, NULL, properties, pair);
	bus_property_get(pair->scope, bus_unique_name(pair->service), SERVICE_PATH,
			 "org.example.Second", "Answer", on_answer, &answer);
	wait_until(answer.count);
	assert_null(answer.error);
	pair_sync(pair);
	bus_scope_free(second);
	pair_sync(pair);
	answer_clear(&answer);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PAIR_TEST("/bus/call of another signature is refused", test_wrong_signature),
		PAIR_TEST("/bus/unknown method is refused", test_unknown),
		PAIR_TEST("/bus/property that cannot be sent", test_property_that_cannot_be_sent),
		PAIR_TEST("/bus/object describes itself", test_introspection),
		PAIR_TEST("/bus/call is answered later", test_answered_later),
		PAIR_TEST("/bus/call is answered after its scope", test_answered_after_the_scope),
		PAIR_TEST("/bus/call is answered after the bus", test_answered_after_the_bus),
		PAIR_TEST("/bus/answers are checked", test_answers_are_checked),
		PAIR_TEST("/bus/scope freed in a method", test_scope_freed_in_method),
		PAIR_TEST("/bus/two objects at one path", test_two_at_one_path),
	};

	return cmocka_run_group_tests_name("bus/object", tests, NULL, NULL);
}
