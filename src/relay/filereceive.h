/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Receiving a file into a directory, in two steps. filereceive_new() opens the partial file,
 * "NAME.1a2b3c4d.part" with a number made from who sends what, and says from where on the rest
 * is wanted; filereceive_run() takes it from a socket in a thread of its own. Only what is
 * whole, on the disk (fsync) and stamped with its time gets its name, never one that is taken.
 * A partial file stays when the transfer breaks, to be resumed by the next one from the same
 * sender, of the same name, size, date and hash; an empty one does not stay.
 */

#include <stdbool.h>
#include <glib.h>

#define FILERECEIVE_SIZE_UNKNOWN G_MAXUINT64

struct filereceive;

struct filereceive_setup {
	const char *directory;
	const char *name;   /* as it was sent: cleaned here (filename.h) */
	const char *sender; /* part of what makes a transfer the same */
	guint64 size;       /* or FILERECEIVE_SIZE_UNKNOWN */
	gint64 date;        /* seconds since 1970; 0: unknown, the file has the time of now */
	bool has_hash;
	GChecksumType hash_type;
	const char *hash; /* hex, in either case */
};

enum filereceive_hash {
	FILERECEIVE_HASH_NONE, /* nothing to compare with */
	FILERECEIVE_HASH_SAME,
	FILERECEIVE_HASH_DIFFERS, /* the file is there, and damaged */
};

struct filereceive_operations {
	/* @bytes there so far, the offset included; ten times a second at most. */
	void (*progress)(guint64 bytes, void *data);
	/* Once. @path of the file, or NULL and @error. */
	void (*done)(const char *path, enum filereceive_hash hash, const GError *error, void *data);
};

/* Everything of @setup is copied. NULL and @error: no permission, not enough free space, or
 * another transfer writes to the same file. */
struct filereceive *filereceive_new(const struct filereceive_setup *setup, GError **error);
/* How much is there already. */
guint64 filereceive_offset(const struct filereceive *receive);
/* Cleaned, without the directory; borrowed. */
const char *filereceive_name(const struct filereceive *receive);
/* Once. What comes from @socket, which is taken, is written from @offset on: filereceive_offset()
 * or less, as the sender agreed. False and @error when it cannot begin. */
bool filereceive_run(struct filereceive *receive, int socket, guint64 offset,
		     const struct filereceive_operations *operations, void *data, GError **error);
/* Stops it. @discard: removes what is not complete. NULL is fine. */
void filereceive_free(struct filereceive *receive, bool discard);
