/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <string.h>
#include <time.h>
#include "src/model/account.h"
#include "src/model/contact.h"
#include "src/model/room_config.h"
#include "src/model/text.h"

#define STATUS_MAX 4096 /* bytes */

/* --- the title ---------------------------------------------------------------------------- */

static void title_contact(const struct ui *ui, const struct contact *contact, GString *out)
{
	g_string_append(out, contact->alias);
	/* Always the id beside the alias: nobody hides behind a look-alike name. */
	if (strcmp(contact->alias, contact->shown_id) != 0)
		g_string_append_printf(out, " <%s>", contact->shown_id);
	g_string_append_printf(out, " [%s %s]", theme_contact_glyph(ui->theme, contact),
			       contact_standing_name(contact));
	if (ui->current->chat->way != CHAT_BY_NETWORK_ONLY)
		g_string_append(out, ui->current->chat->way != CHAT_BY_SMS ? " [not by SMS]"
				     : ui->current->chat->sms_flash        ? " [by SMS, flash]"
									   : " [by SMS]");
	if (*contact->message != '\0')
		g_string_append_printf(out, " \"%s\"", contact->message);
}

static void title_room(const struct chat *chat, GString *out)
{
	static const char *const states[] = {
		[ROOM_LEFT] = " [left]", [ROOM_JOINING] = " [joining]", [ROOM_JOINED] = ""};

	g_string_append_printf(out, "%s%s", chat->name, states[chat->room_state]);
	if (chat->room_state == ROOM_JOINED)
		g_string_append_printf(out, " (%u)", g_hash_table_size(chat->members));
	if (room_config_is_on(chat->config, ROOM_OPTION_MODERATED))
		g_string_append(out, " [moderated]");
	if (*chat->topic != '\0')
		g_string_append_printf(out, " %s", chat->topic);
}

static char *title_text(const struct ui *ui)
{
	const struct chat *chat = ui->current->chat;
	GString *out = g_string_new(NULL);

	if (ui->view != NULL)
		g_string_append(out, ui->view->caption != NULL ? ui->view->caption
							       : ui->view->ops->title);
	else if (chat->kind == CHAT_STATUS)
		g_string_append_printf(out, "pheme %s", PHEME_VERSION);
	else if (chat->kind == CHAT_ROOM)
		title_room(chat, out);
	else if (chat->contact != NULL)
		title_contact(ui, chat->contact, out);
	else
		g_string_append(out, chat->name);
	return g_string_free(out, FALSE);
}

/* Where it goes through, and whether it is kept. */
static char *title_right(const struct ui *ui)
{
	const struct chat *chat = ui->current->chat;

	if (ui->view != NULL || chat->account == NULL)
		return g_strdup("");
	return g_strdup_printf("%s/%s  %s", chat->account->name, chat->account->manager,
			       chat->no_history ? "NO LOG" : "log");
}

void bars_draw_hint(struct ui *ui)
{
	const struct area *area = &ui->layout.hint;

	term_put_padded(area->y, area->x, area->width, STYLE_VIEW_HEADING, ui->hint);
}

/* What is cut says so. */
static void put_cut(int y, int x, int width, int style, const char *text)
{
	g_autofree char *part = NULL;
	int used;

	if (text_width(text) <= width) {
		term_put(y, x, width, style, text);
		return;
	}
	part = g_strndup(text, text_fit(text, width - 1, &used));
	term_put(y, x, used, style, part);
	term_put(y, x + used, width - used, style, "~");
}

void bars_draw_title(struct ui *ui)
{
	const struct area *area = &ui->layout.title;
	g_autofree char *text = title_text(ui);
	g_autofree char *right = title_right(ui);
	int width = text_width(right);
	int room = area->width - (width > 0 && width < area->width / 2 ? width + 1 : 0);

	term_put_padded(area->y, area->x, area->width, STYLE_TITLE, "");
	put_cut(area->y, area->x, room, STYLE_TITLE, text);
	if (room < area->width)
		term_put(area->y, area->width - width, width, STYLE_TITLE, right);
	if (ui->view == NULL) {
		g_autofree char *label = ui_chat_label(ui->current->chat);
		g_autofree char *title = g_strconcat("pheme: ", label, NULL);

		term_set_title(title);
	}
}

/* --- the status bar ----------------------------------------------------------------------- */

static void status_clock(GString *out)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	g_string_append_printf(out, "[%02d:%02d]", tm.tm_hour, tm.tm_min);
}

