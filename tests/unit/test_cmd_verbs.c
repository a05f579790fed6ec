/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What each command asks of the session and the front end. */

#include "cmd_test.h"

static void check_prints(struct fixture *fixture, const char *line, const char *part)
{
	check(fixture, line, "");
	if (!strstr(fixture->out->str, part))
		assert_string_equal(fixture->out->str, part);
}

/* --- talking ------------------------------------------------------------------------------ */

static void test_msg(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	add_contact(fixture->work, "dave@example.org", "Dave Miller");
	check(fixture, "/msg bob hi there", "send work bob@example.org 0 hi there\n");
	assert_string_equal(fixture->out->str, "to Bob <bob@example.org>\n");
	assert_null(fixture->current);
	check(fixture, "/msg \"dave miller\" x", "send work dave@example.org 0 x\n");
	check(fixture, "/m work:bob@example.org x", "send work bob@example.org 0 x\n");
	check(fixture, "/msg -a irc somebody x", "send irc somebody 0 x\n");
	check(fixture, "/msg irc:else x", "send irc else 0 x\n");
	check(fixture, "/query irc:SomeBody", "show somebody\n");
	fixture->current = NULL;
	check_fails(fixture, "/msg stranger@example.org x", 2, "which account?");
	check(fixture, "/msg -a work stranger@example.org x",
	      "send work stranger@example.org 0 x\n");
}

/* "bbo" would be a valid domain on XMPP. */
static void test_msg_to_a_mistyped_name(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check_fails(fixture, "/msg -a work bbo hi", 3, "no contact is called \"bbo\"");
	check_fails(fixture, "/msg -a irc \"b b\" hi", 3, "no contact is called \"b b\"");
}

static void test_msg_to_an_alias_of_two(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	add_contact(fixture->work, "bob@evil.example", "Bob");
	check_fails(fixture, "/msg Bob hi", 3, "several contacts");
	check_fails(fixture, "/msg -a work Bob hi", 3, "several contacts");
}

static void test_msg_to_rooms_and_members(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	check(fixture, "/msg #dev hi", "send irc #dev 0 hi\n");
	chat_add_member(room, "carol", "Carol", NULL, false);
	check_fails(fixture, "/msg nick hi", 2, "which account?");
	fixture->current = room;
	check(fixture, "/msg Carol hi", "send irc carol 0 hi\n");
	check(fixture, "/msg nick hi", "send irc nick 0 hi\n");
	add_room(fixture->work, "#dev");
	check(fixture, "/msg #dev hi", "send irc #dev 0 hi\n");
	fixture->current = NULL;
	check_fails(fixture, "/msg #dev hi", 3, "a room of work and of irc");
	check(fixture, "/msg work:#dev hi", "send work #dev 0 hi\n");
}

static void test_query(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/query bob", "show bob@example.org\n");
	check(fixture, "/q bob hello", "show bob@example.org\nsend work bob@example.org 0 hello\n");
	check(fixture, "/me waves at  all", "send work bob@example.org 1 waves at  all\n");
	check(fixture, "/say /usr", "send work bob@example.org 0 /usr\n");
}

/* In the status window, with two accounts, the one is used that has somebody of that name. */
static void test_query_finds_the_account(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/query bob", 2, "which account?");
	add_contact(fixture->work, "bob@example.org", "Robert");
	check_fails(fixture, "/query bob hello", 2, "which account?");
	check(fixture, "/query bob", "show bob@example.org\n");
	fixture->current = NULL;
	add_contact(fixture->irc, "bob@irc.example.org", NULL);
	check_fails(fixture, "/query bob", 2, "which account?");
}

static void test_chat(void **state)
{
	struct fixture *fixture = *state;
	struct chat *bob, *room;

	add_contact(fixture->work, "bob@example.org", "Bob");
	bob = chat_open(fixture->work, CHAT_CONTACT, "bob@example.org");
	room = add_room(fixture->work, "dev@conference.example.org");
	check(fixture, "/chat 1", "show bob@example.org\n");
	check(fixture, "/chat dev", "show dev@conference.example.org\n");
	check(fixture, "/chat BOB", "show bob@example.org\n");
	check(fixture, "/chat next", "show dev@conference.example.org\n");
	check(fixture, "/chat prev", "show bob@example.org\n");
	check(fixture, "/chat status", "show status\n");
	check(fixture, "/chat 0", "show status\n");
	check_fails(fixture, "/chat 9", 3, "no open chat");
	check_fails(fixture, "/chat nobody", 3, "no open chat");
	check_prints(fixture, "/chat unread", "nothing is unread");
	chat_set_unread(room, 3, 0);
	check(fixture, "/chat unread", "show dev@conference.example.org\n");
	check_prints(fixture, "/chat", "1 Bob <bob@example.org>  work");
	assert_non_null(strstr(fixture->out->str, "# dev@conference.example.org  work  3 unread"));
	check(fixture, "/chat 0", "show status\n");
	assert_ptr_equal(fixture->current, fixture->model->status);
	assert_true(bob->open);
}

