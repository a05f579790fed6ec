/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_FILE_H
#define LOCAL_FILE_H

#include "src/local/connection.h"

#include <stdbool.h>

/*
 * Channel.Type.FileTransfer, one file going one way. Bytes go from the sending program's socket
 * through the two managers to the receiving one's; as many as were announced, from the offset
 * on. It is completed when the receiving program's socket has taken all of them.
 */

typedef struct _LocalFile LocalFile;

GType local_file_get_type(void);

/* What is known of a file from the start. */
struct file_info {
	char *name, *type, *hash, *description;
	guint64 size; /* G_MAXUINT64: unknown */
	gint64 date;
	guint hash_type;
};

void file_info_clear(struct file_info *info);

/* info is taken over. */
LocalFile *file_new(LocalConnection *connection, TpHandle contact, bool requested, guint64 stream,
		    struct file_info *info);

guint64 file_get_stream(LocalFile *file);
bool file_is_ours(LocalFile *file);
TpHandle file_get_contact(LocalFile *file);
bool file_has_ended(LocalFile *file);

/* The offer of one of ours. */
GVariant *file_offer(LocalFile *file);

/* The receiver wants it from an offset on. */
void file_accepted(LocalFile *file, guint64 offset);

/* The receiver's connection is there; takes fd over. */
void file_connected(LocalFile *file, int fd);

/* The other side says that it is done (0) or gives up. */
void file_remote_end(LocalFile *file, guint reason);

#endif
