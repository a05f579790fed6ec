/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Completion: what is offered for each kind of argument, and where it goes. */

#include "cmd_test.h"

#include <glib/gstdio.h>

/* Completes at the end of @line: the candidates joined by |, after where they begin. */
static char *complete(struct fixture *fixture, const char *line)
{
	gsize start;
	g_auto(GStrv) found = command_complete(&fixture->front, line, strlen(line), &start);
	g_autofree char *joined = g_strjoinv("|", found);

	assert_true(start <= strlen(line));
	return g_strdup_printf("%zu:%s", start, joined);
}

static void check_complete(struct fixture *fixture, const char *line, const char *expected)
{
	g_autofree char *got = complete(fixture, line);

	assert_string_equal(got, expected);
}

static void test_commands(void **state)
{
	struct fixture *fixture = *state;

	check_complete(fixture, "/jo", "1:join");
	check_complete(fixture, "/JO", "1:join");
	check_complete(fixture, "  /jo", "3:join");
	check_complete(fixture, "/ac", "1:accept|account");
	check_complete(fixture, "/xyzzy", "1:");
	check_complete(fixture, "/account re", "9:remove|rename");
	check_complete(fixture, "/help account di", "14:disable");
	check_complete(fixture, "/help jo", "6:join");
	config_set_alias(fixture->session->config, "jolly", "/say x", NULL);
	check_complete(fixture, "/jo", "1:join|jolly");
	check_complete(fixture, "/alias jo", "7:jolly");
	check_complete(fixture, "/debug o", "7:off|on");
}

static void test_accounts(void **state)
{
	struct fixture *fixture = *state;

	check_complete(fixture, "/connect ", "9:irc|work");
	check_complete(fixture, "/connect w", "9:work");
	check_complete(fixture, "/connect work ", "14:");
	check_complete(fixture, "/join -a ", "9:irc|work");
	check_complete(fixture, "/join -a wo", "9:work");
	check_complete(fixture, "/account set w", "13:work");
}

static void test_contacts(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	add_contact(fixture->work, "dave@example.org", "Dave Miller");
	add_contact(fixture->irc, "brenda", NULL);
	check_complete(fixture, "/msg b", "5:Bob|brenda");
	check_complete(fixture, "/msg bob@", "5:bob@example.org");
	check_complete(fixture, "/msg -a irc b", "12:brenda");
	check_complete(fixture, "/msg da", "5:\"Dave Miller\"");
	check_complete(fixture, "/msg \"dave m", "5:\"Dave Miller\"");
	check_complete(fixture, "/msg dave\\ m", "5:\"Dave Miller\"");
	check_complete(fixture, "/remove x", "8:");
	check_complete(fixture, "/msg work:b", "5:work:bob@example.org");
	check_complete(fixture, "/msg Bob ", "9:");
	check_complete(fixture, "/msg Bob b", "9:");
}

/* Quotes and escapes in an alias go in as one word, or not at all. */
/* What the contact waits for, what pheme.conf has, and what everybody knows. */
static void test_tube_services(void **state)
{
	static const char *const waits[] = {"rfb", "x-game", NULL};
	struct fixture *fixture = *state;
	struct contact *bob = add_contact(fixture->work, "bob@example.org", "Bob");

	contact_set_services(bob, waits, true);
	check_complete(fixture, "/tube offer Bo", "12:Bob");
	check_complete(fixture, "/tube offer Bob ", "16:rfb|ssh|vnc|web|x-game");
	check_complete(fixture, "/tube offer x", "12:");
	fixture->current = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	check_complete(fixture, "/tube offer x", "12:x-game");
}

/* @expected: the names in @dir, joined by |. */
static void check_files(struct fixture *fixture, const char *scheme, const char *dir,
			const char *expected)
{
	g_autofree char *place = g_strconcat(scheme, dir, "/", NULL);
	g_autofree char *line = g_strconcat("/file send ", place, NULL);
	g_autofree char *separator = g_strconcat("|", place, NULL);
	g_auto(GStrv) names = g_strsplit(expected, "|", -1);
	g_autofree char *joined = g_strjoinv(separator, names);
	g_autofree char *wanted = g_strdup_printf("11:%s%s", place, joined);

	check_complete(fixture, line, wanted);
}

/* As they are typed, and as what is dropped on a terminal. */
static void test_files(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *dir = g_dir_make_tmp("pheme-complete-XXXXXX", NULL);
	static const char *const names[] = {"a", "b%c", "d\xff", ".hidden"};
	g_autofree char *sub = g_build_filename(dir, "sub", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);

		assert_true(g_file_set_contents(path, "", 0, NULL));
	}
	g_mkdir(sub, 0700);
	check_files(fixture, "", dir, "a|b%c|sub/");
	check_files(fixture, "file://", dir, "a|b%25c|d%FF|sub/");
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);

		g_unlink(path);
	}
	g_rmdir(sub);
	g_rmdir(dir);
}

static void test_hostile_aliases(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "a@x", "al \"q\" \\");
	check_complete(fixture, "/msg al", "5:\"al \\\"q\\\" \\\\\"");
	add_contact(fixture->work, "b\x1b]0;x\x07@x", "\x1b]0;x");
	check_complete(fixture, "/msg b", "5:");
	add_contact(fixture->work, "c@x", "%s%n");
	check_complete(fixture, "/msg %", "5:%s%n");
	add_contact(fixture->work, "d@x", "-a");
	check_complete(fixture, "/msg d@", "5:d@x");
}