static void test_unread_prefers_mentions(void **state)
{
	struct fixture *fixture = *state;

	chat_set_unread(add_room(fixture->irc, "#a"), 50, 0);
	chat_set_unread(add_room(fixture->irc, "#b"), 1, 1);
	check(fixture, "/chat unread", "show #b\n");
}

static void test_close_and_clear(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	check(fixture, "/clear #dev", "clear #dev\n");
	check_fails(fixture, "/close", 2, "no chat here");
	check_fails(fixture, "/close 0", 2, "stays open");
	fixture->current = room;
	check(fixture, "/clear", "clear #dev\n");
	fixture->current = NULL;
	check(fixture, "/close #dev", "close #dev\n");
}

static void test_log(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/log bob", "log work 0 bob@example.org 50\n");
	assert_non_null(strstr(fixture->out->str, "me: 100%s %n\n"));
	check(fixture, "/log bob 7", "log work 0 bob@example.org 7\n");
	check(fixture, "/log irc:#old 7", "log irc 1 #old 7\n");
	check_fails(fixture, "/log", 2, "whose log?");
	check_fails(fixture, "/log 5", 2, "whose log?");
	check_fails(fixture, "/log bob x", 2, "no number of lines");
	check_fails(fixture, "/log bob 0", 2, "no number of lines");
	check_fails(fixture, "/log bob 99999999999999999999", 2, "no number of lines");
	fixture->current = add_room(fixture->irc, "#dev");
	check(fixture, "/log 5", "log irc 1 #dev 5\n");
}

/* --- rooms -------------------------------------------------------------------------------- */

static void test_join(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/join", 2, "which room?");
	check(fixture, "/join -a irc dev key", "join irc #dev key\nshow #dev\n");
	check(fixture, "/join", "join irc #dev\nshow #dev\n");
	check(fixture, "/j &local", "join irc &local\nshow &local\n");
	fixture->current = NULL;
	fail_next(fixture, SESSION_ERROR_REFUSED, "banned");
	assert_int_equal(run(fixture, "/join -a irc #x"), 5);
	assert_null(fixture->current);
}

/* The room tells the network when the chat is one of the other. */
static void test_join_elsewhere(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = add_room(fixture->work, "dev@conference.example.org");
	check(fixture, "/join #dev", "join irc #dev\nshow #dev\n");
	check(fixture, "/join ops@conference.example.org",
	      "join work ops@conference.example.org\nshow ops@conference.example.org\n");
	check(fixture, "/join -a work #odd", "join work #odd\nshow #odd\n");
	account_set_state(fixture->irc, ACCOUNT_OFFLINE, "");
	check(fixture, "/join #x", "join work #x\nshow #x\n");
}

/* A room that could not be entered is left behind only if there is something in it. */
static void test_join_in_vain(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = chat_open(fixture->irc, CHAT_ROOM, "#dev");

	fixture->current = NULL;
	fail_next(fixture, SESSION_ERROR_REFUSED, "banned");
	assert_int_equal(run(fixture, "/join -a irc #dev"), 5);
	assert_true(room->open);
}

static void test_part(void **state)
{
	struct fixture *fixture = *state;

	add_room(fixture->irc, "#dev");
	check_fails(fixture, "/part", 2, "this is no room");
	check_fails(fixture, "/part #nowhere", 2, "this is no room");
	check(fixture, "/part #dev so  long", "part #dev \"so  long\"\n");
	fixture->current = add_room(fixture->irc, "#ops");
	check(fixture, "/leave good bye", "part #ops \"good bye\"\n");
	check(fixture, "/part", "part #ops \"\"\n");
	check(fixture, "/part #dev", "part #dev \"\"\n");
}

