/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/irc.h"
#include "tests/lib/line_io.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <stdio.h>
#include <string.h>

struct irc_peer {
	struct line_io *io;
	GPtrArray *lines;
	char *nick;
};

static void on_bytes(GString *buffer, void *data)
{
	struct irc_peer *peer = data;
	char *end;

	while ((end = memchr(buffer->str, '\n', buffer->len))) {
		g_autofree char *line = g_strndup(buffer->str, (gsize)(end - buffer->str));

		g_string_erase(buffer, 0, end - buffer->str + 1);
		g_strchomp(line);
		if (g_str_has_prefix(line, "PING "))
			irc_send(peer, "PONG %s", line + 5);
		else
			g_ptr_array_add(peer->lines, g_steal_pointer(&line));
	}
}

struct line_wait {
	struct irc_peer *peer;
	const char *texts[16];
	guint next;
	char *found;
};

static bool line_matches(const char *line, const char *const texts[])
{
	for (int i = 0; texts[i]; i++)
		if (!strstr(line, texts[i]))
			return false;
	return true;
}

static bool line_has_come(void *data)
{
	struct line_wait *w = data;
	GPtrArray *lines = w->peer->lines;

	for (; w->next < lines->len; w->next++)
		if (line_matches(g_ptr_array_index(lines, w->next), w->texts)) {
			w->found = g_ptr_array_steal_index(lines, w->next);
			return true;
		}
	return line_io_is_closed(w->peer->io);
}

char *irc_wait(struct irc_peer *peer, const char *text, ...)
{
	struct line_wait w = {.peer = peer, .texts = {text}};
	va_list args;

	va_start(args, text);
	for (int i = 1; i < 15 && w.texts[i - 1]; i++)
		w.texts[i] = va_arg(args, const char *);
	va_end(args);
	test_wait_until(line_has_come, &w, TEST_WAIT_MS);
	if (!w.found) {
		for (guint i = 0; i < peer->lines->len; i++)
			fprintf(stderr, "%s has: %s\n", peer->nick,
				(const char *)g_ptr_array_index(peer->lines, i));
		test_fail("the line with \"%s\" did not come", text);
	}
	return w.found;
}

int irc_count(struct irc_peer *peer, const char *text)
{
	int count = 0;

	test_wait_drain();
	for (guint i = 0; i < peer->lines->len; i++)
		if (strstr(g_ptr_array_index(peer->lines, i), text))
			count++;
	return count;
}

void irc_forget(struct irc_peer *peer)
{
	test_wait_drain();
	g_ptr_array_set_size(peer->lines, 0);
}

struct irc_peer *irc_peer_new(int port, const char *nick)
{
	struct irc_peer *peer = g_new0(struct irc_peer, 1);

	peer->lines = g_ptr_array_new_with_free_func(g_free);
	peer->nick = g_strdup(nick);
	peer->io = line_io_new(port, on_bytes, peer);
	irc_send(peer, "NICK %s", nick);
	irc_send(peer, "USER %s 0 * :%s", nick, nick);
	g_free(irc_wait(peer, " 001 ", NULL));
	return peer;
}

void irc_peer_free(struct irc_peer *peer)
{
	if (!peer)
		return;
	irc_send(peer, "QUIT :bye");
	line_io_free(peer->io);
	g_ptr_array_unref(peer->lines);
	g_free(peer->nick);
	g_free(peer);
}

void irc_send_raw(struct irc_peer *peer, const char *bytes, long len)
{
	line_io_send(peer->io, bytes, (gsize)len);
}

void irc_send(struct irc_peer *peer, const char *format, ...)
{
	g_autofree char *text = NULL, *line = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	line = g_strconcat(text, "\r\n", NULL);
	line_io_send(peer->io, line, strlen(line));
}

void irc_join(struct irc_peer *peer, const char *room)
{
	irc_send(peer, "JOIN %s", room);
	g_free(irc_wait(peer, " 366 ", room, NULL));
}

void irc_message(struct irc_peer *peer, const char *target, const char *text)
{
	irc_send(peer, "PRIVMSG %s :%s", target, text);
}
