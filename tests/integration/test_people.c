/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Groups, blocking and what else there is to do with contacts: without a screen, on a network
 * that does all of it, on XMPP, and on IRC, which has no roster. */

#include "tests/lib/irc.h"
#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <string.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

#define RUN(w, ...) run(w, (const char *const[]){__VA_ARGS__, NULL})

static struct outcome run(struct pheme_world *w, const char *const *args)
{
	return pheme_outcome(w, &(struct pheme_options){.args = args});
}

static void check(struct outcome outcome, int status, const char *out, const char *err)
{
	if (outcome.status != status || !strstr(outcome.out, out) || !strstr(outcome.err, err))
		outcome_fail(&outcome);
	outcome_clear(&outcome);
}

static void use_account(struct pheme_world *w)
{
	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	fixture_set_contact(w->fixture, ME, "carol@fixture", "Carol", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
}

/* --- groups --- */

static void test_groups(void **state)
{
	struct pheme_world *w = *state;

	use_account(w);
	check(RUN(w, "--run", "/group add Bob Old mates", "--run", "/group"), 0,
	      "work  0/2  Friends\nwork  0/1  Old mates\n", "");
	check(RUN(w, "--run", "/group rename \"Old mates\" Older mates", "--run",
		  "/group list Older mates"),
	      0, "work  0/1  Older mates\n  Bob <bob@fixture>  offline\n", "");
	check(RUN(w, "--run", "/group remove Carol \"Friends\"", "--run", "/group"), 0,
	      "work  0/1  Friends\nwork  0/1  Older mates\n", "");
	check(RUN(w, "--run", "/group delete Friends", "--run", "/group"), 0,
	      "work  0/1  Older mates\n", "");
	check(RUN(w, "--run", "/group delete Friends"), 3, "", "no group \"Friends\"");
	check(RUN(w, "--run", "/group remove Bob Friends"), 3, "", "but in Older mates");
}

/* What is shown is not what is sent. */
static void test_odd_group_name(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *last = NULL;

	use_account(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "tab\there", 4, 4, "");
	check(RUN(w, "--run", "/group rename tab^Ihere plain", "--run", "/group list plain"), 0,
	      "Bob", "");
	last = fixture_last_call(w->fixture, "RenameGroup");
	assert_non_null(strstr(last, "tab\\there"));
}

/* --- blocking --- */

static void test_blocking(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *last = NULL;

	use_account(w);
	check(RUN(w, "--run", "/block"), 0, "nobody is blocked", "");
	check(RUN(w, "--run", "/block Bob", "--run", "/block troll@fixture report", "--run",
		  "/block"),
	      0, "work  Bob <bob@fixture>\nwork  troll@fixture\n", "");
	last = fixture_last_call(w->fixture, "BlockContacts");
	assert_non_null(strstr(last, "true"));
	/* It is the network that keeps them. */
	check(RUN(w, "--run", "/block Bob", "--run", "/unblock troll@fixture", "--run", "/block"),
	      0, "is blocked already\nwork  Bob <bob@fixture>\n", "");
	check(RUN(w, "--run", "/unblock Carol"), 3, "", "not blocked");
	check(RUN(w, "--run", "/block Bob loudly"), 2, "", "report");
}

static void test_marks_on_the_screen(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	use_account(w);
	fixture_set_presence(w->fixture, ME, BOB, "available", "");
	s = pheme_start_until(w, NULL, "o Bob");
	screen_line(s, "/query Bob");
	screen_wait_row(s, 0, "[o available]");
	screen_line(s, "/block Bob");
	screen_wait_row(s, 0, "[b blocked]");
	screen_wait_text(s, "b Bob");
	screen_line(s, "/unblock " BOB);
	screen_wait_text(s, "o Bob");
	fixture_set_contact(w->fixture, ME, "carol@fixture", "Carol", "Friends", 2, 4, "");
	screen_wait_text(s, "r Carol");
	screen_key(s, "M-0");
	screen_line(s, "/chat 0");
	screen_wait_text(s, "Carol <carol@fixture> has removed you");
	pheme_quit(w, s);
}

/* A manager that makes no sense is not believed, and does no harm. */
static void test_hostile_signals(void **state)
{
	static const struct {
		const char *interface, *member, *args;
	} signals[] = {
		{"ContactGroups", "GroupsChanged", "('a', 1)"},
		{"ContactGroups", "GroupsChanged", "([@u 77, 0], ['', '\\u001b'], @as [])"},
		{"ContactGroups", "GroupRenamed", "(1, 2)"},
		{"ContactGroups", "GroupRenamed", "('Friends', '')"},
		{"ContactGroups", "GroupRenamed", "('', 'x')"},
		{"ContactBlocking", "BlockedContactsChanged", "(@as [], {'x': 1})"},
		{"ContactBlocking", "BlockedContactsChanged",
		 "({@u 0: '', 9: '\\u001b]0;x'}, @a{us} {})"},
		{"ContactInfo", "ContactInfoChanged", "('x',)"},
		{"ContactList", "ContactsChangedWithID",
		 "({@u 1: (@u 99, @u 98, 'x')}, @a{us} {}, @a{us} {})"},
	};
	struct pheme_world *w = *state;
	struct screen *s;

	use_account(w);
	s = pheme_start_until(w, NULL, "Friends       0/2|");
	for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
		g_autofree char *interface =
			g_strconcat("org.freedesktop.Telepathy.Connection.Interface.",
				    signals[i].interface, NULL);

		fixture_emit(w->fixture, ME, "+", interface, signals[i].member,
			     g_variant_new_parsed(signals[i].args));
	}
	fixture_set_presence(w->fixture, ME, BOB, "away", "");
	screen_wait_text(s, "a Bob");
	screen_line(s, "/block");
	screen_wait_text(s, "work  ^[]0;x");
	pheme_quit(w, s);
}

