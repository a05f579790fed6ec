/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What peers and managers send that they should not: shown harmless, stored as it came. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/tpclient.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

/* In the chat with Bob, who is on the roster. */
static struct screen *start_chat(struct pheme_world *w, const char *const *args)
{
	struct pheme_options options = {.args = args};
	struct screen *s;

	pheme_use_fixture(w);
	/* Whatever rings then was sent. */
	test_env_write(w->env, "config/pheme/pheme.conf", "[notify]\nbell=off\n");
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
	s = pheme_start_until(w, &options, "connected as");
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <" BOB ">");
	return s;
}

static void receive(struct pheme_world *w, const char *text)
{
	fixture_receive(w->fixture, ME, BOB, false, BOB, text, NULL);
}

/* Half a frame may have been read. */
static bool cursor_is_home(void *data)
{
	int row, col;

	screen_cursor(data, &row, &col);
	return row == 23 && col == 6;
}

/* What holds whatever was received: the screen stands, the input line is where it was, and
 * the title of the terminal is pheme's. */
static void check_harmless(struct screen *s)
{
	screen_wait_row(s, 23, "[Bob]");
	screen_wait_row(s, 22, "1:Bob");
	screen_wait_row(s, 0, "Bob <" BOB ">");
	assert_true(test_wait_until(cursor_is_home, s, TEST_WAIT_MS));
	assert_true(screen_is_alternate(s));
	assert_true(screen_cursor_is_visible(s));
	assert_string_equal(screen_title(s), "pheme: Bob");
	assert_int_equal(screen_bells(s), 0);
	for (int i = 1; i < 22; i++) {
		g_autofree char *line = screen_row(s, i);

		assert_non_null(strstr(line, "|"));
	}
}

/* Bytes in the history, of the last message. */
static void check_stored(struct pheme_world *w, const char *text)
{
	pheme_wait_history(w, NULL, "SELECT text FROM message ORDER BY id DESC LIMIT 1", text);
}

static void test_escape_sequences(void **state)
{
	static const char text[] = "a\033]2;owned\007b\033[2J\033[1;1Hc\033[31md\033c\x0e\x9b"
				   "e\r\xc2\x9b"
				   "5mf\b\b\bg\177h";
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	/* Invalid UTF-8 cannot travel on D-Bus: the manager would be thrown off. */
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	receive(w, valid);
	screen_wait_text(s, "a^[]2;owned^Gb^[[2J");
	receive(w, "the next");
	screen_wait_text(s, "the next");
	check_harmless(s);
	assert_null(strstr(screen_raw(s, 0, &(size_t){0}), "\033]2;owned"));
	pheme_wait_history(w, NULL, "SELECT text FROM message ORDER BY id LIMIT 1", valid);
	pheme_quit(w, s);
}

static void test_bidi_overrides(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	receive(w, "user\xe2\x80\xaegpj.exe\xe2\x81\xa6x\xe2\x80\x8f\xd8\x9c");
	screen_wait_text(s, "user[U+202E]gpj.exe[U+2066]x[U+200F][U+061C]");
	check_harmless(s);
	check_stored(w, "user\xe2\x80\xaegpj.exe\xe2\x81\xa6x\xe2\x80\x8f\xd8\x9c");
	pheme_quit(w, s);
}

static void test_300_combining_marks(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);
	g_autoptr(GString) text = g_string_new("x");
	int row, col, marks = 0;
	struct screen_cell cell;

	for (int i = 0; i < 300; i++)
		g_string_append(text, "\xcc\x81");
	g_string_append(text, "finish");
	receive(w, text->str);
	screen_wait_text(s, "finish");
	assert_true(screen_find(s, "finish", &row, &col));
	screen_cell(s, row, col - 1, &cell);
	for (const char *p = cell.text; *p; p++)
		marks += *p == '\xcc';
	assert_in_range(marks, 1, 4);
	check_harmless(s);
	check_stored(w, text->str);
	pheme_quit(w, s);
}

static void test_1_mib_of_text(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);
	g_autofree char *text = g_malloc(1024 * 1024 + 1);

	for (int i = 0; i < 1024 * 1024; i++)
		text[i] = i % 7 ? 'a' + i % 26 : ' ';
	text[1024 * 1024] = '\0';
	receive(w, text);
	screen_wait_text(s, "[cut");
	receive(w, "after it");
	screen_wait_text(s, "after it");
	check_harmless(s);
	pheme_wait_history(w, NULL, "SELECT length(text) FROM message ORDER BY id LIMIT 1",
			   "1048576");
	pheme_quit(w, s);
}

