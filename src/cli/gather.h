/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Brings accounts online, and waits until each is there with its roster, or cannot be. Why one
 * cannot is said on stderr. */

#include "private.h"

struct gather;

enum gather_flags {
	GATHER_NO_ROSTERS = 1 << 0, /* are not waited for */
	GATHER_LIVING = 1 << 1,     /* who is not connected is let be, and that is no failure */
	GATHER_PRESENCES = 1 << 2,  /* a new connection has time to tell who is there */
};

/* @online: how many are. @failure: the exit status of the last one that failed, or 0. */
typedef void (*gather_fn)(unsigned online, int failure, void *data);

/* @fn is called once, from the main loop, when all that were added are settled. */
struct gather *gather_new(struct cli *cli, unsigned flags, gather_fn fn, void *data);
void gather_add(struct gather *gather, struct account *account);
/* …those that are enabled, and the one that --account names. */
void gather_add_enabled(struct gather *gather);
unsigned gather_count(const struct gather *gather);
void gather_start(struct gather *gather);
void gather_free(struct gather *gather); /* NULL is fine */

/* Is it to be connected unless something else is said? */
bool gather_is_enabled(struct cli *cli, const struct account *account);
