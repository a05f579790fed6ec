/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_PHEME_H
#define TESTS_LIB_PHEME_H

#include "tests/lib/env.h"
#include "tests/lib/fixture.h"
#include "tests/lib/screen.h"

/*
 * The program itself, build/pheme, on a terminal in a world of its own, as a user has it: what
 * a test does is written into files, typed, or said by a peer; what it checks is on the screen,
 * in the history, or at the peer. All that a test starts is ended by pheme_teardown().
 *
 * A place is a directory of the world that holds HOME and the XDG directories of another user
 * ("bob"); NULL is the world's own.
 */

struct pheme_world {
	struct test_env *env;
	struct fixture *fixture;  /* the scriptable manager, made by pheme_use_fixture() */
	GPtrArray *screens;       /* struct screen *, owned */
	pid_t second_bus;         /* 0: none */
	char *second_bus_address; /* NULL: none */
};

struct pheme_options {
	const char *program; /* NULL: build/pheme */
	const char *place;
	const char *bus; /* address; NULL: the world's */
	int rows, cols;
	const char *term;
	const char *locale;      /* LC_ALL; NULL: C.UTF-8 */
	const char *const *args; /* after the program's name, ended by NULL */
	const char *shell;       /* started by this script of sh, which ends in: exec "$@" */
};

/* For cmocka: *state becomes a struct pheme_world. */
int pheme_setup(void **state);
int pheme_teardown(void **state);

void pheme_use_fixture(struct pheme_world *w);

/* Address of a second bus, with managers of its own; started when first asked for. */
const char *pheme_second_bus(struct pheme_world *w);

/* --- files --- */

/* Path of the program. g_free(). */
char *pheme_program(void);

/* Path below a place, such as "config/pheme/accounts.conf". g_free(). */
char *pheme_path(struct pheme_world *w, const char *place, const char *relative);

/* An enabled account, added to accounts.conf: of the world's prosody through haze, of its
 * ngircd through idle, of the fixture. more: further lines ("autojoin=#dev\n"), or "". Without
 * password (NULL) it is asked for. */
void pheme_add_haze(struct pheme_world *w, const char *place, const char *name, const char *user,
		    const char *password, const char *more);
void pheme_add_idle(struct pheme_world *w, const char *place, const char *name, const char *nick,
		    const char *more);
void pheme_add_fixture(struct pheme_world *w, const char *place, const char *name,
		       const char *account, const char *more);

/* The first column of all rows of a query on a place's history, NULL-ended; g_strfreev(). */
GStrv pheme_history(struct pheme_world *w, const char *place, const char *sql);

/* Waits until the first column of the first row is this text. */
void pheme_wait_history(struct pheme_world *w, const char *place, const char *sql,
			const char *text);

/* --- running --- */

/* Starts it. options may be NULL. Does not wait for the screen. */
struct screen *pheme_start(struct pheme_world *w, const struct pheme_options *options);

/* Starts it and waits until this text is on the screen. */
struct screen *pheme_start_until(struct pheme_world *w, const struct pheme_options *options,
				 const char *text);

/* /quit: checks the exit status, the terminal, and frees the screen. */
void pheme_quit(struct pheme_world *w, struct screen *screen);

/* SIGKILL; frees the screen. */
void pheme_kill(struct pheme_world *w, struct screen *screen);

/* Runs it without a terminal to its end. Returns the exit status; out and err (may be NULL) are
 * freed with g_free(). */
int pheme_run(struct pheme_world *w, const struct pheme_options *options, char **out, char **err);

/* The same, with all that came of it in one. */
struct outcome {
	int status;
	char *out, *err;
};

struct outcome pheme_outcome(struct pheme_world *w, const struct pheme_options *options);
void outcome_clear(struct outcome *outcome);
/* Fails the test with what came of it. */
void outcome_fail(const struct outcome *outcome);

/* How many rows of the screen hold text. */
int pheme_count_rows(struct screen *screen, const char *text);
/* Waits until that many do: a frame comes in several pieces. */
void pheme_wait_rows(struct screen *screen, const char *text, int count);

/* Number of times that text occurs in the whole of another. */
int pheme_count(const char *whole, const char *text);

#endif
