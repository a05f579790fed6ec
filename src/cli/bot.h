/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Answers the messages of contacts with what a program prints. */

#include "whom.h"

struct bot_options {
	char **argv;               /* of the program; run without a shell */
	bool by_line;              /* each line is a message */
	const struct whom *whom;   /* only this contact */
	unsigned count;            /* messages that are answered; 0: without end */
	void (*ended)(void *data); /* so many are, and all that is to be sent is sent */
	void *data;
};

/* Answers what comes from now on. @options is copied, its strings are not. */
struct bot *bot_new(struct cli *cli, const struct bot_options *options);
void bot_free(struct bot *bot);
