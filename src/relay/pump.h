/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * One direction of a connection: bytes from one descriptor to another, through a pipe with
 * splice(2), or through a bounded buffer where splice is impossible (terminals, files opened to
 * append) or no pipe can be had. Nothing new is read before everything read was written: that is
 * the back-pressure. Holds a pipe or a buffer only while bytes are in flight.
 *
 * Descriptors are non-blocking. Readiness is remembered until a call says EAGAIN, as
 * edge-triggered epoll wants.
 */

#include <stdbool.h>
#include <glib.h>
#include "pipes.h"

struct pump {
	int from, to; /* borrowed */
	bool readable, writable;
	bool copies;  /* splice cannot be used */
	bool ended;   /* @from has no more */
	bool broken;  /* @to takes no more */
	bool writing; /* what failed */
	int failure;  /* errno; 0: nothing failed */
	struct pipe_pair pipe;
	char *buffer;
	gsize start, held; /* bytes in flight; start is into buffer */
	guint64 bytes;     /* written so far */
};

void pump_init(struct pump *pump, int from, int to);
void pump_clear(struct pump *pump, struct pipes *pipes);
/* Moves what can be moved without waiting, up to a limit. True: there may be more to do. */
bool pump_turn(struct pump *pump, struct pipes *pipes);
/* Everything was written, or nothing more can be. */
bool pump_is_over(const struct pump *pump);