static void test_topic(void **state)
{
	struct fixture *fixture = *state;

	fixture->current = add_room(fixture->irc, "#dev");
	check_prints(fixture, "/topic", "#dev has no topic");
	check(fixture, "/topic a \"b\"", "topic #dev \"a \"b\"\"\n");
	check(fixture, "/topic -delete", "topic #dev \"\"\n");
	chat_set_topic(fixture->current, "100%s", "carol", 0);
	check_prints(fixture, "/topic", "topic of #dev, by carol: 100%s");
}

static void test_nick(void **state)
{
	struct fixture *fixture = *state;

	account_set_self(fixture->irc, "alice", "Alice");
	check_prints(fixture, "/nick -a irc", "on irc you are Alice");
	check(fixture, "/nick -a irc al ice", "nick irc al ice\n");
	check_fails(fixture, "/nick x", 2, "which account?");
	account_set_state(fixture->irc, ACCOUNT_WAITING, "server unreachable");
	check_fails(fixture, "/nick -a irc al", 4, "irc is waiting (server unreachable)");
}

static void test_names(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	fixture->current = room;
	chat_add_member(room, "me", "me", NULL, true);
	chat_add_member(room, "carol", "Carol \x1b[31m", NULL, false);
	chat_add_member(room, "dave", "漢字", NULL, false);
	contact_set_presence(add_contact(fixture->irc, "dave", NULL), PRESENCE_AWAY, "away", "");
	check_prints(fixture, "/names", "#dev: 3 members\n");
	assert_non_null(strstr(fixture->out->str, "a 漢字"));
	assert_non_null(strstr(fixture->out->str, "* me"));
	assert_null(strchr(fixture->out->str, '\x1b'));
}

static void test_names_of_many(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = add_room(fixture->irc, "#dev");

	fixture->current = room;
	for (unsigned i = 0; i < 1500; i++) {
		g_autofree char *nick = g_strdup_printf("nick%04u", i);

		chat_add_member(room, nick, nick, NULL, false);
	}
	check_prints(fixture, "/names", "and 500 more");
}

/* --- presence, roster, requests ----------------------------------------------------------- */

static void test_status(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/status away \"lunch\"", "presence * away \"lunch\"\n");
	check(fixture, "/status dnd do not \"disturb\"",
	      "presence * busy \"do not \"disturb\"\"\n");
	check(fixture, "/status -a work available", "presence work available \"\"\n");
	check(fixture, "/status offline", "disconnect work\ndisconnect irc\n");
	check(fixture, "/status -a irc offline", "disconnect irc\n");
	check_fails(fixture, "/status lunch", 2, "\"lunch\" is no status");
	check_fails(fixture, "/status unknown", 2, "is no status");
	account_set_presence(fixture->work, PRESENCE_BUSY, "dnd", "100%s");
	account_set_state(fixture->irc, ACCOUNT_OFFLINE, "wrong password");
	fixture->front.unattended = true;
	check(fixture, "/status away", "presence * away \"\"\n");
	check_prints(fixture, "/status", "work: busy \"100%s\"\nirc: offline (wrong password)\n");
}

static void test_status_in_a_script(void **state)
{
	struct fixture *fixture = *state;

	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	check(fixture, "/status -a work away", "presence work away \"\"\n");
	fixture->front.unattended = true;
	check_fails(fixture, "/status -a work away", 4, "no account is online");
}

static void test_away(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/away", "presence * away \"\"\n");
	check(fixture, "/away lunch time", "presence * away \"lunch time\"\n");
	account_set_presence(fixture->work, PRESENCE_AWAY, "away", "");
	check(fixture, "/away", "presence * available \"\"\n");
	check(fixture, "/away -a irc", "presence irc away \"\"\n");
	check(fixture, "/away still", "presence * away \"still\"\n");
}

static void test_roster(void **state)
{
	struct fixture *fixture = *state;

	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/add -a work eve@example.org it is me",
	      "roster_add work eve@example.org \"it is me\"\n");
	check(fixture, "/add work:eve@example.org", "roster_add work eve@example.org \"\"\n");
	check_fails(fixture, "/add -a irc carol", 1, "irc (irc) keeps no list");
	check(fixture, "/remove bob", "roster_remove work bob@example.org\n");
	check(fixture, "/rename bob Robert \"Bob\" O'Neil",
	      "rename work bob@example.org Robert \"Bob\" O'Neil\n");
	check_fails(fixture, "/rename bob", 2, "ALIAS is missing");
	check_fails(fixture, "/remove nobody", 3, "no contact");
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	check_fails(fixture, "/remove bob", 4, "work is offline");
}

