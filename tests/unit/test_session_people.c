/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who is meant; the roster; requests; typing; protocols. */

#include "session_test.h"

static struct contact *add(struct fixture *f, const char *account, const char *id,
			   const char *alias)
{
	struct contact *contact = account_ensure_contact(account_called(f, account), id);

	contact_set_alias(contact, alias);
	contact_set_on_roster(contact, true);
	return contact;
}

static void assert_ambiguous(struct fixture *f, const char *name, const char *candidates)
{
	g_autoptr(GError) error = NULL;

	assert_null(session_find_contact(f->session, NULL, name, &error));
	assert_int_equal(error->code, SESSION_ERROR_NOT_FOUND);
	if (!strstr(error->message, candidates))
		fail_msg("%s", error->message);
}

/* --- finding ------------------------------------------------------------------------------ */

static void by_id(void **state)
{
	struct fixture *f = *state;
	struct contact *bob = add(f, "work", BOB, "Bob");

	add(f, "work", "bob@elsewhere", BOB); /* poses as him */
	assert_ptr_equal(session_find_contact(f->session, NULL, BOB, NULL), bob);
	assert_ptr_equal(session_find_contact(f->session, NULL, "BOB@Example.org", NULL), bob);
	assert_ptr_equal(session_find_contact(f->session, NULL, "work:" BOB, NULL), bob);
}

static void by_alias(void **state)
{
	struct fixture *f = *state;
	struct contact *bob = add(f, "work", BOB, "Bob");

	assert_ptr_equal(session_find_contact(f->session, NULL, "bob", NULL), bob);
	assert_ptr_equal(session_find_contact(f->session, NULL, "work:Bob", NULL), bob);
	add(f, "work", "b2@example.org", "Bob");
	assert_ambiguous(f, "Bob", "work:b2@example.org, work:" BOB);
}

static void in_several_accounts(void **state)
{
	struct fixture *f = *state;
	struct account *home = account_called(f, "home");

	add(f, "work", BOB, "Bob");
	add(f, "home", BOB, "Bobby");
	assert_ambiguous(f, BOB, "home:" BOB ", work:" BOB);
	assert_ptr_equal(session_find_contact(f->session, home, BOB, NULL)->account, home);
	assert_ptr_equal(session_find_contact(f->session, NULL, "home:" BOB, NULL)->account, home);
	/* The account that is named wins over the one in the name, which then is none. */
	assert_null(session_find_contact(f->session, home, "work:" BOB, NULL));
}

static void ids_with_colons(void **state)
{
	struct fixture *f = *state;
	struct contact *contact = add(f, "home", "@bob:matrix.example", "M");
	struct contact *odd = add(f, "home", "work:odd", "O");

	assert_ptr_equal(session_find_contact(f->session, NULL, "@bob:matrix.example", NULL),
			 contact);
	assert_ptr_equal(session_find_contact(f->session, NULL, "work:odd", NULL), odd);
}

static void nobody(void **state)
{
	struct fixture *f = *state;

	assert_ambiguous(f, "x\x1by", "no contact x^[y");
	assert_ambiguous(f, "work:", "no contact");
	/* A guess is said and not acted on. */
	add(f, "work", BOB, "Robert");
	assert_ambiguous(f, "bob", "did you mean " BOB "?");
	add(f, "home", "bob@elsewhere", "Rob");
	assert_ambiguous(f, "bob", "give an id");
}

static void default_account(void **state)
{
	struct fixture *f = *state;
	struct account *home = account_called(f, "home");
	g_autoptr(GError) error = NULL;

	assert_null(session_default_account(f->session, NULL, &error));
	assert_int_equal(error->code, SESSION_ERROR_NOT_FOUND);
	assert_ptr_equal(
		session_default_account(f->session, chat_open(home, CHAT_CONTACT, "x"), NULL),
		home);
	account_set_state(home, ACCOUNT_ONLINE, "");
	assert_ptr_equal(session_default_account(f->session, f->model->status, NULL), home);
	account_set_state(account_called(f, "work"), ACCOUNT_ONLINE, "");
	assert_null(session_default_account(f->session, NULL, NULL));
	account_set_state(home, ACCOUNT_OFFLINE, "");
	session_account_remove(f->session, home, NULL);
	assert_non_null(session_default_account(f->session, NULL, NULL));
}

struct opened {
	unsigned calls;
	struct chat *chat;
};

static void on_opened(struct chat *chat, const GError *error, void *data)
{
	struct opened *opened = data;

	opened->calls++;
	opened->chat = chat;
}

