/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>

struct tty_question {
	int fd;
	guint source;
	struct termios before;
	tty_answer_fn fn;
	void *data;
};

/* /dev/tty, when this process may read it: in the background that would stop it. */
static int open_terminal(struct termios *before)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (tcgetpgrp(fd) == getpgrp() && !tcgetattr(fd, before))
		return fd;
	close(fd);
	return -1;
}

static void write_all(int fd, const char *text)
{
	gsize length = strlen(text);

	while (length) {
		gssize written = write(fd, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		text += written;
		length -= (gsize)written;
	}
}

void tty_cancel(struct tty_question *question)
{
	if (!question)
		return;
	if (question->source)
		g_source_remove(question->source);
	tcsetattr(question->fd, TCSANOW, &question->before);
	close(question->fd);
	g_free(question);
}

/* The terminal is in canonical mode, so a read gives a line, its newline included. */
static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct tty_question *question = data;
	tty_answer_fn fn = question->fn;
	void *fn_data = question->data;
	char line[4097];
	gssize length = read(fd, line, sizeof(line) - 1);

	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return G_SOURCE_CONTINUE;
	line[MAX(length, 0)] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	question->source = 0;
	tty_cancel(question);
	fn(length > 0 ? line : NULL, fn_data);
	explicit_bzero(line, sizeof(line));
	return G_SOURCE_REMOVE;
}

struct tty_question *tty_ask(const char *text, bool secret, tty_answer_fn fn, void *data)
{
	struct termios before, now;
	int fd = open_terminal(&before);
	struct tty_question *question;

	if (fd < 0)
		return NULL;
	question = g_new0(struct tty_question, 1);
	question->fd = fd;
	question->before = before;
	question->fn = fn;
	question->data = data;
	now = before;
	now.c_lflag |= ICANON | ISIG | ECHO;
	if (secret)
		now.c_lflag = (now.c_lflag & ~(tcflag_t)ECHO) | ECHONL;
	/* What was typed before the question is no answer to it. */
	tcsetattr(fd, TCSAFLUSH, &now);
	write_all(fd, text);
	write_all(fd, " ");
	question->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, question);
	return question;
}
