/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "form_fields.h"
#include "src/model/account.h"
#include "src/model/text.h"

/*
 * The account form: first the protocol, then its fields. Enter or typing on a field edits it
 * in the input line with all of readline; a secret is asked for like any other. The rows
 * after the fields: what is folded, save, cancel.
 */

enum form_stage {
	FORM_WAITING, /* for the list of protocols */
	FORM_CHOOSING,
	FORM_FILLING,
};

struct form {
	struct view view;
	enum form_stage stage;
	char *manager, *protocol; /* wanted; or NULL */
	char *account;            /* name of the one to edit; or NULL */
	char *problem;
	GPtrArray *protocols; /* struct choice */
	struct fields *fields;
	bool unfolded[GROUPS];
	GArray *rows; /* int: index of a field, or enum form_row */
	bool changed; /* there is something in it that would be lost */
	struct list list;
	struct draft draft;
};

struct choice {
	char *manager, *protocol, *text;
};

enum form_row {
	ROW_PROXY = -1,
	ROW_MORE = -2,
	ROW_SAVE = -3,
	ROW_CANCEL = -4,
};

static const struct view_ops form_ops;

static struct form *find_form(struct ui *ui)
{
	for (struct view *view = ui->view; view != NULL; view = view->below)
		if (view->ops == &form_ops)
			return (struct form *)view;
	return NULL;
}

/* --- rows --------------------------------------------------------------------------------- */

static void add_row(struct form *form, int row)
{
	g_array_append_val(form->rows, row);
}

static bool is_folded(const struct form *form, const struct field *field)
{
	return field->group != GROUP_COMMON && !form->unfolded[field->group] &&
	       field->error == NULL;
}

/* Group by group, each that is folded as one row. */
static void list_group(struct form *form, enum field_group group, int fold)
{
	guint folded = 0;

	for (guint i = 0; i < form->fields->list->len; i++) {
		const struct field *field = form->fields->list->pdata[i];

		if (field->group != group)
			continue;
		if (is_folded(form, field))
			folded++;
		else
			add_row(form, (int)i);
	}
	if (folded > 0)
		add_row(form, fold);
}

static void list_rows(struct form *form)
{
	g_array_set_size(form->rows, 0);
	list_group(form, GROUP_COMMON, 0);
	list_group(form, GROUP_PROXY, ROW_PROXY);
	list_group(form, GROUP_MORE, ROW_MORE);
	add_row(form, ROW_SAVE);
	add_row(form, ROW_CANCEL);
	form->list.count = (int)form->rows->len;
}

static int row_at(const struct form *form, int index)
{
	return g_array_index(form->rows, int, index);
}

static struct field *field_at(const struct form *form, int index)
{
	int row = row_at(form, index);

	return row >= 0 ? form->fields->list->pdata[row] : NULL;
}

static void select_row(struct form *form, int row)
{
	for (int i = 0; i < form->list.count; i++)
		if (row_at(form, i) == row)
			form->list.selected = i;
}

/* The selection goes to the first of what is shown now. */
static void unfold(struct form *form, enum field_group group)
{
	int first = -1;

	for (int i = (int)form->fields->list->len - 1; i >= 0; i--) {
		const struct field *field = form->fields->list->pdata[i];

		if (field->group == group && field->error == NULL)
			first = i;
	}
	form->unfolded[group] = true;
	list_rows(form);
	select_row(form, first);
}

/* --- getting the protocols ---------------------------------------------------------------- */

static void choice_free(void *data)
{
	struct choice *choice = data;

	g_free(choice->manager);
	g_free(choice->protocol);
	g_free(choice->text);
	g_free(choice);
}

static void start_filling(struct form *form, const struct protocol *protocol)
{
	struct ui *ui = form->view.ui;
	struct account *account =
		form->account != NULL ? model_find_account(ui->model, form->account) : NULL;

	if (protocol == NULL && account == NULL)
		return;
	form->stage = FORM_FILLING;
	form->fields = fields_new(ui->session, protocol, account);
	form->list = (struct list){.selected = account == NULL ? 1 : 0};
	list_rows(form);
}

