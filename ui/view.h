/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What can take the chat's place: a const table of operations and whatever state it needs.
 * Views lie on each other like a stack; the topmost is seen and has the keys. A view that
 * wants a line edited points `editing` at a draft.
 */

#include <stdbool.h>
#include <glib.h>
#include "draft.h"
#include "keys.h"
#include "src/cmd/front.h"
#include "src/model/event.h"
#include "term.h"

struct ui;
struct view;

struct view_ops {
	const char *title;
	const char *hint; /* in the input line: what the keys do */
	void (*draw)(struct view *view, const struct area *area);
	/* False: the key means nothing here. Esc and q close a view that does not want them. */
	bool (*key)(struct view *view, enum list_key key, gunichar c);
	void (*line)(struct view *view, const char *line);           /* Enter, while editing */
	void (*cancel)(struct view *view);                           /* Esc, while editing */
	bool (*event)(struct view *view, const struct event *event); /* true: draw again */
	/* Was something typed into it that would be lost? NULL: never. */
	bool (*is_changed)(const struct view *view);
	void (*free)(struct view *view);
};

/* A selection in a list of @count rows, of which @height are in sight. */
struct list {
	int count, selected, top, height;
};

struct view {
	const struct view_ops *ops;
	struct ui *ui;
	struct list shown;       /* the list that was drawn last, from this row of the screen on */
	int shown_y, shown_step; /* …with so many rows for an entry; 0: there is none */
	struct view *below;
	struct draft *editing;
	const char *prompt;  /* of the line, while editing */
	const char *typed;   /* shown after the prompt, while keys come one by one; or NULL */
	const char *caption; /* in place of the title; or NULL */
};

/* Moves the selection; false when the key is none that moves. */
bool list_key(struct list *list, enum list_key key);
/* Fits the selection into what a view draws from row @y of the screen on, @step rows an entry: so
 * it is known what is clicked on. */
void view_fit(struct view *view, struct list *list, int count, int y, int height, int step);
/* Asks whether the view, with what was typed into it, is to be closed, and does so then. True. */
bool view_ask_to_drop(struct view *view);
/* Selects the entry that is seen in row @y, as the arrow keys would. */
void view_select(struct view *view, int y);

struct view *view_search_new(struct ui *ui, const char *text);
struct view *view_switch_new(struct ui *ui);
/* Wrapped, at most @most rows from row @y of the screen on; returns how many it took. */
int view_draw_text(const struct area *area, int y, int most, int style, const char *text);

struct view *view_tubes_new(struct ui *ui);
struct view *view_room_config_new(struct ui *ui, struct chat *chat);
/* The rooms of the account that is called so. */
struct view *view_rooms_new(struct ui *ui, const char *account);
struct view *view_help_new(struct ui *ui, const char *command);
struct view *view_accounts_new(struct ui *ui);
struct view *view_directory_new(struct ui *ui, const char *account);
struct view *view_card_new(struct ui *ui, const char *account);
struct view *view_requests_new(struct ui *ui);
/* For a new account; protocol and manager may be NULL: to be chosen. */
struct view *form_new(struct ui *ui, const char *manager, const char *protocol);
struct view *form_new_edit(struct ui *ui, struct account *account);
