/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The front end without a screen: runs command lines or answers messages with a program,
 * prints to stdout and stderr, asks for passwords on the controlling terminal. */

#include "../session/session.h"

/*
 * Runs the lines of --run in order, each when the one before it is done, up to the first that
 * fails; then stops the session (which the caller frees). Starts it first if a line needs the
 * bus. Runs a main loop. Returns the exit status of interface.md.
 */
int cli_run(struct session *session, char **run_lines);
/*
 * Stays online and answers each message of a contact with what the program @argv prints when
 * it is given the text (bot.c), until a signal ends it. The rest is as above.
 */
int cli_reply(struct session *session, char **argv);

struct cli_files {
	const char *contact, *path; /* to send; or */
	const char *directory;      /* to receive into */
	unsigned count;             /* files to receive; 0: until a signal */
	unsigned timeout;           /* seconds until something is under way; 0: no limit */
};
/* Sends a file when the contact can take it, or receives what comes (files.c). */
int cli_move_files(struct session *session, const struct cli_files *files);
struct cli_tube { /* --tube-offer and --tube-accept; borrowed strings, NULL for none */
	bool accept;
	const char *contact, *service, *target;
	const char *listen, *command;
	bool stdio, direct;
	unsigned timeout; /* seconds until it is open; 0: no limit */
	unsigned count;   /* tubes that are accepted; 0: one */
};
/* Offers or accepts a tube (tube.c) and ends with it. The rest is as above. */
int cli_tube(struct session *session, const struct cli_tube *tube);