static void start_choosing(struct form *form, GPtrArray *protocols)
{
	form->stage = FORM_CHOOSING;
	for (guint i = 0; i < protocols->len; i++) {
		const struct protocol *protocol = protocols->pdata[i];
		struct choice *choice = g_new0(struct choice, 1);

		choice->manager = g_strdup(protocol->manager);
		choice->protocol = g_strdup(protocol->name);
		choice->text = g_strdup_printf("%-20s %s/%s", protocol->english, protocol->manager,
					       protocol->name);
		g_ptr_array_add(form->protocols, choice);
	}
	form->list.count = (int)form->protocols->len;
}

static void on_protocols(GPtrArray *protocols, const GError *error, void *data)
{
	struct ui *ui = data;
	struct form *form = ui->leaving ? NULL : find_form(ui);
	const struct protocol *protocol = NULL;

	if (form == NULL || form->stage != FORM_WAITING)
		return;
	g_clear_pointer(&form->problem, g_free);
	if (form->protocol != NULL && protocols != NULL)
		protocol = protocol_find(protocols, form->manager, form->protocol);
	if (protocol != NULL || form->account != NULL)
		start_filling(form, protocol);
	else if (error != NULL)
		form->problem = g_strdup(error->message);
	else if (protocols == NULL || protocols->len == 0)
		form->problem = g_strdup("No connection manager is installed: for XMPP install "
					 "telepathy-haze or telepathy-gabble, for IRC "
					 "telepathy-idle.");
	else
		start_choosing(form, protocols);
	ui_mark(ui, DIRTY_CHAT);
}

/* --- drawing ------------------------------------------------------------------------------ */

static void draw_field(const struct form *form, const struct area *area, int y,
		       const struct field *field, bool selected)
{
	int label = CLAMP(area->width / 3, MIN(16, area->width / 2), 24), x = area->x,
	    room = area->width;
	int style = selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT;
	g_autofree char *text = NULL;

	term_put_padded(y, x, room, STYLE_VIEW_TEXT, field->required ? "*" : " ");
	term_put_padded(y, x + 2, label, style, field->label);
	text = text_clean(field_shown(field), -1, TEXT_LINE);
	x += label + 3;
	room -= label + 3;
	if (room <= 0)
		return;
	x += term_put(y, x, room, field->value == NULL ? STYLE_VIEW_DIM : STYLE_VIEW_TEXT, text);
	room = area->x + area->width - x - 2;
	if (room > 0 && field->error != NULL)
		term_put(y, x + 2, room, STYLE_VIEW_ERROR, field->error);
	else if (room > 0 && field->value == NULL && field->fallback != NULL &&
		 field->type != FIELD_BOOL)
		term_put(y, x + 2, room, STYLE_VIEW_DIM, "(default)");
}

static void draw_row(const struct form *form, const struct area *area, int y, int index)
{
	static const char *const labels[] = {
		[-ROW_PROXY] = "[ proxy settings ]",
		[-ROW_MORE] = "[ more settings ]",
		[-ROW_SAVE] = "[ save ]",
		[-ROW_CANCEL] = "[ cancel ]",
	};
	bool selected = index == form->list.selected;
	int row = row_at(form, index);

	if (row >= 0) {
		draw_field(form, area, y, form->fields->list->pdata[row], selected);
		return;
	}
	term_put_padded(y, area->x, 2, STYLE_VIEW_TEXT, "");
	term_fill(y, area->x + 2, area->width - 2, STYLE_VIEW_TEXT, ' ');
	term_put(y, area->x + 2, area->width - 2, selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT,
		 labels[-row]);
}

static void draw_choice(const struct form *form, const struct area *area, int y, int index)
{
	const struct choice *choice = form->protocols->pdata[index];

	term_put_padded(y, area->x, 2, STYLE_VIEW_TEXT, "");
	term_put_padded(y, area->x + 2, area->width - 2,
			index == form->list.selected ? STYLE_VIEW_SELECTED : STYLE_VIEW_TEXT,
			choice->text);
}

