/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_WEB_H
#define TESTS_LIB_WEB_H

#include <glib.h>
#include <stdbool.h>

/*
 * A small web server, and who fetches from it: GET /SIZE answers with so many bytes, which the
 * fetching side knows. Both work in threads of their own, for a test blocks while it fetches.
 */

struct web;

/* On a free port of this computer. */
struct web *web_start(void);
/* NULL is ignored. */
void web_stop(struct web *web);
guint16 web_port(const struct web *web);

/* True when exactly these bytes came from a port of this computer, within 20 s. */
bool web_fetch(guint port, guint32 size);

/* The same for several at once; returns how many came right. */
unsigned web_fetch_many(guint port, guint32 size, unsigned count);

#endif
