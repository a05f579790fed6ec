/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus_pair.h"

#define NAME "org.example.Name"

struct owners {
	unsigned count;
	char *owner;
	struct bus_scope **scope; /* to be freed when told, or NULL */
};

static void on_owner(const char *name, const char *owner, void *data)
{
	struct owners *owners = data;

	owners->count++;
	g_free(owners->owner);
	owners->owner = g_strdup(owner);
	if (owners->scope)
		g_clear_pointer(owners->scope, bus_scope_free);
}

struct owning {
	unsigned count;
	bool owned;
};

static void on_own(const char *name, bool owned, void *data)
{
	struct owning *owning = data;

	owning->count++;
	owning->owned = owned;
	assert_string_equal(name, NAME);
}

static void test_watch(void **state)
{
	struct pair *pair = *state;
	struct owners owners = {0};
	struct owning owning = {0};

	bus_watch_name(pair->scope, NAME, on_owner, &owners);
	assert_int_equal(owners.count, 0);
	wait_until(owners.count == 1);
	assert_string_equal(owners.owner, "");
	bus_own_name(pair->service_scope, NAME, on_own, &owning);
	wait_until(owners.count == 2 && owning.count);
	assert_string_equal(owners.owner, bus_unique_name(pair->service));
	assert_true(owning.owned);
	g_clear_pointer(&pair->service_scope, bus_scope_free);
	wait_until(owners.count == 3);
	assert_string_equal(owners.owner, "");
	g_free(owners.owner);
}

static void test_watch_owned(void **state)
{
	struct pair *pair = *state;
	struct owners first = {0}, second = {0};
	struct owning owning = {0};

	bus_own_name(pair->service_scope, NAME, on_own, &owning);
	wait_until(owning.count);
	bus_watch_name(pair->scope, NAME, on_owner, &first);
	bus_watch_name(pair->scope, NAME, on_owner, &second);
	wait_until(first.count && second.count);
	assert_string_equal(first.owner, bus_unique_name(pair->service));
	assert_string_equal(second.owner, bus_unique_name(pair->service));
	pair_sync(pair);
	assert_int_equal(first.count, 1);
	g_free(first.owner);
	g_free(second.owner);
}

static void test_watch_unique(void **state)
{
	struct pair *pair = *state;
	struct bus *third = pair_open(pair);
	struct owners owners = {0};

	bus_watch_name(pair->scope, bus_unique_name(third), on_owner, &owners);
	wait_until(owners.count == 1);
	assert_string_equal(owners.owner, bus_unique_name(third));
	bus_close(third);
	wait_until(owners.count == 2);
	assert_string_equal(owners.owner, "");
	g_free(owners.owner);
}

static void test_watch_bad_name(void **state)
{
	static const char *const names[] = {"", "nodot", "a.b',arg1='", "\xff.a"};
	struct pair *pair = *state;

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		struct owners owners = {0};

		bus_watch_name(pair->scope, names[i], on_owner, &owners);
		wait_until(owners.count);
		assert_string_equal(owners.owner, "");
		g_free(owners.owner);
	}
	assert_true(bus_is_open(pair->client));
}

static void test_scope_freed_in_watch(void **state)
{
	struct pair *pair = *state;
	struct owners first = {.scope = &pair->scope}, second = {0};

	bus_watch_name(pair->scope, NAME, on_owner, &first);
	bus_watch_name(pair->scope, NAME, on_owner, &second);
	wait_until(first.count);
	pair_sync(pair);
	assert_int_equal(first.count, 1);
	assert_int_equal(second.count, 0);
	assert_int_equal(g_hash_table_size(pair->client->names), 0);
	g_free(first.owner);
}

static void test_scope_freed_in_change(void **state)
{
	struct pair *pair = *state;
	struct owners first = {0}, second = {0};
	struct owning owning = {0};

	bus_watch_name(pair->scope, NAME, on_owner, &first);
	bus_watch_name(pair->scope, NAME, on_owner, &second);
	wait_until(first.count && second.count);
	first.scope = &pair->scope;
	bus_own_name(pair->service_scope, NAME, on_own, &owning);
	wait_until(first.count == 2);
	pair_sync(pair);
	assert_int_equal(second.count, 1);
	g_free(first.owner);
	g_free(second.owner);
}

static void test_handover(void **state)
{
	struct pair *pair = *state;
	struct owning first = {0}, second = {0};

	bus_own_name(pair->scope, NAME, on_own, &first);
	assert_int_equal(first.count, 0);
	wait_until(first.count);
	assert_true(first.owned);
	bus_own_name(pair->service_scope, NAME, on_own, &second);
	wait_until(second.count);
	assert_false(second.owned);
	g_clear_pointer(&pair->scope, bus_scope_free);
	wait_until(second.owned);
	assert_int_equal(second.count, 2);
	assert_int_equal(first.count, 1);
}

