/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_RELAY_H
#define LOCAL_RELAY_H

#include <glib.h>
#include <stdbool.h>

/*
 * Bytes between two sockets, moved by the kernel (splice) through pipes that are held only while
 * bytes are in them. Half-close and back-pressure pass through. Never blocks, and never works
 * longer than a turn, so that a full-speed stream leaves room for everything else.
 *
 * The end is told once: when both directions are closed, when one breaks, or when the limit of
 * bytes has passed.
 */

struct relay;

/* broken: an error, not an orderly close. The relay still exists and is to be freed. */
typedef void (*relay_end_fn)(struct relay *relay, bool broken, void *data);
typedef void (*relay_progress_fn)(struct relay *relay, guint64 bytes, void *data);

/* Takes over both sockets, which are made not to block. */
struct relay *relay_new(int a, int b, relay_end_fn on_end, void *data);

/* Only from a to b, and not more than limit bytes (G_MAXUINT64: until the end); progress, which
 * may be NULL, is told the sum after each turn that moved something. The end comes when all of
 * that has been written, or a has ended before. */
struct relay *relay_new_oneway(int a, int b, guint64 limit, relay_progress_fn on_progress,
			       relay_end_fn on_end, void *data);

/* Whether whoever is at the other end of a will send nothing more. */
bool relay_has_hung_up(const struct relay *relay);

/* Whether all that a (of_b: b) has sent has gone on, and nothing more comes. */
bool relay_has_passed(const struct relay *relay, bool of_b);
/* Told, from within a turn of the relay, when that has become so for a or b. */
typedef void (*relay_passed_fn)(void *data);
void relay_on_passed(struct relay *relay, relay_passed_fn fn);
/* Bytes that have passed from a to b. */
guint64 relay_get_bytes(const struct relay *relay);

/* Closes both sockets; tells nothing. NULL is ignored. */
void relay_free(struct relay *relay);

#endif
