/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/env_private.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Somebody may take a port between its choice and its use; then the next one is tried. */
enum { PORT_TRIES = 5, START_MS = 10000 };

static const char prosody_config[] =
	"run_as_root = true\n"
	"data_path = \"%s/prosody\"\n"
	"certificates = \"prosody\"\n"
	"plugin_paths = {}\n"
	"log = { { levels = { min = \"info\" }, to = \"console\" } }\n"
	"modules_enabled = { \"roster\", \"saslauth\", \"disco\", \"presence\", \"message\",\n"
	" \"iq\", \"c2s\", \"offline\", \"ping\", \"pep\", \"private\", \"vcard_legacy\",\n"
	" \"blocklist\" }\n"
	"modules_disabled = { \"s2s\", \"tls\" }\n"
	"interfaces = { \"127.0.0.1\" }\n"
	"c2s_ports = { %d }\n"
	"c2s_direct_tls_ports = {}\n"
	"s2s_ports = {}\n"
	"component_ports = {}\n"
	"http_ports = {}\n"
	"https_ports = {}\n"
	"authentication = \"internal_plain\"\n"
	"storage = \"internal\"\n"
	"allow_unencrypted_plain_auth = true\n"
	"c2s_require_encryption = false\n"
	"c2s_stanza_size_limit = 4194304\n"
	"VirtualHost \"" TEST_XMPP_DOMAIN "\"\n"
	"Component \"" TEST_XMPP_ROOMS "\" \"muc\"\n"
	" muc_room_locking = false\n";

static const char ngircd_config[] = "[Global]\n"
				    "Name = irc.localhost\n"
				    "Info = test\n"
				    "AdminInfo1 = test\n"
				    "AdminEMail = test@localhost\n"
				    "Listen = 127.0.0.1\n"
				    "Ports = %d\n"
				    "MotdPhrase = hello\n"
				    "[Limits]\n"
				    "MaxConnectionsIP = 0\n"
				    "MaxJoins = 0\n"
				    "MaxNickLength = 31\n"
				    "MaxPenaltyTime = 0\n"
				    "[Options]\n"
				    "DNS = no\n"
				    "Ident = no\n"
				    "PAM = no\n";

int test_free_port(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		test_fail("no free port");
	close(fd);
	return ntohs(addr.sin_port);
}

typedef pid_t (*start_fn)(char *const argv[], char *const env[], const char *log);

/* Starts the server and waits for the line that says it listens. */
static bool server_try(struct test_env *env, struct test_server *server, start_fn start,
		       char *const argv[])
{
	g_autofree char *log = g_strdup_printf("%s/%s.log", env->dir, server->name);
	g_autofree char *ready = g_strdup_printf("[127.0.0.1]:%d", server->port);
	GStatBuf st;
	size_t before = g_stat(log, &st) == 0 ? (size_t)st.st_size : 0;

	server->pid = start(argv, NULL, log);
	if (server->pid > 0 && test_wait_file(log, before, ready, START_MS) > 0)
		return true;
	test_proc_kill(server->pid);
	server->pid = 0;
	return false;
}

static void server_fail(struct test_env *env, struct test_server *server)
{
	g_autofree char *log = g_strdup_printf("%s/%s.log", env->dir, server->name);
	g_autofree char *text = NULL;

	g_file_get_contents(log, &text, NULL, NULL);
	fprintf(stderr, "%s\n", text ? text : "no log");
	test_fail("%s did not start", server->name);
}

static void server_stop(struct test_server *server)
{
	test_proc_stop(server->pid, NULL);
	server->pid = 0;
}

static void server_kill(struct test_server *server)
{
	test_proc_kill(server->pid);
	server->pid = 0;
}

/* --- prosody --- */

void test_env_xmpp_add_user(struct test_env *env, const char *user, const char *password)
{
	g_autofree char *file =
		g_strdup_printf("prosody/" TEST_XMPP_DOMAIN "/accounts/%s.dat", user);
	g_autofree char *data = g_strdup_printf("return { [\"password\"] = \"%s\" };\n", password);

	test_env_write(env, file, data);
}