static void the_networks_spelling(void **state)
{
	struct fixture *f = *state;
	struct opened opened = {0};
	struct account *work = account_called(f, "work");
	struct conn *conn;
	g_autoptr(GError) error = g_error_new(TP_ERROR, TP_ERROR_NOT_FOUND, "no such id");

	session_open_contact(f->session, work, "Carol@X", on_opened, &opened);
	WAIT_FOR(opened.calls == 1);
	assert_string_equal(opened.chat->id, "Carol@X");
	conn = go_online(f);
	session_open_contact(f->session, work, "Bob@Example.org", on_opened, &opened);
	fake_answer(conn, NULL);
	WAIT_FOR(opened.calls == 2);
	assert_string_equal(opened.chat->id, BOB);
	session_open_contact(f->session, work, "@@", on_opened, &opened);
	fake_answer(conn, error);
	WAIT_FOR(opened.calls == 3);
	assert_null(opened.chat);
	assert_ptr_equal(session_open_chat(f->session, work, "BOB@example.ORG"), bob_chat(f));
}

/* --- the roster --------------------------------------------------------------------------- */

static void roster_verbs(void **state)
{
	struct fixture *f = *state;
	struct contact *bob = add(f, "work", BOB, "Bob");
	struct conn *conn = go_online(f);
	struct outcome outcome = {0};
	g_autoptr(GError) error = g_error_new(TP_ERROR, TP_ERROR_REFUSED, "cannot: no");

	session_roster_add(f->session, conn->account, "carol", "hi", note_outcome, &outcome);
	session_roster_remove(f->session, bob, note_outcome, &outcome);
	session_rename(f->session, bob, "Robert", note_outcome, &outcome);
	session_set_nick(f->session, conn->account, "Al", note_outcome, &outcome);
	assert_true(was_called("add carol"));
	assert_true(was_called("remove " BOB));
	assert_true(was_called("rename " BOB " Robert"));
	assert_true(was_called("nick Al"));
	fake_answer(conn, error);
	assert_int_equal(outcome.calls, 4);
	assert_int_equal(outcome.code, SESSION_ERROR_REFUSED);
	outcome_clear(&outcome);
}

static void note_whois(const struct whois *whois, const GError *error, void *data)
{
	assert_true(!whois == !!error);
	if (whois)
		assert_string_equal(whois->id, BOB);
	note_outcome(error, data);
}

static void groups_blocks_cards_and_directories(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct contact *bob = add(f, "work", BOB, "Bob");
	g_autoptr(GPtrArray) card = card_new();
	g_autoptr(GHashTable) terms = g_hash_table_new(g_str_hash, g_str_equal);
	struct outcome outcome = {0};

	session_group_add(f->session, bob, "Friends", note_outcome, &outcome);
	session_group_remove(f->session, bob, "Friends", note_outcome, &outcome);
	session_group_rename(f->session, conn->account, "Friends", "Mates", note_outcome, &outcome);
	session_group_delete(f->session, conn->account, "Mates", note_outcome, &outcome);
	session_block(f->session, conn->account, BOB, true, note_outcome, &outcome);
	session_unblock(f->session, conn->account, BOB, note_outcome, &outcome);
	session_whois(f->session, conn->account, BOB, note_whois, &outcome);
	session_set_card(f->session, conn->account, card, note_outcome, &outcome);
	session_open_directory(f->session, conn->account, "dir", 5, note_outcome, &outcome);
	session_search_directory(f->session, conn->account, terms, note_outcome, &outcome);
	session_search_more(f->session, conn->account, note_outcome, &outcome);
	assert_true(was_called("group add Friends " BOB));
	assert_true(was_called("group remove Friends " BOB));
	assert_true(was_called("group rename Friends Mates"));
	assert_true(was_called("group delete Mates"));
	assert_true(was_called("block " BOB " report"));
	assert_true(was_called("unblock " BOB));
	assert_true(was_called("whois " BOB));
	assert_true(was_called("directory dir 5"));
	fake_answer(conn, NULL);
	assert_int_equal(outcome.calls, 11);
	assert_int_equal(outcome.code, 0);
	/* Whoever still waits when the connection goes is told. */
	session_whois(f->session, conn->account, BOB, note_whois, &outcome);
	session_search_more(f->session, conn->account, note_outcome, &outcome);
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(outcome.calls == 13);
	assert_int_equal(outcome.code, SESSION_ERROR_NOT_CONNECTED);
	session_whois(f->session, account_called(f, "work"), BOB, note_whois, &outcome);
	WAIT_FOR(outcome.calls == 14);
	outcome_clear(&outcome);
}

