/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --reply-with: what is answered, in which order, and what the program learns. */

#include "cli_test.h"

#include <signal.h>
#include <sys/stat.h>

/* What arrives once the session was started; text NULL ends the list. */
struct arrival {
	const char *id;
	enum chat_kind kind;
	enum message_direction direction;
	enum message_type type;
	bool scrollback;
	const char *text;
};

static struct {
	const struct arrival *arrivals;
	unsigned wanted;      /* answers */
	const char *vanishes; /* a file that is gone once the session has begun; or NULL */
	struct session *session;
	guint watch; /* for them; not longer than the session */
} script;

static unsigned count_lines(const char *text, const char *prefix)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	unsigned count = 0;

	for (char **line = lines; *line; line++)
		count += g_str_has_prefix(*line, prefix);
	return count;
}

static gboolean end_when_answered(gpointer data)
{
	if (count_lines(script.session->calls->str, "send ") < script.wanted)
		return G_SOURCE_CONTINUE;
	script.watch = 0;
	kill(getpid(), SIGTERM);
	return G_SOURCE_REMOVE;
}

static gboolean arrive(gpointer data)
{
	struct account *account = model_find_account(script.session->model, "work");

	for (const struct arrival *a = script.arrivals; a->text; a++) {
		const struct message_init init = {
			.direction = a->direction,
			.type = a->type,
			.scrollback = a->scrollback,
			.sender = a->direction == MESSAGE_IN ? a->id : NULL,
			.text = a->text,
		};

		chat_append(chat_open(account, a->kind, a->id), message_new(&init));
	}
	script.watch = g_timeout_add(5, end_when_answered, NULL);
	return G_SOURCE_REMOVE;
}

static void on_start(struct session *session)
{
	if (script.vanishes)
		unlink(script.vanishes);
	g_idle_add(arrive, session);
}

/* Runs until there are @wanted answers; returns the calls of the session and stderr. */
static void reply(struct fixture *fixture, const char *command, const struct arrival *arrivals,
		  unsigned wanted, struct capture *capture)
{
	const char *const argv[] = {command, NULL};
	int status;

	script.arrivals = arrivals;
	script.wanted = wanted;
	script.session = fixture->session;
	fixture->session->on_start = on_start;
	g_string_truncate(fixture->calls, 0);
	capture_begin(capture);
	status = do_flag(fixture, "reply-with", argv);
	capture_end(capture);
	g_clear_handle_id(&script.watch, g_source_remove);
	assert_int_equal(status, 130);
}

static void check_reply(struct fixture *fixture, const char *command,
			const struct arrival *arrivals, unsigned wanted, const char *calls)
{
	struct capture capture;

	reply(fixture, command, arrivals, wanted, &capture);
	assert_string_equal(capture.err, "");
	assert_string_equal(fixture->calls->str, calls);
	capture_clear(&capture);
}

static void test_echo(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "bob@x", .text = "hello"},
		{.id = "bob@x", .type = MESSAGE_ACTION, .text = "waves\nand goes"},
		{0},
	};

	check_reply(*state, "cat", arrivals, 2,
		    "start\nsend work bob@x 3 hello\nsend work bob@x 3 waves\nand goes\nstop\n");
}

/* An answer that is too long for the network goes in parts. */
static void test_long(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "bob@x", .text = "more|than one"},
		{0},
	};

	check_reply(*state, "cat", arrivals, 2,
		    "start\nsend work bob@x 3 more\nsend work bob@x 3 than one\nstop\n");
}

/* The last one is answered; whatever else would be came before it. */
static void test_not_answered(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "room@x", .kind = CHAT_ROOM, .text = "in a room"},
		{.id = "bob@x", .scrollback = true, .text = "of yesterday"},
		{.id = "bob@x", .type = MESSAGE_AUTO_REPLY, .text = "I am away"},
		{.id = "bob@x", .type = MESSAGE_NOTICE, .text = "from a bot"},
		{.id = "bob@x", .direction = MESSAGE_OUT, .text = "ours"},
		{.id = "bob@x", .text = "hello"},
		{0},
	};

	check_reply(*state, "cat", arrivals, 1, "start\nsend work bob@x 3 hello\nstop\n");
}

