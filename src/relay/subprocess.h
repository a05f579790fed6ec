/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A program at the end of a tube: started with words, never through a shell, in a process group
 * of its own (but see attended), with default signals and the limit of open files it would have
 * had without us. Reaped on the default main context.
 */

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>

struct subprocess;

struct subprocess_setup {
	char *const *argv;        /* argv[0] is looked for in PATH */
	char *const *environment; /* "NAME=value" in addition to ours; NULL: none */
	int input, output;        /* borrowed; -1: /dev/null */
	bool attended;            /* has our input and output, and the keys; both are -1 */
	bool keep_stderr;         /* else it goes to /dev/null: the terminal may be a screen */
	guint64 file_limit;       /* soft limit of open files; 0: ours */
};

/* @status as waitpid() gives it. The program may be freed in here, and has to be some time. */
typedef void (*subprocess_exit_fn)(struct subprocess *program, int status, void *data);

/* NULL and @error when it cannot be started. @fn may be NULL. */
struct subprocess *subprocess_start(const struct subprocess_setup *setup, subprocess_exit_fn fn,
				    void *data, GError **error);
/* Whom to tell instead; when it has exited already, nobody is: see subprocess_status(). */
void subprocess_on_exit(struct subprocess *program, subprocess_exit_fn fn, void *data);
bool subprocess_is_running(const struct subprocess *program);
/* Of one that exited, as waitpid() gives it. */
int subprocess_status(const struct subprocess *program);
pid_t subprocess_pid(const struct subprocess *program);
/* Asks its group to end, and kills it two seconds later; @fn tells when it did. */
void subprocess_stop(struct subprocess *program);
/* Kills its group when it still runs, or asks it to end where it has the terminal; @fn is not called any more. NULL is fine. */
void subprocess_free(struct subprocess *program);
/* For people: "ended with status 3", "was ended by signal 9 (Killed)"; to be freed. */
char *subprocess_describe(int status);
