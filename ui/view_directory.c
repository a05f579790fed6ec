/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A search for people: a form of all that the directory can be searched for, then a list of who
 * was found, while they come. The list stays as it is when the search fails.
 */

#include "ui_private.h"

#include <string.h>
#include "sheet.h"
#include "src/cmd/parse.h"
#include "src/model/account.h"
#include "src/model/directory.h"

#define HEADING_ROWS 3

struct people_view {
	struct view view;
	char *account;                     /* name */
	const struct directory *directory; /* what rows and seen are of */
	GSequence *rows;                   /* struct directory_entry *, borrowed from it */
	GSequenceIter *selected;           /* NULL: nobody has moved it yet */
	guint seen;                        /* entries of the directory that were looked at */
	bool by_name;                      /* else as they came */
	char *filter;                      /* "" for none */
	struct list list;
};

static const struct view_ops people_ops;

static struct directory *directory_of(struct ui *ui, const char *name)
{
	struct account *account = model_find_account(ui->model, name);

	return account != NULL ? account->directory : NULL;
}

static void on_done(const GError *error, void *data)
{
	/* The list tells it. */
}

/* --- the form ----------------------------------------------------------------------------- */

static void fill(struct sheet *sheet, const struct directory *directory)
{
	g_autofree char *limit = g_strdup_printf("%u", directory->limit);

	for (char **key = directory->keys; *key != NULL; key++) {
		g_autofree char *label = directory_print_key(*key);

		sheet_add(sheet, *key, label, "");
	}
	g_free(sheet->heading);
	sheet->heading = g_strdup_printf(
		"Search %s%s%s%s%s", sheet->account, *directory->server != '\0' ? " at " : "",
		directory->server, directory->limit > 0 ? ", people at a time: " : "",
		directory->limit > 0 ? limit : "");
	sheet->busy = false;
}

static bool form_event(struct view *view, const struct event *event)
{
	struct sheet *sheet = (struct sheet *)view;
	const struct directory *directory = directory_of(view->ui, sheet->account);

	if (event->type != EVENT_DIRECTORY_CHANGED && event->type != EVENT_ACCOUNT_REMOVED)
		return false;
	if (directory != NULL && directory->state == DIRECTORY_READY && sheet->busy)
		fill(sheet, directory);
	else if (directory == NULL || directory->state == DIRECTORY_FAILED)
		sheet_set_problem(sheet,
				  directory != NULL ? directory->reason : "The account is gone.");
	return true;
}

/* The list takes the form's place. */
static void form_press(struct sheet *sheet)
{
	struct ui *ui = sheet->view.ui;
	struct account *account = model_find_account(ui->model, sheet->account);
	g_autoptr(GHashTable) terms =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autofree char *name = g_strdup(sheet->account);

	for (guint i = 0; i < sheet->fields->len; i++) {
		const struct sheet_field *field = sheet->fields->pdata[i];

		if (*field->value != '\0')
			g_hash_table_insert(terms, g_strdup(field->key), g_strdup(field->value));
	}
	if (account == NULL || g_hash_table_size(terms) == 0) {
		sheet_set_problem(sheet, account == NULL ? "The account is gone."
							 : "Fill in what to search for.");
		return;
	}
	session_search_directory(ui->session, account, terms, on_done, ui);
	ui_close_view(ui);
	ui_push_view(ui, view_directory_new(ui, name));
}

/* A search that was not begun is given up. */
static void form_free(struct sheet *sheet)
{
	struct account *account = model_find_account(sheet->view.ui->model, sheet->account);

	if (account != NULL && account->directory != NULL &&
	    account->directory->state <= DIRECTORY_READY)
		session_stop_search(sheet->view.ui->session, account);
}

static const struct sheet_ops form_ops = {
	.view =
		{
			.title = "Directory",
			.hint = "Enter: edit, search  Esc: close",
			.draw = sheet_draw,
			.key = sheet_key,
			.line = sheet_line,
			.cancel = sheet_cancel,
			.is_changed = sheet_is_changed,
			.event = form_event,
			.free = sheet_free,
		},
	.submit = "search",
	.press = form_press,
	.free = form_free,
};

/* --- the list ----------------------------------------------------------------------------------- */

static void forget_rows(struct people_view *view)
{
	g_sequence_remove_range(g_sequence_get_begin_iter(view->rows),
				g_sequence_get_end_iter(view->rows));
	view->selected = NULL;
	view->seen = 0;
}

/* Sorted or filtered anew, from the top on. */
static void list_again(struct people_view *view)
{
	forget_rows(view);
	view->list.selected = 0;
	ui_mark(view->view.ui, DIRTY_CHAT);
}

static int compare(const void *a, const void *b, void *data)
{
	return directory_entry_by_name(a, b);
}

/* What came since is put in its place; the selection stays on its person. */
static const struct directory *take_new(struct people_view *view)
{
	const struct directory *directory = directory_of(view->view.ui, view->account);

	if (directory != view->directory ||
	    (directory != NULL && directory->entries->len < view->seen))
		forget_rows(view);
	view->directory = directory;
	for (; directory != NULL && view->seen < directory->entries->len; view->seen++) {
		struct directory_entry *entry = directory->entries->pdata[view->seen];

		if (!directory_entry_matches(entry, view->filter))
			continue;
		if (view->by_name)
			g_sequence_insert_sorted(view->rows, entry, compare, NULL);
		else
			g_sequence_append(view->rows, entry);
	}
	if (view->selected != NULL)
		view->list.selected = g_sequence_iter_get_position(view->selected);
	return directory;
}

