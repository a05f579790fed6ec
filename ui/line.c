/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <string.h>
#include "src/model/text.h"
#include "wrap.h"

/*
 * The input line: a prompt, then the text in as many rows as it needs, up to what there is
 * room for; then it scrolls with the cursor. What a keyboard or a paste brought is shown as
 * harmlessly as what a peer sends.
 */

struct cell { /* of the laid-out line: a piece of text with its place */
	int row, column, width;
	gsize start, length; /* of the text; length 0: the end */
	char shown[16];      /* "^A", "[U+202E]"; or the text itself when empty */
};

/* Keys that have no room go, with a mark, from the last but one on: how to close stays. */
static char *fit_hint(const char *hint, int width)
{
	g_auto(GStrv) keys = g_strsplit(hint, "  ", -1);
	int count = (int)g_strv_length(keys);
	GString *text = g_string_new(hint);

	for (int most = count - 2; most >= 0 && text_width(text->str) > width; most--) {
		g_string_truncate(text, 0);
		for (int i = 0; i < most; i++)
			g_string_append_printf(text, "%s  ", keys[i]);
		g_string_append_printf(text, "...  %s", g_strchug(keys[count - 1]));
	}
	return g_string_free(text, FALSE);
}

static char *prompt_text(struct ui *ui, int width)
{
	const struct chat *chat = ui->current->chat;
	const char *message = input_message();
	const char *question = question_text(ui);
	g_autofree char *mode = NULL, *label = NULL;

	if (question != NULL)
		return g_strdup_printf("%s ", question);
	if (ui->pane_focus)
		return g_strdup_printf("[find] %s",
				       pane_filter(ui->pane) != NULL ? pane_filter(ui->pane) : "");
	if (ui->view != NULL && ui->view->typed != NULL)
		return g_strdup_printf("%s: %s", ui->view->prompt, ui->view->typed);
	if (ui->view != NULL && ui->view->prompt != NULL)
		return g_strdup_printf("%s: ", ui->view->prompt);
	if (ui->view != NULL)
		return fit_hint(ui->view->ops->hint != NULL ? ui->view->ops->hint : "", width);
	if (message != NULL)
		return g_strdup(message);
	if (ui->wants_out)
		return g_strdup("Ctrl-C again to leave pheme ");
	mode = input_mode_mark();
	if (chat->kind == CHAT_STATUS)
		return g_strconcat(mode, "[status] ", NULL);
	label = ui_chat_label(chat);
	if (chat->way == CHAT_BY_SMS && *input_line() != '\0' && chat->sms_chunks > 0)
		return g_strdup_printf("%s[%s %u SMS, %d left] ", mode, label, chat->sms_chunks,
				       chat->sms_left);
	return g_strdup_printf("%s[%s] ", mode, label);
}

/* Is there a line under the cursor, or do keys come one by one? */
static bool has_line(struct ui *ui)
{
	return input_mode() == INPUT_LINE;
}

/* The character at @p as it is shown; the bytes it takes. */
static gsize take_cell(const char *p, int column, struct cell *cell)
{
	gunichar c = g_utf8_get_char_validated(p, -1);
	const char *next;

	cell->shown[0] = '\0';
	if (c == (gunichar)-1 || c == (gunichar)-2) {
		strcpy(cell->shown, "?");
		cell->width = 1;
		return 1;
	}
	if (c == '\t') {
		cell->width = 8 - column % 8;
		strcpy(cell->shown, " ");
		return 1;
	}
	if (c < 0x20 || c == 0x7f) {
		g_snprintf(cell->shown, sizeof(cell->shown), "^%c", (char)(c ^ 0x40));
		cell->width = 2;
		return 1;
	}
	cell->width = text_char_width(c);
	next = g_utf8_next_char(p);
	if (cell->width == 0 || (c >= 0x80 && c < 0xa0)) {
		g_snprintf(cell->shown, sizeof(cell->shown), "[U+%04X]", c);
		cell->width = (int)strlen(cell->shown);
		return (gsize)(next - p);
	}
	while ((guchar)*next >= 0x80 && g_unichar_ismark(g_utf8_get_char_validated(next, -1)))
		next = g_utf8_next_char(next);
	return (gsize)(next - p);
}

/* Places each cell of the line from (0, @column) on; a last one of no length is the end. */
static GArray *place_cells(const char *line, int column, int width)
{
	GArray *cells = g_array_new(FALSE, TRUE, sizeof(struct cell));
	int row = 0;
	gsize at = 0;

	for (;;) {
		struct cell cell = {.start = at};

		if (line[at] == '\0' || line[at] == '\n')
			cell.length = line[at] == '\n' ? 1 : 0;
		else
			cell.length = take_cell(line + at, column, &cell);
		/* The cursor, too, needs a cell. */
		if (column + MAX(cell.width, 1) > width && column > 0) {
			row++;
			column = 0;
		}
		cell.row = row;
		cell.column = column;
		g_array_append_val(cells, cell);
		if (line[at] == '\0')
			return cells;
		column += cell.width;
		if (line[at] == '\n') {
			row++;
			column = 0;
		}
		at += cell.length;
	}
}

