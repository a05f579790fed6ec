/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <string.h>

/* --- whose keys they are ------------------------------------------------------------------ */

static void set_draft(struct ui *ui, struct draft *draft)
{
	if (ui->draft == draft)
		return;
	if (ui->draft != NULL) {
		g_free(ui->draft->text);
		ui->draft->text = *input_line() != '\0' ? g_strdup(input_line()) : NULL;
		ui->draft->cursor = input_cursor();
	}
	ui->draft = draft;
	if (draft != NULL)
		input_set_line(draft->text != NULL ? draft->text : "", draft->cursor);
}

void ui_update_input(struct ui *ui)
{
	enum input_mode mode = INPUT_LIST;
	struct draft *draft = NULL;

	if (question_text(ui) != NULL)
		draft = question_draft(ui);
	else if (ui->pane_focus)
		draft = NULL;
	else if (ui->view != NULL)
		draft = ui->view->editing;
	else
		draft = &ui->current->draft;
	if (draft != NULL)
		mode = INPUT_LINE;
	/* The mode first: leaving a search of readline's restores its line. */
	input_set_mode(mode);
	if (draft != NULL)
		set_draft(ui, draft);
	else
		set_draft(ui, NULL);
	ui_mark(ui, DIRTY_INPUT);
}

static void drop_candidates(struct ui *ui)
{
	if (ui->candidates == NULL)
		return;
	g_clear_pointer(&ui->candidates, g_strfreev);
	ui_mark(ui, DIRTY_CHAT);
}

/* --- lines -------------------------------------------------------------------------------- */

/* What holds a password is not to be had again with a key. */
static bool holds_secret(const char *line)
{
	return g_str_has_prefix(line, "/account") && strstr(line, "password") != NULL;
}

static void run_line(struct ui *ui, const char *line)
{
	struct pane_row row;

	if (*line != '\0' && welcome_line(ui, line))
		return;
	if (*line != '\0') {
		if (!holds_secret(line))
			input_add_history(line);
		if (*line != '/')
			chatview_scroll_end(ui->current);
		command_execute(&ui->front, line, NULL, NULL);
		return;
	}
	row = pane_selected(ui->pane);
	if (row.kind != PANE_NOTHING) {
		pane_leave(ui->pane);
		ui_mark(ui, DIRTY_PANE);
		ui_open_row(ui, &row);
	} else {
		welcome_line(ui, "");
	}
}

static void on_line(const char *line, void *data)
{
	struct ui *ui = data;

	drop_candidates(ui);
	ui->wants_out = false;
	ui_mark(ui, DIRTY_INPUT);
	if (question_text(ui) != NULL)
		question_line(ui, line);
	else if (ui->view != NULL && ui->view->editing != NULL)
		ui->view->ops->line(ui->view, line);
	else
		run_line(ui, line);
}

static void on_changed(void *data)
{
	struct ui *ui = data;

	drop_candidates(ui);
	if (ui->wants_out && *input_line() != '\0')
		ui->wants_out = false;
	if (ui->draft == &ui->current->draft) {
		typing_note(ui->typing, ui->current->chat, input_line());
		session_measure_sms(ui->session, ui->current->chat, input_line());
	}
	ui_mark(ui, DIRTY_INPUT);
}

static char **on_complete(const char *line, gsize cursor, gsize *start, void *data)
{
	struct ui *ui = data;

	if (ui->draft != &ui->current->draft)
		return NULL;
	return command_complete(&ui->front, line, cursor, start);
}

static void on_candidates(char *const *candidates, void *data)
{
	struct ui *ui = data;

	g_strfreev(ui->candidates);
	ui->candidates = g_strdupv((char **)candidates);
	ui_mark(ui, DIRTY_CHAT);
}

/* --- pastes ------------------------------------------------------------------------------- */

static void insert_pasted(const char *answer, void *data)
{
	struct ui *ui = data;
	g_autofree char *text = g_steal_pointer(&ui->pasted);

	if (answer != NULL && text != NULL && input_mode() == INPUT_LINE)
		input_insert(text);
	ui_mark(ui, DIRTY_INPUT);
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 1;

	for (; *text != '\0'; text++)
		lines += *text == '\n' && text[1] != '\0';
	return lines;
}

/* Keys that are meant for a list or a password, pasted. */
static void paste_keys(struct ui *ui, const char *text);

