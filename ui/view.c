/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "wrap.h"

void ui_push_view(struct ui *ui, struct view *view)
{
	view->below = ui->view;
	ui->view = view;
	ui_update_input(ui);
	ui_mark(ui, DIRTY_ALL);
}

static void remove_view(struct ui *ui, struct view **place)
{
	struct view *view = *place;

	*place = view->below;
	if (ui->draft != NULL && ui->draft == view->editing)
		ui->draft = NULL;
	if (ui->dropping == view)
		ui->dropping = NULL;
	ui_update_input(ui);
	if (view->ops->free != NULL)
		view->ops->free(view);
	g_free(view);
	ui_mark(ui, DIRTY_ALL);
}

void ui_close_view(struct ui *ui)
{
	if (ui->view != NULL)
		remove_view(ui, &ui->view);
}

void ui_close_views(struct ui *ui)
{
	while (ui->view != NULL)
		ui_close_view(ui);
}

void ui_leave_views(struct ui *ui)
{
	struct view **place = &ui->view;

	while (*place != NULL) {
		struct view *view = *place;

		if (view->ops->is_changed != NULL && view->ops->is_changed(view))
			place = &view->below;
		else
			remove_view(ui, place);
	}
}

/* --- what would be lost --------------------------------------------------------------------- */

static void on_drop(const char *answer, void *data)
{
	struct ui *ui = data;
	struct view *asker = g_steal_pointer(&ui->dropping);

	/* It may have ended by itself, or there is something before it now. */
	if (answer != NULL && asker != NULL && ui->view == asker)
		ui_close_view(ui);
}

bool view_ask_to_drop(struct view *view)
{
	struct ui *ui = view->ui;

	if (ui->dropping == NULL)
		ui_ask(ui, QUESTION_YES_NO, "Close it and lose what you have typed?", on_drop, ui);
	ui->dropping = view;
	return true;
}

/* --- lists -------------------------------------------------------------------------------- */

/* The selection is in the list, and in sight. */
static void list_fit(struct list *list, int count, int height)
{
	list->count = count;
	list->height = MAX(height, 1);
	list->selected = CLAMP(list->selected, 0, MAX(count - 1, 0));
	list->top = MIN(list->top, list->selected);
	list->top = MAX(list->top, list->selected - list->height + 1);
	list->top = CLAMP(list->top, 0, MAX(count - list->height, 0));
}

bool list_key(struct list *list, enum list_key key)
{
	int page = MAX(list->height - 1, 1);

	switch (key) {
	case LIST_UP:
	case LIST_BACKTAB:
		list->selected--;
		break;
	case LIST_DOWN:
	case LIST_TAB:
		list->selected++;
		break;
	case LIST_PAGE_UP:
		list->selected -= page;
		break;
	case LIST_PAGE_DOWN:
		list->selected += page;
		break;
	case LIST_FIRST:
		list->selected = 0;
		break;
	case LIST_LAST:
		list->selected = list->count - 1;
		break;
	case LIST_CHAR:
	case LIST_LEFT:
	case LIST_RIGHT:
	case LIST_ENTER:
	case LIST_BACKSPACE:
	case LIST_KILL:
	case LIST_LEAVE:
	case LIST_COUNT:
		return false;
	}
	list_fit(list, list->count, list->height);
	return true;
}

void view_fit(struct view *view, struct list *list, int count, int y, int height, int step)
{
	list_fit(list, count, height / step);
	view->shown = *list;
	view->shown_y = y;
	view->shown_step = step;
}

void view_select(struct view *view, int y)
{
	int entry, rows;

	if (view->shown_step == 0 || y < view->shown_y)
		return;
	entry = view->shown.top + (y - view->shown_y) / view->shown_step;
	if (entry >= MIN(view->shown.count, view->shown.top + view->shown.height))
		return;
	rows = entry - view->shown.selected;
	view->shown.selected = entry;
	for (int i = ABS(rows); i > 0; i--)
		view->ops->key(view, rows < 0 ? LIST_UP : LIST_DOWN, 0);
}

int view_draw_text(const struct area *area, int y, int most, int style, const char *text)
{
	g_autoptr(GArray) lines = wrap_text(text, area->width);
	int count = MIN((int)lines->len, most);

	for (int i = 0; i < count; i++) {
		const struct wrap_line *line = &g_array_index(lines, struct wrap_line, i);
		g_autofree char *part = g_strndup(text + line->start, line->length);

		term_put_padded(y + i, area->x, area->width, style, part);
	}
	return count;
}
