/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/client.h"
#include "tests/bench/run.h"

/* pheme as it is shipped, behind the managers that people have. */

static char **prepare(struct run *run, bool connect, const char *account)
{
	char **argv = g_new0(char *, 2);

	if (connect)
		test_env_write(run->env, "config/pheme/accounts.conf", account);
	argv[0] = client_built("pheme");
	return argv;
}

char **client_pheme_haze(struct run *run, bool connect)
{
	g_autofree char *account = g_strdup_printf("[work]\n"
						   "manager=haze\n"
						   "protocol=jabber\n"
						   "enabled=true\n"
						   "param-account=" XMPP_WORLD_ID "/bench\n"
						   "param-password=" XMPP_WORLD_PASSWORD "\n"
						   "param-server=127.0.0.1\n"
						   "param-port=%d\n"
						   "param-require-encryption=false\n"
						   "param-auth-plain-in-clear=true\n",
						   xmpp_world_port(run->xmpp));

	return prepare(run, connect, account);
}

void client_pheme_haze_chat(struct run *run)
{
	screen_line(run->screen, "/query " XMPP_WORLD_PEER);
}

char **client_pheme_fixture(struct run *run, bool connect)
{
	g_autofree char *account = g_strdup_printf("[fixture]\n"
						   "manager=" CLIENT_FIXTURE "\n"
						   "protocol=fixture\n"
						   "enabled=true\n"
						   "param-account=" RUN_FIXTURE_ACCOUNT "\n"
						   "param-contacts=%d\n"
						   "param-online=%d\n",
						   run->contacts, run->online);

	return prepare(run, connect, account);
}

char **client_pheme_idle(struct run *run, bool connect)
{
	g_autofree char *account = g_strdup_printf("[irc]\n"
						   "manager=idle\n"
						   "protocol=irc\n"
						   "enabled=true\n"
						   "param-account=" IRC_WORLD_NICK "\n"
						   "param-server=127.0.0.1\n"
						   "param-port=%d\n",
						   irc_world_port(run->irc));

	return prepare(run, connect, account);
}

void client_pheme_idle_chat(struct run *run)
{
	screen_line(run->screen, "/join " IRC_WORLD_ROOM);
}
