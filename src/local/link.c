/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/link.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK     16384u
#define KEEP_MAX  4096u /* of an empty buffer */
#define REFILL_MS 50

struct link {
	int refs;
	int fd;
	link_frame_fn on_frame;
	link_closed_fn on_closed;
	void *data;
	guint read_source, write_source, refill_source, fail_source;
	GByteArray *in;
	gsize in_used; /* bytes of in that have been taken */
	bool first;
	GQueue out; /* of GBytes */
	gsize out_offset, out_bytes;
	double frames, bytes; /* what may still come now */
	gint64 filled_at;
};

static gboolean on_readable(int fd, GIOCondition condition, void *data);

static void unref(struct link *link)
{
	if (--link->refs > 0)
		return;
	g_byte_array_unref(link->in);
	g_free(link);
}

static void stop_source(guint *source)
{
	if (*source)
		g_source_remove(*source);
	*source = 0;
}

static void shut(struct link *link)
{
	stop_source(&link->read_source);
	stop_source(&link->write_source);
	stop_source(&link->refill_source);
	stop_source(&link->fail_source);
	g_queue_clear_full(&link->out, (GDestroyNotify)g_bytes_unref);
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

static void end(struct link *link, const char *why)
{
	link_closed_fn on_closed = link->on_closed;

	if (link->fd < 0)
		return;
	shut(link);
	link->on_closed = NULL;
	if (on_closed)
		on_closed(link, why, link->data);
}

void link_free(struct link *link)
{
	if (!link)
		return;
	shut(link);
	link->on_frame = NULL;
	link->on_closed = NULL;
	unref(link);
}

/* --- the rate --- */

static void refill(struct link *link)
{
	gint64 now = g_get_monotonic_time();
	double seconds = (double)(now - link->filled_at) / G_USEC_PER_SEC;

	link->filled_at = now;
	link->frames = MIN(link->frames + seconds * LINK_FRAMES, LINK_FRAME_BURST);
	link->bytes = MIN(link->bytes + seconds * LINK_BYTES, LINK_BYTES);
}

static bool may_read(struct link *link)
{
	if (link->frames < 1 || link->bytes < 1)
		refill(link);
	return link->frames >= 1 && link->bytes >= 1;
}

static void watch(struct link *link)
{
	link->read_source = g_unix_fd_add(link->fd, G_IO_IN, on_readable, link);
}

static bool take_frames(struct link *link);

static gboolean on_refill(void *data)
{
	struct link *link = data;

	if (!may_read(link))
		return G_SOURCE_CONTINUE;
	link->refill_source = 0;
	link->refs++;
	if (take_frames(link) && link->fd >= 0 && !link->refill_source)
		watch(link);
	unref(link);
	return G_SOURCE_REMOVE;
}

/* Whoever says too much is not read for a while, and so held up by its own socket buffer. */
static void pause_reading(struct link *link)
{
	stop_source(&link->read_source);
	if (!link->refill_source)
		link->refill_source = g_timeout_add(REFILL_MS, on_refill, link);
}

/* --- reading --- */

static bool take_frame(struct link *link, const guint8 *body, guint32 length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) payload = NULL;
	enum frame_kind kind;

	if (!frame_decode(body, length, &kind, &payload, &error)) {
		end(link, error->message);
		return false;
	}
	link->first = false;
	link->frames--;
	link->bytes -= length;
	if (link->on_frame)
		link->on_frame(link, kind, payload, link->data);
	return link->fd >= 0;
}

/* How many bytes the frame at the head needs, with its length; 0 when it is too long. */
static gsize frame_need(struct link *link)
{
	guint32 length;

	if (link->in->len - link->in_used < sizeof length)
		return sizeof length;
	memcpy(&length, link->in->data + link->in_used, sizeof length);
	if (length == 0 || length > (link->first ? LINK_FIRST_MAX : FRAME_MAX))
		return 0;
	return sizeof length + length;
}

/* Hundreds of idle peers must not each keep room for their largest frame. */
static void drop_used(struct link *link)
{
	gsize used = link->in_used;

	link->in_used = 0;
	if (used == link->in->len && used > KEEP_MAX) {
		g_byte_array_unref(link->in);
		link->in = g_byte_array_new();
	} else {
		g_byte_array_remove_range(link->in, 0, (guint)used);
	}
}

