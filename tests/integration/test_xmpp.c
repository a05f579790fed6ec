/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The whole program on an XMPP server: what its user types and sees, what the peer gets. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <signal.h>
#include <string.h>

#define ALICE "alice@localhost"
#define BOB   "bob@localhost"

static struct xmpp_peer *new_bob(struct pheme_world *w)
{
	struct xmpp_peer *bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");

	xmpp_presence(bob, NULL, NULL);
	return bob;
}

/* Alice's pheme, online, with Bob's row in the pane. */
static struct screen *start_alice(struct pheme_world *w)
{
	struct screen *s;

	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	s = pheme_start_until(w, NULL, "connected as " ALICE);
	screen_wait_text(s, "/1|");
	return s;
}

static void expect(struct xmpp_peer *peer, const char *a, const char *b)
{
	g_free(xmpp_wait_text(peer, a, b, NULL));
}

/* --- the form --- */

/* Row of the list that is selected; -1: none is drawn. */
static int selected_row(struct screen *s)
{
	for (int row = 1; row < screen_rows(s) - 2; row++) {
		struct screen_cell cell;

		screen_cell(s, row, 21, &cell);
		if (cell.reverse)
			return row;
	}
	return -1;
}

static bool selection_moved(struct screen *s, void *data)
{
	int row = selected_row(s);

	/* Between the two writes of a frame there is none. */
	return row >= 0 && row != *(int *)data;
}

/* Row of the list that holds text, below its heading. */
static int row_of(struct screen *s, const char *text)
{
	for (int row = 3; row < screen_rows(s) - 2; row++) {
		g_autofree char *line = screen_row(s, row);

		if (strstr(line, text))
			return row;
	}
	return -1;
}

static bool has_row(struct screen *s, void *data)
{
	return row_of(s, data) >= 0;
}

/* Presses Up or Down, each time waiting until the selection has left its row. */
static void go_to(struct screen *s, const char *text)
{
	int at;

	screen_wait(s, has_row, (void *)text, text);
	while ((at = selected_row(s)) != row_of(s, text)) {
		screen_key(s, row_of(s, text) < at ? "Up" : "Down");
		screen_wait(s, selection_moved, &at, "the selection to move");
	}
}

static void fill_in(struct screen *s, const char *label, const char *value)
{
	go_to(s, label);
	screen_key(s, "Enter");
	screen_wait_row(s, 23, label);
	screen_key(s, "C-u");
	screen_line(s, value);
	screen_wait_row(s, 23, "Up/Down");
}

static void test_account_form_from_an_empty_start(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *port = NULL, *path = NULL, *conf = NULL;
	struct screen *s;

	test_env_xmpp_start(w->env);
	port = g_strdup_printf("%d", test_env_xmpp_port(w->env));
	s = pheme_start_until(w, NULL, "There are no accounts yet");
	screen_line(s, "4");
	screen_wait_text(s, "haze/jabber");
	go_to(s, "haze/jabber");
	screen_key(s, "Enter");
	screen_wait_text(s, "New account: haze/jabber");
	fill_in(s, "account", ALICE);
	fill_in(s, "password", "alice");
	assert_false(screen_find(s, "alice ", NULL, NULL));
	fill_in(s, "port", port);
	fill_in(s, "server", "127.0.0.1");
	go_to(s, "more settings");
	screen_key(s, "Enter");
	screen_wait_text(s, "auth-plain-in-clear");
	go_to(s, "auth-plain-in-clear");
	screen_key(s, "Enter");
	go_to(s, "require-encryption");
	screen_key(s, "Enter");
	go_to(s, "save");
	screen_key(s, "Enter");
	screen_wait_text(s, "connected as " ALICE);
	screen_wait_text(s, "Buddies");
	path = pheme_path(w, NULL, "config/pheme/accounts.conf");
	assert_true(g_file_get_contents(path, &conf, NULL, NULL));
	assert_non_null(strstr(conf, "param-account=" ALICE));
	pheme_quit(w, s);
	/* It is there, and connects, the next time. */
	pheme_quit(w, pheme_start_until(w, NULL, "connected as " ALICE));
}

/* --- talking --- */