static void test_handover_by_death(void **state)
{
	struct pair *pair = *state;
	struct owning first = {0}, second = {0};

	bus_own_name(pair->scope, NAME, on_own, &first);
	wait_until(first.owned);
	bus_own_name(pair->service_scope, NAME, on_own, &second);
	wait_until(second.count);
	g_clear_pointer(&pair->client, bus_close);
	wait_until(second.owned);
	assert_int_equal(first.count, 1);
}

static void test_own_released_before_the_answer(void **state)
{
	struct pair *pair = *state;
	struct owning first = {0}, second = {0};

	bus_own_name(pair->scope, NAME, on_own, &first);
	g_clear_pointer(&pair->scope, bus_scope_free);
	pair_sync(pair);
	bus_own_name(pair->service_scope, NAME, on_own, &second);
	wait_until(second.count);
	assert_true(second.owned);
	assert_int_equal(first.count, 0);
}

static void on_own_bad(const char *name, bool owned, void *data)
{
	assert_false(owned);
	++*(unsigned *)data;
}

static void test_own_bad_name(void **state)
{
	struct pair *pair = *state;
	unsigned told = 0;

	bus_own_name(pair->scope, "not a name", on_own_bad, &told);
	bus_own_name(pair->scope, "\xff", on_own_bad, &told);
	wait_until(told == 2);
	pair_sync(pair);
	assert_int_equal(told, 2);
}

struct names {
	unsigned count;
	char **names;
	GError *error;
};

static void on_names(const char *const *names, const GError *error, void *data)
{
	struct names *found = data;

	found->count++;
	found->names = g_strdupv((char **)names);
	found->error = error ? g_error_copy(error) : NULL;
}

static void test_list(void **state)
{
	struct pair *pair = *state;
	struct owning owning = {0};
	struct names all = {0}, some = {0};

	bus_own_name(pair->service_scope, NAME, on_own, &owning);
	wait_until(owning.owned);
	bus_list_names(pair->scope, NULL, on_names, &all);
	bus_list_names(pair->scope, "org.example.", on_names, &some);
	wait_until(all.count && some.count);
	assert_int_equal(g_strv_length(some.names), 1);
	assert_string_equal(some.names[0], NAME);
	assert_true(g_strv_contains((const char *const *)all.names, NAME));
	assert_true(g_strv_contains((const char *const *)all.names, BUS_NAME));
	for (char **name = all.names; name[1]; name++)
		assert_true(strcmp(name[0], name[1]) < 0);
	g_strfreev(all.names);
	g_strfreev(some.names);
}

static void test_list_fails_once(void **state)
{
	struct pair *pair = *state;
	struct names names = {0};

	bus_list_names(pair->scope, NULL, on_names, &names);
	kill(pair->daemon.pid, SIGSTOP);
	private_bus_kill(&pair->daemon);
	wait_until(pair->closed);
	assert_int_equal(names.count, 1);
	g_strfreev(names.names);
	g_clear_error(&names.error);
}

static void test_end_tells_no_owner(void **state)
{
	struct pair *pair = *state;
	struct owners owners = {0};

	bus_watch_name(pair->scope, BUS_NAME, on_owner, &owners);
	wait_until(owners.count);
	private_bus_kill(&pair->daemon);
	wait_until(pair->closed);
	assert_int_equal(owners.count, 1);
	g_free(owners.owner);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PAIR_TEST("/bus/name is watched", test_watch),
		PAIR_TEST("/bus/owned name is found", test_watch_owned),
		PAIR_TEST("/bus/unique name is watched", test_watch_unique),
		PAIR_TEST("/bus/bad name has no owner", test_watch_bad_name),
		PAIR_TEST("/bus/scope freed when the owner is found", test_scope_freed_in_watch),
		PAIR_TEST("/bus/scope freed when the owner changes", test_scope_freed_in_change),
		PAIR_TEST("/bus/name is handed over", test_handover),
		PAIR_TEST("/bus/name of a dead owner is taken", test_handover_by_death),
		PAIR_TEST("/bus/name is released at once", test_own_released_before_the_answer),
		PAIR_TEST("/bus/bad name cannot be owned", test_own_bad_name),
		PAIR_TEST("/bus/names are listed", test_list),
		PAIR_TEST("/bus/list fails once", test_list_fails_once),
		PAIR_TEST("/bus/end of the bus tells no owner", test_end_tells_no_owner),
	};

	return cmocka_run_group_tests_name("bus/name", tests, NULL, NULL);
}
