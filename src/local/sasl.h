/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_SASL_H
#define LOCAL_SASL_H

#include <stdbool.h>

/*
 * The server's part of how a D-Bus connection begins (D-Bus specification, Authentication
 * Protocol), for a program of our own user: EXTERNAL, no descriptors. After BEGIN the socket
 * carries messages only, and not a byte of those has been read: they can be passed on as they
 * are.
 */

struct sasl;

/* Called once; fd is the receiver's, -1 when that was no D-Bus client of ours. */
typedef void (*sasl_fn)(struct sasl *sasl, int fd, void *data);

/* Takes over fd, which must be a Unix socket whose other end was found to be ours. */
struct sasl *sasl_new(int fd, sasl_fn on_done, void *data);
void sasl_free(struct sasl *sasl);

#endif