static void test_presence_and_talk(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob;
	struct screen *s;

	test_env_xmpp_start(w->env);
	bob = new_bob(w);
	s = start_alice(w);
	screen_wait_text(s, "Buddies       1/1");
	screen_wait_text(s, "o bob@localho");
	xmpp_presence(bob, "away", "at lunch");
	screen_wait_text(s, "a bob@localho");

	xmpp_message(bob, ALICE, "m1", "hello alice");
	screen_wait_text(s, "Act: 1:" BOB "(1)");
	screen_key(s, "M-1");
	screen_wait_text(s, "hello alice");
	screen_wait_row(s, 0, "[a away] \"at lunch\"");
	screen_wait_no_text(s, "Act:");
	xmpp_chat_state(bob, ALICE, "composing");
	screen_wait_text(s, "is typing...");
	xmpp_chat_state(bob, ALICE, "active");
	screen_wait_no_text(s, "is typing...");

	screen_type(s, "hi, sent from the train");
	expect(bob, "<message", "composing");
	screen_key(s, "Enter");
	expect(bob, "<message", "hi, sent from the train");
	screen_wait_text(s, "[sent]");
	/* Long ones go as one message and are wrapped here. */
	screen_line(s, "//not a command");
	expect(bob, "<message", ">/not a command<");
	xmpp_peer_free(bob);
	screen_wait_text(s, "_ bob@localho");
	pheme_quit(w, s);
}

static void test_own_status(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob;
	struct screen *s;

	test_env_xmpp_start(w->env);
	bob = new_bob(w);
	s = start_alice(w);
	screen_line(s, "/status busy writing tests");
	expect(bob, "<show>dnd</show>", "writing tests");
	screen_wait_text(s, "work:d");
	screen_line(s, "/away lunch");
	expect(bob, "<show>away</show>", "lunch");
	screen_wait_text(s, "work:a");
	screen_line(s, "/away");
	screen_wait_text(s, "work:o");
	screen_line(s, "/disconnect work");
	expect(bob, "<presence", "unavailable");
	screen_wait_text(s, "work:_");
	screen_line(s, "/connect work");
	screen_wait_text(s, "work:o");
	xmpp_forget(bob);
	pheme_quit(w, s);
	expect(bob, "<presence", "unavailable");
	xmpp_peer_free(bob);
}

static void test_subscription_requests(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *carol;
	struct screen *s;

	test_env_xmpp_start(w->env);
	s = start_alice(w);
	carol = xmpp_peer_new(test_env_xmpp_port(w->env), "carol", "carol");
	xmpp_presence(carol, NULL, NULL);
	xmpp_send(carol, "<presence type='subscribe' to='" ALICE "'/>");
	screen_wait_text(s, "Requests");
	screen_wait_text(s, "? carol@lo");
	screen_line(s, "/reject");
	expect(carol, "<presence", "unsubscribed");
	screen_wait_no_text(s, "? carol@lo");
	xmpp_send(carol, "<presence type='subscribe' to='" ALICE "'/>");
	screen_wait_text(s, "? carol@lo");
	screen_line(s, "/accept carol@localhost");
	expect(carol, "<presence", "'subscribed'");
	screen_wait_no_text(s, "Requests");
	xmpp_peer_free(carol);
	pheme_quit(w, s);
}

static void test_add_rename_remove_contact(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *carol;
	struct screen *s;

	test_env_xmpp_start(w->env);
	carol = xmpp_peer_new(test_env_xmpp_port(w->env), "carol", "carol");
	xmpp_presence(carol, NULL, NULL);
	s = start_alice(w);
	screen_line(s, "/add carol@localhost");
	expect(carol, "<presence", "subscribe");
	screen_wait_text(s, "carol@loc");
	xmpp_presence_type(carol, ALICE, "subscribed");
	screen_wait_text(s, "o carol@loc");
	screen_line(s, "/rename carol@localhost Caroline");
	screen_wait_text(s, "o Caroline");
	screen_line(s, "/query Caroline");
	screen_wait_row(s, 0, "Caroline <carol@localhost> [o available]");
	screen_line(s, "/remove Caroline");
	expect(carol, "<presence", "unsubscribe");
	xmpp_peer_free(carol);
	pheme_quit(w, s);
}

/* --- what stays --- */

