/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Shared by keyfile.c, which reads, and keyfile_write.c, which changes and saves. */

#include <sys/types.h>
#include "keyfile.h"

struct keyfile {
	char *path, *name; /* name: for messages */
	char *text;        /* the file as it is, NULL when it could not be read; wiped */
	gsize length;
	GKeyFile *keys;
	GHashTable *lines; /* "group" or "group\nkey" → line */
	mode_t mode;       /* 0: there is no file */
	unsigned broken;   /* first line that was left out; 0: none */
	bool unreadable;
};

/* Makes @text (taken over; not terminated) what is in the file. */
void keyfile_take_text(struct keyfile *file, char *text, gsize length, GPtrArray *problems);
void keyfile_wipe(char *bytes, gsize length);
