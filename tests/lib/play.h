/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_PLAY_H
#define TESTS_LIB_PLAY_H

#include "screen.h"

/*
 * The screen on a stage (tests/stage): the real front end, whose network is what the test
 * writes. The test runs in a world of its own (env.h).
 */

struct play;

/* NULL options as for screen_new(). Waits for the first frame unless it is too small for it. */
struct play *play_new(const struct screen_options *options);
void play_free(struct play *play);
struct screen *play_screen(struct play *play);
/* One line of the play, see tests/stage/perform.c; printf-like. */
void play_act(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Where bytes are counted, the clock must not be drawn meanwhile: if it is to change soon, waits until
 * it has. */
void play_wait_clock(struct play *play);
/* Serves events until nothing was written for 150 ms, then tells how many bytes were since. */
size_t play_settle(struct play *play);

#endif