void test_env_xmpp_set_roster(struct test_env *env, const char *user, const char *const *contacts)
{
	g_autofree char *file = g_strdup_printf("prosody/" TEST_XMPP_DOMAIN "/roster/%s.dat", user);
	g_autoptr(GString) data = g_string_new("return { [false] = { [\"version\"] = 1 };\n");

	for (int i = 0; contacts[i]; i++)
		g_string_append_printf(data,
				       "[\"%s@" TEST_XMPP_DOMAIN "\"] = { [\"subscription\"] = "
				       "\"both\"; [\"groups\"] = {}; };\n",
				       contacts[i]);
	g_string_append(data, "};\n");
	test_env_write(env, file, data->str);
}

static void xmpp_populate(struct test_env *env)
{
	static const char *const users[] = {"alice", "bob", "carol"};
	static const char *const with_alice[] = {"alice", NULL}, *const with_bob[] = {"bob", NULL};
	g_autofree char *alice = test_env_path(env, "prosody/localhost/roster/alice.dat");
	g_autofree char *bob = test_env_path(env, "prosody/localhost/roster/bob.dat");

	for (gsize i = 0; i < G_N_ELEMENTS(users); i++)
		test_env_xmpp_add_user(env, users[i], users[i]);
	if (!g_file_test(alice, G_FILE_TEST_EXISTS))
		test_env_xmpp_set_roster(env, "alice", with_bob);
	if (!g_file_test(bob, G_FILE_TEST_EXISTS))
		test_env_xmpp_set_roster(env, "bob", with_alice);
}

void test_env_xmpp_start(struct test_env *env)
{
	g_autofree char *path = test_env_path(env, "prosody.cfg.lua");
	char *argv[] = {"prosody", "-F", "--config", path, NULL};
	bool again = env->xmpp.port > 0;

	if (env->xmpp.pid > 0)
		return;
	if (!again)
		xmpp_populate(env);
	for (int i = 0; i < PORT_TRIES && !env->xmpp.pid; i++) {
		g_autofree char *config = NULL;

		if (!again)
			env->xmpp.port = test_free_port();
		config = g_strdup_printf(prosody_config, env->dir, env->xmpp.port);
		test_env_write(env, "prosody.cfg.lua", config);
		server_try(env, &env->xmpp, test_proc_start, argv);
	}
	if (!env->xmpp.pid)
		server_fail(env, &env->xmpp);
}

void test_env_xmpp_stop(struct test_env *env)
{
	server_stop(&env->xmpp);
}

void test_env_xmpp_kill(struct test_env *env)
{
	server_kill(&env->xmpp);
}

int test_env_xmpp_port(const struct test_env *env)
{
	return env->xmpp.port;
}

/* --- ngircd --- */

void test_env_irc_start(struct test_env *env)
{
	g_autofree char *path = test_env_path(env, "ngircd.conf");
	char *argv[] = {"ngircd", "-n", "-f", path, NULL};
	bool again = env->irc.port > 0;

	if (env->irc.pid > 0)
		return;
	for (int i = 0; i < PORT_TRIES && !env->irc.pid; i++) {
		g_autofree char *config = NULL;

		if (!again)
			env->irc.port = test_free_port();
		config = g_strdup_printf(ngircd_config, env->irc.port);
		test_env_write(env, "ngircd.conf", config);
		chmod(path, 0644);
		server_try(env, &env->irc, test_proc_start_unprivileged, argv);
	}
	if (!env->irc.pid)
		server_fail(env, &env->irc);
}

void test_env_irc_stop(struct test_env *env)
{
	server_stop(&env->irc);
}

void test_env_irc_kill(struct test_env *env)
{
	server_kill(&env->irc);
}

int test_env_irc_port(const struct test_env *env)
{
	return env->irc.port;
}