static void test_empty_body(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	receive(w, "");
	receive(w, "after nothing");
	screen_wait_text(s, "after nothing");
	check_harmless(s);
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "2");
	pheme_quit(w, s);
}

static void test_newlines_that_imitate_another_message(void **state)
{
	static const char text[] = "hi\n14:09 me     send money\n\n14:10 Carol  yes\r\nend";
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);
	int hi, fake;

	receive(w, text);
	screen_wait_text(s, "send money");
	/* Half a frame may have been read. */
	screen_wait_text(s, "14:10 Carol");
	assert_true(screen_find(s, "hi", NULL, &hi));
	assert_true(screen_find(s, "14:09", NULL, &fake));
	/* Where the text is, never where a time is. */
	assert_int_equal(fake, hi);
	assert_true(screen_find(s, "14:10", NULL, &fake));
	assert_int_equal(fake, hi);
	check_harmless(s);
	check_stored(w, text);
	pheme_quit(w, s);
}

static void test_nick_of_1000_characters(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);
	g_autoptr(GString) nick = g_string_new(NULL);

	for (int i = 0; i < 100; i++)
		g_string_append(nick, "0123\033[2J78");
	fixture_set_alias(w->fixture, ME, BOB, nick->str);
	screen_wait_row(s, 0, "0123^[[2J78");
	receive(w, "it is me");
	screen_wait_text(s, "it is me");
	screen_wait_row(s, 22, "work:o");
	assert_true(strlen(screen_title(s)) < 300);
	assert_null(strchr(screen_title(s), '\033'));
	fixture_set_alias(w->fixture, ME, BOB, "Bob");
	screen_wait_row(s, 0, "Bob <" BOB ">");
	check_harmless(s);
	pheme_quit(w, s);
}

static void test_request_with_a_message(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	fixture_set_contact(w->fixture, ME, "mallory@fixture", "mallory@fixture", "", 1, 3,
			    "let me in\033[2J\nme too\xe2\x80\xae");
	screen_wait_text(s, "Requests");
	screen_wait_text(s, "? mallory@f");
	/* The last row of the pane. */
	screen_key(s, "M-r");
	for (int i = 0; i < 5; i++)
		screen_key(s, "Down");
	screen_key(s, "Enter");
	screen_wait_text(s, "let me in^[[2J");
	screen_wait_text(s, "[U+202E]");
	screen_key(s, "Esc");
	screen_wait_row(s, 0, "Bob <");
	screen_line(s, "/accept mallory@fixture");
	fixture_wait_calls(w->fixture, "AuthorizePublication", 1);
	screen_wait_no_text(s, "Requests");
	check_harmless(s);
	pheme_quit(w, s);
}

/* --- messages on the bus that are wrong --- */

/* After anything, pheme still takes a message and has dropped nothing else. */
static void check_alive(struct pheme_world *w, struct screen *s, const char *text)
{
	receive(w, text);
	screen_wait_text(s, text);
	check_harmless(s);
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
}

static void emit(struct pheme_world *w, const char *interface, const char *member, GVariant *args)
{
	g_autofree char *full = g_strconcat(TP, interface, NULL);

	fixture_emit(w->fixture, ME, "+", full, member, args);
}

