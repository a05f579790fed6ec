/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The options of pheme's command line: one table that is parsed by, listed by --help and
 * printed in the man page. */

#include <stdbool.h>
#include <glib.h>

struct options {
	char *config, *bus, *account;
	char **run;        /* lines of --run in order; NULL for none */
	char **reply_with; /* argv of --reply-with; or NULL */
	char **words; /* of --tube-offer, --tube-accept, --file-send, --file-receive; or NULL */
	bool tube_offer, tube_accept, file_send, file_receive;
	char *listen, *exec;
	bool stdio, direct;
	unsigned timeout, count; /* 0: not told */
	bool demo;
	bool no_autostart;
	bool debug;
	char *debug_path; /* of --debug=FILE; NULL: the usual place */
};

/* False: the program ends with *@status. --help and --version have been printed then, or what
 * is wrong and the usage of that option (2). Always clear the options. */
bool options_parse(struct options *options, int argc, char **argv, int *status);
void options_clear(struct options *options);

char *options_help(void);        /* what --help prints */
char *options_man_section(void); /* troff: the OPTIONS section */
