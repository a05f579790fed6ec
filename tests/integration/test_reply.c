/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --reply-with on real networks: a pheme without a screen that answers. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define ALICE "alice@localhost"

static struct screen *start_bot(struct pheme_world *w, const char *command)
{
	const char *const args[] = {"--reply-with", command, NULL};
	const struct pheme_options options = {.args = args};

	return pheme_start(w, &options);
}

static void end_bot(struct screen *bot)
{
	int status;

	screen_signal(bot, SIGTERM);
	status = screen_wait_exit(bot);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 130);
}

static struct xmpp_peer *new_bob(struct pheme_world *w)
{
	struct xmpp_peer *bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");

	xmpp_presence(bob, NULL, NULL);
	return bob;
}

static void expect(struct xmpp_peer *peer, const char *a, const char *b)
{
	g_free(xmpp_wait_text(peer, a, b, NULL));
}

static void test_xmpp(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob;
	struct screen *bot;

	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	bob = new_bob(w);
	bot = start_bot(w, "sh -c 'cat; echo \" to $PHEME_SENDER\"'");
	expect(bob, "<presence", ALICE);
	xmpp_message(bob, ALICE, NULL, "hello parrot");
	expect(bob, "<message", "hello parrot to bob@localhost");
	xmpp_message(bob, ALICE, NULL, "a <b> & 'c'");
	expect(bob, "<message", "a &lt;b&gt; &amp; &apos;c&apos; to bob@localhost");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "4");
	end_bot(bot);
	xmpp_peer_free(bob);
}

/* What came is acknowledged once it is stored, and answered in its order. */
static void test_order(void **state)
{
	struct pheme_world *w = *state;
	struct screen *bot;
	g_auto(GStrv) sent = NULL;

	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", "alice@fixture", "");
	fixture_set_roster(w->fixture, "alice@fixture", 3, 3);
	bot = start_bot(w, "cat");
	fixture_wait_calls(w->fixture, "GetContactListAttributes", 1);
	fixture_burst(w->fixture, "alice@fixture", "contact0000@fixture", false,
		      "contact0000@fixture", 50);
	fixture_wait_sent(w->fixture, "alice@fixture", 50);
	fixture_wait_pending(w->fixture, "alice@fixture", "contact0000@fixture", false, 0);
	sent = fixture_sent(w->fixture, "alice@fixture", "contact0000@fixture");
	for (int i = 0; i < 50; i++) {
		g_autofree char *text = g_strdup_printf("message %d of 50", i + 1);

		assert_string_equal(sent[i], text);
	}
	end_bot(bot);
}

/* Two bots in one room would talk for ever. */
static void test_room(void **state)
{
	struct pheme_world *w = *state;
	struct screen *bot;

	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", "alice@fixture", "autojoin=dev@rooms\n");
	fixture_set_roster(w->fixture, "alice@fixture", 3, 3);
	bot = start_bot(w, "cat");
	pheme_wait_history(w, NULL, "SELECT count(*) FROM chat WHERE ident = 'dev@rooms'", "1");
	fixture_receive(w->fixture, "alice@fixture", "dev@rooms", true, "bob@fixture", "in a room",
			NULL);
	fixture_receive(w->fixture, "alice@fixture", "contact0001@fixture", false,
			"contact0001@fixture", "in private", NULL);
	fixture_wait_sent(w->fixture, "alice@fixture", 1);
	g_auto(GStrv) sent = fixture_sent(w->fixture, "alice@fixture", NULL);

	assert_string_equal(sent[0], "in private");
	assert_null(sent[1]);
	end_bot(bot);
}

/* The program that pheme.conf names so. */
static void test_named(void **state)
{
	struct pheme_world *w = *state;
	struct screen *bot;

	test_env_write(w->env, "config/pheme/pheme.conf",
		       "[reply seven]\ncommand=seq 7\nlines=true\n");
	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", "alice@fixture", "");
	fixture_set_roster(w->fixture, "alice@fixture", 3, 3);
	bot = start_bot(w, "seven");
	fixture_wait_calls(w->fixture, "GetContactListAttributes", 1);
	fixture_receive(w->fixture, "alice@fixture", "contact0001@fixture", false,
			"contact0001@fixture", "go", NULL);
	fixture_wait_sent(w->fixture, "alice@fixture", 7);
	end_bot(bot);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/reply/" name, fn, pheme_setup, pheme_teardown, NULL                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("over XMPP", test_xmpp),
		TEST("fifty at once, in their order", test_order),
		TEST("not in rooms", test_room),
		TEST("a program that pheme.conf has", test_named),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
