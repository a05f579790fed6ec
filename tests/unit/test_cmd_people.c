/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Commands about contacts: groups, blocking, who they are. */

#include "cmd_test.h"

static void enable(struct account *account, unsigned features)
{
	account_set_features(account, account->features | features);
}

static void assert_completes(struct fixture *fixture, const char *line, const char *expected)
{
	gsize start;
	g_auto(GStrv) found = command_complete(&fixture->front, line, strlen(line), &start);
	g_autofree char *all = g_strjoinv("|", found);

	assert_string_equal(all, expected);
}

static void groups_are_changed(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add_contact(fixture->work, "bob@x", "Bob");

	enable(fixture->work, ACCOUNT_CAN_GROUP);
	contact_add_group(bob, "Work mates");
	check(fixture, "/group add Bob My friends", "group_add work bob@x My friends\n");
	check(fixture, "/group add Bob \"My friends\"", "group_add work bob@x My friends\n");
	check(fixture, "/group add Bob Work mates", "");
	check(fixture, "/group remove bob@x Work mates", "group_remove work bob@x Work mates\n");
	check_fails(fixture, "/group remove Bob Friends", 3, "but in Work mates");
	check(fixture, "/group rename \"Work mates\" Mates",
	      "group_rename work Work mates Mates\n");
	check(fixture, "/group delete Work mates", "group_delete work Work mates\n");
	check_fails(fixture, "/group delete Friends", 3, "no group \"Friends\"");
	check_fails(fixture, "/group add nobody Friends", 3, "nobody");
}

static void groups_are_not_everywhere(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->irc, "carol", NULL);
	check_fails(fixture, "/group add carol Friends", 1, "idle cannot do it");
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	add_contact(fixture->work, "bob@x", "Bob");
	check_fails(fixture, "/group add Bob Friends", 4, "work is offline");
}

static void a_group_in_two_accounts(void **state)
{
	struct fixture *fixture = *state;

	enable(fixture->work, ACCOUNT_CAN_GROUP);
	enable(fixture->irc, ACCOUNT_CAN_GROUP);
	contact_add_group(add_contact(fixture->work, "bob@x", "Bob"), "Friends");
	contact_add_group(add_contact(fixture->irc, "carol", NULL), "Friends");
	check_fails(fixture, "/group delete Friends", 2, "-a NAME tells which");
	check(fixture, "/group delete -a irc Friends", "group_delete irc Friends\n");
}

static void groups_are_completed(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add_contact(fixture->work, "bob@x", "Bob");

	contact_add_group(bob, "Work mates");
	contact_add_group(add_contact(fixture->work, "carol@x", "Carol"), "Women");
	assert_completes(fixture, "/group add Bob wo", "Women|Work mates");
	assert_completes(fixture, "/group remove Bob ", "Work mates");
	assert_completes(fixture, "/group rename w", "\"Work mates\"|Women");
}

static void somebody_is_blocked(void **state)
{
	struct fixture *fixture = *state;

	enable(fixture->work, ACCOUNT_CAN_BLOCK);
	add_contact(fixture->work, "bob@x", "Bob");
	check(fixture, "/block Bob", "block work bob@x\n");
	check(fixture, "/block -a work troll@x", "block work troll@x\n");
	check_fails(fixture, "/block Bob report", 1, "takes no reports");
	enable(fixture->work, ACCOUNT_CAN_REPORT);
	check(fixture, "/block Bob report", "block work bob@x report\n");
	check_fails(fixture, "/block -a irc troll", 1, "idle cannot do it");
	account_set_blocked(fixture->work, "bob@x", true);
	account_set_blocked(fixture->work, "evil\x1b@x", true);
	check(fixture, "/block", "");
	assert_string_equal(fixture->out->str, "work  Bob <bob@x>\nwork  evil^[@x\n");
	assert_completes(fixture, "/unblock ", "bob@x");
	check(fixture, "/unblock bob@x", "unblock work bob@x\n");
	check(fixture, "/unblock evil\x1b@x", "unblock work evil\x1b@x\n");
	check_fails(fixture, "/unblock -a work carol@x", 3, "is not blocked");
}

/* --- who somebody is ---------------------------------------------------------------------- */

static void answer_whois(struct fixture *fixture, const char *id)
{
	whois_free(fixture->session->whois);
	fixture->session->whois = whois_new(id);
}

