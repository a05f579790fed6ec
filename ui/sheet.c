/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sheet.h"

#include <string.h>
#include "src/model/text.h"
#include "ui_private.h"

#define PROBLEM_ROWS 3

static void field_free(void *data)
{
	struct sheet_field *field = data;

	g_free(field->key);
	g_free(field->label);
	g_free(field->value);
	g_free(field);
}

struct sheet *sheet_new(struct ui *ui, const struct sheet_ops *ops, const char *account,
			char *heading)
{
	struct sheet *sheet = g_new0(struct sheet, 1);

	sheet->view.ops = &ops->view;
	sheet->view.ui = ui;
	sheet->ops = ops;
	sheet->account = g_strdup(account);
	sheet->heading = heading;
	sheet->fields = g_ptr_array_new_with_free_func(field_free);
	return sheet;
}

void sheet_free(struct view *view)
{
	struct sheet *sheet = (struct sheet *)view;

	if (sheet->ops->free != NULL)
		sheet->ops->free(sheet);
	g_ptr_array_unref(sheet->fields);
	g_free(sheet->account);
	g_free(sheet->heading);
	g_free(sheet->problem);
	g_free(sheet->draft.text);
}

struct sheet *sheet_find(struct ui *ui, const struct sheet_ops *ops)
{
	for (struct view *view = ui->leaving ? NULL : ui->view; view != NULL; view = view->below)
		if (view->ops == &ops->view)
			return (struct sheet *)view;
	return NULL;
}

void sheet_add(struct sheet *sheet, const char *key, const char *label, const char *value)
{
	struct sheet_field *field = g_new0(struct sheet_field, 1);

	field->key = g_strdup(key);
	field->label = text_clean(label, -1, TEXT_LINE);
	field->value = g_strdup(value);
	g_ptr_array_add(sheet->fields, field);
}

void sheet_set_problem(struct sheet *sheet, const char *problem)
{
	g_free(sheet->problem);
	sheet->problem = problem != NULL ? text_clean(problem, -1, TEXT_LINE) : NULL;
	ui_mark(sheet->view.ui, DIRTY_CHAT);
}

/* The rows are the fields, then the button. */
static struct sheet_field *selected_field(const struct sheet *sheet)
{
	guint at = (guint)sheet->list.selected;

	return at < sheet->fields->len ? sheet->fields->pdata[at] : NULL;
}

/* --- drawing ------------------------------------------------------------------------------ */

static void draw_row(const struct sheet *sheet, const struct area *area, int y, int at)
{
	int label = CLAMP(area->width / 3, MIN(14, area->width / 2), 28);
	int style = at == sheet->list.selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT;
	const struct sheet_field *field;
	g_autofree char *text = NULL;

	if (at >= (int)sheet->fields->len) {
		text = g_strdup_printf("[ %s ]", sheet->ops->submit);
		term_put(y, area->x, area->width, style, text);
		return;
	}
	field = sheet->fields->pdata[at];
	term_put_padded(y, area->x, label, style, field->label);
	text = text_clean(field->value, -1, TEXT_LINE);
	if (area->width > label + 1)
		term_put(y, area->x + label + 1, area->width - label - 1, STYLE_VIEW_TEXT, text);
}

void sheet_draw(struct view *view, const struct area *area)
{
	struct sheet *sheet = (struct sheet *)view;
	struct area rows = *area;
	int used, count = (int)sheet->fields->len + 1;

	term_fill_area(area, STYLE_PLAIN);
	used = view_draw_text(area, area->y, MIN(PROBLEM_ROWS, area->height),
			      sheet->problem != NULL ? STYLE_VIEW_ERROR : STYLE_VIEW_HEADING,
			      sheet->problem != NULL ? sheet->problem : sheet->heading);
	if (sheet->busy)
		return;
	/* A blank line where there is room for one. */
	used += used < area->height && count + used < area->height ? 1 : 0;
	rows.y += used;
	rows.height -= used;
	view_fit(view, &sheet->list, count, rows.y, rows.height, 1);
	for (int i = 0; i < rows.height && sheet->list.top + i < count; i++)
		draw_row(sheet, &rows, rows.y + i, sheet->list.top + i);
}

/* --- keys --------------------------------------------------------------------------------- */

static void stop_editing(struct sheet *sheet)
{
	sheet->view.editing = NULL;
	sheet->view.prompt = NULL;
	ui_update_input(sheet->view.ui);
	g_clear_pointer(&sheet->draft.text, g_free);
	ui_mark(sheet->view.ui, DIRTY_CHAT | DIRTY_INPUT);
}

static void start_editing(struct sheet *sheet, const struct sheet_field *field, gunichar c)
{
	char first[8] = "";

	if (c != 0)
		first[g_unichar_to_utf8(c, first)] = '\0';
	g_free(sheet->draft.text);
	sheet->draft.text = g_strdup(c != 0 ? first : field->value);
	sheet->draft.cursor = G_MAXSIZE;
	sheet->view.editing = &sheet->draft;
	sheet->view.prompt = field->label;
	ui_update_input(sheet->view.ui);
}

void sheet_line(struct view *view, const char *line)
{
	struct sheet *sheet = (struct sheet *)view;
	struct sheet_field *field = selected_field(sheet);

	if (field != NULL) {
		sheet->changed |= strcmp(field->value, line) != 0;
		g_free(field->value);
		field->value = g_strdup(line);
		sheet->list.selected++;
	}
	stop_editing(sheet);
}

void sheet_cancel(struct view *view)
{
	stop_editing((struct sheet *)view);
}

bool sheet_is_changed(const struct view *view)
{
	const struct sheet *sheet = (const struct sheet *)view;

	return sheet->ops->asks && (sheet->changed || view->editing != NULL);
}

bool sheet_key(struct view *view, enum list_key key, gunichar c)
{
	struct sheet *sheet = (struct sheet *)view;
	const struct sheet_field *field = selected_field(sheet);

	if (key == LIST_LEAVE || (key == LIST_CHAR && c == 'q' && field == NULL))
		return sheet->ops->asks && sheet->changed && view_ask_to_drop(view);
	if (sheet->busy)
		return false;
	if (list_key(&sheet->list, key))
		return true;
	if (field != NULL && (key == LIST_ENTER || key == LIST_CHAR))
		start_editing(sheet, field, key == LIST_CHAR && c != ' ' ? c : 0);
	else if (key == LIST_ENTER)
		sheet->ops->press(sheet);
	else
		return false;
	return true;
}