/* The first waits for what another chat's program writes. */
static void test_order(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "bob@x", .text = "first"},
		{.id = "bob@x", .text = "second"},
		{.id = "carol@x", .text = "go"},
		{0},
	};
	struct fixture *fixture = *state;
	g_autofree char *fifo = g_build_filename(fixture->dir, "fifo", NULL);
	g_autofree char *command = g_strdup_printf("sh -c 'read s; case $s in first) cat %s;; "
						   "go) echo bob >%s; exit;; esac; echo $s'",
						   fifo, fifo);

	assert_int_equal(mkfifo(fifo, 0600), 0);
	check_reply(fixture, command, arrivals, 2,
		    "start\nsend work bob@x 3 bob\nfirst\nsend work bob@x 3 second\nstop\n");
}

/* Another chat does not wait for it. */
static void test_chats_apart(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "slow@x", .text = "sleep 1000"},
		{.id = "bob@x", .text = "echo hello"},
		{0},
	};

	check_reply(*state, "sh", arrivals, 1, "start\nsend work bob@x 3 hello\nstop\n");
}

/* Many chats at once: all get their answer, a few programs at a time. */
static void test_many(void **state)
{
	struct fixture *fixture = *state;
	struct arrival arrivals[61] = {0};
	char ids[30][16];
	struct capture capture;

	for (unsigned i = 0; i < 60; i++) {
		g_snprintf(ids[i % 30], sizeof(ids[0]), "user%u@x", i % 30);
		arrivals[i].id = ids[i % 30];
		arrivals[i].text = i < 30 ? "first" : "second";
	}
	reply(fixture, "cat", arrivals, 60, &capture);
	assert_string_equal(capture.err, "");
	for (unsigned i = 0; i < 30; i++) {
		g_autofree char *first = g_strdup_printf("send work %s 3 first\n", ids[i]);
		g_autofree char *second = g_strdup_printf("send work %s 3 second\n", ids[i]);
		const char *at = strstr(fixture->calls->str, first);

		assert_non_null(at);
		assert_non_null(strstr(at, second));
	}
	capture_clear(&capture);
}

static void test_facts(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "bob@x", .text = "$(id) `id` \xe2\x80\xae x"},
		{0},
	};

	check_reply(*state, "sh -c 'cat; echo \" $PHEME_ACCOUNT $PHEME_CHAT $PHEME_SENDER\"'",
		    arrivals, 1,
		    "start\nsend work bob@x 3 $(id) `id` \xe2\x80\xae x work bob@x bob@x\nstop\n");
}

static void test_all_facts(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "bob@x", .type = MESSAGE_ACTION, .text = "x"},
		{0},
	};
	struct fixture *fixture = *state;

	contact_set_alias(account_ensure_contact(fixture->work, "bob@x"), "Bob");
	check_reply(fixture,
		    "sh -c 'echo $PHEME_KIND $PHEME_ALIAS $PHEME_TYPE ${#PHEME_ID} ${#PHEME_TIME}'",
		    arrivals, 1, "start\nsend work bob@x 3 contact bob@x action 32 20\nstop\n");
}

static int reply_once(struct fixture *fixture, const char *const *argv,
		      const struct cli_options *options, const struct arrival *arrivals,
		      struct capture *capture)
{
	const struct cli_task task = {.verb = command_find_flag("reply-with"),
				      .args = (char **)argv,
				      .options = *options};
	int status;

	script.arrivals = arrivals;
	script.wanted = G_MAXUINT;
	script.session = fixture->session;
	fixture->session->on_start = on_start;
	g_string_truncate(fixture->calls, 0);
	capture_begin(capture);
	status = cli_do(fixture->session, &task);
	capture_end(capture);
	g_clear_handle_id(&script.watch, g_source_remove);
	return status;
}

/* Each line that is not empty is a message; it ends by itself when all are sent. */
static void test_lines_and_count(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "bob@x", .text = "one\n\ntwo"},
		{.id = "bob@x", .text = "three"},
		{.id = "bob@x", .text = "not this one"},
		{0},
	};
	static const struct cli_options options = {.reply_lines = true, .count = 2};
	const char *const argv[] = {"cat", NULL};
	struct fixture *fixture = *state;
	struct capture capture;

	assert_int_equal(reply_once(fixture, argv, &options, arrivals, &capture), 0);
	assert_string_equal(fixture->calls->str,
			    "start\nsend work bob@x 3 one\nsend work bob@x 3 two\n"
			    "send work bob@x 3 three\nstop\n");
	capture_clear(&capture);
}

