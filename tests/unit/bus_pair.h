/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * For the tests of src/bus/: a client and a service, two connections of the test process to
 * a private bus. Setup and teardown for cmocka; the service exports an object at SERVICE_PATH.
 */

#include "private_bus.h"
#include "src/bus/private.h"

#define SERVICE_PATH  "/service"
#define SERVICE_IFACE "org.example.Service"

struct pair {
	struct private_bus daemon;
	struct bus *service, *client;
	struct bus_scope *service_scope, *scope;
	GPtrArray *requests; /* calls that the service was told not to answer */
	unsigned pings;
	unsigned closed;
};

static inline void service_echo(struct bus_request *request, struct bus_reader *args, void *data)
{
	bus_write_string(bus_request_reply(request), bus_read_string(args));
	bus_request_finish(request);
}

static inline void service_fail(struct bus_request *request, struct bus_reader *args, void *data)
{
	bus_request_fail(request, "org.example.Error.Nope", "not today");
}

static inline void service_hold(struct bus_request *request, struct bus_reader *args, void *data)
{
	struct pair *pair = data;

	g_ptr_array_add(pair->requests, request);
}

static inline void service_ping(struct bus_request *request, struct bus_reader *args, void *data)
{
	struct pair *pair = data;

	pair->pings++;
	bus_request_finish(request);
}

static inline void service_motto(struct bus_writer *value, void *data)
{
	bus_write_string(value, "festina lente");
}

static inline void service_answer(struct bus_writer *value, void *data)
{
	bus_write_uint32(value, 42);
}

static inline void service_broken(struct bus_writer *value, void *data)
{
	bus_write_string(value, "\xff");
}

static const struct bus_method service_methods[] = {
	{SERVICE_IFACE, "Echo", "s", service_echo},
	{SERVICE_IFACE, "Fail", "", service_fail},
	{SERVICE_IFACE, "Hold", "", service_hold},
	{SERVICE_IFACE, "Ping", "", service_ping},
	{0},
};

static const struct bus_property service_properties[] = {
	{SERVICE_IFACE, "Motto", "s", service_motto},
	{SERVICE_IFACE, "Answer", "u", service_answer},
	{"org.example.Broken", "Broken", "s", service_broken},
	{0},
};

static inline void pair_on_closed(struct bus *bus, void *data)
{
	((struct pair *)data)->closed++;
}

static inline struct bus *pair_open(const struct pair *pair)
{
	struct bus *bus = bus_open(pair->daemon.address, NULL);

	assert_non_null(bus);
	wait_until(*bus_unique_name(bus));
	return bus;
}

static inline int pair_setup(void **state)
{
	struct pair *pair = g_new0(struct pair, 1);

	private_bus_start(&pair->daemon);
	pair->requests = g_ptr_array_new();
	pair->service = pair_open(pair);
	pair->client = pair_open(pair);
	pair->service_scope = bus_scope_new(pair->service);
	pair->scope = bus_scope_new(pair->client);
	bus_on_closed(pair->client, pair_on_closed, pair);
	bus_export(pair->service_scope, SERVICE_PATH, service_methods, service_properties, pair);
	*state = pair;
	return 0;
}

static inline void pair_answer_held(struct pair *pair)
{
	for (guint i = 0; i < pair->requests->len; i++)
		bus_request_finish(pair->requests->pdata[i]);
	g_ptr_array_set_size(pair->requests, 0);
}

static inline int pair_teardown(void **state)
{
	struct pair *pair = *state;

	pair_answer_held(pair);
	g_ptr_array_unref(pair->requests);
	bus_scope_free(pair->scope);
	bus_scope_free(pair->service_scope);
	bus_close(pair->client);
	bus_close(pair->service);
	private_bus_stop(&pair->daemon);
	g_free(pair);
	return 0;
}

static inline struct bus_call *pair_call(struct pair *pair, const char *method)
{
	return bus_call_new(pair->scope, bus_unique_name(pair->service), SERVICE_PATH,
			    SERVICE_IFACE, method);
}

/* What a call came to. */
struct answer {
	unsigned count;
	char *text; /* the first argument, when that is a string */
	GError *error;
};

static inline void on_answer(struct bus_reader *reply, const GError *error, void *data)
{
	struct answer *answer = data;

	answer->count++;
	g_clear_pointer(&answer->text, g_free);
	g_clear_error(&answer->error);
	assert_true(!reply != !error);
	if (error)
		answer->error = g_error_copy(error);
	else if (bus_reader_type(reply) == DBUS_TYPE_STRING)
		answer->text = g_strdup(bus_read_string(reply));
}

static inline void answer_clear(struct answer *answer)
{
	g_free(answer->text);
	g_clear_error(&answer->error);
}

/* Returns when everything that was sent before it has been to the service and back. */
static inline void pair_sync(struct pair *pair)
{
	struct bus_scope *scope = bus_scope_new(pair->client);
	struct answer answer = {0};

	bus_call_send(bus_call_new(scope, bus_unique_name(pair->service), SERVICE_PATH,
				   SERVICE_IFACE, "Ping"),
		      -1, on_answer, &answer);
	wait_until(answer.count);
	assert_null(answer.error);
	answer_clear(&answer);
	bus_scope_free(scope);
}

#define PAIR_TEST(test_name, function)                                                             \
	{                                                                                          \
		.name = (test_name), .test_func = (function), .setup_func = pair_setup,            \
		.teardown_func = pair_teardown                                                     \
	}