static void on_paste(const char *text, void *data)
{
	struct ui *ui = data;
	unsigned lines = count_lines(text);
	int most = config_int(session_config(ui->session), "ui.paste-confirm-lines");
	g_autofree char *question = NULL;
	gsize length = strlen(text);

	if (input_mode() != INPUT_LINE) {
		paste_keys(ui, text);
		return;
	}
	g_free(ui->pasted);
	/* A line end at the end would only be in the way. */
	ui->pasted = g_strndup(text, length > 0 && text[length - 1] == '\n' ? length - 1 : length);
	if (lines <= (unsigned)most) {
		insert_pasted("yes", ui);
		return;
	}
	question = g_strdup_printf("Paste %u lines into the message?", lines);
	ui_ask(ui, QUESTION_YES_NO, question, insert_pasted, ui);
}

/* --- lists, forms, questions, the filter -------------------------------------------------- */

static void leave_pane(struct ui *ui)
{
	ui->pane_focus = false;
	pane_leave(ui->pane);
	ui_update_input(ui);
	ui_mark(ui, DIRTY_PANE | DIRTY_INPUT);
}

static void filter_key(struct ui *ui, gunichar c)
{
	g_autoptr(GString) filter = g_string_new(pane_filter(ui->pane));

	if (c != 0)
		g_string_append_unichar(filter, c);
	else if (filter->len > 0)
		g_string_truncate(
			filter, (gsize)(g_utf8_prev_char(filter->str + filter->len) - filter->str));
	pane_set_filter(ui->pane, filter->len > 0 ? filter->str : NULL);
}

static void pane_key(struct ui *ui, enum list_key key, gunichar c)
{
	struct pane_row row;

	ui_mark(ui, DIRTY_PANE | DIRTY_INPUT);
	if (key == LIST_CHAR || key == LIST_BACKSPACE) {
		filter_key(ui, c);
	} else if (key == LIST_KILL) {
		pane_set_filter(ui->pane, NULL);
	} else if (key == LIST_UP || key == LIST_DOWN || key == LIST_TAB) {
		pane_move(ui->pane, key == LIST_UP ? -1 : 1);
	} else if (key == LIST_PAGE_UP || key == LIST_PAGE_DOWN) {
		pane_move(ui->pane, key == LIST_PAGE_UP ? -10 : 10);
	} else if (key == LIST_ENTER) {
		row = pane_selected(ui->pane);
		leave_pane(ui);
		ui_open_row(ui, &row);
	} else if (key == LIST_LEAVE) {
		leave_pane(ui);
	}
}

/* Whoever types a command in front of a list means the line below it, and must not have its
 * letters taken for keys of the list. */
static void start_command(struct ui *ui)
{
	while (ui->view != NULL) {
		struct view *view = ui->view;

		if (view->ops->key != NULL && view->ops->key(view, LIST_LEAVE, 0))
			return;
		ui_close_view(ui);
	}
	if (*input_line() == '\0')
		input_insert("/");
}

void ui_view_key(struct ui *ui, enum list_key key, gunichar c)
{
	struct view *view = ui->view;

	ui_mark(ui, DIRTY_CHAT | DIRTY_INPUT);
	if (view->ops->key != NULL && view->ops->key(view, key, c))
		return;
	if (key == LIST_LEAVE || (key == LIST_CHAR && c == 'q'))
		ui_close_view(ui);
	else if (key == LIST_CHAR && c == '/')
		start_command(ui);
}

static void on_list(enum list_key key, gunichar c, void *data)
{
	struct ui *ui = data;

	if (question_text(ui) != NULL)
		question_key(ui, key, c);
	else if (ui->pane_focus)
		pane_key(ui, key, c);
	else if (ui->view != NULL)
		ui_view_key(ui, key, c);
}

static void paste_keys(struct ui *ui, const char *text)
{
	g_autofree char *line = g_strndup(text, strcspn(text, "\n"));
	const char *p = line;

	for (; *p != '\0' && input_mode() != INPUT_LINE; p = g_utf8_next_char(p))
		if (*p != '\t')
			on_list(LIST_CHAR, g_utf8_get_char(p), ui);
	/* The first character may have started to edit a field. */
	if (*p != '\0')
		input_insert(p);
}

/* --- actions ------------------------------------------------------------------------------ */

static void quit_if_yes(const char *answer, void *data)
{
	if (answer != NULL)
		ui_quit(data, 0);
}

static void interrupt(struct ui *ui, int key)
{
	if (question_text(ui) != NULL) {
		question_cancel(ui);
	} else if (*input_line() != '\0') {
		input_set_line("", 0);
		on_changed(ui);
	} else if (ui->view != NULL && ui->view->editing != NULL) {
		ui->view->ops->cancel(ui->view);
	} else if (!ui->wants_out) {
		ui->wants_out = true;
	} else {
		ui->wants_out = false;
		ui_ask(ui, QUESTION_YES_NO, "Leave pheme?", quit_if_yes, ui);
	}
	ui_mark(ui, DIRTY_INPUT);
}