static void test_many_lines(void **state)
{
	static const struct arrival arrivals[] = {{.id = "bob@x", .text = "go"}, {0}};
	static const struct cli_options options = {.reply_lines = true, .once = true};
	const char *const argv[] = {"seq 1000", NULL};
	struct fixture *fixture = *state;
	struct capture capture;

	assert_int_equal(reply_once(fixture, argv, &options, arrivals, &capture), 0);
	assert_int_equal(count_lines(fixture->calls->str, "send "), 100);
	assert_non_null(strstr(capture.err, "more than 100 lines"));
	capture_clear(&capture);
}

/* Two programs that answer each other, and cannot know it. */
static void test_pace(void **state)
{
	struct fixture *fixture = *state;
	struct arrival arrivals[102] = {0};
	struct capture capture;

	for (unsigned i = 0; i < 100; i++)
		arrivals[i] = (struct arrival){.id = "bot@x", .text = "again"};
	arrivals[100] = (struct arrival){.id = "bob@x", .text = "hello"};
	reply(fixture, "cat", arrivals, 31, &capture);
	assert_int_equal(count_lines(fixture->calls->str, "send work bot@x "), 30);
	assert_int_equal(count_lines(fixture->calls->str, "send work bob@x "), 1);
	assert_string_equal(capture.err,
			    "pheme: bot@x: 30 messages were answered within a minute, as if "
			    "another program answered them; what comes in the next minute gets no "
			    "answer\n");
	capture_clear(&capture);
}

/* Where answers say what they are there is no need. */
static void test_no_pace(void **state)
{
	struct fixture *fixture = *state;
	struct arrival arrivals[61] = {0};
	struct capture capture;

	chat_set_can_auto_reply(chat_open(fixture->work, CHAT_CONTACT, "bob@x"), true);
	for (unsigned i = 0; i < 60; i++)
		arrivals[i] = (struct arrival){.id = "bob@x", .text = "again"};
	reply(fixture, "cat", arrivals, 60, &capture);
	assert_string_equal(capture.err, "");
	capture_clear(&capture);
}

/* What waited with the manager comes before the roster says who is called so. */
static void arrive_early(struct session *session)
{
	struct account *work = model_find_account(session->model, "work");

	for (unsigned i = 0; i < 2; i++) {
		const char *id = i ? "dora@x" : "eve@x";
		const struct message_init init = {.sender = id, .text = id};

		chat_append(chat_open(work, CHAT_CONTACT, id), message_new(&init));
	}
	add_contact(work, "dora@x", "Dora");
	account_set_roster_ready(work, true);
}

static void test_before_the_roster(void **state)
{
	static const char *const argv[] = {"cat", "Dora", NULL};
	struct fixture *fixture = *state;
	const struct cli_task task = {.verb = command_find_flag("reply-with"),
				      .args = (char **)argv,
				      .options = {.once = true}};

	fixture->session->on_start = arrive_early;
	g_string_truncate(fixture->calls, 0);
	assert_int_equal(cli_do(fixture->session, &task), 0);
	assert_string_equal(fixture->calls->str, "start\nsend work dora@x 3 dora@x\nstop\n");
}

/* Nor is it answered what we ourselves say from elsewhere. */
static void test_one_contact(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "carol@x", .text = "from carol"},
		{.id = "me@x", .text = "from myself"},
		{.id = "bob@x", .text = "from bob"},
		{0},
	};
	static const struct cli_options options = {.once = true};
	const char *const argv[] = {"cat", "work:bob@x", NULL}, *const all[] = {"cat", NULL};
	struct fixture *fixture = *state;
	struct capture capture;

	account_set_self(fixture->work, "me@x", NULL);
	assert_int_equal(reply_once(fixture, argv, &options, arrivals, &capture), 0);
	assert_string_equal(fixture->calls->str, "start\nsend work bob@x 3 from bob\nstop\n");
	capture_clear(&capture);
	assert_int_equal(reply_once(fixture, all, &options, arrivals + 1, &capture), 0);
	assert_string_equal(fixture->calls->str, "start\nsend work bob@x 3 from bob\nstop\n");
	capture_clear(&capture);
}

