/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes over a manager that does what Gabble and Salut do and telepathy-local does not: ends that
 * never arrive, answers in another order, addresses of another type, sockets that are removed. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/users.h"
#include "tests/lib/wait.h"
#include "tests/lib/web.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALICE      "alice@fixture"
#define BOB        "bob@fixture"
#define SERVICE    "x-test"
#define SHOUT      "exec:tr a-z A-Z"
#define FLAGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define OFFER      "--timeout", "20", "--tube-offer", BOB, SERVICE
#define ACCEPT     "--timeout", "20", "--tube-accept", BOB, SERVICE

static int setup(void **state)
{
	struct pheme_world *w;

	signal(SIGPIPE, SIG_IGN);
	pheme_setup(state);
	w = *state;
	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", ALICE, "");
	fixture_set_contact(w->fixture, ALICE, BOB, "Bob", NULL, 4, 4, "");
	fixture_set_presence(w->fixture, ALICE, BOB, "available", "");
	return 0;
}

/* --- a pheme without a screen ------------------------------------------------------------- */

static char *log_path(struct pheme_world *w)
{
	return test_env_path(w->env, "pheme.log");
}

static pid_t start(struct pheme_world *w, char **args)
{
	g_autofree char *program = pheme_program(), *log = log_path(w);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	pid_t pid;

	g_ptr_array_add(argv, program);
	for (; *args; args++)
		g_ptr_array_add(argv, *args);
	g_ptr_array_add(argv, NULL);
	pid = test_proc_start((char **)argv->pdata, NULL, log);
	assert_true(pid > 0);
	return pid;
}

static char *said(struct pheme_world *w)
{
	g_autofree char *log = log_path(w);
	char *text = NULL;

	g_file_get_contents(log, &text, NULL, NULL);
	return text ? text : g_strdup("");
}

static void wait_said(struct pheme_world *w, const char *text)
{
	g_autofree char *log = log_path(w), *all = NULL;

	if (test_wait_file(log, 0, text, TEST_WAIT_MS) >= 0)
		return;
	all = said(w);
	test_fail("it did not say \"%s\" but: %s", text, all);
}

static void check_says(struct pheme_world *w, pid_t pid, int status, const char *text)
{
	users_wait_exit(pid, status);
	wait_said(w, text);
}

static guint16 wait_port(struct pheme_world *w)
{
	g_autofree char *text = NULL;

	wait_said(w, "127.0.0.1:");
	wait_said(w, "\n");
	text = said(w);
	return (guint16)g_ascii_strtoull(strstr(text, "127.0.0.1:") + strlen("127.0.0.1:"), NULL,
					 10);
}

static void offer_to_alice(struct pheme_world *w)
{
	/* Connected, with its eyes open. */
	fixture_wait_calls(w->fixture, "GetContactListAttributes", 1);
	fixture_offer_tube(w->fixture, ALICE, BOB, SERVICE);
}

static void check_clean(struct pheme_world *w)
{
	g_autofree char *path = test_env_path(w->env, "run/pheme");
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir)))
		if (g_str_has_prefix(entry, "offer") || g_str_has_prefix(entry, "tube"))
			test_fail("%s is left", entry);
}

/* --- accepting ---------------------------------------------------------------------------- */

/* A program that says something and shuts its side gets it back. */
static void check_echo(guint16 port, const char *text)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	g_autoptr(GVariant) address = g_variant_ref_sink(g_variant_new("(sq)", "127.0.0.1", port));

	stream_connect_ipv4(address, fd);
	stream_say(fd, text);
	stream_expect(fd, text);
	shutdown(fd, SHUT_WR);
	stream_expect_end(fd);
	close(fd);
}

static void accept_with(struct pheme_world *w, const char *const *flags)
{
	pid_t pid;
	guint16 port;

	fixture_set_tubes(w->fixture, ALICE, flags);
	pid = start(w, USERS_ARGS(ACCEPT));
	offer_to_alice(w);
	port = wait_port(w);
	check_echo(port, "hello");
	for (int i = 0; i < 10; i++)
		check_echo(port, "more of it");
	fixture_close_tube(w->fixture, ALICE);
	users_wait_exit(pid, 0);
	check_clean(w);
}

static void accept_unix(void **state)
{
	accept_with(*state, FLAGS("unix"));
}

/* The byte alone first: more in the same breath is not taken. */
static void accept_credentials(void **state)
{
	accept_with(*state, FLAGS("unix", "unix-credentials", "ipv4"));
}

static void accept_ipv4_of_another_type(void **state)
{
	accept_with(*state, FLAGS("ipv4"));
}

static void accept_opens_before_the_reply(void **state)
{
	accept_with(*state, FLAGS("unix-credentials", "open-early"));
}

/* It connects from the port that Accept was told. */
static void accept_from_a_known_port(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *got = test_env_path(w->env, "got");
	g_autofree char *command =
		g_strdup_printf("connect:exec:sh -c 'echo from here; head -n 1 >%s'", got);
	pid_t pid;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("ipv4-port"));
	pid = start(w, USERS_ARGS(ACCEPT, "--exec", command));
	offer_to_alice(w);
	assert_true(test_wait_file(got, 0, "from here\n", TEST_WAIT_MS) >= 0);
	users_wait_exit(pid, 0);
	check_clean(w);
}