/* --- who they are --- */

static void set(struct pheme_world *w, const char *id, const char *key, const char *fact)
{
	fixture_set_person(w->fixture, ME, id, key, g_variant_new_parsed(fact));
}

static void test_whois(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	use_account(w);
	fixture_set_presence(w->fixture, ME, BOB, "away", "lunch");
	set(w, BOB, "card", "[('fn', @as [], ['Bob Miller']), ('tel', ['type=home'], ['+49 30'])]");
	set(w, BOB, "clients", "['phone', 'pc']");
	set(w, BOB, "place", "{'city': <'Berlin'>, 'lat': <52.5>, 'timestamp': <@x 0>}");
	o = RUN(w, "--run", "/whois Bob");
	for (const char *const *line =
		     (const char *const[]){"Bob <bob@fixture> on work (fixture)\n",
					   "presence       away \"lunch\"\n",
					   "device         phone\n", "city: Berlin\n",
					   "lat: 52.50000\n", "name           Bob Miller\n",
					   "phone (home)   +49 30\n", "groups         Friends\n",
					   "you see them   yes\n", NULL};
	     *line; line++)
		if (!strstr(o.out, *line))
			test_fail("no \"%s\" in\n%s%s", *line, o.out, o.err);
	check(o, 0, "", "");
	/* Nobody has met this one, and there is no card. */
	check(RUN(w, "--run", "/whois nobody@fixture"), 0, "there is no card", "");
	fixture_fail(w->fixture, "GetContactByID", "org.freedesktop.Telepathy.Error.InvalidHandle");
	check(RUN(w, "--run", "/whois nobody@fixture"), 3, "", "find out who nobody@fixture is");
}

