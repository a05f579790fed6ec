/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Between chatview.c (where one is), chatview_wrap.c (what rows a message has) and
 * chatview_draw.c (how they look). */

#include "chatview.h"
#include "wrap.h"

struct wrapped {    /* a message cut into lines */
	char *text; /* what the lines are of, when it is not the message's own text */
	GArray *lines;
	bool mark_apart; /* no room for the delivery mark on the last line */
	char *reason;    /* of a failed one */
	GArray *reason_lines;
};

enum chatrow_kind {
	ROW_DAY,
	ROW_NEW,
	ROW_REPLAY, /* what the room said before we came begins here, */
	ROW_LIVE,   /* and has ended */
	ROW_TEXT,
	ROW_MARK,
	ROW_REASON,
	ROW_TYPING,
	ROW_LOADING,
};

struct chatrow {
	enum chatrow_kind kind;
	gint64 id; /* base + index */
	int item;  /* which row of its message */
	int line;  /* of the text or the reason */
};

void chatview_measure(struct chatview *view, int width);
struct message *chatview_message(const struct chatview *view, gint64 id);
const struct wrapped *chatview_wrap(struct chatview *view, gint64 id);
/* Rows that the message takes, what stands above it included; @rows (may be NULL) gets them. */
int chatview_item_rows(struct chatview *view, gint64 id, GArray *rows);
void wrapped_free(void *wrapped);
/* "[dlvd]"; NULL for none. */
const char *chatview_delivery_mark(const struct message *message);
/* Who is typing, as the end of a row; NULL when nobody is. New string. */
char *chatview_typing(const struct chatview *view);
void chatview_draw_rows(struct chatview *view, const struct area *area);
