/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_HANDLER_H
#define LOCAL_HANDLER_H

#include <dbus/dbus-glib.h>
#include <telepathy-glib/telepathy-glib.h>

/*
 * The client whose program is at our end of a tube or a file. One that dies leaves behind a
 * channel with sockets that nobody serves; the other side would wait for it for ever. So the
 * channel is told once the client has left the bus, and ends.
 */

typedef void (*handler_gone_fn)(TpBaseChannel *channel);
/* The caller of this method handles the channel from now on. */
void handler_watch(TpBaseChannel *channel, DBusGMethodInvocation *context, handler_gone_fn on_gone);

#endif
