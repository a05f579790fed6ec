/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --watch and --reply-with on real networks: XMPP through haze, IRC through idle, and
 * telepathy-local. */

#include "tests/lib/irc.h"
#include "tests/lib/xmpp.h"
#include "watch_world.h"

#define ALICE "alice@localhost"

/* --- XMPP --------------------------------------------------------------------------------- */

/* What a connection that is there knows, is listed. */
static void check_listed(struct pheme_world *w, const char *text)
{
	const struct pheme_options options = {
		.args = (const char *const[]){"--list", "contacts", NULL},
	};
	struct outcome outcome = pheme_outcome(w, &options);

	if (outcome.status || !strstr(outcome.out, text))
		outcome_fail(&outcome);
	outcome_clear(&outcome);
}

/* Prints and answers at once. */
static void test_xmpp(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob, *carol;
	struct watcher *watcher;

	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	watcher = WATCH(w, "a", "--reply-with", "tr a-z A-Z", "--watch", "--json");
	watch_wait(watcher, "\"status\":\"connected\"");
	/* The roster is there, and what changes is news. */
	pheme_wait_history(w, NULL, "SELECT count(*) FROM roster WHERE ident = 'bob@localhost'",
			   "1");
	bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");
	xmpp_presence(bob, "away", "at lunch");
	watch_wait(watcher, "\"event\":\"presence\",\"account\":\"work\","
			    "\"contact\":\"bob@localhost\"");
	watch_wait(watcher, "\"message\":\"at lunch\"");
	check_listed(w, "bob@localhost                 away            bob@localhost   at lunch\n");
	xmpp_message(bob, ALICE, NULL, "hello <&> \"parrot\"");
	watch_wait(watcher, "\"text\":\"hello <&> \\\"parrot\\\"\",\"delivery\":\"received\"");
	g_free(xmpp_wait_text(bob, "<message", "HELLO &lt;&amp;&gt; &quot;PARROT&quot;", NULL));
	watch_wait(watcher, "\"direction\":\"out\"");
	carol = xmpp_peer_new(test_env_xmpp_port(w->env), "carol", "carol");
	xmpp_presence_type(carol, ALICE, "subscribe");
	watch_wait(watcher, "\"event\":\"request\",\"account\":\"work\","
			    "\"contact\":\"carol@localhost\"");
	watch_wait(watcher, "\"kind\":\"subscription\"");
	/* The server goes: that is told, and that it is tried again. */
	test_env_xmpp_kill(w->env);
	watch_wait(watcher, "\"status\":\"disconnected\"");
	test_env_xmpp_start(w->env);
	watch_wait(watcher, "\"status\":\"connected\"");
	watch_end(w, watcher);
	xmpp_peer_free(bob);
	xmpp_peer_free(carol);
}

/* Another bot cannot be told from a person there: it comes to an end all the same. */
static void test_xmpp_bots(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;
	struct xmpp_peer *bob;

	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	watcher = WATCH(w, "a", "--reply-with", "tr a-z A-Z", "--watch", "--json");
	watch_wait(watcher, "\"status\":\"connected\"");
	bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");
	xmpp_presence(bob, NULL, NULL);
	for (int i = 1; i <= 30; i++) {
		g_autofree char *question = g_strdup_printf("answer %d.", i);
		g_autofree char *answer = g_strdup_printf("ANSWER %d.", i);

		xmpp_message(bob, ALICE, NULL, question);
		g_free(xmpp_wait_text(bob, "<message", answer, NULL));
	}
	xmpp_message(bob, ALICE, NULL, "one too many");
	if (test_wait_file(watcher->err, 0, "as if another program answered", TEST_WAIT_MS) < 0)
		test_fail("it goes on for ever");
	watch_end(w, watcher);
	xmpp_peer_free(bob);
}

/* --- IRC ---------------------------------------------------------------------------------- */

static void test_irc_room(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;
	struct irc_peer *bob;

	test_env_irc_start(w->env);
	pheme_add_idle(w, NULL, "net", "alice", "");
	bob = irc_peer_new(test_env_irc_port(w->env), "bob");
	irc_join(bob, "#dev");
	irc_send(bob, "TOPIC #dev :of \002all\002 things");
	watcher = WATCH(w, "a", "--join", "#dev", "--watch", "--json", "--count", "2");
	watch_wait(watcher, "\"room\":\"#dev\",\"change\":\"joined\"");
	irc_message(bob, "alice", "not in the room");
	irc_message(bob, "#dev", "one");
	watch_wait(watcher, "\"chat\":\"#dev\",\"kind\":\"room\",\"direction\":\"in\","
			    "\"sender\":\"bob\"");
	watch_wait(watcher, "\"text\":\"one\"");
	struct irc_peer *carol = irc_peer_new(test_env_irc_port(w->env), "carol");

	irc_join(carol, "#dev");
	watch_wait(watcher, "\"change\":\"member-joined\",\"member\":\"carol\"");
	irc_send(carol, "PART #dev :bye");
	watch_wait(watcher, "\"change\":\"member-left\",\"member\":\"carol\"");
	irc_message(bob, "#dev", "two");
	watch_wait(watcher, "\"text\":\"two\"");
	g_autofree char *out = watch_read(watcher->out);

	watch_ends(w, watcher, 0, "");
	assert_null(strstr(out, "not in the room"));
	irc_peer_free(bob);
	irc_peer_free(carol);
}