static void whois_tells_of_the_roster(void **state)
{
	struct fixture *fixture = *state;
	struct contact *bob = add_contact(fixture->work, "bob@x", "Bob");

	contact_set_subscription(bob, SUBSCRIPTION_REMOVED, SUBSCRIPTION_ASK);
	contact_set_services(bob, (const char *const[]){"rfb", "odd\x1b", NULL}, false);
	account_set_blocked(fixture->work, "bob@x", true);
	answer_whois(fixture, "bob@x");
	/* The day may be another one here. */
	chat_open(fixture->work, CHAT_CONTACT, "bob@x")->last_activity = 1795000000;
	check(fixture, "/whois Bob", "whois work bob@x\n");
	assert_non_null(strstr(fixture->out->str, "  last message   2026-11-1"));
	chat_close(chat_find(fixture->work, CHAT_CONTACT, "bob@x"));
	check(fixture, "/whois Bob", "whois work bob@x\n");
	assert_string_equal(fixture->out->str, "bob@x on work (jabber)\n"
					       "  card           haze cannot fetch any\n"
					       "  blocked        yes, by you\n"
					       "  you see them   no, they removed you\n"
					       "  they see you   they ask for it: /authorize, "
					       "/deny\n"
					       "  takes tubes    rfb, odd^[\n");
}

static void whois_finds_anybody(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	chat_add_member(room, "dave", "dave", NULL, false);
	answer_whois(fixture, "dave");
	fixture->current = room;
	check(fixture, "/whois dave", "whois irc dave\n");
	check(fixture, "/whois -a work erin@x", "whois work erin@x\n");
	check_fails(fixture, "/whois -a work erin", 3, "erin");
	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "frank@x");
	check(fixture, "/whois", "whois work frank@x\n");
	fixture->current = NULL;
	check_fails(fixture, "/whois", 2, "CONTACT");
	fail_next(fixture, 3, "there is no such nick");
	assert_int_equal(run(fixture, "/whois -a irc gone"), 3);
}

static void own_card_is_changed(void **state)
{
	struct fixture *fixture = *state;
	struct card_spec *spec = g_new0(struct card_spec, 1);
	GPtrArray *specs = g_ptr_array_new_with_free_func(card_spec_free);
	g_autofree char *view = g_strdup_printf("view %d\n", (int)VIEW_CARD);

	check_fails(fixture, "/whois -a work self fn=Alice", 1, "cannot be changed");
	enable(fixture->work, ACCOUNT_HAS_CARDS | ACCOUNT_CAN_SET_CARD);
	spec->name = g_strdup("tel");
	spec->params = g_strdupv((char *[]){(char *)"type=home", NULL});
	g_ptr_array_add(specs, spec);
	account_set_card_specs(fixture->work, specs);
	answer_whois(fixture, "me@x");
	fixture->session->whois->card = card_new();
	g_ptr_array_add(fixture->session->whois->card,
			card_field_new("fn", NULL, (const char *const[]){"Me", NULL}));
	check(fixture, "/whois -a work self tel;home=1 tel=2",
	      "whois work self\ncard work fn=Me tel;type=home=1 tel=2\n");
	check_fails(fixture, "/whois -a work self fn=Alice", 2, "only tel");
	check_fails(fixture, "/whois -a work self fn", 2, "FIELD=VALUE");
	check(fixture, "/whois -a work self", view);
	fixture->front.unattended = true;
	check(fixture, "/whois -a work self", "whois work self\n");
	assert_completes(fixture, "/whois -a work self t", "tel=");
	assert_completes(fixture, "/whois -a work se", "self");
}

/* --- requests by the number --------------------------------------------------------------- */

static void ask_for_presence(struct fixture *fixture, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		g_autofree char *id = g_strdup_printf("r%u@x", i);

		model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, id, NULL,
				  NULL, "");
	}
}

static void several_requests(void **state)
{
	struct fixture *fixture = *state;

	ask_for_presence(fixture, 9);
	check(fixture, "/accept 2 4-5 r7@x",
	      "answer 2 yes\nanswer 4 yes\nanswer 5 yes\nanswer 8 yes\n");
	assert_string_equal(fixture->out->str, "accepted 4 of 4 requests\n");
	check_fails(fixture, "/accept 3 99", 3, "no request \"99\"");
	check_fails(fixture, "/reject 90-99", 3, "no such request");
	check_fails(fixture, "/reject 5-3", 3, "no request \"5-3\"");
	assert_completes(fixture, "/reject 3 r8", "r8@x");
}

static void all_requests(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/accept all", 3, "no such request");
	ask_for_presence(fixture, 2);
	model_add_request(fixture->model, REQUEST_INVITATION, fixture->irc, "all", NULL, "#x", "");
	fixture->answer = "n";
	check_fails(fixture, "/reject all", 1, "still wait");
	assert_string_equal(fixture->asked, "Reject 3 requests? (y/n)");
	fixture->answer = "y";
	check(fixture, "/reject all", "answer 1 no\nanswer 2 no\nanswer 3 no\n");
	model_add_request(fixture->model, REQUEST_INVITATION, fixture->irc, "all", NULL, "#x", "");
	ask_for_presence(fixture, 2);
	check(fixture, "/accept all rooms", "answer 4 yes\n");
	check(fixture, "/accept -a work all contacts", "answer 5 yes\nanswer 6 yes\n");
	ask_for_presence(fixture, 3);
	check_fails(fixture, "/accept all people", 2, "contacts, rooms, files or tubes");
	fixture->front.unattended = true;
	fail_next(fixture, 5, "not allowed");
	assert_int_equal(run(fixture, "/reject all"), 5);
	assert_string_equal(fixture->out->str, "rejected 2 of 3 requests\n");
}

