/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes between phemes of several users: programs that know nothing of Telepathy meet through
 * them. */

#include "tubes_world.h"

#include <netinet/in.h>

/* --- a web server through a tube ---------------------------------------------------------- */

static void check_web(struct world *world, const char *socket)
{
	g_autofree char *var = socket ? g_strdup_printf("PHEME_TUBE_SOCKET=%s", socket) : NULL;
	pid_t ben = users_start(world->w, "ben", var, ARGS(ACCEPT, "ann", "web"));
	pid_t ann = users_start(world->w, "ann", var, ARGS(OFFER, "ben", "web", world->target));
	guint port = wait_port(world, "ben");

	wait_said(world, "ben", "http://127.0.0.1:");
	assert_true(web_fetch(port, BIG));
	assert_true(web_fetch(port, 0));
	assert_int_equal(web_fetch_many(port, SMALL, PARALLEL), PARALLEL);
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_check_clean(world->w, "ann");
	users_check_clean(world->w, "ben");
}

static void test_web(void **state)
{
	check_web(*state, NULL);
}

static void test_web_unix(void **state)
{
	check_web(*state, "unix");
}

static void test_web_ipv4(void **state)
{
	check_web(*state, "ipv4");
}

/* Offered with the control of ports, which the accepting side has no need to know of. */
static void test_port(void **state)
{
	struct world *world = *state;
	g_autofree char *target = g_strdup_printf("%u", web_port(world->web));
	pid_t ben = start(world, "ben", ARGS(ACCEPT));
	pid_t ann = users_start(world->w, "ann", "PHEME_TUBE_SOCKET=ipv4-port",
				ARGS(OFFER, "ben", "x-test", target));
	guint port = wait_port(world, "ben");

	assert_int_equal(web_fetch_many(port, SMALL, PARALLEL), PARALLEL);
	assert_true(web_fetch(port, BIG));
	kill(ben, SIGINT);
	users_wait_exit(ben, 130);
	users_wait_exit(ann, 0);
	users_check_clean(world->w, "ann");
}

static void check_stdio(struct world *world, const char *more)
{
	struct talk ben = {NULL};
	pid_t ann = users_start(world->w, "ann", more,
				ARGS(OFFER, "ben", "x-shout", "exec:tr a-z A-Z"));

	talk_start(world, &ben, "ben", more, "hello\nthere\n",
		   ARGS(ACCEPT, "ann", "x-shout", "--stdio"));
	talk_end(&ben, 0, "HELLO\nTHERE\n");
	users_wait_exit(ann, 0);
	users_check_clean(world->w, "ann");
}

static void test_stdio(void **state)
{
	check_stdio(*state, NULL);
}

static void test_stdio_port(void **state)
{
	check_stdio(*state, "PHEME_TUBE_SOCKET=ipv4-port");
}

/* What ssh has as its ProxyCommand: the one who offers has the client. */
static void test_proxy(void **state)
{
	struct world *world = *state;
	struct talk ann = {NULL};
	guint16 free_port = (guint16)test_free_port();
	g_autofree char *address = g_strdup_printf("%u", free_port);
	pid_t ben = start(world, "ben", ARGS(ACCEPT, "ann", "ssh", "--listen", address));
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection = NULL;
	char text[64] = "";
	gsize got = 0;

	talk_start(world, &ann, "ann", NULL, "question", ARGS(OFFER, "ben", "ssh", "-"));
	assert_int_equal(wait_port(world, "ben"), free_port);
	connection = g_socket_client_connect_to_host(client, "127.0.0.1", free_port, NULL, NULL);
	assert_non_null(connection);
	g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), "answer",
				  6, NULL, NULL, NULL);
	g_socket_shutdown(g_socket_connection_get_socket(connection), FALSE, TRUE, NULL);
	g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(connection)), text,
				sizeof(text), &got, NULL, NULL);
	assert_string_equal(text, "question");
	talk_end(&ann, 0, "answer");
	users_wait_exit(ben, 0);
}

/* --- rooms -------------------------------------------------------------------------------- */

