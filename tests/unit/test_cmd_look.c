/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /url /theme /notify /edit. */

#include "cmd_test.h"
#include "tests/lib/wait.h"

static struct chat *open_bob(struct fixture *fixture)
{
	add_contact(fixture->work, "bob@example.org", "Bob");
	return chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
}

static void say(struct chat *chat, const char *text)
{
	struct message_init init = {.direction = MESSAGE_IN, .sender = chat->id, .text = text};

	chat_append(chat, message_new(&init));
}

static void test_url_lists(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/url", 2, "no conversation");
	fixture->current = open_bob(fixture);
	check_prints(fixture, "/url", "there is no address");
	check_fails(fixture, "/url 1", 2, "no number of an address");
	say(fixture->current, "http://one.example and http://two.example, http://one.example");
	say(fixture->current, "javascript:evil() file:///etc/passwd");
	say(fixture->current, "(https://three.example/a)");
	check_prints(fixture, "/url", " 3 http://two.example\n");
	check_prints(fixture, "/url", " 1 https://three.example/a\n");
	check_fails(fixture, "/url 4", 2, "no number of an address");
	check_fails(fixture, "/url x", 2, "no number of an address");
}

/* The program gets the address as one argument, and no shell sees it. */
static void test_url_opens(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *out = g_build_filename(g_get_tmp_dir(), "pheme-url-XXXXXX", NULL);
	g_autofree char *command = NULL, *text = NULL;
	int fd = g_mkstemp(out);

	assert_true(fd >= 0);
	close(fd);
	command = g_strdup_printf("/set url.command sh -c 'printf \"<%%s>\" \"$0\" >%s'", out);
	fixture->current = open_bob(fixture);
	say(fixture->current, "http://x.example/$(touch&nbsp;/tmp/no)?a=b;c=d");
	check_prints(fixture, command, "url.command = sh -c");
	check_prints(fixture, "/url 1", "is given to sh -c");
	assert_true(test_wait_file(out, 0, ">", TEST_WAIT_MS) >= 0);
	g_file_get_contents(out, &text, NULL, NULL);
	assert_string_equal(text, "<http://x.example/$(touch&nbsp;/tmp/no)?a=b;c=d>");
	unlink(out);
	check_prints(fixture, "/set url.command /no/such/program", "no/such");
	check_fails(fixture, "/url 1", 1, "/set url.command tells what opens it");
}

static void test_theme(void **state)
{
	struct fixture *fixture = *state;

	check_prints(fixture, "/theme", "* default\n");
	check_fails(fixture, "/theme nosuch", 3, "there is no theme");
	check_fails(fixture, "/theme ../x", 3, "there is no theme");
	check_prints(fixture, "/theme default", "the theme is default");
}

static void test_notify(void **state)
{
	struct fixture *fixture = *state;
	struct config *config = session_config(fixture->front.session);

	check_fails(fixture, "/notify off", 2, "no conversation");
	fixture->current = open_bob(fixture);
	check_prints(fixture, "/notify", "as everywhere (notify.bell is mention)");
	check_prints(fixture, "/notify off", "Bob: off");
	assert_string_equal(config_chat_notify(config, "work", "bob@example.org"), "off");
	check_fails(fixture, "/notify loud", 2, "all|mention|off|default");
	check_prints(fixture, "/notify default", "as everywhere");
	assert_null(config_chat_notify(config, "work", "bob@example.org"));
}

static void test_edit(void **state)
{
	check_fails(*state, "/edit", 2, "needs the screen");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/url_lists", test_url_lists), TEST("/cmd/url_opens", test_url_opens),
		TEST("/cmd/theme", test_theme),         TEST("/cmd/notify", test_notify),
		TEST("/cmd/edit", test_edit),
	};

	return cmocka_run_group_tests_name("cmd/look", tests, NULL, NULL);
}