/* And one port is good for one connection. */
static void accept_many_from_a_known_port(void **state)
{
	struct pheme_world *w = *state;
	pid_t pid;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("ipv4-port"));
	pid = start(w, USERS_ARGS(ACCEPT));
	offer_to_alice(w);
	users_wait_exit(pid, 1);
	wait_said(w, "supports no kind of socket");
	check_clean(w);
}

/* --- offering ----------------------------------------------------------------------------- */

static void offer_with(struct pheme_world *w, const char *const *flags)
{
	g_autofree char *first = NULL, *second = NULL;
	pid_t pid;

	fixture_set_tubes(w->fixture, ALICE, flags);
	pid = start(w, USERS_ARGS(OFFER, SHOUT));
	fixture_wait_calls(w->fixture, "Offer", 1);
	/* Not open before somebody connects, and no less good for that. */
	first = fixture_ask_tube(w->fixture, ALICE, "hello");
	assert_string_equal(first, "HELLO");
	second = fixture_ask_tube(w->fixture, ALICE, "again");
	assert_string_equal(second, "AGAIN");
	fixture_close_tube(w->fixture, ALICE);
	users_wait_exit(pid, 0);
	check_clean(w);
}

static void offer_unix(void **state)
{
	offer_with(*state, FLAGS("unix"));
}

/* The byte that the manager says first is not for the program. */
static void offer_credentials(void **state)
{
	offer_with(*state, FLAGS("unix-credentials"));
}

static void offer_ipv4(void **state)
{
	offer_with(*state, FLAGS("ipv4"));
}

static void offer_ports(void **state)
{
	offer_with(*state, FLAGS("ipv4-port", "ipv4"));
}

/* What was offered is pheme's own socket, so that the program's survives. */
static void path_is_removed_by_the_manager(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *path = test_env_path(w->env, "server");
	g_autofree char *target = g_strdup_printf("unix:%s", path);
	g_autofree char *args = NULL;
	int server = stream_listen_unix(path), fd;
	pid_t pid;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix", "unlink"));
	pid = start(w, USERS_ARGS(OFFER, target));
	fixture_wait_calls(w->fixture, "Offer", 1);
	args = fixture_last_call(w->fixture, "Offer");
	g_variant_unref(
		fixture_call(w->fixture, "ConnectTube", g_variant_new("(ss)", ALICE, "hello")));
	fd = stream_accept(server);
	stream_expect(fd, "hello");
	close(fd);
	fixture_close_tube(w->fixture, ALICE);
	users_wait_exit(pid, 0);
	assert_int_equal(access(path, F_OK), 0);
	check_clean(w);
	close(server);
}

static void contact_without_capability(void **state)
{
	struct pheme_world *w = *state;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix", "no-caps"));
	check_says(w, start(w, USERS_ARGS("--tube-offer", BOB, SERVICE, SHOUT)), 1,
		   "cannot offer " SERVICE " to Bob: ");
	assert_int_equal(fixture_count_calls(w->fixture, "Offer"), 1);
	check_clean(w);
}

/* The manager keeps the tube of a pheme that was killed. The next one closes it, so that there can
 * be another. */
static void pheme_was_killed(void **state)
{
	struct pheme_world *w = *state;
	const struct pheme_options options = {.rows = 24, .cols = 160};
	struct screen *s;
	pid_t pid;
	int status = 0;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix-credentials"));
	pid = start(w, USERS_ARGS(OFFER, SHOUT));
	fixture_wait_calls(w->fixture, "Offer", 1);
	kill(pid, SIGKILL);
	assert_true(test_wait_exit(pid, &status, TEST_WAIT_MS));
	s = pheme_start_until(w, &options, "connected as");
	screen_wait_text(s, "the tube " SERVICE " with " BOB ", which a pheme that is gone");
	fixture_wait_calls(w->fixture, "Close", 1);
	screen_line(s, "/tube offer " BOB " " SERVICE " \"" SHOUT "\"");
	fixture_wait_calls(w->fixture, "Offer", 2);
	pheme_quit(w, s);
	check_clean(w);
}

/* Theirs of that service is not taken for ours. */
static void there_is_one_already(void **state)
{
	struct pheme_world *w = *state;
	const struct pheme_options options = {.rows = 24, .cols = 100};
	struct screen *s;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix-credentials"));
	s = pheme_start_until(w, &options, "connected as");
	offer_to_alice(w);
	screen_wait_text(s, "Bob offers " SERVICE);
	screen_line(s, "/tube offer bob@fixture " SERVICE " \"" SHOUT "\"");
	screen_wait_text(s, "1: accept it, or close it first");
	assert_int_equal(fixture_count_calls(w->fixture, "Offer"), 0);
	assert_int_equal(fixture_count_calls(w->fixture, "EnsureChannel"), 0);
	/* It can still be accepted. */
	screen_key(s, "M-1");
	screen_line(s, "/accept");
	screen_wait_text(s, "is open: 127.0.0.1:");
	pheme_quit(w, s);
	check_clean(w);
}

