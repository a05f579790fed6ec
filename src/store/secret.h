/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Where passwords come from without asking the user, in the order of interface.md:
 * param-password, password-command (its first line; argv split as a shell would, run
 * without one, with a time limit), the Secret Service (libsecret, loaded by dlopen only when
 * the account asks for it). Never blocks. Secrets are wiped before their memory is freed.
 */

#include <glib.h>
#include "accounts.h"

struct secret_lookup;

/* @secret NULL: none of the sources had it; @error then says what went wrong with one that
 * should have, or is NULL. Both borrowed. */
typedef void (*secret_fn)(const char *secret, const GError *error, void *data);

/* Calls @fn exactly once, from the main loop, unless cancelled. @conf is not kept. */
struct secret_lookup *secret_find(const struct account_conf *conf, secret_fn fn, void *data);
/* The same with another limit for the command. */
#define SECRET_COMMAND_SECONDS 60
struct secret_lookup *secret_find_within(const struct account_conf *conf, unsigned seconds,
					 secret_fn fn, void *data);
/* The password that the Secret Service has for a room of the account. */
struct secret_lookup *secret_find_room(const char *account, const char *room, secret_fn fn,
				       void *data);
/* Has it keep one, or forget it (NULL @secret); @fn is told no secret. */
struct secret_lookup *secret_keep_room(const char *account, const char *room, const char *secret,
				       secret_fn fn, void *data);
void secret_cancel(struct secret_lookup *lookup);
/* Overwrites and frees; NULL is fine. */
void secret_free(char *secret);
