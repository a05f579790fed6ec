/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "src/model/text.h"

/* What commands ask of the screen. */

static struct ui *ui_of(struct front *front)
{
	return (struct ui *)front;
}

static void print(struct front *front, struct chat *chat, const char *line)
{
	struct ui *ui = ui_of(front);

	model_notice(ui->model, NULL, chat != NULL ? chat : ui->current->chat, NOTICE_INFO, "%s",
		     line);
}

static void print_error(struct front *front, struct chat *chat, const char *line)
{
	struct ui *ui = ui_of(front);

	model_notice(ui->model, NULL, chat != NULL ? chat : ui->current->chat, NOTICE_ERROR, "%s",
		     line);
}

static struct chat *current_chat(struct front *front)
{
	return ui_of(front)->current->chat;
}

static void show_chat(struct front *front, struct chat *chat)
{
	ui_show_chat(ui_of(front), chat);
}

static void show_view(struct front *front, enum front_view which, const char *argument)
{
	struct ui *ui = ui_of(front);
	struct view *view = NULL;

	ui_leave_views(ui);
	switch (which) {
	case VIEW_HELP:
		view = view_help_new(ui, argument);
		break;
	case VIEW_ACCOUNTS:
		view = view_accounts_new(ui);
		break;
	case VIEW_REQUESTS:
		view = view_requests_new(ui);
		break;
	case VIEW_TUBES:
		view = view_tubes_new(ui);
		break;
	case VIEW_ROOM_CONFIG:
		view = view_room_config_new(ui, ui->current->chat);
		break;
	case VIEW_SEARCH:
		view = view_search_new(ui, argument);
		break;
	case VIEW_ROOMS:
		view = view_rooms_new(ui, argument);
		break;
	case VIEW_DIRECTORY:
		view = view_directory_new(ui, argument);
		break;
	case VIEW_CARD:
		view = view_card_new(ui, argument);
		break;
	}
	ui_push_view(ui, view);
}

static void show_account_form(struct front *front, const char *manager, const char *protocol,
			      struct account *account)
{
	struct ui *ui = ui_of(front);

	ui_leave_views(ui);
	ui_push_view(ui, account != NULL ? form_new_edit(ui, account)
					 : form_new(ui, manager, protocol));
}

static void ask(struct front *front, const char *question, bool secret, front_answer_fn fn,
		void *data)
{
	g_autofree char *clean = text_clean(question, -1, TEXT_LINE);

	ui_ask(ui_of(front), secret ? QUESTION_SECRET : QUESTION_TEXT, clean, fn, data);
}

static void find(struct front *front, struct chat *chat, struct query *query)
{
	ui_find(ui_of(front), query);
}

static void print_functions(struct ui *ui)
{
	for (int i = 0; i < ACTION_COUNT; i++)
		ui_notice(ui, NOTICE_INFO, "%-22s %-14s %s", keys_table[i].function,
			  keys_table[i].shown, keys_table[i].help);
}

static bool bind(struct front *front, const char *keys, const char *function, GError **error)
{
	if (keys != NULL)
		return input_bind(keys, function, error);
	print_functions(ui_of(front));
	return true;
}

/* From the main loop: the line that asked for it is still being dealt with. */
static gboolean on_edit(void *data)
{
	struct ui *ui = data;

	ui->edit_idle = 0;
	if (!ui->leaving && ui->draft == &ui->current->draft)
		ui_edit_externally(ui);
	return G_SOURCE_REMOVE;
}

static void edit(struct front *front)
{
	struct ui *ui = ui_of(front);

	if (ui->edit_idle == 0)
		ui->edit_idle = g_idle_add(on_edit, ui);
}

static void clear(struct front *front, struct chat *chat)
{
	struct ui *ui = ui_of(front);

	chat_clear(chat != NULL ? chat : ui->current->chat);
	ui_mark(ui, DIRTY_CHAT);
}

static void insert(struct front *front, const char *text)
{
	struct ui *ui = ui_of(front);

	if (ui->draft == &ui->current->draft)
		input_insert(text);
	ui_mark(ui, DIRTY_INPUT);
}

static void quit(struct front *front, int status)
{
	ui_quit(ui_of(front), status);
}

const struct front_ops front_ops = {
	.print = print,
	.print_error = print_error,
	.current_chat = current_chat,
	.show_chat = show_chat,
	.show_view = show_view,
	.show_account_form = show_account_form,
	.ask = ask,
	.find = find,
	.edit = edit,
	.bind = bind,
	.clear = clear,
	.insert = insert,
	.quit = quit,
};

void ui_notice(struct ui *ui, enum notice_level level, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	model_notice(ui->model, NULL, ui->current != NULL ? ui->current->chat : NULL, level, "%s",
		     text);
}