static void escape(struct ui *ui, int key)
{
	drop_candidates(ui);
	ui->wants_out = false;
	if (question_text(ui) != NULL)
		question_cancel(ui);
	else if (ui->pane_focus || pane_has_cursor(ui->pane))
		leave_pane(ui);
	else if (ui->view != NULL && ui->view->editing != NULL)
		ui->view->ops->cancel(ui->view);
	else if (ui->view != NULL)
		ui_view_key(ui, LIST_LEAVE, 0);
	else
		ui_find(ui, NULL);
	ui_mark(ui, DIRTY_CHAT | DIRTY_PANE | DIRTY_INPUT);
}

static void toggle_view(struct ui *ui, const char *title, struct view *view)
{
	bool same = ui->view != NULL && strcmp(ui->view->ops->title, title) == 0;

	ui_leave_views(ui);
	if (!same) {
		ui_push_view(ui, view);
		return;
	}
	if (view->ops->free != NULL)
		view->ops->free(view);
	g_free(view);
}

static void go_to_number(struct ui *ui, int key)
{
	ui_show_number(ui, key == '0' ? 10 : (unsigned)(key - '0'));
}

static void go_to_unread(struct ui *ui, int key)
{
	ui_show_unread(ui);
}

static void go_back(struct ui *ui, int key)
{
	ui_step_chat(ui, -1);
}

static void go_on(struct ui *ui, int key)
{
	ui_step_chat(ui, 1);
}

static void go_to_last(struct ui *ui, int key)
{
	ui_show_last(ui);
}

static void pane_up(struct ui *ui, int key)
{
	pane_move(ui->pane, -1);
	ui_mark(ui, DIRTY_PANE);
}

static void pane_down(struct ui *ui, int key)
{
	pane_move(ui->pane, 1);
	ui_mark(ui, DIRTY_PANE);
}

static void pane_page_up(struct ui *ui, int key)
{
	pane_scroll(ui->pane, -1);
	ui_mark(ui, DIRTY_PANE);
}

static void pane_page_down(struct ui *ui, int key)
{
	pane_scroll(ui->pane, 1);
	ui_mark(ui, DIRTY_PANE);
}

static void filter_pane(struct ui *ui, int key)
{
	ui->pane_focus = ui->layout.pane.height > 0;
	if (ui->pane_focus && !pane_has_cursor(ui->pane))
		pane_move(ui->pane, 1);
	ui_update_input(ui);
	ui_mark(ui, DIRTY_PANE);
}

static void toggle_pane(struct ui *ui, int key)
{
	ui->pane_hidden = !ui->pane_hidden;
	if (ui->pane_focus)
		leave_pane(ui);
	ui_mark(ui, DIRTY_ALL);
}

static void scroll_up(struct ui *ui, int key)
{
	if (ui->view != NULL)
		ui_view_key(ui, LIST_PAGE_UP, 0);
	else
		chatview_scroll(ui->current, -MAX(ui->layout.chat.height - 1, 1));
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
}

static void scroll_down(struct ui *ui, int key)
{
	if (ui->view != NULL)
		ui_view_key(ui, LIST_PAGE_DOWN, 0);
	else
		chatview_scroll(ui->current, MAX(ui->layout.chat.height - 1, 1));
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
}

static void scroll_start(struct ui *ui, int key)
{
	if (ui->view != NULL)
		ui_view_key(ui, LIST_FIRST, 0);
	else
		chatview_scroll_start(ui->current);
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
}

static void scroll_end(struct ui *ui, int key)
{
	if (ui->view != NULL)
		ui_view_key(ui, LIST_LAST, 0);
	else
		chatview_scroll_end(ui->current);
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
}

static void next_mention(struct ui *ui, int key)
{
	ui_find_step(ui, 1);
}

static void previous_mention(struct ui *ui, int key)
{
	ui_find_step(ui, -1);
}

static void toggle_switch(struct ui *ui, int key)
{
	toggle_view(ui, "Go to", view_switch_new(ui));
}

static void toggle_help(struct ui *ui, int key)
{
	toggle_view(ui, "Help", view_help_new(ui, NULL));
}

static void toggle_accounts(struct ui *ui, int key)
{
	toggle_view(ui, "Accounts", view_accounts_new(ui));
}

static void toggle_tubes(struct ui *ui, int key)
{
	toggle_view(ui, "Tubes and transfers", view_tubes_new(ui));
}

static void insert_newline(struct ui *ui, int key)
{
	if (input_mode() == INPUT_LINE)
		input_insert("\n");
}

