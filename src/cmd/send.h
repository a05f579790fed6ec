/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Sending text, private to src/cmd. */

#include "command.h"

/* Sends @text to @chat on behalf of @run, which ends when it was sent, has failed, or waits in
 * the queue of an account that is not online. */
void command_send(struct command_run *run, struct chat *chat, enum message_type type,
		  const char *text);