static void test_hostile_card(void **state)
{
	struct pheme_world *w = *state;
	GVariantBuilder card;
	g_autofree char *huge = g_strnfill(300000, 'x');
	const char *values[] = {huge, NULL}, *none[] = {NULL};
	struct outcome o;

	use_account(w);
	g_variant_builder_init(&card, G_VARIANT_TYPE("a(sasas)"));
	g_variant_builder_add(&card, "(s^as^as)", "fn\x1b[2J", none,
			      (const char *[]){"evil\x1b]0;x\x07\nBob <b@x> on work", NULL});
	for (int i = 0; i < 2000; i++)
		g_variant_builder_add(&card, "(s^as^as)", i ? "note" : "", none,
				      i < 3 ? values : none);
	fixture_set_person(w->fixture, ME, BOB, "card", g_variant_builder_end(&card));
	set(w, BOB, "place", "{'\u202e\\n': <'a\\nb'>, 'odd': <[1, 2]>, 'alt': <true>}");
	o = RUN(w, "--run", "/whois Bob");
	assert_null(strstr(o.out, "\x1b"));
	assert_null(strstr(o.out, "\nBob <b@x>"));
	assert_true(strlen(o.out) < 20000);
	check(o, 0, "evil^[]0;x^G^JBob", "");
}

static void test_own_card(void **state)
{
	struct pheme_world *w = *state;

	use_account(w);
	set(w, ME, "card", "[('fn', @as [], ['Me']), ('note', [], ['a; b'])]");
	check(RUN(w, "--run", "/whois self"), 0, "me@fixture, that is you, on work", "");
	check(RUN(w, "--run", "/whois self fn=\"Not me\" tel;home=+49 \"n=Me;Not;;;\"", "--run",
		  "/whois self"),
	      0,
	      "note           a; b\n  name           Not me\n  phone (home)   +49\n"
	      "  name in parts  Me, Not\n",
	      "");
	check(RUN(w, "--run", "/whois self note=", "--run", "/whois self"), 0,
	      "(fixture)\n  presence       available\n  name           Not me\n", "");
	check(RUN(w, "--run", "/whois self shoe-size=43"), 2, "", "only fn, n, tel, note");
	check(RUN(w, "--run", "/whois Bob fn=Robert"), 2, "", "only your own card");
	/* What cannot be read is not overwritten. */
	fixture_fail(w->fixture, "RequestContactInfo",
		     "org.freedesktop.Telepathy.Error.NetworkError");
	check(RUN(w, "--run", "/whois self fn=Nobody"), 1, "", "network error");
	assert_int_equal(fixture_count_calls(w->fixture, "SetContactInfo"), 2);
}

static void test_own_card_in_a_form(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	use_account(w);
	set(w, ME, "card", "[('fn', @as [], ['Me'])]");
	/* What a card may have is known before the roster. */
	s = pheme_start_until(w, NULL, "_ Bob");
	/* The answer comes after the one that tells whether there is a card to be set. */
	screen_line(s, "/whois Bob");
	screen_wait_text(s, "you see them");
	screen_line(s, "/whois self");
	screen_wait_text(s, "name in parts");
	screen_key(s, "Enter");
	screen_wait_row(s, 23, "Me");
	screen_line(s, " Too");
	screen_wait_text(s, "Me Too");
	screen_key(s, "End");
	screen_key(s, "Enter");
	screen_wait_text(s, "your card is saved");
	pheme_quit(w, s);
	check(RUN(w, "--run", "/whois self"), 0, "name           Me Too", "");
}

/* --- requests --- */

static void test_many_invitations(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	use_account(w);
	s = pheme_start_until(w, NULL, "connected as");
	for (int i = 0; i < 500; i++) {
		g_autofree char *room = g_strdup_printf("spam%03d", i);

		fixture_invite(w->fixture, ME, room, "troll@fixture", "come");
	}
	screen_wait_text(s, "Requests       500|");
	/* It is still there for what one wants to do. */
	screen_line(s, "/msg Bob help");
	fixture_wait_sent(w->fixture, ME, 1);
	screen_line(s, "/accept 500");
	screen_wait_row(s, 0, "spam499");
	screen_line(s, "/reject all");
	screen_line(s, "y");
	screen_wait_text(s, "rejected 499 of 499 requests");
	screen_wait_no_text(s, "Requests");
	pheme_quit(w, s);
}

