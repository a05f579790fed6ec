/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_LINK_H
#define LOCAL_LINK_H

#include "src/local/frame.h"

/*
 * A connected socket that carries frames. Reading is limited to a rate: a peer that says more
 * waits in its own socket buffer. Writing never blocks: what a slow peer does not take is queued
 * up to a limit, and beyond it the link ends. The first frame is read to its last byte and no
 * further, so that the socket can be taken over for something else.
 *
 * Each link ends exactly once, by link_free() of the owner or by a call of its closed function,
 * after which only link_free() may follow. Both functions may free the link.
 */

#define LINK_QUEUE_MAX   (2u << 20)
#define LINK_FIRST_MAX   4096u /* of the first frame */
#define LINK_FRAMES      1000  /* a second */
#define LINK_FRAME_BURST 4000
#define LINK_BYTES       (8 << 20) /* a second, and at once */

struct link;

typedef void (*link_frame_fn)(struct link *link, enum frame_kind kind, GVariant *payload,
			      void *data);
typedef void (*link_closed_fn)(struct link *link, const char *why, void *data);

/* Takes over fd, a connected socket that does not block. */
struct link *link_new(int fd, link_frame_fn on_frame, link_closed_fn on_closed, void *data);

/* Closes the socket; what is queued is lost. NULL is ignored. */
void link_free(struct link *link);

/* Other receivers from now on. */
void link_set_owner(struct link *link, link_frame_fn on_frame, link_closed_fn on_closed,
		    void *data);

/* Queues a frame; false when it is too long or the link has ended. A queue that overflows ends
 * the link, from an idle. payload is consumed when floating. */
bool link_send(struct link *link, enum frame_kind kind, GVariant *payload);

/* The same for a frame encoded before, for one that goes to many. */
bool link_send_bytes(struct link *link, GBytes *frame);

/* Hands the socket over, from within the call for the first frame. The link carries nothing from
 * then on and must be freed. */
int link_steal_fd(struct link *link);

#endif
