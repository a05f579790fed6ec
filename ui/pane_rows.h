/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The model as a list of rows: which there are, and which stands at a place. */

#include "pane.h"

/* Rows of the model, or of @filtered (struct pane_row) when it is not NULL. */
unsigned pane_rows_count(const struct model *model, const GArray *filtered);
struct pane_row pane_rows_at(const struct model *model, const GArray *filtered, unsigned index);
/* New array of the rows that contain @filter: contacts, rooms and requests. NULL: of all but
 * contacts that are offline. */
GArray *pane_rows_filter(const struct model *model, const char *filter);
bool pane_rows_is_same(const struct pane_row *a, const struct pane_row *b);
/* May the cursor stand on it? */
bool pane_rows_is_target(const struct pane_row *row);
