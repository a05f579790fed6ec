/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_FILES_H
#define LOCAL_FILES_H

#include "src/local/connection.h"

#include <stdbool.h>

/*
 * Channel.Type.FileTransfer with a contact. The manager opens no file: each client writes to or
 * reads from a socket. Whoever receives opens a connection to the sender's manager, from the
 * offset it wants.
 */

#define FILES_OFFERS_MAX 64 /* by one contact, not ended */

/* What a request for such a channel may say besides its class. */
extern const char *const files_allowed[];

GType local_files_get_type(void);
LocalFiles *files_new(LocalConnection *connection);

void files_frame(LocalFiles *files, struct contact *contact, enum frame_kind kind,
		 GVariant *payload);

/* See tubes_stream(). */
bool files_stream(LocalFiles *files, struct contact *contact, guint64 stream, int fd);

void files_contact_gone(LocalFiles *files, struct contact *contact);

#endif