static char *heading(const struct form *form)
{
	if (form->problem != NULL)
		return g_strdup(form->problem);
	switch (form->stage) {
	case FORM_WAITING:
		return g_strdup("Asking the connection managers what they can do...");
	case FORM_CHOOSING:
		return g_strdup("Which network is the account on?");
	case FORM_FILLING:
		break;
	}
	return g_strdup_printf("%s %s/%s   * must be filled in",
			       form->account != NULL ? "Account" : "New account:",
			       form->fields->manager, form->fields->protocol);
}

static void form_draw(struct view *view, const struct area *area)
{
	struct form *form = (struct form *)view;
	struct area rows = {area->y + 2, area->x, MAX(area->height - 2, 0), area->width};
	g_autofree char *text = heading(form);

	term_fill_area(area, STYLE_PLAIN);
	term_put(area->y, area->x, area->width,
		 form->problem != NULL ? STYLE_VIEW_ERROR : STYLE_VIEW_HEADING, text);
	if (form->stage == FORM_WAITING)
		return;
	view_fit(view, &form->list, form->list.count, rows.y, rows.height, 1);
	for (int i = 0; i < rows.height && form->list.top + i < form->list.count; i++) {
		if (form->stage == FORM_CHOOSING)
			draw_choice(form, &rows, rows.y + i, form->list.top + i);
		else
			draw_row(form, &rows, rows.y + i, form->list.top + i);
	}
}

/* --- editing ------------------------------------------------------------------------------ */

static void stop_editing(struct form *form)
{
	form->view.editing = NULL;
	form->view.prompt = NULL;
	ui_update_input(form->view.ui);
	g_clear_pointer(&form->draft.text, g_free);
	ui_mark(form->view.ui, DIRTY_CHAT | DIRTY_INPUT);
}

static void take_secret(const char *answer, void *data)
{
	struct form *form = find_form(data);
	struct field *field;

	if (form == NULL || form->stage != FORM_FILLING || answer == NULL)
		return;
	field = field_at(form, form->list.selected);
	if (field == NULL || field->type != FIELD_SECRET)
		return;
	field_set(field, answer);
	form->changed = true;
	form->list.selected++;
	ui_mark(data, DIRTY_CHAT);
}

static void start_editing(struct form *form, struct field *field, gunichar c)
{
	char first[8] = "";

	if (field->type == FIELD_SECRET) {
		ui_ask(form->view.ui, QUESTION_SECRET, field->label, take_secret, form->view.ui);
		if (c != 0)
			question_key(form->view.ui, LIST_CHAR, c);
		return;
	}
	if (c != 0)
		first[g_unichar_to_utf8(c, first)] = '\0';
	g_free(form->draft.text);
	form->draft.text = g_strdup(c != 0 ? first : field->value != NULL ? field->value : "");
	form->draft.cursor = G_MAXSIZE;
	form->view.editing = &form->draft;
	form->view.prompt = field->label;
	ui_update_input(form->view.ui);
}

static void form_line(struct view *view, const char *line)
{
	struct form *form = (struct form *)view;
	struct field *field = field_at(form, form->list.selected);

	stop_editing(form);
	if (field == NULL)
		return;
	form->changed |= g_strcmp0(field->value != NULL ? field->value : "", line) != 0;
	if (field_set(field, line))
		form->list.selected++;
}

static void form_cancel(struct view *view)
{
	stop_editing((struct form *)view);
}

/* --- keys --------------------------------------------------------------------------------- */

/* What kept it offline may be mended. */
static void try_again(struct form *form)
{
	struct account *account = form->fields->account;

	if (account != NULL && *account->reason != '\0' &&
	    (account->state == ACCOUNT_OFFLINE || account->state == ACCOUNT_WAITING))
		session_connect(form->view.ui->session, account, NULL, NULL);
}

static void save(struct form *form)
{
	struct ui *ui = form->view.ui;
	g_autoptr(GError) error = NULL;
	int bad;

	g_clear_pointer(&form->problem, g_free);
	/* It may have been removed, or renamed, while it was being edited. */
	if (form->account != NULL &&
	    model_find_account(ui->model, form->account) != form->fields->account) {
		form->problem = g_strdup("The account is gone.");
		return;
	}
	if (fields_save(form->fields, ui->session, &error)) {
		ui_notice(ui, NOTICE_INFO, "account %s saved",
			  ((struct field *)form->fields->list->pdata[0])->value);
		try_again(form);
		ui_close_view(ui);
		return;
	}
	if (error != NULL)
		form->problem = text_clean(error->message, -1, TEXT_LINE);
	/* The name may have been taken before the rest was refused. */
	if (form->account != NULL) {
		g_free(form->account);
		form->account = g_strdup(form->fields->account->name);
	}
	list_rows(form);
	bad = fields_first_error(form->fields);
	if (bad >= 0)
		select_row(form, bad);
}

