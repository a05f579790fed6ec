/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * How things look. A style is `colours attributes`: a foreground, maybe "on" and a background,
 * maybe attributes (bold dim italic underline reverse). A colour is written in up to three
 * depths, `#rrggbb|0…255|name`; the best one that the terminal can do is used. Everything
 * reads without colour: the built-in theme uses attributes where it matters, and is sparing
 * with all of it, so that a full frame stays small on a slow line.
 *
 * A theme file is a key file (interface.md): [theme] name, inherit; [style] one line a style,
 * "*.selected" for all of that ending; [glyph] one line a presence. What it does not say
 * comes from the theme it inherits, in the end from the built-in one.
 */

#include <glib.h>
#include "src/model/presence.h"

/* X(enumerator, name, built-in look) */
#define THEME_STYLES(X)                                                                            \
	X(STYLE_PLAIN, "plain", "")                                                                \
	X(STYLE_TITLE, "title", "reverse")                                                         \
	X(STYLE_STATUS, "status", "reverse")                                                       \
	X(STYLE_STATUS_ALERT, "status.alert", "reverse bold")                                      \
	X(STYLE_SEPARATOR, "separator", "")                                                        \
	X(STYLE_ROSTER_HEADING, "roster.heading", "bold")                                          \
	X(STYLE_ROSTER_GROUP, "roster.group", "underline")                                         \
	X(STYLE_ROSTER_NAME, "roster.name", "")                                                    \
	X(STYLE_ROSTER_CURRENT, "roster.current", "bold")                                          \
	X(STYLE_ROSTER_SELECTED, "roster.selected", "reverse")                                     \
	X(STYLE_ROSTER_UNREAD, "roster.unread", "yellow bold")                                     \
	X(STYLE_ROSTER_AVAILABLE, "roster.available", "green")                                     \
	X(STYLE_ROSTER_AWAY, "roster.away", "yellow")                                              \
	X(STYLE_ROSTER_XA, "roster.xa", "yellow")                                                  \
	X(STYLE_ROSTER_BUSY, "roster.busy", "red")                                                 \
	X(STYLE_ROSTER_HIDDEN, "roster.hidden", "blue")                                            \
	X(STYLE_ROSTER_OFFLINE, "roster.offline", "")                                              \
	X(STYLE_ROSTER_UNKNOWN, "roster.unknown", "dim")                                           \
	X(STYLE_ROSTER_ROOM, "roster.room", "cyan")                                                \
	X(STYLE_CHAT_TIME, "chat.time", "")                                                        \
	X(STYLE_CHAT_DAY, "chat.day", "")                                                          \
	X(STYLE_CHAT_NEW, "chat.new", "bold")                                                      \
	X(STYLE_CHAT_NAME, "chat.name", "")                                                        \
	X(STYLE_CHAT_ME, "chat.me", "")                                                            \
	X(STYLE_CHAT_TEXT, "chat.text", "")                                                        \
	X(STYLE_CHAT_MENTION, "chat.mention", "underline")                                         \
	X(STYLE_CHAT_FOUND, "chat.found", "reverse")                                               \
	X(STYLE_CHAT_NOTICE, "chat.notice", "")                                                    \
	X(STYLE_CHAT_WARNING, "chat.warning", "yellow")                                            \
	X(STYLE_CHAT_ERROR, "chat.error", "red bold")                                              \
	X(STYLE_CHAT_DELIVERY, "chat.delivery", "dim")                                             \
	X(STYLE_CHAT_TYPING, "chat.typing", "dim")                                                 \
	X(STYLE_INPUT, "input", "")                                                                \
	X(STYLE_INPUT_PROMPT, "input.prompt", "")                                                  \
	X(STYLE_INPUT_REGION, "input.region", "reverse")                                           \
	X(STYLE_CANDIDATE, "candidate", "")                                                        \
	X(STYLE_VIEW_HEADING, "view.heading", "bold")                                              \
	X(STYLE_VIEW_TEXT, "view.text", "")                                                        \
	X(STYLE_VIEW_DIM, "view.dim", "dim")                                                       \
	X(STYLE_VIEW_SELECTED, "view.selected", "reverse")                                         \
	X(STYLE_VIEW_ERROR, "view.error", "red bold")

enum theme_style {
#define X(enumerator, name, look) enumerator,
	THEME_STYLES(X)
#undef X
		STYLE_COUNT
};

struct contact;
struct theme;

/* Loads a theme and its ancestors and hands the looks to the terminal. What is wrong with a
 * file is named, file and line where known, in @problems (char *); the rest is used. */
struct theme *theme_load(const char *name, GPtrArray *problems);
void theme_free(struct theme *theme);

/* One cell: "o". */
const char *theme_glyph(const struct theme *theme, enum presence presence);
/* The same of a contact: "b" for one who is blocked and "r" for one who removed us stand in the
 * place of a presence, which is not to be known then. */
const char *theme_contact_glyph(const struct theme *theme, const struct contact *contact);
enum theme_style theme_contact_style(const struct contact *contact);
