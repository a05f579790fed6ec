/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus_pair.h"

#define FLOOD 5000

struct heard {
	unsigned count;
	guint32 sum;
	struct bus_scope **scope; /* to be freed when a signal comes, or NULL */
};

static void on_signal(struct bus_reader *args, void *data)
{
	struct heard *heard = data;

	heard->count++;
	heard->sum += bus_read_uint32(args);
	assert_true(bus_reader_ok(args));
	if (heard->scope)
		g_clear_pointer(heard->scope, bus_scope_free);
}

static void emit_to(struct bus *from, const char *destination, const char *path, const char *member,
		    guint32 value)
{
	DBusMessage *message = dbus_message_new_signal(path, SERVICE_IFACE, member);

	if (destination)
		dbus_message_set_destination(message, destination);
	dbus_message_append_args(message, DBUS_TYPE_UINT32, &value, DBUS_TYPE_INVALID);
	bus_send(from, message);
}

static void emit(struct pair *pair, const char *path, const char *member, guint32 value)
{
	emit_to(pair->service, NULL, path, member, value);
}

static void subscribe(struct pair *pair, struct bus_scope *scope, const char *path,
		      const char *member, struct heard *heard)
{
	bus_subscribe(scope, bus_unique_name(pair->service), path, SERVICE_IFACE, member, on_signal,
		      heard);
}

static void test_filters(void **state)
{
	struct pair *pair = *state;
	struct heard all = {0}, at_path = {0}, member = {0}, both = {0};

	subscribe(pair, pair->scope, NULL, NULL, &all);
	subscribe(pair, pair->scope, "/a", NULL, &at_path);
	subscribe(pair, pair->scope, NULL, "One", &member);
	subscribe(pair, pair->scope, "/a", "One", &both);
	pair_sync(pair);
	emit(pair, "/a", "One", 1);
	emit(pair, "/a", "Two", 10);
	emit(pair, "/b", "One", 100);
	emit(pair, "/b", "Two", 1000);
	wait_until(all.count == 4);
	assert_int_equal(all.sum, 1111);
	assert_int_equal(at_path.sum, 11);
	assert_int_equal(member.sum, 101);
	assert_int_equal(both.sum, 1);
}

static void test_other_sender(void **state)
{
	struct pair *pair = *state;
	struct bus *mallory = pair_open(pair);
	struct heard heard = {0};

	subscribe(pair, pair->scope, NULL, NULL, &heard);
	pair_sync(pair);
	/* Addressed to us, so that it comes without a match rule. */
	emit_to(mallory, bus_unique_name(pair->client), "/a", "One", 1000);
	bus_send(mallory, dbus_message_new_method_call(bus_unique_name(pair->service), SERVICE_PATH,
						       SERVICE_IFACE, "Ping"));
	wait_until(pair->pings == 2);
	emit(pair, "/a", "One", 1);
	wait_until(heard.count);
	assert_int_equal(heard.sum, 1);
	bus_close(mallory);
}

static void test_bad_subscriptions(void **state)
{
	struct pair *pair = *state;
	struct heard heard = {0};

	bus_subscribe(pair->scope, "", NULL, SERVICE_IFACE, NULL, on_signal, &heard);
	bus_subscribe(pair->scope, NULL, NULL, SERVICE_IFACE, NULL, on_signal, &heard);
	bus_subscribe(pair->scope, "org.example.Known", NULL, SERVICE_IFACE, NULL, on_signal,
		      &heard);
	bus_subscribe(pair->scope, "',eavesdrop='true", NULL, SERVICE_IFACE, NULL, on_signal,
		      &heard);
	bus_subscribe(pair->scope, ":1.1", NULL, "a.b',path='/", NULL, on_signal, &heard);
	pair_sync(pair);
	assert_int_equal(g_hash_table_size(pair->client->origins), 0);
}

static void on_stats(struct bus_reader *reply, const GError *error, void *data)
{
	struct bus_reader dict, value;
	const char *key;

	*(int *)data = -2;
	if (error)
		return;
	bus_read_array(reply, &dict);
	while (bus_read_property(&dict, &key, &value))
		if (g_str_equal(key, "MatchRules"))
			*(int *)data = (int)bus_read_integer(&value);
}

