/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Lines on their way to a file descriptor that somebody else reads, perhaps slowly, perhaps not
 * at all. Never waits: what is not taken yet is kept in memory up to a bound, and beyond that in
 * a file without a name, up to another. Tells, in order, which lines were written.
 */

#include <stdbool.h>
#include <glib.h>

#define OUTPUT_MEMORY_MAX (1024 * 1024)
#define OUTPUT_FILE_MAX   (64 * 1024 * 1024)

struct output;

struct output_ops {
	/* The line that was given with @tag is written; takes the tag. Not told for NULL. */
	void (*written)(void *tag, void *data);
	/* Nothing more can be written, because of @number (errno; EPIPE: the reader is gone). Told
	 * once; lines that are given later are dropped. */
	void (*failed)(int number, void *data);
	/* All that was given is written. */
	void (*drained)(void *data);
	GDestroyNotify free_tag;
};

struct output *output_new(int fd, const struct output_ops *ops, void *data);
/* What was not written is dropped. */
void output_free(struct output *output);
/* Takes @tag. False: it was dropped, as there is no room for it, and its tag was freed. */
bool output_add(struct output *output, const char *line, void *tag);
/* Writes now what there is room for, instead of with what else comes soon. */
void output_flush(struct output *output);
bool output_is_empty(const struct output *output);
