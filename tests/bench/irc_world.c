/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/irc_world.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER ":irc.localhost "

struct irc_world {
	int listener, fd;
	int port;
	guint accept_watch, read_watch, write_watch;
	GString *in, *out;
	bool has_nick, has_user, ready, joined;
};

/* --- sending --- */

static gboolean on_writable(gint fd, GIOCondition condition, void *data)
{
	struct irc_world *world = data;
	ssize_t n = send(fd, world->out->str, world->out->len, MSG_NOSIGNAL);

	if (n > 0)
		g_string_erase(world->out, 0, n);
	if (world->out->len > 0 && (n > 0 || errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	world->write_watch = 0;
	return G_SOURCE_REMOVE;
}

static void send_line(struct irc_world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void send_line(struct irc_world *world, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(world->out, format, args);
	va_end(args);
	g_string_append(world->out, "\r\n");
	if (!world->write_watch && world->fd >= 0)
		world->write_watch = g_unix_fd_add(world->fd, G_IO_OUT, on_writable, world);
}

/* --- what clients say --- */

static void welcome(struct irc_world *world)
{
	world->ready = true;
	send_line(world, SERVER "001 " IRC_WORLD_NICK " :Welcome");
	send_line(world, SERVER "002 " IRC_WORLD_NICK " :Your host is irc.localhost");
	send_line(world, SERVER "003 " IRC_WORLD_NICK " :This server was created today");
	send_line(world, SERVER "004 " IRC_WORLD_NICK " irc.localhost bench io nt");
	send_line(world, SERVER "005 " IRC_WORLD_NICK " CHANTYPES=# NICKLEN=31 PREFIX=(ov)@+ "
				"CHANMODES=b,k,l,nt :are supported");
	send_line(world, SERVER "422 " IRC_WORLD_NICK " :No message of the day");
}

static void join(struct irc_world *world)
{
	world->joined = true;
	send_line(world, ":" IRC_WORLD_NICK "!a@localhost JOIN :" IRC_WORLD_ROOM);
	send_line(world, SERVER "353 " IRC_WORLD_NICK " = " IRC_WORLD_ROOM " :" IRC_WORLD_NICK
				" " IRC_WORLD_PEER);
	send_line(world, SERVER "366 " IRC_WORLD_NICK " " IRC_WORLD_ROOM " :End of names");
}

static void on_line(struct irc_world *world, const char *line)
{
	if (g_str_has_prefix(line, "CAP LS"))
		send_line(world, SERVER "CAP * LS :");
	else if (g_str_has_prefix(line, "NICK "))
		world->has_nick = true;
	else if (g_str_has_prefix(line, "USER "))
		world->has_user = true;
	else if (g_str_has_prefix(line, "PING "))
		send_line(world, SERVER "PONG irc.localhost %s", line + 5);
	else if (g_str_has_prefix(line, "JOIN "))
		join(world);
	else if (!strcmp(line, "MODE " IRC_WORLD_ROOM))
		send_line(world, SERVER "324 " IRC_WORLD_NICK " " IRC_WORLD_ROOM " +nt");
	else if (g_str_has_prefix(line, "MODE " IRC_WORLD_ROOM))
		send_line(world, SERVER "368 " IRC_WORLD_NICK " " IRC_WORLD_ROOM " :End of bans");
	else if (g_str_has_prefix(line, "WHOIS "))
		send_line(world, SERVER "318 " IRC_WORLD_NICK " %s :End of whois", line + 6);
	else if (g_str_has_prefix(line, "WHO "))
		send_line(world, SERVER "315 " IRC_WORLD_NICK " " IRC_WORLD_ROOM " :End of who");
	if (!world->ready && world->has_nick && world->has_user)
		welcome(world);
}

static gboolean on_readable(gint fd, GIOCondition condition, void *data)
{
	struct irc_world *world = data;
	char buf[4096], *end;
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n <= 0) {
		world->read_watch = 0;
		return G_SOURCE_REMOVE;
	}
	g_string_append_len(world->in, buf, n);
	while ((end = strchr(world->in->str, '\n'))) {
		g_autofree char *line =
			g_strchomp(g_strndup(world->in->str, (gsize)(end - world->in->str)));

		g_string_erase(world->in, 0, end + 1 - world->in->str);
		on_line(world, line);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean on_connection(gint fd, GIOCondition condition, void *data)
{
	struct irc_world *world = data;

	world->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (world->fd < 0)
		return G_SOURCE_CONTINUE;
	world->read_watch = g_unix_fd_add(world->fd, G_IO_IN | G_IO_HUP, on_readable, world);
	world->accept_watch = 0;
	return G_SOURCE_REMOVE;
}

/* --- the server --- */

struct irc_world *irc_world_new(void)
{
	struct irc_world *world = g_new0(struct irc_world, 1);
	struct sockaddr_in addr = {.sin_family = AF_INET};
	socklen_t len = sizeof(addr);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	world->fd = -1;
	world->in = g_string_new(NULL);
	world->out = g_string_new(NULL);
	world->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (world->listener < 0 ||
	    bind(world->listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(world->listener, 1) < 0 ||
	    getsockname(world->listener, (struct sockaddr *)&addr, &len) < 0)
		test_fail("cannot listen: %s", g_strerror(errno));
	world->port = ntohs(addr.sin_port);
	world->accept_watch = g_unix_fd_add(world->listener, G_IO_IN, on_connection, world);
	return world;
}

static void drop_watch(guint *watch)
{
	if (*watch)
		g_source_remove(*watch);
	*watch = 0;
}

void irc_world_free(struct irc_world *world)
{
	if (!world)
		return;
	drop_watch(&world->accept_watch);
	drop_watch(&world->read_watch);
	drop_watch(&world->write_watch);
	close(world->listener);
	if (world->fd >= 0)
		close(world->fd);
	g_string_free(world->in, TRUE);
	g_string_free(world->out, TRUE);
	g_free(world);
}

int irc_world_port(const struct irc_world *world)
{
	return world->port;
}

bool irc_world_is_ready(const struct irc_world *world)
{
	return world->ready;
}

bool irc_world_has_joined(const struct irc_world *world)
{
	return world->joined;
}

void irc_world_say(struct irc_world *world, const char *text)
{
	send_line(world, ":" IRC_WORLD_PEER "!b@localhost PRIVMSG " IRC_WORLD_ROOM " :%s", text);
}
