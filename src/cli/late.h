/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What came from contacts of whom only the roster, which is not there yet, can tell whether they
 * are the one that --watch or --reply-with was told.
 */

#include "whom.h"

struct late;

/* @meant takes an item of who is meant; @free_item frees one of who is not. */
struct late *late_new(const struct whom *whom, void (*meant)(void *item, void *data),
		      GDestroyNotify free_item, void *data);
void late_free(struct late *late);
/* May it turn out to be? There is a bound to how many are kept. */
bool late_is_open(const struct late *late, const struct chat *chat);
/* Takes @item, until late_look(). */
void late_add(struct late *late, struct chat *chat, void *item);
/* A roster has come: tells those that are meant, in order, and drops those that are not. */
void late_look(struct late *late);