/* @narrow: only those that are not as they should be. */
static void status_accounts(const struct ui *ui, GString *out, bool narrow)
{
	for (guint i = 0; i < ui->model->accounts->len; i++) {
		const struct account *account = ui->model->accounts->pdata[i];
		enum presence presence = account->presence;

		if (account->state == ACCOUNT_DISABLED ||
		    (narrow && account->state == ACCOUNT_ONLINE))
			continue;
		/* A network without presence is there all the same. */
		if (account->state == ACCOUNT_ONLINE && presence == PRESENCE_UNSET)
			presence = PRESENCE_AVAILABLE;
		g_string_append_printf(out, " %s:%s", account->name,
				       account->state == ACCOUNT_ONLINE
					       ? theme_glyph(ui->theme, presence)
				       : account->state == ACCOUNT_OFFLINE ? "_"
									   : "...");
	}
	if (ui->model->accounts->len == 0)
		g_string_append(out, " no accounts");
	if (ui->sought_bus && !session_has_bus(ui->session))
		g_string_append(out, " no bus");
}

char *ui_chat_label(const struct chat *chat)
{
	const char *at = strchr(chat->name, '@');
	bool shorten = chat->kind == CHAT_ROOM && at != NULL && at > chat->name;
	int length = shorten ? (int)(at - chat->name) : (int)strlen(chat->name);

	if (chat_has_namesake(chat))
		return g_strdup_printf("%s:%.*s", chat->account->name, length, chat->name);
	return g_strndup(chat->name, (gsize)length);
}

static void status_activity(const struct ui *ui, GString *out)
{
	const char *before = " | Act:";

	if (ui->alerts > 0) {
		g_string_append_printf(out, "%s 0:status(%u)", before, ui->alerts);
		before = "";
	}
	/* What there is no room for needs no name. */
	for (guint i = 0; i < ui->model->chats->len && out->len < STATUS_MAX; i++) {
		const struct chat *chat = ui->model->chats->pdata[i];
		g_autofree char *label = NULL;

		if (chat->unread == 0)
			continue;
		label = ui_chat_label(chat);
		g_string_append_printf(out, "%s %u:%s", before, chat->number, label);
		if (chat->mentions > 0)
			g_string_append(out, "(!)");
		else
			g_string_append_printf(out, "(%u)", chat->unread);
		before = "";
	}
}

/* The file of the chat that one is in, in full; all others together. */
static void status_files(const struct ui *ui, GString *out)
{
	const struct chat *chat = ui->current->chat;
	g_autofree char *all = model_print_transfers(ui->model);

	for (guint i = 0;
	     all != NULL && chat->kind == CHAT_CONTACT && i < ui->model->transfers->len; i++) {
		const struct transfer *transfer = ui->model->transfers->pdata[i];
		g_autofree char *progress = NULL;

		if (transfer->state != TRANSFER_RUNNING || transfer->account != chat->account ||
		    strcmp(transfer->contact, chat->id) != 0)
			continue;
		progress = transfer_print_progress(transfer);
		g_string_append_printf(out, " | File %s", progress);
		return;
	}
	if (all != NULL)
		g_string_append_printf(out, " | %s", all);
}

static void status_tubes(const struct ui *ui, GString *out)
{
	unsigned open = 0;

	for (guint i = 0; i < ui->model->tubes->len; i++) {
		const struct tube *tube = ui->model->tubes->pdata[i];

		open += tube->state == TUBE_OPEN;
	}
	if (open > 0)
		g_string_append_printf(out, " | Tube%s %u", open > 1 ? "s" : "", open);
}

static void status_places(const struct ui *ui, GString *out)
{
	const struct chat *chat = ui->current->chat;
	g_autofree char *label = ui_chat_label(chat);
	/* A long name leaves room for the rest. */
	int shown = (int)text_fit(label, ui->layout.status.width / 2, NULL);

	if (chat->kind == CHAT_STATUS)
		g_string_append(out, " | status");
	else
		g_string_append_printf(out, " | %u:%.*s", chat->number, shown, label);
	if (ui->current->query != NULL && ui->view == NULL)
		g_string_append_printf(out, " | Find: %s%s", ui->current->query->text,
				       ui->find_note != NULL ? ui->find_note : "");
	if (!ui->current->follow)
		g_string_append(out, " | scrolled");
	if (ui->view != NULL)
		g_string_append_printf(out, " | %s", ui->view->ops->title);
	status_activity(ui, out);
	status_files(ui, out);
	status_tubes(ui, out);
}

/* Where one is and where something happened counts more than who is online. */
void bars_draw_status(struct ui *ui)
{
	const struct area *area = &ui->layout.status;
	g_autoptr(GString) out = g_string_new(NULL), places = g_string_new(NULL);
	gsize clock;

	status_clock(out);
	clock = out->len;
	status_accounts(ui, out, false);
	status_places(ui, places);
	if (text_width(out->str) + text_width(places->str) > area->width) {
		g_string_truncate(out, clock);
		status_accounts(ui, out, true);
	}
	g_string_append(out, places->str);
	term_put_padded(area->y, area->x, area->width, STYLE_STATUS, out->str);
}
