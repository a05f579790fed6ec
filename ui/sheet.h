/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A form of lines of text with a button to submit it: each line is edited in the input line, with
 * all of readline. What the lines mean, and what submitting does, is its owner's business; an
 * owner that waits for something finds its sheet again with sheet_find(), if it is still open.
 */

#include <stdbool.h>
#include <glib.h>
#include "view.h"

struct sheet;

struct sheet_field {
	char *key;   /* what its owner knows it by */
	char *label; /* clean */
	char *value; /* raw, never NULL */
};

struct sheet_ops {
	struct view_ops view; /* the functions below, a title and a hint */
	const char *submit;   /* on the button: "save" */
	void (*press)(struct sheet *sheet);
	void (*free)(struct sheet *sheet); /* or NULL */
	bool asks;                         /* before it is closed with what was typed */
};

struct sheet {
	struct view view;
	const struct sheet_ops *ops;
	char *account;     /* name */
	GPtrArray *fields; /* struct sheet_field * */
	char *heading;     /* clean */
	char *problem;     /* clean; or NULL */
	bool busy;         /* nothing can be done until something has come */
	bool changed;      /* there is something in it that would be lost */
	void *data;        /* the owner's */
	struct list list;
	struct draft draft;
};

/* What a sheet does as a view. */
void sheet_draw(struct view *view, const struct area *area);
bool sheet_key(struct view *view, enum list_key key, gunichar c);
void sheet_line(struct view *view, const char *line);
void sheet_cancel(struct view *view);
bool sheet_is_changed(const struct view *view);
void sheet_free(struct view *view);

/* Takes @heading. */
struct sheet *sheet_new(struct ui *ui, const struct sheet_ops *ops, const char *account,
			char *heading);
/* @label is cleaned here. */
void sheet_add(struct sheet *sheet, const char *key, const char *label, const char *value);
/* The topmost one with these operations; NULL: it was closed. */
struct sheet *sheet_find(struct ui *ui, const struct sheet_ops *ops);
/* Replaces what is told above the fields in the style of errors; NULL: nothing. */
void sheet_set_problem(struct sheet *sheet, const char *problem);
