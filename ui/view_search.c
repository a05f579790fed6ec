/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a search of the history has found: two lines each, when, who and where, and the text
 * around the first word that was looked for. Pages come as one moves down. Enter goes to the
 * place in the chat, where /find goes on with the same words.
 */

#include "ui_private.h"

#include <string.h>
#include "found.h"
#include "src/model/account.h"
#include "src/model/text.h"

#define PAGE      50
#define AHEAD     10 /* rows before the end the next page is asked for */
#define HIT_LINES 2
#define INDENT    2
#define CONTEXT   12 /* cells before the first word, when the text is too long */

struct search_view {
	struct view view;
	struct list list;
	struct query *query; /* NULL: what is wrong stands in `problem` */
	char *problem;
	char *caption;
	GPtrArray *hits;               /* struct session_found * */
	gint64 next;                   /* where to go on; 0: there is nothing more */
	struct session_search *search; /* under way */
	struct draft draft;
};

/* --- asking ------------------------------------------------------------------------------- */

/* "Search: back (50+)": how many are listed, and whether there are more. */
static void set_caption(struct search_view *view, const char *text)
{
	g_autofree char *clean = text_clean(text, -1, TEXT_LINE);

	g_free(view->caption);
	if (view->hits->len > 0)
		view->caption = g_strdup_printf("Search: %s (%u%s)", clean, view->hits->len,
						view->next != 0 ? "+" : "");
	else
		view->caption = g_strdup_printf("Search: %s", clean);
	view->view.caption = view->caption;
}

static void on_found(GPtrArray *found, gint64 next, const GError *error, void *data)
{
	struct search_view *view = data;
	gsize count;
	g_autofree void **items = g_ptr_array_steal(found, &count);

	view->search = NULL;
	view->next = next;
	for (gsize i = 0; i < count; i++)
		g_ptr_array_add(view->hits, items[i]);
	set_caption(view, view->query->text);
	if (error != NULL && view->problem == NULL)
		view->problem = g_strdup(error->message);
	ui_mark(view->view.ui, DIRTY_CHAT | DIRTY_TITLE);
}

static void ask(struct search_view *view)
{
	if (view->search == NULL)
		view->search = session_search(view->view.ui->session, view->query, NULL, view->next,
					      PAGE, false, on_found, view);
}

static void forget(struct search_view *view)
{
	if (view->search != NULL)
		session_search_cancel(g_steal_pointer(&view->search));
	g_ptr_array_set_size(view->hits, 0);
	g_clear_pointer(&view->query, query_unref);
	g_clear_pointer(&view->problem, g_free);
	view->list = (struct list){0};
	view->next = 0;
}

static void begin(struct search_view *view, const char *text)
{
	g_autoptr(GError) error = NULL;

	forget(view);
	set_caption(view, text);
	view->query = query_parse(text, false, &error);
	if (view->query != NULL)
		ask(view);
	else
		view->problem = text_clean(error->message, -1, TEXT_LINE);
	ui_mark(view->view.ui, DIRTY_ALL);
}

/* --- drawing ------------------------------------------------------------------------------ */

static char *heading(const struct search_view *view, const struct session_found *hit)
{
	const struct message *message = hit->message;
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(message->time);
	g_autofree char *time = when != NULL ? g_date_time_format(when, "%a %d %b %Y %H:%M") : NULL;
	bool ours = message->direction == MESSAGE_OUT;
	bool several = view->view.ui->model->accounts->len > 1;
	GString *text = g_string_new(time);

	g_string_append_printf(text, "  %s", ours ? "me" : message->name);
	if (hit->kind == CHAT_ROOM)
		g_string_append_printf(text, " in %s", hit->name);
	else if (ours)
		g_string_append_printf(text, " to %s", hit->name);
	if (several)
		g_string_append_printf(text, " (%s)", hit->account);
	return g_string_free(text, FALSE);
}

/* One line of the text; where it begins, so that the first word is in sight. */
static char *one_line(const char *text)
{
	char *line = g_strdup(text);

	return g_strdelimit(line, "\n\t", ' ');
}

static gsize begin_of(const char *text, const GArray *spans, int width)
{
	gsize first = spans->len > 0 ? g_array_index(spans, struct query_span, 0).start : 0;
	g_autofree char *before = g_strndup(text, first);
	int cells = text_width(before), all = text_width(text);

	if (all <= width || cells + CONTEXT <= width)
		return 0;
	/* A cell for the mark; and no blanks at the end while there is text for them. */
	return text_fit(text, MIN(cells - CONTEXT, all - width + 1), NULL);
}