static void test_room(void **state)
{
	struct world *world = *state;
	pid_t ann, ben, cat;

	users_add(world->w, "ben", "autojoin=#hall\n");
	users_add(world->w, "cat", "autojoin=#hall\n");
	ben = start(world, "ben", ARGS(ACCEPT));
	ann = start(world, "ann", ARGS(OFFER, "#hall", "web", world->target));
	assert_true(web_fetch(wait_port(world, "ben"), BIG));
	/* Late. */
	cat = start(world, "cat", ARGS(ACCEPT, "#hall", "web"));
	assert_int_equal(web_fetch_many(wait_port(world, "cat"), SMALL, PARALLEL), PARALLEL);
	assert_int_equal(web_fetch_many(wait_port(world, "ben"), SMALL, PARALLEL), PARALLEL);
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_wait_exit(cat, 0);
}

/* ssh -o ProxyCommand='pheme --tube-offer ben ssh -', against a server that ben connects to. */
static void test_connect(void **state)
{
	struct world *world = *state;
	g_autofree char *connect = g_strdup_printf("connect:localhost:%u", web_port(world->web));
	g_autofree char *exec = g_strdup("connect:exec:tr a-z A-Z");
	struct talk ann = {NULL};
	pid_t ben = start(world, "ben", ARGS(ACCEPT, "ann", "ssh", "--exec", connect));

	talk_start(world, &ann, "ann", NULL, "GET /0 HTTP/1.0\n", ARGS(OFFER, "ben", "ssh", "-"));
	talk_end(&ann, 0, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
	users_wait_exit(ben, 0);
	ben = start(world, "ben", ARGS(ACCEPT, "ann", "ssh", "--exec", exec));
	memset(&ann, 0, sizeof(ann));
	talk_start(world, &ann, "ann", NULL, "loud", ARGS(OFFER, "ben", "ssh", "-"));
	talk_end(&ann, 0, "LOUD");
	users_wait_exit(ben, 0);
}

/* --- how programs get there --------------------------------------------------------------- */

/* A program that writes its arguments into a file. */
static char *write_echo(struct world *world, const char *mark)
{
	g_autofree char *text = g_strdup_printf("#!/bin/sh\nprintf '%%s|' \"$@\" >%s.new\n"
						"mv %s.new %s\n",
						mark, mark, mark);
	char *path = test_env_path(world->w->env, "echo-arguments");

	test_env_write(world->w->env, "echo-arguments", text);
	g_chmod(path, 0755);
	return path;
}

static char *run_accept(struct world *world, const char *words)
{
	g_autofree char *mark = test_env_path(world->w->env, "mark");
	g_autofree char *echo = write_echo(world, mark);
	g_autofree char *command = g_strdup_printf("%s %s", echo, words);
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));
	pid_t ben = start(world, "ben", ARGS(ACCEPT, "ann", "web", "--exec", command));
	char *written = NULL;

	users_wait_exit(ben, 0);
	users_wait_exit(ann, 0);
	assert_true(g_file_get_contents(mark, &written, NULL, NULL));
	g_unlink(mark);
	users_check_clean(world->w, "ben");
	return written;
}

/* What is filled in stays inside the word that it is in. */
static void test_exec(void **state)
{
	struct world *world = *state;
	g_autofree char *expected = g_strdup_printf(
		"^127\\.0\\.0\\.1::[0-9]+\\|a x-http b\\|<%s/ann>\\|$", g_get_user_name());
	g_autofree char *tcp = run_accept(world, "{host}::{port} \"a {service} b\" '<{contact}>'");
	g_autofree char *path = run_accept(world, "unix:{path}");

	if (!g_regex_match_simple(expected, tcp, 0, 0))
		assert_string_equal(tcp, expected);
	assert_true(g_regex_match_simple("^unix:/.*/run/pheme/tube-.*\\|$", path, 0, 0));
}

/* What it says is seen, and what is typed is for it. */
static void test_exec_terminal(void **state)
{
	struct world *world = *state;
	const char *args[] = {ACCEPT,
			      "ann",
			      "web",
			      "--exec",
			      "sh -c 'echo who at $0; read x; echo not $x' {host}",
			      NULL};
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80, .args = args};
	struct screen *screen = pheme_start(world->w, &options);
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "web", world->target));

	screen_wait_text(screen, "who at 127.0.0.1");
	screen_line(screen, "me");
	screen_wait_text(screen, "not me");
	assert_int_equal(screen_wait_exit(screen), 0);
	users_wait_exit(ann, 0);
}

