/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Connecting to a target without ever blocking: TCP, with names looked up in a thread and each
 * of their addresses tried in turn; Unix and abstract sockets; a program started with one end of
 * a socket pair as its input and output. A time limit covers all of it.
 */

#include <stdbool.h>
#include <glib.h>

struct address;
struct argv_values;
struct dial;
struct subprocess;

struct dial_setup {
	const struct address *target; /* everything here is only read while dialling begins */
	guint seconds;                /* limit; 0: none */
	/* A TCP socket that dial_reserve() made, to come from a port known before; -1: none.
	 * It is the dial's from then on. */
	int reserved;
	/* For programs: */
	const struct argv_values *values; /* NULL: nothing is filled in */
	char *const *environment;         /* "NAME=value", in addition to ours; NULL: none */
	bool keep_stderr;
	guint64 file_limit;
};

/* Called once, never from inside dial_start(), unless it is cancelled before. On success @fd is
 * the callee's, non-blocking and close-on-exec, and so is @program, which is NULL unless the
 * target is one. Else @fd is -1. The dial is gone after this. */
typedef void (*dial_fn)(int fd, struct subprocess *program, const GError *error, void *data);

struct dial *dial_start(const struct dial_setup *setup, dial_fn fn, void *data);
void dial_cancel(struct dial *dial); /* NULL is fine */

/* A socket bound to a port of 127.0.0.1 from which it will connect (access control "port" of
 * stream tubes). -1 and @error when there is none. */
int dial_reserve(guint16 *port, GError **error);
