/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "presence.h"

#include <glib.h>

static const struct {
	const char *name;
	int rank;
	bool online;
} presences[] = {
	[PRESENCE_UNSET] = {"unset", 6, false},
	[PRESENCE_OFFLINE] = {"offline", 8, false},
	[PRESENCE_AVAILABLE] = {"available", 0, true},
	[PRESENCE_AWAY] = {"away", 1, true},
	[PRESENCE_XA] = {"xa", 2, true},
	[PRESENCE_HIDDEN] = {"hidden", 4, true},
	[PRESENCE_BUSY] = {"busy", 3, true},
	[PRESENCE_UNKNOWN] = {"unknown", 5, false},
	[PRESENCE_ERROR] = {"error", 7, false},
};

static const struct {
	const char *name;
	enum presence presence;
} other_names[] = {
	{"online", PRESENCE_AVAILABLE},
	{"on", PRESENCE_AVAILABLE},
	{"free", PRESENCE_AVAILABLE},
	{"chat", PRESENCE_AVAILABLE},
	{"here", PRESENCE_AVAILABLE},
	{"back", PRESENCE_AVAILABLE},
	{"brb", PRESENCE_AWAY},
	{"extended-away", PRESENCE_XA},
	{"na", PRESENCE_XA},
	{"dnd", PRESENCE_BUSY},
	{"invisible", PRESENCE_HIDDEN},
	{"off", PRESENCE_OFFLINE},
};

const char *presence_name(enum presence presence)
{
	return presences[presence_from_wire(presence)].name;
}

bool presence_parse(const char *name, enum presence *presence)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(presences); i++)
		if (g_ascii_strcasecmp(name, presences[i].name) == 0) {
			*presence = (enum presence)i;
			return true;
		}
	for (unsigned i = 0; i < G_N_ELEMENTS(other_names); i++)
		if (g_ascii_strcasecmp(name, other_names[i].name) == 0) {
			*presence = other_names[i].presence;
			return true;
		}
	return false;
}

bool presence_is_online(enum presence presence)
{
	return presences[presence_from_wire(presence)].online;
}

int presence_rank(enum presence presence)
{
	return presences[presence_from_wire(presence)].rank;
}

enum presence presence_from_wire(unsigned value)
{
	return value <= PRESENCE_LAST ? (enum presence)value : PRESENCE_UNKNOWN;
}