static void quote_last(struct ui *ui, int key)
{
	if (ui->draft == &ui->current->draft && ui->current->chat->kind != CHAT_STATUS)
		command_execute(&ui->front, "/quote", NULL, NULL);
}

static void resend_last(struct ui *ui, int key)
{
	struct chat *chat = ui->current->chat;

	for (unsigned i = chat->count; i-- > 0;) {
		if (!session_is_resendable(chat_message(chat, i)))
			continue;
		session_resend(ui->session, chat, chat_message(chat, i));
		chatview_scroll_end(ui->current);
		return;
	}
}

static void edit(struct ui *ui, int key)
{
	if (ui->draft == &ui->current->draft)
		ui_edit_externally(ui);
}

static void redraw(struct ui *ui, int key)
{
	term_redraw();
	ui_mark(ui, DIRTY_ALL);
}

static void suspend(struct ui *ui, int key)
{
	term_suspend();
	screen_resized(ui);
	ui_mark(ui, DIRTY_ALL);
}

enum { /* when an action is heeded */
       ALWAYS,
       UNASKED, /* not while a question is asked */
};

static const struct {
	void (*fn)(struct ui *ui, int key);
	int when;
} acts[ACTION_COUNT] = {
	[ACTION_CHAT_NUMBER] = {go_to_number, UNASKED},
	[ACTION_NEXT_UNREAD] = {go_to_unread, UNASKED},
	[ACTION_PREVIOUS_CHAT] = {go_back, UNASKED},
	[ACTION_NEXT_CHAT] = {go_on, UNASKED},
	[ACTION_LAST_CHAT] = {go_to_last, UNASKED},
	[ACTION_SWITCH] = {toggle_switch, UNASKED},
	[ACTION_PANE_UP] = {pane_up, UNASKED},
	[ACTION_PANE_DOWN] = {pane_down, UNASKED},
	[ACTION_PANE_FILTER] = {filter_pane, UNASKED},
	[ACTION_PANE_PAGE_UP] = {pane_page_up, ALWAYS},
	[ACTION_PANE_PAGE_DOWN] = {pane_page_down, ALWAYS},
	[ACTION_SCROLL_UP] = {scroll_up, ALWAYS},
	[ACTION_SCROLL_DOWN] = {scroll_down, ALWAYS},
	[ACTION_SCROLL_START] = {scroll_start, ALWAYS},
	[ACTION_SCROLL_END] = {scroll_end, ALWAYS},
	[ACTION_NEXT_MENTION] = {next_mention, UNASKED},
	[ACTION_PREVIOUS_MENTION] = {previous_mention, UNASKED},
	[ACTION_HELP] = {toggle_help, UNASKED},
	[ACTION_ACCOUNTS] = {toggle_accounts, UNASKED},
	[ACTION_TUBES] = {toggle_tubes, UNASKED},
	[ACTION_TOGGLE_PANE] = {toggle_pane, ALWAYS},
	[ACTION_QUOTE] = {quote_last, UNASKED},
	[ACTION_RESEND] = {resend_last, UNASKED},
	[ACTION_NEWLINE] = {insert_newline, ALWAYS},
	[ACTION_EDITOR] = {edit, UNASKED},
	[ACTION_REDRAW] = {redraw, ALWAYS},
	[ACTION_INTERRUPT] = {interrupt, ALWAYS},
	[ACTION_SUSPEND] = {suspend, ALWAYS},
	[ACTION_ESCAPE] = {escape, ALWAYS},
};

static void on_action(enum action action, int key, void *data)
{
	struct ui *ui = data;

	if (action != ACTION_INTERRUPT)
		ui->wants_out = false;
	drop_candidates(ui);
	if (acts[action].fn == NULL)
		return;
	if (acts[action].when == ALWAYS || question_text(ui) == NULL)
		acts[action].fn(ui, key);
	ui_mark(ui, DIRTY_INPUT);
}

static void on_mouse(const struct mouse *mouse, void *data)
{
	struct ui *ui = data;

	drop_candidates(ui);
	mouse_act(ui, mouse);
}

/* Who types looks at the chat. */
static void on_flush(void *data)
{
	struct ui *ui = data;

	screen_flush(ui);
	if (!ui->leaving && ui->current->chat->watched)
		bell_on_read(ui, ui->current->chat);
}

static void on_hangup(void *data)
{
	ui_quit(data, 0);
}

const struct input_ops keyboard_ops = {
	.line = on_line,
	.action = on_action,
	.list = on_list,
	.paste = on_paste,
	.mouse = on_mouse,
	.changed = on_changed,
	.complete = on_complete,
	.candidates = on_candidates,
	.flush = on_flush,
	.hangup = on_hangup,
};
