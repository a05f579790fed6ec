/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Accounts that are changed while they are online, and what comes from other programs. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"
#include "tests/lib/xmpp.h"

#include <string.h>

#define ALICE "alice@localhost"
#define BOB   "bob@localhost"

/* A picture of one pixel. */
static const guint8 pixel[] = {
	0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 'I',  'H',
	'D',  'R',  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00,
	0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0a, 'I',  'D',  'A',  'T',  0x78,
	0x9c, 0x63, 0x00, 0x01, 0x00, 0x00, 0x05, 0x00, 0x01, 0x0d, 0x0a, 0x2d, 0xb4, 0x00,
	0x00, 0x00, 0x00, 'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82,
};

static struct screen *start_alice(struct pheme_world *w)
{
	test_env_xmpp_start(w->env);
	pheme_add_haze(w, NULL, "work", "alice", "alice", "");
	return pheme_start_until(w, NULL, "connected as " ALICE);
}

/* Bob stays and tells how often Alice came and went. */
static struct xmpp_peer *new_bob(struct pheme_world *w)
{
	struct xmpp_peer *bob = xmpp_peer_new(test_env_xmpp_port(w->env), "bob", "bob");

	xmpp_presence(bob, NULL, NULL);
	return bob;
}

static void test_changes_of_an_account_that_is_online(void **state)
{
	struct pheme_world *w = *state;
	struct screen *s = start_alice(w);
	struct xmpp_peer *bob = new_bob(w);

	g_free(xmpp_wait_text(bob, "<presence", "from='" ALICE, NULL));
	screen_line(s, "/account set work nickname Ali");
	screen_wait_text(s, "work: nickname=Ali");
	screen_line(s, "/account rename work office");
	screen_wait_text(s, "account work is called office now");
	/* Nothing of it needed another connection. */
	screen_line(s, "/msg " BOB " still here");
	g_free(xmpp_wait_text(bob, "<body>still here</body>", NULL));
	assert_int_equal(xmpp_count(bob, "type='unavailable'"), 0);
	assert_int_equal(pheme_count_rows(s, "reconnecting"), 0);
	screen_line(s, "/account set office custom-smileys false");
	screen_wait_text(s, "office: reconnecting with what was changed");
	g_free(xmpp_wait_text(bob, "type='unavailable'", NULL));
	g_free(xmpp_wait_text(bob, "<presence", "from='" ALICE, NULL));
	screen_line(s, "/msg " BOB " back again");
	g_free(xmpp_wait_text(bob, "<body>back again</body>", NULL));
	pheme_wait_history(w, NULL,
			   "SELECT count(*) FROM message JOIN chat ON chat.id = message.chat"
			   " WHERE account = 'office' AND ident = '" BOB "'",
			   "2");
	xmpp_peer_free(bob);
	pheme_quit(w, s);
}

/* What a manager takes while it is connected needs no other connection, nor what it cannot. */
static void test_property_of_the_connection(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *call = NULL;
	struct screen *s;

	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", "me@fixture", "");
	s = pheme_start_until(w, NULL, "connected as me@fixture");
	screen_line(s, "/account set work org.freedesktop.Telepathy.Connection.Interface.Cellular."
		       "MessageValidityPeriod 30");
	fixture_wait_calls(w->fixture, "Set", 1);
	call = fixture_last_call(w->fixture, "Set");
	assert_non_null(strstr(call, "'org.freedesktop.Telepathy.Connection.Interface.Cellular'"));
	assert_non_null(strstr(call, "'MessageValidityPeriod', <uint32 30>"));
	screen_line(s, "/msg me@fixture still here");
	fixture_wait_sent(w->fixture, "me@fixture", 1);
	assert_int_equal(pheme_count_rows(s, "reconnecting"), 0);
	screen_line(s, "/account set work encrypt false");
	screen_wait_text(s, "work: reconnecting with what was changed");
	pheme_quit(w, s);
}

