/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Writes one JSON object on one line, key by key. Keys are ours and plain; values may be any
 * bytes: what is no UTF-8 becomes U+FFFD, and control characters, bidirectional controls and
 * line separators are escaped, so that the line is one line and safe on a terminal.
 */

#include <stdbool.h>
#include <glib.h>

struct record;

struct record *record_new(void);
/* @text NULL: null. */
void record_put(struct record *record, const char *key, const char *text);
/* The same for texts of the model, which have "" for what there is not. */
void record_put_known(struct record *record, const char *key, const char *text);
void record_put_bool(struct record *record, const char *key, bool value);
void record_put_number(struct record *record, const char *key, gint64 value);
/* @list: ends with NULL; NULL: an empty one. */
void record_put_list(struct record *record, const char *key, const char *const *list);
/* Frees it and returns the line, without a newline. */
char *record_end(struct record *record);
