/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * --watch: what happens, printed to stdout as it comes, as text or as JSON. It is the session's
 * reader: a message is confirmed when its line was written. Never waits for who reads stdout
 * (output.h).
 */

#include "whom.h"

struct printer;

struct printer_options {
	bool json;
	bool color;              /* names in lines of text */
	const struct whom *whom; /* only of this contact or room */
	unsigned count;          /* messages; 0: without end */
	/* All that is to be printed is written: @count messages, or nobody reads any more (@error
	 * errno, EPIPE). */
	void (*ended)(int number, void *data);
	void *data;
};

/* @options is copied, its strings are not. */
struct printer *printer_new(struct session *session, const struct printer_options *options);
void printer_free(struct printer *printer);
/* Writes now what waits to be written; NULL is ignored. */
void printer_flush(struct printer *printer);
/* Prints what nobody has read, marks it as read as it is written, then calls @done (with the
 * error, or NULL). Before the session starts; and again when all that waits at the managers was
 * told (@last), for what another pheme took in between. */
void printer_print_unread(struct printer *printer, bool last, session_done_fn done, void *data);