static void test_avatar(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *path = pheme_path(w, NULL, "pixel.png");
	g_autofree char *text = pheme_path(w, NULL, "text.png");
	g_autofree char *line = g_strdup_printf("/account avatar %s", path);
	g_autofree char *bad = g_strdup_printf("/account avatar %s", text);
	struct screen *s = start_alice(w);
	struct xmpp_peer *bob = new_bob(w);

	assert_true(g_file_set_contents(path, (const char *)pixel, sizeof(pixel), NULL));
	assert_true(g_file_set_contents(text, "no picture", -1, NULL));
	screen_line(s, bad);
	screen_wait_text(s, "cannot set the avatar: it is no PNG");
	screen_line(s, "/account avatar /etc");
	screen_wait_text(s, "it is not a file");
	screen_line(s, line);
	screen_wait_text(s, "work: the avatar is set");
	/* The hash of the picture goes to all who see her. */
	g_free(xmpp_wait_text(bob, "vcard-temp:x:update", "<photo>", NULL));
	xmpp_peer_free(bob);
	pheme_quit(w, s);
}

/* IRC has none, which is said. */
static void test_no_avatar(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *path = pheme_path(w, NULL, "pixel.png");
	g_autofree char *line = g_strdup_printf("/account avatar -a irc %s", path);
	const char *const args[] = {"--run", line, NULL};
	const struct pheme_options options = {.args = args};
	g_autofree char *err = NULL;

	assert_true(g_file_set_contents(path, (const char *)pixel, sizeof(pixel), NULL));
	test_env_irc_start(w->env);
	pheme_add_idle(w, NULL, "irc", "ali", "");
	assert_int_equal(pheme_run(w, &options, NULL, &err), 1);
	assert_non_null(strstr(err, "cannot set the avatar: irc (irc) has none"));
}

/* What Pidgin has, without its password and with it; then to another place and back. */
static void test_import_and_export(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *xml = g_strdup_printf(
		"<account version='1.0'><account><protocol>prpl-jabber</protocol>"
		"<name>" ALICE "</name><password>alice</password><settings>"
		"<setting name='connect_server' type='string'>127.0.0.1</setting>"
		"<setting name='port' type='int'>%d</setting>"
		"<setting name='connection_security' type='string'>opportunistic_tls</setting>"
		"<setting name='auth_plain_in_clear' type='bool'>1</setting>"
		"</settings><settings ui='gtk-gaim'>"
		"<setting name='auto-login' type='bool'>1</setting></settings></account></account>",
		(test_env_xmpp_start(w->env), test_env_xmpp_port(w->env)));
	g_autofree char *path = pheme_path(w, NULL, "accounts.xml");
	g_autofree char *copy = pheme_path(w, NULL, "copy"), *text = NULL;
	g_autofree char *import = g_strdup_printf("/account import %s passwords", path);
	g_autofree char *export = g_strdup_printf("/account export %s", copy);
	g_autofree char *again = g_strdup_printf("/account import %s", copy);
	const char *const args[] = {"--run", import, "--run", "/connect", "--run", export, NULL};
	const char *const back[] = {"--run", again, NULL};
	const struct pheme_options options = {.args = args}, other = {.place = "bob", .args = back};
	g_autofree char *out = NULL, *err = NULL, *out2 = NULL, *err2 = NULL;

	assert_true(g_file_set_contents(path, xml, -1, NULL));
	if (pheme_run(w, &options, &out, &err) != 0)
		test_fail("%s", err);
	assert_non_null(strstr(out, "account " ALICE " (haze/jabber) is imported and connects"));
	assert_true(g_file_get_contents(copy, &text, NULL, NULL));
	assert_null(strstr(text, "password"));
	assert_non_null(strstr(text, "param-account=" ALICE));
	if (pheme_run(w, &other, &out2, &err2) != 0)
		test_fail("%s", err2);
	assert_non_null(strstr(out2, "accounts of pheme:"));
	assert_non_null(strstr(out2, "is imported and connects"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_of_an_account_that_is_online),
		TEST(property_of_the_connection),
		TEST(avatar),
		TEST(no_avatar),
		TEST(import_and_export),
	};

	return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}