static void toggle(struct field *field)
{
	field_set(field, field_is_on(field) ? "false" : "true");
}

static bool press(struct form *form, enum list_key key, gunichar c)
{
	struct field *field = field_at(form, form->list.selected);
	int row = row_at(form, form->list.selected);

	if (field != NULL && field->type == FIELD_BOOL) {
		form->changed = true;
		toggle(field);
	} else if (field != NULL) {
		start_editing(form, field, c);
	} else if (row == ROW_PROXY || row == ROW_MORE) {
		unfold(form, row == ROW_PROXY ? GROUP_PROXY : GROUP_MORE);
	} else if (row == ROW_SAVE) {
		save(form);
	} else if (!form->changed || !view_ask_to_drop(&form->view)) {
		ui_close_view(form->view.ui);
	}
	return true;
}

static void choose(struct form *form)
{
	const struct choice *choice;

	if (form->list.count == 0)
		return;
	choice = form->protocols->pdata[form->list.selected];
	form->manager = g_strdup(choice->manager);
	form->protocol = g_strdup(choice->protocol);
	form->stage = FORM_WAITING;
	session_list_protocols(form->view.ui->session, on_protocols, form->view.ui);
}

static bool form_key(struct view *view, enum list_key key, gunichar c)
{
	struct form *form = (struct form *)view;
	bool on_field = form->stage == FORM_FILLING && field_at(form, form->list.selected) != NULL;

	if (key == LIST_LEAVE || (key == LIST_CHAR && c == 'q' && !on_field))
		return form->changed && view_ask_to_drop(view);
	if (form->stage == FORM_WAITING)
		return false;
	if (list_key(&form->list, key))
		return true;
	if (form->stage == FORM_CHOOSING) {
		if (key == LIST_ENTER)
			choose(form);
		return key == LIST_ENTER;
	}
	if (key == LIST_ENTER)
		return press(form, key, 0);
	if (key == LIST_CHAR && (on_field || c == ' '))
		return press(form, key, c == ' ' ? 0 : c);
	return false;
}

static bool form_is_changed(const struct view *view)
{
	return ((const struct form *)view)->changed || view->editing != NULL;
}

static void form_free(struct view *view)
{
	struct form *form = (struct form *)view;

	fields_free(form->fields);
	g_ptr_array_unref(form->protocols);
	g_array_unref(form->rows);
	g_free(form->draft.text);
	g_free(form->manager);
	g_free(form->protocol);
	g_free(form->account);
	g_free(form->problem);
}

static const struct view_ops form_ops = {
	.title = "Account",
	.hint = "Up/Down: move  Enter: edit, choose  Esc: cancel",
	.draw = form_draw,
	.key = form_key,
	.line = form_line,
	.cancel = form_cancel,
	.is_changed = form_is_changed,
	.free = form_free,
};

static struct form *make(struct ui *ui)
{
	struct form *form = g_new0(struct form, 1);

	form->view.ops = &form_ops;
	form->view.ui = ui;
	form->protocols = g_ptr_array_new_with_free_func(choice_free);
	form->rows = g_array_new(FALSE, FALSE, sizeof(int));
	session_list_protocols(ui->session, on_protocols, ui);
	return form;
}

struct view *form_new(struct ui *ui, const char *manager, const char *protocol)
{
	struct form *form = make(ui);

	form->manager = g_strdup(manager);
	form->protocol = g_strdup(protocol);
	return &form->view;
}

struct view *form_new_edit(struct ui *ui, struct account *account)
{
	struct form *form = make(ui);

	form->manager = g_strdup(account->manager);
	form->protocol = g_strdup(account->protocol);
	form->account = g_strdup(account->name);
	return &form->view;
}
