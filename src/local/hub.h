/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_HUB_H
#define LOCAL_HUB_H

#include <glib.h>
#include <stdbool.h>

/*
 * A bus among programs, for D-Bus tubes in rooms: each has a unique name, which no message of
 * another carries; messages go to the one they are for, all else to everybody (D-Bus
 * specification, Message Bus). The service's name stands for the program of whoever offered the
 * tube. Programs need not say Hello: their managers have said who they are.
 *
 * A program whose messages are malformed, or that lets too much pile up, loses its connection,
 * and nobody else notices. Descriptors do not pass.
 */

#define HUB_MESSAGE_MAX (32 << 20) /* bytes */
#define HUB_QUEUE_MAX   (64 << 20) /* that a program has yet to read */
#define HUB_CALLS_MAX   4096       /* that a program has yet to answer */

struct hub;

/* @service is owned by the program with the name @owner. */
struct hub *hub_new(const char *service, const char *owner);

/* Ends all connections. NULL is ignored. */
void hub_free(struct hub *hub);

/* Takes over fd, a socket on which messages begin: the program with this name. One that had it
 * before is gone. */
void hub_add(struct hub *hub, const char *name, int fd);

/* Whether a program has this name, and has not hung up. */
bool hub_has(struct hub *hub, const char *name);

/* Ends its connection when there is one. */
void hub_remove(struct hub *hub, const char *name);

#endif
