/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Idle takes a message and answers at once. What is longer than a line of IRC it cuts, at the end
 * of a character; its lines go out one in two seconds, and those that wait when it is told to
 * disconnect are lost. So we wait as long as they take, and then for the answer to a question to
 * the server about ourselves. Idle asks the same when it has connected, and takes the answer to
 * that for ours: on a new connection we ask twice. The last user of a connection waits for what the
 * others sent, too: until when it is busy is in a file that all of them have in common.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "private.h"

#define ANSWER_MS  20000
#define RECORD_MAX 512
#define LOCK_TRIES 10
#define LINE_BYTES 380 /* that idle puts in a line, at least */
#define LINE_US    (2200 * 1000)
#define REST_US    (10 * G_USEC_PER_SEC) /* after which nothing can be waiting any more */
#define NEW_US     (20 * G_USEC_PER_SEC) /* after which idle's own question was answered */

static bool queues_lines(const struct conn *conn)
{
	return !strcmp(conn->manager, "idle") && conn_has_interface(conn, TP_CONN_INFO);
}

/* --- until when it is busy ---------------------------------------------------------------- */

static int open_record(const struct conn *conn)
{
	g_autofree char *name = g_uri_escape_string(conn->account->name, " ", FALSE);
	g_autofree char *path = g_strdup_printf("%s/busy-%s", conn->tp->runtime_dir, name);

	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* "PATH TIME": of this connection, or of one before it, which does not matter any more. */
static gint64 read_record(const struct conn *conn, int fd)
{
	char record[RECORD_MAX + 1];
	gssize n = fd < 0 ? 0 : pread(fd, record, RECORD_MAX, 0);
	const char *time;

	record[MAX(n, 0)] = '\0';
	time = strchr(record, ' ');
	if (!time || strlen(conn->path) != (gsize)(time - record) ||
	    !g_str_has_prefix(record, conn->path))
		return 0;
	return g_ascii_strtoll(time + 1, NULL, 10);
}

static gint64 busy_until(const struct conn *conn)
{
	int fd = open_record(conn);
	gint64 recorded = read_record(conn, fd);

	if (fd >= 0)
		close(fd);
	return MAX(recorded, conn->busy_until);
}

static void add_busy(struct conn *conn, gint64 us)
{
	g_autofree char *record = NULL;
	int fd = open_record(conn);
	bool locked = false;

	/* Others have it for a moment; one who is stopped in it is not waited for. */
	for (int i = 0; fd >= 0 && !locked && i < LOCK_TRIES; i++)
		locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
	conn->busy_until =
		MAX(MAX(read_record(conn, fd), conn->busy_until), g_get_monotonic_time()) + us;
	if (fd < 0)
		return;
	record = g_strdup_printf("%s %" G_GINT64_FORMAT "\n", conn->path, conn->busy_until);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, record, strlen(record), 0) < 0)
		g_debug("cannot note that %s is busy", conn->path);
	close(fd);
}

/* --- lines -------------------------------------------------------------------------------- */

void conn_note_sent(struct conn *conn, const char *text)
{
	gint64 lines = 1 + (gint64)(strlen(text) / LINE_BYTES);

	for (const char *s = text; (s = strchr(s, '\n')); s++)
		lines++;
	if (queues_lines(conn))
		add_busy(conn, lines * LINE_US);
}

bool conn_needs_flush(const struct conn *conn)
{
	return conn->stage == CONN_ONLINE && queues_lines(conn) &&
	       g_get_monotonic_time() < busy_until(conn) + REST_US;
}

static void on_answer(struct bus_reader *reply, const GError *error, void *data);

static void ask(struct conn *conn)
{
	struct bus_call *call = conn_call(conn, TP_CONN_INFO, "RequestContactInfo");

	bus_write_uint32(bus_call_args(call), conn->self_handle);
	bus_call_send(call, ANSWER_MS, on_answer, conn);
}

static void on_answer(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;

	/* An error is an answer too. */
	if (--conn->flush_questions)
		ask(conn);
	else
		conn->flush_done(NULL, conn->flush_data);
}

static gboolean on_lines_out(void *data)
{
	struct conn *conn = data;
	bool new = g_get_monotonic_time() - conn->online_since < NEW_US;

	conn->flush_timer = 0;
	conn->flush_questions = new ? 2 : 1;
	ask(conn);
	return G_SOURCE_REMOVE;
}

void conn_flush(struct conn *conn, tp_done_fn done, void *data)
{
	/* The last line goes out at the begin of its time. */
	gint64 wait = busy_until(conn) - LINE_US - g_get_monotonic_time();

	conn->flush_done = done;
	conn->flush_data = data;
	conn->busy_until = 0;
	g_clear_handle_id(&conn->flush_timer, g_source_remove);
	conn->flush_timer = g_timeout_add((guint)(MAX(wait, 0) / 1000), on_lines_out, conn);
}