/* A bot speaks in notices there, and answers none. */
static void test_irc_bot(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;
	struct irc_peer *bob;

	test_env_irc_start(w->env);
	pheme_add_idle(w, NULL, "net", "alice", "");
	watcher = WATCH(w, "a", "--reply-with", "cat", "--watch", "--count", "2");
	watch_wait(watcher, "[net] connected\n");
	bob = irc_peer_new(test_env_irc_port(w->env), "bob");
	irc_send(bob, "NOTICE alice :I am a bot too");
	watch_wait(watcher, "(notice): I am a bot too\n");
	irc_message(bob, "alice", "are you there?");
	g_free(irc_wait(bob, "NOTICE bob", "are you there?", NULL));
	irc_message(bob, "alice", "and now?");
	g_free(irc_wait(bob, "NOTICE bob", "and now?", NULL));
	assert_int_equal(irc_count(bob, "I am a bot too"), 0);
	watch_ends(w, watcher, 0, "");
	irc_peer_free(bob);
}

/* --- telepathy-local ---------------------------------------------------------------------- */

static void add_local(struct pheme_world *w, const char *place)
{
	g_autofree char *file = g_build_filename(place, "config/pheme/accounts.conf", NULL);
	g_autofree char *meet = test_env_path(w->env, "meet");
	g_autofree char *text =
		g_strdup_printf("[me]\nmanager=local\nprotocol=local\nenabled=true\n"
				"param-nickname=%s\nparam-directory=%s\n",
				place, meet);

	mkdir(meet, 0777);
	test_env_write(w->env, file, text);
}

static struct watcher *watch_at(struct pheme_world *w, const char *place, const char *bus,
				const char *const *args)
{
	struct watcher *watcher = g_new0(struct watcher, 1);
	g_autofree char *out = g_strconcat(place, ".out", NULL);
	g_autofree char *err = g_strconcat(place, ".err", NULL);
	g_autofree char *shell = NULL;

	watcher->out = test_env_path(w->env, out);
	watcher->err = test_env_path(w->env, err);
	shell = g_strdup_printf("exec \"$@\" >'%s' 2>'%s'", watcher->out, watcher->err);
	watcher->screen = pheme_start(
		w,
		&(struct pheme_options){.place = place, .bus = bus, .args = args, .shell = shell});
	return watcher;
}

static void send_as_ben(struct pheme_world *w, const char *text)
{
	const char *const args[] = {"--send", "ann", text, NULL};
	const struct pheme_options options = {
		.place = "ben", .bus = pheme_second_bus(w), .args = args};
	g_autofree char *err = NULL;

	if (pheme_run(w, &options, NULL, &err))
		test_fail("%s", err);
}

/* Two bots, of which one is told to say something: the other's answer gets none. */
static void test_local(void **state)
{
	static const char *const bot[] = {"--reply-with", "cat", "--watch", "--json", NULL};
	struct pheme_world *w = *state;
	struct watcher *ann, *ben;

	add_local(w, "ann");
	add_local(w, "ben");
	ann = watch_at(w, "ann", NULL, bot);
	ben = watch_at(w, "ben", pheme_second_bus(w), bot);
	watch_wait(ann, "\"connected\"");
	watch_wait(ben, "\"connected\"");
	send_as_ben(w, "first");
	watch_wait(ben, "\"type\":\"auto-reply\"");
	send_as_ben(w, "second");
	watch_wait(ben, "\"type\":\"auto-reply\"");
	watch_wait(ben, "\"text\":\"second\",\"delivery\":\"received\"");
	g_autofree char *said = watch_read(ben->out);

	assert_int_equal(pheme_count(said, "\"text\":\"first\""), 2);
	assert_int_equal(pheme_count(said, "\"type\":\"auto-reply\""), 2);
	watch_end(w, ann);
	watch_end(w, ben);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/watch/" name, fn, pheme_setup, pheme_teardown, NULL                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("XMPP", test_xmpp),
		TEST("bots on XMPP", test_xmpp_bots),
		TEST("a room on IRC", test_irc_room),
		TEST("a bot on IRC", test_irc_bot),
		TEST("two bots on telepathy-local", test_local),
	};

	return cmocka_run_group_tests_name("watch networks", tests, NULL, NULL);
}
