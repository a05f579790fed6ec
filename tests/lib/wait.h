/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_WAIT_H
#define TESTS_LIB_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Waiting for events, never for time. Everything a test talks to (terminals, raw XMPP and
 * IRC peers, D-Bus) is a source of the default GLib main context, so that whichever of them
 * a test waits for, the others are served too and none of them blocks on a full buffer.
 */

/* How long a test waits before it gives up; PHEME_TEST_SLOW=n multiplies it. */
#define TEST_WAIT_MS 20000

typedef bool (*test_wait_fn)(void *data);

/* Iterates the default main context until ready(data) is true or ms milliseconds are over.
 * ready is asked first, and again after each event. Returns what ready said last. */
bool test_wait_until(test_wait_fn ready, void *data, unsigned int ms);

/* Serves what is ready in the default main context now, without waiting. */
void test_wait_drain(void);

/* Waits until the descriptor takes bytes; false when ms milliseconds are over. */
bool test_wait_writable(int fd, unsigned int ms);

/* Waits until a line of the file from the offset on holds text. Returns the offset after that
 * text, or -1 when ms milliseconds are over. The file need not exist yet, its directory must. */
ssize_t test_wait_file(const char *path, size_t offset, const char *text, unsigned int ms);

/* Waits until the process is gone, whoever started it, and reaps it when it is a child of
 * this one (status then holds what waitpid() said, else -1). status may be NULL. */
bool test_wait_exit(pid_t pid, int *status, unsigned int ms);

#endif