static void add_requests(struct fixture *fixture)
{
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "eve@example.org",
			  "Eve", NULL, "let me in");
	model_add_request(fixture->model, REQUEST_INVITATION, fixture->work, "bob@example.org",
			  "Bob", "dev@conference.example.org", "");
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "mal@example.org",
			  "eve@example.org", NULL, "");
}

static void test_accept(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/accept", 3, "no request waits");
	add_requests(fixture);
	check_fails(fixture, "/accept 9", 3, "no request \"9\"");
	check(fixture, "/accept 2",
	      "answer 2 yes\njoin work dev@conference.example.org\n"
	      "show dev@conference.example.org\n");
	assert_non_null(strstr(fixture->out->str, "Bob <bob@example.org> invites you to dev@conf"));
	check(fixture, "/reject", "answer 1 no\n");
	assert_non_null(strstr(fixture->out->str, "rejecting request 1: Eve <eve@example.org>"));
	check(fixture, "/accept mal@example.org", "answer 3 yes\n");
}

/* Somebody's alias is another one's id: the id counts. */
static void test_accept_by_id(void **state)
{
	struct fixture *fixture = *state;

	add_requests(fixture);
	check(fixture, "/accept eve@example.org", "answer 1 yes\n");
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->work, "x@example.org",
			  "eve@example.org", NULL, "");
	check_fails(fixture, "/accept eve@example.org", 3, "no request");
}

static void test_authorize(void **state)
{
	struct fixture *fixture = *state;

	check_fails(fixture, "/authorize", 3, "nobody asks");
	add_requests(fixture);
	check(fixture, "/authorize", "answer 1 yes\n");
	check(fixture, "/deny mal@example.org", "answer 3 no\n");
	add_contact(fixture->work, "bob@example.org", "Bob");
	check(fixture, "/authorize bob", "authorize work bob@example.org\n");
	check(fixture, "/deny work:x@example.org", "deny work x@example.org\n");
}

/* --- accounts ----------------------------------------------------------------------------- */

static void test_connect(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/connect", "");
	account_set_state(fixture->work, ACCOUNT_OFFLINE, "");
	account_set_state(fixture->irc, ACCOUNT_WAITING, "x");
	check(fixture, "/connect", "connect work\nconnect irc\n");
	account_set_state(fixture->irc, ACCOUNT_CONNECTING, "");
	check(fixture, "/connect", "connect work\nconnect irc\n");
	check(fixture, "/connect irc", "connect irc\n");
	check_fails(fixture, "/connect home", 3, "no account \"home\"");
	account_set_state(fixture->work, ACCOUNT_ONLINE, "");
	check(fixture, "/disconnect work", "disconnect work\n");
	check(fixture, "/reconnect work", "disconnect work\nconnect work\n");
	fail_next(fixture, SESSION_ERROR_REFUSED, "wrong password");
	assert_int_equal(run(fixture, "/connect irc"), 5);
	fixture->session->bus = false;
	check(fixture, "/connect", "start\n");
}

static void test_account_list(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/account", "view 1\n");
	account_set_self(fixture->work, "alice@example.org", "Alice");
	account_set_state(fixture->irc, ACCOUNT_OFFLINE, "server unreachable");
	check_prints(fixture, "/account list", "haze/jabber      online     alice@example.org\n");
	assert_non_null(strstr(fixture->out->str, "offline    server unreachable"));
}

static void test_account_add(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/account add", "form - -\n");
	check(fixture, "/account add jabber", "form jabber -\n");
	check(fixture, "/account add jabber alice@example.org",
	      "account_add alice@example.org haze/jabber enabled account=alice@example.org\n");
	check(fixture, "/account add XMPP a@b port=5223 'server=im host' name=home enabled=false",
	      "account_add home haze/jabber disabled account=a@b port=5223 server=im host\n");
	check(fixture, "/account add idle/irc irc param-server=s",
	      "account_add irc-2 idle/irc enabled account=irc server=s\n");
	check_fails(fixture, "/account add irc alice", 2, "idle/irc needs server=VALUE");
	check_fails(fixture, "/account add jabber a@b sever=x", 2, "did you mean \"server\"?");
	check_fails(fixture, "/account add jabber a@b x", 2, "NAME=VALUE");
	check_fails(fixture, "/account add icq 1", 3, "there are: haze/jabber, idle/irc");
	check_fails(fixture, "/account add jabber a@b name=a:b", 1, "");
	g_ptr_array_set_size(fixture->session->protocols, 0);
	check_fails(fixture, "/account add jabber a@b", 3, "no connection manager is installed");
	fail_next(fixture, SESSION_ERROR_FAILED, "no bus");
	check_fails(fixture, "/account add jabber a@b", 1, "no bus");
}