/* What would mean somebody else is completed to the id. */
static void test_aliases_that_lie(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	add_contact(fixture->work, "mal@evil", "bob@example.org");
	check_complete(fixture, "/msg bob@", "5:bob@example.org|mal@evil");
	add_contact(fixture->work, "bob@evil", "Bob");
	check_complete(fixture, "/msg Bob", "5:bob@evil|bob@example.org|mal@evil");
	add_contact(fixture->irc, "zoe", "work:x");
	check_complete(fixture, "/msg work:x", "5:zoe");
	add_contact(fixture->irc, "yan", NULL);
	add_contact(fixture->work, "yan", NULL);
	check_complete(fixture, "/msg yan", "5:irc:yan|work:yan");
}

static void test_rooms_and_members(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	add_room(fixture->irc, "#ops");
	model_add_request(fixture->model, REQUEST_INVITATION, fixture->work, "bob@x", "Bob", "#dig",
			  "");
	check_complete(fixture, "/join #d", "6:#dev|#dig");
	check_complete(fixture, "/part #d", "6:#dev");
	fixture->current = room;
	chat_add_member(room, "carol", "Carol", NULL, false);
	chat_add_member(room, "cat", "Cat Ty", NULL, false);
	chat_add_member(room, "me", "Ca Me", NULL, true);
	check_complete(fixture, "ca", "0:Carol: |Cat Ty: ");
	check_complete(fixture, "hello ca", "6:Carol|Cat Ty");
	check_complete(fixture, "", "0:");
	check_complete(fixture, "hello ", "6:");
	check_complete(fixture, "/me hugs ca", "9:Carol|Cat Ty");
	check_complete(fixture, "/say ca", "5:Carol|Cat Ty");
	check_complete(fixture, "/msg ca", "5:\"Cat Ty\"|Carol");
	check_complete(fixture, "//ca", "0:");
}

static void test_chats(void **state)
{
	struct fixture *fixture = *state;

	add_room(fixture->irc, "#news");
	add_contact(fixture->work, "nell@example.org", "Nell");
	add_contact(fixture->work, "nobody@example.org", NULL);
	chat_open(fixture->work, CHAT_CONTACT, "nell@example.org");
	check_complete(fixture, "/chat n", "6:Nell|next");
	check_complete(fixture, "/close #", "7:#news");
}

static void test_protocols(void **state)
{
	struct fixture *fixture = *state;

	check_complete(fixture, "/account add j", "13:");
	while (g_main_context_iteration(NULL, FALSE))
		;
	check_complete(fixture, "/account add j", "13:jabber");
	check_complete(fixture, "/account add haze/", "13:haze/jabber");
	check_complete(fixture, "/account add jabber a@b p", "24:password-command=|port=");
	check_complete(fixture, "/account add jabber a@b port=1 s", "31:server=");
	check_complete(fixture, "/account add jabber a@b 'x y' ",
		       "30:account=|autojoin=|enabled=|"
		       "name=|nickname=|"
		       "password-command=|port=|require-encryption=|server=");
	check_complete(fixture, "/account set work p", "18:password-command|port|protocol");
}

static void test_settings(void **state)
{
	struct fixture *fixture = *state;

	check_complete(fixture, "/set ui.them", "5:ui.theme");
	check_complete(fixture, "/set ui.pane ", "13:false|true");
	check_complete(fixture, "/set ui.pane t", "13:true");
	check_complete(fixture, "/set -default ui.them", "14:ui.theme");
	check_complete(fixture, "/set nonsense x", "14:");
}

static void test_statuses_and_requests(void **state)
{
	struct fixture *fixture = *state;

	check_complete(fixture, "/status a", "8:available|away");
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "eve@x", "Eve", NULL,
			  "");
	check_complete(fixture, "/accept ", "8:1");
	check_complete(fixture, "/accept ev", "8:eve@x");
}

/* The cursor may be anywhere, in anything. */
static void test_any_cursor(void **state)
{
	static const char *const lines[] = {
		"/msg \"żółw x\" -a work 'y \\",
		"/account add jabber \"a b\" p=\"q r\" ",
		"/join -a \"x y\" -- #dev key",
		"\xff\xfe/msg \xc3",
		"//\t\n /say \"",
		"/-a -a -a",
	};
	struct fixture *fixture = *state;

	fixture->current = add_room(fixture->irc, "#dev");
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		for (gsize cursor = 0; cursor <= strlen(lines[i]); cursor++) {
			gsize start;
			g_auto(GStrv) found =
				command_complete(&fixture->front, lines[i], cursor, &start);

			assert_non_null(found);
			assert_true(start <= cursor);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/complete_commands", test_commands),
		TEST("/cmd/complete_accounts", test_accounts),
		TEST("/cmd/complete_contacts", test_contacts),
		TEST("/cmd/services of a tube", test_tube_services),
		TEST("/cmd/complete_files", test_files),
		TEST("/cmd/complete_hostile_aliases", test_hostile_aliases),
		TEST("/cmd/complete_aliases_that_lie", test_aliases_that_lie),
		TEST("/cmd/complete_rooms_and_members", test_rooms_and_members),
		TEST("/cmd/complete_chats", test_chats),
		TEST("/cmd/complete_protocols", test_protocols),
		TEST("/cmd/complete_settings", test_settings),
		TEST("/cmd/complete_statuses_and_requests", test_statuses_and_requests),
		TEST("/cmd/complete_at_any_cursor", test_any_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
