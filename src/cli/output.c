/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../store/paths.h"

#define TURN_BYTES (256 * 1024) /* at most, before others have their turn */
/* What comes soon after something was written is written together: of a flood of lines each would
 * cost a call of the kernel. */
#define TOGETHER_MS 5

/* A line with a tag is written when all up to @end is. */
struct mark {
	guint64 end;
	void *tag;
};

/* What waits is in @head, then in the file, then nowhere: while the file holds something, new
 * lines go behind it. */
struct output {
	int fd;
	const struct output_ops *ops;
	void *data;
	gsize chunk; /* that can be written without waiting, when poll() says so */
	GString *head;
	gsize head_done; /* bytes at its begin that are written */
	int file;        /* -1: none */
	gint64 file_done, file_size;
	guint64 added, written;
	GQueue marks; /* struct mark * */
	gint64 wrote; /* monotonic µs, the last time */
	guint source;
	bool wants_room; /* @source waits until something can be written */
	bool failed;
};

/* --- the file ----------------------------------------------------------------------------- */

static int open_nameless(void)
{
	g_autofree char *path = paths_file(PATHS_STATE, "output-XXXXXX");
	g_autofree char *temporary = g_build_filename(g_get_tmp_dir(), "pheme-XXXXXX", NULL);
	char *places[] = {path, temporary};

	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		int fd = g_mkstemp_full(places[i], O_RDWR | O_CLOEXEC, 0600);

		if (fd >= 0) {
			unlink(places[i]);
			return fd;
		}
	}
	return -1;
}

static void empty_file(struct output *output)
{
	output->file_done = output->file_size = 0;
	if (ftruncate(output->file, 0) < 0) {
		close(output->file);
		output->file = -1;
	}
}

static bool write_file(struct output *output, const char *bytes, gsize length)
{
	if (output->file_size + (gint64)length > OUTPUT_FILE_MAX)
		return false;
	if (output->file < 0)
		output->file = open_nameless();
	if (output->file < 0 ||
	    pwrite(output->file, bytes, length, output->file_size) != (ssize_t)length)
		return false;
	output->file_size += (gint64)length;
	return true;
}

/* The next part of it into memory, of which nothing is left. */
static void refill(struct output *output)
{
	gint64 left = output->file_size - output->file_done;
	gsize length = (gsize)MIN(left, OUTPUT_MEMORY_MAX / 4);
	ssize_t got;

	g_string_truncate(output->head, 0);
	output->head_done = 0;
	if (!length)
		return;
	g_string_set_size(output->head, length);
	got = pread(output->file, output->head->str, length, output->file_done);
	g_string_set_size(output->head, got > 0 ? (gsize)got : 0);
	output->file_done = got > 0 ? output->file_done + got : output->file_size;
	if (output->file_done == output->file_size)
		empty_file(output);
}

/* --- writing ------------------------------------------------------------------------------ */

static void watch(struct output *output);

static void fail(struct output *output, int number)
{
	if (output->failed)
		return;
	output->failed = true;
	g_clear_handle_id(&output->source, g_source_remove);
	output->ops->failed(number, output->data);
}

static void tell_written(struct output *output)
{
	struct mark *mark;

	while ((mark = g_queue_peek_head(&output->marks)) && mark->end <= output->written) {
		void *tag = mark->tag;

		g_free(g_queue_pop_head(&output->marks));
		output->ops->written(tag, output->data);
	}
}

static bool has_room(const struct output *output)
{
	struct pollfd poller = {.fd = output->fd, .events = POLLOUT};

	return poll(&poller, 1, 0) > 0 && poller.revents & (POLLOUT | POLLERR | POLLNVAL);
}

/* False: no more now. */
static bool write_chunk(struct output *output)
{
	gsize left = output->head->len - output->head_done;
	ssize_t n;

	if (!left)
		return false;
	n = write(output->fd, output->head->str + output->head_done, MIN(left, output->chunk));
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			fail(output, errno);
		return false;
	}
	output->head_done += (gsize)n;
	output->written += (guint64)n;
	if (output->head_done == output->head->len)
		refill(output);
	return true;
}

