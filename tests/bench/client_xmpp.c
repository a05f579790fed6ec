/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/client.h"
#include "tests/bench/run.h"

/* The XMPP clients among the peers. */

static char **words(const char *const argv[])
{
	return g_strdupv((char **)argv);
}

/* --- mcabber --- */

char **client_mcabber(struct run *run, bool connect)
{
	static const char *const argv[] = {"mcabber", NULL};
	g_autofree char *config = g_strdup_printf("set jid = " XMPP_WORLD_ID "\n"
						  "set password = " XMPP_WORLD_PASSWORD "\n"
						  "set server = 127.0.0.1\n"
						  "set port = %d\n"
						  "set tls = 0\n",
						  xmpp_world_port(run->xmpp));

	test_env_write(run->env, "home/.mcabber/mcabberrc", connect ? config : "set tls = 0\n");
	return words(argv);
}

void client_mcabber_chat(struct run *run)
{
	screen_line(run->screen, "/roster search bob@");
	screen_key(run->screen, "Enter");
}

/* --- profanity --- */

char **client_profanity(struct run *run, bool connect)
{
	static const char *const argv[] = {"profanity", "-a", "bench", NULL};
	static const char *const argv_alone[] = {"profanity", NULL};
	g_autofree char *account = g_strdup_printf("[bench]\n"
						   "enabled=true\n"
						   "jid=" XMPP_WORLD_ID "\n"
						   "password=" XMPP_WORLD_PASSWORD "\n"
						   "server=127.0.0.1\n"
						   "port=%d\n"
						   "resource=bench\n"
						   "tls.policy=disable\n"
						   "auth.policy=default\n"
						   "presence.last=online\n"
						   "presence.login=online\n"
						   "priority.online=0\n",
						   xmpp_world_port(run->xmpp));

	test_env_write(run->env, "data/profanity/accounts", account);
	return words(connect ? argv : argv_alone);
}

void client_profanity_chat(struct run *run)
{
	screen_line(run->screen, "/msg " XMPP_WORLD_PEER);
}

/* --- finch --- */

char **client_finch(struct run *run, bool connect)
{
	static const char *const argv[] = {"finch", NULL};
	g_autofree char *accounts = g_strdup_printf(
		"<?xml version='1.0' encoding='UTF-8' ?>\n<account version='1.0'><account>\n"
		"<protocol>prpl-jabber</protocol>\n"
		"<name>" XMPP_WORLD_ID "/bench</name>\n"
		"<password>" XMPP_WORLD_PASSWORD "</password>\n"
		"<settings>\n"
		"<setting name='connect_server' type='string'>127.0.0.1</setting>\n"
		"<setting name='port' type='int'>%d</setting>\n"
		"<setting name='connection_security' type='string'>opportunistic_tls</setting>\n"
		"<setting name='auth_plain_in_clear' type='bool'>1</setting>\n"
		"</settings>\n"
		"<settings ui='gnt-purple'>"
		"<setting name='auto-login' type='bool'>1</setting></settings>\n"
		"</account></account>\n",
		xmpp_world_port(run->xmpp));

	if (connect)
		test_env_write(run->env, "home/.purple/accounts.xml", accounts);
	return words(argv);
}

/* A message that comes opens its window; Alt-n goes to it from the contact list. */
void client_finch_chat(struct run *run)
{
	run_say(run, "opens the window");
	screen_wait_text(run->screen, "opens the");
	screen_key(run->screen, "M-n");
}