static void test_requests_in_bulk(void **state)
{
	struct pheme_world *w = *state;

	use_account(w);
	for (int i = 0; i < 20; i++) {
		g_autofree char *id = g_strdup_printf("asker%02d@fixture", i);

		fixture_set_contact(w->fixture, ME, id, "", NULL, 1, 3, "let me in");
	}
	check(RUN(w, "--run", "/accept 1-5", "--run", "/reject all", "--run", "/requests"), 0,
	      "accepted 5 of 5 requests\nrejected 15 of 15 requests\n", "");
	assert_int_equal(fixture_count_calls(w->fixture, "AuthorizePublication"), 5);
	assert_int_equal(fixture_count_calls(w->fixture, "Unpublish"), 15);
}

/* --- directories --- */

static void test_directory(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *terms = NULL, *request = NULL;

	use_account(w);
	check(RUN(w, "--run", "/directory bob"), 1, "", "fixture has no directory of them");
	fixture_set_directory(w->fixture, ME, 250, 0);
	check(RUN(w, "--run", "/directory"), 0,
	      "nickname                 nickname\n"
	      "fn                       name\n"
	      "x-n-given                given name\n"
	      "tel;type=home            phone (home)\n",
	      "");
	/* All pages of them, where nothing else is asked for. */
	check(RUN(w, "--run", "/directory bob miller"), 0,
	      "Person 0 <person0@fixture>  even@example.org\n", "");
	terms = fixture_last_call(w->fixture, "Search");
	assert_string_equal(terms, "({'fn': 'bob miller'},)");
	check(RUN(w, "--run", "/directory nickname=bob tel;type=home=1 server=dir limit=20"), 2, "",
	      "\"tel;type\"");
	check(RUN(w, "--run", "/directory nickname=bob x-n-given=Bob server=dir limit=20"), 0,
	      "\n20 people, there are more\n", "");
	request = fixture_last_call(w->fixture, "CreateChannel");
	assert_non_null(strstr(request, "'dir'"));
	assert_non_null(strstr(request, "<uint32 20>"));
	check(RUN(w, "--run", "/directory shoe-size=43"), 2, "", "only for nickname, fn");
}

/* What was found before it failed is there. */
static void test_directory_fails_late(void **state)
{
	struct pheme_world *w = *state;
	struct outcome o;

	use_account(w);
	fixture_set_directory(w->fixture, ME, 10000, 9999);
	o = RUN(w, "--run", "/directory a");
	assert_int_equal(pheme_count(o.out, "@fixture"), 9999);
	check(o, 1, "9999 people, then: the search failed: network error (the directory fell over)",
	      "the search failed");
	fixture_set_directory(w->fixture, ME, 10000, 0);
	o = RUN(w, "--run", "/directory a");
	assert_int_equal(pheme_count(o.out, "@fixture"), 10000);
	check(o, 0, "Person 9999 <", "");
	/* One that never ends. */
	fixture_set_directory(w->fixture, ME, 1000000, 0);
	o = RUN(w, "--run", "/directory a");
	assert_int_equal(pheme_count(o.out, "@fixture"), 20000);
	check(o, 0, "20000 people: there are more, which are not kept", "");
}

