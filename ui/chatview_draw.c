/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chatview_private.h"

#include <string.h>
#include "src/model/account.h"
#include "src/model/text.h"
#include "found.h"
#include "theme.h"

static char *format_time(const char *format, gint64 when)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(when);
	g_autofree char *text = time != NULL ? g_date_time_format(time, format) : NULL;

	return text_clean(text, -1, TEXT_LINE);
}

static void draw_heading(struct chatview *view, int y, int x, const char *text)
{
	g_autofree char *line = g_strdup_printf("-- %s ", text);
	int used = term_put(y, x, view->width, STYLE_CHAT_DAY, line);

	term_fill(y, x + used, view->width - used, STYLE_CHAT_DAY, '-');
}

static void draw_day(struct chatview *view, int y, int x, gint64 when)
{
	g_autofree char *date = format_time(view->date_format, when);

	draw_heading(view, y, x, date);
}

static void draw_new(struct chatview *view, int y, int x)
{
	char text[32];
	int used, before;

	g_snprintf(text, sizeof(text), " new (%u) ", view->chat->new_count);
	before = MAX((view->width - (int)strlen(text)) / 2, 0);
	term_fill(y, x, before, STYLE_CHAT_NEW, '-');
	used = before + term_put(y, x + before, view->width - before, STYLE_CHAT_NEW, text);
	term_fill(y, x + used, view->width - used, STYLE_CHAT_NEW, '-');
}

/* Of an id that nobody gave a name, the part before the server says most. */
static gsize name_length(const char *name, int width)
{
	const char *at = strchr(name, '@');

	if (text_width(name) <= width || at == NULL || at == name || strchr(name, ' ') != NULL)
		return strlen(name);
	return (gsize)(at - name);
}

/* Cut names end in ~, as in the pane. */
static void put_name(int y, int x, int width, int style, const char *full_name)
{
	g_autofree char *name = g_strndup(full_name, name_length(full_name, width));
	int cells;
	gsize fit = text_fit(name, width, &cells);

	if (name[fit] == '\0') {
		term_put_padded(y, x, width, style, name);
		return;
	}
	text_fit(name, width - 1, &cells);
	term_put(y, x, cells, style, name);
	term_put(y, x + cells, 1, style, "~");
	term_fill(y, x + cells + 1, width - cells - 1, style, ' ');
}

static void local_look(const struct message *message, const char **name, int *style)
{
	*name = message->level == NOTICE_INFO ? " -" : " !";
	*style = message->level == NOTICE_INFO      ? STYLE_CHAT_NOTICE
		 : message->level == NOTICE_WARNING ? STYLE_CHAT_WARNING
						    : STYLE_CHAT_ERROR;
}

static void draw_head(struct chatview *view, int y, int x, const struct message *message)
{
	const char *name = message->name != NULL ? message->name : "";
	g_autofree char *notice = NULL;
	int style = message->mention ? STYLE_CHAT_MENTION : STYLE_CHAT_NAME;

	if (view->time_width > 0) {
		g_autofree char *time = format_time(view->time_format, message->time);

		term_put_padded(y, x, view->time_width - 1,
				message->row != 0 && message->row == view->found_row
					? STYLE_CHAT_FOUND
					: STYLE_CHAT_TIME,
				time);
		term_fill(y, x + view->time_width - 1, 1, STYLE_PLAIN, ' ');
	}
	if (view->name_width == 0)
		return;
	if (message->direction == MESSAGE_OUT) {
		name = "me";
		style = STYLE_CHAT_ME;
	}
	if (message->direction == MESSAGE_LOCAL)
		local_look(message, &name, &style);
	else if (message->type == MESSAGE_ACTION)
		name = " *";
	else if (message->type == MESSAGE_NOTICE)
		notice = g_strconcat("-", name, "-", NULL);
	put_name(y, x + view->time_width, view->name_width, style, notice != NULL ? notice : name);
	term_fill(y, x + view->indent - 1, 1, STYLE_PLAIN, ' ');
}

static int text_style(const struct message *message)
{
	const char *name;
	int style;

	if (message->superseded)
		return STYLE_CHAT_DELIVERY;
	if (message->direction != MESSAGE_LOCAL)
		return message->mention ? STYLE_CHAT_MENTION : STYLE_CHAT_TEXT;
	local_look(message, &name, &style);
	return style;
}

