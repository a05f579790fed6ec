/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Accounts out of other programs' files: Mission Control's accounts.cfg and *.account, libpurple's
 * (Pidgin, finch) accounts.xml, and what accounts_export() wrote. The files are foreign: they are
 * bounded, nothing of them is run (a password-command is left out), and neither an error nor a
 * problem quotes a value, which may be a secret.
 */

#include <stdbool.h>
#include <glib.h>
#include "accounts.h"

struct import {
	const char *source;  /* "Mission Control", "libpurple", "pheme" */
	GPtrArray *accounts; /* struct account_conf *: names are those that people gave, or "";
				parameters as the manager calls them, as far as is known, secrets
				among them */
	GPtrArray *problems; /* char *: what was left out, and why */
};

/* NULL and @error "cannot import …" when it is none of these files, or holds no account. */
struct import *import_read(const char *path, GError **error);
void import_free(struct import *import); /* NULL is fine; wipes secrets */
