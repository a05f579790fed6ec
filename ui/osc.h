/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Notifications that the terminal shows: escape sequences that some know. Whatever the texts
 * hold, the result has no control character but those of the sequence itself, no separator that
 * a terminal would take for its own, and is short.
 */

#include <stdbool.h>

/* How the sequence gets through a multiplexer. */
enum osc_way {
	OSC_DIRECT,
	OSC_TMUX,   /* which needs `allow-passthrough on` */
	OSC_SCREEN, /* GNU screen */
};

/* @kind is "9" (iTerm2, Windows Terminal, foot …), "777" (urxvt, foot, VTE …) or "99" (kitty). With
 * @ascii what is not ASCII is left out. New string; NULL for any other kind. */
char *osc_notification(const char *kind, enum osc_way way, bool ascii, const char *title,
		       const char *body);