/* False when the link has ended meanwhile. */
static bool take_frames(struct link *link)
{
	for (;;) {
		gsize left = link->in->len - link->in_used;
		gsize need = frame_need(link);
		const guint8 *body;

		if (need == 0) {
			end(link, "a frame of no allowed length");
			return false;
		}
		if (need <= sizeof(guint32) || left < need)
			break;
		if (!may_read(link)) {
			pause_reading(link);
			break;
		}
		body = link->in->data + link->in_used + sizeof(guint32);
		link->in_used += need;
		if (!take_frame(link, body, (guint32)(need - sizeof(guint32))))
			return false;
	}
	drop_used(link);
	return true;
}

/* The first frame is read exactly, all others as they come. */
static gsize wanted(struct link *link)
{
	gsize need = link->first ? frame_need(link) : 0;

	return need > link->in->len ? need - link->in->len : CHUNK;
}

static bool read_some(struct link *link)
{
	guint8 chunk[CHUNK];
	ssize_t n = recv(link->fd, chunk, wanted(link), MSG_DONTWAIT);

	if (n > 0)
		g_byte_array_append(link->in, chunk, (guint)n);
	if (n > 0)
		return take_frames(link);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	end(link, n == 0 ? "closed by the other side" : g_strerror(errno));
	return false;
}

static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	struct link *link = data;
	gboolean goes_on;

	link->refs++;
	goes_on = read_some(link) && link->read_source;
	if (!goes_on)
		link->read_source = 0;
	unref(link);
	return goes_on;
}

/* --- writing --- */

static gboolean on_failed(void *data)
{
	struct link *link = data;

	link->fail_source = 0;
	link->refs++;
	end(link, link->out_bytes > LINK_QUEUE_MAX ? "it does not read" : "broken");
	unref(link);
	return G_SOURCE_REMOVE;
}

static void fail_later(struct link *link)
{
	if (!link->fail_source)
		link->fail_source = g_idle_add_full(G_PRIORITY_HIGH, on_failed, link, NULL);
}

/* True when all is written. */
static bool flush(struct link *link)
{
	while (!g_queue_is_empty(&link->out)) {
		GBytes *bytes = g_queue_peek_head(&link->out);
		gsize size;
		const char *data = g_bytes_get_data(bytes, &size);
		ssize_t n = send(link->fd, data + link->out_offset, size - link->out_offset,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			fail_later(link);
		if (n < 0)
			return errno != EAGAIN;
		link->out_offset += (gsize)n;
		link->out_bytes -= (gsize)n;
		if (link->out_offset < size)
			continue;
		link->out_offset = 0;
		g_bytes_unref(g_queue_pop_head(&link->out));
	}
	return true;
}

static gboolean on_writable(int fd, GIOCondition condition, void *data)
{
	struct link *link = data;

	if (!flush(link))
		return G_SOURCE_CONTINUE;
	link->write_source = 0;
	return G_SOURCE_REMOVE;
}

bool link_send_bytes(struct link *link, GBytes *frame)
{
	if (link->fd < 0 || link->fail_source)
		return false;
	g_queue_push_tail(&link->out, g_bytes_ref(frame));
	link->out_bytes += g_bytes_get_size(frame);
	if (link->write_source) {
		if (link->out_bytes > LINK_QUEUE_MAX)
			fail_later(link);
	} else if (!flush(link)) {
		link->write_source = g_unix_fd_add(link->fd, G_IO_OUT, on_writable, link);
	}
	return !link->fail_source;
}

bool link_send(struct link *link, enum frame_kind kind, GVariant *payload)
{
	g_autoptr(GVariant) own = g_variant_ref_sink(payload);
	g_autoptr(GBytes) frame = frame_encode(kind, own);

	return frame && link_send_bytes(link, frame);
}

/* --- the object --- */

struct link *link_new(int fd, link_frame_fn on_frame, link_closed_fn on_closed, void *data)
{
	struct link *link = g_new0(struct link, 1);

	link->refs = 1;
	link->fd = fd;
	link->in = g_byte_array_new();
	link->first = true;
	link->frames = LINK_FRAME_BURST;
	link->bytes = LINK_BYTES;
	link->filled_at = g_get_monotonic_time();
	g_queue_init(&link->out);
	link_set_owner(link, on_frame, on_closed, data);
	watch(link);
	return link;
}

void link_set_owner(struct link *link, link_frame_fn on_frame, link_closed_fn on_closed, void *data)
{
	link->on_frame = on_frame;
	link->on_closed = on_closed;
	link->data = data;
}

int link_steal_fd(struct link *link)
{
	int fd = link->fd;

	link->fd = -1;
	shut(link);
	return fd;
}
