/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_USERS_H
#define TESTS_LIB_USERS_H

#include "tests/lib/pheme.h"

/*
 * Several users on this computer, each with a home, a bus and telepathy-local of their own, who
 * meet in a directory of the test. Their phemes run without a screen and go on until they end by
 * themselves or by a signal; what one says is in its log. NAME is a directory of the world and
 * the nickname at once.
 */

/* Arguments of a pheme, ended by NULL. */
#define USERS_ARGS(...) ((char *[]){__VA_ARGS__, NULL})

/* For cmocka: *state becomes a struct pheme_world without a bus. */
int users_setup(void **state);
int users_teardown(void **state);

/* more: further lines of the account ("autojoin=#hall\n"), or "". */
void users_add(struct pheme_world *w, const char *name, const char *more);

/* What belongs to a user, "NAME=value" each: for programs that are started as theirs. g_strfreev().
 * more: one more of these, or NULL. */
GStrv users_environment(struct pheme_world *w, const char *name, const char *more);

/* Starts a pheme. Its log begins anew. more is as above. */
pid_t users_start(struct pheme_world *w, const char *name, const char *more, char **args);

/* Runs any program as a user to its end, with no input. Returns the exit status; out and err, which
 * may be NULL, are freed with g_free(). */
int users_run(struct pheme_world *w, const char *name, char **argv, char **out, char **err);

/* All that the pheme has said so far. g_free(). */
char *users_said(struct pheme_world *w, const char *name);

/* Waits until it has said this text; returns what follows up to the end of the line. g_free(). */
char *users_wait_said(struct pheme_world *w, const char *name, const char *text);

/* Waits for the end, and checks the exit status. */
void users_wait_exit(pid_t pid, int status);

/* SIGTERM, and all that a pheme has to do with that. */
void users_stop(pid_t pid);

/* No socket of a tube is left, and no program in the user's name that is no part of a session. */
void users_check_clean(struct pheme_world *w, const char *name);

/* Number of open descriptors of a process. */
unsigned users_count_fds(pid_t pid);

#endif