static void test_history_over_a_restart(void **state)
{
	struct pheme_world *w = *state;
	struct xmpp_peer *bob;
	struct screen *s;

	test_env_xmpp_start(w->env);
	bob = new_bob(w);
	s = start_alice(w);
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 23, "[" BOB "]");
	screen_line(s, "from me");
	expect(bob, "<message", "from me");
	screen_wait_text(s, "[sent]");
	xmpp_message(bob, ALICE, "m1", "seen at once");
	screen_wait_text(s, "seen at once");
	screen_line(s, "/chat 0");
	screen_wait_row(s, 23, "[status]");
	xmpp_message(bob, ALICE, "m2", "not seen one");
	xmpp_message(bob, ALICE, "m3", "not seen two");
	screen_wait_text(s, "(2)");
	pheme_quit(w, s);

	/* The server keeps these for her. */
	xmpp_message(bob, ALICE, "m4", "while away");
	s = pheme_start_until(w, NULL, "connected as");
	screen_wait_text(s, "Act: 1:" BOB "(3)");
	screen_key(s, "M-1");
	screen_wait_text(s, "while away");
	screen_wait_text(s, "from me");
	screen_wait_text(s, "seen at once");
	screen_wait_text(s, "new (3)");
	pheme_wait_rows(s, "not seen one", 1);
	pheme_wait_rows(s, "not seen two", 1);
	pheme_wait_rows(s, "while away", 1);
	pheme_wait_rows(s, "[sent]", 1);
	xmpp_peer_free(bob);
	pheme_quit(w, s);
	s = pheme_start_until(w, NULL, "connected as");
	assert_false(screen_find(s, "Act:", NULL, NULL));
	pheme_quit(w, s);
}

static void test_draft_is_kept(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	test_env_xmpp_start(w->env);
	s = start_alice(w);
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 23, "[" BOB "]");
	screen_type(s, "half a thought");
	screen_wait_row(s, 23, "half a thought");
	screen_key(s, "M-/");
	screen_wait_row(s, 23, "[status]");
	assert_false(screen_find(s, "half a thought", NULL, NULL));
	screen_key(s, "M-1");
	screen_wait_row(s, 23, "half a thought");
	screen_key(s, "C-u");
	pheme_quit(w, s);
}

/* What is written while there is no server goes out, once, when there is one again. */
static void test_pheme_on_both_sides(void **state)
{
	struct pheme_world *w = *state;
	struct pheme_options there = {.place = "bob"};
	struct screen *a, *b;

	test_env_xmpp_start(w->env);
	there.bus = pheme_second_bus(w);
	pheme_add_haze(w, "bob", "home", "bob", "bob", "");
	a = start_alice(w);
	b = pheme_start_until(w, &there, "connected as " BOB);
	screen_wait_text(a, "o bob@localho");
	screen_wait_text(b, "o alice@local");
	screen_line(a, "/query " BOB " is this thing on?");
	screen_wait_text(b, "Act: 1:" ALICE "(1)");
	screen_line(b, "/query " ALICE);
	screen_wait_text(b, "is this thing on?");
	screen_type(b, "it ");
	screen_wait_text(a, "is typing...");
	screen_line(b, "is");
	screen_wait_text(a, "it is");
	screen_wait_no_text(a, "is typing...");
	screen_line(a, "/me waves");
	screen_wait_text(b, "alice@localhost waves");
	for (int i = 0; i < 20; i++) {
		g_autofree char *line = g_strdup_printf("line %d.", i);

		screen_line(i % 2 ? a : b, line);
	}
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message WHERE text LIKE 'line %'", "20");
	pheme_wait_history(w, "bob", "SELECT count(*) FROM message WHERE text LIKE 'line %'", "20");
	pheme_quit(w, a);
	screen_wait_text(b, "_ alice@local");
	pheme_quit(w, b);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(account_form_from_an_empty_start),
		TEST(presence_and_talk),
		TEST(own_status),
		TEST(subscription_requests),
		TEST(add_rename_remove_contact),
		TEST(history_over_a_restart),
		TEST(draft_is_kept),
		TEST(pheme_on_both_sides),
	};

	return cmocka_run_group_tests_name("xmpp", tests, NULL, NULL);
}
