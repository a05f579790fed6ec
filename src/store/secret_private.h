/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The sources of secret.c that need more than a look into the account. Each calls its @fn once,
 * from the main loop, unless cancelled; the secret and the error are borrowed. */

#include "secret.h"

/* secret_command.c: first line of what @command prints; @name is the account, for errors. */
struct secret_command;
struct secret_command *secret_command_run(const char *name, const char *command, unsigned seconds,
					  secret_fn fn, void *data, GError **error);
void secret_command_cancel(struct secret_command *command);

/* secret_service.c: NULL secret and NULL error: it has none. @room NULL: the account's own. */
struct secret_service;
struct secret_service *secret_service_find(const char *name, const char *room, secret_fn fn,
					   void *data, GError **error);
/* Puts one there, or takes it away (NULL @secret); @fn is told no secret. */
struct secret_service *secret_service_keep(const char *name, const char *room, const char *secret,
					   secret_fn fn, void *data, GError **error);
void secret_service_cancel(struct secret_service *service);
