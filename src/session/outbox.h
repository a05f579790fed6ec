/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A message on its way out: what outbox.c, which sends it, and backlog.c, which keeps it while
 * there is no connection, share. Owned by its talk's outbox. */

#include "tree.h"

enum stage {
	STAGE_STORING,
	STAGE_QUEUED,
	STAGE_CLAIMING,
	STAGE_SENDING,
};

struct outgoing {
	struct talk *talk;
	enum stage stage;
	enum message_type type;
	char *uid, *text, *supersedes; /* supersedes: or NULL */
	gint64 time, row;              /* row 0: not stored */
	bool is_own;             /* written in this process: nobody else can have claimed it */
	struct promise *promise; /* or NULL */
};

void outgoing_show(struct outgoing *out, enum delivery delivery, const char *reason);
/* Says that it failed, and frees it. */
void outgoing_fail(struct outgoing *out, enum session_error code, const char *reason);