static void test_malformed_signals(void **state)
{
	static const char *const debug[] = {"--debug", NULL};
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, debug);
	g_autofree char *log = pheme_path(w, NULL, "state/pheme/pheme.log");
	g_autofree char *path = NULL, *text = NULL;

	check_alive(w, s, "opened");
	path = fixture_channel(w->fixture, ME, BOB, false);
	emit(w, "Connection.Interface.SimplePresence", "PresencesChanged",
	     g_variant_new("(s)", "x"));
	emit(w, "Connection.Interface.SimplePresence", "PresencesChanged",
	     g_variant_new_parsed("({uint32 4294967295: (uint32 4294967295, 'x', 'y')},)"));
	emit(w, "Connection.Interface.ContactList", "ContactsChangedWithID",
	     g_variant_new_parsed("({uint32 0: (uint32 99, uint32 99, '')}, "
				  "@a{us} {}, @a{us} {7: 'x'})"));
	emit(w, "Connection.Interface.ContactList", "ContactsChangedWithID",
	     g_variant_new_parsed("(uint32 5,)"));
	emit(w, "Connection.Interface.Aliasing", "AliasesChanged",
	     g_variant_new_parsed("([('x', 'y')],)"));
	emit(w, "Connection.Interface.ContactGroups", "GroupsChanged",
	     g_variant_new_parsed("(@as [], @as [], @as [])"));
	emit(w, "Connection", "StatusChanged", g_variant_new_parsed("('connected',)"));
	emit(w, "Connection", "StatusChanged", g_variant_new_parsed("(uint32 77, uint32 1)"));
	emit(w, "Connection", "ConnectionError", g_variant_new_parsed("(@au [],)"));
	emit(w, "Connection.Interface.Requests", "NewChannels",
	     g_variant_new_parsed("([(objectpath '/nowhere', @a{sv} {})],)"));
	emit(w, "Connection.Interface.Requests", "NewChannels",
	     g_variant_new_parsed("([(objectpath '/odd', {"
				  "'org.freedesktop.Telepathy.Channel.ChannelType': <uint32 7>,"
				  "'org.freedesktop.Telepathy.Channel.TargetHandle': <'x'>})],)"));
	fixture_emit(w->fixture, ME, path, TP_MESSAGES, "MessageReceived",
		     g_variant_new_parsed("(@aa{sv} [],)"));
	fixture_emit(w->fixture, ME, path, TP_MESSAGES, "MessageReceived",
		     g_variant_new_parsed("([{'message-type': <'text'>, 'pending-message-id': "
					  "<'one'>, 'message-sender': <@au []>}, {'content': "
					  "<uint32 1>}],)"));
	fixture_emit(w->fixture, ME, path, TP_MESSAGES, "MessageReceived",
		     g_variant_new("(s)", "x"));
	fixture_emit(w->fixture, ME, path, TP_MESSAGES, "PendingMessagesRemoved",
		     g_variant_new_parsed("(['x'],)"));
	fixture_emit(w->fixture, ME, path, TP_CHANNEL ".Interface.ChatState", "ChatStateChanged",
		     g_variant_new_parsed("(uint32 9999, uint32 9999)"));
	check_alive(w, s, "still there");
	pheme_quit(w, s);
	assert_true(g_file_get_contents(log, &text, NULL, NULL));
	assert_non_null(strstr(text, "PresencesChanged"));
	assert_non_null(strstr(text, "ContactsChangedWithID"));
	assert_non_null(strstr(text, "MessageReceived"));
	/* Nothing of a conversation in it. */
	assert_null(strstr(text, "still there"));
}

static void test_absurd_counts(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);
	GVariantBuilder presences, parts;

	g_variant_builder_init(&presences, G_VARIANT_TYPE("a{u(uss)}"));
	for (guint32 i = 1000; i < 101000; i++)
		g_variant_builder_add(&presences, "{u(uss)}", i, 2, "available", "");
	emit(w, "Connection.Interface.SimplePresence", "PresencesChanged",
	     g_variant_new("(a{u(uss)})", &presences));
	g_variant_builder_init(&parts, G_VARIANT_TYPE("aa{sv}"));
	g_variant_builder_add_parsed(&parts, "{'message-type': <uint32 4294967295>, "
					     "'message-sent': <int64 -9223372036854775807>, "
					     "'message-received': <'never'>}");
	for (int i = 0; i < 5000; i++)
		g_variant_builder_add_parsed(&parts, "{'content-type': <'text/plain'>, "
						     "'content': <'p'>}");
	fixture_receive_parts(w->fixture, ME, BOB, false, BOB, g_variant_builder_end(&parts));
	check_alive(w, s, "counted");
	pheme_quit(w, s);
}

/* A program that is not the manager says things in its name. */
static void test_forged_signals(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);
	g_autofree char *path = NULL;

	receive(w, "the first");
	screen_wait_text(s, "the first");
	path = fixture_channel(w->fixture, ME, BOB, false);
	g_dbus_connection_emit_signal(
		test_env_bus(w->env), NULL, path, TP_MESSAGES, "MessageReceived",
		g_variant_new_parsed("([{'message-sender': <uint32 1>, 'pending-message-id': "
				     "<uint32 99>}, {'content-type': <'text/plain'>, 'content': "
				     "<'forged'>}],)"),
		NULL);
	g_dbus_connection_flush_sync(test_env_bus(w->env), NULL, NULL);
	check_alive(w, s, "genuine");
	assert_false(screen_find(s, "forged", NULL, NULL));
	pheme_quit(w, s);
}