static gboolean on_room(int fd, GIOCondition condition, void *data)
{
	struct output *output = data;

	/* Nothing to write: somebody who reads no more is what it was called for. */
	if (output_is_empty(output)) {
		output->source = 0;
		fail(output, EPIPE);
		return G_SOURCE_REMOVE;
	}
	for (gsize n = 0; n < TURN_BYTES && has_room(output) && write_chunk(output);)
		n += output->chunk;
	output->wrote = g_get_monotonic_time();
	tell_written(output);
	if (output_is_empty(output) && !output->failed) {
		watch(output);
		output->ops->drained(output->data);
	}
	return G_SOURCE_CONTINUE;
}

static void watch_now(struct output *output)
{
	GIOCondition condition = G_IO_ERR | G_IO_HUP | G_IO_NVAL;

	if (output->wants_room)
		condition |= G_IO_OUT;
	output->source = g_unix_fd_add(output->fd, condition, on_room, output);
}

static gboolean on_together(void *data)
{
	watch_now(data);
	return G_SOURCE_REMOVE;
}

/* For room when there is something to write, else for the reader's end. */
static void watch(struct output *output)
{
	bool wants_room = !output_is_empty(output);

	if (output->failed || (output->source && output->wants_room == wants_room))
		return;
	g_clear_handle_id(&output->source, g_source_remove);
	output->wants_room = wants_room;
	if (wants_room && g_get_monotonic_time() - output->wrote < TOGETHER_MS * 1000)
		output->source = g_timeout_add(TOGETHER_MS, on_together, output);
	else
		watch_now(output);
}

/* @length: with the newline that is to be added. */
static bool keep(struct output *output, const char *line, gsize length)
{
	bool in_file = output->file_size > output->file_done ||
		       output->head->len - output->head_done + length > OUTPUT_MEMORY_MAX;

	if (in_file) {
		g_autofree char *ended = g_strconcat(line, "\n", NULL);

		return write_file(output, ended, length);
	}
	g_string_append_len(output->head, line, (gssize)length - 1);
	g_string_append_c(output->head, '\n');
	return true;
}

bool output_add(struct output *output, const char *line, void *tag)
{
	gsize length = strlen(line) + 1;

	if (output->failed || !keep(output, line, length)) {
		if (tag)
			output->ops->free_tag(tag);
		return false;
	}
	output->added += length;
	if (tag) {
		struct mark *mark = g_new(struct mark, 1);

		mark->end = output->added;
		mark->tag = tag;
		g_queue_push_tail(&output->marks, mark);
	}
	watch(output);
	return true;
}

void output_flush(struct output *output)
{
	while (!output->failed && has_room(output) && write_chunk(output))
		;
	tell_written(output);
	watch(output);
}

bool output_is_empty(const struct output *output)
{
	return output->added == output->written;
}

/* --- the whole ---------------------------------------------------------------------------- */

/* poll() promises no more than this for a pipe; a file always takes all. */
static gsize chunk_of(int fd)
{
	struct stat info;

	return !fstat(fd, &info) && S_ISREG(info.st_mode) ? 65536 : PIPE_BUF;
}

struct output *output_new(int fd, const struct output_ops *ops, void *data)
{
	struct output *output = g_new0(struct output, 1);

	output->fd = fd;
	output->ops = ops;
	output->data = data;
	output->chunk = chunk_of(fd);
	output->head = g_string_new(NULL);
	output->file = -1;
	watch(output);
	return output;
}

void output_free(struct output *output)
{
	struct mark *mark;

	g_clear_handle_id(&output->source, g_source_remove);
	while ((mark = g_queue_pop_head(&output->marks))) {
		output->ops->free_tag(mark->tag);
		g_free(mark);
	}
	if (output->file >= 0)
		close(output->file);
	g_string_free(output->head, TRUE);
	g_free(output);
}
