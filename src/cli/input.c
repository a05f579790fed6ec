/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#define CHUNK 65536

struct input {
	int fd;
	bool lines;
	input_fn fn;
	void *data;
	GString *text;  /* read and not told */
	guint64 offset; /* of its first byte */
	bool paused, ended;
	guint source;
};

static void watch(struct input *input);

static void end(struct input *input, GError *error)
{
	input->ended = true;
	g_clear_handle_id(&input->source, g_source_remove);
	input->fn(NULL, error, input->data);
	g_clear_error(&error);
}

/* Tells the first @length bytes and takes them and @skip more away. False: they are no text. */
static bool tell(struct input *input, gsize length, gsize skip)
{
	g_autofree char *text = g_strndup(input->text->str, length);
	gsize size = length;
	const char *bad;

	/* A NUL is no valid character to it either. */
	if (!g_utf8_validate_len(input->text->str, length, &bad)) {
		gsize at = (gsize)(bad - input->text->str);

		end(input,
		    g_error_new(G_IO_CHANNEL_ERROR, G_IO_CHANNEL_ERROR_FAILED,
				"standard input is no text: byte %" G_GUINT64_FORMAT " is %s",
				input->offset + at, *bad ? "not valid UTF-8" : "a NUL"));
		return false;
	}
	g_string_erase(input->text, 0, (gssize)(length + skip));
	input->offset += length + skip;
	while (size && strchr("\r\n", text[size - 1]))
		text[--size] = '\0';
	if (size)
		input->fn(text, NULL, input->data);
	return true;
}

static bool tell_lines(struct input *input)
{
	const char *newline;

	while (!input->paused && (newline = memchr(input->text->str, '\n', input->text->len)))
		if (!tell(input, (gsize)(newline - input->text->str), 1))
			return false;
	return true;
}

static void fail_size(struct input *input)
{
	if (input->lines)
		end(input,
		    g_error_new(G_IO_CHANNEL_ERROR, G_IO_CHANNEL_ERROR_FBIG,
				"the line at byte %" G_GUINT64_FORMAT " is longer than 1 MiB",
				input->offset));
	else
		end(input, g_error_new(G_IO_CHANNEL_ERROR, G_IO_CHANNEL_ERROR_FBIG,
				       "the text is longer than 1 MiB: --lines sends each line as "
				       "a message"));
}

/* Ends with what has no line end. */
static void finish(struct input *input)
{
	if (input->lines && !tell_lines(input))
		return;
	if (input->paused)
		return;
	if (input->text->len && !tell(input, input->text->len, 0))
		return;
	end(input, NULL);
}

/* True when there may be more. */
static bool read_some(struct input *input)
{
	gsize length = input->text->len;
	gssize n;

	g_string_set_size(input->text, length + CHUNK);
	n = read(input->fd, input->text->str + length, CHUNK);
	g_string_set_size(input->text, length + (gsize)MAX(n, 0));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n < 0)
		end(input, g_error_new(G_IO_CHANNEL_ERROR, G_IO_CHANNEL_ERROR_FAILED,
				       "cannot read standard input: %s", g_strerror(errno)));
	else if (!n)
		finish(input);
	return n > 0;
}

static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	struct input *input = data;

	if (!read_some(input)) {
		/* Paused at the end: the rest is told when it goes on. */
		input->source = 0;
		return G_SOURCE_REMOVE;
	}
	if (input->lines && !tell_lines(input))
		return G_SOURCE_REMOVE;
	if (input->text->len > INPUT_MAX && !input->paused) {
		fail_size(input);
		return G_SOURCE_REMOVE;
	}
	if (!input->paused)
		return G_SOURCE_CONTINUE;
	input->source = 0;
	return G_SOURCE_REMOVE;
}

static gboolean on_turn(void *data)
{
	struct input *input = data;

	input->source = 0;
	if (input->lines && !tell_lines(input))
		return G_SOURCE_REMOVE;
	if (!input->paused)
		watch(input);
	return G_SOURCE_REMOVE;
}

static void watch(struct input *input)
{
	if (!input->source && !input->ended)
		input->source = g_unix_fd_add(input->fd, G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL,
					      on_readable, input);
}

struct input *input_new(int fd, bool lines, input_fn fn, void *data)
{
	struct input *input = g_new0(struct input, 1);

	input->fd = fd;
	input->lines = lines;
	input->fn = fn;
	input->data = data;
	input->text = g_string_new(NULL);
	watch(input);
	return input;
}

void input_pause(struct input *input)
{
	input->paused = true;
}

void input_go_on(struct input *input)
{
	if (!input->paused || input->ended)
		return;
	input->paused = false;
	if (!input->source)
		input->source = g_idle_add(on_turn, input);
}

void input_free(struct input *input)
{
	if (!input)
		return;
	g_clear_handle_id(&input->source, g_source_remove);
	g_string_free(input->text, TRUE);
	g_free(input);
}
