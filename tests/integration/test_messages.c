/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Corrections, quotes, what failed, and messages for phones, in the whole program. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/tpclient.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME  "me@fixture"
#define BOB "bob@fixture"

static struct screen *start_chat(struct pheme_world *w, const char *facts)
{
	struct screen *s;

	pheme_use_fixture(w);
	fixture_set_rooms(w->fixture, ME, facts);
	fixture_set_contact(w->fixture, ME, BOB, "Bob", NULL, 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
	s = pheme_start_until(w, NULL, "connected as");
	screen_line(s, "/query " BOB);
	screen_wait_row(s, 0, "Bob <" BOB ">");
	return s;
}

static void receive(struct pheme_world *w, const char *text, const char *token,
		    const char *supersedes)
{
	GVariantBuilder headers;

	g_variant_builder_init(&headers, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&headers, "{sv}", "message-token", g_variant_new_string(token));
	if (supersedes)
		g_variant_builder_add(&headers, "{sv}", "supersedes",
				      g_variant_new_string(supersedes));
	fixture_receive(w->fixture, ME, BOB, false, BOB, text, g_variant_builder_end(&headers));
}

static void check_call(struct pheme_world *w, const char *method, const char *text)
{
	g_autofree char *call = fixture_last_call(w->fixture, method);

	if (!strstr(call, text))
		assert_string_equal(call, text);
}

static void test_corrections_that_come(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, "{}");

	receive(w, "see you at noo", "t1", NULL);
	screen_wait_text(s, "see you at noo");
	receive(w, "see you at noon", "t2", "t1");
	screen_wait_text(s, "see you at noo [edited]");
	screen_wait_text(s, "[edit] see you at noon");
	receive(w, "my password is x", "t3", NULL);
	screen_wait_text(s, "my password is x");
	receive(w, "", "t4", "t3");
	screen_wait_text(s, "[retracted]");
	screen_wait_text(s, "[took a message back]");
	assert_false(screen_find(s, "my password is x", NULL, NULL));
	pheme_quit(w, s);
	/* It is so after a restart, too. */
	s = pheme_start_until(w, NULL, "connected as");
	screen_key(s, "M-1");
	screen_wait_text(s, "see you at noo [edited]");
	screen_wait_text(s, "[edit] see you at noon");
	screen_wait_text(s, "[retracted]");
	/* Not offered where it cannot be done. */
	screen_line(s, "hello");
	screen_wait_text(s, "[sent]");
	screen_line(s, "/correct hello!");
	screen_wait_text(s, "sends no corrections");
	pheme_quit(w, s);
}

static void test_own_corrections(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, "{'corrections': <true>}");

	screen_line(s, "/me wavse");
	screen_wait_text(s, "[sent]");
	screen_line(s, "/correct waves");
	screen_wait_text(s, "me [edit] waves");
	screen_wait_text(s, "me wavse [edited]");
	fixture_wait_sent(w->fixture, ME, 2);
	check_call(w, "SendMessage", "'supersedes': <'sent-0'>");
	pheme_wait_rows(s, "[sent]", 2);
	screen_line(s, "/retract");
	screen_wait_text(s, "[took a message back]");
	fixture_wait_sent(w->fixture, ME, 3);
	check_call(w, "SendMessage", "'supersedes': <'sent-0'>");
	pheme_quit(w, s);
}

static void test_quote(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, "{}");

	receive(w, "shall we?", "t1", NULL);
	screen_wait_text(s, "shall we?");
	screen_key(s, "M-q");
	screen_wait_row(s, 22, "[Bob] > shall we?");
	screen_type(s, "yes");
	screen_wait_row(s, 23, "yes");
	screen_key(s, "Enter");
	fixture_wait_sent(w->fixture, ME, 1);
	check_call(w, "SendMessage", "> shall we?\\nyes");
	pheme_quit(w, s);
}

static void test_resend(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, "{}");

	fixture_fail(w->fixture, "SendMessage", TP "Error.NetworkError");
	screen_line(s, "does it arrive?");
	screen_wait_text(s, "[failed]");
	fixture_heal(w->fixture, "SendMessage");
	screen_key(s, "M-s");
	fixture_wait_sent(w->fixture, ME, 1);
	screen_wait_text(s, "not delivered: sent again");
	screen_wait_text(s, "[sent]");
	/* Once. */
	screen_key(s, "M-s");
	screen_line(s, "/resend");
	screen_wait_text(s, "nothing of yours has failed");
	pheme_quit(w, s);
}

static void test_sms(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_chat(w, "{'sms': <uint32 2>}");
	g_autofree char *text = g_strnfill(155, 'x'), *path = NULL;

	receive(w, "where are you?", "t1", NULL);
	screen_wait_row(s, 0, "[by SMS]");
	screen_type(s, "on my way");
	screen_wait_text(s, "[Bob 1 SMS, 151 left] on my way");
	screen_type(s, text);
	screen_wait_text(s, "[Bob 2 SMS, 156 left] on my way");
	/* It changes its way while one types. */
	path = fixture_channel(w->fixture, ME, BOB, false);
	fixture_emit(w->fixture, ME, path, TP "Channel.Interface.SMS", "SMSChannelChanged",
		     g_variant_new("(b)", FALSE));
	screen_wait_row(s, 0, "[not by SMS]");
	screen_wait_text(s, "[Bob] on my way");
	screen_key(s, "C-u");
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(corrections_that_come),
		TEST(own_corrections),
		TEST(quote),
		TEST(resend),
		TEST(sms),
	};

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