/* A prompt never takes more than half of the row from what is typed, unless it waits for a key. */
static int prompt_width(struct ui *ui, const char *prompt, int width)
{
	bool whole = !has_line(ui) || question_text(ui) != NULL || ui->wants_out;

	return MIN(text_width(prompt), whole ? width - 1 : width / 2);
}

/* A question that is answered without a line is read to its end: it takes the rows it needs. */
static int question_rows(const char *question, int width)
{
	g_autoptr(GArray) lines = wrap_text(question, width - 1);

	return (int)lines->len;
}

static void draw_question(const struct area *area, const char *question)
{
	g_autoptr(GArray) lines = wrap_text(question, area->width - 1);
	int used = 0, rows = MIN((int)lines->len, area->height);

	for (int i = 0; i < rows; i++) {
		const struct wrap_line *line = &g_array_index(lines, struct wrap_line, i);
		g_autofree char *part = g_strndup(question + line->start, line->length);

		used = term_put(area->y + i, area->x, area->width, STYLE_INPUT_PROMPT, part);
	}
	term_set_cursor(area->y + MAX(rows - 1, 0), area->x + MIN(used + 1, area->width - 1));
}

int line_rows(struct ui *ui, int width, int most)
{
	g_autofree char *prompt = NULL;
	g_autoptr(GArray) cells = NULL;

	prompt = prompt_text(ui, width);
	if (!has_line(ui) && question_text(ui) != NULL)
		return CLAMP(question_rows(prompt, width), 1, MAX(most, 1));
	if (!has_line(ui))
		return 1;
	cells = place_cells(input_line(), prompt_width(ui, prompt, width), width);
	return CLAMP(g_array_index(cells, struct cell, cells->len - 1).row + 1, 1, MAX(most, 1));
}

static void draw_cell(const struct area *area, int top, const char *line, const struct cell *cell)
{
	int y = area->y + cell->row - top;
	char text[64];

	if (cell->row < top || cell->row >= top + area->height || cell->width == 0)
		return;
	if (cell->shown[0] != '\0') {
		term_put_padded(y, area->x + cell->column, cell->width, STYLE_INPUT, cell->shown);
		return;
	}
	g_strlcpy(text, line + cell->start, MIN(cell->length + 1, sizeof(text)));
	term_put(y, area->x + cell->column, cell->width, STYLE_INPUT, text);
}

static const struct cell *cell_at(GArray *cells, gsize cursor)
{
	for (guint i = 0; i + 1 < cells->len; i++) {
		const struct cell *cell = &g_array_index(cells, struct cell, i);

		if (cursor < cell->start + cell->length)
			return cell;
	}
	return &g_array_index(cells, struct cell, cells->len - 1);
}

void line_draw(struct ui *ui, const struct area *area)
{
	g_autofree char *prompt = prompt_text(ui, area->width);
	g_autoptr(GArray) cells = NULL;
	const struct cell *cursor;
	int width = prompt_width(ui, prompt, area->width), top, used;

	term_fill_area(area, STYLE_INPUT);
	if (!has_line(ui) && question_text(ui) != NULL) {
		draw_question(area, g_strchomp(prompt));
		return;
	}
	if (!has_line(ui)) {
		used = term_put(area->y, area->x, area->width, STYLE_INPUT_PROMPT, prompt);
		term_set_cursor(area->y, area->x + MIN(used, area->width - 1));
		return;
	}
	cells = place_cells(input_line(), width, area->width);
	cursor = cell_at(cells, input_cursor());
	top = MAX(cursor->row - area->height + 1, 0);
	if (top == 0)
		term_put(area->y, area->x, width, STYLE_INPUT_PROMPT, prompt);
	for (guint i = 0; i < cells->len; i++)
		draw_cell(area, top, input_line(), &g_array_index(cells, struct cell, i));
	term_set_cursor(area->y + cursor->row - top, area->x + cursor->column);
}

/* --- candidates --------------------------------------------------------------------------- */

void line_draw_candidates(struct ui *ui, const struct area *chat)
{
	int count, widest = 1, columns, rows, shown;

	if (ui->candidates == NULL)
		return;
	count = (int)g_strv_length(ui->candidates);
	for (int i = 0; i < count; i++)
		widest = MAX(widest, text_width(ui->candidates[i]));
	widest = MIN(widest + 2, chat->width);
	columns = MAX(chat->width / widest, 1);
	rows = MIN((count + columns - 1) / columns, MAX(chat->height / 2, 1));
	shown = MIN(rows * columns, count);
	for (int row = 0; row < rows; row++) {
		int y = chat->y + chat->height - rows + row;

		term_fill(y, chat->x, chat->width, STYLE_CANDIDATE, ' ');
		for (int i = row * columns; i < MIN((row + 1) * columns, shown); i++) {
			int x = chat->x + (i % columns) * widest;
			char more[32];

			if (i + 1 == shown && shown < count) {
				g_snprintf(more, sizeof(more), "(%d more)", count - shown + 1);
				term_put(y, x, widest, STYLE_CANDIDATE, more);
			} else {
				term_put(y, x, widest, STYLE_CANDIDATE, ui->candidates[i]);
			}
		}
	}
}
