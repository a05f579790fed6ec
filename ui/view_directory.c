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
	char *account; /* name */
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
			.event = form_event,
			.free = sheet_free,
		},
	.submit = "search",
	.press = form_press,
	.free = form_free,
};

/* --- the list ----------------------------------------------------------------------------- */

static void people_draw(struct view *base, const struct area *area)
{
	struct people_view *view = (struct people_view *)base;
	const struct directory *directory = directory_of(base->ui, view->account);
	g_autofree char *how =
		directory != NULL ? directory_describe(directory) : g_strdup("the account is gone");
	g_autofree char *heading = g_strdup_printf("%s: %s", view->account, how);
	const GPtrArray *entries = directory != NULL ? directory->entries : NULL;
	int count = entries != NULL ? (int)entries->len : 0;

	bool failed = directory == NULL || directory->state == DIRECTORY_FAILED;
	int used = view_draw_text(area, area->y, MIN(HEADING_ROWS, area->height),
				  failed ? STYLE_VIEW_ERROR : STYLE_VIEW_HEADING, heading);

	view_fit(base, &view->list, count, area->y + used, area->height - used, 1);
	for (int i = 0; i < area->height - used; i++) {
		int at = view->list.top + i;
		g_autofree char *row = entries != NULL && at < count
					       ? directory_entry_print(entries->pdata[at])
					       : NULL;

		term_put_padded(area->y + used + i, area->x, area->width,
				row != NULL && at == view->list.selected ? STYLE_VIEW_SELECTED
									 : STYLE_VIEW_TEXT,
				row);
	}
}

static void run(struct people_view *view, const char *command, bool close)
{
	struct ui *ui = view->view.ui;
	const struct directory *directory = directory_of(ui, view->account);
	const struct directory_entry *entry;
	g_autofree char *account = NULL, *id = NULL, *line = NULL;

	if (directory == NULL || view->list.selected >= (int)directory->entries->len)
		return;
	entry = directory->entries->pdata[view->list.selected];
	account = word_quote(view->account);
	id = word_quote(entry->id);
	line = g_strdup_printf("/%s -a %s -- %s", command, account, id);
	if (close)
		ui_close_view(ui);
	command_execute(&ui->front, line, NULL, NULL);
}

static bool people_char(struct people_view *view, gunichar c)
{
	struct ui *ui = view->view.ui;
	struct account *account = model_find_account(ui->model, view->account);

	if (c == 'a')
		run(view, "add", false);
	else if (c == 'w')
		run(view, "whois", true);
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

	if (list_key(&view->list, key))
		return true;
	if (key == LIST_CHAR)
		return people_char(view, c);
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
	g_free(view->account);
}

static const struct view_ops people_ops = {
	.title = "People",
	.hint = "Enter: chat  a: add  w: whois  m: more  s: stop  q: close",
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
	return &view->view;
}