static void a_name_with_blanks(void **state)
{
	struct fixture *fixture = *state;

	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "dave@x",
			  "Dave Miller", NULL, "");
	check(fixture, "/accept Dave Miller", "answer 1 yes\n");
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "dave@x",
			  "Dave Miller", NULL, "");
	check(fixture, "/accept \"Dave Miller\"", "answer 2 yes\n");
	check(fixture, "/requests", "view 2\n");
}

/* --- directories -------------------------------------------------------------------------- */

static void people_are_searched_for(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *view = g_strdup_printf("directory work - 0\nview %d\n", VIEW_DIRECTORY);

	check(fixture, "/directory -a work", view);
	assert_completes(fixture, "/directory -a work e", "email=");
	fixture->front.unattended = true;
	check(fixture, "/directory -a work", "directory work - 0\nstop search work\n");
	assert_string_equal(fixture->out->str, "fn                       name\n"
					       "email                    email\n");
	check(fixture, "/directory -a work Bob Miller email=bob@x",
	      "directory work - 0\nsearch work email=bob@x\nsearch work fn=Bob Miller\n"
	      "more work\nstop search work\n");
	assert_string_equal(fixture->out->str, "Bob <bob@x>\n");
	check(fixture, "/directory -a work fn=Bob server=dir.x limit=5",
	      "directory work dir.x 5\nsearch work fn=Bob\nstop search work\n");
	assert_int_equal(run(fixture, "/directory -a work nick=Bob"), 2);
	assert_non_null(strstr(fixture->errors->str, "only for fn, email"));
	check_fails(fixture, "/directory -a work limit=few", 2, "limit wants a number");
	fail_next(fixture, 1, "no directory");
	assert_int_equal(run(fixture, "/directory -a work Bob"), 1);
}

/* --- names -------------------------------------------------------------------------------- */

static void ids_are_completed_by_any_part(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "melissa%hotmail.com@msn.example.org", NULL);
	add_contact(fixture->work, "d\\27artagnan@musketeers.example", "Charles");
	add_contact(fixture->work, "bob@xn--bcher-kva.example", "Bob");
	add_contact(fixture->work, "bobby@x", NULL);
	assert_completes(fixture, "/msg mel", "\"melissa@hotmail.com (msn.example.org)\"");
	assert_completes(fixture, "/msg hotm", "\"melissa@hotmail.com (msn.example.org)\"");
	assert_completes(fixture, "/msg msn.ex", "\"melissa@hotmail.com (msn.example.org)\"");
	assert_completes(fixture, "/msg tagnan", "\"d\\\\27artagnan@musketeers.example\"");
	assert_completes(fixture, "/msg d'art", "");
	assert_completes(fixture, "/msg arles", "Charles");
	assert_completes(fixture,
			 "/msg b\xc3\xbc"
			 "cher",
			 "bob@xn--bcher-kva.example");
	/* What begins so comes first, and alone. */
	assert_completes(fixture, "/msg bo", "Bob|bobby@x");
	assert_completes(fixture, "/msg work:hotm", "work:melissa%hotmail.com@msn.example.org");
	check(fixture, "/query \"melissa@hotmail.com (msn.example.org)\"",
	      "show melissa%hotmail.com@msn.example.org\n");
}

static void the_same_contact_on_two_accounts(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@x", "Bob");
	add_contact(fixture->irc, "bob@x", "Bob");
	assert_completes(fixture, "/msg bo", "irc:bob@x|work:bob@x");
	assert_completes(fixture, "/msg work:b", "work:bob@x");
	check_fails(fixture, "/msg Bob hi", 3, "Bob");
	assert_int_equal(run(fixture, "/msg work:bob@x hi"), 0);
	assert_string_equal(fixture->out->str, "to Bob <bob@x> on work\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/people/groups are changed", groups_are_changed),
		TEST("/people/groups are not everywhere", groups_are_not_everywhere),
		TEST("/people/a group in two accounts", a_group_in_two_accounts),
		TEST("/people/groups are completed", groups_are_completed),
		TEST("/people/somebody is blocked", somebody_is_blocked),
		TEST("/people/whois tells of the roster", whois_tells_of_the_roster),
		TEST("/people/whois finds anybody", whois_finds_anybody),
		TEST("/people/own card is changed", own_card_is_changed),
		TEST("/people/several requests", several_requests),
		TEST("/people/all requests", all_requests),
		TEST("/people/a name with blanks", a_name_with_blanks),
		TEST("/people/people are searched for", people_are_searched_for),
		TEST("/people/ids are completed by any part", ids_are_completed_by_any_part),
		TEST("/people/the same contact on two accounts", the_same_contact_on_two_accounts),
	};

	return cmocka_run_group_tests_name("cmd/people", tests, NULL, NULL);
}