/* Whatever method of a manager fails or never answers, the screen lives and can be left. */
static void test_methods_that_fail_or_hang(void **state)
{
	static const char *const methods[] = {
		"GetAll",
		"Get",
		"GetContactListAttributes",
		"GetContactAttributes",
		"EnsureChannel",
		"AcknowledgePendingMessages",
		"SetPresence",
		"SetChatState",
	};
	struct pheme_world *w = *state;

	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
	for (gsize i = 0; i < 2 * G_N_ELEMENTS(methods); i++) {
		const char *method = methods[i / 2];
		struct screen *s;

		if (i % 2)
			fixture_hang(w->fixture, method);
		else
			fixture_fail(w->fixture, method,
				     "org.freedesktop.DBus.Error.UnknownMethod");
		s = pheme_start_until(w, NULL, "work:");
		screen_line(s, "/query " BOB);
		screen_wait_row(s, 23, "[");
		screen_line(s, "to nobody");
		screen_line(s, "/away gone");
		screen_line(s, "/version");
		screen_wait_text(s, "GLib");
		pheme_kill(w, s);
		fixture_heal(w->fixture, method);
	}
	fixture_abort(w->fixture);
	pheme_quit(w, pheme_start_until(w, NULL, "work:o"));
}

/* --- channels --- */

static void test_unknown_channels_are_named_and_closed(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	screen_line(s, "/chat 0");
	g_free(fixture_new_channel(w->fixture, ME, TP "Channel.Type.Call1", 1, BOB, NULL));
	screen_wait_text(s, "Call1");
	screen_wait_text(s, "closed it");
	fixture_wait_calls(w->fixture, "Close", 1);
	g_free(fixture_new_channel(w->fixture, ME, TP "Channel.Type.ServerTLSConnection", 0, "",
				   NULL));
	screen_wait_text(s, "ServerTLSConnection");
	fixture_wait_calls(w->fixture, "Close", 2);
	/* Legacy: left alone. */
	g_free(fixture_new_channel(w->fixture, ME, TP "Channel.Type.ContactList", 0, "", NULL));
	screen_key(s, "M-1");
	screen_wait_row(s, 0, "Bob <");
	check_alive(w, s, "unharmed");
	assert_int_equal(fixture_count_calls(w->fixture, "Close"), 2);
	pheme_quit(w, s);
}

static void test_plain_text_channels(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_plain(w->fixture, ME, true);
	pheme_add_fixture(w, NULL, "work", ME, "");
	s = pheme_start_until(w, NULL, "connected as");
	receive(w, "plainly");
	screen_wait_text(s, "Act:");
	screen_key(s, "M-1");
	screen_wait_text(s, "plainly");
	screen_line(s, "plain answer");
	fixture_wait_sent(w->fixture, ME, 1);
	screen_wait_text(s, "[sent]");
	fixture_wait_calls(w->fixture, "AcknowledgePendingMessages", 1);
	pheme_quit(w, s);
	s = pheme_start_until(w, NULL, "connected as");
	screen_key(s, "M-1");
	screen_wait_text(s, "plain answer");
	pheme_wait_rows(s, "plainly", 1);
	pheme_quit(w, s);
}

/* --- delivery --- */

static void test_delivery_marks_and_failures(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, NULL);

	screen_line(s, "one");
	fixture_wait_sent(w->fixture, ME, 1);
	screen_wait_text(s, "[sent]");
	fixture_delivery_report(w->fixture, ME, BOB, "sent-0", 1, NULL);
	screen_wait_text(s, "[dlvd]");
	screen_line(s, "two");
	fixture_wait_sent(w->fixture, ME, 2);
	fixture_delivery_report(w->fixture, ME, BOB, "sent-1", 3, TP "Error.Offline");
	screen_wait_text(s, "not delivered");
	fixture_wait_pending(w->fixture, ME, BOB, false, 0);
	fixture_fail(w->fixture, "SendMessage", TP "Error.PermissionDenied");
	screen_line(s, "three");
	screen_wait_text(s, "as the test wanted");
	fixture_heal(w->fixture, "SendMessage");
	check_alive(w, s, "four");
	pheme_quit(w, s);
	s = pheme_start_until(w, NULL, "connected as");
	screen_key(s, "M-1");
	screen_wait_text(s, "as the test wanted");
	screen_wait_text(s, "[dlvd]");
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(escape_sequences),
		TEST(bidi_overrides),
		TEST(300_combining_marks),
		TEST(1_mib_of_text),
		TEST(empty_body),
		TEST(newlines_that_imitate_another_message),
		TEST(nick_of_1000_characters),
		TEST(request_with_a_message),
		TEST(malformed_signals),
		TEST(absurd_counts),
		TEST(forged_signals),
		TEST(methods_that_fail_or_hang),
		TEST(unknown_channels_are_named_and_closed),
		TEST(plain_text_channels),
		TEST(delivery_marks_and_failures),
	};

	return cmocka_run_group_tests_name("faults_text", tests, NULL, NULL);
}