/* --- ends that never arrive --------------------------------------------------------------- */

/* The refusal is not told: what can be seen is how long it waits, and it can be closed. */
static void refusal_never_comes(void **state)
{
	struct pheme_world *w = *state;
	const struct pheme_options options = {.rows = 24, .cols = 100};
	struct screen *s;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix-credentials", "unix"));
	s = pheme_start_until(w, &options, "connected as");
	screen_line(s, "/query " BOB);
	screen_wait_text(s, "[Bob] ");
	screen_line(s, "/tube offer " SERVICE " \"" SHOUT "\"");
	fixture_wait_calls(w->fixture, "Offer", 1);
	screen_key(s, "F3");
	screen_wait_text(s, " 1 waiting");
	screen_type(s, "q");
	screen_line(s, "/tube list");
	screen_wait_text(s, "1  waiting for ");
	screen_line(s, "/tube close");
	screen_wait_text(s, "(" SERVICE " to Bob): closed");
	fixture_wait_calls(w->fixture, "Close", 1);
	/* And a new one has a chance, if the user likes for a while only. */
	screen_line(s, "/set tube.offer-seconds 1");
	screen_line(s, "/tube offer " SERVICE " \"" SHOUT "\"");
	fixture_wait_calls(w->fixture, "Offer", 2);
	screen_wait_text(s, "no answer from Bob for 1 s");
	fixture_wait_calls(w->fixture, "Close", 2);
	pheme_quit(w, s);
	check_clean(w);
}

/* That a connection is over is not told: it is seen when the manager has ended its side after ours,
 * or has read all that it was sent. */
static void end_of_a_connection_never_comes(void **state)
{
	static const char *const ways[][2] = {{"--stdio", NULL},
					      {"--exec", "connect:exec:echo from here"}};
	struct pheme_world *w = *state;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix-credentials", "no-closed"));
	for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
		pid_t pid = start(w, USERS_ARGS(ACCEPT, (char *)ways[i][0], (char *)ways[i][1]));
		int status = 0;

		fixture_wait_calls(w->fixture, "GetContactListAttributes", (unsigned)i + 1);
		fixture_offer_tube(w->fixture, ALICE, BOB, SERVICE);
		/* Sooner than the half minute that is waited when nothing can be seen. */
		assert_true(test_wait_exit(pid, &status, TEST_WAIT_MS + TEST_WAIT_MS / 4));
		assert_int_equal(status, 0);
	}
	check_clean(w);
}

static void time_limit_of_an_offer(void **state)
{
	struct pheme_world *w = *state;
	pid_t pid;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix-credentials"));
	pid = start(w, USERS_ARGS("--timeout", "2", "--tube-offer", BOB, SERVICE, SHOUT));
	check_says(w, pid, 124, "no tube is open after 2 s");
	fixture_wait_calls(w->fixture, "Close", 1);
	check_clean(w);
}

/* Neither the reply to Offer nor to Close comes. */
static void manager_that_hangs(void **state)
{
	struct pheme_world *w = *state;
	pid_t pid;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix"));
	fixture_hang(w->fixture, "Offer");
	pid = start(w, USERS_ARGS("--timeout", "1", "--tube-offer", BOB, SERVICE, SHOUT));
	check_says(w, pid, 124, "no tube is open after 1 s");
	fixture_heal(w->fixture, "Offer");
	check_clean(w);
}

/* The manager is killed with a tube that waits, and with one that is open. */
static void manager_dies(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *answer = NULL;
	pid_t pid;

	fixture_set_tubes(w->fixture, ALICE, FLAGS("unix"));
	pid = start(w, USERS_ARGS("--tube-offer", BOB, SERVICE, SHOUT));
	fixture_wait_calls(w->fixture, "Offer", 1);
	answer = fixture_ask_tube(w->fixture, ALICE, "hello");
	fixture_abort(w->fixture);
	users_wait_exit(pid, 1);
	check_clean(w);
}

#define TEST(fn)                                                                                   \
	{                                                                                          \
		"/tubes/fixture/" #fn, fn, setup, pheme_teardown, NULL                             \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(accept_unix),
		TEST(accept_credentials),
		TEST(accept_ipv4_of_another_type),
		TEST(accept_opens_before_the_reply),
		TEST(accept_from_a_known_port),
		TEST(accept_many_from_a_known_port),
		TEST(offer_unix),
		TEST(offer_credentials),
		TEST(offer_ipv4),
		TEST(offer_ports),
		TEST(path_is_removed_by_the_manager),
		TEST(contact_without_capability),
		TEST(pheme_was_killed),
		TEST(there_is_one_already),
		TEST(refusal_never_comes),
		TEST(end_of_a_connection_never_comes),
		TEST(time_limit_of_an_offer),
		TEST(manager_that_hangs),
		TEST(manager_dies),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