/* Nothing is sent for it, and what comes after is answered. */
static void test_failure(void **state)
{
	static const struct arrival arrivals[] = {
		{.id = "bob@x", .text = "1"},
		{.id = "bob@x", .text = "0"},
		{0},
	};
	struct fixture *fixture = *state;
	struct capture capture;

	reply(fixture, "sh -c 'read s; echo $s; exit $s'", arrivals, 1, &capture);
	assert_string_equal(fixture->calls->str, "start\nsend work bob@x 3 0\nstop\n");
	assert_string_equal(capture.err, "pheme: bob@x: the program ended with status 1\n");
	capture_clear(&capture);
}

static void test_missing_program(void **state)
{
	struct fixture *fixture = *state;
	const char *const argv[] = {"/no/such/program", NULL};
	struct capture capture;
	int status;

	capture_begin(&capture);
	status = do_flag(fixture, "reply-with", argv);
	capture_end(&capture);
	assert_int_equal(status, 1);
	assert_string_equal(fixture->calls->str, "");
	assert_non_null(strstr(capture.err, "/no/such/program"));
	capture_clear(&capture);
}

/* It was there when pheme began. */
static void test_program_that_vanishes(void **state)
{
	static const struct arrival arrivals[] = {{.id = "bob@x", .text = "hello"}, {0}};
	struct fixture *fixture = *state;
	g_autofree char *path = NULL;
	struct capture capture;
	int fd = g_file_open_tmp("pheme-bot-XXXXXX", &path, NULL);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0700), 0);
	close(fd);
	script.vanishes = path;
	reply(fixture, path, arrivals, 0, &capture);
	script.vanishes = NULL;
	assert_string_equal(fixture->calls->str, "start\nstop\n");
	assert_non_null(strstr(capture.err, path));
	capture_clear(&capture);
}

static void test_no_account(void **state)
{
	struct fixture *fixture = *state;
	const char *const argv[] = {"cat", NULL};
	struct capture capture;
	int status;

	account_remove(fixture->work);
	account_remove(fixture->irc);
	capture_begin(&capture);
	status = do_flag(fixture, "reply-with", argv);
	capture_end(&capture);
	assert_int_equal(status, 3);
	assert_non_null(strstr(capture.err, "no account"));
	capture_clear(&capture);
}

static void test_no_bus(void **state)
{
	struct fixture *fixture = *state;
	const char *const argv[] = {"cat", NULL};
	struct capture capture;
	int status;

	fixture->session->bus_problem = "no bus here";
	capture_begin(&capture);
	status = do_flag(fixture, "reply-with", argv);
	capture_end(&capture);
	assert_int_equal(status, 4);
	assert_string_equal(capture.err, "pheme: no bus here\n");
	capture_clear(&capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cli/bot/answers with what is printed", test_echo),
		TEST("/cli/bot/answers in parts", test_long),
		TEST("/cli/bot/what is not answered", test_not_answered),
		TEST("/cli/bot/order within a chat", test_order),
		TEST("/cli/bot/chats do not wait for each other", test_chats_apart),
		TEST("/cli/bot/many chats", test_many),
		TEST("/cli/bot/facts in the environment, text as it came", test_facts),
		TEST("/cli/bot/all facts", test_all_facts),
		TEST("/cli/bot/lines, so many messages", test_lines_and_count),
		TEST("/cli/bot/too many lines", test_many_lines),
		TEST("/cli/bot/one contact, and never oneself", test_one_contact),
		TEST("/cli/bot/what came before the roster", test_before_the_roster),
		TEST("/cli/bot/a pause between two programs", test_pace),
		TEST("/cli/bot/no pause where there are auto-replies", test_no_pace),
		TEST("/cli/bot/failures", test_failure),
		TEST("/cli/bot/missing program", test_missing_program),
		TEST("/cli/bot/program that vanishes", test_program_that_vanishes),
		TEST("/cli/bot/no account", test_no_account),
		TEST("/cli/bot/no bus", test_no_bus),
	};

	return cmocka_run_group_tests_name("cli/bot", tests, NULL, NULL);
}