static void draw_line(struct chatview *view, int y, int x, const char *text, GArray *lines,
		      guint index, int style)
{
	const struct wrap_line *line = &g_array_index(lines, struct wrap_line, index);
	g_autoptr(GArray) spans = view->query != NULL && view->query->terms->len > 0
					  ? query_find(view->query, text)
					  : NULL;
	int used = found_put(y, x, view->width - view->indent, style, text, line->start,
			     line->start + line->length, spans);

	term_fill(y, x + used, view->width - view->indent - used, STYLE_PLAIN, ' ');
}

static void draw_mark(struct chatview *view, int y, int x, const struct message *message)
{
	const char *mark = chatview_delivery_mark(message);
	int width = mark != NULL ? (int)strlen(mark) : 0;

	if (mark == NULL || width > view->width - view->indent)
		return;
	term_put(y, x + view->width - width, width,
		 message->delivery == DELIVERY_FAILED ? STYLE_CHAT_ERROR : STYLE_CHAT_DELIVERY,
		 mark);
}

static void draw_text(struct chatview *view, int y, int x, const struct chatrow *row)
{
	const struct message *message = chatview_message(view, row->id);
	const struct wrapped *wrapped = chatview_wrap(view, row->id);
	const char *text = wrapped->text != NULL ? wrapped->text : message->text;
	int indent = view->indent;

	if (row->line == 0)
		draw_head(view, y, x, message);
	else
		term_fill(y, x, indent, STYLE_PLAIN, ' ');
	draw_line(view, y, x + indent, text, wrapped->lines, (guint)row->line, text_style(message));
	if (row->line + 1 == (int)wrapped->lines->len && !wrapped->mark_apart)
		draw_mark(view, y, x, message);
}

static void draw_typing(struct chatview *view, int y, int x)
{
	g_autofree char *who = chatview_typing(view);
	int used = 0;

	if (who == NULL)
		return;
	term_fill(y, x, view->indent, STYLE_PLAIN, ' ');
	if (view->time_width > 0) {
		g_autofree char *now = format_time(view->time_format, g_get_real_time() / 1000000);

		term_put(y, x, view->time_width - 1, STYLE_CHAT_TIME, now);
	}
	if (view->name_width > 0)
		put_name(y, x + view->time_width, view->name_width, STYLE_CHAT_TYPING, who);
	used = view->indent;
	used += term_put(y, x + used, view->width - used, STYLE_CHAT_TYPING, "is typing...");
	term_fill(y, x + used, view->width - used, STYLE_PLAIN, ' ');
}

static void draw_row(struct chatview *view, int y, int x, const struct chatrow *row)
{
	const struct message *message = chatview_message(view, row->id);

	switch (row->kind) {
	case ROW_DAY:
		draw_day(view, y, x, message->time);
		break;
	case ROW_REPLAY:
		draw_heading(view, y, x, "said before you came");
		break;
	case ROW_LIVE:
		draw_heading(view, y, x, "said since");
		break;
	case ROW_NEW:
		draw_new(view, y, x);
		break;
	case ROW_TEXT:
		draw_text(view, y, x, row);
		break;
	case ROW_MARK:
		term_fill(y, x, view->width, STYLE_PLAIN, ' ');
		draw_mark(view, y, x, message);
		break;
	case ROW_REASON:
		term_fill(y, x, view->indent, STYLE_PLAIN, ' ');
		draw_line(view, y, x + view->indent, chatview_wrap(view, row->id)->reason,
			  chatview_wrap(view, row->id)->reason_lines, (guint)row->line,
			  STYLE_CHAT_ERROR);
		break;
	case ROW_TYPING:
		draw_typing(view, y, x);
		break;
	case ROW_LOADING:
		term_put_padded(y, x, view->width, STYLE_CHAT_TYPING, "loading...");
		break;
	}
}

void chatview_draw_rows(struct chatview *view, const struct area *area)
{
	for (int i = 0; i < area->height; i++) {
		if (i < (int)view->rows->len)
			draw_row(view, area->y + i, area->x,
				 &g_array_index(view->rows, struct chatrow, i));
		else
			term_fill(area->y + i, area->x, area->width, STYLE_PLAIN, ' ');
	}
}