static void verbs_need_a_connection(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {0};

	session_roster_add(f->session, account_called(f, "work"), "carol", NULL, note_outcome,
			   &outcome);
	session_join(f->session, account_called(f, "work"), ROOM, NULL, note_outcome, &outcome);
	assert_int_equal(outcome.calls, 0);
	WAIT_FOR(outcome.calls == 2);
	assert_int_equal(outcome.code, SESSION_ERROR_NOT_CONNECTED);
	assert_non_null(strstr(outcome.text, "/connect work"));
	outcome_clear(&outcome);
}

/* --- requests ----------------------------------------------------------------------------- */

static void answering_removes_the_request(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct outcome outcome = {0};
	struct request *request;

	model_add_request(f->model, REQUEST_SUBSCRIPTION, conn->account, "mallory", NULL, NULL,
			  "hi");
	model_add_request(f->model, REQUEST_INVITATION, conn->account, BOB, NULL, ROOM, "come");
	request = f->model->requests->pdata[0];
	session_answer_request(f->session, request, false, note_outcome, &outcome);
	assert_true(was_called("deny mallory"));
	request = f->model->requests->pdata[1];
	session_answer_request(f->session, request, true, note_outcome, &outcome);
	assert_true(was_called("invitation " ROOM " yes"));
	fake_answer(conn, NULL);
	WAIT_FOR(outcome.calls == 2);
	assert_int_equal(outcome.code, 0);
	assert_int_equal(f->model->requests->len, 0);
	outcome_clear(&outcome);
}

static void a_failed_answer_can_be_repeated(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = go_online(f);
	struct outcome outcome = {0};

	model_add_request(f->model, REQUEST_SUBSCRIPTION, conn->account, "mallory", NULL, NULL,
			  "hi");
	session_authorize(f->session, conn->account, "mallory", note_outcome, &outcome);
	fake_end(conn, CONN_END_NETWORK, "gone");
	WAIT_FOR(outcome.calls);
	assert_int_equal(outcome.code, SESSION_ERROR_NOT_CONNECTED);
	assert_int_equal(f->model->requests->len, 1);
	outcome_clear(&outcome);
}

/* --- the rest ----------------------------------------------------------------------------- */

static void typing_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct chat *chat = session_open_chat(f->session, account_called(f, "work"), BOB);

	session_set_typing(f->session, chat, TYPING_COMPOSING);
	go_online(f);
	session_set_typing(f->session, chat, TYPING_COMPOSING);
	session_set_typing(f->session, chat, TYPING_COMPOSING);
	assert_int_equal(count_calls("typing 4"), 1);
	config_set(session_config(f->session), "chat.send-typing", "false", NULL);
	session_set_typing(f->session, chat, TYPING_PAUSED);
	assert_int_equal(count_calls("typing 3"), 0);
}

static void on_protocols(GPtrArray *protocols, const GError *error, void *data)
{
	*(bool *)data = protocols && !error;
}

static void protocols_are_kept(void **state)
{
	struct fixture *f = *state;
	bool listed = false;
	const struct protocol *protocol;

	assert_null(session_known_protocols(f->session));
	session_list_protocols(f->session, on_protocols, &listed);
	WAIT_FOR(listed);
	protocol = protocol_find(session_known_protocols(f->session), NULL, "jabber");
	assert_non_null(protocol);
	assert_non_null(protocol_find_param(protocol, "account"));
}

static void joins_are_shown_as_set(void **state)
{
	struct fixture *f = *state;

	assert_true(fake_tp->show_joins);
	config_set(session_config(f->session), "ui.join-part", "false", NULL);
	assert_false(fake_tp->show_joins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/session/find/by_id", by_id),
		TEST("/session/find/by_alias", by_alias),
		TEST("/session/find/in_several_accounts", in_several_accounts),
		TEST("/session/find/ids_with_colons", ids_with_colons),
		TEST("/session/find/nobody", nobody),
		TEST("/session/find/default_account", default_account),
		TEST("/session/talk/the_networks_spelling", the_networks_spelling),
		TEST("/session/talk/typing_is_told_once", typing_is_told_once),
		TEST("/session/people/roster_verbs", roster_verbs),
		TEST("/session/people/verbs_need_a_connection", verbs_need_a_connection),
		TEST("/session/people/groups, blocks, cards and directories",
		     groups_blocks_cards_and_directories),
		TEST("/session/people/answering_removes_the_request",
		     answering_removes_the_request),
		TEST("/session/people/a_failed_answer_can_be_repeated",
		     a_failed_answer_can_be_repeated),
		TEST("/session/protocols_are_kept", protocols_are_kept),
		TEST("/session/joins_are_shown_as_set", joins_are_shown_as_set),
	};

	return cmocka_run_group_tests_name("session/people", tests, NULL, NULL);
}
