/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The one contact or room that --watch and --reply-with are told: an id, "account:id", a room
 * (without its '#' too) or an alias. A name that one contact has is bound to that contact as soon
 * as it is known, so that nobody who calls himself the same later is taken for it.
 */

#include "private.h"

struct whom;

/* @name as it was typed; NULL: all. */
struct whom *whom_new(struct session *session, const char *name);
void whom_free(struct whom *whom);
/* Looks the name up in what is known of the rosters now. False and an error that lists them when
 * it could be several. */
bool whom_bind(struct whom *whom, GError **error);
/* The same when this contact, which has just got its name, is who was missing. */
void whom_meet(struct whom *whom, const struct contact *contact);
/* Is it known whom it means? Until then who is not meant may turn out to be. */
bool whom_is_bound(const struct whom *whom);
/* @account NULL: one that is gone. @room: a room's name beside its id; or NULL. */
bool whom_is(const struct whom *whom, const struct account *account, const char *id,
	     const char *room);
