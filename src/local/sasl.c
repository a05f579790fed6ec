/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/sasl.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024
#define LINES_MAX      64
#define TIMEOUT_S      10

struct sasl {
	int fd;
	sasl_fn on_done;
	void *data;
	guint source, timeout;
	char guid[33];
	bool nul, asked, ok; /* the first byte has come; DATA is due; EXTERNAL is through */
	int lines;
	char line[LINE_MAX_BYTES + 1];
	gsize length;
};

static void finish(struct sasl *sasl, bool ok)
{
	int fd = ok ? sasl->fd : -1;

	if (ok)
		sasl->fd = -1;
	if (sasl->timeout)
		g_source_remove(sasl->timeout);
	sasl->timeout = 0;
	sasl->on_done(sasl, fd, sasl->data);
}

static void say(struct sasl *sasl, const char *line)
{
	g_autofree char *text = g_strconcat(line, "\r\n", NULL);

	/* A client that does not read its few lines is not worth more. */
	if (send(sasl->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		sasl->ok = false;
}

/* The name is the uid in decimal, in hex; an empty one asks us to look for ourselves. */
static bool is_us(const char *hex)
{
	g_autofree char *uid = g_strdup_printf("%u", (unsigned int)geteuid());
	g_autoptr(GString) own = g_string_new(NULL);

	for (const char *p = uid; *p; p++)
		g_string_append_printf(own, "%02x", (unsigned int)*p);
	return !*hex || !g_ascii_strcasecmp(hex, own->str);
}

static void answer_external(struct sasl *sasl, const char *hex)
{
	g_autofree char *ok = g_strdup_printf("OK %s", sasl->guid);

	sasl->asked = false;
	sasl->ok = is_us(hex);
	say(sasl, sasl->ok ? ok : "REJECTED EXTERNAL");
}

/* True when the messages begin. */
static bool answer(struct sasl *sasl, const char *line)
{
	if (!strcmp(line, "BEGIN"))
		return sasl->ok;
	if (g_str_has_prefix(line, "AUTH EXTERNAL ")) {
		answer_external(sasl, line + strlen("AUTH EXTERNAL "));
	} else if (!strcmp(line, "AUTH EXTERNAL")) {
		sasl->asked = true;
		say(sasl, "DATA");
	} else if (sasl->asked && g_str_has_prefix(line, "DATA")) {
		answer_external(sasl, line[4] ? line + 5 : "");
	} else if (g_str_has_prefix(line, "AUTH") || !strcmp(line, "CANCEL")) {
		sasl->ok = sasl->asked = false;
		say(sasl, "REJECTED EXTERNAL");
	} else {
		say(sasl, "ERROR");
	}
	return false;
}

/* Takes what there is of a line and nothing after it: how much that is, is looked at first.
 * False when no line can come of it. */
static bool take_some(struct sasl *sasl)
{
	gsize room = LINE_MAX_BYTES - sasl->length;
	char *at = sasl->line + sasl->length;
	ssize_t n = recv(sasl->fd, at, sasl->nul ? room : 1, MSG_PEEK | MSG_DONTWAIT);
	const char *end = n > 0 ? memchr(at, '\n', (size_t)n) : NULL;

	if (n <= 0 || (size_t)n == LINE_MAX_BYTES)
		return false;
	n = recv(sasl->fd, at, end ? (size_t)(end - at) + 1 : (size_t)n, 0);
	sasl->length += (gsize)MAX(n, 0);
	return n > 0;
}

/* True when the messages begin; ok is false when they never will. */
static bool on_line(struct sasl *sasl, bool *ok)
{
	gsize length = sasl->length;

	if (!sasl->nul) {
		*ok = sasl->nul = sasl->line[0] == '\0';
		sasl->length = 0;
		return false;
	}
	*ok = length < LINE_MAX_BYTES;
	if (sasl->line[length - 1] != '\n')
		return false;
	*ok = length >= 2 && sasl->line[length - 2] == '\r' && ++sasl->lines < LINES_MAX;
	sasl->line[length >= 2 ? length - 2 : 0] = '\0';
	sasl->length = 0;
	return *ok && answer(sasl, sasl->line);
}

static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	struct sasl *sasl = data;
	bool ok = take_some(sasl);
	bool begun = ok && on_line(sasl, &ok);

	if (ok && !begun)
		return G_SOURCE_CONTINUE;
	sasl->source = 0;
	finish(sasl, begun);
	return G_SOURCE_REMOVE;
}

static gboolean on_timeout(void *data)
{
	struct sasl *sasl = data;

	sasl->timeout = 0;
	finish(sasl, false);
	return G_SOURCE_REMOVE;
}

struct sasl *sasl_new(int fd, sasl_fn on_done, void *data)
{
	struct sasl *sasl = g_new0(struct sasl, 1);

	sasl->fd = fd;
	sasl->on_done = on_done;
	sasl->data = data;
	for (int i = 0; i < 4; i++)
		snprintf(sasl->guid + 8 * i, 9, "%08x", g_random_int());
	sasl->source = g_unix_fd_add(fd, G_IO_IN, on_readable, sasl);
	sasl->timeout = g_timeout_add_seconds(TIMEOUT_S, on_timeout, sasl);
	return sasl;
}

void sasl_free(struct sasl *sasl)
{
	if (!sasl)
		return;
	if (sasl->source)
		g_source_remove(sasl->source);
	if (sasl->timeout)
		g_source_remove(sasl->timeout);
	if (sasl->fd >= 0)
		close(sasl->fd);
	g_free(sasl);
}
