/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Contacts: marks in the roster, requests by the hundred, the own card. */

#include "tests/lib/env.h"
#include "tests/lib/play.h"
#include "tests/lib/test.h"

#include <glib.h>

static const struct screen_options small = {.rows = 12, .cols = 40};

static void test_marks(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "contact work bob@example.org Bob offline");
	play_act(play, "contact work carol@example.org Carol away Friends");
	play_act(play, "removed work bob@example.org");
	screen_wait_text(s, "   r Bob");
	/* The roster is filtered by groups, too. */
	screen_key(s, "M-r");
	screen_type(s, "frien");
	screen_wait_no_text(s, "r Bob");
	screen_wait_text(s, "   a Carol");
	screen_key(s, "Esc");
	screen_wait_text(s, "   r Bob");
	screen_line(s, "/query carol@example.org");
	screen_wait_row(s, 0, "[a away]");
	screen_line(s, "/group list Friends");
	screen_wait_text(s, "Carol <carol@example.org>  away");
	play_free(play);
}

/* Who offers a tube is told by name, though the name comes later. */
static void test_offer_before_the_roster(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "early work user0003@example.org rfb");
	screen_wait_text(s, "Requests         1|");
	assert_false(screen_find(s, "offers rfb", NULL, NULL));
	play_act(play, "roster work 4 2");
	screen_wait_text(s, "User 0003 offers rfb: accept?");
	play_free(play);
}

/* One more than is told at once is not summed up. */
static void test_four_requests(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "requests work 4");
	screen_wait_text(s, "/accept 3");
	screen_wait_text(s, "/accept 4");
	play_free(play);
}

static void test_five_hundred_requests(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "requests work 500");
	screen_wait_text(s, "497 more requests came");
	screen_wait_text(s, "Requests       500|");
	screen_wait_text(s, "asker002@example.org");
	assert_false(screen_find(s, "asker003@example.org", NULL, NULL));
	screen_line(s, "/requests");
	screen_wait_text(s, "1. asker000@example.org wants");
	screen_key(s, "End");
	screen_wait_text(s, "500. asker499@example.org wants");
	screen_key(s, "d");
	screen_wait_text(s, "Requests       499|");
	/* A command that is typed in front of the list is one, letter by letter. */
	screen_line(s, "/accept 7-9");
	screen_wait_text(s, "accepted 3 of 3 requests");
	screen_line(s, "/reject all");
	screen_wait_text(s, "Reject 496 requests? (y/n)");
	screen_line(s, "y");
	screen_wait_text(s, "rejected 496 of 496 requests");
	screen_wait_no_text(s, "Requests");
	play_free(play);
}

static void test_requests_in_a_small_window(void **state)
{
	struct play *play = play_new(&small);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "requests work 50");
	screen_wait_text(s, "asker002");
	screen_line(s, "/requests");
	screen_wait_text(s, "1. asker000@example.org wants to see");
	screen_key(s, "End");
	screen_wait_text(s, "50. asker049@example.org");
	play_free(play);
}

static void edit_card(struct play *play)
{
	struct screen *s = play_screen(play);

	play_act(play, "card work fn 'Alice Miller'");
	play_act(play, "card work note ''");
	play_act(play, "online work");
	screen_wait_text(s, "work:o");
	screen_line(s, "/whois self");
	screen_wait_text(s, "Alice Miller");
	screen_wait_text(s, "[ save ]");
	screen_key(s, "Down");
	screen_type(s, "here today");
	screen_wait_row(s, screen_rows(s) - 1, "here today");
	screen_key(s, "Enter");
	screen_key(s, "Enter");
	screen_wait_text(s, "your card is saved");
	screen_line(s, "/whois self");
	screen_wait_text(s, "here today");
	/* Nothing is kept of what is cancelled. */
	screen_key(s, "Enter");
	screen_key(s, "C-u");
	screen_key(s, "Esc");
	screen_wait_text(s, "Alice Miller");
	screen_key(s, "Esc");
	screen_wait_no_text(s, "[ save ]");
	/* …but nothing is lost without a question. */
	screen_line(s, "/whois self");
	screen_wait_text(s, "[ save ]");
	screen_type(s, "Alice Smith");
	screen_wait_row(s, screen_rows(s) - 1, "Alice Smith");
	screen_key(s, "Enter");
	screen_wait_no_text(s, "Alice Miller");
	screen_key(s, "Esc");
	screen_wait_text(s, "(y/n)");
	screen_key(s, "n");
	screen_wait_no_text(s, "(y/n)");
	screen_wait_text(s, "Alice Smith");
	screen_key(s, "End");
	screen_key(s, "q");
	screen_wait_text(s, "(y/n)");
	screen_key(s, "y");
	screen_wait_no_text(s, "[ save ]");
}

