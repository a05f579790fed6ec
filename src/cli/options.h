/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The command line. What can be done are flags of the command table; the flags that go with them
 * are a table here. Both are parsed by GLib, listed by --help and printed in the man page. */

#include <stdbool.h>
#include <glib.h>
#include "cli.h"

struct options {
	char *config, *bus, *account;
	char *debug_path; /* of --debug=FILE; NULL: the usual place */
	bool debug, no_autostart;
	bool demo, help, version;
	struct cli_task task; /* its verb is NULL: the screen */
};

/* False: the program ends with *@status. --help and --version have been printed then, or what
 * is wrong and the usage of that option (2). Always clear the options. */
bool options_parse(struct options *options, int argc, char **argv, int *status);
void options_clear(struct options *options);

char *options_help(void); /* what --help prints */
char *options_man_synopsis(void);
char *options_man_statuses(void);
char *options_man_section(void); /* troff: the OPTIONS section */
