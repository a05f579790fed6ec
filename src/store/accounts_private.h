/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Shared by the files that read accounts.conf, change it, and write a copy of it. */

#include "accounts.h"
#include "keyfile.h"

struct accounts {
	char *path;
	struct keyfile *file;
	GPtrArray *list; /* struct account_conf *, of this file */
};

/* Takes the file over. */
void accounts_take_file(struct accounts *accounts, struct keyfile *file, GPtrArray *problems);
/* "cannot use @what: @reason"; always false. */
/* Wipes them. */
void account_conf_drop_room_passwords(struct account_conf *conf);
bool accounts_refuse(GError **error, const char *what, const char *reason);
/* May @key have this value (NULL: be removed)? */
bool accounts_check_key(const char *key, const char *value, GError **error);
/* Adds the group of an account to @file. */
bool accounts_put(struct keyfile *file, const struct account_conf *conf, GError **error);
