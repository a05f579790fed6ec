/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What is seen of one chat: its window on the history, wrapped, with days, the "new" line,
 * delivery marks and who is typing. It follows the end or stands still at an anchor; near the
 * edges of the window it asks the session for the next page. Wrapped lines are kept, so that
 * a frame costs what changed. Holds a reference to its chat and the draft of its input line.
 */

#include <stdbool.h>
#include <glib.h>
#include "draft.h"
#include "src/session/session.h"
#include "term.h"

struct chatview {
	struct chat *chat;
	struct session *session;
	struct draft draft;
	bool follow;         /* the end stays in sight */
	struct query *query; /* marked where it is found; or NULL */
	gint64 found_row;    /* of the message that was gone to; 0: none */
	/* private to chatview*.c */
	gint64 anchor; /* base + index of the message in the top row, while not following */
	int anchor_line;
	gint64 goal; /* row of the message to be gone to when its page is there; or 0 */
	int want_up; /* rows still to go up when the older page is there */
	int width, height;
	int time_width, name_width, indent;
	const char *time_format, *date_format;
	GHashTable *wraps; /* base + index → struct wrapped */
	GArray *rows;      /* struct chatrow: what was drawn last */
};

struct chatview *chatview_new(struct session *session, struct chat *chat);
void chatview_free(struct chatview *view);

/* The times of the messages and of the days are written in these formats of date(1). */
void chatview_draw(struct chatview *view, const struct area *area, const char *time_format,
		   const char *date_format);
/* The window was loaded, reset or cleared. */
void chatview_reload(struct chatview *view);
/* Rows down, negative up. */
void chatview_scroll(struct chatview *view, int rows);
void chatview_scroll_start(struct chatview *view);
void chatview_scroll_end(struct chatview *view);
/* Goes to the next (1) or previous (-1) message that mentions us; false when there is none. */
bool chatview_find_mention(struct chatview *view, int direction);
/* Marks what is found by it (a reference is taken); NULL: nothing any more. */
void chatview_set_query(struct chatview *view, struct query *query);
/* Goes to the stored message, wherever it is in the history. */
void chatview_go_to(struct chatview *view, gint64 row);
/* Is the newest message in sight? */
bool chatview_is_at_end(const struct chatview *view);
