/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A program at the end of a tube: started with words, never through a shell, in a process group
 * of its own, with default signals and the limit of open files it would have had without us.
 * Reaped on the default main context.
 */

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>

struct program;

struct program_setup {
	char *const *argv;        /* argv[0] is looked for in PATH */
	char *const *environment; /* "NAME=value" in addition to ours; NULL: none */
	int input, output;        /* borrowed; -1: /dev/null */
	bool keep_stderr;         /* else it goes to /dev/null: the terminal may be a screen */
	guint64 file_limit;       /* soft limit of open files; 0: ours */
};

/* @status as waitpid() gives it. The program may be freed in here, and has to be some time. */
typedef void (*program_exit_fn)(struct program *program, int status, void *data);

/* NULL and @error when it cannot be started. @fn may be NULL. */
struct program *program_start(const struct program_setup *setup, program_exit_fn fn, void *data,
			      GError **error);
/* Whom to tell instead; when it has exited already, nobody is: see program_status(). */
void program_on_exit(struct program *program, program_exit_fn fn, void *data);
bool program_is_running(const struct program *program);
/* Of one that exited, as waitpid() gives it. */
int program_status(const struct program *program);
pid_t program_pid(const struct program *program);
/* Asks its group to end, and kills it two seconds later; @fn tells when it did. */
void program_stop(struct program *program);
/* Kills its group when it still runs; @fn is not called any more. NULL is fine. */
void program_free(struct program *program);
/* For people: "ended with status 3", "was ended by signal 9 (Killed)"; to be freed. */
char *program_describe(int status);
