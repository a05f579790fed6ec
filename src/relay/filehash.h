/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Checksums of files, computed in a thread. */

#include <stdbool.h>
#include <glib.h>

struct filehash;
struct job;

/* @hex in lower case, or NULL with @error. The filehash is still to be freed. */
typedef void (*filehash_fn)(const char *hex, const GError *error, void *data);

/* NULL and @error when it cannot begin. */
struct filehash *filehash_start(const char *path, GChecksumType type, filehash_fn fn, void *data,
				GError **error);
void filehash_free(struct filehash *hash); /* NULL is fine; @fn is not called any more */

/* For a thread: new hex of everything in @fd, NULL and @error when it cannot be read, NULL
 * without one when the job is cancelled. */
char *filehash_compute(int fd, GChecksumType type, struct job *job, GError **error);