/* How many rules the bus keeps for the client. */
static int count_rules(struct pair *pair)
{
	struct bus_scope *scope = bus_scope_new(pair->client);
	struct bus_call *call =
		bus_call_new(scope, BUS_NAME, BUS_PATH, "org.freedesktop.DBus.Debug.Stats",
			     "GetConnectionStats");
	int rules = -1;

	bus_write_string(bus_call_args(call), bus_unique_name(pair->client));
	bus_call_send(call, -1, on_stats, &rules);
	wait_until(rules != -1);
	bus_scope_free(scope);
	return rules;
}

static void test_rules_are_counted(void **state)
{
	struct pair *pair = *state;
	struct bus_scope *second = bus_scope_new(pair->client);
	struct heard heard = {0};

	if (count_rules(pair) < 0)
		skip(); /* a bus built without statistics */
	assert_int_equal(count_rules(pair), 0);
	subscribe(pair, pair->scope, NULL, NULL, &heard);
	subscribe(pair, pair->scope, "/a", NULL, &heard);
	assert_int_equal(count_rules(pair), 1);
	subscribe(pair, second, "/a", "One", &heard);
	subscribe(pair, second, "/b", "One", &heard);
	assert_int_equal(count_rules(pair), 2);
	bus_subscribe(second, bus_unique_name(pair->service), NULL, "org.example.Other", NULL,
		      on_signal, &heard);
	assert_int_equal(count_rules(pair), 3);
	g_clear_pointer(&pair->scope, bus_scope_free);
	assert_int_equal(count_rules(pair), 2);
	emit(pair, "/a", "One", 1);
	wait_until(heard.count);
	bus_scope_free(second);
	assert_int_equal(count_rules(pair), 0);
	assert_int_equal(g_hash_table_size(pair->client->origins), 0);
}

static void test_scope_freed_in_callback(void **state)
{
	struct pair *pair = *state;
	struct heard first = {.scope = &pair->scope}, others = {0}, control = {0};
	struct bus_scope *kept = bus_scope_new(pair->client);

	subscribe(pair, kept, NULL, NULL, &control);
	subscribe(pair, pair->scope, "/a", NULL, &first);
	subscribe(pair, pair->scope, "/a", NULL, &others);
	subscribe(pair, pair->scope, NULL, "One", &others);
	subscribe(pair, pair->scope, NULL, NULL, &others);
	pair_sync(pair);
	emit(pair, "/a", "One", 1);
	emit(pair, "/a", "One", 1);
	wait_until(control.count == 2);
	assert_int_equal(first.count, 1);
	assert_int_equal(others.count, 0);
	bus_scope_free(kept);
}

struct grower {
	struct pair *pair;
	struct heard late;
	unsigned count;
};

static void on_signal_subscribe(struct bus_reader *args, void *data)
{
	struct grower *grower = data;

	if (grower->count++ == 0)
		for (int i = 0; i < 100; i++)
			subscribe(grower->pair, grower->pair->scope, NULL, NULL, &grower->late);
}

static void test_subscribed_in_callback(void **state)
{
	struct pair *pair = *state;
	struct grower grower = {.pair = pair};

	bus_subscribe(pair->scope, bus_unique_name(pair->service), NULL, SERVICE_IFACE, NULL,
		      on_signal_subscribe, &grower);
	pair_sync(pair);
	emit(pair, "/a", "One", 1);
	wait_until(grower.count == 1);
	assert_int_equal(grower.late.count, 0);
	emit(pair, "/a", "One", 1);
	wait_until(grower.late.count == 100);
}

static void on_signal_close(struct bus_reader *args, void *data)
{
	struct pair *pair = data;

	g_clear_pointer(&pair->client, bus_close);
}

static void test_bus_closed_in_callback(void **state)
{
	struct pair *pair = *state;
	struct heard heard = {0};

	bus_subscribe(pair->scope, bus_unique_name(pair->service), "/a", SERVICE_IFACE, NULL,
		      on_signal_close, pair);
	subscribe(pair, pair->scope, NULL, NULL, &heard);
	pair_sync(pair);
	for (int i = 0; i < 10; i++)
		emit(pair, "/a", "One", 1);
	wait_until(!pair->client);
	assert_int_equal(heard.count, 0);
}

/* Counts how many signals came since it had its last turn. */
struct turns {
	const struct heard *heard;
	unsigned before, worst, turns;
};