static void draw_text(const struct search_view *view, const struct area *area, int y,
		      const struct session_found *hit, int style)
{
	g_autofree char *text = one_line(hit->message->text);
	g_autoptr(GArray) spans = query_find(view->query, text);
	int width = MAX(area->width - INDENT, 1);
	gsize start = begin_of(text, spans, width);
	int used = INDENT;

	term_fill(y, area->x, MIN(INDENT, area->width), style, ' ');
	if (start > 0)
		used += term_put(y, area->x + used, area->width - used, style, "~");
	used += found_put(y, area->x + used, area->width - used, style, text, start, strlen(text),
			  spans);
	term_fill(y, area->x + used, area->width - used, style, ' ');
}

static void draw_hit(const struct search_view *view, const struct area *area, int y, int at)
{
	const struct session_found *hit = view->hits->pdata[at];
	bool selected = at == view->list.selected;
	g_autofree char *text = heading(view, hit);

	term_put_padded(y, area->x, area->width,
			selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_HEADING, text);
	if (y + 1 < area->y + area->height)
		draw_text(view, area, y + 1, hit, STYLE_VIEW_TEXT);
}

static const char *what_is_there(const struct search_view *view)
{
	if (view->problem != NULL)
		return view->problem;
	if (view->search != NULL)
		return "searching...";
	return view->hits->len == 0 ? "Nothing was found." : "";
}

static void search_draw(struct view *base, const struct area *area)
{
	struct search_view *view = (struct search_view *)base;
	int y = area->y, end = area->y + area->height;

	view_fit(base, &view->list, (int)view->hits->len, area->y, area->height, HIT_LINES);
	for (int at = view->list.top; at < view->list.count && y < end; at++, y += HIT_LINES)
		draw_hit(view, area, y, at);
	for (const char *text = what_is_there(view); y < end; y++, text = "")
		term_put_padded(y, area->x, area->width,
				view->problem != NULL ? STYLE_VIEW_ERROR : STYLE_VIEW_DIM, text);
}

/* --- keys --------------------------------------------------------------------------------- */

static void go_to(struct search_view *view)
{
	struct ui *ui = view->view.ui;
	const struct session_found *hit = view->hits->pdata[view->list.selected];
	struct account *account = model_find_account(ui->model, hit->account);
	struct query *query = query_ref(view->query);
	gint64 row = hit->message->row;
	struct chat *chat;

	if (account == NULL) {
		g_free(view->problem);
		view->problem = g_strdup_printf("the account %s is no more", hit->account);
		query_unref(query);
		return;
	}
	chat = hit->kind == CHAT_CONTACT ? session_open_chat(ui->session, account, hit->id)
					 : chat_open(account, hit->kind, hit->id);
	ui_go_to_message(ui, chat, query, row);
	query_unref(query);
}

static void edit(struct search_view *view)
{
	g_free(view->draft.text);
	view->draft.text = view->query != NULL ? g_strdup(view->query->text) : NULL;
	view->draft.cursor = G_MAXSIZE;
	view->view.editing = &view->draft;
	view->view.prompt = "Search";
	ui_update_input(view->view.ui);
}

static void search_cancel(struct view *base)
{
	base->editing = NULL;
	base->prompt = NULL;
	if (base->ui->draft == &((struct search_view *)base)->draft)
		base->ui->draft = NULL;
	ui_update_input(base->ui);
	ui_mark(base->ui, DIRTY_ALL);
}

static void search_line(struct view *base, const char *line)
{
	g_autofree char *text = g_strdup(line);

	search_cancel(base);
	if (*text != '\0')
		begin((struct search_view *)base, text);
}

static bool search_key(struct view *base, enum list_key key, gunichar c)
{
	struct search_view *view = (struct search_view *)base;

	if (list_key(&view->list, key)) {
		if (view->next != 0 && view->list.selected + AHEAD >= view->list.count)
			ask(view);
		return true;
	}
	if (key == LIST_CHAR && (c == '/' || c == 's')) {
		edit(view);
		return true;
	}
	if (key != LIST_ENTER || view->hits->len == 0)
		return false;
	go_to(view);
	return true;
}

static void search_free(struct view *base)
{
	struct search_view *view = (struct search_view *)base;

	forget(view);
	g_ptr_array_unref(view->hits);
	g_free(view->caption);
	g_free(view->draft.text);
}

struct view *view_search_new(struct ui *ui, const char *text)
{
	static const struct view_ops ops = {
		.title = "Search",
		.hint = "Enter: go there  /: search again  q: close",
		.draw = search_draw,
		.key = search_key,
		.line = search_line,
		.cancel = search_cancel,
		.free = search_free,
	};
	struct search_view *view = g_new0(struct search_view, 1);

	view->view.ops = &ops;
	view->view.ui = ui;
	view->hits = g_ptr_array_new_with_free_func((GDestroyNotify)session_found_free);
	begin(view, text);
	return &view->view;
}
