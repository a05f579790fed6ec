/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The column at the left: accounts with their contacts, rooms, requests. It is a window on
 * the model's sorted rows: a frame looks up only the rows in sight. A cursor in it is told by
 * what it stands on, not by its place, and so survives rows that move.
 */

#include <stdbool.h>
#include <glib.h>
#include "src/model/model.h"
#include "term.h"
#include "theme.h"

enum pane_kind {
	PANE_NOTHING,
	PANE_ACCOUNT,
	PANE_GROUP,
	PANE_CONTACT,
	PANE_ROOMS,
	PANE_ROOM,
	PANE_REQUESTS,
	PANE_REQUEST,
};

struct pane_row {
	enum pane_kind kind;
	struct account *account;
	struct contact *contact;
	const char *group;
	struct chat *chat;
	struct request *request;
	unsigned online, total; /* of a group */
};

struct pane;

struct pane *pane_new(struct model *model);
void pane_free(struct pane *pane);

void pane_draw(struct pane *pane, const struct area *area, const struct theme *theme,
	       const struct chat *current);
/* Does the event change what is in the pane? */
bool pane_event(struct pane *pane, const struct event *event);

/* Moves the cursor, showing it; skips headings. */
void pane_move(struct pane *pane, int rows);
void pane_scroll(struct pane *pane, int pages);
void pane_scroll_rows(struct pane *pane, int rows);
/* Hides the cursor and shows all rows again. */
void pane_leave(struct pane *pane);
/* Only rows that contain @filter; NULL: all. */
void pane_set_filter(struct pane *pane, const char *filter);
/* Are contacts that are offline listed? They can be found by filtering all the same. */
void pane_show_offline(struct pane *pane, bool show);
const char *pane_filter(const struct pane *pane);
bool pane_has_cursor(const struct pane *pane);
/* What was drawn @y rows below the top; kind PANE_NOTHING where there is nothing to open. */
struct pane_row pane_at(struct pane *pane, int y);
/* What the cursor stands on; kind PANE_NOTHING when there is none. */
struct pane_row pane_selected(struct pane *pane);
