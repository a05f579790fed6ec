/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /file, and the answers to what is offered. */

#include "cmd_test.h"

static void test_file_send(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *home =
		g_strdup_printf("send file bob@example.org %s/a b\n", g_get_home_dir());

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/file send bob photo.jpg", "send file bob@example.org photo.jpg\n");
	assert_non_null(strstr(fixture->out->str, "offering photo.jpg to Bob: /file cancel 1"));
	check(fixture, "/file send bob '~/a b'", home);
	check(fixture, "/file send bob /tmp/my\\ photo",
	      "send file bob@example.org /tmp/my photo\n");
	check(fixture, "/file send bob file:///tmp/a%20b", "send file bob@example.org /tmp/a b\n");
	check(fixture, "/file send bob file://localhost/tmp/a",
	      "send file bob@example.org /tmp/a\n");
	/* What another computer has under that name is not what is here. */
	check(fixture, "/file send bob file://example.org/etc/passwd",
	      "send file bob@example.org file://example.org/etc/passwd\n");
	check_fails(fixture, "/file send nobody a", 3, "no contact");
	check_fails(fixture, "/file send a", 2, "files go to a person");
	check_fails(fixture, "/file send", 2, "is missing");
}

static void test_file_list(void **state)
{
	struct fixture *fixture = *state;
	struct transfer *transfer;

	check(fixture, "/file", "");
	assert_non_null(strstr(fixture->out->str, "no file was sent"));
	check_fails(fixture, "/file cancel", 3, "no file is on its way");
	transfer_new(fixture->model, fixture->work, "bob", "a", 10, true);
	transfer_new(fixture->model, fixture->work, "bob", "b", 10, true);
	check_fails(fixture, "/file cancel", 2, "which one?");
	check(fixture, "/file cancel 1", "cancel file 1\n");
	check(fixture, "/file cancel", "cancel file 2\n");
	transfer = transfer_new(fixture->model, fixture->work, "bob", "a", 10, true);
	check(fixture, "/file list", "");
	assert_non_null(strstr(fixture->out->str, "3  from bob  a  "));
	check_fails(fixture, "/file cancel 9", 3, "there is no file 9");
	check(fixture, "/file cancel", "cancel file 3\n");
	assert_true(transfer_has_ended(transfer));
	check_fails(fixture, "/file cancel 1", 1, "at its end already");
}

/* Commands are typed as in a shell; what is quoted as a whole goes too. */
static void test_tube_offer(void **state)
{
	struct fixture *fixture = *state;
	struct chat *chat;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/tube offer Bob web 8080", "offer work bob@example.org x-http 8080\n");
	check(fixture, "/tube offer Bob web exec:cat -n \"a b\"",
	      "offer work bob@example.org x-http exec:cat -n \"a b\"\n");
	check(fixture, "/tube offer Bob web \"exec:cat -n\"",
	      "offer work bob@example.org x-http exec:cat -n\n");
	chat = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	fixture->current = chat;
	check(fixture, "/tube offer web exec:cat -n",
	      "offer work bob@example.org x-http exec:cat -n\n");
	check(fixture, "/tube offer web exec:cat", "offer work bob@example.org x-http exec:cat\n");
	/* What goes wrong is told in the chat with Bob by who sees it: here, once. */
	fail_next(fixture, SESSION_ERROR_REFUSED, "no tubes");
	assert_int_equal(run(fixture, "/tube offer web 80"), 5);
	assert_string_equal(fixture->errors->str, "");
	fixture->current = NULL;
	fail_next(fixture, SESSION_ERROR_REFUSED, "no tubes");
	assert_int_equal(run(fixture, "/tube offer Bob web 80"), 5);
	assert_string_equal(fixture->errors->str, "no tubes\n");
}

/* Numbers are those of tubes; a place may stand alone. */
static void test_tube_accept(void **state)
{
	struct fixture *fixture = *state;
	const struct tube_init init = {.account = fixture->work,
				       .incoming = true,
				       .peer = "bob@example.org",
				       .alias = "Bob",
				       .service = "rfb",
				       .state = TUBE_ASKED};

	check_fails(fixture, "/tube accept", 3, "nobody offers a tube");
	check_fails(fixture, "/tube accept 1 5900", 3, "there is no tube 1\n");
	tube_new(fixture->model, &init);
	check_fails(fixture, "/tube accept 7 5900", 3, "no tube 7; there is tube 1 (rfb from Bob)");
	check(fixture, "/tube accept 1 5900", "accept rfb at 5900\n");
	tube_new(fixture->model, &init);
	check(fixture, "/tube accept localhost:5900", "accept rfb at localhost:5900\n");
	tube_new(fixture->model, &init);
	check(fixture, "/tube accept exec:vncviewer {host}::{port}",
	      "accept rfb at vncviewer {host}::{port}\n");
}

static void test_accept_file(void **state)
{
	struct fixture *fixture = *state;

	model_add_file_request(transfer_new(fixture->model, fixture->work, "bob", "a", 1000, true));
	check(fixture, "/accept bob", "answer 1 yes\n");
	assert_non_null(strstr(fixture->out->str, "offers the file a (1.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/accept_file", test_accept_file),
		TEST("/cmd/tube_offer", test_tube_offer),
		TEST("/cmd/tube_accept", test_tube_accept),
		TEST("/cmd/file_send", test_file_send),
		TEST("/cmd/file_list", test_file_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