static char *print_heading(const struct people_view *view, const struct directory *directory)
{
	g_autofree char *how =
		directory != NULL ? directory_describe(directory) : g_strdup("the account is gone");
	g_autofree char *filter = *view->filter != '\0'
					  ? g_strdup_printf("  [%s] %d", view->filter,
							    g_sequence_get_length(view->rows))
					  : g_strdup("");

	return g_strdup_printf("%s: %s%s%s", view->account, how, view->by_name ? ", by name" : "",
			       filter);
}

static void people_draw(struct view *base, const struct area *area)
{
	struct people_view *view = (struct people_view *)base;
	const struct directory *directory = take_new(view);
	bool failed = directory == NULL || directory->state == DIRECTORY_FAILED;
	g_autofree char *heading = print_heading(view, directory);
	int used = view_draw_text(area, area->y, MIN(HEADING_ROWS, area->height),
				  failed ? STYLE_VIEW_ERROR : STYLE_VIEW_HEADING, heading);
	GSequenceIter *row;

	view_fit(base, &view->list, g_sequence_get_length(view->rows), area->y + used,
		 area->height - used, 1);
	row = g_sequence_get_iter_at_pos(view->rows, view->list.top);
	for (int i = 0; i < area->height - used; i++) {
		bool selected = view->list.top + i == view->list.selected;
		g_autofree char *text = NULL;

		if (!g_sequence_iter_is_end(row)) {
			text = directory_entry_print(g_sequence_get(row));
			row = g_sequence_iter_next(row);
		}
		term_put_padded(area->y + used + i, area->x, area->width,
				text != NULL && selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT,
				text);
	}
}

static void run(struct people_view *view, const char *command, bool close)
{
	struct ui *ui = view->view.ui;
	GSequenceIter *row = g_sequence_get_iter_at_pos(view->rows, view->list.selected);
	const struct directory_entry *entry;
	g_autofree char *account = NULL, *id = NULL, *line = NULL;

	if (g_sequence_iter_is_end(row))
		return;
	entry = g_sequence_get(row);
	account = word_quote(view->account);
	id = word_quote(entry->id);
	line = g_strdup_printf("/%s -a %s -- %s", command, account, id);
	if (close)
		ui_close_view(ui);
	command_execute(&ui->front, line, NULL, NULL);
}

static void set_filter(struct people_view *view, const char *filter)
{
	g_free(view->filter);
	view->filter = g_strdup(filter);
	list_again(view);
}

static void take_filter(const char *answer, void *data)
{
	struct ui *ui = data;

	if (answer != NULL && ui->view != NULL && ui->view->ops == &people_ops)
		set_filter((struct people_view *)ui->view, answer);
}

static bool people_char(struct people_view *view, gunichar c)
{
	struct ui *ui = view->view.ui;
	struct account *account = model_find_account(ui->model, view->account);

	if (c == 'a')
		run(view, "add", false);
	else if (c == 'w')
		run(view, "whois", true);
	else if (c == '/')
		ui_ask(ui, QUESTION_TEXT, "Show only people with", take_filter, ui);
	else if (c == 'm' && account != NULL)
		session_search_more(ui->session, account, on_done, ui);
	else if (c == 's' && account != NULL)
		session_stop_search(ui->session, account);
	else
		return false;
	return true;
}

static bool people_key(struct view *base, enum list_key key, gunichar c)
{
	struct people_view *view = (struct people_view *)base;

	take_new(view);
	if (key == LIST_TAB || key == LIST_BACKTAB) {
		view->by_name = !view->by_name;
		list_again(view);
		return true;
	}
	if (list_key(&view->list, key)) {
		view->selected = g_sequence_get_iter_at_pos(view->rows, view->list.selected);
		if (g_sequence_iter_is_end(view->selected))
			view->selected = NULL;
		return true;
	}
	if (key == LIST_CHAR)
		return people_char(view, c);
	if (key == LIST_LEAVE && *view->filter != '\0') {
		set_filter(view, "");
		return true;
	}
	if (key != LIST_ENTER)
		return false;
	run(view, "query", true);
	return true;
}

static bool people_event(struct view *base, const struct event *event)
{
	return event->type == EVENT_DIRECTORY_CHANGED || event->type == EVENT_ACCOUNT_REMOVED;
}

/* Nobody looks any more. */
static void people_free(struct view *base)
{
	struct people_view *view = (struct people_view *)base;
	struct account *account = model_find_account(base->ui->model, view->account);

	if (account != NULL && account->directory != NULL &&
	    !directory_has_ended(account->directory))
		session_stop_search(base->ui->session, account);
	g_sequence_free(view->rows);
	g_free(view->filter);
	g_free(view->account);
}

static const struct view_ops people_ops = {
	.title = "People",
	.hint = "Enter: chat  a: add  w: whois  /: filter  Tab: sort  m: more  s: stop  q: close",
	.draw = people_draw,
	.key = people_key,
	.event = people_event,
	.free = people_free,
};

/* The form when there is something to fill in, or will be. */
struct view *view_directory_new(struct ui *ui, const char *account)
{
	const struct directory *directory = directory_of(ui, account);
	struct people_view *view;
	struct sheet *sheet;

	if (directory != NULL && directory->state <= DIRECTORY_READY) {
		sheet = sheet_new(ui, &form_ops, account,
				  g_strdup("Asking what can be searched for..."));
		sheet->busy = true;
		if (directory->state == DIRECTORY_READY)
			fill(sheet, directory);
		return &sheet->view;
	}
	view = g_new0(struct people_view, 1);
	view->view.ops = &people_ops;
	view->view.ui = ui;
	view->account = g_strdup(account);
	view->rows = g_sequence_new(NULL);
	view->filter = g_strdup("");
	return &view->view;
}
