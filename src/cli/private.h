/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Private to src/cli: flags.c finds who does what a flag asks for, cli.c runs lines and single
 * commands, wait.c says when accounts are ready for the next one, front.c is what commands see of
 * it. */

#include "cli.h"
#include "tty.h"

/* --- flags that are not just a command: each does its task as cli_do() has it ------------- */

struct cli_files {
	const char *contact, *path; /* to send; or */
	const char *directory;      /* to receive into */
	unsigned count;             /* files to receive; 0: until a signal */
	bool quiet;                 /* nothing is said about waiting */
	unsigned timeout;           /* seconds until something is under way; 0: no limit */
};
/* Sends a file when the contact can take it, or receives what comes (files.c). */
int cli_move_files(struct session *session, const struct cli_files *files);

struct cli_tube { /* --tube-offer and --tube-accept; borrowed strings, NULL for none */
	bool accept;
	const char *contact, *service, *target;
	const char *listen, *command;
	bool stdio, direct, quiet;
	unsigned timeout; /* seconds until it is open; 0: no limit */
	unsigned count;   /* tubes that are accepted; 0: one */
};
/* Offers or accepts a tube (tube.c) and ends with it. */
int cli_tube(struct session *session, const struct cli_tube *tube);

/* --watch and --reply-with, --join beside --watch: stays online and prints what happens
 * (printer.c), or answers messages with a program (bot.c), or both (watch.c). */
int cli_watch(struct session *session, const struct cli_task *task);
/*
 * Runs the lines of --run in order, each when the one before it is done, up to the first that
 * fails.
 */
int cli_run(struct session *session, const struct cli_task *task);
/* Prints where accounts stand, or sets it (list.c). */
int cli_status(struct session *session, const struct cli_task *task);
/* Prints lists (list.c). */
int cli_list(struct session *session, const struct cli_task *task);
/* Print, search and export what was said (log.c). */
int cli_log(struct session *session, const struct cli_task *task);
int cli_log_search(struct session *session, const struct cli_task *task);
int cli_log_export(struct session *session, const struct cli_task *task);
/* Adds an account or changes one (account.c). */
int cli_account(struct session *session, const struct cli_task *task);
/* What shells complete with (completion.c). */
int cli_completion(struct session *session, const struct cli_task *task);
int cli_candidates(struct session *session, const struct cli_task *task);
/* Sends a message (send.c). */
int cli_send(struct session *session, const struct cli_task *task);
/* Runs the command that the flag is. */
int cli_command(struct session *session, const struct cli_task *task);

struct cli {
	struct front front; /* first: a front is cast to its cli */
	GMainLoop *loop;
	const struct cli_task *task;
	char **line; /* the one that is run, or is next; NULL: the task is one command */
	const struct cli_tube *tube; /* or NULL */
	struct tube_job *tube_job;
	struct mover *mover;                /* or NULL */
	struct chat *current;               /* that /query or /join opened; a reference */
	void *job;                          /* of a flag that is no command */
	void (*on_ending)(struct cli *cli); /* the job's last moment; or NULL */
	char *told;                         /* the last notice that was printed; or NULL */
	const char *waits_for;              /* for the line about the time being over; or NULL */
	int status;
	bool started, ending;
	bool broken; /* nobody reads stdout any more */
	bool quiet;  /* of --quiet */

	char *account;        /* the line is for this one only; or NULL */
	bool bus_known;       /* there is one, or it was said why not */
	bool waiting;         /* for accounts */
	guint turn, deadline; /* sources */

	struct tty_question *question;
	guint declining; /* source: answers a prompt that cannot be asked */
	front_answer_fn answer_fn;
	void *answer_data;
};

/* Runs the main loop from @begin to cli_end(). */
void cli_main(struct cli *cli, struct session *session, void (*begin)(struct cli *cli));
void cli_front_init(struct cli *cli, struct session *session);
void cli_front_clear(struct cli *cli);
/* Lets the lines go on, or end with @status, from the next turn of the main loop. */
void cli_end(struct cli *cli, int status);
/* From now on it may take --timeout, or 30 s. */
void cli_start_deadline(struct cli *cli);
/* …and takes as long as it takes: it has begun. */
void cli_under_way(struct cli *cli);
/* One line of trouble on stderr. */
void cli_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The same, unless a notice has just said it. */
void cli_complain_new(const struct cli *cli, const char *line);
/* Writes out what was printed; sees whether somebody still reads it. */
void cli_flush(struct cli *cli);

/* What would fail in any case must not wait for a tube: its exit status; 0: nothing is known. */
int tube_job_check(const struct cli_tube *tube);
struct tube_job *tube_job_new(struct cli *cli, const struct cli_tube *tube);
void tube_job_free(struct tube_job *job);

enum wait_result {
	WAIT_MORE,
	WAIT_READY,
	WAIT_FAILED,
};
/* Where the account @name, or all when it is NULL, have got to. */
enum wait_result wait_check(struct model *model, const char *name);
/*
 * Whom or what @name means, when accounts are ready. WAIT_MORE: nobody yet, but somebody who calls
 * himself so may come (@patient, and it cannot be an id); WAIT_FAILED: nobody, or it could be
 * several. Then an error tells.
 */
enum wait_result wait_find(struct session *session, const char *name, bool patient,
			   struct session_target *target, GError **error);
/* Has a notice just said why it is not online? */
bool wait_has_told(const struct cli *cli, const struct account *account);
/* Says where those stand that have got so far, and why; but not what was just told. */
void wait_complain(const struct cli *cli, const char *name, enum wait_result result);