static void take_turn(struct turns *turns)
{
	turns->worst = MAX(turns->worst, turns->heard->count - turns->before);
	turns->before = turns->heard->count;
	turns->turns++;
}

static gboolean on_readable(GIOChannel *channel, GIOCondition condition, void *data)
{
	take_turn(data);
	return G_SOURCE_CONTINUE;
}

static gboolean on_timer(void *data)
{
	take_turn(data);
	return G_SOURCE_CONTINUE;
}

static void test_flood_starves_nobody(void **state)
{
	struct pair *pair = *state;
	struct heard heard = {0};
	struct turns input = {.heard = &heard}, timer = {.heard = &heard};
	GIOChannel *channel;
	guint watch, tick;
	int fds[2];

	/* A descriptor that always has something to read, as a held key does. */
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	channel = g_io_channel_unix_new(fds[0]);
	subscribe(pair, pair->scope, NULL, NULL, &heard);
	pair_sync(pair);
	for (guint32 i = 0; i < FLOOD; i++)
		emit(pair, "/a", "One", 1);
	watch = g_io_add_watch(channel, G_IO_IN, on_readable, &input);
	tick = g_timeout_add(0, on_timer, &timer);
	wait_until(heard.count == FLOOD);
	assert_int_equal(heard.sum, FLOOD);
	assert_true(input.worst <= 64);
	assert_true(timer.worst <= 64);
	g_source_remove(watch);
	g_source_remove(tick);
	g_io_channel_unref(channel);
	close(fds[0]);
	close(fds[1]);
}

static void test_backlog_is_taken_in_turns(void **state)
{
	struct pair *pair = *state;
	struct heard heard = {0};
	struct turns turns = {.heard = &heard};
	guint tick;

	subscribe(pair, pair->scope, NULL, NULL, &heard);
	pair_sync(pair);
	for (guint32 i = 0; i < 1000; i++)
		emit(pair, "/a", "One", 1);
	emit(pair, "/a", "One", 1);
	/* Everything is read before the main loop runs, so that only the bound holds it up. */
	dbus_connection_flush(pair->service->connection);
	for (gint64 end = g_get_monotonic_time() + 50000; g_get_monotonic_time() < end;)
		dbus_connection_read_write(pair->client->connection, 1);
	tick = g_timeout_add(0, on_timer, &turns);
	wait_until(heard.count == 1001);
	assert_true(turns.worst <= 64);
	g_source_remove(tick);
}

static void test_many_paths(void **state)
{
	struct pair *pair = *state;
	struct heard heard[500] = {{0}};
	struct heard all = {0};

	for (guint i = 0; i < G_N_ELEMENTS(heard); i++) {
		g_autofree char *path = g_strdup_printf("/channel/%u", i);

		subscribe(pair, pair->scope, path, "One", &heard[i]);
	}
	subscribe(pair, pair->scope, NULL, NULL, &all);
	pair_sync(pair);
	for (guint i = 0; i < FLOOD; i++) {
		g_autofree char *path = g_strdup_printf("/channel/%u", i % 500);

		emit(pair, path, "One", i % 500);
	}
	wait_until(all.count == FLOOD);
	for (guint i = 0; i < G_N_ELEMENTS(heard); i++) {
		assert_int_equal(heard[i].count, FLOOD / 500);
		assert_int_equal(heard[i].sum, i * (FLOOD / 500));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PAIR_TEST("/bus/signals are filtered", test_filters),
		PAIR_TEST("/bus/signal of another sender is ignored", test_other_sender),
		PAIR_TEST("/bus/bad subscription hears nothing", test_bad_subscriptions),
		PAIR_TEST("/bus/match rules are counted", test_rules_are_counted),
		PAIR_TEST("/bus/scope freed in a signal", test_scope_freed_in_callback),
		PAIR_TEST("/bus/subscribed in a signal", test_subscribed_in_callback),
		PAIR_TEST("/bus/bus closed in a signal", test_bus_closed_in_callback),
		PAIR_TEST("/bus/flood starves nobody", test_flood_starves_nobody),
		PAIR_TEST("/bus/backlog is taken in turns", test_backlog_is_taken_in_turns),
		PAIR_TEST("/bus/many paths", test_many_paths),
	};

	return cmocka_run_group_tests_name("bus/signal", tests, NULL, NULL);
}
