/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/client.h"
#include "tests/bench/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ALL_STAGES  (1u << STAGE_START | 1u << STAGE_CHAT | 1u << STAGE_ROSTER)
#define HAZE_STAGES (1u << STAGE_CHATS | 1u << STAGE_SEND | 1u << STAGE_HISTORY)
#define NO_ROSTER   (1u << STAGE_START | 1u << STAGE_CHAT)

/* --- the floor --- */

static char **prepare_shell(struct run *run, bool connect)
{
	static const char *const argv[] = {"sh", "-i", NULL};

	return g_strdupv((char **)argv);
}

static char **prepare_bare(struct run *run, bool connect)
{
	char **argv = g_new0(char *, 2);

	argv[0] = client_built("tests/bench/bare");
	return argv;
}

static char **prepare_raw(struct run *run, bool connect)
{
	char **argv = g_new0(char *, 3);

	argv[0] = client_built("tests/bench/raw");
	argv[1] = g_strdup_printf("%d", xmpp_world_port(run->xmpp));
	return argv;
}

static void open_nothing(struct run *run)
{
}

/* --- IRC --- */

static void join_room(struct run *run)
{
	screen_line(run->screen, "/join " IRC_WORLD_ROOM);
}

static char **prepare_irssi(struct run *run, bool connect)
{
	g_autofree char *dir = test_env_path(run->env, "irssi");
	g_autofree char *config = g_strdup_printf(
		"servers = ( { address = \"127.0.0.1\"; chatnet = \"bench\"; port = \"%d\";\n"
		" use_tls = \"no\"; autoconnect = \"%s\"; } );\n"
		"chatnets = { bench = { type = \"IRC\"; nick = \"" IRC_WORLD_NICK "\"; }; };\n"
		"settings = { core = { real_name = \"a\"; user_name = \"a\"; nick = "
		"\"" IRC_WORLD_NICK "\"; }; };\n",
		irc_world_port(run->irc), connect ? "yes" : "no");
	const char *const argv[] = {"irssi", "--home", dir, NULL};

	test_env_write(run->env, "irssi/config", config);
	return g_strdupv((char **)argv);
}

/* Its files are written as it wants them by its own commands, given on the command line. */
static char **prepare_weechat(struct run *run, bool connect)
{
	g_autofree char *dir = test_env_path(run->env, "weechat");
	g_autofree char *add =
		g_strdup_printf("/server add bench 127.0.0.1/%d -notls -nicks=" IRC_WORLD_NICK,
				irc_world_port(run->irc));
	const char *const argv[] = {
		"weechat", "-d", dir, "-r", add, connect ? "-r" : NULL, "/connect bench", NULL,
	};

	return g_strdupv((char **)argv);
}

static const struct client clients[] = {
	{"floor", "sh", CLIENT_FLOOR, NETWORK_NONE, NO_ROSTER, NULL, prepare_shell, open_nothing},
	{"bare", NULL, CLIENT_FLOOR, NETWORK_NONE, 1u << STAGE_CHAT, NULL, prepare_bare,
	 open_nothing},
	{"floor-x", NULL, CLIENT_FLOOR, NETWORK_XMPP, 1u << STAGE_CHAT | 1u << STAGE_ROSTER, NULL,
	 prepare_raw, open_nothing},
	{"mcabber", "mcabber", CLIENT_PEER, NETWORK_XMPP, ALL_STAGES, NULL, client_mcabber,
	 client_mcabber_chat},
	{"profanity", "profanity", CLIENT_PEER, NETWORK_XMPP, ALL_STAGES, NULL, client_profanity,
	 client_profanity_chat},
	{"finch", "finch", CLIENT_PEER, NETWORK_XMPP, ALL_STAGES, NULL, client_finch,
	 client_finch_chat},
	{"irssi", "irssi", CLIENT_PEER, NETWORK_IRC, NO_ROSTER, NULL, prepare_irssi, join_room},
	{"weechat", "weechat", CLIENT_PEER, NETWORK_IRC, NO_ROSTER, NULL, prepare_weechat,
	 join_room},
	{"pheme/haze", NULL, CLIENT_PHEME, NETWORK_XMPP, ALL_STAGES | HAZE_STAGES, "haze",
	 client_pheme_haze, client_pheme_haze_chat},
	{"pheme/idle", NULL, CLIENT_PHEME, NETWORK_IRC, NO_ROSTER, "idle", client_pheme_idle,
	 client_pheme_idle_chat},
	{"pheme/fixture", NULL, CLIENT_PHEME, NETWORK_NONE, 1u << STAGE_ROSTER | 1u << STAGE_CROWD,
	 CLIENT_FIXTURE, client_pheme_fixture, open_nothing},
};

guint client_count(void)
{
	return G_N_ELEMENTS(clients);
}

const struct client *client_nth(guint index)
{
	return &clients[index];
}

guint client_index(const struct client *client)
{
	return (guint)(client - clients);
}

const struct client *client_find(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(clients); i++)
		if (!strcmp(clients[i].name, name))
			return &clients[i];
	return NULL;
}

/* This program is tests/bench/bench below the build directory. */
char *client_built(const char *relative)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = self ? g_path_get_dirname(self) : g_strdup(".");
	g_autofree char *path = g_build_filename(dir, "..", "..", relative, NULL);

	return g_canonicalize_filename(path, NULL);
}

char *client_path(const struct client *client)
{
	g_autofree char *path = NULL;

	if (client->program)
		return g_find_program_in_path(client->program);
	path = client_built(client->kind == CLIENT_PHEME      ? "pheme"
			    : client->network == NETWORK_XMPP ? "tests/bench/raw"
							      : "tests/bench/bare");
	return access(path, X_OK) == 0 ? g_steal_pointer(&path) : NULL;
}
