/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Pipes for splice(2), kept for use again. A pipe is taken only while bytes are in it and given
 * back empty: what all pipes of a user may hold together is limited (pipe-user-pages-soft), past
 * 1,024 of them they shrink. So few are handed out; who gets none copies.
 */

#include <stdbool.h>
#include <glib.h>

struct pipes;

struct pipe_pair {
	int read, write; /* -1: none */
};

struct pipes *pipes_new(void);
void pipes_free(struct pipes *pipes); /* every pipe was given back before */
/* False when there are too many already, or no descriptors. */
bool pipes_take(struct pipes *pipes, struct pipe_pair *pair);
/* @empty false: closes it, with what is in it. Sets @pair to none. */
void pipes_give(struct pipes *pipes, struct pipe_pair *pair, bool empty);
/* How many bytes one holds. */
gsize pipes_size(const struct pipes *pipes);
unsigned pipes_taken(const struct pipes *pipes);
