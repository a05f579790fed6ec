/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The mouse: a click in the pane goes to what stands there, a click in a list selects, and the
 * wheel scrolls what is under the pointer. All of it is what keys do too.
 */

#include "ui_private.h"

#define WHEEL_ROWS 3

static bool is_in(const struct area *area, const struct mouse *mouse)
{
	return mouse->y >= area->y && mouse->y < area->y + area->height && mouse->x >= area->x &&
	       mouse->x < area->x + area->width;
}

/* A question has the keys, and so has the field that is being edited. */
static bool view_is_free(const struct ui *ui)
{
	return ui->view != NULL && ui->view->ops->key != NULL && ui->view->editing == NULL &&
	       question_text(ui) == NULL;
}

static void click(struct ui *ui, const struct mouse *mouse)
{
	struct pane_row row;

	if (question_text(ui) != NULL)
		return;
	if (is_in(&ui->layout.pane, mouse)) {
		row = pane_at(ui->pane, mouse->y - ui->layout.pane.y);
		if (row.kind == PANE_NOTHING)
			return;
		ui->pane_focus = false;
		pane_leave(ui->pane);
		ui_leave_views(ui);
		ui_open_row(ui, &row);
		ui_update_input(ui);
		ui_mark(ui, DIRTY_PANE);
	} else if (is_in(&ui->layout.chat, mouse) && view_is_free(ui)) {
		view_select(ui->view, mouse->y);
		ui_mark(ui, DIRTY_CHAT);
	}
}

static void turn(struct ui *ui, const struct mouse *mouse, int direction)
{
	if (is_in(&ui->layout.pane, mouse)) {
		pane_scroll_rows(ui->pane, direction * WHEEL_ROWS);
		ui_mark(ui, DIRTY_PANE);
	} else if (is_in(&ui->layout.chat, mouse) && ui->view == NULL) {
		chatview_scroll(ui->current, direction * WHEEL_ROWS);
		ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
	} else if (is_in(&ui->layout.chat, mouse) && view_is_free(ui)) {
		for (int i = 0; i < WHEEL_ROWS; i++)
			ui_view_key(ui, direction < 0 ? LIST_UP : LIST_DOWN, 0);
	}
}

void mouse_act(struct ui *ui, const struct mouse *mouse)
{
	switch (mouse->kind) {
	case MOUSE_CLICK:
		click(ui, mouse);
		break;
	case MOUSE_WHEEL_UP:
		turn(ui, mouse, -1);
		break;
	case MOUSE_WHEEL_DOWN:
		turn(ui, mouse, 1);
		break;
	}
}