static void test_secrets_are_refused(void **state)
{
	static const char *const lines[] = {
		"/account add jabber a@b password=hunter2",
		"/account add jabber a@b param-password=hunter2",
		"/account add jabber a@b PASSWORD=hunter2",
		"/account add irc a server=s pin=hunter2",
		"/account set work password hunter2",
		"/account set work param-password hunter2",
	};
	struct fixture *fixture = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		check_fails(fixture, lines[i], 2, "a secret is not taken from a command line");
		assert_null(strstr(fixture->errors->str, "hunter2"));
	}
}

static void test_account_remove(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(run(fixture, "/account remove work"), 1);
	assert_string_equal(fixture->asked, "Remove the account work? (y/n)");
	fixture->answer = "no";
	check_fails(fixture, "/account remove work", 1, "account work stays");
	fixture->answer = "Y";
	check(fixture, "/account remove work", "account_remove work\n");
	fixture->front.unattended = true;
	fixture->answer = NULL;
	check(fixture, "/account remove irc", "account_remove irc\n");
}

static void test_account_set(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/account set work server im.example.org",
	      "account_set work param-server=im.example.org\n");
	check(fixture, "/account set work password-command pass show \"im work\"",
	      "account_set work password-command=pass show \"im work\"\n");
	check(fixture, "/account set work -default port", "account_set work param-port=(unset)\n");
	check_fails(fixture, "/account set work port", 2, "VALUE is missing");
	check(fixture, "/account enable work", "account_enable work true\n");
	check(fixture, "/account disable work", "account_enable work false\n");
	check(fixture, "/account edit work", "form - work\n");
}

static void test_account_set_checks_values(void **state)
{
	struct fixture *fixture = *state;

	/* Nobody knows yet what the manager takes. */
	check(fixture, "/account set work port nope", "account_set work param-port=nope\n");
	fixture->session->protocols_listed = true;
	check_fails(fixture, "/account set work port nope", 2,
		    "port must be a whole number from 0 to 4294967295, not \"nope\"");
	check_fails(fixture, "/account set work require-encryption nope", 2,
		    "require-encryption must be true or false, not \"nope\"");
	check_fails(fixture, "/account set work param-require-encryption nope", 2,
		    "must be true or false");
	check_fails(fixture, "/account set work prot 5222", 2, "did you mean \"port\"?");
	check(fixture, "/account set work require-encryption no",
	      "account_set work param-require-encryption=no\n");
	check(fixture, "/account set work nickname Al", "account_set work nickname=Al\n");
	check(fixture, "/account set work -default prot", "account_set work param-prot=(unset)\n");
	check_fails(fixture, "/account add jabber al@example.org port=nope", 2, "port must be");
}

/* --- the client --------------------------------------------------------------------------- */

static void test_help(void **state)
{
	struct fixture *fixture = *state;

	check(fixture, "/help", "view 0\n");
	check_prints(fixture, "/help join", "/join [ROOM] [PASSWORD]\n");
	check_prints(fixture, "/help /j", "/join [ROOM] [PASSWORD]\n");
	check_prints(fixture, "/help account add", "/account add [PROTOCOL] [ID] [NAME=VALUE…]\n");
	check_prints(fixture, "/help ui.pane-width", "ui.pane-width: ");
	check_fails(fixture, "/help jion", 3, "did you mean join?");
	config_set_alias(fixture->session->config, "hi", "/say $1", NULL);
	check_prints(fixture, "/help hi", "/hi is your alias of /say $1");
	check(fixture, "/quit", "quit 0\n");
}