/* For programs that can do without pheme in between. */
static void test_direct(void **state)
{
	struct world *world = *state;
	pid_t ann = start(world, "ann", ARGS(OFFER, "ben", "x-test", world->target));
	pid_t ben = users_start(world->w, "ben", "PHEME_TUBE_SOCKET=ipv4",
				ARGS(ACCEPT, "ann", "x-test", "--direct"));
	guint port = wait_port(world, "ben");
	unsigned before = users_count_fds(ben);

	assert_int_equal(web_fetch_many(port, SMALL, PARALLEL), PARALLEL);
	assert_int_equal(users_count_fds(ben), before);
	users_stop(ann);
	users_wait_exit(ben, 0);
}

/* --- ssh ---------------------------------------------------------------------------------- */

static char *keep(struct world *world, const char *name, const char *format, const char *argument)
{
	g_autofree char *text = g_strdup_printf("%s%s\n", format, argument);

	test_env_write(world->w->env, name, text);
	return test_env_path(world->w->env, name);
}

static void make_key(const char *path)
{
	char *argv[] = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", (char *)path, NULL};
	int status = -1;

	g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL);
	assert_int_equal(status, 0);
}

/* A real client and a real server, neither of which knows of tubes. */
static void test_ssh(void **state)
{
	struct world *world = *state;
	g_autofree char *host = test_env_path(world->w->env, "host_key");
	g_autofree char *key = test_env_path(world->w->env, "user_key");
	g_autofree char *public = g_strconcat(key, ".pub", NULL);
	g_autofree char *settings = NULL, *conf = NULL, *serve_it = NULL, *proxy = NULL;
	g_autofree char *out = NULL, *err = NULL, *program = pheme_program();
	g_auto(GStrv) env = users_environment(world->w, "ann", NULL);
	g_auto(GStrv) all = g_get_environ();
	int status = -1;
	pid_t ben;

	if (access("/usr/sbin/sshd", X_OK))
		skip(); /* no sshd here; the deps have it */
	/* As root it separates privileges, in a directory that its service would have made. */
	if (geteuid() == 0)
		g_mkdir("/run/sshd", 0755);
	make_key(host);
	make_key(key);
	settings = g_strdup_printf("HostKey %s\nAuthorizedKeysFile %s\nStrictModes no\n"
				   "PermitRootLogin yes\nPidFile none\n",
				   host, public);
	conf = keep(world, "sshd_config", settings, "UsePAM no");
	serve_it = g_strdup_printf("connect:exec:/usr/sbin/sshd -i -f %s", conf);
	proxy = g_strdup_printf("ProxyCommand=%s --timeout 15 --tube-offer ben ssh -", program);
	ben = start(world, "ben", ARGS(ACCEPT, "ann", "ssh", "--exec", serve_it));
	for (char **var = env; *var; var++) {
		g_auto(GStrv) pair = g_strsplit(*var, "=", 2);

		all = g_environ_setenv(all, pair[0], pair[1], TRUE);
	}
	g_spawn_sync(NULL,
		     ARGS("ssh", "-F", "none", "-o", proxy, "-o", "StrictHostKeyChecking=no", "-o",
			  "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-i", key,
			  "bobs-laptop", "cat; echo through a tube"),
		     all, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, NULL);
	if (status || strcmp(out, "through a tube\n"))
		test_fail("ssh: %d, \"%s\", %s", status, out, err);
	users_wait_exit(ben, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("web", test_web),
		TEST("web_unix", test_web_unix),
		TEST("web_ipv4", test_web_ipv4),
		TEST("port", test_port),
		TEST("stdio", test_stdio),
		TEST("stdio_port", test_stdio_port),
		TEST("proxy", test_proxy),
		TEST("room", test_room),
		TEST("connect", test_connect),
		TEST("exec", test_exec),
		TEST("exec_terminal", test_exec_terminal),
		TEST("direct", test_direct),
		TEST("ssh", test_ssh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
