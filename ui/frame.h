/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What curses writes for a frame reaches the terminal in one piece. The curses of today flush
 * their buffer after each move of the cursor: ten small writes or thirty for a frame, each of
 * which wakes the terminal, or makes a packet of its own on the way there, and shows half of it.
 * So curses are given a descriptor of their own, and during a frame that is a file in memory.
 */

#include <stdbool.h>
#include <stdio.h>

struct frame;

/* For the terminal at descriptor @terminal, which stays the caller's. NULL: there is no descriptor
 * to be had. */
struct frame *frame_new(int terminal);
void frame_free(struct frame *frame);
/* For newterm(); outside of a frame the terminal itself. */
FILE *frame_file(const struct frame *frame);
void frame_begin(struct frame *frame);
void frame_end(struct frame *frame);

/* Writes all of it, however long that takes. */
void frame_write(int fd, const char *bytes, size_t length);
