/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Our own card in a form: what it has, and what it may have. */

#include "ui_private.h"

#include <string.h>
#include "sheet.h"
#include "src/model/account.h"
#include "src/model/card.h"

static const struct sheet_ops card_ops;

/* The field that a line of the form is of, "tel;type=home", and how to call it. */
static char *field_key(const char *name, char *const *params)
{
	g_autofree char *all = g_strjoinv(";", (char **)params);

	return *all != '\0' ? g_strconcat(name, ";", all, NULL) : g_strdup(name);
}

static void add_field(struct sheet *sheet, const char *name, char *const *params, const char *value)
{
	g_autofree char *key = field_key(name, params);
	g_autofree char *label = card_print_label(name, (const char *const *)params);

	sheet_add(sheet, key, label, value);
}

static guint count_fields(const GPtrArray *card, const char *name)
{
	guint count = 0;

	for (guint i = 0; i < card->len; i++)
		count += g_ascii_strcasecmp(((struct card_field *)card->pdata[i])->name, name) == 0;
	return count;
}

/* What there is, then one more of each kind that may be added. */
static void fill(struct sheet *sheet, const GPtrArray *card, const GPtrArray *specs)
{
	for (guint i = 0; i < card->len; i++) {
		const struct card_field *field = card->pdata[i];
		g_autofree char *value = card_edit_value(field);

		add_field(sheet, field->name, field->params, value);
	}
	for (guint i = 0; specs != NULL && i < specs->len; i++) {
		const struct card_spec *spec = specs->pdata[i];
		char *none[] = {NULL};

		if (count_fields(card, spec->name) < spec->max)
			add_field(sheet, spec->name, spec->exact ? spec->params : none, "");
	}
}

static void on_card(const struct whois *whois, const GError *error, void *data)
{
	struct ui *ui = data;
	struct sheet *sheet = sheet_find(ui, &card_ops);
	const struct account *account;

	if (sheet == NULL || !sheet->busy)
		return;
	account = model_find_account(ui->model, sheet->account);
	if (error != NULL)
		sheet_set_problem(sheet, error->message);
	else if (account == NULL || whois->card == NULL)
		sheet_set_problem(sheet, whois->no_card != NULL ? whois->no_card
								: "The card cannot be read.");
	else
		fill(sheet, whois->card, account->card_specs);
	sheet->busy = sheet->fields->len == 0;
	g_free(sheet->heading);
	sheet->heading = g_strdup_printf("Your card on %s, as others see it. Parts of a field are "
					 "separated by ;",
					 sheet->account);
	ui_mark(ui, DIRTY_CHAT);
}

/* --- saving ------------------------------------------------------------------------------- */

static void on_saved(const GError *error, void *data)
{
	struct ui *ui = data;
	struct sheet *sheet = sheet_find(ui, &card_ops);

	if (sheet != NULL && error != NULL) {
		sheet_set_problem(sheet, error->message);
	} else if (error != NULL) {
		ui_notice(ui, NOTICE_ERROR, "%s", error->message);
	} else {
		ui_notice(ui, NOTICE_INFO, "your card is saved");
		if (sheet != NULL && ui->view == &sheet->view)
			ui_close_view(ui);
	}
}

static void save(struct sheet *sheet)
{
	struct ui *ui = sheet->view.ui;
	struct account *account = model_find_account(ui->model, sheet->account);
	g_autoptr(GPtrArray) card = card_new();

	if (account == NULL) {
		sheet_set_problem(sheet, "The account is gone.");
		return;
	}
	for (guint i = 0; i < sheet->fields->len; i++) {
		const struct sheet_field *field = sheet->fields->pdata[i];
		g_auto(GStrv) parts = g_strsplit(field->key, ";", -1);
		g_auto(GStrv) values = card_parse_value(parts[0], field->value);

		if (strspn(field->value, "; ") < strlen(field->value))
			g_ptr_array_add(card,
					card_field_new(parts[0], (const char *const *)parts + 1,
						       (const char *const *)values));
	}
	sheet_set_problem(sheet, NULL);
	session_set_card(ui->session, account, card, on_saved, ui);
}

static const struct sheet_ops card_ops = {
	.view =
		{
			.title = "Your card",
			.hint = "Enter: edit, save  Esc: cancel",
			.draw = sheet_draw,
			.key = sheet_key,
			.line = sheet_line,
			.cancel = sheet_cancel,
			.is_changed = sheet_is_changed,
			.free = sheet_free,
		},
	.submit = "save",
	.asks = true,
	.press = save,
};

struct view *view_card_new(struct ui *ui, const char *name)
{
	struct account *account = model_find_account(ui->model, name);
	struct sheet *sheet =
		sheet_new(ui, &card_ops, name, g_strdup("Asking for what your card has..."));

	sheet->busy = true;
	if (account != NULL)
		session_whois(ui->session, account, NULL, on_card, ui);
	return &sheet->view;
}