static void test_directory_on_the_screen(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	use_account(w);
	fixture_set_directory(w->fixture, ME, 10000, 9999);
	s = pheme_start_until(w, NULL, "connected as");
	screen_line(s, "/directory limit=50");
	screen_wait_text(s, "people at a time: 50");
	screen_type(s, "Bob");
	screen_wait_row(s, 23, "Bob");
	screen_key(s, "Enter");
	screen_key(s, "End");
	screen_key(s, "Enter");
	screen_wait_text(s, "50 people, there are more");
	screen_key(s, "m");
	screen_wait_text(s, "100 people, there are more");
	screen_key(s, "s");
	screen_wait_text(s, "100 people, stopped");
	screen_key(s, "End");
	screen_key(s, "a");
	fixture_wait_calls(w->fixture, "RequestSubscription", 1);
	screen_key(s, "Enter");
	screen_wait_row(s, 0, "@fixture");
	screen_line(s, "/directory Bob");
	screen_wait_text(s, "9999 people, then: the search failed");
	screen_key(s, "q");
	/* A connection that ends takes the search with it, but not the list. */
	fixture_set_directory(w->fixture, ME, 1000000, 0);
	fixture_hang(w->fixture, "Search");
	screen_line(s, "/directory Bob");
	screen_wait_text(s, "0 people, searching");
	fixture_drop(w->fixture, ME, "org.freedesktop.Telepathy.Error.NetworkError", "gone", 2);
	screen_wait_text(s, "cannot go on searching");
	screen_key(s, "q");
	pheme_quit(w, s);
}

/* --- what real ones do --- */

static void test_on_xmpp(void **state)
{
	struct pheme_world *w = *state;

	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	check(RUN(w, "--run", "/group add bob@localhost Work mates", "--run", "/group"), 0,
	      "Work mates", "");
	check(RUN(w, "--run", "/group rename \"Work mates\" Mates", "--run", "/group"), 0,
	      "0/1  Mates\n", "");
	check(RUN(w, "--run", "/group add bob@localhost Friends", "--run", "/group"), 0, "Friends",
	      "");
	check(RUN(w, "--run", "/group delete Mates", "--run", "/group"), 0, "Friends", "");
	check(RUN(w, "--run", "/block bob@localhost", "--run", "/block"), 0, "work  bob@localhost",
	      "");
	check(RUN(w, "--run", "/block"), 0, "work  bob@localhost", "");
	check(RUN(w, "--run", "/whois bob@localhost"), 0, "haze cannot fetch any", "");
	check(RUN(w, "--run", "/whois self fn=Alice"), 1, "", "cannot be changed");
	check(RUN(w, "--run", "/directory bob"), 1, "", "haze has no directory of them");
}

static void test_on_irc(void **state)
{
	struct pheme_world *w = *state;
	struct irc_peer *bob;
	struct screen *s;

	test_env_irc_start(w->env);
	pheme_add_idle(w, NULL, "net", "alice", "");
	/* One connection for all of them: a nick is free again only after a while. */
	s = pheme_start_until(w, NULL, "connected as");
	check(RUN(w, "--run", "/block bob"), 1, "", "net (irc) blocks nobody: idle cannot do it");
	check(RUN(w, "--run", "/group"), 0, "there is no group", "");
	bob = irc_peer_new(test_env_irc_port(w->env), "bob");
	check(RUN(w, "--run", "/whois bob"), 0, "server         irc.localhost", "");
	check(RUN(w, "--run", "/whois nobody"), 3, "", "nobody");
	check(RUN(w, "--run", "/whois self fn=Alice"), 1, "", "cannot be changed");
	check(RUN(w, "--run", "/directory bob"), 1, "", "idle has no directory of them");
	irc_peer_free(bob);
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups),
		TEST(odd_group_name),
		TEST(blocking),
		TEST(marks_on_the_screen),
		TEST(hostile_signals),
		TEST(whois),
		TEST(hostile_card),
		TEST(own_card),
		TEST(own_card_in_a_form),
		TEST(many_invitations),
		TEST(requests_in_bulk),
		TEST(directory),
		TEST(directory_fails_late),
		TEST(directory_on_the_screen),
		TEST(on_xmpp),
		TEST(on_irc),
	};

	return cmocka_run_group_tests_name("people", tests, NULL, NULL);
}
