/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The front end without a screen: does what a flag asks for, prints to stdout and stderr, asks
 * for passwords on the controlling terminal. */

#include "../cmd/command.h"

struct cli_options { /* the flags that go with others; NULL, 0 and false: not given */
	bool json, quiet, null;
	bool watch; /* beside another flag */
	bool named; /* the account */
	bool stdio, direct;
	bool once;
	bool lines, password_stdin;
	bool from_start, reply_lines;
	char *color, *exec, *listen, *password_command, *wait;
	unsigned count, timeout; /* timeout in seconds */
};

struct cli_task {
	const struct command *verb; /* a row with a flag */
	char **args;                /* words that fit it */
	char *secret;               /* a password for it; or NULL */
	struct cli_options options;
};

/* See struct session_options. */
bool cli_is_brief(const struct cli_task *task);
bool cli_only_reads(const struct cli_task *task);
/*
 * Does what a flag asks for and stops the session (which the caller frees); starts it first if
 * that needs the bus. Runs a main loop. Returns the exit status of interface.md.
 */
int cli_do(struct session *session, const struct cli_task *task);
