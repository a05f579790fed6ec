/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes that somebody offers who is no pheme: names of services and parameters as another program
 * may have them. Ann is the test itself. */

#include "tests/lib/local.h"
#include "tubes_world.h"

#define STREAM    TP_CHANNEL ".Type.StreamTube"
#define UNIX      0u
#define LOCALHOST 0u

struct peer {
	struct world *world;
	struct local_node *node;
	char *path; /* of its channel */
};

static void peer_start(struct peer *peer, struct world *world)
{
	peer->world = world;
	peer->node = local_node_new(world->w->env, "ann", false);
	local_connect(peer->node, "ann");
}

static void peer_end(struct peer *peer)
{
	local_node_free(peer->node);
	g_free(peer->path);
}

static char *ben_id(void)
{
	return g_strconcat(g_get_user_name(), "/ben", NULL);
}

/* Nobody listens at what is offered. */
static void peer_offer(struct peer *peer, const char *service, GVariant *parameters)
{
	g_autofree char *ben = ben_id();
	GVariantDict dict;

	local_wait_presence(peer->node, ben, "available");
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, STREAM ".Service", "s", service);
	peer->path = local_channel(peer->node, STREAM, 1, ben, g_variant_dict_end(&dict));
	g_variant_unref(local_call(
		peer->node, peer->path, STREAM, "Offer",
		g_variant_new("(uvu@a{sv})", UNIX,
			      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, "/nowhere",
							strlen("/nowhere"), 1),
			      LOCALHOST,
			      parameters ? parameters
					 : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0))));
}

/* Each type that the specification allows. */
static void test_parameters(void **state)
{
	struct world *world = *state;
	struct peer peer = {NULL};
	pid_t ben = start(world, "ben", ARGS(ACCEPT, "ann", "x-test"));

	peer_start(&peer, world);
	peer_offer(&peer, "x-test",
		   g_variant_new_parsed("{'s': <'a\n\x1b[31mb'>, 'ay': <b'bytes\\377'>, "
					"'u': <uint32 4294967295>, 'i': <int32 -1>, 'b': <true>, "
					"'': <''>}"));
	assert_false(web_fetch(wait_port(world, "ben"), 10));
	g_variant_unref(local_call(peer.node, peer.path, TP_CHANNEL, "Close", NULL));
	users_wait_exit(ben, 0);
	users_check_clean(world->w, "ben");
	peer_end(&peer);
}

/* It is one word of a program, whatever it holds, and harmless on a terminal. */
static void test_odd_service(void **state)
{
	static const char odd[] = "a b;$(touch x)\x1b[31m'\"{port}é";
	struct world *world = *state;
	struct peer peer = {NULL};
	g_autofree char *mark = test_env_path(world->w->env, "mark");
	g_autofree char *script = test_env_path(world->w->env, "script");
	g_autofree char *command = g_strdup_printf("%s {service} {contact} end", script);
	g_autofree char *text = g_strdup_printf("#!/bin/sh\nprintf '%%s|' \"$@\" >%s.new\n"
						"mv %s.new %s\n",
						mark, mark, mark);
	g_autofree char *expected = g_strdup_printf("%s|%s/ann|end|", odd, g_get_user_name());
	g_autofree char *written = NULL;
	pid_t ben;

	test_env_write(world->w->env, "script", text);
	g_chmod(script, 0755);
	ben = start(world, "ben", ARGS(ACCEPT, "ann", "--exec", command));
	peer_start(&peer, world);
	peer_offer(&peer, odd, NULL);
	users_wait_exit(ben, 0);
	assert_true(g_file_get_contents(mark, &written, NULL, NULL));
	assert_string_equal(written, expected);
	g_clear_pointer(&written, g_free);
	written = users_said(world->w, "ben");
	assert_null(strchr(written, '\x1b'));
	peer_end(&peer);
}

/* Ours are checked before anybody sees them. */
static void test_no_service(void **state)
{
	struct world *world = *state;
	pid_t ben = start(world, "ben", ARGS(ACCEPT));

	users_wait_exit(start(world, "ann", ARGS(OFFER, "ben", "a b", "80")), 2);
	wait_said(world, "ann", "cannot use this name of a service: it has spaces");
	users_wait_exit(start(world, "ann", ARGS(OFFER, "ben", "", "80")), 2);
	users_stop(ben);
}

/* --- what contacts are told --------------------------------------------------------------- */

struct told {
	struct peer *peer;
	const char *service;
	bool expected;
};

static bool is_told(void *data)
{
	struct told *told = data;
	g_autofree char *ben = ben_id(), *text = NULL;
	g_autoptr(GVariant) classes =
		local_attribute(told->peer->node, ben,
				TP_CONNECTION ".Interface.ContactCapabilities", "capabilities");

	text = classes ? g_variant_print(classes, FALSE) : g_strdup("");
	return (strstr(text, told->service) != NULL) == told->expected;
}

/* One pheme of two on a connection says what it waits for, and takes that back when it ends. */
static void test_services_are_told(void **state)
{
	struct world *world = *state;
	struct peer peer = {NULL};
	struct told told = {.peer = &peer, .service = "x-chess", .expected = true};
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	g_autofree char *ben = ben_id();
	struct screen *screen;
	pid_t accept;

	test_env_write(world->w->env, "ben/config/pheme/pheme.conf",
		       "[tube go]\nservice=x-go\naccept=true\n");
	screen = pheme_start_until(world->w, &options, "connected as");
	peer_start(&peer, world);
	local_wait_presence(peer.node, ben, "available");
	accept = start(world, "ben", ARGS(ACCEPT, "ann", "x-chess"));
	assert_true(test_wait_until(is_told, &told, TEST_WAIT_MS));
	told.service = "x-go";
	assert_true(test_wait_until(is_told, &told, TEST_WAIT_MS));
	users_stop(accept);
	told = (struct told){.peer = &peer, .service = "x-chess", .expected = false};
	assert_true(test_wait_until(is_told, &told, TEST_WAIT_MS));
	told = (struct told){.peer = &peer, .service = "x-go", .expected = true};
	assert_true(is_told(&told));
	pheme_quit(world->w, screen);
	peer_end(&peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("peer/parameters", test_parameters),
		TEST("peer/odd_service", test_odd_service),
		TEST("peer/no_service", test_no_service),
		TEST("peer/services_are_told", test_services_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