static void test_set(void **state)
{
	struct fixture *fixture = *state;
	struct config *config = fixture->session->config;

	check_prints(fixture, "/set", "ui.pane = true\n");
	check_prints(fixture, "/set ui.pane-width", "ui.pane-width = 19");
	check_prints(fixture, "/set pane-width 25", "ui.pane-width = 25  (19 unless set)");
	assert_int_equal(config_int(config, "ui.pane-width"), 25);
	check_prints(fixture, "/set -default pane-width", "ui.pane-width = 19\n");
	check_prints(fixture, "/set ui.pane false", "ui.pane = false");
	check_fails(fixture, "/set ui.pane perhaps", 2, "ui.pane");
	check_fails(fixture, "/set xyzzy", 3, "no setting \"xyzzy\"");
	check_fails(fixture, "/set xyzzy 1", 3, "no setting \"xyzzy\"");
}

static void test_alias(void **state)
{
	struct fixture *fixture = *state;

	check_prints(fixture, "/alias", "there are no aliases");
	check_prints(fixture, "/alias hi /say $1 \"x\"", "hi = /say $1 \"x\"");
	check_prints(fixture, "/alias", "hi = /say $1 \"x\"");
	check_prints(fixture, "/alias /hi", "hi = /say");
	check_fails(fixture, "/alias join /say x", 2, "/join is a command");
	check_fails(fixture, "/alias leave /say x", 2, "/leave is a command");
	check_fails(fixture, "/alias \"a b\" /say x", 2, "no name for an alias");
	check_fails(fixture, "/alias a=b /say x", 2, "no name for an alias");
	check_fails(fixture, "/alias nope", 3, "no alias \"nope\"");
	check_prints(fixture, "/alias -remove hi", "alias hi is removed");
	check_fails(fixture, "/alias -remove hi", 3, "no alias \"hi\"");
}

static void test_debug(void **state)
{
	struct fixture *fixture = *state;

	check_prints(fixture, "/debug on", "diagnostics are on, written to /tmp/pheme.log");
	assert_true(fixture->session->debug);
	check_prints(fixture, "/debug", "diagnostics are on");
	check_prints(fixture, "/debug off", "diagnostics are off");
	check_prints(fixture, "/version", "pheme " PHEME_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cmd/msg_sends_and_stays", test_msg),
		TEST("/cmd/msg_to_a_mistyped_name_is_refused", test_msg_to_a_mistyped_name),
		TEST("/cmd/msg_to_an_alias_of_two_is_refused", test_msg_to_an_alias_of_two),
		TEST("/cmd/msg_finds_rooms_and_members", test_msg_to_rooms_and_members),
		TEST("/cmd/query_opens_and_shows", test_query),
		TEST("/cmd/query_finds_the_account", test_query_finds_the_account),
		TEST("/cmd/chat_switches", test_chat),
		TEST("/cmd/chat_unread_prefers_mentions", test_unread_prefers_mentions),
		TEST("/cmd/close_and_clear", test_close_and_clear),
		TEST("/cmd/log_reads_history", test_log),
		TEST("/cmd/join_enters_and_shows", test_join),
		TEST("/cmd/join_finds_the_network", test_join_elsewhere),
		TEST("/cmd/join_in_vain_leaves_what_was", test_join_in_vain),
		TEST("/cmd/part_takes_room_or_reason", test_part),
		TEST("/cmd/topic_prints_and_sets", test_topic),
		TEST("/cmd/nick_prints_and_sets", test_nick),
		TEST("/cmd/names_prints_columns", test_names),
		TEST("/cmd/names_of_many_are_bounded", test_names_of_many),
		TEST("/cmd/status_prints_and_sets", test_status),
		TEST("/cmd/status_in_a_script_needs_a_connection", test_status_in_a_script),
		TEST("/cmd/away_toggles", test_away),
		TEST("/cmd/roster_changes", test_roster),
		TEST("/cmd/accept_says_which", test_accept),
		TEST("/cmd/accept_goes_by_id", test_accept_by_id),
		TEST("/cmd/authorize_answers_or_grants", test_authorize),
		TEST("/cmd/connect_and_disconnect", test_connect),
		TEST("/cmd/account_list", test_account_list),
		TEST("/cmd/account_add_checks_parameters", test_account_add),
		TEST("/cmd/secrets_are_refused", test_secrets_are_refused),
		TEST("/cmd/account_remove_asks", test_account_remove),
		TEST("/cmd/account_set_knows_keys", test_account_set),
		TEST("/cmd/account_set_checks_values", test_account_set_checks_values),
		TEST("/cmd/help_prints", test_help),
		TEST("/cmd/set_checks_values", test_set),
		TEST("/cmd/alias_is_made_and_removed", test_alias),
		TEST("/cmd/debug_tells_the_file", test_debug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
