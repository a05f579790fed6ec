/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The kinds of files that import.c tries. */

#include "import.h"

#define IMPORT_ACCOUNTS_MAX 500

/* Each takes the accounts of @text, which ends with a NUL that does not count. False and @reason
 * (static, or with @line) when it is broken. */
struct import_error {
	const char *reason;
	unsigned line; /* 0: not told */
};
bool import_keyfile(struct import *import, const char *path, const char *text, gsize length,
		    struct import_error *error);
bool import_variant(struct import *import, const char *text, gsize length,
		    struct import_error *error);
bool import_purple(struct import *import, const char *text, gsize length,
		   struct import_error *error);

/* What is in a whole file; NULL and @error when it is none of these, or holds no account. */
struct import *import_parse(const char *path, const char *text, gsize length,
			    struct import_error *error);

/* Notes "@account: @what"; names are escaped. */
void import_problem(struct import *import, const char *account, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* Sets a parameter; @value is taken over. An empty one is none. */
void import_param(struct account_conf *conf, const char *name, char *value);
/* Keeps an account that has what every one needs; takes it over either way. */
void import_add(struct import *import, struct account_conf *conf);
