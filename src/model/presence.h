/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Presence types, with the values of Telepathy's Connection_Presence_Type. */

#include <stdbool.h>

enum presence {
	PRESENCE_UNSET = 0,
	PRESENCE_OFFLINE = 1,
	PRESENCE_AVAILABLE = 2,
	PRESENCE_AWAY = 3,
	PRESENCE_XA = 4,
	PRESENCE_HIDDEN = 5,
	PRESENCE_BUSY = 6,
	PRESENCE_UNKNOWN = 7,
	PRESENCE_ERROR = 8,
	PRESENCE_LAST = PRESENCE_ERROR,
};

/* "available", "away", "xa", "busy", "hidden", "offline", "unknown", "error", "unset". */
const char *presence_name(enum presence presence);
/* From such a name, with the usual aliases (online, dnd, invisible, …); false if unknown. */
bool presence_parse(const char *name, enum presence *presence);
/* available, away, xa, busy, hidden: the contact is there. */
bool presence_is_online(enum presence presence);
/* Order in a roster: 0 for available, growing to offline last. Unknown sorts with online
 * ones' end, before offline. */
int presence_rank(enum presence presence);
/* A number from the bus made a presence: what is out of range is PRESENCE_UNKNOWN. */
enum presence presence_from_wire(unsigned value);