static void test_card(void **state)
{
	struct play *play = play_new(NULL);

	edit_card(play);
	play_free(play);
}

static void test_card_in_a_small_window(void **state)
{
	struct play *play = play_new(&small);

	edit_card(play);
	play_free(play);
}

static int setup(void **state)
{
	*state = test_env_new(TEST_ENV_NO_BUS);
	return 0;
}

static int teardown(void **state)
{
	return test_env_free(*state);
}

static void search(struct play *play)
{
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	screen_wait_text(s, "work:o");
	screen_line(s, "/directory");
	screen_wait_text(s, "Search work");
	screen_wait_text(s, "city");
	/* There must be something to search for. */
	screen_key(s, "End");
	screen_key(s, "Enter");
	screen_wait_text(s, "Fill in what to search for.");
	screen_key(s, "Home");
	screen_key(s, "Down");
	screen_type(s, "bob");
	screen_key(s, "Enter");
	screen_key(s, "End");
	screen_key(s, "Enter");
	screen_wait_text(s, "0 people, searching...");
	play_act(play, "found work 0 10000");
	screen_wait_text(s, "10000 people, searching...");
	screen_wait_text(s, "Person 0 <person00000@example.");
	screen_key(s, "End");
	screen_wait_text(s, "Person 9999 <");
	play_act(play, "search-state work 7 'it fell over'");
	screen_wait_text(s, "it fell over");
	screen_wait_text(s, "Person 9999 <");
	screen_key(s, "/");
	screen_wait_text(s, "Show only people with:");
	screen_line(s, "person 999");
	screen_wait_text(s, "[person 999] 11");
	screen_key(s, "Tab");
	screen_wait_text(s, "by name");
	screen_key(s, "Esc");
	screen_wait_no_text(s, "[person 999]");
	screen_key(s, "End");
	screen_wait_text(s, "Person 9999 <");
	screen_key(s, "Enter");
	screen_wait_row(s, 0, "person09999@example.org");
}

static void test_directory(void **state)
{
	struct play *play = play_new(NULL);

	search(play);
	play_free(play);
}

static void test_directory_in_a_small_window(void **state)
{
	struct play *play = play_new(&small);

	search(play);
	play_free(play);
}

static void test_the_same_contact_twice(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "online home");
	play_act(play, "contact work bob@example.org Bob available");
	play_act(play, "contact home bob@example.org Bob away");
	play_act(play, "said work bob@example.org 1795353660 hello");
	screen_wait_text(s, "Act: 1:Bob(1)");
	play_act(play, "said home bob@example.org 1795353661 'hello again'");
	screen_wait_text(s, "Act: 1:work:Bob(1) 2:home:Bob(1)");
	screen_key(s, "M-2");
	screen_wait_row(s, 23, "[home:Bob]");
	screen_wait_row(s, 0, "home/haze");
	screen_line(s, "/close");
	screen_wait_text(s, "1:Bob(1)");
	play_free(play);
}

static void test_ids_of_gateways(void **state)
{
	struct play *play = play_new(NULL);
	struct screen *s = play_screen(play);

	play_act(play, "online work");
	play_act(play, "contact work melissa%%hotmail.com@msn.example.org '' available");
	screen_wait_text(s, "o melissa@hot~");
	screen_type(s, "/query hotm");
	screen_key(s, "Tab");
	screen_wait_row(s, 23, "/query \"melissa@hotmail.com (msn.example.org)\"");
	screen_key(s, "Enter");
	screen_wait_row(s, 0, "melissa@hotmail.com (msn.example.org) <melissa%hotmail.com@msn.");
	play_free(play);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(marks),
		TEST(offer_before_the_roster),
		TEST(four_requests),
		TEST(five_hundred_requests),
		TEST(requests_in_a_small_window),
		TEST(card),
		TEST(card_in_a_small_window),
		TEST(the_same_contact_twice),
		TEST(ids_of_gateways),
		TEST(directory),
		TEST(directory_in_a_small_window),
	};

	return cmocka_run_group_tests_name("ui people", tests, NULL, NULL);
}
